-- Proves that the catalogue keeps the rules of access and of the schema, on every
-- table, view and function of public and private there is, and that the clients
-- list stays an index read at fifty thousand rows.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- The catalogue --------------------------------------------------------------

-- Objects made from now on are nobody's until granted.
set local role postgres;
create table public.proof_probe (id integer);
create sequence public.proof_probe_ids;
create function public.proof_probe() returns integer language sql set search_path = '' as 'select 1';
reset role;

-- What the rules below speak about.
create temporary view our_table as
select c.oid, n.nspname as schema, c.relname as name, c.relrowsecurity, c.relforcerowsecurity
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and c.relname <> 'proof_probe';
create temporary view our_view as
select c.oid, c.relname as name, c.reloptions
from pg_class c
where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('v', 'm');
create temporary view our_function as
select p.oid, n.nspname as schema, p.proname as name, p.prosecdef, p.proconfig, p.prosrc, p.prorettype
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private') and p.proname <> 'proof_probe';
-- What the API roles may do, command by command; a right on one column counts.
create temporary view our_right as
select t.oid, t.name, r.role, c.command
from our_table t
cross join unnest(array['authenticated', 'service_role']) as r (role)
cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as c (command)
where t.schema = 'public' and case c.command
  when 'DELETE' then has_table_privilege(r.role, t.oid, 'delete')
  else has_any_column_privilege(r.role, t.oid, c.command) end;
create temporary view our_trigger as
select t.oid, t.name, g.tgname, g.tgtype, g.tgfoid::regproc::text as function
from our_table t join pg_trigger g on g.tgrelid = t.oid
where not g.tgisinternal and g.tgenabled = 'O';

-- Every table of public is here, so that a new one is placed on purpose.
create temporary table agreed (name text primary key, audited boolean not null);
insert into agreed
select unnest(array[
  'organizations', 'users', 'member_invitations', 'clients', 'contacts', 'client_commercials',
  'discovery_questions', 'discovery_responses', 'data_sources', 'kanban_items', 'client_deliverables',
  'opportunities', 'opportunity_notes', 'opportunity_activities', 'projects',
  'invoices', 'invoice_line_items', 'invoice_payments', 'subscriptions', 'expenses', 'cash_flow_entries',
  'finance', 'daily_plans', 'priority_items', 'agent_definitions', 'agent_behaviors',
  'automation_playbooks', 'automation_steps', 'integrations', 'feature_flags',
  'saved_views']), true
union all
select unnest(array[
  'client_health_history', 'opportunity_stage_history', 'dashboard_snapshots', 'focus_sessions',
  'analytics_events', 'audit_log', 'agent_runs', 'automation_runs', 'automation_run_steps',
  'ingested_messages', 'ingested_events', 'ingest_runs']), false;

do $catalogue$
declare
  found text;
  rule record;
begin
  for rule in select * from (values
    -- Row-level security.
    ('tables without forced row-level security', $$
      select string_agg(schema || '.' || name, ', ') from our_table
      where not (relrowsecurity and relforcerowsecurity)$$),
    ('tables without a policy', $$
      select string_agg(name, ', ') from our_table t
      where schema = 'public' and not exists (select from pg_policy p where p.polrelid = t.oid)$$),
    ('policies on private tables, which only definers read', $$
      select string_agg(policyname, ', ') from pg_policies where schemaname = 'private'$$),
    ('more than one policy for a command', $$
      select string_agg(tablename || ' ' || cmd, ', ') from (
        select tablename, cmd from pg_policies where schemaname = 'public' group by 1, 2 having count(*) > 1) x$$),
    ('rights without a policy', $$
      select string_agg(r.name || ' ' || r.command, ', ') from our_right r
      where r.role = 'authenticated' and not exists (
        select from pg_policies p where p.schemaname = 'public' and p.tablename = r.name and p.cmd = r.command)$$),
    ('policies without a right', $$
      select string_agg(p.policyname, ', ') from pg_policies p
      where p.schemaname = 'public' and not exists (
        select from our_right r where r.role = 'authenticated' and r.name = p.tablename and r.command = p.cmd)$$),
    ('policies for all commands, restrictive ones, or misnamed', $$
      select string_agg(policyname, ', ') from pg_policies where schemaname = 'public'
        and (cmd = 'ALL' or permissive <> 'PERMISSIVE' or policyname <> tablename || '_' || lower(cmd))$$),
    ('policies for anyone but signed-in people', $$
      select string_agg(policyname, ', ') from pg_policies where schemaname = 'public'
        and roles <> array['authenticated']::name[]$$),
    ('policies without a tenant, with true, or with a null tenant', $$
      select string_agg(policyname, ', ') from pg_policies
      cross join lateral (values (qual), (with_check)) as t (text)
      where schemaname = 'public' and text is not null and (
        text ~* '\mtrue\M' or text ~* 'is null'
        or (text !~ 'current_org_id\(\)' and policyname not in ('organizations_insert',
          -- Of a SuperAdmin alone; the insert policy names the organization.
          'feature_flags_insert', 'feature_flags_update', 'feature_flags_delete')))$$),
    ('policies that look for the service role', $$
      select string_agg(policyname, ', ') from pg_policies where schemaname = 'public'
        and concat(qual, with_check) ~ 'service_role|auth\.role|auth\.jwt'$$),
    ('insert or update policies without a check', $$
      select string_agg(policyname, ', ') from pg_policies
      where schemaname = 'public' and cmd in ('INSERT', 'UPDATE') and with_check is null$$),
    ('policies that ask once per row', $$
      select string_agg(policyname, ', ') from pg_policies
      cross join lateral (values (qual), (with_check)) as t (text)
      where schemaname = 'public'
        and regexp_count(text, '(private|auth)\.\w+\(') <> regexp_count(text, '\( SELECT (private|auth)\.\w+\(')$$),

    -- Rights.
    ('rights of anonymous callers', $$
      select string_agg(c.relname, ', ') from pg_class c
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
        and (has_any_column_privilege('anon', c.oid, 'select, insert, update, references')
          or has_table_privilege('anon', c.oid, 'delete, truncate, trigger'))$$),
    ('grants to everybody', $$
      select string_agg(distinct x.name, ', ') from (
        select c.relname as name, c.relacl as acl from pg_class c
          where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        union all
        select a.attrelid::regclass || '.' || a.attname, a.attacl from pg_attribute a join our_table t on t.oid = a.attrelid
        union all
        select p.proname, coalesce(p.proacl, acldefault('f', p.proowner)) from pg_proc p join our_function f on f.oid = p.oid
      ) x, aclexplode(x.acl) as a
      where a.grantee = 0$$),
    ('rights of people on private tables', $$
      select string_agg(name, ', ') from our_table t where schema = 'private'
        and (has_any_column_privilege('authenticated', oid, 'select, insert, update, references')
          or has_table_privilege('authenticated', oid, 'delete, truncate, trigger'))$$),
    ('rights beyond reading and writing', $$
      select string_agg(name || ' ' || r, ', ') from our_table, unnest(array['authenticated', 'service_role']) r
      where has_table_privilege(r, oid, 'truncate, references, trigger')$$),
    ('tables the service cannot read', $$
      select string_agg(name, ', ') from our_table
      where schema = 'public' and not has_table_privilege('service_role', oid, 'select')$$),
    ('sequences of ours', $$
      select string_agg(relname, ', ') from pg_class where relkind = 'S' and relname <> 'proof_probe_ids'
        and relnamespace in ('public'::regnamespace, 'private'::regnamespace)$$),
    ('use of the private schema by anonymous callers', $$
      select 'private' where has_schema_privilege('anon', 'private', 'usage')$$),
    ('making objects', $$
      select string_agg(r || ' ' || s, ', ')
      from unnest(array['anon', 'authenticated', 'service_role']) r, unnest(array['public', 'private']) s
      where has_schema_privilege(r, s, 'create')$$),
    ('rights by default', $$
      select string_agg(r.rolname, ', ') from unnest(array['anon', 'authenticated', 'service_role']) as r (rolname)
      where has_table_privilege(rolname, 'public.proof_probe', 'select, insert, update, delete')
        or has_sequence_privilege(rolname, 'public.proof_probe_ids', 'usage, select, update')
        or has_function_privilege(rolname, 'public.proof_probe()', 'execute')$$),
    ('columns that only triggers write', $$
      select string_agg(format('%s.%s', t.name, a.attname), ', ') from our_table t join pg_attribute a on a.attrelid = t.oid
      where t.schema = 'public' and a.attname in ('created_at', 'updated_at', 'version')
        and has_column_privilege('authenticated', t.oid, a.attnum, 'insert')$$),
    -- The first tables leave it to private.touch() to refuse them.
    ('standing columns that people may update', $$
      select string_agg(format('%s.%s', t.name, a.attname), ', ') from our_table t join pg_attribute a on a.attrelid = t.oid
      where t.schema = 'public' and t.name not in ('clients', 'contacts', 'client_commercials', 'priority_items')
        and a.attname in ('id', 'organization_id', 'created_at', 'updated_at', 'version')
        and has_column_privilege('authenticated', t.oid, a.attnum, 'update')$$),

    -- Views.
    ('views that read as their owner', $$
      select string_agg(name, ', ') from our_view where not coalesce(reloptions, '{}') @> array['security_invoker=true']$$),
    ('views that may be written', $$
      select string_agg(name, ', ') from our_view, unnest(array['authenticated', 'service_role']) r
      where has_table_privilege(r, oid, 'insert, update, delete')$$),
    ('views that people or the service cannot read', $$
      select string_agg(name, ', ') from our_view, unnest(array['authenticated', 'service_role']) r
      where not has_table_privilege(r, oid, 'select')$$),

    -- Functions.
    ('functions without an empty search path', $$
      select string_agg(name, ', ') from our_function where not coalesce(proconfig, '{}') @> array['search_path=""']$$),
    ('functions anonymous callers may execute', $$
      select string_agg(name, ', ') from our_function where has_function_privilege('anon', oid, 'execute')$$),
    ('trigger functions that may be called', $$
      select string_agg(name, ', ') from our_function
      where prorettype = 'trigger'::regtype and has_function_privilege('authenticated', oid, 'execute')$$),
    ('rpcs that nobody may call', $$
      select string_agg(name, ', ') from our_function where schema = 'public'
        and not has_function_privilege('authenticated', oid, 'execute')
        and not has_function_privilege('service_role', oid, 'execute')$$),
    ('functions of the service that people may call', $$
      select string_agg(name, ', ') from our_function where schema = 'public' and name ~ '^service_'
        and (has_function_privilege('authenticated', oid, 'execute')
          or not has_function_privilege('service_role', oid, 'execute'))$$),
    ('definers among the rpcs that do not ask who is calling', $$
      select string_agg(name, ', ') from our_function
      where schema = 'public' and prosecdef and name !~ '^service_'
        and prosrc !~ 'private\.(admit|chosen_organization)\('$$),
    -- What neither a policy nor a definition nor a function that runs with the caller's rights
    -- uses is for definers and the worker.
    ('helpers that people may call for nothing', $$
      select string_agg(f.name, ', ' order by f.name) from our_function f
      where f.schema = 'private' and has_function_privilege('authenticated', f.oid, 'execute')
        and not exists (select from (
            select concat(qual, with_check) as text from pg_policies
            union all
            select g.prosrc from our_function g where not g.prosecdef and g.name <> f.name
              and (has_function_privilege('authenticated', g.oid, 'execute') or g.prorettype = 'trigger'::regtype)
            union all
            select pg_get_constraintdef(k.oid) from pg_constraint k join our_table t on t.oid = k.conrelid where k.contype = 'c'
            union all
            select pg_get_viewdef(v.oid) from our_view v
            union all
            select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d join our_table t on t.oid = d.adrelid) x
          where x.text ~ format('private\.%s\(', f.name))$$),
    -- With the caller's rights a policy stands behind whatever a function forgets.
    ('rpcs that run with their owner''s rights without having to', $$
      select string_agg(name, ', ') from our_function where schema = 'public' and prosecdef and name <> all (array[
        'connect_integration', 'convert_won_opportunity', 'disconnect_integration', 'invite_member',
        'keep_figures', 'map_quickbooks_customer', 'request_sync', 'retry_ingest_run', 'revoke_invitation', 'service_read_tokens',
        'service_rotate_tokens', 'set_integration_sharing', 'set_member_active', 'set_member_role',
        'sync_client_health'])$$),
    ('rpcs without a comment', $$
      select string_agg(name, ', ') from our_function
      where schema = 'public' and obj_description(oid, 'pg_proc') is null$$),

    -- Triggers.
    ('editable tables without touch', $$
      select string_agg(t.name, ', ') from our_table t
      where t.schema = 'public'
        and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'version' and not a.attisdropped)
        and not exists (select from our_trigger g where g.oid = t.oid and g.tgname = t.name || '_touch'
          and g.function = 'private.touch')$$),
    ('tables not placed among the audited or the others', $$
      select string_agg(coalesce(t.name, a.name), ', ') from (select name from our_table where schema = 'public') t
      full join agreed a on a.name = t.name where a.name is null or t.name is null$$),
    -- After each row; on insert and update, and on delete too but for the root table.
    ('tables that are audited wrongly', $$
      select string_agg(a.name, ', ') from agreed a
      left join our_trigger g on g.name = a.name and g.function = 'private.audit'
      where a.audited <> (g.oid is not null)
        or a.audited and (g.tgname <> a.name || '_audit'
          or g.tgtype <> case a.name when 'organizations' then 21 else 29 end)$$),
    -- Events, history and the audit log are written by functions that know the caller.
    ('stamps without their trigger', $$
      select string_agg(k.conname, ', ') from pg_constraint k join our_table t on t.oid = k.conrelid
      where k.contype = 'f' and k.confrelid = 'public.users'::regclass and cardinality(k.conkey) = 1
        and t.schema = 'public' and t.name not in ('analytics_events', 'audit_log', 'opportunity_stage_history')
        and not exists (select from our_trigger g where g.oid = t.oid and g.tgname = t.name || '_stamp')$$),
    -- Runs and sessions move along their states for everybody, the worker included.
    ('states without their guard', $$
      select string_agg(a.name, ', ') from unnest(array['focus_sessions', 'agent_runs', 'automation_playbooks', 'automation_runs',
        'automation_run_steps']) as a (name)
      where not exists (select from our_trigger g where g.name = a.name and g.function = 'private.guard_transition')$$),
    ('records that could be edited', $$
      select string_agg(a.name, ', ') from (values ('analytics_events'), ('audit_log')) as a (name)
      where not exists (select from our_trigger g
        where g.name = a.name and g.function = 'private.append_only' and g.tgtype = 27)$$),

    -- Columns and references.
    ('rows without a tenant', $$
      select string_agg(t.name, ', ') from our_table t
      where t.schema = 'public' and t.name <> 'organizations' and not exists (
        select from pg_attribute a join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
          and k.conkey = array[a.attnum] and k.confrelid = 'public.organizations'::regclass
        where a.attrelid = t.oid and a.attname = 'organization_id' and a.attnotnull)$$),
    -- A stamp may name a SuperAdmin of another organization; a reference that carries a person
    -- who is bound to the tenant by another one (plan and user) is bound with it.
    ('references that could leave the tenant', $$
      select string_agg(k.conname, ', ') from pg_constraint k join our_table t on t.oid = k.conrelid
      where k.contype = 'f' and t.schema = 'public'
        and k.confrelid not in ('public.organizations'::regclass, 'auth.users'::regclass)
        and not exists (select from pg_attribute a
          where a.attrelid = k.conrelid and a.attnum = any (k.conkey) and a.attname = 'organization_id')
        and not (k.confrelid = 'public.users'::regclass and cardinality(k.conkey) = 1 and exists (
          select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]
            and (a.attname ~ '_by$' or a.attname in ('author_id', 'actor_id')
              or k.conrelid = 'public.analytics_events'::regclass)))
        and not exists (
          select from pg_constraint u where u.conrelid = k.conrelid and u.contype = 'f'
            and u.confrelid = 'public.users'::regclass and cardinality(u.conkey) = 2
            and u.conkey[1] = any (k.conkey))$$),
    ('references without an index', $$
      select string_agg(k.conname, ', ') from pg_constraint k join our_table t on t.oid = k.conrelid
      where k.contype = 'f' and not exists (
        select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1] and i.indpred is null)$$),
    ('references that are misnamed', $$
      select string_agg(k.conname, ', ') from pg_constraint k join our_table t on t.oid = k.conrelid
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.contype = 'f' and k.conname <> t.name || '_' || a.attname || '_fkey'$$),
    -- A value set, a pattern with an end, a length, or a function that knows them. The time
    -- zones are checked by trigger; the key of a run is copied from its definition.
    ('texts of people without a limit', $$
      select string_agg(format('%s.%s', t.name, a.attname), ', ' order by t.name, a.attname)
      from our_table t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
      where t.schema = 'public' and a.attname <> 'time_zone' and (t.name, a.attname) <> ('agent_runs', 'agent_key')
        and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
        and (has_column_privilege('authenticated', t.oid, a.attnum, 'insert')
          or has_column_privilege('authenticated', t.oid, a.attnum, 'update'))
        and not exists (select from pg_constraint k where k.conrelid = t.oid and k.contype = 'c'
          and a.attnum = any (k.conkey)
          and pg_get_constraintdef(k.oid) ~ 'length\(|cardinality\(|= ANY|\{\d+(,\d+)?\}|private\.')$$),
    ('float columns', $$
      select string_agg(format('%s.%s', t.name, a.attname), ', ') from our_table t join pg_attribute a on a.attrelid = t.oid
      where a.atttypid in ('float4'::regtype, 'float8'::regtype)$$),
    ('tables and views without a comment', $$
      select string_agg(x.name, ', ') from (select oid, name from our_table union all select oid, name from our_view) x
      where obj_description(x.oid, 'pg_class') is null$$)
  ) as r (what, query)
  loop
    execute rule.query into found;
    perform pg_temp.check_that(rule.what, found, null);
  end loop;
end
$catalogue$;

-- The list at size -----------------------------------------------------------

-- Fifty organizations of a thousand clients; the rows are made without triggers.
set local session_replication_role = replica;
insert into public.organizations (id, name, slug)
select md5('o' || n)::uuid, 'Proof', 'proof-' || n from generate_series(1, 49) n;
insert into public.clients (id, organization_id, name, status, health, churn_risk, updated_at)
select md5('c' || n)::uuid,
  case n % 50 when 0 then (select id from public.organizations where slug = 'marlowick') else md5('o' || n % 50)::uuid end,
  'Proof ' || n, 'active', n % 101, n % 89, now() - make_interval(mins => n)
from generate_series(1, 50000) n;
set local session_replication_role = origin;
analyze public.organizations, public.users, public.clients, public.client_health_history;

do $plans$
declare
  marlowick constant text := quote_literal((select id from public.organizations where slug = 'marlowick'));
  one_client constant text := quote_literal((select id from public.clients where name = 'Brindlecrest Freight'));
  person record;
  query text;
  line text;
  plan text;
begin
  for person in select u.id, u.role from public.users u join public.organizations o on o.id = u.organization_id
    where o.slug = 'marlowick'
  loop
    foreach query in array array[
      $$select c.*, (select row_to_json(u) from public.users u
          where u.id = c.owner_id and u.organization_id = c.organization_id) as owner
        from public.clients c where c.organization_id = {marlowick} order by c.updated_at desc limit 200$$,
      $$select * from public.vw_client_overview where organization_id = {marlowick}
        order by updated_at desc limit 200$$,
      $$select count(*) from public.clients where organization_id = {marlowick}$$,
      $$select * from public.clients where organization_id = {marlowick} and status = 'active'
        and churn_risk >= 10 order by churn_risk desc limit 200$$,
      $$select * from public.clients where id = {client}$$]
    loop
      query := 'explain (costs off) ' || replace(replace(query, '{marlowick}', marlowick), '{client}', one_client);
      perform set_config('request.jwt.claims',
        jsonb_build_object('sub', person.id, 'role', 'authenticated')::text, true);
      perform set_config('role', 'authenticated', true);
      plan := '';
      for line in execute query loop
        plan := plan || line || e'\n';
      end loop;
      perform set_config('role', 'none', true);
      perform pg_temp.check_that(format('plan as %s reads all clients: %s', person.role, plan),
        (plan ~ 'Seq Scan on clients')::text, 'false');
      perform pg_temp.check_that(format('plan as %s asks once per row: %s', person.role, plan),
        (plan ~ '(Filter|Cond)[^\n]*(private\.|auth\.|uid\()')::text, 'false');
    end loop;
  end loop;
end
$plans$;

-- What the functions of the clients pages read, as the server counts it: their inner plans.
do $functions$
declare
  one_client constant text := quote_literal((select id from public.clients where name = 'Brindlecrest Freight'));
  person record;
  query text;
  before bigint;
begin
  for person in select u.id, u.role from public.users u join public.organizations o on o.id = u.organization_id
    where o.slug = 'marlowick'
  loop
    foreach query in array array['public.list_clients()', 'public.list_clients(''{"status": ["active"]}'', ''-mrr'')',
      'public.clients_digest()', 'public.client_record({client})']
    loop
      select seq_scan into before from pg_stat_xact_user_tables where relid = 'public.clients'::regclass;
      perform set_config('request.jwt.claims',
        jsonb_build_object('sub', person.id, 'role', 'authenticated')::text, true);
      perform set_config('role', 'authenticated', true);
      execute 'select ' || replace(query, '{client}', one_client);
      perform set_config('role', 'none', true);
      perform pg_temp.check_that(format('%s as %s reads all clients', query, person.role), (
        select (seq_scan > before)::text from pg_stat_xact_user_tables where relid = 'public.clients'::regclass), 'false');
    end loop;
  end loop;
end
$functions$;

select last_value as checks from pg_temp.proof_checks;

rollback;
