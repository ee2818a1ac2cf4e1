using System.Diagnostics.Metrics;

namespace PointsMall.Grains.Diagnostics;

/// <summary>The silo's own instruments. No ids in tags: the number of series does not grow with members or SKUs.</summary>
public static class MallMeter
{
    public const string Name = "PointsMall";

    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<int> UpTo1024 = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    };

    private static readonly InstrumentAdvice<double> Milliseconds = new()
    {
        HistogramBucketBoundaries =
        [
            0.5,
            1,
            2,
            3,
            5,
            7.5,
            10,
            15,
            20,
            30,
            50,
            75,
            100,
            200,
            500,
            1_000,
            2_000,
            3_000,
        ],
    };

    public static readonly Histogram<int> BatchUnits = Meter.CreateHistogram(
        "pointsmall.commit.batch_units",
        "{unit}",
        "Units in one transaction",
        advice: UpTo1024
    );

    public static readonly Histogram<double> CommitMs = Meter.CreateHistogram(
        "pointsmall.commit.duration",
        "ms",
        "From sending a batch to its commit",
        advice: Milliseconds
    );

    public static readonly Histogram<double> QueueMs = Meter.CreateHistogram(
        "pointsmall.commit.queue_wait",
        "ms",
        "From queueing a unit to sending it; the oldest of each batch",
        advice: Milliseconds
    );

    public static readonly Gauge<int> QueuePlaces = Meter.CreateGauge<int>(
        "pointsmall.commit.queue_places",
        "{unit}",
        "Places of a lane that are taken: reserved, queued or being sent"
    );

    public static readonly Gauge<int> QueueLimit = Meter.CreateGauge<int>(
        "pointsmall.commit.queue_limit",
        "{unit}",
        "Places of a lane: what the measured rate finishes within the queue time"
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

    public static readonly Gauge<int> UnsettledBatches = Meter.CreateGauge<int>(
        "pointsmall.commit.unsettled_batches",
        "{batch}",
        "Batches whose outcome is being looked up"
    );

    public static readonly Counter<long> AccountLoads = Meter.CreateCounter<long>(
        "pointsmall.account.loads",
        "{account}",
        "Accounts taken over by an activation"
    );

    public static readonly Histogram<int> AccountLoadBatch = Meter.CreateHistogram(
        "pointsmall.account.load_batch",
        "{account}",
        "Accounts in one load",
        advice: UpTo1024
    );

    public static readonly Counter<long> FencedActivations = Meter.CreateCounter<long>(
        "pointsmall.account.fenced",
        "{activation}",
        "Activations that found another one ahead of them"
    );

    public static readonly Counter<long> Commands = Meter.CreateCounter<long>(
        "pointsmall.commands",
        "{command}",
        "Member commands by operation and outcome; each attempt of a command counts"
    );

    public static readonly UpDownCounter<int> OpenClaims = Meter.CreateUpDownCounter<int>(
        "pointsmall.stock.open_claims",
        "{claim}",
        "Claims without a verdict yet"
    );

    public static readonly Counter<long> ForgottenClaims = Meter.CreateCounter<long>(
        "pointsmall.stock.forgotten_claims",
        "{claim}",
        "Claims that a new epoch voided after their deadline: nobody had told the gate their verdict"
    );

    public static readonly UpDownCounter<int> SoldOut = Meter.CreateUpDownCounter<int>(
        "pointsmall.stock.sold_out",
        "{sku}",
        "SKUs with a gate here and no unit left"
    );

    public static readonly Counter<long> StockBumps = Meter.CreateCounter<long>(
        "pointsmall.stock.bumps",
        "{bump}",
        "Epochs that gates started: to begin, after a change of the offer, because claims were forgotten"
    );

    public static readonly Counter<long> SweptAccounts = Meter.CreateCounter<long>(
        "pointsmall.sweep.accounts",
        "{account}",
        "Accounts that a sweep visited, by outcome"
    );
}
