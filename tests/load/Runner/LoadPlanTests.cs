using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Engine;
using static PointsMall.Tests.Load.Runner.VirtualRun;

namespace PointsMall.Tests.Load.Runner;

public sealed class LoadPlanTests
{
    [Fact]
    public void An_interval_gets_its_exact_number_of_arrivals_at_random_moments()
    {
        var arrivals = ArrivalsOf(Simulation.Inject(50, Second, Seconds(3)));

        Assert.Equal([50, 50, 50], PerSecond(arrivals, 3));
        Assert.Equal(arrivals.Order(), arrivals);
        var gaps = arrivals.Zip(arrivals.Skip(1), (one, next) => (next - one).TotalMilliseconds);
        // Evenly spaced they would all be 20 ms; at random one in e is longer than the mean.
        Assert.InRange(gaps.Count(gap => gap > 20), 35, 75);
    }

    [Fact]
    public void A_part_of_an_interval_gets_its_part_of_the_arrivals()
    {
        var arrivals = ArrivalsOf(Simulation.Inject(10, Second, Seconds(2.5)));

        Assert.Equal([10, 10, 5], PerSecond(arrivals, 3));
        Assert.True(arrivals[^1] < Seconds(2.5));
    }

    [Fact]
    public void A_rate_ramps_from_the_one_that_runs()
    {
        var arrivals = ArrivalsOf(
            Simulation.RampingInject(100, Second, Seconds(5)),
            Simulation.Inject(100, Second, Seconds(1)),
            Simulation.RampingInject(0, Second, Seconds(5))
        );

        Assert.Equal([10, 30, 50, 70, 90, 100, 90, 70, 50, 30, 10], PerSecond(arrivals, 11));
    }

    [Fact]
    public void A_rate_ramps_within_an_interval_too()
    {
        var arrivals = ArrivalsOf(Simulation.RampingInject(1_000, Seconds(30), Seconds(30)));

        Assert.Equal(500, arrivals.Count);
        // Of a linear ramp a quarter comes in the first half: 125, with a standard deviation of 10.
        Assert.InRange(arrivals.Count(at => at < Seconds(15)), 85, 165);
    }

    [Fact]
    public void A_rate_keeps_its_meaning_when_the_interval_changes()
    {
        var arrivals = ArrivalsOf(
            Simulation.Inject(20, Seconds(2), Seconds(2)),
            Simulation.RampingInject(10, Second, Seconds(2))
        );

        Assert.Equal([10, 10], PerSecond(arrivals, 4).Skip(2));
    }

    [Fact]
    public void Each_interval_draws_its_rate_from_both_ends_and_between()
    {
        var arrivals = ArrivalsOf(Simulation.InjectRandom(2, 4, Second, Seconds(200)));

        Assert.Equal([2, 3, 4], PerSecond(arrivals, 200).Distinct().Order());
        Assert.Equal(arrivals.Order(), arrivals);
    }

    [Fact]
    public void Arrivals_end_with_their_number()
    {
        var plan = Plan(Simulation.IterationsForInject(10, Second, 25));
        var arrivals = Arrivals(plan);

        Assert.Equal([10, 10, 5], PerSecond(arrivals, 3));
        Assert.Equal(Seconds(2.5), plan.Duration);
    }

    [Fact]
    public void Nothing_arrives_in_a_pause_and_the_ramp_after_it_begins_at_nothing()
    {
        var plan = Plan(
            Simulation.Inject(10, Second, Seconds(1)),
            Simulation.Pause(Seconds(2)),
            Simulation.RampingInject(10, Second, Seconds(1))
        );

        Assert.Equal([10, 0, 0, 5], PerSecond(Arrivals(plan), 4));
        Assert.Equal(Seconds(0), plan.PausedBy(Seconds(1)));
        Assert.Equal(Seconds(0.5), plan.PausedBy(Seconds(1.5)));
        Assert.Equal(Seconds(2), plan.PausedBy(Seconds(4)));
    }

    [Fact]
    public void Copies_ramp_one_by_one_and_stay()
    {
        var plan = Plan(
            Simulation.RampingConstant(4, Seconds(4)),
            Simulation.KeepConstant(4, Seconds(10)),
            Simulation.RampingConstant(2, Seconds(4))
        );

        Assert.Equal(
            [(0, 0), (0, 1), (1, 2), (2, 3), (3, 4), (4, 4), (14, 4), (16, 3)],
            Events(plan)
                .Where(one => one.Action == PlanAction.Copies)
                .Select(one => ((int)one.At.TotalSeconds, one.Value))
        );
        Assert.Equal(new PlanEvent(Seconds(18), PlanAction.End), Events(plan)[^1]);
    }

    [Fact]
    public void A_warm_up_is_the_beginning_of_the_plan_without_its_pauses_and_bounds()
    {
        var open = LoadPlan.WarmUp(
            Props(Simulation.Pause(Seconds(60)), Simulation.Inject(10, Second, Seconds(60)))
                .WithWarmUpDuration(Seconds(3))
        );
        Assert.Equal([10, 10, 10], PerSecond(Arrivals(open), 3));
        Assert.Equal(30, Arrivals(open).Count);

        var bounded = LoadPlan.WarmUp(
            Props(Simulation.IterationsForConstant(5, 1)).WithWarmUpDuration(Seconds(3))
        );
        Assert.Null(bounded.Iterations);
        Assert.Equal(Seconds(3), bounded.Duration);
    }

    public static TheoryData<string, LoadSimulation[]> Unfit() =>
        new()
        {
            { "no load simulation", [] },
            {
                "can't be mixed",
                [
                    Simulation.KeepConstant(1, Seconds(1)),
                    Simulation.Inject(1, Seconds(1), Seconds(1)),
                ]
            },
            {
                "stand alone",
                [Simulation.IterationsForConstant(1, 1), Simulation.KeepConstant(1, Seconds(1))]
            },
            {
                "stand alone",
                [Simulation.IterationsForInject(1, Seconds(1), 1), Simulation.Pause(Seconds(1))]
            },
            { "above 0", [Simulation.Inject(0, Seconds(1), Seconds(1))] },
            { "above 0", [Simulation.Inject(1, Seconds(0), Seconds(1))] },
            { "above 0", [Simulation.KeepConstant(1, Seconds(0))] },
            { "minRate", [Simulation.InjectRandom(2, 1, Seconds(1), Seconds(1))] },
            { "at least 0", [Simulation.RampingConstant(-1, Seconds(1))] },
        };

    [Theory]
    [MemberData(nameof(Unfit), DisableDiscoveryEnumeration = true)]
    public void Simulations_that_do_not_fit_are_refused(string why, LoadSimulation[] simulations)
    {
        var refusal = Assert.Throws<RunConfigException>(() => LoadPlan.Of(Props(simulations)));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(VirtualRun.Name, refusal.Message, StringComparison.Ordinal);
    }

    private static ScenarioProps Props(params LoadSimulation[] simulations) =>
        Making(_ => Task.FromResult<IResponse>(Response.Ok()), simulations);

    private static LoadPlan Plan(params LoadSimulation[] simulations) =>
        LoadPlan.Of(Props(simulations));

    private static List<PlanEvent> Events(LoadPlan plan) => [.. plan.Events(new Random(1))];

    private static List<TimeSpan> Arrivals(LoadPlan plan) =>
        [.. Events(plan).Where(one => one.Action == PlanAction.Arrive).Select(one => one.At)];

    private static List<TimeSpan> ArrivalsOf(params LoadSimulation[] simulations) =>
        Arrivals(Plan(simulations));

    private static IEnumerable<int> PerSecond(List<TimeSpan> arrivals, int seconds) =>
        Enumerable
            .Range(0, seconds)
            .Select(second => arrivals.Count(at => (int)at.TotalSeconds == second));
}
