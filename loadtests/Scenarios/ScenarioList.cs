using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>All scenarios, in the order in which they are listed.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<ScenarioPlan> All { get; } = [];
}
