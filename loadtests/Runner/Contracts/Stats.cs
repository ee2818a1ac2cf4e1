using NBomber.Contracts.Metrics;

namespace NBomber.Contracts.Stats;

public enum ReportFormat
{
    Txt = 0,
    Html = 1,
    Csv = 2,
    Md = 3,
}

public enum OperationType
{
    None = 0,
    Init = 1,
    WarmUp = 2,
    Bombing = 3,
    Stop = 4,
    Complete = 5,
    Error = 6,
}

public enum NodeType
{
    SingleNode = 0,
}

public sealed record TestInfo(string SessionId, string TestSuite, string TestName);

public sealed record NodeInfo(
    string MachineName,
    NodeType NodeType,
    OperationType CurrentOperation,
    string OS,
    string DotNetVersion,
    string Processor,
    int CoresCount
);

/// <param name="Percent">Of all answers of the scenario or step, 0 to 100.</param>
public sealed record StatusCodeStats(
    string StatusCode,
    bool IsError,
    string Message,
    long Count,
    double Percent
);

/// <param name="Count">Answers.</param>
/// <param name="RPS">Answers a second, without warm-up and pauses.</param>
/// <param name="Percent">Of all answers, ok and failed, 0 to 100.</param>
public sealed record RequestStats(long Count, double RPS, double Percent);

public sealed record LatencyCount(long LessOrEq800, long More800Less1200, long MoreOrEq1200);

/// <summary>Response time in milliseconds: from the scheduled start, so that what waited in the generator is counted.</summary>
public sealed record LatencyStats(
    double MinMs,
    double MeanMs,
    double MaxMs,
    double Percent50,
    double Percent75,
    double Percent95,
    double Percent99,
    double StdDev,
    LatencyCount LatencyCount
);

/// <summary>Bytes of an answer, as the scenario gave them.</summary>
public sealed record DataTransferStats(
    long MinBytes,
    long MeanBytes,
    long MaxBytes,
    long Percent50,
    long Percent75,
    long Percent95,
    long Percent99,
    double StdDev,
    long AllBytes,
    double BytesPerSecond
);

public sealed record MeasurementStats(
    RequestStats Request,
    LatencyStats Latency,
    DataTransferStats DataTransfer,
    StatusCodeStats[] StatusCodes
);

public sealed record StepStats(string StepName, MeasurementStats Ok, MeasurementStats Fail);

public sealed record LoadSimulationStats(string SimulationName, int Value);

/// <summary>With steps these are the steps' figures together, unless the scenario asks for its iterations.</summary>
public sealed record ScenarioStats(
    string ScenarioName,
    MeasurementStats Ok,
    MeasurementStats Fail,
    StepStats[] StepStats,
    LoadSimulationStats LoadSimulationStats,
    OperationType CurrentOperation,
    long AllBytes,
    TimeSpan Duration
)
{
    public StepStats GetStepStats(string stepName) => StepStats.Get(stepName);
}

/// <param name="ScenarioName">Whose it is.</param>
/// <param name="StepName">Empty for one of the whole scenario.</param>
/// <param name="CheckExpression">What was demanded.</param>
/// <param name="CheckCount">How often it was checked.</param>
/// <param name="ErrorCount">How often it did not hold.</param>
/// <param name="IsFailed">True when it did not hold at the end, or aborted the run.</param>
public sealed record ThresholdResult(
    string ScenarioName,
    string StepName,
    string CheckExpression,
    int CheckCount,
    int ErrorCount,
    bool IsFailed
);

public sealed record ReportFile(string FilePath, ReportFormat ReportFormat);

/// <summary>What a run measured.</summary>
public sealed record NodeStats(
    ScenarioStats[] ScenarioStats,
    MetricStats Metrics,
    ThresholdResult[] Thresholds,
    NodeInfo NodeInfo,
    TestInfo TestInfo,
    ReportFile[] ReportFiles,
    long AllBytes,
    TimeSpan Duration
)
{
    public ScenarioStats GetScenarioStats(string scenarioName) => ScenarioStats.Get(scenarioName);
}

/// <summary>Look-ups by name: <c>Get</c> throws when there is none, <c>Find</c> gives null.</summary>
public static class StatsExtensions
{
    public static ScenarioStats Get(this ScenarioStats[] all, string name) =>
        all.Find(name) ?? throw Missing("scenario", name);

    public static ScenarioStats? Find(this ScenarioStats[] all, string name) =>
        Array.Find(all, one => one.ScenarioName == name);

    public static bool Exists(this ScenarioStats[] all, string name) => all.Find(name) is not null;

    public static StepStats Get(this StepStats[] all, string name) =>
        all.Find(name) ?? throw Missing("step", name);

    public static StepStats? Find(this StepStats[] all, string name) =>
        Array.Find(all, one => one.StepName == name);

    public static bool Exists(this StepStats[] all, string name) => all.Find(name) is not null;

    public static StatusCodeStats Get(this StatusCodeStats[] all, string code) =>
        all.Find(code) ?? throw Missing("status code", code);

    public static StatusCodeStats? Find(this StatusCodeStats[] all, string code) =>
        Array.Find(all, one => one.StatusCode == code);

    public static bool Exists(this StatusCodeStats[] all, string code) =>
        all.Find(code) is not null;

    public static CounterStats Get(this CounterStats[] all, string name) =>
        all.Find(name) ?? throw Missing("counter", name);

    public static CounterStats? Find(this CounterStats[] all, string name) =>
        Array.Find(all, one => one.MetricName == name);

    public static GaugeStats Get(this GaugeStats[] all, string name) =>
        all.Find(name) ?? throw Missing("gauge", name);

    public static GaugeStats? Find(this GaugeStats[] all, string name) =>
        Array.Find(all, one => one.MetricName == name);

    private static KeyNotFoundException Missing(string what, string name) =>
        new($"there is no {what} '{name}' in the statistics");
}
