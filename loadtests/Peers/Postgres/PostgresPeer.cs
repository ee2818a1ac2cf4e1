using Npgsql;
using NpgsqlTypes;
using PointsMall.LoadTests.Peers.Http;

namespace PointsMall.LoadTests.Peers.Postgres;

/// <summary>One stored function a redemption, one round trip, prepared: what a relational database does when it is used well.</summary>
internal sealed class PostgresPeer : IPeer, IAsyncDisposable
{
    /// <summary>A refusal that the function saw only after its first write.</summary>
    private const string RefusedState = "PE001";

    /// <summary>
    /// The best of 8, 16, 32, 64, 96 and 128 for 128 callers on 2 cores: about a fifth more than 16 and a tenth more than 64 over many SKUs. To try
    /// others: <c>./mall bench compare --peers postgres:16,postgres:32 --no-page</c>.
    /// </summary>
    public const int BestConnections = 32;

    private const string Redeeming = """
        select refusal, replayed, order_id, created_at, points_total, product_ids, names, points_each,
               available, lifetime_earned, lifetime_spent
        from peer.redeem($1, $2, $3, $4, $5, $6)
        """;

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _clock;

    public static async Task Add(WebApplicationBuilder builder)
    {
        var peer = new PostgresPeer(
            builder.Configuration.Required("ConnectionStrings:peer"),
            builder.Configuration.GetValue("Postgres:Connections", BestConnections),
            TimeProvider.System
        );
        await peer.Migrate();
        builder.Services.AddSingleton<IPeer>(_ => peer);
    }

    /// <param name="connectionString">A role that owns the database.</param>
    /// <param name="connections">Size of the pool, all opened at once; requests beyond it wait in order.</param>
    public PostgresPeer(string connectionString, int connections, TimeProvider clock)
    {
        _clock = clock;
        _database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                MaxPoolSize = connections,
                MinPoolSize = connections,
                MaxAutoPrepare = 20,
                AutoPrepareMinUsages = 2,
                // Nothing is ever set in a session, so there is nothing to reset.
                NoResetOnClose = true,
                Enlist = false,
                Timeout = 30,
                ApplicationName = "peer-postgres",
                Options = "-c plan_cache_mode=force_generic_plan -c synchronous_commit=on",
            }
        );
    }

    /// <summary>Creates what is missing of the schema.</summary>
    public async Task Migrate()
    {
        await using var command = _database.CreateCommand(await Resource.Read("postgres.sql"));
        await command.ExecuteNonQueryAsync();
    }

    public async Task<Outcome> Redeem(Redemption redemption)
    {
        var lines = redemption.Lines.OrderBy(line => line.SkuId).ToArray();
        await using var command = _database.CreateCommand(Redeeming);
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = redemption.MemberId });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = redemption.Key });
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = redemption.Fingerprint() });
        parameters.Add(
            new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(_clock.GetUtcNow()) }
        );
        parameters.Add(
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(lines, line => line.SkuId) }
        );
        parameters.Add(
            new NpgsqlParameter<int[]>
            {
                TypedValue = Array.ConvertAll(lines, line => line.Quantity),
            }
        );
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return await reader.IsDBNullAsync(0)
                ? Made(reader, lines)
                : Outcome.Refused(Refusals.Of(reader.GetString(0)));
        }
        catch (PostgresException refused) when (refused.SqlState == RefusedState)
        {
            return Outcome.Refused(Refusals.Of(refused.MessageText));
        }
    }

    public async Task AddMembers(IReadOnlyList<Guid> members, long points)
    {
        await Copy(
            "copy peer.account (member_id, available, lifetime_earned, entries) from stdin (format binary)",
            members,
            async (row, member) =>
            {
                await row.WriteAsync(member, NpgsqlDbType.Uuid);
                await row.WriteAsync(points, NpgsqlDbType.Bigint);
                await row.WriteAsync(points, NpgsqlDbType.Bigint);
                await row.WriteAsync(1L, NpgsqlDbType.Bigint);
            }
        );
        await using var rest = _database.CreateCommand(
            """
            insert into peer.ledger_entry (member_id, sequence, points, balance_after, occurred_at)
            select a.member_id, 1, a.available, a.available, now()
            from peer.account a
            where a.entries = 1
            on conflict do nothing;

            analyze peer.account, peer.ledger_entry
            """
        );
        await rest.ExecuteNonQueryAsync();
    }

    public async Task AddSkus(IReadOnlyList<Guid> skus, long pointsEach, long stock)
    {
        await Copy(
            "copy peer.sku (sku_id, product_id, name, points_each) from stdin (format binary)",
            skus,
            async (row, sku) =>
            {
                await row.WriteAsync(sku, NpgsqlDbType.Uuid);
                await row.WriteAsync(Guid.CreateVersion7(_clock.GetUtcNow()), NpgsqlDbType.Uuid);
                await row.WriteAsync("Load test, One", NpgsqlDbType.Text);
                await row.WriteAsync(pointsEach, NpgsqlDbType.Bigint);
            }
        );
        await Copy(
            "copy peer.stock (sku_id, available) from stdin (format binary)",
            skus,
            async (row, sku) =>
            {
                await row.WriteAsync(sku, NpgsqlDbType.Uuid);
                await row.WriteAsync(stock, NpgsqlDbType.Bigint);
            }
        );
        await using var rest = _database.CreateCommand("analyze peer.sku, peer.stock");
        await rest.ExecuteNonQueryAsync();
    }

    public async IAsyncEnumerable<StoredLine> Orders()
    {
        await using var command = _database.CreateCommand(
            """
            select i.member_id, i.key, o.order_id, l.sku_id, l.quantity
            from peer.redemption_order o
            join peer.order_line l on l.order_id = o.order_id
            left join peer.idempotency i on i.member_id = o.member_id and i.order_id = o.order_id
            """
        );
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            yield return new StoredLine(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetGuid(2),
                reader.GetGuid(3),
                reader.GetInt32(4)
            );
        }
    }

    public async IAsyncEnumerable<StoredStock> Stock()
    {
        await using var command = _database.CreateCommand(
            "select sku_id, available from peer.stock"
        );
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            yield return new StoredStock(reader.GetGuid(0), reader.GetInt64(1));
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static Outcome Made(NpgsqlDataReader reader, Line[] lines)
    {
        var products = reader.GetFieldValue<Guid[]>(5);
        var names = reader.GetFieldValue<string[]>(6);
        var pointsEach = reader.GetFieldValue<long[]>(7);
        var orderLines = new OrderLine[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            orderLines[i] = new OrderLine(
                lines[i].SkuId,
                products[i],
                names[i],
                lines[i].Quantity,
                pointsEach[i]
            );
        }
        return new Outcome
        {
            Replayed = reader.GetBoolean(1),
            Order = new Order(
                reader.GetGuid(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetInt64(4),
                orderLines
            ),
            Balance = new Balance(reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10)),
        };
    }

    private async Task Copy(
        string into,
        IReadOnlyList<Guid> ids,
        Func<NpgsqlBinaryImporter, Guid, Task> write
    )
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var rows = await connection.BeginBinaryImportAsync(into);
        foreach (var id in ids)
        {
            await rows.StartRowAsync();
            await write(rows, id);
        }
        await rows.CompleteAsync();
    }
}
