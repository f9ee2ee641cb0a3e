-- What the functions of pipeline and finance have in common: taking a row for a
-- change, reporting a changed row, and reading an object that a person filled in.

-- Rows -----------------------------------------------------------------------

create function private.lock_row(p_type anyelement, p_argument text, p_id uuid) returns anyelement
language plpgsql volatile
set search_path = ''
as $$
declare
  locked alias for $0;
  -- The type of the row is also the name of its table.
  row_table constant text := pg_typeof(p_type)::text;
  visible boolean;
begin
  perform private.require(p_id is not null, p_argument);
  execute format('select exists (select from %s t where t.id = $1)', row_table) into visible using p_id;
  if not visible then
    perform private.fail(404, 'not_found');
  end if;
  -- As in every update: no key changes, so rows that refer to this one do not wait.
  execute format('select t.* from %s t where t.id = $1 for no key update', row_table)
    into locked using p_id;
  -- The policy for updates hides it, the one for reading did not.
  if locked.id is null then
    perform private.fail(403, 'forbidden');
  end if;
  return locked;
end
$$;
comment on function private.lock_row(anyelement, text, uuid) is
  'The row as it is now, locked until the transaction ends; not_found when the caller may not see it, forbidden when not change it. Call: private.lock_row(null::public.t, ''p_t_id'', id).';

create function private.emit_row() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  any_row constant jsonb := coalesce(after, before);
  payload jsonb;
  changed jsonb;
  argument text;
begin
  if private.in_operation() then
    return null;
  end if;
  payload := '{}';
  for i in 2 .. tg_nargs - 1 loop
    argument := tg_argv[i];
    payload := payload || jsonb_build_object(argument, any_row -> argument);
  end loop;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, before, after);
    if changed = '[]' then
      return null;
    end if;
    payload := payload || jsonb_build_object('changed', changed);
  end if;
  perform private.emit_event(
    tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.updated' else '.deleted' end,
    (any_row ->> 'organization_id')::uuid, tg_argv[1], (any_row ->> 'id')::uuid, payload);
  return null;
end
$$;
comment on function private.emit_row() is
  'Reports a direct change of one row. Arguments: the key before .created, .updated or .deleted, the entity type, columns for the payload.';

-- Fields ---------------------------------------------------------------------

create function private.tidied(p_object jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(
    jsonb_object_agg(
      f.key, case jsonb_typeof(f.value) when 'string' then to_jsonb(btrim(f.value #>> '{}')) else f.value end),
    '{}')
  from jsonb_each(p_object) as f
  where f.value <> 'null' and btrim(f.value #>> '{}') <> ''
$$;
comment on function private.tidied(jsonb) is
  'An object as a form sends it, without empty fields and without spaces around texts.';

create function private.is_date(p_text text) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return p_text ~ '^\d{4}-\d{2}-\d{2}$'
    and make_date(left(p_text, 4)::integer, substr(p_text, 6, 2)::integer, right(p_text, 2)::integer)
      between '1900-01-01' and '2999-12-31';
exception when datetime_field_overflow then
  return false;
end
$$;

create function private.field_key(p_value jsonb, p_rule jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  kind constant text := p_rule ->> 'kind';
  is_text constant boolean := jsonb_typeof(p_value) = 'string';
  given constant text := p_value #>> '{}';
begin
  if p_value is null then
    return case when (p_rule ->> 'required')::boolean then 'required' end;
  end if;
  if kind = 'text' then
    return case
      when not is_text then 'not_text'
      when length(given) > (p_rule ->> 'maximum')::integer then 'too_long' end;
  elsif kind = 'amount' then
    -- Money also comes as text, so that no program on its way makes it a float.
    if jsonb_typeof(p_value) not in ('number', 'string') or given !~ '^-?\d{1,20}(\.\d{1,20})?$' then
      return 'not_a_number';
    end if;
    return case
      when given::numeric <> round(given::numeric, 2) then 'too_many_decimals'
      when given::numeric not between (p_rule ->> 'minimum')::numeric and (p_rule ->> 'maximum')::numeric
        then 'out_of_range' end;
  elsif kind = 'date' then
    return case when not is_text or not private.is_date(given) then 'not_a_date' end;
  elsif kind = 'id' then
    return case
      when not is_text or given !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then 'not_an_id' end;
  elsif kind = 'email' then
    return case
      when not is_text or length(given) > 320 or given !~ '^[^@[:space:]]+@[^@[:space:]]+$'
        then 'not_an_address' end;
  elsif kind = 'flag' then
    return case when jsonb_typeof(p_value) <> 'boolean' then 'not_a_flag' end;
  elsif kind = 'choice' then
    return case when not is_text or not (p_rule -> 'of') @> p_value then 'unknown_value' end;
  end if;
  raise exception 'no such kind of field: %', kind;
end
$$;
comment on function private.field_key(jsonb, jsonb) is
  'What is wrong with one field, or null. Kinds of rule: text {maximum}, amount {minimum, maximum}, date, id, email, flag, choice {of}; each may be required.';

create function private.field_problems(p_row integer, p_object jsonb, p_rules jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when jsonb_typeof(p_object) is distinct from 'object'
      then jsonb_build_array(jsonb_build_object('row', p_row, 'field', null, 'key', 'not_an_object'))
    else (
      select coalesce(
        jsonb_agg(jsonb_build_object('row', p_row, 'field', x.field, 'key', x.key) order by x.field), '[]')
      from (
        select r.key as field, private.field_key(private.tidied(p_object) -> r.key, r.value) as key
        from jsonb_each(p_rules) as r
        union all
        -- A name nobody reads is a misspelled one: its value would be lost in silence.
        select left(o.key, 200), 'unknown_field'
        from jsonb_object_keys(p_object) as o (key)
        where not p_rules ? o.key
      ) as x
      where x.key is not null
    )
  end
$$;
comment on function private.field_problems(integer, jsonb, jsonb) is
  'Everything wrong with an object, as the list of {row, field, key} that validation_failed carries.';

create function private.check_fields(p_problems jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_problems <> '[]' then
    perform private.fail(422, 'validation_failed', p_problems);
  end if;
end
$$;
comment on function private.check_fields(jsonb) is 'Raises validation_failed unless the list of problems is empty.';

create function private.problem(p_field text, p_key text) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_array(jsonb_build_object('row', 0, 'field', p_field, 'key', p_key))
$$;
comment on function private.problem(text, text) is 'A list of one problem, for check_fields.';

revoke execute on function
  private.lock_row(anyelement, text, uuid),
  private.emit_row(),
  private.tidied(jsonb),
  private.is_date(text),
  private.field_key(jsonb, jsonb),
  private.field_problems(integer, jsonb, jsonb),
  private.check_fields(jsonb),
  private.problem(text, text)
from public, anon;
grant execute on function
  private.lock_row(anyelement, text, uuid),
  private.tidied(jsonb),
  private.is_date(text),
  private.field_key(jsonb, jsonb),
  private.field_problems(integer, jsonb, jsonb),
  private.check_fields(jsonb),
  private.problem(text, text)
to authenticated, service_role;
