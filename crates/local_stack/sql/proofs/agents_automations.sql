-- Proves who may do what with agents, playbooks, their runs and feature flags, by
-- trying it, and that a run of a playbook makes what its steps say.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('agent', '00000000-0000-4000-8000-000000000201'),
  ('agent_off', '00000000-0000-4000-8000-000000000202'),
  ('agent_draft', '00000000-0000-4000-8000-000000000203'),
  ('agent_old', '00000000-0000-4000-8000-000000000204'),
  ('agent_b', '00000000-0000-4000-8000-000000000205'),
  ('behavior', '00000000-0000-4000-8000-000000000206'),
  ('behavior_b', '00000000-0000-4000-8000-000000000207'),
  ('agent_auto', '00000000-0000-4000-8000-000000000208'),
  ('agent_b2', '00000000-0000-4000-8000-000000000209'),
  ('queued', '00000000-0000-4000-8000-000000000211'),
  ('running', '00000000-0000-4000-8000-000000000212'),
  ('succeeded', '00000000-0000-4000-8000-000000000213'),
  ('run_director', '00000000-0000-4000-8000-000000000214'),
  ('run_service', '00000000-0000-4000-8000-000000000215'),
  ('run_b', '00000000-0000-4000-8000-000000000216'),
  ('playbook', '00000000-0000-4000-8000-000000000221'),
  ('playbook_draft', '00000000-0000-4000-8000-000000000222'),
  ('playbook_gone', '00000000-0000-4000-8000-000000000223'),
  ('playbook_b', '00000000-0000-4000-8000-000000000224'),
  ('step1', '00000000-0000-4000-8000-000000000231'),
  ('step2', '00000000-0000-4000-8000-000000000232'),
  ('step_b', '00000000-0000-4000-8000-000000000233'),
  ('step_draft', '00000000-0000-4000-8000-000000000234'),
  ('arun', '00000000-0000-4000-8000-000000000241'),
  ('arun_step1', '00000000-0000-4000-8000-000000000242'),
  ('arun_b', '00000000-0000-4000-8000-000000000243'),
  ('arun_done', '00000000-0000-4000-8000-000000000244'),
  ('arun_step_b', '00000000-0000-4000-8000-000000000245'),
  ('opportunity', '00000000-0000-4000-8000-000000000251'),
  ('opportunity_b', '00000000-0000-4000-8000-000000000252'),
  ('flag', '00000000-0000-4000-8000-000000000261'),
  ('flag_b', '00000000-0000-4000-8000-000000000262');

do $fixtures$
begin
  perform set_config('revos.op', 'proof', true);
  delete from public.agent_runs;
  delete from public.agent_definitions;
  delete from public.automation_runs;
  delete from public.automation_playbooks;
  delete from public.feature_flags;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now());
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id) values
      ({opportunity}, {marlowick}, {C1}, 'Proof', 1000, {member}),
      ({opportunity_b}, {quillhaven}, {B1}, 'Proof', 1000, {member.b});
    insert into public.finance (organization_id, client_id) values ({marlowick}, {C1}) on conflict do nothing;
    insert into public.agent_definitions
      (id, organization_id, agent_key, definition_version, display_name, category, lifecycle_status, auto_runnable, retired_at) values
      ({agent}, {marlowick}, 'proof', 2, 'Proof', 'clients', 'active', false, null),
      ({agent_off}, {marlowick}, 'proof-off', 1, 'Proof', 'clients', 'disabled', false, null),
      ({agent_draft}, {marlowick}, 'proof-draft', 1, 'Proof', 'clients', 'draft', false, null),
      ({agent_old}, {marlowick}, 'proof', 1, 'Proof', 'clients', 'retired', false, now()),
      ({agent_auto}, {marlowick}, 'proof-auto', 1, 'Proof', 'clients', 'active', true, null),
      ({agent_b}, {quillhaven}, 'proof', 1, 'Proof', 'clients', 'active', true, null),
      ({agent_b2}, {quillhaven}, 'proof-b', 1, 'Proof', 'clients', 'active', true, null);
    insert into public.agent_behaviors (id, organization_id, definition_id, tone) values
      ({behavior}, {marlowick}, {agent}, 'warm'), ({behavior_b}, {quillhaven}, {agent_b}, 'warm');
    insert into public.agent_runs
      (id, organization_id, definition_id, agent_key, user_id, status, started_at, completed_at, output, idempotency_key) values
      ({queued}, {marlowick}, {agent}, 'proof', {member}, 'queued', null, null, null, 'first'),
      ({running}, {marlowick}, {agent}, 'proof', {member}, 'running', now() - interval '90 seconds', null, null, null),
      ({succeeded}, {marlowick}, {agent}, 'proof', {member}, 'succeeded', now(), now(), '{}', null),
      ({run_director}, {marlowick}, {agent}, 'proof', {director}, 'queued', null, null, null, 'other'),
      ({run_service}, {marlowick}, {agent}, 'proof', null, 'queued', null, null, null, null),
      ({run_b}, {quillhaven}, {agent_b}, 'proof', {member.b}, 'queued', null, null, null, null);
    insert into public.automation_playbooks (id, organization_id, name, trigger_event, status, created_by) values
      ({playbook}, {marlowick}, 'Proof', 'manual', 'active', {admin}),
      ({playbook_draft}, {marlowick}, 'Proof draft', 'manual', 'draft', {admin}),
      ({playbook_gone}, {marlowick}, 'Proof gone', 'manual', 'archived', {admin}),
      ({playbook_b}, {quillhaven}, 'Proof', 'manual', 'active', {admin.b});
    insert into public.automation_steps (id, organization_id, playbook_id, position, workspace, action, config) values
      ({step1}, {marlowick}, {playbook}, 0, 'sales', 'record_note', '{"body": "Kickoff"}'),
      ({step2}, {marlowick}, {playbook}, 1, 'delivery', 'create_kanban_item', '{}'),
      ({step_b}, {quillhaven}, {playbook_b}, 0, 'sales', 'record_note', '{}'),
      ({step_draft}, {marlowick}, {playbook_draft}, 0, 'sales', 'record_note', '{}');
    insert into public.automation_runs
      (id, organization_id, playbook_id, triggered_by, trigger_event, entity_type, entity_id, status, completed_at) values
      ({arun}, {marlowick}, {playbook}, {director}, 'manual', 'opportunity', {opportunity}, 'queued', null),
      ({arun_b}, {quillhaven}, {playbook_b}, {admin.b}, 'manual', 'opportunity', {opportunity_b}, 'queued', null),
      ({arun_done}, {marlowick}, {playbook}, {director}, 'manual', 'opportunity', {opportunity}, 'succeeded', now());
    insert into public.automation_run_steps (id, organization_id, run_id, step_id, position, workspace, action) values
      ({arun_step1}, {marlowick}, {arun}, {step1}, 0, 'sales', 'record_note'),
      ({arun_step_b}, {quillhaven}, {arun_b}, {step_b}, 0, 'sales', 'record_note');
    insert into public.automation_run_steps (organization_id, run_id, step_id, position, workspace, action) values
      ({marlowick}, {arun}, {step2}, 1, 'delivery', 'create_kanban_item');
    insert into public.feature_flags (id, organization_id, name, is_enabled) values
      ({flag}, {marlowick}, 'proof', true), ({flag_b}, {quillhaven}, 'proof', true);
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- The matrix -----------------------------------------------------------------

insert into proof_matrix values
  --                                             A: super admin director own colleague client
  --                                             B: admin member client; deactivated, no row, anonymous
  ('agent', 'select from public.agent_definitions where id = {agent}', '111110 000 00x'),
  ('agent of B', 'select from public.agent_definitions where id = {agent_b}', '100000 110 00x'),
  ('insert draft', 'insert into public.agent_definitions (organization_id, agent_key, display_name, category) values ({marlowick}, ''new'', ''Proof'', ''clients'')', '11xxxx xxx xxx'),
  ('insert draft in B', 'insert into public.agent_definitions (organization_id, agent_key, display_name, category) values ({quillhaven}, ''new'', ''Proof'', ''clients'')', '1xxxxx 1xx xxx'),
  ('insert active agent', 'insert into public.agent_definitions (organization_id, agent_key, display_name, category, lifecycle_status) values ({marlowick}, ''new'', ''Proof'', ''clients'', ''active'')', 'uuuuuu uuu uux'),
  ('edit agent', 'update public.agent_definitions set display_name = ''x'' where id = {agent}', '110000 000 00x'),
  ('edit agent of B', 'update public.agent_definitions set display_name = ''x'' where id = {agent_b}', '100000 100 00x'),
  ('disable agent', 'update public.agent_definitions set lifecycle_status = ''disabled'' where id = {agent}', 'uu0000 000 00x'),
  ('another executor', 'update public.agent_definitions set executor = ''pipeline_review'' where id = {agent}', 'xxxxxx xxx xxx'),
  ('delete agent', 'delete from public.agent_definitions where id = {agent_draft}', 'xxxxxx xxx xxx'),
  ('behaviour', 'select from public.agent_behaviors where id = {behavior}', '111110 000 00x'),
  ('behaviour of B', 'select from public.agent_behaviors where id = {behavior_b}', '100000 110 00x'),
  ('edit behaviour', 'update public.agent_behaviors set tone = ''casual'' where id = {behavior}', '110000 000 00x'),
  ('edit behaviour of B', 'update public.agent_behaviors set tone = ''casual'' where id = {behavior_b}', '100000 100 00x'),
  ('insert behaviour', 'insert into public.agent_behaviors (organization_id, definition_id) values ({marlowick}, {agent_draft})', '11xxxx xxx xxx'),
  ('delete behaviour', 'delete from public.agent_behaviors where id = {behavior}', 'xxxxxx xxx xxx'),

  ('own run', 'select from public.agent_runs where id = {queued}', '111100 000 00x'),
  ('run of the Director', 'select from public.agent_runs where id = {run_director}', '111000 000 00x'),
  ('run of the service', 'select from public.agent_runs where id = {run_service}', '111000 000 00x'),
  ('run of B', 'select from public.agent_runs where id = {run_b}', '100000 110 00x'),
  ('insert run', 'insert into public.agent_runs (organization_id, definition_id, agent_key, user_id) values ({marlowick}, {agent}, ''proof'', {member})', 'uuuuuu uuu uux'),
  ('cancel run', 'update public.agent_runs set status = ''cancelled'', completed_at = now() where id = {queued}', '000u00 000 00x'),
  ('rewrite run', 'update public.agent_runs set output = ''{}'' where id = {succeeded}', '000u00 000 00x'),
  ('delete run', 'delete from public.agent_runs where id = {queued}', 'xxxxxx xxx xxx'),

  ('playbook', 'select from public.automation_playbooks where id = {playbook}', '111110 000 00x'),
  ('playbook of B', 'select from public.automation_playbooks where id = {playbook_b}', '100000 110 00x'),
  ('insert playbook', 'insert into public.automation_playbooks (organization_id, name) values ({marlowick}, ''New'')', '11xxxx xxx xxx'),
  ('insert playbook in B', 'insert into public.automation_playbooks (organization_id, name) values ({quillhaven}, ''New'')', '1xxxxx 1xx xxx'),
  ('edit playbook', 'update public.automation_playbooks set name = ''x'' where id = {playbook}', '110000 000 00x'),
  ('edit playbook of B', 'update public.automation_playbooks set name = ''x'' where id = {playbook_b}', '100000 100 00x'),
  ('delete playbook', 'delete from public.automation_playbooks where id = {playbook_draft}', '110000 000 00x'),
  ('step', 'select from public.automation_steps where id = {step1}', '111110 000 00x'),
  ('step of B', 'select from public.automation_steps where id = {step_b}', '100000 110 00x'),
  ('insert step', 'insert into public.automation_steps (organization_id, playbook_id, position, workspace, action) values ({marlowick}, {playbook}, 9, ''ops'', ''record_note'')', '11xxxx xxx xxx'),
  ('edit step', 'update public.automation_steps set workspace = ''ops'' where id = {step1}', '110000 000 00x'),
  ('edit step of B', 'update public.automation_steps set workspace = ''ops'' where id = {step_b}', '100000 100 00x'),
  ('delete step', 'delete from public.automation_steps where id = {step1}', '110000 000 00x'),
  ('automation run', 'select from public.automation_runs where id = {arun}', '111110 000 00x'),
  ('automation run of B', 'select from public.automation_runs where id = {arun_b}', '100000 110 00x'),
  ('insert automation run', 'insert into public.automation_runs (organization_id, playbook_id, trigger_event) values ({marlowick}, {playbook}, ''manual'')', 'uuuuuu uuu uux'),
  ('edit automation run', 'update public.automation_runs set status = ''cancelled'' where id = {arun}', 'uuu000 000 00x'),
  ('delete automation run', 'delete from public.automation_runs where id = {arun}', 'xxxxxx xxx xxx'),
  ('run step', 'select from public.automation_run_steps where id = {arun_step1}', '111110 000 00x'),
  ('run step of B', 'select from public.automation_run_steps where id = {arun_step_b}', '100000 110 00x'),
  ('insert run step', 'insert into public.automation_run_steps (organization_id, run_id, position, workspace, action) values ({marlowick}, {arun}, 9, ''ops'', ''record_note'')', 'uuuuuu uuu uux'),
  ('edit run step', 'update public.automation_run_steps set status = ''skipped'' where id = {arun_step1}', 'uuu000 000 00x'),
  ('delete run step', 'delete from public.automation_run_steps where id = {arun_step1}', 'xxxxxx xxx xxx'),

  ('flag', 'select from public.feature_flags where id = {flag}', '111111 000 00x'),
  ('flag of B', 'select from public.feature_flags where id = {flag_b}', '100000 111 00x'),
  ('insert flag', 'insert into public.feature_flags (organization_id, name) values ({marlowick}, ''new'')', '1xxxxx xxx xxx'),
  ('insert flag in B', 'insert into public.feature_flags (organization_id, name) values ({quillhaven}, ''new'')', '1xxxxx xxx xxx'),
  ('switch flag', 'update public.feature_flags set is_enabled = false where id = {flag}', '100000 000 00x'),
  ('switch flag of B', 'update public.feature_flags set is_enabled = false where id = {flag_b}', '100000 000 00x'),
  ('delete flag', 'delete from public.feature_flags where id = {flag}', '100000 000 00x');

-- Attempts -------------------------------------------------------------------

insert into proof_attempt
select 'no membership, wrong persona', p.who, f.call, p.expected
from (values
  ('client', 'PT403 forbidden'), ('client.b', 'PT403 forbidden'), ('gone', 'PT403 no_membership'),
  ('nobody', 'PT403 no_membership'), ('unnamed', 'PT401 unauthenticated'), ('anon', '42501')) as p (who, expected)
cross join unnest(array[
  'select public.publish_agent_definition(''new'', ''{"display_name": "x", "category": "clients"}'')',
  'select public.set_agent_enabled({agent}, false, 1)',
  'select public.record_agent_run(''{"agent_key": "proof"}'')',
  'select public.save_playbook(''{"name": "x"}'', ''[]'')',
  'select public.set_playbook_status({playbook}, ''paused'', 1)',
  'select public.start_automation_run({playbook}, ''{}'', null)']) as f (call)
union all
select 'not an Admin', p.who, f.call, 'PT403 forbidden'
from unnest(array['director', 'member']) as p (who)
cross join unnest(array[
  'select public.publish_agent_definition(''new'', ''{"display_name": "x", "category": "clients"}'')',
  'select public.set_agent_enabled({agent}, false, 1)',
  'select public.save_playbook(''{"name": "x"}'', ''[]'')',
  'select public.set_playbook_status({playbook}, ''paused'', 1)']) as f (call)
union all
select 'of another tenant', 'admin', f.call, f.expected
from (values
  ('select public.publish_agent_definition(''new'', ''{"display_name": "x", "category": "clients"}'', null, {quillhaven})', 'PT403 forbidden'),
  ('select public.set_agent_enabled({agent_b}, false, 1)', 'PT404 not_found'),
  ('select public.set_agent_enabled({nobody}, false, 1)', 'PT404 not_found'),
  ('select public.save_playbook(''{"name": "x"}'', ''[]'', null, {quillhaven})', 'PT403 forbidden'),
  ('select public.save_playbook(''{"id": "<playbook_b>", "name": "x"}'', ''[]'', 1)', 'PT404 not_found'),
  ('select public.save_playbook(''{"id": "<nobody>", "name": "x"}'', ''[]'', 1)', 'PT404 not_found'),
  ('select public.save_playbook(''{"id": "<playbook>", "name": "x"}'', ''[{"id": "<step_b>", "workspace": "ops", "action": "record_note"}]'', 1)', 'PT404 not_found'),
  ('select public.save_playbook(''{"id": "<playbook>", "name": "x"}'', ''[{"id": "<nobody>", "workspace": "ops", "action": "record_note"}]'', 1)', 'PT404 not_found'),
  ('select public.save_playbook(''{"id": "<playbook>", "name": "x"}'', ''[{"id": "<step_draft>", "workspace": "ops", "action": "record_note"}]'', 1)', 'PT404 not_found'),
  ('select public.set_playbook_status({playbook_b}, ''paused'', 1)', 'PT404 not_found'),
  ('select public.set_playbook_status({nobody}, ''paused'', 1)', 'PT404 not_found'),
  ('select public.start_automation_run({playbook_b}, ''{}'', null)', 'PT404 not_found'),
  ('select public.start_automation_run({nobody}, ''{}'', null)', 'PT404 not_found'),
  ('select public.start_automation_run({playbook}, ''{"entity_type": "opportunity", "entity_id": "<opportunity_b>"}'', null)', 'PT404 not_found'),
  ('select public.start_automation_run({playbook}, ''{"entity_type": "opportunity", "entity_id": "<nobody>"}'', null)', 'PT404 not_found'),
  ('select public.start_automation_run({playbook}, ''{"entity_type": "client", "entity_id": "<B1>"}'', null)', 'PT404 not_found'),
  ('select public.record_agent_run(''{"id": "<run_b>", "version": 1, "status": "cancelled"}'')', 'PT404 not_found'),
  ('select public.record_agent_run(''{"id": "<nobody>", "version": 1, "status": "cancelled"}'')', 'PT404 not_found'),
  -- An Admin sees a colleague's run and may not end it.
  ('select public.record_agent_run(''{"id": "<queued>", "version": 1, "status": "cancelled"}'')', 'PT403 forbidden'),
  ('insert into public.agent_behaviors (organization_id, definition_id) values ({marlowick}, {agent_b2})', '23503 agent_behaviors_definition_id_fkey'),
  ('insert into public.agent_behaviors (organization_id, definition_id) values ({marlowick}, {nobody})', '23503 agent_behaviors_definition_id_fkey'),
  ('insert into public.automation_steps (organization_id, playbook_id, position, workspace, action) values ({marlowick}, {playbook_b}, 9, ''ops'', ''record_note'')', '23503 automation_steps_playbook_id_fkey'),
  ('update public.automation_steps set playbook_id = {playbook_b} where id = {step1}', '23503 automation_steps_playbook_id_fkey'),
  ('update public.automation_steps set playbook_id = {nobody} where id = {step1}', '23503 automation_steps_playbook_id_fkey'),
  ('insert into public.automation_playbooks (organization_id, name, created_by) values ({marlowick}, ''New'', {member})', '42501'),
  ('insert into public.agent_definitions (organization_id, agent_key, display_name, category, published_by) values ({marlowick}, ''new'', ''x'', ''clients'', {member})', '42501'),
  ('insert into public.feature_flags (organization_id, name, updated_by) values ({marlowick}, ''new'', {member})', '42501')) as f (call, expected)
union all
-- Fields of an agent.
select 'agent with ' || a.fields || a.behavior, 'admin',
  format('select public.publish_agent_definition(''new'', %L, %L)', a.fields, a.behavior), a.expected
from (values
  ('{}', '{}', 'PT422 validation_failed'), ('{"display_name": "x"}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "x"}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients", "executor": "x"}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients", "auto_runnable": "yes"}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients", "definition": []}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients", "lifecycle_status": "draft"}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients", "published_by": "x"}', '{}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients"}', '{"tone": "x"}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients"}', '{"temperature": 2}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients"}', '{"max_tokens": 100}', 'PT422 validation_failed'),
  ('{"display_name": "x", "category": "clients"}', '[]', 'PT422 validation_failed'),
  ('[]', '{}', 'PT400 invalid_argument')) as a (fields, behavior, expected)
union all
-- Fields of a run. A Member cannot speak for anybody else.
select 'run ' || r.run, 'member', format('select public.record_agent_run(%L)', r.run), r.expected
from (values
  ('[]', 'PT400 invalid_argument'), ('{}', 'PT400 invalid_argument'), ('{"agent_key": 1}', 'PT400 invalid_argument'),
  ('{"agent_key": "proof", "status": "succeeded"}', 'PT400 invalid_argument'),
  ('{"agent_key": "proof", "trigger": "x"}', 'PT400 invalid_argument'),
  ('{"agent_key": "proof", "input": []}', 'PT400 invalid_argument'),
  ('{"agent_key": "proof", "user_id": "<member2>"}', 'PT400 invalid_argument'),
  ('{"agent_key": "proof", "organization_id": "<quillhaven>"}', 'PT400 invalid_argument'),
  ('{"id": "<queued>", "status": "running"}', 'PT400 invalid_argument'),
  ('{"id": "<queued>", "version": "1", "status": "running"}', 'PT400 invalid_argument'),
  ('{"id": "x", "version": 1, "status": "running"}', 'PT400 invalid_argument'),
  ('{"id": "<queued>", "version": 1, "status": "finished"}', 'PT400 invalid_argument'),
  ('{"id": "<queued>", "version": 1, "status": "running", "agent_key": "x"}', 'PT400 invalid_argument'),
  ('{"id": "<running>", "version": 1, "status": "succeeded"}', 'PT400 invalid_argument'),
  ('{"id": "<running>", "version": 1, "status": "succeeded", "output": null}', 'PT400 invalid_argument'),
  ('{"id": "<running>", "version": 1, "status": "failed"}', 'PT400 invalid_argument'),
  ('{"id": "<running>", "version": 1, "status": "failed", "guardrail_violations": "x", "error": "x"}', 'PT400 invalid_argument'),
  ('{"id": "<queued>", "version": 2, "status": "running"}', 'PT409 stale_version'),
  ('{"id": "<queued>", "version": 1, "status": "queued"}', 'PT409 invalid_transition'),
  ('{"id": "<queued>", "version": 1, "status": "succeeded", "output": {}}', 'PT409 invalid_transition'),
  ('{"id": "<queued>", "version": 1, "status": "failed", "error": "x"}', 'PT409 invalid_transition'),
  ('{"id": "<running>", "version": 1, "status": "running"}', 'PT409 invalid_transition'),
  ('{"id": "<succeeded>", "version": 1, "status": "failed", "error": "x"}', 'PT409 invalid_transition'),
  ('{"id": "<succeeded>", "version": 1, "status": "cancelled"}', 'PT409 invalid_transition'),
  ('{"id": "<run_director>", "version": 1, "status": "cancelled"}', 'PT404 not_found'),
  ('{"agent_key": "proof-off"}', 'PT409 invalid_transition'), ('{"agent_key": "proof-draft"}', 'PT404 not_found'),
  ('{"agent_key": "nothing"}', 'PT404 not_found'),
  ('{"agent_key": "proof", "trigger": "schedule"}', 'PT409 invalid_transition'),
  ('{"agent_key": "proof", "idempotency_key": "first", "input": {"a": 1}}', 'PT409 idempotency_mismatch'),
  ('{"agent_key": "proof", "idempotency_key": "other"}', 'PT409 idempotency_mismatch')) as r (run, expected)
union all
-- Fields of a playbook.
select 'playbook ' || p.playbook || p.steps, 'admin', format('select public.save_playbook(%L, %L)', p.playbook, p.steps), p.expected
from (values
  ('{}', '[]', 'PT422 validation_failed'), ('{"name": " "}', '[]', 'PT422 validation_failed'),
  ('{"name": "x", "status": "active"}', '[]', 'PT422 validation_failed'),
  ('{"name": "x", "trigger_event": "x"}', '[]', 'PT422 validation_failed'),
  ('{"name": "x", "configuration": []}', '[]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops"}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[1]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "x", "action": "record_note"}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops", "action": "x"}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops", "action": "record_note", "config": {"bodi": "x"}}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops", "action": "record_note", "config": {"body": null}}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops", "action": "schedule_invoices", "config": {"count": 61}}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops", "action": "schedule_invoices", "config": {"count": 0}}]', 'PT422 validation_failed'),
  ('{"name": "x"}', '[{"workspace": "ops", "action": "create_activity", "config": {"type": "x"}}]', 'PT422 validation_failed'),
  ('{"name": "proof"}', '[]', '23505 automation_playbooks_name_key'),
  ('[]', '[]', 'PT400 invalid_argument'), ('{"name": "x"}', '{}', 'PT400 invalid_argument')) as p (playbook, steps, expected)
union all
-- The worker's functions are nobody else's.
select 'service function', p.who, 'select public.service_advance_automation_run({arun})', '42501'
from unnest(array['superadmin', 'admin', 'director', 'member', 'client', 'anon']) as p (who)
union all values
  ('argument', 'admin', 'select public.publish_agent_definition(null, ''{}'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.publish_agent_definition(''Bad Key'', ''{}'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.publish_agent_definition(''new'', null)', 'PT400 invalid_argument'),
  ('argument', 'superadmin', 'select public.publish_agent_definition(''new'', ''{}'', null, {nobody})', 'PT404 not_found'),
  ('argument', 'admin', 'select public.set_agent_enabled(null, false, 1)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.set_agent_enabled({agent}, null, 1)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.set_agent_enabled({agent}, false, null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.record_agent_run(null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.save_playbook(null, ''[]'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.save_playbook(''{"name": "x"}'', null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.save_playbook(''{"id": "<playbook>", "name": "x"}'', ''[]'')', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.set_playbook_status(null, ''paused'', 1)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.set_playbook_status({playbook}, ''x'', 1)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.set_playbook_status({playbook}, null, 1)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run(null, ''{}'', null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run({playbook}, null, null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run({playbook}, ''[]'', null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run({playbook}, ''{"entity_id": "x"}'', null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run({playbook}, ''{"entity_type": "client"}'', null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run({playbook}, ''{"entity_type": "invoice", "entity_id": "<C1>"}'', null)', 'PT400 invalid_argument'),
  ('argument', 'admin', 'select public.start_automation_run({playbook}, ''{}'', '' '')', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_advance_automation_run(null)', 'PT400 invalid_argument'),
  ('argument', 'service_role', 'select public.service_advance_automation_run({nobody})', 'PT404 not_found'),
  ('argument', 'service_role', 'select public.record_agent_run(''{"agent_key": "proof"}'')', 'PT400 invalid_argument'),
  ('stale', 'admin', 'select public.set_agent_enabled({agent}, false, 2)', 'PT409 stale_version'),
  ('stale', 'admin', 'select public.save_playbook(''{"id": "<playbook>", "name": "x"}'', ''[]'', 2)', 'PT409 stale_version'),
  ('stale', 'admin', 'select public.set_playbook_status({playbook}, ''paused'', 2)', 'PT409 stale_version'),
  ('state', 'admin', 'select public.set_agent_enabled({agent_draft}, true, 1)', 'PT409 invalid_transition'),
  ('state', 'admin', 'select public.set_agent_enabled({agent_old}, true, 1)', 'PT409 invalid_transition'),
  ('state', 'admin', 'select public.set_playbook_status({playbook_gone}, ''active'', 1)', 'PT409 invalid_transition'),
  ('state', 'admin', 'update public.automation_playbooks set status = ''draft'' where id = {playbook_gone}', 'PT409 invalid_transition'),
  ('state', 'director', 'select public.start_automation_run({playbook_draft}, ''{}'', null)', 'PT409 invalid_transition'),
  ('state', 'service_role', 'update public.agent_runs set status = ''running'', completed_at = null where id = {succeeded}', 'PT409 invalid_transition'),
  ('state', 'service_role', 'update public.automation_runs set status = ''running'' where id = {arun_done}', 'PT409 invalid_transition'),
  ('starting', 'member', 'select public.start_automation_run({playbook}, ''{}'', null)', 'PT403 forbidden'),
  ('moving a tenant', 'superadmin', 'update public.agent_definitions set organization_id = {quillhaven} where id = {agent}', '42501'),
  ('playbook with runs', 'admin', 'delete from public.automation_playbooks where id = {playbook}', '23503 automation_runs_playbook_id_fkey'),
  ('two current versions', 'service_role', 'insert into public.agent_definitions (organization_id, agent_key, definition_version, display_name, category, lifecycle_status) values ({marlowick}, ''proof'', 9, ''x'', ''clients'', ''active'')', '23505 agent_definitions_current_key'),
  ('failed without a reason', 'service_role', 'update public.agent_runs set status = ''failed'', completed_at = now() where id = {running}', '23514 agent_runs_failed_error_check'),
  ('long input', 'member', 'select public.record_agent_run(jsonb_build_object(''agent_key'', ''proof'', ''input'', jsonb_build_object(''x'', repeat(''x'', 65536))))', 'PT400 invalid_argument'),
  ('long output', 'member', 'select public.record_agent_run(jsonb_build_object(''id'', {running}::uuid, ''version'', 1, ''status'', ''succeeded'', ''output'', repeat(''x'', 262144)))', 'PT400 invalid_argument'),
  ('long name', 'admin', 'update public.automation_playbooks set name = repeat(''x'', 201) where id = {playbook}', '23514 automation_playbooks_name_check'),
  ('config', 'admin', 'update public.automation_steps set config = ''{"x": 1}'' where id = {step1}', '23514 automation_steps_config_check'),
  ('flag twice', 'superadmin', 'insert into public.feature_flags (organization_id, name) values ({marlowick}, ''proof'')', '23505 feature_flags_organization_id_name_key');

-- Effects --------------------------------------------------------------------

insert into proof_effect values
  ('first version', 'admin', 'marlowick',
    'select public.publish_agent_definition(''new'', ''{"display_name": "New", "category": "finance", "definition": {"a": 1}}'')',
    'agent.definition.published | insert agent_behaviors (publish_agent_definition), insert agent_definitions (publish_agent_definition)',
    'select format(''%s %s %s %s %s %s'', d.definition_version, d.lifecycle_status, d.published_by = {admin}, d.definition, d.executor, b.tone) from public.agent_definitions d join public.agent_behaviors b on b.definition_id = d.id where d.agent_key = ''new''',
    '1 active t {"a": 1} external professional'),
  ('next version', 'admin', 'marlowick',
    'select public.publish_agent_definition(''proof'', ''{"display_name": "Better"}'', ''{"verbosity": "short"}'')',
    'agent.definition.published | insert agent_behaviors (publish_agent_definition), insert agent_definitions (publish_agent_definition), update agent_definitions (publish_agent_definition)',
    'select string_agg(concat_ws('' '', d.definition_version, d.lifecycle_status, d.display_name, d.category, b.tone, b.verbosity, d.retired_at is null), '', '' order by d.definition_version) from public.agent_definitions d left join public.agent_behaviors b on b.definition_id = d.id where d.organization_id = {marlowick} and d.agent_key = ''proof''',
    '1 retired Proof clients f, 2 retired Proof clients warm balanced f, 3 active Better clients warm short t'),
  ('a version in B', 'superadmin', 'quillhaven',
    'select public.publish_agent_definition(''proof'', ''{}'', null, {quillhaven})',
    'agent.definition.published | insert agent_behaviors (publish_agent_definition), insert agent_definitions (publish_agent_definition), update agent_definitions (publish_agent_definition)',
    null, null),
  ('disable', 'admin', 'marlowick', 'select public.set_agent_enabled({agent}, false, 1)',
    'agent.disabled | update agent_definitions (set_agent_enabled)',
    'select payload from public.analytics_events', '{"definition_version": 2}'),
  ('enable', 'admin', 'marlowick', 'select public.set_agent_enabled({agent_off}, true, 1)',
    'agent.enabled | update agent_definitions (set_agent_enabled)', null, null),
  ('enable again', 'admin', 'marlowick', 'select public.set_agent_enabled({agent}, true, 1)', '- | -', null, null),
  ('edit', 'admin', 'marlowick', 'update public.agent_definitions set description = ''x'' where id = {agent}',
    'agent.definition.updated | update agent_definitions', null, null),
  ('edit manner', 'admin', 'marlowick', 'update public.agent_behaviors set tone = ''casual'' where id = {behavior}',
    'agent.behavior.updated | update agent_behaviors',
    'select format(''%s %s'', entity_id = {agent}, payload) from public.analytics_events', 't {"definition_version": 2}'),
  ('draft', 'admin', 'marlowick', 'insert into public.agent_definitions (organization_id, agent_key, display_name, category) values ({marlowick}, ''new'', ''x'', ''clients'')',
    'agent.definition.updated | insert agent_definitions',
    'select published_by is null from public.agent_definitions where agent_key = ''new''', 'true'),
  ('queue', 'member', 'marlowick', 'select public.record_agent_run(''{"agent_key": "proof", "input": {"a": 1}, "idempotency_key": "k"}'')',
    'agent.run.queued | -',
    'select format(''%s %s %s %s'', status, user_id = {member}, definition_id = {agent}, (select payload from public.analytics_events)) from public.agent_runs where idempotency_key = ''k''',
    'queued t t {"agent_key": "proof", "violations": 0}'),
  ('queue twice', 'member', 'marlowick', 'select public.record_agent_run(''{"agent_key": "proof", "idempotency_key": "first"}'')', '- | -', null, null),
  ('start at once', 'director', 'marlowick', 'select public.record_agent_run(''{"agent_key": "proof", "status": "running"}'')', 'agent.run.started | -', null, null),
  ('automatic', 'service_role', 'marlowick', 'select public.record_agent_run(''{"agent_key": "proof-auto", "trigger": "schedule", "organization_id": "<marlowick>"}'')', 'agent.run.queued | -',
    'select user_id is null from public.agent_runs where trigger = ''schedule''', 'true'),
  ('take up', 'member', 'marlowick', 'select public.record_agent_run(''{"id": "<queued>", "version": 1, "status": "running"}'')', 'agent.run.started | -',
    'select started_at = now() from public.agent_runs where id = {queued}', 'true'),
  ('cancel', 'member', 'marlowick', 'select public.record_agent_run(''{"id": "<queued>", "version": 1, "status": "cancelled"}'')', 'agent.run.cancelled | -', null, null),
  ('succeed', 'member', 'marlowick', 'select public.record_agent_run(''{"id": "<running>", "version": 1, "status": "succeeded", "output": {"rows": 3}, "summary": "Three", "guardrail_violations": ["a", "b"]}'')', 'agent.run.succeeded | -',
    'select format(''%s %s %s %s'', completed_at = now(), output, guardrail_violations, (select payload from public.analytics_events)) from public.agent_runs where id = {running}',
    't {"rows": 3} {a,b} {"agent_key": "proof", "violations": 2, "duration_ms": 90000}'),
  ('fail', 'service_role', 'marlowick', 'select public.record_agent_run(''{"id": "<running>", "version": 1, "status": "failed", "error": "no"}'')', 'agent.run.failed | -', null, null),

  ('new playbook', 'admin', 'marlowick', 'select public.save_playbook(''{"name": "New", "trigger_event": "closed_won"}'', ''[{"workspace": "sales", "action": "record_note"}, {"workspace": "finance", "action": "schedule_invoices", "config": {"count": 3}}]'')',
    'automation.playbook.saved | insert automation_playbooks (save_playbook), insert automation_steps 2 (save_playbook)',
    'select format(''%s %s %s %s'', p.status, p.created_by = {admin}, (select payload from public.analytics_events), (select string_agg(s.position || s.action, '' '' order by s.position) from public.automation_steps s where s.playbook_id = p.id)) from public.automation_playbooks p where p.name = ''New''',
    'draft t {"steps": 2} 0record_note 1schedule_invoices'),
  ('playbook in B', 'superadmin', 'quillhaven', 'select public.save_playbook(''{"name": "New"}'', ''[]'', null, {quillhaven})',
    'automation.playbook.saved | insert automation_playbooks (save_playbook)', null, null),
  -- The second step comes first, the first one goes; nothing else is written.
  ('steps by id', 'admin', 'marlowick', 'select public.save_playbook(''{"id": "<playbook>", "name": "Proof 2"}'', ''[{"id": "<step2>", "workspace": "delivery", "action": "create_kanban_item"}, {"workspace": "ops", "action": "record_note"}]'', 1)',
    'automation.playbook.saved | delete automation_steps (save_playbook), insert automation_steps (save_playbook), update automation_playbooks (save_playbook), update automation_steps (save_playbook)',
    'select string_agg(format(''%s %s %s'', s.position, s.id = {step2}, s.version), '', '' order by s.position) || (select '' '' || (step_id is null) from public.automation_run_steps where id = {arun_step1}) from public.automation_steps s where s.playbook_id = {playbook}',
    '0 t 2, 1 f 1 true'),
  ('steps change places', 'admin', 'marlowick', 'select public.save_playbook(''{"id": "<playbook>", "name": "Proof"}'', ''[{"id": "<step2>", "workspace": "delivery", "action": "create_kanban_item"}, {"id": "<step1>", "workspace": "sales", "action": "record_note", "config": {"body": "Kickoff"}}]'', 1)',
    'automation.playbook.saved | update automation_steps 2 (save_playbook)', null, null),
  ('pause', 'admin', 'marlowick', 'select public.set_playbook_status({playbook}, ''paused'', 1)',
    'automation.playbook.status_changed | update automation_playbooks (set_playbook_status)',
    'select payload from public.analytics_events', '{"to": "paused", "from": "active"}'),
  ('archive', 'admin', 'marlowick', 'select public.set_playbook_status({playbook}, ''archived'', 1)',
    'automation.playbook.status_changed | update automation_playbooks (set_playbook_status)', null, null),
  ('the same status', 'admin', 'marlowick', 'select public.set_playbook_status({playbook}, ''active'', 1)', '- | -', null, null),
  ('direct edit', 'admin', 'marlowick', 'update public.automation_playbooks set description = ''x'' where id = {playbook}',
    'automation.playbook.saved | update automation_playbooks', null, null),
  ('direct pause', 'admin', 'marlowick', 'update public.automation_playbooks set status = ''paused'' where id = {playbook}',
    'automation.playbook.status_changed | update automation_playbooks', null, null),
  ('direct step', 'admin', 'marlowick', 'update public.automation_steps set workspace = ''ops'' where id = {step1}',
    'automation.playbook.saved | update automation_steps', null, null),
  ('removed playbook', 'admin', 'marlowick', 'delete from public.automation_playbooks where id = {playbook_draft}',
    'automation.playbook.saved | delete automation_playbooks, delete automation_steps', null, null),
  ('start a run', 'director', 'marlowick', 'select public.start_automation_run({playbook}, ''{"entity_type": "opportunity", "entity_id": "<opportunity>", "why": "x"}'', ''k'')',
    'automation.run.queued | -',
    'select format(''%s %s %s %s %s'', r.status, r.triggered_by = {director}, r.entity_type, r.idempotency_key is null, (select string_agg(s.position || s.status || (s.config = p.config), '' '' order by s.position) from public.automation_run_steps s join public.automation_steps p on p.id = s.step_id where s.run_id = r.id)) from public.automation_runs r where r.context ? ''why''',
    'queued t opportunity t 0pendingtrue 1pendingtrue'),
  ('start one in B', 'superadmin', 'quillhaven', 'select public.start_automation_run({playbook_b}, ''{}'', ''k'')', 'automation.run.queued | -', null, null),

  ('switch', 'superadmin', 'marlowick', 'update public.feature_flags set is_enabled = false where id = {flag}',
    'flag.changed | update feature_flags',
    'select format(''%s %s'', f.updated_by = {superadmin}, (select payload from public.analytics_events)) from public.feature_flags f where id = {flag}',
    't {"name": "proof", "is_enabled": false, "access_level": "Admin"}'),
  ('remove a flag', 'superadmin', 'quillhaven', 'delete from public.feature_flags where id = {flag_b}',
    'flag.changed | delete feature_flags', 'select payload ->> ''is_enabled'' from public.analytics_events', 'false'),

  -- One step per call, one event at the end.
  ('first step', 'service_role', 'marlowick', 'select public.service_advance_automation_run({arun})',
    '- | insert opportunity_notes (service_advance_automation_run)',
    'select format(''%s %s %s %s'', r.status, s.status, n.body, n.author_id = {director}) from public.automation_runs r join public.automation_run_steps s on s.id = {arun_step1} join public.opportunity_notes n on n.id = (s.output ->> ''note_id'')::uuid where r.id = {arun}',
    'running succeeded Kickoff t'),
  ('whole run', 'service_role', 'marlowick', 'do $do$ begin perform public.service_advance_automation_run({arun}); perform public.service_advance_automation_run({arun}); perform public.service_advance_automation_run({arun}); end $do$',
    'automation.run.completed | insert kanban_items (service_advance_automation_run), insert opportunity_notes (service_advance_automation_run)',
    'select format(''%s %s %s'', r.status, r.completed_at = now(), (select k.title from public.kanban_items k where k.created_at = now() and k.client_id = {C1})) from public.automation_runs r where r.id = {arun}',
    'succeeded t Proof'),
  ('ended run', 'service_role', 'marlowick', 'select public.service_advance_automation_run({arun_done})', '- | -', null, null),
  ('failing step', 'service_role', 'marlowick', 'do $do$ begin update public.automation_runs set entity_type = null, entity_id = null where id = {arun}; perform public.service_advance_automation_run({arun}); end $do$',
    'automation.run.failed | -',
    'select format(''%s %s %s'', r.status, r.error, (select string_agg(s.status || coalesce('':'' || s.error, ''''), '' '' order by s.position) from public.automation_run_steps s where s.run_id = r.id)) from public.automation_runs r where r.id = {arun}',
    'failed no_opportunity failed:no_opportunity skipped'),
  ('nobody''s run', 'service_role', 'marlowick', 'do $do$ begin update public.automation_runs set triggered_by = null where id = {arun}; perform public.service_advance_automation_run({arun}); end $do$',
    'automation.run.failed | -', 'select error from public.automation_runs where id = {arun}', 'no_author'),
  -- A run does what it began with, whatever became of the step. Of old runs that is not known.
  ('removed step', 'service_role', 'marlowick', 'do $do$ begin perform set_config(''revos.op'', ''x'', true); delete from public.automation_steps where id = {step1}; perform set_config(''revos.op'', '''', true); perform public.service_advance_automation_run({arun}); end $do$',
    '- | delete automation_steps (x), insert opportunity_notes (service_advance_automation_run)', 'select body from public.opportunity_notes where created_at = now()', 'Kickoff'),
  ('changed step', 'service_role', 'marlowick', 'do $do$ begin perform set_config(''revos.op'', ''x'', true); update public.automation_steps set config = ''{"body": "Later"}'' where id = {step1}; perform set_config(''revos.op'', '''', true); perform public.service_advance_automation_run({arun}); end $do$',
    '- | insert opportunity_notes (service_advance_automation_run), update automation_steps (x)', 'select body from public.opportunity_notes where created_at = now()', 'Kickoff'),
  ('removed step of an old run', 'service_role', 'marlowick', 'do $do$ begin update public.automation_run_steps set config = null, step_id = null where id = {arun_step1}; perform public.service_advance_automation_run({arun}); end $do$',
    'automation.run.failed | -', 'select error from public.automation_runs where id = {arun}', 'step_removed'),
  -- What the failing step had made is gone, what the one before made is there.
  ('second step fails', 'service_role', 'marlowick', 'do $do$ begin perform set_config(''revos.op'', ''x'', true);
      update public.automation_run_steps set action = ''schedule_invoices'', config = ''{"count": 60}'' where step_id = {step2};
      update public.opportunities set amount = 0.5 where id = {opportunity};
      perform set_config(''revos.op'', '''', true);
      perform public.service_advance_automation_run({arun}); perform public.service_advance_automation_run({arun}); end $do$',
    'automation.run.failed | insert opportunity_notes (service_advance_automation_run), update opportunities (x)',
    'select string_agg(s.status || coalesce('':'' || s.error, ''''), '' '' order by s.position) from public.automation_run_steps s where s.run_id = {arun}',
    'succeeded failed:nothing_to_invoice'),
  ('invoices that add up', 'service_role', 'marlowick', 'do $do$ begin perform set_config(''revos.op'', ''x'', true);
      update public.automation_run_steps set action = ''schedule_invoices'', config = ''{"count": 3}'' where step_id = {step1};
      perform set_config(''revos.op'', '''', true); perform public.service_advance_automation_run({arun}); end $do$',
    '- | insert invoice_line_items 3 (service_advance_automation_run), insert invoices 3 (service_advance_automation_run)',
    'select format(''%s %s %s %s'', string_agg(i.amount::text, '' '' order by i.issue_date), string_agg(distinct i.status || i.source, '' ''), bool_and(i.due_date = i.issue_date + 30), count(distinct i.invoice_number)) from public.invoices i where i.source = ''automation'' and i.created_at = now()',
    '333.33 333.33 333.34 draftautomation t 3'),
  ('an activity', 'service_role', 'marlowick', 'do $do$ begin perform set_config(''revos.op'', ''x'', true);
      update public.automation_run_steps set action = ''create_activity'', config = ''{"type": "call", "title": "Call", "due_in_days": 2}'' where step_id = {step1};
      perform set_config(''revos.op'', '''', true); perform public.service_advance_automation_run({arun}); end $do$',
    '- | insert opportunity_activities (service_advance_automation_run)',
    'select format(''%s %s %s %s %s'', a.type, a.title, a.assigned_to = {member}, a.created_by = {director}, (a.due_at at time zone ''America/New_York'')::date - (now() at time zone ''America/New_York'')::date) from public.opportunity_activities a where a.created_at = now() and a.opportunity_id = {opportunity}',
    'call Call t t 2');
select pg_temp.run_all();

-- Repeats --------------------------------------------------------------------

do $repeats$
declare
  first jsonb;
  second jsonb;
  playbook constant uuid := (select id from pg_temp.proof_id where key = 'playbook');
begin
  perform pg_temp.become('director');
  first := public.start_automation_run(playbook, '{"a": 1}', 'repeat');
  second := public.start_automation_run(playbook, '{"a": 1}', 'repeat');
  perform pg_temp.check_that('the same run', second ->> 'id', first ->> 'id');
  perform pg_temp.check_that('which says so', concat(first -> 'repeated', second -> 'repeated'), 'falsetrue');
  perform pg_temp.check_that('the key with another context', pg_temp.effect('director',
    'select public.start_automation_run({playbook}, ''{"a": 2}'', ''repeat'')'), 'PT409 idempotency_mismatch');
  -- Another person's key is another key.
  perform pg_temp.become('admin');
  second := public.start_automation_run(playbook, '{"a": 1}', 'repeat');
  perform pg_temp.check_that('another person''s run', (second -> 'id' = first -> 'id')::text, 'false');
  perform set_config('role', 'none', true);
  perform pg_temp.check_that('events of two runs',
    (select count(*)::text from public.analytics_events where event_key = 'automation.run.queued'), '2');
end
$repeats$;

-- Installments: exact sums, and month ends that come back.
do $installments$
declare
  line record;
begin
  for line in select * from (values
    (1000.00, 3, '2026-01-31', '333.33@2026-01-31 333.33@2026-02-28 333.34@2026-03-31'),
    (0.03, 3, '2026-01-01', '0.01@2026-01-01 0.01@2026-02-01 0.01@2026-03-01'),
    (100.00, 1, '2024-02-29', '100.00@2024-02-29'),
    (99.99, 2, '2024-12-31', '49.99@2024-12-31 50.00@2025-01-31')
  ) as v (amount, count, first, expected)
  loop
    perform pg_temp.check_that('installments of ' || line.amount, (
      select string_agg(i.amount || '@' || i.issue_date, ' ' order by i.number)
      from private.installments(line.amount, line.count, line.first::date) i), line.expected);
  end loop;
  perform pg_temp.check_that('sums of installments', (
    select count(*)::text from generate_series(1, 60) n cross join unnest(array[0.60, 7.77, 1000, 123456.78]) a
    where (select sum(i.amount) from private.installments(a, n, '2026-01-31') i) <> a), '0');
  -- Any amount in any number of parts: exact, none of them nothing, all but the last alike and no larger than it,
  -- and the last larger by less than a cent for each.
  perform setseed(0.42);
  for line in
    select given.*, sum(i.amount) as sum, min(i.amount) as least, max(i.amount) as most,
      max(i.amount) filter (where i.number = given.count) as last,
      count(distinct i.amount) filter (where i.number < given.count) as kinds,
      bool_and(i.issue_date = least(
        (date_trunc('month', given.first) + make_interval(months => i.number - 1))::date + (extract(day from given.first)::integer - 1),
        (date_trunc('month', given.first) + make_interval(months => i.number) - interval '1 day')::date)) as monthly
    from (
      select n, c.count, greatest(round((10 ^ (random() * 12))::numeric, 2), c.count * 0.01) as amount,
        date '2024-01-01' + (random() * 1200)::integer as first
      from generate_series(1, 500) n
      cross join lateral (select 1 + (random() * 59)::integer + 0 * n as count) c
    ) given
    cross join lateral private.installments(given.amount, given.count, given.first) i
    group by given.n, given.count, given.amount, given.first
  loop
    perform pg_temp.check_that(format('%s in %s parts from %s', line.amount, line.count, line.first),
      concat_ws(' ', line.sum = line.amount, line.least >= 0.01, line.most = line.last,
        line.kinds = least(line.count - 1, 1), line.last - line.least < line.count * 0.01, line.monthly),
      't t t t t t');
  end loop;
end
$installments$;

select last_value as checks from pg_temp.proof_checks;

rollback;
