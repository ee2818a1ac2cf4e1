-- Events that partners send, the purchases that they are about, and what members have earned under caps. docs/earning.md
set local search_path = mall;

-- An event is carried out once: its id is the partner's own, and unique in the commit that carries it out. Also what was answered.
create table earning_event (
    partner text not null,
    event_id text not null,
    member_id uuid not null,
    commit_id uuid not null,
    type text not null,
    occurred_at timestamptz not null,
    rulebook_version bigint not null,
    event jsonb not null,
    outcome jsonb not null,
    at timestamptz not null,
    primary key (partner, event_id)
);
create index earning_event_member on earning_event (member_id, commit_id);

-- A purchase, what of it was refunded, and what of its points was taken back. Before it is paid: what waits for it.
create table purchase (
    partner text not null,
    order_id text not null,
    member_id uuid not null,
    paid_at timestamptz,
    state jsonb not null,
    primary key (partner, order_id)
);
create index purchase_member on purchase (member_id);

-- Points and awards of a member under one cap in one window, and when a rule with a cooldown last fired.
create table earning_counter (
    member_id uuid not null,
    id text not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    points bigint not null check (points >= 0),
    times bigint not null check (times >= 0),
    primary key (member_id, id, window_start)
);

-- What the programme's budgets have given. A cap keeps its budget from version to version of the rulebook.
create table earning_budget (
    budget_id uuid primary key,
    name text not null,
    used bigint not null check (used >= 0)
)
with (fillfactor = 50);

grant select, insert on earning_event to mall_silo;
grant select, insert, update on purchase, earning_budget to mall_silo;
grant select, insert, update, delete on earning_counter to mall_silo;
grant select on earning_event, purchase, earning_counter, earning_budget to mall_api;
