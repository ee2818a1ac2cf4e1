-- The mall's own tables. What each is for and why it has the keys it has: docs/data-model.md.
-- No foreign keys on the commit path: `mall verify` checks what they would.

create schema if not exists mall;
set local search_path = mall;

create table member (
    member_id uuid primary key,
    external_id text,
    display_name text not null,
    email text,
    phone text,
    principal text not null,
    key text,
    fingerprint bytea not null,
    commit_id uuid not null,
    created_at timestamptz not null
);
create unique index member_external_id on member (external_id) where external_id is not null;
create unique index member_key on member (principal, key) where key is not null;

-- The working set of one member in one row. `state` holds lots, recent keys and limit counters: grains/Members/AccountCodec.cs.
create table member_account (
    member_id uuid primary key,
    version bigint not null,
    activations bigint not null default 0,
    owner text,
    available bigint not null default 0 check (available >= 0),
    held bigint not null default 0 check (held >= 0),
    pending bigint not null default 0 check (pending >= 0),
    debt bigint not null default 0 check (debt >= 0),
    lifetime_earned bigint not null default 0,
    lifetime_spent bigint not null default 0,
    sequence bigint not null default 0,
    head_hash bytea not null,
    last_at timestamptz not null,
    due_on timestamptz,
    state bytea not null check (octet_length(state) <= 1300),
    check (available = 0 or debt = 0)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
alter table member_account alter column state set storage main;
create index member_account_due on member_account (due_on) where due_on is not null;

-- Lots beyond the 24 that are spent next.
create table point_lot (
    member_id uuid not null,
    number bigint not null,
    source bigint not null,
    remaining bigint not null check (remaining > 0),
    expires_at timestamptz,
    activates_at timestamptz,
    primary key (member_id, number)
);

-- Limit counters beyond those in the account's row.
create table member_limit (
    member_id uuid not null,
    sku_id uuid not null,
    limit_window smallint not null,
    window_start timestamptz not null,
    count bigint not null check (count >= 0),
    primary key (member_id, sku_id, limit_window, window_start)
);

-- One row a commit of a member: the idempotency record of every operation, and the place where an unknown outcome is looked up.
create table command (
    member_id uuid not null,
    version bigint not null,
    commit_id uuid not null,
    principal text not null,
    key text,
    operation text not null,
    fingerprint bytea not null,
    order_id uuid,
    first_sequence bigint,
    last_sequence bigint,
    at timestamptz not null,
    primary key (member_id, version)
);
create unique index command_key on command (member_id, principal, key);

-- Append-only. lots = [[number, points, expires_at in microseconds since 1970 or null], ...]
create table ledger_entry (
    member_id uuid not null,
    sequence bigint not null,
    type text not null,
    account text not null,
    points bigint not null,
    contra text not null,
    balance_after bigint not null,
    lots jsonb not null,
    cause_kind text not null,
    cause_id uuid not null,
    actor text not null,
    text_hash bytea,
    occurred_at timestamptz not null,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (member_id, sequence)
);

-- Free text and names, which may be erased: the entry keeps only SHA-256(salt || texts).
create table ledger_text (
    member_id uuid not null,
    sequence bigint not null,
    salt bytea not null,
    actor_name text not null,
    reason text not null,
    primary key (member_id, sequence)
);

create table redemption_order (
    order_id uuid primary key,
    member_id uuid not null,
    status text not null,
    points_total bigint not null check (points_total >= 0),
    created_at timestamptz not null,
    note text
) with (fillfactor = 90);
create index redemption_order_member on redemption_order (member_id, order_id);

create table order_line (
    order_id uuid not null,
    line_no smallint not null,
    sku_id uuid not null,
    product_id uuid not null,
    name text not null,
    quantity integer not null check (quantity > 0),
    points_each bigint not null check (points_each >= 0),
    limit_window smallint,
    window_start timestamptz,
    primary key (order_id, line_no)
);

-- Changes after creation; the first status is the order's created_at.
create table order_status_change (
    order_id uuid not null,
    status text not null,
    at timestamptz not null,
    actor text not null,
    reason text,
    primary key (order_id, status)
);

create table stock (
    sku_id uuid primary key,
    available bigint not null check (available >= 0),
    redeemed bigint not null default 0 check (redeemed >= 0),
    epoch bigint not null default 1
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);

create table stock_movement (
    movement_id uuid primary key,
    sku_id uuid not null,
    quantity bigint not null check (quantity <> 0),
    reason text not null,
    principal text not null,
    key text,
    fingerprint bytea not null,
    available_after bigint not null,
    at timestamptz not null
);
create unique index stock_movement_key on stock_movement (sku_id, principal, key);

create table product (
    product_id uuid primary key,
    version bigint not null,
    name text not null,
    summary text not null,
    description text not null,
    type text not null,
    category text not null,
    image_url text,
    images text[] not null,
    badges text[] not null,
    translations jsonb not null,
    listed boolean not null,
    redeemable_from timestamptz,
    redeemable_to timestamptz,
    created_at timestamptz not null
);
create index product_category on product (category) where listed;

create table sku (
    sku_id uuid primary key,
    product_id uuid not null,
    position integer not null,
    code text not null,
    name text not null,
    translations jsonb not null,
    points bigint not null check (points > 0),
    per_order_limit integer check (per_order_limit > 0),
    multiple_of integer check (multiple_of > 0),
    per_member_limit bigint check (per_member_limit > 0),
    per_member_window smallint check (per_member_window between 1 and 4),
    -- orders made before this instant may be missing from the members' counters; null: none can be
    limit_counted_from timestamptz,
    redeemable_from timestamptz,
    redeemable_to timestamptz,
    created_at timestamptz not null,
    unique (product_id, code)
);

-- Every change of the catalogue, with what was before and after; also the idempotency record.
create table catalogue_change (
    change_id uuid primary key,
    product_id uuid not null,
    product_version bigint not null,
    sku_id uuid,
    principal text not null,
    key text,
    operation text not null,
    fingerprint bytea not null,
    before jsonb,
    after jsonb not null,
    at timestamptz not null,
    unique (product_id, product_version)
);
create unique index catalogue_change_key on catalogue_change (principal, key);

-- The transactional outbox. A reader takes rows whose xid is below pg_snapshot_xmin(pg_current_snapshot()) and remembers (xid, id).
-- Rows go by partition: slot is the day of the commit modulo 16, so that an old day is emptied without a scan.
create table event (
    slot smallint not null,
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    type text not null,
    member_id uuid,
    sequence bigint,
    payload jsonb not null,
    at timestamptz not null,
    primary key (slot, xid, id)
) partition by list (slot);
do $$
begin
    for slot in 0..15 loop
        execute format('create table event_%s partition of event for values in (%s)', slot, slot);
    end loop;
end $$;

-- A statement of a commit that missed rows ends here: the whole batch is undone and the missed ids, each with why, are in DETAIL.
create function refuse(what text, missed text) returns bigint
    language plpgsql volatile as $$
begin
    raise exception using errcode = 'PM001', message = what, detail = missed;
end $$;

create function refuse_change() returns trigger
    language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'PM002';
end $$;
create trigger ledger_entry_append_only before update or delete on ledger_entry
    for each row execute function refuse_change();
create trigger ledger_entry_no_truncate before truncate on ledger_entry
    for each statement execute function refuse_change();
create trigger command_append_only before update or delete on command
    for each row execute function refuse_change();
create trigger command_no_truncate before truncate on command
    for each statement execute function refuse_change();

grant usage on schema mall to mall_silo, mall_api;
grant select on all tables in schema mall to mall_silo, mall_api;
grant insert, update, delete on all tables in schema mall to mall_silo;
revoke update, delete on ledger_entry, command from mall_silo;
-- The API shows reasons and names; the salts that hide erased ones are not for it.
revoke select on ledger_text from mall_api;
grant select (member_id, sequence, actor_name, reason) on ledger_text to mall_api;
