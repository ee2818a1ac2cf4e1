using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>All scenarios, in the order in which they are listed.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<ScenarioPlan> All { get; } =
    [
        FlashSale.Plan,
        FlashSaleRetry.Plan,
        TwoHot.Plan,
        Holiday.Plan,
        Browse.Plan,
        Hostile.Plan,
        Earn.Plan,
        ColdRush.Plan(),
        Saturation.Plan(),
        Soak.Plan,
    ];
}
