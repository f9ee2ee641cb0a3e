-- Proves what the clients workspace is made of: saved views, the list, the record of
-- a client, health with a note, changes of many clients, what changed in the timeline,
-- and the digest, by trying them.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('CX', '00000000-0000-4000-8000-000000000004'), ('CP', '00000000-0000-4000-8000-000000000005'),
  ('CU', '00000000-0000-4000-8000-0000000000ab'), ('CO', '00000000-0000-4000-8000-000000000007'),
  ('V1', '00000000-0000-4000-8000-000000000011'), ('V2', '00000000-0000-4000-8000-000000000012'),
  ('V4', '00000000-0000-4000-8000-000000000014'), ('V5', '00000000-0000-4000-8000-000000000015'),
  ('V6', '00000000-0000-4000-8000-000000000016'), ('V7', '00000000-0000-4000-8000-000000000017'),
  ('K1', '00000000-0000-4000-8000-000000000021'), ('R1', '00000000-0000-4000-8000-000000000026'),
  ('O1', '00000000-0000-4000-8000-000000000031'), ('I1', '00000000-0000-4000-8000-000000000033'),
  ('S1', '00000000-0000-4000-8000-000000000034'), ('P1', '00000000-0000-4000-8000-000000000035'),
  ('L1', '00000000-0000-4000-8000-000000000036');

do $fixtures$
begin
  perform set_config('revos.op', 'proof', true);
  delete from public.saved_views;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now());
    -- CX and CO belong to the Member, CP is a prospect of theirs, CU nobody's.
    insert into public.clients (id, organization_id, name, owner_id, status, phase, industry, region, health, churn_risk, arr) values
      ({CX}, {marlowick}, 'proof Harbour', {member}, 'active', 'Data', 'Quarries', 'South', 40, 20, 1200),
      ({CO}, {marlowick}, 'PROOF harbour', {member}, 'active', 'Algorithm', null, null, 70, 25, null),
      ({CP}, {marlowick}, 'Élan', {member}, 'prospect', null, null, null, 55, 10, null),
      ({CU}, {marlowick}, 'zebra', null, 'prospect', null, null, null, null, 9, null);
    delete from public.client_health_history where client_id in ({CX}, {CU});
    insert into public.client_health_history (organization_id, client_id, snapshot_date, health, churn_risk, notes)
      values ({marlowick}, {CX}, '2020-01-02', 30, 10, 'Secret'), ({marlowick}, {C1}, '2020-01-02', 30, 10, 'Secret');
    insert into public.saved_views (id, organization_id, user_id, workspace, name, query, is_shared) values
      ({V1}, {marlowick}, {member}, 'clients', 'Mine', 'sort=name', false),
      ({V2}, {marlowick}, {member}, 'clients', 'Ours', 'sort=-mrr', true),
      ({V4}, {marlowick}, {gone}, 'clients', 'Left', '', true),
      ({V5}, {quillhaven}, {admin.b}, 'clients', 'Theirs', '', true),
      ({V6}, {marlowick}, {client}, 'clients', 'Account', '', false);
    insert into public.contacts (id, organization_id, client_id, name, role)
      values ({P1}, {marlowick}, {CX}, 'Proof', 'CFO');
    insert into public.kanban_items (id, organization_id, client_id, title, assignee_id)
      values ({K1}, {marlowick}, {CX}, 'Proof', {director});
    insert into public.discovery_responses (id, organization_id, client_id, form_type, answers, completed_at, completed_by)
      values ({R1}, {marlowick}, {CX}, 'clarity_gap', '{"goal": "x"}', now(), {director});
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id)
      values ({O1}, {marlowick}, {CX}, 'Proof', 100, {director});
    insert into public.client_deliverables (id, organization_id, client_id, reference, title, type, share_expires_at)
      values ({L1}, {marlowick}, {C1}, 'proof', 'Proof', 'doc', now());
    insert into public.subscriptions (id, organization_id, client_id, product_name, status, amount, activated_on)
      values ({S1}, {marlowick}, {CX}, 'Proof', 'active', 50, '2020-01-01');
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date)
      values ({I1}, {marlowick}, {CX}, 'PROOF-8', '2020-01-01', '2020-01-31');
    insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price)
      values ({marlowick}, {I1}, 'Proof', 80);
    update public.invoices set status = 'sent', sent_at = now() where id = {I1};
    -- A draft of the customer's account.
    insert into public.invoices (organization_id, client_id, invoice_number, issue_date, due_date)
      values ({marlowick}, {C1}, 'PROOF-9', '2020-01-01', '2020-01-31');
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- Saved views ----------------------------------------------------------------

insert into proof_matrix values
  --                                                          A: super admin director own colleague client
  --                                                          B: admin member client; deactivated, no row, anonymous
  ('own view', 'select from public.saved_views where id = {V1}', '000100 000 00x'),
  ('shared view', 'select from public.saved_views where id = {V2}', '111110 000 00x'),
  ('shared view of who left', 'select from public.saved_views where id = {V4}', '111110 000 00x'),
  ('shared view of B', 'select from public.saved_views where id = {V5}', '000000 110 00x'),
  ('view of a customer''s user', 'select from public.saved_views where id = {V6}', '000000 000 00x'),
  ('update of own view', 'update public.saved_views set query = ''x'' where id = {V1}', '000100 000 00x'),
  ('update of shared view', 'update public.saved_views set query = ''x'' where id = {V2}', '000100 000 00x'),
  ('update of the view of who left', 'update public.saved_views set query = ''x'' where id = {V4}', '000000 000 00x'),
  ('update of shared view of B', 'update public.saved_views set query = ''x'' where id = {V5}', '000000 100 00x'),
  ('update of the view of a customer''s user', 'update public.saved_views set query = ''x'' where id = {V6}', '000000 000 00x'),
  ('delete own view', 'delete from public.saved_views where id = {V1}', '000100 000 00x'),
  ('delete shared view', 'delete from public.saved_views where id = {V2}', '110100 000 00x'),
  ('delete shared view of who left', 'delete from public.saved_views where id = {V4}', '110000 000 00x'),
  ('delete shared view of B', 'delete from public.saved_views where id = {V5}', '000000 100 00x'),
  ('delete the view of a customer''s user', 'delete from public.saved_views where id = {V6}', '000000 000 00x'),
  ('view in A', 'insert into public.saved_views (organization_id, workspace, name, query) values ({marlowick}, ''clients'', ''New'', '''')', '11111x xxx xxx'),
  ('view in B', 'insert into public.saved_views (organization_id, workspace, name, query) values ({quillhaven}, ''clients'', ''New'', '''')', 'xxxxxx 11x xxx'),
  -- The record and the list of clients ask for what the policies let through.
  ('record of own client', 'select public.client_record({C1})', '111111 nnn oox'),
  ('record of colleague''s client', 'select public.client_record({C3})', '11111n nnn oox'),
  ('record of unassigned client', 'select public.client_record({CU})', '11111n nnn oox'),
  ('record of client of B', 'select public.client_record({B1})', '1nnnnn 111 oox'),
  ('record of nothing', 'select public.client_record({nobody})', 'nnnnnn nnn oox'),
  ('clients list', 'select public.list_clients()', '111111 111 oox'),
  ('clients list of B', 'select public.list_clients(p_organization_id => {quillhaven})', '1fffff 111 oox'),
  -- Who may write the client.
  ('health of own client', 'select public.set_client_health({CX}, 1, 41)', '1111fn nnn oox'),
  ('health of colleague''s client', 'select public.set_client_health({C3}, 1, 41)', '111f1n nnn oox'),
  ('health of unassigned client', 'select public.set_client_health({CU}, 1, 41)', '111ffn nnn oox'),
  ('health of own account', 'select public.set_client_health({C1}, 1, 41)', '1111ff nnn oox'),
  ('health of client of B', 'select public.set_client_health({B1}, 1, 41)', '1nnnnn 11f oox'),
  ('many clients', 'select public.update_clients(''[]'', ''{"phase": "Data"}'')', '11111f 11f oox');

insert into proof_attempt
select 'view: ' || a.change, a.who, format('update public.saved_views set %s where id = {V2}', a.change), '42501'
from (values
  ('member', 'user_id = {admin}'), ('member', 'organization_id = {quillhaven}'), ('member', 'workspace = ''pipeline'''),
  ('member', 'id = {nobody}'), ('member', 'created_at = now()'), ('member', 'updated_at = now()'), ('member', 'version = 7')
) as a (who, change)
union all
select 'view', 'member', format(
  'insert into public.saved_views (organization_id, user_id, workspace, name, query) values ({marlowick}, %s, %s, %s, %s)',
  v.owner, v.workspace, v.name, v.query), v.expected
from (values
  ('{admin}', '''clients''', '''New''', '''''', '42501'),
  ('{member.b}', '''clients''', '''New''', '''''', '42501'),
  ('{member}', '''insights''', '''New''', '''''', '23514 saved_views_workspace_check'),
  ('{member}', '''clients''', ''' ''', '''''', '23514 saved_views_name_check'),
  ('{member}', '''clients''', 'repeat(''x'', 81)', '''''', '23514 saved_views_name_check'),
  ('{member}', '''clients''', '''x'' || repeat('' '', 80)', '''''', '23514 saved_views_name_check'),
  ('{member}', '''clients''', '''New''', 'repeat(''x'', 2001)', '23514 saved_views_query_check'),
  ('{member}', '''clients''', ''' mINE''', '''''', '23505 saved_views_user_id_name_key'),
  ('{member}', '''finance''', '''Mine''', 'repeat(''x'', 2000)', '1')
) as v (owner, workspace, name, query, expected)
union all values
  ('a view of that name', 'director', 'insert into public.saved_views (organization_id, workspace, name, query) values ({marlowick}, ''clients'', ''Mine'', '''')', '1'),
  ('a hundred views', 'member', 'insert into public.saved_views (organization_id, workspace, name, query) select {marlowick}, ''clients'', n::text, '''' from generate_series(1, 98) n', '98'),
  ('one view more', 'member', 'insert into public.saved_views (organization_id, workspace, name, query) select {marlowick}, ''clients'', n::text, '''' from generate_series(1, 99) n', 'PT422 validation_failed'),
  ('view of a person elsewhere', 'service_role', 'insert into public.saved_views (organization_id, user_id, workspace, name, query) values ({marlowick}, {member.b}, ''clients'', ''New'', '''')', '23503 saved_views_user_id_fkey');

insert into proof_effect values
  ('view saved', 'member', 'marlowick', 'insert into public.saved_views (organization_id, workspace, name, query) values ({marlowick}, ''pipeline'', ''New'', '''')',
    'workspace.view.created | insert saved_views',
    $$select concat_ws(' ', entity_type, payload) from public.analytics_events$$, 'saved_view {"is_shared": false, "workspace": "pipeline"}'),
  ('view changed', 'member', 'marlowick', 'update public.saved_views set name = ''Known'', is_shared = true where id = {V1}',
    'workspace.view.updated | update saved_views',
    $$select concat_ws(' ', e.payload, v.version) from public.analytics_events e, public.saved_views v where v.id = {V1}$$,
    '{"changed": ["is_shared", "name"], "is_shared": true, "workspace": "clients"} 2'),
  ('view as it was', 'member', 'marlowick', 'update public.saved_views set name = name where id = {V1}', '- | -', null, null),
  ('view removed by an Admin', 'admin', 'marlowick', 'delete from public.saved_views where id = {V4}',
    'workspace.view.deleted | delete saved_views', null, null),
  ('view brought back', 'member', 'marlowick',
    'delete from public.saved_views where id = {V1}; forget; insert into public.saved_views (id, organization_id, workspace, name, query) values ({V1}, {marlowick}, ''clients'', ''Mine'', ''sort=name'')',
    'workspace.view.created | insert saved_views', null, null);

-- The clients list -----------------------------------------------------------

insert into proof_attempt
select 'list', 'member', format('select public.list_clients(%s)', a.arguments), 'PT400 invalid_argument'
from unnest(array[
  '''[]''', '''1''', '''{"zone": ["x"]}''', '''{"q": 5}''', '''{"q": ["x"]}''', 'jsonb_build_object(''q'', repeat(''x'', 201))',
  '''{"status": "active"}''', '''{"status": {}}''', '''{"status": ["lost"]}''', '''{"status": [null]}''', '''{"status": [["active"]]}''',
  '''{"phase": ["data"]}''', '''{"segment": ["large"]}''', '''{"owner": ["me"]}''', '''{"owner": [null]}''', '''{"owner": [1]}''',
  '''{"health": ["at_risk"]}''', '''{"churn": ["none"]}''', '''{"churn": ["healthy"]}''',
  '(select jsonb_build_object(''status'', jsonb_agg(''active''::text)) from generate_series(1, 101))',
  '''{}'', ''''', '''{}'', ''-''', '''{}'', ''--name''', '''{}'', ''x''', '''{}'', null', '''{}'', ''name'', 0',
  '''{}'', ''name'', 10001', '''{}'', ''name'', null']) as a (arguments)
union all values
  ('list', 'unnamed', 'select public.list_clients()', 'PT401 unauthenticated'),
  ('list', 'service_role', 'select public.list_clients()', '42501'),
  ('trend of no month', 'member', 'select public.list_clients(p_trend_months => 0)', 'PT400 invalid_argument'),
  ('trend of too many months', 'member', 'select public.list_clients(p_trend_months => 37)', 'PT400 invalid_argument'),
  ('trend of no month, which is none of theirs', 'client', 'select public.list_clients(p_trend_months => 0)', '1'),
  ('list of no organization', 'superadmin', 'select public.list_clients(p_organization_id => {nobody})', 'PT404 not_found'),
  ('record', 'unnamed', 'select public.client_record({C1})', 'PT401 unauthenticated'),
  ('record', 'service_role', 'select public.client_record({C1})', '42501'),
  ('record of no id', 'member', 'select public.client_record(null)', 'PT400 invalid_argument');
select pg_temp.run_all();
delete from proof_matrix;
delete from proof_attempt;
delete from proof_effect;

-- Names of the clients in a list, and the same of the clients a condition holds for.
create function pg_temp.listed(p_who text, p_arguments text) returns text
language sql
as $$
  select pg_temp.outcome(p_who, format(
    $q$select string_agg(r ->> 'name', ', ' order by place)
      from jsonb_array_elements(public.list_clients(%s) -> 'rows') with ordinality as x (r, place)$q$, p_arguments))
$$;
create function pg_temp.ordered(p_condition text, p_order text) returns text
language plpgsql
as $$
declare
  names text;
begin
  execute pg_temp.fill(format(
    $q$select string_agg(client_name, ', ' order by %s, lower(client_name) collate "C", client_id)
      from public.vw_client_overview v where organization_id = {marlowick} and (%s)$q$, p_order, p_condition)) into names;
  return names;
end
$$;

do $list$
declare
  who text;
  line record;
begin
  -- Each person's rows are those of the view, to the last figure.
  foreach who in array array['superadmin', 'admin', 'director', 'member', 'member2', 'client', 'admin.b', 'member.b', 'client.b'] loop
    perform pg_temp.check_that('rows for ' || who, pg_temp.outcome(who, $$
      with listed as (select r - 'region' as row from jsonb_array_elements(public.list_clients() -> 'rows') r),
      seen as (
        select to_jsonb(v) - array['client_id', 'client_name', 'organization_id', 'previous_trs_score', 'open_weighted',
            'ar_collected'] || jsonb_build_object('id', v.client_id, 'name', v.client_name, 'last_qbr_date', c.last_qbr_date,
            'trs_at_last_qbr', (select h.trs_score from public.client_health_history h
              where h.client_id = c.id and h.snapshot_date <= c.last_qbr_date order by h.snapshot_date desc limit 1)) as row
        from public.vw_client_overview v join public.clients c on c.id = v.client_id where v.organization_id = (select private.current_org_id()))
      select concat_ws(' ', (select count(*) from listed),
        (select count(*) from (select row from listed except all select row from seen) x),
        (select count(*) from (select row from seen except all select row from listed) y))$$),
      (select case when who like 'client%' then 1 else count(*) end || ' 0 0' from public.clients c
        join proof_id o on o.id = c.organization_id and o.key = case when who like '%.b' then 'quillhaven' else 'marlowick' end));
  end loop;
  perform pg_temp.check_that('rows of B for a SuperAdmin', pg_temp.listed('superadmin', 'p_organization_id => {quillhaven}'),
    pg_temp.listed('admin.b', ''));
  perform pg_temp.check_that('where they are', pg_temp.outcome('member',
    $$select r ->> 'region' from jsonb_array_elements(public.list_clients() -> 'rows') r where r ->> 'id' = '<CX>'$$), 'South');

  for line in select * from (values
    ('name', 'lower(client_name) collate "C"'), ('owner', 'lower(owner_name) collate "C"'),
    ('status', 'array_position(array[''prospect'', ''active'', ''paused'', ''churned''], status)'),
    ('phase', 'array_position(array[''Onboarding'', ''Discovery'', ''Data'', ''Algorithm'', ''Architecture'', ''Compounding'', ''Active''], phase)'),
    ('segment', 'array_position(array[''smb'', ''mid'', ''enterprise''], segment)'),
    ('stage', 'array_position(array[''Prospect'', ''Qualify'', ''Proposal'', ''Negotiation''], furthest_open_stage)'),
    ('open', 'open_value'), ('arr', 'arr'), ('mrr', 'mrr'), ('ar', 'ar_outstanding'), ('health', 'health'),
    ('churn', 'churn_risk'), ('trs', 'trs_score'), ('qbr', 'qbr_date'), ('updated', 'updated_at')) as s (word, expression)
  loop
    perform pg_temp.check_that('in order of ' || line.word, pg_temp.listed('admin', format('''{}'', %L', line.word)),
      pg_temp.ordered('true', line.expression || ' nulls last'));
    perform pg_temp.check_that('in order of -' || line.word, pg_temp.listed('admin', format('''{}'', %L', '-' || line.word)),
      pg_temp.ordered('true', line.expression || ' desc nulls last'));
  end loop;
  -- Both spellings are one word, and what is beyond ASCII stands behind it.
  perform pg_temp.check_that('words by the numbers of their characters', pg_temp.outcome('admin',
    $$select (array_agg(r ->> 'id' order by place))[count(*) - 3:]::text
      from jsonb_array_elements(public.list_clients() -> 'rows') with ordinality as x (r, place)$$),
    pg_temp.fill('{<CX>,<CO>,<CU>,<CP>}'));
  perform pg_temp.check_that('money that is not readable is not in the order', pg_temp.outcome('member2',
    $$select bool_and((r -> 'mrr' = 'null') = (place > n)) from jsonb_array_elements(public.list_clients('{}', '-mrr') -> 'rows')
      with ordinality as x (r, place), (select count(*) as n from public.clients where owner_id = {member2}) o$$), 'true');

  for line in select * from (values
    ('{"q": null, "status": null, "phase": []}', 'true'),
    ('{"q": "  "}', 'true'),
    ('{"q": " Harb\t"}', 'lower(client_name) like ''%harb%'''),
    ('{"q": "QUARR"}', 'lower(industry) like ''%quarr%'''),
    ('{"q": "élan"}', 'client_name = ''Élan'''),
    ('{"q": "sout"}', 'client_id in (select id from public.clients where region = ''South'')'),
    ('{"q": "%"}', 'false'), ('{"q": "_"}', 'false'), ('{"q": "\\"}', 'false'), ('{"q": "'', {}"}', 'false'),
    ('{"status": ["prospect", "churned"]}', 'status in (''prospect'', ''churned'')'),
    ('{"phase": ["none"]}', 'phase is null'), ('{"phase": ["Data", "none"]}', 'coalesce(phase, ''Data'') = ''Data'''),
    ('{"segment": ["smb", "none"]}', 'coalesce(segment, ''smb'') = ''smb'''), ('{"segment": ["mid"]}', 'segment = ''mid'''),
    ('{"owner": ["none"]}', 'owner_id is null'), ('{"owner": ["<member2>"]}', 'owner_id = {member2}'),
    ('{"owner": ["<member>", "none"]}', 'owner_id is null or owner_id = {member}'),
    ('{"owner": ["<nobody>"]}', 'false'), ('{"owner": ["<admin.b>"]}', 'false'),
    ('{"health": ["healthy"]}', 'health >= 70'), ('{"health": ["watch"]}', 'health between 55 and 69'),
    ('{"health": ["critical", "none"]}', 'coalesce(health, 0) < 55'),
    ('{"churn": ["watch"]}', 'churn_risk between 10 and 14'), ('{"churn": ["at_risk"]}', 'churn_risk between 15 and 24'),
    ('{"churn": ["critical"]}', 'churn_risk >= 25'), ('{"churn": ["watch", "critical"]}', 'churn_risk >= 25 or churn_risk between 10 and 14'),
    ('{"status": ["active"], "health": ["critical"], "churn": ["at_risk"], "q": "proof"}', 'client_id = {CX}')
  ) as f (filter, condition)
  loop
    perform pg_temp.check_that('clients of ' || line.filter, pg_temp.listed('admin', format('%L', line.filter)),
      pg_temp.ordered(line.condition, '1'));
  end loop;
  perform pg_temp.check_that('an id in large letters', pg_temp.outcome('admin',
    $$select public.list_clients(jsonb_build_object('owner', jsonb_build_array(upper('<member>')))) ->> 'total'
      = public.list_clients('{"owner": ["<member>"]}') ->> 'total'$$), 'true');

  -- The total and the sums are of all that match.
  perform pg_temp.check_that('a cut list', pg_temp.outcome('admin',
    $$select concat_ws(' ', jsonb_array_length(cut -> 'rows'), cut ->> 'total' = whole ->> 'total', cut -> 'sums' = whole -> 'sums')
      from public.list_clients('{}', 'name', 2) cut, public.list_clients() whole$$), '2 t t');
  foreach who in array array['admin', 'superadmin', 'director'] loop
    perform pg_temp.check_that('sums for ' || who, pg_temp.outcome(who,
      $$select l -> 'sums' = (select jsonb_build_object('arr', sum(arr), 'open_value', sum(open_value), 'mrr', sum(mrr),
          'ar_outstanding', sum(ar_outstanding)) from public.vw_client_overview where organization_id = {marlowick} and status = 'active')
        from public.list_clients('{"status": ["active"]}', '-arr', 1) l$$), 'true');
  end loop;
  perform pg_temp.check_that('sums of everything for a Member', pg_temp.outcome('member',
    $$select l #> '{sums,mrr}' = 'null' and l #> '{sums,ar_outstanding}' = 'null' and (l #>> '{sums,open_value}')::numeric
        = (select sum(open_value) from public.vw_client_overview) from public.list_clients() l$$), 'true');
  perform pg_temp.check_that('sums of the own clients', pg_temp.outcome('member',
    $$select l -> 'sums' = (select jsonb_build_object('arr', sum(arr), 'open_value', sum(open_value), 'mrr', sum(mrr),
        'ar_outstanding', sum(ar_outstanding)) from public.vw_client_overview where owner_id = {member})
      from public.list_clients('{"owner": ["<member>"]}') l$$), 'true');
  perform pg_temp.check_that('sums for a customer''s user', pg_temp.outcome('client',
    $$select concat_ws(' ', l #> '{sums,open_value}', l #> '{sums,mrr}' = to_jsonb(v.mrr), l ->> 'total')
      from public.list_clients() l, public.vw_client_overview v$$), 'null t 1');
  perform pg_temp.check_that('sums of nothing', pg_temp.outcome('member',
    $$select public.list_clients('{"q": "%"}')::text$$),
    '{"rows": [], "sums": {"arr": 0, "mrr": 0, "open_value": 0, "ar_outstanding": 0}, "total": 0}');

  -- The trend comes along for staff who ask for it, of all clients; the list is the same with it and without.
  foreach who in array array['superadmin', 'admin', 'director', 'member', 'member2', 'admin.b'] loop
    perform pg_temp.check_that('the trend beside the list for ' || who, pg_temp.outcome(who,
      $$select concat_ws(' ', l - 'trend' = public.list_clients('{}', 'name', 2), public.list_clients() ? 'trend',
          l -> 'trend' = (select jsonb_agg(to_jsonb(t) order by t.month) from public.client_health_trend(7) t))
        from public.list_clients('{}', 'name', 2, null, 7) l$$), 't f t');
  end loop;
  perform pg_temp.check_that('no trend beside the list of a customer''s user', pg_temp.outcome('client',
    $$select public.list_clients('{}', 'name', 2, null, 7) = public.list_clients('{}', 'name', 2)$$), 'true');
  perform pg_temp.check_that('the trend of B', pg_temp.outcome('superadmin',
    $$select public.list_clients('{}', 'name', 2, {quillhaven}, 12) -> 'trend'
      = (select jsonb_agg(to_jsonb(t) order by t.month) from public.client_health_trend(12, {quillhaven}) t)$$), 'true');
end
$list$;

-- The record of a client -----------------------------------------------------

do $record$
declare
  who text;
  which text;
  reached text;
begin
  -- What the page is told it may do is what the database lets it do.
  foreach who in array array['superadmin', 'admin', 'director', 'member', 'member2'] loop
    foreach which in array array['C1', 'C3', 'C13'] loop
      reached := pg_temp.effect(who, format('update public.clients set notes = notes where id = {%s}', which));
      perform pg_temp.check_that(format('%s may write %s', who, which),
        pg_temp.outcome(who, format('select (public.client_record({%s}) #> ''{rights,write}'')::text', which)), (reached = '1')::text);
    end loop;
    reached := pg_temp.effect(who, 'update public.finance set monthly_fee = monthly_fee where client_id = {C1}');
    perform pg_temp.check_that(who || ' may write terms',
      pg_temp.outcome(who, 'select (public.client_record({C1}) #> ''{rights,terms}'')::text'), (reached = '1')::text);
    reached := pg_temp.effect(who, 'delete from public.clients where id = {CU}');
    perform pg_temp.check_that(who || ' may delete',
      pg_temp.outcome(who, 'select (public.client_record({CU}) #> ''{rights,delete}'')::text'), (reached = '1')::text);
    reached := pg_temp.effect(who, 'update public.clients set owner_id = {director} where id = {CX}');
    perform pg_temp.check_that(who || ' may assign',
      pg_temp.outcome(who, 'select (public.client_record({CX}) #> ''{rights,assign}'')::text'), (reached = '1')::text);
    reached := pg_temp.effect(who, 'select public.cancel_invoice({I1}, (select version from public.invoices where id = {I1}), ''x'')');
    perform pg_temp.check_that(who || ' may bill',
      pg_temp.outcome(who, 'select (public.client_record({CX}) #> ''{rights,money}'')::text'), (reached = '1')::text);
  end loop;
  perform pg_temp.check_that('rights of a SuperAdmin in B', pg_temp.outcome('superadmin', 'select public.client_record({B1}) -> ''rights'''),
    '{"money": true, "terms": true, "write": true, "assign": true, "delete": true}');
  perform pg_temp.check_that('rights of a customer''s user', pg_temp.outcome('client', 'select public.client_record({C1}) -> ''rights'''),
    '{"money": false, "terms": false, "write": false, "assign": false, "delete": false}');
  perform pg_temp.check_that('rights elsewhere', pg_temp.outcome('admin',
    'select private.may_write_client(jsonb_populate_record(c, jsonb_build_object(''organization_id'', ''<quillhaven>''))) from public.clients c where c.id = {C1}'), 'false');

  foreach who in array array['admin', 'member'] loop
    perform pg_temp.check_that('parts of the record for ' || who, pg_temp.outcome(who,
      $$select string_agg(key || case jsonb_typeof(value) when 'array' then ' ' || jsonb_array_length(value) when 'null' then ' none' else '' end,
          ', ' order by key) from jsonb_each(public.client_record({CX}))$$),
      'cards 1, client, commercials none, contacts 1, deliverables 0, figures, forms 1, health 1, invoices 1, opportunities 1, '
        || 'owner_name, previous, projects 0, questions 0, rights, sources 0, subscriptions 1, terms');
  end loop;
  perform pg_temp.check_that('the client, its figures and people', pg_temp.outcome('member',
    $$select concat_ws(' ', r #>> '{client,name}', r #>> '{client,health}', r #>> '{client,version}', r -> 'client' ? 'organization_id',
        r #>> '{previous,health}', r #>> '{previous,snapshot_date}', r #>> '{figures,open_value}', r #>> '{figures,mrr}',
        r #>> '{figures,ar_overdue}', r ->> 'owner_name' = (select name from public.users where id = {member}),
        r #>> '{cards,0,assignee_name}', r #>> '{forms,0,answers,goal}', r #>> '{forms,0,completed_by_name}', r #>> '{opportunities,0,owner_name}', r #>> '{health,0,notes}')
      from public.client_record({CX}) r$$),
    (select format('proof Harbour 40 1 f 30 2020-01-02 100.00 50.00 80.00 t %1$s x %1$s %1$s Secret', u.name) from public.users u
      join proof_id p using (id) where p.key = 'director'));
  perform pg_temp.check_that('what counts adds up', pg_temp.outcome('admin',
    $$select count(*) from public.clients c cross join lateral (select public.client_record(c.id) as r) x
      where (r #>> '{figures,mrr}')::numeric <> (
        select coalesce(sum((s ->> 'mrr')::numeric), 0) from jsonb_array_elements(r -> 'subscriptions') s where (s ->> 'counts')::boolean)
        or (r #>> '{figures,open_value}')::numeric <> (
        select coalesce(sum((o ->> 'amount')::numeric), 0) from jsonb_array_elements(r -> 'opportunities') o)$$), '0');
  perform pg_temp.check_that('money of a colleague''s client', pg_temp.outcome('member2',
    $$select concat_ws(' ', jsonb_array_length(r -> 'invoices'), jsonb_array_length(r -> 'subscriptions'), r -> 'terms',
        r #> '{figures,mrr}', r #>> '{figures,open_count}') from public.client_record({CX}) r$$), '0 0 null null 1');

  -- A customer's own page: the score, and neither what it is made of nor what is said about them.
  perform pg_temp.check_that('parts for a customer''s user', pg_temp.outcome('client',
    $$select string_agg(key, ', ' order by key) from jsonb_each(public.client_record({C1})) where value in ('null', '[]')$$),
    'cards, commercials, contacts, forms, opportunities, owner_name, previous, questions, sources, terms');
  perform pg_temp.check_that('fields for a customer''s user', pg_temp.outcome('client',
    $$select string_agg(key, ' ' order by key) from jsonb_object_keys(public.client_record({C1}) -> 'client') key$$),
    'arr churned_on created_at id industry last_qbr_date name owner_id phase qbr_date region segment status trs_score updated_at version');
  perform pg_temp.check_that('history for a customer''s user', pg_temp.outcome('client',
    $$select count(*) || ' ' || count(h ->> 'health') || ' ' || count(h ->> 'churn_risk') || ' ' || count(h ->> 'notes')
      from jsonb_array_elements(public.client_record({C1}) -> 'health') h$$),
    (select count(*) || ' 0 0 0' from public.client_health_history h join proof_id p on p.id = h.client_id and p.key = 'C1'));
  perform pg_temp.check_that('invoices and deliverables for a customer''s user', pg_temp.outcome('client',
    $$select concat_ws(' ', (select count(*) > 0 and bool_and(i ->> 'status' <> 'draft') from jsonb_array_elements(r -> 'invoices') i),
        (select count(*) > 0 and bool_and(d ->> 'id' <> '<L1>') from jsonb_array_elements(r -> 'deliverables') d),
        r #> '{figures,open_count}', r #> '{figures,mrr}' <> 'null')
      from public.client_record({C1}) r$$), 't t null t');

  perform pg_temp.check_that('the hundred newest invoices', pg_temp.effect('service_role',
    $$insert into public.invoices (organization_id, client_id, invoice_number, issue_date, due_date)
      select {marlowick}, {CU}, 'PROOF-' || (1000 + n), date '2020-01-01' + n, '2021-01-01' from generate_series(1, 101) n$$,
    $$select concat_ws(' ', jsonb_array_length(i), i #>> '{0,issue_date}', i #>> '{99,issue_date}')
      from (select set_config('request.jwt.claims', '{"sub": "<admin>", "role": "authenticated"}', true)) s,
        lateral (select public.client_record({CU}) -> 'invoices' as i where s is not null) x$$), '100 2020-04-11 2020-01-03');
end
$record$;

-- Health with a note -----------------------------------------------------------

insert into proof_attempt
select 'health', 'member', format('select public.set_client_health(%s)', a.arguments), 'PT400 invalid_argument'
from unnest(array[
  'null, 1, 50', '{CX}, null, 50', '{CX}, 1, -1', '{CX}, 1, 101', '{CX}, 1, 50, -1', '{CX}, 1, 50, 101',
  '{CX}, 1, 50, 20, repeat(''x'', 2001)']) as a (arguments)
union all values
  ('health', 'unnamed', 'select public.set_client_health({CX}, 1, 50)', 'PT401 unauthenticated'),
  ('health', 'service_role', 'select public.set_client_health({CX}, 1, 50)', '42501'),
  ('health', 'member', 'select public.set_client_health({CX}, 9, 50)', 'PT409 stale_version'),
  ('a note only', 'member', 'select public.set_client_health({CX}, 9, 40, 20, ''x'')', 'PT409 stale_version'),
  ('a note beside it', 'member', 'select private.note_health({CX}, ''x'')', 'PT400 use_function'),
  ('many', 'unnamed', 'select public.update_clients(''[]'', ''{"phase": "Data"}'')', 'PT401 unauthenticated'),
  ('many', 'service_role', 'select public.update_clients(''[]'', ''{"phase": "Data"}'')', '42501');

create temporary table proof_today as
select (now() at time zone 'America/New_York')::date as day;
grant select on proof_today to public;
insert into proof_effect values
  ('health with a note', 'member', 'marlowick', 'select public.set_client_health({CX}, 1, 50, 31, '' Sponsor left. '')',
    'client.health.changed | update clients (set_client_health)',
    $$select concat_ws(' ', c.version, h.health, h.churn_risk, h.trs_score, h.source, h.notes, e.entity_id = c.id, e.payload)
      from public.clients c join public.client_health_history h on h.client_id = c.id and h.snapshot_date = (select day from pg_temp.proof_today),
        public.analytics_events e where c.id = {CX}$$,
    '2 50 31 60 manual Sponsor left. t {"health": {"to": 50, "from": 40}, "changed": ["churn_risk", "health"], "trs_score": {"to": 60, "from": 60}, "churn_risk": {"to": 31, "from": 20}}'),
  ('health without a note', 'director', 'marlowick', 'select public.set_client_health({CX}, 1, 50, 20)',
    'client.health.changed | update clients (set_client_health)',
    $$select concat_ws(' ', h.health, h.source, h.notes is null) from public.client_health_history h
      where h.client_id = {CX} and h.snapshot_date = (select day from pg_temp.proof_today)$$, '50 manual t'),
  ('a later value of the day keeps the note', 'member', 'marlowick',
    'select public.set_client_health({CX}, 1, 50, 31, ''First''); forget; select public.set_client_health({CX}, 2, 45, 31)',
    'client.health.changed | update clients (set_client_health)',
    $$select concat_ws(' ', count(*), min(h.health), min(h.notes)) from public.client_health_history h
      where h.client_id = {CX} and h.snapshot_date = (select day from pg_temp.proof_today)$$, '1 45 First'),
  ('health that is so already', 'member', 'marlowick', 'select public.set_client_health({CX}, 7, 40, 20, '' '')', '- | -',
    'select version from public.clients where id = {CX}', '1'),
  ('health once more, with its note', 'member', 'marlowick',
    'select public.set_client_health({CX}, 1, 50, 31, ''First''); forget; select public.set_client_health({CX}, 1, 50, 31, ''First'')', '- | -',
    'select version from public.clients where id = {CX}', '2'),
  -- No column of the client changes, so nothing is noted, but it is told.
  ('a note only', 'member', 'marlowick', 'select public.set_client_health({CX}, 1, 40, 20, ''Still so.'')', 'client.health.changed | -',
    $$select concat_ws(' ', c.version, h.health, h.source, h.notes, e.payload -> 'changed')
      from public.clients c join public.client_health_history h on h.client_id = c.id and h.snapshot_date = (select day from pg_temp.proof_today),
        public.analytics_events e where c.id = {CX}$$, '2 40 manual Still so. []'),
  ('health taken back', 'member', 'marlowick', 'select public.set_client_health({CX}, 1)',
    'client.health.changed | update clients (set_client_health)',
    $$select concat_ws(' ', num_nulls(c.health, c.churn_risk), (select count(*) from public.client_health_history h
        where h.client_id = c.id and h.snapshot_date = (select day from pg_temp.proof_today))) from public.clients c where c.id = {CX}$$, '2 0'),
  ('health taken back with a reason', 'member', 'marlowick', 'select public.set_client_health({CX}, 1, null, null, ''No data.'')',
    'client.health.changed | update clients (set_client_health)',
    $$select concat_ws(' ', num_nulls(h.health, h.churn_risk), h.source, h.notes) from public.client_health_history h
      where h.client_id = {CX} and h.snapshot_date = (select day from pg_temp.proof_today)$$, '2 manual No data.'),
  ('health in B', 'superadmin', 'quillhaven', 'select public.set_client_health({B1}, 1, 41, 2, ''x'')',
    'client.health.changed | update clients (set_client_health)', null, null),
  -- Even inside the operation: only where the caller may act.
  ('a note in B', 'member', 'marlowick',
    'select set_config(''revos.op'', ''set_client_health'', true); forget; select private.note_health({B1}, ''Forged'')', '- | -',
    'select count(*) from public.client_health_history where notes = ''Forged''', '0');

-- Many clients at once -----------------------------------------------------------

insert into proof_attempt
select 'many', 'member', format('select public.update_clients(%s)', a.arguments), a.expected
from (values
  ('null, ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''{}'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''[1]'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''[{"version": 1}]'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>"}]'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>", "version": "x"}]'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>", "version": 1, "name": "x"}]'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>", "version": 1}, {"id": "<CX>", "version": 1}]'', ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('jsonb_build_array(jsonb_build_object(''id'', {CU}, ''version'', 1), jsonb_build_object(''id'', upper({CU}), ''version'', 1)), ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('(select jsonb_agg(jsonb_build_object(''id'', gen_random_uuid(), ''version'', 1)) from generate_series(1, 501)), ''{"phase": "Data"}''', 'PT400 invalid_argument'),
  ('(select jsonb_agg(jsonb_build_object(''id'', gen_random_uuid(), ''version'', 1)) from generate_series(1, 500)), ''{"phase": "Data"}''', '1'),
  ('''[{"id": "x", "version": 1}]'', ''{"phase": "Data"}''', 'PT422 validation_failed'),
  ('''[{"id": "<CX>", "version": 1}]'', null', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>", "version": 1}]'', ''{}''', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>", "version": 1}]'', ''[]''', 'PT400 invalid_argument'),
  ('''[{"id": "<CX>", "version": 1}]'', ''{"name": "x"}''', 'PT422 validation_failed'),
  ('''[{"id": "<CX>", "version": 1}]'', ''{"organization_id": "<quillhaven>"}''', 'PT422 validation_failed'),
  ('''[{"id": "<CX>", "version": 1}]'', ''{"phase": "data"}''', 'PT422 validation_failed'),
  ('''[{"id": "<CX>", "version": 1}]'', ''{"qbr_date": "2027-02-30"}''', 'PT422 validation_failed'),
  ('''[{"id": "<CX>", "version": 1}]'', ''{"owner_id": "me"}''', 'PT422 validation_failed')
) as a (arguments, expected);

insert into proof_effect values
  ('many clients', 'admin', 'marlowick',
    $$select public.update_clients('[{"id": "<CX>", "version": 1}, {"id": "<CO>", "version": 1}, {"id": "<CP>", "version": 9}, {"id": "<B1>", "version": 1}]',
      '{"phase": "Compounding", "qbr_date": "2027-03-01"}')$$,
    -- As if each had been changed alone.
    'client.phase.changed, client.phase.changed | update clients 2',
    $$select string_agg(concat_ws(' ', c.phase, c.qbr_date, c.version, e.payload), ', ' order by c.id) from public.clients c
      join public.analytics_events e on e.entity_id = c.id$$,
    'Compounding 2027-03-01 2 {"to": "Compounding", "from": "Data", "changed": ["phase", "qbr_date"]}, '
      || 'Compounding 2027-03-01 2 {"to": "Compounding", "from": "Algorithm", "changed": ["phase", "qbr_date"]}'),
  ('many owners taken away', 'director', 'marlowick', $$select public.update_clients('[{"id": "<CX>", "version": 1}, {"id": "<CU>", "version": 1}]', '{"owner_id": null, "qbr_date": ""}')$$,
    'client.owner.changed | update clients', 'select num_nulls(owner_id, qbr_date) from public.clients where id = {CX}', '2'),
  ('many in B', 'superadmin', 'quillhaven', $$select public.update_clients('[{"id": "<B1>", "version": 1}]', '{"owner_id": "<admin.b>"}')$$,
    'client.owner.changed | update clients', null, null),
  ('nothing of many', 'member', 'marlowick', $$select public.update_clients('[{"id": "<CX>", "version": 7}]', '{"phase": "Data"}')$$, '- | -', null, null);
select pg_temp.run_all();

-- How each row went, in the order asked.
create function pg_temp.outcomes(p_who text, p_ids text[], p_changes text) returns text
language sql
as $$
  select pg_temp.outcome(p_who, format(
    $q$select string_agg(concat_ws(' ', p.key, r ->> 'outcome', r ->> 'version'), ', ' order by place)
      from jsonb_array_elements(public.update_clients(
        (select jsonb_agg(jsonb_build_object('id', p.id, 'version', case p.key when 'CP' then 9 else 1 end) order by n)
          from unnest(%L::text[]) with ordinality as k (key, n) join pg_temp.proof_id p using (key)), %L)) with ordinality as x (r, place)
      join pg_temp.proof_id p on p.id::text = r ->> 'id'$q$, p_ids, p_changes))
$$;
do $outcomes$
begin
  perform pg_temp.check_that('of each kind', pg_temp.outcomes('member',
    array['nobody', 'CX', 'C3', 'CU', 'B1', 'CP', 'CO'], '{"phase": "Algorithm"}'),
    'nobody not_found, CX changed 2, C3 forbidden, CU forbidden, B1 not_found, CP stale_version 1, CO unchanged 1');
  perform pg_temp.check_that('a Member gives no client away', pg_temp.outcomes('member', array['CX', 'CO'],
    '{"owner_id": "<member2>"}'), 'CX forbidden, CO forbidden');
  perform pg_temp.check_that('nor takes one', pg_temp.outcomes('member', array['CU', 'C3'],
    '{"owner_id": "<member>"}'), 'CU forbidden, C3 forbidden');
  perform pg_temp.check_that('nobody elsewhere becomes an owner', pg_temp.outcomes('admin', array['CX', 'C3'],
    '{"owner_id": "<member.b>"}'), 'CX reference_missing, C3 reference_missing');
  perform pg_temp.check_that('one row stands for itself', pg_temp.outcomes('superadmin', array['B1', 'CX', 'CU'],
    '{"owner_id": "<admin.b>"}'), 'B1 changed 2, CX reference_missing, CU reference_missing');
  perform pg_temp.check_that('those of B see nothing of A', pg_temp.outcomes('admin.b', array['CX', 'B1'],
    '{"phase": "Active"}'), 'CX not_found, B1 changed 2');
end
$outcomes$;

-- What changed, in the timeline ----------------------------------------------------

do $timeline$
declare
  who text;
  changed constant text := $$select string_agg(concat_ws(' ', t.title, c ->> 'resource', c ->> 'action', c -> 'columns'), ', ')
    from public.client_timeline({CX}) t left join lateral jsonb_array_elements(t.detail -> 'changes') c on true where t.kind = 'event'$$;
begin
  foreach who in array array['admin', 'superadmin'] loop
    perform pg_temp.check_that('changes for ' || who, pg_temp.outcome(who,
      $$update public.clients set notes = 'x' where id = {CX} returning 1$$, changed),
      'client.updated clients update {"notes": {"after": "x", "before": null}}');
  end loop;
  foreach who in array array['director', 'member'] loop
    perform pg_temp.check_that('no changes for ' || who, pg_temp.outcome(who,
      $$update public.clients set notes = 'x' where id = {CX} returning 1$$, changed), 'client.updated');
  end loop;
  perform pg_temp.check_that('changes of many, of this one alone', pg_temp.outcome('admin',
    $$select public.update_clients('[{"id": "<CX>", "version": 1}, {"id": "<CO>", "version": 1}]', '{"phase": "Active"}')::text$$, changed),
    'client.phase.changed clients update {"phase": {"after": "Active", "before": "Data"}}');
  perform pg_temp.check_that('a row that is there', pg_temp.outcome('admin',
    'update public.contacts set role = ''CEO'' where id = {P1} returning 1', changed),
    'client.contact.saved contacts update {"role": {"after": "CEO", "before": "CFO"}}');
  perform pg_temp.check_that('a row that is gone', pg_temp.outcome('admin',
    'delete from public.contacts where id = {P1} returning 1',
    'select detail #>> ''{changes,0,columns,name,before}'' from public.client_timeline({CX}) where kind = ''event'''), 'Proof');
  perform pg_temp.check_that('changes in B', pg_temp.outcome('superadmin',
    'update public.clients set notes = ''x'' where id = {B1} returning 1', replace(changed, '{CX}', '{B1}')),
    'client.updated clients update {"notes": {"after": "x", "before": null}}');
end
$timeline$;

-- The digest --------------------------------------------------------------------

do $digest$
declare
  line record;
  before text;
  same boolean;
begin
  for line in select * from (values
    ('select 1', false),
    ('update public.opportunities set amount = 101 where id = {O1} returning 1', true),
    ('select public.move_opportunity({O1}, ''Qualify'', 1)::text', true),
    ('select public.move_opportunity({O1}, ''ClosedLost'', 1, ''price'')::text', true),
    ('delete from public.opportunities where id = {O1} returning 1', true),
    ('update public.subscriptions set notes = ''x'' where id = {S1} returning 1', true),
    ('select public.record_payment({I1}, 10, ''2020-02-01'', ''cash'', null, ''proof'')::text', true),
    ('select public.record_payment({I1}, 80, ''2020-02-01'', ''cash'', null, ''proof'')::text', true),
    ('update public.users set name = ''x'' where id = {admin} returning 1', true),
    ('update public.clients set notes = ''x'' where id = {CX} returning 1', true),
    ('update public.contacts set notes = ''x'' where id = {P1} returning 1', false)
  ) as d (change, noticed)
  loop
    perform pg_temp.check_that('the digest after ' || line.change, pg_temp.outcome('admin',
      'select set_config(''revos.proof_digest'', public.clients_digest(), true)', line.change,
      'select public.clients_digest() <> current_setting(''revos.proof_digest'')'), line.noticed::text);
  end loop;
  -- What somebody may not read makes no noise for them.
  perform pg_temp.become('member2');
  before := public.clients_digest();
  perform pg_temp.become('system');
  update public.subscriptions s set notes = 'x' from proof_id p where p.id = s.id and p.key = 'S1';
  perform pg_temp.become('member2');
  same := public.clients_digest() = before;
  perform pg_temp.become('system');
  perform pg_temp.check_that('digest of a Member after a change of a colleague''s money', same::text, 'true');
end
$digest$;

select last_value as checks from pg_temp.proof_checks;

rollback;
