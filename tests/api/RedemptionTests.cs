using System.Globalization;
using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Redeeming over HTTP, line by line of the API's table of refusals.</summary>
public sealed class RedemptionTests(Mall mall)
{
    [Fact]
    [Trait("Behaviour", "RED-1")]
    public async Task A_redemption_answers_with_the_order_and_the_balance()
    {
        var (productId, skuId) = await mall.Product(points: 30);
        var (_, token) = await mall.Member(100);

        var answer = await mall.Post(
            "/v1/me/redemptions",
            token,
            $$"""{"items":[{"skuId":"{{skuId}}","quantity":2}],"note":"for cafe\u0301"}""",
            Mall.NewKey()
        );

        Assert.Equal(201, answer.Status);
        var order = answer.Body["order"]!;
        Assert.Equal($"/v1/me/orders/{order["orderId"]}", answer.Header("Location"));
        Assert.Equal("created", (string?)order["status"]);
        Assert.Equal(60, (long)order["pointsTotal"]!);
        Assert.Equal("for café", (string?)order["note"]);
        Assert.Equal(skuId, (string?)order["items"]![0]!["skuId"]);
        Assert.Equal(productId, (string?)order["items"]![0]!["productId"]);
        Assert.Equal(40, (long)answer.Body["balance"]!["available"]!);
        var read = await mall.Get($"/v1/me/orders/{order["orderId"]}", token);
        Assert.True(JsonNode.DeepEquals(order, read.Body), $"{order}\n{read.Body}");
        var stock = await mall.Get($"/v1/skus/{skuId}/stock", mall.StaffToken);
        Assert.Equal("""{"available":98,"redeemed":2}""", stock.Text);
    }

    [Fact]
    [Trait("Behaviour", "PTS-3")]
    public async Task Too_few_points_change_nothing()
    {
        var (_, skuId) = await mall.Product(points: 30);
        var (_, token) = await mall.Member(50);

        var answer = await mall.Redeem(token, skuId, 2);

        Refused(answer, 422, "insufficient_points", ("required", 60), ("available", 50));
        Assert.Equal(50, await Available(token));
    }

    [Fact]
    [Trait("Behaviour", "RED-8")]
    public async Task Too_little_stock_changes_nothing()
    {
        var (_, skuId) = await mall.Product(points: 1, stock: 3);
        var (_, token) = await mall.Member(50);

        var answer = await mall.Redeem(token, skuId, 4);

        Refused(answer, 422, "out_of_stock", ("available", 3));
        Assert.Equal(skuId, (string?)answer.Body["skuId"]);
        Assert.Equal(50, await Available(token));
    }

    [Fact]
    [Trait("Behaviour", "MKT-4")]
    public async Task A_members_limit_is_named_with_what_is_used_of_it()
    {
        var (_, skuId) = await mall.Product(
            points: 1,
            offer: ""","perMemberLimit":3,"perMemberWindow":"week" """
        );
        var (_, token) = await mall.Member(50);
        Assert.Equal(201, (await mall.Redeem(token, skuId, 2)).Status);

        var answer = await mall.Redeem(token, skuId, 2);

        Refused(answer, 422, "limit_reached", ("limit", 3), ("redeemed", 2));
        Assert.Equal("week", (string?)answer.Body["window"]);
    }

    [Fact]
    [Trait("Behaviour", "MKT-2")]
    public async Task Before_the_start_the_seconds_left_are_the_servers()
    {
        var start = TimeProvider.System.GetUtcNow().AddHours(1);
        var (_, skuId) = await mall.Product(offer: $$""","redeemableFrom":"{{start:O}}" """);
        var (_, token) = await mall.Member(50);

        var answer = await mall.Redeem(token, skuId);

        Refused(answer, 422, "not_started");
        Assert.InRange((long)answer.Body["secondsLeft"]!, 3_500, 3_600);
        Assert.NotNull(answer.Body["startsAt"]);
        Assert.NotNull(answer.Body["serverTime"]);
    }

    [Fact]
    public async Task After_the_end_and_when_delisted_nothing_is_sold()
    {
        var end = TimeProvider.System.GetUtcNow().AddHours(-1);
        var (_, ended) = await mall.Product(offer: $$""","redeemableTo":"{{end:O}}" """);
        var (_, delisted) = await mall.Product(listed: false);
        var (_, token) = await mall.Member(50);

        Refused(await mall.Redeem(token, ended), 422, "ended");
        Refused(await mall.Redeem(token, delisted), 422, "not_available");
        Refused(await mall.Redeem(token, Mall.NewKey()), 404, "sku_not_found");
    }

    [Fact]
    [Trait("Behaviour", "RED-3")]
    public async Task Quantities_that_the_offer_does_not_allow_are_refused()
    {
        var (_, skuId) = await mall.Product(
            points: 1,
            offer: ""","perOrderLimit":4,"multipleOf":2"""
        );
        var (_, token) = await mall.Member(50);

        Refused(await mall.Redeem(token, skuId, 3), 422, "quantity_not_allowed");
        Refused(await mall.Redeem(token, skuId, 6), 422, "quantity_not_allowed");
        Assert.Equal(201, (await mall.Redeem(token, skuId, 4)).Status);
    }

    [Fact]
    public async Task A_token_of_nobody_redeems_nothing()
    {
        var (_, skuId) = await mall.Product();
        var token = mall.Tokens.Member(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        Refused(await mall.Redeem(token, skuId), 404, "member_not_found");
        Refused(await mall.Get("/v1/me", token), 404, "member_not_found");
        Refused(await mall.Get("/v1/me/ledger", token), 404, "member_not_found");
        Refused(await mall.Get("/v1/me/orders", token), 404, "member_not_found");
    }

    [Fact]
    [Trait("Behaviour", "ORD-3")]
    public async Task A_cancel_gives_everything_back_once()
    {
        var (_, skuId) = await mall.Product(points: 30, stock: 5);
        var (_, token) = await mall.Member(100);
        var order = (string)(await mall.Redeem(token, skuId)).Body["order"]!["orderId"]!;
        var path = $"/v1/me/orders/{order}/cancel";
        var key = Mall.NewKey();

        var cancelled = await mall.Send(HttpMethod.Post, path, token, key: key);
        var again = await mall.Send(HttpMethod.Post, path, token, key: key);
        var anew = await mall.Post(path, token, """{"reason":"twice"}""", Mall.NewKey());

        Assert.Equal(200, cancelled.Status);
        Assert.Equal("cancelled", (string?)cancelled.Body["order"]!["status"]);
        Assert.Equal(
            ["created", "cancelled"],
            ((JsonArray)cancelled.Body["order"]!["history"]!).Select(at => (string?)at!["status"])
        );
        Assert.Equal(100, (long)cancelled.Body["balance"]!["available"]!);
        Assert.Equal(("true", 200), (again.Header("Idempotent-Replayed"), again.Status));
        Refused(anew, 409, "order_not_cancellable");
        Assert.Equal("cancelled", (string?)anew.Body["orderStatus"]);
        Assert.Equal(100, await Available(token));
        var stock = await mall.Get($"/v1/skus/{skuId}/stock", mall.StaffToken);
        Assert.Equal("""{"available":5,"redeemed":0}""", stock.Text);
    }

    /// <summary>Every balance read after an answer shows at least that answer.</summary>
    [Fact]
    [Trait("Behaviour", "PTS-10")]
    public async Task A_balance_that_is_read_after_an_answer_is_never_older()
    {
        var (_, skuId) = await mall.Product(points: 1, stock: 1_000);
        var (id, token) = await mall.Member(1_000);
        for (var i = 1; i <= 25; i++)
        {
            Assert.Equal(201, (await mall.Redeem(token, skuId)).Status);
            Assert.Equal(1_000 - i, await Available(token));
            var ledger = await mall.Get("/v1/me/ledger?limit=1", token);
            Assert.Equal(1_000 - i, (long)Mall.Items(ledger)[0]!["balanceAfter"]!);
        }
        var asStaff = await mall.Get($"/v1/members/{id}/balance", mall.StaffToken);
        Assert.Equal(975, (long)asStaff.Body["available"]!);
    }

    [Fact]
    [Trait("Behaviour", "PTS-1")]
    public async Task The_balance_names_what_expires_soon()
    {
        var (id, token) = await mall.Member(100);
        var soon = TimeProvider.System.GetUtcNow().AddDays(3);
        var granted = await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            $$"""{"points":7,"reason":"soon","expiresAt":"{{soon.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}}"}""",
            Mall.NewKey()
        );
        var pending = await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            $$"""{"points":5,"reason":"later","source":"purchase","pendingUntil":"{{soon:O}}"}""",
            Mall.NewKey()
        );

        Assert.Equal((201, 201), (granted.Status, pending.Status));
        var me = await mall.Get("/v1/me", token);
        var balance = me.Body["balance"]!;
        Assert.True(
            JsonNode.DeepEquals(balance, pending.Body["balance"]),
            $"{balance}\n{pending.Body["balance"]}"
        );
        Assert.Equal(107, (long)balance["available"]!);
        Assert.Equal(5, (long)balance["pending"]!);
        var expiring = Assert.Single((JsonArray)balance["expiringSoon"]!)!;
        Assert.Equal(7, (long)expiring["points"]!);
        Assert.Equal(
            soon.ToUnixTimeSeconds(),
            DateTimeOffset
                .Parse((string)expiring["expiresAt"]!, CultureInfo.InvariantCulture)
                .ToUnixTimeSeconds()
        );
    }

    private async Task<long> Available(string token) =>
        (long)(await mall.Get("/v1/me/balance", token)).Body["available"]!;

    private static void Refused(
        Answer answer,
        int status,
        string code,
        params (string Member, long Value)[] facts
    )
    {
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.MediaType);
        foreach (var (member, value) in facts)
        {
            Assert.Equal((member, value), (member, (long)answer.Body[member]!));
        }
    }
}
