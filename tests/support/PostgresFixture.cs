namespace PointsMall.Tests.Support;

/// <summary>
/// One server for all tests of a process, started when first asked for: <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>, and test
/// classes take it in their constructor. Tests that stop a server start one of their own.
/// </summary>
public sealed class PostgresFixture : IDisposable
{
    private readonly Lazy<PostgresServer> _server = new(() => PostgresServer.Start());
    private readonly Lazy<PostgresServer> _scratch = new(() => PostgresServer.Start(fsync: false));

    /// <summary>As durable as production.</summary>
    public PostgresServer Server => _server.Value;

    public Task<PostgresDatabase> CreateDatabase() => Server.CreateDatabase();

    /// <summary>A database that no crash would survive, made and dropped in a fraction of the time: for tests that need one each.</summary>
    public Task<PostgresDatabase> CreateScratchDatabase() => _scratch.Value.CreateDatabase();

    public void Dispose()
    {
        foreach (var server in (Lazy<PostgresServer>[])[_server, _scratch])
        {
            if (server.IsValueCreated)
            {
                server.Value.Dispose();
            }
        }
    }
}
