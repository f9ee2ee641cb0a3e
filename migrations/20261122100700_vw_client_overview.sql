-- A client on one line, as the clients page lists it.
--
-- Reading it is reading clients, users and client_health_history as the caller.
-- Later columns (pipeline, revenue, receivables) are appended with
-- `create or replace view`, which keeps the first ones where they are; repeat
-- `with (security_invoker = true)` there, or the option is lost.

create view public.vw_client_overview
with (security_invoker = true)
as
select
  c.id as client_id,
  c.organization_id,
  c.name as client_name,
  c.segment,
  c.industry,
  c.status,
  c.phase,
  c.owner_id,
  u.name as owner_name,
  c.arr,
  c.qbr_date,
  c.is_expansion,
  c.updated_at,
  c.version,
  c.health,
  c.churn_risk,
  c.trs_score,
  previous.health as previous_health,
  previous.churn_risk as previous_churn_risk,
  previous.trs_score as previous_trs_score,
  previous.snapshot_date as previous_snapshot_date,
  c.churned_on
from public.clients c
join public.organizations o on o.id = c.organization_id
left join public.users u on u.id = c.owner_id and u.organization_id = c.organization_id
left join lateral (
  select h.health, h.churn_risk, h.trs_score, h.snapshot_date
  from public.client_health_history h
  where h.client_id = c.id
    and h.organization_id = c.organization_id
    and h.snapshot_date < (now() at time zone o.time_zone)::date
  order by h.snapshot_date desc
  limit 1
) previous on true;

comment on view public.vw_client_overview is
  'One row per visible client with its owner''s name and its health before today.';
comment on column public.vw_client_overview.owner_name is
  'Null when unassigned or when the caller may not see the person.';
comment on column public.vw_client_overview.previous_snapshot_date is
  'Day of the newest health snapshot before today, the one the previous_ columns show.';

revoke all on public.vw_client_overview from anon, authenticated, service_role;
grant select on public.vw_client_overview to authenticated, service_role;
