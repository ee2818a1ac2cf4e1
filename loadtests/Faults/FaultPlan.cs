using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Faults.Rigs;

namespace PointsMall.LoadTests.Faults;

/// <summary>Something that breaks while members redeem.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="What">What happens, in a line.</param>
/// <param name="Strike">Does it, and returns when the cause is over: at once for a kill, at the end of a freeze.</param>
internal sealed record FaultPlan(
    string Name,
    string What,
    Func<FaultScene, CancellationToken, Task> Strike
)
{
    /// <summary>Puts up what it needs, around the silos that are named; null when it needs nothing.</summary>
    /// <exception cref="CannotStrikeException">This machine does not let us try it.</exception>
    public Func<DataFolder, IReadOnlyList<string>, Task<IFaultRig>>? Rig { get; init; }

    /// <summary>API processes.</summary>
    public int Apis { get; init; } = 1;

    /// <summary>The next fault is not to find what this one was run on.</summary>
    public bool NeedsItsOwnMall => Rig is not null || Apis > 1;

    /// <summary>Nobody may notice: each answer is a success or a refusal, at the first attempt.</summary>
    public bool Unnoticed { get; init; }

    /// <summary>From the end of the cause until half of the rate before it is served again.</summary>
    public TimeSpan RecoversWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time without a success, from its begin; null where the cause itself decides.</summary>
    public TimeSpan? SellsAgainWithin { get; init; }

    /// <summary>A fault that needs something around the mall.</summary>
    public static FaultPlan With<TRig>(
        string name,
        string what,
        Func<DataFolder, IReadOnlyList<string>, Task<IFaultRig>> rig,
        Func<FaultScene, TRig, CancellationToken, Task> strike
    )
        where TRig : class, IFaultRig =>
        new(name, what, (scene, cancelled) => strike(scene, (TRig)scene.Rig!, cancelled))
        {
            Rig = rig,
        };
}
