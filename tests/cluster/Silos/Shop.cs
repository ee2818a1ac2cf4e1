using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Orders;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>What a test needs before its own first step, done through the grains of one silo.</summary>
public sealed class Shop(IGrainFactory grains)
{
    /// <summary>A product of one kind, delisted and without SKUs.</summary>
    public async Task<Guid> AddProduct(ProductChanges? changes = null)
    {
        var id = Guid.CreateVersion7();
        var result = await grains
            .GetGrain<IProductGrain>(id)
            .Create(
                new ChangeProductCommand(
                    Headers.New(),
                    (changes ?? new ProductChanges()) with
                    {
                        Name = new(true, "Tea set"),
                        Type = new(true, "product"),
                        Category = new(true, "home"),
                    }
                )
            );
        Assert.Null(result.Refusal);
        return id;
    }

    /// <summary>A SKU at 100 points a unit.</summary>
    public async Task<Guid> AddSku(Guid productId, SkuChanges? changes = null, long stock = 0)
    {
        var id = Guid.CreateVersion7();
        var result = await grains
            .GetGrain<IProductGrain>(productId)
            .AddSku(
                new ChangeSkuCommand(
                    Headers.New(),
                    id,
                    (changes ?? new SkuChanges()) with
                    {
                        Code = new(true, $"{id:n}"),
                        Name = new(true, "Mug"),
                        Points = new(true, 100),
                    }
                )
            );
        Assert.Null(result.Refusal);
        if (stock > 0)
        {
            var moved = await grains
                .GetGrain<IInventoryGrain>(id)
                .Move(
                    new StockMovementCommand
                    {
                        Header = Headers.New(),
                        Quantity = stock,
                        Reason = "Delivery",
                    }
                );
            Assert.Null(moved.Refusal);
        }
        return id;
    }

    public async Task List(Guid productId, bool listed = true)
    {
        var result = await grains
            .GetGrain<IProductGrain>(productId)
            .SetListing(Headers.New(), listed);
        Assert.Null(result.Refusal);
    }

    public async Task<ProductResult> ChangeSku(Guid productId, Guid skuId, SkuChanges changes) =>
        await grains
            .GetGrain<IProductGrain>(productId)
            .ChangeSku(new ChangeSkuCommand(Headers.New(), skuId, changes));

    public Task<ProductResult> ResumeSale(Guid productId, Guid skuId) =>
        grains.GetGrain<IProductGrain>(productId).ResumeSale(Headers.New(), skuId);

    public async Task<Guid> AddMember(long points = 0)
    {
        var result = await grains
            .GetGrain<IMemberRegistryGrain>(0)
            .Register(
                new RegisterMemberCommand
                {
                    Header = Headers.New(),
                    MemberId = Guid.CreateVersion7(),
                    DisplayName = "Ada",
                }
            );
        Assert.Null(result.Refusal);
        if (points > 0)
        {
            await Grant(result.MemberId, points);
        }
        return result.MemberId;
    }

    public async Task Grant(
        Guid memberId,
        long points,
        DateTimeOffset? expiresAt = null,
        DateTimeOffset? pendingUntil = null
    )
    {
        var result = await grains
            .GetGrain<IMemberGrain>(memberId)
            .Grant(
                new GrantCommand
                {
                    Header = Headers.New(),
                    Points = points,
                    Reason = "Welcome",
                    ExpiresAt = expiresAt,
                    PendingUntil = pendingUntil,
                }
            );
        Assert.Null(result.Refusal);
    }

    public Task<OrderResult> Redeem(Guid memberId, Guid skuId, int quantity = 1) =>
        grains
            .GetGrain<IMemberGrain>(memberId)
            .Redeem(
                new RedeemCommand
                {
                    Header = Headers.New(),
                    Items = [new RedemptionItem(skuId, quantity)],
                }
            );

    public Task<OrderResult> Cancel(Guid memberId, Guid orderId) =>
        grains
            .GetGrain<IMemberGrain>(memberId)
            .Cancel(new CancelCommand { Header = Headers.New(), OrderId = orderId });
}
