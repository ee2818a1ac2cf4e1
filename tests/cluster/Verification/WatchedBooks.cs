using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PointsMall.Grains.Database;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Verification;

/// <summary>A mall of one or more silos in which a test says when the verification looks.</summary>
internal sealed class WatchedBooks : IAsyncDisposable
{
    private readonly List<TestSilo> _silos;

    private WatchedBooks(PostgresDatabase database, List<TestSilo> silos)
    {
        Database = database;
        _silos = silos;
        Rows = NpgsqlDataSource.Create($"{database.SuperuserConnectionString};Search Path=mall");
    }

    public PostgresDatabase Database { get; }

    /// <summary>Sees and may do everything.</summary>
    public NpgsqlDataSource Rows { get; }

    public MallDatabase SiloDatabase => _silos[0].Services.GetRequiredService<MallDatabase>();

    public Shop Shop => ShopOf(0);

    public static async Task<WatchedBooks> Start(PostgresServer server, int silos = 1)
    {
        var database = await server.CreateDatabase();
        List<TestSilo> started = [];
        for (var i = 0; i < silos; i++)
        {
            started.Add(await TestSilo.Start(database));
        }
        return new WatchedBooks(database, started);
    }

    /// <summary>The mall as one of its silos' callers sees it.</summary>
    public Shop ShopOf(int silo) => new(_silos[silo].Grains);

    /// <summary>The one before may not have ended yet in the database, although it was disposed of here.</summary>
    public async Task<VerificationSession> Session() =>
        (
            await Eventually.Is(
                () =>
                    VerificationSession.TryBegin(
                        SiloDatabase,
                        TestContext.Current.CancellationToken
                    ),
                session => session is not null
            )
        )!;

    /// <summary>
    /// Looks until nothing is left to look at. One look may come too early: it takes only what every transaction of the server has left behind.
    /// </summary>
    public Task LookAtAll() =>
        Eventually.Is(
            async () =>
            {
                Assert.DoesNotContain(await Look(), finding => finding.IsNew);
                return (await Status()).Lag;
            },
            lag => lag == 0
        );

    /// <summary>One look at what has changed, with what follows from it.</summary>
    public async Task<List<Finding>> Look(int membersPerRun = 20_000)
    {
        await using var session = await Session();
        var found = await new RecentRun(session, membersPerRun).Run();
        await new SaleStops(
            session,
            _silos[0].Grains,
            TimeProvider.System,
            NullLogger.Instance
        ).Carry();
        return found;
    }

    public Task<VerificationStatus> Status() =>
        VerificationStatus.Read(SiloDatabase, TestContext.Current.CancellationToken);

    /// <summary>A listed SKU.</summary>
    public async Task<(Guid ProductId, Guid SkuId)> AddSku(long stock = 1_000)
    {
        var product = await Shop.AddProduct();
        var sku = await Shop.AddSku(product, stock: stock);
        await Shop.List(product);
        return (product, sku);
    }

    /// <summary>What only a superuser can do: no trigger fires.</summary>
    public Task Edit(string sql) => Execute($"set session_replication_role = replica; {sql}");

    public async Task Execute(string sql)
    {
        await using var command = Rows.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> Read<T>(string sql)
    {
        await using var command = Rows.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_silos.Select(silo => silo.DisposeAsync().AsTask()));
        await Rows.DisposeAsync();
        await Database.DisposeAsync();
    }
}
