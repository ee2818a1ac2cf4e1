using System.Text;
using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>The catalogue alone: lists and product pages, which touch no silo.</summary>
internal static class Browse
{
    private const string Shelf = "browse";

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "browse",
            Summary = "catalogue and product pages only",
            Needs = options =>
                new()
                {
                    Shoppers = options.Members ?? 1_000,
                    LotsEach = options.Lots ?? 1,
                    Shelves = [new Shelf(Shelf, options.Skus ?? 200, options.Stock ?? 1_000)],
                },
            Create = Create,
        };

    private static ScenarioProps[] Create(Stage stage)
    {
        var store = new Storefront(stage);
        var catalogue = new Catalogue(store, stage.Shelf(Shelf));
        return
        [
            Scenario
                .Create(Plan.Name, context => Look(context, store, catalogue))
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithWarmUpDuration(TimeSpan.FromSeconds(5))
                .WithLoadSimulations(Rush.Of(stage.Options, rate: 500, seconds: 30).Simulations())
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    /// <summary>One look: at a list by four of ten, else at a product; a member's token asks for eligibility too.</summary>
    private static async Task<IResponse> Look(
        IScenarioContext context,
        Storefront store,
        Catalogue catalogue
    ) =>
        context.Random.Next(10) < 4
            ? await Step.Run("list", context, () => catalogue.List(context.Random))
            : await Step.Run(
                "product",
                context,
                () =>
                    catalogue.Product(
                        context.Random,
                        context.Random.Next(2) == 0 ? store.NextShopper() : null
                    )
            );
}

/// <summary>The pages that people look at before they redeem.</summary>
internal sealed class Catalogue(Storefront store, IReadOnlyList<StageSku> skus)
{
    private static readonly ReadOnlyMemory<byte> Items = "\"items\":["u8.ToArray();
    private static readonly string[] Filters =
    [
        "",
        "&inStock=true",
        "&maxPoints=100",
        "&sort=name",
        "&q=1",
    ];

    private readonly Zipf _choice = new(skus.Count);
    private readonly string _path = $"/v1/products?category=bench-{skus[0].Shelf}&limit=20";
    private readonly (string Path, ReadOnlyMemory<byte> Part)[] _products =
    [
        .. skus.Select(sku =>
            (
                $"/v1/products/{sku.ProductId}",
                (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(sku.SkuId.ToString())
            )
        ),
    ];

    /// <summary>A number in the shelf; the low ones are popular.</summary>
    public int Choose(Random random) => _choice.Next(random);

    /// <summary>A page of the list, with one of the usual filters.</summary>
    public Task<Response<object>> List(Random random) =>
        store.Read(_path + Filters[random.Next(Filters.Length)], null, Items);

    /// <summary>A product's page.</summary>
    public Task<Response<object>> Product(Random random, ICaller? caller) =>
        Product(Choose(random), caller);

    public Task<Response<object>> Product(int number, ICaller? caller) =>
        store.Read(_products[number].Path, caller, _products[number].Part);
}
