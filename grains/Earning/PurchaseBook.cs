using System.Numerics;

namespace PointsMall.Grains.Earning;

/// <summary>
/// A working copy of a purchase: what of its lines was refunded, and what that asks back of what they earned. Of a line's award the part that
/// was refunded is owed back, rounded down, and all of it once the whole line was: no refund takes more than its line earned, and all together
/// take what was earned.
/// </summary>
internal sealed class PurchaseBook(StoredPurchase purchase)
{
    public StoredPurchase Purchase { get; private set; } = purchase;

    /// <summary>The lines of a purchase that nothing was refunded of.</summary>
    public static ImmutableArray<StoredLine> LinesOf(Purchase paid)
    {
        var discounts = Shares.Of(
            paid.Discount,
            [.. paid.Lines.Select(line => (BigInteger)line.Amount)]
        );
        return
        [
            .. paid.Lines.Select(
                (line, i) =>
                    new StoredLine
                    {
                        LineId = line.LineId,
                        Quantity = line.Quantity,
                        Amount = line.Amount - discounts[i],
                    }
            ),
        ];
    }

    /// <summary>Counts a refund; nothing of its points is taken back yet.</summary>
    /// <param name="refund">Null for all that is left.</param>
    /// <param name="strict">Else what is more than there is counts as all that there is, and unknown lines are left out.</param>
    /// <returns>What is wrong with it; the purchase is then as before.</returns>
    public Refusal? Refund(PurchaseRefund? refund, bool strict)
    {
        if (refund is null || (refund.Lines.IsEmpty && refund.Amount is null))
        {
            Purchase = Purchase with
            {
                Lines =
                [
                    .. Purchase.Lines.Select(line =>
                        line with
                        {
                            RefundedQuantity = line.Quantity,
                        }
                    ),
                ],
            };
            return null;
        }
        return refund.Amount is { } amount
            ? RefundAmount(amount, strict)
            : RefundLines(refund.Lines, strict);
    }

    /// <summary>The awards of which the refunds so far ask points back, with how many more than before.</summary>
    public IEnumerable<(StoredAward Award, long Points)> Due() =>
        Purchase
            .Awards.Select(award => (award, award.Lines.Sum(line => DueOf(line) - line.Reversed)))
            .Where(due => due.Item2 > 0)
            .ToArray();

    /// <summary>Marks all as taken back that is due of an award.</summary>
    public StoredAward Reverse(StoredAward award, long points)
    {
        var after = award with
        {
            Lines = [.. award.Lines.Select(line => line with { Reversed = DueOf(line) })],
        };
        if (after.Reversed - award.Reversed != points)
        {
            throw new InvalidOperationException("Other points are due than were taken back.");
        }
        Purchase = Purchase with { Awards = Purchase.Awards.Replace(award, after) };
        return after;
    }

    /// <summary>The purchase arrived: awards that waited for that get the expiry that <paramref name="schedule"/> gives.</summary>
    public void Deliver(DateTimeOffset at, Func<StoredAward, DateTimeOffset> schedule) =>
        Purchase = Purchase with
        {
            DeliveredAt = at,
            Awards =
            [
                .. Purchase.Awards.Select(award =>
                    award is { ExpiresAt: null, Activation.From: ActivationStart.Delivered }
                        ? award with
                        {
                            ExpiresAt = schedule(award),
                        }
                        : award
                ),
            ],
        };

    private Refusal? RefundLines(ImmutableArray<RefundedLine> refunded, bool strict)
    {
        var lines = Purchase.Lines;
        for (var i = 0; i < refunded.Length; i++)
        {
            var part = refunded[i];
            var at = IndexOf(lines, part.LineId);
            if (at < 0)
            {
                if (strict)
                {
                    return Refusal.Invalid(
                        $"refund.lines[{i}].lineId",
                        "is no line of the purchase"
                    );
                }
                continue;
            }
            var line = lines[at];
            var (quantity, amount) = (line.Quantity - line.RefundedQuantity, LeftOf(line));
            if (strict && part.Quantity > quantity)
            {
                return Refusal.Invalid(
                    $"refund.lines[{i}].quantity",
                    $"must be 1 to {quantity}, what is left of the line"
                );
            }
            if (strict && part.Amount > amount)
            {
                return Refusal.Invalid(
                    $"refund.lines[{i}].amount",
                    $"must be 1 to {amount} minor units, what is left of the line"
                );
            }
            lines = lines.SetItem(
                at,
                line with
                {
                    RefundedQuantity =
                        line.RefundedQuantity + Math.Min(part.Quantity ?? 0, quantity),
                    RefundedAmount = line.RefundedAmount + Math.Min(part.Amount ?? 0, amount),
                }
            );
        }
        Purchase = Purchase with { Lines = lines };
        return null;
    }

    private Refusal? RefundAmount(long amount, bool strict)
    {
        var left = Purchase.Lines.Select(LeftOf).ToArray();
        if (strict && amount > left.Sum())
        {
            return Refusal.Invalid(
                "refund.amount",
                $"must be 1 to {left.Sum()} minor units, what is left of the lines"
            );
        }
        var parts = Shares.Of(Math.Min(amount, left.Sum()), [.. left.Select(of => (BigInteger)of)]);
        Purchase = Purchase with
        {
            Lines =
            [
                .. Purchase.Lines.Select(
                    (line, i) => line with { RefundedAmount = line.RefundedAmount + parts[i] }
                ),
            ],
        };
        return null;
    }

    /// <summary>Minor units that can still be refunded: less what was refunded by amount, and the worth of what was by quantity.</summary>
    private static long LeftOf(StoredLine line) =>
        line.Amount
            - line.RefundedAmount
            - (long)((BigInteger)line.Amount * line.RefundedQuantity / line.Quantity)
            is var left
                and > 0
            ? left
            : 0;

    /// <summary>What the refunds so far ask back of what a line earned by one rule.</summary>
    private long DueOf(StoredLineAward earned)
    {
        var line = Purchase.Lines[IndexOf(Purchase.Lines, earned.LineId)];
        // The refunded part as a fraction: by quantity, and by amount where the line has one.
        var (part, whole) =
            line.Amount > 0
                ? (
                    (BigInteger)line.RefundedQuantity * line.Amount
                        + (BigInteger)line.RefundedAmount * line.Quantity,
                    (BigInteger)line.Quantity * line.Amount
                )
                : (line.RefundedQuantity, line.Quantity);
        return (long)(earned.Points * BigInteger.Min(part, whole) / whole);
    }

    private static int IndexOf(ImmutableArray<StoredLine> lines, string lineId)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].LineId == lineId)
            {
                return i;
            }
        }
        return -1;
    }
}
