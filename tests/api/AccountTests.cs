using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Members, their history, and the programme, as staff uses them.</summary>
[Collection(ProgrammeSettings)]
public sealed class AccountTests(Mall mall)
{
    /// <summary>Tests that change the settings, which are one for all, run one after another.</summary>
    public const string ProgrammeSettings = "programme settings";

    [Fact]
    [Trait("Behaviour", "PTS-6")]
    public async Task The_ledger_pages_newest_first_while_entries_are_added_and_filters()
    {
        var (_, skuId) = await mall.Product(points: 1);
        var (id, token) = await mall.Member();
        for (var i = 1; i <= 5; i++)
        {
            await mall.Grant(id, i);
        }
        await mall.Redeem(token, skuId);

        List<long> seen = [];
        string? cursor = null;
        do
        {
            var page = await mall.Get(
                "/v1/me/ledger?limit=2" + (cursor is null ? "" : $"&cursor={cursor}"),
                token
            );
            seen.AddRange(Mall.Items(page).Select(entry => (long)entry!["sequence"]!));
            cursor = (string?)page.Body["nextCursor"];
            await mall.Grant(id, 1);
        } while (cursor is not null);

        Assert.Equal([6, 5, 4, 3, 2, 1], seen);
        var redemption = Assert.Single(
            Mall.Items(await mall.Get("/v1/me/ledger?type=redemption", token))
        )!;
        Assert.Equal(-1, (long)redemption["points"]!);
        Assert.Equal("order", (string?)redemption["cause"]!["kind"]);
        Assert.Equal(1, (long)redemption["lots"]![0]!["points"]!);
        Assert.NotNull(redemption["lots"]![0]!["lotId"]);
        Assert.Empty(Mall.Items(await mall.Get("/v1/me/ledger?to=2020-01-01T00:00:00Z", token)));
        Assert.Equal(
            9,
            Mall.Items(await mall.Get("/v1/me/ledger?from=2020-01-01T00:00:00Z", token)).Count
        );
    }

    [Fact]
    public async Task A_lots_id_is_the_same_in_every_entry_that_touches_it()
    {
        var (_, skuId) = await mall.Product(points: 1);
        var (_, token) = await mall.Member(10);
        await mall.Redeem(token, skuId);

        var entries = Mall.Items(await mall.Get("/v1/me/ledger", token));

        var lots = entries
            .SelectMany(entry => (JsonArray)entry!["lots"]!)
            .Select(lot => $"{lot!["lotId"]}");
        Assert.Single(lots.Distinct());
        Assert.Equal(2, entries.Select(entry => $"{entry!["entryId"]}").Distinct().Count());
    }

    [Fact]
    public async Task Orders_page_and_filter_by_status()
    {
        var (_, skuId) = await mall.Product(points: 1);
        var (id, token) = await mall.Member(10);
        List<string> orders = [];
        for (var i = 0; i < 3; i++)
        {
            orders.Insert(0, (string)(await mall.Redeem(token, skuId)).Body["order"]!["orderId"]!);
        }
        await mall.Send(
            HttpMethod.Post,
            $"/v1/me/orders/{orders[1]}/cancel",
            token,
            key: Mall.NewKey()
        );

        var first = await mall.Get("/v1/me/orders?limit=2", token);
        var rest = await mall.Get(
            $"/v1/me/orders?limit=2&cursor={first.Body["nextCursor"]}",
            token
        );

        Assert.Equal(orders, Ids(first).Concat(Ids(rest)));
        Assert.Null((string?)rest.Body["nextCursor"]);
        Assert.Equal([orders[1]], Ids(await mall.Get("/v1/me/orders?status=cancelled", token)));
        Assert.Equal(orders, Ids(await mall.Get($"/v1/members/{id}/orders", mall.StaffToken)));
    }

    [Fact]
    public async Task The_same_external_id_is_the_same_member()
    {
        var external = Mall.NewKey();
        var body =
            $$"""{"displayName":"王小明","externalId":"{{external}}","phone":"+8613800138000"}""";

        var created = await mall.Post("/v1/members", mall.StaffToken, body);
        var again = await mall.Post("/v1/members", mall.StaffToken, body);

        Assert.Equal((201, 200), (created.Status, again.Status));
        Assert.Equal($"/v1/members/{created.Body["memberId"]}", created.Header("Location"));
        Assert.Equal(created.Text, again.Text);
        Assert.Equal("王小明", (string?)again.Body["displayName"]);
        Assert.DoesNotContain("13800138000", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Behaviour", "PTS-2")]
    public async Task A_deduction_answers_with_its_entry_and_lots()
    {
        var (id, _) = await mall.Member(10);
        var path = $"/v1/members/{id}/points/deductions";

        var done = await mall.Post(
            path,
            mall.StaffToken,
            """{"points":4,"reason":"fee"}""",
            Mall.NewKey()
        );
        var tooMuch = await mall.Post(
            path,
            mall.StaffToken,
            """{"points":7,"reason":"fee"}""",
            Mall.NewKey()
        );

        Assert.Equal(201, done.Status);
        Assert.Equal(
            (-4, "deduction", "fee"),
            (
                (long)done.Body["entry"]!["points"]!,
                (string?)done.Body["entry"]!["type"],
                (string?)done.Body["entry"]!["reason"]
            )
        );
        Assert.Equal((422, "insufficient_points"), (tooMuch.Status, tooMuch.Code));
        Assert.Equal((7, 6), ((long)tooMuch.Body["required"]!, (long)tooMuch.Body["available"]!));
        var read = Mall.Items(await mall.Get($"/v1/members/{id}/ledger", mall.StaffToken))[0];
        Assert.True(JsonNode.DeepEquals(done.Body["entry"], read), $"{done.Body["entry"]}\n{read}");
    }

    [Fact]
    public async Task Settings_are_replaced_by_version()
    {
        var before = await mall.Get("/v1/programme", mall.StaffToken);
        var next = (JsonObject)before.Body;
        next["name"] = $"Tea club {Mall.NewKey()}";

        var changed = await Put(next);
        next["name"] = "Too late";
        var conflict = await Put(next);
        next.Remove("defaultValidityDays");
        var partial = await Put(next);
        next["defaultValidityDays"] = null;
        next["version"] = (long)changed.Body["version"]!;
        next["zone"] = "Mars/Olympus";
        var wrong = await Put(next);

        Assert.Equal(200, changed.Status);
        Assert.Equal((long)before.Body["version"]! + 1, (long)changed.Body["version"]!);
        Assert.Equal(changed.Text, (await mall.Get("/v1/programme", mall.StaffToken)).Text);
        Assert.Equal((409, "version_conflict"), (conflict.Status, conflict.Code));
        Assert.NotNull(partial.Body["errors"]!["defaultValidityDays"]);
        Assert.NotNull(wrong.Body["errors"]!["zone"]);
    }

    private Task<Answer> Put(JsonNode settings) =>
        mall.Send(HttpMethod.Put, "/v1/programme", mall.StaffToken, settings.ToJsonString());

    private static IEnumerable<string> Ids(Answer list) =>
        Mall.Items(list).Select(order => (string)order!["orderId"]!);
}
