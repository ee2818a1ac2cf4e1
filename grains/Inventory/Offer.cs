namespace PointsMall.Grains.Inventory;

/// <summary>What a SKU's gate must know of the SKU and its product. A change of it comes with a new epoch.</summary>
public sealed record Offer
{
    public required Guid SkuId { get; init; }
    public required Guid ProductId { get; init; }

    /// <summary>The name that orders keep.</summary>
    public required string Name { get; init; }

    /// <summary>Points a unit.</summary>
    public required long Points { get; init; }

    /// <summary>The product is offered, and the SKU's sale is not stopped.</summary>
    public required bool Listed { get; init; }

    /// <summary>Most units in one order.</summary>
    public int? PerOrderLimit { get; init; }
    public int? MultipleOf { get; init; }

    /// <summary>Most units a member may redeem in the window.</summary>
    public long? PerMemberLimit { get; init; }
    public LimitWindow PerMemberWindow { get; init; } = LimitWindow.Total;

    /// <summary>Orders made before this instant may be missing from the members' counters; null when none can be.</summary>
    public DateTimeOffset? LimitCountedFrom { get; init; }

    /// <summary>The later of the product's and the SKU's start.</summary>
    public DateTimeOffset? RedeemableFrom { get; init; }

    /// <summary>The earlier of the product's and the SKU's end; this instant is excluded.</summary>
    public DateTimeOffset? RedeemableTo { get; init; }

    /// <summary>The refusal that needs no look at stock, limits or points; null when the offer stands.</summary>
    public Refusal? Check(int quantity, DateTimeOffset now)
    {
        if (!Listed)
        {
            return Refuse(RefusalCode.NotAvailable, now);
        }
        if (now < RedeemableFrom)
        {
            return Refuse(RefusalCode.NotStarted, now) with { StartsAt = RedeemableFrom };
        }
        if (now >= RedeemableTo)
        {
            return Refuse(RefusalCode.Ended, now);
        }
        if (quantity < 1 || quantity > PerOrderLimit || quantity % (MultipleOf ?? 1) != 0)
        {
            return Refuse(RefusalCode.QuantityNotAllowed, now) with { Limit = PerOrderLimit };
        }
        return null;
    }

    private Refusal Refuse(RefusalCode code, DateTimeOffset now) =>
        new()
        {
            Code = code,
            SkuId = SkuId,
            ServerTime = now,
        };
}
