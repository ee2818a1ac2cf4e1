using System.Globalization;
using NBomber.Contracts;
using static NBomber.Contracts.LoadSimulation;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>What there is to know of a simulation by itself.</summary>
internal static class Simulations
{
    /// <summary>Zero for copies that run until their iterations are done.</summary>
    public static TimeSpan During(LoadSimulation simulation) =>
        simulation switch
        {
            RampingConstant one => one.During,
            KeepConstant one => one.During,
            RampingInject one => one.During,
            Inject one => one.During,
            InjectRandom one => one.During,
            Pause one => one.During,
            IterationsForInject one => one.Interval * ((double)one.Iterations / one.Rate),
            _ => TimeSpan.Zero,
        };

    /// <summary>Copies that run at its end.</summary>
    public static int Copies(LoadSimulation simulation) =>
        simulation switch
        {
            RampingConstant one => one.Copies,
            KeepConstant one => one.Copies,
            IterationsForConstant one => one.Copies,
            _ => 0,
        };

    /// <summary>Arrivals a second at its end.</summary>
    public static double PerSecond(LoadSimulation simulation) =>
        simulation switch
        {
            RampingInject one => one.Rate / one.Interval.TotalSeconds,
            Inject one => one.Rate / one.Interval.TotalSeconds,
            InjectRandom one => (one.MinRate + one.MaxRate) / 2.0 / one.Interval.TotalSeconds,
            IterationsForInject one => one.Rate / one.Interval.TotalSeconds,
            _ => 0,
        };

    /// <summary>The same load for a time, where it would end with a number of iterations.</summary>
    public static LoadSimulation Unbounded(LoadSimulation simulation, TimeSpan during) =>
        simulation switch
        {
            IterationsForConstant one => new KeepConstant(one.Copies, during),
            IterationsForInject one => new Inject(one.Rate, one.Interval, during),
            _ => simulation,
        };

    public static string Words(LoadSimulation simulation) =>
        simulation switch
        {
            RampingConstant one => Invariant($"ramp to {one.Copies} copies in {one.During}"),
            KeepConstant one => Invariant($"keep {one.Copies} copies for {one.During}"),
            IterationsForConstant one => Invariant(
                $"{one.Iterations} iterations by {one.Copies} copies"
            ),
            RampingInject one => Invariant(
                $"ramp to {one.Rate} arrivals every {one.Interval} in {one.During}"
            ),
            Inject one => Invariant(
                $"inject {one.Rate} arrivals every {one.Interval} for {one.During}"
            ),
            InjectRandom one => Invariant(
                $"inject {one.MinRate} to {one.MaxRate} arrivals every {one.Interval} for {one.During}"
            ),
            IterationsForInject one => Invariant(
                $"{one.Iterations} iterations, {one.Rate} arrivals every {one.Interval}"
            ),
            Pause one => Invariant($"pause for {one.During}"),
            _ => simulation.ToString(),
        };

    /// <summary>Why the simulations can't be run together; null when they can.</summary>
    public static string? Fault(IReadOnlyList<LoadSimulation> simulations)
    {
        if (simulations.Count == 0)
        {
            return "it has no load simulation";
        }
        if (simulations.FirstOrDefault(one => !IsInRange(one)) is { } bad)
        {
            return $"'{Words(bad)}': rates, iterations and times must be above 0, a rate or number of copies to ramp to at least 0, minRate not above maxRate";
        }
        if (simulations.Count > 1 && simulations.Any(IsBounded))
        {
            return "IterationsForConstant and IterationsForInject stand alone: they can't be mixed with other simulations";
        }
        return simulations.Any(IsClosed) && simulations.Any(IsOpen)
            ? "closed simulations (RampingConstant, KeepConstant) can't be mixed with open ones (RampingInject, Inject, InjectRandom)"
            : null;
    }

    private static bool IsBounded(LoadSimulation one) =>
        one is IterationsForConstant or IterationsForInject;

    public static bool IsClosed(LoadSimulation one) =>
        one is RampingConstant or KeepConstant or IterationsForConstant;

    private static bool IsOpen(LoadSimulation one) =>
        one is RampingInject or Inject or InjectRandom or IterationsForInject;

    private static bool IsInRange(LoadSimulation simulation) =>
        simulation switch
        {
            RampingConstant one => one.Copies >= 0 && Some(one.During),
            KeepConstant one => one.Copies > 0 && Some(one.During),
            IterationsForConstant one => one.Copies > 0 && one.Iterations > 0,
            RampingInject one => one.Rate >= 0 && Some(one.Interval) && Some(one.During),
            Inject one => one.Rate > 0 && Some(one.Interval) && Some(one.During),
            InjectRandom one => one.MinRate >= 0
                && one.MaxRate >= one.MinRate
                && one.MaxRate > 0
                && Some(one.Interval)
                && Some(one.During),
            IterationsForInject one => one.Rate > 0 && one.Iterations > 0 && Some(one.Interval),
            Pause one => Some(one.During),
            _ => false,
        };

    private static bool Some(TimeSpan time) => time > TimeSpan.Zero;

    private static string Invariant(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
