namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>All of one scenario.</summary>
internal static class ScenarioSection
{
    /// <summary>Its thresholds held and the generator kept its pace.</summary>
    public static bool Passed(ScenarioReport scenario) =>
        scenario.Pace.Kept && scenario.Thresholds.All(threshold => threshold.Passed);

    public static Markup Write(string id, ScenarioReport scenario, double lastSecond) =>
        Markup.Of(
            $"""
            <section id="{id}" aria-labelledby="{id}-name">
            <h2 id="{id}-name">{scenario.Name} <small>{Figures.Time(scenario.Duration)}</small></h2>
            <ol class="simulations">{scenario.Simulations.Select(simulation =>
                Markup.Of($"<li>{simulation}</li>")
            )}</ol>
            {Pace(scenario.Pace)}
            {Thresholds(scenario.Thresholds)}
            {Tiles.Of(scenario)}
            {ScenarioCharts.Of(id, scenario, lastSecond)}
            {Times(scenario)}
            {StatusCodes(scenario)}
            </section>

            """
        );

    private static Markup Pace(PaceReport pace)
    {
        var figures = Markup.Of(
            $"""
            {Figures.Count(pace.Scheduled)} scheduled, {Figures.Count(pace.Started)} started,
            {Figures.Count(pace.Late)} late by more than {Figures.Short(
                pace.LateAfterMs
            )} ms ({Share(pace.Late, pace)} %),
            {Figures.Count(pace.Dropped)} dropped ({Share(
                pace.Dropped,
                pace
            )} %), latest start {Figures.Short(pace.MaxLateMs)} ms late.
            """
        );
        return pace.Kept
            ? Markup.Of($"""<p class="pace"><b>Pace kept.</b> {figures}</p>""")
            : Markup.Of(
                $"""
                <div class="pace warning" role="note"><p><b>{PaceWords.Of(
                    pace
                )}</b></p><p>{figures}</p></div>
                """
            );
    }

    private static string Share(long count, PaceReport pace) =>
        Figures.Percent(Figures.Share(count, pace.Scheduled));

    private static Markup Thresholds(IReadOnlyList<ThresholdReport> thresholds) =>
        thresholds.Count == 0
            ? Markup.None
            : Markup.Of(
                $"""
                <ul class="thresholds" aria-label="Thresholds">{thresholds.Select(Threshold)}</ul>
                """
            );

    private static Markup Threshold(ThresholdReport threshold) =>
        Markup.Of(
            $"""
            <li>{HtmlTable.Outcome(threshold.Passed)} <b>{threshold.Text}</b> <span>{Figures.Count(
                threshold.Checks
            )} checks, {Figures.Count(threshold.Failures)} failed</span></li>

            """
        );

    private static Markup Times(ScenarioReport scenario)
    {
        string[] percentiles = ["p50", "p90", "p99", "p99.9", "max"];
        return HtmlTable.Of(
            "Response time, from the planned start, beside service time, from the actual start",
            [
                Column.Text("scenario and steps"),
                Column.Number("ok"),
                Column.Number("fail"),
                Column.Number("wins (1/s)"),
                Column.Number("refusals (1/s)"),
                .. percentiles.Select(Column.Number),
                .. percentiles.Select(Column.Number),
            ],
            Markup.Of(
                $"""<tr><td colspan="5"></td><th scope="colgroup" colspan="5">response time (ms)</th><th scope="colgroup" colspan="5">service time (ms)</th></tr>"""
            ),
            scenario
                .Steps.Prepend(scenario.Total)
                .Select(measured =>
                    (IReadOnlyList<Markup>)
                        [
                            HtmlTable.Text(measured.Name),
                            HtmlTable.Text(Figures.Count(measured.OkCount)),
                            HtmlTable.Text(Figures.Count(measured.FailCount)),
                            HtmlTable.Text(Figures.Rate(measured.WinsPerSecond)),
                            HtmlTable.Text(Figures.Rate(measured.RefusalsPerSecond)),
                            .. Percentiles(measured.ResponseTime),
                            .. Percentiles(measured.ServiceTime),
                        ]
                )
        );
    }

    private static IEnumerable<Markup> Percentiles(LatencyReport latency) =>
        new[] { latency.P50Ms, latency.P90Ms, latency.P99Ms, latency.P999Ms, latency.MaxMs }.Select(
            ms => HtmlTable.Text(Figures.Ms(ms))
        );

    private static Markup StatusCodes(ScenarioReport scenario) =>
        HtmlTable.Of(
            "Status codes",
            [
                Column.Text("status code"),
                Column.Text("kind"),
                Column.Number("count"),
                Column.Number("share (%)"),
                Column.Text("first message"),
            ],
            AnswerWords
                .InOrder(scenario.Total.StatusCodes)
                .Select(code =>
                    (IReadOnlyList<Markup>)
                        [
                            HtmlTable.Text(
                                code.StatusCode.Length == 0 ? Figures.Unknown : code.StatusCode
                            ),
                            Markup.Of(
                                $"""<span class="kind {AnswerWords.Of(code.StatusCode, code.IsError)}">{AnswerWords.Of(code.StatusCode, code.IsError)}</span>"""
                            ),
                            HtmlTable.Text(Figures.Count(code.Count)),
                            HtmlTable.Text(Figures.Percent(code.Percent)),
                            HtmlTable.Text(code.Message),
                        ]
                )
        );
}
