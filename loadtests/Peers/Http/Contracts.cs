using System.Text.Json.Serialization;

namespace PointsMall.LoadTests.Peers.Http;

/// <summary>The mall's request, as <c>POST /v1/me/redemptions</c> takes it.</summary>
internal sealed record RedemptionRequest
{
    public IReadOnlyList<ItemRequest>? Items { get; init; }

    public string? Note { get; init; }
}

internal sealed record ItemRequest
{
    public Guid SkuId { get; init; }

    public int Quantity { get; init; }
}

/// <summary>The mall's answer, field by field.</summary>
internal sealed record OrderAndBalanceAnswer(OrderAnswer Order, BalanceAnswer Balance)
{
    public static OrderAndBalanceAnswer Of(Order order, Balance balance) =>
        new(
            new OrderAnswer(
                order.OrderId,
                "created",
                order.Lines,
                order.PointsTotal,
                order.CreatedAt.UtcDateTime,
                [new StatusAnswer("created", order.CreatedAt.UtcDateTime)]
            ),
            new BalanceAnswer(
                balance.Available,
                Pending: 0,
                Held: 0,
                Debt: 0,
                balance.LifetimeEarned,
                balance.LifetimeSpent,
                []
            )
        );
}

internal sealed record OrderAnswer(
    Guid OrderId,
    string Status,
    IReadOnlyList<OrderLine> Items,
    long PointsTotal,
    DateTime CreatedAt,
    IReadOnlyList<StatusAnswer> History
);

internal sealed record StatusAnswer(string Status, DateTime At);

internal sealed record BalanceAnswer(
    long Available,
    long Pending,
    long Held,
    long Debt,
    long LifetimeEarned,
    long LifetimeSpent,
    IReadOnlyList<ExpiringAnswer> ExpiringSoon
);

internal sealed record ExpiringAnswer(long Points, DateTime ExpiresAt);

internal sealed record ProblemAnswer(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string TraceId
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(RedemptionRequest))]
[JsonSerializable(typeof(OrderAndBalanceAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
internal sealed partial class PeerJson : JsonSerializerContext;
