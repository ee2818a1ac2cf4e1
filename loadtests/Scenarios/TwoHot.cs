using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>Two products that everybody wants, and a quarter of the members want both in one order: two gates and two hot rows in one commit.</summary>
internal static class TwoHot
{
    private const string Shelf = "hot";

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "two_hot",
            Summary = "two hot SKUs, and both in one order for a quarter of the requests",
            Needs = Needs,
            Create = Create,
        };

    private static StageNeeds Needs(BenchOptions options) =>
        new()
        {
            Shoppers = options.Members ?? 10_000,
            LotsEach = options.Lots ?? StageNeeds.UsualLots,
            // Both sell out in the last third.
            Shelves = [new Shelf(Shelf, 2, options.Stock ?? RushOf(options).Demand * 4 / 10)],
        };

    private static Rush RushOf(BenchOptions options) => Rush.Of(options, rate: 1_000, seconds: 30);

    private static ScenarioProps[] Create(Stage stage)
    {
        var store = new Storefront(stage);
        var skus = stage.Shelf(Shelf);
        var (one, other) = (store.Purchase(skus[0]), store.Purchase(skus[1]));
        // Half of those who want both name them the other way round: no order of locks comes from the requests.
        var (both, turned) = (store.Purchase(skus[0], skus[1]), store.Purchase(skus[1], skus[0]));
        Purchase[] wishes = [one, one, one, other, other, other, both, turned];
        return
        [
            Scenario
                .Create(
                    Plan.Name,
                    async context =>
                        await store.Redeem(
                            store.NextShopper(),
                            wishes[context.Random.Next(wishes.Length)]
                        )
                )
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithoutWarmUp()
                .WithLoadSimulations(RushOf(stage.Options).Simulations())
                .WithThresholds(Thresholds.FewFailures),
        ];
    }
}
