-- Two organizations that differ in currency, time zone and size, so that a leak
-- between them is visible, and one account per persona.

insert into public.organizations
  (id, name, slug, currency, time_zone, fiscal_year_start_month, quarterly_target, created_at, updated_at)
values
  (pg_temp.demo_id('organizations', 'A'), 'Marlowick Advisory (demo)', 'marlowick', 'USD',
    'America/New_York', 1, 450000,
    pg_temp.demo_at(-760, 9, 'America/New_York'), pg_temp.demo_at(-120, 9, 'America/New_York')),
  (pg_temp.demo_id('organizations', 'B'), 'Quillhaven Studio (demo)', 'quillhaven', 'EUR',
    'Europe/Paris', 4, null,
    pg_temp.demo_at(-640, 9, 'Europe/Paris'), pg_temp.demo_at(-95, 9, 'Europe/Paris'));

create temporary table demo_person on commit drop as
select
  pg_temp.demo_id('users', p.email) as id,
  p.code, p.email, p.name, p.organization, p.role, p.client,
  pg_temp.demo_zone(p.organization) as time_zone,
  p.joined
from (values
  ('Y', 'superadmin@example.com', 'Ysolde Harrant',   'A', 'SuperAdmin', null, -755),
  ('C', 'admin@example.com',      'Corin Vashley',    'A', 'Admin',      null, -754),
  ('M', 'director@example.com',   'Maren Tolliver',   'A', 'Director',   null, -731),
  ('J', 'member@example.com',     'Juno Ashwick',     'A', 'Member',     null, -705),
  ('P', 'member2@example.com',    'Piers Oakhollow',  'A', 'Member',     null, -612),
  ('S', 'client@example.com',     'Selby Fairmoor',   'A', 'Client',     'C1', -398),
  ('L', 'admin.b@example.com',    'Lysa Brandewyn',   'B', 'Admin',      null, -639),
  ('O', 'member.b@example.com',   'Otto Wrenfield',   'B', 'Member',     null, -588),
  ('I', 'client.b@example.com',   'Ines Calloran',    'B', 'Client',     'B1', -88)
) as p (code, email, name, organization, role, client, joined);

create or replace function pg_temp.demo_user(p_code text) returns uuid
language sql stable
as $$
  select p.id from pg_temp.demo_person p where p.code = p_code
$$;

-- Who keeps the books there.
create or replace function pg_temp.demo_books(p_organization_id uuid) returns uuid
language sql stable
as $$
  select pg_temp.demo_user(case when p_organization_id = pg_temp.demo_org('A') then 'C' else 'L' end)
$$;

insert into auth.users
  (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
   confirmation_token, recovery_token, email_change_token_new, email_change,
   raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
select
  '00000000-0000-0000-0000-000000000000', p.id, 'authenticated', 'authenticated', p.email,
  current_setting('revos.demo_password_hash'), pg_temp.demo_at(p.joined, 10, p.time_zone),
  -- Empty, not null: the hosted service cannot read null here.
  '', '', '', '',
  '{"provider": "email", "providers": ["email"]}', '{"email_verified": true}',
  pg_temp.demo_at(p.joined, 10, p.time_zone), pg_temp.demo_at(p.joined, 10, p.time_zone)
from demo_person p
on conflict (id) do update set
  aud = excluded.aud,
  role = excluded.role,
  email = excluded.email,
  encrypted_password = excluded.encrypted_password,
  email_confirmed_at = excluded.email_confirmed_at,
  last_sign_in_at = null,
  raw_app_meta_data = excluded.raw_app_meta_data,
  raw_user_meta_data = excluded.raw_user_meta_data,
  banned_until = null,
  deleted_at = null,
  created_at = excluded.created_at,
  updated_at = excluded.updated_at;

insert into auth.identities
  (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
select
  pg_temp.demo_id('identities', p.email), p.id, 'email', p.id::text,
  jsonb_build_object('sub', p.id, 'email', p.email, 'email_verified', true, 'phone_verified', false),
  pg_temp.demo_at(p.joined, 10, p.time_zone), pg_temp.demo_at(p.joined, 10, p.time_zone)
from demo_person p
on conflict (provider_id, provider) do update set
  identity_data = excluded.identity_data,
  created_at = excluded.created_at,
  updated_at = excluded.updated_at;

-- People of a client follow after the clients.
insert into public.users (id, organization_id, email, name, role, created_at, updated_at)
select
  p.id, pg_temp.demo_id('organizations', p.organization), p.email, p.name, p.role,
  pg_temp.demo_at(p.joined, 10, p.time_zone), pg_temp.demo_at(p.joined, 11, p.time_zone)
from demo_person p
where p.role <> 'Client';
