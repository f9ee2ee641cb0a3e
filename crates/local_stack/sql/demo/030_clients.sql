-- Fourteen clients of A and three of B. Days count from the load day; `edited`
-- is hours before it began and differs everywhere, so that newest first is a
-- visible order.

create temporary table demo_client on commit drop as
select
  c.*,
  pg_temp.demo_id('clients', c.code) as id,
  left(c.code, 1) <> 'B' as of_a,
  case when left(c.code, 1) = 'B' then 'Europe/Paris' else 'America/New_York' end as time_zone,
  pg_temp.demo_id('organizations', case when left(c.code, 1) = 'B' then 'B' else 'A' end)
    as organization_id
from (values
  ('C1',  'Brindlecrest Freight', 'mid',        'logistics',     'active',   'Compounding',  'member@example.com',   81600,  82,   8,    6,    false, null, -430, 5),
  ('C2',  'Calderhollow Foods',   'mid',        'food',          'active',   'Architecture', 'director@example.com', 62400,  74,   12,   21,   false, null, -520, 29),
  ('C3',  'Dovemarsh Analytics',  'enterprise', 'software',      'active',   'Compounding',  'member2@example.com',  96000,  77,   9,    44,   false, null, -410, 11),
  ('C4',  'Emberfold Robotics',   'enterprise', 'manufacturing', 'active',   'Algorithm',    'director@example.com', 150000, 88,   6,    -9,   true,  null, -405, 2),
  ('C5',  'Fennwisp Health',      'mid',        'health care',   'active',   'Data',         'member@example.com',   84000,  71,   14,   13,   false, null, -470, 50),
  ('C6',  'Glassmere Hotels',     'smb',        'hospitality',   'active',   'Discovery',    'director@example.com', 34800,  58,   22,   75,   false, null, -440, 8),
  ('C7',  'Hollowpine Energy',    'smb',        'energy',        'active',   'Architecture', 'member2@example.com',  40800,  46,   34,   3,    false, null, -415, 3),
  ('C8',  'Ironlark Tools',       'smb',        'retail',        'active',   'Onboarding',   'member@example.com',   19200,  null, 16,   null, false, null, -190, 26),
  ('C9',  'Juniperdale Software', 'enterprise', 'software',      'active',   'Active',       'admin@example.com',    195000, 91,   4,    29,   true,  null, -402, 14),
  ('C10', 'Kestrelford Learning', 'smb',        'education',     'paused',   'Discovery',    'member@example.com',   null,   60,   18,   -30,  false, null, -408, 75),
  ('C11', 'Lanternbay Media',     'smb',        'media',         'churned',  'Data',         'member2@example.com',  null,   38,   61,   null, false, -45,  -450, 200),
  ('C12', 'Mossvane Insurance',   'enterprise', 'insurance',     'prospect', null,           'member2@example.com',  null,   null, null, null, false, null, -200, 120),
  ('C13', 'Nettlewyck Retail',    'mid',        'retail',        'prospect', null,           null,                   null,   null, null, null, false, null, -8,   40),
  ('C14', 'Opalreach Travel',     'mid',        'travel',        'prospect', null,           'member2@example.com',  null,   null, null, null, false, null, -140, 98),
  ('B1',  'Pebblecroft Dental',   'smb',        'health care',   'active',   'Compounding',  'member.b@example.com', 21600,  69,   17,   12,   false, null, -425, 6),
  ('B2',  'Quartzlane Bikes',     'smb',        'retail',        'active',   'Data',         'admin.b@example.com',  24000,  83,   6,    40,   false, null, -418, 18),
  ('B3',  'Rookhaven Print',      'smb',        'media',         'prospect', null,           null,                   null,   null, null, null, false, null, -25,  33)
) as c (code, name, segment, industry, status, phase, owner_email, arr, health, churn_risk,
        qbr_offset, is_expansion, churned_offset, created, edited);

insert into public.clients
  (id, organization_id, name, status, phase, segment, industry, owner_id, arr, health, churn_risk,
   qbr_date, is_expansion, churned_on, created_at, updated_at)
select
  c.id, c.organization_id, c.name, c.status, c.phase, c.segment, c.industry,
  pg_temp.demo_id('users', c.owner_email), c.arr, c.health, c.churn_risk,
  pg_temp.demo_day() + c.qbr_offset, c.is_expansion, pg_temp.demo_day() + c.churned_offset,
  pg_temp.demo_at(c.created, 10, c.time_zone), pg_temp.demo_at(0, -c.edited, c.time_zone)
from demo_client c;

insert into public.users
  (id, organization_id, email, name, role, client_id, created_at, updated_at)
select
  p.id, pg_temp.demo_id('organizations', p.organization), p.email, p.name, p.role,
  pg_temp.demo_id('clients', p.client),
  pg_temp.demo_at(p.joined, 10, p.time_zone), pg_temp.demo_at(p.joined, 11, p.time_zone)
from demo_person p
where p.role = 'Client';
