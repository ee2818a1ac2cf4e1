using System.Globalization;

namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>
/// Latency by percentile. The axis gives each nine as much room as the one before, x = log 1/(1-p): the tail, which a customer notices and an
/// average hides, gets most of the drawing.
/// </summary>
internal static class PercentileCurve
{
    private static readonly double[] Percentiles =
    [
        0.5,
        0.9,
        0.99,
        0.999,
        0.9999,
        0.99999,
        0.999999,
    ];

    public static Chart Of(
        string id,
        string title,
        IReadOnlyList<(string Name, string Style, LatencyReport Latency)> curves
    )
    {
        var known = curves.Where(curve => curve.Latency.Buckets.Count > 0).ToList();
        var x = Axis(known.Max(curve => curve.Latency.Count));
        var largest = known.Max(curve => curve.Latency.MaxMs);
        var smallest = known
            .Select(curve => curve.Latency.MinMs)
            .Where(ms => ms > 0)
            .DefaultIfEmpty(largest / 1000)
            .Min();
        return new()
        {
            Id = id,
            Title = title,
            Unit = "ms",
            Legend =
            [
                .. known.Select(curve => new LegendEntry(
                    curve.Name,
                    curve.Style,
                    $"p99.9 {Figures.Short(curve.Latency.P999Ms)}"
                )),
            ],
            Plots =
            [
                Draw("log", Scale.Log(smallest, largest)),
                Draw("linear", Scale.Linear(largest)),
            ],
            Columns =
            [
                Column.Number("percentile"),
                .. known.Select(curve => Column.Number($"{curve.Name} (ms)")),
            ],
            Rows =
            [
                .. Measured(known[0].Latency)
                    .Select(
                        (measured, index) =>
                            new ChartRow(
                                x.At(Nines(measured.Percentile)),
                                [
                                    Label(measured.Percentile),
                                    .. known.Select(curve =>
                                        Figures.Short(Measured(curve.Latency)[index].Ms)
                                    ),
                                ]
                            )
                    ),
                new ChartRow(
                    1,
                    ["max", .. known.Select(curve => Figures.Short(curve.Latency.MaxMs))]
                ),
            ],
        };

        Plot Draw(string name, Scale y) =>
            new(
                name,
                x,
                y,
                nines => Label(1 - 1 / Math.Pow(10, nines)),
                Labels.Value,
                Markup.Join(
                    known.Select(curve =>
                        Markup.Of(
                            $"""<path class="{curve.Style}" d="{Path(curve.Latency, x, y)}"/>"""
                        )
                    )
                ),
                Markup.None
            );
    }

    private static string Path(LatencyReport latency, Scale x, Scale y) =>
        PathData.Line(
            PathData
                .Thin(
                    Points(latency)
                        .Select(point => new PlotPoint(x.At(point.Nines), y.At(point.Ms)))
                )
                .Select(point => (PlotPoint?)point)
        );

    /// <summary>log10 of 1/(1-p): 0.3 for the median, 1 for p90, 2 for p99.</summary>
    internal static double Nines(double percentile) => -Math.Log10(1 - percentile);

    /// <summary>
    /// The curve's points: what is known exactly, from the smallest answer over the buckets' bounds and the measured percentiles to the largest,
    /// which is drawn where the last of so many answers lies, not at infinity.
    /// </summary>
    internal static IEnumerable<(double Nines, double Ms)> Points(LatencyReport latency)
    {
        var end = End(latency.Count);
        List<(double Nines, double Ms)> points = [(0, latency.MinMs), (end, latency.MaxMs)];
        var below = 0L;
        foreach (var bucket in latency.Buckets.Where(bucket => bucket.Count > 0))
        {
            below += bucket.Count;
            points.Add((Nines(Math.Min(1, (double)below / latency.Count)), bucket.UpToMs));
        }
        points.AddRange(
            Measured(latency).Select(measured => (Nines(measured.Percentile), measured.Ms))
        );
        return points
            .Where(point => point.Nines <= end)
            .Select(point => (point.Nines, Math.Min(point.Ms, latency.MaxMs)))
            .Order();
    }

    private static (double Percentile, double Ms)[] Measured(LatencyReport latency) =>
        [
            (0.5, latency.P50Ms),
            (0.75, latency.P75Ms),
            (0.9, latency.P90Ms),
            (0.95, latency.P95Ms),
            (0.99, latency.P99Ms),
            (0.999, latency.P999Ms),
        ];

    private static double End(long count) => Math.Max(1, Nines(1 - 0.5 / Math.Max(1, count)));

    private static Scale Axis(long count)
    {
        var end = End(count);
        return new()
        {
            From = 0,
            To = end,
            IsLog = false,
            Ticks = [.. Percentiles.Select(Nines).Where(nines => nines <= end)],
        };
    }

    private static string Label(double percentile) =>
        "p" + (100 * percentile).ToString("0.####", CultureInfo.InvariantCulture);
}
