-- Parts of the app that are switched on.

insert into public.feature_flags
  (id, organization_id, name, description, is_enabled, access_level, updated_by, created_at, updated_at)
select
  pg_temp.demo_id('feature_flags', f.letter || ':' || f.name), pg_temp.demo_org(f.letter), f.name, f.description,
  f.is_enabled, f.access_level, pg_temp.demo_user('Y'),
  pg_temp.demo_time('A', f.changed, '09:50'), pg_temp.demo_time('A', f.changed, '09:50')
from (values
  ('A', 'opportunity-scores', 'Score with its components on the forecast.', true,  'Member', -58),
  ('A', 'offer-desk',         'Agent that proposes terms.',                 true,  'Admin',  -40),
  ('A', 'cash-outlook',       'Three months of cash to come.',              false, 'Director', -15),
  ('B', 'opportunity-scores', 'Score with its components on the forecast.', true,  'Member', -57)
) as f (letter, name, description, is_enabled, access_level, changed);

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, after)
select
  f.created_at, f.organization_id, f.updated_by, 'flag.changed', 'feature_flag', f.id,
  jsonb_build_object('name', f.name, 'access_level', f.access_level, 'is_enabled', f.is_enabled),
  'feature_flags', to_jsonb(f)
from public.feature_flags f;
