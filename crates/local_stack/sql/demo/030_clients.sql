-- Fourteen clients of A and three of B. Days count from the load day; `edited`
-- is hours before it began and differs everywhere, so that newest first is a
-- visible order.

create temporary table demo_client on commit drop as
select
  c.*,
  pg_temp.demo_id('clients', c.code) as id,
  o.letter,
  pg_temp.demo_zone(o.letter) as time_zone,
  pg_temp.demo_org(o.letter) as organization_id,
  pg_temp.demo_id('users', c.owner_email) as owner_id
from (values
  ('C1',  'Brindlecrest Freight', 'mid',        'logistics',     'active',   'Compounding',  'member@example.com',   81600,  82,   8,    6, -85,  false, null, -430, 5),
  ('C2',  'Calderhollow Foods',   'mid',        'food',          'active',   'Architecture', 'director@example.com', 62400,  74,   12,   21, -70,  false, null, -520, 29),
  ('C3',  'Dovemarsh Analytics',  'enterprise', 'software',      'active',   'Compounding',  'member2@example.com',  96000,  77,   9,    44, -47,  false, null, -410, 11),
  ('C4',  'Emberfold Robotics',   'enterprise', 'manufacturing', 'active',   'Algorithm',    'director@example.com', 150000, 88,   6,    -9, -100, true,  null, -405, 2),
  ('C5',  'Fennwisp Health',      'mid',        'health care',   'active',   'Data',         'member@example.com',   84000,  71,   14,   13, -78,  false, null, -470, 50),
  ('C6',  'Glassmere Hotels',     'smb',        'hospitality',   'active',   'Discovery',    'director@example.com', 34800,  58,   22,   75, -16,  false, null, -440, 8),
  ('C7',  'Hollowpine Energy',    'smb',        'energy',        'active',   'Architecture', 'member2@example.com',  40800,  46,   34,   3, -88,  false, null, -415, 3),
  ('C8',  'Ironlark Tools',       'smb',        'retail',        'active',   'Onboarding',   'member@example.com',   19200,  null, 16,   null, null, false, null, -190, 26),
  ('C9',  'Juniperdale Software', 'enterprise', 'software',      'active',   'Active',       'admin@example.com',    195000, 91,   4,    29, -62,  true,  null, -402, 14),
  ('C10', 'Kestrelford Learning', 'smb',        'education',     'paused',   'Discovery',    'member@example.com',   null,   60,   18,   -30, -121, false, null, -408, 75),
  ('C11', 'Lanternbay Media',     'smb',        'media',         'churned',  'Data',         'member2@example.com',  null,   38,   61,   null, null, false, -45,  -450, 200),
  ('C12', 'Mossvane Insurance',   'enterprise', 'insurance',     'prospect', null,           'member2@example.com',  null,   null, null, null, null, false, null, -200, 120),
  ('C13', 'Nettlewyck Retail',    'mid',        'retail',        'prospect', null,           null,                   null,   null, null, null, null, false, null, -8,   40),
  ('C14', 'Opalreach Travel',     'mid',        'travel',        'prospect', null,           'member2@example.com',  null,   null, null, null, null, false, null, -140, 98),
  ('B1',  'Pebblecroft Dental',   'smb',        'health care',   'active',   'Compounding',  'member.b@example.com', 21600,  69,   17,   12, -79,  false, null, -425, 6),
  ('B2',  'Quartzlane Bikes',     'smb',        'retail',        'active',   'Data',         'admin.b@example.com',  24000,  83,   6,    40, -51,  false, null, -418, 18),
  ('B3',  'Rookhaven Print',      'smb',        'media',         'prospect', null,           null,                   null,   null, null, null, null, false, null, -25,  33)
) as c (code, name, segment, industry, status, phase, owner_email, arr, health, churn_risk,
        qbr_offset, last_qbr_offset, is_expansion, churned_offset, created, edited)
cross join lateral (select case left(c.code, 1) when 'B' then 'B' else 'A' end as letter) o;

-- Who works for the client: the owner, for one without the Admin.
create or replace function pg_temp.demo_lead(p_client_id uuid) returns uuid
language sql stable
as $$
  select coalesce(c.owner_id, pg_temp.demo_user(case c.letter when 'A' then 'C' else 'L' end))
  from pg_temp.demo_client c where c.id = p_client_id
$$;

-- Where they are, how they earn, what they want, and a word about some.
create temporary table demo_about on commit drop as
select a.* from (values
  ('C1',  'Midwest',     'per shipment',        'Margin per lane above 14 percent', null),
  ('C2',  'Northeast',   'wholesale',           'One price list for all channels', null),
  ('C3',  'West',        'annual licences',     'Renewals above 95 percent', null),
  ('C4',  'South',       'units and service',   'Service revenue of a third', null),
  ('C5',  'Northeast',   'per visit',           'Twelve clinics on one model', null),
  ('C6',  'South',       'room nights',         'Fill the weeks between seasons', null),
  ('C7',  'Midwest',     'monthly contracts',   'Fewer customers lost at renewal', null),
  ('C8',  'Midwest',     'dealers',             'A dealer programme that pays', 'Two dealers asked for references.'),
  ('C9',  'West',        'usage based',         'Expansion before new business', null),
  ('C10', 'Northeast',   'per seat',            null, null),
  ('C11', 'West',        'advertising',         null, 'Leaves for want of budget; the door is open.'),
  ('C12', 'Northeast',   null,                  null, 'The audit committee decides in autumn.'),
  ('C13', 'Midwest',     null,                  null, 'Came by recommendation.'),
  ('C14', 'South',       null,                  null, 'Wants to see a pilot elsewhere first.'),
  ('B1',  'Centre',      'per treatment',       'Fewer empty chairs', null),
  ('B2',  'Rhône-Alpes', 'retail and repair',   'Repair revenue in winter', null),
  ('B3',  'Bretagne',    null,                  null, 'Asked for an offer by telephone.')
) as a (code, region, revenue_model, primary_goal, notes);

insert into public.clients
  (id, organization_id, name, status, phase, segment, industry, region, revenue_model, primary_goal, notes,
   owner_id, arr, health, churn_risk, qbr_date, last_qbr_date, is_expansion, churned_on, created_at,
   updated_at)
select
  c.id, c.organization_id, c.name, c.status, c.phase, c.segment, c.industry, a.region, a.revenue_model,
  a.primary_goal, a.notes, c.owner_id, c.arr, c.health, c.churn_risk,
  pg_temp.demo_day() + c.qbr_offset, pg_temp.demo_day() + c.last_qbr_offset, c.is_expansion,
  pg_temp.demo_day() + c.churned_offset,
  pg_temp.demo_at(c.created, 10, c.time_zone), pg_temp.demo_at(0, -c.edited, c.time_zone)
from demo_client c
join demo_about a using (code);

insert into public.users
  (id, organization_id, email, name, role, client_id, created_at, updated_at)
select
  p.id, pg_temp.demo_org(p.organization), p.email, p.name, p.role,
  pg_temp.demo_id('clients', p.client),
  pg_temp.demo_at(p.joined, 10, p.time_zone), pg_temp.demo_at(p.joined, 11, p.time_zone)
from demo_person p
where p.role = 'Client';

-- What that left behind --------------------------------------------------------

-- The last edit of each: a review was put off by a week, or a word was added.
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  c.updated_at, c.organization_id, pg_temp.demo_lead(c.id),
  'client.updated', 'client', c.id,
  jsonb_build_object('changed', jsonb_build_array(case when c.qbr_date is null then 'notes' else 'qbr_date' end)),
  'clients',
  jsonb_build_object('id', c.id, 'qbr_date', c.qbr_date - 7),
  jsonb_build_object('id', c.id, 'qbr_date', c.qbr_date,
    'notes', case when c.qbr_date is null then c.notes end)
from public.clients c;

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  pg_temp.demo_time('A', s.day, '16:30'), c.organization_id, c.owner_id,
  'client.status.changed', 'client', c.id,
  private.from_to('active'::text, s.status) || jsonb_build_object('changed', s.changed),
  'clients',
  jsonb_build_object('id', c.id, 'status', 'active'),
  jsonb_build_object('id', c.id, 'status', s.status, 'churned_on', c.churned_on)
from (values
  ('C10', 'paused', -62, '["status"]'::jsonb),
  ('C11', 'churned', -45, '["churned_on", "status"]')
) as s (code, status, day, changed)
join public.clients c on c.id = pg_temp.demo_id('clients', s.code);
