namespace PointsMall.LoadTests.Bench.Histories;

/// <summary>What was asked.</summary>
public enum Operation : byte
{
    Redeem,
    Cancel,
    Grant,
    Deduct,
}

/// <summary>One request that moves points or stock, and what came of it.</summary>
public readonly record struct Attempt
{
    public required Operation Operation { get; init; }

    /// <summary>Whose account it is about.</summary>
    public required Shopper Member { get; init; }

    /// <summary>The idempotency key, sent as a UUID in its usual form.</summary>
    public required Guid Key { get; init; }

    /// <summary>What was to be redeemed: the order must have these lines. Null when that is not to be compared.</summary>
    public Basket? Basket { get; init; }

    /// <summary>The order that the answer names, or that was to be cancelled; empty when there is none.</summary>
    public Guid OrderId { get; init; }

    /// <summary>HTTP status; 0 without an answer.</summary>
    public required int Status { get; init; }

    /// <summary>The code of a refusal; empty for none.</summary>
    public string Code { get; init; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> before the request was sent.</summary>
    public required long SentAt { get; init; }

    /// <summary>The same when it was answered or given up.</summary>
    public required long AnsweredAt { get; init; }

    /// <summary>It was carried out, now or by an earlier request with its key.</summary>
    internal bool IsDone => Status is >= 200 and < 300;

    /// <summary>
    /// It was not carried out, and will not be. A 5xx or no answer says nothing; nor does the news that the key has done something else.
    /// </summary>
    internal bool IsRefused =>
        Status is >= 400 and < 500 && !string.Equals(Code, KeyReused, StringComparison.Ordinal);

    private const string KeyReused = "idempotency_key_reused";
}

/// <summary>Lines of a redemption. Made before the load by <see cref="History.Basket"/>, one for each that differs.</summary>
public sealed class Basket
{
    internal Basket(int number, IReadOnlyList<BasketLine> lines)
    {
        Number = number;
        Lines = lines;
    }

    internal int Number { get; }
    public IReadOnlyList<BasketLine> Lines { get; }
}

public readonly record struct BasketLine(Guid SkuId, int Quantity);
