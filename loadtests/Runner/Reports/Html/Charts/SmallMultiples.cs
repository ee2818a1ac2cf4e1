namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>One metric of several processes: a small plot each, all on one scale, so that they compare at a glance.</summary>
internal static class SmallMultiples
{
    public static Markup Of(string id, double lastSecond, IReadOnlyList<MetricSeries> ofOneMetric)
    {
        var (name, unit) = (ofOneMetric[0].Name, ofOneMetric[0].Unit);
        var x = Scale.Seconds(lastSecond);
        var y = Scale.Linear(
            ofOneMetric
                .SelectMany(series => series.Points)
                .Select(point => point.Value)
                .Where(double.IsFinite)
                .DefaultIfEmpty()
                .Max()
        );
        return Markup.Of(
            $"""
            <figure class="chart multiples" id="{id}" data-over-time>
            <figcaption><h4>{name} <small>{unit}, each from 0 to {Labels.Value(
                y.To
            )}</small></h4></figcaption>
            <div class="panels">{ofOneMetric.Select(
                (series, index) => Panel($"{id}-{index}", series, index, x, y)
            )}</div>
            {DataTable(name, unit, x, ofOneMetric)}
            </figure>

            """
        );
    }

    private static Markup Panel(string id, MetricSeries series, int index, Scale x, Scale y)
    {
        var points = series
            .Points.Where(point => double.IsFinite(point.Value))
            .Select(point => new PlotPoint(x.At(point.AtSeconds), y.At(point.Value)))
            .ToList();
        var mean = Figures.Short(series.Points.Average(point => point.Value));
        var max = Figures.Short(series.Points.Max(point => point.Value));
        var area =
            points.Count == 0
                ? ""
                : PathData.Area(points, [points[0] with { Y = 0 }, points[^1] with { Y = 0 }]);
        return Markup.Of(
            $"""
            <div class="panel"><h5>{series.Source}</h5><p>mean <b>{mean}</b> max <b>{max}</b></p>
            <div class="plot" data-column="{index
                + 1}" tabindex="0" role="group" aria-label="{series.Name} of {series.Source}: arrow keys read the values">
            <svg viewBox="0 0 {PathData.Size} {PathData.Size}" preserveAspectRatio="none" role="img" aria-labelledby="{id}-t {id}-d">
            <title id="{id}-t">{series.Name} of {series.Source}, {series.Unit}</title>
            <desc id="{id}-d">Mean {mean}, maximum {max} {series.Unit}. All figures are in the table that follows.</desc>
            <path class="metric-area" d="{area}"/><path class="metric" d="{PathData.Line(
                points.Select(point => (PlotPoint?)point)
            )}"/>
            </svg></div></div>

            """
        );
    }

    private static Markup DataTable(
        string name,
        string unit,
        Scale x,
        IReadOnlyList<MetricSeries> ofOneMetric
    )
    {
        var bySecond = ofOneMetric
            .Select(series =>
                series
                    .Points.GroupBy(point => point.AtSeconds)
                    .ToDictionary(group => group.Key, group => group.Last().Value)
            )
            .ToList();
        return ChartTable.Of(
            name,
            [
                Column.Number("time"),
                .. ofOneMetric.Select(series => Column.Number($"{series.Source} ({unit})")),
            ],
            bySecond
                .SelectMany(values => values.Keys)
                .Distinct()
                .Order()
                .Select(second => new ChartRow(
                    x.At(second),
                    [
                        Labels.Seconds(second),
                        .. bySecond.Select(values =>
                            values.TryGetValue(second, out var value)
                                ? Figures.Short(value)
                                : Figures.Unknown
                        ),
                    ]
                ))
        );
    }
}
