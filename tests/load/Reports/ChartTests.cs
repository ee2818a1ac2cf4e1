using PointsMall.LoadTests.Runner.Reports;
using PointsMall.LoadTests.Runner.Reports.Html.Charts;

namespace PointsMall.Tests.Load.Reports;

/// <summary>The arithmetic of the charts, at points that can be told by hand.</summary>
public sealed class ChartTests
{
    [Theory]
    [InlineData(0, 0.2, new[] { 0, 0.2 })]
    [InlineData(1970, 2000, new double[] { 0, 500, 1000, 1500, 2000 })]
    [InlineData(2001, 2500, new double[] { 0, 500, 1000, 1500, 2000, 2500 })]
    [InlineData(25, 25, new double[] { 0, 5, 10, 15, 20, 25 })]
    [InlineData(0.6, 0.6, new[] { 0, 0.2, 0.4, 0.6 })]
    public void A_linear_scale_ends_at_a_round_number_above_all(
        double largest,
        double to,
        double[] ticks
    )
    {
        var scale = Scale.Linear(largest);

        Assert.Equal(to, scale.To, 9);
        Assert.Equal(ticks, scale.Ticks.Select(tick => Math.Round(tick, 9)));
        Assert.Equal(0.5, scale.At(to / 2), 9);
    }

    [Theory]
    [InlineData(3, 40, new double[] { 2, 5, 10, 20, 50 })]
    [InlineData(1, 1000, new double[] { 1, 10, 100, 1000 })]
    [InlineData(7, 7, new double[] { 5, 10 })]
    [InlineData(10, 10, new double[] { 10, 20 })]
    public void A_logarithmic_scale_has_ticks_at_1_2_5_or_at_decades(
        double smallest,
        double largest,
        double[] ticks
    )
    {
        var scale = Scale.Log(smallest, largest);

        Assert.Equal(ticks, scale.Ticks.Select(tick => Math.Round(tick, 9)));
        Assert.Equal(0, scale.At(scale.From), 9);
        Assert.Equal(1, scale.At(scale.To), 9);
        Assert.Equal(0.5, scale.At(Math.Sqrt(scale.From * scale.To)), 9);
        Assert.Equal(0, scale.At(0));
    }

    [Theory]
    [InlineData(60, new double[] { 0, 10, 20, 30, 40, 50, 60 })]
    [InlineData(15, new double[] { 0, 5, 10, 15 })]
    [InlineData(1800, new double[] { 0, 300, 600, 900, 1200, 1500, 1800 })]
    [InlineData(0, new double[] { 0, 1 })]
    public void Time_has_ticks_at_round_seconds(double last, double[] ticks) =>
        Assert.Equal(ticks, Scale.Seconds(last).Ticks);

    [Fact]
    public void A_path_goes_up_for_more_and_breaks_at_a_gap()
    {
        PlotPoint?[] points =
        [
            new(0, 0),
            new(0.25, 0.5),
            null,
            new(0.5, 1),
            null,
            new(0.75, 0.25),
            new(1, 0.12345),
        ];

        Assert.Equal("M0 1000L250 500M500 0h0M750 750L1000 876.6", PathData.Line(points));
    }

    [Fact]
    public void Points_that_cannot_be_told_apart_are_drawn_once_and_the_last_is_kept()
    {
        PlotPoint[] points = [new(0, 0), new(0.001, 0), new(0.0015, 0.5), new(0.0016, 0.501)];

        Assert.Equal([points[0], points[2], points[3]], PathData.Thin(points));
    }

    [Fact]
    public void An_area_returns_along_its_lower_edge() =>
        Assert.Equal(
            "M0 500L1000 0L1000 1000L0 900Z",
            PathData.Area([new(0, 0.5), new(1, 1)], [new(0, 0.1), new(1, 0)])
        );

    [Fact]
    public void Layers_stand_on_each_other()
    {
        var series = SmallReport.Make().Scenarios[0].Series;

        var tops = TimeStack.Tops(
            series,
            [
                new("wins", "", point => point.WinsPerSecond),
                new("refusals", "", point => point.RefusalsPerSecond),
                new("unknown", "", _ => double.NaN),
            ]
        );

        Assert.Equal(
            [
                [0, 0],
                [60, 40],
                [90, 105],
                [90, 105],
            ],
            tops
        );
    }

    [Fact]
    public void Each_nine_of_a_percentile_is_one_further()
    {
        Assert.Equal(1, PercentileCurve.Nines(0.9), 9);
        Assert.Equal(3, PercentileCurve.Nines(0.999), 9);

        // 90 answers within 10 ms, 10 within 50 ms, the slowest 45 ms: p90 is the edge, and the last of 100 lies between p99 and p100.
        var latency = new LatencyReport(
            Count: 100,
            MinMs: 1,
            MeanMs: 8,
            MaxMs: 45,
            StdDevMs: 2,
            P50Ms: 5,
            P75Ms: 7,
            P90Ms: 10,
            P95Ms: 30,
            P99Ms: 44,
            P999Ms: 45,
            [new(10, 90), new(20, 0), new(50, 10)]
        );

        var points = PercentileCurve.Points(latency).ToList();

        Assert.Equal([1, 5, 7, 10, 10, 30, 44, 45], points.Select(point => point.Ms));
        Assert.Equal(
            [0, 0.30103, 0.60206, 1, 1, 1.30103, 2, 2.30103],
            points.Select(point => Math.Round(point.Nines, 6))
        );
    }

    [Fact]
    public void The_histogram_spreads_a_bucket_over_its_bars_and_loses_nothing()
    {
        var latency = SmallReport.Nothing with
        {
            Count = 130,
            MinMs = 1,
            Buckets = [new(10, 90), new(100, 30), new(100, 10)],
        };

        var bars = Histogram.Rebin(latency, Scale.Log(1, 100), 6);

        Assert.Equal([30, 30, 30, 10, 10, 20], bars.Select(count => Math.Round(count, 6)));
    }
}
