namespace PointsMall.Grains.Commits;

/// <summary>The statements of events, beside those of the members' accounts. Form: see <see cref="MemberStatements"/>.</summary>
internal static class EarningStatements
{
    public const string Events = """
        with written as (
            insert into earning_event (
                partner, event_id, member_id, commit_id, type, occurred_at, rulebook_version, event, outcome, at
            )
            select * from unnest(
                $1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::bigint[], $8::jsonb[], $9::jsonb[],
                $10::timestamptz[]
            )
            on conflict do nothing
            returning member_id
        )
        select null::uuid, refuse('event', (
            select string_agg(m::text, ',')
            from unnest($3::uuid[]) m
            where m not in (select member_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($3)
        """;

    /// <summary>Whoever decided on a new purchase demands that there is none yet; a known one stays its member's.</summary>
    public const string Purchases = """
        with change as materialized (
            select * from unnest(
                $1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::jsonb[], $6::boolean[]
            ) as c (partner, order_id, member_id, paid_at, state, is_new)
        ),
        created as (
            insert into purchase (partner, order_id, member_id, paid_at, state)
            select partner, order_id, member_id, paid_at, state
            from change
            where is_new
            on conflict do nothing
            returning member_id
        ),
        changed as (
            update purchase p
            set paid_at = c.paid_at,
                state = c.state
            from change c
            where p.partner = c.partner
                and p.order_id = c.order_id
                and p.member_id = c.member_id
                and not c.is_new
            returning p.member_id
        ),
        written as (
            select member_id from created
            union all
            select member_id from changed
        )
        select null::uuid, refuse('purchase', (
            select string_agg(m::text, ',')
            from unnest($3::uuid[]) m
            where m not in (select member_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($3)
        """;

    /// <summary>A day that has its check-in is decided anew.</summary>
    public const string CheckIns = """
        with written as (
            insert into check_in (member_id, day, streak, total, commit_id)
            select * from unnest($1::uuid[], $2::date[], $3::integer[], $4::integer[], $5::uuid[])
            on conflict do nothing
            returning member_id
        )
        select null::uuid, refuse('check_in', (
            select string_agg(m::text, ',')
            from unnest($1::uuid[]) m
            where m not in (select member_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;

    /// <summary>A counter without awards is gone.</summary>
    public const string Counters = """
        with change as materialized (
            select * from unnest(
                $1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[]
            ) as c (member_id, id, window_start, window_end, points, times)
        ),
        gone as (
            delete from earning_counter e
            using change c
            where e.member_id = c.member_id
                and e.id = c.id
                and e.window_start = c.window_start
                and c.times = 0
        )
        insert into earning_counter (member_id, id, window_start, window_end, points, times)
        select * from change
        where times > 0
        on conflict (member_id, id, window_start) do update
        set points = excluded.points,
            times = excluded.times
        """;

    /// <summary>
    /// One row a budget, summed over the batch, in key order; after the accounts and before stock. A budget that more was taken from than it
    /// has is named with what it has left.
    /// </summary>
    public const string Budgets = """
        with change as materialized (
            select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[])
                as c (budget_id, name, points, most)
        ),
        written as (
            insert into earning_budget as b (budget_id, name, used)
            select budget_id, name, greatest(points, 0)
            from change
            where points <= most
            order by budget_id
            on conflict (budget_id) do update
            set used = b.used + (select c.points from change c where c.budget_id = b.budget_id)
            where (
                select c.points <= 0 or b.used + c.points <= c.most
                from change c
                where c.budget_id = b.budget_id
            )
            returning budget_id
        )
        select null::uuid, refuse('budget', (
            select string_agg(
                c.budget_id || ' short ' || greatest(0, c.most - coalesce((
                    select used from earning_budget b where b.budget_id = c.budget_id
                ), 0)),
                ','
            )
            from change c
            where c.budget_id not in (select budget_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;
}
