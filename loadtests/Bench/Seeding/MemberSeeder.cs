using Npgsql;

namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>Writes crowds into the database, some connections at once. Nobody else may use the members meanwhile.</summary>
internal sealed class MemberSeeder(string ownerConnectionString, string principal)
{
    /// <summary>About 40 MB of rows at a time on each connection.</summary>
    private const int EntriesAtOnce = 20_000;

    /// <summary>The owner's right: rows that a crash would lose are made again with their folder.</summary>
    private const string Fast = "set synchronous_commit = off";

    // The gates hear of it by the epoch.
    private const string Sold = """
        update mall.stock
        set available = available - $2,
            redeemed = redeemed + $2,
            epoch = epoch + 1
        where sku_id = any($1)
        """;

    // Whatever a mall that has run for years would have behind it: statistics for the plans, and no clean-up waiting to disturb the run.
    private const string Settle = """
        vacuum (freeze, analyze) mall.member, mall.member_account, mall.command, mall.ledger_entry, mall.ledger_text,
            mall.redemption_order, mall.order_line, mall.event, mall.stock, mall.sku, mall.product
        """;

    public async Task Write(
        Crowd crowd,
        IReadOnlyList<StageSku> souvenirs,
        IProgress<long> rows,
        CancellationToken cancelled
    )
    {
        // One more than there are processors: while one connection waits for the database, another decides.
        var connections = Environment.ProcessorCount + 1;
        await using var source = NpgsqlDataSource.Create(ownerConnectionString);
        var next = 0;
        var gate = new Lock();
        (int From, int Count) Take()
        {
            lock (gate)
            {
                var from = next;
                long entries = 0;
                while (next < crowd.Members && entries < EntriesAtOnce)
                {
                    entries += crowd.EntriesOf(next++);
                }
                return (from, next - from);
            }
        }

        void Work()
        {
            using var connection = source.OpenConnection();
            Execute(connection, Fast);
            while (Take() is (var from, > 0 and var count) && !cancelled.IsCancellationRequested)
            {
                var members = Enumerable
                    .Range(from, count)
                    .Select(number => SeededMember.Make(crowd, number, souvenirs, principal))
                    .ToList();
                BookCopy.Write(connection, members, principal);
                rows.Report(members.Sum(member => member.Account.Sequence));
            }
        }

        await Task.WhenAll(
            Enumerable
                .Range(0, connections)
                .Select(_ => Task.Factory.StartNew(Work, TaskCreationOptions.LongRunning))
        );
        cancelled.ThrowIfCancellationRequested();
        await using var owner = await source.OpenConnectionAsync(cancelled);
        if (souvenirs.Count > 0)
        {
            await using var sold = new NpgsqlCommand(Sold, owner);
            sold.Parameters.AddWithValue(souvenirs.Select(sku => sku.SkuId).ToArray());
            sold.Parameters.AddWithValue((long)crowd.Rich);
            await sold.ExecuteNonQueryAsync(cancelled);
        }
        Execute(owner, Settle);
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}
