using System.ComponentModel.DataAnnotations;

namespace PointsMall.Grains.Checkpoints;

/// <summary>Settings of section <c>Checkpoints</c>.</summary>
public sealed class CheckpointOptions
{
    public const string Section = "Checkpoints";

    /// <summary>From one checkpoint to the next. What is rewritten within this time of its commit can't be told from what was written.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>A PEM file with the P-256 private key that signs; without one checkpoints are made unsigned.</summary>
    public string? KeyFile { get; set; }
}
