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
    /// <summary>Nobody may notice: each answer is a success or a refusal, at the first attempt.</summary>
    public bool Unnoticed { get; init; }

    /// <summary>From the end of the cause until half of the rate before it is served again.</summary>
    public TimeSpan RecoversWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time without a success, from its begin; null where the cause itself decides.</summary>
    public TimeSpan? SellsAgainWithin { get; init; }
}
