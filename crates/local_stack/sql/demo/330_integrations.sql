-- Connections of people, what came through them, and how the worker fared. No
-- tokens: these accounts do not exist.

create temporary table demo_connection on commit drop as
select
  i.*, pg_temp.demo_id('integrations', i.code) as id, pg_temp.demo_org(i.letter) as organization_id,
  pg_temp.demo_user(i.person) as user_id
from (values
  -- Mail of a Member, shared with the staff; a calendar that fails since yesterday.
  ('A', 'mail',     'J', 'gmail',           'connected',    'member@example.com',        true,  -45, null::timestamptz),
  ('A', 'calendar', 'J', 'google_calendar', 'degraded',     'member@example.com',        false, -45, null),
  -- A mailbox that was taken off again: its rows stay, and stay private.
  ('A', 'former',   'P', 'gmail',           'disconnected', 'member2@example.com',       false, -85, pg_temp.demo_time('A', -50, '17:30')),
  ('A', 'books',    'C', 'quickbooks',      'needs_reauth', 'Marlowick Advisory (demo)', false, -60, null),
  ('B', 'mail-b',   'O', 'gmail',           'connected',    'member.b@example.com',      true,  -30, null),
  ('B', 'calendar-b', 'O', 'google_calendar', 'connected',  'member.b@example.com',      true,  -30, null)
) as i (letter, code, person, provider, status, account, shared, connected, disconnected_at);

-- One row per job: the rows it brought, or why it failed.
create temporary table demo_run on commit drop as
select
  r.*, i.organization_id, i.id as integration_id, i.provider, i.letter,
  pg_temp.demo_time(i.letter, r.day, r.starts) as started_at
from (
  -- The mailbox: one run for each of 20 messages.
  select 'mail' as code, n as ordinal, -1 - n * 44 / 19 as day, time '18:10' as starts, 'succeeded' as status,
    1 as upserted, pg_temp.demo_pick('ingest_runs:' || n, 4) as unlinked, null as error, 1 as attempt
  from generate_series(0, 19) n
  union all
  select 'former', n, -85 + 10 * n, '18:20', 'succeeded', 4, 6, null, 1 from generate_series(0, 3) n
  union all
  select 'calendar', n, day, '18:15', 'succeeded', 3, 2, null, 1
  from unnest(array[-45, -25, -12, -6]) with ordinality as d (day, n)
  union all
  select 'calendar', 4 + n, -1, starts, 'failed', 0, 0, 'provider_unavailable', n::integer
  from unnest(array[time '20:00', '20:30', '21:15']) with ordinality as s (starts, n)
  union all
  select 'books', n, -60 + 7 * n, '06:00', 'succeeded', 0, 0, null, 1 from generate_series(0, 7) n
  union all
  select 'books', 8, -8, '06:00', 'dead', 0, 0, 'grant_revoked', 1
  union all
  select 'mail-b', n, -1 - 8 * n, '18:10', 'succeeded', 1, 1, null, 1 from generate_series(0, 3) n
  union all
  select 'calendar-b', 0, -30, '18:15', 'succeeded', 2, 0, null, 1
) as r
join demo_connection i using (code);

insert into public.integrations
  (id, organization_id, user_id, provider, status, account_label, external_account_id, scopes, share_linked, settings,
   cursor, connected_at, disconnected_at, last_synced_at, last_error_at, last_error_code, consecutive_failures,
   next_attempt_at, created_at, updated_at)
select
  i.id, i.organization_id, i.user_id, i.provider, i.status, i.account, 'demo-' || i.code,
  case i.provider when 'gmail' then '{gmail.readonly}' when 'google_calendar' then '{calendar.events.readonly}'
    else '{com.intuit.quickbooks.accounting}' end::text[],
  i.shared,
  case i.code when 'books' then '{"unmapped_customers": [
    {"id": "41", "name": "Kestrelford Learning", "invoices": 2, "total": 4200.00},
    {"id": "57", "name": "Mossvane Insurance", "invoices": 1, "total": 1800.00}]}'::jsonb else '{}' end,
  case when i.status = 'disconnected' then '{}'
    when i.provider = 'gmail' then '{"history_id": "48120"}'
    when i.provider = 'google_calendar' then '{"sync_token": "demo-16"}'
    else jsonb_build_object('changed_since', runs.last_success) end,
  pg_temp.demo_time(i.letter, i.connected, '18:00'), i.disconnected_at, runs.last_success,
  runs.last_failure, runs.error,
  case i.status when 'degraded' then 3 when 'needs_reauth' then 1 else 0 end,
  case i.status when 'degraded' then runs.last_failure + interval '1 hour' end,
  pg_temp.demo_time(i.letter, i.connected, '18:00'),
  coalesce(i.disconnected_at, runs.last_at)
from demo_connection i
cross join lateral (
  select
    max(r.started_at) filter (where r.status = 'succeeded') + interval '8 seconds' as last_success,
    max(r.started_at) filter (where r.error is not null) + interval '30 seconds' as last_failure,
    max(r.started_at) + interval '30 seconds' as last_at,
    max(r.error) as error
  from demo_run r where r.code = i.code
) runs;

insert into public.ingest_runs
  (id, organization_id, integration_id, provider, job_id, trigger, status, attempt, started_at, finished_at, fetched,
   upserted, skipped, error_code, error_detail, retry_at, created_at)
select
  pg_temp.demo_id('ingest_runs', r.code || ':' || r.ordinal), r.organization_id, r.integration_id, r.provider,
  format('%s.sync:%s:%s', replace(r.provider, 'google_', ''), r.integration_id,
    to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI')),
  case when row_number() over (partition by r.code order by r.started_at) = 1 then 'connect' else 'schedule' end,
  r.status, r.attempt, r.started_at,
  r.started_at + case when r.error is null then interval '8 seconds' else interval '30 seconds' end,
  r.upserted + r.unlinked + case r.code when 'books' then case when r.error is null then 3 else 0 end else 0 end,
  r.upserted,
  case when r.code = 'books' and r.error is null then '{"unmapped_customer": 3}'
    when r.unlinked > 0 then jsonb_build_object('unlinked', r.unlinked) else '{}' end,
  r.error,
  case r.error when 'provider_unavailable' then 'HTTP 503 on the first page'
    when 'grant_revoked' then 'the grant was revoked at the provider' end,
  case when r.status = 'failed' then r.started_at + interval '30 minutes' end,
  r.started_at
from demo_run r;

-- The messages of a mailbox go round the contacts of its owner's clients, newest
-- first, in and out by turns.
with mailbox as (
  select
    i.code, k.id as contact_id, k.client_id, k.email, k.name,
    row_number() over (partition by i.code order by k.email) - 1 as place,
    count(*) over (partition by i.code) as contacts
  from demo_connection i
  join public.clients c on c.owner_id = i.user_id
  join public.contacts k on k.client_id = c.id
  where i.provider = 'gmail'
),
brought as (
  -- A run that brought several found them over its days.
  select r.*, part.n as part,
    row_number() over (partition by r.code order by r.started_at desc, part.n) - 1 as ordinal_of_mailbox,
    r.started_at - interval '40 minutes' - (part.n - 1) * interval '2 days' as sent_at
  from demo_run r
  cross join lateral generate_series(1, r.upserted) as part (n)
  where r.provider = 'gmail'
)
insert into public.ingested_messages
  (id, organization_id, integration_id, client_id, user_id, contact_id, provider_message_id, thread_id, subject,
   direction, from_address, to_addresses, snippet, labels, sent_at, shared, created_at, updated_at)
select
  pg_temp.demo_id('ingested_messages', b.code || ':' || b.ordinal_of_mailbox), i.organization_id, i.id, m.client_id,
  i.user_id, m.contact_id, format('demo-%s-%s', b.code, b.ordinal_of_mailbox), 'demo-thread-' || m.place, topic.subject,
  case when inbound.yes then 'inbound' else 'outbound' end,
  case when inbound.yes then m.email else i.account end,
  array[case when inbound.yes then i.account else m.email end],
  case when inbound.yes then topic.question else topic.answer end,
  case when inbound.yes then '{INBOX}' else '{SENT}' end::text[],
  b.sent_at, i.shared, b.started_at, b.started_at
from brought b
join demo_connection i using (code)
join mailbox m on m.code = b.code and m.place = b.ordinal_of_mailbox % m.contacts
cross join lateral (select b.ordinal_of_mailbox % 2 = 0 as yes) inbound
cross join lateral (
  select
    (array['Terms for the next year', 'Figures of last month', 'Next steps', 'Question about the invoice',
      'Agenda for the review'])[b.ordinal_of_mailbox % 5 + 1] as subject,
    'Thank you for the call. Two points are still open on our side:' as question,
    'Here is what we agreed on, with the dates. Please tell me if one of them does not fit.' as answer
) topic;

with meeting (code, run, place, contact, title, day, starts, minutes, status) as (
  values
    ('calendar',   1, 1, 1,  'Warehouse visit',         -44, time '10:00', 90,  'confirmed'),
    ('calendar',   1, 2, 9,  'Clinic interviews',       -38, '09:30',      60,  'confirmed'),
    ('calendar',   1, 3, 15, 'Dealer round table',      -30, '14:00',      120, 'confirmed'),
    ('calendar',   2, 1, 2,  'Lane pricing, part one',  -22, '11:00',      60,  'confirmed'),
    ('calendar',   2, 2, 10, 'Booking data',            -19, '15:00',      45,  'confirmed'),
    ('calendar',   2, 3, 19, 'Restart talk',            -14, '16:00',      30,  'cancelled'),
    ('calendar',   3, 1, 16, 'Price list',              -8,  '10:30',      45,  'confirmed'),
    ('calendar',   3, 2, 20, 'Budget talk',             -5,  '13:00',      30,  'confirmed'),
    ('calendar',   3, 3, 1,  'Quarterly review',        6,   '10:00',      90,  'confirmed'),
    ('calendar',   4, 1, 9,  'Contract walk-through',   -3,  '11:30',      45,  'confirmed'),
    ('calendar',   4, 2, 2,  'Final terms',             2,   '09:00',      30,  'tentative'),
    ('calendar',   4, 3, 10, 'Quarterly review',        13,  '14:00',      90,  'confirmed'),
    ('calendar-b', 0, 1, 25, 'Recall list',             -20, '10:00',      60,  'confirmed'),
    ('calendar-b', 0, 2, 25, 'Quarterly review',        12,  '10:00',      60,  'confirmed')
)
insert into public.ingested_events
  (id, organization_id, integration_id, user_id, client_id, contact_id, provider_event_id, title, organizer, status,
   starts_at, ends_at, shared, attendees, html_link, provider_updated_at, created_at, updated_at)
select
  pg_temp.demo_id('ingested_events', concat_ws(':', m.code, m.run, m.place)), i.organization_id, i.id, i.user_id,
  k.client_id, k.id, format('demo-%s-%s-%s', m.code, m.run, m.place), m.title, i.account, m.status,
  pg_temp.demo_time(i.letter, m.day, m.starts),
  pg_temp.demo_time(i.letter, m.day, m.starts) + make_interval(mins => m.minutes), i.shared,
  array[i.account, k.email],
  'https://calendar.example.com/' || format('demo-%s-%s-%s', m.code, m.run, m.place),
  r.started_at - interval '2 hours', r.started_at, r.started_at
from meeting m
join demo_connection i using (code)
join demo_run r on r.code = m.code and r.ordinal = m.run
join public.contacts k on k.id = pg_temp.demo_id('contacts', m.contact::text);

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  i.connected_at, i.organization_id, i.user_id, 'connect_integration', 'integration.connected', 'integration', i.id,
  jsonb_build_object('provider', i.provider), 'integrations', null::jsonb,
  to_jsonb(i) - array['disconnected_at', 'sync_requested_at', 'share_linked'] || '{"status": "connected"}'
from public.integrations i
union all
select
  i.connected_at + interval '5 minutes', i.organization_id, i.user_id, 'set_integration_sharing',
  'integration.sharing_changed', 'integration', i.id,
  jsonb_build_object('provider', i.provider, 'share', true), 'integrations',
  jsonb_build_object('id', i.id, 'share_linked', false), jsonb_build_object('id', i.id, 'share_linked', true)
from public.integrations i
where i.share_linked
union all
select
  i.disconnected_at, i.organization_id, i.user_id, 'disconnect_integration', 'integration.disconnected', 'integration',
  i.id, jsonb_build_object('provider', i.provider), 'integrations',
  jsonb_build_object('id', i.id, 'status', 'connected'),
  jsonb_build_object('id', i.id, 'status', 'disconnected', 'disconnected_at', i.disconnected_at)
from public.integrations i
where i.disconnected_at is not null
union all
select
  i.last_error_at, i.organization_id, null, 'service_set_connection', 'integration.status_changed', 'integration', i.id,
  private.from_to('connected'::text, i.status) || jsonb_build_object('provider', i.provider, 'reason', i.last_error_code),
  'integrations', jsonb_build_object('id', i.id, 'status', 'connected'),
  jsonb_build_object('id', i.id, 'status', i.status)
from public.integrations i
where i.last_error_at is not null;

insert into demo_change
  (at, organization_id, operation, event_key, entity_type, entity_id, payload, idempotency_key)
select
  r.finished_at, r.organization_id,
  case r.provider when 'gmail' then 'service_apply_messages' when 'google_calendar' then 'service_apply_meetings'
    else 'service_apply_quickbooks' end,
  'integration.sync.completed', 'integration', r.integration_id,
  jsonb_build_object('provider', r.provider, 'fetched', r.fetched, 'upserted', r.upserted, 'skipped', r.skipped),
  'sync:' || r.job_id
from public.ingest_runs r
where r.status = 'succeeded'
union all
select
  r.finished_at, r.organization_id, 'service_record_ingest_run', 'integration.sync.failed', 'integration',
  r.integration_id,
  jsonb_build_object('provider', r.provider, 'error_code', r.error_code, 'attempt', r.attempt, 'dead', r.status = 'dead'),
  format('sync:%s:%s', r.job_id, r.attempt)
from public.ingest_runs r
where r.status <> 'succeeded';
