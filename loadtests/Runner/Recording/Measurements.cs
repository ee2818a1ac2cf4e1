using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner.Recording;

/// <summary>A measurement as the reports show it.</summary>
internal static class Measurements
{
    private const double MicrosPerMs = 1_000;

    /// <summary>Bounds of the distribution in milliseconds: six a decade, from a tenth of a millisecond to ten minutes.</summary>
    private static readonly double[] Bounds =
    [
        .. Enumerable
            .Range(-1, 7)
            .SelectMany(decade =>
                new[] { 1.0, 1.5, 2, 3, 5, 7 }.Select(step => step * Math.Pow(10, decade))
            )
            .Where(bound => bound < 600_000),
        600_000,
    ];

    public static MeasurementReport Report(string name, Measurement of, TimeSpan during) =>
        new()
        {
            Name = name,
            OkCount = of.OkCount,
            FailCount = of.FailCount,
            WinsPerSecond = Statistics.PerSecond(of.WinCount, during),
            RefusalsPerSecond = Statistics.PerSecond(of.RefusalCount, during),
            OkPerSecond = Statistics.PerSecond(of.OkCount, during),
            FailPerSecond = Statistics.PerSecond(of.FailCount, during),
            ResponseTime = Latency(of.Response),
            ServiceTime = Latency(of.Service),
            WinTime = Latency(of.Win),
            FailTime = Latency(of.Fail),
            Bytes = of.OkByteSum + of.FailByteSum,
            BytesPerSecond = Statistics.PerSecond(of.OkByteSum + of.FailByteSum, during),
            StatusCodes =
            [
                .. of
                    .Codes.OrderByDescending(one => one.Value.Count)
                    .Select(one => new StatusCodeCount(
                        one.Key.Code,
                        one.Key.IsError,
                        one.Value.Message,
                        one.Value.Count,
                        Statistics.Percent(one.Value.Count, of.AllCount)
                    )),
            ],
        };

    /// <param name="of">What came in the interval.</param>
    /// <param name="at">The interval's end.</param>
    /// <param name="during">Its length.</param>
    /// <param name="open">Iterations open at its end.</param>
    public static IntervalPoint Point(Measurement of, TimeSpan at, TimeSpan during, int open) =>
        new(
            at.TotalSeconds,
            Statistics.PerSecond(of.WinCount, during),
            Statistics.PerSecond(of.RefusalCount, during),
            Statistics.PerSecond(of.FailCount, during),
            of.Response.At(50) / MicrosPerMs,
            of.Response.At(95) / MicrosPerMs,
            of.Response.At(99) / MicrosPerMs,
            of.Response.Max / MicrosPerMs,
            open,
            [
                .. of
                    .Codes.OrderBy(one => one.Key.Code, StringComparer.Ordinal)
                    .Select(one => new StatusCodeRate(
                        one.Key.Code,
                        one.Key.IsError,
                        Statistics.PerSecond(one.Value.Count, during)
                    )),
            ]
        );

    public static LatencyReport Latency(Histogram micros) =>
        new(
            micros.Count,
            micros.Min / MicrosPerMs,
            micros.Mean / MicrosPerMs,
            micros.Max / MicrosPerMs,
            micros.StdDev / MicrosPerMs,
            micros.At(50) / MicrosPerMs,
            micros.At(75) / MicrosPerMs,
            micros.At(90) / MicrosPerMs,
            micros.At(95) / MicrosPerMs,
            micros.At(99) / MicrosPerMs,
            micros.At(99.9) / MicrosPerMs,
            Buckets(micros)
        );

    /// <summary>From the first bound that something is under to the last.</summary>
    private static List<LatencyBucket> Buckets(Histogram micros)
    {
        var counts = new long[Bounds.Length];
        var bucket = 0;
        foreach (var (value, count) in micros.Recorded())
        {
            while (bucket < Bounds.Length - 1 && value / MicrosPerMs > Bounds[bucket])
            {
                bucket++;
            }
            counts[bucket] += count;
        }
        var first = Array.FindIndex(counts, count => count > 0);
        var last = Array.FindLastIndex(counts, count => count > 0);
        return first < 0
            ? []
            :
            [
                .. Enumerable
                    .Range(first, last - first + 1)
                    .Select(index => new LatencyBucket(Bounds[index], counts[index])),
            ];
    }
}
