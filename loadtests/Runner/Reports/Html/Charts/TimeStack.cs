namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>One layer of a stack, from the bottom.</summary>
/// <param name="Style">The class of its area in the style sheet.</param>
internal sealed record Layer(string Name, string Style, Func<IntervalPoint, double> Value);

/// <summary>Rates stacked over the time of the run: the upper edge is all answers.</summary>
internal static class TimeStack
{
    public static Chart Of(
        string id,
        string title,
        string unit,
        double lastSecond,
        IReadOnlyList<IntervalPoint> series,
        IReadOnlyList<Layer> layers
    )
    {
        var x = Scale.Seconds(lastSecond);
        var tops = Tops(series, layers);
        var y = Scale.Linear(tops[^1].DefaultIfEmpty().Max());
        return new()
        {
            Id = id,
            Title = title,
            Unit = unit,
            IsOverTime = true,
            Legend =
            [
                .. layers.Select(layer => new LegendEntry(
                    layer.Name,
                    layer.Style,
                    "peak " + Figures.Short(series.Select(layer.Value).DefaultIfEmpty().Max())
                )),
            ],
            Plots =
            [
                new(
                    "linear",
                    x,
                    y,
                    Labels.ClockFor(lastSecond),
                    Labels.Value,
                    Markup.Join(layers.Select((layer, index) => Draw(layer, index))),
                    Markup.None
                ),
            ],
            Columns =
            [
                Column.Number("time"),
                .. layers.Select(layer => Column.Number($"{layer.Name} ({unit})")),
            ],
            Rows =
            [
                .. series.Select(point => new ChartRow(
                    x.At(point.AtSeconds),
                    [
                        Labels.Seconds(point.AtSeconds),
                        .. layers.Select(layer => Figures.Short(layer.Value(point))),
                    ]
                )),
            ],
        };

        Markup Draw(Layer layer, int index) =>
            Markup.Of(
                $"""<path class="area {layer.Style}" d="{PathData.Area(Edge(tops[index + 1]), Edge(tops[index]))}"/>"""
            );

        PlotPoint[] Edge(double[] heights) =>
            [
                .. heights.Take(1).Select(height => new PlotPoint(0, y.At(height))),
                .. heights.Select(
                    (height, index) => new PlotPoint(x.At(series[index].AtSeconds), y.At(height))
                ),
            ];
    }

    /// <summary>The edges between the layers, from the axis to the top: one more than there are layers.</summary>
    internal static IReadOnlyList<double[]> Tops(
        IReadOnlyList<IntervalPoint> series,
        IReadOnlyList<Layer> layers
    )
    {
        List<double[]> tops = [new double[series.Count]];
        foreach (var layer in layers)
        {
            tops.Add([
                .. series.Select((point, index) => tops[^1][index] + Known(layer.Value(point))),
            ]);
        }
        return tops;
    }

    private static double Known(double value) => double.IsFinite(value) ? value : 0;
}
