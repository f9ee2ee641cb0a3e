-- Possible sales, and how each came to its stage.
--
-- Days count from the load day: created, moved to the stage it is in, expected or
-- closed. `former` is the stage before that one, `edited` the last edit of an open one.

create temporary table demo_opportunity on commit drop as
select
  o.*,
  pg_temp.demo_id('opportunities', o.code) as id,
  c.id as client_id, c.organization_id, c.letter, c.code as client_code,
  pg_temp.demo_user(o.owner) as owner_id,
  o.stage in ('ClosedWon', 'ClosedLost') as closed,
  pg_temp.demo_time(c.letter, o.created, '10:00') as created_at,
  -- One that never moved is in its stage since it was created.
  case when o.moved = o.created then pg_temp.demo_time(c.letter, o.created, '10:00')
    else pg_temp.demo_time(c.letter, o.moved, '15:00') end as moved_at
from (values
  ('O1',  'C1',  'Warehouse network rollout', 'Negotiation', 'Proposal',    96000,  null, -70,  -12,  5,    'J', null,         'Send the final terms',          2,    -2),
  ('O2',  'C2',  'Menu pricing programme',    'Proposal',    'Qualify',     48000,  null, -55,  -20,  20,   'M', null,         'Workshop on menu tests',        5,    -5),
  ('O3',  'C3',  'Data room build',           'Qualify',     'Prospect',    32000,  null, -40,  -33,  35,   'P', null,         'Name a data owner',             -5,   -19),
  ('O4',  'C4',  'Second line launch',        'Proposal',    'Qualify',     125000, 60,   -95,  -51,  28,   'M', null,         'Call the budget holder',        3,    -6),
  ('O5',  'C5',  'Clinic group expansion',    'Negotiation', 'Proposal',    84000,  null, -62,  -9,   6,    'J', null,         'Review of the contract',        1,    -1),
  ('O6',  'C6',  'Seasonal pricing',          'Prospect',    null,          15000,  null, -18,  -18,  60,   'J', null,         'Initial outreach',              20,   -17),
  ('O7',  'C7',  'Grid retention study',      'Qualify',     'Prospect',    27500,  null, -80,  -38,  -4,   'P', null,         'Ask for the renewal figures',   -6,   -24),
  ('O8',  'C8',  'Dealer programme',          'Proposal',    'Qualify',     22000,  null, -44,  -15,  -2,   'J', null,         'Answer the open questions',     -3,   -8),
  ('O9',  'C9',  'Enterprise analytics',      'Negotiation', 'Proposal',    178000, null, -50,  -7,   12,   'M', null,         'Security review',               4,    -3),
  ('O10', 'C10', 'Restart engagement',        'Prospect',    null,          18000,  null, -10,  -10,  null, 'J', null,         'Initial outreach',              9,    -9),
  ('O11', 'C12', 'Claims revenue audit',      'Qualify',     'Prospect',    54000,  null, -30,  -14,  33,   'P', null,         'Meet the claims lead',          8,    -7),
  ('O12', 'C13', 'Store network',             'Prospect',    null,          36000,  null, -8,   -8,   75,   'J', null,         'Initial outreach',              5,    -4),
  ('O13', 'C14', 'Loyalty redesign',          'Proposal',    'Qualify',     64000,  40,   -36,  -16,  24,   'P', null,         'Reference call',                10,   -10),
  ('W1',  'C9',  'Initial retainer',          'ClosedWon',   'Negotiation', 180000, null, -110, -77,  -77,  'C', null,         null,                            null, null),
  ('W2',  'C4',  'Automation retainer',       'ClosedWon',   'Negotiation', 150000, null, -245, -203, -203, 'M', null,         null,                            null, null),
  ('W3',  'C8',  'Tools starter',             'ClosedWon',   'Negotiation', 19200,  null, -190, -152, -152, 'J', null,         null,                            null, null),
  ('W4',  'C2',  'Upgrade',                   'ClosedWon',   'Negotiation', 14400,  null, -150, -121, -121, 'M', null,         null,                            null, null),
  ('W5',  'C9',  'Benchmark add-on',          'ClosedWon',   'Negotiation', 15000,  null, -62,  -32,  -32,  'C', null,         null,                            null, null),
  ('L1',  'C12', 'First approach',            'ClosedLost',  'Qualify',     22000,  null, -200, -160, -160, 'P', 'price',      null,                            null, null),
  ('L2',  'C14', 'Route pilot',               'ClosedLost',  'Proposal',    30000,  null, -140, -98,  -98,  'P', 'timing',     null,                            null, null),
  ('L3',  'C11', 'Renewal',                   'ClosedLost',  'Negotiation', 28800,  null, -90,  -45,  -45,  'P', 'no_budget',  null,                            null, null),
  ('L4',  'C10', 'Platform',                  'ClosedLost',  'Proposal',    40000,  null, -75,  -20,  -20,  'J', 'competitor', null,                            null, null),
  ('OB',  'B3',  'Print catalogue pricing',   'Qualify',     'Prospect',    10000,  null, -25,  -11,  30,   'L', null,         'Send two references',           4,    -6),
  ('WB',  'B2',  'Repair revenue',            'ClosedWon',   'Negotiation', 21600,  null, -95,  -40,  -40,  'L', null,         null,                            null, null)
) as o (code, client, name, stage, former, amount, override, created, moved, expected, owner, lost_reason,
        next_step, next_step_day, edited)
join demo_client c on c.code = o.client;

insert into public.opportunities
  (id, organization_id, client_id, name, amount, stage, probability_override, owner_id, expected_close_date,
   next_step, next_step_date, stage_changed_at, closed_at, lost_reason, lost_note, converted_at, source,
   created_at, updated_at)
select
  o.id, o.organization_id, o.client_id, o.name, o.amount, o.stage, o.override, o.owner_id,
  pg_temp.demo_day() + o.expected, o.next_step, pg_temp.demo_day() + o.next_step_day,
  o.moved_at, case when o.closed then o.moved_at end, o.lost_reason,
  case o.code
    when 'L2' then 'Wants to come back to it after the season.'
    when 'L4' then 'Chose a tool with a free first year.'
  end,
  case when o.stage = 'ClosedWon' then o.moved_at end,
  case o.code when 'O13' then 'import' else 'manual' end,
  o.created_at,
  case when o.closed then o.moved_at else pg_temp.demo_time(o.letter, o.edited, '17:20') end
from demo_opportunity o;

-- Every stage up to the former one, at even distances, then the present one.
with stage (place, stage, probability) as (
  values (0, 'Prospect', 10), (1, 'Qualify', 25), (2, 'Proposal', 50), (3, 'Negotiation', 75)
),
entered as (
  select
    o.id, s.place, s.stage, s.probability,
    case s.place when 0 then o.created_at
      else pg_temp.demo_time(o.letter, o.created + (o.moved - o.created) * s.place / (last.place + 1), '15:00')
    end as at
  from demo_opportunity o
  join stage last on last.stage = coalesce(o.former, 'Prospect')
  join stage s on s.place <= last.place
  union all
  -- Overrides were typed later: a move clears them.
  select o.id, 4, o.stage,
    case o.stage when 'ClosedWon' then 100 when 'ClosedLost' then 0
      else (select s.probability from stage s where s.stage = o.stage) end,
    o.moved_at
  from demo_opportunity o
  where o.former is not null
)
insert into public.opportunity_stage_history
  (id, organization_id, opportunity_id, from_stage, to_stage, amount, probability, changed_by, changed_at, created_at)
select
  pg_temp.demo_id('opportunity_stage_history', o.code || ':' || e.place), o.organization_id, o.id,
  lag(e.stage) over (partition by o.id order by e.place), e.stage, o.amount, e.probability, o.owner_id,
  e.at, e.at
from entered e
join demo_opportunity o using (id);

-- What that left behind --------------------------------------------------------

-- Made as prospects; some brought their company along, which 030 wrote.
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, after)
select
  p.created_at, p.organization_id, p.owner_id, 'create_prospect', 'pipeline.prospect.created', 'opportunity', p.id,
  jsonb_build_object('client_id', p.client_id, 'client_created', c.created_at = p.created_at, 'amount', p.amount),
  'opportunities',
  to_jsonb(p) - array['closed_at', 'lost_reason', 'lost_note', 'converted_at', 'probability_override']
    || jsonb_build_object('stage', 'Prospect', 'stage_changed_at', p.created_at, 'next_step', 'Initial outreach')
from public.opportunities p
join public.clients c on c.id = p.client_id;

insert into demo_change (at, organization_id, actor_id, operation, resource, after)
select c.created_at, c.organization_id, p.owner_id, 'create_prospect', 'clients', to_jsonb(c) - 'notes'
from public.clients c
join public.opportunities p on p.client_id = c.id and p.created_at = c.created_at;

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  h.changed_at, h.organization_id, h.changed_by, 'move_opportunity', 'pipeline.opportunity.stage_changed',
  'opportunity', h.opportunity_id,
  private.from_to(h.from_stage, h.to_stage)
    || jsonb_build_object('probability', h.probability, 'amount', h.amount, 'reopened', false),
  'opportunities',
  jsonb_build_object('id', p.id, 'stage', h.from_stage, 'stage_changed_at', h.former_at),
  jsonb_build_object('id', p.id, 'stage', h.to_stage, 'stage_changed_at', h.changed_at)
    || case when h.to_stage = p.stage then jsonb_build_object(
      'closed_at', p.closed_at, 'lost_reason', p.lost_reason, 'lost_note', p.lost_note, 'converted_at', p.converted_at)
      else '{}' end
from (
  select h.*, lag(h.changed_at) over (partition by h.opportunity_id order by h.changed_at) as former_at
  from public.opportunity_stage_history h
) h
join public.opportunities p on p.id = h.opportunity_id
-- The row of the creation is no move.
where h.from_stage is not null;

-- The last edit: what to do next, and by when.
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  p.updated_at, p.organization_id, p.owner_id, 'pipeline.opportunity.updated', 'opportunity', p.id,
  jsonb_build_object('stage', p.stage, 'amount', p.amount, 'changed', '["next_step_date"]'::jsonb),
  'opportunities',
  jsonb_build_object('id', p.id, 'next_step_date', p.next_step_date - 5),
  jsonb_build_object('id', p.id, 'next_step_date', p.next_step_date)
from public.opportunities p
where p.closed_at is null
union all
-- On the day after the move.
select
  p.stage_changed_at + interval '18 hours', p.organization_id, p.owner_id, 'pipeline.opportunity.updated',
  'opportunity', p.id,
  jsonb_build_object('stage', p.stage, 'amount', p.amount, 'changed', '["probability_override"]'::jsonb),
  'opportunities', jsonb_build_object('id', p.id),
  jsonb_build_object('id', p.id, 'probability_override', p.probability_override)
from public.opportunities p
where p.probability_override is not null;
