using System.Text.Json;

namespace PointsMall.Tests.Domain.Orders;

/// <summary>Redemptions and cancels, one rule a test. SKU n of a journey costs 5 + 20 n points; SKU 0 has no limit.</summary>
public sealed class OrderTests
{
    private static MemberJourney Member(int graceDays) =>
        new(new ProgrammeSettings { DefaultValidityDays = 3, ReturnGraceDays = graceDays });

    [Fact]
    [Trait("Behaviour", "RED-1")]
    [Trait("Behaviour", "PTS-6")]
    public void A_redemption_is_one_debit_one_order_and_one_stock_delta_a_SKU()
    {
        var member = Member(graceDays: 7);
        member.Take(new Step.Grant(100, 0, null, null));

        var decision = member.Take(new Step.Redeem((0, 2), (1, 1)))!;

        var entry = Assert.Single(decision.Entries);
        Assert.Equal(
            (EntryType.Redemption, -35L, "redeemed", "order"),
            (entry.Type, entry.Points, entry.Contra, entry.CauseKind)
        );
        Assert.Null(entry.Text);
        Assert.Equal((decision.Order!.OrderId, 35L), (entry.CauseId, decision.Order.PointsTotal));
        Assert.Equal(
            [(2L, 0L), (1L, 0L)],
            decision.Stock.Select(delta => (delta.Taken, delta.Returned))
        );
        Assert.All(decision.Stock, delta => Assert.Equal(1, delta.Epoch));
        Assert.Equal(
            [null, LimitWindow.Day],
            decision.Order.Lines.Select(line => line.Limit?.Window)
        );
        Assert.Equal(35, member.Account.LifetimeSpent);
        var said = Assert.Single(decision.Events);
        Assert.Equal(("redemption.created", entry.Sequence), (said.Type, said.Sequence));
        var payload = JsonDocument.Parse(said.Payload).RootElement;
        Assert.Equal(decision.Order.OrderId, payload.GetProperty("orderId").GetGuid());
        Assert.Equal(2, payload.GetProperty("items").GetArrayLength());
    }

    [Fact]
    [Trait("Behaviour", "RED-2")]
    [Trait("Behaviour", "MKT-4")]
    public void A_limit_is_given_back_by_a_cancel_and_by_the_next_window()
    {
        var member = Member(graceDays: 7);
        member.Take(new Step.Grant(1_000, 0, ValidDays: 30, null));
        var twoADay = new Step.Redeem((1, 2));
        Assert.Null(member.Take(twoADay)!.Refusal);

        var refusal = member.Take(new Step.Redeem((1, 1)))!.Refusal!;
        Assert.Equal(
            (RefusalCode.LimitReached, 2L, 2L, LimitWindow.Day),
            (refusal.Code, refusal.Limit, refusal.Redeemed, refusal.Window)
        );

        member.Take(new Step.Cancel(0));
        Assert.Null(member.Take(twoADay)!.Refusal);
        Assert.NotNull(member.Take(twoADay)!.Refusal);
        member.Clock = member.Calendar.EndOfValidity(member.Clock, 0);
        Assert.Null(member.Take(twoADay)!.Refusal);
    }

    [Fact]
    [Trait("Behaviour", "RED-2")]
    public void A_cancel_in_a_later_window_gives_nothing_back_to_that_window()
    {
        var member = Member(graceDays: 7);
        member.Take(new Step.Grant(1_000, 0, ValidDays: 30, null));
        member.Take(new Step.Redeem((1, 2)));
        member.Clock = member.Clock.AddDays(1);
        member.Take(new Step.Redeem((1, 2)));

        member.Take(new Step.Cancel(1));

        Assert.Equal(RefusalCode.LimitReached, member.Take(new Step.Redeem((1, 1)))!.Refusal!.Code);
    }

    [Fact]
    [Trait("Behaviour", "ORD-3")]
    public void A_cancel_returns_points_to_their_own_lots_with_their_expiry()
    {
        var member = Member(graceDays: 7);
        member.Take(new Step.Grant(5, 0, ValidDays: 2, null));
        member.Take(new Step.Grant(50, 1, ValidDays: 9, null));
        var before = member.Account;
        member.Take(new Step.Redeem((1, 1)));
        Assert.Equal(2, Assert.Single(member.Account.Lots).Number);

        var decision = member.Take(new Step.Cancel(0))!;

        Assert.Equal(
            before.Lots.Select(lot => (lot.Number, lot.Remaining, lot.ExpiresAt)),
            member.Account.Lots.Select(lot => (lot.Number, lot.Remaining, lot.ExpiresAt))
        );
        var entry = Assert.Single(decision.Entries);
        Assert.Equal(
            (EntryType.Cancellation, 25L, "redeemed"),
            (entry.Type, entry.Points, entry.Contra)
        );
        Assert.Equal(
            (OrderStatus.Created, OrderStatus.Cancelled),
            (decision.StatusChange!.From, decision.StatusChange.To)
        );
        Assert.Equal((0L, 1L), (decision.Stock[0].Epoch, decision.Stock[0].Returned));
        Assert.Equal("order.cancelled", decision.Events[0].Type);
        Assert.Equal(0, member.Account.LifetimeSpent);
    }

    [Fact]
    [Trait("Behaviour", "ORD-3")]
    public void Returned_points_whose_expiry_has_passed_get_the_grace()
    {
        var member = Member(graceDays: 7);
        member.Take(new Step.Grant(25, 0, ValidDays: 1, null));
        member.Take(new Step.Redeem((1, 1)));
        member.Clock = member.Clock.AddDays(5);

        var entry = Assert.Single(member.Take(new Step.Cancel(0))!.Entries);

        var lot = Assert.Single(member.Account.Lots);
        Assert.Equal(
            (entry.Sequence, 25L, member.Calendar.EndOfValidity(member.Clock, 7)),
            (lot.Number, lot.Remaining, lot.ExpiresAt)
        );
        Assert.Equal((lot.Number, 25L), (entry.Lots[0].Number, entry.Lots[0].Points));
    }

    [Fact]
    [Trait("Behaviour", "ORD-3")]
    public void Without_grace_they_come_back_and_expire_at_once()
    {
        var member = Member(graceDays: 0);
        member.Take(new Step.Grant(25, 0, ValidDays: 1, null));
        member.Take(new Step.Redeem((1, 1)));
        member.Clock = member.Clock.AddDays(5);

        var entries = member.Take(new Step.Cancel(0))!.Entries;

        Assert.Equal(
            [(EntryType.Cancellation, 25L), (EntryType.Expiry, -25L)],
            entries.Select(entry => (entry.Type, entry.Points))
        );
        Assert.Equal(0, member.Account.Available);
        Assert.Empty(member.Account.Lots);
    }

    [Fact]
    [Trait("Behaviour", "ORD-1")]
    public void An_order_is_cancelled_once()
    {
        var member = Member(graceDays: 7);
        member.Take(new Step.Grant(25, 0, null, null));
        member.Take(new Step.Redeem((1, 1)));
        member.Take(new Step.Cancel(0));

        var refusal = member.Take(new Step.Cancel(0))!.Refusal!;

        Assert.Equal(
            (RefusalCode.OrderNotCancellable, OrderStatus.Cancelled),
            (refusal.Code, refusal.Status)
        );
        Assert.Equal(25, member.Account.Available);
    }

    [Fact]
    [Trait("Behaviour", "RED-3")]
    public void A_malformed_redemption_is_refused_before_anything_is_claimed()
    {
        Assert.Equal("items", Check());
        Assert.Equal(
            "items",
            Check([.. Enumerable.Range(0, 21).Select(n => new RedemptionItem(Id(n), 1))])
        );
        Assert.Equal("items[0].quantity", Check(new RedemptionItem(Id(1), 0)));
        Assert.Equal("items[1].quantity", Check(new(Id(1), 1), new(Id(2), 1_001)));
        Assert.Equal("items[1].skuId", Check(new(Id(1), 1), new(Id(1), 1)));
        Assert.Null(
            Check([.. Enumerable.Range(0, 20).Select(n => new RedemptionItem(Id(n), 1_000))])
        );
    }

    private static string? Check(params RedemptionItem[] items) =>
        Redemption
            .Check(new() { Header = Member(graceDays: 0).Header(), Items = [.. items] })
            ?.Field;

    private static Guid Id(int number) => new(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
