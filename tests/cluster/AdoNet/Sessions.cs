using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>Two silos and a client over a database of their own. The tests of the contract run once for each kind of database session.</summary>
public abstract class SessionCluster(PostgresFixture postgres, string session) : IAsyncLifetime
{
    public PostgresDatabase Database { get; private set; } = null!;

    public AdoNetCluster Cluster { get; private set; } = null!;

    /// <summary>Silos of their own, for tests that stop some.</summary>
    public AdoNetCluster NewCluster() => new(Database, session);

    public async ValueTask InitializeAsync()
    {
        Database = await postgres.CreateDatabase();
        Cluster = NewCluster();
        await Cluster.Start(silos: 2);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Sessions as Npgsql opens them.</summary>
[CollectionDefinition]
public sealed class PlainSessions(PostgresFixture postgres)
    : SessionCluster(postgres, ""),
        ICollectionFixture<PlainSessions>;

/// <summary>Prepared statements, no plpgsql assertions, and a time zone that is not UTC.</summary>
[CollectionDefinition]
public sealed class OddSessions(PostgresFixture postgres)
    : SessionCluster(
        postgres,
        "Max Auto Prepare=50;Auto Prepare Min Usages=1;Options=-c plpgsql.check_asserts=off -c TimeZone=Asia/Shanghai"
    ),
        ICollectionFixture<OddSessions>;
