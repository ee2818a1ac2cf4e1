using System.Diagnostics;

namespace PointsMall.Grains.Commits;

/// <summary>A queued unit and the caller that waits for it.</summary>
internal sealed class PendingUnit(CommitUnit unit, long queuedAt, Activity? origin = null)
{
    private readonly TaskCompletionSource<CommitOutcome> _outcome = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public CommitUnit Unit { get; } = unit;

    /// <summary>Time stamp of the queueing.</summary>
    public long QueuedAt { get; } = queuedAt;

    /// <summary>What the caller was doing when it is traced: the batch's span is linked to it.</summary>
    public Activity? Origin { get; } = origin;

    /// <summary>The member whose only unit in flight this is; null for units without one.</summary>
    public Guid? MemberId { get; } = unit.Member?.Before.MemberId;

    /// <summary>A writer has it: neither waiting, nor deferred, nor answered. The queue's own mark.</summary>
    public bool IsOut { get; set; }

    /// <summary>It is the one unit of its member that is in flight.</summary>
    public bool OwnsMember { get; set; }

    /// <summary>Sent before with a definite rollback; next try not before this time stamp.</summary>
    public long NotBefore { get; set; }

    /// <summary>Tries so far, for the back-off.</summary>
    public int Attempts { get; set; }

    /// <summary>Sent once with an unknown outcome: a later refusal is read against its own id first.</summary>
    public bool WasUnknown { get; set; }

    public Task<CommitOutcome> Outcome => _outcome.Task;

    public bool Answer(CommitOutcome outcome) => _outcome.TrySetResult(outcome);
}
