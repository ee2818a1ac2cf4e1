using System.Text.Json.Nodes;
using Npgsql;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api.Ledger;

/// <summary>Balances and liability, now and as they were.</summary>
[Trait("Behaviour", "ANA-3")]
public sealed class ReportTests(Mall mall)
{
    [Fact]
    public async Task A_past_balance_is_what_the_member_saw_then()
    {
        var (_, sku) = await mall.Product(points: 15);
        var (id, token) = await mall.Member(100);
        await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            $$"""{"points":30,"reason":"a","expiresAt":"{{TimeProvider.System.GetUtcNow().AddDays(9):yyyy-MM-dd}}T00:00:00Z"}""",
            Mall.NewKey()
        );
        await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            """{"points":5,"reason":"a","pendingUntil":"2090-01-01T00:00:00Z"}""",
            Mall.NewKey()
        );
        var then = (await mall.Get("/v1/me/balance", token)).Body;
        var at = (string)
            Mall.Items(await mall.Get("/v1/me/ledger?limit=1", token))[0]!["occurredAt"]!;
        await mall.Redeem(token, sku);

        var past = await mall.Get($"/v1/members/{id}/balance?at={at}", mall.StaffToken);
        var now = await mall.Get($"/v1/members/{id}/balance", mall.StaffToken);
        var before = await mall.Get(
            $"/v1/members/{id}/balance?at=2020-01-01T00:00:00Z",
            mall.StaffToken
        );

        Assert.True(JsonNode.DeepEquals(then, past.Body), $"{then}\n{past.Text}");
        Assert.Equal((130, 115), ((long)past.Body["available"]!, (long)now.Body["available"]!));
        Assert.Equal(30, (long)past.Body["expiringSoon"]![0]!["points"]!);
        Assert.Equal(0, (long)before.Body["lifetimeEarned"]!);
        Assert.Equal(
            400,
            (
                await mall.Get($"/v1/members/{id}/balance?at=2090-01-01T00:00:00Z", mall.StaffToken)
            ).Status
        );
        Assert.Equal(
            404,
            (await mall.Get($"/v1/members/{Mall.NewKey()}/balance?at={at}", mall.StaffToken)).Status
        );
    }

    [Fact]
    public async Task Liability_now_is_what_the_accounts_hold_and_a_past_one_what_the_ledger_does()
    {
        var (id, _) = await mall.Member(100);
        await using var checkpoints = new Checkpoints(mall);
        await checkpoints.Make();
        await mall.Grant(id, 7);
        await using var owner = NpgsqlDataSource.Create(mall.Database.OwnerConnectionString);

        var now = await Settles(owner);
        // A minute that ended two days ago, with entries moved there as if they had been decided then.
        await Move(owner, id, TimeSpan.FromDays(2));
        var past = await mall.Get(
            $"/v1/reports/liability?at={TimeProvider.System.GetUtcNow().AddDays(-1):yyyy-MM-ddTHH:mm:59Z}",
            mall.StaffToken
        );

        Assert.Equal(0, (long)now.Body["debt"]!);
        Assert.Contains(
            (JsonArray)now.Body["postings"]!,
            posting =>
                (string?)posting!["contra"] == "issued:manual"
                || $"{posting!["contra"]}".StartsWith("issued:", StringComparison.Ordinal)
        );
        Assert.Equal(200, past.Status);
        Assert.EndsWith(":00Z", (string?)past.Body["asOf"], StringComparison.Ordinal);
        Assert.Equal(100, (long)past.Body["available"]!);
        Assert.Equal(
            403,
            (await mall.Get("/v1/reports/liability", mall.Tokens.Staff("members:read"))).Status
        );
        Assert.Equal(
            400,
            (
                await mall.Get("/v1/reports/liability?at=2090-01-01T00:00:00Z", mall.StaffToken)
            ).Status
        );
    }

    /// <summary>Other tests move points meanwhile: the report is read between two equal sums of the accounts.</summary>
    private async Task<Answer> Settles(NpgsqlDataSource owner) =>
        (
            await Support.Eventually.Is(
                async () =>
                {
                    var before = await Sums(owner);
                    var answer = await mall.Get("/v1/reports/liability", mall.StaffToken);
                    Assert.Equal(200, answer.Status);
                    return (answer, Before: before, After: await Sums(owner));
                },
                read =>
                    read.Before == read.After
                    && read.Before
                        == (
                            (long)read.answer.Body["available"]!,
                            (long)read.answer.Body["pending"]!,
                            (long)read.answer.Body["outstanding"]!
                        )
            )
        ).answer;

    private static async Task<(long Available, long Pending, long Outstanding)> Sums(
        NpgsqlDataSource owner
    )
    {
        await using var command = owner.CreateCommand(
            "select sum(available)::bigint, sum(pending)::bigint, sum(available + pending + held - debt)::bigint from mall.member_account"
        );
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
    }

    /// <summary>Puts the first grant's totals into the past; the mall itself never does.</summary>
    private static async Task Move(NpgsqlDataSource owner, Guid member, TimeSpan by)
    {
        await using var command = owner.CreateCommand(
            """
            with entry as (
                select e.occurred_at, e.account, e.contra, e.type, e.points from mall.ledger_entry e
                where e.member_id = $1 and e.sequence = 1
            ),
            out as (
                update mall.ledger_total t set points = t.points - e.points, entries = t.entries - 1
                from entry e
                where t.at = date_trunc(t.span, e.occurred_at, 'UTC') and t.account = e.account and t.contra = e.contra and t.type = e.type
            )
            insert into mall.ledger_total
            select span, date_trunc(span, e.occurred_at - $2, 'UTC'), e.account, e.contra, e.type, e.points, 1
            from entry e cross join (values ('minute'), ('day')) s (span)
            """
        );
        command.Parameters.Add(new() { Value = member });
        command.Parameters.Add(new() { Value = by });
        await command.ExecuteNonQueryAsync();
    }
}
