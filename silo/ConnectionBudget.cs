using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Database;

namespace PointsMall.Silo;

/// <summary>
/// The connections that a mall may open against what PostgreSQL has, checked before a silo joins: one silo too many would not fail by itself,
/// it would make another's writer or heartbeat wait in the middle of a sale.
/// </summary>
/// <remarks>
/// A silo runs when it holds connections in its name. The membership does not say so: after all silos have died their rows stay, and silos that
/// came back on other addresses would keep each other out for ever.
/// </remarks>
/// <param name="Silos">Silos that run, with this one; each is taken to have this one's settings.</param>
/// <param name="PerSilo">The most that one of them opens.</param>
/// <param name="Others">What everybody else has open now: the API, its gateway lists, operators.</param>
/// <param name="Limit"><c>max_connections</c> less those that are kept for superusers.</param>
public sealed record ConnectionBudget(int Silos, int PerSilo, int Others, int Limit)
{
    /// <summary>Clustering, grain storage and reminders together, in a pool of their own.</summary>
    public const int OrleansConnections = 4;

    private const string Read = """
        select
            (
                select count(distinct split_part(application_name, '/', 2))
                from pg_stat_activity
                where datname = current_database() and usename = current_user and application_name like 'mall/%'
            )::int,
            (
                select count(*)
                from pg_stat_activity
                where usename <> current_user or datname <> current_database() -- of others' sessions this role sees little more than whose they are
            )::int,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0)
        """;

    public int Needed => Silos * PerSilo + Others;

    public bool Fits => Needed <= Limit;

    public override string ToString() =>
        FormattableString.Invariant(
            $"{Silos} silos of {PerSilo} connections and {Others} others need {Needed} of the {Limit} that PostgreSQL has for them"
        );

    /// <summary>The budget with this silo in the cluster.</summary>
    /// <exception cref="NpgsqlException">The database can't be asked.</exception>
    public static async Task<ConnectionBudget> Of(
        string connectionString,
        SiloSettings silo,
        CommitterOptions committer
    )
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(committer);
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                Pooling = false,
                Timeout = 5,
                CommandTimeout = 5,
            }.ConnectionString
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Read, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new ConnectionBudget(
            row.GetInt32(0) + 1,
            committer.Writers
                + silo.LoadConnections
                + MallDatabase.SettlingConnections
                + MallDatabase.BackgroundConnections
                + MallDatabase.VerifyingConnections
                + OrleansConnections,
            row.GetInt32(1),
            row.GetInt32(2)
        );
    }
}
