using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Configuration;
using PointsMall.LoadTests.Runner.Engine;
using PointsMall.LoadTests.Runner.Reports;
using static PointsMall.Tests.Load.Runner.VirtualRun;

namespace PointsMall.Tests.Load.Runner;

/// <summary>Short runs in real time. What they promise does not depend on how fast the machine is.</summary>
public sealed class SystemClockTests : IRunConsole
{
    private RunReport _report = null!;

    [Fact]
    public async Task An_open_model_makes_its_arrivals_in_its_time()
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        await Run(Simulation.Inject(500, Second, Seconds(2)));

        var scenario = Assert.Single(_report.Scenarios);
        Assert.Equal(1_000, scenario.Pace.Started + scenario.Pace.Dropped);
        Assert.Equal(scenario.Pace.Started, scenario.Total.OkCount);
        Assert.True(scenario.Duration >= Seconds(2));
        Assert.True(started.Elapsed >= Seconds(2));
        Assert.True(_report.Generator.CpuCores > 0);
        Assert.True(_report.Generator.AllocatedBytes > 0);
    }

    [Fact]
    public async Task A_closed_model_makes_no_more_than_its_copies_can()
    {
        await Run(Simulation.KeepConstant(5, Seconds(1)));

        // Each of 5 callers waits about 10 ms for an answer, and never half of it.
        var scenario = Assert.Single(_report.Scenarios);
        Assert.InRange(scenario.Total.OkCount, 5, 1_000);
        Assert.InRange(scenario.Total.ServiceTime.MinMs, 5, 1_000);
    }

    [Fact]
    public void The_longest_pause_of_the_garbage_collector_is_seen()
    {
        using var watch = new GeneratorWatch(new SystemClock(TimeProvider.System));
        for (
            var limit = System.Diagnostics.Stopwatch.StartNew();
            watch.Report().MaxGcPauseMs == 0 && limit.Elapsed < Seconds(30);

        )
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var report = watch.Report();
        Assert.True(report.GcCount > 0);
        Assert.InRange(report.MaxGcPauseMs, double.Epsilon, report.GcPauseMs);
    }

    [Fact]
    public void It_waits_until_the_time_or_until_it_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var clock = new SystemClock(TimeProvider.System);
        foreach (var ms in new[] { 0.2, 1, 5, 20 })
        {
            var at = clock.Now + TimeSpan.FromMilliseconds(ms);
            clock.WaitUntil(at, stop.Token);
            Assert.True(clock.Now >= at);
        }

        var late = clock.Now + TimeSpan.FromHours(1);
        stop.Cancel();
        clock.WaitUntil(late, stop.Token);
        Assert.True(clock.Now < late);
    }

    private Task<NodeStats> Run(LoadSimulation simulation) =>
        new LoadRun(
            RunSettings.Of(
                NBomberRunner
                    .RegisterScenarios(
                        Making(
                            async _ =>
                            {
                                await Task.Delay(10);
                                return Response.Ok();
                            },
                            simulation
                        )
                    )
                    .WithoutReports(),
                []
            ),
            new SystemClock(TimeProvider.System),
            this
        ).Run();

    void IRunConsole.Begin(RunBeginning run) { }

    void IRunConsole.Interval(IReadOnlyList<ScenarioPoint> points) { }

    void IRunConsole.End(RunReport report, IReadOnlyList<string> files) => _report = report;
}
