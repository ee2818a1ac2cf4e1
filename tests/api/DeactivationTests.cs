using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Members who can neither earn nor spend, and keep what they have.</summary>
public sealed class DeactivationTests(Mall mall)
{
    private const string Why = """{"reason":"asked for by the member"}""";

    [Fact]
    [Trait("Behaviour", "USR-5")]
    public async Task A_deactivated_member_can_neither_earn_nor_spend_and_keeps_its_points()
    {
        var (_, sku) = await mall.Product(points: 10);
        var (id, token) = await mall.Member(100);
        var order = await mall.Redeem(token, sku);
        var key = Mall.NewKey();

        var off = await Set(id, "deactivation", key);
        var again = await Set(id, "deactivation", key);
        var twice = await Set(id, "deactivation", Mall.NewKey());

        Assert.Equal(200, off.Status);
        Assert.NotNull((string?)off.Body["deactivatedAt"]);
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.Equal($"{off.Body}", $"{again.Body}");
        Assert.Equal($"{off.Body}", $"{twice.Body}");
        string[] refused =
        [
            (await mall.Redeem(token, sku)).Code!,
            (await mall.Send(HttpMethod.Post, "/v1/me/check-ins", token)).Code!,
            (await Staff(id, "points/grants", """{"points":1,"reason":"r"}""")).Code!,
            (await Staff(id, "holds", """{"points":1,"seconds":60,"reason":"r"}""")).Code!,
            (
                await mall.Post(
                    "/v1/events",
                    mall.StaffToken,
                    $$"""{"eventId":"{{Mall.NewKey()}}","memberId":"{{id}}","type":"share"}"""
                )
            ).Code!,
        ];
        Assert.All(refused, code => Assert.Equal("member_deactivated", code));

        // What staff corrects and what was bought goes on.
        Assert.Equal(
            201,
            (await Staff(id, "points/adjustments", """{"points":-1,"reason":"r"}""")).Status
        );
        var cancelled = await mall.Post(
            $"/v1/me/orders/{order.Body["order"]!["orderId"]}/cancel",
            token,
            "{}",
            Mall.NewKey()
        );
        Assert.Equal(200, cancelled.Status);
        Assert.Equal(99, (long)(await mall.Get("/v1/me/balance", token)).Body["available"]!);
        var member = await mall.Get($"/v1/members/{id}", mall.StaffToken);
        Assert.Equal((string?)off.Body["deactivatedAt"], (string?)member.Body["deactivatedAt"]);

        Assert.Null((await Set(id, "activation", Mall.NewKey())).Body["deactivatedAt"]);
        // A key's first answer stays its answer.
        Assert.Equal($"{off.Body}", $"{(await Set(id, "deactivation", key)).Body}");
        Assert.Null((await mall.Get($"/v1/members/{id}", mall.StaffToken)).Body["deactivatedAt"]);
        Assert.Equal(201, (await mall.Redeem(token, sku)).Status);
    }

    [Fact]
    [Trait("Behaviour", "PERM-4")]
    public async Task It_takes_a_permission_a_reason_and_a_member()
    {
        var (id, token) = await mall.Member();

        var member = await mall.Post($"/v1/members/{id}/deactivation", token, Why);
        var reader = await mall.Post(
            $"/v1/members/{id}/deactivation",
            mall.Tokens.Staff("members:read"),
            Why
        );
        var silent = await mall.Post($"/v1/members/{id}/deactivation", mall.StaffToken, "{}");
        var nobody = await Set(
            Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
            "deactivation",
            Mall.NewKey()
        );

        Assert.Equal((403, 403), (member.Status, reader.Status));
        Assert.NotNull(silent.Body["errors"]!["reason"]);
        Assert.Equal((404, "member_not_found"), (nobody.Status, nobody.Code));
    }

    private Task<Answer> Set(Guid id, string what, string key) =>
        mall.Post($"/v1/members/{id}/{what}", mall.StaffToken, Why, key);

    private Task<Answer> Staff(Guid id, string what, string body) =>
        mall.Post($"/v1/members/{id}/{what}", mall.StaffToken, body, Mall.NewKey());
}
