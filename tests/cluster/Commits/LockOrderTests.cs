using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Commits;

/// <summary>Locks are taken in key order, whatever the planner knows of the tables.</summary>
public sealed class LockOrderTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(12, false)]
    [InlineData(300, false)]
    [InlineData(12, true)]
    [InlineData(300, true)]
    public async Task Four_writers_over_hot_skus_never_deadlock(int skus, bool analysed)
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 2
        );
        var other = await mall.StartAnother(options => options.Writers = 2);
        var stock = await Task.WhenAll(
            Enumerable.Range(0, skus).Select(_ => mall.Sku(stock: 100_000))
        );
        var members = await mall.Members(200);
        if (analysed)
        {
            await mall.Execute("analyze");
        }
        var before = await Deadlocks(mall);

        var outcomes = await Task.WhenAll(
            members.Select(
                async (member, index) =>
                {
                    var account = member;
                    List<CommitVerdict> verdicts = [];
                    for (var round = 0; round < 10; round++)
                    {
                        // Five SKUs each, in an order of their own.
                        var items = Enumerable
                            .Range(0, 5)
                            .Select(line => stock[(index * 31 + round * 17 + line * 7) % skus])
                            .Distinct()
                            .Select(sku => (sku, 1))
                            .ToArray();
                        var unit = mall.Redeem(account, items);
                        verdicts.Add(
                            (
                                await mall.Commit(unit, index % 2 == 0 ? mall.Committer : other)
                            ).Verdict
                        );
                        account = unit.Member!.Decision.Next!;
                    }
                    return verdicts;
                }
            )
        );

        Assert.All(
            outcomes.SelectMany(verdicts => verdicts),
            verdict => Assert.Equal(CommitVerdict.Committed, verdict)
        );
        Assert.Equal(before, await Deadlocks(mall));
    }

    /// <summary>Every table that a redemption touches is reached by its key, on a fresh database of 100,000 members that nobody analysed.</summary>
    [Fact]
    public async Task The_statements_use_index_look_ups_on_an_unanalysed_database()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var sku = await mall.Sku(stock: 100_000);
        var member = (await mall.Members(1)).Single();
        await mall.Execute("alter table member_account set (autovacuum_enabled = off)");
        await mall.Execute(
            """
            insert into member_account (member_id, version, head_hash, last_at, state)
            select gen_random_uuid(), 1, head_hash, last_at, state
            from member_account, generate_series(1, 100000)
            """
        );
        await mall.Execute(
            "insert into stock (sku_id, available) select gen_random_uuid(), 1 from generate_series(1, 10000)"
        );
        await using var writer = mall.Mall.Writer(9);
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        var unit = mall.Redeem(member, sku);

        List<string> plans = [];
        using var command = new BatchCommand(writer);
        var batch = command.For(Batch.Of([new PendingUnit(unit, 0)], []));
        foreach (NpgsqlBatchCommand statement in batch.BatchCommands)
        {
            plans.Add(await Explain(writer, statement));
        }

        Assert.Contains(
            plans,
            plan => plan.Contains("member_account_pkey", StringComparison.Ordinal)
        );
        Assert.Contains(plans, plan => plan.Contains("stock_pkey", StringComparison.Ordinal));
        Assert.All(
            plans,
            plan =>
            {
                Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
                Assert.DoesNotContain("Hash Join", plan, StringComparison.Ordinal);
                Assert.DoesNotContain("Merge Join", plan, StringComparison.Ordinal);
            }
        );
    }

    /// <summary>The generic plan, as the writer's settings make it.</summary>
    private static async Task<string> Explain(
        NpgsqlConnection connection,
        NpgsqlBatchCommand statement
    )
    {
        await using var explain = new NpgsqlCommand(
            "explain (format json) " + statement.CommandText,
            connection
        );
        foreach (var parameter in statement.Parameters)
        {
            explain.Parameters.Add(((NpgsqlParameter)parameter).Clone());
        }
        var plan = (string)
            (await explain.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;

        return plan;
    }

    private static Task<long> Deadlocks(CommitterHarness mall) =>
        mall.Scalar<long>(
            "select deadlocks from pg_stat_database where datname = current_database()"
        );
}
