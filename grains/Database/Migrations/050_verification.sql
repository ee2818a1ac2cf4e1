-- Continuous verification (grains/Verification): what has changed, how far the checks are, what they found. docs/data-model.md
set local search_path = mall;

-- Members whose commits wrote no event; those that wrote one are named in the outbox. One row a batch, deleted once it was checked.
create table silent_commit (
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    members uuid[] not null,
    at timestamptz not null default now(),
    primary key (xid, id)
);

-- A sale that is stopped, and by what: the name of a check, or staff. A change of it begins a new epoch of the stock.
alter table sku
    add column stopped_at timestamptz,
    add column stopped_by text,
    add constraint sku_stopped_by check ((stopped_at is null) = (stopped_by is null));

create index sku_stopped on sku (sku_id) where stopped_at is not null;

-- The one row that says how far the checks are. Only the session that holds the verification's advisory lock writes it.
create table verification (
    only_row boolean primary key default true check (only_row),
    since timestamptz not null default now(),
    -- what transactions below these did is checked
    members_xid xid8 not null,
    stock_xid xid8 not null,
    recent_at timestamptz,
    recent_seconds double precision not null default 0,
    recent_rows bigint not null default 0,
    -- a full run is under way while it was begun later than it ended
    full_begun_at timestamptz,
    full_at timestamptz,
    full_seconds double precision not null default 0,
    full_rows bigint not null default 0,
    full_xid xid8,
    full_checks integer not null default 0,
    full_after uuid
);

-- Units in live orders made and cancelled by transactions below verification.stock_xid.
create table verification_stock (
    sku_id uuid primary key,
    redeemed bigint not null
);

create table verification_finding (
    finding_id bigint generated always as identity primary key,
    check_name text not null,
    subject text not null,
    why text not null,
    member_id uuid,
    concerns uuid,
    skus uuid[] not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    stopped_at timestamptz,
    cleared_at timestamptz
);
create unique index verification_finding_open on verification_finding (check_name, subject) where cleared_at is null;

-- Events of the transactions from `first` on and below `horizon`. Slot by slot, for the key begins with it; the fence keeps it so.
create function events_between(first xid8, horizon xid8)
    returns table (xid xid8, type text, member_id uuid, payload jsonb, at timestamptz)
    language sql stable parallel safe as $$
    select e.xid, e.type, e.member_id, e.payload, e.at
    from generate_series(0, 15) slots (slot)
    cross join lateral (
        select o.xid, o.type, o.member_id, o.payload, o.at
        from mall.event o
        where o.slot = slots.slot
            and o.xid >= first
            and o.xid < horizon
        offset 0
    ) e
$$;

-- Units that the events' orders took and gave back. Their lines come by key, whatever the statistics say.
create function units_between(first xid8, horizon xid8)
    returns table (sku_id uuid, units bigint)
    language sql stable parallel safe as $$
    select l.sku_id, sum(case e.type when 'redemption.created' then l.quantity else -l.quantity end)::bigint
    from mall.events_between(first, horizon) e
    cross join lateral (
        select o.sku_id, o.quantity
        from mall.order_line o
        where o.order_id = (e.payload ->> 'orderId')::uuid
        offset 0
    ) l
    where e.type in ('redemption.created', 'order.cancelled')
    group by l.sku_id
$$;

-- One statement, one snapshot: the stock's rows know of committed transactions above the horizon too.
with horizon as (
    select pg_snapshot_xmin(pg_current_snapshot()) as xid
),
base as (
    insert into verification_stock (sku_id, redeemed)
    select s.sku_id, s.redeemed - coalesce(u.units, 0)
    from stock s
    cross join horizon h
    left join units_between(h.xid, pg_snapshot_xmax(pg_current_snapshot())) u on u.sku_id = s.sku_id
)
insert into verification (members_xid, stock_xid)
select xid, xid from horizon;

grant select, insert, delete on silent_commit to mall_silo;
grant select, insert, update, delete on verification, verification_stock, verification_finding to mall_silo;
grant select on silent_commit, verification, verification_stock, verification_finding to mall_api;
