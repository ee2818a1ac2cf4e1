using System.Diagnostics.Metrics;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Checkpoints;

/// <summary>The checkpoints' instruments.</summary>
public static class CheckpointMeter
{
    private static readonly Meter Meter = new(MallMeter.Name);

    public static readonly Counter<long> Made = Meter.CreateCounter<long>(
        "pointsmall.checkpoint.made",
        "{checkpoint}",
        "Checkpoints of the ledger, by whether they are signed"
    );

    public static readonly Counter<long> Broken = Meter.CreateCounter<long>(
        "pointsmall.checkpoint.broken_heads",
        "{member}",
        "Members whose ledger no longer holds the head that the checkpoint before states"
    );

    public static readonly Gauge<double> Age = Meter.CreateGauge<double>(
        "pointsmall.checkpoint.age",
        "s",
        "Since the last checkpoint was finished"
    );

    public static readonly Gauge<double> Seconds = Meter.CreateGauge<double>(
        "pointsmall.checkpoint.work",
        "s",
        "Time that the database worked for this silo's last checkpoint"
    );

    public static KeyValuePair<string, object?> HasSignature(bool yes) =>
        new("signed", yes ? "yes" : "no");

    /// <summary>See <see cref="FirstSeries"/>.</summary>
    public static void Show()
    {
        Made.Add(0, HasSignature(true));
        Made.Add(0, HasSignature(false));
        Broken.Add(0);
    }
}
