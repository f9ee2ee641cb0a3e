-- Three days of two people (and one of B): what the plan proposed, what became of
-- it, and the time spent.

-- What a plan chooses from (metrics.md, section 8), in the order of its scores.
create or replace function pg_temp.demo_candidates(p_user_id uuid, p_day date)
returns table (
  place bigint, source_kind text, source_id uuid, title text, next_action text, impact numeric, probability integer,
  urgency integer, confidence integer, hours numeric, weight text, due date
)
language sql stable
as $$
  with candidate as (
    select
      'opportunity' as source_kind, o.id as source_id, o.name as title, o.next_step as next_action, o.amount as impact,
      o.probability::integer as probability,
      case when near.days <= 0 then 10 when near.days <= 2 then 9 when near.days <= 7 then 7 else 5 end as urgency,
      80 as confidence, 1::numeric as hours,
      case when o.stage in ('Proposal', 'Negotiation') then 'brilliant' else 'incremental' end as weight,
      least(o.next_step_date, o.expected_close_date) as due
    from public.opportunities o
    cross join lateral (select least(o.next_step_date, o.expected_close_date) - p_day as days) near
    where o.owner_id = p_user_id and o.closed_at is null
      and (o.next_step_date <= p_day + 7 or o.expected_close_date <= p_day + 14)
    union all
    select
      'invoice', i.id, 'Collect ' || i.invoice_number, 'Ask when it will be paid', i.balance,
      case when late.days <= 30 then 90 when late.days <= 60 then 70 when late.days <= 90 then 50 else 30 end,
      case when late.days <= 30 then 6 when late.days <= 60 then 8 else 10 end,
      90, 0.5, 'stabilization', i.due_date
    from public.invoices i
    join public.clients c on c.id = i.client_id
    cross join lateral (select p_day - i.due_date as days) late
    where c.owner_id = p_user_id and i.status = 'sent' and i.due_date < p_day
    union all
    select
      'client', c.id, 'Keep ' || c.name, 'Talk to the decision maker', c.arr * c.churn_risk / 100, 50,
      case when c.churn_risk >= 25 then 9 else 7 end, 60, 2, 'stabilization', null
    from public.clients c
    where c.owner_id = p_user_id and c.status = 'active' and c.churn_risk >= 15
    union all
    select 'kanban_item', k.id, k.title, 'Remove what blocks it', f.mrr, 60, 6, 60, 1, 'incremental', k.due_date
    from public.kanban_items k
    join public.clients c on c.id = k.client_id
    join public.finance f on f.client_id = c.id
    where c.owner_id = p_user_id and k.status = 'blocked'
    union all
    select
      'qbr', c.id, 'Prepare the review of ' || c.name, 'Collect the figures', 3 * f.mrr, 70,
      case when c.qbr_date - p_day <= 2 then 10 when c.qbr_date - p_day <= 7 then 8 else 6 end, 70, 3, 'incremental',
      c.qbr_date
    from public.clients c
    join public.finance f on f.client_id = c.id
    where c.owner_id = p_user_id and c.status = 'active' and c.qbr_date <= p_day + 14
  )
  select
    row_number() over (
      order by
        c.impact * c.probability * c.urgency * c.confidence / greatest(c.hours, 0.25)
          * case c.weight when 'brilliant' then 1.2 when 'stabilization' then 0.9 else 1 end desc,
        c.due, c.source_id
    ) - 1,
    c.*
  from candidate c
  where c.impact > 0
  order by 1
  limit 7
$$;

create temporary table demo_plan on commit drop as
select
  p.*, pg_temp.demo_id('daily_plans', p.person || ':' || p.day) as id, pg_temp.demo_user(p.person) as user_id,
  pg_temp.demo_org(p.letter) as organization_id, pg_temp.demo_day() + p.day as plan_date,
  -- Today's was made the evening before, so that it lies in the past whatever the hour.
  case p.day when 0 then pg_temp.demo_time(p.letter, -1, '17:30')
    else pg_temp.demo_time(p.letter, p.day, '08:30') end as computed_at
from (values
  ('A', 'J', -2, true), ('A', 'J', -1, true), ('A', 'J', 0, false),
  ('A', 'M', -2, true), ('A', 'M', -1, true), ('A', 'M', 0, true),
  ('B', 'O', -1, true)
) as p (letter, person, day, locked);

insert into public.daily_plans
  (id, organization_id, user_id, plan_date, computed_at, locked_at, created_at, updated_at)
select
  p.id, p.organization_id, p.user_id, p.plan_date, p.computed_at,
  case when p.locked then p.computed_at + interval '12 minutes' end,
  p.computed_at, case when p.locked then p.computed_at + interval '12 minutes' else p.computed_at end
from demo_plan p;

-- Five are done of the day before yesterday, four of yesterday; then one was begun
-- and one put off. Of today nothing is touched.
with item as (
  select
    p.*, c.*,
    case
      when p.day = 0 then 'ready'
      when c.place < case p.day when -2 then 5 else 4 end then 'done'
      when c.place = 5 then 'deferred'
      when p.day = -1 and c.place = 4 then 'in_progress'
      else 'ready'
    end as status
  from demo_plan p
  cross join lateral pg_temp.demo_candidates(p.user_id, p.plan_date) c
),
moved as (
  select
    i.*,
    case when i.status <> 'ready'
      then pg_temp.demo_time(i.letter, i.day, '10:05') + i.place * interval '55 minutes' end as moved_at
  from item i
)
insert into public.priority_items
  (id, organization_id, user_id, daily_plan_id, position, title, source_kind, source_id, expected_impact,
   effort_hours, probability, urgency, confidence, strategic_weight, next_action, status, completed_at, created_at,
   updated_at)
select
  pg_temp.demo_id('priority_items', concat_ws(':', m.person, m.day, m.source_kind, m.source_id)), m.organization_id,
  m.user_id, m.id, m.place, m.title, m.source_kind, m.source_id, m.impact, m.hours, m.probability, m.urgency,
  m.confidence, m.weight, m.next_action, m.status, case when m.status = 'done' then m.moved_at end,
  m.computed_at, coalesce(m.moved_at, m.computed_at)
from moved m;

-- Time spent. `ended` and `paused` count minutes; a session counts at most what was
-- planned. The last one is still to come.
with session (ordinal, person, day, position, starts, planned, status, paused, ended) as (
  values
    (1, 'J', -2, 0, time '09:00', 50, 'completed', 0, 50::integer),
    (2, 'J', -2, 1, '10:30',      50, 'completed', 6, 56),
    (3, 'J', -1, 0, '09:05',      50, 'completed', 0, 41),
    (4, 'J', -1, 1, '13:40',      25, 'completed', 0, 25),
    (5, 'M', -2, 0, '08:50',      90, 'completed', 12, 102),
    (6, 'M', -2, 2, '14:00',      50, 'completed', 0, 47),
    (7, 'M', -1, 0, '09:10',      50, 'completed', 0, 50),
    (8, 'M', -1, 1, '15:20',      50, 'abandoned', 0, 14),
    (9, 'M', 0,  0, '09:05',      50, 'planned',   0, null),
    (10, 'O', -1, 0, '09:30',     50, 'completed', 0, 44)
),
timed as (
  select s.*, p.id as plan_id, p.user_id, p.organization_id, p.updated_at as planned_at,
    pg_temp.demo_time(d.letter, s.day, s.starts) as starts_at
  from session s
  join demo_plan d on d.person = s.person and d.day = s.day
  join public.daily_plans p on p.id = d.id
)
insert into public.focus_sessions
  (id, organization_id, user_id, daily_plan_id, priority_item_id, status, planned_start_at, planned_minutes,
   started_at, paused_seconds, completed_at, duration_seconds, created_at, updated_at)
select
  pg_temp.demo_id('focus_sessions', t.ordinal::text), t.organization_id, t.user_id, t.plan_id, i.id, t.status,
  t.starts_at, t.planned, case when t.status <> 'planned' then t.starts_at end, t.paused * 60,
  t.starts_at + make_interval(mins => t.ended), (least(t.ended, t.planned + t.paused) - t.paused) * 60,
  t.planned_at, coalesce(t.starts_at + make_interval(mins => t.ended), t.planned_at)
from timed t
join public.priority_items i on i.daily_plan_id = t.plan_id and i.position = t.position;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  p.computed_at, p.organization_id, p.user_id, 'save_daily_plan', 'plan.computed', 'daily_plan', p.id,
  jsonb_build_object('items', count(*), 'score', sum(i.score)), 'daily_plans', null::jsonb, to_jsonb(p) - 'locked_at'
from public.daily_plans p
join public.priority_items i on i.daily_plan_id = p.id
group by p.id
union all
select
  p.locked_at, p.organization_id, p.user_id, 'lock_daily_plan', 'plan.locked', 'daily_plan', p.id,
  jsonb_build_object('items', (select count(*) from public.priority_items i where i.daily_plan_id = p.id)),
  'daily_plans', jsonb_build_object('id', p.id), jsonb_build_object('id', p.id, 'locked_at', p.locked_at)
from public.daily_plans p
where p.locked_at is not null
union all
select
  i.created_at, i.organization_id, i.user_id, 'save_daily_plan', null, null, null, null, 'priority_items', null,
  to_jsonb(i) - 'completed_at' || '{"status": "ready"}'
from public.priority_items i
union all
select
  i.updated_at, i.organization_id, i.user_id, 'set_priority_status', private.priority_event_key(i.status),
  'priority_item', i.id, jsonb_build_object('source_kind', i.source_kind, 'score', i.score),
  'priority_items', jsonb_build_object('id', i.id, 'status', 'ready'),
  jsonb_build_object('id', i.id, 'status', i.status, 'completed_at', i.completed_at)
from public.priority_items i
where i.status <> 'ready';

insert into demo_change (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload)
select step.at, s.organization_id, s.user_id, step.operation, step.event_key, 'focus_session', s.id, step.payload
from public.focus_sessions s
cross join lateral (values
  (s.started_at, 'start_focus_session', 'focus.started', jsonb_build_object('planned_minutes', s.planned_minutes)),
  (case when s.paused_seconds > 0 then s.started_at + interval '20 minutes' end, 'pause_focus_session',
    'focus.paused', jsonb_build_object('planned_minutes', s.planned_minutes)),
  (case when s.paused_seconds > 0 then s.started_at + interval '20 minutes' + s.paused_seconds * interval '1 second' end,
    'resume_focus_session', 'focus.resumed', jsonb_build_object('planned_minutes', s.planned_minutes)),
  (s.completed_at, 'complete_focus_session', 'focus.' || s.status,
    jsonb_build_object('duration_seconds', s.duration_seconds))
) as step (at, operation, event_key, payload)
where step.at is not null;
