-- Checkpoints of all ledgers, and totals of the entries that they count. What they prove and how: docs/ledger.md.
set local search_path = mall;

-- Members by the last two bytes of their ids, which UUIDv7 draws at random; the first are the time.
create function ledger_bucket(member uuid) returns integer
    language sql immutable strict parallel safe
    return get_byte(uuid_send(member), 14) * 256 + get_byte(uuid_send(member), 15);

-- The tree's hashes: SHA-256 over a byte that says what is hashed, then its parts. grains/Checkpoints/LedgerTree.cs is the other implementation.
create function ledger_leaf_hash(member uuid, sequence bigint, head bytea) returns bytea
    language sql immutable strict parallel safe
    return sha256('\x00'::bytea || uuid_send(member) || int8send(sequence) || head);

create function ledger_node_hash(kind integer, children bytea) returns bytea
    language sql immutable parallel safe
    return sha256(set_byte('\x00'::bytea, 0, kind) || coalesce(children, ''));

create table ledger_checkpoint (
    number bigint primary key,
    previous_hash bytea not null,
    root bytea not null,
    members bigint not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    horizon xid8 not null,
    hash bytea not null,
    -- null: made without a key
    key_id text,
    signature bytea,
    written xid8 not null default pg_current_xact_id(),
    check ((key_id is null) = (signature is null))
);

create table ledger_key (
    key_id text primary key,
    public_key bytea not null,
    first_used_at timestamptz not null default now()
);

-- The head that a checkpoint states for a member whose head had moved: at checkpoint N a member has its newest row up to N. Rows above the
-- last checkpoint belong to the one that is being made; rows that the last one no longer needs go when their bucket changes again.
create table ledger_head (
    bucket integer not null generated always as (ledger_bucket(member_id)) stored,
    member_id uuid not null,
    checkpoint bigint not null,
    sequence bigint not null,
    hash bytea not null,
    primary key (bucket, member_id, checkpoint)
);
create index ledger_head_checkpoint on ledger_head (checkpoint);

-- The tree above the heads, kept like them: level 2 are 65,536 buckets, level 1 groups of 256 of those. What has no row is empty.
create table ledger_node (
    level smallint not null check (level in (1, 2)),
    number integer not null,
    checkpoint bigint not null,
    hash bytea not null,
    members bigint not null,
    primary key (level, number, checkpoint)
);

-- Points of the entries up to the newest heads, by the minute and by the day (UTC) in which they were decided.
create table ledger_total (
    span text not null check (span in ('minute', 'day')),
    at timestamptz not null,
    account text not null,
    contra text not null,
    type text not null,
    points numeric not null,
    entries bigint not null,
    primary key (span, at, account, contra, type)
);

-- Accounts that a transaction from `first` on has written, in some blocks of the table. xmin has 32 bits of the transaction's number: after
-- four billion transactions an account may show up that has not changed, none that has is left out. An account of which several versions
-- are written during the scan is found by this one or, because the last of them is newer, by the next.
create function accounts_since(first xid8, from_block bigint, to_block bigint)
    returns table (member_id uuid, sequence bigint, head_hash bytea)
    language sql stable parallel safe as $$
    select a.member_id, a.sequence, a.head_hash
    from mall.member_account a
    where a.ctid >= format('(%s,0)', from_block)::tid
        and a.ctid < format('(%s,0)', to_block)::tid
        and ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint - a.xmin::text::bigint) & 4294967295)
            <= pg_snapshot_xmax(pg_current_snapshot())::text::bigint - first::text::bigint
$$;

-- From where accounts may have changed since the last checkpoint. A copy of the database that was restored from a dump counts transactions anew,
-- which shows in the row's xmin: there the horizon means nothing, and everything is looked at once.
create function ledger_horizon() returns xid8
    language sql stable
    return coalesce(
        (
            select case when c.xmin = c.written::xid then c.horizon else '0' end
            from mall.ledger_checkpoint c
            order by c.number desc
            limit 1
        ),
        '0'
    );

-- The newest head of a member that any checkpoint, also one in the making, states.
create function newest_head(member uuid) returns table (sequence bigint, hash bytea)
    language sql stable parallel safe rows 1 as $$
    select h.sequence, h.hash
    from mall.ledger_head h
    where h.bucket = mall.ledger_bucket(member)
        and h.member_id = member
    order by h.checkpoint desc
    limit 1
$$;

-- Entries that ledger_total does not count yet: those beyond the newest heads, of accounts written since the last checkpoint.
create function uncounted_entries()
    returns table (occurred_at timestamptz, account text, contra text, type text, points bigint)
    language sql stable as $$
    select e.occurred_at, e.account, e.contra, e.type, e.points
    from mall.accounts_since(
        mall.ledger_horizon(), 0, pg_relation_size('mall.member_account') / current_setting('block_size')::integer + 1
    ) a
    left join lateral mall.newest_head(a.member_id) h on true
    join mall.ledger_entry e
        on e.member_id = a.member_id
        and e.sequence > coalesce(h.sequence, 0)
    where a.sequence > coalesce(h.sequence, 0)
$$;

create trigger ledger_checkpoint_append_only before update or delete on ledger_checkpoint
    for each row execute function refuse_change();
create trigger ledger_checkpoint_no_truncate before truncate on ledger_checkpoint
    for each statement execute function refuse_change();
create trigger ledger_key_append_only before update or delete on ledger_key
    for each row execute function refuse_change();
create trigger ledger_key_no_truncate before truncate on ledger_key
    for each statement execute function refuse_change();

-- What a member wrote itself it may see with its salt; what others wrote about it shows it only the reason.
create view own_text as
select member_id, sequence, salt, actor_name, reason
from ledger_text
where actor_name = 'member';

grant select on ledger_checkpoint, ledger_key, ledger_head, ledger_node, ledger_total to mall_silo, mall_api;
grant select on own_text to mall_api;
grant insert on ledger_checkpoint, ledger_key to mall_silo;
grant insert, update, delete on ledger_head, ledger_node, ledger_total to mall_silo;
