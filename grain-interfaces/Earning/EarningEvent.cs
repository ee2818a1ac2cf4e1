namespace PointsMall.GrainInterfaces.Earning;

/// <summary>Something that a member did and that rules may reward.</summary>
[GenerateSerializer, Immutable, Alias("EarningEvent")]
public sealed record EarningEvent
{
    /// <summary>The sender's id of the event, 1 to 100 characters; an event earns once.</summary>
    [Id(0)]
    public required string EventId { get; init; }

    /// <summary>What happened, as <c>purchase_paid</c>: lower-case snake_case, 1 to 40 characters.</summary>
    [Id(1)]
    public required string Type { get; init; }

    /// <summary>When it happened: the rules in force then decide.</summary>
    [Id(2)]
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Where it happened, as <c>app</c>; at most 40 characters.</summary>
    [Id(3)]
    public string? Channel { get; init; }

    /// <summary>The store's id in the sender's system; at most 100 characters.</summary>
    [Id(4)]
    public string? Store { get; init; }

    /// <summary>What was bought, when the event is about a purchase.</summary>
    [Id(5)]
    public Purchase? Purchase { get; init; }

    /// <summary>What else rules may ask about; at most 32, each name once.</summary>
    [Id(6)]
    public ImmutableArray<EventAttribute> Attributes { get; init; } = [];

    /// <summary>The purchase that a refund or a delivery is about, by the shop's id of its order, 1 to 100 characters.</summary>
    [Id(7)]
    public string? OrderId { get; init; }

    /// <summary>What of that purchase is given back.</summary>
    [Id(8)]
    public PurchaseRefund? Refund { get; init; }
}

/// <summary>
/// What of a purchase is given back: the lines that are named, or an amount of the whole order, or, with neither, all that is left of it.
/// </summary>
[GenerateSerializer, Immutable, Alias("PurchaseRefund")]
public sealed record PurchaseRefund
{
    /// <summary>Lines, each once; at most 200.</summary>
    [Id(0)]
    public ImmutableArray<RefundedLine> Lines { get; init; } = [];

    /// <summary>Minor units of the order, spread over what is left of its lines; above zero.</summary>
    [Id(1)]
    public long? Amount { get; init; }
}

/// <summary>A part of one line that is given back; exactly one of quantity and amount is set.</summary>
[GenerateSerializer, Immutable, Alias("RefundedLine")]
public sealed record RefundedLine
{
    /// <summary>The line's id in the purchase.</summary>
    [Id(0)]
    public required string LineId { get; init; }

    /// <summary>How many, at least 1.</summary>
    [Id(1)]
    public int? Quantity { get; init; }

    /// <summary>Minor units, above zero; of what the line came to after the order's discount.</summary>
    [Id(2)]
    public long? Amount { get; init; }
}

/// <summary>A named scalar of an event; exactly one of text, number and flag is set.</summary>
[GenerateSerializer, Immutable, Alias("EventAttribute")]
public sealed record EventAttribute
{
    /// <summary>Lower-case snake_case, 1 to 40 characters.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>At most 200 characters.</summary>
    [Id(1)]
    public string? Text { get; init; }

    /// <summary>An exact decimal.</summary>
    [Id(2)]
    public decimal? Number { get; init; }

    /// <summary>True or false.</summary>
    [Id(3)]
    public bool? Flag { get; init; }
}

/// <summary>
/// A purchase. Amounts are in minor units of one currency, none is negative. What the member owed is the lines' amounts less the discount,
/// plus shipping and tax; a part of that may have been paid with points.
/// </summary>
[GenerateSerializer, Immutable, Alias("Purchase")]
public sealed record Purchase
{
    /// <summary>The shop's id of the order, 1 to 100 characters.</summary>
    [Id(0)]
    public required string OrderId { get; init; }

    /// <summary>ISO 4217 code, as <c>CNY</c>.</summary>
    [Id(1)]
    public required string Currency { get; init; }

    /// <summary>Freight; not in the lines' amounts.</summary>
    [Id(2)]
    public long Shipping { get; init; }

    /// <summary>Tax; not in the lines' amounts.</summary>
    [Id(3)]
    public long Tax { get; init; }

    /// <summary>Discount on the whole order, at most the sum of the lines' amounts.</summary>
    [Id(4)]
    public long Discount { get; init; }

    /// <summary>The worth of the points that paid a part of it.</summary>
    [Id(5)]
    public long PaidWithPoints { get; init; }

    /// <summary>1 to 200 lines.</summary>
    [Id(6)]
    public required ImmutableArray<PurchaseLine> Lines { get; init; }
}

/// <summary>One line of a purchase.</summary>
[GenerateSerializer, Immutable, Alias("PurchaseLine")]
public sealed record PurchaseLine
{
    /// <summary>The line's id within the order, 1 to 100 characters; refunds name it.</summary>
    [Id(0)]
    public required string LineId { get; init; }

    /// <summary>The shop's code of what was bought, 1 to 100 characters.</summary>
    [Id(1)]
    public required string Sku { get; init; }

    /// <summary>The shop's category of it, at most 100 characters.</summary>
    [Id(2)]
    public required string Category { get; init; }

    /// <summary>How many, 1 to 1,000,000.</summary>
    [Id(3)]
    public required int Quantity { get; init; }

    /// <summary>The whole line in minor units, before the order's discount, 0 to 10^15.</summary>
    [Id(4)]
    public required long Amount { get; init; }
}
