using PointsMall.LoadTests.Runner.Reports.Html.Charts;

namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>The charts of a scenario: over time, and of the whole run's latency.</summary>
internal static class ScenarioCharts
{
    /// <summary>The style sheet has so many shades of a win, a refusal, a fail.</summary>
    private const int StylesOfAKind = 4;

    public static Markup Of(string id, ScenarioReport scenario, double lastSecond) =>
        Markup.Of(
            $"""
            <div class="charts">
            {OverTime(id, scenario.Series, lastSecond)}
            {Distribution(id, scenario.Total)}
            </div>

            """
        );

    private static Markup OverTime(
        string id,
        IReadOnlyList<IntervalPoint> series,
        double lastSecond
    ) =>
        series.Count == 0
            ? Chart.Empty("Over time", "The run ended before its first interval.")
            : Markup.Join([
                Throughput(id, series, lastSecond).Write(),
                Latency(id, series, lastSecond).Write(),
                StatusCodes(id, series, lastSecond),
                Open(id, series, lastSecond).Write(),
            ]);

    private static Chart Throughput(
        string id,
        IReadOnlyList<IntervalPoint> series,
        double lastSecond
    ) =>
        TimeStack.Of(
            $"{id}-throughput",
            "Throughput",
            "1/s",
            lastSecond,
            series,
            [
                new("wins", "win-0", point => point.WinsPerSecond),
                new("refusals", "refusal-0", point => point.RefusalsPerSecond),
                new("fails", "fail-0", point => point.FailsPerSecond),
            ]
        );

    private static Chart Latency(
        string id,
        IReadOnlyList<IntervalPoint> series,
        double lastSecond
    ) =>
        TimeLines.Of(
            $"{id}-latency",
            "Response time",
            "ms",
            lastSecond,
            withLog: true,
            series,
            [
                new("max", "line-max", point => Measured(point.MaxMs)),
                new("p99", "line-p99", point => Measured(point.P99Ms)),
                new("p95", "line-p95", point => Measured(point.P95Ms)),
                new("p50", "line-p50", point => Measured(point.P50Ms)),
            ]
        );

    private static Chart Open(string id, IReadOnlyList<IntervalPoint> series, double lastSecond) =>
        TimeLines.Of(
            $"{id}-open",
            "Open iterations",
            "count",
            lastSecond,
            withLog: false,
            series,
            [new("open", "line-open", point => point.Open)]
        );

    private static Markup StatusCodes(
        string id,
        IReadOnlyList<IntervalPoint> series,
        double lastSecond
    )
    {
        var codes = series
            .SelectMany(point => point.StatusCodes)
            .GroupBy(code => (code.StatusCode, code.IsError))
            .OrderByDescending(code => code.Sum(rate => rate.PerSecond))
            .Select(code => code.Key)
            .GroupBy(code => AnswerWords.Of(code.StatusCode, code.IsError))
            .SelectMany(kind =>
                kind.Select(
                    (code, index) =>
                        (
                            code.StatusCode,
                            code.IsError,
                            Style: $"{kind.Key}-{index % StylesOfAKind}"
                        )
                )
            )
            .OrderBy(code => AnswerWords.Rank(code.StatusCode, code.IsError))
            .ToList();
        return codes.Count == 0
            ? Chart.Empty("Status codes", "No answer was counted in any interval.")
            : TimeStack
                .Of(
                    $"{id}-codes",
                    "Status codes",
                    "1/s",
                    lastSecond,
                    series,
                    [
                        .. codes.Select(code => new Layer(
                            code.StatusCode.Length == 0 ? "no code" : code.StatusCode,
                            code.Style,
                            point => Rate(point, code.StatusCode, code.IsError)
                        )),
                    ]
                )
                .Write();
    }

    private static Markup Distribution(string id, MeasurementReport total)
    {
        (string Name, string Style, LatencyReport Latency)[] curves =
        [
            ("response time", "line-p50", total.ResponseTime),
            ("response time of wins", "line-p95", total.WinTime),
            ("service time", "line-p99", total.ServiceTime),
        ];
        return total.ResponseTime.Buckets.Sum(bucket => bucket.Count) == 0
            ? Chart.Empty("Latency", "No ok answer was measured.")
            : Markup.Join([
                PercentileCurve.Of($"{id}-percentiles", "Latency by percentile", curves).Write(),
                Histogram.Of($"{id}-histogram", "Distribution", total.ResponseTime).Write(),
            ]);
    }

    private static double Rate(IntervalPoint point, string statusCode, bool isError) =>
        point
            .StatusCodes.Where(code => code.StatusCode == statusCode && code.IsError == isError)
            .Sum(code => code.PerSecond);

    /// <summary>A latency of zero says that nothing was measured.</summary>
    private static double? Measured(double ms) => ms > 0 ? ms : null;
}
