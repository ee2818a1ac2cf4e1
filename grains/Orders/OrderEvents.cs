using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Orders;

/// <summary>What the outbox says about orders. Field names and types are a contract with its readers; fields are only ever added.</summary>
internal static class OrderEvents
{
    /// <summary>The payload goes into a <c>jsonb</c> column, never into a page: only what JSON demands is escaped.</summary>
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static MallEvent Created(Guid memberId, long sequence, NewOrder order)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("orderId"u8, order.OrderId);
        json.WriteString("memberId"u8, memberId);
        json.WriteNumber("pointsTotal"u8, order.PointsTotal);
        json.WriteString("createdAt"u8, order.CreatedAt.UtcDateTime);
        json.WriteStartArray("items"u8);
        foreach (var (item, _) in order.Lines)
        {
            json.WriteStartObject();
            json.WriteString("skuId"u8, item.SkuId);
            json.WriteString("productId"u8, item.ProductId);
            json.WriteString("name"u8, item.Name);
            json.WriteNumber("quantity"u8, item.Quantity);
            json.WriteNumber("pointsEach"u8, item.PointsEach);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new("redemption.created", sequence, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    public static MallEvent Cancelled(Guid memberId, long sequence, Order order, DateTimeOffset at)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("orderId"u8, order.OrderId);
        json.WriteString("memberId"u8, memberId);
        json.WriteNumber("pointsTotal"u8, order.PointsTotal);
        json.WriteString("cancelledAt"u8, at.UtcDateTime);
        json.WriteEndObject();
        json.Flush();
        return new("order.cancelled", sequence, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
