-- The stored-procedure peer: an ordinary normalised schema and one function that does a whole redemption in one round trip.
-- What changes often is apart from what does not, and has room on its pages for HOT updates. No foreign keys, as in the mall.

create schema if not exists peer;

create table if not exists peer.sku (
    sku_id uuid primary key,
    product_id uuid not null,
    name text not null,
    points_each bigint not null check (points_each > 0)
);

create table if not exists peer.stock (
    sku_id uuid primary key,
    available bigint not null check (available >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);

create table if not exists peer.account (
    member_id uuid primary key,
    available bigint not null check (available >= 0),
    lifetime_earned bigint not null,
    lifetime_spent bigint not null default 0,
    entries bigint not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);

create table if not exists peer.idempotency (
    member_id uuid not null,
    key text not null,
    fingerprint bytea not null,
    order_id uuid not null,
    primary key (member_id, key)
);

create table if not exists peer.ledger_entry (
    member_id uuid not null,
    sequence bigint not null,
    points bigint not null,
    balance_after bigint not null,
    order_id uuid,
    occurred_at timestamptz not null,
    primary key (member_id, sequence)
);

-- Every look-up names the member, so one index serves an order and the list of a member's orders.
create table if not exists peer.redemption_order (
    member_id uuid not null,
    order_id uuid not null,
    status text not null,
    points_total bigint not null,
    created_at timestamptz not null,
    primary key (member_id, order_id)
);

create table if not exists peer.order_line (
    order_id uuid not null,
    line_no integer not null,
    sku_id uuid not null,
    product_id uuid not null,
    name text not null,
    quantity integer not null check (quantity > 0),
    points_each bigint not null,
    primary key (order_id, line_no)
);

-- What an earlier request with this key did, or no row.
create or replace function peer.replay(the_member uuid, the_key text, the_fingerprint bytea)
returns table (
    refusal text, replayed boolean, order_id uuid, created_at timestamptz, points_total bigint,
    product_ids uuid[], names text[], points_each bigint[],
    available bigint, lifetime_earned bigint, lifetime_spent bigint
)
language sql stable as $$
    select case when i.fingerprint <> the_fingerprint then 'idempotency_key_reused' end,
           true, o.order_id, o.created_at, o.points_total,
           array_agg(l.product_id order by l.line_no), array_agg(l.name order by l.line_no), array_agg(l.points_each order by l.line_no),
           a.available, a.lifetime_earned, a.lifetime_spent
    from peer.idempotency i
    join peer.redemption_order o on o.member_id = i.member_id and o.order_id = i.order_id
    join peer.order_line l on l.order_id = o.order_id
    join peer.account a on a.member_id = i.member_id
    where i.member_id = the_member
      and i.key = the_key
    group by i.fingerprint, o.order_id, o.created_at, o.points_total, a.available, a.lifetime_earned, a.lifetime_spent
$$;

-- The hot row comes last: its lock is held for one update and the commit. A refusal that is seen before the first write costs none;
-- one that is seen later (somebody else was faster) raises PE001 and undoes everything.
create or replace function peer.redeem(
    the_member uuid, the_key text, the_fingerprint bytea, the_order uuid, the_skus uuid[], the_quantities integer[]
)
returns table (
    refusal text, replayed boolean, order_id uuid, created_at timestamptz, points_total bigint,
    product_ids uuid[], names text[], points_each bigint[],
    available bigint, lifetime_earned bigint, lifetime_spent bigint
)
language plpgsql as $$
#variable_conflict use_column
declare
    known integer;
    short boolean;
    entry bigint;
begin
    select array_agg(s.product_id order by i.line_no), array_agg(s.name order by i.line_no),
           array_agg(s.points_each order by i.line_no), sum(s.points_each * i.quantity), count(*), bool_or(t.available < i.quantity)
    into product_ids, names, points_each, points_total, known, short
    from unnest(the_skus, the_quantities) with ordinality as i (sku_id, quantity, line_no)
    join peer.sku s on s.sku_id = i.sku_id
    join peer.stock t on t.sku_id = i.sku_id;
    refusal := case when known < cardinality(the_skus) then 'sku_not_found' when short then 'out_of_stock' end;
    if refusal is not null then
        return query select * from peer.replay(the_member, the_key, the_fingerprint);
        if not found then
            return next;
        end if;
        return;
    end if;

    insert into peer.idempotency (member_id, key, fingerprint, order_id)
    values (the_member, the_key, the_fingerprint, the_order)
    on conflict do nothing;
    if not found then
        return query select * from peer.replay(the_member, the_key, the_fingerprint);
        return;
    end if;

    update peer.account a
    set available = a.available - points_total,
        lifetime_spent = a.lifetime_spent + points_total,
        entries = a.entries + 1
    where a.member_id = the_member
      and a.available >= points_total
    returning a.available, a.lifetime_earned, a.lifetime_spent, a.entries
    into available, lifetime_earned, lifetime_spent, entry;
    if not found then
        raise exception using errcode = 'PE001', message =
            case when exists (select from peer.account a where a.member_id = the_member)
            then 'insufficient_points' else 'member_not_found' end;
    end if;

    replayed := false;
    order_id := the_order;
    created_at := now();
    with entered as (
        insert into peer.ledger_entry (member_id, sequence, points, balance_after, order_id, occurred_at)
        values (the_member, entry, -points_total, available, the_order, created_at)
    ), ordered as (
        insert into peer.redemption_order (member_id, order_id, status, points_total, created_at)
        values (the_member, the_order, 'created', points_total, created_at)
    )
    insert into peer.order_line (order_id, line_no, sku_id, product_id, name, quantity, points_each)
    select the_order, i.line_no, i.sku_id, i.product_id, i.name, i.quantity, i.points_each
    from unnest(the_skus, product_ids, names, the_quantities, points_each)
        with ordinality as i (sku_id, product_id, name, quantity, points_each, line_no);

    -- The caller sorts the lines, or two redemptions of the same two SKUs could wait for each other.
    for i in 1 .. cardinality(the_skus) loop
        update peer.stock t
        set available = t.available - the_quantities[i]
        where t.sku_id = the_skus[i]
          and t.available >= the_quantities[i];
        if not found then
            raise exception using errcode = 'PE001', message = 'out_of_stock';
        end if;
    end loop;
    return next;
end $$;
