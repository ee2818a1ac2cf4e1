using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Http;
using PointsMall.LoadTests.Scenarios;
using PointsMall.Tests.Load.Http;

namespace PointsMall.Tests.Load.Scenarios;

/// <summary>What a storefront makes of an answer, and of none.</summary>
public sealed class StorefrontTests
{
    private const string Order = "0198b2a1-5b7e-7c3e-9a51-0123456789ab";

    [Theory]
    [InlineData(201, null, Order, false, "201")]
    [InlineData(201, null, null, true, "wrong_body")]
    [InlineData(422, "out_of_stock", null, false, "out_of_stock")]
    [InlineData(429, "overloaded", null, false, "overloaded")]
    [InlineData(409, "order_not_cancellable", null, false, "order_not_cancellable")]
    [InlineData(422, "idempotency_key_reused", null, true, "idempotency_key_reused")]
    [InlineData(400, "invalid_request", null, true, "invalid_request")]
    [InlineData(401, null, null, true, "401")]
    [InlineData(503, "outcome_unknown", null, true, "outcome_unknown")]
    public void Wins_and_refusals_are_ok_and_all_else_is_not(
        int status,
        string? code,
        string? order,
        bool isError,
        string statusCode
    )
    {
        var response = Storefront.ToResponse(
            new LoadAnswer
            {
                Status = status,
                Code = code,
                OrderId = order is null ? null : Guid.Parse(order),
            }
        );

        Assert.Equal((isError, statusCode), (response.IsError, response.StatusCode));
    }

    [Fact]
    public void No_answer_in_time_has_the_code_of_a_timeout() =>
        Assert.Equal(
            "-100",
            Storefront.ToResponse(LoadAnswer.Failed(LoadFailure.TimedOut, "late")).StatusCode
        );

    [Fact]
    public async Task What_has_no_certain_outcome_is_repeated_under_its_key_and_every_answer_is_in_the_history()
    {
        var keys = new List<string>();
        await using var server = new ScriptedServer(async peer =>
        {
            while (await peer.Request(bodyEnd: "}]}") is { Length: > 0 } request)
            {
                keys.Add(request.Split("Idempotency-Key: ")[1][..36]);
                switch (keys.Count)
                {
                    case 1:
                        return; // hangs up
                    case 2:
                        await peer.Send(
                            "HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n"
                        );
                        break;
                    default:
                        await peer.Send(
                            $"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{{\"order\":{{\"orderId\":\"{Order}\"}}}}"
                        );
                        break;
                }
            }
        });
        var stage = StageAt(server.Url);
        using var store = new Storefront(stage);

        var response = await store.Redeem(store.NextShopper(), store.Purchase(stage.Skus[0]));

        Assert.Equal((false, "201"), (response.IsError, response.StatusCode));
        Assert.Equal(3, keys.Count);
        Assert.Single(keys.Distinct(StringComparer.Ordinal));
        Assert.Equal(3, stage.History.Count);
    }

    private static Stage StageAt(Uri api) =>
        new()
        {
            Api = api,
            Options = new BenchOptions(),
            Needs = new StageNeeds(),
            Shoppers = [new Shopper(0, Guid.Parse(Order), _ => "token")],
            Skus = [new StageSku("sale", Guid.Parse(Order), Guid.Parse(Order), "sale 1", 10, 1)],
            Staff = new Colleague("staff", "token"),
            Partner = new Colleague("partner", "token"),
        };
}
