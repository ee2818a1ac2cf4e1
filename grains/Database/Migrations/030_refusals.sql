-- Why a statement of a commit hit fewer rows than it must. Functions, so that the plan of the statement that calls them holds none of this: a
-- batch that is written never runs it. Each reads the rows as its own transaction has left them: what the statement wrote carries its xid.

create function mall.refuse_accounts(
    members uuid[], expected bigint[], net bigint[], net_held bigint[], net_pending bigint[],
    balance bigint[], held bigint[], pending bigint[], debt bigint[], deadlines timestamptz[]
) returns bigint
    language plpgsql volatile as $$
begin
    return mall.refuse('account', (
        select string_agg(
            u.member_id || ' ' || case
                when a.member_id is null then 'missing'
                when a.version <> u.expected then 'fenced'
                when u.deadline <= clock_timestamp() then 'late'
                when a.available - a.debt + u.net <> u.balance - u.debt
                    or a.held + u.net_held <> u.held
                    or a.pending + u.net_pending <> u.pending then 'books'
                else 'locked'
            end, ',')
        from unnest(members, expected, net, net_held, net_pending, balance, held, pending, debt, deadlines)
            as u (member_id, expected, net, net_held, net_pending, balance, held, pending, debt, deadline)
        left join mall.member_account a on a.member_id = u.member_id
        where a.member_id is null or a.xmin <> pg_current_xact_id()::xid
    ));
end $$;

create function mall.refuse_keys(members uuid[]) returns bigint
    language plpgsql volatile as $$
begin
    return mall.refuse('key', (
        select string_agg(m::text, ',')
        from unnest(members) m
        where not exists (
            select from mall.command c where c.member_id = m and c.xmin = pg_current_xact_id()::xid
        )
    ));
end $$;

create function mall.refuse_stock(skus uuid[], epochs bigint[]) returns bigint
    language plpgsql volatile as $$
begin
    return mall.refuse('stock', (
        select string_agg(
            k.sku_id || ' ' || case
                when s.sku_id is null then 'missing'
                when k.epoch not in (0, s.epoch) then 'stale'
                else 'short'
            end || ' ' || coalesce(s.available, 0), ',')
        from unnest(skus, epochs) as k (sku_id, epoch)
        left join mall.stock s on s.sku_id = k.sku_id
        where s.sku_id is null or s.xmin <> pg_current_xact_id()::xid
    ));
end $$;
