using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Engine;
using PointsMall.LoadTests.Runner.Reports;
using Serilog.Core;
using static PointsMall.Tests.Load.Runner.VirtualRun;

namespace PointsMall.Tests.Load.Runner;

/// <summary>Whole runs: what load is made, and what becomes of it.</summary>
public sealed class LoadRunTests
{
    private readonly VirtualClock _clock = new();

    [Fact]
    public async Task An_open_model_keeps_its_rate_whatever_the_answers_take()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(Taking(Seconds(3)), Simulation.Inject(100, Second, Seconds(10)))
        );

        Assert.Equal(1_000, run.Scenario.Ok.Request.Count);
        Assert.Equal(3_000, run.Scenario.Ok.Latency.Percent50, tolerance: 3);
        // The last answers come three seconds after the last arrivals, so the server's rate is lower than the arrivals'.
        Assert.InRange(run.ScenarioReport.Duration.TotalSeconds, 12.9, 13.01);
        Assert.InRange(run.Scenario.Ok.Request.RPS, 76, 78);
        Assert.Equal(300, run.Shown[5][0].Point.Open, tolerance: 20);
        Assert.True(run.Report.Passed);
    }

    [Fact]
    public async Task A_closed_model_has_each_caller_wait_for_its_answer()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(Taking(Seconds(1.003)), Simulation.KeepConstant(3, Seconds(10)))
        );

        // Each caller begins at 0, 1.003, ..., 9.027 s, and the last answer comes at 10.03 s.
        Assert.Equal(30, run.Scenario.Ok.Request.Count);
        Assert.Equal(30 / 10.03, run.Scenario.Ok.Request.RPS, tolerance: 0.001);
        Assert.Equal(1_003, run.Scenario.Ok.Latency.MaxMs, tolerance: 0.001);
    }

    [Fact]
    public async Task Copies_ramp_up_and_down()
    {
        var open = 0;
        List<(double At, int Open)> seen = [];
        var run = await VirtualRun.Of(
            _clock,
            Making(
                async context =>
                {
                    open++;
                    seen.Add((context.GetScenarioTimerTime().TotalSeconds, open));
                    await _clock.Delay(Seconds(0.101));
                    open--;
                    return Response.Ok();
                },
                Simulation.RampingConstant(10, Seconds(10)),
                Simulation.RampingConstant(0, Seconds(10))
            )
        );

        Assert.Equal(10, seen.Max(one => one.Open));
        Assert.Equal(1, seen.Where(one => one.At < 0.9).Max(one => one.Open));
        Assert.Equal(5, seen.Where(one => one.At is > 4.2 and < 4.9).Max(one => one.Open));
        Assert.Equal(5, seen.Where(one => one.At is > 15.2 and < 15.9).Max(one => one.Open));
        Assert.True(run.Report.Passed);
    }

    [Fact]
    public async Task A_number_of_iterations_is_shared_by_the_copies()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(Taking(Seconds(1)), Simulation.IterationsForConstant(4, 10))
        );

        Assert.Equal(10, run.Scenario.Ok.Request.Count);
        Assert.Equal(3, run.ScenarioReport.Duration.TotalSeconds, tolerance: 0.01);
    }

    [Fact]
    public async Task Pauses_count_in_no_rate()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(
                Taking(Seconds(0)),
                Simulation.Inject(10, Second, Seconds(2)),
                Simulation.Pause(Seconds(6)),
                Simulation.Inject(10, Second, Seconds(2))
            )
        );

        Assert.Equal(40, run.Scenario.Ok.Request.Count);
        Assert.Equal(10, run.Scenario.Ok.Request.RPS, tolerance: 0.001);
    }

    [Fact]
    public async Task A_stall_is_in_the_response_time_of_all_that_waited_and_in_the_service_time_of_one()
    {
        var number = 0;
        var run = await VirtualRun.Of(
            _clock,
            Making(
                context =>
                {
                    if (++number == 500)
                    {
                        _clock.Advance(Seconds(2));
                    }
                    return Task.FromResult<IResponse>(Response.Ok());
                },
                Simulation.Inject(100, Second, Seconds(10))
            )
        );

        var total = run.ScenarioReport.Total;
        Assert.Equal(0, total.ServiceTime.P999Ms);
        Assert.Equal(2_000, total.ServiceTime.MaxMs, tolerance: 1);
        // 200 arrivals fell into the two seconds: a fifth of all, and half of them waited more than a second.
        Assert.InRange(total.ResponseTime.P90Ms, 900, 1_100);
        Assert.InRange(total.ResponseTime.P99Ms, 1_850, 1_950);
        Assert.InRange(total.ResponseTime.P50Ms, 0, 1);
        Assert.Equal(total.ResponseTime.P99Ms, run.Scenario.Ok.Latency.Percent99);

        Assert.InRange(run.ScenarioReport.Pace.Late, 190, 200);
        Assert.InRange(run.ScenarioReport.Pace.MaxLateMs, 1_900, 2_000);
        Assert.False(run.ScenarioReport.Pace.Kept);
        Assert.False(run.Report.Passed);
        Assert.Contains(
            "could not keep pace",
            Assert.Single(run.Report.Problems),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_steps_of_a_late_iteration_are_as_late_as_it_is()
    {
        var number = 0;
        var run = await VirtualRun.Of(
            _clock,
            Making(
                async context =>
                {
                    _clock.Advance(++number == 1 ? Seconds(60) : Seconds(0));
                    await Step.Run(
                        "buy",
                        context,
                        async () =>
                        {
                            await _clock.Delay(Seconds(0.1));
                            return Response.Ok();
                        }
                    );
                    return Response.Ok();
                },
                Simulation.IterationsForInject(2, Second, 2)
            )
        );

        var step = Assert.Single(run.ScenarioReport.Steps);
        Assert.Equal(100, step.ServiceTime.MaxMs, tolerance: 0.001);
        Assert.InRange(step.ResponseTime.MaxMs, 59_000, 60_100);
    }

    [Fact]
    public async Task Arrivals_beyond_the_bound_are_dropped_and_counted()
    {
        var run = await VirtualRun.Of(
            _clock,
            Making(Taking(Seconds(1)), Simulation.Inject(100, Second, Seconds(10))) with
            {
                MaxOpenIterations = 50,
            }
        );

        var pace = run.ScenarioReport.Pace;
        Assert.Equal(1_000, pace.Scheduled);
        Assert.Equal(1_000, pace.Started + pace.Dropped);
        Assert.InRange(pace.Dropped, 400, 600);
        Assert.Equal(50, run.Shown.Max(points => points[0].Point.Open));
        Assert.Contains(
            "were dropped",
            Assert.Single(run.Report.Problems),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void One_iteration_in_a_thousand_may_be_late(int late, bool kept)
    {
        var props = Making(Taking(Seconds(1)), Simulation.KeepConstant(1, Seconds(1)));
        using var session = new RunSession(new("", "", ""), Logger.None);
        using var run = new ScenarioRun(
            session,
            _clock,
            props,
            LoadPlan.Of(props),
            OperationType.Bombing
        );
        var result = new ScenarioResult(run);
        for (var number = 0; number < 1_000; number++)
        {
            var lateness = TimeSpan.FromMilliseconds(number < late ? 10.1 : 10);
            run.Record(
                new(lateness, TimeSpan.Zero, lateness, IsError: false, "", "", 0),
                explainedByStep: false
            );
        }
        result.Drain(Second);

        Assert.Equal((late, kept), (result.Pace().Late, result.Pace().Kept));
    }

    [Fact]
    public async Task A_warm_up_is_run_and_not_measured()
    {
        Dictionary<ScenarioOperation, int> begun = [];
        var run = await VirtualRun.Of(
            _clock,
            Making(
                    context =>
                    {
                        var operation = context.ScenarioInfo.ScenarioOperation;
                        begun[operation] = begun.GetValueOrDefault(operation) + 1;
                        return Task.FromResult<IResponse>(
                            operation == ScenarioOperation.WarmUp ? Response.Fail() : Response.Ok()
                        );
                    },
                    Simulation.Inject(10, Second, Seconds(5))
                )
                .WithWarmUpDuration(Seconds(2))
        );

        Assert.Equal(20, begun[ScenarioOperation.WarmUp]);
        Assert.Equal(50, begun[ScenarioOperation.Bombing]);
        Assert.Equal((50, 0), (run.Scenario.Ok.Request.Count, run.Scenario.Fail.Request.Count));
        Assert.Equal(1, run.ScenarioReport.Series[0].AtSeconds);
        Assert.Equal(5, run.ScenarioReport.Series.Count);
        Assert.All(
            run.ScenarioReport.Series,
            point => Assert.Equal(10, point.WinsPerSecond, 0.001)
        );
    }

    [Fact]
    public async Task Init_and_clean_surround_the_load_and_the_books_are_checked_after_them()
    {
        List<string> order = [];
        var extras = new Extras(order, new VerdictReport("sold 1 of 1, lost 1", Passed: false, []));
        var scenario = Making(
                context =>
                {
                    order.Add("iteration");
                    return Task.FromResult<IResponse>(Response.Ok());
                },
                Simulation.IterationsForConstant(1, 1)
            )
            .WithInit(context => Note(order, $"init {context.ScenarioInfo.ScenarioName}"))
            .WithClean(context =>
            {
                order.Add("clean");
                throw new InvalidOperationException("a clean that fails does not hide the figures");
            });
        var empty = Scenario.Empty("data").WithInit(_ => Note(order, "init data"));

        var run = await VirtualRun.Of(
            _clock,
            NBomberRunner.RegisterScenarios(empty, scenario).WithExtras(extras)
        );

        Assert.Equal(
            [
                "init data",
                "init shop",
                "started",
                "iteration",
                "metrics",
                "clean",
                "verdict 1",
                "ended False",
            ],
            order
        );
        Assert.Equal(["sold 1 of 1, lost 1"], run.Report.Problems);
        Assert.Contains(new Fact("Commit", "abc"), run.Report.Facts);
        Assert.Equal("silo1", Assert.Single(run.Report.Metrics).Source);
        Assert.Single(run.Report.Scenarios);
    }

    [Fact]
    public async Task An_init_that_fails_ends_the_run()
    {
        var cleaned = false;
        var scenario = Making(Taking(Seconds(1)), Simulation.KeepConstant(1, Seconds(1)))
            .WithInit(_ => throw new InvalidOperationException("no mall"))
            .WithClean(_ =>
            {
                cleaned = true;
                return Task.CompletedTask;
            });

        await Assert.ThrowsAsync<InvalidOperationException>(() => VirtualRun.Of(_clock, scenario));
        Assert.True(cleaned);
    }

    [Fact]
    public async Task Open_iterations_are_cancelled_after_the_completion_timeout()
    {
        var run = await VirtualRun.Of(
            _clock,
            NBomberRunner
                .RegisterScenarios(
                    Making(
                        async context =>
                        {
                            var never = new TaskCompletionSource();
                            using var cancelled = context.ScenarioCancellationToken.Register(() =>
                                never.SetCanceled()
                            );
                            await never.Task;
                            return Response.Ok();
                        },
                        Simulation.Inject(1, Second, Seconds(3))
                    )
                )
                .WithScenarioCompletionTimeout(Seconds(10))
        );

        Assert.Equal(3, run.Scenario.Fail.StatusCodes.Get(AnswerKinds.Timeout).Count);
        Assert.Equal(13, run.ScenarioReport.Duration.TotalSeconds, tolerance: 0.1);
    }

    [Fact]
    public async Task Iterations_that_never_end_are_said_to_be_open()
    {
        var run = await VirtualRun.Of(
            _clock,
            NBomberRunner
                .RegisterScenarios(
                    Making(Taking(TimeSpan.FromDays(1)), Simulation.Inject(2, Second, Seconds(3)))
                )
                .WithScenarioCompletionTimeout(Seconds(10))
        );

        Assert.Contains(
            "6 iterations were still open",
            Assert.Single(run.Report.Problems),
            StringComparison.Ordinal
        );
    }

    private Func<IScenarioContext, Task<IResponse>> Taking(TimeSpan time) =>
        async _ =>
        {
            await _clock.Delay(time);
            return Response.Ok();
        };

    private static Task Note(List<string> order, string what)
    {
        order.Add(what);
        return Task.CompletedTask;
    }

    private sealed class Extras(List<string> order, VerdictReport verdict) : IRunExtras
    {
        public Task Started(DateTimeOffset startedAt) => Note(order, "started");

        public IReadOnlyList<Fact> Facts() => [new("Commit", "abc")];

        public Task<IReadOnlyList<MetricSeries>> Metrics()
        {
            order.Add("metrics");
            return Task.FromResult<IReadOnlyList<MetricSeries>>([
                new("silo1", "batch size", "units", []),
            ]);
        }

        public Task<VerdictReport?> Verdict(NodeStats stats)
        {
            order.Add($"verdict {stats.ScenarioStats.Get(VirtualRun.Name).Ok.Request.Count}");
            return Task.FromResult<VerdictReport?>(verdict);
        }

        public void Ended(RunReport report) => order.Add($"ended {report.Passed}");
    }
}
