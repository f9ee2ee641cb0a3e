-- Proves what lies under a client: discovery, data sources, board, deliverables,
-- and the functions that write them, the timeline and the search, by trying them.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('CX', '00000000-0000-4000-8000-000000000004'),
  ('CP', '00000000-0000-4000-8000-000000000005'),
  ('expired', '00000000-0000-4000-8000-000000000006'),
  ('D1', '00000000-0000-4000-8000-000000000011'), ('D2', '00000000-0000-4000-8000-000000000012'),
  ('Q1', '00000000-0000-4000-8000-000000000013'),
  ('K1', '00000000-0000-4000-8000-000000000021'), ('K2', '00000000-0000-4000-8000-000000000022'),
  ('K3', '00000000-0000-4000-8000-000000000023'), ('K4', '00000000-0000-4000-8000-000000000024'),
  ('L1', '00000000-0000-4000-8000-000000000025'),
  ('R1', '00000000-0000-4000-8000-000000000026'),
  ('O1', '00000000-0000-4000-8000-000000000031'), ('N1', '00000000-0000-4000-8000-000000000032'),
  ('I1', '00000000-0000-4000-8000-000000000033'), ('A1', '00000000-0000-4000-8000-000000000034'),
  ('P1', '00000000-0000-4000-8000-000000000035');

do $fixtures$
declare
  parent text;
  organization text;
begin
  perform set_config('revos.op', 'proof', true);
  -- What the demo holds there would get in the way of counting.
  delete from public.discovery_questions;
  delete from public.discovery_responses;
  delete from public.data_sources;
  delete from public.kanban_items;
  delete from public.client_deliverables;
  delete from public.integrations;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now());
    -- CX belongs to the Member, CP is a prospect of the Member.
    insert into public.clients (id, organization_id, name, owner_id, status, health, churn_risk) values
      ({CX}, {marlowick}, 'Proof Harbour', {member}, 'active', 40, 20),
      ({CP}, {marlowick}, 'Proof Meadow', {member}, 'prospect', 40, null);
  $$);
  foreach parent in array array['C1', 'C3', 'C13', 'B1'] loop
    organization := case parent when 'B1' then '{quillhaven}' else '{marlowick}' end;
    execute pg_temp.fill(replace(replace(replace($q$
      with
      q as (insert into public.discovery_questions (organization_id, client_id, question)
        values ($o, $c, 'Proof?') returning id),
      r as (insert into public.discovery_responses (organization_id, client_id, form_type)
        values ($o, $c, 'gap_selling') returning id),
      d as (insert into public.data_sources (organization_id, client_id, name)
        values ($o, $c, 'Proof') returning id),
      k as (insert into public.kanban_items (organization_id, client_id, title)
        values ($o, $c, 'Proof') returning id),
      l as (insert into public.client_deliverables (organization_id, client_id, reference, title, type, share_expires_at)
        values ($o, $c, 'proof', 'Proof', 'doc', now() + interval '1 day') returning id)
      insert into pg_temp.proof_id
      select 'discovery_questions_$p', id from q union all select 'discovery_responses_$p', id from r
      union all select 'data_sources_$p', id from d union all select 'kanban_items_$p', id from k
      union all select 'client_deliverables_$p', id from l
    $q$, '$o', organization), '$c', '{' || parent || '}'), '$p', parent));
  end loop;
  execute pg_temp.fill($$
    insert into public.client_deliverables (id, organization_id, client_id, reference, title, type, share_expires_at)
      values ({expired}, {marlowick}, {C1}, 'expired', 'Proof', 'doc', now());
    insert into public.client_deliverables (id, organization_id, client_id, reference, title, type)
      values ({L1}, {marlowick}, {CX}, 'report', 'Report', 'doc');
    insert into public.data_sources (id, organization_id, client_id, name, status, meta) values
      ({D1}, {marlowick}, {CX}, 'Ledger', 'needed', '{"kept": true}'), ({D2}, {marlowick}, {CX}, 'Orders', 'available', '{}');
    insert into public.discovery_questions (id, organization_id, client_id, question, answer, expected_impact)
      values ({Q1}, {marlowick}, {CX}, 'Why?', 'Because', 12.5);
    insert into public.discovery_responses (id, organization_id, client_id, form_type, answers, completed_at, completed_by)
      values ({R1}, {marlowick}, {CX}, 'clarity_gap', '{"goal": "x"}', '2020-01-01', {director});
    insert into public.kanban_items (id, organization_id, client_id, title, status, position) values
      ({K1}, {marlowick}, {CX}, 'One', 'backlog', 0), ({K2}, {marlowick}, {CX}, 'Two', 'backlog', 1),
      ({K3}, {marlowick}, {CX}, 'Three', 'backlog', 2), ({K4}, {marlowick}, {CX}, 'Four', 'doing', 0);
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- The tables -----------------------------------------------------------------

-- Child tables share one row rule.
insert into proof_matrix
select t.child || ': ' || m.what,
  replace(replace(replace(m.statement, '$table', t.child), '$columns', t.columns), '$values', t.vals),
  case when t.child = 'client_deliverables' then coalesce(m.shared, m.expected) else m.expected end
from (values
  ('discovery_questions', 'question', '''Proof?'''),
  ('discovery_responses', 'form_type', '''revenue_research'''),
  ('data_sources', 'name', '''Another proof'''),
  ('kanban_items', 'title', '''Proof'''),
  ('client_deliverables', 'reference, title, type', '''another'', ''Proof'', ''link''')
) as t (child, columns, vals)
cross join (values
  --                                                          A: super admin director own colleague client
  --                                                          B: admin member client; deactivated, no row, anonymous
  ('own', 'select from public.$table where id = {$table_C1}', '111110 000 00x', '111111 000 00x'),
  ('colleague''s', 'select from public.$table where id = {$table_C3}', '111110 000 00x', null),
  ('unassigned', 'select from public.$table where id = {$table_C13}', '111110 000 00x', null),
  ('of B', 'select from public.$table where id = {$table_B1}', '100000 110 00x', '100000 111 00x'),
  ('update own', 'update public.$table set client_id = client_id where id = {$table_C1}', '111100 000 00x', null),
  ('update colleague''s', 'update public.$table set client_id = client_id where id = {$table_C3}', '111010 000 00x', null),
  ('update unassigned', 'update public.$table set client_id = client_id where id = {$table_C13}', '111000 000 00x', null),
  ('update of B', 'update public.$table set client_id = client_id where id = {$table_B1}', '100000 110 00x', null),
  ('delete own', 'delete from public.$table where id = {$table_C1}', '111100 000 00x', null),
  ('delete colleague''s', 'delete from public.$table where id = {$table_C3}', '111010 000 00x', null),
  ('delete unassigned', 'delete from public.$table where id = {$table_C13}', '111000 000 00x', null),
  ('delete of B', 'delete from public.$table where id = {$table_B1}', '100000 110 00x', null),
  ('insert under own', 'insert into public.$table (organization_id, client_id, $columns) values ({marlowick}, {C10}, $values)', '1111xx xxx xxx', null),
  ('insert under colleague''s', 'insert into public.$table (organization_id, client_id, $columns) values ({marlowick}, {C11}, $values)', '111x1x xxx xxx', null),
  ('insert under unassigned', 'insert into public.$table (organization_id, client_id, $columns) values ({marlowick}, {C13}, $values)', '111xxx xxx xxx', null),
  ('insert under B', 'insert into public.$table (organization_id, client_id, $columns) values ({quillhaven}, {B3}, $values)', '1xxxxx 1xx xxx', null)
) as m (what, statement, expected, shared);
insert into proof_matrix values
  ('deliverable that is no longer shared', 'select from public.client_deliverables where id = {expired}', '111110 000 00x'),
  ('deliverable that is shared for good', 'select from public.client_deliverables where id = {L1}', '111110 000 00x');

insert into proof_attempt
-- Columns that nobody sends, tenants, and rows handed over or pointed elsewhere.
select t.child || ': ' || a.change, a.who, format('update public.%s set %s where id = {%1$s_C1}', t.child, a.change), a.expected
from unnest(array['discovery_questions', 'discovery_responses', 'data_sources', 'kanban_items', 'client_deliverables']) as t (child)
cross join (values
  ('superadmin', 'organization_id = {quillhaven}', '42501'), ('admin', 'organization_id = {quillhaven}', '42501'),
  ('member', 'organization_id = {quillhaven}', '42501'), ('admin', 'id = {nobody}', '42501'),
  ('admin', 'created_at = now()', '42501'), ('admin', 'version = 7', '42501'), ('admin', 'updated_at = now()', '42501'),
  ('member', 'client_id = {C3}', '42501'), ('member', 'client_id = {C13}', '42501'), ('member', 'client_id = {B1}', '42501')
) as a (who, change, expected)
union all
select t.child || ' under a foreign client', p.who, format('update public.%s set client_id = {%s} where id = {%1$s_C1}', t.child, v.id),
  '23503 ' || t.child || '_client_id_fkey'
from unnest(array['discovery_questions', 'discovery_responses', 'data_sources', 'kanban_items', 'client_deliverables']) as t (child)
cross join unnest(array['superadmin', 'admin']) as p (who)
cross join unnest(array['B3', 'nobody']) as v (id)
union all
select 'card for a foreign person', p.who, format('update public.kanban_items set assignee_id = {%s} where id = {K1}', v.id),
  '23503 kanban_items_assignee_id_fkey'
from unnest(array['superadmin', 'admin', 'member']) as p (who) cross join unnest(array['member.b', 'nobody']) as v (id)
union all
select 'deliverable of a foreign project', p.who, format('update public.client_deliverables set project_id = {%s} where id = {L1}', v.id),
  '23503 client_deliverables_project_id_fkey'
from unnest(array['superadmin', 'admin', 'member']) as p (who) cross join unnest(array['B1', 'nobody']) as v (id)
union all values
  ('wrong tenant', 'superadmin', 'insert into public.data_sources (organization_id, client_id, name) values ({marlowick}, {B1}, ''P'')', '23503 data_sources_client_id_fkey'),
  ('forged stamp', 'admin', 'update public.discovery_responses set completed_by = {member2} where id = {R1}', '42501'),
  ('forged stamp', 'admin', 'insert into public.discovery_responses (organization_id, client_id, form_type, completed_by) values ({marlowick}, {CX}, ''gap_selling'', {member2})', '42501'),
  -- Values.
  ('second form', 'member', 'insert into public.discovery_responses (organization_id, client_id, form_type) values ({marlowick}, {CX}, ''clarity_gap'')', '23505 discovery_responses_client_id_form_type_key'),
  ('unknown form', 'member', 'insert into public.discovery_responses (organization_id, client_id, form_type) values ({marlowick}, {CX}, ''x'')', '23514 discovery_responses_form_type_check'),
  ('answers as list', 'member', 'update public.discovery_responses set answers = ''[]'' where id = {R1}', '23514 discovery_responses_answers_check'),
  ('second name', 'member', 'insert into public.data_sources (organization_id, client_id, name) values ({marlowick}, {CX}, ''LEDGER'')', '23505 data_sources_client_id_name_key'),
  ('blank name', 'member', 'update public.data_sources set name = '' '' where id = {D1}', '23514 data_sources_name_check'),
  ('long name', 'member', 'update public.data_sources set name = repeat(''x'', 201) where id = {D1}', '23514 data_sources_name_check'),
  ('unknown status', 'member', 'update public.data_sources set status = ''x'' where id = {D1}', '23514 data_sources_status_check'),
  ('large meta', 'member', 'update public.data_sources set meta = jsonb_build_object(''x'', repeat(''x'', 10000)) where id = {D1}', '23514 data_sources_meta_check'),
  ('unknown column', 'member', 'update public.kanban_items set status = ''x'' where id = {K1}', '23514 kanban_items_status_check'),
  ('negative place', 'member', 'update public.kanban_items set position = -1 where id = {K1}', '23514 kanban_items_position_check'),
  ('long question', 'member', 'update public.discovery_questions set question = repeat(''x'', 10001) where id = {Q1}', '23514 discovery_questions_question_check'),
  ('second reference', 'member', 'insert into public.client_deliverables (organization_id, client_id, reference, title, type) values ({marlowick}, {CX}, ''report'', ''P'', ''doc'')', '23505 client_deliverables_client_id_reference_key'),
  ('spoken reference', 'member', 'update public.client_deliverables set reference = ''A b'' where id = {L1}', '23514 client_deliverables_reference_check'),
  ('script as link', 'member', 'update public.client_deliverables set url = ''javascript:alert(1)'' where id = {L1}', '23514 client_deliverables_url_check');

insert into proof_effect
-- Writing one row: one note, one event of the client.
select t.child || ' inserted', 'member', 'marlowick',
  format('insert into public.%s (organization_id, client_id, %s) values ({marlowick}, {C10}, %s)', t.child, t.columns, t.vals),
  format('%s | insert %s', t.on_insert, t.child), 'select bool_and(entity_type = ''client'' and entity_id = {C10}) from public.analytics_events', 'true'
from (values
  ('discovery_questions', 'question', '''Proof?''', 'client.discovery.saved'),
  ('discovery_responses', 'form_type', '''revenue_research''', 'client.discovery.saved'),
  ('data_sources', 'name', '''Proof''', 'client.data.updated'),
  ('kanban_items', 'title', '''Proof''', 'client.kanban.saved'),
  ('client_deliverables', 'reference, title, type', '''p'', ''Proof'', ''link''', 'client.deliverable.linked')
) as t (child, columns, vals, on_insert)
union all values
  ('question changed', 'member', 'marlowick', 'update public.discovery_questions set lever = ''x'' where id = {Q1}',
    'client.discovery.saved | update discovery_questions', 'select payload -> ''changed'' from public.analytics_events', '["lever"]'),
  ('question deleted', 'member', 'marlowick', 'delete from public.discovery_questions where id = {Q1}',
    'client.discovery.saved | delete discovery_questions', null, null),
  ('form changed', 'member', 'marlowick', 'update public.discovery_responses set answers = ''{"goal": "y"}'' where id = {R1}',
    'client.discovery.saved | update discovery_responses',
    $$select concat_ws(' ', completed_at = '2020-01-01', completed_by = {director}, version, e.payload ->> 'completed')
      from public.discovery_responses r, public.analytics_events e where r.id = {R1}$$, 't t 2 true'),
  ('form reopened', 'member', 'marlowick', 'update public.discovery_responses set completed_at = null where id = {R1}',
    'client.discovery.saved | update discovery_responses',
    'select num_nulls(completed_at, completed_by) from public.discovery_responses where id = {R1}', '2'),
  ('completion backdated', 'member', 'marlowick', 'update public.discovery_responses set completed_at = ''2001-01-01'' where id = {R1}', '- | -',
    'select completed_at = ''2020-01-01'' and completed_by = {director} from public.discovery_responses where id = {R1}', 'true'),
  ('form completed', 'member', 'marlowick', 'update public.discovery_responses set completed_at = ''2001-01-01'' where id = {discovery_responses_C1}',
    'client.discovery.saved | update discovery_responses',
    'select completed_at = now() and completed_by = {member} from public.discovery_responses where id = {discovery_responses_C1}', 'true'),
  ('source changed', 'member', 'marlowick', 'update public.data_sources set status = ''collected'' where id = {D1}',
    'client.data.updated | update data_sources', 'select payload - ''item_id'' from public.analytics_events',
    '{"to": "collected", "from": "needed", "changed": ["status"]}'),
  ('source deleted', 'member', 'marlowick', 'delete from public.data_sources where id = {D1}',
    'client.data.updated | delete data_sources', 'select payload - ''item_id'' from public.analytics_events', '{"to": null, "from": "needed"}'),
  ('card changed', 'member', 'marlowick', 'update public.kanban_items set assignee_id = {member2} where id = {K1}',
    'client.kanban.saved | update kanban_items', null, null),
  ('deliverable changed', 'member', 'marlowick', 'update public.client_deliverables set url = ''https://example.com'' where id = {L1}',
    'client.deliverable.updated | update client_deliverables', 'select payload ->> ''title'' from public.analytics_events', 'Report'),
  ('deliverable removed', 'member', 'marlowick', 'delete from public.client_deliverables where id = {L1}',
    'client.deliverable.removed | delete client_deliverables', null, null),
  ('nothing changed', 'member', 'marlowick', 'update public.kanban_items set title = title where id = {K1}', '- | -', null, null),
  ('of B', 'superadmin', 'quillhaven', 'update public.kanban_items set title = ''x'' where id = {kanban_items_B1}',
    'client.kanban.saved | update kanban_items', null, null),
  ('client deleted', 'admin', 'marlowick', 'delete from public.clients where id = {CX}',
    'client.deleted | delete client_deliverables, delete clients, delete data_sources 2, delete discovery_questions, delete discovery_responses, delete kanban_items 4',
    null, null);

select pg_temp.run_all();
delete from proof_matrix;
delete from proof_attempt;
delete from proof_effect;

-- The functions --------------------------------------------------------------

-- Who may call: a hidden client is missing, a readable one is forbidden.
insert into proof_attempt
select 'calls on an own client', p.who, f.call, p.expected
from (values
  ('select public.ensure_client_onboarding({CX}, 1)'),
  ('select public.save_discovery({CX}, ''gap_selling'', ''{}'', false)'),
  ('select public.sync_discovery_questions({CX}, ''[]'')'),
  ('select public.sync_data_sources({CX}, ''[]'')'),
  ('select public.sync_kanban({CX}, ''[]'')'),
  ('select public.move_kanban_item({K1}, ''done'', 0, 1)')
) as f (call)
cross join (values
  ('member2', 'PT403 forbidden'), ('gone', 'PT403 no_membership'), ('nobody', 'PT403 no_membership'),
  ('unnamed', 'PT401 unauthenticated'), ('anon', '42501'), ('service_role', '42501'),
  ('admin.b', 'PT404 not_found'), ('member.b', 'PT404 not_found')
) as p (who, expected)
union all
select 'calls', 'client', f.call, f.expected
from (values
  ('select public.ensure_client_onboarding({C1}, 1)', 'PT403 forbidden'),
  ('select public.ensure_client_onboarding({CX}, 1)', 'PT404 not_found'),
  ('select public.save_discovery({C1}, ''gap_selling'', ''{}'', false)', 'PT403 forbidden'),
  ('select public.sync_discovery_questions({C1}, ''[]'')', 'PT403 forbidden'),
  ('select public.sync_data_sources({C1}, ''[]'')', 'PT403 forbidden'),
  ('select public.sync_kanban({C1}, ''[]'')', 'PT403 forbidden'),
  ('select public.move_kanban_item({kanban_items_C1}, ''done'', 0, 1)', 'PT403 forbidden'),
  ('select public.sync_client_health({C1})', 'PT403 forbidden'),
  ('select public.client_timeline({C1})', 'PT403 forbidden')
) as f (call, expected)
union all
select 'ids of B and of nobody', p.who, f.call, 'PT404 not_found'
from (values
  ('select public.ensure_client_onboarding({B1}, 1)'), ('select public.ensure_client_onboarding({nobody}, 1)'),
  ('select public.save_discovery({B1}, ''gap_selling'', ''{}'', false)'),
  ('select public.sync_discovery_questions({B1}, ''[]'')'), ('select public.sync_data_sources({B1}, ''[]'')'),
  ('select public.sync_kanban({B1}, ''[]'')'), ('select public.sync_kanban({nobody}, ''[]'')'),
  ('select public.move_kanban_item({kanban_items_B1}, ''done'', 0, 1)'), ('select public.move_kanban_item({nobody}, ''done'', 0, 1)'),
  ('select public.client_timeline({B1})'), ('select public.client_timeline({nobody})'),
  -- Rows of B, and of another client, inside the lists.
  ('select public.sync_data_sources({CX}, ''[{"id": "<data_sources_B1>", "version": 1, "name": "x"}]'')'),
  ('select public.sync_data_sources({CX}, ''[{"id": "<data_sources_C1>", "version": 1, "name": "x"}]'')'),
  ('select public.sync_data_sources({CX}, ''[{"id": "<nobody>", "version": 1, "name": "x"}]'')'),
  ('select public.sync_data_sources({CX}, ''[{"id": "x", "version": 1, "name": "x"}]'')'),
  ('select public.sync_data_sources({CX}, ''[]'', ''[{"id": "<data_sources_B1>", "version": 1}]'')'),
  ('select public.sync_data_sources({CX}, ''[]'', ''[{"id": "<data_sources_C1>", "version": 1}]'')'),
  ('select public.sync_discovery_questions({CX}, ''[]'', ''[{"id": "<discovery_questions_C1>", "version": 1}]'')'),
  ('select public.sync_kanban({CX}, ''[]'', ''[{"id": "<kanban_items_B1>", "version": 1}]'')'),
  ('select public.sync_kanban({CX}, ''[{"title": "x", "assignee_id": "<member.b>"}]'')'),
  ('select public.sync_kanban({CX}, ''[{"title": "x", "assignee_id": "<nobody>"}]'')')
) as f (call)
cross join unnest(array['admin', 'member']) as p (who)
union all
select 'health', p.who, f.call, p.expected
from unnest(array['select public.sync_client_health()', 'select public.sync_client_health({C1})']) as f (call)
cross join (values
  ('director', 'PT403 forbidden'), ('member', 'PT403 forbidden'), ('client', 'PT403 forbidden'),
  ('gone', 'PT403 no_membership'), ('nobody', 'PT403 no_membership'), ('unnamed', 'PT401 unauthenticated'),
  ('anon', '42501'), ('service_role', '42501')
) as p (who, expected)
union all
select 'argument', 'member', f.call, 'PT400 invalid_argument'
from unnest(array[
  'select public.ensure_client_onboarding(null, 1)',
  'select public.ensure_client_onboarding({CX}, null)',
  'select public.save_discovery(null, ''gap_selling'', ''{}'', false)',
  'select public.save_discovery({CX}, null, ''{}'', false)',
  'select public.save_discovery({CX}, ''x'', ''{}'', false)',
  'select public.save_discovery({CX}, ''gap_selling'', null, false)',
  'select public.save_discovery({CX}, ''gap_selling'', ''[]'', false)',
  'select public.save_discovery({CX}, ''gap_selling'', ''{}'', null)',
  'select public.sync_data_sources(null, ''[]'')',
  'select public.sync_data_sources({CX}, null)',
  'select public.sync_data_sources({CX}, ''{}'')',
  'select public.sync_data_sources({CX}, ''[1]'')',
  'select public.sync_data_sources({CX}, ''[]'', null)',
  'select public.sync_data_sources({CX}, ''[]'', ''[{"version": 1}]'')',
  'select public.sync_data_sources({CX}, ''[]'', ''[{"id": "<D1>"}]'')',
  'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "name": "x"}]'')',
  'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": "x", "name": "x"}]'')',
  'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": 1}, {"id": "<D1>", "version": 1}]'')',
  'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": 1}]'', ''[{"id": "<D1>", "version": 1}]'')',
  'select public.sync_data_sources({CX}, (select jsonb_agg(jsonb_build_object(''name'', n)) from generate_series(1, 501) n))',
  'select public.move_kanban_item(null, ''done'', 0, 1)',
  'select public.move_kanban_item({K1}, null, 0, 1)',
  'select public.move_kanban_item({K1}, ''x'', 0, 1)',
  'select public.move_kanban_item({K1}, ''done'', null, 1)',
  'select public.move_kanban_item({K1}, ''done'', -1, 1)',
  'select public.move_kanban_item({K1}, ''done'', 0, null)',
  'select public.client_timeline(null)',
  'select public.client_timeline({CX}, null, 0)',
  'select public.client_timeline({CX}, null, 201)',
  'select public.client_timeline({CX}, null, null)',
  'select public.search_workspace(null)',
  'select public.search_workspace(repeat(''x'', 201))',
  'select public.search_workspace(''proof'', array[''user''])',
  'select public.search_workspace(''proof'', null, 0)',
  'select public.search_workspace(''proof'', null, 51)',
  'select public.search_workspace(''proof'', null, null)']) as f (call)
union all
select 'fields', 'member', f.call, 'PT422 validation_failed'
from unnest(array[
  'select public.save_discovery({CX}, ''gap_selling'', ''{}'', true)',
  'select public.save_discovery({CX}, ''gap_selling'', ''{"a": " "}'', true)',
  'select public.save_discovery({CX}, ''gap_selling'', jsonb_build_object(''a'', repeat(''x'', 10001)), false)',
  'select public.save_discovery({CX}, ''gap_selling'', jsonb_build_object(repeat(''x'', 201), ''a''), false)',
  'select public.save_discovery({CX}, ''gap_selling'', (select jsonb_object_agg(n, repeat(''x'', 9999)) from generate_series(1, 27) n), false)',
  'select public.sync_data_sources({CX}, ''[{}]'')',
  'select public.sync_data_sources({CX}, ''[{"name": ""}]'')',
  'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": 1, "name": null}]'')',
  'select public.sync_data_sources({CX}, jsonb_build_array(jsonb_build_object(''name'', repeat(''x'', 201))))',
  'select public.sync_data_sources({CX}, ''[{"name": "x", "status": "lost"}]'')',
  'select public.sync_data_sources({CX}, ''[{"name": "x", "required": "yes"}]'')',
  'select public.sync_data_sources({CX}, ''[{"name": "x", "titel": "y"}]'')',
  'select public.sync_discovery_questions({CX}, ''[{"question": "x"}]'')',
  'select public.sync_discovery_questions({CX}, ''[{"position": 0}]'')',
  'select public.sync_discovery_questions({CX}, ''[{"position": -1, "question": "x"}]'')',
  'select public.sync_discovery_questions({CX}, ''[{"position": 0, "question": "x", "expected_impact": 1000000000000}]'')',
  'select public.sync_kanban({CX}, ''[{"title": " "}]'')',
  'select public.sync_kanban({CX}, ''[{"title": "x", "status": "x"}]'')',
  'select public.sync_kanban({CX}, ''[{"title": "x", "due_date": "2026-02-30"}]'')']) as f (call)
union all
select 'stale', 'member', f.call, 'PT409 stale_version'
from unnest(array[
  'select public.ensure_client_onboarding({CX}, 9)',
  'select public.save_discovery({CX}, ''clarity_gap'', ''{"goal": "y"}'', false)',
  'select public.save_discovery({CX}, ''clarity_gap'', ''{"goal": "y"}'', false, 9)',
  'select public.save_discovery({CX}, ''gap_selling'', ''{"goal": "y"}'', false, 1)',
  'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": 9, "name": "x"}]'')',
  'select public.sync_data_sources({CX}, ''[]'', ''[{"id": "<D1>", "version": 9}]'')',
  'select public.sync_discovery_questions({CX}, ''[{"id": "<Q1>", "version": 9, "answer": "x"}]'')',
  'select public.sync_kanban({CX}, ''[{"id": "<K1>", "version": 9, "title": "x"}]'')',
  'select public.move_kanban_item({K1}, ''done'', 0, 9)']) as f (call)
union all values
  ('name twice', 'member', 'select public.sync_data_sources({CX}, ''[{"name": "ledger"}]'')', '23505 data_sources_client_id_name_key'),
  ('half a place', 'member', 'select public.sync_kanban({CX}, ''[{"title": "x", "position": 1.5}]'')', '22P02'),
  ('hidden client', 'admin', 'select public.sync_client_health({B1})', 'PT404 not_found'),
  ('no client', 'superadmin', 'select public.sync_client_health({nobody})', 'PT404 not_found'),
  ('calls', 'anon', 'select public.client_timeline({CX})', '42501'),
  ('calls', 'gone', 'select public.client_timeline({CX})', 'PT403 no_membership'),
  ('calls', 'anon', 'select public.search_workspace(''proof'')', '42501'),
  ('calls', 'gone', 'select public.search_workspace(''proof'')', 'PT403 no_membership'),
  ('calls', 'unnamed', 'select public.search_workspace(''proof'')', 'PT401 unauthenticated'),
  ('searches B', 'admin', 'select public.search_workspace(''proof'', null, 12, {quillhaven})', 'PT403 forbidden');

insert into proof_effect values
  ('onboarding of a prospect', 'member', 'marlowick', 'select public.ensure_client_onboarding({CP}, 1)',
    'client.onboarding.ensured | insert client_deliverables 3 (ensure_client_onboarding), update clients (ensure_client_onboarding)',
    $$select concat_ws(' ', c.status, c.phase, c.version, e.payload, (select string_agg(d.reference || '/' || d.type, ' ' order by d.reference)
        from public.client_deliverables d where d.client_id = c.id))
      from public.clients c, public.analytics_events e where c.id = {CP}$$,
    'active Onboarding 2 {"deliverables": 3} executive-dashboard/dashboard operating-kpis/dashboard quarterly-review/doc'),
  ('onboarding a second time', 'member', 'marlowick',
    'select public.ensure_client_onboarding({CP}, 1); forget; select public.ensure_client_onboarding({CP}, 2)', '- | -', null, null),
  ('onboarding keeps another status', 'director', 'marlowick',
    'update public.clients set status = ''paused'' where id = {CX}; forget; select public.ensure_client_onboarding({CX}, 2)',
    'client.onboarding.ensured | insert client_deliverables 3 (ensure_client_onboarding), update clients (ensure_client_onboarding)',
    'select status || '' '' || phase from public.clients where id = {CX}', 'paused Onboarding'),
  ('onboarding in B', 'superadmin', 'quillhaven', 'select public.ensure_client_onboarding({B3}, 1)',
    'client.onboarding.ensured | insert client_deliverables 3 (ensure_client_onboarding), update clients (ensure_client_onboarding)', null, null),

  ('first save of a form', 'member', 'marlowick', 'select public.save_discovery({CX}, ''gap_selling'', ''{"a": "1"}'', false)',
    'client.discovery.saved | insert discovery_responses (save_discovery)',
    $$select concat_ws(' ', answers, completed_at is null, completed_by is null, version, e.payload)
      from public.discovery_responses, public.analytics_events e where client_id = {CX} and form_type = 'gap_selling'$$,
    '{"a": "1"} t t 1 {"completed": false, "form_type": "gap_selling"}'),
  ('first save that completes', 'member', 'marlowick', 'select public.save_discovery({CX}, ''gap_selling'', ''{"a": "1"}'', true)',
    'client.discovery.saved | insert discovery_responses (save_discovery)',
    'select completed_at = now() and completed_by = {member} from public.discovery_responses where client_id = {CX} and form_type = ''gap_selling''', 'true'),
  ('completed again by another', 'member', 'marlowick', 'select public.save_discovery({CX}, ''clarity_gap'', ''{"goal": "y"}'', true, 1)',
    'client.discovery.saved | update discovery_responses (save_discovery)',
    'select completed_at = ''2020-01-01'' and completed_by = {director} and version = 2 from public.discovery_responses where id = {R1}', 'true'),
  ('form reopened', 'member', 'marlowick', 'select public.save_discovery({CX}, ''clarity_gap'', ''{"goal": "x"}'', false, 1)',
    'client.discovery.saved | update discovery_responses (save_discovery)',
    'select num_nulls(completed_at, completed_by) from public.discovery_responses where id = {R1}', '2'),
  ('form as it was', 'member', 'marlowick', 'select public.save_discovery({CX}, ''clarity_gap'', ''{"goal": "x"}'', true, 1)', '- | -', null, null),

  ('sources as a set', 'member', 'marlowick',
    $$select public.sync_data_sources({CX}, '[
        {"id": "<D1>", "version": 1, "name": " General ledger ", "status": "collected", "notes": "x", "updated_at": "2001-01-01"},
        {"name": "Surveys", "required": false}]', '[{"id": "<D2>", "version": 1}]')$$,
    'client.data.saved | delete data_sources (sync_data_sources), insert data_sources (sync_data_sources), update data_sources (sync_data_sources)',
    $$select string_agg(concat_ws(' ', name, category, status, required, notes, meta, version), ', ' order by name) || ' ' || (select payload from public.analytics_events)
      from public.data_sources where client_id = {CX}$$,
    'General ledger general collected t x {"kept": true} 2, Surveys general needed f {} 1 {"deleted": 1, "updated": 1, "inserted": 1}'),
  ('sources as they are, read long ago', 'member', 'marlowick',
    'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": 0, "name": "Ledger", "status": "needed"}]'')', '- | -',
    'select version from public.data_sources where id = {D1}', '1'),
  ('fields not named stay, empty ones are cleared', 'member', 'marlowick',
    'select public.sync_discovery_questions({CX}, ''[{"id": "<Q1>", "version": 1, "answer": ""}, {"question": "How?", "position": 1, "expected_impact": "99.95"}]'')',
    'client.discovery.saved | insert discovery_questions (sync_discovery_questions), update discovery_questions (sync_discovery_questions)',
    $$select string_agg(concat_ws(' ', question, answer, expected_impact), ', ' order by position) || ' ' || (select payload from public.analytics_events)
      from public.discovery_questions where client_id = {CX}$$,
    'Why? 12.50, How? 99.95 {"questions": {"deleted": 0, "updated": 1, "inserted": 1}}'),
  ('nothing asked', 'member', 'marlowick', 'select public.sync_data_sources({CX}, ''[]'')', '- | -', null, null),
  ('sources of B', 'superadmin', 'quillhaven', 'select public.sync_data_sources({B1}, ''[{"name": "x"}]'')',
    'client.data.saved | insert data_sources (sync_data_sources)', null, null),

  ('board as a set', 'member', 'marlowick',
    $$select public.sync_kanban({CX}, '[{"id": "<K2>", "version": 1, "status": "doing", "position": 0},
        {"title": "New", "status": "doing"}, {"title": "First", "position": 0, "assignee_id": "<member2>", "due_date": "2026-03-01"}]',
        '[{"id": "<K1>", "version": 1}]')$$,
    'client.kanban.saved | delete kanban_items (sync_kanban), insert kanban_items 2 (sync_kanban), update kanban_items 4 (sync_kanban)',
    $$select string_agg(concat_ws(' ', status, position, title), ', ' order by status, position) from public.kanban_items where client_id = {CX}$$,
    -- Two and Four share a place; the id decides.
    'backlog 0 First, backlog 1 Three, doing 0 Two, doing 1 Four, doing 2 New'),
  ('a title leaves the order alone', 'member', 'marlowick', 'select public.sync_kanban({CX}, ''[{"id": "<K1>", "version": 1, "title": "1"}]'')',
    'client.kanban.saved | update kanban_items (sync_kanban)', null, null),
  ('card down its column', 'member', 'marlowick', 'select public.move_kanban_item({K1}, ''backlog'', 1, 1)',
    'client.kanban.moved | update kanban_items 2 (move_kanban_item)',
    $$select string_agg(concat_ws(' ', title, position, version), ', ' order by position) from public.kanban_items where client_id = {CX} and status = 'backlog'$$,
    'Two 0 2, One 1 2, Three 2 1'),
  ('card up its column', 'member', 'marlowick', 'select public.move_kanban_item({K3}, ''backlog'', 0, 1)',
    'client.kanban.moved | update kanban_items 3 (move_kanban_item)',
    $$select string_agg(concat_ws(' ', title, position), ', ' order by position) from public.kanban_items where client_id = {CX} and status = 'backlog'$$,
    'Three 0, One 1, Two 2'),
  ('card to another column', 'member', 'marlowick', 'select public.move_kanban_item({K1}, ''doing'', 0, 1)',
    'client.kanban.moved | update kanban_items 4 (move_kanban_item)',
    $$select string_agg(concat_ws(' ', status, position, title), ', ' order by status, position) || ' ' || (select payload - 'item_id' from public.analytics_events)
      from public.kanban_items where client_id = {CX}$$,
    'backlog 0 Two, backlog 1 Three, doing 0 One, doing 1 Four {"to": "doing", "from": "backlog"}'),
  ('card beyond the end', 'member', 'marlowick', 'select public.move_kanban_item({K2}, ''doing'', 99, 1)',
    'client.kanban.moved | update kanban_items 2 (move_kanban_item)',
    'select position from public.kanban_items where id = {K2}', '1'),
  ('card that is there already, read long ago', 'member', 'marlowick', 'select public.move_kanban_item({K3}, ''backlog'', 99, 77)', '- | -', null, null),
  ('card in B', 'superadmin', 'quillhaven', 'select public.move_kanban_item({kanban_items_B1}, ''done'', 0, 1)',
    'client.kanban.moved | update kanban_items (move_kanban_item)', null, null),

  ('health of all', 'admin', 'marlowick', 'select public.sync_client_health()', 'client.health.synced | -',
    $$select (e.payload ->> 'snapshots')::integer = (select count(*) from public.clients where organization_id = {marlowick}
          and status <> 'prospect' and num_nonnulls(health, churn_risk) > 0)
        and (select count(*) = (e.payload ->> 'snapshots')::integer and bool_and(h.health is not distinct from c.health and h.churn_risk is not distinct from c.churn_risk)
          from public.client_health_history h join public.clients c on c.id = h.client_id
          where h.source = 'manual' and h.organization_id = {marlowick} and h.snapshot_date = private.organization_today({marlowick}))
      from public.analytics_events e$$, 'true'),
  ('health of one, also a prospect', 'admin', 'marlowick', 'select public.sync_client_health({CP})', 'client.health.synced | -',
    'select concat_ws('' '', entity_type, entity_id = {marlowick}, payload) from public.analytics_events', 'organization t {"snapshots": 1}'),
  ('health of one without scores', 'admin', 'marlowick', 'select public.sync_client_health({C13})', 'client.health.synced | -',
    'select payload from public.analytics_events', '{"snapshots": 0}'),
  ('health in B', 'superadmin', 'quillhaven', 'select public.sync_client_health({B1})', 'client.health.synced | -', null, null);
select pg_temp.run_all();

-- What stale_version, a bad list and a refused set tell and leave.
create function pg_temp.detail(p_who text, p_sql text) returns jsonb
language plpgsql
as $$
declare
  statement constant text := pg_temp.fill(p_sql);
  detail text;
begin
  begin
    perform pg_temp.become(p_who);
    execute statement;
  exception when others then
    get stacked diagnostics detail = pg_exception_detail;
  end;
  return nullif(detail, '')::jsonb;
end
$$;
do $details$
begin
  perform pg_temp.check_that('every conflicting row', (
    select string_agg(r ->> 'name', ' ' order by r ->> 'name') from jsonb_array_elements(pg_temp.detail('member',
      'select public.sync_data_sources({CX}, ''[{"id": "<D1>", "version": 9, "name": "x"}, {"name": "y"}]'', ''[{"id": "<D2>", "version": 9}]'')')) r),
    'Ledger Orders');
  perform pg_temp.check_that('the conflicting card', pg_temp.detail('member',
    'select public.move_kanban_item({K1}, ''done'', 0, 9)') ->> 'title', 'One');
  perform pg_temp.check_that('the conflicting form', pg_temp.detail('member',
    'select public.save_discovery({CX}, ''clarity_gap'', ''{}'', false)') ->> 'version', '1');
  perform pg_temp.check_that('every problem', pg_temp.detail('member',
    'select public.sync_data_sources({CX}, ''[{"name": "x"}, {"status": "x"}, {"name": "y", "titel": 1}]'')')::text,
    '[{"key": "required", "row": 1, "field": "name"}, {"key": "unknown_value", "row": 1, "field": "status"}, {"key": "unknown_field", "row": 2, "field": "titel"}]');
  perform pg_temp.check_that('a refused set leaves nothing', (
    select count(*)::text from public.data_sources d join pg_temp.proof_id p on p.id = d.client_id and p.key = 'CX'), '2');
end
$details$;

-- Timeline and search --------------------------------------------------------

do $records$
begin
  perform set_config('revos.op', 'proof', true);
  execute pg_temp.fill($$
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id)
      values ({O1}, {marlowick}, {CX}, 'Proof Lantern', 100, {member});
    insert into public.opportunity_notes (id, organization_id, opportunity_id, author_id, body, created_at)
      values ({N1}, {marlowick}, {O1}, {director}, 'Proof', now() - interval '3 hours');
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date, created_at)
      values ({I1}, {marlowick}, {CX}, 'PROOF-7', current_date, current_date, now() - interval '2 hours');
    insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price)
      values ({marlowick}, {I1}, 'Proof', 100);
    update public.invoices set status = 'sent', sent_at = now() - interval '2 hours' where id = {I1};
    insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method)
      values ({marlowick}, {I1}, 40, '2020-01-02', 'cash');
    insert into public.opportunity_activities (organization_id, opportunity_id, type, title, created_by)
      values ({marlowick}, {O1}, 'call', 'Proof call', {member});
    with connected as (
      insert into public.integrations (organization_id, user_id, provider, status, connected_at)
      values ({marlowick}, {director}, 'google_calendar', 'connected', now()),
        ({marlowick}, {director}, 'gmail', 'connected', now()) returning id, provider),
    mail as (
      insert into public.ingested_messages (organization_id, integration_id, client_id, user_id,
        provider_message_id, direction, from_address, sent_at, shared)
      select {marlowick}::uuid, c.id, {CX}, {director}, m.name, 'inbound', 'x@example.com', now(), m.shared
      from connected c, (values ('a', true), ('b', false)) as m (name, shared) where c.provider = 'gmail')
    insert into public.ingested_events (organization_id, integration_id, client_id, user_id, provider_event_id, title, starts_at, ends_at)
      select {marlowick}, c.id, {CX}, {director}, 'a', 'Proof meeting', now(), now() from connected c where c.provider = 'google_calendar';
    insert into public.agent_definitions (id, organization_id, agent_key, display_name, category, lifecycle_status)
      values ({A1}, {marlowick}, 'proof-agent', 'Proof Agent', 'clients', 'active');
    insert into public.contacts (id, organization_id, client_id, name, role, email)
      values ({P1}, {marlowick}, {CX}, 'Proof Person', 'CFO', 'zephyrine@example.com');
    insert into public.analytics_events (organization_id, user_id, event_key, entity_type, entity_id, occurred_at) values
      ({marlowick}, {director}, 'client.updated', 'client', {CX}, now() - interval '1 hour'),
      ({marlowick}, {director}, 'ui.view.opened', 'client', {CX}, now()),
      ({quillhaven}, {member.b}, 'client.updated', 'client', {CX}, now());
  $$);
  perform set_config('revos.op', '', true);
end
$records$;

do $reading$
declare
  who text;
begin
  foreach who in array array['superadmin', 'admin', 'director'] loop
    -- Mail and meetings are the Director's; one message is shared.
    perform pg_temp.check_that('kinds in the timeline for ' || who, pg_temp.outcome(who,
      $$select string_agg(kind || ' ' || n, ', ' order by kind) from (
        select kind, count(*) as n from public.client_timeline({CX}) group by kind) k$$),
      'activity 1, deliverable 1, event 1, health 1, invoice 1, '
        || case who when 'director' then 'meeting 1, message 2' else 'message 1' end
        || ', note 1, payment 1, stage_change 1');
  end loop;
  perform pg_temp.check_that('a payment stands at its day', pg_temp.outcome('admin',
    $$select concat_ws(' ', occurred_at, title, detail ->> 'amount') from public.client_timeline({CX}) where kind = 'payment'$$),
    ('2020-01-02 12:00 America/New_York'::timestamptz)::text || ' PROOF-7 40.00');
  perform pg_temp.check_that('the Member does not see a colleague''s event', pg_temp.outcome('member',
    $$select string_agg(distinct kind, ', ') from public.client_timeline({CX})$$),
    'activity, deliverable, health, invoice, message, note, payment, stage_change');
  perform pg_temp.check_that('nor invoices of a colleague''s client', pg_temp.outcome('member2',
    $$select string_agg(distinct kind, ', ') from public.client_timeline({CX})$$),
    'activity, deliverable, health, message, note, stage_change');
  perform pg_temp.check_that('newest first', pg_temp.outcome('admin',
    $$select (array_agg(kind order by n))[array_upper(array_agg(kind), 1) - 3:]::text
      from (select kind, row_number() over () as n from public.client_timeline({CX})) t$$), '{event,invoice,note,payment}');
  perform pg_temp.check_that('pages lose nothing of one moment', pg_temp.outcome('admin',
    $$with recursive page (before, ids) as (
        select null::timestamptz, '{}'::uuid[]
        union all
        select (select min(t.occurred_at) from public.client_timeline({CX}, p.before, 1) t),
          (select array_agg(t.id) from public.client_timeline({CX}, p.before, 1) t)
        from page p where p.ids is not null)
      select count(distinct i) || ' ' || count(i) from page, unnest(ids) i$$), '9 9');
  perform pg_temp.check_that('detail of a stage', pg_temp.outcome('admin',
    $$select detail ->> 'to' || ' ' || (detail ->> 'amount') from public.client_timeline({CX}) where kind = 'stage_change'$$),
    'Prospect 100.00');

  perform pg_temp.check_that('one of each kind', pg_temp.outcome('admin',
    $$select string_agg(kind, ' ' order by kind) from (select distinct kind from public.search_workspace('PROOF', null, 50)) k$$),
    'agent client contact invoice opportunity');
  perform pg_temp.check_that('chosen kinds', pg_temp.outcome('admin',
    $$select string_agg(distinct kind, ' ') from public.search_workspace('proof', array['client'], 50)$$), 'client');
  perform pg_temp.check_that('best first', pg_temp.outcome('admin',
    $$select title || ' / ' || subtitle from public.search_workspace('proof h', null, 1)$$), 'Proof Harbour / active');
  perform pg_temp.check_that('a word inside', pg_temp.outcome('admin',
    $$select title || ' ' || trunc(rank) from public.search_workspace('harb', null, 1)$$), 'Proof Harbour 1');
  perform pg_temp.check_that('a slip of the key', pg_temp.outcome('admin',
    $$select title from public.search_workspace('Harbuor Proof', null, 1)$$), 'Proof Harbour');
  perform pg_temp.check_that('by address', pg_temp.outcome('admin',
    $$select title from public.search_workspace('zephyrine')$$), 'Proof Person');
  perform pg_temp.check_that('whose record shows it', pg_temp.outcome('admin',
    $$select string_agg(distinct s.kind || ' ' || coalesce(c.name, '-'), ', ' order by s.kind || ' ' || coalesce(c.name, '-'))
      from public.search_workspace('proof', null, 50) s left join public.clients c on c.id = s.client_id
      where s.kind <> 'opportunity'$$), 'agent -, client Proof Harbour, client Proof Meadow, contact Proof Harbour, invoice Proof Harbour');
  perform pg_temp.check_that('too short', pg_temp.outcome('admin', $$select count(*) from public.search_workspace(' p ')$$), '0');
  perform pg_temp.check_that('limit', pg_temp.outcome('admin', $$select count(*) from public.search_workspace('proof', null, 2)$$), '2');
  foreach who in array array['%%', '__', '\\', ''',', '").or(', '*)(', '.*', '){'] loop
    perform pg_temp.check_that('text that looks like a pattern: ' || who,
      pg_temp.outcome('admin', format('select count(*) from public.search_workspace(%L, null, 50)', who)), '0');
  end loop;
  perform pg_temp.check_that('money of a colleague''s client is not found', pg_temp.outcome('member2',
    $$select count(*) from public.search_workspace('proof', array['invoice'])$$), '0');
  perform pg_temp.check_that('a client finds the own account only', pg_temp.outcome('client',
    $$select string_agg(distinct kind, ' ') || ' ' || count(*) filter (where kind = 'client') from public.search_workspace('brindlecrest', null, 50)$$), 'client 1');
  perform pg_temp.check_that('and nothing else', pg_temp.outcome('client',
    $$select count(*) from public.search_workspace('proof', null, 50)$$), '0');
  perform pg_temp.check_that('nothing of A in B', pg_temp.outcome('admin.b', $$select count(*) from public.search_workspace('proof', null, 50)$$), '0');
  perform pg_temp.check_that('a SuperAdmin finds the organization named', pg_temp.outcome('superadmin',
    $$select string_agg(title, ', ') from public.search_workspace('pebblecroft', array['client'], 50, {quillhaven})$$), 'Pebblecroft Dental');
  perform pg_temp.check_that('and not the others', pg_temp.outcome('superadmin',
    $$select count(*) from public.search_workspace('pebblecroft', array['client'], 50)$$), '0');
end
$reading$;

select last_value as checks from pg_temp.proof_checks;

rollback;
