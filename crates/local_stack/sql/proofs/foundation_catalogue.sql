-- Proves that the catalogue keeps the rules of access, on every table there is,
-- and that the clients list stays an index read at fifty thousand rows.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

create temporary sequence proof_checks;

create function pg_temp.check_that(p_what text, p_found text, p_expected text) returns void
language plpgsql
as $$
begin
  perform nextval('pg_temp.proof_checks');
  if p_found is distinct from p_expected then
    raise exception 'access violated: %: found %, expected %', p_what, p_found, p_expected;
  end if;
end
$$;

-- The catalogue --------------------------------------------------------------

-- Objects made from now on are nobody's until granted.
set local role postgres;
create table public.proof_probe (id integer);
create sequence public.proof_probe_ids;
create function public.proof_probe() returns integer language sql set search_path = '' as 'select 1';
reset role;

do $catalogue$
declare
  found text;
  rule record;
begin
  for rule in select * from (values
    ('tables without forced row-level security', $$
      select string_agg(relname, ', ') from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not (relrowsecurity and relforcerowsecurity) and relname <> 'proof_probe'$$),
    ('tables without a policy', $$
      select string_agg(relname, ', ') from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'proof_probe'
        and not exists (select from pg_policy p where p.polrelid = c.oid)$$),
    ('more than one policy for a command', $$
      select string_agg(tablename || ' ' || cmd, ', ') from (
        select tablename, cmd from pg_policies where schemaname = 'public' group by 1, 2 having count(*) > 1) x$$),
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
        or (text !~ 'current_org_id\(\)' and policyname <> 'organizations_insert'))$$),
    ('insert or update policies without a check', $$
      select string_agg(policyname, ', ') from pg_policies
      where schemaname = 'public' and cmd in ('INSERT', 'UPDATE') and with_check is null$$),
    ('policies that ask once per row', $$
      select string_agg(policyname, ', ') from pg_policies
      cross join lateral (values (qual), (with_check)) as t (text)
      where schemaname = 'public'
        and regexp_count(text, '(private|auth)\.\w+\(') <> regexp_count(text, '\( SELECT (private|auth)\.\w+\(')$$),
    ('views that read as their owner', $$
      select string_agg(relname, ', ') from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
        and not coalesce(reloptions, '{}') @> array['security_invoker=true']$$),
    ('functions without an empty search path', $$
      select string_agg(proname, ', ') from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and not coalesce(proconfig, '{}') @> array['search_path=""']$$),
    ('functions anonymous callers may execute', $$
      select string_agg(proname, ', ') from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and has_function_privilege('anon', oid, 'execute')$$),
    ('rights of anonymous callers', $$
      select string_agg(relname, ', ') from pg_class
      where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p', 'v', 'm')
        and has_any_column_privilege('anon', oid, 'select, insert, update, references')
        or relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege('anon', oid, 'delete, truncate, trigger')$$),
    ('rights beyond reading and writing', $$
      select string_agg(relname, ', ') from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege('authenticated', oid, 'truncate, references, trigger')$$),
    ('rights by default', $$
      select string_agg(r.rolname, ', ') from unnest(array['anon', 'authenticated', 'service_role']) as r (rolname)
      where has_table_privilege(rolname, 'public.proof_probe', 'select, insert, update, delete')
        or has_sequence_privilege(rolname, 'public.proof_probe_ids', 'usage, select, update')
        or has_function_privilege(rolname, 'public.proof_probe()', 'execute')$$),
    ('private functions for the API beyond the agreed ones', $$
      select string_agg(proname, ', ') from pg_proc
      where pronamespace = 'private'::regnamespace and prorettype = 'trigger'::regtype
        and has_function_privilege('authenticated', oid, 'execute')$$),
    ('editable tables without touch', $$
      select string_agg(c.relname, ', ') from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'version'
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
        select from pg_trigger t where t.tgrelid = c.oid and t.tgname = c.relname || '_touch' and t.tgenabled = 'O')$$),
    -- A stamp may name a SuperAdmin of another organization; a reference that carries a person
    -- who is bound to the tenant by another one (plan and user) is bound with it.
    ('references that could leave the tenant', $$
      select string_agg(conname, ', ') from pg_constraint k
      where contype = 'f' and connamespace = 'public'::regnamespace
        and confrelid not in ('public.organizations'::regclass, 'auth.users'::regclass)
        and not exists (select from pg_attribute a
          where a.attrelid = k.conrelid and a.attnum = any (k.conkey) and a.attname = 'organization_id')
        and not (confrelid = 'public.users'::regclass and cardinality(conkey) = 1 and exists (
          select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]
            and (a.attname ~ '_by$' or a.attname in ('author_id', 'actor_id')
              or k.conrelid = 'public.analytics_events'::regclass)))
        and not exists (
          select from pg_constraint u where u.conrelid = k.conrelid and u.contype = 'f'
            and u.confrelid = 'public.users'::regclass and cardinality(u.conkey) = 2
            and u.conkey[1] = any (k.conkey))$$),
    ('references without an index', $$
      select string_agg(conname, ', ') from pg_constraint k
      where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
        select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1] and i.indpred is null)$$),
    ('float columns', $$
      select string_agg(format('%s.%s', attrelid::regclass, attname), ', ') from pg_attribute
      join pg_class c on c.oid = attrelid
      where c.relnamespace = 'public'::regnamespace and atttypid in ('float4'::regtype, 'float8'::regtype)$$),
    ('tables and views without a comment', $$
      select string_agg(relname, ', ') from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and relname <> 'proof_probe'
        and obj_description(c.oid, 'pg_class') is null$$)
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

select last_value as checks from pg_temp.proof_checks;

rollback;
