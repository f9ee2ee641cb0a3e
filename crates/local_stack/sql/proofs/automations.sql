-- Proves that a failed run is retried from the step that failed, once and by those who
-- may; that people read playbooks and runs of their own organization only; and that work
-- of the day is done once, however many workers ask for it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('playbook', '00000000-0000-4000-8000-000000000301'),
  ('playbook_paused', '00000000-0000-4000-8000-000000000302'),
  ('playbook_old', '00000000-0000-4000-8000-000000000303'),
  ('playbook_b', '00000000-0000-4000-8000-000000000304'),
  ('step1', '00000000-0000-4000-8000-000000000311'),
  ('step2', '00000000-0000-4000-8000-000000000312'),
  ('step3', '00000000-0000-4000-8000-000000000313'),
  ('failed', '00000000-0000-4000-8000-000000000321'),
  ('succeeded', '00000000-0000-4000-8000-000000000322'),
  ('cancelled', '00000000-0000-4000-8000-000000000323'),
  ('paused', '00000000-0000-4000-8000-000000000324'),
  ('failed_b', '00000000-0000-4000-8000-000000000325'),
  ('card', '00000000-0000-4000-8000-000000000331'),
  ('opportunity', '00000000-0000-4000-8000-000000000341'),
  ('opportunity_b', '00000000-0000-4000-8000-000000000342');

do $fixtures$
begin
  perform set_config('revos.op', 'proof', true);
  delete from public.automation_runs;
  delete from public.automation_playbooks;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now());
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id) values
      ({opportunity}, {marlowick}, {C1}, 'Proof', 1000, {member}),
      ({opportunity_b}, {quillhaven}, {B1}, 'Proof', 1000, {member.b});
    insert into public.automation_playbooks (id, organization_id, name, trigger_event, status, created_by) values
      ({playbook}, {marlowick}, 'Proof', 'manual', 'active', {admin}),
      ({playbook_paused}, {marlowick}, 'A proof', 'manual', 'paused', {admin}),
      ({playbook_old}, {marlowick}, 'A proof of old', 'manual', 'archived', {admin}),
      ({playbook_b}, {quillhaven}, 'Proof', 'manual', 'active', {admin.b});
    insert into public.automation_steps (id, organization_id, playbook_id, position, workspace, action, config) values
      ({step1}, {marlowick}, {playbook}, 0, 'delivery', 'create_kanban_item', '{"title": "Card"}'),
      ({step2}, {marlowick}, {playbook}, 1, 'finance', 'schedule_invoices', '{"count": 3}'),
      ({step3}, {marlowick}, {playbook}, 2, 'sales', 'record_note', '{"body": "Note"}');
    insert into public.automation_runs
      (id, organization_id, playbook_id, triggered_by, trigger_event, entity_type, entity_id, status, error,
       created_at, completed_at, version) values
      ({failed}, {marlowick}, {playbook}, {director}, 'manual', 'opportunity', {opportunity}, 'failed', 'nothing_to_invoice', now() - interval '1 hour', now(), 3),
      ({succeeded}, {marlowick}, {playbook}, {director}, 'manual', 'client', {C1}, 'succeeded', null, now() - interval '2 hours', now(), 3),
      ({cancelled}, {marlowick}, {playbook}, null, 'manual', null, null, 'cancelled', null, now() - interval '2 hours', now(), 3),
      ({paused}, {marlowick}, {playbook_paused}, {director}, 'manual', null, null, 'failed', 'no', now() - interval '3 hours', now(), 3),
      ({failed_b}, {quillhaven}, {playbook_b}, {admin.b}, 'manual', 'opportunity', {opportunity_b}, 'failed', 'no', now(), now(), 3);
    insert into public.automation_run_steps
      (organization_id, run_id, step_id, position, workspace, action, status, output, error, completed_at) values
      ({marlowick}, {failed}, {step1}, 0, 'delivery', 'create_kanban_item', 'succeeded', '{"kanban_item_id": "<card>"}', null, now()),
      ({marlowick}, {failed}, {step2}, 1, 'finance', 'schedule_invoices', 'failed', null, 'nothing_to_invoice', now()),
      ({marlowick}, {failed}, {step3}, 2, 'sales', 'record_note', 'skipped', null, null, now());
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- Attempts -------------------------------------------------------------------

insert into proof_attempt
select 'no membership, wrong persona', p.who, f.call, p.expected
from (values
  ('client', 'PT403 forbidden'), ('client.b', 'PT403 forbidden'), ('gone', 'PT403 no_membership'),
  ('nobody', 'PT403 no_membership'), ('unnamed', 'PT401 unauthenticated'), ('anon', '42501')) as p (who, expected)
cross join unnest(array[
  'select public.retry_automation_run({failed}, 3)',
  'select public.list_playbooks()',
  'select public.list_automation_runs()']) as f (call)
union all
select 'the worker''s', p.who, f.call, '42501'
from unnest(array['superadmin', 'admin', 'director', 'member', 'client', 'anon']) as p (who)
cross join unnest(array[
  'select public.service_claim_daily_work()',
  'select public.service_finish_daily_work({marlowick}, ''health'', ''2026-01-01'')',
  'select public.service_read_figures({marlowick})',
  'select from private.daily_work']) as f (call)
union all values
  ('a Member', 'member', 'select public.retry_automation_run({failed}, 3)', 'PT403 forbidden'),
  ('of another tenant', 'admin', 'select public.retry_automation_run({failed_b}, 3)', 'PT404 not_found'),
  ('of another tenant', 'admin.b', 'select public.retry_automation_run({failed}, 3)', 'PT404 not_found'),
  ('nowhere', 'admin', 'select public.retry_automation_run({nobody}, 3)', 'PT404 not_found'),
  ('of another tenant', 'admin', 'select public.list_playbooks({quillhaven})', 'PT403 forbidden'),
  ('of another tenant', 'admin', 'select public.list_automation_runs(p_organization_id => {quillhaven})', 'PT403 forbidden'),
  ('argument', 'admin', 'select public.retry_automation_run(null, 3)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.retry_automation_run({failed}, null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(''[]'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(''{"playbook_id": "x"}'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(''{"name": "x"}'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(p_limit => 0)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(p_limit => 101)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(p_before_at => now())', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.list_automation_runs(p_before_id => {nobody})', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_claim_daily_work(0)', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_claim_daily_work(501)', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_claim_daily_work(1, null)', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_finish_daily_work(null, ''health'', ''2026-01-01'')', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_finish_daily_work({marlowick}, null, ''2026-01-01'')', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_finish_daily_work({marlowick}, ''health'', null)', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_finish_daily_work({nobody}, ''health'', ''2026-01-01'')', 'PT404 not_found'),
  ('argument', 'service_role', 'select public.service_read_figures(null)', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_read_figures({nobody})', 'PT404 not_found'),
  -- Only a failure is retried, and only the one that was seen.
  ('state', 'admin', 'select public.retry_automation_run({succeeded}, 3)', 'PT409 invalid_transition'),
  ('state', 'admin', 'select public.retry_automation_run({cancelled}, 3)', 'PT409 invalid_transition'),
  ('state', 'admin', 'select public.retry_automation_run({cancelled}, 2)', 'PT409 stale_version'),
  ('state', 'admin', 'select public.retry_automation_run({paused}, 3)', 'PT409 invalid_transition'),
  ('stale', 'admin', 'select public.retry_automation_run({failed}, 2)', 'PT409 stale_version'),
  ('stale', 'admin', 'select public.retry_automation_run({failed}, 4)', 'PT409 stale_version'),
  ('archived', 'admin', 'select public.save_playbook(''{"id": "<playbook_old>", "name": "x"}'', ''[]'', 1)', 'PT409 invalid_transition'),
  ('directly', 'admin', 'update public.automation_runs set status = ''queued'' where id = {failed}', 'PT400 use_function'),
  ('directly', 'admin', 'update public.automation_run_steps set status = ''pending'' where run_id = {failed}', 'PT400 use_function'),
  ('done steps are final', 'service_role', 'update public.automation_run_steps set status = ''pending'' where run_id = {failed} and position = 0', 'PT409 invalid_transition');

-- Effects --------------------------------------------------------------------

insert into proof_effect values
  ('retry', 'director', 'marlowick', 'select public.retry_automation_run({failed}, 3)', 'automation.run.queued | -',
    'select format(''%s %s %s %s %s'', r.status, r.error is null and r.completed_at is null, r.triggered_by = {director}, (select string_agg(concat_ws('':'', s.status, s.error, s.output ->> ''kanban_item_id'' = ''<card>''), '' '' order by s.position) from public.automation_run_steps s where s.run_id = r.id), (select e.payload - ''playbook_id'' from public.analytics_events e)) from public.automation_runs r where r.id = {failed}',
    'queued t t succeeded:t pending pending {"retry": true, "steps": 2}'),
  ('retry as Admin', 'admin', 'marlowick', 'select public.retry_automation_run({failed}, 3)', 'automation.run.queued | -', null, null),
  ('retry in B', 'superadmin', 'quillhaven', 'select public.retry_automation_run({failed_b}, 3)', 'automation.run.queued | -', null, null),
  ('two clicks', 'director', 'marlowick', 'do $do$ begin perform public.retry_automation_run({failed}, 3); perform public.retry_automation_run({failed}, 3); end $do$',
    'automation.run.queued | -', 'select version from public.automation_runs where id = {failed}', '4'),
  ('a colleague''s click', 'director', 'marlowick', 'select public.retry_automation_run({succeeded}, 2)', '- | -',
    'select status from public.automation_runs where id = {succeeded}', 'succeeded'),
  -- What the first step made is there once; the plan adds up; the note is written.
  ('from the failed step', 'service_role', 'marlowick', 'do $do$ begin
      perform set_config(''role'', ''none'', true); perform set_config(''revos.op'', ''proof'', true);
      update public.automation_run_steps set status = ''pending'', error = null where run_id = {failed} and position > 0;
      update public.automation_runs set status = ''queued'' where id = {failed};
      perform set_config(''revos.op'', '''', true); perform set_config(''role'', ''service_role'', true);
      perform public.service_advance_automation_run({failed}); perform public.service_advance_automation_run({failed});
      perform public.service_advance_automation_run({failed}); end $do$',
    'automation.run.completed | insert invoice_line_items 3 (service_advance_automation_run), insert invoices 3 (service_advance_automation_run), insert opportunity_notes (service_advance_automation_run)',
    'select format(''%s %s %s'', (select status from public.automation_runs where id = {failed}), (select count(*) from public.kanban_items where created_at = now()), (select sum(amount) from public.invoices where created_at = now()))',
    'succeeded 0 1000.00'),
  ('save answers the row', 'admin', 'marlowick', 'do $do$ declare answer jsonb; begin
      answer := public.save_playbook(''{"id": "<playbook>", "name": "Proof 2"}'', ''[{"id": "<step3>", "workspace": "sales", "action": "record_note"}]'', 1);
      perform set_config(''proof.answer'', answer::text, true); end $do$',
    'automation.playbook.saved | delete automation_steps 2 (save_playbook), update automation_playbooks (save_playbook), update automation_steps (save_playbook)',
    'select format(''%s %s %s %s %s'', a ->> ''name'', a ->> ''version'', jsonb_array_length(a -> ''steps''), a #>> ''{steps,0,id}'' = ''<step3>'', a #>> ''{last_run,id}'' = ''<failed>'') from (select current_setting(''proof.answer'')::jsonb as a) x',
    'Proof 2 2 1 t t');
select pg_temp.run_all();

-- Reads ----------------------------------------------------------------------

do $reads$
declare
  line record;
begin
  for line in select * from (values
    ('playbooks', 'member', 'select string_agg(r ->> ''name'' || jsonb_array_length(r -> ''steps''), '', '') from jsonb_array_elements(public.list_playbooks() -> ''rows'') r', 'A proof0, Proof3, A proof of old0'),
    ('playbooks of B', 'admin.b', 'select string_agg(r ->> ''id'', '' '') = ''<playbook_b>'' from jsonb_array_elements(public.list_playbooks() -> ''rows'') r', 'true'),
    ('playbooks of B', 'superadmin', 'select public.list_playbooks({quillhaven}) ->> ''total''', '1'),
    ('last run', 'member', 'select string_agg(concat(r #>> ''{last_run,status}'', r #>> ''{last_run,error}''), '','' order by r ->> ''name'') from jsonb_array_elements(public.list_playbooks() -> ''rows'') r', 'failedrefused,,failednothing_to_invoice'),
    ('all runs', 'director', 'select public.list_automation_runs() ->> ''total''', '4'),
    ('runs of B', 'member.b', 'select public.list_automation_runs() ->> ''total''', '1'),
    ('runs of a playbook', 'member', 'select public.list_automation_runs(''{"playbook_id": "<playbook>"}'') ->> ''total''', '3'),
    ('runs of an opportunity', 'member', 'select public.list_automation_runs(''{"opportunity_id": "<opportunity>"}'') #>> ''{rows,0,entity_name}''', 'Proof'),
    ('a client is no opportunity', 'member', 'select public.list_automation_runs(''{"opportunity_id": "<C1>"}'') ->> ''total''', '0'),
    ('one run', 'member', 'select public.list_automation_runs(''{"run_id": "<succeeded>"}'') #>> ''{rows,0,entity_name}''', 'Brindlecrest Freight'),
    ('a run of B', 'member', 'select public.list_automation_runs(''{"run_id": "<failed_b>"}'') -> ''rows''', '[]'),
    ('steps', 'member', 'select string_agg(concat_ws('':'', s ->> ''action'', s ->> ''status'', s ->> ''error''), '' '') from jsonb_array_elements(public.list_automation_runs(''{"run_id": "<failed>"}'') #> ''{rows,0,steps}'') s', 'create_kanban_item:succeeded schedule_invoices:failed:nothing_to_invoice record_note:skipped'),
    -- Newest first, and of the same moment by id; the page after one begins where it ended.
    ('first page', 'member', 'select string_agg(r ->> ''id'', '' '') = ''<failed> <cancelled>'' from jsonb_array_elements(public.list_automation_runs(p_limit => 2) -> ''rows'') r', 'true'),
    ('second page', 'member', 'select string_agg(r ->> ''id'', '' '') = ''<succeeded> <paused>'' from jsonb_array_elements(public.list_automation_runs(''{}'', now() - interval ''2 hours'', {cancelled}, 2) -> ''rows'') r', 'true'),
    ('after the last', 'member', 'select public.list_automation_runs(''{}'', now() - interval ''3 hours'', {paused}) ->> ''total''', '4')
  ) as v (what, who, call, expected) loop
    perform pg_temp.check_that(line.what || ' as ' || line.who, pg_temp.outcome(line.who, line.call), line.expected);
  end loop;
  -- A colleague's steps are in the refusal.
  perform pg_temp.check_that('stale detail', (pg_temp.outcome('admin',
    'select public.save_playbook(''{"id": "<playbook>", "name": "x"}'', ''[]'', 2)') like '%stale_version%schedule_invoices%')::text, 'true');
end
$reads$;

-- Work of the day ------------------------------------------------------------

do $daily$
declare
  claim constant text := 'select jsonb_array_length(public.service_claim_daily_work(p_early => true))';
  organizations constant integer := (select count(*) from public.organizations);
  line record;
begin
  perform pg_temp.check_that('all of it', pg_temp.outcome('service_role', claim), (5 * organizations)::text);
  perform pg_temp.check_that('not twice', pg_temp.outcome('service_role', claim, claim), '0');
  perform pg_temp.check_that('no more than asked for', pg_temp.outcome('service_role',
    'select jsonb_array_length(public.service_claim_daily_work(3, true))'), '3');
  perform pg_temp.check_that('finished once', pg_temp.outcome('service_role', claim,
    $$select public.service_finish_daily_work({marlowick}, 'health', private.organization_today({marlowick}))
      || ' ' || public.service_finish_daily_work({marlowick}, 'health', private.organization_today({marlowick}))$$), 'true false');
  perform pg_temp.check_that('of another day', pg_temp.outcome('service_role', claim,
    $$select public.service_finish_daily_work({marlowick}, 'health', '2020-01-01')$$), 'false');
  -- Whose hour has come, wherever on earth it has: as many as its clock says.
  for line in select z.name, (now() at time zone z.name)::time as clock
    from unnest(array['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/New_York', 'Europe/Paris', 'Asia/Tokyo',
      'Asia/Dubai', 'America/Denver', 'Pacific/Auckland', 'Atlantic/Azores', 'Asia/Dhaka']) as z (name)
  loop
    perform pg_temp.check_that('at ' || line.clock || ' in ' || line.name, pg_temp.outcome('service_role',
      format('update public.organizations set time_zone = %L where id = {marlowick} returning 1', line.name),
      $$select count(*) from jsonb_array_elements(public.service_claim_daily_work()) w
        where w ->> 'organization_id' = '<marlowick>'$$),
      (select count(*)::text from (values ('00:05'), ('02:10'), ('02:20'), ('03:30'), ('06:00')) as j (begins)
        where line.clock >= j.begins::time));
  end loop;
  -- Given up work is taken up again, after a pause that grows; done work is not.
  perform pg_temp.check_that('pauses', (
    select string_agg(private.daily_pause(n)::text, ' ' order by n) from unnest(array[1, 2, 4, 5, 100]) n),
    '00:05:00 00:10:00 00:40:00 01:00:00 01:00:00');
  insert into private.daily_work (organization_id, job, day, attempts, claimed_at, done_at)
  select o.id, j.job, private.organization_today(o.id) + j.days, j.attempts, now() - j.since, j.done
  from public.organizations o
  cross join (values
    ('health', 0, 1, interval '6 minutes', null::timestamptz), ('snapshots', 0, 2, interval '6 minutes', null),
    ('purge', 0, 1, interval '2 hours', now()), ('alerts', -1, 3, interval '1 day', now()),
    ('finance_cache', 1, 1, interval '1 day', null)) as j (job, days, attempts, since, done)
  where o.slug = 'marlowick';
  perform pg_temp.check_that('taken up again', pg_temp.outcome('service_role',
    $$select string_agg(w ->> 'job', ' ') from jsonb_array_elements(public.service_claim_daily_work(p_early => true)) w
      where w ->> 'organization_id' = '<marlowick>'$$), 'health alerts');
  perform pg_temp.check_that('attempts', pg_temp.outcome('service_role', claim,
    $$select string_agg(w.job || w.attempts, ' ' order by w.job) from private.daily_work w where w.organization_id = {marlowick}$$),
    'alerts1 finance_cache1 health2 purge1 snapshots2');
end
$daily$;

-- The figures are those that people see.
do $figures$
declare
  -- Touches apart: people see private mail and meetings of nobody but themselves.
  seen constant text := 'select f - ''open'' || jsonb_build_object(''open'', (
    select jsonb_agg(o - ''touches'' - ''days_untouched'') from jsonb_array_elements(f -> ''open'') o)) from (select %s as f) x';
begin
  perform pg_temp.check_that('forecast',
    pg_temp.outcome('service_role', format(seen, 'public.service_read_figures({marlowick}) -> ''forecast''')),
    pg_temp.outcome('admin', format(seen, 'public.pipeline_forecast()')));
  perform pg_temp.check_that('portfolio',
    pg_temp.outcome('service_role', 'select public.service_read_figures({marlowick}) #> ''{overview,portfolio}'''),
    pg_temp.outcome('admin', 'select public.clients_summary()'));
  perform pg_temp.check_that('money',
    pg_temp.outcome('service_role', 'select public.service_read_figures({marlowick}) #> ''{overview,finance}'''),
    pg_temp.outcome('admin', 'select public.overview_inputs(''qtd'') -> ''finance'''));
end
$figures$;

select last_value as checks from pg_temp.proof_checks;

rollback;
