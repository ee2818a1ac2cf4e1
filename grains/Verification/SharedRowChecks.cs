namespace PointsMall.Grains.Verification;

/// <summary>Checks over what members share. Each reads its tables whole.</summary>
internal static class SharedRowChecks
{
    private static readonly RowCheck AppendOnly = new(
        Check.AppendOnly,
        "select 4",
        """
        select
            'table ' || t.name,
            format('%s of its 2 triggers refuse changes', count(g.tgname)),
            null::uuid,
            null::uuid
        from (values ('ledger_entry'), ('command')) t (name)
        left join pg_trigger g
            on g.tgrelid = ('mall.' || t.name)::regclass
            and g.tgfoid = 'mall.refuse_change'::regproc
            and g.tgenabled in ('O', 'A')
            and (g.tgtype & 1, g.tgtype & 2, g.tgtype & (8 | 16 | 32)) in ((1, 2, 8 | 16), (0, 2, 32))
        group by t.name
        having count(g.tgname) <> 2
        """
    );

    private static readonly RowCheck Catalogue = new(
        Check.Catalogue,
        "select count(*) from mall.sku",
        """
        select 'sku ' || coalesce(k.sku_id, s.sku_id), 'there is no SKU or no stock of it', null::uuid, coalesce(k.sku_id, s.sku_id)
        from mall.sku k
        full join mall.stock s on s.sku_id = k.sku_id
        where k.sku_id is null
            or s.sku_id is null
        union all
        select 'sku ' || k.sku_id, 'there is no product ' || k.product_id, null, k.sku_id
        from mall.sku k
        left join mall.product p on p.product_id = k.product_id
        where p.product_id is null
        union all
        select
            'product ' || coalesce(p.product_id, c.product_id),
            format('version %s after %s changes, the last of version %s', p.version, c.changes, c.last),
            null,
            coalesce(p.product_id, c.product_id)
        from mall.product p
        full join (
            select product_id, count(*) as changes, max(product_version) as last
            from mall.catalogue_change
            group by product_id
        ) c on c.product_id = p.product_id
        where p.version is distinct from c.last
            or p.version is distinct from c.changes
        """
    );

    public static readonly RowCheck Stock = new(
        Check.Stock,
        "select count(*) from mall.stock where $1::uuid[] is null or sku_id = any($1)",
        """
        with moved as (
            select sku_id, sum(quantity) as units
            from mall.stock_movement
            where $1::uuid[] is null
                or sku_id = any($1)
            group by sku_id
        ),
        sold as (
            select l.sku_id, sum(l.quantity) as units
            from mall.order_line l
            join mall.redemption_order o on o.order_id = l.order_id
            where o.status <> 'cancelled'
                and ($1::uuid[] is null or l.sku_id = any($1))
            group by l.sku_id
        ),
        held as (
            select *
            from mall.stock
            where $1::uuid[] is null
                or sku_id = any($1)
        )
        select
            'sku ' || sku_id,
            format(
                'available %s, redeemed %s; movements %s, live orders %s',
                s.available, s.redeemed, coalesce(m.units, 0), coalesce(o.units, 0)
            ),
            null::uuid,
            sku_id
        from held s
        full join moved m using (sku_id)
        full join sold o using (sku_id)
        where s.available is distinct from coalesce(m.units, 0) - coalesce(o.units, 0)
            or s.redeemed is distinct from coalesce(o.units, 0)
        """,
        BySku: true
    );

    private static readonly RowCheck Parts = new(
        Check.MemberRows,
        "select count(*) from mall.order_line",
        """
        select format('line %s %s', l.order_id, l.line_no), 'there is no such order', null::uuid, l.order_id
        from mall.order_line l
        left join mall.redemption_order o on o.order_id = l.order_id
        where o.order_id is null
        union all
        select format('change %s %s', c.order_id, c.status), 'there is no such order', null, null
        from mall.order_status_change c
        left join mall.redemption_order o on o.order_id = c.order_id
        where o.order_id is null
        """
    );

    /// <summary>Those whose tables are small beside the members'.</summary>
    public static readonly ImmutableArray<RowCheck> Small = [AppendOnly, Catalogue];

    public static readonly ImmutableArray<RowCheck> All = [AppendOnly, Stock, Catalogue, Parts];
}
