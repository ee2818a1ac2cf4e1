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
        var largest = known.Max(curve => curve.Latency.Buckets[^1].UpToMs);
        var smallest = known
            .Select(curve => curve.Latency.Buckets[0].UpToMs)
            .Where(bound => bound > 0)
            .DefaultIfEmpty(largest)
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
                .. TablePercentiles(x)
                    .Select(percentile => new ChartRow(
                        x.At(Nines(percentile)),
                        [
                            Label(percentile),
                            .. known.Select(curve =>
                                Figures.Short(At(curve.Latency.Buckets, percentile))
                            ),
                        ]
                    )),
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
                    Points(latency.Buckets)
                        .Select(point => new PlotPoint(x.At(point.Nines), y.At(point.Ms)))
                )
                .Select(point => (PlotPoint?)point)
        );

    /// <summary>log10 of 1/(1-p): 0.3 for the median, 1 for p90, 2 for p99.</summary>
    internal static double Nines(double percentile) => -Math.Log10(1 - percentile);

    /// <summary>The curve's points. The largest answer is drawn where one of so many answers lies, not at infinity.</summary>
    internal static IEnumerable<(double Nines, double Ms)> Points(
        IReadOnlyList<LatencyBucket> buckets
    )
    {
        var all = buckets.Sum(bucket => bucket.Count);
        var below = 0L;
        foreach (var (upToMs, count) in buckets.Where(bucket => bucket.Count > 0))
        {
            // A bucket's bound is at or above all that is in it: from its first answer to its last the curve is no higher.
            yield return (Nines((double)below / all), upToMs);
            below += count;
            yield return (Nines(Math.Min((double)below / all, 1 - 0.5 / all)), upToMs);
        }
    }

    private static double At(IReadOnlyList<LatencyBucket> buckets, double percentile)
    {
        var rank = Math.Ceiling(percentile * buckets.Sum(bucket => bucket.Count));
        var seen = 0L;
        foreach (var bucket in buckets)
        {
            seen += bucket.Count;
            if (seen >= rank && seen > 0)
            {
                return bucket.UpToMs;
            }
        }
        return buckets[^1].UpToMs;
    }

    private static Scale Axis(long count)
    {
        var end = Math.Max(1, Nines(1 - 0.5 / Math.Max(1, count)));
        return new()
        {
            From = 0,
            To = end,
            IsLog = false,
            Ticks = [.. Percentiles.Select(Nines).Where(nines => nines <= end)],
        };
    }

    private static IEnumerable<double> TablePercentiles(Scale x)
    {
        double[] within =
        [
            0,
            0.25,
            0.5,
            0.75,
            0.9,
            0.95,
            0.99,
            0.995,
            0.999,
            0.9995,
            0.9999,
            0.99999,
        ];
        return within.Where(percentile => Nines(percentile) <= x.To);
    }

    private static string Label(double percentile) =>
        "p" + (100 * percentile).ToString("0.####", CultureInfo.InvariantCulture);
}
