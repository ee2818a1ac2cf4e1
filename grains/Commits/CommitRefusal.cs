namespace PointsMall.Grains.Commits;

/// <summary>What a caller is told when a unit was not committed and there is nothing more to find out.</summary>
public static class CommitRefusal
{
    private const int RetryAfterSeconds = 1;

    public static Refusal Overloaded { get; } =
        Refusal.Of(RefusalCode.Overloaded) with
        {
            RetryAfterSeconds = RetryAfterSeconds,
        };

    /// <exception cref="InvalidOperationException">The database refused what the rules let through.</exception>
    public static Refusal Of(CommitOutcome outcome) =>
        outcome.Verdict switch
        {
            CommitVerdict.Expired => Overloaded,
            CommitVerdict.Fenced
            or CommitVerdict.KeyUsed
            or CommitVerdict.StaleClaim
            or CommitVerdict.NotRun => Refusal.Of(RefusalCode.NotRun),
            CommitVerdict.Unknown => Refusal.Of(RefusalCode.OutcomeUnknown),
            _ => throw new InvalidOperationException(
                $"A unit was {outcome.Verdict} by the database: {outcome.Constraint}"
            ),
        };
}
