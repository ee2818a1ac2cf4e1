using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>
/// Load plans. Closed ones keep a number of callers, each of which sends its next request when the last is answered; open ones keep a rate,
/// whatever the answers do. Closed mix with closed, open with open, a pause with either; the two bounded by iterations stand alone.
/// </summary>
public static class Simulation
{
    /// <summary>Closed: from the copies that run to <paramref name="copies"/>, evenly over the time.</summary>
    public static LoadSimulation RampingConstant(int copies, TimeSpan during) =>
        new LoadSimulation.RampingConstant(copies, during);

    /// <summary>Closed: <paramref name="copies"/> for the time.</summary>
    public static LoadSimulation KeepConstant(int copies, TimeSpan during) =>
        new LoadSimulation.KeepConstant(copies, during);

    /// <summary>Closed: <paramref name="copies"/> until <paramref name="iterations"/> in all are done.</summary>
    public static LoadSimulation IterationsForConstant(int copies, int iterations) =>
        new LoadSimulation.IterationsForConstant(copies, iterations);

    /// <summary>Open: from the rate that runs to <paramref name="rate"/> an interval, linearly over the time.</summary>
    public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) =>
        new LoadSimulation.RampingInject(rate, interval, during);

    /// <summary>Open: <paramref name="rate"/> arrivals an interval, at random moments of it.</summary>
    public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) =>
        new LoadSimulation.Inject(rate, interval, during);

    /// <summary>Open: each interval a number of arrivals between the two, both possible.</summary>
    public static LoadSimulation InjectRandom(
        int minRate,
        int maxRate,
        TimeSpan interval,
        TimeSpan during
    ) => new LoadSimulation.InjectRandom(minRate, maxRate, interval, during);

    /// <summary>Open: <paramref name="rate"/> arrivals an interval until <paramref name="iterations"/> have arrived.</summary>
    public static LoadSimulation IterationsForInject(int rate, TimeSpan interval, int iterations) =>
        new LoadSimulation.IterationsForInject(rate, interval, iterations);

    /// <summary>Nothing for the time.</summary>
    public static LoadSimulation Pause(TimeSpan during) => new LoadSimulation.Pause(during);
}
