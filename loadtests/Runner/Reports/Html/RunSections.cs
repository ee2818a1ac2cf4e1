using PointsMall.LoadTests.Runner.Reports.Html.Charts;

namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>What all scenarios of a run share: the overview, the processes under test, the generator, the machine.</summary>
internal static class RunSections
{
    public static Markup Overview(IReadOnlyList<(string Id, ScenarioReport Scenario)> scenarios) =>
        HtmlTable.Of(
            "Scenarios",
            [
                Column.Text("scenario"),
                Column.Number("wins (1/s)"),
                Column.Number("refusals (1/s)"),
                Column.Number("failed (%)"),
                Column.Number("p50 (ms)"),
                Column.Number("p99 (ms)"),
                Column.Number("p99.9 (ms)"),
                Column.Text("thresholds"),
                Column.Text("pace"),
            ],
            scenarios.Select(entry => Overview(entry.Id, entry.Scenario))
        );

    public static Markup Processes(IReadOnlyList<MetricSeries> metrics, double lastSecond)
    {
        var groups = metrics
            .Where(series => series.Points.Count > 0)
            .GroupBy(series => (series.Name, series.Unit))
            .ToList();
        return groups.Count == 0
            ? Markup.None
            : Markup.Of(
                $"""
                <section id="processes" aria-labelledby="processes-name">
                <h2 id="processes-name">Processes <small>as they measured themselves during the run</small></h2>
                <div class="metrics">{groups.Select(
                    (group, index) => SmallMultiples.Of($"metric-{index}", lastSecond, [.. group])
                )}</div>
                </section>

                """
            );
    }

    public static Markup Environment(RunReport report)
    {
        var generator = report.Generator;
        Fact[] figures =
        [
            new("CPU", $"{Figures.Percent(generator.CpuCores)} cores, mean"),
            new("GC", $"{Figures.Count(generator.GcCount)} collections"),
            new(
                "GC pauses",
                $"{Figures.Short(generator.GcPauseMs)} ms in all, {Figures.Short(generator.MaxGcPauseMs)} ms the longest"
            ),
            new("allocated", $"{Figures.Short(generator.AllocatedBytes / 1024.0 / 1024.0)} MB"),
            new("thread-pool threads", $"{Figures.Count(generator.Threads)} at most"),
        ];
        return Markup.Of(
            $"""
            <section id="environment" class="environment" aria-labelledby="environment-name">
            <h2 id="environment-name">Where and how</h2>
            <div class="columns">
            <div><h3>Generator</h3>{Facts(figures)}</div>
            <div><h3>Machine, versions, settings</h3>{Facts(report.Facts)}</div>
            </div>
            </section>

            """
        );
    }

    private static IReadOnlyList<Markup> Overview(string id, ScenarioReport scenario)
    {
        var total = scenario.Total;
        return
        [
            Markup.Of($"""<a href="#{id}">{scenario.Name}</a>"""),
            HtmlTable.Text(Figures.Rate(total.WinsPerSecond)),
            HtmlTable.Text(Figures.Rate(total.RefusalsPerSecond)),
            HtmlTable.Text(
                Figures.Percent(Figures.Share(total.FailCount, total.OkCount + total.FailCount))
            ),
            HtmlTable.Text(Figures.Ms(total.ResponseTime.P50Ms)),
            HtmlTable.Text(Figures.Ms(total.ResponseTime.P99Ms)),
            HtmlTable.Text(Figures.Ms(total.ResponseTime.P999Ms)),
            scenario.Thresholds.Count == 0
                ? HtmlTable.Text(Figures.Unknown)
                : HtmlTable.Outcome(scenario.Thresholds.All(threshold => threshold.Passed)),
            scenario.Pace.Kept
                ? HtmlTable.Text("kept")
                : Markup.Of($"""<span class="outcome fail">not kept</span>"""),
        ];
    }

    private static Markup Facts(IEnumerable<Fact> facts) =>
        Markup.Of(
            $"""<dl class="facts">{facts.Select(fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>"))}</dl>"""
        );
}
