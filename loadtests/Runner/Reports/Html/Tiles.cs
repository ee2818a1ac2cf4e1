namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>A scenario's figures that one looks for first.</summary>
internal static class Tiles
{
    public static Markup Of(ScenarioReport scenario)
    {
        var total = scenario.Total;
        var answers = total.OkCount + total.FailCount;
        var response = total.ResponseTime;
        var service = total.ServiceTime;
        return Markup.Of(
            $"""
            <dl class="tiles">
            {Tile(
                "wins",
                "1/s",
                Figures.Short(total.WinsPerSecond),
                $"{Figures.Count(Wins(total))}, peak {Peak(scenario, point => point.WinsPerSecond)}",
                "win"
            )}
            {Tile(
                "refusals",
                "1/s",
                Figures.Short(total.RefusalsPerSecond),
                $"{Figures.Count(total.OkCount - Wins(total))}, peak {Peak(scenario, point => point.RefusalsPerSecond)}",
                ""
            )}
            {Tile(
                "failed",
                "%",
                Figures.Percent(Figures.Share(total.FailCount, answers)),
                $"{Figures.Count(total.FailCount)} of {Figures.Count(answers)}",
                total.FailCount > 0 ? "bad" : ""
            )}
            {Time("p50", response.P50Ms, service.P50Ms)}
            {Time("p99", response.P99Ms, service.P99Ms)}
            {Time("p99.9", response.P999Ms, service.P999Ms)}
            {Time("max", response.MaxMs, service.MaxMs)}
            </dl>

            """
        );
    }

    private static long Wins(MeasurementReport total) =>
        total
            .StatusCodes.Where(code => !code.IsError && AnswerKinds.IsWin(code.StatusCode))
            .Sum(code => code.Count);

    private static string Peak(ScenarioReport scenario, Func<IntervalPoint, double> rate) =>
        Figures.Short(scenario.Series.Select(rate).DefaultIfEmpty().Max());

    private static Markup Time(string name, double responseMs, double serviceMs) =>
        Tile(name, "ms", Figures.Short(responseMs), $"service {Figures.Short(serviceMs)}", "");

    private static Markup Tile(string name, string unit, string value, string note, string style) =>
        Markup.Of(
            $"""<div class="tile {style}"><dt>{name} <small>{unit}</small></dt><dd><b>{value}</b><span>{note}</span></dd></div>"""
        );
}
