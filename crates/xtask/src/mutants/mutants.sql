-- Every way of loosening what the migrations withhold that a program can think of:
-- one row per mutant, with the object it is about, its name, and the statement that
-- makes it. Read from the catalogue, so that a new table or function has its own.

with
our_table as (
  select c.oid, n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as path,
    c.relkind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm')
),
our_function as (
  select p.oid, n.nspname as schema, p.proname as name, p.prosecdef as definer,
    format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as path,
    pg_get_functiondef(p.oid) as text, position('AS $function$' in pg_get_functiondef(p.oid)) as body,
    -- Functions of one name are told apart by what they take.
    format('%s.%s', n.nspname, p.proname) || case
      when count(*) over (partition by p.pronamespace, p.proname) = 1 then ''
      else format('(%s)', pg_get_function_identity_arguments(p.oid)) end as label
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'private') and p.prokind = 'f'
),
our_policy as (
  select p.tablename as name, p.policyname as policy, p.cmd, p.qual, p.with_check,
    format('policy %I on public.%I', p.policyname, p.tablename) as path
  from pg_policies p where p.schemaname = 'public'
),

-- Policies: no condition at all, one condition less, no policy -----------------------

clause as (
  select name, policy, path, cmd, 'using' as part, qual as text from our_policy where qual is not null
  union all
  select name, policy, path, cmd, 'with check', with_check from our_policy where with_check is not null
),
-- The tests that policies are put together from, as the server writes them.
test (pattern) as (
  values
    ('\( SELECT private\.is_\w+\(\) AS \w+\)'),
    ('\(\( SELECT private\.persona\(\) AS persona\) = [^()]+\)'),
    ('\(\w+ = \( SELECT (private|auth)\.\w+\(\) AS \w+\)\)'),
    ('\(\w+ = ANY \(\( SELECT private\.\w+\(\) AS \w+\)::uuid\[\]\)\)'),
    ('\(\w+ IN \( SELECT unnest\(\( SELECT private\.\w+\(\) AS \w+\)\) AS unnest\)\)'),
    ('\(\w+ (=|<>) ''[^'']*''::text\)'),
    ('\(\w+ = ANY \(ARRAY\[[^]]+\]\)\)'),
    ('\(COALESCE\([^()]+\) > now\(\)\)'),
    ('\(EXISTS \( SELECT\s+FROM [^()]+\([^()]+\)\)\)'),
    ('starts_with\([^()]+\)')
),
-- One test less, one at a time. The second look at an updated row cannot fail for who is
-- asking: whoever did not pass the first one is not there. Only where a persona makes
-- another test unnecessary ("a manager or the owner") is it tried.
weaker as (
  select c.name, c.policy, c.part, c.path, found,
    row_number() over (partition by c.policy, c.part, found order by n) as nth,
    regexp_replace(c.text, t.pattern, '(1 = 1)', 1, n) as text
  from clause c cross join test t
  cross join lateral generate_series(1, regexp_count(c.text, t.pattern)) n
  cross join lateral regexp_substr(c.text, t.pattern, 1, n) found
  where not (c.cmd = 'UPDATE' and c.part = 'with check' and found ~ 'private\.(is_\w+|persona)\(\)'
    and strpos(c.text, found || ' OR ') = 0)
),
policy_mutant as (
  select name, format('%s: %s true', policy, part) as label,
    format('alter %s %s (true)', path, part) as statement
  from clause
  union all
  select name,
    format('%s: %s without %s', policy, part,
      btrim(regexp_replace(regexp_replace(found, '\( SELECT | AS \w+\)|::[a-z ]+(\[\])?|[()]', ' ', 'g'), '\s+', ' ', 'g')))
      || case when nth = 1 then '' else format(' (%s)', nth) end,
    format('alter %s %s (%s)', path, part, text)
  from weaker
  union all
  select name, format('%s: no check', policy),
    format('drop %s; create %s for update to authenticated using (%s)', path, path, qual)
  from our_policy where cmd = 'UPDATE'
  union all
  select name, format('%s: dropped', policy), format('drop %s', path) from our_policy
),

-- Tables and views: row-level security, rights, triggers ------------------------------

table_mutant as (
  select name, format('%s: row-level security %s', name, word) as label,
    format('alter table %s %s row level security', path, word) as statement
  from our_table cross join unnest(array['disable', 'no force']) as w (word)
  where relkind in ('r', 'p')
  union all
  -- A right on some columns is widened to all of them, a withheld one is given.
  select name, format('%s: %s to %s', name, command, role), format('grant %s on %s to %s', command, path, role)
  from our_table
  cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as c (command)
  cross join unnest(array['authenticated', 'anon']) as r (role)
  where not has_table_privilege(role, oid, command) and (role = 'authenticated' or command = 'select')
    and (relkind in ('r', 'p') or command in ('select', 'insert', 'update', 'delete'))
  union all
  select name, format('%s: read as its owner', name), format('alter view %s set (security_invoker = false)', path)
  from our_table where relkind = 'v'
  union all
  select t.name, format('%s: trigger off', g.tgname), format('alter table %s disable trigger %I', t.path, g.tgname)
  from our_table t join pg_trigger g on g.tgrelid = t.oid
  -- Those that refuse or record; the others make figures and events.
  where not g.tgisinternal and g.tgenabled = 'O' and g.tgname ~ '_(append_only|audit|guard|stamp|touch|transition)$'
  union all
  select s, format('schema %s: %s to %s', s, command, role), format('grant %s on schema %s to %s', command, s, role)
  from unnest(array['public', 'private']) as n (s), unnest(array['usage', 'create']) as c (command),
    unnest(array['anon', 'authenticated']) as r (role)
  where not has_schema_privilege(role, s, command)
),

-- Functions: who may call them, with whose rights they run, and what they check ------

-- A check, and what is left without it. The last ones only where no policy stands behind
-- them: in definers and what these call.
check_of (what, pattern, replacement, anywhere) as (
  values
    ('admit', 'perform private\.admit\([^;]*\);', 'null;', true),
    ('admit_service', 'perform private\.admit_service\(\);', 'null;', true),
    ('guard_op', 'perform private\.guard_op\([^;]*\);', 'null;', true),
    ('chosen_organization', 'private\.chosen_organization\((\w+)\)',
      'coalesce(\1, private.current_org_id())', true),
    ('refusal', 'if ([^;]*?) then(\s+perform private\.fail\(40[13],)', 'if 1 = 2 then\2', true),
    ('may_act_in', 'private\.may_act_in\([\w.]+\)', '(1 = 1)', true),
    ('auth.uid()', '[\w.]+ (=|is not distinct from) (auth\.uid\(\)|\(select auth\.uid\(\)\))', '(1 = 1)', false),
    ('current_org_id()', '[\w.]+ = (private\.current_org_id\(\)|\(select private\.current_org_id\(\)\))',
      '(1 = 1)', false),
    ('own rows', '[\w.]+ = any \(\(?(select )?private\.my_\w+\(\)\)?(::uuid\[\])?\)', '(1 = 1)', false),
    ('deactivated_at', '\w+\.deactivated_at is (not )?null', '(1 = 1)', false),
    ('persona', '\(select private\.is_(super_admin|admin|manager|staff)\(\)\)|private\.is_(super_admin|admin|manager|staff)\(\)',
      '(1 = 1)', false)
),
function_mutant as (
  select name, format('%s: execute to %s', label, role) as label,
    format('grant execute on function %s to %s', path, role) as statement
  from our_function cross join unnest(array['authenticated', 'anon']) as r (role)
  where not has_function_privilege(role, oid, 'execute') and (role = 'authenticated' or schema = 'public')
  union all
  select name, format('%s: with its owner''s rights', label), format('alter function %s security definer', path)
  from our_function
  -- The service passes policies anyway.
  where schema = 'public' and not definer and has_function_privilege('authenticated', oid, 'execute')
  union all
  select name, format('%s: without search path', label), format('alter function %s reset search_path', path)
  from our_function where definer
  union all
  select name, format('%s: without %s', label, what) || case when n = 1 then '' else format(' (%s)', n) end,
    regexp_replace(text, pattern, replacement, body, n)
  from our_function cross join check_of
  cross join lateral generate_series(1, regexp_count(text, pattern, body)) n
  where anywhere or definer or schema = 'private'
)

select name as object, label as name, statement from policy_mutant
union all select name, label, statement from table_mutant
union all select name, label, statement from function_mutant
order by 2;
