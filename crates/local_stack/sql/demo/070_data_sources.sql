-- What data the engagements need and have. C5 has two of its five ready.

with source (ordinal, client, name, category, status, required, notes, created, updated) as (
  values
    (1,  'C1', 'Shipment history',        'operations', 'collected',   true,  null,                                   -330, -300),
    (2,  'C1', 'Carrier invoices',        'finance',    'collected',   true,  null,                                   -330, -296),
    (3,  'C2', 'Menu prices by channel',  'pricing',    'collected',   true,  null,                                   -280, -240),
    (4,  'C2', 'Supplier costs',          'finance',    'in_progress', true,  'Weekly file, columns still change.',   -280, -9),
    (5,  'C3', 'Seat usage',              'product',    'collected',   true,  null,                                   -300, -270),
    (6,  'C3', 'Contract list',           'finance',    'available',   true,  null,                                   -300, -88),
    (7,  'C3', 'Support tickets',         'support',    'needed',      false, 'Would help with renewals.',            -40,  -40),
    (8,  'C4', 'Installed base',          'operations', 'collected',   true,  null,                                   -220, -180),
    (9,  'C4', 'Service contracts',       'finance',    'available',   true,  null,                                   -220, -64),
    (10, 'C5', 'Appointments',            'operations', 'collected',   true,  null,                                   -50,  -30),
    (11, 'C5', 'Price lists of clinics',  'pricing',    'available',   true,  null,                                   -50,  -26),
    (12, 'C5', 'Referrals',               'sales',      'in_progress', true,  'Two clinics are missing.',             -50,  -12),
    (13, 'C5', 'Visit data',              'operations', 'missing',     true,  'The system has no export.',            -50,  -6),
    (14, 'C5', 'Insurance payments',      'finance',    'needed',      true,  null,                                   -50,  -50),
    (15, 'C6', 'Bookings',                'operations', 'in_progress', true,  null,                                   -20,  -15),
    (16, 'C6', 'Event calendar',          'marketing',  'needed',      false, null,                                   -20,  -20),
    (17, 'C7', 'Contract renewals',       'sales',      'available',   true,  null,                                   -35,  -22),
    (18, 'C7', 'Meter readings',          'operations', 'missing',     true,  'Access is with another department.',   -35,  -11),
    (19, 'C8', 'Dealer list',             'sales',      'available',   true,  null,                                   -11,  -7),
    (20, 'C8', 'Price list',              'pricing',    'needed',      true,  null,                                   -11,  -11),
    (21, 'B1', 'Appointments',            'operations', 'collected',   true,  null,                                   -68,  -50),
    (22, 'B2', 'Repair orders',           'operations', 'needed',      true,  null,                                   -36,  -36)
)
insert into public.data_sources
  (id, organization_id, client_id, name, category, status, required, notes, created_at, updated_at)
select
  pg_temp.demo_id('data_sources', s.ordinal::text), c.organization_id, c.id, s.name, s.category, s.status,
  s.required, s.notes,
  pg_temp.demo_time(c.letter, s.created, '10:30'),
  pg_temp.demo_time(c.letter, s.updated, case when s.updated = s.created then '10:30' else '15:30' end::time)
from source s
join demo_client c on c.code = s.client;

-- What that left behind --------------------------------------------------------

-- Entered as needed, then moved on by hand.
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload)
select
  s.created_at, s.organization_id, pg_temp.demo_lead(s.client_id), 'sync_data_sources',
  'client.data.saved', 'client', s.client_id,
  jsonb_build_object('inserted', count(*), 'updated', 0, 'deleted', 0)
from public.data_sources s
group by s.created_at, s.organization_id, s.client_id;

insert into demo_change (at, organization_id, actor_id, operation, resource, after)
select
  s.created_at, s.organization_id, pg_temp.demo_lead(s.client_id), 'sync_data_sources', 'data_sources',
  to_jsonb(s) || '{"status": "needed"}'
from public.data_sources s;

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  s.updated_at, s.organization_id, pg_temp.demo_lead(s.client_id), 'client.data.updated', 'client', s.client_id,
  private.from_to('needed'::text, s.status) || jsonb_build_object('item_id', s.id, 'changed', '["status"]'::jsonb),
  'data_sources', jsonb_build_object('id', s.id, 'status', 'needed'),
  jsonb_build_object('id', s.id, 'status', s.status)
from public.data_sources s
where s.status <> 'needed';
