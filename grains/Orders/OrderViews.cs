using PointsMall.Grains.Members;

namespace PointsMall.Grains.Orders;

/// <summary>An order as callers see it, from what a decision writes of it.</summary>
public static class OrderViews
{
    public static Order Created(NewOrder order) =>
        new()
        {
            OrderId = order.OrderId,
            Status = OrderStatus.Created,
            Items = [.. order.Lines.Select(line => line.Item)],
            PointsTotal = order.PointsTotal,
            CreatedAt = order.CreatedAt,
            History = [new(OrderStatus.Created, order.CreatedAt)],
            Note = order.Note,
        };

    public static Order Changed(Order order, StatusChange change) =>
        order with
        {
            Status = change.To,
            History = order.History.Add(new(change.To, change.At)),
        };
}
