using Microsoft.Extensions.Configuration;
using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;
using Serilog;

namespace NBomber.Contracts;

public enum ScenarioOperation
{
    Init = 0,
    Clean = 1,
    WarmUp = 2,
    Bombing = 3,
}

/// <param name="InstanceId">The scenario's name and the copy's number; good as a correlation id.</param>
/// <param name="InstanceNumber">The copy's number from 0: in a closed model a caller, in an open model a slot that is used again.</param>
/// <param name="ScenarioName">The scenario's name.</param>
/// <param name="ScenarioDuration">As planned, without warm-up; zero when it is bounded by iterations.</param>
/// <param name="ScenarioOperation">What is going on.</param>
public sealed record ScenarioInfo(
    string InstanceId,
    int InstanceNumber,
    string ScenarioName,
    TimeSpan ScenarioDuration,
    ScenarioOperation ScenarioOperation
);

/// <summary>The part of a scenario that a node runs. Here always 1 of 1: the runner is one node.</summary>
public sealed record ScenarioPartition(int Number, int Count);

/// <summary>What one iteration of a scenario sees.</summary>
public interface IScenarioContext
{
    TestInfo TestInfo { get; }
    ScenarioInfo ScenarioInfo { get; }
    NodeInfo NodeInfo { get; }
    ILogger Logger { get; }

    /// <summary>Iterations that this copy has begun, from 1.</summary>
    long InvocationNumber { get; }

    /// <summary>Shared by the steps of an iteration; emptied before the next.</summary>
    Dictionary<string, object> Data { get; }

    /// <summary>Kept by the copy from iteration to iteration.</summary>
    Dictionary<string, object> ScenarioInstanceData { get; }

    /// <summary>Cancelled when the scenario's open iterations have had their time after its end.</summary>
    CancellationToken ScenarioCancellationToken { get; }

    /// <summary>The copy's own; not shared between threads.</summary>
    Random Random { get; }

    /// <summary>Ends a scenario: what it has begun is answered and counted.</summary>
    void StopScenario(string scenarioName, string reason);

    /// <summary>Ends all scenarios.</summary>
    void StopCurrentTest(string reason);

    /// <summary>Since the scenario's start, without warm-up.</summary>
    TimeSpan GetScenarioTimerTime();
}

/// <summary>What a scenario's init and clean see.</summary>
public interface IScenarioInitContext
{
    TestInfo TestInfo { get; }
    ScenarioInfo ScenarioInfo { get; }
    NodeInfo NodeInfo { get; }

    /// <summary><c>GlobalSettings.ScenariosSettings[].CustomSettings</c> of the config; empty without one.</summary>
    IConfiguration CustomSettings { get; }

    /// <summary><c>GlobalSettings.GlobalCustomSettings</c> of the config; empty without one.</summary>
    IConfiguration GlobalCustomSettings { get; }
    ScenarioPartition ScenarioPartition { get; }
    ILogger Logger { get; }

    /// <summary>Makes a counter or gauge visible to thresholds and reports.</summary>
    void RegisterMetric(IMetric metric);
}
