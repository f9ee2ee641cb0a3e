-- What is delivered: one project per won opportunity, and three started otherwise.

with project (
  code, client, name, status, phase, health, progress, starts, due, completed, budget, spent, owner, edited
) as (
  values
    ('W1', 'C9', 'Initial retainer',        'active',    'Active',       'green',  62,  -77,  90,   null::integer, 120000, 50400,  'C', -11),
    ('W2', 'C4', 'Automation retainer',     'active',    'Algorithm',    'yellow', 70,  -203, 34,   null,          150000, 102000, 'M', -9),
    ('W3', 'C8', 'Tools starter',           'completed', 'Onboarding',   'green',  100, -152, -30,  -34,           24000,  22800,  'J', -34),
    ('W4', 'C2', 'Upgrade',                 'active',    'Architecture', 'green',  55,  -121, 60,   null,          36000,  19800,  'M', -13),
    ('W5', 'C9', 'Benchmark add-on',        'active',    'Data',         'green',  18,  -32,  75,   null,          30000,  4500,   'C', -6),
    ('P6', 'C1', 'Lane pricing rollout',    'active',    'Compounding',  'green',  64,  -96,  45,   null,          96000,  58560,  'J', -8),
    ('P7', 'C7', 'Retention turnaround',    'active',    'Architecture', 'red',    71,  -130, -6,   null,          48000,  42240,  'P', -5),
    ('P8', 'C5', 'Clinic data foundation',  'on_hold',   'Data',         'green',  30,  -48,  80,   null,          60000,  18000,  'J', -6),
    ('WB', 'B2', 'Repair revenue',          'active',    'Data',         'green',  25,  -40,  60,   null,          18000,  4500,   'L', -12)
)
insert into public.projects
  (id, organization_id, client_id, name, source_opportunity_id, owner_id, status, phase, health, progress,
   starts_on, due_on, completed_on, budget, spent, created_at, updated_at)
select
  pg_temp.demo_id('projects', p.code), c.organization_id, c.id, p.name, o.id, pg_temp.demo_user(p.owner),
  p.status, p.phase, p.health, p.progress, pg_temp.demo_day() + p.starts, pg_temp.demo_day() + p.due,
  pg_temp.demo_day() + p.completed, p.budget, p.spent,
  coalesce(o.moved_at, pg_temp.demo_time(c.letter, p.starts, '09:40')),
  pg_temp.demo_time(c.letter, p.edited, '18:05')
from project p
join demo_client c on c.code = p.client
left join demo_opportunity o on o.code = p.code;

-- What that left behind --------------------------------------------------------

-- The conversion made five of them, as part of the move.
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, after)
select
  p.created_at, p.organization_id, p.owner_id, convert.operation,
  case when convert.operation is null then 'project.created' end,
  case when convert.operation is null then 'project' end,
  case when convert.operation is null then p.id end,
  jsonb_build_object('name', p.name),
  'projects',
  to_jsonb(p) - array['completed_on', 'budget', 'due_on']
    || '{"status": "planned", "phase": "Onboarding", "health": "green", "progress": 0, "spent": 0}'
from public.projects p
cross join lateral (
  select case when p.source_opportunity_id is not null then 'convert_won_opportunity' end as operation
) convert;

-- The last edit: progress, and for two of them the end or a halt.
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  p.updated_at, p.organization_id, p.owner_id, 'project.updated', 'project', p.id,
  jsonb_build_object('name', p.name, 'changed', case p.status
    when 'completed' then '["completed_on", "progress", "spent", "status"]'::jsonb
    when 'on_hold' then '["progress", "spent", "status"]' else '["progress", "spent"]' end),
  'projects',
  jsonb_build_object('id', p.id, 'progress', p.progress - 8, 'spent', p.spent - 1200, 'status', 'active'),
  jsonb_build_object('id', p.id, 'progress', p.progress, 'spent', p.spent, 'status', p.status,
    'completed_on', p.completed_on)
from public.projects p;
