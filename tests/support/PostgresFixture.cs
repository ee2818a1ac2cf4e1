namespace PointsMall.Tests.Support;

/// <summary>
/// One server for all tests of a process, started when first asked for: <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>, and test
/// classes take it in their constructor. Tests that stop a server start one of their own.
/// </summary>
public sealed class PostgresFixture : IDisposable
{
    private readonly Lazy<PostgresServer> _server = new(() => PostgresServer.Start());

    public PostgresServer Server => _server.Value;

    public Task<PostgresDatabase> CreateDatabase() => Server.CreateDatabase();

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}
