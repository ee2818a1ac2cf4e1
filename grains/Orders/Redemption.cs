using PointsMall.Grains.Members;

namespace PointsMall.Grains.Orders;

/// <summary>Spends points on an order.</summary>
public static class Redemption
{
    public const int MaxItems = 20;
    public const int MaxQuantity = 1_000;

    /// <summary>What is wrong with the command whatever the account and the offers say; checked before anything is claimed.</summary>
    public static Refusal? Check(RedeemCommand command)
    {
        var items = command.Items;
        if (items.IsDefaultOrEmpty || items.Length > MaxItems)
        {
            return Refusal.Invalid("items", $"must be 1 to {MaxItems}");
        }
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Quantity is < 1 or > MaxQuantity)
            {
                return Refusal.Invalid($"items[{i}].quantity", $"must be 1 to {MaxQuantity}");
            }
            for (var j = 0; j < i; j++)
            {
                if (items[j].SkuId == items[i].SkuId)
                {
                    return Refusal.Invalid($"items[{i}].skuId", "must not appear twice");
                }
            }
        }
        return null;
    }

    /// <param name="account">As committed.</param>
    /// <param name="command">Checked by <see cref="Check"/>.</param>
    /// <param name="orderId">UUIDv7 of the order to create.</param>
    /// <param name="claims">The terms that the gates gave, one an item in the items' order.</param>
    /// <param name="context">What else is known.</param>
    public static MemberDecision Decide(
        Account account,
        RedeemCommand command,
        Guid orderId,
        ImmutableArray<ClaimTerms> claims,
        DecisionContext context
    )
    {
        var now = Accounts.Now(
            account,
            claims.Aggregate(context.Clock, (at, claim) => Instants.Later(at, claim.ClaimedAt))
        );
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        var counters = CounterBook.Open(account, context, now);
        var lines = ImmutableArray.CreateBuilder<NewOrderLine>(claims.Length);
        var total = 0L;
        for (var i = 0; i < command.Items.Length; i++)
        {
            var line = LineOf(command.Items[i], claims[i], context.Calendar, now);
            if (Limit(line, counters) is { } refusal)
            {
                return MemberDecision.Refuse(refusal);
            }
            counters.Redeem(line.Item.SkuId, line.Item.Quantity, line.Limit);
            total = checked(total + line.Item.PointsEach * line.Item.Quantity);
            lines.Add(line);
        }
        if (total > draft.Available)
        {
            return MemberDecision.InsufficientPoints(total, draft.Available);
        }
        if (draft.Lots.Draw(total) is not { } lots)
        {
            return MemberDecision.WithoutPages;
        }

        draft.LifetimeSpent = checked(draft.LifetimeSpent + total);
        var entry = draft.Post(
            new()
            {
                Type = EntryType.Redemption,
                Account = EntryAccount.Available,
                Points = -total,
                Contra = "redeemed",
                Lots = lots,
                CauseKind = "order",
                CauseId = orderId,
            }
        );
        var order = new NewOrder(orderId, total, now, command.Note, lines.MoveToImmutable());
        var decision = draft.Close(counters);
        return decision.Refusal is not null
            ? decision
            : decision with
            {
                Order = order,
                Stock =
                [
                    .. claims.Select(claim => new StockDelta(
                        claim.SkuId,
                        claim.Epoch,
                        claim.Quantity,
                        Returned: 0,
                        Moved: 0
                    )),
                ],
                Events = [OrderEvents.Created(account.MemberId, entry.Sequence, order)],
            };
    }

    /// <summary>The line, counted in the window that is open when the order is made, which may be the one after the claim's.</summary>
    private static NewOrderLine LineOf(
        RedemptionItem item,
        ClaimTerms claim,
        Calendar calendar,
        DateTimeOffset now
    )
    {
        if (item.SkuId != claim.SkuId || item.Quantity != claim.Quantity)
        {
            throw new InvalidOperationException("The claims are not those of the items.");
        }
        return new(
            new(claim.SkuId, claim.ProductId, claim.Name, claim.Quantity, claim.PointsEach),
            claim.Limit is { } limit
                ? limit with
                {
                    WindowStart = calendar.StartOf(limit.Window, now),
                }
                : null
        );
    }

    private static Refusal? Limit(NewOrderLine line, CounterBook counters)
    {
        if (line.Limit is not { } limit)
        {
            return null;
        }
        var redeemed = counters.CountOf(line.Item.SkuId, limit.Window, limit.WindowStart);
        return redeemed + line.Item.Quantity <= limit.Limit
            ? null
            : new Refusal
            {
                Code = RefusalCode.LimitReached,
                SkuId = line.Item.SkuId,
                Limit = limit.Limit,
                Redeemed = redeemed,
                Window = limit.Window,
            };
    }
}
