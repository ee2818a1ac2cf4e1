using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Makes scenarios.</summary>
public static class Scenario
{
    /// <param name="name">Unique in a run.</param>
    /// <param name="run">One iteration. Its parts that are to be measured apart are steps.</param>
    public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(run);
        return new() { ScenarioName = name, Run = run };
    }

    /// <summary>A scenario with an init and a clean only.</summary>
    public static ScenarioProps Empty(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new() { ScenarioName = name };
    }

    /// <summary>Runs once before the warm-up. A throw ends the run.</summary>
    public static ScenarioProps WithInit(
        this ScenarioProps scenario,
        Func<IScenarioInitContext, Task> initFunc
    ) => scenario with { Init = initFunc };

    /// <summary>Runs once after the load. A throw is logged.</summary>
    public static ScenarioProps WithClean(
        this ScenarioProps scenario,
        Func<IScenarioInitContext, Task> cleanFunc
    ) => scenario with { Clean = cleanFunc };

    /// <summary>The start of the load plan is run first for so long, and not measured. 30 s when nothing is said.</summary>
    public static ScenarioProps WithWarmUpDuration(this ScenarioProps scenario, TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        return scenario with { WarmUpDuration = duration };
    }

    public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) =>
        scenario with
        {
            WarmUpDuration = TimeSpan.Zero,
        };

    /// <summary>The load plan, in order. One caller for a minute when nothing is said.</summary>
    public static ScenarioProps WithLoadSimulations(
        this ScenarioProps scenario,
        params LoadSimulation[] loadSimulations
    ) => scenario with { LoadSimulations = [.. loadSimulations] };

    /// <summary>When true, which it is, a failed step ends its iteration.</summary>
    public static ScenarioProps WithRestartIterationOnFail(
        this ScenarioProps scenario,
        bool shouldRestart
    ) => scenario with { RestartIterationOnFail = shouldRestart };

    /// <summary>So many failed answers end the whole run. 5,000 when nothing is said.</summary>
    public static ScenarioProps WithMaxFailCount(this ScenarioProps scenario, int maxFailCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFailCount);
        return scenario with { MaxFailCount = maxFailCount };
    }

    /// <summary>What must hold. Checked every reporting interval and at the end.</summary>
    public static ScenarioProps WithThresholds(
        this ScenarioProps scenario,
        params Threshold[] thresholds
    ) => scenario with { Thresholds = [.. thresholds] };

    /// <summary>When true the scenario's figures are those of its iterations, not of its steps together.</summary>
    public static ScenarioProps WithStatsBasedOnIterations(
        this ScenarioProps scenario,
        bool enabled
    ) => scenario with { StatsBasedOnIterations = enabled };
}
