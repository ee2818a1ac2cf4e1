using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner;

/// <summary>What is shown while a run goes on. Calls come one at a time.</summary>
internal interface IRunConsole
{
    /// <summary>The warm-up is over.</summary>
    /// <param name="run">Who and what.</param>
    void Begin(RunBeginning run);

    /// <summary>Once a second, one point a scenario.</summary>
    void Interval(IReadOnlyList<ScenarioPoint> points);

    /// <summary>The run is over and its reports are written.</summary>
    /// <param name="report">The run.</param>
    /// <param name="files">The paths of its report files.</param>
    void End(RunReport report, IReadOnlyList<string> files);
}

/// <param name="Planned">The longest scenario; zero when it is bounded by iterations.</param>
internal sealed record RunBeginning(
    string TestSuite,
    string TestName,
    string SessionId,
    TimeSpan Planned,
    IReadOnlyList<string> Scenarios
);

/// <param name="Scenario">Its name.</param>
/// <param name="Simulation">What its plan is doing, in words.</param>
/// <param name="Point">The last second.</param>
internal sealed record ScenarioPoint(string Scenario, string Simulation, IntervalPoint Point);
