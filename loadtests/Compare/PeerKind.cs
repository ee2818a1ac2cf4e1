namespace PointsMall.LoadTests.Compare;

/// <summary>A peer: what it is made of. Its code: loadtests/Peers.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Shape">What it is, in a few words.</param>
internal sealed record PeerKind(string Name, string Shape)
{
    /// <summary>It needs a PostgreSQL of its own.</summary>
    public bool HasDatabase { get; init; }

    /// <summary>What the peer's program is started with, one list a process; the last is the API.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Processes { get; init; }

    public static readonly IReadOnlyList<PeerKind> All =
    [
        new("postgres", "one stored function a redemption")
        {
            HasDatabase = true,
            Processes =
            [
                ["postgres"],
            ],
        },
        new("noop", "an endpoint that makes no call")
        {
            Processes =
            [
                ["noop"],
            ],
        },
    ];
}
