namespace PointsMall.Tests.Support;

/// <summary>
/// A server for the tests of one class alone, which run one after another: sessions, roles and how far transactions are, are the whole server's.
/// </summary>
public sealed class OwnPostgresFixture : IDisposable
{
    private readonly Lazy<PostgresServer> _server = new(() => PostgresServer.Start(fsync: false));

    public PostgresServer Server => _server.Value;

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}
