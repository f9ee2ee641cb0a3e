-- Lists that people keep under a name.

insert into public.saved_views
  (id, organization_id, user_id, workspace, name, query, is_shared, created_at, updated_at)
select
  pg_temp.demo_id('saved_views', v.letter || ':' || v.name), pg_temp.demo_org(v.letter), pg_temp.demo_user(v.person),
  v.workspace, v.name, v.query, v.is_shared, pg_temp.demo_time(v.letter, v.made, v.at), pg_temp.demo_time(v.letter, v.made, v.at)
from (values
  ('A', 'J', 'clients', 'At risk',          'status=active&band=at-risk%2Cchurn-critical&sort=-churn', true,  -33, time '09:20'),
  ('A', 'C', 'clients', 'Reviews by date',  'status=active&sort=qbr',                                  true,  -21, time '15:05'),
  ('A', 'M', 'clients', 'My accounts',      'owner=me&sort=-mrr',                                      false, -12, time '10:40'),
  ('B', 'L', 'clients', 'Largest accounts', 'status=active&sort=-arr',                                 true,  -16, time '11:30')
) as v (letter, person, workspace, name, query, is_shared, made, at);

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, after)
select
  v.created_at, v.organization_id, v.user_id, 'workspace.view.created', 'saved_view', v.id,
  jsonb_build_object('workspace', v.workspace, 'is_shared', v.is_shared), 'saved_views', to_jsonb(v)
from public.saved_views v;
