using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner;
using static PointsMall.Tests.Load.Runner.VirtualRun;

namespace PointsMall.Tests.Load.Runner;

/// <summary>What a scenario's code sees, and what its answers and exceptions are counted as.</summary>
public sealed class ScenarioTests
{
    private static readonly LoadSimulation TenIterations = Simulation.IterationsForConstant(1, 10);
    private readonly VirtualClock _clock = new();

    public static TheoryData<Exception, string, string> Exceptions() =>
        new()
        {
            { new TimeoutException("slow"), AnswerKinds.Timeout, "operation timeout" },
            { new TaskCanceledException("slow"), AnswerKinds.Timeout, "operation timeout" },
            {
                new InvalidOperationException("broken"),
                AnswerKinds.UnhandledException,
                "InvalidOperationException: broken"
            },
        };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public async Task An_exception_is_a_failed_answer_with_a_code_of_its_own(
        Exception thrown,
        string code,
        string message
    )
    {
        var inScenario = await VirtualRun.Of(_clock, Making(_ => throw thrown, TenIterations));
        var inStep = await VirtualRun.Of(
            _clock,
            Making(
                async context =>
                {
                    await Step.Run<object>("buy", context, () => throw thrown);
                    return Response.Ok();
                },
                TenIterations
            )
        );

        var expected = new StatusCodeStats(code, IsError: true, message, 10, 100);
        Assert.Equal([expected], inScenario.Scenario.Fail.StatusCodes);
        Assert.Equal([expected], inStep.Scenario.Fail.StatusCodes);
        Assert.Equal([expected], inStep.Scenario.StepStats.Get("buy").Fail.StatusCodes);
    }

    [Fact]
    public async Task A_failed_step_ends_its_iteration()
    {
        var run = await VirtualRun.Of(_clock, Making(TwoSteps, TenIterations));

        Assert.Equal(10, run.Scenario.StepStats.Get("first").Fail.Request.Count);
        Assert.False(run.Scenario.StepStats.Exists("second"));
    }

    [Fact]
    public async Task A_failed_step_is_given_to_a_scenario_that_wants_it()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(TwoSteps, TenIterations).WithRestartIterationOnFail(shouldRestart: false)
        );

        Assert.Equal(10, run.Scenario.StepStats.Get("first").Fail.Request.Count);
        Assert.Equal(10, run.Scenario.StepStats.Get("second").Ok.Request.Count);
    }

    [Theory]
    [InlineData(false, 20, 100)]
    [InlineData(true, 10, 200)]
    public async Task A_scenario_has_the_figures_of_its_steps_or_of_its_iterations(
        bool basedOnIterations,
        int count,
        int ms
    )
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(
                    async context =>
                    {
                        await Step.Run("first", context, Answer);
                        await Step.Run("second", context, Answer);
                        return Response.Ok();
                    },
                    TenIterations
                )
                .WithStatsBasedOnIterations(basedOnIterations)
        );

        Assert.Equal(count, run.Scenario.Ok.Request.Count);
        Assert.Equal(ms, run.Scenario.Ok.Latency.Percent50, tolerance: 0.2);
        Assert.Equal(["first", "second"], run.ScenarioReport.Steps.Select(step => step.Name));
        Assert.Equal(10, run.ScenarioReport.Pace.Started);

        async Task<Response<object>> Answer()
        {
            await _clock.Delay(Seconds(0.1));
            return Response.Ok();
        }
    }

    [Fact]
    public async Task A_failure_outside_of_the_steps_is_not_lost_among_them()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(
                async context =>
                {
                    await Step.Run("buy", context, () => Task.FromResult(Response.Ok()));
                    throw new InvalidOperationException("after the step");
                },
                TenIterations
            )
        );

        Assert.Equal((10, 10), (run.Scenario.Ok.Request.Count, run.Scenario.Fail.Request.Count));
    }

    [Fact]
    public async Task Data_is_of_an_iteration_and_instance_data_of_a_copy()
    {
        List<long> invocations = [];
        List<int> data = [];
        List<int> instance = [];
        await VirtualRun.Of(
            _clock,
            Making(
                context =>
                {
                    invocations.Add(context.InvocationNumber);
                    data.Add(context.Data.Count);
                    instance.Add(context.ScenarioInstanceData.Count);
                    context.Data["key"] = 1;
                    context.ScenarioInstanceData[$"{context.InvocationNumber}"] = 1;
                    return Task.FromResult<IResponse>(Response.Ok());
                },
                Simulation.IterationsForConstant(1, 3)
            )
        );

        Assert.Equal([1, 2, 3], invocations);
        Assert.Equal([0, 0, 0], data);
        Assert.Equal([0, 1, 2], instance);
    }

    [Fact]
    public async Task A_scenario_ends_itself_while_others_go_on()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(
                context =>
                {
                    if (context.GetScenarioTimerTime() >= Seconds(5))
                    {
                        context.StopScenario(VirtualRun.Name, "sold out");
                    }
                    return Task.FromResult<IResponse>(Response.Ok());
                },
                Simulation.Inject(10, Second, Seconds(60))
            ),
            Scenario
                .Create("browse", _ => Task.FromResult<IResponse>(Response.Ok()))
                .WithoutWarmUp()
                .WithLoadSimulations(Simulation.Inject(10, Second, Seconds(20)))
        );

        Assert.InRange(run.Scenario.Ok.Request.Count, 50, 60);
        Assert.Equal(200, run.Stats.ScenarioStats.Get("browse").Ok.Request.Count);
        Assert.InRange(run.Scenario.Duration.TotalSeconds, 5, 6);
        Assert.True(run.Report.Passed);
    }

    [Fact]
    public async Task A_scenario_ends_the_whole_run()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(
                context =>
                {
                    if (context.GetScenarioTimerTime() >= Seconds(5))
                    {
                        context.StopCurrentTest("sold out");
                    }
                    return Task.FromResult<IResponse>(Response.Ok());
                },
                Simulation.Inject(10, Second, Seconds(60))
            )
        );

        Assert.InRange(run.Scenario.Duration.TotalSeconds, 5, 6);
        Assert.Equal("sold out", run.Report.Facts[0].Value);
        Assert.True(run.Report.Passed);
    }

    [Fact]
    public async Task Too_many_failures_end_the_run()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(
                    _ => Task.FromResult<IResponse>(Response.Fail("500")),
                    Simulation.Inject(10, Second, Seconds(60))
                )
                .WithMaxFailCount(25)
        );

        Assert.InRange(run.Scenario.Fail.Request.Count, 25, 30);
        Assert.Contains(
            "MaxFailCount",
            Assert.Single(run.Report.Problems),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_latency_that_the_scenario_measured_replaces_the_runner_s()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(_ => Task.FromResult<IResponse>(Response.Ok(customLatencyMs: 12)), TenIterations)
        );

        Assert.Equal(12, run.Scenario.Ok.Latency.MaxMs);
    }

    [Fact]
    public async Task Counters_and_gauges_are_in_the_statistics_and_in_the_report()
    {
        var sold = Metric.CreateCounter("sold", "units");
        var stock = Metric.CreateGauge("stock", "units");
        var run = await VirtualRun.Of(
            _clock,
            Making(
                    _ =>
                    {
                        sold.Add(2);
                        stock.Set(7.5);
                        return Task.FromResult<IResponse>(Response.Ok());
                    },
                    Simulation.Inject(1, Second, Seconds(3))
                )
                .WithInit(context =>
                {
                    context.RegisterMetric(sold);
                    context.RegisterMetric(stock);
                    return Task.CompletedTask;
                })
        );

        Assert.Equal(6, run.Stats.Metrics.Counters.Get("sold").Value);
        Assert.Equal(7.5, run.Stats.Metrics.Gauges.Get("stock").Value);
        Assert.Equal(
            [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)],
            run.Report.Metrics[0].Points.Select(one => (one.AtSeconds, one.Value)).Distinct()
        );
    }

    private static async Task<IResponse> TwoSteps(IScenarioContext context)
    {
        var first = await Step.Run("first", context, () => Task.FromResult(Response.Fail("500")));
        Assert.True(first.IsError);
        await Step.Run("second", context, () => Task.FromResult(Response.Ok()));
        return Response.Ok();
    }
}
