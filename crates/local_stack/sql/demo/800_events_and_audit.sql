-- What people and the worker did in the last 90 days, as they would have been noted
-- at the time, and how people looked around meanwhile.

-- Conversions are kept however old: an opportunity is converted once.
delete from demo_change c
where c.at < pg_temp.demo_at(-90, 0, pg_temp.demo_zone(
    case c.organization_id when pg_temp.demo_org('A') then 'A' else 'B' end))
  and c.event_key is distinct from 'client.converted';

insert into public.audit_log
  (id, organization_id, actor_id, actor_role, action, resource_type, resource_id, changes, operation, request_id,
   occurred_at)
select
  pg_temp.demo_id('audit_log', concat_ws(':', c.resource, c.after ->> 'id', c.operation, c.at - day.begins)),
  c.organization_id, c.actor_id, u.role,
  case when c.before is null then 'insert' else 'update' end,
  c.resource, (c.after ->> 'id')::uuid,
  private.row_changes(
    ('public.' || c.resource)::regclass, c.before, c.after,
    -- As the triggers of the two tables leave them out.
    case c.resource
      when 'finance' then array['mrr', 'ar_outstanding', 'cached_at']
      when 'integrations' then array['cursor', 'settings', 'last_synced_at', 'last_error_at', 'last_error_code',
        'consecutive_failures', 'next_attempt_at']
      else '{}' end),
  c.operation,
  case when c.actor_id is not null then 'demo-' || left(md5(concat_ws(':', c.actor_id, c.at - day.begins)), 12) end,
  c.at
from demo_change c
cross join (select pg_temp.demo_at(0, 0, 'UTC') as begins) day
left join public.users u on u.id = c.actor_id
where c.resource is not null;

insert into public.analytics_events
  (id, organization_id, user_id, event_key, entity_type, entity_id, payload, occurred_at, idempotency_key)
select
  pg_temp.demo_id('analytics_events', concat_ws(':', c.event_key, c.entity_id, c.payload, c.at - day.begins)),
  c.organization_id, c.actor_id, c.event_key, c.entity_type, c.entity_id, c.payload, c.at, c.idempotency_key
from demo_change c
cross join (select pg_temp.demo_at(0, 0, 'UTC') as begins) day
where c.event_key is not null;

-- A counts 1,200 events in these days, B 150; what is missing is people opening
-- pages and, now and then, exporting something.
with room as (
  select l.letter, pg_temp.demo_org(l.letter) as organization_id, l.wanted - (
    select count(*) from public.analytics_events e
    where e.organization_id = pg_temp.demo_org(l.letter)
      and e.occurred_at >= pg_temp.demo_at(-90, 0, pg_temp.demo_zone(l.letter))
  ) as missing
  from (values ('A', 1200), ('B', 150)) as l (letter, wanted)
),
look as (
  select r.*, n, format('ui:%s:%s', r.letter, n) as key
  from room r
  cross join lateral generate_series(1, r.missing) n
),
page as (
  select l.*, p.person, p.route, p.detail,
    case when pg_temp.demo_pick(l.key || ':what', 12) > 0 then 'ui.view.opened'
      when p.route = '/focus' then 'ui.plan.exported' else 'ui.export.downloaded' end as event_key
  from look l
  cross join lateral (
    select
      case l.letter
        when 'A' then (array['J', 'J', 'M', 'M', 'P', 'C', 'C', 'Y', 'S'])[pg_temp.demo_pick(l.key || ':who', 9) + 1]
        else (array['L', 'O', 'O', 'I'])[pg_temp.demo_pick(l.key || ':who', 4) + 1]
      end as person,
      pg_temp.demo_pick(l.key || ':page', 7) + 1 as place
  ) who
  cross join lateral (
    select
      who.person,
      -- A client's own people have the account page only.
      case when who.person in ('S', 'I') then '/account'
        else (array['/', '/clients', '/pipeline', '/focus', '/clients', '/pipeline', '/agents'])[who.place] end as route,
      case when who.person in ('S', 'I') then 'deliverables'
        else (array['overview', 'churn', 'board', 'plan', 'health', 'forecast', 'directory'])[who.place] end as detail
  ) p
)
insert into public.analytics_events (id, organization_id, user_id, event_key, payload, occurred_at)
select
  pg_temp.demo_id('analytics_events', p.key), p.organization_id, pg_temp.demo_user(p.person), p.event_key,
  jsonb_build_object('route', p.route, 'detail', p.detail),
  -- In working hours of any of the days.
  pg_temp.demo_time(p.letter, -1 - pg_temp.demo_pick(p.key || ':day', 87), '08:00')
    + make_interval(mins => pg_temp.demo_pick(p.key || ':minute', 600))
from page p;
