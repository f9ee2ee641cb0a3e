-- Proves what a look before an import says to whom, that it writes nothing, and what
-- taking an import back removes and leaves, by trying it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

insert into proof_id select n, md5('proof ' || n)::uuid from unnest(array['T1', 'T2', 'K1']) as n;

do $fixtures$
begin
  execute pg_temp.fill($sql$
    -- Told apart by a space: one name to people and to the import.
    insert into public.clients (id, organization_id, name, owner_id) values
      ({T1}, {marlowick}, 'Proof twin', {member}), ({T2}, {marlowick}, ' proof TWIN', {member2});
    insert into public.contacts (id, organization_id, client_id, name, role, email)
      values ({K1}, {marlowick}, {C1}, 'Proof known', 'CFO', 'known@proof.example');
    -- Only what the attempts leave behind is counted below.
    select set_config('revos.op', 'service_purge', true);
    delete from public.analytics_events;
    delete from public.audit_log;
    select set_config('revos.op', '', true);
  $sql$);
end
$fixtures$;

insert into proof_matrix values
  ('check', 'select public.check_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}]'', ''k'')', '11111f 11f oox'),
  ('check in A', 'select public.check_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}]'', ''k'', {marlowick})', '11111f fff oox'),
  ('undo', 'select public.undo_import(''k'')', '11111f 11f oox'),
  ('undo in B', 'select public.undo_import(''k'', {quillhaven})', '1fffff 11f oox'),
  ('stored answer of A', 'select private.stored_answer({marlowick}, ''import_prospects'', ''k'')', '111111 fff ffx'),
  ('free a key of A', 'select private.forget_answer({marlowick}, ''import_prospects'', ''k'')', '111111 fff ffx'),
  ('clients in use in A', 'select private.clients_in_use({marlowick}, array[{C1}]::uuid[])', '111111 fff ffx');

insert into proof_attempt values
  ('unnamed', 'unnamed', 'select public.check_prospects(''[{}]'', ''k'')', 'PT401 unauthenticated'),
  ('unnamed', 'unnamed', 'select public.undo_import(''k'')', 'PT401 unauthenticated'),
  ('no key', 'member', 'select public.check_prospects(''[{}]'', null)', 'PT400 invalid_argument'),
  ('blank key', 'member', 'select public.check_prospects(''[{}]'', '' '')', 'PT400 invalid_argument'),
  ('endless key', 'member', 'select public.check_prospects(''[{}]'', repeat(''k'', 201))', 'PT400 invalid_argument'),
  ('no rows', 'member', 'select public.check_prospects(''[]'', ''k'')', 'PT400 invalid_argument'),
  ('no list', 'member', 'select public.check_prospects(''{}'', ''k'')', 'PT400 invalid_argument'),
  ('too many rows', 'member', 'select public.check_prospects((select jsonb_agg(1) from generate_series(1, 501)), ''k'')', 'PT400 invalid_argument'),
  ('undo without a key', 'member', 'select public.undo_import(null)', 'PT400 invalid_argument'),
  ('undo with a blank key', 'member', 'select public.undo_import('' '')', 'PT400 invalid_argument'),
  ('the service checks', 'service_role', 'select public.check_prospects(''[{}]'', ''k'')', '42501'),
  ('the service takes back', 'service_role', 'select public.undo_import(''k'')', '42501');
select pg_temp.run_all();
delete from proof_matrix;
delete from proof_attempt;

insert into proof_effect values
  ('a look', 'member', 'marlowick', 'select public.check_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}]'', ''k'')',
    '- | -', 'select count(*) from private.idempotency_keys', '0'),
  ('taking back', 'admin', 'marlowick', 'select public.import_prospects(''[{"company": "Proof new", "name": "P", "amount": 1, "contact_name": "Proof", "contact_phone": "1"}]'', ''k''); forget; select public.undo_import(''k'')',
    'pipeline.prospects.import_undone | delete clients (undo_import), delete contacts (undo_import), delete opportunities (undo_import)',
    $$select concat_ws(' ', (select count(*) from public.clients where name = 'Proof new'),
      (select count(*) from public.opportunities where name = 'P'), (select count(*) from public.contacts where name = 'Proof'),
      (select count(*) from private.idempotency_keys))$$, '0 0 0 0'),
  ('taking back nothing', 'admin', 'marlowick', 'select public.undo_import(''k'')', '- | -', null, null);
select pg_temp.run_all();

do $looks$
declare
  import constant text := 'select public.import_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}]'', ''k'')';
begin
  perform pg_temp.check_that('every problem of every row', pg_temp.outcome('member',
    'select public.check_prospects(''[{"company": "Fine", "name": "P", "amount": 1},
      {"name": " ", "amount": 0}, 7,
      {"company": "Proof Twin", "name": "P", "amount": 1},
      {"client_id": "<B1>", "name": "P", "amount": 1},
      {"company": "Dovemarsh Analytics", "name": "P", "amount": 1, "contact_name": "P", "contact_phone": "1"}]'', ''k'') -> ''problems'''),
    ('[{"row": 1, "field": "amount", "key": "out_of_range"}, {"row": 1, "field": "name", "key": "required"},
      {"row": 1, "field": "company", "key": "required"}, {"row": 2, "field": null, "key": "not_an_object"},
      {"row": 3, "field": "company", "key": "client_ambiguous"}, {"row": 4, "field": "client_id", "key": "not_found"},
      {"row": 5, "field": "contact_name", "key": "forbidden"}]'::jsonb)::text);
  perform pg_temp.check_that('a leader writes contacts of all', pg_temp.outcome('director',
    'select public.check_prospects(''[{"company": "Dovemarsh Analytics", "name": "P", "amount": 1, "contact_name": "P", "contact_phone": "1"}]'', ''k'') -> ''problems'''), '[]');
  perform pg_temp.check_that('owners who are none', pg_temp.outcome('admin',
    'select public.check_prospects(''[{"company": "x", "name": "P", "amount": 1, "owner_id": "<member.b>"},
      {"company": "x", "name": "P", "amount": 1, "owner_id": "<gone>"}, {"company": "x", "name": "P", "amount": 1, "owner_id": "<client>"},
      {"company": "x", "name": "P", "amount": 1, "owner_id": "<member>"}]'', ''k'') -> ''problems'''),
    ('[{"row": 0, "field": "owner_id", "key": "not_found"}, {"row": 1, "field": "owner_id", "key": "not_found"},
      {"row": 2, "field": "owner_id", "key": "not_found"}]'::jsonb)::text);
  perform pg_temp.check_that('a Member is the owner, whoever is named', pg_temp.outcome('member',
    'select public.check_prospects(''[{"company": "x", "name": "P", "amount": 1, "owner_id": "<member.b>"}]'', ''k'') -> ''problems'''), '[]');
  perform pg_temp.check_that('known clients and opportunities', pg_temp.outcome('member',
    'select public.create_prospect(''{"client_id": "<C1>", "name": "Proof same", "amount": 1}'')',
    'select string_agg(concat_ws('' '', k ->> ''row'', c.name, o.name), '', '' order by k ->> ''row'')
      from jsonb_array_elements(public.check_prospects(''[{"company": " brindlecrest FREIGHT", "name": "proof SAME ", "amount": 1},
        {"company": "Proof new", "name": "Proof same", "amount": 1}, {"client_id": "<C1>", "name": "Other", "amount": 1}]'', ''k'') -> ''known'') k
      join public.clients c on c.id = (k ->> ''client_id'')::uuid
      left join public.opportunities o on o.id = (k ->> ''opportunity_id'')::uuid'),
    '0 Brindlecrest Freight Proof same, 2 Brindlecrest Freight');
  perform pg_temp.check_that('nothing is known of the other tenant', pg_temp.outcome('member.b',
    'select public.check_prospects(''[{"company": "Brindlecrest Freight", "name": "P", "amount": 1}]'', ''k'') -> ''known'''), '[]');
  perform pg_temp.check_that('what was imported', pg_temp.outcome('member', import,
    'select concat_ws(''|'', i #>> ''{imported,opportunities}'', i #>> ''{imported,clients_created}'', i #>> ''{imported,clients,0,name}'',
      i #>> ''{imported,repeated}'', i -> ''imported'' ? ''contacts'', i ->> ''problems'')
      from public.check_prospects(''[7]'', ''k'') i'), '1|1|Proof new|true|f|[]');
  perform pg_temp.check_that('the same import again', pg_temp.outcome('member', import, import || ' ->> ''repeated'''), 'true');
end
$looks$;

do $undo$
declare
  import constant text := 'select public.import_prospects(''[
    {"company": "Proof new", "name": "Proof one", "amount": 1, "contact_name": "Proof person", "contact_email": "new@proof.example"},
    {"company": "Proof new", "name": "Proof two", "amount": 1},
    {"client_id": "<C1>", "name": "Proof three", "amount": 1, "contact_name": "Proof known", "contact_email": "known@proof.example"}]'', ''k'')';
  undo constant text := 'select concat_ws('' '', u ->> ''opportunities'', u ->> ''contacts'', u ->> ''clients'',
    (select string_agg(concat_ws('':'', s ->> ''name'', s ->> ''reason''), '', '') from jsonb_array_elements(u -> ''kept'') s))
    from public.undo_import(''k'') u';
begin
  perform pg_temp.check_that('all of it', pg_temp.outcome('director', import, undo), '3 1 1');
  perform pg_temp.check_that('a contact that was there stays', pg_temp.outcome('director', import, undo,
    'select name from public.contacts where id = {K1}'), 'Proof known');
  perform pg_temp.check_that('a client that was there stays', pg_temp.outcome('director', import, undo,
    'select name from public.clients where id = {C1}'), 'Brindlecrest Freight');
  perform pg_temp.check_that('twice is once', pg_temp.outcome('director', import, undo, undo), '0 0 0');
  perform pg_temp.check_that('the key is free again', pg_temp.outcome('director', import, undo, import || ' ->> ''repeated'''), 'false');
  perform pg_temp.check_that('a Member removes no client', pg_temp.outcome('member', import, undo), '3 1 0 Proof new:forbidden');
  perform pg_temp.check_that('what a colleague has changed stays, with its client and contact', pg_temp.outcome('director', import,
    'update public.opportunities set amount = 5 where name = ''Proof one'' returning 1', undo),
    '2 0 0 Proof new:in_use, Proof person:in_use, Proof one:changed');
  perform pg_temp.check_that('so does what has a note', pg_temp.outcome('director', import,
    'insert into public.opportunity_notes (organization_id, opportunity_id, body) select organization_id, id, ''x'' from public.opportunities where name = ''Proof three'' returning 1', undo),
    '2 1 1 Proof three:changed');
  perform pg_temp.check_that('and what has an activity', pg_temp.outcome('director', import,
    'insert into public.opportunity_activities (organization_id, opportunity_id, type, title) select organization_id, id, ''task'', ''x'' from public.opportunities where name = ''Proof three'' returning 1', undo),
    '2 1 1 Proof three:changed');
  perform pg_temp.check_that('a changed contact', pg_temp.outcome('director', import,
    'update public.contacts set role = ''CEO'' where name = ''Proof person'' returning 1', undo), '3 0 0 Proof new:in_use, Proof person:changed');
  perform pg_temp.check_that('a changed client', pg_temp.outcome('director', import,
    'update public.clients set industry = ''x'' where name = ''Proof new'' returning 1', undo), '3 1 0 Proof new:changed');
  perform pg_temp.check_that('a client with something else', pg_temp.outcome('director', import,
    'select public.create_prospect(''{"company": "Proof new", "name": "Other", "amount": 1}'')', undo), '3 1 0 Proof new:in_use');
end
$undo$;

do $colleague$
begin
  perform pg_temp.become('director');
  perform public.import_prospects('[{"company": "Proof new", "name": "Proof one", "amount": 1}]', 'k');
  perform pg_temp.become('admin');
  perform pg_temp.check_that('nothing under a colleague''s key', public.undo_import('k') ->> 'opportunities', '0');
  perform pg_temp.check_that('nor is it known', public.check_prospects('[{"company": "x", "name": "x", "amount": 1}]', 'k') ->> 'imported', null);
  perform set_config('role', 'none', true);
end
$colleague$;

select last_value as checks from pg_temp.proof_checks;

rollback;
