using System.Buffers.Binary;
using System.Security.Cryptography;
using PointsMall.Api.Problems;

namespace PointsMall.LoadTests.Peers;

/// <summary>What somebody could build instead of the mall's redemption path. One API process serves one peer: <see cref="Http.PeerApi"/>.</summary>
internal interface IPeer
{
    /// <summary>Debits the points, takes the stock and creates the order, once per member and key; or does nothing.</summary>
    Task<Outcome> Redeem(Redemption redemption);

    /// <summary>Adds new members, each with this many points.</summary>
    Task AddMembers(IReadOnlyList<Guid> members, long points);

    /// <summary>Adds new SKUs, each with this price and stock.</summary>
    Task AddSkus(IReadOnlyList<Guid> skus, long pointsEach, long stock);

    /// <summary>Every line of every order, for the history check.</summary>
    IAsyncEnumerable<StoredLine> Orders();

    /// <summary>Units that are left of every SKU.</summary>
    IAsyncEnumerable<StoredStock> Stock();
}

/// <summary>A member's wish under a key of the member's own.</summary>
/// <param name="Lines">1 to 20, each of another SKU.</param>
internal sealed record Redemption(Guid MemberId, string Key, IReadOnlyList<Line> Lines)
{
    /// <summary>SHA-256 of what is asked for: a key that comes back with another one is another command's.</summary>
    public byte[] Fingerprint()
    {
        const int size = 20;
        Span<byte> content = stackalloc byte[Lines.Count * size];
        for (var i = 0; i < Lines.Count; i++)
        {
            var line = content[(i * size)..];
            Lines[i].SkuId.TryWriteBytes(line, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(line[16..], Lines[i].Quantity);
        }
        return SHA256.HashData(content);
    }
}

/// <param name="Quantity">1 to 1,000.</param>
internal readonly record struct Line(Guid SkuId, int Quantity);

/// <summary>The order and the balance, or why there is none.</summary>
internal sealed record Outcome
{
    public ErrorKind? Refusal { get; init; }

    public Order? Order { get; init; }

    public Balance Balance { get; init; }

    /// <summary>The order was made by an earlier request with this key.</summary>
    public bool Replayed { get; init; }

    public static Outcome Refused(ErrorKind why) => new() { Refusal = why };
}

internal sealed record Order(
    Guid OrderId,
    DateTimeOffset CreatedAt,
    long PointsTotal,
    IReadOnlyList<OrderLine> Lines
);

internal sealed record OrderLine(
    Guid SkuId,
    Guid ProductId,
    string Name,
    int Quantity,
    long PointsEach
);

/// <summary>Points of a member.</summary>
internal readonly record struct Balance(long Available, long LifetimeEarned, long LifetimeSpent);

internal sealed record StoredLine(
    Guid MemberId,
    string Key,
    Guid OrderId,
    Guid SkuId,
    int Quantity
);

internal sealed record StoredStock(Guid SkuId, long Left);
