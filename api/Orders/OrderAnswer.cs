using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PointsMall.Api.Members;
using PointsMall.GrainInterfaces.Orders;

namespace PointsMall.Api.Orders;

[Description("An order.")]
internal sealed record OrderAnswer
{
    [Description("UUIDv7.")]
    public required Guid OrderId { get; init; }

    [Description("Where it stands.")]
    [AllowedValues("created", "cancelled")]
    public required string Status { get; init; }

    [Description("Its lines, in the order in which they were asked for.")]
    public required IReadOnlyList<OrderItemAnswer> Items { get; init; }

    [Description("Points that it cost.")]
    public required long PointsTotal { get; init; }

    [Description("When it was made.")]
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("Each status and when it was reached, oldest first.")]
    public required IReadOnlyList<OrderStatusAnswer> History { get; init; }

    [Description("The member's free text; absent when there is none.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    public static OrderAnswer Of(Order order) =>
        new()
        {
            OrderId = order.OrderId,
            Status = Names.Of(order.Status),
            Items =
            [
                .. order.Items.Select(item => new OrderItemAnswer
                {
                    SkuId = item.SkuId,
                    ProductId = item.ProductId,
                    Name = item.Name,
                    Quantity = item.Quantity,
                    PointsEach = item.PointsEach,
                }),
            ],
            PointsTotal = order.PointsTotal,
            CreatedAt = order.CreatedAt,
            History =
            [
                .. order.History.Select(change => new OrderStatusAnswer
                {
                    Status = Names.Of(change.Status),
                    At = change.At,
                }),
            ],
            Note = order.Note,
        };
}

[Description("A line of an order, with name and price as they were when it was made.")]
internal sealed record OrderItemAnswer
{
    [Description("The SKU.")]
    public required Guid SkuId { get; init; }

    [Description("Its product.")]
    public required Guid ProductId { get; init; }

    [Description("The name of product and SKU, in the programme's own language.")]
    public required string Name { get; init; }

    [Description("Units.")]
    public required int Quantity { get; init; }

    [Description("Points a unit.")]
    public required long PointsEach { get; init; }
}

[Description("A status and when it was reached.")]
internal sealed record OrderStatusAnswer
{
    [Description("The status.")]
    [AllowedValues("created", "cancelled")]
    public required string Status { get; init; }

    [Description("When.")]
    public required DateTimeOffset At { get; init; }
}

[Description("The order and the balance now.")]
internal sealed record OrderAndBalanceAnswer
{
    [Description("The order.")]
    public required OrderAnswer Order { get; init; }

    [Description("The balance now.")]
    public required BalanceAnswer Balance { get; init; }

    public static OrderAndBalanceAnswer Of(OrderResult result) =>
        new()
        {
            Order = OrderAnswer.Of(result.Order!),
            Balance = BalanceAnswer.Of(result.Balance!),
        };
}
