-- The clients list learns about pipeline, revenue and receivables.
--
-- A sum is 0 when the caller may read the rows it is made of and there are none,
-- and null when not: nobody takes "you may not see it" for "there is nothing".

create or replace view public.vw_client_overview
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
  c.churned_on,
  case when may.read_pipeline then pipeline.open_count end as open_count,
  case when may.read_pipeline then pipeline.open_value end as open_value,
  case when may.read_pipeline then pipeline.open_weighted end as open_weighted,
  pipeline.furthest_open_stage,
  case when may.read_money then revenue.mrr end as mrr,
  case when may.read_money then receivable.outstanding end as ar_outstanding,
  case when may.read_money then receivable.overdue end as ar_overdue,
  case when may.read_money then collected.amount end as ar_collected
from public.clients c
join public.organizations o on o.id = c.organization_id
left join public.users u on u.id = c.owner_id and u.organization_id = c.organization_id
-- The policies of the tables below, for a client that is visible already.
cross join lateral (
  select
    (select private.is_staff()) or not (select private.called_by_api()) as read_pipeline,
    (select private.is_manager()) or not (select private.called_by_api())
      or c.id = any ((select private.my_client_ids())::uuid[])
      or coalesce(c.id = (select private.my_client_id()), false) as read_money
) may
left join lateral (
  select h.health, h.churn_risk, h.trs_score, h.snapshot_date
  from public.client_health_history h
  where h.client_id = c.id
    and h.organization_id = c.organization_id
    and h.snapshot_date < (now() at time zone o.time_zone)::date
  order by h.snapshot_date desc
  limit 1
) previous on true
cross join lateral (
  select
    count(*) as open_count,
    round(coalesce(sum(p.amount), 0), 2) as open_value,
    round(coalesce(sum(p.amount * p.probability), 0) / 100, 2) as open_weighted,
    (array['Prospect', 'Qualify', 'Proposal', 'Negotiation'])[
      max(array_position(array['Prospect', 'Qualify', 'Proposal', 'Negotiation'], p.stage))
    ] as furthest_open_stage
  from public.opportunities p
  where p.client_id = c.id and p.stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation')
) pipeline
cross join lateral (
  select round(coalesce(sum(s.mrr), 0), 2) as mrr
  from public.subscriptions s
  where s.client_id = c.id
    and s.activated_on <= (now() at time zone o.time_zone)::date
    and (s.ended_on is null or (now() at time zone o.time_zone)::date < s.ended_on)
) revenue
cross join lateral (
  select
    round(coalesce(sum(i.balance), 0), 2) as outstanding,
    round(coalesce(sum(i.balance) filter (
      where i.due_date < (now() at time zone o.time_zone)::date), 0), 2) as overdue
  from public.invoices i
  where i.client_id = c.id and i.status = 'sent'
) receivable
cross join lateral (
  select round(coalesce(sum(p.amount), 0), 2) as amount
  from public.invoices i
  join public.invoice_payments p on p.invoice_id = i.id
  where i.client_id = c.id and p.reversed_at is null
) collected;

comment on view public.vw_client_overview is
  'One row per visible client with its owner''s name, its health before today, pipeline and money.';
comment on column public.vw_client_overview.open_count is
  'Open opportunities; this and the other sums are null when the caller may not read the rows.';
comment on column public.vw_client_overview.furthest_open_stage is 'Null without open opportunities.';
comment on column public.vw_client_overview.mrr is 'Subscriptions that count today.';
comment on column public.vw_client_overview.ar_outstanding is 'Balance of sent invoices.';
comment on column public.vw_client_overview.ar_overdue is 'The part of it with a due date before today.';
comment on column public.vw_client_overview.ar_collected is 'Payments that were not reversed, of all time.';
