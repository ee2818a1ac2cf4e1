using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.Tests.Cluster.Silos;

namespace PointsMall.Tests.Cluster.Catalogue;

/// <summary>What a change of the catalogue does to redemptions.</summary>
[Collection(MallCollection.Name)]
public sealed class OfferTests(MallFixture mall)
{
    private readonly Shop _shop = new(mall.Grains);

    [Fact]
    [Trait("Behaviour", "CAT-2")]
    public async Task Delisting_stops_new_redemptions_at_once_and_open_orders_continue()
    {
        var (productId, skuId) = await Listed();
        var memberId = await _shop.AddMember(1_000);
        var order = await _shop.Redeem(memberId, skuId);

        await _shop.List(productId, listed: false);
        var refused = await _shop.Redeem(memberId, skuId);
        var cancelled = await _shop.Cancel(memberId, order.Order!.OrderId);

        Assert.Null(order.Refusal);
        Assert.Equal(RefusalCode.NotAvailable, refused.Refusal?.Code);
        Assert.Equal(OrderStatus.Cancelled, cancelled.Order?.Status);
    }

    [Fact]
    [Trait("Behaviour", "CAT-2")]
    public async Task A_gate_that_has_not_heard_of_the_delisting_sells_nothing()
    {
        var (productId, skuId) = await Listed();
        await using var apart = await mall.StartApart();
        var elsewhere = new Shop(apart.Grains);
        var memberId = await elsewhere.AddMember(1_000);
        var before = await elsewhere.Redeem(memberId, skuId);

        await _shop.List(productId, listed: false);
        var after = await elsewhere.Redeem(memberId, skuId);

        Assert.Null(before.Refusal);
        Assert.Equal(RefusalCode.NotAvailable, after.Refusal?.Code);
        Assert.Equal(
            1L,
            await mall.Read<long>("select redeemed from stock where sku_id = $1", skuId)
        );
    }

    [Fact]
    [Trait("Behaviour", "MKT-2")]
    public async Task Before_its_start_an_offer_says_when_it_begins_and_what_the_time_is()
    {
        var (productId, skuId) = await Listed();
        var memberId = await _shop.AddMember(1_000);
        var start = TimeProvider.System.GetUtcNow().AddHours(1);
        await Change(productId, skuId, new SkuChanges { RedeemableFrom = new(true, start) });

        var early = await _shop.Redeem(memberId, skuId);
        await Change(productId, skuId, new SkuChanges { RedeemableFrom = new(true, null) });
        var open = await _shop.Redeem(memberId, skuId);

        Assert.Equal(RefusalCode.NotStarted, early.Refusal?.Code);
        Assert.Equal(start, early.Refusal!.StartsAt!.Value, TimeSpan.FromMicroseconds(1));
        Assert.True(early.Refusal.ServerTime < start);
        Assert.Null(open.Refusal);
    }

    [Fact]
    public async Task A_new_price_is_that_of_the_next_order_and_not_of_the_last()
    {
        var (productId, skuId) = await Listed();
        var memberId = await _shop.AddMember(1_000);
        var before = await _shop.Redeem(memberId, skuId);

        await Change(productId, skuId, new SkuChanges { Points = new(true, 150) });
        var after = await _shop.Redeem(memberId, skuId);

        Assert.Equal(100, before.Order?.PointsTotal);
        Assert.Equal(150, after.Order?.PointsTotal);
        Assert.Equal(750, after.Balance?.Available);
    }

    [Fact]
    [Trait("Behaviour", "RED-2")]
    public async Task A_limit_that_comes_later_counts_the_orders_that_were_there()
    {
        var (productId, skuId) = await Listed();
        var memberId = await _shop.AddMember(1_000);
        await _shop.Redeem(memberId, skuId, quantity: 2);

        await Change(productId, skuId, new SkuChanges { PerMemberLimit = new(true, 3) });
        var third = await _shop.Redeem(memberId, skuId);
        var fourth = await _shop.Redeem(memberId, skuId);

        Assert.Null(third.Refusal);
        Assert.Equal(RefusalCode.LimitReached, fourth.Refusal?.Code);
        Assert.Equal(3, fourth.Refusal?.Redeemed);
    }

    [Fact]
    [Trait("Behaviour", "RED-2")]
    public async Task A_limit_that_was_away_counts_the_orders_of_that_time()
    {
        var (productId, skuId) = await Listed();
        var memberId = await _shop.AddMember(1_000);
        await Change(productId, skuId, new SkuChanges { PerMemberLimit = new(true, 3) });
        await _shop.Redeem(memberId, skuId);
        await Change(productId, skuId, new SkuChanges { PerMemberLimit = new(true, null) });
        await _shop.Redeem(memberId, skuId, quantity: 2);

        await Change(productId, skuId, new SkuChanges { PerMemberLimit = new(true, 3) });
        var fourth = await _shop.Redeem(memberId, skuId);

        Assert.Equal(RefusalCode.LimitReached, fourth.Refusal?.Code);
        Assert.Equal(3, fourth.Refusal?.Redeemed);
    }

    private async Task<(Guid ProductId, Guid SkuId)> Listed()
    {
        var productId = await _shop.AddProduct();
        var skuId = await _shop.AddSku(productId, stock: 100);
        await _shop.List(productId);
        return (productId, skuId);
    }

    private async Task Change(Guid productId, Guid skuId, SkuChanges changes)
    {
        var result = await _shop.ChangeSku(productId, skuId, changes);
        Assert.Null(result.Refusal);
    }
}
