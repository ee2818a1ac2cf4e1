namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>Everything that a run's reports show, in whatever format. Made once, at the end of the run.</summary>
public sealed record RunReport
{
    public required string TestSuite { get; init; }
    public required string TestName { get; init; }
    public required string SessionId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>True when every threshold held, the generator kept its pace, and the verdict (if any) is clean.</summary>
    public required bool Passed { get; init; }

    /// <summary>Why the run did not pass, or was stopped early; empty when it passed.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Machine, versions, commit, settings: name and value, in the order shown.</summary>
    public required IReadOnlyList<Fact> Facts { get; init; }
    public required IReadOnlyList<ScenarioReport> Scenarios { get; init; }
    public required GeneratorReport Generator { get; init; }

    /// <summary>What the processes under test measured of themselves during the run.</summary>
    public required IReadOnlyList<MetricSeries> Metrics { get; init; }

    /// <summary>The invariant check that followed the run; null when there was none.</summary>
    public required VerdictReport? Verdict { get; init; }
}

public sealed record Fact(string Name, string Value);

/// <param name="Name">The scenario's name.</param>
/// <param name="Simulations">Its load simulations in words, in order.</param>
/// <param name="Duration">Without warm-up and pauses.</param>
/// <param name="Total">All iterations; latency from the iteration's scheduled start.</param>
/// <param name="Steps">Its steps, in the order of their first use; empty when it has none.</param>
/// <param name="Thresholds">Its thresholds and what became of them.</param>
/// <param name="Pace">How well the generator kept the plan.</param>
/// <param name="Series">One point a reporting interval, for the charts.</param>
public sealed record ScenarioReport(
    string Name,
    IReadOnlyList<string> Simulations,
    TimeSpan Duration,
    MeasurementReport Total,
    IReadOnlyList<MeasurementReport> Steps,
    IReadOnlyList<ThresholdReport> Thresholds,
    PaceReport Pace,
    IReadOnlyList<IntervalPoint> Series
);

/// <summary>The figures of a scenario or of one of its steps.</summary>
public sealed record MeasurementReport
{
    public required string Name { get; init; }
    public required long OkCount { get; init; }
    public required long FailCount { get; init; }

    /// <summary>Ok answers that did what was asked, a second (<see cref="AnswerKinds.IsWin"/>).</summary>
    public required double WinsPerSecond { get; init; }

    /// <summary>Ok answers that refused, a second.</summary>
    public required double RefusalsPerSecond { get; init; }
    public required double OkPerSecond { get; init; }
    public required double FailPerSecond { get; init; }

    /// <summary>From the scheduled start to the answer; what a caller feels. Of ok answers.</summary>
    public required LatencyReport ResponseTime { get; init; }

    /// <summary>From the actual start to the answer; what NBomber calls latency. Of ok answers.</summary>
    public required LatencyReport ServiceTime { get; init; }

    /// <summary>Response time of wins alone.</summary>
    public required LatencyReport WinTime { get; init; }

    /// <summary>Service time of failed answers.</summary>
    public required LatencyReport FailTime { get; init; }
    public required long Bytes { get; init; }
    public required double BytesPerSecond { get; init; }
    public required IReadOnlyList<StatusCodeCount> StatusCodes { get; init; }
}

/// <summary>Milliseconds. All zero when there was nothing to measure.</summary>
/// <param name="Buckets">Distribution: answers at or below each bound, not cumulative, bounds rising.</param>
public sealed record LatencyReport(
    long Count,
    double MinMs,
    double MeanMs,
    double MaxMs,
    double StdDevMs,
    double P50Ms,
    double P75Ms,
    double P90Ms,
    double P95Ms,
    double P99Ms,
    double P999Ms,
    IReadOnlyList<LatencyBucket> Buckets
);

public readonly record struct LatencyBucket(double UpToMs, long Count);

/// <param name="StatusCode">As the scenario gave it; empty for none.</param>
/// <param name="IsError">True for a failed answer.</param>
/// <param name="Message">The first message seen with it.</param>
/// <param name="Count">Answers.</param>
/// <param name="Percent">Of all answers of the scenario or step.</param>
public sealed record StatusCodeCount(
    string StatusCode,
    bool IsError,
    string Message,
    long Count,
    double Percent
);

/// <param name="Text">What was demanded, in words or as in the config.</param>
/// <param name="Passed">True when it held at the end and did not abort the run.</param>
/// <param name="Checks">How often it was checked.</param>
/// <param name="Failures">How often it did not hold.</param>
public sealed record ThresholdReport(string Text, bool Passed, int Checks, int Failures);

/// <summary>Above 0.1 % late or dropped the run fails: its figures would be the generator's, not the server's.</summary>
/// <param name="Scheduled">Iterations that the plan asked for.</param>
/// <param name="Started">Of these, started.</param>
/// <param name="Late">Started later than <paramref name="LateAfterMs"/> after their time.</param>
/// <param name="Dropped">Never started, since too many were open.</param>
/// <param name="LateAfterMs">What counts as late.</param>
/// <param name="MaxLateMs">The latest start.</param>
/// <param name="Kept">True when late and dropped together are at most 0.1 % of the scheduled.</param>
public sealed record PaceReport(
    long Scheduled,
    long Started,
    long Late,
    long Dropped,
    double LateAfterMs,
    double MaxLateMs,
    bool Kept
);

/// <summary>One reporting interval of a scenario.</summary>
/// <param name="AtSeconds">Its end, from the end of warm-up.</param>
public sealed record IntervalPoint(
    double AtSeconds,
    double WinsPerSecond,
    double RefusalsPerSecond,
    double FailsPerSecond,
    double P50Ms,
    double P95Ms,
    double P99Ms,
    double MaxMs,
    int Open,
    IReadOnlyList<StatusCodeRate> StatusCodes
);

public readonly record struct StatusCodeRate(string StatusCode, bool IsError, double PerSecond);

/// <summary>The load generator's own process.</summary>
/// <param name="CpuCores">Mean cores used during the run.</param>
/// <param name="GcCount">Collections of any generation.</param>
/// <param name="GcPauseMs">Pauses in all.</param>
/// <param name="MaxGcPauseMs">The longest pause.</param>
/// <param name="AllocatedBytes">Allocated during the run.</param>
/// <param name="Threads">Most thread-pool threads.</param>
public sealed record GeneratorReport(
    double CpuCores,
    int GcCount,
    double GcPauseMs,
    double MaxGcPauseMs,
    long AllocatedBytes,
    int Threads
);

/// <param name="Source">The process: silo1, api, postgres.</param>
/// <param name="Name">What: "batch size", "queue wait", "CPU".</param>
/// <param name="Unit">Its unit: units, ms, cores.</param>
/// <param name="Points">In the order of time; offsets as in <see cref="IntervalPoint.AtSeconds"/>.</param>
public sealed record MetricSeries(
    string Source,
    string Name,
    string Unit,
    IReadOnlyList<MetricPoint> Points
);

public readonly record struct MetricPoint(double AtSeconds, double Value);

/// <param name="Line">As printed: <c>sold N of N, oversold 0, lost 0, double 0</c>.</param>
/// <param name="Passed">True when nothing was oversold, lost or doubled and the books add up.</param>
/// <param name="Details">Each check with what it found.</param>
public sealed record VerdictReport(string Line, bool Passed, IReadOnlyList<Fact> Details);
