-- Two playbooks, and what the first one did for each win. Its cards, notes and tasks
-- are in 080 and 120.

insert into public.automation_playbooks
  (id, organization_id, name, description, trigger_event, status, created_by, created_at, updated_at)
select
  pg_temp.demo_id('automation_playbooks', p.code), pg_temp.demo_org(p.letter), p.name, p.description,
  p.trigger_event, p.status, pg_temp.demo_user(p.by),
  pg_temp.demo_time(p.letter, p.created, '13:30'), pg_temp.demo_time(p.letter, p.edited, '13:50')
from (values
  ('A', 'kickoff', 'Closed-won kickoff',    'Starts the work on every win.',        'closed_won', 'active', 'C', -260, -260),
  ('A', 'review',  'Quarterly review prep', 'Cards and a note before each review.', 'manual',     'draft',  'C', -26,  -26),
  ('B', 'kickoff-b', 'Closed-won kickoff',  'Starts the work on every win.',        'closed_won', 'active', 'L', -100, -100)
) as p (letter, code, name, description, trigger_event, status, by, created, edited);

insert into public.automation_steps
  (id, organization_id, playbook_id, position, workspace, action, config, created_at, updated_at)
select
  pg_temp.demo_id('automation_steps', s.code || ':' || s.position), p.organization_id, p.id, s.position, s.workspace,
  s.action, s.config, p.created_at, p.created_at
from (values
  ('kickoff',   0, 'delivery', 'create_kanban_item', '{"title": "Kickoff workshop", "due_in_days": 10}'::jsonb),
  ('kickoff',   1, 'sales',    'record_note',        '{"body": "Won. The kickoff is being prepared."}'),
  ('kickoff',   2, 'ops',      'create_activity',    '{"type": "task", "title": "Plan the first review", "due_in_days": 14}'),
  ('review',    0, 'delivery', 'create_kanban_item', '{"title": "Collect the figures", "due_in_days": 7}'),
  ('review',    1, 'ops',      'create_activity',    '{"type": "meeting", "title": "Quarterly review", "due_in_days": 14}'),
  ('kickoff-b', 0, 'delivery', 'create_kanban_item', '{"title": "Kickoff workshop", "due_in_days": 10}'),
  ('kickoff-b', 1, 'sales',    'record_note',        '{"body": "Won. The kickoff is being prepared."}'),
  ('kickoff-b', 2, 'ops',      'create_activity',    '{"type": "task", "title": "Plan the first review", "due_in_days": 14}')
) as s (code, position, workspace, action, config)
join public.automation_playbooks p on p.id = pg_temp.demo_id('automation_playbooks', s.code);

-- One run per win, and one that a Director started for a client: a note needs an
-- opportunity, so its second step failed.
with run as (
  select
    o.code, o.letter, o.organization_id, o.owner_id as by, 'closed_won' as trigger_event,
    'opportunity' as entity_type, o.id as entity_id, o.moved_at as at,
    jsonb_build_object('opportunity_id', o.id, 'client_id', o.client_id) as context, null as error
  from demo_opportunity o
  where o.stage = 'ClosedWon'
  union all
  select
    'manual', c.letter, c.organization_id, pg_temp.demo_user('M'), 'manual', 'client', c.id,
    pg_temp.demo_time('A', -18, '15:00'),
    jsonb_build_object('entity_type', 'client', 'entity_id', c.id), 'no_opportunity'
  from demo_client c
  where c.code = 'C6'
)
insert into public.automation_runs
  (id, organization_id, playbook_id, triggered_by, trigger_event, entity_type, entity_id, context, status, error,
   started_at, completed_at, idempotency_key, created_at, updated_at)
select
  pg_temp.demo_id('automation_runs', r.code), r.organization_id, p.id, r.by, r.trigger_event, r.entity_type, r.entity_id,
  r.context, case when r.error is null then 'succeeded' else 'failed' end, r.error,
  r.at + interval '15 seconds', r.at + interval '45 seconds',
  case when r.trigger_event = 'closed_won' then format('closed_won:%s:%s', r.entity_id, p.id) end,
  r.at, r.at + interval '45 seconds'
from run r
join public.automation_playbooks p on p.organization_id = r.organization_id and p.trigger_event = 'closed_won';

insert into public.automation_run_steps
  (id, organization_id, run_id, step_id, position, workspace, action, config, status, output, error, completed_at,
   created_at, updated_at)
select
  pg_temp.demo_id('automation_run_steps', r.id || ':' || s.position), r.organization_id, r.id, s.id, s.position,
  s.workspace, s.action, s.config, outcome.status,
  case when outcome.status = 'succeeded' then jsonb_build_object(made.kind || '_id', made.id) end,
  case when outcome.status = 'failed' then r.error end,
  outcome.at, r.created_at, outcome.at
from public.automation_runs r
join public.automation_steps s on s.playbook_id = r.playbook_id
cross join lateral (
  select
    case when r.error is null or s.position = 0 then 'succeeded' when s.position = 1 then 'failed' else 'skipped' end
      as status,
    r.created_at + make_interval(
      secs => case when r.error is not null and s.position > 0 then 45 else 25 + 10 * s.position end) as at
) outcome
cross join lateral (
  select a.kind, pg_temp.demo_id(a.resource, 'run:' || o.code) as id
  from (values
    ('create_kanban_item', 'kanban_item', 'kanban_items'), ('record_note', 'note', 'opportunity_notes'),
    ('create_activity', 'activity', 'opportunity_activities')
  ) as a (action, kind, resource)
  cross join lateral (
    select coalesce((select p.code from demo_opportunity p where p.id = r.entity_id), 'manual') as code
  ) o
  where a.action = s.action
) made;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  p.created_at, p.organization_id, p.created_by, 'save_playbook', 'automation.playbook.saved', 'automation_playbook',
  p.id, jsonb_build_object('steps', (select count(*) from public.automation_steps s where s.playbook_id = p.id)),
  'automation_playbooks', null::jsonb, to_jsonb(p) || '{"status": "draft"}'
from public.automation_playbooks p
union all
select
  s.created_at, s.organization_id, p.created_by, 'save_playbook', null, null, null, null, 'automation_steps', null,
  to_jsonb(s)
from public.automation_steps s
join public.automation_playbooks p on p.id = s.playbook_id
union all
select
  p.updated_at, p.organization_id, p.created_by, 'set_playbook_status', 'automation.playbook.status_changed',
  'automation_playbook', p.id, private.from_to('draft'::text, p.status), 'automation_playbooks',
  jsonb_build_object('id', p.id, 'status', 'draft'), jsonb_build_object('id', p.id, 'status', p.status)
from public.automation_playbooks p
where p.status <> 'draft';

-- A win queues its run silently, as part of the conversion, which reports itself.
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload)
select
  step.at, r.organization_id, step.actor_id, step.operation, 'automation.run.' || step.verb, 'automation_run', r.id,
  jsonb_build_object('playbook_id', r.playbook_id,
    'steps', (select count(*) from public.automation_run_steps s where s.run_id = r.id))
from public.automation_runs r
cross join lateral (values
  (case when r.trigger_event = 'manual' then r.created_at end, r.triggered_by, 'start_automation_run', 'queued'),
  (r.completed_at, null::uuid, 'service_advance_automation_run',
    case r.status when 'failed' then 'failed' else 'completed' end)
) as step (at, actor_id, operation, verb)
where step.at is not null;

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, idempotency_key)
select
  o.moved_at, o.organization_id, o.owner_id, 'move_opportunity', 'client.converted', 'client', o.client_id,
  jsonb_build_object(
    'opportunity_id', o.id, 'project_id', j.id,
    'created', jsonb_strip_nulls(jsonb_build_object(
      'project', 1, 'automation_run', 1,
      'deliverable', case when first_win then 3 end,
      'finance', case when exists (
        select from public.finance f where f.client_id = o.client_id and f.created_at = o.moved_at) then 1 end))),
  'client.converted:' || o.id
from (
  select o.*, row_number() over (partition by o.client_id order by o.moved_at) = 1 as first_win
  from demo_opportunity o
  where o.stage = 'ClosedWon'
) o
join public.projects j on j.source_opportunity_id = o.id;

-- What the steps made, by the worker.
insert into demo_change (at, organization_id, operation, resource, after)
select s.completed_at, s.organization_id, 'service_advance_automation_run', made.resource, made.row
from public.automation_run_steps s
cross join lateral (
  select 'kanban_items' as resource, to_jsonb(k) || '{"status": "backlog"}' as row
  from public.kanban_items k where k.id = (s.output ->> 'kanban_item_id')::uuid
  union all
  select 'opportunity_notes', to_jsonb(n) from public.opportunity_notes n where n.id = (s.output ->> 'note_id')::uuid
  union all
  select 'opportunity_activities', to_jsonb(a) - 'completed_at' || '{"status": "pending"}'
  from public.opportunity_activities a where a.id = (s.output ->> 'activity_id')::uuid
) made;
