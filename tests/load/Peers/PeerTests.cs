using PointsMall.LoadTests.Peers;

namespace PointsMall.Tests.Load.Peers;

/// <summary>What every peer that redeems must do, or the comparison with it says nothing.</summary>
public abstract class PeerTests : IAsyncLifetime
{
    private const long Points = 100;
    private const long PointsEach = 10;
    private static readonly TimeProvider Clock = TimeProvider.System;
    private IPeer _peer = null!;

    public async ValueTask InitializeAsync() => _peer = await Start();

    public async ValueTask DisposeAsync()
    {
        await Stop();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Sells_what_there_is_and_does_each_key_once()
    {
        const int stock = 50;
        const int keysEach = 2;
        var members = NewIds(40);
        var sku = NewIds(1)[0];
        await _peer.AddMembers(members, Points);
        await _peer.AddSkus([sku], PointsEach, stock);
        var wishes = members
            .SelectMany(member =>
                Enumerable
                    .Range(0, keysEach)
                    .Select(number => new Redemption(member, $"key-{number}", [new Line(sku, 1)]))
            )
            .ToList();

        var outcomes = await Task.WhenAll(
            // The copies of a key beside each other: once all is sold, no second order would show.
            wishes
                .SelectMany(wish => Enumerable.Repeat(wish, 3))
                .Select(async wish => (Wish: wish, Outcome: await _peer.Redeem(wish)))
        );

        var orders = await Stored();
        Assert.Equal(stock, orders.Count);
        Assert.Equal(stock, orders.Select(order => (order.MemberId, order.Key)).Distinct().Count());
        Assert.Equal(0, await Left(sku));
        foreach (var key in outcomes.GroupBy(one => (one.Wish.MemberId, one.Wish.Key)))
        {
            var told = key.Select(one => one.Outcome.Order?.OrderId).OfType<Guid>().Distinct();
            var stored = orders
                .Where(order => order.MemberId == key.Key.MemberId && order.Key == key.Key.Key)
                .Select(order => order.OrderId);
            Assert.Equal(stored, told);
        }
        Assert.All(
            outcomes.Where(one => one.Outcome.Order is null),
            one => Assert.Equal("out_of_stock", one.Outcome.Refusal!.Code)
        );
    }

    [Fact]
    public async Task Answers_a_repeated_key_with_its_order_and_the_balance_now()
    {
        var (member, sku) = await OneOfEach(stock: 5);

        var first = await Redeem(member, "a", new Line(sku, 2));
        var second = await Redeem(member, "b", new Line(sku, 3));
        var again = await Redeem(member, "a", new Line(sku, 2));
        var other = await Redeem(member, "a", new Line(sku, 1));

        Assert.Equal(new Balance(80, 100, 20), first.Balance);
        Assert.False(first.Replayed);
        Assert.Equal(new Balance(50, 100, 50), second.Balance);
        Assert.True(again.Replayed);
        Assert.Equal(first.Order!.OrderId, again.Order!.OrderId);
        Assert.Equal(first.Order.Lines, again.Order.Lines);
        Assert.Equal(new Balance(50, 100, 50), again.Balance);
        Assert.Equal("idempotency_key_reused", other.Refusal!.Code);
        Assert.Equal(0, await Left(sku));
    }

    [Fact]
    public async Task Changes_nothing_when_it_refuses()
    {
        var (member, sku) = await OneOfEach(stock: 1_000);
        var scarce = NewIds(1)[0];
        await _peer.AddSkus([scarce], PointsEach, 1);

        var poor = await Redeem(member, "a", new Line(sku, 11));
        var partly = await Redeem(member, "b", new Line(sku, 1), new Line(scarce, 2));
        var unknown = await Redeem(member, "c", new Line(sku, 1), new Line(NewIds(1)[0], 1));
        var stranger = await Redeem(NewIds(1)[0], "d", new Line(sku, 1));
        var last = await Redeem(member, "e", new Line(sku, 1));

        Assert.Equal("insufficient_points", poor.Refusal!.Code);
        Assert.Equal("out_of_stock", partly.Refusal!.Code);
        Assert.Equal("sku_not_found", unknown.Refusal!.Code);
        Assert.Equal("member_not_found", stranger.Refusal!.Code);
        Assert.Equal(new Balance(90, 100, 10), last.Balance);
        Assert.Single(await Stored());
        Assert.Equal(999, await Left(sku));
        Assert.Equal(1, await Left(scarce));
    }

    private protected abstract Task<IPeer> Start();

    private protected abstract Task Stop();

    private async Task<(Guid Member, Guid Sku)> OneOfEach(long stock)
    {
        var (member, sku) = (NewIds(1), NewIds(1));
        await _peer.AddMembers(member, Points);
        await _peer.AddSkus(sku, PointsEach, stock);
        return (member[0], sku[0]);
    }

    private Task<Outcome> Redeem(Guid member, string key, params Line[] lines) =>
        _peer.Redeem(new Redemption(member, key, lines));

    private async Task<List<StoredLine>> Stored() => await _peer.Orders().ToListAsync();

    private async Task<long> Left(Guid sku) =>
        (await _peer.Stock().SingleAsync(stock => stock.SkuId == sku)).Left;

    private static Guid[] NewIds(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7(Clock.GetUtcNow()))];
}
