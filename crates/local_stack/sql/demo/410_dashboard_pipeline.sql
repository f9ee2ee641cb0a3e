-- Pipeline figures of the same days, from the stages as they were, and the alerts
-- of the last two weeks.

create temporary table demo_opportunity_on on commit drop as
select
  d.organization_id, d.day, d.quarter_start, o.id, o.name, o.created_at, h.to_stage as stage, h.changed_at, h.amount,
  -- An override was typed 18 hours after the move (090).
  case when h.changed_at = o.stage_changed_at and h.changed_at + interval '18 hours' <= d.begins then o.probability
    else h.probability end as probability,
  h.to_stage in ('ClosedWon', 'ClosedLost') as closed,
  -- Days are those of the organization.
  (h.changed_at at time zone g.time_zone)::date as changed_on,
  o.expected_close_date
from demo_day d
join public.organizations g on g.id = d.organization_id
join public.opportunities o on o.organization_id = d.organization_id
cross join lateral (
  select * from public.opportunity_stage_history h
  where h.opportunity_id = o.id and h.changed_at <= d.begins
  order by h.changed_at desc
  limit 1
) h;

create temporary table demo_forecast on commit drop as
select
  d.organization_id, d.day, d.quarterly_target as target,
  count(o.id) filter (where not o.closed) as open_count,
  coalesce(sum(o.amount) filter (where not o.closed), 0) as open_value,
  coalesce(sum(o.amount * o.probability / 100) filter (where not o.closed), 0) as open_weighted,
  coalesce(sum(o.amount) filter (where period.won), 0) as won,
  coalesce(sum(o.amount) filter (where period.open), 0) as in_period,
  coalesce(sum(o.amount) filter (where period.won or period.open and o.probability >= 70), 0) as commit,
  coalesce(sum(o.amount) filter (where period.won or period.open and o.probability >= 50), 0) as upside,
  coalesce(sum(o.amount) filter (where period.won or period.open), 0) as best,
  count(o.id) filter (where period.won) as won_count,
  count(o.id) filter (where o.closed and o.changed_on >= d.quarter_start) as closed_count,
  percentile_cont(0.5) within group (
    order by extract(day from o.changed_at - o.created_at)) filter (where period.won) as median_days
from demo_day d
left join demo_opportunity_on o using (organization_id, day)
cross join lateral (
  select
    o.stage = 'ClosedWon' and o.changed_on >= d.quarter_start as won,
    not o.closed and o.expected_close_date < d.quarter_start + interval '3 months' as open
) period
group by d.organization_id, d.day, d.quarterly_target;

create temporary table demo_alert on commit drop as
select f.organization_id, f.day, 'coverage' as type,
  case when f.in_period < 1.2 * f.target then 'critical' else 'warning' end as severity,
  'organization' as entity_type, f.organization_id as entity_id,
  jsonb_build_object('coverage', pg_temp.demo_ratio(f.in_period, f.target, 'no_target')) as figures
from demo_forecast f
where f.in_period < 1.8 * f.target
union all
select f.organization_id, f.day, 'variance',
  case when f.target - f.commit > 0.2 * f.target then 'critical' else 'warning' end,
  'organization', f.organization_id, jsonb_build_object('variance', pg_temp.demo_money(f.commit - f.target))
from demo_forecast f
where f.commit < f.target
union all
select o.organization_id, o.day, 'stalled', case when o.day - o.changed_on > 45 then 'critical' else 'warning' end,
  'opportunity', o.id, jsonb_build_object('days', o.day - o.changed_on)
from demo_opportunity_on o
where not o.closed and o.day - o.changed_on >= 30
union all
select o.organization_id, o.day, 'expiring',
  case when o.expected_close_date - o.day <= 7 then 'critical' else 'warning' end,
  'opportunity', o.id, jsonb_build_object('days', o.expected_close_date - o.day)
from demo_opportunity_on o
where not o.closed and o.expected_close_date - o.day between 0 and 14
union all
select o.organization_id, o.day, 'overdue', 'critical',
  'opportunity', o.id, jsonb_build_object('days', o.day - o.expected_close_date)
from demo_opportunity_on o
where not o.closed and o.expected_close_date < o.day;

select pg_temp.demo_snapshot(d, 'pipeline', jsonb_build_object(
  'open_count', f.open_count, 'open_value', pg_temp.demo_money(f.open_value),
  'open_weighted', pg_temp.demo_money(f.open_weighted),
  'won', pg_temp.demo_money(f.won), 'commit', pg_temp.demo_money(f.commit), 'upside', pg_temp.demo_money(f.upside),
  'best', pg_temp.demo_money(f.best),
  'coverage', case when f.target is null then pg_temp.demo_unavailable('no_target')
    else pg_temp.demo_ratio(f.in_period, f.target, 'no_target') end,
  'variance', case when f.target is null then pg_temp.demo_unavailable('no_target')
    else pg_temp.demo_money(f.commit - f.target) end,
  'win_rate', pg_temp.demo_ratio(f.won_count, f.closed_count, 'no_rows'),
  'sales_cycle_days', coalesce(to_jsonb(round(f.median_days::numeric, 1)), pg_temp.demo_unavailable('no_rows')),
  'alerts', (
    select coalesce(jsonb_object_agg(t.type, t.severities), '{}')
    from (
      select x.type, jsonb_object_agg(x.severity, x.alerts) as severities
      from (
        select a.type, a.severity, count(*) as alerts from demo_alert a
        where a.organization_id = d.organization_id and a.day = d.day
        group by a.type, a.severity
      ) x
      group by x.type
    ) t
  )))
from demo_day d
join demo_forecast f using (organization_id, day);

-- What that left behind --------------------------------------------------------

-- Yesterday's are the last ones: today's are recorded at six.
insert into demo_change
  (at, organization_id, operation, event_key, entity_type, entity_id, payload, idempotency_key)
select
  d.begins + interval '6 hours', a.organization_id, 'service_record_events', 'pipeline.alert.' || a.type,
  a.entity_type, a.entity_id, a.figures || jsonb_build_object('severity', a.severity),
  format('alert:%s:%s:%s', a.type, a.entity_id, a.day)
from demo_alert a
join demo_day d using (organization_id, day)
where a.day between pg_temp.demo_day() - 14 and pg_temp.demo_day() - 1;
