namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>One value of an interval. Null: nothing was measured in it.</summary>
/// <param name="Style">The class of the line in the style sheet.</param>
internal sealed record Line(string Name, string Style, Func<IntervalPoint, double?> Value);

/// <summary>Lines over the time of the run; an interval's value is drawn at its end, the first one from the start.</summary>
internal static class TimeLines
{
    /// <summary>Linear, and logarithmic where asked for and where anything is above zero.</summary>
    public static Chart Of(
        string id,
        string title,
        string unit,
        double lastSecond,
        bool withLog,
        IReadOnlyList<IntervalPoint> series,
        IReadOnlyList<Line> lines
    )
    {
        var values = series
            .SelectMany(point => lines.Select(line => line.Value(point)))
            .OfType<double>()
            .Where(double.IsFinite)
            .ToList();
        var positive = values.Where(value => value > 0).ToList();
        var x = Scale.Seconds(lastSecond);
        List<Plot> plots = [Draw("linear", x, Scale.Linear(values.DefaultIfEmpty().Max()))];
        if (withLog && positive.Count > 0)
        {
            // First, since a tail hides all else on a linear scale.
            plots.Insert(0, Draw("log", x, Scale.Log(positive.Min(), positive.Max())));
        }
        return new()
        {
            Id = id,
            Title = title,
            Unit = unit,
            IsOverTime = true,
            Legend = [.. lines.Select(line => new LegendEntry(line.Name, line.Style, Peak(line)))],
            Plots = plots,
            Columns =
            [
                Column.Number("time"),
                .. lines.Select(line => Column.Number($"{line.Name} ({unit})")),
            ],
            Rows = [.. series.Select(Row)],
        };

        Plot Draw(string name, Scale xScale, Scale y) =>
            new(
                name,
                xScale,
                y,
                Labels.ClockFor(lastSecond),
                Labels.Value,
                Markup.Join(
                    lines.Select(line =>
                        Markup.Of(
                            $"""<path class="{line.Style}" d="{PathData.Line(Points(line, xScale, y))}"/>"""
                        )
                    )
                ),
                Markup.None
            );

        IEnumerable<PlotPoint?> Points(Line line, Scale xScale, Scale y)
        {
            if (series.Count > 0 && Place(line, series[0], y) is { } first)
            {
                yield return new PlotPoint(0, first);
            }
            foreach (var point in series)
            {
                yield return Place(line, point, y) is { } height
                    ? new PlotPoint(xScale.At(point.AtSeconds), height)
                    : null;
            }
        }

        string Peak(Line line) =>
            "peak "
            + Figures.Short(series.Select(line.Value).OfType<double>().DefaultIfEmpty().Max());

        ChartRow Row(IntervalPoint point) =>
            new(
                x.At(point.AtSeconds),
                [
                    Labels.Seconds(point.AtSeconds),
                    .. lines.Select(line =>
                        line.Value(point) is { } value ? Figures.Short(value) : Figures.Unknown
                    ),
                ]
            );
    }

    private static double? Place(Line line, IntervalPoint point, Scale y) =>
        line.Value(point) is { } value && double.IsFinite(value) && (value > 0 || !y.IsLog)
            ? y.At(value)
            : null;
}
