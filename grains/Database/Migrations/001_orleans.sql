-- What the ADO.NET providers of Orleans need: tables of our own, and the texts in OrleansQuery that the providers read once at start and run
-- by key. Names of keys, parameters and result columns are the providers'; all else is ours. A later change of a text is a new migration that
-- upserts it; silos see it when they restart, so for a while old and new texts run against one schema.

create schema if not exists orleans;

create table orleans.OrleansQuery (
    QueryKey text primary key,
    QueryText text not null
);

-- One row a cluster. Its version orders every change of the membership.
create table orleans.cluster (
    cluster_id text primary key,
    version integer not null
);

create table orleans.silo (
    cluster_id text not null,
    address text not null,
    port integer not null,
    generation integer not null,
    silo_name text not null,
    host_name text not null,
    status integer not null,
    gateway_port integer not null,
    start_time timestamptz not null,
    heartbeat timestamptz not null,
    votes text,
    primary key (cluster_id, address, port, generation)
) with (fillfactor = 50);

-- Versions come from a sequence and never start again: a deleted and re-created row can't be mistaken for the old one. After 2^31 of them it
-- starts over.
create sequence orleans.grain_state_version as integer cycle;
create sequence orleans.reminder_version as integer cycle;

create table orleans.grain_state (
    key_hash integer not null,
    type_hash integer not null,
    key_n1 bigint not null,
    key_n0 bigint not null,
    state_name text not null,
    key_text text,
    service_id text not null,
    payload bytea,
    version integer not null default nextval('orleans.grain_state_version'),
    modified_at timestamptz not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
-- Hashes first: "is not distinct from" filters but does not search. Without uniqueness two first writes at once would both win.
create unique index grain_state_identity
    on orleans.grain_state (key_hash, type_hash, key_n1, key_n0, state_name, key_text, service_id)
    nulls not distinct;

create table orleans.reminder (
    service_id text not null,
    grain_id text not null,
    name text not null,
    start_time timestamptz not null,
    period_ms bigint not null,
    grain_hash integer not null,
    version integer not null default nextval('orleans.reminder_version'),
    primary key (service_id, grain_id, name)
);
-- Each silo reads the range of hashes that it owns.
create index reminder_hash on orleans.reminder (service_id, grain_hash);

-- Changes one silo's row under the cluster's version, or nothing. The version row is locked first, as in every statement that writes both.
create function orleans.update_silo(
    the_cluster text,
    the_address text,
    the_port integer,
    the_generation integer,
    new_status integer,
    new_votes text,
    seen_heartbeat timestamptz,
    expected_version integer
) returns boolean
    language plpgsql as $$
begin
    perform from orleans.cluster c
    where c.cluster_id = the_cluster
      and c.version = expected_version
    for update;
    if not found then
        return false;
    end if;

    -- The heartbeat sent is the one that the caller read earlier; a fresher one stays.
    update orleans.silo s
    set status = new_status,
        votes = new_votes,
        heartbeat = greatest(s.heartbeat, seen_heartbeat)
    where s.cluster_id = the_cluster
      and s.address = the_address
      and s.port = the_port
      and s.generation = the_generation;
    if not found then
        return false;
    end if;

    update orleans.cluster c
    set version = c.version + 1
    where c.cluster_id = the_cluster;
    return true;
end $$;

insert into orleans.OrleansQuery (QueryKey, QueryText)
values
-- Clustering. Status 6 is Dead.
('InsertMembershipVersionKey', $text$
with created as (
    insert into orleans.cluster (cluster_id, version)
    values (@DeploymentId, 0)
    on conflict do nothing
    returning cluster_id
)
select exists (select from created)
$text$),
-- One row with the version and no silo when there is none.
('MembershipReadAllKey', $text$
select s.address as Address, s.port as Port, s.generation as Generation, s.silo_name as SiloName, s.host_name as HostName,
       s.status as Status, s.gateway_port as ProxyPort, s.votes as SuspectTimes, s.start_time as StartTime,
       s.heartbeat as IAmAliveTime, c.version as Version
from orleans.cluster c
left join orleans.silo s on s.cluster_id = c.cluster_id
where c.cluster_id = @DeploymentId
$text$),
('MembershipReadRowKey', $text$
select s.address as Address, s.port as Port, s.generation as Generation, s.silo_name as SiloName, s.host_name as HostName,
       s.status as Status, s.gateway_port as ProxyPort, s.votes as SuspectTimes, s.start_time as StartTime,
       s.heartbeat as IAmAliveTime, c.version as Version
from orleans.cluster c
left join orleans.silo s
    on s.cluster_id = c.cluster_id
    and s.address = @Address
    and s.port = @Port
    and s.generation = @Generation
where c.cluster_id = @DeploymentId
$text$),
('InsertMembershipKey', $text$
with bumped as (
    update orleans.cluster c
    set version = c.version + 1
    where c.cluster_id = @DeploymentId
      and c.version = @Version
      and not exists (
          select from orleans.silo s
          where s.cluster_id = @DeploymentId
            and s.address = @Address
            and s.port = @Port
            and s.generation = @Generation
      )
    returning c.cluster_id
), inserted as (
    insert into orleans.silo
        (cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, start_time, heartbeat)
    select b.cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    from bumped b
    returning cluster_id
)
select exists (select from inserted)
$text$),
('UpdateMembershipKey', $text$
select orleans.update_silo(@DeploymentId, @Address, @Port, @Generation, @Status, @SuspectTimes, @IAmAliveTime, @Version)
$text$),
('UpdateIAmAlivetimeKey', $text$
update orleans.silo
set heartbeat = greatest(heartbeat, @IAmAliveTime)
where cluster_id = @DeploymentId
  and address = @Address
  and port = @Port
  and generation = @Generation
$text$),
('GatewaysQueryKey', $text$
select address as Address, gateway_port as ProxyPort, generation as Generation
from orleans.silo
where cluster_id = @DeploymentId
  and status = @Status
  and gateway_port > 0
$text$),
('DeleteMembershipTableEntriesKey', $text$
delete from orleans.cluster
where cluster_id = @DeploymentId;
delete from orleans.silo
where cluster_id = @DeploymentId
$text$),
('CleanupDefunctSiloEntriesKey', $text$
delete from orleans.silo
where cluster_id = @DeploymentId
  and status = 6
  and start_time < @IAmAliveTime
  and heartbeat < @IAmAliveTime
$text$),
-- The row goes only if nothing of what the caller judged by has changed since.
('CleanupDefunctSiloEntryKey', $text$
delete from orleans.silo
where cluster_id = @DeploymentId
  and address = @Address
  and port = @Port
  and generation = @Generation
  and status = 6
  and start_time = @StartTime
  and heartbeat = @IAmAliveTime
  and coalesce(votes, '') = coalesce(@SuspectTimes, '')
$text$),

-- Grain storage. No row is a conflict; a returned version is always a new one.
('ReadFromStorageKey', $text$
select payload as PayloadBinary, version as Version
from orleans.grain_state
where key_hash = @GrainIdHash
  and type_hash = @GrainTypeHash
  and key_n1 = @GrainIdN1
  and key_n0 = @GrainIdN0
  and state_name = @GrainTypeString
  and key_text is not distinct from @GrainIdExtensionString
  and service_id = @ServiceId
$text$),
('WriteToStorageKey', $text$
with changed as (
    update orleans.grain_state
    set payload = @PayloadBinary,
        version = nextval('orleans.grain_state_version'),
        modified_at = now()
    where key_hash = @GrainIdHash
      and type_hash = @GrainTypeHash
      and key_n1 = @GrainIdN1
      and key_n0 = @GrainIdN0
      and state_name = @GrainTypeString
      and key_text is not distinct from @GrainIdExtensionString
      and service_id = @ServiceId
      and version = @GrainStateVersion
    returning version
), created as (
    insert into orleans.grain_state
        (key_hash, type_hash, key_n1, key_n0, state_name, key_text, service_id, payload)
    select @GrainIdHash, @GrainTypeHash, @GrainIdN1, @GrainIdN0, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary
    where @GrainStateVersion is null
    on conflict do nothing
    returning version
)
select version as NewGrainStateVersion from changed
union all
select version from created
$text$),
('ClearStorageKey', $text$
update orleans.grain_state
set payload = null,
    version = nextval('orleans.grain_state_version'),
    modified_at = now()
where key_hash = @GrainIdHash
  and type_hash = @GrainTypeHash
  and key_n1 = @GrainIdN1
  and key_n0 = @GrainIdN0
  and state_name = @GrainTypeString
  and key_text is not distinct from @GrainIdExtensionString
  and service_id = @ServiceId
  and version = @GrainStateVersion
returning version
$text$),
('DeleteStorageKey', $text$
delete from orleans.grain_state
where key_hash = @GrainIdHash
  and type_hash = @GrainTypeHash
  and key_n1 = @GrainIdN1
  and key_n0 = @GrainIdN0
  and state_name = @GrainTypeString
  and key_text is not distinct from @GrainIdExtensionString
  and service_id = @ServiceId
  and version = @GrainStateVersion
returning nextval('orleans.grain_state_version')
$text$),

-- Reminders. Hashes are compared as the signed numbers that the provider sends.
('UpsertReminderRowKey', $text$
insert into orleans.reminder (service_id, grain_id, name, start_time, period_ms, grain_hash)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
on conflict (service_id, grain_id, name) do update
set start_time = excluded.start_time,
    period_ms = excluded.period_ms,
    grain_hash = excluded.grain_hash,
    version = excluded.version
returning version as Version
$text$),
('ReadReminderRowKey', $text$
select grain_id as GrainId, name as ReminderName, start_time as StartTime, period_ms as Period, version as Version
from orleans.reminder
where service_id = @ServiceId
  and grain_id = @GrainId
  and name = @ReminderName
$text$),
('ReadReminderRowsKey', $text$
select grain_id as GrainId, name as ReminderName, start_time as StartTime, period_ms as Period, version as Version
from orleans.reminder
where service_id = @ServiceId
  and grain_id = @GrainId
$text$),
('ReadRangeRows1Key', $text$
select grain_id as GrainId, name as ReminderName, start_time as StartTime, period_ms as Period, version as Version
from orleans.reminder
where service_id = @ServiceId
  and grain_hash > @BeginHash
  and grain_hash <= @EndHash
$text$),
('ReadRangeRows2Key', $text$
select grain_id as GrainId, name as ReminderName, start_time as StartTime, period_ms as Period, version as Version
from orleans.reminder
where service_id = @ServiceId
  and (grain_hash > @BeginHash or grain_hash <= @EndHash)
$text$),
('DeleteReminderRowKey', $text$
with deleted as (
    delete from orleans.reminder
    where service_id = @ServiceId
      and grain_id = @GrainId
      and name = @ReminderName
      and version = @Version
    returning version
)
select exists (select from deleted)
$text$),
('DeleteReminderRowsKey', $text$
delete from orleans.reminder
where service_id = @ServiceId
$text$)
on conflict (QueryKey) do update
set QueryText = excluded.QueryText;

grant usage on schema orleans to mall_silo, mall_api;
grant select on orleans.OrleansQuery to mall_silo, mall_api;
grant select, insert, update, delete on orleans.cluster, orleans.silo, orleans.grain_state, orleans.reminder to mall_silo;
grant usage on all sequences in schema orleans to mall_silo;
-- The API is a client of the cluster: it looks for gateways.
grant select on orleans.cluster, orleans.silo to mall_api;
