-- Agents and what they did in the last 60 days.

with agent (
  letter, key, number, name, description, category, status, executor, auto_runnable, instructions, published, by, ended
) as (
  values
    ('A', 'portfolio-review',   1, 'Portfolio review',   'Lists the clients at risk and says why.',        'clients',       'active',   'portfolio_review',   true,  'Name every active client with a churn risk of 15 or more.', -200, 'C', null::integer),
    ('A', 'collections-review', 1, 'Collections review', 'Orders overdue invoices by what can be done.',   'finance',       'active',   'collections_review', true,  'Oldest due date first, with the contact.',                   -200, 'C', null),
    ('A', 'pipeline-review',    1, 'Pipeline review',    'Collects the alerts of the pipeline.',           'projects',      'active',   'pipeline_review',    true,  'Stalled, expiring and overdue opportunities.',               -200, 'C', null),
    ('A', 'close-plan',         1, 'Close plan',         'Drafts the steps to a signature.',               'communication', 'active',   'external',           false, 'Work back from the expected close date.',                    -120, 'C', null),
    ('A', 'account-brief',      1, 'Account brief',      'One page before a meeting.',                     'content',       'active',   'external',           false, 'Terms, open work, open invoices, last contact.',             -95,  'Y', null),
    ('A', 'offer-desk',         1, 'Offer desk',         'Proposes terms for an offer.',                   'finance',       'retired',  'external',           false, 'Stay inside the price list.',                                -110, 'C', -40),
    ('A', 'offer-desk',         2, 'Offer desk',         'Proposes terms for an offer, with a discount ladder.', 'finance', 'disabled', 'external',           false, 'Stay inside the price list and the discount ladder.',        -40,  'C', -18),
    ('B', 'portfolio-review',   1, 'Portfolio review',   'Lists the clients at risk and says why.',        'clients',       'active',   'portfolio_review',   true,  'Name every active client with a churn risk of 15 or more.', -60,  'L', null)
)
insert into public.agent_definitions
  (id, organization_id, agent_key, definition_version, display_name, description, category, lifecycle_status,
   executor, auto_runnable, definition, published_by, retired_at, created_at, updated_at)
select
  pg_temp.demo_id('agent_definitions', concat_ws(':', a.letter, a.key, a.number)), pg_temp.demo_org(a.letter), a.key,
  a.number, a.name, a.description, a.category, a.status, a.executor, a.auto_runnable,
  jsonb_build_object(
    'instructions', a.instructions,
    'inputs', case a.executor when 'external' then '[{"name": "client", "required": true}]'::jsonb else '[]' end,
    'guardrails', '[{"rule": "names-its-rows", "severity": "high", "remediation": "Run again with the rows listed."},
      {"rule": "no-invented-figures", "severity": "high", "remediation": "Drop the figure."}]'::jsonb),
  pg_temp.demo_user(a.by), case a.status when 'retired' then pg_temp.demo_time(a.letter, a.ended, '11:50') end,
  pg_temp.demo_time(a.letter, a.published, '11:50'),
  pg_temp.demo_time(a.letter, coalesce(a.ended, a.published), '11:50')
from agent a;

insert into public.agent_behaviors
  (id, organization_id, definition_id, tone, verbosity, temperature, max_tokens, response_delay_ms, created_at,
   updated_at)
select
  pg_temp.demo_id('agent_behaviors', d.id::text), d.organization_id, d.id,
  case d.category when 'communication' then 'warm' when 'finance' then 'analytical' else 'professional' end,
  case d.agent_key when 'account-brief' then 'short' when 'portfolio-review' then 'detailed' else 'balanced' end,
  case d.category when 'communication' then 0.70 else 0.30 end, 1200, 100, d.created_at, d.created_at
from public.agent_definitions d;

-- One run a day. Reviews are the worker's; the external agents are run by people.
-- Those still queued or running are external, so that no worker finishes them.
with run as (
  select
    n, n - 61 as day,
    case
      when n in (3, 9) then 'offer-desk:1' when n = 24 then 'offer-desk:2'
      when n in (58, 59) then 'close-plan:1' when n = 60 then 'account-brief:1'
      else (array['portfolio-review:1', 'collections-review:1', 'pipeline-review:1', 'close-plan:1',
        'account-brief:1'])[n % 5 + 1]
    end as agent,
    case
      when n in (17, 34, 49) then 'failed' when n in (25, 41) then 'cancelled'
      when n = 58 then 'running' when n in (59, 60) then 'queued' else 'succeeded'
    end as status,
    n in (12, 45) as flagged
  from generate_series(1, 60) n
),
planned as (
  select 'A' as letter, r.n, r.agent, r.status, r.flagged,
    pg_temp.demo_time('A', r.day, '07:30') + make_interval(mins => pg_temp.demo_pick('agent_runs:' || r.n, 540)) as at
  from run r
  union all
  select 'B', n, 'portfolio-review:1', 'succeeded', false, pg_temp.demo_time('B', -7 * n, '07:30')
  from generate_series(1, 3) n
),
made as (
  select
    p.*, d.id as definition_id, d.organization_id, d.agent_key, d.executor,
    case when d.executor = 'external'
      then pg_temp.demo_user((array['J', 'M', 'P', 'C'])[pg_temp.demo_pick('agent_runs:user:' || p.n, 4) + 1])
    end as user_id,
    p.at + interval '20 seconds' as started_at,
    p.at + make_interval(secs => 35 + pg_temp.demo_pick('agent_runs:length:' || p.n, 200)) as ended_at
  from planned p
  join public.agent_definitions d
    on d.id = pg_temp.demo_id('agent_definitions', p.letter || ':' || p.agent)
)
insert into public.agent_runs
  (id, organization_id, definition_id, agent_key, user_id, trigger, status, input, output, summary,
   guardrail_violations, error, started_at, completed_at, created_at, updated_at)
select
  pg_temp.demo_id('agent_runs', m.letter || ':' || m.n), m.organization_id, m.definition_id, m.agent_key, m.user_id,
  case when m.user_id is null then 'schedule' else 'manual' end, m.status,
  case when m.executor = 'external' then jsonb_build_object('client', result.client) else '{}' end,
  case when m.status = 'succeeded' then jsonb_build_object('text', result.text, 'rows', result.rows) end,
  case when m.status = 'succeeded' then result.text end,
  case when m.flagged then array['names-its-rows'] else '{}' end,
  case when m.status = 'failed' then 'executor_timeout' end,
  case when m.status in ('running', 'succeeded', 'failed') then m.started_at end,
  case when m.status in ('succeeded', 'failed', 'cancelled') then m.ended_at end,
  m.at, case m.status when 'queued' then m.at when 'running' then m.started_at else m.ended_at end
from made m
cross join lateral (
  select
    subject.client,
    case m.executor
      when 'portfolio_review' then case m.letter
        when 'A' then 'At risk: Glassmere Hotels, Hollowpine Energy, Ironlark Tools.'
        else 'At risk: Pebblecroft Dental.' end
      when 'collections_review' then 'Overdue: INV-1016, then INV-1017.'
      when 'pipeline_review' then 'Stalled: Data room build, Grid retention study, Second line launch.'
      else format('For %s: terms, open work and the next three steps.', subject.client)
    end as text,
    case m.executor
      when 'portfolio_review' then case m.letter when 'A' then 3 else 1 end
      when 'collections_review' then 2 when 'pipeline_review' then 3 else 1 end as rows
  from (
    select c.name as client from demo_client c
    where c.code = 'C' || pg_temp.demo_pick('agent_runs:client:' || m.n, 9) + 1
  ) subject
) result;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  d.created_at, d.organization_id, d.published_by, 'publish_agent_definition', 'agent.definition.published',
  'agent_definition', d.id, jsonb_build_object('definition_version', d.definition_version),
  'agent_definitions', null::jsonb, to_jsonb(d) - 'retired_at' || '{"lifecycle_status": "active"}'
from public.agent_definitions d
union all
select
  b.created_at, d.organization_id, d.published_by, 'publish_agent_definition', null, null, null, null,
  'agent_behaviors', null, to_jsonb(b)
from public.agent_behaviors b
join public.agent_definitions d on d.id = b.definition_id
union all
-- Retired when its second version was published; that one was switched off by hand.
select
  d.updated_at, d.organization_id, d.published_by,
  case d.lifecycle_status when 'retired' then 'publish_agent_definition' else 'set_agent_enabled' end,
  case d.lifecycle_status when 'disabled' then 'agent.disabled' end,
  'agent_definition', d.id, jsonb_build_object('definition_version', d.definition_version),
  'agent_definitions', jsonb_build_object('id', d.id, 'lifecycle_status', 'active'),
  jsonb_build_object('id', d.id, 'lifecycle_status', d.lifecycle_status, 'retired_at', d.retired_at)
from public.agent_definitions d
where d.lifecycle_status in ('retired', 'disabled');

insert into demo_change (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload)
select
  step.at, r.organization_id, r.user_id, 'record_agent_run', 'agent.run.' || step.verb, 'agent_run', r.id,
  jsonb_strip_nulls(jsonb_build_object('agent_key', r.agent_key, 'violations', step.violations,
    'duration_ms', case when step.at = r.completed_at
      then round(extract(epoch from r.completed_at - r.started_at) * 1000) end))
from public.agent_runs r
cross join lateral (values
  (r.created_at, 'queued', 0),
  (r.started_at, 'started', 0),
  (r.completed_at, r.status, cardinality(r.guardrail_violations))
) as step (at, verb, violations)
where step.at is not null;
