namespace NBomber.Contracts;

/// <summary>A part of a scenario's load plan. Made by <see cref="NBomber.CSharp.Simulation"/>.</summary>
public abstract record LoadSimulation
{
    private protected LoadSimulation() { }

    /// <summary>Closed: copies rise or fall to a number.</summary>
    internal sealed record RampingConstant(int Copies, TimeSpan During) : LoadSimulation;

    /// <summary>Closed: copies stay at a number.</summary>
    internal sealed record KeepConstant(int Copies, TimeSpan During) : LoadSimulation;

    /// <summary>Closed: copies share a number of iterations.</summary>
    internal sealed record IterationsForConstant(int Copies, int Iterations) : LoadSimulation;

    /// <summary>Open: arrivals an interval rise or fall to a rate.</summary>
    internal sealed record RampingInject(int Rate, TimeSpan Interval, TimeSpan During)
        : LoadSimulation;

    /// <summary>Open: arrivals an interval stay at a rate.</summary>
    internal sealed record Inject(int Rate, TimeSpan Interval, TimeSpan During) : LoadSimulation;

    /// <summary>Open: each interval draws its arrivals.</summary>
    internal sealed record InjectRandom(
        int MinRate,
        int MaxRate,
        TimeSpan Interval,
        TimeSpan During
    ) : LoadSimulation;

    /// <summary>Open: arrivals until a number has arrived.</summary>
    internal sealed record IterationsForInject(int Rate, TimeSpan Interval, int Iterations)
        : LoadSimulation;

    /// <summary>Nothing arrives; the time counts in no rate.</summary>
    internal sealed record Pause(TimeSpan During) : LoadSimulation;
}
