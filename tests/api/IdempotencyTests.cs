using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>One key, one effect.</summary>
[Trait("Behaviour", "PTS-4")]
public sealed class IdempotencyTests(Mall mall)
{
    [Fact]
    public async Task A_replay_has_the_first_status_and_the_same_order()
    {
        var (_, skuId) = await mall.Product();
        var (_, token) = await mall.Member(100);
        var key = Mall.NewKey();

        var first = await mall.Redeem(token, skuId, key: key);
        var replay = await mall.Redeem(token, skuId, key: key);
        // The same content in other words.
        var reordered = await mall.Post(
            "/v1/me/redemptions",
            token,
            $$"""{ "items" : [ { "quantity" : 1, "skuId" : "{{skuId}}" } ] }""",
            key
        );

        Assert.Equal((201, null), (first.Status, first.Header("Idempotent-Replayed")));
        foreach (var again in (Answer[])[replay, reordered])
        {
            Assert.Equal((201, "true"), (again.Status, again.Header("Idempotent-Replayed")));
            Assert.Equal($"{first.Body["order"]}", $"{again.Body["order"]}");
            Assert.Equal(first.Header("Location"), again.Header("Location"));
            Assert.Equal(90, (long)again.Body["balance"]!["available"]!);
        }
    }

    [Fact]
    public async Task A_key_with_another_content_or_operation_is_refused()
    {
        var (_, skuId) = await mall.Product();
        var (_, token) = await mall.Member(100);
        var key = Mall.NewKey();
        var first = await mall.Redeem(token, skuId, key: key);

        var other = await mall.Redeem(token, skuId, 2, key);
        var cancel = await mall.Send(
            HttpMethod.Post,
            $"{first.Header("Location")}/cancel",
            token,
            key: key
        );

        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal((422, "idempotency_key_reused"), (cancel.Status, cancel.Code));
    }

    [Fact]
    public async Task A_refusal_is_not_remembered()
    {
        var (_, skuId) = await mall.Product(points: 60);
        var (id, token) = await mall.Member(50);
        var key = Mall.NewKey();

        Assert.Equal(422, (await mall.Redeem(token, skuId, key: key)).Status);
        await mall.Grant(id, 10);
        Assert.Equal(201, (await mall.Redeem(token, skuId, key: key)).Status);
    }

    [Fact]
    public async Task An_old_key_is_still_answered()
    {
        var (_, skuId) = await mall.Product(points: 1);
        var (_, token) = await mall.Member(100);
        var key = Mall.NewKey();
        var first = await mall.Redeem(token, skuId, key: key);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(201, (await mall.Redeem(token, skuId)).Status);
        }

        var replay = await mall.Redeem(token, skuId, key: key);

        Assert.Equal((201, "true"), (replay.Status, replay.Header("Idempotent-Replayed")));
        Assert.Equal($"{first.Body["order"]}", $"{replay.Body["order"]}");
        Assert.Equal(87, (long)replay.Body["balance"]!["available"]!);
    }

    [Fact]
    public async Task Duplicates_at_the_same_moment_get_one_order()
    {
        var (_, skuId) = await mall.Product();
        var (_, token) = await mall.Member(100);
        var key = Mall.NewKey();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => mall.Redeem(token, skuId, key: key))
        );

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Single(answers.Select(answer => answer.Header("Location")).Distinct());
        Assert.Equal(1, answers.Count(answer => answer.Header("Idempotent-Replayed") is null));
        Assert.Equal(90, (long)(await mall.Get("/v1/me/balance", token)).Body["available"]!);
    }

    [Fact]
    public async Task Two_partners_may_use_one_key()
    {
        var (id, _) = await mall.Member();
        var key = Mall.NewKey();
        const string body = """{"points":5,"reason":"bonus"}""";
        var path = $"/v1/members/{id}/points/grants";
        var one = mall.Tokens.StaffNamed("partner-1", "points:grant");
        var two = mall.Tokens.StaffNamed("partner-2", "points:grant");

        var first = await mall.Post(path, one, body, key);
        var second = await mall.Post(path, two, body, key);
        var replay = await mall.Post(path, one, body, key);

        Assert.Equal((201, null), (second.Status, second.Header("Idempotent-Replayed")));
        Assert.NotEqual(
            $"{first.Body["entry"]!["entryId"]}",
            $"{second.Body["entry"]!["entryId"]}"
        );
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        Assert.Equal($"{first.Body["entry"]}", $"{replay.Body["entry"]}");
        Assert.Equal(10, (long)replay.Body["balance"]!["available"]!);
    }

    [Fact]
    public async Task Stock_moves_once()
    {
        var (_, skuId) = await mall.Product(stock: 10);
        var path = $"/v1/skus/{skuId}/stock/movements";
        var key = Mall.NewKey();
        const string body = """{"quantity":-4,"reason":"broken"}""";

        var first = await mall.Post(path, mall.StaffToken, body, key);
        var replay = await mall.Post(path, mall.StaffToken, body, key);
        var tooMuch = await mall.Post(
            path,
            mall.StaffToken,
            """{"quantity":-7,"reason":"broken"}""",
            Mall.NewKey()
        );

        Assert.Equal((201, """{"available":6}"""), (first.Status, first.Text));
        Assert.Equal((201, """{"available":6}"""), (replay.Status, replay.Text));
        Assert.Equal("true", replay.Header("Idempotent-Replayed"));
        Assert.Equal((422, "stock_would_be_negative"), (tooMuch.Status, tooMuch.Code));
    }

    [Fact]
    public async Task Members_and_products_are_made_once_when_a_key_is_sent()
    {
        var member = await Twice("/v1/members", """{"displayName":"Once"}""", "memberId");
        var product = await Twice(
            "/v1/products",
            """{"name":"Once","type":"gift","category":"tests"}""",
            "productId"
        );
        await Twice(
            $"/v1/products/{product}/skus",
            """{"code":"S","name":"Once","points":3}""",
            "skuId"
        );
        Assert.NotEqual(member, product);
    }

    private async Task<string> Twice(string path, string body, string id)
    {
        var key = Mall.NewKey();
        var first = await mall.Post(path, mall.StaffToken, body, key);
        var replay = await mall.Post(path, mall.StaffToken, body, key);

        Assert.Equal((201, null), (first.Status, first.Header("Idempotent-Replayed")));
        Assert.Equal((201, "true"), (replay.Status, replay.Header("Idempotent-Replayed")));
        Assert.Equal((string?)first.Body[id], (string?)replay.Body[id]);
        return (string)first.Body[id]!;
    }
}
