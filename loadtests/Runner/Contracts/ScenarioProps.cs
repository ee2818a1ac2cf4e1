using Microsoft.Extensions.Configuration;
using NBomber.CSharp;

namespace NBomber.Contracts;

/// <summary>A scenario and how it is run. Made by <see cref="Scenario"/>.</summary>
public sealed record ScenarioProps
{
    public required string ScenarioName { get; init; }
    internal Func<IScenarioContext, Task<IResponse>>? Run { get; init; }
    internal Func<IScenarioInitContext, Task>? Init { get; init; }
    internal Func<IScenarioInitContext, Task>? Clean { get; init; }
    internal TimeSpan WarmUpDuration { get; init; } = TimeSpan.FromSeconds(30);
    internal IReadOnlyList<LoadSimulation> LoadSimulations { get; init; } =
    [Simulation.KeepConstant(copies: 1, during: TimeSpan.FromMinutes(1))];
    internal IReadOnlyList<Threshold> Thresholds { get; init; } = [];
    internal bool RestartIterationOnFail { get; init; } = true;
    internal int MaxFailCount { get; init; } = 5_000;
    internal bool StatsBasedOnIterations { get; init; }
    internal IConfiguration CustomSettings { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>Arrivals beyond so many open iterations are dropped and counted: memory is bounded whatever the server does.</summary>
    internal int MaxOpenIterations { get; init; } = 20_000;
}
