using System.Collections.Immutable;
using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Processes;

/// <summary>A mall of silo processes, its client, one SKU on sale, and the comparison of what clients were told with what is there.</summary>
internal sealed class ProcessMall : IAsyncDisposable
{
    /// <summary>Points of one unit; see <see cref="Shop"/>.</summary>
    public const long Price = 100;

    private const string ByKey = """
        select c.member_id, c.key, c.order_id
        from mall.command c
        where c.operation = 'redeem'
        """;

    private readonly List<SiloProcess> _silos = [];

    private ProcessMall(PostgresDatabase database)
    {
        Database = database;
        Rows = NpgsqlDataSource.Create($"{database.SuperuserConnectionString};Search Path=mall");
    }

    public PostgresDatabase Database { get; }

    /// <summary>Sees and may do everything.</summary>
    public NpgsqlDataSource Rows { get; }

    public MallClient Client { get; private set; } = null!;

    public IReadOnlyList<SiloProcess> Silos => _silos;

    public Shop Shop => new(Client.Grains);

    /// <summary>The first silo and a client.</summary>
    /// <param name="server">The caller's.</param>
    /// <param name="connectionString">The first silo's way to the database when it is not the straight one.</param>
    /// <param name="settings">More settings of the first silo.</param>
    public static async Task<ProcessMall> Start(
        PostgresServer server,
        Func<PostgresDatabase, string>? connectionString = null,
        params (string Name, string Value)[] settings
    )
    {
        var mall = new ProcessMall(await server.CreateDatabase());
        try
        {
            mall._silos.Add(
                await SiloProcess.Start(
                    mall.Database,
                    connectionString?.Invoke(mall.Database),
                    settings
                )
            );
            mall.Client = await MallClient.Connect(mall.Database);
            return mall;
        }
        catch
        {
            await mall.DisposeAsync();
            throw;
        }
    }

    public async Task<SiloProcess> AddSilo(params (string Name, string Value)[] settings)
    {
        var silo = await SiloProcess.Start(Database, connectionString: null, settings);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>A listed SKU.</summary>
    public async Task<Guid> AddSku(long stock)
    {
        var product = await Shop.AddProduct();
        var sku = await Shop.AddSku(product, stock: stock);
        await Shop.List(product);
        return sku;
    }

    public async Task<Guid[]> AddMembers(int count, long points) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Shop.AddMember(points)));

    /// <summary>
    /// Every order that a client was told of is there under its key, no other is, each has cost its points once, and the stock is what was
    /// not sold.
    /// </summary>
    public async Task Check(ImmutableArray<Purchase> history, Guid sku, long stock)
    {
        Dictionary<(Guid, string), Guid> orders = [];
        await using (var command = Rows.CreateCommand(ByKey))
        {
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                orders.Add((row.GetGuid(0), row.GetString(1)), row.GetGuid(2));
            }
        }
        var told = history
            .Where(purchase => purchase.OrderId is not null)
            .ToDictionary(
                purchase => (purchase.MemberId, purchase.Key),
                purchase => purchase.OrderId!.Value
            );
        Assert.Equal(told.Count, orders.Count);
        Assert.All(told, pair => Assert.Equal(pair.Value, orders[pair.Key]));
        Assert.Equal(
            told.Count,
            await Read<long>("select count(*) from ledger_entry where type = 'redemption'")
        );
        Assert.Equal(
            -Price * told.Count,
            await Read<long>(
                "select coalesce(sum(points), 0)::bigint from ledger_entry where type = 'redemption'"
            )
        );
        Assert.Equal(
            stock - told.Count,
            await Read<long>("select available from stock where sku_id = $1", sku)
        );
        await Verify();
    }

    /// <summary>All invariants hold for all rows.</summary>
    public async Task Verify()
    {
        var report = await Verifier.Run(Rows, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> Read<T>(string sql, params object[] parameters)
    {
        await using var command = Rows.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }
        if (Client is not null)
        {
            await Client.DisposeAsync();
        }
        await Rows.DisposeAsync();
        await Database.DisposeAsync();
    }
}
