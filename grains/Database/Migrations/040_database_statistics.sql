-- What an operator has to see of the server and of the mall's backlogs, in one row; each silo asks every 15 s (silo/Metrics). Ages are seconds.
-- A definer's function, because mall_silo sees nothing of other roles' sessions: the owner does as a member of pg_monitor. When it is none,
-- what it can't see is null, not a comforting 0.
create function mall.database_statistics() returns table (
    size_bytes double precision,
    connections double precision,
    connections_limit double precision,
    longest_lock_wait double precision,
    oldest_writer double precision,
    oldest_transaction double precision,
    standbys double precision,
    replication_lag_bytes double precision,
    replication_lag double precision,
    wal_written double precision,
    wal_bytes double precision,
    archive_failures double precision,
    oldest_event double precision,
    sweep_lag double precision
)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    moment timestamptz := clock_timestamp();
begin
    size_bytes := pg_database_size(current_database());
    connections := (select sum(numbackends) from pg_stat_database);
    connections_limit := current_setting('max_connections')::integer
        - current_setting('superuser_reserved_connections')::integer
        - coalesce(current_setting('reserved_connections', true)::integer, 0);
    longest_lock_wait := (
        select greatest(extract(epoch from moment - min(waitstart)), 0)
        from pg_locks
        where not granted
    );
    wal_written := pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0');
    archive_failures := (select failed_count from pg_stat_archiver);

    if pg_has_role(current_user, 'pg_monitor', 'usage') then
        -- Only what has written holds the readers of the outbox back; a prepared transaction does so without a session.
        oldest_writer := (
            select greatest(extract(epoch from moment - min(began)), 0)
            from (
                select xact_start from pg_stat_activity where backend_xid is not null
                union all
                select prepared from pg_prepared_xacts
            ) t (began)
        );
        oldest_transaction := (
            select greatest(extract(epoch from moment - min(xact_start)), 0)
            from pg_stat_activity
            where backend_type = 'client backend'
                and pid <> pg_backend_pid()
        );
        select count(*), coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0),
            coalesce(extract(epoch from max(replay_lag)), 0)
        into standbys, replication_lag_bytes, replication_lag
        from pg_stat_replication
        where state = 'streaming'
            and replay_lsn is not null;
        wal_bytes := (select sum(size) from pg_ls_waldir());
    end if;

    -- The first row of each partition's primary key.
    oldest_event := (
        select greatest(extract(epoch from moment - min(oldest.at)), 0)
        from generate_series(0, 15) slots (slot)
        cross join lateral (
            select e.at
            from mall.event e
            where e.slot = slots.slot
            order by e.xid, e.id
            limit 1
        ) oldest
    );
    sweep_lag := (
        select greatest(extract(epoch from moment - min(due_on)), 0)
        from mall.member_account
    );
    return next;
end $$;

revoke all on function mall.database_statistics() from public;
grant execute on function mall.database_statistics() to mall_silo;
