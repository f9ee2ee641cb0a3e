-- The pipeline as lists and as sums, read with the rights of whoever asks.

create view public.pipeline
with (security_invoker = true)
as
select
  o.id,
  o.organization_id,
  o.client_id,
  c.name as client_name,
  o.name,
  o.owner_id,
  o.stage,
  o.amount as deal_value,
  o.probability,
  -- round() of numeric goes half away from zero.
  round(o.amount * o.probability / 100, 2) as weighted_value,
  o.expected_close_date,
  o.stage_changed_at,
  o.closed_at,
  o.updated_at
from public.opportunities o
join public.clients c on c.id = o.client_id and c.organization_id = o.organization_id;

comment on view public.pipeline is 'Opportunities with their client''s name and weighted value.';
comment on column public.pipeline.weighted_value is
  'Amount × probability. For one row; sums are rounded once, in vw_pipeline_forecast.';

create view public.vw_pipeline_forecast
with (security_invoker = true)
as
select
  o.id as organization_id,
  s.stage,
  s.stage_order,
  count(p.id) as opportunity_count,
  round(coalesce(sum(p.amount), 0), 2) as total_value,
  round(coalesce(sum(p.amount * p.probability), 0) / 100, 2) as weighted_value,
  sum(count(p.id)) over organization as all_opportunity_count,
  round(coalesce(sum(sum(p.amount)) over organization, 0), 2) as all_total_value,
  -- The sum of all is rounded once, not the sum of four rounded sums.
  round(coalesce(sum(sum(p.amount * p.probability)) over organization, 0) / 100, 2) as all_weighted_value
from public.organizations o
cross join (values ('Prospect', 1), ('Qualify', 2), ('Proposal', 3), ('Negotiation', 4)) as s (stage, stage_order)
left join public.opportunities p on p.organization_id = o.id and p.stage = s.stage
-- A Client persona sees the organization but no opportunity: no row, not zeros.
where (select private.persona()) is distinct from 'Client'
group by o.id, s.stage, s.stage_order
window organization as (partition by o.id);

comment on view public.vw_pipeline_forecast is
  'One row per organization and open stage, zeros included; all_ columns repeat the sum over the four.';

revoke all on public.pipeline, public.vw_pipeline_forecast from anon, authenticated, service_role;
grant select on public.pipeline, public.vw_pipeline_forecast to authenticated, service_role;
