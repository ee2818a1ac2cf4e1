namespace PointsMall.LoadTests.Compare;

/// <summary>A peer: what it is made of. Its code: loadtests/Peers.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Shape">What it is, in a few words.</param>
/// <param name="Promises">Of an acknowledged redemption.</param>
internal sealed record PeerKind(string Name, string Shape, Promises Promises)
{
    /// <summary>Where it keeps what it keeps; null for nowhere.</summary>
    public Store? Store { get; init; }

    /// <summary>What the peer's program is started with, a process each; the last is the API.</summary>
    public required IReadOnlyList<PeerProcess> Processes { get; init; }

    public static readonly IReadOnlyList<PeerKind> All =
    [
        new(
            "postgres",
            "one stored function a redemption",
            new("flushed before the answer", "yes", "yes", "rows", "one row an entry")
        )
        {
            Store = Store.Postgres,
            Processes = [new("api", "postgres")],
        },
        new(
            "adonet",
            "two ordinary Orleans grains on the stock storage provider",
            new("flushed before the answer", "yes", "yes", "in the account's state", "none")
        )
        {
            Store = Store.Postgres,
            Processes = [new("silo", "adonet", "silo"), new("api", "adonet", "api")],
        },
        new(
            "transactions",
            "Orleans transactions over the same two grains",
            new("flushed before the answer", "yes", "yes", "in the account's state", "none")
        )
        {
            Store = Store.Postgres,
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
