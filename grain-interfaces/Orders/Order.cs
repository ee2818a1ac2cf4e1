namespace PointsMall.GrainInterfaces.Orders;

/// <summary>Where an order stands.</summary>
[GenerateSerializer, Alias("OrderStatus")]
public enum OrderStatus
{
    /// <summary>Paid with points, not shipped.</summary>
    Created = 1,

    /// <summary>Cancelled before shipment; points, stock and limits were given back.</summary>
    Cancelled = 2,
}

/// <summary>An order as callers see it.</summary>
[GenerateSerializer, Immutable, Alias("Order")]
public sealed record Order
{
    /// <summary>UUIDv7.</summary>
    [Id(0)]
    public required Guid OrderId { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(1)]
    public required OrderStatus Status { get; init; }

    /// <summary>Its lines.</summary>
    [Id(2)]
    public required ImmutableArray<OrderItem> Items { get; init; }

    /// <summary>Points that it cost.</summary>
    [Id(3)]
    public required long PointsTotal { get; init; }

    /// <summary>When it was made.</summary>
    [Id(4)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Each status and when it was reached, oldest first.</summary>
    [Id(5)]
    public required ImmutableArray<OrderStatusChange> History { get; init; }

    /// <summary>The member's free text.</summary>
    [Id(6)]
    public string? Note { get; init; }
}

/// <summary>One line of an order, with name and price as they were when it was made.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="ProductId">Its product.</param>
/// <param name="Name">Product and SKU name.</param>
/// <param name="Quantity">Units.</param>
/// <param name="PointsEach">Points a unit.</param>
[GenerateSerializer, Immutable, Alias("OrderItem")]
public sealed record OrderItem(
    [property: Id(0)] Guid SkuId,
    [property: Id(1)] Guid ProductId,
    [property: Id(2)] string Name,
    [property: Id(3)] int Quantity,
    [property: Id(4)] long PointsEach
);

/// <summary>A status and when it was reached.</summary>
/// <param name="Status">The status.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("OrderStatusChange")]
public readonly record struct OrderStatusChange(
    [property: Id(0)] OrderStatus Status,
    [property: Id(1)] DateTimeOffset At
);

/// <summary>The answer to a redemption or a cancel: a refusal, or the order and the balance now.</summary>
[GenerateSerializer, Immutable, Alias("OrderResult")]
public sealed record OrderResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The order.</summary>
    [Id(1)]
    public Order? Order { get; init; }

    /// <summary>The balance now.</summary>
    [Id(2)]
    public Balance? Balance { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(3)]
    public bool Replayed { get; init; }
}
