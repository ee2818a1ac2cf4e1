using NodaTime;

namespace PointsMall.Tests.Domain.Inventory;

public sealed class StockGateTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 8, 0, 0, TimeSpan.Zero);
    private static readonly Calendar Shanghai = new(DateTimeZoneProviders.Tzdb["Asia/Shanghai"]);
    private static readonly Offer Offer = new()
    {
        SkuId = Id(1),
        ProductId = Id(2),
        Name = "Cup",
        Points = 10,
        Listed = true,
    };

    [Fact]
    [Trait("Behaviour", "RED-8")]
    public void A_claim_carries_the_terms_and_takes_its_units()
    {
        var gate = new StockGate(Offer, available: 5, epoch: 3, Now);

        var terms = Claim(gate, Request(quantity: 2))!.Terms!;

        Assert.Equal(
            (3, 10, 2, Now),
            (terms.Epoch, terms.PointsEach, terms.Quantity, terms.ClaimedAt)
        );
        Assert.Null(terms.Limit);
        Assert.Equal(3, gate.Left);
        var refusal = Claim(gate, Request(quantity: 4))!.Refusal!;
        Assert.Equal(
            (RefusalCode.OutOfStock, Offer.SkuId, 3L),
            (refusal.Code, refusal.SkuId, refusal.Available)
        );
    }

    [Fact]
    [Trait("Behaviour", "MKT-2")]
    public void The_first_reason_in_the_agreed_order_is_given()
    {
        var everything = Offer with
        {
            Listed = false,
            RedeemableFrom = Now.AddTicks(1),
            PerOrderLimit = 2,
            PerMemberLimit = 1,
        };
        var request = Request(quantity: 3) with { SpendablePoints = 0 };
        Assert.Equal(RefusalCode.NotAvailable, Code(everything, request));
        everything = everything with { Listed = true };
        Assert.Equal(RefusalCode.NotStarted, Code(everything, request));
        everything = everything with { RedeemableFrom = Now };
        Assert.Equal(RefusalCode.QuantityNotAllowed, Code(everything, request));
        everything = everything with { PerOrderLimit = 3 };
        Assert.Equal(RefusalCode.LimitReached, Code(everything, request));
        everything = everything with { PerMemberLimit = 3 };
        Assert.Equal(RefusalCode.InsufficientPoints, Code(everything, request));
        Assert.Equal(
            RefusalCode.OutOfStock,
            Code(everything, request with { SpendablePoints = 30 })
        );
    }

    [Fact]
    [Trait("Behaviour", "MKT-2")]
    [Trait("Behaviour", "RULE-5")]
    public void An_offer_stands_from_its_first_instant_to_before_its_last()
    {
        var offer = Offer with { RedeemableFrom = Now, RedeemableTo = Now.AddHours(1) };

        var early = Claim(offer, Now.AddMicroseconds(-1)).Refusal!;
        Assert.Equal((RefusalCode.NotStarted, Now), (early.Code, early.StartsAt));
        Assert.Equal(Now.AddMicroseconds(-1), early.ServerTime);
        Assert.NotNull(Claim(offer, Now).Terms);
        Assert.NotNull(Claim(offer, Now.AddHours(1).AddMicroseconds(-1)).Terms);
        Assert.Equal(RefusalCode.Ended, Claim(offer, Now.AddHours(1)).Refusal!.Code);
    }

    [Theory]
    [InlineData(2, 4, true)]
    [InlineData(2, 3, false)]
    [InlineData(2, 6, false)]
    [InlineData(2, 0, false)]
    [InlineData(2, -2, false)]
    [Trait("Behaviour", "RED-3")]
    public void Quantities_keep_to_the_order_limit_and_the_multiple(
        int multiple,
        int quantity,
        bool allowed
    )
    {
        var gate = new StockGate(
            Offer with
            {
                PerOrderLimit = 5,
                MultipleOf = multiple,
            },
            100,
            1,
            Now
        );

        var answer = Claim(gate, Request(quantity))!;

        Assert.Equal(allowed ? null : RefusalCode.QuantityNotAllowed, answer.Refusal?.Code);
    }

    [Fact]
    [Trait("Behaviour", "RED-2")]
    public void A_limit_counts_in_the_window_that_is_open_at_the_later_clock()
    {
        var gate = new StockGate(
            Offer with
            {
                PerMemberLimit = 2,
                PerMemberWindow = LimitWindow.Day,
            },
            100,
            1,
            Now
        );
        var today = Shanghai.StartOf(LimitWindow.Day, Now);
        var two = Request(1) with { Redeemed = [new(LimitWindow.Day, today, 2)] };

        var refusal = Claim(gate, two)!.Refusal!;
        Assert.Equal(
            (RefusalCode.LimitReached, 2L, 2L, LimitWindow.Day),
            (refusal.Code, refusal.Limit, refusal.Redeemed, refusal.Window)
        );

        var tomorrow = Claim(gate, two with { NotBefore = Now.AddDays(1) })!.Terms!;
        Assert.Equal(new LimitTerms(2, LimitWindow.Day, today.AddDays(1)), tomorrow.Limit);
        Assert.Equal(Now.AddDays(1), tomorrow.ClaimedAt);
    }

    [Fact]
    [Trait("Behaviour", "RED-2")]
    public void Orders_are_counted_when_the_limit_is_younger_than_its_window()
    {
        var offer = Offer with { PerMemberLimit = 2, LimitCountedFrom = Now.AddDays(-1) };
        var gate = new StockGate(offer, 100, 1, Now);

        var count = Claim(gate, Request(1))!.CountOrders!;

        Assert.Equal(new LimitTerms(2, LimitWindow.Total, DateTimeOffset.UnixEpoch), count);
        Assert.Equal(100, gate.Left);
        var counted = new RedeemedCount(count.Window, count.WindowStart, 1);
        Assert.NotNull(Claim(gate, Request(1) with { Redeemed = [counted] })!.Terms);
        gate = new StockGate(offer with { PerMemberWindow = LimitWindow.Day }, 100, 1, Now);
        Assert.NotNull(Claim(gate, Request(1))!.Terms);
    }

    [Fact]
    public void The_same_command_has_one_claim_until_the_epoch_is_over()
    {
        var gate = new StockGate(Offer, available: 2, epoch: 1, Now);
        var request = Request(2);
        var first = Claim(gate, request)!.Terms;

        Assert.Same(first, Claim(gate, request)!.Terms);
        Assert.Equal(0, gate.Left);

        gate.Restarted(Offer with { Points = 20 }, available: 2, epoch: 2, Now);
        Assert.Equal(2, gate.Left);
        Assert.Equal(
            (2L, 20L),
            (Claim(gate, request)!.Terms!.Epoch, Claim(gate, request)!.Terms!.PointsEach)
        );
    }

    [Fact]
    public void A_claim_that_was_refused_as_stale_is_not_answered_from_the_same_epoch()
    {
        var gate = new StockGate(Offer, available: 2, epoch: 4, Now);

        Assert.Null(Claim(gate, Request(1) with { StaleEpoch = 4 }));
        gate.Restarted(Offer, available: 2, epoch: 5, Now);
        Assert.NotNull(Claim(gate, Request(1) with { StaleEpoch = 4 })!.Terms);
    }

    [Fact]
    public void Releases_and_verdicts_of_unknown_claims_change_nothing_but_sold_units()
    {
        var gate = new StockGate(Offer, available: 10, epoch: 2, Now);
        var request = Request(3);
        Claim(gate, request);

        gate.Release(Id(99));
        gate.Release(request.CommandId);
        gate.Release(request.CommandId);
        Assert.Equal(10, gate.Left);

        gate.Resolve(Verdicts(epoch: 2, sold: [request.CommandId], soldUnits: 3));
        Assert.Equal(7, gate.Left);
        gate.Resolve(Verdicts(epoch: 1, sold: [Id(98)], soldUnits: 5, returned: 2));
        Assert.Equal(7, gate.Left);
        gate.Resolve(Verdicts(epoch: 2, returned: 2));
        Assert.Equal(9, gate.Left);
    }

    [Fact]
    public void A_verdict_of_a_later_epoch_asks_for_a_bump_and_is_not_lost()
    {
        var gate = new StockGate(Offer, available: 10, epoch: 2, Now);

        gate.Resolve(Verdicts(epoch: 3, returned: 4));
        Assert.Null(Claim(gate, Request(1)));
        gate.Restarted(Offer, available: 10, epoch: 3, Now);

        Assert.Equal(14, gate.Left);
        Assert.NotNull(Claim(gate, Request(1))!.Terms);
    }

    [Fact]
    public void A_sold_out_gate_bumps_for_claims_past_their_deadline_once_a_second()
    {
        var gate = new StockGate(Offer, available: 1, epoch: 1, Now);
        Claim(gate, Request(1) with { Deadline = Now.AddSeconds(2) });

        Assert.NotNull(gate.Claim(Request(1), Now.AddSeconds(2), Shanghai)!.Refusal);
        Assert.Null(gate.Claim(Request(1), Now.AddSeconds(2.001), Shanghai));

        gate.Restarted(Offer, available: 1, epoch: 2, Now.AddSeconds(3));
        Assert.NotNull(
            gate.Claim(Request(1) with { Deadline = Now }, Now.AddSeconds(3), Shanghai)!.Terms
        );
        Assert.NotNull(gate.Claim(Request(1), Now.AddSeconds(3.9), Shanghai)!.Refusal);
        Assert.Null(gate.Claim(Request(1), Now.AddSeconds(4), Shanghai));
    }

    [Fact]
    public void Open_claims_are_bounded()
    {
        var gate = new StockGate(Offer, available: 1_000_000, epoch: 1, Now);
        for (var i = 0; i < StockGate.MaxClaims; i++)
        {
            Claim(gate, Request(1));
        }

        Assert.Equal(RefusalCode.Overloaded, Claim(gate, Request(1))!.Refusal!.Code);
        Assert.Null(gate.Claim(Request(1), Now.AddMinutes(1), Shanghai));
    }

    [Fact]
    public void Movements_out_are_claims_and_movements_in_raise_what_is_left()
    {
        var gate = new StockGate(Offer, available: 5, epoch: 1, Now);

        Assert.True(gate.ClaimMovement(Id(7), units: 4, Now.AddSeconds(5), Now));
        Assert.Equal(1, gate.Left);
        Assert.False(gate.ClaimMovement(Id(8), units: 2, Now.AddSeconds(5), Now));
        gate.Moved(Id(7), quantity: -4, epoch: 1);
        Assert.Equal(1, gate.Left);
        gate.Moved(Id(9), quantity: 6, epoch: 1);
        Assert.Equal(7, gate.Left);
        gate.Moved(Id(10), quantity: 6, epoch: 0);
        Assert.Equal(7, gate.Left);
    }

    /// <summary>
    /// Claims, commits, returns, releases and bumps in random order; verdicts come late, out of order, or not at all. The gate never has more
    /// left than the row allows for, as long as releases are true, and is exact after a bump.
    /// </summary>
    [Fact]
    [Trait("Behaviour", "MKT-1")]
    public void The_gate_never_has_more_left_than_the_row_and_is_exact_after_a_bump() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 4], Gen.Int[0, 1_000])
            .Array[1, 200]
            .Sample(
                moves =>
                {
                    var world = new GateWorld(Offer);
                    foreach (var (kind, quantity, which) in moves)
                    {
                        world.Move(kind, quantity, which);
                        Assert.True(world.Gate.Left <= world.Available - world.Unsettled);
                        Assert.InRange(world.Available, 0, GateWorld.Stock);
                    }
                    world.Bump();
                    Assert.Equal(world.Available, world.Gate.Left);
                },
                iter: 500,
                threads: 1
            );

    private static ClaimAnswer Claim(Offer offer, DateTimeOffset now) =>
        new StockGate(offer, 10, 1, now).Claim(Request(1) with { NotBefore = now }, now, Shanghai)!;

    private static ClaimAnswer? Claim(StockGate gate, ClaimRequest request) =>
        gate.Claim(request, Now, Shanghai);

    private static RefusalCode? Code(Offer offer, ClaimRequest request) =>
        Claim(new StockGate(offer, available: 0, epoch: 1, Now), request)!.Refusal?.Code;

    private static int _requests = 1_000;

    private static ClaimRequest Request(int quantity) =>
        new()
        {
            CommandId = Id(++_requests),
            MemberId = Id(3),
            Quantity = quantity,
            SpendablePoints = 1_000,
            Redeemed = [],
            NotBefore = DateTimeOffset.UnixEpoch,
            Deadline = Now.AddSeconds(5),
        };

    private static ClaimVerdicts Verdicts(
        long epoch,
        ImmutableArray<Guid>? sold = null,
        long soldUnits = 0,
        long returned = 0
    ) =>
        new()
        {
            Sold = sold ?? [],
            SoldUnits = soldUnits,
            Refused = [],
            Returned = returned,
            Epoch = epoch,
        };

    private static Guid Id(int number) => new(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
