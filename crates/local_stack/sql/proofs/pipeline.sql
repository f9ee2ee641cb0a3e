-- Proves who may do what in the pipeline and with projects, and what its functions
-- do, by trying it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

insert into proof_id
select n, md5('proof ' || n)::uuid from unnest(array['P1', 'P2', 'P3', 'K1', 'O1', 'O3', 'O13', 'OP', 'OB', 'W1', 'L1', 'N1', 'ND',
  'NB', 'A1', 'A2', 'A3', 'A4', 'AB', 'J1', 'J3', 'J0', 'JB', 'Y1', 'Y2', 'Y3',
  'Y4', 'V1', 'V19', 'VC1', 'VC19']) as n;

-- Rows of every kind for an own, a colleague's and an unassigned opportunity and
-- for B's, and an Admin who was deactivated.
do $fixtures$
begin
  execute pg_temp.fill($sql$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Corin Vashley', 'Admin', now());
    insert into public.clients (id, organization_id, name, status, owner_id) values
      ({P1}, {marlowick}, 'Proof prospect', 'prospect', {member}),
      ({P2}, {marlowick}, 'Proof twin', 'prospect', {member}),
      ({P3}, {marlowick}, ' proof TWIN', 'prospect', null);
    insert into public.contacts (id, organization_id, client_id, name, role, email)
      values ({K1}, {marlowick}, {P1}, 'Proof', 'CFO', 'Proof@example.com');
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id) values
      ({O1}, {marlowick}, {C1}, 'Proof own', 1000, {member}),
      ({O3}, {marlowick}, {C3}, 'Proof colleague', 1000, {member2}),
      ({O13}, {marlowick}, {C13}, 'Proof unassigned', 1000, null),
      ({OP}, {marlowick}, {P1}, 'Proof to win', 100.05, {member}),
      ({OB}, {quillhaven}, {B1}, 'Proof of B', 1000, {member.b});
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id, stage, closed_at, lost_reason) values
      ({W1}, {marlowick}, {C1}, 'Proof won', 1000, {member}, 'ClosedWon', now(), null),
      ({L1}, {marlowick}, {C1}, 'Proof lost', 1000, {member}, 'ClosedLost', now(), 'price');
    insert into public.opportunity_notes (id, organization_id, opportunity_id, author_id, body) values
      ({N1}, {marlowick}, {O1}, {member}, 'Proof'),
      ({ND}, {marlowick}, {O1}, {director}, 'Proof'),
      ({NB}, {quillhaven}, {OB}, {member.b}, 'Proof');
    insert into public.opportunity_activities (id, organization_id, opportunity_id, created_by, assigned_to, type, title) values
      ({A1}, {marlowick}, {O1}, {director}, null, 'task', 'Proof'),
      ({A2}, {marlowick}, {O3}, {director}, null, 'task', 'Proof'),
      ({A3}, {marlowick}, {O3}, {director}, {member}, 'call', 'Proof'),
      ({A4}, {marlowick}, {O13}, {member2}, null, 'call', 'Proof'),
      ({AB}, {quillhaven}, {OB}, {member.b}, null, 'task', 'Proof');
    insert into public.projects (id, organization_id, client_id, name, owner_id) values
      ({J1}, {marlowick}, {C1}, 'Proof own', {member}),
      ({J3}, {marlowick}, {C3}, 'Proof colleague', {member2}),
      ({J0}, {marlowick}, {C3}, 'Proof unassigned', null),
      ({JB}, {quillhaven}, {B1}, 'Proof of B', {member.b});
    insert into public.client_deliverables (organization_id, client_id, project_id, reference, title, type)
      values ({marlowick}, {C1}, {J1}, 'proof', 'Proof', 'doc');
    insert into public.invoices (organization_id, client_id, project_id, invoice_number, issue_date, due_date, source)
      values ({marlowick}, {C1}, {J1}, 'P-1', '2026-01-01', '2026-01-31', 'quickbooks');
    -- Reopened, so that it may be deleted and its project stays.
    update public.projects set source_opportunity_id = {L1} where id = {J3};
    insert into proof_id
      select 'H1', id from public.opportunity_stage_history where opportunity_id = {O1}
      union all
      select 'HB', id from public.opportunity_stage_history where opportunity_id = {OB};
    -- Only what the attempts leave behind is counted below.
    select set_config('revos.op', 'service_purge', true);
    delete from public.analytics_events;
    delete from public.audit_log;
    select set_config('revos.op', '', true);
  $sql$);
end
$fixtures$;

-- The matrix -----------------------------------------------------------------
-- One character per person, in the order of `people`: rows reached, x refused for
-- want of a right, u only through a function, r refused because of references,
-- c refused by a rule, f forbidden, n not found, o no membership.

insert into proof_matrix values
  --                                               A: super admin director own colleague client
  --                                               B: admin member client; deactivated, no row, anonymous
  ('own opportunity', 'select from public.opportunities where id = {O1}', '111110 000 00x'),
  ('unassigned opportunity', 'select from public.opportunities where id = {O13}', '111110 000 00x'),
  ('opportunity of B', 'select from public.opportunities where id = {OB}', '100000 110 00x'),
  ('update own opportunity', 'update public.opportunities set next_step = ''x'' where id = {O1}', '111100 000 00x'),
  ('update colleague''s opportunity', 'update public.opportunities set next_step = ''x'' where id = {O3}', '111010 000 00x'),
  ('update unassigned opportunity', 'update public.opportunities set next_step = ''x'' where id = {O13}', '111000 000 00x'),
  ('update opportunity of B', 'update public.opportunities set next_step = ''x'' where id = {OB}', '100000 110 00x'),
  ('delete own opportunity', 'delete from public.opportunities where id = {O1}', '111100 000 00x'),
  ('delete colleague''s opportunity', 'delete from public.opportunities where id = {O3}', '111010 000 00x'),
  ('delete unassigned opportunity', 'delete from public.opportunities where id = {O13}', '111000 000 00x'),
  ('delete opportunity of B', 'delete from public.opportunities where id = {OB}', '100000 110 00x'),
  ('delete won opportunity', 'delete from public.opportunities where id = {W1}', 'cccc00 000 00x'),
  ('delete lost opportunity', 'delete from public.opportunities where id = {L1}', '111100 000 00x'),
  ('insert opportunity for Member of A', 'insert into public.opportunities (organization_id, client_id, name, amount, owner_id) values ({marlowick}, {C3}, ''Proof'', 1, {member})', '1111xx xxx xxx'),
  ('insert unassigned opportunity in A', 'insert into public.opportunities (organization_id, client_id, name, amount) values ({marlowick}, {C1}, ''Proof'', 1)', '111xxx xxx xxx'),
  ('insert opportunity for Member of B', 'insert into public.opportunities (organization_id, client_id, name, amount, owner_id) values ({quillhaven}, {B1}, ''Proof'', 1, {member.b})', '1xxxxx 11x xxx'),
  ('insert closed opportunity', 'insert into public.opportunities (organization_id, client_id, name, amount, owner_id, stage) values ({marlowick}, {C1}, ''Proof'', 1, {member}, ''ClosedWon'')', 'uuuuuu uuu uux'),
  ('move own by hand', 'update public.opportunities set stage = ''Qualify'' where id = {O1}', 'uuuu00 000 00x'),
  ('restart the clock', 'update public.opportunities set stage_changed_at = now() - interval ''1 day'' where id = {O1}', 'uuuu00 000 00x'),
  ('close by hand', 'update public.opportunities set closed_at = now() where id = {O1}', 'uuuu00 000 00x'),
  ('convert by hand', 'update public.opportunities set converted_at = now() - interval ''1 day'' where id = {O1}', 'uuuu00 000 00x'),
  ('lose by hand', 'update public.opportunities set lost_reason = ''price'' where id = {O1}', 'uuuu00 000 00x'),
  ('delete client with opportunities', 'delete from public.clients where id = {P1}', 'rrr000 000 00x'),

  ('own note', 'select from public.opportunity_notes where id = {N1}', '111110 000 00x'),
  ('note of B', 'select from public.opportunity_notes where id = {NB}', '100000 110 00x'),
  ('insert note in A', 'insert into public.opportunity_notes (organization_id, opportunity_id, body) values ({marlowick}, {O13}, ''x'')', '11111x xxx xxx'),
  ('insert note in B', 'insert into public.opportunity_notes (organization_id, opportunity_id, body) values ({quillhaven}, {OB}, ''x'')', '1xxxxx 11x xxx'),
  ('insert note about B in A', 'insert into public.opportunity_notes (organization_id, opportunity_id, body) values ({marlowick}, {OB}, ''x'')', 'rrrrrx xxx xxx'),
  ('update Member''s note', 'update public.opportunity_notes set body = ''y'' where id = {N1}', '000100 000 00x'),
  ('update Director''s note', 'update public.opportunity_notes set body = ''y'' where id = {ND}', '001000 000 00x'),
  ('update note of B', 'update public.opportunity_notes set body = ''y'' where id = {NB}', '000000 010 00x'),
  ('delete Member''s note', 'delete from public.opportunity_notes where id = {N1}', '110100 000 00x'),
  ('delete Director''s note', 'delete from public.opportunity_notes where id = {ND}', '111000 000 00x'),
  ('delete note of B', 'delete from public.opportunity_notes where id = {NB}', '100000 110 00x'),

  ('activity', 'select from public.opportunity_activities where id = {A1}', '111110 000 00x'),
  ('activity of B', 'select from public.opportunity_activities where id = {AB}', '100000 110 00x'),
  ('insert activity in A', 'insert into public.opportunity_activities (organization_id, opportunity_id, type, title) values ({marlowick}, {O13}, ''call'', ''x'')', '11111x xxx xxx'),
  ('insert activity in B', 'insert into public.opportunity_activities (organization_id, opportunity_id, type, title) values ({quillhaven}, {OB}, ''call'', ''x'')', '1xxxxx 11x xxx'),
  ('update activity of own opportunity', 'update public.opportunity_activities set title = ''y'' where id = {A1}', '111100 000 00x'),
  ('update activity of colleague''s', 'update public.opportunity_activities set title = ''y'' where id = {A2}', '111010 000 00x'),
  ('update assigned activity', 'update public.opportunity_activities set title = ''y'' where id = {A3}', '111110 000 00x'),
  ('update created activity', 'update public.opportunity_activities set title = ''y'' where id = {A4}', '111010 000 00x'),
  ('update activity of B', 'update public.opportunity_activities set title = ''y'' where id = {AB}', '100000 110 00x'),
  ('delete activity of own opportunity', 'delete from public.opportunity_activities where id = {A1}', '111100 000 00x'),
  ('delete activity of colleague''s', 'delete from public.opportunity_activities where id = {A2}', '111010 000 00x'),
  ('delete assigned activity', 'delete from public.opportunity_activities where id = {A3}', '111110 000 00x'),
  ('delete created activity', 'delete from public.opportunity_activities where id = {A4}', '111010 000 00x'),
  ('delete activity of B', 'delete from public.opportunity_activities where id = {AB}', '100000 110 00x'),

  ('history', 'select from public.opportunity_stage_history where id = {H1}', '111110 000 00x'),
  ('history of B', 'select from public.opportunity_stage_history where id = {HB}', '100000 110 00x'),
  ('insert history', 'insert into public.opportunity_stage_history (organization_id, opportunity_id, to_stage, amount, probability) values ({marlowick}, {O1}, ''Qualify'', 1, 25)', 'xxxxxx xxx xxx'),
  ('update history', 'update public.opportunity_stage_history set to_stage = ''Qualify'' where id = {H1}', 'xxxxxx xxx xxx'),
  ('delete history', 'delete from public.opportunity_stage_history where id = {H1}', 'xxxxxx xxx xxx'),

  ('own project', 'select from public.projects where id = {J1}', '111111 000 00x'),
  ('colleague''s project', 'select from public.projects where id = {J3}', '111110 000 00x'),
  ('project of B', 'select from public.projects where id = {JB}', '100000 111 00x'),
  ('update own project', 'update public.projects set progress = 5 where id = {J1}', '111100 000 00x'),
  ('update colleague''s project', 'update public.projects set progress = 5 where id = {J3}', '111010 000 00x'),
  ('update unassigned project', 'update public.projects set progress = 5 where id = {J0}', '111000 000 00x'),
  ('update project of B', 'update public.projects set progress = 5 where id = {JB}', '100000 110 00x'),
  ('delete own project', 'delete from public.projects where id = {J1}', '111000 000 00x'),
  ('delete project of B', 'delete from public.projects where id = {JB}', '100000 100 00x'),
  ('insert project for Member of A', 'insert into public.projects (organization_id, client_id, name, owner_id) values ({marlowick}, {C3}, ''Proof'', {member})', '1111xx xxx xxx'),
  ('insert unassigned project in A', 'insert into public.projects (organization_id, client_id, name) values ({marlowick}, {C1}, ''Proof'')', '111xxx xxx xxx'),
  ('insert project for Member of B', 'insert into public.projects (organization_id, client_id, name, owner_id) values ({quillhaven}, {B1}, ''Proof'', {member.b})', '1xxxxx 11x xxx'),
  ('claim a won opportunity', 'insert into public.projects (organization_id, client_id, name, owner_id, source_opportunity_id) values ({marlowick}, {C1}, ''Proof'', {member}, {W1})', 'xxxxxx xxx xxx'),

  ('pipeline of A', 'select from public.pipeline where id = {O1}', '111110 000 00x'),
  ('pipeline of B', 'select from public.pipeline where id = {OB}', '100000 110 00x'),
  ('forecast of A', 'select from public.vw_pipeline_forecast where organization_id = {marlowick}', '444440 000 00x'),
  ('forecast of B', 'select from public.vw_pipeline_forecast where organization_id = {quillhaven}', '400000 440 00x'),
  ('insert into pipeline', 'insert into public.pipeline (id) values ({nobody})', '555555 555 555'),
  ('update pipeline', 'update public.pipeline set name = ''x''', '555555 555 555'),
  ('delete from pipeline', 'delete from public.pipeline', '555555 555 555'),
  ('update forecast', 'update public.vw_pipeline_forecast set stage = ''x''', '555555 555 555'),

  ('move own', 'select public.move_opportunity({O1}, ''Qualify'', 1)', '1111ff nnf oox'),
  ('move colleague''s', 'select public.move_opportunity({O3}, ''Qualify'', 1)', '111f1f nnf oox'),
  ('move unassigned', 'select public.move_opportunity({O13}, ''Qualify'', 1)', '111fff nnf oox'),
  ('move of B', 'select public.move_opportunity({OB}, ''Qualify'', 1)', '1nnnnf 11f oox'),
  ('move nothing', 'select public.move_opportunity({nobody}, ''Qualify'', 1)', 'nnnnnf nnf oox'),
  ('reopen won', 'select public.move_opportunity({W1}, ''Proposal'', 1)', '111fff nnf oox'),
  ('reopen lost', 'select public.move_opportunity({L1}, ''Proposal'', 1)', '1111ff nnf oox'),
  ('win own', 'select public.move_opportunity({OP}, ''ClosedWon'', 1)', '1111ff nnf oox'),
  ('win of B', 'select public.move_opportunity({OB}, ''ClosedWon'', 1)', '1nnnnf 11f oox'),
  ('convert own', 'select public.convert_won_opportunity({W1})', '1111ff nnf oox'),
  ('convert of B', 'select public.convert_won_opportunity({OB})', 'cnnnnf ccf oox'),
  ('inner conversion', 'select private.engage({W1}, false)', '1111ff nnn nnx'),
  ('add to own client', 'select public.create_prospect(''{"client_id": "<C1>", "name": "Proof", "amount": 1}'')', '11111f nnf oox'),
  ('add to client of B', 'select public.create_prospect(''{"client_id": "<B1>", "name": "Proof", "amount": 1}'')', 'nnnnnf 11f oox'),
  ('add in B', 'select public.create_prospect(''{"company": "Proof new", "name": "Proof", "amount": 1}'', null, {quillhaven})', '1fffff 11f oox'),
  ('import in A', 'select public.import_prospects(''[{"company": "Proof new", "name": "Proof", "amount": 1}]'', ''k'', {marlowick})', '11111f fff oox');

-- Attacks --------------------------------------------------------------------

insert into proof_attempt
-- Another tenant, identity and stamps are no columns to write.
select t.tab || ' ' || c.change, p.who, format('update public.%s set %s where id = {%s}', t.tab, c.change, t.key), '42501'
from (values ('opportunities', 'O1'), ('opportunity_notes', 'N1'), ('opportunity_activities', 'A1'), ('projects', 'J1')) as t (tab, key)
cross join unnest(array['superadmin', 'admin', 'director', 'member']) as p (who)
cross join unnest(array['organization_id = {quillhaven}', 'id = {nobody}', 'created_at = now()', 'version = 9']) as c (change)
union all
select 'forged stamp', p.who, s.statement, '42501'
from (values
  ('insert into public.opportunity_notes (organization_id, opportunity_id, body, author_id) values ({marlowick}, {O1}, ''x'', {member2})'),
  ('update public.opportunity_notes set author_id = {member2} where id = {N1}'),
  ('insert into public.opportunity_activities (organization_id, opportunity_id, type, title, created_by) values ({marlowick}, {O1}, ''call'', ''x'', {member2})'),
  ('update public.opportunity_activities set created_by = {member2}, completed_at = now() where id = {A1}'),
  ('insert into public.opportunities (organization_id, client_id, name, amount, owner_id, closed_at) values ({marlowick}, {C1}, ''x'', 1, {member}, now())')
) as s (statement)
cross join unnest(array['superadmin', 'admin', 'member']) as p (who)
union all
-- Pointing at another tenant's rows answers as pointing at nothing does.
select 'reference to ' || v.foreign_id, p.who, replace(s.statement, '$id', v.foreign_id), s.expected
from (values
  ('client', 'update public.opportunities set client_id = {$id} where id = {O1}', '23503 opportunities_client_id_fkey'),
  ('client', 'insert into public.opportunities (organization_id, client_id, name, amount, owner_id) values ({marlowick}, {$id}, ''x'', 1, {member})', '23503 opportunities_client_id_fkey'),
  ('client', 'update public.projects set client_id = {$id} where id = {J1}', '23503 projects_client_id_fkey'),
  ('opportunity', 'insert into public.opportunity_notes (organization_id, opportunity_id, body) values ({marlowick}, {$id}, ''x'')', '23503 opportunity_notes_opportunity_id_fkey'),
  ('opportunity', 'insert into public.opportunity_activities (organization_id, opportunity_id, type, title) values ({marlowick}, {$id}, ''call'', ''x'')', '23503 opportunity_activities_opportunity_id_fkey'),
  ('person', 'update public.opportunity_activities set assigned_to = {$id} where id = {A1}', '23503 opportunity_activities_assigned_to_fkey')
) as s (kind, statement, expected)
cross join unnest(array['superadmin', 'admin', 'member']) as p (who)
cross join lateral unnest(case s.kind
  when 'client' then array['B1', 'nobody'] when 'opportunity' then array['OB', 'nobody'] else array['member.b', 'nobody'] end) as v (foreign_id)
union all
select 'owner ' || v.foreign_id, p.who, format('update public.%s set owner_id = {%s} where id = {%s}', t.tab, v.foreign_id, t.key),
  case p.who when 'member' then '42501' else format('23503 %s_owner_id_fkey', t.tab) end
from (values ('opportunities', 'O1'), ('projects', 'J1')) as t (tab, key)
cross join unnest(array['superadmin', 'admin', 'member']) as p (who)
cross join unnest(array['member.b', 'nobody']) as v (foreign_id)
union all values
  -- Handing over and taking.
  ('gives an opportunity to a colleague', 'member', 'update public.opportunities set owner_id = {member2} where id = {O1}', '42501'),
  ('gives an opportunity up', 'member', 'update public.opportunities set owner_id = null where id = {O1}', '42501'),
  ('takes a colleague''s opportunity', 'member', 'update public.opportunities set owner_id = {member} where id = {O3}', '0'),
  ('takes an unassigned opportunity', 'member', 'update public.opportunities set owner_id = {member} where id = {O13}', '0'),
  ('inserts for a colleague', 'member', 'insert into public.opportunities (organization_id, client_id, name, amount, owner_id) values ({marlowick}, {C1}, ''x'', 1, {member2})', '42501'),
  ('Director hands an opportunity over', 'director', 'update public.opportunities set owner_id = {member2} where id = {O1}', '1'),
  ('gives a project away', 'member', 'update public.projects set owner_id = {member2} where id = {J1}', '42501'),
  ('inserts into another tenant', 'admin', 'insert into public.opportunities (organization_id, client_id, name, amount) values ({quillhaven}, {B1}, ''x'', 1)', '42501'),
  ('truncates', 'superadmin', 'truncate public.opportunities cascade', '42501'),
  -- The service passes the guards, not the rules.
  ('service loads a closed one', 'service_role', 'insert into public.opportunities (organization_id, client_id, name, amount, stage, closed_at) values ({marlowick}, {C1}, ''x'', 1, ''ClosedWon'', now())', '1'),
  ('service moves by hand', 'service_role', 'update public.opportunities set stage = ''Qualify'', stage_changed_at = now() where id = {O1}', '1'),
  ('service deletes a won one', 'service_role', 'delete from public.opportunities where id = {W1}', 'PT409 closed_opportunity'),
  ('service calls a person''s function', 'service_role', 'select public.move_opportunity({O1}, ''Qualify'', 1)', '42501'),
  -- Arguments of move_opportunity.
  ('stale', 'member', 'select public.move_opportunity({O1}, ''Qualify'', 2)', 'PT409 stale_version'),
  ('no version', 'member', 'select public.move_opportunity({O1}, ''Qualify'', null)', 'PT400 invalid_argument'),
  ('no opportunity', 'member', 'select public.move_opportunity(null, ''Qualify'', 1)', 'PT400 invalid_argument'),
  ('no stage', 'member', 'select public.move_opportunity({O1}, null, 1)', 'PT400 invalid_argument'),
  ('unknown stage', 'member', 'select public.move_opportunity({O1}, ''qualify'', 1)', 'PT400 invalid_argument'),
  ('lost without a reason', 'member', 'select public.move_opportunity({O1}, ''ClosedLost'', 1)', 'PT422 validation_failed'),
  ('unknown reason', 'member', 'select public.move_opportunity({O1}, ''ClosedLost'', 1, ''bored'')', 'PT400 invalid_argument'),
  ('reason without losing', 'member', 'select public.move_opportunity({O1}, ''Qualify'', 1, ''price'')', 'PT400 invalid_argument'),
  ('note without losing', 'member', 'select public.move_opportunity({O1}, ''Qualify'', 1, null, ''x'')', 'PT400 invalid_argument'),
  ('endless note', 'member', 'select public.move_opportunity({O1}, ''ClosedLost'', 1, ''price'', repeat(''x'', 10001))', 'PT400 invalid_argument'),
  ('already there, whatever the version', 'member', 'select public.move_opportunity({O1}, ''Prospect'', 7)', '1'),
  ('converts an open one', 'member', 'select public.convert_won_opportunity({O1})', 'PT409 invalid_transition'),
  ('converts nothing', 'member', 'select public.convert_won_opportunity(null)', 'PT400 invalid_argument'),
  ('unnamed', 'unnamed', 'select public.move_opportunity({O1}, ''Qualify'', 1)', 'PT401 unauthenticated'),
  ('unnamed', 'unnamed', 'select public.convert_won_opportunity({W1})', 'PT401 unauthenticated'),
  ('unnamed', 'unnamed', 'select public.create_prospect(''{}'')', 'PT401 unauthenticated'),
  ('unnamed', 'unnamed', 'select public.import_prospects(''[{}]'', ''k'')', 'PT401 unauthenticated'),
  -- Arguments of the prospects.
  ('no prospect', 'member', 'select public.create_prospect(null)', 'PT400 invalid_argument'),
  ('a list', 'member', 'select public.create_prospect(''[]'')', 'PT400 invalid_argument'),
  ('an empty one', 'member', 'select public.create_prospect(''{}'')', 'PT422 validation_failed'),
  ('endless key', 'member', 'select public.create_prospect(''{"company": "P", "name": "P", "amount": 1}'', repeat(''k'', 201))', 'PT400 invalid_argument'),
  ('twin companies', 'member', 'select public.create_prospect(''{"company": "Proof Twin", "name": "P", "amount": 1}'')', 'PT409 client_ambiguous'),
  ('no such client', 'member', 'select public.create_prospect(''{"client_id": "<nobody>", "name": "P", "amount": 1}'')', 'PT404 not_found'),
  ('owner of B', 'admin', 'select public.create_prospect(''{"client_id": "<C1>", "name": "P", "amount": 1, "owner_id": "<member.b>"}'')', 'PT404 not_found'),
  ('owner of B', 'superadmin', 'select public.create_prospect(''{"client_id": "<C1>", "name": "P", "amount": 1, "owner_id": "<member.b>"}'')', 'PT404 not_found'),
  ('client of B', 'superadmin', 'select public.create_prospect(''{"client_id": "<B1>", "name": "P", "amount": 1}'')', 'PT404 not_found'),
  ('no such owner', 'admin', 'select public.create_prospect(''{"client_id": "<C1>", "name": "P", "amount": 1, "owner_id": "<nobody>"}'')', 'PT404 not_found'),
  ('deactivated owner', 'admin', 'select public.create_prospect(''{"client_id": "<C1>", "name": "P", "amount": 1, "owner_id": "<gone>"}'')', 'PT404 not_found'),
  ('a customer as owner', 'admin', 'select public.create_prospect(''{"client_id": "<C1>", "name": "P", "amount": 1, "owner_id": "<client>"}'')', 'PT404 not_found'),
  ('contact at a colleague''s client', 'member', 'select public.create_prospect(''{"client_id": "<C3>", "name": "P", "amount": 1, "contact_name": "P", "contact_phone": "1"}'')', '42501'),
  ('no such organization', 'superadmin', 'select public.create_prospect(''{"company": "P", "name": "P", "amount": 1}'', null, {nobody})', 'PT404 not_found'),
  ('no key', 'member', 'select public.import_prospects(''[{"company": "P", "name": "P", "amount": 1}]'', null)', 'PT400 invalid_argument'),
  ('no rows', 'member', 'select public.import_prospects(''[]'', ''k'')', 'PT400 invalid_argument'),
  ('no list', 'member', 'select public.import_prospects(''{}'', ''k'')', 'PT400 invalid_argument'),
  ('too many rows', 'member', 'select public.import_prospects((select jsonb_agg(1) from generate_series(1, 501)), ''k'')', 'PT400 invalid_argument'),
  ('twin companies in a file', 'member', 'select public.import_prospects(''[{"company": "Proof Twin", "name": "P", "amount": 1}]'', ''k'')', 'PT409 client_ambiguous'),
  -- Wrong values.
  ('negative amount', 'member', 'update public.opportunities set amount = -1 where id = {O1}', '23514 opportunities_amount_check'),
  ('override above 100', 'member', 'update public.opportunities set probability_override = 101 where id = {O1}', '23514 opportunities_probability_override_check'),
  ('override of a closed one', 'member', 'update public.opportunities set probability_override = 50 where id = {W1}', '23514 opportunities_override_check'),
  ('no name', 'member', 'update public.opportunities set name = '' '' where id = {O1}', '23514 opportunities_name_check'),
  ('empty note', 'member', 'update public.opportunity_notes set body = '' '' where id = {N1}', '23514 opportunity_notes_body_check'),
  ('endless note', 'member', 'update public.opportunity_notes set body = repeat(''x'', 10001) where id = {N1}', '23514 opportunity_notes_body_check');

select pg_temp.run_all();

-- What is left behind --------------------------------------------------------

do $traces$
declare
  line record;
begin
  for line in select * from (values
    ('insert', 'member', 'insert into public.opportunities (organization_id, client_id, name, amount, owner_id) values ({marlowick}, {C1}, ''P'', 1, {member})',
      'pipeline.opportunity.created | opportunities insert 1'),
    ('update', 'member', 'update public.opportunities set amount = 2 where id = {O1}',
      'pipeline.opportunity.updated | opportunities update 1'),
    ('update of nothing', 'member', 'update public.opportunities set amount = amount where id = {O1}', ''),
    ('refused update', 'member', 'update public.opportunities set amount = 2 where id = {O3}', ''),
    ('delete with notes and activities', 'member', 'delete from public.opportunities where id = {O1}',
      'pipeline.opportunity.deleted | opportunities delete 1, opportunity_activities delete 1, opportunity_notes delete 2'),
    ('note', 'director', 'insert into public.opportunity_notes (organization_id, opportunity_id, body) values ({marlowick}, {O1}, ''x'')',
      'pipeline.note.added | opportunity_notes insert 1'),
    ('note edited', 'member', 'update public.opportunity_notes set body = ''y'' where id = {N1}',
      'pipeline.note.updated | opportunity_notes update 1'),
    ('note removed', 'admin', 'delete from public.opportunity_notes where id = {N1}',
      'pipeline.note.deleted | opportunity_notes delete 1'),
    ('activity', 'member', 'insert into public.opportunity_activities (organization_id, opportunity_id, type, title) values ({marlowick}, {O1}, ''call'', ''x'')',
      'pipeline.activity.created | opportunity_activities insert 1'),
    ('activity edited', 'member', 'update public.opportunity_activities set title = ''y'' where id = {A1}',
      'pipeline.activity.updated | opportunity_activities update 1'),
    ('activity done', 'member', 'update public.opportunity_activities set status = ''completed'' where id = {A1}',
      'pipeline.activity.completed | opportunity_activities update 1'),
    ('activity cancelled', 'member', 'update public.opportunity_activities set status = ''cancelled'' where id = {A1}',
      'pipeline.activity.cancelled | opportunity_activities update 1'),
    ('activity removed', 'member', 'delete from public.opportunity_activities where id = {A1}',
      'pipeline.activity.deleted | opportunity_activities delete 1'),
    ('project', 'director', 'insert into public.projects (organization_id, client_id, name) values ({marlowick}, {C1}, ''P'')',
      'project.created | projects insert 1'),
    ('project edited', 'member', 'update public.projects set progress = 50 where id = {J1}',
      'project.updated | projects update 1'),
    ('project removed', 'director', 'delete from public.projects where id = {J1}',
      'project.deleted | client_deliverables update 1, invoices update 1, projects delete 1'),
    ('delete with a project', 'member', 'delete from public.opportunities where id = {L1}',
      'pipeline.opportunity.deleted | opportunities delete 1, projects update 1'),
    ('move', 'member', 'select public.move_opportunity({O1}, ''Qualify'', 1)',
      'pipeline.opportunity.stage_changed | opportunities update 1'),
    ('move to where it is', 'member', 'select public.move_opportunity({O1}, ''Prospect'', 1)', ''),
    ('lose', 'member', 'select public.move_opportunity({O1}, ''ClosedLost'', 1, ''price'', ''too dear'')',
      'pipeline.opportunity.stage_changed | opportunities update 1'),
    ('win', 'member', 'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
      'client.converted pipeline.opportunity.stage_changed | client_deliverables insert 3, clients update 1, finance insert 1, opportunities update 1, projects insert 1'),
    ('prospect', 'member', 'select public.create_prospect(''{"company": "Proof new", "name": "P", "amount": 1}'')',
      'pipeline.prospect.created | clients insert 1, opportunities insert 1'),
    ('prospect with a contact', 'member', 'select public.create_prospect(''{"company": "Proof new", "name": "P", "amount": 1, "contact_name": "P", "contact_email": "p@example.com"}'')',
      'pipeline.prospect.created | clients insert 1, contacts insert 1, opportunities insert 1'),
    ('prospect with an unchanged contact', 'member', 'select public.create_prospect(''{"company": "PROOF prospect ", "name": "P", "amount": 1, "contact_name": "Proof", "contact_email": "proof@EXAMPLE.com"}'')',
      'pipeline.prospect.created | opportunities insert 1'),
    ('import', 'member2', 'select public.import_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}, {"company": " proof NEW", "name": "Q", "amount": 1}, {"client_id": "<C1>", "name": "R", "amount": 1}]'', ''k'')',
      'pipeline.prospects.imported | clients insert 1, opportunities insert 3'),
    ('import with a bad row', 'member2', 'select public.import_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}, {"company": "x", "name": "Q"}]'', ''k'')',
      'PT422 validation_failed')
  ) as t (what, who, statement, expected)
  loop
    perform pg_temp.check_that(line.what || ' leaves behind',
      pg_temp.trace(line.who, 'marlowick', line.statement), line.expected);
  end loop;
  perform pg_temp.check_that('the same key twice', pg_temp.trace('member', 'marlowick',
    $$select public.create_prospect('{"company": "Proof new", "name": "P", "amount": 1}', 'k')$$,
    $$select public.create_prospect('{"company": "Proof new", "name": "P", "amount": 1}', 'k')$$),
    'pipeline.prospect.created | clients insert 1, opportunities insert 1');
  perform pg_temp.check_that('the same import twice', pg_temp.trace('member', 'marlowick',
    $$select public.import_prospects('[{"company": "Proof new", "name": "P", "amount": 1}]', 'k')$$,
    $$select public.import_prospects('[{"company": "Proof new", "name": "P", "amount": 1}]', 'k')$$),
    'pipeline.prospects.imported | clients insert 1, opportunities insert 1');
  perform pg_temp.check_that('the key for another request', pg_temp.trace('member', 'marlowick',
    $$select public.create_prospect('{"company": "Proof new", "name": "P", "amount": 1}', 'k')$$,
    $$select public.create_prospect('{"company": "Proof new", "name": "P", "amount": 2}', 'k')$$),
    'PT409 idempotency_mismatch');
  perform pg_temp.check_that('the key for another import', pg_temp.trace('member', 'marlowick',
    $$select public.import_prospects('[{"company": "Proof new", "name": "P", "amount": 1}]', 'k')$$,
    $$select public.import_prospects('[{"company": "Proof new", "name": "P", "amount": 2}]', 'k')$$),
    'PT409 idempotency_mismatch');
  perform pg_temp.check_that('a win twice and a conversion', pg_temp.trace('member', 'marlowick',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select public.convert_won_opportunity({OP})'),
    'client.converted pipeline.opportunity.stage_changed | client_deliverables insert 3, clients update 1, finance insert 1, opportunities update 1, projects insert 1');
  perform pg_temp.check_that('won, reopened, won again', pg_temp.trace('director', 'marlowick',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select public.move_opportunity({OP}, ''Proposal'', 2)',
    'select public.move_opportunity({OP}, ''ClosedWon'', 3)'),
    'client.converted pipeline.opportunity.stage_changed pipeline.opportunity.stage_changed pipeline.opportunity.stage_changed | client_deliverables insert 3, clients update 1, finance insert 1, opportunities update 3, projects insert 1');
  perform pg_temp.check_that('a SuperAdmin in B', pg_temp.trace('superadmin', 'quillhaven',
    'select public.move_opportunity({OB}, ''Qualify'', 1)'),
    'pipeline.opportunity.stage_changed | opportunities update 1');
end
$traces$;

-- What they do ---------------------------------------------------------------

do $effects$
declare
  stage text;
  version integer := 1;
  b text;
  who text;
begin
  -- V2: each stage has its probability, an override ends with the move.
  perform pg_temp.check_that('probabilities', pg_temp.outcome('member',
    'select public.move_opportunity({O1}, ''Qualify'', 1)',
    'select public.move_opportunity({O1}, ''Proposal'', 2)',
    'update public.opportunities set probability_override = 60 where id = {O1} returning probability',
    'select public.move_opportunity({O1}, ''Negotiation'', 4)',
    'select public.move_opportunity({O1}, ''ClosedWon'', 5)',
    'select string_agg(to_stage || '' '' || probability, '', '' order by probability) from public.opportunity_stage_history where opportunity_id = {O1}'),
    'Prospect 10, Qualify 25, Proposal 50, Negotiation 75, ClosedWon 100');
  perform pg_temp.check_that('an override counts', pg_temp.outcome('member',
    'update public.opportunities set probability_override = 60 where id = {O1} returning probability'), '60');
  perform pg_temp.check_that('a move clears it', pg_temp.outcome('member',
    'update public.opportunities set probability_override = 60 where id = {O1} returning probability',
    'select public.move_opportunity({O1}, ''Negotiation'', 2) #>> ''{opportunity,probability}'''), '75');
  perform pg_temp.check_that('a lost one', pg_temp.outcome('member',
    'select concat_ws('' '', m ->> ''probability'', m ->> ''lost_reason'', m ->> ''lost_note'', m ->> ''closed_at'' is not null, m ->> ''version'')
      from (select public.move_opportunity({O1}, ''ClosedLost'', 1, ''price'', '' too dear '') -> ''opportunity'' as m) x'),
    '0 price too dear t 2');
  perform pg_temp.check_that('a reopened one', pg_temp.outcome('member',
    'select concat_ws('' '', m ->> ''stage'', m ->> ''lost_reason'', m ->> ''closed_at'', m ->> ''probability'')
      from (select public.move_opportunity({L1}, ''Qualify'', 1) -> ''opportunity'' as m) x'), 'Qualify 25');
  perform pg_temp.check_that('history of a move', pg_temp.outcome('member',
    'select public.move_opportunity({O1}, ''Qualify'', 1)',
    'select concat_ws('' '', h.from_stage, h.to_stage, h.amount, h.probability, h.changed_by = {member}, h.changed_at = o.stage_changed_at)
      from public.opportunity_stage_history h join public.opportunities o on o.id = h.opportunity_id
      where h.opportunity_id = {O1} and h.from_stage is not null'),
    'Prospect Qualify 1000.00 25 t t');
  perform pg_temp.check_that('detail of a stale version', (pg_temp.outcome('member',
    'select public.move_opportunity({O1}, ''Qualify'', 9)') like 'PT409 stale_version {%"name": "Proof own"%}')::text, 'true');
  perform pg_temp.check_that('detail of a missing reason', pg_temp.outcome('member',
    'select public.move_opportunity({O1}, ''ClosedLost'', 1)'),
    'PT422 validation_failed [{"key": "required", "row": 0, "field": "lost_reason"}]');
  perform pg_temp.check_that('payload of a move', pg_temp.outcome('member',
    'select public.move_opportunity({L1}, ''Qualify'', 1)',
    'select payload from public.analytics_events'),
    '{"to": "Qualify", "from": "ClosedLost", "amount": 1000.00, "reopened": true, "probability": 25}');
  perform pg_temp.check_that('who wrote a note', pg_temp.outcome('member',
    'insert into public.opportunity_notes (organization_id, opportunity_id, body) values ({marlowick}, {O3}, ''x'') returning author_id = {member}'), 'true');
  perform pg_temp.check_that('when it was done', pg_temp.outcome('member',
    'update public.opportunity_activities set status = ''completed'' where id = {A1} returning completed_at = now()'), 'true');
  perform pg_temp.check_that('undone again', pg_temp.outcome('member',
    'update public.opportunity_activities set status = ''completed'' where id = {A1} returning 1',
    'update public.opportunity_activities set status = ''pending'' where id = {A1} returning completed_at is null'), 'true');

  -- What winning brings.
  perform pg_temp.check_that('answer of a win', pg_temp.outcome('member',
    'select concat_ws('' '', m #>> ''{opportunity,version}'', m #>> ''{conversion,client_id}'' = {P1}::text, m #>> ''{conversion,already_converted}'',
        (select string_agg(c ->> ''kind'', '' '') from jsonb_array_elements(m #> ''{conversion,created}'') c where c ->> ''kind'' <> ''automation_run''))
      from (select public.move_opportunity({OP}, ''ClosedWon'', 1) as m) x'),
    '2 t false project finance deliverable deliverable deliverable');
  perform pg_temp.check_that('answer of a second conversion', pg_temp.outcome('member',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select (public.convert_won_opportunity({OP}) - ''project_id'' - ''client_id'')::text'),
    '{"created": [], "already_converted": true}');
  perform pg_temp.check_that('client and project of a win', pg_temp.outcome('member',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select concat_ws('' '', c.status, c.phase, p.name, p.status, p.phase, p.owner_id = {member}, p.source_opportunity_id = {OP},
        o.converted_at = now(), p.starts_on = private.organization_today(p.organization_id))
      from public.clients c join public.projects p on p.client_id = c.id join public.opportunities o on o.client_id = c.id where c.id = {P1}'),
    'active Onboarding Proof to win planned Onboarding t t t t');
  perform pg_temp.check_that('a paused client keeps its phase', pg_temp.outcome('director',
    'update public.clients set status = ''churned'', phase = ''Data'' where id = {P1} returning churned_on is not null',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select concat_ws('' '', status, phase, churned_on) from public.clients where id = {P1}'), 'active Data');
  perform pg_temp.check_that('a first conversion of a loaded one is stamped', pg_temp.outcome('member',
    'select public.convert_won_opportunity({W1})',
    'select concat_ws('' '', converted_at = now(), version) from public.opportunities where id = {W1}'), 't 2');

  -- Prospects.
  perform pg_temp.check_that('a Member is the owner', pg_temp.outcome('member',
    'select concat_ws('' '', p #>> ''{opportunity,owner_id}'' = {member}::text, p #>> ''{client,owner_id}'' = {member}::text, p ->> ''client_created'',
        p #>> ''{client,status}'', p #>> ''{client,phase}'', p #>> ''{opportunity,stage}'', p #>> ''{opportunity,next_step}'', p #>> ''{opportunity,source}'', p #>> ''{opportunity,amount}'')
      from public.create_prospect(''{"company": " Proof new ", "name": "P", "amount": "1200.50", "owner_id": "<member2>"}'') p'),
    't t true prospect Prospect Initial outreach manual 1200.50');
  perform pg_temp.check_that('a Director names the owner', pg_temp.outcome('director',
    'select public.create_prospect(''{"company": "Proof new", "name": "P", "amount": 1, "owner_id": "<member2>"}'') #>> ''{opportunity,owner_id}'' = {member2}::text'), 'true');
  perform pg_temp.check_that('or is it', pg_temp.outcome('director',
    'select public.create_prospect(''{"company": "Proof new", "name": "P", "amount": 1}'') #>> ''{opportunity,owner_id}'' = {director}::text'), 'true');
  perform pg_temp.check_that('a SuperAdmin elsewhere is not', pg_temp.outcome('superadmin',
    'select coalesce(public.create_prospect(''{"company": "Proof new", "name": "P", "amount": 1}'', null, {quillhaven}) #>> ''{opportunity,owner_id}'', ''nobody'')'), 'nobody');
  perform pg_temp.check_that('a known company', pg_temp.outcome('member',
    'select concat_ws('' '', p #>> ''{client,id}'' = {P1}::text, p ->> ''client_created'', p ->> ''contact_id'' = {K1}::text)
      from public.create_prospect(''{"company": "proof PROSPECT", "name": "P", "amount": 1, "contact_name": "Proof", "contact_email": "proof@example.com", "contact_phone": "1"}'') p'),
    't false t');
  perform pg_temp.check_that('a known contact keeps role and say', pg_temp.outcome('member',
    'select public.create_prospect(''{"client_id": "<P1>", "name": "P", "amount": 1, "contact_name": "Proof two", "contact_email": "proof@example.com", "contact_phone": "1", "contact_role": "CEO"}'')',
    'select concat_ws('' '', name, role, power, phone) from public.contacts where client_id = {P1}'), 'Proof two CFO 1');
  perform pg_temp.check_that('a contact needs an address', pg_temp.outcome('member',
    'select coalesce(public.create_prospect(''{"client_id": "<P1>", "name": "P", "amount": 1, "contact_name": "Proof"}'') ->> ''contact_id'', ''none'')'), 'none');
  perform pg_temp.check_that('defaults of a contact', pg_temp.outcome('member',
    'select public.create_prospect(''{"company": "Proof new", "name": "P", "amount": 1, "contact_name": "Proof", "contact_phone": "1"}'')',
    'select concat_ws('' '', k.role, k.power) from public.contacts k join public.clients c on c.id = k.client_id where c.name = ''Proof new'''),
    'Primary contact decision');
  perform pg_temp.check_that('candidates', (pg_temp.outcome('member',
    'select public.create_prospect(''{"company": "Proof Twin", "name": "P", "amount": 1}'')') ~ '^PT409 client_ambiguous \[\{.*"name": " proof TWIN".*"name": "Proof twin".*\]$')::text, 'true');
  perform pg_temp.check_that('every bad field of every row', pg_temp.outcome('member',
    'select public.import_prospects(''[{"company": "Fine", "name": "P", "amount": 1},
      {"name": " ", "amount": 0, "expected_close_date": "2026-02-30", "prise": 1},
      {"company": 5, "name": "P", "amount": "12,5", "contact_email": "nobody"},
      7,
      {"company": "x", "name": "P", "amount": 0.001, "client_id": "x"}]'', ''k'')'),
    'PT422 validation_failed ' || ('[
      {"row": 1, "field": "amount", "key": "out_of_range"}, {"row": 1, "field": "expected_close_date", "key": "not_a_date"},
      {"row": 1, "field": "name", "key": "required"}, {"row": 1, "field": "prise", "key": "unknown_field"},
      {"row": 1, "field": "company", "key": "required"},
      {"row": 2, "field": "amount", "key": "not_a_number"}, {"row": 2, "field": "company", "key": "not_text"},
      {"row": 2, "field": "contact_email", "key": "not_an_address"},
      {"row": 3, "field": null, "key": "not_an_object"},
      {"row": 4, "field": "amount", "key": "too_many_decimals"}, {"row": 4, "field": "client_id", "key": "not_an_id"}]'::jsonb)::text);
  perform pg_temp.check_that('answer of an import', pg_temp.outcome('member',
    'select concat_ws('' '', i ->> ''opportunities'', i ->> ''clients_created'', jsonb_array_length(i -> ''ids''))
      from public.import_prospects(''[{"company": "Proof new", "name": "P", "amount": 1}, {"company": "Proof new", "name": "Q", "amount": 1}]'', ''k'') i'), '2 1 2');
  perform pg_temp.check_that('ids in the order of the rows', pg_temp.outcome('member',
    'select public.import_prospects(''[{"company": "Proof new", "name": "Z", "amount": 1}, {"company": "Proof new", "name": "A", "amount": 1}]'', ''k'')',
    'select string_agg(o.name || '' '' || o.source, '' '' order by i.number)
      from jsonb_array_elements_text(public.import_prospects(''[{"company": "Proof new", "name": "Z", "amount": 1}, {"company": "Proof new", "name": "A", "amount": 1}]'', ''k'') -> ''ids'') with ordinality as i (id, number)
      join public.opportunities o on o.id = i.id::uuid'), 'Z import A import');
  perform pg_temp.check_that('five hundred rows', pg_temp.outcome('member',
    'select public.import_prospects((select jsonb_agg(jsonb_build_object(''company'', ''Proof '' || n % 50, ''name'', ''P'', ''amount'', n)) from generate_series(1, 500) n), ''k'') - ''ids'' - ''clients'''),
    '{"repeated": false, "opportunities": 500, "clients_created": 50}');

  -- Nothing of the other tenant.
  foreach b in array array['opportunities', 'opportunity_notes', 'opportunity_activities',
    'opportunity_stage_history', 'projects', 'pipeline', 'vw_pipeline_forecast']
  loop
    foreach who in array array['admin', 'director', 'member', 'client', 'gone', 'nobody', 'unnamed'] loop
      perform pg_temp.check_that(format('rows of B in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) from public.%s where organization_id = {quillhaven}', b)), '0');
    end loop;
    foreach who in array array['superadmin', 'service_role'] loop
      perform pg_temp.check_that(format('rows of B in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) > 0 from public.%s where organization_id = {quillhaven}', b)), 'true');
    end loop;
  end loop;
end
$effects$;

-- Playbooks of the own organization start once per won opportunity.
do $playbooks$
begin
  execute pg_temp.fill($sql$
    insert into public.automation_playbooks (id, organization_id, created_by, name, trigger_event, status) values
      ({Y1}, {marlowick}, {admin}, 'Proof kickoff', 'closed_won', 'active'),
      ({Y2}, {marlowick}, {admin}, 'Proof draft', 'closed_won', 'draft'),
      ({Y3}, {marlowick}, {admin}, 'Proof manual', 'manual', 'active'),
      ({Y4}, {quillhaven}, {admin.b}, 'Proof of B', 'closed_won', 'active');
    insert into public.automation_steps (organization_id, playbook_id, position, workspace, action)
    select organization_id, id, n, 'sales', 'record_note' from public.automation_playbooks, generate_series(0, 1) n
    where name like 'Proof%'
  $sql$);
  perform pg_temp.check_that('runs of a win', pg_temp.outcome('member',
    'select public.move_opportunity({OP}, ''ClosedWon'', 1)',
    'select public.convert_won_opportunity({OP})',
    'select string_agg(concat_ws('' '', r.playbook_id = {Y1}, r.status, r.trigger_event, r.entity_type, r.entity_id = {OP}, r.triggered_by = {member},
        r.idempotency_key = ''closed_won:<OP>:<Y1>'', (select count(*) from public.automation_run_steps s where s.run_id = r.id and s.status = ''pending'')), '', '')
      from public.automation_runs r where r.playbook_id in ({Y1}, {Y2}, {Y3}, {Y4})'),
    't queued closed_won opportunity t t t 2');
  perform pg_temp.check_that('a run is told', pg_temp.outcome('member',
    'select (select count(*) from jsonb_array_elements(public.move_opportunity({OP}, ''ClosedWon'', 1) #> ''{conversion,created}'') c where c ->> ''kind'' = ''automation_run'') > 0'), 'true');
end
$playbooks$;

-- A conversion that fails takes the move with it.
create function pg_temp.break_it() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
create trigger zz_broken before insert on public.projects for each row execute function pg_temp.break_it();
do $broken$
declare
  statement constant text := pg_temp.fill('select public.move_opportunity({OP}, ''ClosedWon'', 1)');
begin
  begin
    perform pg_temp.become('member');
    execute statement;
    raise exception 'proof failed: a broken conversion went through';
  exception when raise_exception then
    if sqlerrm <> 'broken' then raise; end if;
  end;
  perform pg_temp.check_that('a failed conversion undoes the move', pg_temp.outcome('system',
    'select concat_ws('' '', o.stage, o.version, c.status) from public.opportunities o join public.clients c on c.id = o.client_id where o.id = {OP}'),
    'Prospect 1 prospect');
end
$broken$;
drop trigger zz_broken on public.projects;

-- Figures: metrics.md V1, in organizations of their own -----------------------

do $figures$
declare
  forecast constant text := $$select concat_ws(' ', max(all_opportunity_count), max(all_total_value), max(all_weighted_value),
    string_agg(weighted_value::text, '/' order by stage_order)) from public.vw_pipeline_forecast where organization_id = {V1}$$;
begin
  execute pg_temp.fill($sql$
    insert into public.organizations (id, name, slug, quarterly_target) values
      ({V1}, 'Proof one', 'proof-one', 1200000), ({V19}, 'Proof two', 'proof-two', null);
    insert into public.clients (id, organization_id, name) values ({VC1}, {V1}, 'Proof'), ({VC19}, {V19}, 'Proof');
    insert into public.opportunities (organization_id, client_id, name, amount, stage, expected_close_date, closed_at, lost_reason) values
      ({V1}, {VC1}, 'P', 85000, 'Prospect', '2026-06-15', null, null),
      ({V1}, {VC1}, 'P', 125000, 'Qualify', '2026-06-15', null, null),
      ({V1}, {VC1}, 'Proposal', 178000, 'Proposal', '2026-06-15', null, null),
      ({V1}, {VC1}, 'P', 96000, 'Negotiation', '2026-06-15', null, null),
      ({V1}, {VC1}, 'P', 210000, 'ClosedWon', null, '2026-05-04', null),
      ({V1}, {VC1}, 'P', 55000, 'ClosedLost', null, '2026-05-06', 'price'),
      ({V19}, {VC19}, 'P', 10000, 'Qualify', null, null, null);
  $sql$);
  perform pg_temp.check_that('V1', pg_temp.outcome('superadmin', forecast),
    '4 484000.00 200750.00 8500.00/31250.00/89000.00/72000.00');
  perform pg_temp.check_that('V1b', pg_temp.outcome('superadmin',
    'update public.opportunities set probability_override = 40 where organization_id = {V1} and stage = ''Proposal'' returning 1', forecast),
    '4 484000.00 182950.00 8500.00/31250.00/71200.00/72000.00');
  perform pg_temp.check_that('V1e', pg_temp.outcome('system',
    'with gone as (delete from public.opportunities where organization_id = {V1} and stage <> ''ClosedWon'' returning 1) select count(*) from gone', forecast),
    '0 0.00 0.00 0.00/0.00/0.00/0.00');
  perform pg_temp.check_that('V19', pg_temp.outcome('superadmin', replace(forecast, '{V1}', '{V19}')),
    '1 10000.00 2500.00 0.00/2500.00/0.00/0.00');
  -- Two halves of a cent: each rounds up alone, their sum is exact.
  perform pg_temp.check_that('one rounding', pg_temp.outcome('superadmin',
    'update public.opportunities set amount = 0.05, probability_override = 10 where organization_id = {V1} and stage in (''Prospect'', ''Qualify'') returning 1',
    'select concat_ws('' '', (select weighted_value from public.pipeline where organization_id = {V1} and stage = ''Prospect''), max(all_weighted_value))
      from public.vw_pipeline_forecast where organization_id = {V1}'), '0.01 161000.01');
  perform pg_temp.check_that('the overview of a client', pg_temp.outcome('superadmin',
    'select concat_ws('' '', open_count, open_value, open_weighted, furthest_open_stage) from public.vw_client_overview where client_id = {VC1}'),
    '4 484000.00 200750.00 Negotiation');
end
$figures$;

select last_value as checks from pg_temp.proof_checks;

rollback;
