-- What was asked of the clients, what they said, and the forms filled in from it.

-- The same three questions everywhere; saved together on one day per client.
create temporary table demo_discovery on commit drop as
select c.id as client_id, c.organization_id, c.code, pg_temp.demo_time(c.letter, s.day, '14:10') as saved_at
from (values
  ('C1', -340), ('C2', -290), ('C3', -310), ('C4', -230), ('C5', -52), ('C6', -21), ('C7', -36),
  ('C8', -12), ('C9', -74), ('B1', -70), ('B2', -38)
) as s (code, day)
join demo_client c using (code);

with question (position, question) as (
  values
    (0, 'Where does revenue leak today?'),
    (1, 'Who decides on prices, and from which numbers?'),
    (2, 'What would have to be true to grow twice as fast?')
),
answer (code, position, answer, lever, expected_impact) as (
  values
    ('C1', 0, 'Waiting time at docks is rarely billed.',               'Bill waiting time',          180000::numeric),
    ('C1', 1, 'Dispatch, from last week''s rates.',                    'Lane prices by cost',        240000),
    ('C1', 2, 'Two more warehouses within a day''s drive.',            'Warehouse network',          420000),
    ('C2', 0, 'Every channel has its own discount.',                   'One discount ladder',        95000),
    ('C2', 1, 'The sales lead, from memory.',                          'Price list with owner',      60000),
    ('C2', 2, 'Menus that sell the dishes with margin.',               'Menu pricing',               150000),
    ('C3', 0, 'Seats that nobody uses are given back at renewal.',     'Usage reviews',              210000),
    ('C3', 1, 'Finance, from the contract list.',                      'Value metric',               120000),
    ('C3', 2, 'A second product for the same buyer.',                  'Data room',                  300000),
    ('C4', 0, 'Service is sold late and with rebates.',                'Service with every unit',    380000),
    ('C4', 1, 'Plant management, from unit cost.',                     'Price by outcome',           260000),
    ('C4', 2, 'A second line that runs at full load.',                 'Ramp plan',                  900000),
    ('C5', 0, 'Referrals are not followed up.',                        'Referral desk',              140000),
    ('C5', 1, 'Each clinic for itself.',                               'Common price list',          90000),
    ('C5', 2, 'The same booking data in all clinics.',                 'Data foundation',            330000),
    ('C6', 0, 'Rooms are sold too early at the low price.',            'Season calendar',            70000),
    ('C6', 1, 'The desk of each house.',                               null,                         null),
    ('C7', 0, 'Customers leave at the first renewal.',                 'Save desk',                  110000),
    ('C7', 1, 'Regulation sets most of them.',                         'Service bundles',            45000),
    ('C7', 2, 'Half the churn in the first year.',                     'Onboarding calls',           160000),
    ('C9', 0, 'Overage is waived too often.',                          'Overage rules',              220000),
    ('C9', 1, 'A pricing board, monthly.',                             'Weekly guardrails',          130000),
    ('C9', 2, 'Benchmarks inside the product.',                        'Benchmark add-on',           500000),
    ('B1', 0, 'Cancelled appointments stay empty.',                    'Recall list',                24000),
    ('B1', 1, 'The practice manager.',                                 null,                         null),
    ('B2', 0, 'Repairs are priced by feeling.',                        'Repair menu',                18000)
)
insert into public.discovery_questions
  (id, organization_id, client_id, position, question, answer, lever, expected_impact, created_at, updated_at)
select
  pg_temp.demo_id('discovery_questions', d.code || ':' || q.position), d.organization_id, d.client_id,
  q.position, q.question, a.answer, a.lever, a.expected_impact, d.saved_at, d.saved_at
from demo_discovery d
cross join question q
left join answer a on a.code = d.code and a.position = q.position;

-- C1 to C5 have all three forms complete, C6 has begun the first one.
with form (form_type, hours) as (
  values ('gap_selling', 1), ('clarity_gap', 2), ('revenue_research', 3)
),
filled as (
  select
    d.*, f.form_type, c.name, c.industry, c.revenue_model, c.primary_goal,
    d.saved_at + make_interval(hours => f.hours) as answered_at,
    d.code <> 'C6' as complete
  from demo_discovery d
  join public.clients c on c.id = d.client_id
  join form f on f.form_type = 'gap_selling' or d.code <> 'C6'
  where d.code in ('C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'B1')
)
insert into public.discovery_responses
  (id, organization_id, client_id, form_type, answers, completed_at, completed_by, created_at, updated_at)
select
  pg_temp.demo_id('discovery_responses', f.code || ':' || f.form_type), f.organization_id, f.client_id, f.form_type,
  jsonb_strip_nulls(case f.form_type
    when 'gap_selling' then jsonb_build_object(
      'current_state', format('%s earns by %s; prices are set by hand.', f.name, f.revenue_model),
      'future_state', f.primary_goal,
      'gap', case when f.complete then 'Nobody sees the margin of a sale before it is closed.' end,
      'impact', case when f.complete then 'About a tenth of revenue.' end)
    when 'clarity_gap' then jsonb_build_object(
      'clear', 'Who the best customers are.',
      'unclear', format('What they would pay in %s.', f.industry),
      'next', 'Interviews with ten customers.')
    else jsonb_build_object(
      'streams', f.revenue_model,
      'growth', f.primary_goal,
      'constraint', 'Data is spread over three systems.')
  end),
  case when f.complete then f.answered_at end,
  case when f.complete then pg_temp.demo_lead(f.client_id) end,
  f.answered_at, f.answered_at
from filled f;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload)
select
  d.saved_at, d.organization_id, pg_temp.demo_lead(d.client_id), 'sync_discovery_questions',
  'client.discovery.saved', 'client', d.client_id,
  '{"questions": {"inserted": 3, "updated": 0, "deleted": 0}}'
from demo_discovery d;

insert into demo_change (at, organization_id, actor_id, operation, resource, after)
select
  q.created_at, q.organization_id, pg_temp.demo_lead(q.client_id), 'sync_discovery_questions',
  'discovery_questions', to_jsonb(q)
from public.discovery_questions q;

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, after)
select
  r.created_at, r.organization_id, pg_temp.demo_lead(r.client_id), 'save_discovery',
  'client.discovery.saved', 'client', r.client_id,
  jsonb_build_object('form_type', r.form_type, 'completed', r.completed_at is not null),
  'discovery_responses', to_jsonb(r)
from public.discovery_responses r;
