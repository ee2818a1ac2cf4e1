using System.Globalization;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// How much the mall can take: callers that each wait for their answer, twice as many with every step. Each step is a scenario of its own that
/// pauses until it is its turn, so that every step has all figures.
/// </summary>
internal sealed class Saturation
{
    private const string Shelf = "spread";

    /// <summary>Of the config's GlobalCustomSettings: the p99 in milliseconds under which the highest rate is looked for; 50 when it is not there.</summary>
    public const string BoundSetting = "SaturationP99Ms";
    private const double UsualBoundMs = 50;

    /// <summary>Twice the callers must bring so much more, or the knee is passed.</summary>
    private const double WorthIt = 1.1;
    private static readonly int[] Callers = [8, 16, 32, 64, 128, 256];
    private double _boundMs = UsualBoundMs;

    private Saturation() { }

    public static ScenarioPlan Plan()
    {
        var saturation = new Saturation();
        return new()
        {
            Name = "saturation",
            Summary =
                "8, 16, 32 ... callers that wait for their answers: the highest rate with p99 under a bound, and the knee",
            Needs = Needs,
            Create = saturation.Create,
            Conclude = saturation.Conclude,
        };
    }

    /// <summary>Nothing runs out.</summary>
    public static StageNeeds Needs(BenchOptions options) =>
        new()
        {
            Shoppers = options.Members ?? 20_000,
            LotsEach = options.Lots ?? StageNeeds.UsualLots,
            PointsEach = 100_000_000,
            Shelves = [new Shelf(Shelf, options.Skus ?? 100, options.Stock ?? 100_000_000)],
        };

    private ScenarioProps[] Create(Stage stage)
    {
        var each = stage.Options.Duration ?? TimeSpan.FromSeconds(10);
        var store = new Storefront(stage);
        Purchase[] purchases = [.. stage.Shelf(Shelf).Select(sku => store.Purchase(sku))];
        return
        [
            .. Callers.Select(
                (callers, step) =>
                {
                    var scenario = Scenario
                        .Create(
                            NameOf(callers),
                            async context =>
                                await store.Redeem(
                                    store.NextShopper(),
                                    purchases[context.Random.Next(purchases.Length)]
                                )
                        )
                        .WithThresholds(Thresholds.FewFailures);
                    return step == 0
                        ? scenario
                            .WithInit(context => Open(context, store))
                            .WithClean(store.Close)
                            .WithWarmUpDuration(TimeSpan.FromSeconds(10))
                            .WithLoadSimulations(Simulation.KeepConstant(callers, each))
                        : scenario
                            .WithoutWarmUp()
                            .WithLoadSimulations(
                                Simulation.Pause(step * each),
                                Simulation.KeepConstant(callers, each)
                            );
                }
            ),
        ];
    }

    private Task Open(IScenarioInitContext context, Storefront store)
    {
        var bound = context.GlobalCustomSettings[BoundSetting];
        _boundMs = bound is null ? UsualBoundMs : double.Parse(bound, CultureInfo.InvariantCulture);
        return store.Open(context);
    }

    private Conclusion Conclude(Stage stage, NodeStats stats)
    {
        List<Step> steps =
        [
            .. Callers
                .Select(callers =>
                    (Callers: callers, Stats: stats.ScenarioStats.Find(NameOf(callers)))
                )
                .Where(step => step.Stats?.Ok.Request.Count > 0)
                .Select(step => new Step(
                    step.Callers,
                    step.Stats!.Ok.Request.RPS,
                    step.Stats.Ok.Latency.Percent50,
                    step.Stats.Ok.Latency.Percent99
                )),
        ];
        var best = steps.Where(step => step.P99Ms <= _boundMs).MaxBy(step => step.Rate);
        List<KeyValuePair<string, string>> findings =
        [
            .. steps.Select(step => new KeyValuePair<string, string>(
                $"{step.Callers} callers",
                step.ToString()
            )),
            new(
                Text($"highest rate with p99 up to {_boundMs:0.#} ms"),
                best is null ? "none" : Text($"{best.Rate:N0} a second with {best.Callers} callers")
            ),
        ];
        if (Knee(steps) is { } knee)
        {
            findings.Add(new("knee", Text($"{knee.Rate:N0} a second with {knee.Callers} callers")));
        }
        return new(findings, []);
    }

    /// <summary>The first step after which twice the callers bring less than a tenth more; null when the rate grew to the end.</summary>
    internal static Step? Knee(IReadOnlyList<Step> steps)
    {
        for (var i = 0; i < steps.Count - 1; i++)
        {
            if (steps[i + 1].Rate < steps[i].Rate * WorthIt)
            {
                return steps[i];
            }
        }
        return null;
    }

    private static string NameOf(int callers) => Text($"saturation_{callers}");

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Callers">Who each wait for their answer.</param>
    /// <param name="Rate">Answers a second.</param>
    /// <param name="P50Ms">Median.</param>
    /// <param name="P99Ms">99th percentile.</param>
    internal sealed record Step(int Callers, double Rate, double P50Ms, double P99Ms)
    {
        public override string ToString() =>
            Text($"{Rate:N0} a second, p50 {P50Ms:0.0} ms, p99 {P99Ms:0.0} ms");
    }
}
