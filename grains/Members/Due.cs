namespace PointsMall.Grains.Members;

/// <summary>Writes what time alone has changed: pending points that became active, points that expired.</summary>
public static class Due
{
    /// <returns>
    /// Null when nothing is due; a decision without entries when only <see cref="Account.DueOn"/> was too early, so that the sweep does
    /// not come back for nothing.
    /// </returns>
    public static MemberDecision? Decide(
        Account account,
        CommandHeader header,
        DecisionContext context
    )
    {
        var now = Accounts.Now(account, context.Clock);
        if (!(account.DueOn <= now))
        {
            return null;
        }
        return Draft.Open(account, header, context, now) is { } draft
            ? draft.Close()
            : MemberDecision.WithoutPages;
    }
}
