using Npgsql;
using PointsMall.Tests.Cluster.Verification;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Roles;

/// <summary>What each role of the database may do, tried as that role.</summary>
[Trait("Behaviour", "SEC-5")]
public sealed class RoleTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string AppendOnly = "PM002";
    private PostgresDatabase _database = null!;

    public static TheoryData<string, string> Changes { get; } =
        new()
        {
            { "ledger_entry", "update mall.ledger_entry set points = points + 1" },
            { "ledger_entry", "delete from mall.ledger_entry" },
            { "ledger_entry", "truncate mall.ledger_entry" },
            { "command", "update mall.command set key = null" },
            { "command", "delete from mall.command" },
            { "command", "truncate mall.command" },
        };

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateScratchDatabase();
        var books = new Books();
        books.NewMember().Activate().Grant(100);
        await using var owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        await books.Write(owner);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Not_even_the_owner_changes_the_ledger_or_the_commands(
        string table,
        string sql
    )
    {
        var refusal = await Refusal(_database.OwnerConnectionString, sql);

        Assert.Equal(AppendOnly, refusal.SqlState);
        Assert.Equal($"{table} is append-only", refusal.MessageText);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_silo_has_no_right_to_change_the_ledger_or_the_commands(
        string table,
        string sql
    )
    {
        var refusal = await Refusal(_database.SiloConnectionString, sql);

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        Assert.Equal($"permission denied for table {table}", refusal.MessageText);
    }

    [Theory]
    [InlineData("mall_silo")]
    [InlineData("mall_api")]
    public async Task No_role_but_the_owner_defines_anything(string role)
    {
        var connection =
            role == "mall_silo" ? _database.SiloConnectionString : _database.ApiConnectionString;
        string[] attempts =
        [
            "alter table mall.ledger_entry disable trigger all",
            "drop trigger ledger_entry_append_only on mall.ledger_entry",
            "create table mall.another (x int)",
            "create table orleans.another (x int)",
            "create table public.another (x int)",
            "set session_replication_role = replica",
        ];

        foreach (var sql in attempts)
        {
            Assert.Equal(
                PostgresErrorCodes.InsufficientPrivilege,
                (await Refusal(connection, sql)).SqlState
            );
        }
    }

    [Fact]
    public async Task A_silo_adds_to_the_ledger()
    {
        await using var silo = NpgsqlDataSource.Create(_database.SiloConnectionString);
        await using var add = silo.CreateCommand(
            """
            insert into mall.ledger_entry
            select member_id, sequence + 1, type, account, points, contra, balance_after, lots, cause_kind, cause_id, actor, text_hash, occurred_at, previous_hash, hash
            from mall.ledger_entry
            """
        );

        Assert.Equal(1, await add.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task The_api_reads_every_table_of_the_mall_and_writes_none()
    {
        await using var api = NpgsqlDataSource.Create(_database.ApiConnectionString);
        var rights = await Rights(api, "mall");

        Assert.NotEmpty(rights);
        Assert.All(
            rights.Where(table => table.Table != "ledger_text"),
            table => Assert.Equal("SELECT", table.Rights)
        );
    }

    [Fact]
    public async Task The_api_reads_reasons_but_not_what_they_are_salted_with()
    {
        await using var api = NpgsqlDataSource.Create(_database.ApiConnectionString);
        await using var reason = api.CreateCommand(
            "select reason from mall.ledger_text where actor_name <> ''"
        );

        Assert.Equal("thanks", await reason.ExecuteScalarAsync());
        Assert.Equal(
            PostgresErrorCodes.InsufficientPrivilege,
            (
                await Refusal(_database.ApiConnectionString, "select salt from mall.ledger_text")
            ).SqlState
        );
        Assert.Contains(("ledger_text", ""), await Rights(api, "mall"));
    }

    [Fact]
    public async Task The_api_sees_of_the_cluster_what_a_client_needs_to_find_a_gateway()
    {
        await using var api = NpgsqlDataSource.Create(_database.ApiConnectionString);
        var rights = await Rights(api, "orleans");

        Assert.Equal(
            ["cluster SELECT", "grain_state ", "orleansquery SELECT", "reminder ", "silo SELECT"],
            rights.Select(table => $"{table.Table} {table.Rights}")
        );
    }

    [Fact]
    public async Task A_silo_may_not_empty_any_table_at_once()
    {
        await using var silo = NpgsqlDataSource.Create(_database.SiloConnectionString);
        var rights = (await Rights(silo, "mall")).Concat(await Rights(silo, "orleans"));

        Assert.All(
            rights,
            table => Assert.DoesNotContain("TRUNCATE", table.Rights, StringComparison.Ordinal)
        );
    }

    private static async Task<PostgresException> Refusal(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
    }

    /// <summary>The rights of the connected role on each table of a schema.</summary>
    private static async Task<List<(string Table, string Rights)>> Rights(
        NpgsqlDataSource source,
        string schema
    )
    {
        await using var command = source.CreateCommand(
            """
            select c.relname, coalesce(string_agg(r.privilege, ' ' order by r.privilege) filter (where has_table_privilege(c.oid, r.privilege)), '')
            from pg_class c
            cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as r (privilege)
            where c.relnamespace = $1::regnamespace
                and c.relkind in ('r', 'p', 'v')
            group by c.relname
            order by c.relname
            """
        );
        command.Parameters.AddWithValue(schema);
        await using var reader = await command.ExecuteReaderAsync();
        var rights = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            rights.Add((reader.GetString(0), reader.GetString(1)));
        }
        return rights;
    }
}
