using Npgsql;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Compare;

/// <summary>A system in the comparison: what it is, and how it is started and asked.</summary>
internal sealed record Contestant(string Name, string Shape, Promises Promises)
{
    public const string Mall = "mall";
    public const string NoopGrain = "noop-grain";

    public const string Redemptions = "/v1/me/redemptions";

    /// <summary>What the load calls.</summary>
    public string Path { get; init; } = Redemptions;

    /// <summary>False for a ceiling: there is nothing hot or spread, and nothing to check.</summary>
    public bool Redeems { get; init; } = true;

    public required Func<CancellationToken, Task<Running>> Start { get; init; }

    /// <summary>All its answers in all rounds.</summary>
    public History History { get; } = new();
}

/// <summary>A system that runs, until it is disposed.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly Func<ValueTask> _stop;

    private Running(Uri api, Func<ValueTask> stop)
    {
        Api = api;
        _stop = stop;
    }

    public Uri Api { get; }

    /// <summary>Names and numbers of its processes.</summary>
    public required IReadOnlyDictionary<string, int> Processes { get; init; }

    /// <summary>What it has stored by now.</summary>
    public required IBooks Books { get; init; }

    /// <summary>Null for the mall.</summary>
    public RunningPeer? Peer { get; private init; }

    public static Running Of(RunningPeer peer) =>
        new(peer.Api, peer.DisposeAsync)
        {
            Peer = peer,
            Processes = peer.Processes,
            Books = peer.Books(),
        };

    public static Running Of(OwnMall mall, DataFolder data, IReadOnlyList<StageSku> skus)
    {
        var owner = NpgsqlDataSource.Create(data.OwnerConnectionString());
        return new(
            mall.Api,
            async () =>
            {
                await owner.DisposeAsync();
                await mall.DisposeAsync();
            }
        )
        {
            Processes = data.Processes()
                .Where(process => process.Key != "up")
                .ToDictionary(StringComparer.Ordinal),
            Books = new MallBooks(owner, skus),
        };
    }

    public ValueTask DisposeAsync() => _stop();
}
