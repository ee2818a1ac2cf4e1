using System.Text;
using System.Text.Json;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Http;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>A request that moves points or stock, and what the history says of it.</summary>
internal readonly record struct Command
{
    private static readonly ReadOnlyMemory<byte> Nothing = "{}"u8.ToArray();

    public required LoadRequest Request { get; init; }

    /// <summary>Null for one that the caller enters into the history itself.</summary>
    public Operation? Operation { get; init; }
    public Shopper? Member { get; init; }
    public Guid Key { get; init; }
    public Basket? Basket { get; init; }
    public Guid OrderId { get; init; }

    public static Command Redeem(Shopper member, Purchase purchase, Guid key) =>
        Redeem(member, purchase.Body, key) with
        {
            Basket = purchase.Basket,
        };

    /// <summary>A redemption with a body of the caller's, be it right or not.</summary>
    public static Command Redeem(Shopper member, ReadOnlyMemory<byte> body, Guid key) =>
        new()
        {
            Operation = Bench.Histories.Operation.Redeem,
            Member = member,
            Key = key,
            Request = Post("/v1/me/redemptions", member, key, body),
        };

    public static Command Cancel(Shopper member, Guid orderId, Guid key) =>
        new()
        {
            Operation = Bench.Histories.Operation.Cancel,
            Member = member,
            Key = key,
            OrderId = orderId,
            Request = Post($"/v1/me/orders/{orderId}/cancel", member, key, Nothing),
        };

    /// <summary>Points that somebody else grants to the member.</summary>
    public static Command Grant(Shopper member, long points, ICaller by, Guid key) =>
        new()
        {
            Operation = Bench.Histories.Operation.Grant,
            Member = member,
            Key = key,
            Request = Post(
                $"/v1/members/{member.MemberId}/points/grants",
                by,
                key,
                Encoding.UTF8.GetBytes(
                    $$"""{"points":{{points}},"reason":"Load test","source":"purchase"}"""
                )
            ),
        };

    /// <summary>Points that somebody else takes from the member.</summary>
    public static Command Deduct(Shopper member, long points, ICaller by, Guid key) =>
        new()
        {
            Operation = Bench.Histories.Operation.Deduct,
            Member = member,
            Key = key,
            Request = Post(
                $"/v1/members/{member.MemberId}/points/deductions",
                by,
                key,
                Encoding.UTF8.GetBytes($$"""{"points":{{points}},"reason":"Load test"}""")
            ),
        };

    private static LoadRequest Post(string path, ICaller by, Guid key, ReadOnlyMemory<byte> body) =>
        new("POST", path)
        {
            Token = by.Token,
            Key = key.ToString(),
            Body = body,
        };
}

/// <summary>What a redemption asks for, with the bytes that say so.</summary>
internal sealed class Purchase(Basket basket)
{
    public Basket Basket => basket;

    public ReadOnlyMemory<byte> Body { get; } =
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                items = basket.Lines.Select(line => new
                {
                    skuId = line.SkuId,
                    quantity = line.Quantity,
                }),
            }
        );
}
