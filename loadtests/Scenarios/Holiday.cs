using System.Text;
using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Http;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// A holiday's crowd: members arrive, look at lists and products, check their balance, redeem, look at their orders and sometimes think better of it,
/// with time to think between. What they want follows Zipf's law over 1,000 SKUs. An iteration is one visit; the steps are its requests.
/// </summary>
internal static class Holiday
{
    private const string Shelf = "holiday";
    private const double MeanThinkSeconds = 0.5;
    private const double LongestThinkSeconds = 3;

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "holiday",
            Summary =
                "visits over 1,000 SKUs: browse, product, balance, redeem, my orders, cancel, with think time",
            Needs = options =>
                new()
                {
                    Shoppers = options.Members ?? 10_000,
                    LotsEach = options.Lots ?? StageNeeds.UsualLots,
                    // The most wanted sell out.
                    Shelves = [new Shelf(Shelf, options.Skus ?? 1_000, options.Stock ?? 200)],
                },
            Create = Create,
        };

    private static ScenarioProps[] Create(Stage stage)
    {
        var store = new Storefront(stage);
        var skus = stage.Shelf(Shelf);
        var visit = new Visit(
            store,
            new Catalogue(store, skus),
            [.. skus.Select(sku => store.Purchase(sku))]
        );
        return
        [
            Scenario
                .Create(Plan.Name, visit.Run)
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithWarmUpDuration(TimeSpan.FromSeconds(5))
                .WithLoadSimulations(Rush.Of(stage.Options, rate: 100, seconds: 60).Simulations())
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    private sealed class Visit(Storefront store, Catalogue catalogue, Purchase[] purchases)
    {
        private static readonly ReadOnlyMemory<byte> Items = "\"items\":["u8.ToArray();
        private static readonly ReadOnlyMemory<byte> Available = "\"available\":"u8.ToArray();

        public async Task<IResponse> Run(IScenarioContext context)
        {
            var random = context.Random;
            var shopper = store.NextShopper();
            await Step.Run("list", context, () => catalogue.List(random));
            var wish = catalogue.Choose(random);
            for (var looks = random.Next(1, 4); looks > 0; looks--)
            {
                await Think(random);
                wish = catalogue.Choose(random);
                await Step.Run("product", context, () => catalogue.Product(wish, shopper));
            }
            await Step.Run(
                "balance",
                context,
                () => store.Read("/v1/me/balance", shopper, Available)
            );
            if (random.Next(10) < 4)
            {
                return Response.Ok();
            }
            await Think(random);
            var answer = await Redeem(context, shopper, wish);
            if (random.Next(10) < 3)
            {
                await Think(random);
                await LookAtOrders(context, shopper, answer.OrderId);
            }
            if (answer.OrderId is { } orderId && random.Next(20) == 0)
            {
                await Think(random);
                await Step.Run("cancel", context, () => store.Cancel(shopper, orderId));
            }
            return Response.Ok();
        }

        private async Task<LoadAnswer> Redeem(IScenarioContext context, Shopper shopper, int wish)
        {
            var answer = default(LoadAnswer);
            var command = Command.Redeem(shopper, purchases[wish], Storefront.NewKey());
            await Step.Run(
                "redeem",
                context,
                async () => Storefront.ToResponse(answer = await store.Send(command))
            );
            return answer;
        }

        /// <summary>Whoever was told of an order finds it in the list.</summary>
        private Task<Response<object>> LookAtOrders(
            IScenarioContext context,
            Shopper shopper,
            Guid? orderId
        )
        {
            var part = orderId is { } order ? Encoding.ASCII.GetBytes(order.ToString()) : Items;
            return Step.Run(
                "my orders",
                context,
                () => store.Read("/v1/me/orders?limit=20", shopper, part)
            );
        }

        /// <summary>Mostly short, sometimes long, as people are.</summary>
        private static Task Think(Random random) =>
            Task.Delay(
                TimeSpan.FromSeconds(
                    Math.Min(
                        -Math.Log(1 - random.NextDouble()) * MeanThinkSeconds,
                        LongestThinkSeconds
                    )
                )
            );
    }
}
