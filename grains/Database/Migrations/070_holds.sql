-- Points set aside until they are captured, released, or time runs out. `lots` is what is still set aside, as ledger_entry.lots; empty once
-- the hold is closed. late_until: see grains/Holds/StoredHold.cs.
create table mall.hold (
    hold_id uuid primary key,
    member_id uuid not null,
    status text not null check (status in ('open', 'captured', 'released', 'expired')),
    points bigint not null check (points > 0),
    captured bigint not null check (captured between 0 and points),
    reason text not null,
    lots jsonb not null,
    placed_at timestamptz not null,
    expires_at timestamptz not null,
    late_until timestamptz,
    closed_at timestamptz,
    check ((status = 'open') = (closed_at is null)),
    check ((status = 'open') = (lots <> '[]'))
);
create index hold_member on mall.hold (member_id, hold_id);
grant select, insert, update on mall.hold to mall_silo;
grant select on mall.hold to mall_api;

-- What holds whose time has run out give back, each part with the expiry that it then has.
create function mall.hold_lots(member uuid, at timestamptz)
    returns table (points bigint, expires_at timestamptz)
    language sql stable strict parallel safe as $$
    select
        lot.points,
        case when lot.expires_at <= h.expires_at then coalesce(h.late_until, lot.expires_at) else lot.expires_at end
    from mall.hold h
    cross join lateral (
        select
            (part ->> 1)::bigint as points,
            coalesce(
                timestamptz 'epoch'
                    + ((part ->> 2)::bigint / 1000000) * interval '1 second'
                    + ((part ->> 2)::bigint % 1000000) * interval '1 microsecond',
                'infinity'
            ) as expires_at
        from jsonb_array_elements(h.lots) part
    ) lot
    where h.member_id = member
        and h.status = 'open'
        and h.expires_at <= at
$$;

-- In the order of a day's change: holds that end, activations, expiries, then what is owed is paid off. Lots and holds are read only for
-- accounts with something due: that condition is a one-time filter.
create or replace view mall.member_balance as
select
    a.member_id,
    greatest(a.available + due.available - a.debt, 0) as available,
    a.pending - due.activated as pending,
    a.held - due.released as held,
    greatest(a.debt - a.available - due.available, 0) as debt,
    a.lifetime_earned,
    a.lifetime_spent
from mall.member_account a
cross join lateral (
    select
        lots.activated,
        holds.released,
        lots.activated - lots.expired + holds.released - holds.expired as available
    from (
        select
            coalesce(sum(lot.remaining) filter (where lot.activates_at <= at.now), 0)::bigint as activated,
            coalesce(sum(lot.remaining) filter (
                where lot.expires_at <= at.now and coalesce(lot.activates_at, '-infinity') <= at.now
            ), 0)::bigint as expired
        from (select greatest(now(), a.last_at) as now) at
        cross join mall.account_lots(a.member_id, a.state) lot
        where a.due_on <= greatest(now(), a.last_at)
    ) lots
    cross join (
        select
            coalesce(sum(lot.points), 0)::bigint as released,
            coalesce(sum(lot.points) filter (where lot.expires_at <= greatest(now(), a.last_at)), 0)::bigint as expired
        from mall.hold_lots(a.member_id, greatest(now(), a.last_at)) lot
        where a.due_on <= greatest(now(), a.last_at)
    ) holds
) due;

-- Spendable points of one member that expire by `until`, soonest first. What is owed is paid off from those that expire first.
create or replace function mall.member_expiring(member uuid, until timestamptz)
    returns table (points bigint, expires_at timestamptz)
    language sql stable strict parallel safe as $$
    with account as (
        select a.member_id, a.state, a.debt, greatest(now(), a.last_at) as now
        from mall.member_account a
        where a.member_id = member
    ),
    lot as (
        select a.debt, l.expires_at, l.remaining as points
        from account a
        cross join lateral mall.account_lots(a.member_id, a.state) l
        where coalesce(l.activates_at, '-infinity') <= a.now
            and l.expires_at > a.now
        union all
        select a.debt, h.expires_at, h.points
        from account a
        cross join lateral mall.hold_lots(a.member_id, a.now) h
        where h.expires_at > a.now
    ),
    day as (
        select
            l.expires_at,
            sum(l.points) as points,
            sum(sum(l.points)) over (order by l.expires_at) - min(l.debt) as paid_up_to
        from lot l
        group by l.expires_at
    )
    select least(d.points, d.paid_up_to)::bigint, d.expires_at
    from day d
    where d.paid_up_to > 0
        and d.expires_at <= until
    order by d.expires_at
$$;
