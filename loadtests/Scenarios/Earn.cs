using System.Globalization;
using System.Text;
using System.Text.Json;
using NBomber.Contracts;
using NBomber.Contracts.Metrics;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Http;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// Partners and staff: single grants and deductions all the time, and now and then a bulk of up to 1,000 rows, as a JSON array or a line each. A tenth
/// of the bulks is sent twice, as a partner does whose line broke.
/// </summary>
internal static class Earn
{
    private const int SinglesPerBulk = 100;

    public static ScenarioPlan Plan { get; } =
        new()
        {
            Name = "earn",
            Summary =
                "point grants and deductions by partners, singly and up to 1,000 in a request",
            Needs = options =>
                new()
                {
                    Shoppers = options.Members ?? 10_000,
                    LotsEach = options.Lots ?? StageNeeds.UsualLots,
                },
            Create = Create,
        };

    private static ScenarioProps[] Create(Stage stage)
    {
        var rush = Rush.Of(stage.Options, rate: 500, seconds: 30);
        var store = new Storefront(stage);
        var bulk = new BulkGrant(stage, store);
        return
        [
            Scenario
                .Create(Plan.Name, context => Single(context, stage, store))
                .WithInit(store.Open)
                .WithClean(store.Close)
                .WithWarmUpDuration(TimeSpan.FromSeconds(5))
                .WithLoadSimulations(rush.Simulations())
                .WithThresholds(Thresholds.FewFailures),
            Scenario
                .Create("earn_bulk", async context => await bulk.Run(context.Random))
                .WithInit(bulk.Open)
                .WithWarmUpDuration(TimeSpan.FromSeconds(5))
                .WithLoadSimulations(rush.Share(1.0 / SinglesPerBulk).Simulations())
                .WithThresholds(Thresholds.FewFailures),
        ];
    }

    /// <summary>Four grants by a partner to one deduction by staff.</summary>
    private static async Task<IResponse> Single(
        IScenarioContext context,
        Stage stage,
        Storefront store
    )
    {
        var member = store.NextShopper();
        var points = context.Random.Next(1, 500);
        var (step, command) =
            context.Random.Next(5) == 0
                ? ("deduct", Command.Deduct(member, points, stage.Staff, Storefront.NewKey()))
                : ("grant", Command.Grant(member, points, stage.Partner, Storefront.NewKey()));
        return await Step.Run(
            step,
            context,
            async () => Storefront.ToResponse(await store.Send(command), namesOrder: false)
        );
    }
}

/// <summary>Many grants in one request. Every row is a command with a key and an answer of its own.</summary>
internal sealed class BulkGrant(Stage stage, Storefront store)
{
    private const int MostRows = 1_000;
    private readonly ICounter _rows = Metric.CreateCounter("rows granted", "rows");

    public Task Open(IScenarioInitContext context)
    {
        context.RegisterMetric(_rows);
        return Task.CompletedTask;
    }

    public async Task<Response<object>> Run(Random random)
    {
        Row[] rows =
        [
            .. Enumerable
                .Range(0, random.Next(MostRows / 2, MostRows + 1))
                .Select(_ => new Row(
                    store.NextShopper(),
                    Storefront.NewKey(),
                    random.Next(1, 500)
                )),
        ];
        var isLines = random.Next(2) == 0;
        var response = await Send(rows, isLines, isRepeat: false);
        return response.IsError || random.Next(10) > 0
            ? response
            : await Send(rows, !isLines, isRepeat: true);
    }

    private async Task<Response<object>> Send(Row[] rows, bool isLines, bool isRepeat)
    {
        var request = new LoadRequest("POST", "/v1/points/grants/bulk")
        {
            Token = stage.Partner.Token,
            Body = BodyOf(rows, isLines),
            ContentType = isLines ? LoadRequest.NdJson : LoadRequest.Json,
            KeepBody = true,
        };
        var sentAt = TimeProvider.System.GetTimestamp();
        var answer = await store.Send(new Command { Request = request });
        var results = answer.IsSuccess ? ResultsOf(answer.Body) : [];
        for (var i = 0; i < rows.Length; i++)
        {
            var result =
                results.Length == rows.Length ? results[i] : new(answer.Status, answer.Code, false);
            stage.History.Add(
                new Attempt
                {
                    Operation = Operation.Grant,
                    Member = rows[i].Member,
                    Key = rows[i].Key,
                    Status = result.Status,
                    Code = result.Code ?? "",
                    SentAt = sentAt,
                    AnsweredAt = TimeProvider.System.GetTimestamp(),
                }
            );
        }
        return Judge(answer, rows, results, isRepeat);
    }

    private Response<object> Judge(
        in LoadAnswer answer,
        Row[] rows,
        RowResult[] results,
        bool isRepeat
    )
    {
        if (!answer.IsSuccess)
        {
            return Storefront.ToResponse(answer, namesOrder: false);
        }
        var granted = results.Count(result => result.Status == 201);
        if (results.Length != rows.Length)
        {
            return Response.Fail("wrong_body", "not an answer a row", answer.Bytes);
        }
        if (isRepeat && results.Any(result => result is { Status: 201, Replayed: false }))
        {
            // A row that was refused for overload the first time is carried out now; the history knows which.
            return Response.Ok("partly_replayed", answer.Bytes);
        }
        _rows.Add(isRepeat ? 0 : granted);
        return results.Any(result => result.Status >= 500)
            ? Response.Fail("row_failed", "a row has a 5xx", answer.Bytes)
            : Response.Ok("200", answer.Bytes);
    }

    private static byte[] BodyOf(Row[] rows, bool isLines)
    {
        var text = string.Join(
            isLines ? '\n' : ',',
            rows.Select(row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"key":"{{row.Key}}","memberId":"{{row.Member.MemberId}}","points":{{row.Points}},"reason":"Load test","source":"purchase"}"""
                )
            )
        );
        return Encoding.UTF8.GetBytes(isLines ? text : $"[{text}]");
    }

    private static RowResult[] ResultsOf(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return
        [
            .. document
                .RootElement.GetProperty("rows")
                .EnumerateArray()
                .Select(row => new RowResult(
                    row.GetProperty("status").GetInt32(),
                    row.TryGetProperty("error", out var error)
                    && error.ValueKind == JsonValueKind.Object
                        ? error.GetProperty("code").GetString()
                        : null,
                    row.GetProperty("replayed").GetBoolean()
                )),
        ];
    }

    private readonly record struct Row(Shopper Member, Guid Key, int Points);

    private readonly record struct RowResult(int Status, string? Code, bool Replayed);
}
