namespace PointsMall.Grains.Commits;

/// <summary>The statements of stock and catalogue. Stock comes last in a batch, so that a hot row is locked as briefly as may be.</summary>
internal static class StockStatements
{
    /// <summary>
    /// One row a SKU, summed over the batch: claims demand the epoch, returned units do not. Accounts are locked before, SKUs in key order.
    /// Answers what is left, for the gates.
    /// </summary>
    public const string Stock = """
        with locked as materialized (
            select d.*, s.available as was, s.epoch as was_epoch
            from unnest(
                $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]
            ) as d (sku_id, epoch, taken, returned, moved, bump)
            join stock s on s.sku_id = d.sku_id
            order by s.sku_id
            for update of s
        ),
        written as (
            update stock s
            set available = s.available - l.taken + l.returned + l.moved,
                redeemed = s.redeemed + l.taken - l.returned,
                epoch = s.epoch + l.bump
            from locked l
            where s.sku_id = l.sku_id
                and (l.epoch = 0 or l.epoch = l.was_epoch)
                and l.was - l.taken + l.returned + l.moved >= 0
            returning s.sku_id, s.available, s.epoch
        )
        select sku_id, available, epoch from written
        union all
        select null, refuse_stock($1, $2), null
        where (select count(*) from written) <> cardinality($1)
        """;

    /// <summary>After <see cref="Stock"/>: what is left is what this batch left.</summary>
    public const string Movements = """
        with written as (
            insert into stock_movement (
                movement_id, sku_id, quantity, reason, principal, key, fingerprint, available_after, at
            )
            select m.movement_id, m.sku_id, m.quantity, m.reason, m.principal, m.key, m.fingerprint, s.available, m.at
            from unnest(
                $1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[]
            ) as m (movement_id, sku_id, quantity, reason, principal, key, fingerprint, at)
            join stock s on s.sku_id = m.sku_id
            on conflict do nothing
            returning movement_id
        )
        select null::uuid, refuse('movement', (
            select string_agg(m::text, ',')
            from unnest($1::uuid[]) m
            where m not in (select movement_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;

    /// <summary>
    /// One product a statement: catalogue changes are rare and wide. Columns are named: one that a later release adds keeps its default.
    /// </summary>
    public const string Product = """
        with next as (
            select * from jsonb_populate_record(null::product, $1::jsonb)
        ),
        created as (
            insert into product (
                product_id, version, name, summary, description, type, category, image_url, images, badges, translations, listed,
                redeemable_from, redeemable_to, created_at
            )
            select
                product_id, version, name, summary, description, type, category, image_url, images, badges, translations, listed,
                redeemable_from, redeemable_to, created_at
            from next
            where $3::bigint = 0
            on conflict do nothing
            returning product_id
        ),
        changed as (
            update product p
            set version = n.version,
                name = n.name,
                summary = n.summary,
                description = n.description,
                type = n.type,
                category = n.category,
                image_url = n.image_url,
                images = n.images,
                badges = n.badges,
                translations = n.translations,
                listed = n.listed,
                redeemable_from = n.redeemable_from,
                redeemable_to = n.redeemable_to
            from next n
            where p.product_id = n.product_id
                and p.version = $3
                and $3 > 0
            returning p.product_id
        )
        select null::uuid, refuse('product', $2::text), null::bigint
        where not exists (select from created)
            and not exists (select from changed)
        """;

    public const string Sku = """
        insert into sku (
            sku_id, product_id, position, code, name, translations, points, per_order_limit, multiple_of, per_member_limit,
            per_member_window, limit_counted_from, redeemable_from, redeemable_to, created_at, stopped_at, stopped_by
        )
        select
            sku_id, product_id, position, code, name, translations, points, per_order_limit, multiple_of, per_member_limit,
            per_member_window, limit_counted_from, redeemable_from, redeemable_to, created_at, stopped_at, stopped_by
        from jsonb_populate_record(null::sku, $1::jsonb)
        on conflict (sku_id) do update
        set position = excluded.position,
            code = excluded.code,
            name = excluded.name,
            translations = excluded.translations,
            points = excluded.points,
            per_order_limit = excluded.per_order_limit,
            multiple_of = excluded.multiple_of,
            per_member_limit = excluded.per_member_limit,
            per_member_window = excluded.per_member_window,
            limit_counted_from = excluded.limit_counted_from,
            redeemable_from = excluded.redeemable_from,
            redeemable_to = excluded.redeemable_to,
            stopped_at = excluded.stopped_at,
            stopped_by = excluded.stopped_by
        """;

    public const string NewStock = """
        insert into stock (sku_id, available)
        values ($1, 0)
        """;

    public const string CatalogueChange = """
        with written as (
            insert into catalogue_change (
                change_id, product_id, product_version, sku_id, principal, key, operation, fingerprint, before, after, at
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict do nothing
            returning change_id
        )
        select null::uuid, refuse('change', $1::uuid::text), null::bigint
        where not exists (select from written)
        """;

    /// <summary>SKUs of a batch whose rows nobody else holds now; asked after a lock time-out, to send the others' units on.</summary>
    public const string Unlocked = """
        select sku_id
        from stock
        where sku_id = any($1)
        order by sku_id
        for update skip locked
        """;
}
