using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>The load of an open scenario: it ramps up and holds, at the rate and for the time that the command line asks for.</summary>
/// <param name="Rate">Arrivals a second at the height.</param>
/// <param name="Ramp">How long the rise to it takes.</param>
/// <param name="Hold">How long it lasts.</param>
internal sealed record Rush(int Rate, TimeSpan Ramp, TimeSpan Hold)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRamp = TimeSpan.FromSeconds(10);

    public static Rush Of(BenchOptions options, int rate, int seconds)
    {
        var hold = options.Duration ?? TimeSpan.FromSeconds(seconds);
        var ramp = TimeSpan.FromSeconds(Math.Ceiling(hold.TotalSeconds / 3));
        return new(options.Rate ?? rate, ramp < LongestRamp ? ramp : LongestRamp, hold);
    }

    /// <summary>Arrivals in all.</summary>
    public long Demand => (long)(Rate * (Ramp.TotalSeconds / 2 + Hold.TotalSeconds));

    public LoadSimulation[] Simulations() =>
        [Simulation.RampingInject(Rate, Second, Ramp), Simulation.Inject(Rate, Second, Hold)];

    /// <summary>A part of it, for a scenario beside the main one.</summary>
    public Rush Share(double share) => this with { Rate = Math.Max(1, (int)(Rate * share)) };
}

/// <summary>What most scenarios demand.</summary>
internal static class Thresholds
{
    /// <summary>Speed is for the config files: a correct mall on a slow machine passes.</summary>
    public static Threshold FewFailures { get; } =
        Threshold.Create(
            stats => stats.Fail.Request.Percent < 1,
            abortWhenErrorCount: 3,
            startCheckAfter: TimeSpan.FromSeconds(10)
        );
}
