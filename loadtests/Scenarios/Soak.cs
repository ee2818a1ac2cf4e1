using System.Globalization;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// Half an hour at half of what the mall can take, or longer: redemptions, cancels, grants and reads. Whatever grows and does not level off is
/// found: memory, activations, and tables that should not grow.
/// </summary>
internal static class Soak
{
    private const string Shelf = "spread";
    private static readonly TimeSpan UsualLength = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Search = TimeSpan.FromSeconds(15);
    private const int SearchCallers = 64;

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "soak",
            Summary =
                "30 minutes at half of saturation; fails on memory, activations or tables that grow and do not level off",
            Needs = Saturation.Needs,
            Create = Create,
            Conclude = Conclude,
        };

    private static ScenarioProps[] Create(Stage stage)
    {
        var store = new Storefront(stage);
        var day = new Day(stage, store, [.. stage.Shelf(Shelf).Select(sku => store.Purchase(sku))]);
        // The load plan is made before any init runs, so a rate that nobody gave is found here.
        var rate = stage.Options.Rate ?? HalfOfSaturation(day).GetAwaiter().GetResult();
        return
        [
            Scenario
                .Create(Plan.Name, day.Hour)
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithWarmUpDuration(TimeSpan.FromSeconds(30))
                .WithLoadSimulations(
                    Simulation.Inject(
                        rate,
                        TimeSpan.FromSeconds(1),
                        stage.Options.Duration ?? UsualLength
                    )
                )
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    /// <summary>Half of what callers get who wait for their answers. The first half of the search warms up.</summary>
    private static async Task<int> HalfOfSaturation(Day day)
    {
        var began = TimeProvider.System.GetTimestamp();
        var counted = 0;
        TimeSpan Elapsed() => TimeProvider.System.GetElapsedTime(began);
        async Task Call(int number)
        {
            var random = new Random(number);
            while (Elapsed() < Search)
            {
                await day.Do(Day.Choose(random), random);
                if (Elapsed() > Search / 2)
                {
                    Interlocked.Increment(ref counted);
                }
            }
        }
        await Task.WhenAll(Enumerable.Range(0, SearchCallers).Select(Call));
        var rate = Math.Max(1, (int)(counted / (Search / 2).TotalSeconds / 2));
        Console.WriteLine(Text($"soak: half of saturation is {rate} a second"));
        return rate;
    }

    private static Conclusion Conclude(Stage stage, NodeStats stats)
    {
        var growths = stage.Series.Select(Growth.Of).OfType<Growth>().ToList();
        List<KeyValuePair<string, string>> findings =
        [
            new("rule", Growth.Rule),
            .. growths.Select(growth => new KeyValuePair<string, string>(
                growth.Name,
                growth.ToString()
            )),
        ];
        List<string> problems =
        [
            .. growths
                .Where(growth => !growth.LevelsOff)
                .Select(growth => $"{growth.Name} goes on growing: {growth}"),
        ];
        if (growths.Count == 0)
        {
            problems.Add("nothing was sampled: a soak needs a mall of the bench's own, or --data");
        }
        if (stats.Duration >= Growth.LongEnough)
        {
            return new(findings, problems);
        }
        // Buffers, caches and heaps are still being filled: what is seen is said, and fails nothing.
        findings.AddRange(
            problems.Select(problem => new KeyValuePair<string, string>(
                "too short to judge",
                problem
            ))
        );
        return new(findings, []);
    }

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What goes on in a mall all day.</summary>
    private sealed class Day(Stage stage, Storefront store, Purchase[] purchases)
    {
        private static readonly ReadOnlyMemory<byte> Items = "\"items\":["u8.ToArray();
        private static readonly ReadOnlyMemory<byte> Available = "\"available\":"u8.ToArray();

        public async Task<IResponse> Hour(IScenarioContext context)
        {
            var what = Choose(context.Random);
            return await Step.Run(what, context, () => Do(what, context.Random));
        }

        /// <summary>Of a hundred: 60 redemptions, 5 of them cancelled later, 10 grants, 15 looks at the balance, 10 at the orders.</summary>
        public static string Choose(Random random) =>
            random.Next(100) switch
            {
                < 60 => "redeem",
                < 65 => "redeem and cancel",
                < 75 => "grant",
                < 90 => "balance",
                _ => "my orders",
            };

        public Task<Response<object>> Do(string what, Random random)
        {
            var shopper = store.NextShopper();
            var purchase = purchases[random.Next(purchases.Length)];
            return what switch
            {
                "redeem" => store.Redeem(shopper, purchase),
                "redeem and cancel" => RedeemAndCancel(shopper, purchase),
                "grant" => Grant(shopper, random.Next(1, 100)),
                "balance" => store.Read("/v1/me/balance", shopper, Available),
                _ => store.Read("/v1/me/orders?limit=5", shopper, Items),
            };
        }

        private async Task<Response<object>> RedeemAndCancel(Shopper shopper, Purchase purchase)
        {
            var answer = await store.Send(Command.Redeem(shopper, purchase, Storefront.NewKey()));
            return answer.OrderId is { } orderId
                ? await store.Cancel(shopper, orderId)
                : Storefront.ToResponse(answer);
        }

        private async Task<Response<object>> Grant(Shopper shopper, long points) =>
            Storefront.ToResponse(
                await store.Send(
                    Command.Grant(shopper, points, stage.Partner, Storefront.NewKey())
                ),
                namesOrder: false
            );
    }
}
