using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Configuration;
using PointsMall.LoadTests.Runner.Engine;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.Tests.Load.Runner;

/// <summary>A whole run on the clock that jumps, with what it showed and reported.</summary>
internal sealed class VirtualRun : IRunConsole
{
    public const string Name = "shop";

    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public List<IReadOnlyList<ScenarioPoint>> Shown { get; } = [];
    public RunReport Report { get; private set; } = null!;
    public NodeStats Stats { get; private set; } = null!;
    public ScenarioStats Scenario => Stats.ScenarioStats.Get(Name);
    public ScenarioReport ScenarioReport => Report.Scenarios.Single(one => one.Name == Name);

    public static Task<VirtualRun> Of(VirtualClock clock, params ScenarioProps[] scenarios) =>
        Of(clock, NBomberRunner.RegisterScenarios(scenarios));

    public static async Task<VirtualRun> Of(VirtualClock clock, NBomberContext context)
    {
        var run = new VirtualRun();
        var settings = RunSettings.Of(context.WithoutReports(), []);
        run.Stats = await new LoadRun(settings, clock, run).Run();
        return run;
    }

    public static ScenarioProps Making(
        Func<IScenarioContext, Task<IResponse>> iteration,
        params LoadSimulation[] simulations
    ) =>
        NBomber
            .CSharp.Scenario.Create(Name, iteration)
            .WithoutWarmUp()
            .WithLoadSimulations(simulations);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    void IRunConsole.Begin(RunBeginning run) { }

    void IRunConsole.Interval(IReadOnlyList<ScenarioPoint> points) => Shown.Add(points);

    void IRunConsole.End(RunReport report, IReadOnlyList<string> files) => Report = report;
}
