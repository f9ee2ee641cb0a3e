-- Portfolio figures of the same days.

-- How a client or project was before the first change after a moment; null when
-- none came after.
create temporary table demo_past on commit drop as
select c.resource, (c.after ->> 'id')::uuid as id, c.at, c.before
from demo_change c
where c.resource in ('clients', 'projects') and c.before is not null;

create or replace function pg_temp.demo_before(p_resource text, p_id uuid, p_column text, p_at timestamptz)
returns text
language sql stable
as $$
  select p.before ->> p_column from pg_temp.demo_past p
  where p.resource = p_resource and p.id = p_id and p.at > p_at and p.before ? p_column
  order by p.at
  limit 1
$$;

with client as (
  select
    d.organization_id, d.day, c.id, c.is_expansion,
    coalesce(pg_temp.demo_before('clients', c.id, 'status', d.begins), c.status) as status,
    coalesce(pg_temp.demo_before('clients', c.id, 'qbr_date', d.begins)::date, c.qbr_date) - d.day as days_to_qbr,
    h.health, h.churn_risk, h.trs_score, r.arr, k.price, k.discount_pct
  from demo_day d
  join public.clients c on c.organization_id = d.organization_id and c.created_at <= d.begins
  left join lateral (
    select * from public.client_health_history h
    where h.client_id = c.id and h.created_at <= d.begins
    order by h.snapshot_date desc
    limit 1
  ) h on true
  left join demo_recurring r on r.client_id = c.id and r.day = d.day
  left join public.client_commercials k on k.client_id = c.id
),
account as (
  select
    c.organization_id, c.day,
    count(*) as active_clients,
    coalesce(to_jsonb(round(avg(c.trs_score))), pg_temp.demo_unavailable('no_rows')) as trs,
    coalesce(to_jsonb(round(avg(c.health))), pg_temp.demo_unavailable('no_rows')) as average_health,
    count(*) filter (where c.health is null) as unscored,
    count(*) filter (where c.health >= 70) as healthy,
    count(*) filter (where c.health between 55 and 69) as watched,
    count(*) filter (where c.health < 55) as critical_health,
    count(*) filter (where c.churn_risk between 10 and 14) as watch,
    count(*) filter (where c.churn_risk >= 15) as at_risk,
    count(*) filter (where c.churn_risk >= 25) as critical,
    sum(c.arr) filter (where c.churn_risk >= 15) as arr_at_risk,
    count(*) filter (where c.days_to_qbr < 0) as qbr_overdue,
    count(*) filter (where c.days_to_qbr between 0 and 30) as qbr_30,
    count(*) filter (where c.days_to_qbr between 0 and 60) as qbr_60,
    count(*) filter (where c.days_to_qbr between 0 and 90) as qbr_90,
    pg_temp.demo_ratio(sum(c.price * (100 - c.discount_pct) / 100), sum(c.price), 'zero_denominator')
      as price_realisation
  from client c
  where c.status = 'active'
  group by c.organization_id, c.day
),
project as (
  select
    d.organization_id, d.day, p.health, p.due_on, p.budget,
    coalesce(pg_temp.demo_before('projects', p.id, 'status', d.begins), p.status) as status,
    coalesce(pg_temp.demo_before('projects', p.id, 'spent', d.begins)::numeric, p.spent) as spent
  from demo_day d
  join public.projects p on p.organization_id = d.organization_id and p.created_at <= d.begins
),
delivery as (
  select
    p.organization_id, p.day,
    count(*) filter (where p.status = 'active') as active,
    jsonb_build_object(
      'green', count(*) filter (where p.status = 'active' and p.health = 'green'),
      'yellow', count(*) filter (where p.status = 'active' and p.health = 'yellow'),
      'red', count(*) filter (where p.status = 'active' and p.health = 'red')) as by_health,
    count(*) filter (where p.status = 'active' and p.due_on < p.day) as overdue,
    pg_temp.demo_ratio(
      sum(p.spent) filter (where p.status = 'active' and p.budget > 0),
      sum(p.budget) filter (where p.status = 'active' and p.budget > 0), 'zero_denominator') as budget_use
  from project p
  group by p.organization_id, p.day
)
select pg_temp.demo_snapshot(d, 'portfolio', jsonb_build_object(
  'active_clients', a.active_clients, 'trs', a.trs, 'average_health', a.average_health, 'unscored', a.unscored,
  'health_bands', jsonb_build_object(
    'healthy', a.healthy, 'watch', a.watched, 'critical', a.critical_health, 'unscored', a.unscored),
  'watch', a.watch, 'at_risk', a.at_risk, 'critical', a.critical, 'arr_at_risk', pg_temp.demo_money(a.arr_at_risk),
  'qbr_overdue', a.qbr_overdue, 'qbr_30', a.qbr_30, 'qbr_60', a.qbr_60, 'qbr_90', a.qbr_90,
  'projects_active', p.active, 'projects_by_health', p.by_health, 'projects_overdue', p.overdue,
  'budget_use', p.budget_use, 'price_realisation', a.price_realisation))
from demo_day d
join account a using (organization_id, day)
join delivery p using (organization_id, day);

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, operation, event_key, entity_type, entity_id, payload, idempotency_key)
select
  d.begins, d.organization_id, 'service_record_snapshots', 'dashboard.snapshot.recorded', 'organization',
  d.organization_id, '{"kinds": ["finance", "pipeline", "portfolio"]}', 'snapshots:' || d.day
from demo_day d;
