using PointsMall.Grains.Members;

namespace PointsMall.Grains.Verification;

/// <summary>
/// Limit counters of windows that are surely still open, held against the orders. The programme's zone is not known here, and a day of it
/// may have 23 hours: a window is taken for closed an hour early. Counters of closed windows are no longer kept up.
/// </summary>
internal sealed class CounterCheck(Snapshot snapshot, Findings findings)
{
    private const string Now = "select now()";

    private const string Paged = """
        select member_id, sku_id, limit_window, window_start, count
        from mall.member_limit
        where member_id > $1
            and member_id <= $2
            and ($3::uuid[] is null or member_id = any($3))
        """;

    private const string Wrong = """
        select c.member_id, c.sku_id, c.window_start, c.counted, coalesce(sum(l.quantity), 0)
        from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[]) as c (member_id, sku_id, window_start, counted)
        left join mall.redemption_order o
            on o.member_id = c.member_id
            and o.created_at >= c.window_start
            and o.status <> 'cancelled'
        left join mall.order_line l
            on l.order_id = o.order_id
            and l.sku_id = c.sku_id
        group by c.member_id, c.sku_id, c.window_start, c.counted
        having c.counted <> coalesce(sum(l.quantity), 0)
        """;

    public async Task Run(MemberSet members, IReadOnlyCollection<Account> accounts)
    {
        var counters = await Open(members, accounts);
        findings.Looked(Check.Counters, counters.Count);
        if (counters.Count == 0)
        {
            return;
        }
        await foreach (
            var row in snapshot.Read(
                Wrong,
                counters.Select(counter => counter.MemberId).ToArray(),
                counters.Select(counter => counter.Counter.SkuId).ToArray(),
                counters.Select(counter => counter.Counter.Redeemed.WindowStart).ToArray(),
                counters.Select(counter => counter.Counter.Redeemed.Count).ToArray()
            )
        )
        {
            findings.Add(
                Check.Counters,
                $"member {row.GetGuid(0)} sku {row.GetGuid(1)}",
                $"counts {row.GetInt64(3)} since {row.GetFieldValue<DateTimeOffset>(2):u}, live orders have {row.GetInt64(4)}",
                row.GetGuid(0),
                row.GetGuid(1)
            );
        }
    }

    private async Task<List<(Guid MemberId, LimitCounter Counter)>> Open(
        MemberSet members,
        IReadOnlyCollection<Account> accounts
    )
    {
        var now = DateTimeOffset.MinValue;
        await foreach (var row in snapshot.Read(Now))
        {
            now = row.GetFieldValue<DateTimeOffset>(0);
        }
        var counters = accounts
            .SelectMany(account =>
                account.Counters.Select(counter => (account.MemberId, Counter: counter))
            )
            .ToList();
        // Paged counters of a SKU that the account's row has counters of are out of date.
        var current = counters.Select(known => (known.MemberId, known.Counter.SkuId)).ToHashSet();
        await foreach (var row in snapshot.Read(Paged, members))
        {
            var (memberId, skuId) = (row.GetGuid(0), row.GetGuid(1));
            if (!current.Contains((memberId, skuId)))
            {
                counters.Add(
                    (
                        memberId,
                        new(
                            skuId,
                            new(
                                (LimitWindow)row.GetInt16(2),
                                row.GetFieldValue<DateTimeOffset>(3),
                                row.GetInt64(4)
                            )
                        )
                    )
                );
            }
        }
        counters.RemoveAll(known => !IsOpen(known.Counter.Redeemed, now));
        return counters;
    }

    private static bool IsOpen(RedeemedCount counted, DateTimeOffset now)
    {
        var days = counted.Window switch
        {
            LimitWindow.Day => 1,
            LimitWindow.Week => 7,
            LimitWindow.Month => 28,
            _ => (int?)null,
        };
        return days is null
            || now < counted.WindowStart + TimeSpan.FromDays(days.Value) - TimeSpan.FromHours(1);
    }
}
