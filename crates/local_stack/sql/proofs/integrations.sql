-- Proves who may do what with connections, what the worker read and its records,
-- by trying it, and that a batch delivered twice changes nothing.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('mail', '00000000-0000-4000-8000-000000000301'),
  ('mail_director', '00000000-0000-4000-8000-000000000302'),
  ('calendar', '00000000-0000-4000-8000-000000000303'),
  ('books', '00000000-0000-4000-8000-000000000304'),
  ('mail_b', '00000000-0000-4000-8000-000000000305'),
  ('books_b', '00000000-0000-4000-8000-000000000306'),
  ('mail_gone', '00000000-0000-4000-8000-000000000307'),
  ('message', '00000000-0000-4000-8000-000000000311'),
  ('message_shared', '00000000-0000-4000-8000-000000000312'),
  ('message_b', '00000000-0000-4000-8000-000000000313'),
  ('meeting', '00000000-0000-4000-8000-000000000314'),
  ('meeting_shared', '00000000-0000-4000-8000-000000000315'),
  ('meeting_b', '00000000-0000-4000-8000-000000000316'),
  ('job', '00000000-0000-4000-8000-000000000321'),
  ('job_dead', '00000000-0000-4000-8000-000000000322'),
  ('job_books', '00000000-0000-4000-8000-000000000323'),
  ('job_b', '00000000-0000-4000-8000-000000000324'),
  ('contact', '00000000-0000-4000-8000-000000000331'),
  ('contact_c3', '00000000-0000-4000-8000-000000000332'),
  ('opportunity', '00000000-0000-4000-8000-000000000333'),
  ('opportunity_b', '00000000-0000-4000-8000-000000000334'),
  ('snapshot', '00000000-0000-4000-8000-000000000341'),
  ('snapshot_money', '00000000-0000-4000-8000-000000000342'),
  ('snapshot_b', '00000000-0000-4000-8000-000000000343'),
  ('manual', '00000000-0000-4000-8000-000000000351');

do $fixtures$
begin
  perform set_config('revos.op', 'proof', true);
  delete from public.integrations;
  delete from public.dashboard_snapshots;
  update public.clients set quickbooks_customer_id = null where quickbooks_customer_id is not null;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now());
    insert into public.finance (organization_id, client_id) values ({marlowick}, {C1}), ({marlowick}, {C3})
      on conflict do nothing;
    insert into public.contacts (id, organization_id, client_id, name, role) values
      ({contact}, {marlowick}, {C1}, 'Proof', 'CFO'), ({contact_c3}, {marlowick}, {C3}, 'Proof', 'CFO');
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id) values
      ({opportunity}, {marlowick}, {C1}, 'Proof', 1000, {member}),
      ({opportunity_b}, {quillhaven}, {B1}, 'Proof', 1000, {member.b});
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date)
      values ({manual}, {marlowick}, {C1}, 'Q-1', '2026-01-01', '2026-01-31');
    insert into public.integrations
      (id, organization_id, user_id, provider, status, external_account_id, cursor, settings) values
      ({mail}, {marlowick}, {member}, 'gmail', 'connected', 'account-m', '{"history_id": "10"}', '{}'),
      ({mail_director}, {marlowick}, {director}, 'gmail', 'needs_reauth', 'account-d', '{"history_id": "1"}', '{}'),
      ({calendar}, {marlowick}, {member}, 'google_calendar', 'degraded', 'account-m', '{}', '{}'),
      ({books}, {marlowick}, {admin}, 'quickbooks', 'connected', 'realm-a', '{"changed_since": "1"}',
        '{"unmapped_customers": [{"id": "77", "name": "X"}, {"id": "78", "name": "Y"}]}'),
      ({mail_b}, {quillhaven}, {member.b}, 'gmail', 'connected', 'account-b', '{}', '{}'),
      ({books_b}, {quillhaven}, {admin.b}, 'quickbooks', 'connected', 'realm-b', '{}', '{}'),
      ({mail_gone}, {marlowick}, {member2}, 'gmail', 'disconnected', 'account-2', '{}', '{}');
    insert into private.integration_tokens (integration_id, sealed, key_id, access_expires_at) values
      ({mail}, '\x01', 'k1', now()), ({books}, '\x02', 'k1', now()), ({mail_b}, '\x03', 'k1', now());
    insert into public.ingested_messages
      (id, organization_id, integration_id, client_id, user_id, provider_message_id, direction, from_address, sent_at, shared) values
      ({message}, {marlowick}, {mail}, {C1}, {member}, 'm1', 'inbound', 'a@example.com', now(), false),
      ({message_shared}, {marlowick}, {mail}, {C3}, {member}, 'm2', 'inbound', 'a@example.com', now(), true),
      ({message_b}, {quillhaven}, {mail_b}, {B1}, {member.b}, 'm1', 'inbound', 'a@example.com', now(), true);
    insert into public.ingested_events
      (id, organization_id, integration_id, client_id, user_id, provider_event_id, starts_at, ends_at, shared, provider_updated_at) values
      ({meeting}, {marlowick}, {calendar}, {C1}, {member}, 'e1', '2026-05-01', '2026-05-01', false, '2026-04-01'),
      ({meeting_shared}, {marlowick}, {calendar}, {C3}, {member}, 'e2', '2026-05-02', '2026-05-02', true, '2026-04-01'),
      ({meeting_b}, {quillhaven}, {mail_b}, {B1}, {member.b}, 'e1', '2026-05-01', '2026-05-01', true, null);
    insert into public.ingest_runs (id, organization_id, integration_id, provider, job_id, trigger, status, finished_at, error_code) values
      ({job}, {marlowick}, {mail}, 'gmail', 'job-done', 'schedule', 'succeeded', now(), null),
      ({job_dead}, {marlowick}, {mail}, 'gmail', 'job-dead', 'schedule', 'dead', now(), 'decode'),
      ({job_books}, {marlowick}, {books}, 'quickbooks', 'job-books', 'schedule', 'failed', now(), 'decode'),
      ({job_b}, {quillhaven}, {mail_b}, 'gmail', 'job-b', 'schedule', 'dead', now(), 'decode');
    insert into public.dashboard_snapshots (id, organization_id, kind, time_scope, snapshot_date, metrics) values
      ({snapshot}, {marlowick}, 'pipeline', 'qtd', '2026-01-01', '{}'),
      ({snapshot_money}, {marlowick}, 'finance', 'qtd', '2026-01-01', '{}'),
      ({snapshot_b}, {quillhaven}, 'portfolio', 'qtd', '2026-01-01', '{}');
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- The matrix -----------------------------------------------------------------

insert into proof_matrix values
  --                                             A: super admin director own colleague client
  --                                             B: admin member client; deactivated, no row, anonymous
  ('own mailbox', 'select from public.integrations where id = {mail}', '000100 000 00x'),
  ('mailbox of the Director', 'select from public.integrations where id = {mail_director}', '001000 000 00x'),
  ('books', 'select from public.integrations where id = {books}', '110000 000 00x'),
  ('mailbox of B', 'select from public.integrations where id = {mail_b}', '000000 010 00x'),
  ('books of B', 'select from public.integrations where id = {books_b}', '000000 100 00x'),
  ('insert connection', 'insert into public.integrations (organization_id, user_id, provider) values ({marlowick}, {member}, ''quickbooks'')', 'xxxxxx xxx xxx'),
  ('update connection', 'update public.integrations set share_linked = not share_linked where id = {mail}', 'xxxxxx xxx xxx'),
  ('delete connection', 'delete from public.integrations where id = {mail}', 'xxxxxx xxx xxx'),
  ('read tokens', 'select from private.integration_tokens', 'xxxxxx xxx xxx'),
  ('write tokens', 'update private.integration_tokens set sealed = ''x''', 'xxxxxx xxx xxx'),
  ('message', 'select from public.ingested_messages where id = {message}', '000100 000 00x'),
  ('shared message', 'select from public.ingested_messages where id = {message_shared}', '111110 000 00x'),
  ('shared message of B', 'select from public.ingested_messages where id = {message_b}', '000000 110 00x'),
  ('insert message', 'insert into public.ingested_messages (organization_id, integration_id, client_id, user_id, provider_message_id, direction, from_address, sent_at) values ({marlowick}, {mail}, {C1}, {member}, ''m9'', ''inbound'', ''a@example.com'', now())', 'xxxxxx xxx xxx'),
  ('share message', 'update public.ingested_messages set shared = true where id = {message}', 'xxxxxx xxx xxx'),
  ('delete message', 'delete from public.ingested_messages where id = {message}', 'xxxxxx xxx xxx'),
  ('meeting', 'select from public.ingested_events where id = {meeting}', '000100 000 00x'),
  ('shared meeting', 'select from public.ingested_events where id = {meeting_shared}', '111110 000 00x'),
  ('shared meeting of B', 'select from public.ingested_events where id = {meeting_b}', '000000 110 00x'),
  ('insert meeting', 'insert into public.ingested_events (organization_id, integration_id, client_id, user_id, provider_event_id, starts_at, ends_at) values ({marlowick}, {calendar}, {C1}, {member}, ''e9'', now(), now())', 'xxxxxx xxx xxx'),
  ('update meeting', 'update public.ingested_events set shared = true where id = {meeting}', 'xxxxxx xxx xxx'),
  ('delete meeting', 'delete from public.ingested_events where id = {meeting}', 'xxxxxx xxx xxx'),
  ('run', 'select from public.ingest_runs where id = {job}', '000100 000 00x'),
  ('run of the books', 'select from public.ingest_runs where id = {job_books}', '110000 000 00x'),
  ('run of B', 'select from public.ingest_runs where id = {job_b}', '000000 010 00x'),
  ('insert run', 'insert into public.ingest_runs (organization_id, integration_id, provider, job_id, trigger) values ({marlowick}, {mail}, ''gmail'', ''x'', ''manual'')', 'xxxxxx xxx xxx'),
  ('update run', 'update public.ingest_runs set status = ''succeeded'' where id = {job_dead}', 'xxxxxx xxx xxx'),
  ('delete run', 'delete from public.ingest_runs where id = {job}', 'xxxxxx xxx xxx'),
  ('snapshot', 'select from public.dashboard_snapshots where id = {snapshot}', '111110 000 00x'),
  ('snapshot of money', 'select from public.dashboard_snapshots where id = {snapshot_money}', '111000 000 00x'),
  ('snapshot of B', 'select from public.dashboard_snapshots where id = {snapshot_b}', '100000 110 00x'),
  ('insert snapshot', 'insert into public.dashboard_snapshots (organization_id, kind, time_scope, snapshot_date, metrics) values ({marlowick}, ''pipeline'', ''qtd'', ''2026-01-02'', ''{}'')', 'xxxxxx xxx xxx'),
  ('update snapshot', 'update public.dashboard_snapshots set metrics = ''{"x": 1}'' where id = {snapshot}', 'xxxxxx xxx xxx'),
  ('delete snapshot', 'delete from public.dashboard_snapshots where id = {snapshot}', 'xxxxxx xxx xxx');

-- Attempts -------------------------------------------------------------------

-- A connection call with one argument changed.
create function pg_temp.connect(p_provider text, p_account text, p_label text default 'box@example.com')
returns public.integrations
language sql
as $$
  select public.connect_integration(p_provider,
    jsonb_build_object('external_account_id', p_account, 'label', p_label),
    array['scope'], '\xaa', 'k2', now() + interval '1 hour', null)
$$;

insert into proof_attempt
select 'no membership, wrong persona', p.who, f.call, p.expected
from (values
  ('client', 'PT403 forbidden'), ('client.b', 'PT403 forbidden'), ('gone', 'PT403 no_membership'),
  ('nobody', 'PT403 no_membership'), ('unnamed', 'PT401 unauthenticated'), ('anon', '42501'),
  ('service_role', '42501')) as p (who, expected)
cross join unnest(array[
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', ''{}'', ''\xaa'', ''k'', now(), null)',
  'select public.disconnect_integration({mail}, 1)',
  'select public.set_integration_sharing({mail}, true, 1)',
  'select public.request_sync({mail})',
  'select public.map_quickbooks_customer({books}, ''77'', {C1})',
  'select public.retry_ingest_run({job_dead})']) as f (call)
union all
-- Every function of the worker, as everybody else.
select 'service function', p.who, f.call, '42501'
from unnest(array['superadmin', 'admin', 'director', 'member', 'client', 'gone', 'unnamed', 'anon']) as p (who)
cross join unnest(array[
  'select public.service_read_tokens({mail})',
  'select public.service_rotate_tokens({mail}, 1, ''\xaa'', ''k'', now(), null)',
  'select public.service_set_connection({mail}, ''degraded'', null, null)',
  'select public.service_apply_messages({mail}, ''{}'')', 'select public.service_apply_meetings({calendar}, ''{}'')',
  'select public.service_apply_quickbooks({books}, ''{}'')', 'select public.service_record_ingest_run(''{}'')',
  'select public.service_record_snapshots({marlowick}, ''[]'')', 'select public.service_daily_health({marlowick})',
  'select public.service_record_events({marlowick}, ''[]'')', 'select public.service_refresh_finance_cache({marlowick})',
  'select public.service_purge({marlowick})']) as f (call)
union all
-- Somebody else's connection is as good as none, for an Admin and a SuperAdmin too.
select 'somebody else''s', p.who, f.call, 'PT404 not_found'
from unnest(array['superadmin', 'admin', 'director']) as p (who)
cross join unnest(array[
  'select public.disconnect_integration({mail}, 1)', 'select public.disconnect_integration({mail_b}, 1)',
  'select public.disconnect_integration({nobody}, 1)', 'select public.set_integration_sharing({mail}, true, 1)',
  'select public.set_integration_sharing({mail_b}, true, 1)', 'select public.request_sync({mail})',
  'select public.request_sync({mail_b})', 'select public.request_sync({books_b})', 'select public.request_sync({nobody})',
  'select public.retry_ingest_run({job_dead})', 'select public.retry_ingest_run({job_b})',
  'select public.retry_ingest_run({nobody})']) as f (call)
union all
select 'argument', 'member', f.call, 'PT400 invalid_argument'
from unnest(array[
  'select public.connect_integration(null, ''{"external_account_id": "x"}'', ''{}'', ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''x'', ''{"external_account_id": "x"}'', ''{}'', ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', null, ''{}'', ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{}'', ''{}'', ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x", "user_id": "x"}'', ''{}'', ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', null, ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', array[null]::text[], ''\xaa'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', ''{}'', ''\x'', ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', ''{}'', null, ''k'', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', ''{}'', ''\xaa'', '' '', now(), null)',
  'select public.connect_integration(''gmail'', ''{"external_account_id": "x"}'', ''{}'', ''\xaa'', ''k'', null, null)',
  'select public.disconnect_integration(null, 1)', 'select public.disconnect_integration({mail}, null)',
  'select public.set_integration_sharing(null, true, 1)', 'select public.set_integration_sharing({mail}, null, 1)',
  'select public.request_sync(null)', 'select public.retry_ingest_run(null)']) as f (call)
union all
select 'argument of the worker', 'service_role', f.call, 'PT400 invalid_argument'
from unnest(array[
  'select public.service_read_tokens(null)', 'select public.service_rotate_tokens(null, 1, ''\xaa'', ''k'', now(), null)',
  'select public.service_rotate_tokens({mail}, null, ''\xaa'', ''k'', now(), null)',
  'select public.service_rotate_tokens({mail}, 1, null, ''k'', now(), null)',
  'select public.service_rotate_tokens({mail}, 1, ''\xaa'', ''k'', null, null)',
  'select public.service_set_connection(null, ''degraded'')', 'select public.service_set_connection({mail}, null)',
  'select public.service_set_connection({mail}, ''disconnected'')', 'select public.service_set_connection({mail}, ''degraded'', ''Bad Code'')',
  'select public.service_apply_messages({mail}, null)', 'select public.service_apply_messages({mail}, ''[]'')',
  'select public.service_apply_messages({mail}, ''{"trigger": "schedule"}'')',
  'select public.service_apply_messages({mail}, ''{"job_id": "j"}'')',
  'select public.service_apply_messages(null, ''{"job_id": "j", "trigger": "schedule"}'')',
  'select public.service_apply_messages({calendar}, ''{"job_id": "j", "trigger": "schedule"}'')',
  'select public.service_apply_messages({mail}, ''{"job_id": "j", "trigger": "schedule", "messages": {}}'')',
  'select public.service_apply_messages({mail}, ''{"job_id": "j", "trigger": "schedule", "cursor_after": "x"}'')',
  'select public.service_apply_meetings({calendar}, ''{"job_id": "j", "trigger": "schedule", "window": {"from": "2026-01-01"}}'')',
  'select public.service_apply_quickbooks({books}, ''{"job_id": "j", "trigger": "schedule", "invoices": [{}]}'')',
  'select public.service_apply_quickbooks({books}, ''{"job_id": "j", "trigger": "schedule", "invoices": [{"external_id": "1"}]}'')',
  'select public.service_record_ingest_run(null)', 'select public.service_record_ingest_run(''{}'')',
  'select public.service_record_ingest_run(''{"integration_id": "<mail>", "job_id": "j", "trigger": "schedule", "status": "succeeded"}'')',
  'select public.service_record_ingest_run(''{"integration_id": "<mail>", "job_id": "j", "trigger": "schedule", "status": "failed"}'')',
  'select public.service_record_ingest_run(''{"job_id": "j", "trigger": "schedule", "status": "running"}'')',
  'select public.service_record_snapshots(null, ''[]'')', 'select public.service_record_snapshots({marlowick}, null)',
  'select public.service_record_snapshots({marlowick}, ''[]'')', 'select public.service_daily_health(null)',
  'select public.service_record_events(null, ''[]'')', 'select public.service_record_events({marlowick}, null)',
  'select public.service_record_events({marlowick}, ''[{"event_key": "client.updated", "idempotency_key": "alert:x", "entity_type": "organization", "entity_id": "<marlowick>"}]'')',
  'select public.service_record_events({marlowick}, ''[{"event_key": "pipeline.alert.coverage", "entity_type": "organization", "entity_id": "<marlowick>"}]'')',
  'select public.service_record_events({marlowick}, ''[{"event_key": "pipeline.alert.coverage", "idempotency_key": "client.converted:x", "entity_type": "organization", "entity_id": "<marlowick>"}]'')',
  'select public.service_record_events({marlowick}, ''[{"event_key": "pipeline.alert.coverage", "idempotency_key": "alert:x", "entity_type": "client", "entity_id": "<C1>"}]'')',
  'select public.service_refresh_finance_cache(null)', 'select public.service_purge(null)']) as f (call)
union all
select 'no such row for the worker', 'service_role', f.call, 'PT404 not_found'
from unnest(array[
  'select public.service_set_connection({nobody}, ''degraded'')',
  'select public.service_apply_messages({nobody}, ''{"job_id": "j", "trigger": "schedule"}'')',
  'select public.service_record_ingest_run(''{"integration_id": "<nobody>", "job_id": "j", "trigger": "schedule", "status": "running"}'')',
  'select public.service_record_snapshots({nobody}, ''[]'')', 'select public.service_daily_health({nobody})',
  'select public.service_record_events({nobody}, ''[]'')',
  'select public.service_record_events({marlowick}, ''[{"event_key": "pipeline.alert.stalled", "idempotency_key": "alert:x", "entity_type": "opportunity", "entity_id": "<opportunity_b>"}]'')',
  'select public.service_record_events({marlowick}, ''[{"event_key": "pipeline.alert.stalled", "idempotency_key": "alert:x", "entity_type": "organization", "entity_id": "<quillhaven>"}]'')',
  'select public.service_refresh_finance_cache({nobody})', 'select public.service_purge({nobody})']) as f (call)
union all values
  -- Accounts.
  ('the account of a colleague', 'admin', 'select pg_temp.connect(''gmail'', ''account-m'')', '23505 integrations_external_account_id_key'),
  ('an account of B', 'admin', 'select pg_temp.connect(''gmail'', ''account-b'')', '23505 integrations_external_account_id_key'),
  ('the books of B', 'superadmin', 'select pg_temp.connect(''quickbooks'', ''realm-b'')', '23505 integrations_external_account_id_key'),
  ('second books', 'superadmin', 'select pg_temp.connect(''quickbooks'', ''realm-c'')', '23505 integrations_quickbooks_key'),
  ('books', 'director', 'select pg_temp.connect(''quickbooks'', ''realm-c'')', 'PT403 forbidden'),
  ('books', 'member', 'select pg_temp.connect(''quickbooks'', ''realm-c'')', 'PT403 forbidden'),
  ('an account that was given up', 'admin', 'select pg_temp.connect(''gmail'', ''account-2'')', '1'),
  -- What an Admin may do with the books of another, and what not.
  ('books of the Admin', 'superadmin', 'select public.request_sync({books})', '1'),
  ('books of the Admin', 'superadmin', 'select public.disconnect_integration({books}, 1)', '1'),
  ('books of the Admin', 'superadmin', 'select public.retry_ingest_run({job_books})', '1'),
  ('books of the Admin', 'superadmin', 'select public.set_integration_sharing({books}, true, 1)', 'PT403 forbidden'),
  ('books', 'director', 'select public.request_sync({books})', 'PT404 not_found'),
  ('stale', 'member', 'select public.disconnect_integration({mail}, 2)', 'PT409 stale_version'),
  ('stale', 'member', 'select public.set_integration_sharing({mail}, true, 2)', 'PT409 stale_version'),
  ('state', 'director', 'select public.request_sync({mail_director})', 'PT409 invalid_transition'),
  ('state', 'member2', 'select public.request_sync({mail_gone})', 'PT409 invalid_transition'),
  ('state', 'member', 'select public.retry_ingest_run({job})', 'PT409 invalid_transition'),
  ('mapping', 'director', 'select public.map_quickbooks_customer({books}, ''77'', {C1})', 'PT403 forbidden'),
  ('mapping', 'admin', 'select public.map_quickbooks_customer({mail}, ''77'', {C1})', 'PT404 not_found'),
  ('mapping', 'admin', 'select public.map_quickbooks_customer({books_b}, ''77'', {C1})', 'PT404 not_found'),
  ('mapping', 'admin', 'select public.map_quickbooks_customer({books}, ''77'', {B1})', 'PT404 not_found'),
  ('mapping', 'admin', 'select public.map_quickbooks_customer({books}, ''77'', {nobody})', 'PT404 not_found'),
  ('mapping', 'admin', 'select public.map_quickbooks_customer({books}, ''77'', null)', 'PT404 not_found'),
  ('mapping', 'admin', 'select public.map_quickbooks_customer({books}, null, {C1})', 'PT400 invalid_argument'),
  ('mapped twice', 'admin', 'do $do$ begin perform public.map_quickbooks_customer({books}, ''77'', {C1}); perform public.map_quickbooks_customer({books}, ''77'', {C3}); end $do$', '23505 clients_quickbooks_customer_id_key'),
  -- The worker only notices.
  ('worker connects', 'service_role', 'select public.service_set_connection({mail_director}, ''connected'')', 'PT409 invalid_transition'),
  ('worker connects', 'service_role', 'select public.service_set_connection({mail_gone}, ''degraded'')', 'PT409 invalid_transition'),
  ('mail after leaving', 'service_role', 'select public.service_apply_messages({mail_gone}, ''{"job_id": "j", "trigger": "schedule"}'')', 'PT409 invalid_transition'),
  -- Rows that the database refuses: the worker finds and skips them.
  ('message of a client of B', 'service_role', 'select public.service_apply_messages({mail}, ''{"job_id": "j", "trigger": "schedule", "messages": [{"provider_message_id": "x", "client_id": "<B1>", "direction": "inbound", "from_address": "a@example.com", "sent_at": "2026-05-01"}]}'')', '23503 ingested_messages_client_id_fkey'),
  ('long snippet', 'service_role', 'select public.service_apply_messages({mail}, jsonb_build_object(''job_id'', ''j'', ''trigger'', ''schedule'', ''messages'', jsonb_build_array(jsonb_build_object(''provider_message_id'', ''x'', ''client_id'', {C1}::uuid, ''direction'', ''inbound'', ''from_address'', ''a'', ''sent_at'', now(), ''snippet'', repeat(''x'', 301)))))', '23514 ingested_messages_snippet_check'),
  ('meeting that ends before it starts', 'service_role', 'select public.service_apply_meetings({calendar}, ''{"job_id": "j", "trigger": "schedule", "events": [{"provider_event_id": "x", "client_id": "<C1>", "starts_at": "2026-05-02", "ends_at": "2026-05-01"}]}'')', '23514 ingested_events_ends_at_check'),
  ('unknown trigger', 'service_role', 'select public.service_apply_messages({mail}, ''{"job_id": "j", "trigger": "x"}'')', '23514 ingest_runs_trigger_check'),
  ('invoice of a client of B', 'service_role', 'select public.service_apply_quickbooks({books}, ''{"job_id": "j", "trigger": "schedule", "invoices": [{"external_id": "1", "external_updated_at": "2026-05-01", "client_id": "<B1>", "invoice_number": "7", "issue_date": "2026-05-01", "balance": 1, "lines": []}]}'')', '23503 invoices_client_id_fkey'),
  ('snapshot kind', 'service_role', 'select public.service_record_snapshots({marlowick}, ''[{"kind": "x", "time_scope": "qtd", "snapshot_date": "2026-01-01", "metrics": {}}]'')', '23514 dashboard_snapshots_kind_check'),
  ('tokens for the worker', 'service_role', 'select from private.integration_tokens', '42501'),
  ('finished while running', 'service_role', 'update public.ingest_runs set status = ''running'' where id = {job}', '23514 ingest_runs_finished_at_check'),
  ('another organization''s user', 'service_role', 'update public.integrations set user_id = {member.b} where id = {calendar}', '23503 integrations_user_id_fkey');

-- Effects --------------------------------------------------------------------

insert into proof_effect values
  ('connect', 'director', 'marlowick', 'select pg_temp.connect(''google_calendar'', ''new'')',
    'integration.connected | insert integrations (connect_integration)',
    'select format(''%s %s %s %s %s'', i.status, i.account_label, i.sync_requested_at = now(), t.key_id, t.token_version) from public.integrations i join private.integration_tokens t on t.integration_id = i.id where i.external_account_id = ''new''',
    'connected box@example.com t k2 1'),
  ('connect again', 'director', 'marlowick', 'select pg_temp.connect(''gmail'', ''account-d'')',
    'integration.connected | update integrations (connect_integration)',
    'select format(''%s %s'', status, cursor) from public.integrations where id = {mail_director}', 'connected {"history_id": "1"}'),
  ('connect another account', 'member', 'marlowick', 'do $do$ begin perform public.set_integration_sharing({mail}, true, 1); perform pg_temp.connect(''gmail'', ''other''); end $do$',
    'integration.connected, integration.sharing_changed | update integrations (connect_integration), update integrations (set_integration_sharing)',
    'select format(''%s %s %s %s'', i.cursor, i.settings, i.share_linked, t.token_version) from public.integrations i join private.integration_tokens t on t.integration_id = i.id where i.id = {mail}',
    '{} {} f 2'),
  ('disconnect', 'member', 'marlowick', 'select public.disconnect_integration({mail}, 1)',
    'integration.disconnected | update integrations (disconnect_integration)',
    'select format(''%s %s %s %s'', status, cursor, (select count(*) from private.integration_tokens where integration_id = {mail}), (select count(*) from public.ingested_messages where integration_id = {mail})) from public.integrations where id = {mail}',
    'disconnected {} 0 2'),
  ('disconnect again', 'member2', 'marlowick', 'select public.disconnect_integration({mail_gone}, 9)', '- | -', null, null),
  ('share', 'member', 'marlowick', 'select public.set_integration_sharing({mail}, true, 1)',
    'integration.sharing_changed | update integrations (set_integration_sharing)',
    'select format(''%s %s'', count(*) filter (where shared), (select payload from public.analytics_events)) from public.ingested_messages where integration_id = {mail}',
    '2 {"share": true, "provider": "gmail"}'),
  ('share again', 'member', 'marlowick', 'select public.set_integration_sharing({mail}, false, 1)', '- | -', null, null),
  ('sync', 'member', 'marlowick', 'select public.request_sync({mail})',
    'integration.sync.requested | update integrations (request_sync)', null, null),
  ('sync twice', 'member', 'marlowick', 'do $do$ begin perform public.request_sync({calendar}); perform public.request_sync({calendar}); end $do$',
    'integration.sync.requested | update integrations (request_sync)', null, null),
  ('map', 'admin', 'marlowick', 'select public.map_quickbooks_customer({books}, ''77'', {C1})',
    'integration.customer.mapped | update clients (map_quickbooks_customer), update integrations (map_quickbooks_customer)',
    'select format(''%s %s %s'', (select quickbooks_customer_id from public.clients where id = {C1}), settings, sync_requested_at = now()) from public.integrations where id = {books}',
    '77 {"backfill_customers": ["77"], "unmapped_customers": [{"id": "78", "name": "Y"}]} t'),
  ('clear a mapping', 'admin', 'marlowick', 'do $do$ begin perform public.map_quickbooks_customer({books}, ''77'', {C1}); perform public.map_quickbooks_customer({books}, ''77'', null); end $do$',
    'integration.customer.mapped, integration.customer.mapped | update clients 2 (map_quickbooks_customer), update integrations (map_quickbooks_customer)',
    'select quickbooks_customer_id is null from public.clients where id = {C1}', 'true'),
  ('retry', 'member', 'marlowick', 'select public.retry_ingest_run({job_dead})', 'integration.job.retried | -',
    'select retry_requested_at = now() from public.ingest_runs where id = {job_dead}', 'true'),
  ('retry twice', 'member', 'marlowick', 'do $do$ begin perform public.retry_ingest_run({job_dead}); perform public.retry_ingest_run({job_dead}); end $do$', 'integration.job.retried | -', null, null),

  -- State, as the worker sees it.
  ('degraded', 'service_role', 'marlowick', 'select public.service_set_connection({mail}, ''degraded'', ''provider_timeout'', now())',
    'integration.status_changed | update integrations (service_set_connection)',
    'select format(''%s %s %s'', consecutive_failures, last_error_code, (select payload from public.analytics_events)) from public.integrations where id = {mail}',
    '1 provider_timeout {"to": "degraded", "from": "connected", "reason": "provider_timeout", "provider": "gmail"}'),
  ('a limit', 'service_role', 'marlowick', 'select public.service_set_connection({mail}, ''connected'', ''rate_limited'', now() + interval ''1 minute'')', '- | -',
    'select format(''%s %s %s'', consecutive_failures, last_error_code, next_attempt_at > now()) from public.integrations where id = {mail}', '0 rate_limited t'),
  ('recovered', 'service_role', 'marlowick', 'select public.service_set_connection({calendar}, ''connected'')',
    'integration.status_changed | update integrations (service_set_connection)', null, null),
  ('revoked', 'service_role', 'marlowick', 'do $do$ begin perform public.service_set_connection({mail}, ''needs_reauth'', ''grant_revoked''); perform public.service_set_connection({mail}, ''needs_reauth'', ''grant_revoked''); end $do$',
    'integration.status_changed | update integrations (service_set_connection)', null, null),
  ('failed run', 'service_role', 'marlowick', 'select public.service_record_ingest_run(''{"integration_id": "<mail>", "job_id": "j", "trigger": "schedule", "status": "failed", "attempt": 2, "error_code": "decode", "retry_at": "2026-05-01"}'')',
    'integration.sync.failed | -',
    'select format(''%s %s %s %s'', status, finished_at is not null, cursor_before, (select payload from public.analytics_events)) from public.ingest_runs where job_id = ''j''',
    'failed t {"history_id": "10"} {"dead": false, "attempt": 2, "provider": "gmail", "error_code": "decode"}'),
  ('failed run told twice', 'service_role', 'marlowick', 'do $do$ begin perform public.service_record_ingest_run(j), public.service_record_ingest_run(j) from (select ''{"integration_id": "<mail>", "job_id": "j", "trigger": "schedule", "status": "dead", "attempt": 8, "error_code": "decode"}''::jsonb) as x (j); end $do$',
    'integration.sync.failed | -', 'select count(*) || max(status) from public.ingest_runs where job_id = ''j''', '1dead'),
  ('begun again', 'service_role', 'marlowick', 'do $do$ begin update public.ingest_runs set retry_requested_at = now() where id = {job_dead}; perform public.service_record_ingest_run(''{"integration_id": "<mail>", "job_id": "job-dead", "trigger": "retry", "status": "running"}''); end $do$', '- | -',
    'select format(''%s %s %s'', status, retry_requested_at is null, error_code is null) from public.ingest_runs where id = {job_dead}', 'running t t'),
  ('late failure of a job that succeeded', 'service_role', 'marlowick', 'select public.service_record_ingest_run(''{"integration_id": "<mail>", "job_id": "job-done", "trigger": "schedule", "status": "failed", "error_code": "decode"}'')', '- | -',
    'select status from public.ingest_runs where id = {job}', 'succeeded'),

  -- Every day.
  ('health', 'service_role', 'marlowick', 'do $do$ begin perform public.service_daily_health({marlowick}), public.service_daily_health({marlowick}); end $do$', 'client.health.synced | -',
    'select distinct h.source from public.client_health_history h where h.organization_id = {marlowick} and h.snapshot_date = (now() at time zone ''America/New_York'')::date', 'daily'),
  ('finance cache', 'service_role', 'marlowick', 'do $do$ begin update public.finance set mrr = 99, ar_outstanding = 99 where client_id = {C3}; perform public.service_refresh_finance_cache({marlowick}); end $do$', '- | -',
    'select (f.mrr, f.ar_outstanding) = ((select coalesce(sum(s.mrr), 0) from public.subscriptions s where s.client_id = {C3} and s.activated_on <= current_date and (s.ended_on is null or current_date < s.ended_on)), (select coalesce(sum(i.balance), 0) from public.invoices i where i.client_id = {C3} and i.status = ''sent'')) from public.finance f where f.client_id = {C3}', 'true'),
  ('snapshots', 'service_role', 'marlowick', 'do $do$ begin perform public.service_record_snapshots({marlowick}, r), public.service_record_snapshots({marlowick}, r) from (select ''[{"kind": "pipeline", "time_scope": "qtd", "snapshot_date": "2026-01-01", "metrics": {"a": 1}}, {"kind": "finance", "time_scope": "mtd", "snapshot_date": "2026-01-01", "metrics": {"b": 1}}]''::jsonb) as x (r); end $do$',
    'dashboard.snapshot.recorded | -',
    'select format(''%s %s %s'', (select metrics from public.dashboard_snapshots where id = {snapshot}), (select count(*) from public.dashboard_snapshots where organization_id = {marlowick}), (select payload from public.analytics_events))',
    '{"a": 1} 3 {"kinds": ["finance", "pipeline"]}'),
  ('snapshot lifetime', 'service_role', 'marlowick', 'select public.service_record_snapshots({marlowick}, ''[{"kind": "pipeline", "time_scope": "ytd", "snapshot_date": "2026-01-01", "metrics": {}}]'')', 'dashboard.snapshot.recorded | -',
    'select expires_at - computed_at from public.dashboard_snapshots where time_scope = ''ytd''', '1 day 12:00:00'),
  ('alerts', 'service_role', 'marlowick', 'do $do$ begin perform public.service_record_events({marlowick}, e), public.service_record_events({marlowick}, e) from (select ''[{"event_key": "pipeline.alert.stalled", "idempotency_key": "alert:stalled:1", "entity_type": "opportunity", "entity_id": "<opportunity>", "payload": {"severity": "warning"}}, {"event_key": "pipeline.alert.coverage", "idempotency_key": "alert:coverage:1", "entity_type": "organization", "entity_id": "<marlowick>"}]''::jsonb) as x (e); end $do$',
    'pipeline.alert.coverage, pipeline.alert.stalled | -', null, null);

select pg_temp.run_all();

-- Tokens ---------------------------------------------------------------------

do $tokens$
begin
  perform pg_temp.check_that('tokens', pg_temp.outcome('service_role',
    'select format(''%s %s %s'', sealed, key_id, token_version) from public.service_read_tokens({mail})'), '\x01 k1 1');
  perform pg_temp.check_that('no tokens', pg_temp.outcome('service_role',
    'select count(*) from public.service_read_tokens({mail_gone})'), '0');
  perform pg_temp.check_that('rotation', pg_temp.effect('service_role',
    'select public.service_rotate_tokens({mail}, 1, ''\xbb'', ''k3'', now(), null)',
    'select format(''%s %s %s %s'', sealed, key_id, token_version, rotated_at = now()) from private.integration_tokens where integration_id = {mail}'), '\xbb k3 2 t');
  perform pg_temp.check_that('lost race', pg_temp.outcome('service_role',
    'select public.service_rotate_tokens({mail}, 2, ''\xbb'', ''k3'', now(), null)'), 'false');
  perform pg_temp.check_that('rotation without tokens', pg_temp.outcome('service_role',
    'select public.service_rotate_tokens({mail_gone}, 1, ''\xbb'', ''k3'', now(), null)'), 'false');
  -- No token in a reply, an event or the audit log.
  perform pg_temp.check_that('reply of connecting', pg_temp.outcome('director',
    'select to_jsonb(c)::text ~ ''sealed|\\\\xaa|k2'' from pg_temp.connect(''gmail'', ''account-d'') c'), 'false');
  perform pg_temp.check_that('records of connecting', pg_temp.effect('director', 'select pg_temp.connect(''gmail'', ''account-d'')',
    'select (select string_agg(payload::text, '''') from public.analytics_events) || (select string_agg(changes::text, '''') from public.audit_log) ~ ''sealed|\\\\xaa|k2'''), 'false');
end
$tokens$;

-- Catalogue: the worker's functions are the worker's, whoever adds one.
select pg_temp.check_that('functions of the worker with other rights', (
  select string_agg(p.proname, ', ') from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.proname ~ '^service_'
    and (has_function_privilege('authenticated', p.oid, 'execute')
      or not has_function_privilege('service_role', p.oid, 'execute'))), null);
select pg_temp.check_that('functions of people for the worker', (
  select string_agg(p.proname, ', ') from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.proname !~ '^service_'
    and has_function_privilege('service_role', p.oid, 'execute')), 'record_agent_run');

-- The definers refuse people even if somebody grants them.
grant execute on function public.service_read_tokens(uuid),
  public.service_rotate_tokens(uuid, integer, bytea, text, timestamptz, timestamptz),
  private.admit_service() to authenticated;
do $granted$
begin
  perform pg_temp.check_that('granted by mistake', pg_temp.effect('superadmin',
    'select public.service_read_tokens({mail})'), 'PT403 forbidden');
  perform pg_temp.check_that('granted by mistake', pg_temp.effect('superadmin',
    'select public.service_rotate_tokens({mail}, 1, ''\xbb'', ''k3'', now(), null)'), 'PT403 forbidden');
end
$granted$;
revoke execute on function public.service_read_tokens(uuid),
  public.service_rotate_tokens(uuid, integer, bytea, text, timestamptz, timestamptz),
  private.admit_service() from authenticated;

-- Batches --------------------------------------------------------------------

-- Applies batches one after the other as the worker, then answers a question;
-- all of it undone.
create function pg_temp.applied(p_call text, p_batches jsonb, p_question text) returns text
language plpgsql
as $$
declare
  batch jsonb;
  answer text;
begin
  begin
    perform pg_temp.become('service_role');
    for batch in select b.value from jsonb_array_elements(pg_temp.fill(p_batches::text)::jsonb) as b loop
      execute pg_temp.fill(p_call) using batch into answer;
      -- Time passes: what is written again must show.
      perform set_config('proof.answers', coalesce(current_setting('proof.answers', true), '') || answer || e'\n', true);
    end loop;
    perform set_config('role', 'none', true);
    execute pg_temp.fill(p_question) into answer;
    raise exception using errcode = 'UND00';
  exception
    when sqlstate 'UND00' then
      null;
    when others then
      answer := sqlstate || ' ' || sqlerrm;
  end;
  return answer;
end
$$;

create function pg_temp.message(p_id text, p_client text, p_more jsonb default '{}') returns jsonb
language sql
as $$
  select jsonb_build_object('provider_message_id', p_id, 'client_id', p_client, 'direction', 'inbound',
    'from_address', 'a@example.com', 'sent_at', '2026-05-01', 'subject', 'S') || p_more
$$;
create function pg_temp.batch(p_job text, p_before text, p_after text, p_more jsonb) returns jsonb
language sql
as $$
  select jsonb_build_object('job_id', p_job, 'trigger', 'schedule', 'fetched', 5, 'skipped', '{"unlinked": 2}'::jsonb)
    || case when p_before is null then '{}' else jsonb_build_object('cursor_before', jsonb_build_object('history_id', p_before)) end
    || case when p_after is null then '{}' else jsonb_build_object('cursor_after', jsonb_build_object('history_id', p_after)) end
    || p_more
$$;

do $messages$
declare
  mail constant text := 'select public.service_apply_messages({mail}, $1)';
  state constant text := $$select format('%s | %s | %s | %s',
    (select string_agg(m.provider_message_id || ':' || (m.client_id = {C1}), ' ' order by m.provider_message_id, m.client_id = {C1}) from public.ingested_messages m where m.integration_id = {mail}),
    (select i.cursor ->> 'history_id' from public.integrations i where i.id = {mail}),
    (select string_agg(format('%s %s %s %s', r.job_id, r.status, r.fetched, r.upserted), ', ') from public.ingest_runs r where r.integration_id = {mail} and r.job_id ~ '^j'  and r.job_id !~ '^job'),
    (select string_agg(e.payload::text, ', ') from public.analytics_events e))$$;
  two constant jsonb := pg_temp.batch('j1', '10', '11', jsonb_build_object('messages', jsonb_build_array(
    -- To two clients: two rows; m1 is known, m9 is dropped.
    pg_temp.message('m3', '<C1>', '{"contact_id": "<contact>"}'), pg_temp.message('m3', '<C3>', '{"contact_id": "<contact>"}'),
    pg_temp.message('m4', '<C1>')), 'deleted', '["m2", "m9"]'::jsonb, 'settings', '{"contacts_seen_at": "x"}'::jsonb));
  part constant jsonb := pg_temp.batch('j1', '10', null, jsonb_build_object('messages', jsonb_build_array(pg_temp.message('m5', '<C1>'))));
begin
  perform pg_temp.check_that('a batch of mail', pg_temp.applied(mail, jsonb_build_array(two), state),
    'm1:true m3:false m3:true m4:true | 11 | j1 succeeded 5 3 | {"fetched": 5, "skipped": {"unlinked": 2}, "provider": "gmail", "upserted": 3}');
  perform pg_temp.check_that('delivered twice', pg_temp.applied(mail, jsonb_build_array(two, two), state),
    'm1:true m3:false m3:true m4:true | 11 | j1 succeeded 5 3 | {"fetched": 5, "skipped": {"unlinked": 2}, "provider": "gmail", "upserted": 3}');
  perform pg_temp.check_that('answer of the second delivery', pg_temp.applied(mail, jsonb_build_array(two, two),
    $$select split_part(current_setting('proof.answers'), e'\n', 2)$$),
    '{"deleted": 0, "repeated": true, "upserted": 0, "cursor_moved": false}');
  perform pg_temp.check_that('in parts', pg_temp.applied(mail, jsonb_build_array(part, part, two), state),
    'm1:true m3:false m3:true m4:true m5:true | 11 | j1 succeeded 5 4 | {"fetched": 5, "skipped": {"unlinked": 2}, "provider": "gmail", "upserted": 4}');
  perform pg_temp.check_that('the first part', pg_temp.applied(mail, jsonb_build_array(part), state),
    'm1:true m2:false m5:true | 10 | j1 running 5 1 | ');
  -- The rows count, the cursor of somebody faster stays.
  perform pg_temp.check_that('another cursor', pg_temp.applied(mail, jsonb_build_array(two || '{"cursor_before": {"history_id": "9"}}'), state),
    'm1:true m3:false m3:true m4:true | 10 | j1 succeeded 5 3 | {"fetched": 5, "skipped": {"unlinked": 2}, "provider": "gmail", "upserted": 3}');
  perform pg_temp.check_that('contacts are those of the client', pg_temp.applied(mail, jsonb_build_array(two),
    $$select string_agg((contact_id is not null) || ':' || (client_id = {C1}) || ':' || shared, ' ' order by client_id = {C1}) from public.ingested_messages where provider_message_id = 'm3'$$),
    'false:false:false true:true:false');
  perform pg_temp.check_that('the same row twice in a batch', pg_temp.applied(mail,
    jsonb_build_array(pg_temp.batch('j1', '10', '11', jsonb_build_object('messages', jsonb_build_array(pg_temp.message('m3', '<C1>'), pg_temp.message('m3', '<C1>'))))),
    $$select upserted from public.ingest_runs where job_id = 'j1'$$), '1');
  perform pg_temp.check_that('settings and success', pg_temp.applied(mail, jsonb_build_array(two),
    $$select format('%s %s %s', settings, last_synced_at = now(), consecutive_failures) from public.integrations where id = {mail}$$),
    '{"contacts_seen_at": "x"} t 0');
  -- A job that failed and is retried: one row, and the request is answered.
  perform pg_temp.check_that('a retried job', pg_temp.applied(mail, jsonb_build_array(two || '{"job_id": "job-dead"}'),
    $$select format('%s %s %s', status, error_code is null, retry_requested_at is null) from public.ingest_runs where id = {job_dead}$$), 'succeeded t t');
  perform pg_temp.check_that('audit of a run', pg_temp.applied(mail, jsonb_build_array(two),
    'select count(*) from public.audit_log'), '0');
end
$messages$;

do $meetings$
declare
  calendar constant text := 'select public.service_apply_meetings({calendar}, $1)';
  rows_now constant text := $$select string_agg(format('%s:%s:%s:%s', provider_event_id, client_id = {C1}, coalesce(title, '-'), status), ' ' order by provider_event_id, client_id = {C1})
    from public.ingested_events where integration_id = {calendar}$$;
  meeting constant jsonb := '{"provider_event_id": "e1", "client_id": "<C1>", "title": "T", "starts_at": "2026-05-01", "ends_at": "2026-05-01", "provider_updated_at": "2026-04-02"}';
begin
  perform pg_temp.check_that('a newer meeting', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', jsonb_build_object('events', jsonb_build_array(meeting || '{"status": "cancelled"}')))), rows_now),
    'e1:t:T:cancelled e2:f:-:confirmed');
  perform pg_temp.check_that('an older meeting', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', jsonb_build_object('events', jsonb_build_array(meeting || '{"provider_updated_at": "2026-03-31"}')))), rows_now),
    'e1:t:-:confirmed e2:f:-:confirmed');
  perform pg_temp.check_that('a meeting that changed its client', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', jsonb_build_object('events', jsonb_build_array(meeting || '{"client_id": "<C3>"}')))), rows_now),
    'e1:f:T:confirmed e2:f:-:confirmed');
  perform pg_temp.check_that('a deleted meeting', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', '{"deleted": ["e2"]}')), rows_now), 'e1:t:-:confirmed');
  perform pg_temp.check_that('after reading the whole window', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', '{"window": {"from": "2026-05-01", "to": "2026-06-01", "seen": ["e2"]}}')), rows_now), 'e2:f:-:confirmed');
  perform pg_temp.check_that('outside the window', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', '{"window": {"from": "2026-05-02", "to": "2026-06-01", "seen": []}}')), rows_now), 'e1:t:-:confirmed');
  perform pg_temp.check_that('meetings delivered twice', pg_temp.applied(calendar, jsonb_build_array(
    pg_temp.batch('j1', null, '1', jsonb_build_object('events', jsonb_build_array(meeting))),
    pg_temp.batch('j1', null, '1', jsonb_build_object('events', jsonb_build_array(meeting)))),
    $$select format('%s %s', (select upserted from public.ingest_runs where job_id = 'j1'), (select count(*) from public.analytics_events))$$), '1 1');
end
$meetings$;

create function pg_temp.invoice(p_more jsonb default '{}') returns jsonb
language sql
as $$
  select '{"external_id": "q1", "external_updated_at": "2026-05-10T12:00:00Z", "client_id": "<C1>", "invoice_number": "Q-7",
    "issue_date": "2026-05-01", "due_date": "2026-05-31", "tax": 10, "balance": 110,
    "lines": [{"description": "Work", "unit_price": 120}, {"description": "Discount", "unit_price": -20}]}'::jsonb || p_more
$$;

-- Customer 78 was mapped while the batch was on its way.
create function pg_temp.apply_after_mapping(p_batch jsonb) returns jsonb
language plpgsql
as $$
declare
  books constant uuid := (select id from pg_temp.proof_id where key = 'books');
begin
  update public.clients set quickbooks_customer_id = '78'
    where id = (select id from pg_temp.proof_id where key = 'C3');
  update public.integrations set settings = settings || '{"backfill_customers": ["78", "79"]}' where id = books;
  return public.service_apply_quickbooks(books, p_batch);
end
$$;

do $books$
declare
  books constant text := 'select public.service_apply_quickbooks({books}, $1)';
  -- Status, total, paid, balance; payments that count; cash of the invoice.
  state constant text := $$select format('%s %s %s %s %s | %s | %s', i.invoice_number, i.status, i.total, i.amount_paid, i.balance,
    (select string_agg(p.method || ' ' || p.amount || ' ' || p.received_on, ', ' order by p.external_id) from public.invoice_payments p where p.invoice_id = i.id and p.reversed_at is null),
    (select sum(case c.type when 'inflow' then c.amount else -c.amount end) from public.cash_flow_entries c where c.source_id in (select p.id from public.invoice_payments p where p.invoice_id = i.id)))
    from public.invoices i where i.organization_id = {marlowick} and i.source = 'quickbooks' and i.external_id = 'q1'$$;
  paid constant jsonb := '{"balance": 50, "payments": [{"external_id": "p1:q1", "amount": 60, "received_on": "2026-05-08"}]}';
  later constant jsonb := '{"external_updated_at": "2026-05-11T12:00:00Z"}';
  line record;
begin
  for line in select * from (values
    ('a new invoice', jsonb_build_array(pg_temp.invoice()), 'Q-7 sent 110.00 0.00 110.00 |  | '),
    ('a number that is taken', jsonb_build_array(pg_temp.invoice('{"invoice_number": "Q-1"}')), 'Q-1-Qq1 sent 110.00 0.00 110.00 |  | '),
    ('a partial payment', jsonb_build_array(pg_temp.invoice(paid)), 'Q-7 sent 110.00 60.00 50.00 | quickbooks 60.00 2026-05-08 | 60.00'),
    ('paid in full', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 0, "payments": [{"external_id": "p1:q1", "amount": 110, "received_on": "2026-05-08"}]}')),
      'Q-7 paid 110.00 110.00 0.00 | quickbooks 110.00 2026-05-08 | 110.00'),
    -- A credit settles the rest, without cash.
    ('a credit', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 0}')),
      'Q-7 paid 110.00 110.00 0.00 | quickbooks 60.00 2026-05-08, adjustment 50.00 2026-05-10 | 60.00'),
    ('a credit that grows', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 40}'), pg_temp.invoice(paid || later || '{"balance": 0}')),
      'Q-7 paid 110.00 110.00 0.00 | quickbooks 60.00 2026-05-08, adjustment 50.00 2026-05-11 | 60.00'),
    ('a credit that goes', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 0}'), pg_temp.invoice(paid || later)),
      'Q-7 sent 110.00 60.00 50.00 | quickbooks 60.00 2026-05-08 | 60.00'),
    ('a removed payment', jsonb_build_array(pg_temp.invoice(paid), pg_temp.invoice(later)), 'Q-7 sent 110.00 0.00 110.00 |  | 0.00'),
    ('a changed payment', jsonb_build_array(pg_temp.invoice(paid), pg_temp.invoice(later || '{"balance": 80, "payments": [{"external_id": "p1:q1", "amount": 30, "received_on": "2026-05-08"}]}')),
      'Q-7 sent 110.00 30.00 80.00 | quickbooks 30.00 2026-05-08 | 30.00'),
    ('an older version after a newer one', jsonb_build_array(pg_temp.invoice(paid || later), pg_temp.invoice()),
      'Q-7 sent 110.00 60.00 50.00 | quickbooks 60.00 2026-05-08 | 60.00'),
    -- Smaller than what was paid before: payments go first, the tax last.
    ('a smaller amount', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 0}'),
      pg_temp.invoice(later || '{"tax": 1, "balance": 0, "lines": [{"description": "Less", "unit_price": 9}], "payments": [{"external_id": "p1:q1", "amount": 10, "received_on": "2026-05-08"}]}')),
      'Q-7 paid 10.00 10.00 0.00 | quickbooks 10.00 2026-05-08 | 10.00'),
    ('a shift from amount to tax', jsonb_build_array(
      pg_temp.invoice('{"tax": 50, "balance": 0, "lines": [{"description": "W", "unit_price": 50}], "payments": [{"external_id": "p1:q1", "amount": 100, "received_on": "2026-05-08"}]}'),
      pg_temp.invoice(later || '{"tax": 0, "balance": 0, "lines": [{"description": "W", "unit_price": 100}], "payments": [{"external_id": "p1:q1", "amount": 100, "received_on": "2026-05-08"}]}')),
      'Q-7 paid 100.00 100.00 0.00 | quickbooks 100.00 2026-05-08 | 100.00'),
    ('more owed on a paid one', jsonb_build_array(
      pg_temp.invoice('{"balance": 0, "payments": [{"external_id": "p1:q1", "amount": 110, "received_on": "2026-05-08"}]}'),
      pg_temp.invoice(later || '{"tax": 20, "balance": 10, "payments": [{"external_id": "p1:q1", "amount": 110, "received_on": "2026-05-08"}]}')),
      'Q-7 sent 120.00 110.00 10.00 | quickbooks 110.00 2026-05-08 | 110.00'),
    ('nothing to pay', jsonb_build_array(pg_temp.invoice('{"tax": 0, "balance": 0, "lines": []}')), 'Q-7 paid 0.00 0.00 0.00 |  | '),
    ('voided', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 0}'), pg_temp.invoice(later || '{"cancelled": true}')),
      'Q-7 cancelled 110.00 0.00 110.00 |  | 0.00'),
    ('voided with nothing to pay', jsonb_build_array(pg_temp.invoice('{"tax": 0, "balance": 0, "lines": []}'), pg_temp.invoice(later || '{"cancelled": true}')),
      'Q-7 cancelled 0.00 0.00 0.00 |  | '),
    ('news of a voided one', jsonb_build_array(pg_temp.invoice(), pg_temp.invoice('{"cancelled": true}'), pg_temp.invoice(later)), 'Q-7 cancelled 110.00 0.00 110.00 |  | '),
    ('voided and never seen', jsonb_build_array(pg_temp.invoice('{"cancelled": true}')), null),
    ('another client', jsonb_build_array(pg_temp.invoice(), pg_temp.invoice(later || '{"client_id": "<C3>"}')), 'Q-7 sent 110.00 0.00 110.00 |  | ')
  ) as v (what, invoices, expected)
  loop
    perform pg_temp.check_that(line.what, pg_temp.applied(books, (
        select jsonb_agg(pg_temp.batch('j' || n, null, null, jsonb_build_object('invoices', jsonb_build_array(i))) order by n)
        from jsonb_array_elements(line.invoices) with ordinality as x (i, n)), state), line.expected);
  end loop;
  -- Twice, and once more under another name: nothing changes.
  perform pg_temp.check_that('invoices delivered again', pg_temp.applied(books, (
      select jsonb_agg(pg_temp.batch(j, null, '{}', jsonb_build_object('invoices', jsonb_build_array(pg_temp.invoice(paid || '{"balance": 0}')))))
      from unnest(array['j1', 'j1', 'j2']) as x (j)),
    $$select format('%s %s %s', (select string_agg(job_id || ':' || upserted, ' ' order by job_id) from public.ingest_runs where job_id ~ '^j[0-9]'),
      (select count(*) from public.invoice_payments p join public.invoices i on i.id = p.invoice_id where i.external_id = 'q1'),
      (select count(*) from public.analytics_events))$$), 'j1:1 j2:0 2 2');
  -- People leave it alone.
  perform pg_temp.check_that('cached receivables', pg_temp.applied(books,
    jsonb_build_array(pg_temp.batch('j1', null, null, jsonb_build_object('invoices', jsonb_build_array(pg_temp.invoice(paid))))),
    $$select f.ar_outstanding = (select sum(i.balance) from public.invoices i where i.client_id = {C1} and i.status = 'sent') from public.finance f where f.client_id = {C1}$$), 'true');
  -- What was mapped meanwhile is no longer to map, what was fetched no longer to fetch.
  perform pg_temp.check_that('settings of the books', pg_temp.applied(
    'select pg_temp.apply_after_mapping($1)',
    jsonb_build_array(pg_temp.batch('j1', null, '{}', '{"backfilled": ["78"], "settings": {"unmapped_customers": [{"id": "78"}, {"id": "80"}]}}')),
    'select settings from public.integrations where id = {books}'),
    '{"backfill_customers": ["79"], "unmapped_customers": [{"id": "80"}]}');
end
$books$;

-- Retention ------------------------------------------------------------------

do $retention$
begin
  execute pg_temp.fill($$
    insert into public.analytics_events (organization_id, user_id, event_key, occurred_at) values
      ({marlowick}, null, 'client.updated', now() - interval '401 days'), ({marlowick}, null, 'client.updated', now() - interval '399 days'),
      ({marlowick}, null, 'ui.view.opened', now() - interval '91 days'), ({marlowick}, null, 'ui.view.opened', now() - interval '89 days'),
      ({quillhaven}, null, 'client.updated', now() - interval '401 days');
    insert into public.audit_log (organization_id, action, resource_type, resource_id, changes, occurred_at) values
      ({marlowick}, 'update', 'clients', {C1}, '{}', now() - interval '7 years 1 day'),
      ({marlowick}, 'update', 'clients', {C1}, '{}', now() - interval '6 years');
    insert into private.idempotency_keys (organization_id, user_id, operation, key, request_hash, created_at) values
      ({marlowick}, {member}, 'f', 'old', '\x', now() - interval '31 days'), ({marlowick}, {member}, 'f', 'new', '\x', now() - interval '29 days');
    insert into public.dashboard_snapshots (organization_id, kind, time_scope, snapshot_date, metrics) values
      ({marlowick}, 'finance', 'qtd', (now() - interval '402 days')::date + case when extract(day from (now() - interval '401 days')::date) = 1 then -1 else 0 end, '{}'),
      ({marlowick}, 'finance', 'qtd', (date_trunc('month', now() - interval '2 years') - interval '1 day')::date, '{}'),
      ({marlowick}, 'finance', 'qtd', (date_trunc('month', now() - interval '8 years') - interval '1 day')::date, '{}');
    update public.dashboard_snapshots set snapshot_date = current_date where snapshot_date = '2026-01-01';
    update public.ingested_messages set sent_at = now() - interval '401 days' where id = {message};
    update public.ingested_events set starts_at = now() - interval '401 days', ends_at = now() where id = {meeting};
    update public.ingest_runs set started_at = now() - interval '401 days' where id = {job};
  $$);
  perform pg_temp.check_that('what is purged', pg_temp.effect('service_role', 'select public.service_purge({marlowick})',
    $$select payload -> 'counts' from public.analytics_events where event_key = 'retention.purged' and organization_id = {marlowick}$$),
    '{"audit_log": 1, "ingest_runs": 1, "ingested_events": 1, "analytics_events": 2, "idempotency_keys": 1, "ingested_messages": 1, "dashboard_snapshots": 2}');
  perform pg_temp.check_that('what stays', pg_temp.effect('service_role', 'select public.service_purge({marlowick})',
    $$select format('%s %s %s', (select count(*) from public.analytics_events), (select count(*) from public.audit_log),
      (select count(*) from public.dashboard_snapshots where organization_id = {marlowick}))$$), '4 1 3');
  perform pg_temp.check_that('deleting events without the purge', pg_temp.effect('service_role',
    'delete from public.analytics_events'), 'PT400 use_function');
end
$retention$;

select last_value as checks from pg_temp.proof_checks;

rollback;
