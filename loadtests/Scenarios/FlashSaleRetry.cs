using NBomber.Contracts;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Http;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// The same rush with nervous members: each sends its request three times under one key. Half of them tap three times at once, the others
/// try again after each answer. An iteration is one member with all three; the steps are the requests.
/// </summary>
internal static class FlashSaleRetry
{
    private const int Times = 3;

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "flash_sale_retry",
            Summary =
                "flash_sale with every request sent three times under one key, half of them at once",
            Needs = FlashSale.Needs,
            Create = Create,
        };

    private static ScenarioProps[] Create(Stage stage)
    {
        var store = new Storefront(stage);
        var unit = store.Purchase(stage.Skus[0]);
        return
        [
            Scenario
                .Create(Plan.Name, context => Nervously(context, store, unit))
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithoutWarmUp()
                // What counts is a member's answer; each request has its step.
                .WithStatsBasedOnIterations(true)
                .WithLoadSimulations(
                    FlashSale.RushOf(stage.Options).Share(1.0 / Times).Simulations()
                )
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    private static async Task<IResponse> Nervously(
        IScenarioContext context,
        Storefront store,
        Purchase unit
    )
    {
        var shopper = store.NextShopper();
        var command = Command.Redeem(shopper, unit, Storefront.NewKey());
        var answers = new LoadAnswer[Times];
        if (shopper.Number % 2 == 0)
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, Times)
                    .Select(turn => Send(context, store, command, turn, answers))
            );
        }
        else
        {
            for (var turn = 0; turn < Times; turn++)
            {
                await Send(context, store, command, turn, answers);
            }
        }
        return Judge(answers);
    }

    private static Task<Response<object>> Send(
        IScenarioContext context,
        Storefront store,
        Command command,
        int turn,
        LoadAnswer[] answers
    ) =>
        Step.Run(
            turn == 0 ? "first" : "again",
            context,
            async () => Storefront.ToResponse(answers[turn] = await store.Send(command))
        );

    /// <summary>The member has bought when any answer says so. All that say so name one order, and all but one are marked as repeats.</summary>
    private static Response<object> Judge(LoadAnswer[] answers)
    {
        var wins = answers.Where(answer => answer.IsSuccess).ToList();
        if (wins.Count == 0)
        {
            return Storefront.ToResponse(answers[^1]);
        }
        return
            wins.Select(win => win.OrderId).Distinct().Count() > 1
            || wins.Count(win => !win.Replayed) > 1
            ? Response.Fail("double", "one key, two orders")
            : Storefront.ToResponse(wins[0]);
    }
}
