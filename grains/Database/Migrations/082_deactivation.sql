-- Members who can't earn or spend. docs/data-model.md
set local search_path = mall;

alter table member_account add column deactivated_at timestamptz;

create table member_status_change (
    member_id uuid not null,
    at timestamptz not null,
    active boolean not null,
    principal text not null,
    reason text not null,
    commit_id uuid not null,
    primary key (member_id, at)
);
grant select, insert on member_status_change to mall_silo;
grant select on member_status_change to mall_api;
