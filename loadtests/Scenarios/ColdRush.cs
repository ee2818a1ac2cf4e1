using System.Diagnostics;
using System.Globalization;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// The first seconds of silos that know nobody: 20,000 distinct members arrive, whatever the answers do, and then a fixed number of callers stays on.
/// It says how the rate grows, second by second, against what the same callers reach at the end. Seconds count from the first request, right after
/// the silos said that they are ready.
/// </summary>
internal sealed class ColdRush
{
    private const string Shelf = "rush";
    private const int Callers = 128;
    private const int MostSeconds = 600;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly int[] _wins = new int[MostSeconds];
    private int _rushSeconds;
    private long _began;

    private ColdRush() { }

    public static ScenarioPlan Plan()
    {
        var rush = new ColdRush();
        return new()
        {
            Name = "cold_rush",
            Summary =
                "20,000 distinct members in the first seconds of silos that have just become ready",
            Needs = options =>
                new()
                {
                    Shoppers = options.Members ?? 20_000,
                    LotsEach = options.Lots ?? StageNeeds.UsualLots,
                    PointsEach = 100_000_000,
                    Shelves = [new Shelf(Shelf, options.Skus ?? 1, options.Stock ?? 100_000_000)],
                    FreshProcesses = true,
                },
            Create = rush.Create,
            Conclude = rush.Conclude,
        };
    }

    private ScenarioProps[] Create(Stage stage)
    {
        Array.Clear(_wins);
        _began = 0;
        var rate = Math.Min(stage.Options.Rate ?? 5_000, stage.Shoppers.Count);
        _rushSeconds = (int)Math.Ceiling((double)stage.Shoppers.Count / rate);
        var store = new Storefront(stage);
        Purchase[] purchases = [.. stage.Skus.Select(sku => store.Purchase(sku))];
        return
        [
            Scenario
                .Create("cold_rush", context => Redeem(context, store, purchases))
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithoutWarmUp()
                .WithLoadSimulations(
                    Simulation.IterationsForInject(rate, Second, stage.Shoppers.Count)
                )
                .WithThresholds(Thresholds.FewFailures),
            Scenario
                .Create("cold_rush_after", context => Redeem(context, store, purchases))
                .WithoutWarmUp()
                .WithLoadSimulations(
                    Simulation.Pause(_rushSeconds * Second),
                    Simulation.KeepConstant(
                        Callers,
                        stage.Options.Duration ?? TimeSpan.FromSeconds(20)
                    )
                )
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    private async Task<IResponse> Redeem(
        IScenarioContext context,
        Storefront store,
        Purchase[] purchases
    )
    {
        // A scenario's own clock stands still once its last iteration has started; the answers go on.
        Interlocked.CompareExchange(ref _began, Stopwatch.GetTimestamp(), 0);
        var response = await store.Redeem(
            store.NextShopper(),
            purchases[context.Random.Next(purchases.Length)]
        );
        var second = (int)Stopwatch.GetElapsedTime(Interlocked.Read(ref _began)).TotalSeconds;
        if (response is { IsError: false, StatusCode: "201" } && second < MostSeconds)
        {
            Interlocked.Increment(ref _wins[second]);
        }
        return response;
    }

    /// <summary>The steady rate is that of the last third of the callers' time, without its last second, which is no whole one.</summary>
    private Conclusion Conclude(Stage stage, NodeStats stats)
    {
        var last = Array.FindLastIndex(_wins, wins => wins > 0);
        var from = last - Math.Max(1, (last - _rushSeconds) / 3);
        if (last < 3 || from < 0)
        {
            return new([], ["too short to say what the steady rate is"]);
        }
        var steady = _wins[from..last].Average();
        var half = Array.FindIndex(_wins, wins => wins >= steady / 2);
        return new(
            [
                new("redemptions in each second", string.Join(' ', _wins[..(last + 1)])),
                new("steady rate", Text($"{steady:N0} a second")),
                new("second in which half of it is reached", Text($"{half + 1}")),
            ],
            []
        );
    }

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
