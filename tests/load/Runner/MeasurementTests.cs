using PointsMall.LoadTests.Runner.Recording;

namespace PointsMall.Tests.Load.Runner;

public sealed class MeasurementTests
{
    [Fact]
    public void Percentiles_of_a_known_set_are_right_to_three_digits()
    {
        var measurement = new Measurement();
        for (var ms = 1; ms <= 1_000; ms++)
        {
            measurement.Record(Ok(ms));
        }

        var latency = Measurements.Latency(measurement.Response);

        Assert.Equal(1_000, latency.Count);
        Assert.Equal(1, latency.MinMs);
        Assert.Equal(1_000, latency.MaxMs);
        AssertClose(500.5, latency.MeanMs);
        AssertClose(288.675, latency.StdDevMs);
        AssertClose(500, latency.P50Ms);
        AssertClose(750, latency.P75Ms);
        AssertClose(900, latency.P90Ms);
        AssertClose(950, latency.P95Ms);
        AssertClose(990, latency.P99Ms);
        AssertClose(999, latency.P999Ms);
    }

    [Fact]
    public void Distributions_are_added_and_never_averaged()
    {
        var fast = new Measurement();
        var slow = new Measurement();
        for (var count = 0; count < 990; count++)
        {
            fast.Record(Ok(1));
        }
        for (var count = 0; count < 10; count++)
        {
            slow.Record(Ok(1_000));
        }

        fast.Add(slow);

        var latency = Measurements.Latency(fast.Response);
        // Averaged percentiles would be about 500 ms.
        AssertClose(1, latency.P99Ms);
        AssertClose(1_000, latency.P999Ms);
        AssertClose((990 + 10_000) / 1_000.0, latency.MeanMs);
        Assert.Equal(1_000, latency.Buckets.Sum(bucket => bucket.Count));
        Assert.Equal(new(1, 990), latency.Buckets[0]);
        Assert.Equal(new(1_000, 10), latency.Buckets[^1]);
    }

    [Fact]
    public void Wins_refusals_and_failures_are_told_apart()
    {
        var measurement = new Measurement();
        measurement.Record(Ok(10) with { StatusCode = "201", SizeBytes = 100 });
        measurement.Record(Ok(1) with { StatusCode = "out_of_stock", Message = "sold out" });
        measurement.Record(Ok(1) with { StatusCode = "out_of_stock", Message = "gone" });
        measurement.Record(Ok(50) with { StatusCode = "503", IsError = true, SizeBytes = 7 });

        var report = Measurements.Report("shop", measurement, TimeSpan.FromSeconds(2));
        var ok = Statistics.Ok(measurement, TimeSpan.FromSeconds(2));
        var fail = Statistics.Fail(measurement, TimeSpan.FromSeconds(2));

        Assert.Equal((3, 1), (report.OkCount, report.FailCount));
        Assert.Equal((0.5, 1.0), (report.WinsPerSecond, report.RefusalsPerSecond));
        Assert.Equal((1.5, 0.5), (report.OkPerSecond, report.FailPerSecond));
        Assert.Equal((1, 10), (report.WinTime.Count, report.WinTime.MinMs));
        Assert.Equal((1, 50), (report.FailTime.Count, report.FailTime.MaxMs));
        Assert.Equal((107, 53.5), (report.Bytes, report.BytesPerSecond));
        Assert.Equal(new("out_of_stock", IsError: false, "sold out", 2, 50), report.StatusCodes[0]);
        Assert.Equal((3, 1.5, 75), (ok.Request.Count, ok.Request.RPS, ok.Request.Percent));
        Assert.Equal((1, 0.5, 25), (fail.Request.Count, fail.Request.RPS, fail.Request.Percent));
        Assert.Equal((100, 50), (ok.DataTransfer.AllBytes, ok.DataTransfer.BytesPerSecond));
        Assert.Equal(7, fail.DataTransfer.MaxBytes);
        Assert.Equal(
            25,
            NBomber.Contracts.Stats.StatsExtensions.Get(fail.StatusCodes, "503").Percent
        );
    }

    [Fact]
    public void Answers_are_sorted_into_fast_slow_and_very_slow()
    {
        var measurement = new Measurement();
        foreach (var ms in new[] { 1, 800, 900, 1_100, 1_500 })
        {
            measurement.Record(Ok(ms));
        }

        var count = Statistics.Ok(measurement, TimeSpan.FromSeconds(1)).Latency.LatencyCount;

        Assert.Equal(new(2, 2, 1), count);
    }

    [Fact]
    public void A_flood_of_status_codes_does_not_fill_the_memory()
    {
        var measurement = new Measurement();
        for (var id = 0; id < 10_000; id++)
        {
            measurement.Record(Ok(1) with { StatusCode = $"order-{id}" });
        }

        Assert.True(measurement.Codes.Count < 300);
        Assert.Equal(10_000, measurement.Codes.Values.Sum(tally => tally.Count));
    }

    [Fact]
    public async Task No_sample_of_many_threads_is_lost_while_intervals_are_taken()
    {
        const int Each = 50_000;
        var recorder = new Recorder();
        var sum = new Measurement();
        var recording = Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var count = 0; count < Each; count++)
                        {
                            recorder.Record(Ok(1));
                        }
                    })
                )
        );
        while (!recording.IsCompleted)
        {
            recorder.DrainTo(sum);
        }
        await recording;
        recorder.DrainTo(sum);

        Assert.Equal(4 * Each, sum.OkCount);
        Assert.Equal(4 * Each, sum.Codes.Values.Sum(tally => tally.Count));
    }

    [Fact]
    public void An_interval_has_its_own_figures()
    {
        var recorder = new Recorder();
        var interval = new Measurement();
        recorder.Record(Ok(100));
        recorder.DrainTo(interval);
        interval.Reset();
        recorder.Record(Ok(2));
        recorder.Record(Ok(2) with { StatusCode = "limit_reached" });
        recorder.DrainTo(interval);

        var point = Measurements.Point(
            interval,
            at: TimeSpan.FromSeconds(2),
            during: TimeSpan.FromSeconds(0.5),
            open: 7
        );

        Assert.Equal(
            (2, 2.0, 2.0, 0.0),
            (point.AtSeconds, point.WinsPerSecond, point.RefusalsPerSecond, point.FailsPerSecond)
        );
        Assert.Equal((2, 7), (point.MaxMs, point.Open));
        Assert.Equal(
            [("", 2.0), ("limit_reached", 2.0)],
            point.StatusCodes.Select(one => (one.StatusCode, one.PerSecond))
        );
    }

    private static Sample Ok(double ms) =>
        new(
            Response: TimeSpan.FromMilliseconds(ms),
            Service: TimeSpan.FromMilliseconds(ms),
            Late: TimeSpan.Zero,
            IsError: false,
            StatusCode: "",
            Message: "",
            SizeBytes: 0
        );

    private static void AssertClose(double expected, double actual) =>
        Assert.InRange(actual, expected * 0.999, expected * 1.001);
}
