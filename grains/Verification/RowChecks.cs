namespace PointsMall.Grains.Verification;

/// <summary>A check that one query makes: it answers the rows for which the check does not hold, each with what names it and what is wrong.</summary>
/// <param name="Check">What must hold.</param>
/// <param name="Count">How many rows are looked at.</param>
/// <param name="Violations">Columns: row, why.</param>
internal sealed record RowCheck(Check Check, string Count, string Violations);

/// <summary>Checks of one range of members.</summary>
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
                    and e.cause_kind = 'order'
                group by e.cause_id, e.member_id
            )
            select
                'order ' || b.order_id,
                format(
                    '%s for %s points; lines %s, debits %s of %s, reversals %s of %s, cancelled by %s changes',
                    b.status, b.points_total, coalesce(b.line_points, 0), coalesce(p.debits, 0), coalesce(p.debited, 0),
                    coalesce(p.reversals, 0), coalesce(p.reversed, 0), b.cancelled::int
                )
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
                and order_id is not null
            """,
            """
            with named as (
                select c.member_id, c.version, c.order_id
                from mall.command c
                where c.member_id > $1
                    and c.member_id <= $2
                    and c.order_id is not null
            ),
            bought as (
                select o.order_id, o.member_id
                from mall.redemption_order o
                where o.member_id > $1
                    and o.member_id <= $2
            )
            select
                coalesce('order ' || b.order_id, format('command %s %s', n.member_id, n.version)),
                case
                    when b.order_id is null then format('the member has no order %s', n.order_id)
                    else 'no command names it'
                end
            from named n
            full join bought b
                on b.order_id = n.order_id
                and b.member_id = n.member_id
            where n.order_id is null
                or b.order_id is null
            """
        ),
        new(
            Check.Holds,
            """
            select count(*)
            from mall.hold
            where member_id > $1
                and member_id <= $2
            """,
            """
            with kept as (
                select
                    h.hold_id, h.member_id, h.status, h.points, h.captured, h.expires_at,
                    (select sum((part ->> 1)::bigint) from jsonb_array_elements(h.lots) part) as aside
                from mall.hold h
                where h.member_id > $1
                    and h.member_id <= $2
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
                    and e.cause_kind = 'hold'
                group by e.cause_id, e.member_id
            ),
            account as (
                select a.member_id, a.due_on
                from mall.member_account a
                where a.member_id > $1
                    and a.member_id <= $2
                    and a.held > 0
            )
            select
                'hold ' || coalesce(k.hold_id, p.cause_id),
                format(
                    '%s of %s, captured %s, set aside %s; entries placed %s, captured %s, released %s; ends %s, the account is due %s',
                    k.status, k.points, k.captured, k.aside, p.placed, p.captured, p.released, k.expires_at, a.due_on
                )
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
                and l.limit_window is not null
            """,
            """
            with redeemed as (
                select o.member_id, l.sku_id, l.limit_window, l.window_start, sum(l.quantity) as units
                from mall.redemption_order o
                join mall.order_line l on l.order_id = o.order_id
                where o.member_id > $1
                    and o.member_id <= $2
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
                format('redeemed %s in the window %s from %s, allowed %s', r.units, r.limit_window, r.window_start, max(a.units))
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
            """,
            """
            with member as (
                select * from mall.member where member_id > $1 and member_id <= $2
            ),
            account as (
                select * from mall.member_account where member_id > $1 and member_id <= $2
            ),
            bought as (
                select * from mall.redemption_order where member_id > $1 and member_id <= $2
            )
            select 'account ' || a.member_id, 'there is no such member'
            from account a
            left join member m on m.member_id = a.member_id
            where m.member_id is null
            union all
            select 'member ' || m.member_id, 'there is no account'
            from member m
            left join account a on a.member_id = m.member_id
            where a.member_id is null
            union all
            select 'order ' || b.order_id, 'there is no such member ' || b.member_id
            from bought b
            left join member m on m.member_id = b.member_id
            where m.member_id is null
            union all
            select format('entry %s %s', e.member_id, e.sequence), 'there is no order ' || e.cause_id
            from mall.ledger_entry e
            left join mall.redemption_order b on b.order_id = e.cause_id
            where e.member_id > $1
                and e.member_id <= $2
                and e.cause_kind = 'order'
                and b.member_id is distinct from e.member_id
            union all
            select format('limit %s %s', c.member_id, c.sku_id), 'there is no such account'
            from mall.member_limit c
            left join account a on a.member_id = c.member_id
            where c.member_id > $1
                and c.member_id <= $2
                and a.member_id is null
            """
        ),
    ];
}

/// <summary>Checks over what members share. Each reads its tables whole, in a snapshot of its own.</summary>
internal static class SharedRowChecks
{
    public static readonly ImmutableArray<RowCheck> All =
    [
        new(
            Check.AppendOnly,
            "select 4",
            """
            select
                'table ' || t.name,
                format('%s of its 2 triggers refuse changes', count(g.tgname))
            from (values ('ledger_entry'), ('command')) t (name)
            left join pg_trigger g
                on g.tgrelid = ('mall.' || t.name)::regclass
                and g.tgfoid = 'mall.refuse_change'::regproc
                and g.tgenabled in ('O', 'A')
                and (g.tgtype & 1, g.tgtype & 2, g.tgtype & (8 | 16 | 32)) in ((1, 2, 8 | 16), (0, 2, 32))
            group by t.name
            having count(g.tgname) <> 2
            """
        ),
        new(
            Check.Stock,
            "select count(*) from mall.stock",
            """
            with moved as (
                select sku_id, sum(quantity) as units
                from mall.stock_movement
                group by sku_id
            ),
            sold as (
                select l.sku_id, sum(l.quantity) as units
                from mall.order_line l
                join mall.redemption_order o on o.order_id = l.order_id
                where o.status <> 'cancelled'
                group by l.sku_id
            )
            select
                'sku ' || sku_id,
                format(
                    'available %s, redeemed %s; movements %s, live orders %s',
                    s.available, s.redeemed, coalesce(m.units, 0), coalesce(o.units, 0)
                )
            from mall.stock s
            full join moved m using (sku_id)
            full join sold o using (sku_id)
            where s.available is distinct from coalesce(m.units, 0) - coalesce(o.units, 0)
                or s.redeemed is distinct from coalesce(o.units, 0)
            """
        ),
        new(
            Check.Catalogue,
            "select count(*) from mall.sku",
            """
            select 'sku ' || coalesce(k.sku_id, s.sku_id), 'there is no SKU or no stock of it'
            from mall.sku k
            full join mall.stock s on s.sku_id = k.sku_id
            where k.sku_id is null
                or s.sku_id is null
            union all
            select 'sku ' || k.sku_id, 'there is no product ' || k.product_id
            from mall.sku k
            left join mall.product p on p.product_id = k.product_id
            where p.product_id is null
            union all
            select
                'product ' || coalesce(p.product_id, c.product_id),
                format('version %s after %s changes, the last of version %s', p.version, c.changes, c.last)
            from mall.product p
            full join (
                select product_id, count(*) as changes, max(product_version) as last
                from mall.catalogue_change
                group by product_id
            ) c on c.product_id = p.product_id
            where p.version is distinct from c.last
                or p.version is distinct from c.changes
            """
        ),
        new(
            Check.MemberRows,
            "select count(*) from mall.order_line",
            """
            select format('line %s %s', l.order_id, l.line_no), 'there is no such order'
            from mall.order_line l
            left join mall.redemption_order o on o.order_id = l.order_id
            where o.order_id is null
            union all
            select format('line %s %s', l.order_id, l.line_no), format('there is no SKU %s of product %s', l.sku_id, l.product_id)
            from mall.order_line l
            left join mall.sku k
                on k.sku_id = l.sku_id
                and k.product_id = l.product_id
            where k.sku_id is null
            union all
            select format('change %s %s', c.order_id, c.status), 'there is no such order'
            from mall.order_status_change c
            left join mall.redemption_order o on o.order_id = c.order_id
            where o.order_id is null
            """
        ),
    ];
}
