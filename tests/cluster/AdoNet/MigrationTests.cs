using Npgsql;
using PointsMall.Grains.Database;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

public sealed class MigrationTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var database = await postgres.Server.CreateEmptyDatabase();

        var first = Migrator.Apply(database.OwnerConnectionString);
        var schema = await Schema(database);
        var second = Migrator.Apply(database.OwnerConnectionString);

        Assert.Equal(first.Order(StringComparer.Ordinal), first);
        Assert.Contains("010_mall.sql", first);
        Assert.Empty(second);
        Assert.Equal(schema, await Schema(database));
    }

    [Fact]
    public async Task Runs_at_the_same_moment_apply_each_script_once()
    {
        await using var database = await postgres.Server.CreateEmptyDatabase();

        var runs = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () => Migrator.Apply(database.OwnerConnectionString),
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );

        var applied = runs.SelectMany(run => run).ToList();
        Assert.Equal(applied.Distinct(StringComparer.Ordinal).Count(), applied.Count);
        Assert.NotEmpty(applied);
    }

    [Fact]
    public async Task A_failed_script_is_named_and_leaves_nothing_behind()
    {
        await using var database = await postgres.Server.CreateEmptyDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using (
            var inTheWay = owner.CreateCommand(
                "create schema mall; create table mall.stock (x int)"
            )
        )
        {
            await inTheWay.ExecuteNonQueryAsync();
        }

        var failure = Assert.Throws<MigrationException>(() =>
            Migrator.Apply(database.OwnerConnectionString)
        );

        Assert.StartsWith(
            "Migration 010_mall.sql failed: 42P07",
            failure.Message,
            StringComparison.Ordinal
        );
        await using var tables = owner.CreateCommand(
            "select count(*) from pg_tables where schemaname = 'mall'"
        );
        Assert.Equal(1L, await tables.ExecuteScalarAsync());
    }

    /// <summary>Whoever waits for a table's lock holds up all who come after: a script does so for half a second at a time.</summary>
    [Fact]
    public async Task A_script_that_finds_a_table_locked_gives_way_and_comes_again()
    {
        await using var database = await postgres.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var holder = await owner.OpenConnectionAsync();
        await Execute(
            holder,
            "drop table mall.approval; delete from schema_version where scriptname = '071_approvals.sql'"
        );
        await using var held = await holder.BeginTransactionAsync();
        await Execute(holder, "lock table schema_version in share mode");

        var run = Task.Factory.StartNew(
            () => Migrator.Apply(database.OwnerConnectionString),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        var first = await Eventually.Is(() => Attempt(owner), waiting => waiting is not null);
        await Eventually.Is(
            () => Attempt(owner),
            waiting => waiting is not null && waiting != first
        );
        Assert.False(run.IsCompleted);
        await held.RollbackAsync();

        Assert.Equal(["071_approvals.sql"], await run);
        await Execute(holder, "table mall.approval");
    }

    /// <summary>When the attempt began that waits for the journal now.</summary>
    private static async Task<DateTime?> Attempt(NpgsqlDataSource owner)
    {
        await using var command = owner.CreateCommand(
            """
            select xact_start
            from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query ilike '%schema_version%'
            """
        );
        return await command.ExecuteScalarAsync() as DateTime?;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> Schema(PostgresDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await using var command = source.CreateCommand(
            """
            select format('%s.%s %s %s', n.nspname, c.relname, c.relkind, c.relacl)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('mall', 'orleans', 'public')
            order by 1
            """
        );
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }
        return rows;
    }
}
