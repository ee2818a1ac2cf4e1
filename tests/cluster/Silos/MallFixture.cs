using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>Tests that call the grains of one mall: a cluster of two silos, shared and never reset.</summary>
[CollectionDefinition(Name)]
public sealed class MallCollection : ICollectionFixture<MallFixture>
{
    public const string Name = "a mall of two silos";
}

/// <summary>The mall of <see cref="MallCollection"/>.</summary>
public sealed class MallFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly List<TestSilo> _silos = [];

    public PostgresDatabase Database { get; private set; } = null!;

    /// <summary>Reads what was committed.</summary>
    public NpgsqlDataSource Rows { get; private set; } = null!;

    public IReadOnlyList<TestSilo> Silos => _silos;

    public IGrainFactory Grains => _silos[0].Grains;

    public async ValueTask InitializeAsync()
    {
        Database = await postgres.CreateDatabase();
        Rows = NpgsqlDataSource.Create($"{Database.SuperuserConnectionString};Search Path=mall");
        _silos.Add(await TestSilo.Start(Database));
        _silos.Add(await TestSilo.Start(Database));
    }

    /// <summary>
    /// A silo that knows nothing of the others: what it activates is a second activation, as after a partition. The caller disposes of it.
    /// </summary>
    public Task<TestSilo> StartApart() =>
        TestSilo.Start(Database, ("Silo:ClusterId", $"apart-{Guid.CreateVersion7():n}"));

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
        await Task.WhenAll(_silos.Select(silo => silo.DisposeAsync().AsTask()));
        await Rows.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>Headers as the API makes them.</summary>
public static class Headers
{
    public static CommandHeader New(string? key = null, byte content = 1)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new CommandHeader
        {
            CommandId = Guid.CreateVersion7(now),
            Principal = "staff:tests",
            Key = key,
            Fingerprint = key is null ? [] : [.. Enumerable.Repeat(content, 32)],
            Deadline = now.AddSeconds(5),
            Actor = ActorKind.Staff,
        };
    }
}
