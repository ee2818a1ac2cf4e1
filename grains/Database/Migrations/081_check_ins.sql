-- A member's check-ins, one a day of the programme's zone. docs/earning.md
set local search_path = mall;

create table check_in (
    member_id uuid not null,
    day date not null,
    -- days in a row up to this one, and days in all
    streak integer not null check (streak > 0),
    total integer not null check (total > 0),
    commit_id uuid not null,
    primary key (member_id, day)
);
grant select, insert on check_in to mall_silo;
grant select on check_in to mall_api;
