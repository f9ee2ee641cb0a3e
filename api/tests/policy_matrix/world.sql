-- Two organizations with a row of every table in every class that access.md tells apart, and nothing else.
-- Run without triggers and checks of references. A name in braces stands for an id: of a person, of
-- organization A or B, or of the row "<table> <label>", whose id is the md5 of that name.

do $empty$
declare
  emptied text;
begin
  for emptied in
    select c.oid::regclass from pg_class c
    where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and c.oid not in ('public.organizations'::regclass, 'public.users'::regclass)
  loop
    execute 'delete from ' || emptied;
  end loop;
end
$empty$;

create function pg_temp.id(p_table text, p_label text) returns uuid
language sql
as $$ select md5(p_table || ' ' || p_label)::uuid $$;

-- People: somebody without a membership, somebody whose membership ended, an address to make a member of.
insert into auth.users (id, email) values
  ('{nobody}', 'nobody@example.com'), ('{gone}', 'gone@example.com'), ('{spare}', 'spare@example.com');
insert into public.users (id, organization_id, email, name, role, deactivated_at)
  values ('{gone}', '{A}', 'gone@example.com', 'Gone', 'Admin', now());
update public.users set version = 1, client_id = case role when 'Client' then
  pg_temp.id('clients', case organization_id when '{A}' then 'A own' else 'B''s' end) end;
insert into public.member_invitations (id, organization_id, email, name, role, invited_by) values
  ('{member_invitations A}', '{A}', 'invited@example.com', 'Invited', 'Member', '{Admin}'),
  ('{member_invitations B}', '{B}', 'invited@example.com', 'Invited', 'Member', '{Admin B}');

-- Clients in each class, and what lies under each; a spare one in each class has nothing yet.
create temporary table client as
select t.label, pg_temp.id('clients', t.label) as id, t.o::uuid as organization_id, t.owner::uuid as owner_id
from (values
  ('A own', '{A}', '{Member}'), ('A colleague''s', '{A}', '{colleague}'),
  ('A unassigned', '{A}', null), ('B''s', '{B}', '{Admin B}')) as t (label, o, owner);
insert into public.clients (id, organization_id, name, owner_id, status, health, churn_risk)
  select id, organization_id, label, owner_id, 'prospect', 50, 50 from client
  union all
  select pg_temp.id('clients', label || ' spare'), organization_id, label || ' spare', owner_id, 'prospect', 50, 50
  from client;
insert into public.contacts (id, organization_id, client_id, name, role)
  select pg_temp.id('contacts', label), organization_id, id, 'Contact', 'Role' from client;
insert into public.client_commercials (id, organization_id, client_id, plan, price, term_months)
  select pg_temp.id('client_commercials', label), organization_id, id, 'Plan', 1, 12 from client;
insert into public.client_health_history (id, organization_id, client_id, snapshot_date, health)
  select pg_temp.id('client_health_history', label), organization_id, id, '2020-01-01', 50 from client;
insert into public.discovery_questions (id, organization_id, client_id, question)
  select pg_temp.id('discovery_questions', label), organization_id, id, 'Why?' from client;
insert into public.discovery_responses (id, organization_id, client_id, form_type)
  select pg_temp.id('discovery_responses', label), organization_id, id, 'gap_selling' from client;
insert into public.data_sources (id, organization_id, client_id, name)
  select pg_temp.id('data_sources', label), organization_id, id, 'Ledger' from client;
insert into public.kanban_items (id, organization_id, client_id, title)
  select pg_temp.id('kanban_items', label), organization_id, id, 'Card' from client;
insert into public.client_deliverables (id, organization_id, client_id, reference, title, type, share_expires_at)
  select pg_temp.id('client_deliverables', label), organization_id, id, 'shared', 'Report', 'doc', null from client
  union all
  select '{client_deliverables A own, expired}', organization_id, id, 'expired', 'Report', 'doc', now() from client
  where label = 'A own';

-- The pipeline, and what came of it.
insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id, stage, closed_at)
  select pg_temp.id('opportunities', label), organization_id, id, 'Sale', 1000, owner_id, 'Prospect', null from client
  union all
  select pg_temp.id('opportunities', label || ', won'), organization_id, id, 'Sale', 1000, owner_id, 'ClosedWon', now()
  from client;
insert into public.opportunity_notes (id, organization_id, opportunity_id, author_id, body) values
  ('{opportunity_notes Member's}', '{A}', '{opportunities A own}', '{Member}', 'Note'),
  ('{opportunity_notes colleague's}', '{A}', '{opportunities A own}', '{colleague}', 'Note'),
  ('{opportunity_notes Director's}', '{A}', '{opportunities A own}', '{Director}', 'Note'),
  ('{opportunity_notes B's}', '{B}', '{opportunities B's}', '{Member B}', 'Note');
insert into public.opportunity_activities
  (id, organization_id, opportunity_id, created_by, assigned_to, type, title) values
  ('{opportunity_activities of own sale}', '{A}', '{opportunities A own}', '{Director}', null, 'call', 'Call'),
  ('{opportunity_activities of colleague's}', '{A}', '{opportunities A colleague's}', '{Director}', null, 'call', 'Call'),
  ('{opportunity_activities for the Member}', '{A}', '{opportunities A colleague's}', '{Director}', '{Member}', 'call', 'Call'),
  ('{opportunity_activities by the Member}', '{A}', '{opportunities A colleague's}', '{Member}', null, 'call', 'Call'),
  ('{opportunity_activities B's}', '{B}', '{opportunities B's}', '{Member B}', null, 'call', 'Call');
insert into public.opportunity_stage_history (id, organization_id, opportunity_id, to_stage, amount, probability) values
  ('{opportunity_stage_history A}', '{A}', '{opportunities A own}', 'Prospect', 1000, 10),
  ('{opportunity_stage_history B}', '{B}', '{opportunities B's}', 'Prospect', 1000, 10);
insert into public.projects (id, organization_id, client_id, name, owner_id)
  select pg_temp.id('projects', label), organization_id, id, 'Project', owner_id from client;

-- Money: a draft, and an invoice of 100 of which 10 are paid, for each client.
insert into public.subscriptions (id, organization_id, client_id, product_name, status, amount, activated_on)
  select pg_temp.id('subscriptions', label), organization_id, id, 'Retainer', 'active', 100, '2026-01-01' from client;
insert into public.invoices
  (id, organization_id, client_id, invoice_number, issue_date, due_date, amount, amount_paid, status, sent_at)
  select pg_temp.id('invoices', label || ', draft'), organization_id, id, label || ', draft', '2026-01-01'::date,
    '2026-01-31'::date, 100, 0, 'draft', null from client
  union all
  select pg_temp.id('invoices', label || ', sent'), organization_id, id, label || ', sent', '2026-01-01', '2026-01-31',
    100, 10, 'sent', now() from client;
insert into public.invoice_line_items (id, organization_id, invoice_id, description, unit_price)
  select md5('invoice_line_items ' || i.invoice_number)::uuid, i.organization_id, i.id, 'Work', 100 from public.invoices i;
insert into public.invoice_payments (id, organization_id, invoice_id, amount, received_on, method)
  select pg_temp.id('invoice_payments', label), organization_id, pg_temp.id('invoices', label || ', sent'), 10,
    '2026-02-01', 'card' from client;
insert into public.finance (id, organization_id, client_id)
  select pg_temp.id('finance', label), organization_id, id from client;
insert into public.expenses
  (id, organization_id, created_by, expense_date, category, vendor, description, amount, approved_at, approved_by) values
  ('{expenses A}', '{A}', '{Director}', '2026-01-05', 'other', 'Shop', 'Chair', 10, null, null),
  ('{expenses B}', '{B}', '{Member B}', '2026-01-05', 'other', 'Shop', 'Chair', 10, null, null),
  ('{expenses A, approved}', '{A}', '{Director}', '2026-01-05', 'other', 'Shop', 'Chair', 10, now(), '{Admin}'),
  ('{expenses B, approved}', '{B}', '{Member B}', '2026-01-05', 'other', 'Shop', 'Chair', 10, now(), '{Admin B}');
insert into public.cash_flow_entries (id, organization_id, entry_date, type, category, description, amount) values
  ('{cash_flow_entries A}', '{A}', '2026-01-01', 'inflow', 'Other', 'Other', 10),
  ('{cash_flow_entries B}', '{B}', '2026-01-01', 'inflow', 'Other', 'Other', 10);
insert into public.dashboard_snapshots (id, organization_id, kind, time_scope, snapshot_date, metrics) values
  ('{dashboard_snapshots A pipeline}', '{A}', 'pipeline', 'qtd', '2026-01-01', '{}'),
  ('{dashboard_snapshots A finance}', '{A}', 'finance', 'qtd', '2026-01-01', '{}'),
  ('{dashboard_snapshots B's}', '{B}', 'pipeline', 'qtd', '2026-01-01', '{}');

-- What belongs to a person, also where nobody should have made it.
create temporary table person as
select t.label, t.o::uuid as organization_id, t.id::uuid as user_id
from (values
  ('SuperAdmin''s', '{A}', '{SuperAdmin}'), ('Admin''s', '{A}', '{Admin}'), ('Director''s', '{A}', '{Director}'),
  ('Member''s', '{A}', '{Member}'), ('colleague''s', '{A}', '{colleague}'), ('Client''s', '{A}', '{Client}'),
  ('gone''s', '{A}', '{gone}'), ('B''s', '{B}', '{Admin B}')) as t (label, o, id);
insert into public.daily_plans (id, organization_id, user_id, plan_date, locked_at)
  select pg_temp.id('daily_plans', label), organization_id, user_id, '2026-01-05'::date, null from person
  union all
  select pg_temp.id('daily_plans', label || ', locked'), organization_id, user_id, '2026-01-06', now() from person;
insert into public.priority_items
  (id, organization_id, user_id, daily_plan_id, title, source_kind, expected_impact, probability, urgency, confidence)
  select pg_temp.id('priority_items', label), organization_id, user_id, pg_temp.id('daily_plans', label), 'Item',
    'manual', 1, 1, 1, 1 from person;
insert into public.focus_sessions
  (id, organization_id, user_id, daily_plan_id, status, started_at, paused_at)
  select pg_temp.id('focus_sessions', label), organization_id, user_id, pg_temp.id('daily_plans', label), 'planned',
    null::timestamptz, null::timestamptz from person
  union all
  select pg_temp.id('focus_sessions', label || ', running'), organization_id, user_id,
    pg_temp.id('daily_plans', label), 'running', now() - interval '10 minutes', null
  from person where label in ('Member''s', 'B''s')
  union all
  select pg_temp.id('focus_sessions', label || ', paused'), organization_id, user_id,
    pg_temp.id('daily_plans', label), 'paused', now() - interval '10 minutes', now() - interval '5 minutes'
  from person where label = 'Director''s';
insert into public.analytics_events (id, organization_id, user_id, event_key) values
  ('{analytics_events Member's}', '{A}', '{Member}', 'client.updated'),
  ('{analytics_events Director's}', '{A}', '{Director}', 'client.updated'),
  ('{analytics_events Client's}', '{A}', '{Client}', 'client.updated'),
  ('{analytics_events service's}', '{A}', null, 'client.updated'),
  ('{analytics_events B's}', '{B}', '{Admin B}', 'client.updated');
insert into public.audit_log (id, organization_id, actor_id, action, resource_type, resource_id, changes) values
  ('{audit_log A}', '{A}', '{Member}', 'update', 'clients', '{clients A own}', '{}'),
  ('{audit_log B}', '{B}', '{Admin B}', 'update', 'clients', '{clients B's}', '{}');

-- Agents and playbooks; the spare ones have nothing under them.
insert into public.agent_definitions (id, organization_id, agent_key, display_name, category, lifecycle_status) values
  ('{agent_definitions A}', '{A}', 'agent', 'Agent', 'clients', 'active'),
  ('{agent_definitions B}', '{B}', 'agent', 'Agent', 'clients', 'active'),
  ('{agent_definitions A spare}', '{A}', 'spare', 'Agent', 'clients', 'active'),
  ('{agent_definitions B spare}', '{B}', 'spare', 'Agent', 'clients', 'active');
insert into public.agent_behaviors (id, organization_id, definition_id) values
  ('{agent_behaviors A}', '{A}', '{agent_definitions A}'), ('{agent_behaviors B}', '{B}', '{agent_definitions B}');
insert into public.agent_runs (id, organization_id, definition_id, agent_key, user_id) values
  ('{agent_runs Member's}', '{A}', '{agent_definitions A}', 'agent', '{Member}'),
  ('{agent_runs Director's}', '{A}', '{agent_definitions A}', 'agent', '{Director}'),
  ('{agent_runs Client's}', '{A}', '{agent_definitions A}', 'agent', '{Client}'),
  ('{agent_runs service's}', '{A}', '{agent_definitions A}', 'agent', null),
  ('{agent_runs B's}', '{B}', '{agent_definitions B}', 'agent', '{Admin B}');
insert into public.automation_playbooks (id, organization_id, name, status, created_by) values
  ('{automation_playbooks A}', '{A}', 'Kickoff', 'active', '{Admin}'),
  ('{automation_playbooks B}', '{B}', 'Kickoff', 'active', '{Admin B}'),
  ('{automation_playbooks A with runs}', '{A}', 'Run', 'active', '{Admin}'),
  ('{automation_playbooks B with runs}', '{B}', 'Run', 'active', '{Admin B}');
insert into public.automation_steps (id, organization_id, playbook_id, position, workspace, action) values
  ('{automation_steps A}', '{A}', '{automation_playbooks A}', 0, 'sales', 'record_note'),
  ('{automation_steps B}', '{B}', '{automation_playbooks B}', 0, 'sales', 'record_note');
insert into public.automation_runs
  (id, organization_id, playbook_id, triggered_by, trigger_event, entity_type, entity_id) values
  ('{automation_runs A}', '{A}', '{automation_playbooks A with runs}', '{Director}', 'manual', 'opportunity', '{opportunities A own}'),
  ('{automation_runs B}', '{B}', '{automation_playbooks B with runs}', '{Admin B}', 'manual', 'opportunity', '{opportunities B's}');
insert into public.automation_run_steps (id, organization_id, run_id, position, workspace, action) values
  ('{automation_run_steps A}', '{A}', '{automation_runs A}', 0, 'sales', 'record_note'),
  ('{automation_run_steps B}', '{B}', '{automation_runs B}', 0, 'sales', 'record_note');

-- Connections, and what was read through them.
insert into public.integrations (id, organization_id, user_id, provider, status, external_account_id) values
  ('{integrations Member's}', '{A}', '{Member}', 'gmail', 'connected', 'member'),
  ('{integrations Member's calendar}', '{A}', '{Member}', 'google_calendar', 'connected', 'member'),
  ('{integrations Director's}', '{A}', '{Director}', 'gmail', 'connected', 'director'),
  ('{integrations Client's}', '{A}', '{Client}', 'gmail', 'connected', 'client'),
  ('{integrations A's books}', '{A}', '{Admin}', 'quickbooks', 'connected', 'books-a'),
  ('{integrations B's}', '{B}', '{Member B}', 'gmail', 'connected', 'member-b'),
  ('{integrations B's books}', '{B}', '{Admin B}', 'quickbooks', 'connected', 'books-b');
insert into private.integration_tokens (integration_id, sealed, key_id, access_expires_at)
  select id, '\x01', 'key', now() from public.integrations;
insert into public.ingest_runs
  (id, organization_id, integration_id, provider, job_id, trigger, status, finished_at, error_code)
  select pg_temp.id('ingest_runs', t.label), i.organization_id, i.id, i.provider, 'job', 'schedule', 'dead', now(), 'decode'
  from (values ('Member''s'), ('Director''s'), ('Client''s'), ('A''s books'), ('B''s'), ('B''s books')) as t (label)
  join public.integrations i on i.id = pg_temp.id('integrations', t.label);
insert into public.ingested_messages
  (id, organization_id, integration_id, client_id, user_id, provider_message_id, direction, from_address, sent_at, shared) values
  ('{ingested_messages Member's}', '{A}', '{integrations Member's}', '{clients A own}', '{Member}', 'm1', 'inbound', 'a@example.com', now(), false),
  ('{ingested_messages Member's, shared}', '{A}', '{integrations Member's}', '{clients A own}', '{Member}', 'm2', 'inbound', 'a@example.com', now(), true),
  ('{ingested_messages Client's}', '{A}', '{integrations Client's}', '{clients A own}', '{Client}', 'm1', 'inbound', 'a@example.com', now(), false),
  ('{ingested_messages B's, shared}', '{B}', '{integrations B's}', '{clients B's}', '{Member B}', 'm1', 'inbound', 'a@example.com', now(), true);
insert into public.ingested_events
  (id, organization_id, integration_id, client_id, user_id, provider_event_id, starts_at, ends_at, shared) values
  ('{ingested_events Member's}', '{A}', '{integrations Member's calendar}', '{clients A own}', '{Member}', 'e1', now(), now(), false),
  ('{ingested_events Member's, shared}', '{A}', '{integrations Member's calendar}', '{clients A own}', '{Member}', 'e2', now(), now(), true),
  ('{ingested_events Client's}', '{A}', '{integrations Client's}', '{clients A own}', '{Client}', 'e1', now(), now(), false),
  ('{ingested_events B's, shared}', '{B}', '{integrations B's}', '{clients B's}', '{Member B}', 'e1', now(), now(), true);
insert into public.feature_flags (id, organization_id, name) values
  ('{feature_flags A}', '{A}', 'flag'), ('{feature_flags B}', '{B}', 'flag');
insert into public.saved_views (id, organization_id, user_id, workspace, name, query, is_shared) values
  ('{saved_views Member's}', '{A}', '{Member}', 'clients', 'Mine', '', false),
  ('{saved_views Member's, shared}', '{A}', '{Member}', 'clients', 'Shared', '', true),
  ('{saved_views Admin's}', '{A}', '{Admin}', 'clients', 'Mine', '', false),
  ('{saved_views gone's, shared}', '{A}', '{gone}', 'clients', 'Shared', '', true),
  ('{saved_views Client's}', '{A}', '{Client}', 'clients', 'Mine', '', false),
  ('{saved_views B's}', '{B}', '{Admin B}', 'clients', 'Mine', '', false),
  ('{saved_views B's, shared}', '{B}', '{Member B}', 'clients', 'Shared', '', true);
drop table client, person;
