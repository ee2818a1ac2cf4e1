using Npgsql;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>Rows of silos that are long dead go; all others stay.</summary>
public abstract class CleanupTests(SessionCluster session)
{
    private const string FreshVote = "10.0.0.8:11111@154392286,2026-11-22 22:31:00.123 GMT";
    private const string OldVote = "10.0.0.8:11111@154392286,2026-11-01 22:31:00.123 GMT";
    private static readonly DateTime Old = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTimeOffset Cutoff = new(2026, 11, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTime Fresh = new(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Silo[] Silos =
    [
        new("dead, never suspected", 6, Old, Old, null),
        new("dead, no votes", 6, Old, Old, ""),
        new("dead, old votes", 6, Old, Old, OldVote),
        new("dead, fresh heartbeat", 6, Old, Fresh, null),
        new("dead, fresh start", 6, Fresh, Old, null),
        new("dead, fresh vote", 6, Old, Old, FreshVote),
        new("joining", 2, Old, Old, null),
        new("active", 3, Old, Old, null),
        new("shutting down", 4, Old, Old, null),
    ];

    [Fact]
    public async Task Silos_long_dead_by_start_heartbeat_and_votes_go()
    {
        var kept = await Cleanup(session.Database);

        Assert.Equal(
            [
                "active",
                "dead, fresh heartbeat",
                "dead, fresh start",
                "dead, fresh vote",
                "joining",
                "shutting down",
            ],
            kept
        );
    }

    [Fact]
    public async Task Without_the_text_for_one_row_the_text_for_all_decides()
    {
        await using var database = await session.Database.Server.CreateDatabase();
        await Execute(
            database,
            "delete from orleans.OrleansQuery where QueryKey = 'CleanupDefunctSiloEntryKey'"
        );

        var kept = await Cleanup(database);

        Assert.Equal(
            ["active", "dead, fresh heartbeat", "dead, fresh start", "joining", "shutting down"],
            kept
        );
    }

    [Theory]
    [InlineData("heartbeat = heartbeat + interval '1 second'")]
    [InlineData("start_time = start_time + interval '1 second'")]
    [InlineData("votes = 'another'")]
    [InlineData("status = 3")]
    public async Task A_silo_that_changed_since_it_was_judged_stays(string change)
    {
        var cluster = $"cleanup-{Guid.CreateVersion7():n}";
        var silo = Silos[2];
        await Insert(session.Database, cluster, silo, port: 1);
        await Execute(
            session.Database,
            $"update orleans.silo set {change} where cluster_id = '{cluster}'"
        );

        await using var source = NpgsqlDataSource.Create(session.Database.SiloConnectionString);
        await using var text = source.CreateCommand(
            "select QueryText from orleans.OrleansQuery where QueryKey = 'CleanupDefunctSiloEntryKey'"
        );
        await using var delete = source.CreateCommand((string)(await text.ExecuteScalarAsync())!);
        delete.Parameters.AddWithValue("DeploymentId", cluster);
        delete.Parameters.AddWithValue("Address", "127.0.0.1");
        delete.Parameters.AddWithValue("Port", 1);
        delete.Parameters.AddWithValue("Generation", 1);
        delete.Parameters.AddWithValue("StartTime", silo.StartTime);
        delete.Parameters.AddWithValue("IAmAliveTime", silo.Heartbeat);
        delete.Parameters.AddWithValue("SuspectTimes", silo.Votes!);

        Assert.Equal(0, await delete.ExecuteNonQueryAsync());
    }

    /// <summary>The names of the silos that a clean-up leaves.</summary>
    private async Task<List<string>> Cleanup(PostgresDatabase database)
    {
        var cluster = $"cleanup-{Guid.CreateVersion7():n}";
        var table = await session.Cluster.OtherMembership(cluster, database);
        for (var i = 0; i < Silos.Length; i++)
        {
            await Insert(database, cluster, Silos[i], port: i + 1);
        }

        await table.CleanupDefunctSiloEntriesAsync(Cutoff);

        var left = await table.ReadAllAsync();
        Assert.Equal(0, left.Version.Version);
        return
        [
            .. left.Members.Select(member => member.Item1.SiloName).Order(StringComparer.Ordinal),
        ];
    }

    private static async Task Insert(PostgresDatabase database, string cluster, Silo silo, int port)
    {
        await using var source = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var insert = source.CreateCommand(
            """
            insert into orleans.silo
                (cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, start_time, heartbeat, votes)
            values ($1, '127.0.0.1', $2, 1, $3, 'host', $4, 0, $5, $6, $7)
            """
        );
        insert.Parameters.AddWithValue(cluster);
        insert.Parameters.AddWithValue(port);
        insert.Parameters.AddWithValue(silo.Name);
        insert.Parameters.AddWithValue(silo.Status);
        insert.Parameters.AddWithValue(silo.StartTime);
        insert.Parameters.AddWithValue(silo.Heartbeat);
        insert.Parameters.AddWithValue((object?)silo.Votes ?? DBNull.Value);
        await insert.ExecuteNonQueryAsync();
    }

    private static async Task Execute(PostgresDatabase database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Silo(
        string Name,
        int Status,
        DateTime StartTime,
        DateTime Heartbeat,
        string? Votes
    );
}

[Collection(typeof(PlainSessions))]
public sealed class CleanupOverPlainSessions(PlainSessions session) : CleanupTests(session);

[Collection(typeof(OddSessions))]
public sealed class CleanupOverOddSessions(OddSessions session) : CleanupTests(session);
