using System.Text;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// <c>flash_sale</c> while a tenth of the callers abuse the API. The crowd and the abusers are two scenarios, so that the figures of the honest,
/// above all the time of those who win, are not mixed with refusals of nonsense.
/// </summary>
internal static class Hostile
{
    private const string Sale = "sale";
    private const string Bait = "bait";
    private const string Empty = "empty";
    private const string Abuse = "hostile_abuse";

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "hostile",
            Summary =
                "flash_sale while a tenth of the callers send old keys, many lines, bad strings, huge bodies and bad tokens",
            Needs = Needs,
            Create = Create,
            Conclude = Conclude,
        };

    private static StageNeeds Needs(BenchOptions options)
    {
        var sale = FlashSale.Needs(options);
        return sale with
        {
            Shelves =
            [
                .. sale.Shelves,
                // More than all abusers could take.
                new Shelf(Bait, Abuses.MostLines - 1, FlashSale.RushOf(options).Demand),
                new Shelf(Empty, 1, 0),
            ],
        };
    }

    private static ScenarioProps[] Create(Stage stage)
    {
        var rush = FlashSale.RushOf(stage.Options);
        // Who buys nothing meets no limit, so each abuse has one right answer.
        var abusers = stage.Shoppers.Count / 10;
        var store = new Storefront(stage, [.. stage.Shoppers.Skip(abusers)]);
        var unit = store.Purchase(stage.Shelf(Sale)[0]);
        var abuses = new Abuses(
            store,
            stage.Shelf(Sale)[0],
            stage.Shelf(Bait),
            stage.Shelf(Empty)[0]
        );
        return
        [
            Scenario
                .Create(Plan.Name, async _ => await store.Redeem(store.NextShopper(), unit))
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithoutWarmUp()
                .WithLoadSimulations(rush.Share(0.9).Simulations())
                .WithThresholds(Thresholds.FewFailures),
            Scenario
                .Create(
                    Abuse,
                    context => abuses.Next(context, stage.Shoppers[context.Random.Next(abusers)])
                )
                .WithoutWarmUp()
                .WithLoadSimulations(rush.Share(0.1).Simulations())
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    private static Conclusion Conclude(Stage stage, NodeStats stats)
    {
        var abuse = stats.ScenarioStats.Get(Abuse);
        string[] unseen =
        [
            .. Abuses
                .Names.Where(name => !(abuse.StepStats.Find(name)?.Ok.Request.Count > 0))
                .Select(name => $"no {name} was refused as it must be"),
        ];
        return new(
            [
                new(
                    "abuses",
                    string.Join(
                        ", ",
                        abuse.StepStats.Select(step =>
                            $"{step.StepName} {step.Ok.Request.Count} ({string.Join(", ", step.Ok.StatusCodes.Select(code => code.StatusCode))})"
                        )
                    )
                ),
            ],
            unseen
        );
    }
}

/// <summary>What abusers send, and the one answer that is right for each.</summary>
internal sealed class Abuses(
    Storefront store,
    StageSku sale,
    IReadOnlyList<StageSku> bait,
    StageSku empty
)
{
    /// <summary>The API takes at most 20 lines.</summary>
    public const int MostLines = 19;
    private const int TooLarge = 70_000;

    public static readonly IReadOnlyList<string> Names =
    [
        "old key",
        "many lines",
        "bad string",
        "huge body",
        "bad token",
    ];

    /// <summary>U+0000, half a surrogate pair, a control character, and bytes that are no UTF-8.</summary>
    private static readonly byte[][] BadStrings =
    [
        "\\u0000"u8.ToArray(),
        "\\ud83d"u8.ToArray(),
        "\\u0007"u8.ToArray(),
        [0xC3, 0x28],
    ];

    private readonly Purchase _bait = store.Purchase(bait[0]);
    private readonly Purchase _other = store.Purchase(bait[1]);

    /// <summary>Takes a unit of the sale and of all that lies around, and then asks for what nobody has: every claim must come back.</summary>
    private readonly Purchase _many = store.Purchase([sale, .. bait, empty]);
    private readonly byte[] _huge = Encoding.ASCII.GetBytes(
        $$"""{"note":"{{new string('x', TooLarge)}}"}"""
    );

    public async Task<IResponse> Next(IScenarioContext context, Shopper abuser)
    {
        var random = context.Random;
        var name = Names[random.Next(Names.Count)];
        return await Step.Run(
            name,
            context,
            () =>
                name switch
                {
                    "old key" => OldKey(abuser),
                    "many lines" => Expect(
                        Command.Redeem(abuser, _many, Storefront.NewKey()),
                        "out_of_stock"
                    ),
                    "bad string" => Expect(BadString(abuser, random), "invalid_request"),
                    "huge body" => Expect(
                        Command.Redeem(abuser, _huge, Storefront.NewKey()),
                        "request_too_large"
                    ),
                    _ => Expect(BadToken(abuser, random), "unauthenticated"),
                }
        );
    }

    /// <summary>Buys a trifle, and uses its key for something else.</summary>
    private async Task<Response<object>> OldKey(Shopper abuser)
    {
        var key = Storefront.NewKey();
        var bought = await store.Send(Command.Redeem(abuser, _bait, key));
        return bought.IsSuccess
            ? await Expect(Command.Redeem(abuser, _other, key), "idempotency_key_reused")
            : Storefront.ToResponse(bought);
    }

    private Command BadString(Shopper abuser, Random random)
    {
        byte[] body =
        [
            .. Encoding.ASCII.GetBytes(
                $$"""{"items":[{"skuId":"{{sale.SkuId}}","quantity":1}],"note":"a"""
            ),
            .. BadStrings[random.Next(BadStrings.Length)],
            .. "\"}"u8,
        ];
        return Command.Redeem(abuser, body, Storefront.NewKey());
    }

    /// <summary>No token at all, one that is none, or one whose signature is another's.</summary>
    private Command BadToken(Shopper abuser, Random random)
    {
        var token = abuser.Token;
        var command = Command.Redeem(abuser, _bait, Storefront.NewKey());
        return command with
        {
            Request = command.Request with
            {
                Token = random.Next(3) switch
                {
                    0 => null,
                    1 => "not.a.token",
                    _ => string.Concat(
                        token.AsSpan(0, token.LastIndexOf('.') + 1),
                        new string('A', 342)
                    ),
                },
            },
        };
    }

    /// <summary>Overload is refused before anything else, so it is always right.</summary>
    private async Task<Response<object>> Expect(Command command, string code)
    {
        var answer = await store.SendOnce(command);
        return answer.Code == code || answer.Status == 429
            ? Response.Ok(answer.Code!, answer.Bytes)
            : Response.Fail(
                answer.Code ?? "wrong_answer",
                $"status {answer.Status} where {code} is right {answer.Detail}",
                answer.Bytes
            );
    }
}
