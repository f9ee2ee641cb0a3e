-- The work for the clients. Cards with a run were made by the closed-won playbook
-- (320); positions count from 0 in each column.

with card (ordinal, client, title, status, assignee, due, created, moved, run) as (
  values
    (1,  'C1', 'Lane pricing model',       'doing',   'J', 4,    -30,  -8,   null),
    (2,  'C1', 'Accessorial fee audit',    'review',  'J', 1,    -41,  -3,   null),
    (3,  'C1', 'Carrier scorecard',        'backlog', 'J', 25,   -18,  -18,  null),
    (4,  'C1', 'Baseline margin report',   'done',    'J', -46,  -83,  -47,  null),
    (5,  'C2', 'Menu price test',          'doing',   'M', 9,    -28,  -10,  null),
    (6,  'C2', 'Supplier cost feed',       'blocked', 'M', -2,   -35,  -7,   null),
    (7,  'C2', 'Discount ladder',          'done',    'M', -60,  -100, -61,  null),
    (8,  'C2', 'Kickoff workshop',         'done',    'M', -111, -121, -109, 'W4'),
    (9,  'C3', 'Data room index',          'doing',   'P', 12,   -26,  -13,  null),
    (10, 'C3', 'Retention cohort view',    'backlog', 'P', null, -16,  -16,  null),
    (11, 'C3', 'Usage export',             'done',    'P', -70,  -96,  -72,  null),
    (12, 'C4', 'Line two ramp model',      'doing',   'M', 7,    -33,  -9,   null),
    (13, 'C4', 'Installed base map',       'review',  'M', 2,    -57,  -4,   null),
    (14, 'C4', 'Service price book',       'backlog', null, 40,  -15,  -15,  null),
    (15, 'C4', 'Kickoff workshop',         'done',    'M', -193, -203, -190, 'W2'),
    (16, 'C5', 'Visit data of the clinics', 'blocked', 'J', -4,  -45,  -6,   null),
    (17, 'C5', 'Referral map',             'doing',   'J', 8,    -32,  -14,  null),
    (18, 'C5', 'Common price list',        'backlog', 'J', null, -20,  -20,  null),
    (19, 'C6', 'Season calendar',          'doing',   'M', 15,   -19,  -12,  null),
    (20, 'C6', 'Competitor rates',         'backlog', 'M', null, -19,  -19,  null),
    (21, 'C6', 'Kickoff workshop',         'backlog', null, -8,  -18,  -18,  'manual'),
    (22, 'C7', 'Meter data access',        'blocked', 'P', -9,   -34,  -11,  null),
    (23, 'C7', 'Churn drivers',            'doing',   'P', 5,    -34,  -17,  null),
    (24, 'C7', 'Save desk script',         'review',  'P', 3,    -29,  -5,   null),
    (25, 'C8', 'Dealer interviews',        'doing',   'J', 10,   -10,  -7,   null),
    (26, 'C8', 'Price list import',        'backlog', 'J', null, -10,  -10,  null),
    (27, 'C8', 'Kickoff workshop',         'done',    'J', -142, -152, -140, 'W3'),
    (28, 'C9', 'Benchmark release',        'doing',   'C', 11,   -24,  -11,  null),
    (29, 'C9', 'Kickoff workshop',         'done',    'C', -67,  -77,  -66,  'W1'),
    (30, 'C9', 'Kickoff workshop',         'done',    'C', -22,  -32,  -23,  'W5'),
    (31, 'B1', 'Recall list',              'doing',   'O', 6,    -60,  -20,  null),
    (32, 'B2', 'Repair menu',              'backlog', 'O', null, -35,  -35,  null),
    (33, 'B2', 'Kickoff workshop',         'done',    null, -30, -40,  -28,  'WB')
)
insert into public.kanban_items
  (id, organization_id, client_id, title, status, position, assignee_id, due_date, created_at, updated_at)
select
  pg_temp.demo_id('kanban_items', coalesce('run:' || k.run, k.ordinal::text)), c.organization_id, c.id, k.title,
  k.status, row_number() over (partition by c.id, k.status order by k.ordinal) - 1,
  pg_temp.demo_user(k.assignee), pg_temp.demo_day() + k.due,
  -- The worker is done within a minute of the win (090).
  case when k.run is null then pg_temp.demo_time(c.letter, k.created, '11:00')
    else pg_temp.demo_time(c.letter, k.created, '15:00:25') end,
  case when k.moved = k.created and k.run is null then pg_temp.demo_time(c.letter, k.created, '11:00')
    when k.moved = k.created then pg_temp.demo_time(c.letter, k.created, '15:00:25')
    else pg_temp.demo_time(c.letter, k.moved, '16:15') end
from card k
join demo_client c on c.code = k.client;

-- What that left behind --------------------------------------------------------

-- Cards of people; those of the playbook are told with its runs.
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, after)
select
  k.created_at, k.organization_id, pg_temp.demo_lead(k.client_id), 'client.kanban.saved', 'client', k.client_id,
  jsonb_build_object('item_id', k.id, 'action', 'insert'), 'kanban_items',
  to_jsonb(k) || '{"status": "backlog"}'
from public.kanban_items k
where k.title <> 'Kickoff workshop';

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  k.updated_at, k.organization_id, pg_temp.demo_lead(k.client_id), 'move_kanban_item', 'client.kanban.moved',
  'client', k.client_id, private.from_to('backlog'::text, k.status) || jsonb_build_object('item_id', k.id),
  'kanban_items', jsonb_build_object('id', k.id, 'status', 'backlog'),
  jsonb_build_object('id', k.id, 'status', k.status)
from public.kanban_items k
where k.status <> 'backlog';
