using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using static PointsMall.Tests.Load.Runner.VirtualRun;

namespace PointsMall.Tests.Load.Runner;

public sealed class ThresholdTests
{
    private readonly VirtualClock _clock = new();
    private bool _fails = true;

    [Fact]
    public async Task A_threshold_that_fails_too_often_ends_the_run()
    {
        var run = await Run(
            Threshold.Create(stats => stats.Fail.Request.Percent < 10, abortWhenErrorCount: 2)
        );

        // Checked every 5 seconds: the second failure is at 10.
        Assert.InRange(run.Scenario.Duration.TotalSeconds, 10, 10.2);
        var result = Assert.Single(run.Stats.Thresholds);
        Assert.Equal((true, 3), (result.IsFailed, result.ErrorCount));
        Assert.Equal("stats => stats.Fail.Request.Percent < 10", result.CheckExpression);
        Assert.Contains(
            "ends the run",
            Assert.Single(run.Report.Problems),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_threshold_that_fails_at_the_end_fails_the_run()
    {
        var run = await Run(Threshold.Create(stats => stats.Ok.Request.RPS > 30));

        Assert.Equal(60, run.Scenario.Duration.TotalSeconds, tolerance: 0.1);
        Assert.False(run.Report.Passed);
        Assert.False(Assert.Single(run.ScenarioReport.Thresholds).Passed);
        Assert.Equal(13, run.ScenarioReport.Thresholds[0].Checks);
    }

    [Fact]
    public async Task A_threshold_that_holds_at_the_end_has_held()
    {
        var run = await Run(
            Threshold.Create(stats =>
                stats.Fail.Request.Count < 60 || stats.Fail.Request.Count >= 590
            )
        );

        Assert.True(run.Report.Passed);
        Assert.InRange(run.ScenarioReport.Thresholds[0].Failures, 9, 11);
    }

    [Fact]
    public async Task A_threshold_waits_for_its_time()
    {
        var run = await Run(
            Threshold.Create(
                stats => stats.Fail.Request.Percent < 10,
                abortWhenErrorCount: 1,
                startCheckAfter: Seconds(20)
            )
        );

        Assert.InRange(run.Scenario.Duration.TotalSeconds, 20, 20.2);
    }

    [Fact]
    public async Task Thresholds_look_at_steps_and_metrics()
    {
        _fails = false;
        var counter = Metric.CreateCounter("tries", "tries");
        var scenario = Making(
                async context =>
                {
                    counter.Add(1);
                    await Step.Run(
                        "buy",
                        context,
                        () => Task.FromResult(Response.Ok(statusCode: "201"))
                    );
                    return Response.Ok();
                },
                Simulation.Inject(10, Second, Seconds(10))
            )
            .WithInit(context =>
            {
                context.RegisterMetric(counter);
                return Task.CompletedTask;
            })
            .WithThresholds(
                Threshold.Create("buy", step => step.Ok.StatusCodes.Get("201").Percent >= 100),
                Threshold.Create("pay", step => step.Ok.Request.Count > 0),
                Threshold.Create(metric => metric.Counters.Get("tries").Value < 1_000),
                Threshold.Create(metric => metric.Counters.Get("tries").Value < 99),
                Threshold.Create(metric => metric.Gauges.Get("none").Value < 99)
            );

        var run = await VirtualRun.Of(_clock, scenario);

        Assert.Equal(
            [true, false, true, false, false],
            run.ScenarioReport.Thresholds.Select(one => one.Passed)
        );
    }

    private Task<VirtualRun> Run(Threshold threshold) =>
        VirtualRun.Of(
            _clock,
            Making(
                    _ => Task.FromResult<IResponse>(_fails ? Response.Fail("500") : Response.Ok()),
                    Simulation.Inject(10, Second, Seconds(60))
                )
                .WithThresholds(threshold)
        );
}
