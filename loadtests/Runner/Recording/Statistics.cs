using NBomber.Contracts.Stats;

namespace PointsMall.LoadTests.Runner.Recording;

/// <summary>A measurement in NBomber's statistics.</summary>
internal static class Statistics
{
    private const double MicrosPerMs = 1_000;

    public static MeasurementStats Ok(Measurement of, TimeSpan during) =>
        new(
            Requests(of.OkCount, of, during),
            Latency(of.Response),
            Transfer(of.OkBytes, of.OkByteSum, during),
            StatusCodes(of, isError: false)
        );

    public static MeasurementStats Fail(Measurement of, TimeSpan during) =>
        new(
            Requests(of.FailCount, of, during),
            Latency(of.FailResponse),
            Transfer(of.FailBytes, of.FailByteSum, during),
            StatusCodes(of, isError: true)
        );

    public static double PerSecond(double count, TimeSpan during) =>
        during > TimeSpan.Zero ? count / during.TotalSeconds : 0;

    public static double Percent(long count, long all) => all == 0 ? 0 : 100.0 * count / all;

    private static RequestStats Requests(long count, Measurement of, TimeSpan during) =>
        new(count, PerSecond(count, during), Percent(count, of.AllCount));

    private static LatencyStats Latency(Histogram micros) =>
        new(
            micros.Min / MicrosPerMs,
            micros.Mean / MicrosPerMs,
            micros.Max / MicrosPerMs,
            micros.At(50) / MicrosPerMs,
            micros.At(75) / MicrosPerMs,
            micros.At(95) / MicrosPerMs,
            micros.At(99) / MicrosPerMs,
            micros.StdDev / MicrosPerMs,
            Coarse(micros)
        );

    private static LatencyCount Coarse(Histogram micros)
    {
        long fast = 0;
        long slow = 0;
        foreach (var (value, count) in micros.Recorded())
        {
            fast += value <= 800 * MicrosPerMs ? count : 0;
            slow += value >= 1_200 * MicrosPerMs ? count : 0;
        }
        return new(fast, micros.Count - fast - slow, slow);
    }

    private static DataTransferStats Transfer(Histogram bytes, long sum, TimeSpan during) =>
        new(
            (long)bytes.Min,
            (long)bytes.Mean,
            (long)bytes.Max,
            (long)bytes.At(50),
            (long)bytes.At(75),
            (long)bytes.At(95),
            (long)bytes.At(99),
            bytes.StdDev,
            sum,
            PerSecond(sum, during)
        );

    private static StatusCodeStats[] StatusCodes(Measurement of, bool isError) =>
        [
            .. of
                .Codes.Where(one => one.Key.IsError == isError && one.Key.Code.Length > 0)
                .OrderByDescending(one => one.Value.Count)
                .Select(one => new StatusCodeStats(
                    one.Key.Code,
                    isError,
                    one.Value.Message,
                    one.Value.Count,
                    Percent(one.Value.Count, of.AllCount)
                )),
        ];
}
