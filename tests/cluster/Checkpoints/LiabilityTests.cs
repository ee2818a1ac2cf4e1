using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Cluster.Members;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Checkpoints;

/// <summary>What the ledger's totals say is what the accounts hold, at every moment of a load and after it.</summary>
[Trait("Behaviour", "ANA-3")]
public sealed class LiabilityTests(PostgresFixture postgres)
{
    /// <summary>One statement, one snapshot.</summary>
    private const string Difference = """
        with posting as (
            select account, contra, points from mall.ledger_total where span = 'day'
            union all
            select account, contra, points from mall.uncounted_entries()
        ),
        ledger as (
            select
                coalesce(sum(points) filter (where account = 'available'), 0) as available,
                coalesce(sum(points) filter (where account = 'pending'), 0)
                    - coalesce(sum(points) filter (where contra = 'pending'), 0) as pending
            from posting
        )
        select abs(l.available - a.available) + abs(l.pending - a.pending), a.available
        from ledger l
        cross join (
            select coalesce(sum(available - debt), 0) as available, coalesce(sum(pending), 0) as pending from mall.member_account
        ) a
        """;

    [Fact]
    public async Task Totals_and_uncounted_entries_are_the_accounts_while_members_act()
    {
        await using var mall = await MallHarness.Start(
            postgres,
            ("Checkpoints:Interval", "00:00:01")
        );
        var sku = await mall.Sku(stock: 10_000);
        var members = await mall.RegisterMany(20, points: 1_000);
        var looks = 0;
        using var enough = new CancellationTokenSource();
        var load = Task.WhenAll(members.Select(member => Act(mall, member, sku, enough.Token)));

        // Some looks during each of several checkpoints.
        var before = await Checkpoints(mall);
        while (await Checkpoints(mall) < before + 3)
        {
            await AssertEqual(mall);
            looks++;
        }
        await enough.CancelAsync();
        await load;

        await AssertEqual(mall);
        Assert.True(looks > 3, $"{looks} looks");
        var done = await Checkpoints(mall);
        await Eventually.Is(() => Checkpoints(mall), number => number > done + 1);
        Assert.Equal(0L, await mall.Scalar<long>("select count(*) from mall.uncounted_entries()"));
        Assert.Equal(
            await mall.Scalar<long>("select count(*) from ledger_entry"),
            await mall.Scalar<long>(
                "select sum(entries)::bigint from ledger_total where span = 'minute'"
            )
        );
        Assert.Equal(
            0L,
            await mall.Scalar<long>(
                """
                select count(*)
                from (
                    select date_trunc('minute', occurred_at), account, contra, type, sum(points), count(*)
                    from ledger_entry
                    group by 1, 2, 3, 4
                    except
                    select at, account, contra, type, points, entries from ledger_total where span = 'minute'
                ) wrong
                """
            )
        );
        await using var rows = NpgsqlDataSource.Create(mall.Database.OwnerConnectionString);
        var report = await Verifier.Run(rows, TestContext.Current.CancellationToken);
        // The harness writes its SKU by hand, without the catalogue's history.
        Assert.DoesNotContain(report.Violations, found => found.Check != Check.Catalogue);
    }

    private static async Task Act(MallHarness mall, Guid member, Guid sku, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            await mall.Grant(
                member,
                20,
                pendingUntil: i % 3 == 0
                    ? TimeProvider.System.GetUtcNow().AddMilliseconds(50)
                    : null
            );
            var redeemed = await mall.Redeem(member, sku);
            if (i % 4 == 0 && redeemed.Order is { } order)
            {
                await mall.Cancel(member, order.OrderId);
            }
        }
    }

    private static async Task AssertEqual(MallHarness mall)
    {
        await using var command = mall.Owner.CreateCommand(Difference);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        Assert.Equal(0m, row.GetDecimal(0));
        Assert.NotEqual(0m, row.GetDecimal(1));
    }

    private static Task<long> Checkpoints(MallHarness mall) =>
        mall.Scalar<long>("select count(*) from ledger_checkpoint");
}
