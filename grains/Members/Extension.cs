namespace PointsMall.Grains.Members;

/// <summary>
/// Gives points that would expire a later expiry. The ledger is never edited: one entry takes them from their lots, the next gives them to a lot
/// with the new expiry. The balance is the same before and after.
/// </summary>
public static class Extension
{
    private const string Contra = "extended";

    public static MemberDecision Decide(
        Account account,
        ExtendCommand command,
        DecisionContext context
    )
    {
        var now = Accounts.Now(account, context.Clock);
        var expiresAt = Instants.Truncate(command.ExpiresAt);
        var before = Instants.Truncate(command.ExpiringBefore ?? expiresAt);
        if (expiresAt <= now || expiresAt >= Grant.Horizon)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("expiresAt", "must be in the future and before the year 9000")
            );
        }
        if (before > expiresAt)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("expiringBefore", "must not be after expiresAt")
            );
        }
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        if (!draft.Lots.Complete)
        {
            return MemberDecision.WithoutPages;
        }
        var taken = draft.Lots.Expire(before.AddMicroseconds(-1));
        if (taken.IsEmpty)
        {
            return MemberDecision.Refuse(RefusalCode.NothingToExtend);
        }
        var points = taken.Sum(lot => lot.Points);
        Post(draft, command, -points, taken);
        var number = draft.Lots.Add(
            new(draft.NextSequence, points, expiresAt, LotBook.SourceOf(Contra))
        );
        Post(draft, command, points, [new(number, points, expiresAt)]);
        return draft.Close();
    }

    private static void Post(
        Draft draft,
        ExtendCommand command,
        long points,
        ImmutableArray<EntryLot> lots
    ) =>
        draft.Post(
            new()
            {
                Type = EntryType.Extension,
                Account = EntryAccount.Available,
                Points = points,
                Contra = Contra,
                Lots = lots,
                CauseKind = "extension",
                CauseId = command.Header.CommandId,
                Reason = command.Reason,
            }
        );
}
