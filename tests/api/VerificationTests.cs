using System.Text.Json.Nodes;
using Npgsql;
using PointsMall.Api.Authentication;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>What staff see of the verification, and how they stop a sale or let it go on.</summary>
[Trait("Behaviour", "OPS-2")]
public sealed class VerificationTests(Mall mall)
{
    [Fact]
    public async Task A_sale_that_staff_stops_is_refused_by_name_until_staff_releases_it()
    {
        var (productId, skuId) = await mall.Product();
        var (_, member) = await mall.Member(points: 1_000);
        Assert.Equal(201, (await mall.Redeem(member, skuId)).Status);
        var key = Mall.NewKey();

        var stopped = await SetSale(skuId, stopped: true, key);
        var replayed = await SetSale(skuId, stopped: true, key);
        var refused = await mall.Redeem(member, skuId);

        Assert.Equal((200, 200), (stopped.Status, replayed.Status));
        Assert.Equal("staff", (string?)stopped.Body["saleStopped"]!["by"]);
        Assert.Equal((422, "not_available"), (refused.Status, (string?)refused.Body["code"]));
        var stock = await mall.Get($"/v1/skus/{skuId}/stock", mall.StaffToken);
        Assert.Equal("staff", (string?)stock.Body["saleStopped"]!["by"]);
        Assert.NotNull(StopOf(await mall.Get($"/v1/products/{productId}", mall.StaffToken)));
        var seen = await mall.Get($"/v1/products/{productId}", member);
        Assert.Null(StopOf(seen));
        Assert.Equal("not_available", (string?)seen.Body["eligibility"]!["reasons"]![0]);

        var released = await SetSale(skuId, stopped: false, Mall.NewKey());

        Assert.Equal(200, released.Status);
        Assert.Null(released.Body["saleStopped"]);
        Assert.Equal(201, (await mall.Redeem(member, skuId)).Status);
    }

    [Fact]
    public async Task Findings_are_listed_with_what_they_stopped_the_open_ones_first()
    {
        var (_, skuId) = await mall.Product();
        await using var rows = NpgsqlDataSource.Create(mall.Database.SuperuserConnectionString);
        await using var add = rows.CreateCommand(
            """
            insert into mall.verification_finding (check_name, subject, why, skus, first_seen_at, last_seen_at, cleared_at)
            values ('stock', 'sku ' || $1, 'one too many', array[$1], now(), now(), null),
                ('chain', 'entry of ' || $1, 'another hash', '{}', now(), now(), now())
            """
        );
        add.Parameters.AddWithValue(Guid.Parse(skuId, null));
        await add.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var answer = await mall.Get("/v1/verification", mall.StaffToken);

        Assert.Equal(200, answer.Status);
        var findings = ((JsonArray)answer.Body["findings"]!)
            .Where(finding => ((string)finding!["row"]!).Contains(skuId, StringComparison.Ordinal))
            .ToList();
        Assert.Equal(["stock", "chain"], findings.Select(finding => (string)finding!["check"]!));
        Assert.Equal(skuId, (string?)findings[0]!["skuIds"]![0]);
        Assert.Null(findings[0]!["clearedAt"]);
        Assert.NotNull(findings[1]!["clearedAt"]);
        Assert.True(answer.Body["full"]!.AsObject().ContainsKey("endedAt"));
    }

    [Theory]
    [InlineData(Permissions.VerificationRead)]
    [InlineData(Permissions.CatalogueWrite)]
    public async Task Only_who_may_write_stops_or_releases_a_sale(string permission)
    {
        var (_, skuId) = await mall.Product();

        var refused = await mall.Post(
            $"/v1/skus/{skuId}/sale",
            mall.Tokens.Staff(permission),
            """{"stopped":false}""",
            Mall.NewKey()
        );

        Assert.Equal(403, refused.Status);
        Assert.Equal("verification:write", (string?)refused.Body["permission"]);
    }

    private Task<Answer> SetSale(string skuId, bool stopped, string key) =>
        mall.Post(
            $"/v1/skus/{skuId}/sale",
            mall.StaffToken,
            $$"""{"stopped":{{(stopped ? "true" : "false")}}}""",
            key
        );

    private static JsonNode? StopOf(Answer product) => product.Body["skus"]![0]!["saleStopped"];
}
