using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PointsMall.LoadTests.Peers;
using PointsMall.LoadTests.Peers.Orleans;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Load.Peers;

/// <summary>The Orleans peers on a silo in this process.</summary>
public abstract class OrleansPeerTests(PostgresFixture postgres) : PeerTests
{
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _source = null!;
    private WebApplication _silo = null!;

    private protected override async Task<IPeer> Start()
    {
        _database = await postgres.CreateScratchDatabase();
        var connectionString = _database.OwnerConnectionString;
        _silo = await PeerSilo.Build([
            "--ConnectionStrings:peer",
            connectionString,
            "--Urls",
            "http://127.0.0.1:0",
            "--Logging:LogLevel:Default",
            "Error",
        ]);
        await _silo.StartAsync();
        _source = PeerSilo.DataSource(connectionString, connections: 2);
        return Create(_silo.Services.GetRequiredService<IClusterClient>(), _source);
    }

    private protected override async Task Stop()
    {
        await _silo.StopAsync();
        await _silo.DisposeAsync();
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    private protected abstract IPeer Create(IClusterClient grains, NpgsqlDataSource database);
}

public sealed class AdoNetPeerTests(PostgresFixture postgres) : OrleansPeerTests(postgres)
{
    private protected override IPeer Create(IClusterClient grains, NpgsqlDataSource database) =>
        new AdoNetPeer(grains, database);
}

public sealed class TransactionsPeerTests(PostgresFixture postgres) : OrleansPeerTests(postgres)
{
    private protected override IPeer Create(IClusterClient grains, NpgsqlDataSource database) =>
        new TransactionsPeer(grains, database);
}
