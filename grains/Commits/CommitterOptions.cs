using System.ComponentModel.DataAnnotations;

namespace PointsMall.Grains.Commits;

/// <summary>Settings of the committer (section <c>Committer</c>).</summary>
public sealed class CommitterOptions
{
    /// <summary>Connections that commit at the same time. Two let one batch form while the other is flushed.</summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 2;

    /// <summary>Most units in one transaction.</summary>
    [Range(1, 4096)]
    public int MaxBatchUnits { get; set; } = 512;

    /// <summary>While another batch is out, a unit waits at most this long for its own batch to become as big as that one.</summary>
    public TimeSpan FormingTime { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Least places in a lane, whatever the measured rate: a burst from idle must fit.</summary>
    [Range(1, 100_000)]
    public int MinLaneUnits { get; set; } = 4096;

    /// <summary>Most places in a lane.</summary>
    [Range(1, 1_000_000)]
    public int MaxLaneUnits { get; set; } = 32_768;

    /// <summary>A unit that waited this long is refused; it is also the expected wait beyond which none is let in.</summary>
    public TimeSpan QueueTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A batch without an answer for this long has an unknown outcome and its backend is terminated.</summary>
    public TimeSpan CommitTime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a stop waits for the queue to drain; what is left was never sent and is refused.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(10);
}
