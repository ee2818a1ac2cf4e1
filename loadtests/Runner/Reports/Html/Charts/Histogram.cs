namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>How many answers took how long, over bars of equal width on a logarithmic axis.</summary>
internal static class Histogram
{
    private const int Bars = 40;

    /// <summary>On either side of a bar, of its width.</summary>
    private const double Gap = 0.08;

    public static Chart Of(string id, string title, LatencyReport latency)
    {
        var x = Scale.Log(Lower(latency), latency.Buckets[^1].UpToMs);
        var bars = Rebin(latency, x, Bars);
        var y = Scale.Linear(bars.Max());
        return new()
        {
            Id = id,
            Title = title,
            Unit = "answers by ms",
            Legend =
            [
                new("answers", "bar", Figures.Count(latency.Count)),
                new("p50", "mark-line", Figures.Short(latency.P50Ms) + " ms"),
                new("p99", "mark-line", Figures.Short(latency.P99Ms) + " ms"),
            ],
            Plots =
            [
                new(
                    "linear",
                    x,
                    y,
                    tick => Labels.Value(tick),
                    Labels.Value,
                    Markup.Of($"""<path class="bar" d="{BarsPath(bars, y)}"/>"""),
                    Markup.Of($"{Mark("p50", latency.P50Ms, x)}{Mark("p99", latency.P99Ms, x)}")
                ),
            ],
            Columns =
            [
                Column.Number("from, to (ms)"),
                Column.Number("answers"),
                Column.Number("share (%)"),
            ],
            Rows = [.. bars.Select((count, bar) => Row(x, bar, count, latency.Count))],
        };
    }

    /// <summary>Spreads each bucket's answers evenly over the bars that it covers: what is known of them is only the bounds.</summary>
    internal static double[] Rebin(LatencyReport latency, Scale x, int count)
    {
        var bars = new double[count];
        var from = count * x.At(Lower(latency));
        foreach (var bucket in latency.Buckets)
        {
            var to = Math.Max(from, count * x.At(bucket.UpToMs));
            if (to - from < 1e-9)
            {
                bars[Math.Clamp((int)Math.Ceiling(to) - 1, 0, count - 1)] += bucket.Count;
            }
            else
            {
                for (var bar = (int)from; bar < Math.Min(to, count); bar++)
                {
                    var covered = Math.Min(bar + 1, to) - Math.Max(bar, from);
                    bars[bar] += bucket.Count * covered / (to - from);
                }
            }
            from = to;
        }
        return bars;
    }

    /// <summary>Above zero, since the axis is logarithmic; a microsecond is less than anything that is timed here.</summary>
    private static double Lower(LatencyReport latency) =>
        Math.Clamp(latency.MinMs, 0.001, Math.Max(0.001, latency.Buckets[0].UpToMs));

    private static string BarsPath(double[] bars, Scale y)
    {
        return string.Concat(bars.Select((count, bar) => count > 0 ? Bar(bar, count) : ""));

        string Bar(int bar, double count) =>
            PathData.Area(
                [Corner(bar + Gap, count), Corner(bar + 1 - Gap, count)],
                [Corner(bar + Gap, 0), Corner(bar + 1 - Gap, 0)]
            );

        PlotPoint Corner(double at, double count) => new(at / Bars, y.At(count));
    }

    private static Markup Mark(string name, double ms, Scale x) =>
        Markup.Of($"""<i class="mark" style="left:{100 * x.At(ms)}%"><b>{name}</b></i>""");

    private static ChartRow Row(Scale x, int bar, double count, long all) =>
        new(
            (bar + 0.5) / Bars,
            [
                $"{Figures.Short(Bound(x, bar))} to {Figures.Short(Bound(x, bar + 1))} ms",
                Figures.Count((long)Math.Round(count)),
                Figures.Percent(Figures.Share((long)Math.Round(count), all)),
            ]
        );

    private static double Bound(Scale x, int bar) =>
        x.From * Math.Pow(x.To / x.From, (double)bar / Bars);
}
