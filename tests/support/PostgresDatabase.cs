using Npgsql;

namespace PointsMall.Tests.Support;

/// <summary>A database of a <see cref="PostgresServer"/>; disposing drops it, whoever is still connected.</summary>
public sealed class PostgresDatabase(PostgresServer server, string name, string owner)
    : IAsyncDisposable
{
    public PostgresServer Server => server;

    public string Name => name;

    /// <summary>Owns the schema; runs migrations.</summary>
    public string OwnerConnectionString => server.Connect(owner, name);

    /// <summary>What a silo may do.</summary>
    public string SiloConnectionString => server.Connect("mall_silo", name);

    /// <summary>What the API may do: read.</summary>
    public string ApiConnectionString => server.Connect("mall_api", name);

    /// <summary>May do everything, also what no role of the product may.</summary>
    public string SuperuserConnectionString => server.SuperuserConnectionString(name);

    public async ValueTask DisposeAsync()
    {
        foreach (
            var pooled in (string[])
                [
                    OwnerConnectionString,
                    SiloConnectionString,
                    ApiConnectionString,
                    SuperuserConnectionString,
                ]
        )
        {
            await using var connection = new NpgsqlConnection(pooled);
            NpgsqlConnection.ClearPool(connection);
        }
        await server.Drop(name);
    }
}
