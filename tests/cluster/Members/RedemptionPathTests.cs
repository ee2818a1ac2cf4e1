using PointsMall.GrainInterfaces;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Members;

/// <summary>Member, gate and committer together in a silo.</summary>
public sealed class RedemptionPathTests(PostgresFixture postgres)
{
    [Fact, Trait("Behaviour", "RED-1")]
    public async Task A_member_redeems_and_cancels()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 3);
        var member = await mall.Register(points: 100);

        var redeemed = await mall.Redeem(member, sku, quantity: 2);

        Assert.Null(redeemed.Refusal);
        Assert.Equal(80, redeemed.Balance!.Available);
        Assert.Equal(20, redeemed.Balance.LifetimeSpent);
        Assert.Equal(1, await mall.Available(sku));

        var cancelled = await mall.Cancel(member, redeemed.Order!.OrderId);

        Assert.Null(cancelled.Refusal);
        Assert.Equal(100, cancelled.Balance!.Available);
        Assert.Equal(3, await mall.Available(sku));
        Assert.Equal(
            RefusalCode.OrderNotCancellable,
            (await mall.Cancel(member, redeemed.Order.OrderId)).Refusal!.Code
        );
        Assert.Equal(3, await mall.Available(sku));
    }

    [Fact, Trait("Behaviour", "PTS-5")]
    public async Task A_hundred_parallel_redemptions_of_10_with_100_points_are_exactly_ten()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 1_000);
        var member = await mall.Register(points: 100);

        // A member has at most 32 waiting calls: the API's retries bring the others later.
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(async _ =>
                {
                    var key = MallHarness.NewId().ToString();
                    while (true)
                    {
                        var result = await mall.Redeem(member, sku, key: key);
                        if (result.Refusal?.Code != RefusalCode.Overloaded)
                        {
                            return result;
                        }
                        await Task.Delay(5, TestContext.Current.CancellationToken);
                    }
                })
        );

        Assert.Equal(10, results.Count(result => result.Refusal is null));
        Assert.All(
            results.Where(result => result.Refusal is not null),
            result => Assert.Equal(RefusalCode.InsufficientPoints, result.Refusal!.Code)
        );
        Assert.Equal(990, await mall.Available(sku));
    }

    [Fact, Trait("Behaviour", "MKT-1")]
    public async Task A_sale_of_200_units_to_2000_members_sells_200()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 200);
        var members = await mall.RegisterMany(2_000, points: 100);

        var results = await Task.WhenAll(members.Select(member => mall.Redeem(member, sku)));

        Assert.Equal(200, results.Count(result => result.Refusal is null));
        Assert.Equal(
            1_800,
            results.Count(result => result.Refusal?.Code == RefusalCode.OutOfStock)
        );
        Assert.Equal(0, await mall.Available(sku));
        Assert.Equal(200, await mall.Orders(sku));
    }

    [Fact, Trait("Behaviour", "PTS-4")]
    public async Task A_key_answers_with_its_first_order_however_old_and_never_twice()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 100);
        var member = await mall.Register(points: 200);
        var first = await mall.Redeem(member, sku, key: "first");
        for (var i = 0; i < 12; i++)
        {
            Assert.Null((await mall.Redeem(member, sku)).Refusal);
        }

        var recent = await mall.Redeem(member, sku, key: "first");
        Assert.True(recent.Replayed);
        Assert.Equal(first.Order!.OrderId, recent.Order!.OrderId);
        Assert.Equal(70, recent.Balance!.Available);

        // Also when the command by itself would now be refused.
        Assert.Null((await mall.Deduct(member, 70)).Refusal);
        var refused = await mall.Redeem(member, sku, key: "first");
        Assert.True(refused.Replayed);
        Assert.Equal(first.Order.OrderId, refused.Order!.OrderId);
        Assert.Equal(87, await mall.Available(sku));
    }

    [Fact, Trait("Behaviour", "PTS-4")]
    public async Task Duplicates_at_the_same_time_get_the_same_order()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 100);
        var member = await mall.Register(points: 200);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => mall.Redeem(member, sku, key: "k"))
        );

        Assert.Single(results.Select(result => result.Order!.OrderId).Distinct());
        Assert.Equal(19, results.Count(result => result.Replayed));
        Assert.Equal(99, await mall.Available(sku));
    }

    [Fact, Trait("Behaviour", "RED-2")]
    public async Task A_members_limit_counts_live_orders_and_a_cancel_gives_it_back()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 100, "per_member_limit = 2, per_member_window = 1");
        var member = await mall.Register(points: 200);

        var one = await mall.Redeem(member, sku);
        Assert.Null((await mall.Redeem(member, sku)).Refusal);
        var third = await mall.Redeem(member, sku);
        Assert.Equal(RefusalCode.LimitReached, third.Refusal!.Code);
        Assert.Equal((2L, 2L), (third.Refusal.Limit, third.Refusal.Redeemed));
        Assert.Null((await mall.Cancel(member, one.Order!.OrderId)).Refusal);
        Assert.Null((await mall.Redeem(member, sku)).Refusal);
        Assert.Equal(RefusalCode.LimitReached, (await mall.Redeem(member, sku)).Refusal!.Code);
        Assert.Equal(98, await mall.Available(sku));
    }

    [Fact, Trait("Behaviour", "RED-8")]
    public async Task Of_many_lines_all_or_none_and_claims_of_a_refused_one_are_given_back()
    {
        await using var mall = await MallHarness.Start(postgres);
        var plenty = await mall.Sku(stock: 5);
        var none = await mall.Sku(stock: 0);
        var member = await mall.Register(points: 1_000);

        for (var i = 0; i < 10; i++)
        {
            var refused = await mall.Redeem(member, null, (plenty, 5), (none, 1));
            Assert.Equal(RefusalCode.OutOfStock, refused.Refusal!.Code);
            Assert.Equal(none, refused.Refusal.SkuId);
        }
        Assert.Null((await mall.Redeem(member, null, (plenty, 5))).Refusal);
        Assert.Equal(0, await mall.Available(plenty));
    }

    [Fact]
    public async Task Stock_moves_up_and_down_and_never_below_zero()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 0);
        var member = await mall.Register(points: 1_000);
        Assert.Equal(RefusalCode.OutOfStock, (await mall.Redeem(member, sku)).Refusal!.Code);

        var up = await mall.Move(sku, 5, key: "up");
        Assert.Equal(5, up.Available);
        Assert.True((await mall.Move(sku, 5, key: "up")).Replayed);
        Assert.Null((await mall.Redeem(member, sku, quantity: 2)).Refusal);
        Assert.Equal(RefusalCode.StockWouldBeNegative, (await mall.Move(sku, -4)).Refusal!.Code);
        Assert.Equal(0, (await mall.Move(sku, -3)).Available);
        Assert.Equal(RefusalCode.OutOfStock, (await mall.Redeem(member, sku)).Refusal!.Code);
    }

    [Fact, Trait("Behaviour", "EXP-1")]
    public async Task Expired_points_cannot_be_spent_and_pending_ones_not_yet()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 100);
        var member = await mall.Register();
        var now = TimeProvider.System.GetUtcNow();
        Assert.Null((await mall.Grant(member, 10, expiresAt: now.AddSeconds(3))).Refusal);
        Assert.Null((await mall.Grant(member, 10, pendingUntil: now.AddHours(1))).Refusal);
        await Eventually.Is(Now, instant => instant >= now.AddSeconds(3));
        Assert.Equal(0, (await mall.Member(member).GetBalance())!.Available);
        Assert.Equal(
            RefusalCode.InsufficientPoints,
            (await mall.Redeem(member, sku)).Refusal!.Code
        );
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(1);
        Assert.Null((await mall.Grant(member, 10, pendingUntil: soon)).Refusal);
        await Eventually.Is(Now, instant => instant >= soon);
        Assert.Null((await mall.Redeem(member, sku)).Refusal);
        Assert.Equal(
            "activation,expiry,grant,grant,grant,redemption",
            await mall.Scalar<string>(
                "select string_agg(type, ',' order by type) from ledger_entry where member_id = $1",
                member
            )
        );
    }

    [Fact]
    public async Task Many_lots_are_paged_and_spent_in_order()
    {
        await using var mall = await MallHarness.Start(postgres);
        var sku = await mall.Sku(stock: 1_000);
        var member = await mall.Register();
        var now = TimeProvider.System.GetUtcNow();
        for (var day = 60; day > 0; day--)
        {
            Assert.Null((await mall.Grant(member, 10, expiresAt: now.AddDays(day))).Refusal);
        }
        Assert.Equal(
            36L,
            await mall.Scalar<long>("select count(*) from point_lot where member_id = $1", member)
        );

        var order = await mall.Redeem(member, sku, quantity: 50);

        Assert.Null(order.Refusal);
        Assert.Equal(100, order.Balance!.Available);
        Assert.Equal(
            0L,
            await mall.Scalar<long>("select count(*) from point_lot where member_id = $1", member)
        );
        Assert.Null((await mall.Cancel(member, order.Order!.OrderId)).Refusal);
        Assert.Equal(600, (await mall.Member(member).GetBalance())!.Available);
    }

    private static Task<DateTimeOffset> Now() => Task.FromResult(TimeProvider.System.GetUtcNow());
}
