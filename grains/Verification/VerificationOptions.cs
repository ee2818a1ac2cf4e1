using System.ComponentModel.DataAnnotations;

namespace PointsMall.Grains.Verification;

/// <summary>Settings of the continuous verification (section <c>Verification</c>).</summary>
public sealed class VerificationOptions
{
    public const string Section = "Verification";

    /// <summary>From one look at what has changed to the next.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most members that one such look takes; what is left waits for the next. More than one transaction can change.</summary>
    [Range(5_000, 1_000_000)]
    public int MembersPerRun { get; set; } = 20_000;

    /// <summary>The hour of the day, in the programme's zone, at which everything is verified.</summary>
    [Range(0, 23)]
    public int FullHour { get; set; } = 4;
}
