using NBomber.Contracts;
using static NBomber.Contracts.LoadSimulation;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>A scenario's simulations, checked and laid out in time.</summary>
internal sealed class LoadPlan
{
    private readonly IReadOnlyList<LoadSimulation> _simulations;

    private LoadPlan(IReadOnlyList<LoadSimulation> simulations, TimeSpan? limit)
    {
        _simulations = simulations;
        var planned = simulations.Aggregate(
            TimeSpan.Zero,
            (sum, one) => sum + Simulations.During(one)
        );
        Duration = limit < planned ? limit.Value : planned;
        IsClosed = simulations.Any(Simulations.IsClosed);
        Iterations = simulations is [IterationsForConstant bounded] ? bounded.Iterations : null;
    }

    /// <summary>Zero when the plan ends with its iterations and not at a time.</summary>
    public TimeSpan Duration { get; }

    public bool IsClosed { get; }

    /// <summary>What the copies of a closed model share; null for no bound.</summary>
    public int? Iterations { get; }

    /// <exception cref="RunConfigException">The simulations can't be run, or not together.</exception>
    public static LoadPlan Of(ScenarioProps scenario)
    {
        if (Simulations.Fault(scenario.LoadSimulations) is { } fault)
        {
            throw new RunConfigException($"scenario '{scenario.ScenarioName}': {fault}");
        }
        return new(scenario.LoadSimulations, limit: null);
    }

    /// <summary>The beginning of a plan for the time, without its pauses and without a bound on iterations.</summary>
    public static LoadPlan WarmUp(ScenarioProps scenario) =>
        new(
            [
                .. scenario
                    .LoadSimulations.SkipWhile(one => one is Pause)
                    .Select(one => Simulations.Unbounded(one, scenario.WarmUpDuration)),
            ],
            scenario.WarmUpDuration
        );

    /// <summary>The simulation of an event's index, in words.</summary>
    public string Words(int simulation) => Simulations.Words(_simulations[simulation]);

    /// <summary>How much of the time up to <paramref name="at"/> was pause.</summary>
    public TimeSpan PausedBy(TimeSpan at)
    {
        var paused = TimeSpan.Zero;
        var start = TimeSpan.Zero;
        foreach (var simulation in _simulations)
        {
            var end = start + Simulations.During(simulation);
            if (simulation is Pause && at > start)
            {
                paused += (at < end ? at : end) - start;
            }
            start = end;
        }
        return paused;
    }

    /// <summary>Everything that the plan does, in the order of time. Made while it is read: a plan of a million arrivals takes no memory.</summary>
    public IEnumerable<PlanEvent> Events(Random random)
    {
        var start = TimeSpan.Zero;
        var copies = 0;
        var perSecond = 0.0;
        for (var index = 0; index < _simulations.Count && (start < Duration || index == 0); index++)
        {
            var simulation = _simulations[index];
            yield return new(start, PlanAction.Simulation, index);
            foreach (var one in Of(simulation, copies, perSecond, random))
            {
                if (Iterations is null && start + one.At >= Duration)
                {
                    break;
                }
                yield return one with
                {
                    At = start + one.At,
                };
            }
            copies = Simulations.Copies(simulation);
            perSecond = Simulations.PerSecond(simulation);
            start += Simulations.During(simulation);
        }
        if (Iterations is null)
        {
            yield return new(Duration, PlanAction.End);
        }
    }

    private static IEnumerable<PlanEvent> Of(
        LoadSimulation simulation,
        int copies,
        double perSecond,
        Random random
    ) =>
        simulation switch
        {
            RampingConstant ramp => Ramp(copies, ramp.Copies, ramp.During),
            KeepConstant keep => [new(TimeSpan.Zero, PlanAction.Copies, keep.Copies)],
            IterationsForConstant keep => [new(TimeSpan.Zero, PlanAction.Copies, keep.Copies)],
            Pause => [new(TimeSpan.Zero, PlanAction.Copies, 0)],
            RampingInject ramp => Arrive(
                Arrivals.Ramp(
                    perSecond * ramp.Interval.TotalSeconds,
                    ramp.Rate,
                    ramp.Interval,
                    ramp.During,
                    random
                )
            ),
            Inject keep => Arrive(
                Arrivals.Ramp(keep.Rate, keep.Rate, keep.Interval, keep.During, random)
            ),
            IterationsForInject keep => Arrive(
                Arrivals.Ramp(keep.Rate, keep.Rate, keep.Interval, Simulations.During(keep), random)
            ),
            InjectRandom draw => Arrive(
                Arrivals.Random(draw.MinRate, draw.MaxRate, draw.Interval, draw.During, random)
            ),
            _ => throw new InvalidOperationException($"no plan for {simulation}"),
        };

    private static IEnumerable<PlanEvent> Arrive(IEnumerable<TimeSpan> moments) =>
        moments.Select(at => new PlanEvent(at, PlanAction.Arrive));

    /// <summary>Evenly, one copy at a time: the first joins at once, the last leaves at the end.</summary>
    private static IEnumerable<PlanEvent> Ramp(int from, int to, TimeSpan during)
    {
        var steps = Math.Abs(to - from);
        yield return new(TimeSpan.Zero, PlanAction.Copies, from);
        for (var step = 1; step <= steps; step++)
        {
            yield return to > from
                ? new(during * ((step - 1.0) / steps), PlanAction.Copies, from + step)
                : new(during * ((double)step / steps), PlanAction.Copies, from - step);
        }
    }
}
