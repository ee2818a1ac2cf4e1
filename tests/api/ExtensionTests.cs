using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Points that get a later expiry: an entry in the ledger, not an edit.</summary>
public sealed class ExtensionTests(Mall mall)
{
    [Fact]
    [Trait("Behaviour", "EXP-5")]
    public async Task Points_that_would_expire_get_a_later_expiry_by_two_entries()
    {
        var (id, token) = await mall.Member();
        var now = TimeProvider.System.GetUtcNow();
        await Grant(id, 10, now.AddDays(3));
        await Grant(id, 20, now.AddDays(5));
        await Grant(id, 40, now.AddDays(20));
        var until = now.AddDays(25);
        var key = Mall.NewKey();

        var extended = await Extend(id, now.AddDays(6), until, key);
        var again = await Extend(id, now.AddDays(6), until, key);
        var nothing = await Extend(id, now.AddDays(6), until, Mall.NewKey());

        Assert.Equal(201, extended.Status);
        Assert.Equal($"{extended.Body}", $"{again.Body}");
        Assert.Equal((422, "nothing_to_extend"), (nothing.Status, nothing.Code));
        Assert.Equal(70, (long)extended.Body["balance"]!["available"]!);
        Assert.Equal(
            [40, 30],
            ((JsonArray)(await mall.Get("/v1/me/balance", token)).Body["expiringSoon"]!).Select(
                soon => (long)soon!["points"]!
            )
        );
        var entries = Mall.Items(await mall.Get("/v1/me/ledger?limit=2", token));
        Assert.Equal([30, -30], entries.Select(entry => (long)entry!["points"]!));
        Assert.All(entries, entry => Assert.Equal("extension", (string?)entry!["type"]));
        var why = await mall.Get($"/v1/me/ledger/{entries[0]!["entryId"]}", token);
        Assert.Equal("Expiry extended", (string?)why.Body["title"]);
        await using var rows = NpgsqlDataSource.Create(
            $"{mall.Database.SuperuserConnectionString};Search Path=mall"
        );
        var report = await Verifier.RunMember(rows, id, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }

    [Fact]
    [Trait("Behaviour", "EXP-5")]
    [Trait("Behaviour", "PERM-4")]
    public async Task It_takes_a_permission_and_a_time_to_come()
    {
        var (id, _) = await mall.Member(10);
        var now = TimeProvider.System.GetUtcNow();

        var without = await mall.Post(
            $"/v1/members/{id}/points/extensions",
            mall.Tokens.Staff("points:grant"),
            Body(null, now.AddDays(900)),
            Mall.NewKey()
        );
        var past = await Extend(id, null, now.AddDays(-1), Mall.NewKey());
        var shorter = await Extend(id, now.AddDays(9), now.AddDays(8), Mall.NewKey());

        Assert.Equal((403, "points:adjust"), (without.Status, (string?)without.Body["permission"]));
        Assert.NotNull(past.Body["errors"]!["expiresAt"]);
        Assert.NotNull(shorter.Body["errors"]!["expiringBefore"]);
    }

    private Task<Answer> Extend(
        Guid id,
        DateTimeOffset? before,
        DateTimeOffset until,
        string key
    ) =>
        mall.Post($"/v1/members/{id}/points/extensions", mall.StaffToken, Body(before, until), key);

    private static string Body(DateTimeOffset? before, DateTimeOffset until) =>
        $$"""{"expiringBefore":{{(before is { } at ? $"\"{Iso(at)}\"" : "null")}},"expiresAt":"{{Iso(until)}}","reason":"we were late"}""";

    private async Task Grant(Guid id, long points, DateTimeOffset expiresAt)
    {
        var granted = await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            $$"""{"points":{{points}},"reason":"r","expiresAt":"{{Iso(expiresAt)}}"}""",
            Mall.NewKey()
        );
        Assert.Equal(201, granted.Status);
    }

    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
