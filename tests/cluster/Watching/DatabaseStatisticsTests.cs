using Npgsql;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Watching;

/// <summary>What <c>mall.database_statistics()</c> tells a silo, on a server of its own: sessions and roles are the whole server's.</summary>
public sealed class DatabaseStatisticsTests(OwnPostgresFixture own)
    : IClassFixture<OwnPostgresFixture>,
        IAsyncLifetime
{
    /// <summary>A member of pg_monitor sees these of other roles, nobody else.</summary>
    private static readonly string[] OnlyForMonitors =
    [
        "oldest_writer",
        "oldest_transaction",
        "standbys",
        "replication_lag_bytes",
        "replication_lag",
        "wal_bytes",
    ];

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _owner = null!;
    private NpgsqlDataSource _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await own.Server.CreateDatabase();
        _owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        _silo = NpgsqlDataSource.Create(_database.SiloConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await BecomeMonitor(false);
        await _owner.DisposeAsync();
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_the_owner_may_not_see_is_missing_and_not_zero()
    {
        var blind = await Statistics();
        Assert.Equal(
            OnlyForMonitors.Order(StringComparer.Ordinal),
            blind
                .Where(pair => pair.Value is null)
                .Select(pair => pair.Key)
                .Order(StringComparer.Ordinal)
        );

        await BecomeMonitor();

        Assert.DoesNotContain(await Statistics(), pair => pair.Value is null);
    }

    [Fact]
    public async Task An_empty_mall_at_rest_has_no_backlog_and_no_waits()
    {
        await BecomeMonitor();

        string[] zero =
        [
            "longest_lock_wait",
            "oldest_writer",
            "standbys",
            "replication_lag_bytes",
            "replication_lag",
            "archive_failures",
            "oldest_event",
            "sweep_lag",
        ];
        // Not at once: an analyze of the server's own writes, too.
        var at = await Eventually.Is(Statistics, now => zero.All(name => now[name] == 0));
        string[] positive =
        [
            "size_bytes",
            "connections",
            "connections_limit",
            "wal_written",
            "wal_bytes",
        ];
        Assert.All(positive, name => Assert.True(at[name] > 0, name));
        Assert.Equal(400 - 3, at["connections_limit"]);
    }

    [Fact]
    public async Task A_transaction_holds_the_outbox_back_once_it_has_written()
    {
        await BecomeMonitor();
        await using var connection = await _owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Execute(connection, "select 1");

        await Eventually.Is(
            Statistics,
            at => at["oldest_transaction"] > 0.2 && at["oldest_writer"] == 0
        );

        await Execute(
            connection,
            "insert into mall.stock (sku_id, available) select gen_random_uuid(), 1"
        );
        await Eventually.Is(Statistics, at => at["oldest_writer"] > 0.2);

        await transaction.RollbackAsync();
        await Eventually.Is(
            Statistics,
            at => at["oldest_writer"] == 0 && at["oldest_transaction"] < 0.2
        );
    }

    [Fact]
    public async Task A_session_that_waits_for_a_lock_is_seen()
    {
        await using var holder = await _owner.OpenConnectionAsync();
        await using var waiter = await _owner.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await Execute(holder, "lock table mall.stock");
        var waiting = Execute(waiter, "select count(*) from mall.stock");

        await Eventually.Is(Statistics, at => at["longest_lock_wait"] > 0.2);

        await held.RollbackAsync();
        await waiting;
        Assert.Equal(0, (await Statistics())["longest_lock_wait"]);
    }

    [Fact]
    public async Task The_oldest_event_and_the_oldest_due_change_are_found()
    {
        await using var connection = await _owner.OpenConnectionAsync();
        await Execute(
            connection,
            """
            insert into mall.event (slot, type, payload, at)
            select (extract(epoch from at)::bigint / 86400) % 16, 'order', '{}', at
            from unnest(array[now() - interval '3 days', now(), now() - interval '1 day']) at
            """
        );
        await Execute(
            connection,
            """
            insert into mall.member_account (member_id, version, head_hash, last_at, due_on, state)
            select gen_random_uuid(), 1, '', now(), due_on, ''
            from unnest(array[null, now() - interval '1 hour', now() + interval '1 day']) due_on
            """
        );

        var at = await Statistics();

        Assert.Equal(3 * 86_400, at["oldest_event"]!.Value, tolerance: 60);
        Assert.Equal(3_600, at["sweep_lag"]!.Value, tolerance: 60);
    }

    [Fact]
    public async Task Nobody_but_a_silo_may_ask()
    {
        await using var api = NpgsqlDataSource.Create(_database.ApiConnectionString);
        await using var command = api.CreateCommand("select * from mall.database_statistics()");

        var refusal = await Assert.ThrowsAsync<PostgresException>(() =>
            command.ExecuteNonQueryAsync()
        );

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    private async Task BecomeMonitor(bool monitor = true)
    {
        await using var superuser = new NpgsqlConnection(_database.SuperuserConnectionString);
        await superuser.OpenAsync();
        await Execute(
            superuser,
            monitor ? "grant pg_monitor to mall_owner" : "revoke pg_monitor from mall_owner"
        );
    }

    private async Task<Dictionary<string, double?>> Statistics()
    {
        await using var command = _silo.CreateCommand("select * from mall.database_statistics()");
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return Enumerable
            .Range(0, row.FieldCount)
            .ToDictionary(
                row.GetName,
                column => row.IsDBNull(column) ? (double?)null : row.GetDouble(column),
                StringComparer.Ordinal
            );
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
