-- Balances for readers that never ask a grain: what is due at this moment is applied, whether or not a sweep has written it.
-- The layout of member_account.state is that of grains/Members/AccountCodec.cs.

create function mall.state_int64(state bytea, at integer) returns bigint
    language sql immutable strict parallel safe
    return ('x' || encode(substring(state from at + 1 for 8), 'hex'))::bit(64)::bigint;

create function mall.state_int32(state bytea, at integer) returns integer
    language sql immutable strict parallel safe
    return ('x' || encode(substring(state from at + 1 for 4), 'hex'))::bit(32)::integer;

-- Whole seconds apart from the rest: one product in double precision would lose microseconds beyond the year 2255.
create function mall.state_instant(state bytea, at integer) returns timestamptz
    language sql stable strict parallel safe
    return case mall.state_int64(state, at)
        when 9223372036854775807 then 'infinity'::timestamptz
        else timestamptz 'epoch'
            + (mall.state_int64(state, at) / 1000000) * interval '1 second'
            + (mall.state_int64(state, at) % 1000000) * interval '1 microsecond'
    end;

-- All lots of an account, those in its row and those paged out. expires_at is infinity for never, activates_at null for active lots.
create function mall.account_lots(member uuid, state bytea)
    returns table (number bigint, remaining bigint, expires_at timestamptz, activates_at timestamptz)
    language plpgsql stable strict parallel safe as $$
begin
    if get_byte(state, 0) <> 1 then
        raise exception 'account state has format %, this view reads format 1', get_byte(state, 0);
    end if;
    return query
        select
            mall.state_int32(state, lot.at)::bigint,
            mall.state_int64(state, lot.at + 4),
            mall.state_instant(state, lot.at + 12),
            case when lot.is_pending then mall.state_instant(state, lot.at + 28) end
        from (
            select 21 + 28 * i, false
            from generate_series(0, get_byte(state, 1) - 1) i
            union all
            select 21 + 28 * get_byte(state, 1) + 36 * i, true
            from generate_series(0, get_byte(state, 2) - 1) i
        ) lot (at, is_pending)
        union all
        select p.number, p.remaining, coalesce(p.expires_at, 'infinity'), p.activates_at
        from mall.point_lot p
        where p.member_id = member;
end $$;

-- The lateral part runs only for accounts with something due: its condition is a one-time filter.
create view mall.member_balance as
select
    a.member_id,
    a.available + coalesce(due.activated - due.expired, 0) as available,
    a.pending - coalesce(due.activated, 0) as pending,
    a.held,
    a.debt,
    a.lifetime_earned,
    a.lifetime_spent
from mall.member_account a
left join lateral (
    select
        coalesce(sum(lot.remaining) filter (where lot.activates_at <= at.now), 0)::bigint as activated,
        coalesce(sum(lot.remaining) filter (
            where lot.expires_at <= at.now and coalesce(lot.activates_at, '-infinity') <= at.now
        ), 0)::bigint as expired
    from (select greatest(now(), a.last_at) as now) at
    cross join mall.account_lots(a.member_id, a.state) lot
    where a.due_on <= greatest(now(), a.last_at)
) due on true;

-- Spendable points of one member that expire by `until`, soonest first.
create function mall.member_expiring(member uuid, until timestamptz)
    returns table (points bigint, expires_at timestamptz)
    language sql stable strict parallel safe as $$
    select sum(lot.remaining)::bigint, lot.expires_at
    from mall.member_account a
    cross join mall.account_lots(a.member_id, a.state) lot
    where a.member_id = member
        and coalesce(lot.activates_at, '-infinity') <= greatest(now(), a.last_at)
        and lot.expires_at > greatest(now(), a.last_at)
        and lot.expires_at <= until
    group by lot.expires_at
    order by lot.expires_at
$$;

grant select on mall.member_balance to mall_api, mall_silo;
