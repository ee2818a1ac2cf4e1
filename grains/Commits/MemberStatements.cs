namespace PointsMall.Grains.Commits;

/// <summary>
/// The statements of member commands, each over arrays with one element a row. All of a batch are one implicit transaction. A statement
/// that hits fewer rows than it must ends in <c>refuse</c>, which undoes the batch and names the missed ids.
/// </summary>
internal static class MemberStatements
{
    /// <summary>
    /// The fence. Rows are locked in key order; one that somebody else has locked is skipped and named, so that it costs only its own unit.
    /// The entries' sum must lead from the old columns to the new ones, and the deadline must not have passed in the database's time.
    /// </summary>
    public const string Accounts = """
        with locked as materialized (
            select
                u.*, a.version as was_version, a.available - a.debt as was, a.held as was_held, a.pending as was_pending
            from unnest(
                $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
                $10::bigint[], $11::bigint[], $12::bigint[], $13::bytea[], $14::timestamptz[], $15::timestamptz[], $16::bytea[], $17::timestamptz[]
            ) as u (
                member_id, expected, net, net_held, net_pending, available, held, pending, debt,
                lifetime_earned, lifetime_spent, sequence, head_hash, last_at, due_on, state, deadline
            )
            join member_account a on a.member_id = u.member_id
            order by a.member_id
            for update of a skip locked
        ),
        written as (
            update member_account a
            set version = l.expected + 1,
                available = l.available,
                held = l.held,
                pending = l.pending,
                debt = l.debt,
                lifetime_earned = l.lifetime_earned,
                lifetime_spent = l.lifetime_spent,
                sequence = l.sequence,
                head_hash = l.head_hash,
                last_at = l.last_at,
                due_on = l.due_on,
                state = l.state
            from locked l
            where a.member_id = l.member_id
                and l.was_version = l.expected
                and l.was + l.net = l.available - l.debt
                and l.was_held + l.net_held = l.held
                and l.was_pending + l.net_pending = l.pending
                and l.deadline > clock_timestamp()
            returning a.member_id
        )
        select null::uuid, refuse_accounts($1, $2, $3, $4, $5, $6, $7, $8, $9, $17), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;

    public const string Commands = """
        with written as (
            insert into command (
                member_id, version, commit_id, principal, key, operation, fingerprint, order_id, first_sequence, last_sequence, at
            )
            select * from unnest(
                $1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::uuid[], $9::bigint[],
                $10::bigint[], $11::timestamptz[]
            )
            on conflict do nothing
            returning member_id
        )
        select null::uuid, refuse_keys($1), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;

    public const string Entries = """
        insert into ledger_entry (
            member_id, sequence, type, account, points, contra, balance_after, lots, cause_kind, cause_id, actor, text_hash,
            occurred_at, previous_hash, hash
        )
        select * from unnest(
            $1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::jsonb[], $9::text[], $10::uuid[],
            $11::text[], $12::bytea[], $13::timestamptz[], $14::bytea[], $15::bytea[]
        )
        """;

    public const string Texts = """
        insert into ledger_text (member_id, sequence, salt, actor_name, reason)
        select * from unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::text[], $5::text[])
        """;

    public const string Orders = """
        insert into redemption_order (order_id, member_id, status, points_total, created_at, note)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::timestamptz[], $6::text[])
        """;

    public const string Lines = """
        insert into order_line (
            order_id, line_no, sku_id, product_id, name, quantity, points_each, limit_window, window_start
        )
        select * from unnest(
            $1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::bigint[], $8::smallint[], $9::timestamptz[]
        )
        """;

    public const string StatusChanges = """
        with change as materialized (
            select * from unnest(
                $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[]
            ) as c (order_id, member_id, was, becomes, at, actor, reason)
        ),
        written as (
            update redemption_order o
            set status = c.becomes
            from change c
            where o.order_id = c.order_id
                and o.member_id = c.member_id
                and o.status = c.was
            returning o.order_id
        ),
        history as (
            insert into order_status_change (order_id, status, at, actor, reason)
            select order_id, becomes, at, actor, reason from change
        )
        select null::uuid, refuse('order', (
            select string_agg(order_id::text, ',')
            from change
            where order_id not in (select order_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;

    public const string PagedLots = """
        with change as materialized (
            select * from unnest(
                $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[]
            ) as c (member_id, number, source, remaining, expires_at, activates_at)
        ),
        gone as (
            delete from point_lot p
            using change c
            where p.member_id = c.member_id
                and p.number = c.number
                and c.remaining = 0
        )
        insert into point_lot (member_id, number, source, remaining, expires_at, activates_at)
        select * from change
        where remaining > 0
        on conflict (member_id, number) do update
        set source = excluded.source,
            remaining = excluded.remaining,
            expires_at = excluded.expires_at,
            activates_at = excluded.activates_at
        """;

    /// <summary>A hold is written when it is placed and once more when it is closed; the account's fence orders the two.</summary>
    public const string Holds = """
        insert into hold (
            hold_id, member_id, status, points, captured, reason, lots, placed_at, expires_at, late_until, closed_at
        )
        select * from unnest(
            $1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::jsonb[], $8::timestamptz[], $9::timestamptz[],
            $10::timestamptz[], $11::timestamptz[]
        )
        on conflict (hold_id) do update
        set status = excluded.status,
            captured = excluded.captured,
            lots = excluded.lots,
            closed_at = excluded.closed_at
        """;

    /// <summary>An approval is written when it is asked for and once more when it is decided; the account's fence orders the two.</summary>
    public const string Approvals = """
        insert into approval (
            approval_id, member_id, status, points, reason, requested_by, requested_at, decided_by, decided_at, decision_reason
        )
        select * from unnest(
            $1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::timestamptz[],
            $10::text[]
        )
        on conflict (approval_id) do update
        set status = excluded.status,
            decided_by = excluded.decided_by,
            decided_at = excluded.decided_at,
            decision_reason = excluded.decision_reason
        """;

    /// <summary>After <see cref="Accounts"/>, which guards it.</summary>
    public const string MemberStatuses = """
        with change as materialized (
            select * from unnest(
                $1::uuid[], $2::boolean[], $3::timestamptz[], $4::text[], $5::text[], $6::uuid[]
            ) as c (member_id, active, at, principal, reason, commit_id)
        ),
        changed as (
            update member_account a
            set deactivated_at = case when c.active then null else c.at end
            from change c
            where a.member_id = c.member_id
        )
        insert into member_status_change (member_id, at, active, principal, reason, commit_id)
        select member_id, at, active, principal, reason, commit_id from change
        """;

    public const string PagedCounters = """
        insert into member_limit (member_id, sku_id, limit_window, window_start, count)
        select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::timestamptz[], $5::bigint[])
        on conflict (member_id, sku_id, limit_window, window_start) do update
        set count = excluded.count
        """;

    public const string Events = """
        insert into event (slot, type, member_id, sequence, payload, at)
        select (extract(epoch from at)::bigint / 86400) % 16, type, member_id, sequence, payload, at
        from unnest($1::text[], $2::uuid[], $3::bigint[], $4::jsonb[], $5::timestamptz[])
            as e (type, member_id, sequence, payload, at)
        """;

    public const string Silent = """
        insert into silent_commit (members)
        values ($1)
        """;

    public const string Registrations = """
        with written as (
            insert into member (
                member_id, external_id, display_name, email, phone, principal, key, fingerprint, commit_id, created_at
            )
            select * from unnest(
                $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::uuid[], $10::timestamptz[]
            )
            on conflict do nothing
            returning member_id
        ),
        account as (
            insert into member_account (member_id, version, head_hash, last_at, state)
            select * from unnest($1::uuid[], $11::bigint[], $12::bytea[], $10::timestamptz[], $13::bytea[])
        )
        select null::uuid, refuse('member', (
            select string_agg(m::text, ',')
            from unnest($1::uuid[]) m
            where m not in (select member_id from written)
        )), null::bigint
        where (select count(*) from written) <> cardinality($1)
        """;
}
