namespace PointsMall.Grains.Verification;

/// <summary>Checks of some members; the parameters are those of <see cref="MemberSet"/>.</summary>
/// <remarks>
/// Statistics from before a rush say that there is next to nothing in a range, and a nested loop over two sets that turn out large takes minutes.
/// So two such sets are joined in full, which is never a nested loop, and what comes by key comes from a subquery.
/// </remarks>
internal static class MemberRowChecks
{
    public static readonly ImmutableArray<RowCheck> All =
    [
        new(
            Check.Orders,
            """
            select count(*)
            from mall.redemption_order
            where member_id > $1
                and member_id <= $2
                and ($3::uuid[] is null or member_id = any($3))
            """,
            """
            with bought as (
                select
                    true as there,
                    o.order_id,
                    o.member_id,
                    o.status,
                    o.points_total,
                    (
                        select sum(l.quantity * l.points_each)
                        from mall.order_line l
                        where l.order_id = o.order_id
                    ) as line_points,
                    (
                        select count(*)
                        from mall.order_status_change s
                        where s.order_id = o.order_id
                            and s.status = 'cancelled'
                    ) > 0 as cancelled
                from mall.redemption_order o
                where o.member_id > $1
                    and o.member_id <= $2
                    and ($3::uuid[] is null or o.member_id = any($3))
            ),
            posted as (
                select
                    e.cause_id,
                    e.member_id,
                    count(*) filter (where e.type = 'redemption') as debits,
                    count(*) filter (where e.type = 'cancellation') as reversals,
                    -sum(e.points) filter (where e.type = 'redemption') as debited,
                    sum(e.points) filter (where e.type = 'cancellation') as reversed
                from mall.ledger_entry e
                where e.member_id > $1
                    and e.member_id <= $2
                    and ($3::uuid[] is null or e.member_id = any($3))
                    and e.cause_kind = 'order'
                group by e.cause_id, e.member_id
            )
            select
                'order ' || b.order_id,
                format(
                    '%s for %s points; lines %s, debits %s of %s, reversals %s of %s, cancelled by %s changes',
                    b.status, b.points_total, coalesce(b.line_points, 0), coalesce(p.debits, 0), coalesce(p.debited, 0),
                    coalesce(p.reversals, 0), coalesce(p.reversed, 0), b.cancelled::int
                ),
                b.member_id,
                b.order_id
            from bought b
            full join posted p
                on p.cause_id = b.order_id
                and p.member_id = b.member_id
            where coalesce(b.there, false)
                and (
                    p.debits is distinct from 1
                    or p.debited is distinct from b.points_total
                    or b.line_points is distinct from b.points_total
                    or p.reversals is distinct from (b.status = 'cancelled')::int
                    or p.reversed is distinct from case when b.status = 'cancelled' then b.points_total end
                    or (b.status = 'cancelled') is distinct from b.cancelled
                )
            """
        ),
        new(
            Check.CommandOrders,
            """
            select count(*)
            from mall.command
            where member_id > $1
                and member_id <= $2
                and ($3::uuid[] is null or member_id = any($3))
                and order_id is not null
            """,
            """
            with named as (
                select c.member_id, c.version, c.order_id
                from mall.command c
                where c.member_id > $1
                    and c.member_id <= $2
                    and ($3::uuid[] is null or c.member_id = any($3))
                    and c.order_id is not null
            ),
            bought as (
                select o.order_id, o.member_id
                from mall.redemption_order o
                where o.member_id > $1
                    and o.member_id <= $2
                    and ($3::uuid[] is null or o.member_id = any($3))
            )
            select
                coalesce('order ' || b.order_id, format('command %s %s', n.member_id, n.version)),
                case
                    when b.order_id is null then format('the member has no order %s', n.order_id)
                    else 'no command names it'
                end,
                coalesce(b.member_id, n.member_id),
                coalesce(b.order_id, n.order_id)
            from named n
            full join bought b
                on b.order_id = n.order_id
                and b.member_id = n.member_id
            where n.order_id is null
                or b.order_id is null
            """
        ),
        new(
            Check.Earnings,
            """
            select count(*)
            from mall.earning_event
            where member_id > $1
                and member_id <= $2
                and ($3::uuid[] is null or member_id = any($3))
            """,
            """
            with sent as (
                select
                    s.member_id, s.commit_id, s.partner || ' ' || s.event_id as event,
                    coalesce((
                        select sum((award ->> 'points')::bigint)
                        from jsonb_array_elements(s.outcome -> 'awards') award
                    ), 0) as given,
                    coalesce((
                        select sum((reversal ->> 'points')::bigint - (reversal ->> 'shortfall')::bigint)
                        from jsonb_array_elements(s.outcome -> 'reversals') reversal
                    ), 0) as taken
                from mall.earning_event s
                where s.member_id > $1
                    and s.member_id <= $2
                    and ($3::uuid[] is null or s.member_id = any($3))
            ),
            posted as (
                select
                    e.member_id,
                    e.cause_id,
                    coalesce(sum(e.points) filter (where e.type = 'earning'), 0) as given,
                    -coalesce(sum(e.points) filter (where e.type = 'reversal'), 0) as taken
                from mall.ledger_entry e
                where e.member_id > $1
                    and e.member_id <= $2
                    and ($3::uuid[] is null or e.member_id = any($3))
                    and e.cause_kind = 'event'
                group by e.cause_id, e.member_id
            )
            select
                'event ' || coalesce(s.event, 'of commit ' || p.cause_id),
                format(
                    'came to %s given and %s taken back, its entries to %s and %s',
                    coalesce(s.given::text, 'no'), coalesce(s.taken::text, 'no'), coalesce(p.given, 0), coalesce(p.taken, 0)
                ),
                coalesce(s.member_id, p.member_id),
                null::uuid
            from sent s
            full join posted p
                on p.cause_id = s.commit_id
                and p.member_id = s.member_id
            where s.commit_id is null
                or s.given <> coalesce(p.given, 0)
                or s.taken <> coalesce(p.taken, 0)
            union all
            select
                'purchase ' || p.partner || ' ' || p.order_id,
                format('gave back %s of %s points that line %s earned', l ->> 'reversed', l ->> 'points', l ->> 'lineId'),
                p.member_id,
                null::uuid
            from mall.purchase p
            cross join jsonb_array_elements(p.state -> 'awards') a
            cross join jsonb_array_elements(a -> 'lines') l
            where p.member_id > $1
                and p.member_id <= $2
                and ($3::uuid[] is null or p.member_id = any($3))
                and (l ->> 'reversed')::bigint not between 0 and (l ->> 'points')::bigint
            """
        ),
        new(
            Check.Holds,
            """
            select count(*)
            from mall.hold
            where member_id > $1
                and member_id <= $2
                and ($3::uuid[] is null or member_id = any($3))
            """,
            """
            with kept as (
                select
                    h.hold_id, h.member_id, h.status, h.points, h.captured, h.expires_at,
                    (select sum((part ->> 1)::bigint) from jsonb_array_elements(h.lots) part) as aside
                from mall.hold h
                where h.member_id > $1
                    and h.member_id <= $2
                    and ($3::uuid[] is null or h.member_id = any($3))
            ),
            posted as (
                select
                    e.cause_id,
                    e.member_id,
                    -sum(e.points) filter (where e.type = 'hold') as placed,
                    -sum(e.points) filter (where e.type = 'capture') as captured,
                    sum(e.points) filter (where e.type = 'release') as released
                from mall.ledger_entry e
                where e.member_id > $1
                    and e.member_id <= $2
                    and ($3::uuid[] is null or e.member_id = any($3))
                    and e.cause_kind = 'hold'
                group by e.cause_id, e.member_id
            ),
            account as (
                select a.member_id, a.due_on
                from mall.member_account a
                where a.member_id > $1
                    and a.member_id <= $2
                    and ($3::uuid[] is null or a.member_id = any($3))
                    and a.held > 0
            )
            select
                'hold ' || coalesce(k.hold_id, p.cause_id),
                format(
                    '%s of %s, captured %s, set aside %s; entries placed %s, captured %s, released %s; ends %s, the account is due %s',
                    k.status, k.points, k.captured, k.aside, p.placed, p.captured, p.released, k.expires_at, a.due_on
                ),
                coalesce(k.member_id, p.member_id),
                null::uuid
            from kept k
            full join posted p
                on p.cause_id = k.hold_id
                and p.member_id = k.member_id
            left join account a on a.member_id = k.member_id
            where k.points is distinct from p.placed
                or k.captured is distinct from coalesce(p.captured, 0)
                or case
                    when k.status = 'open' then
                        k.aside is distinct from k.points
                        or p.captured is not null
                        or p.released is not null
                        or a.due_on is null
                        or a.due_on > k.expires_at
                    else
                        k.aside is not null
                        or coalesce(p.captured, 0) + coalesce(p.released, 0) <> k.points
                        or (k.status = 'captured') <> (k.captured > 0)
                end
            """
        ),
        // A limit may have been lowered since: what counts is the highest that the SKU ever had for the window.
        new(
            Check.Limits,
            """
            select count(*)
            from mall.redemption_order o
            join mall.order_line l on l.order_id = o.order_id
            where o.member_id > $1
                and o.member_id <= $2
                and ($3::uuid[] is null or o.member_id = any($3))
                and l.limit_window is not null
            """,
            """
            with redeemed as (
                select o.member_id, l.sku_id, l.limit_window, l.window_start, sum(l.quantity) as units
                from mall.redemption_order o
                join mall.order_line l on l.order_id = o.order_id
                where o.member_id > $1
                    and o.member_id <= $2
                    and ($3::uuid[] is null or o.member_id = any($3))
                    and o.status <> 'cancelled'
                    and l.limit_window is not null
                group by o.member_id, l.sku_id, l.limit_window, l.window_start
            ),
            allowed as (
                select sku_id, per_member_window as limit_window, per_member_limit as units
                from mall.sku
                where per_member_limit is not null
                union
                select sku_id, (after ->> 'per_member_window')::smallint, (after ->> 'per_member_limit')::bigint
                from mall.catalogue_change
                where after ->> 'per_member_limit' is not null
                    and sku_id is not null
            )
            select
                format('member %s sku %s', r.member_id, r.sku_id),
                format('redeemed %s in the window %s from %s, allowed %s', r.units, r.limit_window, r.window_start, max(a.units)),
                r.member_id,
                r.sku_id
            from redeemed r
            left join allowed a
                on a.sku_id = r.sku_id
                and a.limit_window = r.limit_window
            group by r.member_id, r.sku_id, r.limit_window, r.window_start, r.units
            having r.units > coalesce(max(a.units), 0)
            """
        ),
        new(
            Check.MemberRows,
            """
            select count(*)
            from mall.member_account
            where member_id > $1
                and member_id <= $2
                and ($3::uuid[] is null or member_id = any($3))
            """,
            """
            with member as (
                select *
                from mall.member
                where member_id > $1
                    and member_id <= $2
                    and ($3::uuid[] is null or member_id = any($3))
            ),
            account as (
                select *
                from mall.member_account
                where member_id > $1
                    and member_id <= $2
                    and ($3::uuid[] is null or member_id = any($3))
            ),
            bought as (
                select *
                from mall.redemption_order
                where member_id > $1
                    and member_id <= $2
                    and ($3::uuid[] is null or member_id = any($3))
            )
            select 'account ' || a.member_id, 'there is no such member', a.member_id, null::uuid
            from account a
            left join member m on m.member_id = a.member_id
            where m.member_id is null
            union all
            select 'member ' || m.member_id, 'there is no account', m.member_id, null
            from member m
            left join account a on a.member_id = m.member_id
            where a.member_id is null
            union all
            select 'order ' || b.order_id, 'there is no such member ' || b.member_id, b.member_id, b.order_id
            from bought b
            left join member m on m.member_id = b.member_id
            where m.member_id is null
            union all
            select format('entry %s %s', e.member_id, e.sequence), 'there is no order ' || e.cause_id, e.member_id, e.cause_id
            from mall.ledger_entry e
            left join mall.redemption_order b on b.order_id = e.cause_id
            where e.member_id > $1
                and e.member_id <= $2
                and ($3::uuid[] is null or e.member_id = any($3))
                and e.cause_kind = 'order'
                and b.member_id is distinct from e.member_id
            union all
            select format('limit %s %s', c.member_id, c.sku_id), 'there is no such account', c.member_id, null
            from mall.member_limit c
            left join account a on a.member_id = c.member_id
            where c.member_id > $1
                and c.member_id <= $2
                and ($3::uuid[] is null or c.member_id = any($3))
                and a.member_id is null
            union all
            select
                format('line %s %s', l.order_id, l.line_no),
                format('there is no SKU %s of product %s', l.sku_id, l.product_id),
                b.member_id,
                b.order_id
            from bought b
            cross join lateral (
                select * from mall.order_line o where o.order_id = b.order_id offset 0
            ) l
            left join mall.sku k on k.sku_id = l.sku_id
            where k.product_id is distinct from l.product_id
            """
        ),
    ];
}
