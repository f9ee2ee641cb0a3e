-- What the clients get: the three defaults of the converted ones, and four more.
-- The client's own users see them, except one whose sharing has ended.

with standard (client, dashboard, kpis, review) as (
  values
    ('C2', 'delivered',   'delivered',   'in_progress'),
    ('C4', 'delivered',   'in_progress', 'planned'),
    ('C8', 'delivered',   'planned',     'planned'),
    ('C9', 'delivered',   'delivered',   'delivered'),
    ('B2', 'in_progress', 'planned',     'planned')
),
deliverable (client, project, reference, title, type, status, shared_until, created, edited) as (
  values
    ('C1', 'P6', 'lane-pricing-dashboard', 'Lane pricing dashboard', 'dashboard', 'delivered',   null::integer, -60,  -12),
    ('C1', null, 'baseline-report',        'Baseline margin report', 'doc',       'delivered',   -10,           -80,  -46),
    ('C3', null, 'data-room-index',        'Data room index',        'link',      'in_progress', null,          -25,  -14),
    ('C5', 'P8', 'data-request',           'Data request',           'content',   'delivered',   30,            -45,  -24),
    ('B1', null, 'recall-report',          'Recall report',          'doc',       'delivered',   null,          -50,  -21)
),
-- Made by the first win of the client.
won as (
  select distinct on (o.client_id) o.client_id, o.moved_at, o.code
  from demo_opportunity o where o.stage = 'ClosedWon'
  order by o.client_id, o.moved_at
),
every as (
  select s.client, w.code as project, d.reference, d.title, d.type, d.status, null::integer as shared_until,
    w.moved_at as created_at,
    case d.status when 'planned' then w.moved_at
      else w.moved_at + (pg_temp.demo_time(c.letter, 0, '00:00') - w.moved_at) / d.part end as updated_at
  from standard s
  join demo_client c on c.code = s.client
  join won w on w.client_id = c.id
  cross join lateral (values
    ('executive-dashboard', 'Executive dashboard', 'dashboard', s.dashboard, 3),
    ('operating-kpis', 'Operating KPIs', 'dashboard', s.kpis, 2),
    ('quarterly-review', 'Quarterly review', 'doc', s.review, 2)
  ) as d (reference, title, type, status, part)
  union all
  select d.client, d.project, d.reference, d.title, d.type, d.status, d.shared_until,
    pg_temp.demo_time(c.letter, d.created, '13:15'), pg_temp.demo_time(c.letter, d.edited, '13:45')
  from deliverable d
  join demo_client c on c.code = d.client
)
insert into public.client_deliverables
  (id, organization_id, client_id, project_id, reference, title, type, status, url, share_expires_at, created_at,
   updated_at)
select
  pg_temp.demo_id('client_deliverables', e.client || ':' || e.reference), c.organization_id, c.id,
  pg_temp.demo_id('projects', e.project), e.reference, e.title, e.type, e.status,
  case when e.status in ('in_progress', 'delivered')
    then 'https://share.example.com/' || lower(e.client) || '/' || e.reference end,
  pg_temp.demo_time(c.letter, e.shared_until, '18:00'), e.created_at, e.updated_at
from every e
join demo_client c on c.code = e.client;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, after)
select
  d.created_at, d.organization_id, pg_temp.demo_lead(d.client_id), convert.operation,
  case when convert.operation is null then 'client.deliverable.linked' end,
  case when convert.operation is null then 'client' end,
  case when convert.operation is null then d.client_id end,
  jsonb_build_object('deliverable_id', d.id, 'title', d.title),
  'client_deliverables',
  to_jsonb(d) - array['url', 'share_expires_at', 'project_id'] || '{"status": "planned"}'
from public.client_deliverables d
cross join lateral (
  select case when d.reference in ('executive-dashboard', 'operating-kpis', 'quarterly-review')
    then 'convert_won_opportunity' end as operation
) convert;

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  d.updated_at, d.organization_id, pg_temp.demo_lead(d.client_id), 'client.deliverable.updated', 'client', d.client_id,
  jsonb_build_object('deliverable_id', d.id, 'title', d.title, 'changed', '["status", "url"]'::jsonb),
  'client_deliverables', jsonb_build_object('id', d.id, 'status', 'planned'),
  jsonb_build_object('id', d.id, 'status', d.status, 'url', d.url)
from public.client_deliverables d
where d.updated_at > d.created_at;
