using PointsMall.Grains.Members;

namespace PointsMall.Grains.Orders;

/// <summary>Undoes a redemption before shipment: points go back to the lots they came from, stock and limits are given back.</summary>
public static class Cancellation
{
    public static MemberDecision Decide(
        Account account,
        StoredOrder stored,
        CancelCommand command,
        DecisionContext context
    )
    {
        var order = stored.Order;
        if (order.Status != OrderStatus.Created)
        {
            return MemberDecision.Refuse(
                new Refusal { Code = RefusalCode.OrderNotCancellable, Status = order.Status }
            );
        }
        var now = Accounts.Now(account, context.Clock);
        if (
            Draft.Open(account, command.Header, context, now) is not { } draft
            || !draft.Lots.Complete
        )
        {
            return MemberDecision.WithoutPages;
        }

        var sequence = Return(stored, command, context, draft);
        draft.LifetimeSpent = checked(draft.LifetimeSpent - order.PointsTotal);
        var counters = CounterBook.Open(account, context, now);
        foreach (var item in order.Items)
        {
            counters.GiveBack(item.SkuId, item.Quantity, order.CreatedAt);
        }
        var decision = draft.Close(counters);
        return decision.Refusal is not null
            ? decision
            : decision with
            {
                StatusChange = new(
                    order.OrderId,
                    order.Status,
                    OrderStatus.Cancelled,
                    now,
                    command.Header.Actor,
                    command.Reason
                ),
                Stock =
                [
                    .. order.Items.Select(item => new StockDelta(
                        item.SkuId,
                        Epoch: 0,
                        Taken: 0,
                        item.Quantity,
                        Moved: 0
                    )),
                ],
                Events = [OrderEvents.Cancelled(account.MemberId, sequence, order, now)],
            };
    }

    /// <summary>
    /// Points whose expiry has passed get a new lot for the programme's grace. Without grace they come back and expire at once, in two
    /// entries, so that the order has its reversal like any other.
    /// </summary>
    private static long Return(
        StoredOrder stored,
        CancelCommand command,
        DecisionContext context,
        Draft draft
    )
    {
        var returned = draft.GiveBack(stored.Lots, draft.Now, context.GraceAfter(draft.Now));
        var points = returned.Sum(lot => lot.Points);
        if (points != stored.Order.PointsTotal)
        {
            throw new InvalidOperationException("The lots of an order do not add up to it.");
        }
        var entry = draft.Post(
            new()
            {
                Type = EntryType.Cancellation,
                Account = EntryAccount.Available,
                Points = points,
                Contra = "redeemed",
                Lots = returned,
                CauseKind = "order",
                CauseId = stored.Order.OrderId,
                Reason = command.Reason,
            }
        );
        draft.PostExpired();
        return entry.Sequence;
    }
}
