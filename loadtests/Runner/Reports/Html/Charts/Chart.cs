namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>
/// A figure: title, legend, plot, and its figures as a table. The plot is an SVG without text that the page stretches to any width; the axes' words
/// are HTML beside it and keep their size on a phone. The script takes what it shows at the pointer from the table.
/// </summary>
internal sealed record Chart
{
    /// <summary>Unique in the page.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }

    /// <summary>Of the vertical axis.</summary>
    public required string Unit { get; init; }
    public required IReadOnlyList<LegendEntry> Legend { get; init; }

    /// <summary>One, or two of which the reader picks one; the first is shown at first.</summary>
    public required IReadOnlyList<Plot> Plots { get; init; }

    /// <summary>True when the horizontal axis is the run's time: the pointer is then shown in every such chart.</summary>
    public bool IsOverTime { get; init; }
    public required IReadOnlyList<Column> Columns { get; init; }
    public required IReadOnlyList<ChartRow> Rows { get; init; }

    public Markup Write() =>
        Markup.Of(
            $"""
            <figure class="chart" id="{Id}"{(
                IsOverTime ? new Markup(" data-over-time") : Markup.None
            )}>
            <figcaption><h4>{Title} <small>{Unit}</small></h4>{Switch()}</figcaption>
            <ul class="legend">{Legend.Select(entry => entry.Write())}</ul>
            {Plots.Select(WritePlot)}
            {ChartTable.Of(Title, Columns, Rows)}
            </figure>

            """
        );

    /// <summary>In place of a chart that has nothing to show.</summary>
    public static Markup Empty(string title, string why) =>
        Markup.Of(
            $"""
            <figure class="chart"><figcaption><h4>{title}</h4></figcaption><p class="empty">{why}</p></figure>

            """
        );

    private Markup Switch() =>
        Plots.Count < 2
            ? Markup.None
            : Markup.Of(
                $"""<fieldset class="switch"><legend>Scale of {Title}</legend>{Plots.Select(Choice)}</fieldset>"""
            );

    private Markup Choice(Plot plot, int index)
    {
        var isChecked = index == 0 ? new Markup(" checked") : Markup.None;
        return Markup.Of(
            $"""<label><input type="radio" name="{Id}-scale" class="pick-{plot.Name}"{isChecked}><span>{plot.Name}</span></label>"""
        );
    }

    private Markup WritePlot(Plot plot) =>
        Markup.Of(
            $"""
            <div class="frame frame-{plot.Name}">
            <div class="axis-y" aria-hidden="true">{plot.Y.Ticks.Select(tick =>
                Markup.Of(
                    $"""<span style="bottom:{100 * plot.Y.At(tick)}%">{plot.YLabel(tick)}</span>"""
                )
            )}</div>
            <div class="plot" tabindex="0" role="group" aria-label="{Title}: arrow keys read the values">
            <svg viewBox="0 0 {PathData.Size} {PathData.Size}" preserveAspectRatio="none" role="img" aria-labelledby="{Id}-{plot.Name}-t {Id}-{plot.Name}-d">
            <title id="{Id}-{plot.Name}-t">{Title}, {Unit}</title>
            <desc id="{Id}-{plot.Name}-d">{string.Join(
                ", ",
                Legend.Select(entry => $"{entry.Name} {entry.Note}".Trim())
            )}. All figures are in the table that follows.</desc>
            <path class="grid" d="{GridPath(plot)}"/>
            {plot.Shapes}
            </svg>{plot.Overlay}</div>
            <div class="axis-x" aria-hidden="true">{plot.X.Ticks.Select(tick =>
                XTick(plot, tick)
            )}</div>
            </div>

            """
        );

    /// <summary>Centred below its place, or kept within the plot at its ends.</summary>
    private static Markup XTick(Plot plot, double tick)
    {
        var at = plot.X.At(tick);
        var end =
            at < 0.01 ? "start"
            : at > 0.98 ? "end"
            : "middle";
        return Markup.Of(
            $"""<span class="{end}" style="left:{100 * at}%">{plot.XLabel(tick)}</span>"""
        );
    }

    private static string GridPath(Plot plot) =>
        string.Concat(
            plot.Y.Ticks.Select(tick =>
                PathData.Line([
                    new PlotPoint(0, plot.Y.At(tick)),
                    new PlotPoint(1, plot.Y.At(tick)),
                ])
            )
        );
}

/// <param name="Name">Of the scale: linear, log.</param>
/// <param name="Shapes">Of the SVG.</param>
/// <param name="Overlay">HTML over the plot.</param>
internal sealed record Plot(
    string Name,
    Scale X,
    Scale Y,
    Func<double, string> XLabel,
    Func<double, string> YLabel,
    Markup Shapes,
    Markup Overlay
);

/// <param name="Style">The class of its shapes in the style sheet.</param>
/// <param name="Note">Beside the name: its peak or total.</param>
internal readonly record struct LegendEntry(string Name, string Style, string Note)
{
    public Markup Write() =>
        Markup.Of(
            $"""<li><svg class="swatch" viewBox="0 0 18 10" aria-hidden="true"><path class="{Style}" d="M0 5H18"/></svg>{Name} <span>{Note}</span></li>"""
        );
}
