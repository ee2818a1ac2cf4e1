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
        Assert.Equal((1, 20), (alone.Silos, alone.PerSilo));
        Assert.True(alone.Fits, $"{alone}");

        await using var others = await Silos(database, 2);
        await using var other = new NpgsqlConnection(database.OwnerConnectionString);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        var three = await Budget(database);

        Assert.Equal(3, three.Silos);
        Assert.True(three.Others >= 1, $"{three}");
        Assert.Equal(3 * 20 + three.Others, three.Needed);
    }

    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task A_silo_too_many_does_not_start_and_says_what_to_change()
    {
        await using var database = await postgres.CreateDatabase();
        await using var others = await Silos(database, 40);

        var refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(() =>
            SiloProcess.Start(database)
        );

        Assert.Contains("41 silos of 20 connections", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Raise max_connections", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Else silos that come back on other addresses after all have died would keep each other out for ever.</summary>
    [Fact]
    public async Task Silos_that_died_without_leaving_the_membership_do_not_count()
    {
        await using var database = await postgres.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = owner.CreateCommand(
            """
            insert into orleans.silo (
                cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, start_time, heartbeat
            )
            select $1, '10.0.0.' || n, 11111, 1, 'silo-' || n, 'gone', 3, 30000, now(), now()
            from generate_series(1, 40) n
            """
        );
        command.Parameters.Add(new() { Value = database.Name });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, (await Budget(database)).Silos);
    }

    private static Task<ConnectionBudget> Budget(PostgresDatabase database) =>
        ConnectionBudget.Of(
            database.SiloConnectionString,
            new SiloSettings(),
            new CommitterOptions()
        );

    /// <summary>A connection each, named as a silo names its own.</summary>
    private static async Task<Connections> Silos(PostgresDatabase database, int count)
    {
        var silos = new Connections();
        for (var i = 1; i <= count; i++)
        {
            var name = new NpgsqlConnectionStringBuilder(database.SiloConnectionString)
            {
                Pooling = false,
                ApplicationName = FormattableString.Invariant($"mall/10.0.0.{i}:11111@1/1"),
            };
            var connection = new NpgsqlConnection(name.ConnectionString);
            silos.Open.Add(connection);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
        }
        return silos;
    }

    private sealed class Connections : IAsyncDisposable
    {
        public List<NpgsqlConnection> Open { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in Open)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
