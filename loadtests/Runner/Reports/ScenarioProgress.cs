namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>How a scenario is doing now, for the console.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Simulation">The simulation that runs now, in words; "warm-up" before, "done" after.</param>
/// <param name="Latest">Its last reporting interval.</param>
public sealed record ScenarioProgress(string Scenario, string Simulation, IntervalPoint Latest);
