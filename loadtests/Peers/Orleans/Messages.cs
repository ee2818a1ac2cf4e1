using System.Collections.Immutable;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>What an account is asked for.</summary>
[GenerateSerializer, Immutable, Alias("peer.Redeem")]
internal sealed record RedeemCall(
    [property: Id(0)] string Key,
    [property: Id(1)] byte[] Fingerprint,
    [property: Id(2)] ImmutableArray<CallLine> Lines
);

[GenerateSerializer, Immutable, Alias("peer.CallLine")]
internal readonly record struct CallLine(
    [property: Id(0)] Guid SkuId,
    [property: Id(1)] int Quantity
);

/// <summary>The order and the balance, or a code of the mall's errors.</summary>
[GenerateSerializer, Immutable, Alias("peer.Redeemed")]
internal sealed record RedeemReply
{
    [Id(0)]
    public string? Refusal { get; init; }

    [Id(1)]
    public bool Replayed { get; init; }

    [Id(2)]
    public AccountOrder? Order { get; init; }

    [Id(3)]
    public AccountPoints Points { get; init; }

    public static RedeemReply Refused(string code) => new() { Refusal = code };
}

[GenerateSerializer, Immutable, Alias("peer.Points")]
internal readonly record struct AccountPoints(
    [property: Id(0)] long Available,
    [property: Id(1)] long Earned,
    [property: Id(2)] long Spent
)
{
    public AccountPoints Debit(long points) =>
        this with
        {
            Available = Available - points,
            Spent = Spent + points,
        };
}

/// <summary>An order as its member's account holds it: also the record of its idempotency key.</summary>
[GenerateSerializer, Immutable, Alias("peer.Order")]
internal sealed record AccountOrder(
    [property: Id(0)] string Key,
    [property: Id(1)] byte[] Fingerprint,
    [property: Id(2)] Guid OrderId,
    [property: Id(3)] DateTime CreatedAt,
    [property: Id(4)] long PointsTotal,
    [property: Id(5)] ImmutableArray<AccountOrderLine> Lines
);

[GenerateSerializer, Immutable, Alias("peer.OrderLine")]
internal readonly record struct AccountOrderLine(
    [property: Id(0)] Guid SkuId,
    [property: Id(1)] int Quantity,
    [property: Id(2)] Offer Offer
);

/// <summary>What a SKU is and costs.</summary>
[GenerateSerializer, Immutable, Alias("peer.Offer")]
internal sealed record Offer(
    [property: Id(0)] Guid ProductId,
    [property: Id(1)] string Name,
    [property: Id(2)] long PointsEach
);

/// <summary>Units taken at a price, or a code of the mall's errors.</summary>
[GenerateSerializer, Immutable, Alias("peer.Taken")]
internal sealed record TakeReply([property: Id(0)] string? Refusal, [property: Id(1)] Offer? Offer);
