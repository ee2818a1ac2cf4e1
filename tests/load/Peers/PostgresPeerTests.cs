using PointsMall.LoadTests.Peers;
using PointsMall.LoadTests.Peers.Postgres;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Load.Peers;

public sealed class PostgresPeerTests(PostgresFixture postgres) : PeerTests
{
    private PostgresDatabase _database = null!;
    private PostgresPeer _peer = null!;

    private protected override async Task<IPeer> Start()
    {
        _database = await postgres.CreateScratchDatabase();
        _peer = new PostgresPeer(
            _database.OwnerConnectionString,
            connections: 8,
            TimeProvider.System
        );
        await _peer.Migrate();
        return _peer;
    }

    private protected override async Task Stop()
    {
        await _peer.DisposeAsync();
        await _database.DisposeAsync();
    }
}
