-- Proves who may do what on the foundation's tables, by trying it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Clients without anything that would keep them.
insert into proof_id
select n, md5('proof ' || n)::uuid from unnest(array['bare_own', 'bare_colleague', 'bare_unassigned', 'bare_B']) as n;

-- One row of each child table under an own, a colleague's, an unassigned and a
-- foreign client, and an Admin who was deactivated.
do $fixtures$
declare
  parent text;
begin
  insert into auth.users (id, email) select id, 'gone@example.com' from proof_id where key = 'gone';
  insert into public.users (id, organization_id, email, name, role, deactivated_at)
    select p.id, o.id, 'gone@example.com', 'Corin Vashley', 'Admin', now()
    from proof_id p, proof_id o where p.key = 'gone' and o.key = 'marlowick';
  execute pg_temp.fill('insert into public.clients (id, organization_id, name, owner_id) values
    ({bare_own}, {marlowick}, ''Proof own'', {member}), ({bare_colleague}, {marlowick}, ''Proof colleague'', {member2}),
    ({bare_unassigned}, {marlowick}, ''Proof unassigned'', null), ({bare_B}, {quillhaven}, ''Proof B'', null)');
  execute pg_temp.fill('insert into public.client_commercials (organization_id, client_id, plan, price, term_months)
    values ({marlowick}, {C13}, ''Invoiced'', 100, 12)');
  execute pg_temp.fill('insert into public.client_health_history (organization_id, client_id, snapshot_date)
    values ({marlowick}, {C13}, ''2020-01-01'')');
  foreach parent in array array['C1', 'C3', 'C13', 'B1'] loop
    insert into proof_id select 'contacts_' || parent, min(k.id::text)::uuid
      from public.contacts k join proof_id p on p.id = k.client_id where p.key = parent;
    insert into proof_id select 'client_commercials_' || parent, min(k.id::text)::uuid
      from public.client_commercials k join proof_id p on p.id = k.client_id where p.key = parent;
    insert into proof_id select 'client_health_history_' || parent, min(k.id::text)::uuid
      from public.client_health_history k join proof_id p on p.id = k.client_id where p.key = parent;
  end loop;
end
$fixtures$;

-- The matrix -----------------------------------------------------------------
-- One character per person, in the order of `people`: rows reached (1 or 0),
-- x refused for want of a right, r refused because other rows depend on it.

insert into proof_matrix values
  --                                                          A: super admin director own colleague client
  --                                                          B: admin member client; deactivated, no row, anonymous
  ('organization of A', 'select from public.organizations where id = {marlowick}', '111111 000 00x'),
  ('organization of B', 'select from public.organizations where id = {quillhaven}', '100000 111 00x'),
  ('update organization of A', 'update public.organizations set name = ''Proof'' where id = {marlowick}', '110000 000 00x'),
  ('update organization of B', 'update public.organizations set name = ''Proof'' where id = {quillhaven}', '100000 100 00x'),
  ('insert organization', 'insert into public.organizations (name, slug) values (''Proof'', ''proof'')', '1xxxxx xxx xxx'),
  ('delete organization', 'delete from public.organizations where id = {marlowick}', 'xxxxxx xxx xxx'),

  ('Member of A', 'select from public.users where id = {member}', '111110 000 00x'),
  ('Client of A', 'select from public.users where id = {client}', '111111 000 00x'),
  ('SuperAdmin', 'select from public.users where id = {superadmin}', '111110 000 00x'),
  ('deactivated Admin of A', 'select from public.users where id = {gone}', '111110 000 00x'),
  ('Member of B', 'select from public.users where id = {member.b}', '100000 110 00x'),
  ('update Member of A', 'update public.users set name = ''Proof'' where id = {member}', '000100 000 00x'),
  ('update Client of A', 'update public.users set name = ''Proof'' where id = {client}', '000001 000 00x'),
  ('update Member of B', 'update public.users set name = ''Proof'' where id = {member.b}', '000000 010 00x'),
  ('update deactivated', 'update public.users set name = ''Proof'' where id = {gone}', '000000 000 00x'),
  ('insert user', 'insert into public.users (id, organization_id, email, name, role) values ({nobody}, {marlowick}, ''x@example.com'', ''Proof'', ''Admin'')', 'xxxxxx xxx xxx'),
  ('delete user', 'delete from public.users where id = {member2}', 'xxxxxx xxx xxx'),

  ('own client', 'select from public.clients where id = {C1}', '111111 000 00x'),
  ('colleague''s client', 'select from public.clients where id = {C3}', '111110 000 00x'),
  ('unassigned client', 'select from public.clients where id = {C13}', '111110 000 00x'),
  ('client of B', 'select from public.clients where id = {B1}', '100000 111 00x'),
  ('update own client', 'update public.clients set notes = ''x'' where id = {C1}', '111100 000 00x'),
  ('update colleague''s client', 'update public.clients set notes = ''x'' where id = {C3}', '111010 000 00x'),
  ('update unassigned client', 'update public.clients set notes = ''x'' where id = {C13}', '111000 000 00x'),
  ('update client of B', 'update public.clients set notes = ''x'' where id = {B1}', '100000 110 00x'),
  ('delete client with a user', 'delete from public.clients where id = {C1}', 'rrr000 000 00x'),
  ('delete own client with an invoice', 'delete from public.clients where id = {C10}', 'rrr000 000 00x'),
  ('delete client of B with an opportunity', 'delete from public.clients where id = {B3}', 'r00000 r00 00x'),
  ('delete own client', 'delete from public.clients where id = {bare_own}', '111000 000 00x'),
  ('delete colleague''s client', 'delete from public.clients where id = {bare_colleague}', '111000 000 00x'),
  ('delete unassigned client', 'delete from public.clients where id = {bare_unassigned}', '111000 000 00x'),
  ('delete client of B', 'delete from public.clients where id = {bare_B}', '100000 100 00x'),
  ('insert client for Member of A', 'insert into public.clients (organization_id, name, owner_id) values ({marlowick}, ''Proof'', {member})', '1111xx xxx xxx'),
  ('insert unassigned client in A', 'insert into public.clients (organization_id, name) values ({marlowick}, ''Proof'')', '111xxx xxx xxx'),
  ('insert client for Member of B', 'insert into public.clients (organization_id, name, owner_id) values ({quillhaven}, ''Proof'', {member.b})', '1xxxxx 11x xxx'),

  ('own health', 'select from public.client_health_history where id = {client_health_history_C1}', '111111 000 00x'),
  ('colleague''s health', 'select from public.client_health_history where id = {client_health_history_C3}', '111110 000 00x'),
  ('unassigned health', 'select from public.client_health_history where id = {client_health_history_C13}', '111110 000 00x'),
  ('health of B', 'select from public.client_health_history where id = {client_health_history_B1}', '100000 111 00x'),
  ('insert health', 'insert into public.client_health_history (organization_id, client_id, snapshot_date) values ({marlowick}, {C1}, ''2020-01-02'')', 'xxxxxx xxx xxx'),
  ('update health', 'update public.client_health_history set notes = ''x'' where id = {client_health_history_C1}', 'xxxxxx xxx xxx'),
  ('delete health', 'delete from public.client_health_history where id = {client_health_history_C1}', 'xxxxxx xxx xxx'),

  ('overview of own client', 'select from public.vw_client_overview where client_id = {C1}', '111111 000 00x'),
  ('overview of colleague''s client', 'select from public.vw_client_overview where client_id = {C3}', '111110 000 00x'),
  ('overview of unassigned client', 'select from public.vw_client_overview where client_id = {C13}', '111110 000 00x'),
  ('overview of client of B', 'select from public.vw_client_overview where client_id = {B1}', '100000 111 00x'),
  ('insert into overview', 'insert into public.vw_client_overview (client_id) values ({nobody})', '555555 555 555'),
  ('update overview', 'update public.vw_client_overview set client_name = ''x''', '555555 555 555'),
  ('delete from overview', 'delete from public.vw_client_overview', '555555 555 555');

-- Child tables share one row rule.
insert into proof_matrix
select t.child || ': ' || m.what,
  replace(replace(replace(m.statement, '$table', t.child), '$columns', t.columns), '$values', t.vals),
  m.expected
from (values
  ('contacts', 'name, role', '''Proof'', ''CFO'''),
  ('client_commercials', 'plan, price, term_months', '''Proof'', 1, 12')
) as t (child, columns, vals)
cross join (values
  ('own', 'select from public.$table where id = {$table_C1}', '111110 000 00x'),
  ('colleague''s', 'select from public.$table where id = {$table_C3}', '111110 000 00x'),
  ('unassigned', 'select from public.$table where id = {$table_C13}', '111110 000 00x'),
  ('of B', 'select from public.$table where id = {$table_B1}', '100000 110 00x'),
  ('update own', 'update public.$table set created_at = created_at where id = {$table_C1}', '111100 000 00x'),
  ('update colleague''s', 'update public.$table set created_at = created_at where id = {$table_C3}', '111010 000 00x'),
  ('update unassigned', 'update public.$table set created_at = created_at where id = {$table_C13}', '111000 000 00x'),
  ('update of B', 'update public.$table set created_at = created_at where id = {$table_B1}', '100000 110 00x'),
  ('delete own', 'delete from public.$table where id = {$table_C1}', '111100 000 00x'),
  ('delete colleague''s', 'delete from public.$table where id = {$table_C3}', '111010 000 00x'),
  ('delete unassigned', 'delete from public.$table where id = {$table_C13}', '111000 000 00x'),
  ('delete of B', 'delete from public.$table where id = {$table_B1}', '100000 110 00x'),
  ('insert under own', 'insert into public.$table (organization_id, client_id, $columns) values ({marlowick}, {C10}, $values)', '1111xx xxx xxx'),
  ('insert under colleague''s', 'insert into public.$table (organization_id, client_id, $columns) values ({marlowick}, {C11}, $values)', '111x1x xxx xxx'),
  ('insert under B', 'insert into public.$table (organization_id, client_id, $columns) values ({quillhaven}, {B3}, $values)', '1xxxxx 1xx xxx')
) as m (what, statement, expected);
insert into proof_matrix values
  ('contacts: insert under unassigned', 'insert into public.contacts (organization_id, client_id, name, role) values ({marlowick}, {C13}, ''Proof'', ''CFO'')', '111xxx xxx xxx'),
  ('second commercials of a client', 'insert into public.client_commercials (organization_id, client_id, plan, price, term_months) values ({marlowick}, {C1}, ''Proof'', 1, 12)', 'dddd xx xxx xxx');

-- Attacks --------------------------------------------------------------------

insert into proof_attempt
-- Promoting oneself.
select 'own ' || c.change, p.who, format('update public.users set %s where id = {%s}', c.change, p.who), '42501'
from unnest(array['superadmin', 'admin', 'director', 'member', 'client']) as p (who)
cross join unnest(array['role = ''SuperAdmin''', 'organization_id = {quillhaven}', 'client_id = {B1}',
  'deactivated_at = null', 'email = ''x@example.com''', 'version = 1', 'created_at = now()']) as c (change)
union all
-- Moving rows to another tenant, or rewriting their identity.
select t.tab || ' ' || c.change, p.who, format('update public.%s set %s where id = {%s}', t.tab, c.change, t.key),
  'PT400 immutable_column'
from (values ('clients', 'C1'), ('contacts', 'contacts_C1'), ('client_commercials', 'client_commercials_C1')) as t (tab, key)
cross join unnest(array['superadmin', 'admin', 'director', 'member']) as p (who)
cross join unnest(array['organization_id = {quillhaven}', 'id = {nobody}', 'created_at = now()']) as c (change)
union all
select 'organization ' || c.change, p.who, format('update public.organizations set %s where id = {marlowick}', c.change), '42501'
from unnest(array['superadmin', 'admin']) as p (who)
cross join unnest(array['id = {nobody}', 'slug = ''x''', 'currency = ''EUR''', 'version = 9']) as c (change)
union all
-- Pointing at another tenant's rows answers as pointing at nothing does.
select 'reference to ' || v.foreign_id, p.who, replace(s.statement, '$id', v.foreign_id),
  case p.who when 'member' then s.member_expected else s.expected end
from (values
  ('update public.clients set owner_id = {$id} where id = {C1}', 'owner', '23503 clients_owner_id_fkey', '42501'),
  ('insert into public.clients (organization_id, name, owner_id) values ({marlowick}, ''Proof'', {$id})', 'owner', '23503 clients_owner_id_fkey', '42501'),
  ('update public.contacts set client_id = {$id} where id = {contacts_C1}', 'client', '23503 contacts_client_id_fkey', '42501'),
  ('insert into public.contacts (organization_id, client_id, name, role) values ({marlowick}, {$id}, ''Proof'', ''CFO'')', 'client', '23503 contacts_client_id_fkey', '42501'),
  ('update public.client_commercials set client_id = {$id} where id = {client_commercials_C1}', 'client', '23503 client_commercials_client_id_fkey', '42501'),
  ('insert into public.client_commercials (organization_id, client_id, plan, price, term_months) values ({marlowick}, {$id}, ''Proof'', 1, 12)', 'client', '23503 client_commercials_client_id_fkey', '42501')
) as s (statement, kind, expected, member_expected)
cross join unnest(array['superadmin', 'admin', 'member']) as p (who)
cross join lateral unnest(case s.kind when 'owner' then array['member.b', 'nobody'] else array['B3', 'nobody'] end) as v (foreign_id)
union all values
  -- Handing over and taking.
  ('gives own client to a colleague', 'member', 'update public.clients set owner_id = {member2} where id = {C1}', '42501'),
  ('gives own client up', 'member', 'update public.clients set owner_id = null where id = {C1}', '42501'),
  ('takes a colleague''s client', 'member', 'update public.clients set owner_id = {member} where id = {C3}', '0'),
  ('takes an unassigned client', 'member', 'update public.clients set owner_id = {member} where id = {C13}', '0'),
  ('inserts a client for a colleague', 'member', 'insert into public.clients (organization_id, name, owner_id) values ({marlowick}, ''Proof'', {member2})', '42501'),
  ('moves a contact to a colleague''s client', 'member', 'update public.contacts set client_id = {C3} where id = {contacts_C1}', '42501'),
  ('takes a colleague''s contact', 'member', 'update public.contacts set client_id = {C1} where id = {contacts_C3}', '0'),
  ('Director hands a client over', 'director', 'update public.clients set owner_id = {member2} where id = {C1}', '1'),
  ('inserts into another tenant', 'admin', 'insert into public.clients (organization_id, name) values ({quillhaven}, ''Proof'')', '42501'),
  -- Forged columns.
  ('forged creation', 'admin', 'insert into public.clients (organization_id, name, created_at) values ({marlowick}, ''Proof'', ''2001-01-01'')', '42501'),
  ('forged version', 'admin', 'insert into public.contacts (organization_id, client_id, name, role, version) values ({marlowick}, {C1}, ''P'', ''CFO'', 7)', '42501'),
  ('truncates', 'superadmin', 'truncate public.contacts', '42501'),
  -- Nobody without membership, no function for anonymous callers.
  ('no membership', 'gone', 'select public.current_member()', 'PT403 no_membership'),
  ('no membership', 'nobody', 'select public.current_member()', 'PT403 no_membership'),
  ('no subject', 'unnamed', 'select public.current_member()', 'PT401 unauthenticated'),
  ('no subject', 'unnamed', 'select from public.clients', '0'),
  ('anonymous', 'anon', 'select public.current_member()', '42501'),
  ('anonymous', 'anon', 'select public.clients_summary()', '42501'),
  ('anonymous', 'anon', 'select * from public.client_health_trend()', '42501'),
  ('anonymous', 'anon', 'select public.clients_digest()', '42501'),
  ('anonymous', 'anon', 'select private.persona()', '42501'),
  ('not staff', 'client', 'select public.clients_summary()', 'PT403 forbidden'),
  ('not staff', 'client', 'select * from public.client_health_trend()', 'PT403 forbidden'),
  ('deactivated', 'gone', 'select public.clients_summary()', 'PT403 no_membership'),
  ('deactivated', 'gone', 'select * from public.client_health_trend()', 'PT403 no_membership'),
  ('deactivated', 'gone', 'select public.clients_digest()', 'PT403 no_membership'),
  ('another organization', 'admin', 'select public.clients_digest({quillhaven})', 'PT403 forbidden'),
  ('own account', 'client', 'select public.clients_digest()', '1'),
  ('another organization', 'admin', 'select public.clients_summary({quillhaven})', 'PT403 forbidden'),
  ('another organization', 'director', 'select * from public.client_health_trend(12, {quillhaven})', 'PT403 forbidden'),
  ('no such organization, as the foreign one', 'admin', 'select public.clients_summary({nobody})', 'PT403 forbidden'),
  ('no such organization', 'superadmin', 'select public.clients_summary({nobody})', 'PT404 not_found'),
  ('own organization by name', 'member', 'select public.clients_summary({marlowick})', '1'),
  ('no month', 'member', 'select * from public.client_health_trend(0)', 'PT400 invalid_argument'),
  ('too many months', 'member', 'select * from public.client_health_trend(37)', 'PT400 invalid_argument'),
  ('months not given', 'member', 'select * from public.client_health_trend(null)', 'PT400 invalid_argument'),
  ('one month', 'member', 'select * from public.client_health_trend(1)', '1'),
  ('three years', 'superadmin', 'select * from public.client_health_trend(36, {quillhaven})', '36'),
  -- Wrong values.
  ('unknown time zone', 'admin', 'update public.organizations set time_zone = ''Mars/Base'' where id = {marlowick}', 'PT422 validation_failed'),
  ('abbreviated time zone', 'admin', 'update public.organizations set time_zone = ''UTC+3'' where id = {marlowick}', 'PT422 validation_failed'),
  ('unknown own time zone', 'member', 'update public.users set time_zone = ''Mars/Base'' where id = {member}', 'PT422 validation_failed'),
  ('health above 100', 'member', 'update public.clients set health = 101 where id = {C1}', '23514 clients_health_check');

-- Only the person whose membership was ended is told so.
do $ended$
declare
  who text;
  detail text;
begin
  foreach who in array array['gone', 'nobody'] loop
    begin
      perform pg_temp.become(who);
      perform public.current_member();
    exception when sqlstate 'PT403' then
      get stacked diagnostics detail = pg_exception_detail;
      perform set_config('role', 'none', true);
      perform pg_temp.check_that('what is told to ' || who, detail, case who when 'gone' then '{"deactivated": true}' else '' end);
    end;
  end loop;
end
$ended$;

-- Who is calling is asked first: before an argument is looked at, and with the same answer
-- whatever is asked for.
create temporary table proof_caller (name name primary key, least text);
insert into proof_caller
select unnest(array['approve_expense', 'cancel_invoice', 'change_subscription', 'create_invoice', 'create_subscription', 'invite_member',
  'map_quickbooks_customer', 'mark_expense_paid', 'publish_agent_definition', 'record_payment', 'reverse_payment',
  'revoke_invitation', 'save_invoice', 'save_playbook', 'send_invoice', 'set_agent_enabled', 'set_member_active',
  'set_member_role', 'set_playbook_status', 'set_quarterly_target', 'set_subscription_status', 'sync_client_health']::name[]), 'admin'
union all select unnest(array['cash_digest', 'expenses_digest', 'finance_inputs', 'invoice_record', 'invoices_digest', 'keep_figures', 'list_cash_entries',
  'list_expenses', 'list_invoices', 'list_subscriptions', 'retry_automation_run', 'start_automation_run', 'subscriptions_digest']::name[]), 'director'
union all select unnest(array['check_prospects', 'client_timeline', 'complete_focus_session', 'connect_integration',
  'convert_won_opportunity', 'create_prospect', 'disconnect_integration', 'find_similar_clients', 'import_prospects',
  'list_automation_runs', 'list_opportunities', 'list_playbooks', 'lock_daily_plan', 'move_kanban_item', 'move_opportunity', 'opportunities_digest',
  'kept_figures', 'opportunity_record', 'pause_focus_session', 'overview_inputs', 'pipeline_forecast', 'record_agent_run', 'request_sync',
  'resume_focus_session', 'retry_ingest_run', 'save_daily_plan', 'set_integration_sharing', 'set_priority_status',
  'start_focus_session', 'undo_import', 'unlock_daily_plan', 'update_clients', 'update_opportunities']::name[]), 'member'
-- These ask for the row of a client, or answer what the policies let through.
union all select unnest(array['client_health_trend', 'client_record', 'clients_digest', 'clients_summary',
  'current_member', 'ensure_client_onboarding', 'list_clients', 'save_discovery', 'search_workspace',
  'set_client_health', 'sync_data_sources', 'sync_discovery_questions', 'sync_kanban']::name[]), null;

do $callers$
declare
  ranks constant text[] := array['client', 'member', 'director', 'admin'];
  called record;
  who text;
  organization text;
begin
  perform pg_temp.check_that('functions not placed among the callers', (
    select string_agg(p.proname, ', ') from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
      and not exists (select from proof_caller c where c.name = p.proname)), null);
  for called in
    select c.name, c.least, p.proargnames @> array['p_organization_id'] as chooses,
      format('select public.%I(%s)', c.name, (
        select string_agg(case p.proargnames[a.n] when 'p_organization_id' then '{organization}'
          else format('null::%s', format_type(a.type, null)) end, ', ' order by a.n)
        from unnest(p.proargtypes::oid[]) with ordinality as a (type, n))) as statement
    from proof_caller c join pg_proc p on p.pronamespace = 'public'::regnamespace and p.proname = c.name
    where c.least is not null
  loop
    foreach who in array array['unnamed', 'nobody', 'gone', 'client', 'member', 'director', 'admin'] loop
      foreach organization in array array['null', '{quillhaven}'] loop
        continue when organization <> 'null' and not called.chooses;
        if who not in ('unnamed', 'nobody', 'gone') and organization = 'null'
          and array_position(ranks, who) >= array_position(ranks, called.least)
        then
          continue;
        end if;
        perform pg_temp.check_that(format('%s in %s as %s', called.statement, organization, who),
          pg_temp.effect(who, replace(called.statement, '{organization}', organization)),
          case who when 'unnamed' then 'PT401 unauthenticated' when 'nobody' then 'PT403 no_membership'
            when 'gone' then 'PT403 no_membership' else 'PT403 forbidden' end);
      end loop;
    end loop;
  end loop;
end
$callers$;

select pg_temp.run_all();

-- What each person sees in all, and what writing does ------------------------

do $effects$
declare
  b text;
  who text;
  own text;
begin
  foreach b in array array['organizations where id =', 'users where organization_id =',
    'clients where organization_id =', 'contacts where organization_id =',
    'client_commercials where organization_id =', 'client_health_history where organization_id =',
    'vw_client_overview where organization_id =']
  loop
    foreach who in array array['admin', 'director', 'member', 'member2', 'client', 'gone', 'nobody', 'unnamed'] loop
      perform pg_temp.check_that(format('rows of B in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) from public.%s {quillhaven}', b)), '0');
    end loop;
    foreach who in array array['admin.b', 'member.b', 'client.b', 'gone', 'nobody', 'unnamed'] loop
      perform pg_temp.check_that(format('rows of A in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) from public.%s {marlowick}', b)), '0');
    end loop;
    foreach who in array array['superadmin', 'service_role'] loop
      perform pg_temp.check_that(format('rows of B in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) > 0 from public.%s {quillhaven}', b)), 'true');
    end loop;
  end loop;

  -- A customer's user: the account and nothing beside it.
  perform pg_temp.check_that('tables of the client', pg_temp.outcome('client', $$
    select format('%s %s %s %s %s %s',
      (select count(*) from public.organizations), (select count(*) from public.users),
      (select count(*) from public.clients), (select count(*) from public.contacts),
      (select count(*) from public.client_commercials), (select count(distinct client_id) from public.client_health_history))
  $$), '1 1 1 0 0 1');
  perform pg_temp.check_that('portfolio figures of the client',
    pg_temp.outcome('client', $$select private.clients_summary_at({marlowick}, current_date) ->> 'total'$$), '1');
  perform pg_temp.check_that('inner summary of B',
    pg_temp.outcome('admin', $$select private.clients_summary_at({quillhaven}, current_date) ->> 'total'$$), '0');
  perform pg_temp.check_that('inner trend of B',
    pg_temp.outcome('admin', $$select sum(clients) from private.client_health_trend_at({quillhaven}, current_date, 36)$$), '0');

  -- Staff see the same figures as an unrestricted count, a SuperAdmin also B's.
  own := private.clients_summary_at(
    (select id from proof_id where key = 'marlowick'),
    (now() at time zone 'America/New_York')::date)::text;
  foreach who in array array['superadmin', 'admin', 'director', 'member', 'member2'] loop
    perform pg_temp.check_that('summary for ' || who, pg_temp.outcome(who, 'select public.clients_summary()::text'), own);
    perform pg_temp.check_that('trend for ' || who,
      pg_temp.outcome(who, 'select format(''%s %s'', count(*), max(month)) from public.client_health_trend()'),
      format('12 %s', date_trunc('month', now() at time zone 'America/New_York')::date));
  end loop;
  perform pg_temp.check_that('summary of B for superadmin',
    pg_temp.outcome('superadmin', $$select public.clients_summary({quillhaven}) ->> 'arr'$$), '45600.00');
  perform pg_temp.check_that('summary of B for its admin',
    -- The demo's three and the fixture's.
    pg_temp.outcome('admin.b', $$select public.clients_summary() ->> 'total'$$), '4');

  -- Who am I.
  foreach who in array array['superadmin', 'admin', 'director', 'member', 'client', 'admin.b', 'member.b', 'client.b'] loop
    perform pg_temp.check_that('current_member of ' || who,
      pg_temp.outcome(who, $$select (m #>> '{user,email}') || ' ' || (m ->> 'persona') || ' ' || (m #>> '{organization,slug}')
        from public.current_member() m$$),
      (select format('%s@example.com %s %s', who, u.role, o.slug) from public.users u
        join public.organizations o on o.id = u.organization_id where u.email = who || '@example.com'));
  end loop;
  foreach who in array array['superadmin 25', 'admin 24', 'director 17', 'member 11', 'client 1'] loop
    perform pg_temp.check_that('number of capabilities',
      split_part(who, ' ', 1) || ' ' || pg_temp.outcome(split_part(who, ' ', 1),
        $$select count(distinct c) from jsonb_array_elements(public.current_member() -> 'capabilities') c$$), who);
  end loop;
  perform pg_temp.check_that('capability of the director to write finance', pg_temp.outcome('director',
    $$select public.current_member() -> 'capabilities' ? 'finance.write'$$), 'false');

  -- Versions, days, snapshots.
  perform pg_temp.check_that('version after an update', pg_temp.outcome('member',
    $$update public.clients set notes = 'x', version = 77 where id = {C1} returning version$$), '2');
  perform pg_temp.check_that('time of an update', pg_temp.outcome('member',
    $$update public.clients set updated_at = '2001-01-01' where id = {C1} returning updated_at = now()$$), 'true');
  perform pg_temp.check_that('stale version', pg_temp.effect('member',
    $$update public.clients set notes = 'x' where id = {C1} and version = 9$$), '0');
  perform pg_temp.check_that('day of churning', pg_temp.outcome('admin',
    $$update public.clients set status = 'churned', churned_on = '2001-01-01' where id = {C1}
      returning churned_on = (now() at time zone 'America/New_York')::date$$), 'true');
  perform pg_temp.check_that('a later edit keeps the day of churning', pg_temp.outcome('admin',
    $$update public.clients set notes = 'x', churned_on = null where id = {C11} returning churned_on$$),
    (select churned_on::text from public.clients c join proof_id p using (id) where p.key = 'C11'));
  perform pg_temp.check_that('coming back', pg_temp.outcome('admin',
    $$update public.clients set status = 'active' where id = {C11} returning churned_on is null$$), 'true');
  perform pg_temp.check_that('snapshot of a change', pg_temp.outcome('member',
    $$update public.clients set health = 50, churn_risk = 31 where id = {C1} returning 1$$,
    $$select format('%s %s %s %s', health, churn_risk, trs_score, source) from public.client_health_history
      where client_id = {C1} and snapshot_date = (now() at time zone 'America/New_York')::date$$), '50 31 60 change');
  perform pg_temp.check_that('one snapshot per day', pg_temp.outcome('member',
    $$update public.clients set health = 50 where id = {C10} returning 1$$,
    $$select count(*) from public.client_health_history
      where client_id = {C10} and snapshot_date = (now() at time zone 'America/New_York')::date$$), '1');
  perform pg_temp.check_that('a colleague is not named to a client', pg_temp.outcome('client',
    $$select coalesce(owner_name, 'hidden') from public.vw_client_overview where client_id = {C1}$$), 'hidden');
  perform pg_temp.check_that('service may set a persona', pg_temp.effect('service_role',
    $$update public.users set role = 'Director' where id = {member}$$), '1');
  perform pg_temp.check_that('service may not move a tenant', pg_temp.effect('service_role',
    $$update public.clients set organization_id = {quillhaven} where id = {C13}$$), 'PT400 immutable_column');
end
$effects$;

-- The guard holds even if somebody grants too much.
grant update on public.users, public.organizations to authenticated;
do $guards$
declare
  change text;
begin
  foreach change in array array['role = ''SuperAdmin''', 'client_id = {B1}', 'organization_id = {quillhaven}',
    'email = ''x@example.com''', 'deactivated_at = now()']
  loop
    perform pg_temp.check_that('guard against ' || change,
      pg_temp.effect('member', format('update public.users set %s where id = {member}', change)), 'PT400 use_function');
  end loop;
  perform set_config('revos.op', 'set_member_role', true);
  perform pg_temp.check_that('guard inside its function',
    pg_temp.effect('member', 'update public.users set role = ''Director'' where id = {member}'), '1');
  perform set_config('revos.op', '', true);
  perform pg_temp.check_that('fixed slug',
    pg_temp.effect('admin', 'update public.organizations set slug = ''other'' where id = {marlowick}'), 'PT400 immutable_column');
  perform pg_temp.check_that('currency with money',
    pg_temp.effect('admin', 'update public.organizations set currency = ''EUR'' where id = {marlowick}'), 'PT400 immutable_column');
end
$guards$;
revoke update on public.users, public.organizations from authenticated;

select last_value as checks from pg_temp.proof_checks;

rollback;
