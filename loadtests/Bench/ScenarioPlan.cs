using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace PointsMall.LoadTests.Bench;

/// <summary>A load scenario: what it needs and what it does. Its own files are in <c>Scenarios/</c>; <c>./mall bench</c> does the rest.</summary>
public sealed record ScenarioPlan
{
    /// <summary>As the command line names it, in snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for the list of scenarios.</summary>
    public required string Summary { get; init; }

    /// <summary>What is made before it. <c>--members</c>, <c>--lots</c>, <c>--skus</c> and <c>--stock</c> are for it to respect.</summary>
    public required Func<BenchOptions, StageNeeds> Needs { get; init; }

    /// <summary>The load, as NBomber scenarios that run at the same time. <c>--rate</c> and <c>--duration</c> are for it to respect.</summary>
    public required Func<Stage, ScenarioProps[]> Create { get; init; }

    /// <summary>What the figures say, after the load and before the books are checked; null when they speak for themselves.</summary>
    public Func<Stage, NodeStats, Conclusion>? Conclude { get; init; }
}

/// <summary>What a scenario has found out.</summary>
/// <param name="Findings">Name and value, shown with the verdict.</param>
/// <param name="Problems">Why the run fails; empty when it does not.</param>
public sealed record Conclusion(
    IReadOnlyList<KeyValuePair<string, string>> Findings,
    IReadOnlyList<string> Problems
);
