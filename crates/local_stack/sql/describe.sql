-- Everything the migrations build, one line per item: a heading for each table, view
-- and function, what belongs to it indented below. Bodies of functions and views are
-- named by a digest: the migration says what changed in them.

with
roles (role) as (values ('anon'), ('authenticated'), ('service_role')),
relation as (
  select c.oid, c.relkind, c.reloptions, c.relrowsecurity, c.relforcerowsecurity,
    format('%s.%s', n.nspname, c.relname) as name,
    case when c.relkind = 'v' then 'view' else 'table' end as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm')
),
-- Names of columns that a role may use one by one.
column_right as (
  select r.oid, a.grantee, a.privilege_type, string_agg(t.attname, ', ' order by t.attnum) as columns
  from relation r join pg_attribute t on t.attrelid = r.oid and not t.attisdropped
  cross join aclexplode(t.attacl) a
  group by 1, 2, 3
),
table_right as (
  select r.oid, a.grantee, a.privilege_type, null::text as columns
  from relation r join pg_class c on c.oid = r.oid cross join aclexplode(c.relacl) a
  where a.grantee <> c.relowner
),
item (kind, name, part, place, line) as (
  select 'extension', e.extname, 0, '', format('extension %s in %s', e.extname, n.nspname)
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql'
  union all
  select 'schema', n.nspname, 0, '', format('schema %s', n.nspname) || coalesce((
    select string_agg(format('; %s: %s', role, right_of), '' order by role, right_of)
    from roles, unnest(array['create', 'usage']) right_of
    where has_schema_privilege(role, n.oid, right_of)), '')
  from pg_namespace n where n.nspname in ('public', 'private')
  union all
  select 'schema', 'default', 1, concat(d.defaclnamespace::regnamespace, d.defaclobjtype),
    format('by default on %s%s: %s',
      case d.defaclobjtype when 'r' then 'tables' when 'f' then 'functions' when 'S' then 'sequences'
        when 'T' then 'types' else d.defaclobjtype::text end,
      case when d.defaclnamespace = 0 then '' else ' of ' || d.defaclnamespace::regnamespace end,
      array_to_string(array(select unnest(d.defaclacl)::text order by 1), ' '))
  from pg_default_acl d
  where d.defaclrole = 'postgres'::regrole
    and (d.defaclnamespace = 0 or d.defaclnamespace::regnamespace::text in ('public', 'private'))
  union all

  -- Tables and views
  select kind, name, 0, '', case kind
    when 'view' then format('view %s (%s) %s', name, array_to_string(reloptions, ', '),
      left(md5(pg_get_viewdef(oid)), 8))
    else format('table %s (row-level security %s)', name, case
      when relrowsecurity and relforcerowsecurity then 'forced'
      when relrowsecurity then 'not forced' else 'off' end) end
  from relation
  union all
  select r.kind, r.name, 1, to_char(a.attnum, '000'),
    format('  column %s %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attgenerated = 's' then ' generated ' || pg_get_expr(d.adbin, d.adrelid)
        else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end
  from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select r.kind, r.name, case k.contype when 'p' then 2 when 'u' then 2 when 'f' then 3 else 4 end, k.conname,
    format('  %s %s: %s%s', case k.contype when 'p' then 'key' when 'u' then 'key' when 'f' then 'reference'
      when 'c' then 'check' else 'constraint' end, k.conname,
      regexp_replace(pg_get_constraintdef(k.oid), '\s+', ' ', 'g'),
      case when k.convalidated then '' else ' (not validated)' end)
  from relation r join pg_constraint k on k.conrelid = r.oid where k.contype in ('p', 'u', 'f', 'c', 'x')
  union all
  select r.kind, r.name, 5, c.relname::text,
    '  index ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX (\S+) ON \S+ ', '\2: \1')
  from relation r join pg_index i on i.indrelid = r.oid join pg_class c on c.oid = i.indexrelid
  where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
  union all
  select r.kind, r.name, 6, g.tgname,
    '  trigger ' || regexp_replace(pg_get_triggerdef(g.oid), '^CREATE (CONSTRAINT )?TRIGGER (\S+) (.*) ON \S+ ', '\2: \1\3 ')
      || case g.tgenabled when 'O' then '' else ' (not enabled)' end
  from relation r join pg_trigger g on g.tgrelid = r.oid and not g.tgisinternal
  union all
  -- The same test before and after is said once.
  select r.kind, r.name, 7, p.polname,
    format('  policy %s for %s to %s%s%s%s', p.polname,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      array_to_string(array(select unnest(p.polroles)::regrole::text order by 1), ', '),
      case when p.polpermissive then '' else ' (restrictive)' end,
      coalesce(' using ' || q.text, ''),
      case when q.check_text = q.text then ' and the same check' else coalesce(' with check ' || q.check_text, '') end)
  from relation r join pg_policy p on p.polrelid = r.oid
  cross join lateral (select
    regexp_replace(regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\s+', ' ', 'g'), ' AS \w+\)', ')', 'g') as text,
    regexp_replace(regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\s+', ' ', 'g'), ' AS \w+\)', ')', 'g')
      as check_text) q
  union all
  select r.kind, r.name, 8, g.grantee::regrole::text,
    format('  right of %s: %s', g.grantee::regrole, string_agg(
      lower(g.privilege_type) || coalesce(' (' || g.columns || ')', ''), ', '
      order by array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], g.privilege_type::text), g.privilege_type))
  from relation r join (select * from table_right union all select * from column_right) g on g.oid = r.oid
  group by r.kind, r.name, g.grantee
  union all

  -- Functions
  select 'function', format('%s.%s', n.nspname, p.proname), 0, pg_get_function_identity_arguments(p.oid),
    format('function %s.%s(%s) returns %s; %s%s; %s; %s; execute: %s; %s', n.nspname, p.proname,
      pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
      case p.provolatile when 'i' then ' immutable' when 's' then ' stable' else ' volatile' end
        || case when p.proisstrict then ' strict' else '' end,
      case when p.prosecdef then 'definer' else 'invoker' end,
      coalesce(array_to_string(p.proconfig, ', '), 'no settings'),
      coalesce((select string_agg(case a.grantee when 0 then 'everybody' else a.grantee::regrole::text end, ', '
          order by a.grantee::regrole::text)
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee <> p.proowner), 'nobody'),
      left(md5(p.prosrc), 8))
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
  where n.nspname in ('public', 'private')
  union all

  -- What the migrations hang on tables of the project itself
  select 'trigger', format('%s %s', g.tgrelid::regclass, g.tgname), 0, '', 'trigger ' || substr(pg_get_triggerdef(g.oid), 16)
  from pg_trigger g join pg_proc p on p.oid = g.tgfoid
  where not g.tgisinternal and p.pronamespace = 'private'::regnamespace
    and g.tgrelid not in (select oid from relation)
)
select line from item
order by array_position(array['extension', 'schema', 'table', 'view', 'function', 'trigger'], kind),
  name collate "C", part, place collate "C", line collate "C"
