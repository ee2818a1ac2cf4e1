using System.Text.Json.Serialization;

namespace PointsMall.Grains.Earning;

/// <summary>A row of <c>purchase</c>: what a refund needs to know, whatever the rules say by then.</summary>
public sealed record StoredPurchase
{
    /// <summary>Events that may wait for a purchase.</summary>
    public const int MaxWaiting = 50;

    [JsonIgnore]
    public string Partner { get; init; } = "";

    [JsonIgnore]
    public string OrderId { get; init; } = "";

    [JsonIgnore]
    public Guid MemberId { get; init; }

    /// <summary>Null while only events that follow it have arrived.</summary>
    public DateTimeOffset? PaidAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }
    public ImmutableArray<StoredLine> Lines { get; init; } = [];
    public ImmutableArray<StoredAward> Awards { get; init; } = [];

    /// <summary>Refunds and deliveries that arrived before it, in the order in which they came.</summary>
    public ImmutableArray<EarningEvent> Waiting { get; init; } = [];
}

/// <summary>A line of a purchase.</summary>
public sealed record StoredLine
{
    public required string LineId { get; init; }
    public required int Quantity { get; init; }

    /// <summary>Minor units after the line's part of the order's discount.</summary>
    public required long Amount { get; init; }
    public int RefundedQuantity { get; init; }

    /// <summary>Refunded by amount; what was refunded by quantity is not in it.</summary>
    public long RefundedAmount { get; init; }
}

/// <summary>Points that the purchase earned by one rule.</summary>
public sealed record StoredAward
{
    /// <summary>Sequence of its ledger entry.</summary>
    public required long Sequence { get; init; }

    /// <summary>The lot that got the points.</summary>
    public required long Lot { get; init; }
    public required string RuleId { get; init; }
    public required string Source { get; init; }
    public required ImmutableArray<StoredLineAward> Lines { get; init; }
    public required Activation Activation { get; init; }
    public required Validity Validity { get; init; }

    /// <summary>The expiry of the points; null while it is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Counters that rose, per award and with all its points.</summary>
    public ImmutableArray<CounterUse> Uses { get; init; } = [];

    /// <summary>The budget that paid.</summary>
    public string? Budget { get; init; }

    [JsonIgnore]
    public long Points => Lines.Sum(line => line.Points);

    [JsonIgnore]
    public long Reversed => Lines.Sum(line => line.Reversed);
}

/// <summary>What one line earned by one rule, and what of it was taken back.</summary>
public readonly record struct StoredLineAward(string LineId, long Points, long Reversed);
