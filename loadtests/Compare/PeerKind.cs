using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Compare;

/// <summary>A peer: what it is made of. Its code: loadtests/Peers.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Shape">What it is, in a few words.</param>
/// <param name="Promises">Of an acknowledged redemption.</param>
internal sealed record PeerKind(string Name, string Shape, Promises Promises)
{
    private const string AdoNetPool = "AdoNet:Connections";

    /// <summary>Where it keeps what it keeps; null for nowhere.</summary>
    public Store? Store { get; init; }

    /// <summary>The setting for the size of its connection pool; null for none.</summary>
    public string? PoolSetting { get; init; }

    /// <summary>What the peer's program is started with, a process each; the last is the API.</summary>
    public required IReadOnlyList<PeerProcess> Processes { get; init; }

    /// <summary>The peer of a name, and the settings that the name asks for: <c>postgres:32</c> is one with 32 connections.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    public static (PeerKind Kind, IReadOnlyList<string> Settings) Find(string name)
    {
        var parts = name.Split(':', 2);
        var kind =
            All.FirstOrDefault(kind => kind.Name == parts[0])
            ?? throw new BenchException(
                $"there is no peer {name}; there are {string.Join(", ", All.Select(kind => kind.Name))}"
            );
        return parts switch
        {
            [_] => (kind, []),
            [_, var connections]
                when kind.PoolSetting is { } setting && connections.All(char.IsAsciiDigit) => (
                kind,
                [$"--{setting}={connections}"]
            ),
            _ => throw new BenchException($"{name}: {kind.Name} has no number of connections"),
        };
    }

    public static readonly IReadOnlyList<PeerKind> All =
    [
        new(
            "postgres",
            "one stored function a redemption",
            new("flushed before the answer", "yes", "yes", "rows", "one row an entry")
        )
        {
            Store = Store.Postgres,
            PoolSetting = "Postgres:Connections",
            Processes = [new("api", "postgres")],
        },
        new(
            "adonet",
            "two ordinary Orleans grains on the stock storage provider",
            new("flushed before the answer", "yes", "yes", "in the account's state", "none")
        )
        {
            Store = Store.Postgres,
            PoolSetting = AdoNetPool,
            Processes = [new("silo", "adonet", "silo"), new("api", "adonet", "api")],
        },
        new(
            "transactions",
            "Orleans transactions over the same two grains",
            new("flushed before the answer", "yes", "yes", "in the account's state", "none")
        )
        {
            Store = Store.Postgres,
            PoolSetting = AdoNetPool,
            Processes = [new("silo", "transactions", "silo"), new("api", "transactions", "api")],
        },
        new(
            "redis-everysec",
            "a Lua script; its append-only file is flushed once a second",
            new(
                "may lose the last second or two",
                "yes, until then",
                "yes, until then",
                "in a stream",
                "none"
            )
        )
        {
            Store = Store.Redis("everysec"),
            Processes = [new("api", "redis")],
        },
        new(
            "redis-always",
            "a Lua script; its append-only file is flushed before every answer",
            new("flushed before the answer", "yes, for 30 days", "yes", "in a stream", "none")
        )
        {
            Store = Store.Redis("always"),
            Processes = [new("api", "redis")],
        },
        new("noop", "an endpoint that makes no call", Promises.None)
        {
            Processes = [new("api", "noop")],
        },
    ];
}

/// <summary>A process of the peer's program.</summary>
internal sealed record PeerProcess(string Name, params IReadOnlyList<string> Arguments);

/// <summary>A server with data.</summary>
/// <param name="Name">Of its process.</param>
/// <param name="Script">Starts it in the folder that is its first argument, and prints how it is reached.</param>
/// <param name="Arguments">The other ones.</param>
/// <param name="Setting">The environment variable in which the peer's processes are told.</param>
internal sealed record Store(
    string Name,
    string Script,
    IReadOnlyList<string> Arguments,
    string Setting
)
{
    public static readonly Store Postgres = new(
        "postgres",
        "loadtests/Peers/Postgres/postgres.sh",
        [],
        "ConnectionStrings__peer"
    );

    public static Store Redis(string flush) =>
        new("redis", "loadtests/Peers/Redis/redis.sh", [flush], "Redis__Server");
}
