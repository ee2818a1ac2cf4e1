namespace PointsMall.Grains.Commits;

/// <summary>
/// The silo's group committer: the only code that writes accounts, stock, orders, ledger and catalogue. A unit is answered after its commit, never before.
/// </summary>
public interface ICommitter
{
    /// <summary>Takes a place in the lane's queue, or null when the expected wait is too long: nothing was changed, answer <see cref="RefusalCode.Overloaded"/>.</summary>
    CommitSlot? TryReserve(CommitLane lane);

    /// <summary>Queues the unit in the reserved place and answers when its fate is known, or as <see cref="CommitVerdict.Unknown"/>.</summary>
    Task<CommitOutcome> Submit(CommitSlot slot, CommitUnit unit);
}

/// <summary>A reserved place in the queue. Dispose gives it back unless a unit was submitted in it.</summary>
public sealed class CommitSlot : IDisposable
{
    private readonly Action<CommitLane> _release;
    private int _used;

    internal CommitSlot(CommitLane lane, Action<CommitLane> release)
    {
        Lane = lane;
        _release = release;
    }

    public CommitLane Lane { get; }

    /// <summary>True once: the caller now owns the place.</summary>
    internal bool Use() => Interlocked.Exchange(ref _used, 1) == 0;

    public void Dispose()
    {
        if (Use())
        {
            _release(Lane);
        }
    }
}

/// <summary>What became of a unit. All but <see cref="Committed"/> and <see cref="Unknown"/> are final: nothing of it was or will be written.</summary>
public enum CommitVerdict
{
    /// <summary>Durable.</summary>
    Committed = 1,

    /// <summary>Another activation or writer has moved the version on: deactivate and load again.</summary>
    Fenced = 2,

    /// <summary>The principal used the key before (also a member's external id that exists): look the first command up.</summary>
    KeyUsed = 3,

    /// <summary>
    /// What was decided on is over: the claim's epoch, or the row has less than was claimed; or the purchase that was to be new is known. Decide
    /// again, once, with what is known now.
    /// </summary>
    StaleClaim = 4,

    /// <summary>Not sent within its queue time, or its deadline had passed in the database's time.</summary>
    Expired = 5,

    /// <summary>A unique or check constraint refused it: <see cref="CommitOutcome.Constraint"/>.</summary>
    Rejected = 6,

    /// <summary>The silo stops, or the database could not be reached before the unit was sent.</summary>
    NotRun = 7,

    /// <summary>It may or may not have been committed; the same idempotency key settles it.</summary>
    Unknown = 8,

    /// <summary>The partner has sent an event of this id for another member.</summary>
    EventUsed = 9,
}

/// <summary>A verdict and what goes with it.</summary>
/// <param name="Verdict">What became of the unit.</param>
/// <param name="Constraint">The constraint's name when it was <see cref="CommitVerdict.Rejected"/>.</param>
/// <param name="Available">Stock left after a committed stock movement.</param>
public sealed record CommitOutcome(
    CommitVerdict Verdict,
    string? Constraint = null,
    long? Available = null
)
{
    public static readonly CommitOutcome Committed = new(CommitVerdict.Committed);
    public static readonly CommitOutcome Fenced = new(CommitVerdict.Fenced);
    public static readonly CommitOutcome KeyUsed = new(CommitVerdict.KeyUsed);
    public static readonly CommitOutcome StaleClaim = new(CommitVerdict.StaleClaim);
    public static readonly CommitOutcome Expired = new(CommitVerdict.Expired);
    public static readonly CommitOutcome NotRun = new(CommitVerdict.NotRun);
    public static readonly CommitOutcome EventUsed = new(CommitVerdict.EventUsed);
    public static readonly CommitOutcome Unknown = new(CommitVerdict.Unknown);
}
