namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>
/// The content of the reports that are text, in NBomber's order: test info, then for each scenario its stats, load simulations, ok stats, fail
/// stats and status codes. What NBomber does not report follows: thresholds, pace, generator, processes, settings, verdict.
/// </summary>
internal static class ReportBlocks
{
    public static IReadOnlyList<Block> Of(RunReport report) =>
        [
            .. TestInfo(report),
            .. report.Scenarios.SelectMany(Scenario),
            .. Generator(report.Generator),
            .. Processes(report.Metrics),
            .. Settings(report.Facts),
            .. Verdict(report.Verdict),
            .. Result(report),
        ];

    private static IEnumerable<Block> TestInfo(RunReport report)
    {
        yield return new Block.Heading("test info");
        yield return new Block.Facts([
            new("test suite", report.TestSuite),
            new("test name", report.TestName),
            new("session id", report.SessionId),
            new("started", Figures.At(report.StartedAt)),
            new("duration", Figures.Time(report.Duration)),
            new("result", report.Passed ? "passed" : "failed"),
        ]);
    }

    private static IEnumerable<Block> Scenario(ScenarioReport scenario)
    {
        yield return new Block.Heading("scenario stats");
        yield return new Block.Facts([
            new("scenario", scenario.Name),
            new("ok count", Figures.Count(scenario.Total.OkCount)),
            new("fail count", Figures.Count(scenario.Total.FailCount)),
            new("all data (KB)", Figures.Kilobytes(scenario.Total.Bytes)),
            new("duration", Figures.Time(scenario.Duration)),
        ]);
        yield return new Block.Heading("load simulations");
        yield return new Block.Lines(scenario.Simulations);

        IReadOnlyList<MeasurementReport> measurements = [scenario.Total, .. scenario.Steps];
        yield return new Block.Heading("ok stats");
        yield return Requests(measurements);
        yield return OkTimes(measurements);
        if (scenario.Total.FailCount > 0)
        {
            yield return new Block.Heading("fail stats");
            yield return FailTimes(measurements);
        }
        yield return new Block.Heading("status codes");
        yield return StatusCodes(measurements);
        if (scenario.Thresholds.Count > 0)
        {
            yield return new Block.Heading("thresholds");
            yield return Thresholds(scenario.Thresholds);
        }
        yield return new Block.Heading("pace");
        yield return Pace(scenario.Pace);
        yield return new Block.Lines([PaceWords.Of(scenario.Pace)]);
    }

    private static Block.Table Requests(IReadOnlyList<MeasurementReport> measurements) =>
        new(
            [
                Column.Text("scenario and steps"),
                Column.Number("total"),
                Column.Number("ok"),
                Column.Number("fail"),
                Column.Number("ok (1/s)"),
                Column.Number("wins (1/s)"),
                Column.Number("refusals (1/s)"),
                Column.Number("fails (1/s)"),
                Column.Number("data (KB/s)"),
                Column.Number("data (KB)"),
            ],
            [
                .. measurements.Select(measurement =>
                    (IReadOnlyList<string>)
                        [
                            measurement.Name,
                            Figures.Count(measurement.OkCount + measurement.FailCount),
                            Figures.Count(measurement.OkCount),
                            Figures.Count(measurement.FailCount),
                            Figures.Rate(measurement.OkPerSecond),
                            Figures.Rate(measurement.WinsPerSecond),
                            Figures.Rate(measurement.RefusalsPerSecond),
                            Figures.Rate(measurement.FailPerSecond),
                            Figures.Kilobytes(measurement.BytesPerSecond),
                            Figures.Kilobytes(measurement.Bytes),
                        ]
                ),
            ]
        );

    private static Block.Table OkTimes(IReadOnlyList<MeasurementReport> measurements) =>
        Times(
            measurements.SelectMany(measurement =>
                new[]
                {
                    Time(measurement.Name, "response time", measurement.ResponseTime),
                    Time(measurement.Name, "service time", measurement.ServiceTime),
                    Time(measurement.Name, "response, wins", measurement.WinTime),
                }
            )
        );

    private static Block.Table FailTimes(IReadOnlyList<MeasurementReport> measurements) =>
        Times(
            measurements
                .Where(measurement => measurement.FailCount > 0)
                .Select(measurement => Time(measurement.Name, "service time", measurement.FailTime))
        );

    private static Block.Table Times(IEnumerable<IReadOnlyList<string>> rows) =>
        new(
            [
                Column.Text("scenario and steps"),
                Column.Text("latency"),
                Column.Number("count"),
                Column.Number("min (ms)"),
                Column.Number("mean (ms)"),
                Column.Number("max (ms)"),
                Column.Number("StdDev (ms)"),
                Column.Number("p50 (ms)"),
                Column.Number("p75 (ms)"),
                Column.Number("p90 (ms)"),
                Column.Number("p95 (ms)"),
                Column.Number("p99 (ms)"),
                Column.Number("p99.9 (ms)"),
            ],
            [.. rows]
        );

    private static string[] Time(string name, string kind, LatencyReport latency) =>
        [
            name,
            kind,
            Figures.Count(latency.Count),
            Figures.Ms(latency.MinMs),
            Figures.Ms(latency.MeanMs),
            Figures.Ms(latency.MaxMs),
            Figures.Ms(latency.StdDevMs),
            Figures.Ms(latency.P50Ms),
            Figures.Ms(latency.P75Ms),
            Figures.Ms(latency.P90Ms),
            Figures.Ms(latency.P95Ms),
            Figures.Ms(latency.P99Ms),
            Figures.Ms(latency.P999Ms),
        ];

    private static Block.Table StatusCodes(IReadOnlyList<MeasurementReport> measurements) =>
        new(
            [
                Column.Text("scenario and steps"),
                Column.Text("status code"),
                Column.Text("kind"),
                Column.Number("count"),
                Column.Number("share (%)"),
                Column.Text("message"),
            ],
            [
                .. measurements.SelectMany(measurement =>
                    AnswerWords
                        .InOrder(measurement.StatusCodes)
                        .Select(code =>
                            (IReadOnlyList<string>)
                                [
                                    measurement.Name,
                                    code.StatusCode.Length == 0 ? Figures.Unknown : code.StatusCode,
                                    AnswerWords.Of(code.StatusCode, code.IsError),
                                    Figures.Count(code.Count),
                                    Figures.Percent(code.Percent),
                                    code.Message,
                                ]
                        )
                ),
            ]
        );

    private static Block.Table Thresholds(IReadOnlyList<ThresholdReport> thresholds) =>
        new(
            [
                Column.Text("threshold"),
                Column.Text("result"),
                Column.Number("checks"),
                Column.Number("failures"),
            ],
            [
                .. thresholds.Select(threshold =>
                    (IReadOnlyList<string>)
                        [
                            threshold.Text,
                            threshold.Passed ? "passed" : "failed",
                            Figures.Count(threshold.Checks),
                            Figures.Count(threshold.Failures),
                        ]
                ),
            ]
        );

    private static Block.Facts Pace(PaceReport pace) =>
        new([
            new("scheduled", Figures.Count(pace.Scheduled)),
            new("started", Figures.Count(pace.Started)),
            new(
                $"late (after {Figures.Short(pace.LateAfterMs)} ms)",
                $"{Figures.Count(pace.Late)} ({Figures.Percent(Figures.Share(pace.Late, pace.Scheduled))} %)"
            ),
            new(
                "dropped",
                $"{Figures.Count(pace.Dropped)} ({Figures.Percent(Figures.Share(pace.Dropped, pace.Scheduled))} %)"
            ),
            new("latest start (ms)", Figures.Ms(pace.MaxLateMs)),
        ]);

    private static IEnumerable<Block> Generator(GeneratorReport generator)
    {
        yield return new Block.Heading("generator");
        yield return new Block.Facts([
            new("CPU (cores)", Figures.Percent(generator.CpuCores)),
            new("GC collections", Figures.Count(generator.GcCount)),
            new("GC pauses (ms)", Figures.Ms(generator.GcPauseMs)),
            new("longest GC pause (ms)", Figures.Ms(generator.MaxGcPauseMs)),
            new("allocated (KB)", Figures.Kilobytes(generator.AllocatedBytes)),
            new("thread-pool threads", Figures.Count(generator.Threads)),
        ]);
    }

    private static IEnumerable<Block> Processes(IReadOnlyList<MetricSeries> metrics)
    {
        if (metrics.Count == 0)
        {
            yield break;
        }
        yield return new Block.Heading("processes");
        yield return new Block.Table(
            [
                Column.Text("process"),
                Column.Text("metric"),
                Column.Text("unit"),
                Column.Number("mean"),
                Column.Number("max"),
                Column.Number("last"),
            ],
            [
                .. metrics
                    .Where(series => series.Points.Count > 0)
                    .Select(series =>
                        (IReadOnlyList<string>)
                            [
                                series.Source,
                                series.Name,
                                series.Unit,
                                Figures.Ms(series.Points.Average(point => point.Value)),
                                Figures.Ms(series.Points.Max(point => point.Value)),
                                Figures.Ms(series.Points[^1].Value),
                            ]
                    ),
            ]
        );
    }

    private static IEnumerable<Block> Settings(IReadOnlyList<Fact> facts)
    {
        if (facts.Count > 0)
        {
            yield return new Block.Heading("machine, versions, settings");
            yield return new Block.Facts(facts);
        }
    }

    private static IEnumerable<Block> Verdict(VerdictReport? verdict)
    {
        if (verdict is not null)
        {
            yield return new Block.Heading("verdict");
            yield return new Block.Lines([verdict.Line]);
            if (verdict.Details.Count > 0)
            {
                yield return new Block.Facts(verdict.Details);
            }
        }
    }

    private static IEnumerable<Block> Result(RunReport report)
    {
        yield return new Block.Heading("result");
        yield return new Block.Result(report.Passed);
        if (report.Problems.Count > 0)
        {
            yield return new Block.Lines(report.Problems);
        }
    }
}
