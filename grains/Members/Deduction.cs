namespace PointsMall.Grains.Members;

/// <summary>Takes points from an account, earliest expiry first.</summary>
public static class Deduction
{
    public static MemberDecision Decide(
        Account account,
        DeductCommand command,
        DecisionContext context
    )
    {
        if (command.Points < 1 || command.Points > context.Settings.MaxPointsPerCommand)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("points", $"must be 1 to {context.Settings.MaxPointsPerCommand}")
            );
        }
        var now = Accounts.Now(account, context.Clock);
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        if (command.Points > draft.Available)
        {
            return MemberDecision.InsufficientPoints(command.Points, draft.Available);
        }
        if (draft.Lots.Draw(command.Points) is not { } lots)
        {
            return MemberDecision.WithoutPages;
        }
        draft.Post(
            new()
            {
                Type = EntryType.Deduction,
                Account = EntryAccount.Available,
                Points = -command.Points,
                Contra = "deducted",
                Lots = lots,
                CauseKind = "deduction",
                CauseId = command.Header.CommandId,
                Reason = command.Reason,
            }
        );
        return draft.Close();
    }
}
