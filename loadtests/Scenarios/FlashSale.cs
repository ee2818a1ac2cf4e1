using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>The rush that the mall is for: a crowd that grows and does not wait, one SKU, and fewer units than members.</summary>
internal static class FlashSale
{
    private const string Shelf = "sale";

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "flash_sale",
            Summary = "many members, one SKU, too few units: sells out and goes on refusing",
            Needs = Needs,
            Create = Create,
        };

    /// <summary>Half as many units as members, and one for each: whoever comes late, or again, is refused.</summary>
    public static StageNeeds Needs(BenchOptions options)
    {
        var members = options.Members ?? (int)Math.Clamp(RushOf(options).Demand / 2, 100, 20_000);
        return new()
        {
            Shoppers = members,
            LotsEach = options.Lots ?? StageNeeds.UsualLots,
            Shelves = [new Shelf(Shelf, 1, options.Stock ?? members / 2) { PerMemberLimit = 1 }],
        };
    }

    public static Rush RushOf(BenchOptions options) => Rush.Of(options, rate: 1_000, seconds: 30);

    private static ScenarioProps[] Create(Stage stage)
    {
        var store = new Storefront(stage);
        var unit = store.Purchase(stage.Shelf(Shelf)[0]);
        return
        [
            Scenario
                .Create(Plan.Name, async _ => await store.Redeem(store.NextShopper(), unit))
                .WithInit(store.Open)
                .WithClean(store.Close)
                // The first second of a sale is a part of it.
                .WithoutWarmUp()
                .WithLoadSimulations(RushOf(stage.Options).Simulations())
                .WithThresholds(Thresholds.FewFailures),
        ];
    }
}
