namespace PointsMall.Grains.Members;

/// <summary>A row of <c>member_status_change</c>, and the account's column with it.</summary>
public sealed record MemberStatusChange(bool Active, DateTimeOffset At, string Reason);

/// <summary>
/// A deactivated member can neither earn nor spend. Points stay, expire as always and can be corrected by staff; what was bought can be cancelled,
/// and refunds of purchases take back what they earned.
/// </summary>
public static class MemberStatus
{
    /// <summary>Committed also when the member stands so already: the key is then this command's, and its answer stays the same.</summary>
    public static MemberDecision Decide(
        Account account,
        SetActiveCommand command,
        DecisionContext context
    )
    {
        var now = Accounts.Now(account, context.Clock);
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        var decision = draft.Close();
        if (command.Active == account.DeactivatedAt is null)
        {
            return decision;
        }
        return decision with
        {
            Next = decision.Next! with { DeactivatedAt = command.Active ? null : now },
            Status = new(command.Active, now, command.Reason),
        };
    }

    /// <summary>The refusal of whatever earns or spends, or null.</summary>
    public static MemberDecision? Refuse(Account account) =>
        account.DeactivatedAt is null ? null : MemberDecision.Refuse(RefusalCode.MemberDeactivated);
}
