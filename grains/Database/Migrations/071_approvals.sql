-- Adjustments that a second person must approve. No point moves before that.
create table mall.approval (
    approval_id uuid primary key,
    member_id uuid not null,
    status text not null check (status in ('pending', 'approved', 'rejected')),
    points bigint not null check (points <> 0),
    reason text not null,
    requested_by text not null,
    requested_at timestamptz not null,
    decided_by text check (decided_by <> requested_by),
    decided_at timestamptz,
    decision_reason text,
    check ((status = 'pending') = (decided_by is null)),
    check ((decided_by is null) = (decided_at is null))
);
create index approval_pending on mall.approval (approval_id) where status = 'pending';
create index approval_member on mall.approval (member_id, approval_id);
grant select, insert, update on mall.approval to mall_silo;
grant select on mall.approval to mall_api;
