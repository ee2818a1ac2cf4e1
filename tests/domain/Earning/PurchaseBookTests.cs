using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>What of a purchase can be refunded, and what that asks back.</summary>
[Trait("Behaviour", "ORD-9")]
public sealed class PurchaseBookTests
{
    [Fact]
    public void A_line_is_worth_its_amount_less_its_part_of_the_discount()
    {
        var paid = Earn.Order(6_000, 3_000).Purchase! with { Discount = 900 };

        Assert.Equal([5_400, 2_700], PurchaseBook.LinesOf(paid).Select(line => line.Amount));
    }

    [Fact]
    public void An_amount_of_the_order_is_spread_over_what_is_left_of_its_lines()
    {
        var book = Book();
        Assert.Null(book.Refund(Lines(("a", 1, null)), strict: true));

        // 3,000 are left of a, 2,000 of b.
        Assert.Null(book.Refund(new PurchaseRefund { Amount = 1_000 }, strict: true));

        Assert.Equal([600, 400], book.Purchase.Lines.Select(line => line.RefundedAmount));
        // Of a's 60 points half and a tenth, of b's 20 a fifth.
        Assert.Equal(36 + 4, Assert.Single(book.Due()).Points);
        var over = book.Refund(new PurchaseRefund { Amount = 4_001 }, strict: true);
        Assert.Equal(
            ("refund.amount", "must be 1 to 4000 minor units, what is left of the lines"),
            (over!.Field, over.Detail)
        );
        Assert.Null(book.Refund(new PurchaseRefund { Amount = 4_000 }, strict: true));
        Assert.Equal(80, Assert.Single(book.Due()).Points);
    }

    [Fact]
    public void What_is_not_there_is_refused_and_changes_nothing()
    {
        var book = Book();
        Assert.Null(book.Refund(Lines(("a", 1, null)), strict: true));
        var before = book.Purchase;

        var unknown = book.Refund(Lines(("a", 1, null), ("c", 1, null)), strict: true);
        var quantity = book.Refund(Lines(("a", 2, null)), strict: true);
        var amount = book.Refund(Lines(("a", null, 3_001)), strict: true);

        Assert.Equal(
            ("refund.lines[1].lineId", "is no line of the purchase"),
            (unknown!.Field, unknown.Detail)
        );
        Assert.Equal(
            ("refund.lines[0].quantity", "must be 1 to 1, what is left of the line"),
            (quantity!.Field, quantity.Detail)
        );
        Assert.Equal(
            ("refund.lines[0].amount", "must be 1 to 3000 minor units, what is left of the line"),
            (amount!.Field, amount.Detail)
        );
        Assert.Equal(before, book.Purchase);
    }

    [Fact]
    public void Of_a_refund_that_had_waited_what_does_not_fit_is_left_out()
    {
        var book = Book();

        Assert.Null(
            book.Refund(Lines(("c", 1, null), ("a", 9, null), ("b", null, 9_999)), strict: false)
        );
        Assert.Equal(80, Assert.Single(book.Due()).Points);

        var whole = Book();
        Assert.Null(whole.Refund(new PurchaseRefund { Amount = 99_999 }, strict: false));
        Assert.Equal(80, Assert.Single(whole.Due()).Points);
    }

    [Fact]
    [Trait("Behaviour", "EARN-2")]
    public void A_delivery_schedules_only_the_awards_that_wait_for_it()
    {
        var at = Earn.At;
        var book = new PurchaseBook(
            Book().Purchase with
            {
                Awards =
                [
                    Award(1) with
                    {
                        Activation = new(ActivationStart.Delivered, Days: 7),
                        ExpiresAt = null,
                    },
                    Award(2) with
                    {
                        ExpiresAt = null,
                    },
                ],
            }
        );
        List<long> scheduled = [];

        book.Deliver(
            at,
            award =>
            {
                scheduled.Add(award.Sequence);
                return at.AddDays(1);
            }
        );

        Assert.Equal([1L], scheduled);
        Assert.Equal(at, book.Purchase.DeliveredAt);
        Assert.Equal([at.AddDays(1), null], book.Purchase.Awards.Select(award => award.ExpiresAt));
    }

    [Fact]
    public void What_was_taken_back_is_what_was_due()
    {
        var book = Book();
        Assert.Null(book.Refund(Lines(("b", 1, null)), strict: true));
        var (award, points) = Assert.Single(book.Due());

        Assert.Throws<InvalidOperationException>(() => book.Reverse(award, points - 1));
        Assert.Equal(20, book.Reverse(award, points).Reversed);
        Assert.Empty(book.Due());
    }

    /// <summary>Two of a for 6,000 and one of b for 2,000; they earned 60 and 20.</summary>
    private static PurchaseBook Book() =>
        new(
            new StoredPurchase
            {
                PaidAt = Earn.At,
                Lines =
                [
                    new()
                    {
                        LineId = "a",
                        Quantity = 2,
                        Amount = 6_000,
                    },
                    new()
                    {
                        LineId = "b",
                        Quantity = 1,
                        Amount = 2_000,
                    },
                ],
                Awards = [Award(1)],
            }
        );

    private static StoredAward Award(long sequence) =>
        new()
        {
            Sequence = sequence,
            Lot = sequence,
            RuleId = "rule",
            Source = "purchase",
            Lines = [new("a", 60, 0), new("b", 20, 0)],
            Activation = Activation.AtOnce,
            Validity = Validity.Never,
            ExpiresAt = DateTimeOffset.MaxValue,
        };

    private static PurchaseRefund Lines(
        params (string Line, int? Quantity, long? Amount)[] lines
    ) =>
        new()
        {
            Lines =
            [
                .. lines.Select(line => new RefundedLine
                {
                    LineId = line.Line,
                    Quantity = line.Quantity,
                    Amount = line.Amount,
                }),
            ],
        };
}
