using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Nobody reads or spends what is another's, whatever is sent.</summary>
[Trait("Behaviour", "SEC-5")]
public sealed class IsolationTests(Mall mall)
{
    [Fact]
    public async Task Another_members_order_is_not_there()
    {
        var (_, skuId) = await mall.Product();
        var (_, ann) = await mall.Member(100);
        var (_, bob) = await mall.Member(100);
        var order = (await mall.Redeem(ann, skuId)).Header("Location");

        var read = await mall.Get(order!, bob);
        var cancel = await mall.Send(HttpMethod.Post, $"{order}/cancel", bob, key: Mall.NewKey());

        Assert.Equal((404, "order_not_found"), (read.Status, read.Code));
        Assert.Equal((404, "order_not_found"), (cancel.Status, cancel.Code));
        Assert.Equal(200, (await mall.Get(order!, ann)).Status);
        Assert.Empty(Mall.Items(await mall.Get("/v1/me/orders", bob)));
        Assert.Single(Mall.Items(await mall.Get("/v1/me/ledger", bob)));
    }

    [Fact]
    public async Task Another_members_key_replays_nothing()
    {
        var (_, skuId) = await mall.Product();
        var (_, ann) = await mall.Member(100);
        var (_, bob) = await mall.Member(100);
        var key = Mall.NewKey();
        var anns = await mall.Redeem(ann, skuId, key: key);

        var bobs = await mall.Redeem(bob, skuId, key: key);

        Assert.Equal((201, null), (bobs.Status, bobs.Header("Idempotent-Replayed")));
        Assert.NotEqual(anns.Header("Location"), bobs.Header("Location"));
    }

    [Theory]
    [InlineData("'; drop table mall.member; --")]
    [InlineData("' or '1'='1")]
    [InlineData("%' or 1=1 --")]
    [InlineData("\\'); select pg_sleep(5); --")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("${jndi:ldap://x}")]
    public async Task Hostile_texts_are_data(string text)
    {
        var json = JsonValue.Create(text)!.ToJsonString();
        var created = await mall.Post(
            "/v1/members",
            mall.StaffToken,
            $$"""{"displayName":{{json}},"externalId":{{json}}}"""
        );
        var id = (string)created.Body["memberId"]!;
        var granted = await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            $$"""{"points":5,"reason":{{json}}}""",
            text
        );
        var ledger = await mall.Get($"/v1/members/{id}/ledger", mall.StaffToken);
        var query = Uri.EscapeDataString(text);

        Assert.Equal(text, (string?)created.Body["displayName"]);
        Assert.Equal(201, granted.Status);
        Assert.Equal(text, (string?)Mall.Items(ledger)[0]!["reason"]);
        Assert.DoesNotContain("<script", ledger.Text, StringComparison.Ordinal);
        Assert.Empty(Mall.Items(await mall.Get($"/v1/products?q={query}")));
        Assert.Empty(Mall.Items(await mall.Get($"/v1/products?category={query}")));
        Assert.Equal(400, (await mall.Get($"/v1/products?sort={query}")).Status);
        Assert.Equal(400, (await mall.Get($"/v1/products?cursor={query}")).Status);
        Assert.Equal(200, (await mall.Get($"/v1/members/{id}", mall.StaffToken)).Status);
    }

    [Fact]
    public async Task A_members_own_fields_can_not_be_sent()
    {
        var (id, token) = await mall.Member(10);
        var (_, skuId) = await mall.Product(points: 10);
        foreach (var field in (string[])["memberId", "points", "status", "pointsTotal"])
        {
            var answer = await mall.Post(
                "/v1/me/redemptions",
                token,
                $$"""{"items":[{"skuId":"{{skuId}}","quantity":1}],"{{field}}":"{{id}}"}""",
                Mall.NewKey()
            );
            Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        }
    }
}
