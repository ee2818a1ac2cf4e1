using System.Diagnostics.Metrics;

namespace PointsMall.Grains.Diagnostics;

/// <summary>The silo's own instruments. No ids in tags.</summary>
public static class MallMeter
{
    public const string Name = "PointsMall";

    private static readonly Meter Meter = new(Name);

    public static readonly Histogram<int> BatchUnits = Meter.CreateHistogram<int>(
        "pointsmall.commit.batch_units",
        "{unit}",
        "Units in one transaction"
    );

    public static readonly Histogram<double> CommitMs = Meter.CreateHistogram<double>(
        "pointsmall.commit.duration",
        "ms",
        "From sending a batch to its commit"
    );

    public static readonly Histogram<double> QueueMs = Meter.CreateHistogram<double>(
        "pointsmall.commit.queue_wait",
        "ms",
        "From queueing a unit to sending it; the oldest of each batch"
    );

    public static readonly Counter<long> Verdicts = Meter.CreateCounter<long>(
        "pointsmall.commit.verdicts",
        "{unit}",
        "Units by verdict"
    );

    public static readonly Counter<long> SlowPathUnits = Meter.CreateCounter<long>(
        "pointsmall.commit.slow_path_units",
        "{unit}",
        "Units that were sent again: a neighbour was refused, a lock was taken, an outcome was unknown"
    );

    public static readonly Counter<long> UnknownBatches = Meter.CreateCounter<long>(
        "pointsmall.commit.unknown_batches",
        "{batch}",
        "Batches whose outcome had to be looked up"
    );

    public static readonly Counter<long> AccountLoads = Meter.CreateCounter<long>(
        "pointsmall.account.loads",
        "{account}",
        "Accounts taken over by an activation"
    );

    public static readonly Histogram<int> AccountLoadBatch = Meter.CreateHistogram<int>(
        "pointsmall.account.load_batch",
        "{account}",
        "Accounts in one load"
    );

    public static readonly Counter<long> FencedActivations = Meter.CreateCounter<long>(
        "pointsmall.account.fenced",
        "{activation}",
        "Activations that found another one ahead of them"
    );

    public static readonly Counter<long> Commands = Meter.CreateCounter<long>(
        "pointsmall.commands",
        "{command}",
        "Member commands by operation and outcome"
    );

    public static readonly Counter<long> StockBumps = Meter.CreateCounter<long>(
        "pointsmall.stock.bumps",
        "{bump}",
        "Epochs started because claims were forgotten"
    );

    public static readonly Gauge<double> SweepLag = Meter.CreateGauge<double>(
        "pointsmall.sweep.lag",
        "s",
        "How long ago the oldest due change of a slice fell due, when its sweep began"
    );

    public static readonly Counter<long> SweptAccounts = Meter.CreateCounter<long>(
        "pointsmall.sweep.accounts",
        "{account}",
        "Accounts that a sweep visited, by outcome"
    );
}
