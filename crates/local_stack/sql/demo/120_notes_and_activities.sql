-- What people wrote down about the opportunities.

with note (opportunity, author, day, body) as (
  values
    ('O1',  'J', -68, 'First call: three warehouses, one of them rented. They want prices per lane, not per customer.'),
    ('O1',  'J', -11, 'Legal has the contract. Only the notice period is open.'),
    ('O2',  'M', -54, 'The sales lead asked for a programme instead of a tool.'),
    ('O2',  'M', -19, 'Proposal presented; they compare it with doing nothing.'),
    ('O3',  'P', -39, 'Mentioned at the quarterly review: the data room takes an analyst two days a month.'),
    ('O3',  'P', -25, 'No data owner yet, so no start date.'),
    ('O4',  'M', -94, 'Line two starts in autumn; service is to be sold with it.'),
    ('O4',  'M', -50, 'Budget holder likes it, hence the higher probability.'),
    ('O5',  'J', -60, 'Two clinics join the group this year.'),
    ('O5',  'J', -8,  'Price agreed on the telephone, contract follows.'),
    ('O6',  'J', -17, 'Asked for an outline before the season.'),
    ('O6',  'M', -12, 'Please wait for the review with the owner.'),
    ('O7',  'P', -78, 'Wants to know why customers leave at the first renewal.'),
    ('O7',  'P', -37, 'Figures promised for the next week.'),
    ('O8',  'J', -43, 'Twelve dealers, four of them make most of the sales.'),
    ('O8',  'J', -14, 'Sent the proposal with two options.'),
    ('O9',  'C', -48, 'They use the benchmark every week and want it for all teams.'),
    ('O9',  'M', -6,  'Security asks for the usual papers, nothing unexpected.'),
    ('O10', 'J', -10, 'The pause may end; they asked what a restart would cost.'),
    ('O10', 'J', -9,  'Waits for the new budget.'),
    ('O11', 'P', -28, 'The claims lead sees leakage, the audit committee decides.'),
    ('O11', 'P', -13, 'Second meeting set, with finance.'),
    ('O12', 'J', -8,  'Recommended by a client; 60 stores, one price zone.'),
    ('O12', 'C', -6,  'No conflict with what we do for others.'),
    ('O13', 'P', -35, 'From the trade fair list; loyalty costs more than it brings.'),
    ('O13', 'P', -15, 'They want a reference first, so the probability is lower.'),
    ('W1',  'C', -84, 'They sign for a year if the benchmark comes next.'),
    ('W2',  'M', -208, 'Agreed on a fee with a share of service revenue.'),
    ('W3',  'J', -155, 'Small start, paid monthly.'),
    ('W4',  'M', -124, 'New terms from the day of the upgrade.'),
    ('W5',  'C', -36, 'Added to the running contract.'),
    ('L1',  'P', -160, 'Too expensive for a first step, they said.'),
    ('L2',  'P', -98, 'Not before the season.'),
    ('L3',  'P', -45, 'The budget went with the new owner.'),
    ('L4',  'J', -20, 'The other tool is free for a year.'),
    ('OB',  'L', -24, 'Called after a talk at the chamber of crafts.'),
    ('WB',  'O', -42, 'The workshop wants to begin before winter.')
)
insert into public.opportunity_notes
  (id, organization_id, opportunity_id, author_id, body, created_at, updated_at)
select
  pg_temp.demo_id('opportunity_notes', n.opportunity || ':' || n.day), o.organization_id, o.id,
  pg_temp.demo_user(n.author), n.body,
  pg_temp.demo_time(o.letter, n.day, '16:50'), pg_temp.demo_time(o.letter, n.day, '16:50')
from note n
join demo_opportunity o on o.code = n.opportunity
union all
-- By the playbook, in the name of whoever won it.
select
  pg_temp.demo_id('opportunity_notes', 'run:' || o.code), o.organization_id, o.id, o.owner_id,
  'Won. The kickoff is being prepared.', o.moved_at + interval '35 seconds', o.moved_at + interval '35 seconds'
from demo_opportunity o
where o.stage = 'ClosedWon';

-- What was planned and done: `due` and `done` are days, the second one of the
-- completion or the cancellation.
with activity (ordinal, opportunity, type, title, status, assignee, created, due, done) as (
  values
    (1,  'O1',  'call',    'First call about the rollout',    'completed', 'J', -70,  -68,  -68),
    (2,  'O1',  'meeting', 'Walk through the warehouses',     'completed', 'J', -60,  -48,  -48),
    (3,  'O1',  'email',   'Send the final terms',            'pending',   'J', -12,  2,    null::integer),
    (4,  'O2',  'meeting', 'Present the proposal',            'completed', 'M', -30,  -19,  -19),
    (5,  'O2',  'task',    'Prepare the workshop',            'pending',   'M', -18,  4,    null),
    (6,  'O3',  'task',    'Sketch the data room',            'completed', 'P', -38,  -34,  -33),
    (7,  'O3',  'email',   'Ask who owns the data',           'pending',   'P', -25,  -12,  null),
    (8,  'O3',  'call',    'Follow up on the owner',          'pending',   'P', -19,  -5,   null),
    (9,  'O4',  'meeting', 'Plant visit',                     'completed', 'M', -90,  -75,  -75),
    (10, 'O4',  'task',    'Cost model for line two',         'completed', 'M', -74,  -55,  -52),
    (11, 'O4',  'call',    'Call the budget holder',          'pending',   'M', -20,  -3,   null),
    (12, 'O4',  'meeting', 'Steering committee',              'cancelled', 'M', -50,  -30,  -31),
    (13, 'O5',  'meeting', 'Meet the medical director',       'completed', 'J', -58,  -44,  -44),
    (14, 'O5',  'call',    'Agree on the price',              'completed', 'J', -15,  -8,   -8),
    (15, 'O5',  'task',    'Review of the contract',          'pending',   'J', -8,   1,    null),
    (16, 'O6',  'email',   'Outline for the season',          'completed', 'J', -18,  -15,  -16),
    (17, 'O6',  'call',    'Ask for the room calendar',       'pending',   'J', -14,  12,   null),
    (18, 'O7',  'email',   'Ask for the renewal figures',     'completed', 'P', -60,  -40,  -38),
    (19, 'O7',  'call',    'Remind of the figures',           'pending',   'P', -30,  -10,  null),
    (20, 'O7',  'meeting', 'Workshop on churn',               'cancelled', 'P', -50,  -28,  -33),
    (21, 'O8',  'meeting', 'Dealer round table',              'completed', 'J', -40,  -22,  -22),
    (22, 'O8',  'email',   'Answer the open questions',       'pending',   'J', -14,  -3,   null),
    (23, 'O9',  'meeting', 'Demonstration for all teams',     'completed', 'M', -45,  -30,  -30),
    (24, 'O9',  'task',    'Fill in the security form',       'pending',   'M', -7,   3,    null),
    (25, 'O9',  'call',    'Talk to procurement',             'pending',   'M', -5,   6,    null),
    (26, 'O10', 'call',    'Ask about the new budget',        'pending',   'J', -10,  9,    null),
    (27, 'O11', 'meeting', 'Meet the claims lead',            'pending',   'P', -14,  8,    null),
    (28, 'O11', 'email',   'Send the audit example',          'pending',   'P', -20,  -6,   null),
    (29, 'O12', 'email',   'Introduce the firm',              'pending',   'J', -8,   5,    null),
    (30, 'O13', 'call',    'Reference call',                  'pending',   'P', -16,  -1,   null),
    (31, 'O13', 'task',    'Loyalty figures of the trade',    'pending',   'P', -34,  -25,  null),
    (32, 'O13', 'meeting', 'Visit at the head office',        'cancelled', 'P', -30,  -18,  -20),
    (33, 'W1',  'meeting', 'Signing',                         'completed', 'C', -84,  -77,  -77),
    (34, 'W4',  'call',    'Walk through the new terms',      'completed', 'M', -128, -123, -123),
    (35, 'W5',  'task',    'Price the add-on',                'completed', 'C', -50,  -41,  -42),
    (36, 'L1',  'meeting', 'Second meeting',                  'cancelled', 'P', -170, -158, -160),
    (37, 'L2',  'call',    'Plan the pilot',                  'cancelled', 'P', -110, -95,  -98),
    (38, 'L3',  'meeting', 'Renewal talk',                    'cancelled', 'P', -60,  -40,  -45),
    (39, 'L4',  'meeting', 'Compare with the other tool',     'cancelled', 'J', -40,  -18,  -20),
    (40, 'L4',  'email',   'Send references',                 'cancelled', 'J', -38,  -25,  -20),
    (41, 'OB',  'email',   'Send two references',             'pending',   'L', -11,  4,    null),
    (42, 'WB',  'call',    'Agree on the start',              'completed', 'O', -50,  -41,  -41)
),
planned as (
  select
    a.ordinal::text as ordinal, o.organization_id, o.id as opportunity_id, pg_temp.demo_user(a.assignee) as person,
    a.type, a.title, a.status, pg_temp.demo_time(o.letter, a.due, '17:00') as due_at,
    case when a.status <> 'pending' then pg_temp.demo_time(o.letter, a.done, '16:05') end as ended_at,
    pg_temp.demo_time(o.letter, a.created, '12:10') as created_at
  from activity a
  join demo_opportunity o on o.code = a.opportunity
  union all
  select
    'run:' || o.code, o.organization_id, o.id, o.owner_id, 'task', 'Plan the first review', 'completed',
    pg_temp.demo_time(o.letter, o.moved + 14, '17:00'), pg_temp.demo_time(o.letter, o.moved + 11, '10:45'),
    o.moved_at + interval '45 seconds'
  from demo_opportunity o
  where o.stage = 'ClosedWon'
)
insert into public.opportunity_activities
  (id, organization_id, opportunity_id, created_by, type, title, status, due_at, completed_at, assigned_to,
   created_at, updated_at)
select
  pg_temp.demo_id('opportunity_activities', p.ordinal), p.organization_id, p.opportunity_id, p.person,
  p.type, p.title, p.status, p.due_at, case when p.status = 'completed' then p.ended_at end, p.person,
  p.created_at, coalesce(p.ended_at, p.created_at)
from planned p;

-- What that left behind --------------------------------------------------------

-- Notes and tasks of people; those of the playbook are told with its runs (320).
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, after)
select
  n.created_at, n.organization_id, n.author_id, 'pipeline.note.added', 'opportunity', n.opportunity_id,
  jsonb_build_object('note_id', n.id), 'opportunity_notes', to_jsonb(n)
from public.opportunity_notes n
where n.id <> all (select pg_temp.demo_id('opportunity_notes', 'run:' || o.code) from demo_opportunity o);

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, after)
select
  a.created_at, a.organization_id, a.created_by, 'pipeline.activity.created', 'opportunity', a.opportunity_id,
  jsonb_build_object('activity_id', a.id, 'type', a.type), 'opportunity_activities',
  to_jsonb(a) - 'completed_at' || '{"status": "pending"}'
from public.opportunity_activities a
where a.id <> all (select pg_temp.demo_id('opportunity_activities', 'run:' || o.code) from demo_opportunity o);

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  a.updated_at, a.organization_id, a.assigned_to, 'pipeline.activity.' || a.status, 'opportunity', a.opportunity_id,
  jsonb_build_object('activity_id', a.id, 'type', a.type), 'opportunity_activities',
  jsonb_build_object('id', a.id, 'status', 'pending'),
  jsonb_build_object('id', a.id, 'status', a.status, 'completed_at', a.completed_at)
from public.opportunity_activities a
where a.status <> 'pending';
