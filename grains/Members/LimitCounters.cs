namespace PointsMall.Grains.Members;

/// <summary>
/// Per-member limits. A counter counts the units of one SKU in the member's live orders that were made in one window: from when it is
/// opened, every order of the SKU raises all its open counters, whether the offer has a limit at the time or not, and every cancel lowers
/// those in whose window the order was made. All counters of one SKU are together, in the account's row or in <c>member_limit</c>; a row
/// there of a SKU that the account's row has counters of is out of date.
/// </summary>
public static class LimitCounters
{
    /// <summary>One of the SKUs has no counter in the account's row but may have some in <c>member_limit</c>.</summary>
    public static bool NeedsPaged(Account account, IEnumerable<Guid> skuIds) =>
        account.PagedCounters > 0
        && skuIds.Any(id => !account.Counters.Any(counter => counter.SkuId == id));

    /// <summary>The member's open counters of a SKU, as a claim sends them.</summary>
    public static ImmutableArray<RedeemedCount> Open(
        Account account,
        Guid skuId,
        DecisionContext context
    ) =>
        [
            .. CounterBook
                .Open(account, context, Accounts.Now(account, context.Clock))
                .Of(skuId)
                .Select(counter => counter.Redeemed),
        ];
}

/// <summary>A working copy of an account's counters while one decision is made.</summary>
internal sealed class CounterBook
{
    private readonly Account _account;
    private readonly Calendar _calendar;
    private readonly List<LimitCounter> _counters;
    private readonly List<Guid> _touched = [];

    private CounterBook(Account account, Calendar calendar, List<LimitCounter> counters)
    {
        _account = account;
        _calendar = calendar;
        _counters = counters;
    }

    /// <summary>Counters of closed windows are left out: nothing counts in them again.</summary>
    public static CounterBook Open(Account account, DecisionContext context, DateTimeOffset now)
    {
        var counters = new List<LimitCounter>();
        foreach (var counter in account.Counters.Concat(context.OtherCounters))
        {
            var start = context.Calendar.StartOf(counter.Redeemed.Window, now);
            if (
                counter.Redeemed.WindowStart >= start
                && Find(counters, counter.SkuId, counter.Redeemed) < 0
            )
            {
                counters.Add(counter);
            }
        }
        return new(account, context.Calendar, counters);
    }

    public IEnumerable<LimitCounter> Of(Guid skuId) =>
        _counters.Where(counter => counter.SkuId == skuId);

    public long CountOf(Guid skuId, LimitWindow window, DateTimeOffset windowStart)
    {
        var index = Find(_counters, skuId, new(window, windowStart, Count: 0));
        return index < 0 ? 0 : _counters[index].Redeemed.Count;
    }

    /// <summary>Counts units of an order that is made now.</summary>
    public void Redeem(Guid skuId, int quantity, LimitTerms? limit)
    {
        if (
            limit is not null
            && Find(_counters, skuId, new(limit.Window, limit.WindowStart, Count: 0)) < 0
        )
        {
            _counters.Add(new(skuId, new(limit.Window, limit.WindowStart, Count: 0)));
        }
        Change(skuId, quantity, _ => true);
    }

    /// <summary>Takes back units of an order that was made at <paramref name="createdAt"/>.</summary>
    public void GiveBack(Guid skuId, int quantity, DateTimeOffset createdAt) =>
        Change(
            skuId,
            -quantity,
            counted => _calendar.StartOf(counted.Window, createdAt) == counted.WindowStart
        );

    /// <summary>The account with the book's counters, those used last in its row; the others are to be written to <c>member_limit</c>.</summary>
    public Account Close(Account next, out ImmutableArray<LimitCounter> paged)
    {
        var order = _touched
            .AsEnumerable()
            .Reverse()
            .Concat(_counters.Select(counter => counter.SkuId))
            .Distinct();
        var head = ImmutableArray.CreateBuilder<LimitCounter>();
        var rest = ImmutableArray.CreateBuilder<LimitCounter>();
        foreach (var skuId in order)
        {
            var ofSku = Of(skuId).ToArray();
            (head.Count + ofSku.Length <= Account.MaxHeadCounters ? head : rest).AddRange(ofSku);
        }
        paged = rest.DrainToImmutable();
        return next with
        {
            Counters = head.DrainToImmutable(),
            PagedCounters = _account.PagedCounters + paged.Length,
        };
    }

    private void Change(Guid skuId, long by, Func<RedeemedCount, bool> applies)
    {
        for (var i = 0; i < _counters.Count; i++)
        {
            var (sku, counted) = _counters[i];
            if (sku == skuId && applies(counted))
            {
                var count = Math.Max(0, checked(counted.Count + by));
                _counters[i] = new(sku, counted with { Count = count });
            }
        }
        _touched.Remove(skuId);
        _touched.Add(skuId);
    }

    private static int Find(List<LimitCounter> counters, Guid skuId, RedeemedCount counted) =>
        counters.FindIndex(other =>
            other.SkuId == skuId
            && other.Redeemed.Window == counted.Window
            && other.Redeemed.WindowStart == counted.WindowStart
        );
}
