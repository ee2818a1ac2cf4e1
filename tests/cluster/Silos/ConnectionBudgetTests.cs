using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.Silo;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>A silo that PostgreSQL has no room for says so and does not join.</summary>
public sealed class ConnectionBudgetTests(PostgresFixture postgres)
{
    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task Silos_that_run_count_with_their_most_and_others_with_what_they_have_open()
    {
        await using var database = await postgres.CreateDatabase();
        var alone = await Budget(database);
        Assert.Equal((1, 18), (alone.Silos, alone.PerSilo));
        Assert.True(alone.Fits, $"{alone}");

        await AddSilos(database, 2);
        await using var other = new NpgsqlConnection(database.OwnerConnectionString);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        var three = await Budget(database);

        Assert.Equal(3, three.Silos);
        Assert.True(three.Others >= 1, $"{three}");
        Assert.Equal(3 * 18 + three.Others, three.Needed);
    }

    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task A_silo_too_many_does_not_start_and_says_what_to_change()
    {
        await using var database = await postgres.CreateDatabase();
        await AddSilos(database, 40);

        var refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(() =>
            SiloProcess.Start(database)
        );

        Assert.Contains("41 silos of 18 connections", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Raise max_connections", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_comes_back_does_not_count_twice()
    {
        await using var database = await postgres.CreateDatabase();
        await AddSilos(database, 1);

        var budget = await ConnectionBudget.Of(
            database.SiloConnectionString,
            Settings(database, port: 20_001),
            new CommitterOptions()
        );

        Assert.Equal(1, budget.Silos);
    }

    private static SiloSettings Settings(PostgresDatabase database, int port = 11_111) =>
        new() { ClusterId = database.Name, Port = port };

    private static Task<ConnectionBudget> Budget(PostgresDatabase database) =>
        ConnectionBudget.Of(
            database.SiloConnectionString,
            Settings(database),
            new CommitterOptions()
        );

    /// <summary>Active rows of silos on ports from 20,001.</summary>
    private static async Task AddSilos(PostgresDatabase database, int count)
    {
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = owner.CreateCommand(
            """
            insert into orleans.silo (
                cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, start_time, heartbeat
            )
            select $1, '127.0.0.1', 20000 + n, 1, 'silo-' || n, 'here', 3, 30000 + n, now(), now()
            from generate_series(1, $2) n
            """
        );
        command.Parameters.Add(new() { Value = database.Name });
        command.Parameters.Add(new() { Value = count });
        await command.ExecuteNonQueryAsync();
    }
}
