-- Saving a set of rows under a client in one call, for discovery questions, data
-- sources and kanban cards. The checks of fields are those of the file
-- 20261123110000_rows_and_fields.sql: functions are looked up when they run.

create function private.check_sync_list(p_argument text, p_rows jsonb, p_existing boolean) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  entry jsonb;
begin
  perform private.require(jsonb_typeof(p_rows) = 'array', p_argument);
  perform private.require(jsonb_array_length(p_rows) <= 500, p_argument);
  for entry in select e.value from jsonb_array_elements(p_rows) as e loop
    perform private.require(jsonb_typeof(entry) = 'object', p_argument);
    perform private.require(entry ->> 'id' is not null or not p_existing, p_argument);
    perform private.require(entry ->> 'id' is null or entry ->> 'version' ~ '^\d{1,9}$', p_argument);
  end loop;
end
$$;
comment on function private.check_sync_list(text, jsonb, boolean) is
  'At most 500 objects; those with an id, or all, name the version that was read.';

create function private.sync_client_rows(
  p_client public.clients, p_table regclass, p_rules jsonb, p_defaults jsonb,
  p_items jsonb, p_deleted jsonb
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  -- Lists of the editable columns: bare, of the table, of what is wanted.
  columns text;
  old_columns text;
  new_columns text;
  rows_now jsonb;
  ids text[];
  item jsonb;
  content jsonb;
  problems jsonb := '[]';
  wanted jsonb := '[]';
  conflicts jsonb;
  inserted integer;
  updated integer;
  deleted integer;
begin
  perform private.check_sync_list('p_items', p_items, false);
  perform private.check_sync_list('p_deleted', p_deleted, true);
  select string_agg(quote_ident(k), ', '), string_agg('t.' || quote_ident(k), ', '),
      string_agg('r.' || quote_ident(k), ', ')
    into columns, old_columns, new_columns
    from jsonb_object_keys(p_rules) as k;
  -- Other writers of single rows wait, in the order of ids.
  execute format(
    'select coalesce(jsonb_object_agg(l.id, to_jsonb(l)), ''{}'')
     from (select t.* from %s t where t.client_id = $1 order by t.id for no key update) l', p_table)
    into rows_now using p_client.id;

  -- Of another client, of another organization, or gone: all the same from here.
  select array_agg(e.value ->> 'id') into ids
    from jsonb_array_elements(p_items || p_deleted) as e where e.value ->> 'id' is not null;
  if exists (select from unnest(ids) as i where not rows_now ? i) then
    perform private.fail(404, 'not_found');
  end if;
  -- One row, one wish.
  perform private.require(
    coalesce(cardinality(ids), 0) = (select count(distinct i) from unnest(ids) as i), 'p_items');

  -- What each row shall become: fields that are not named stay as they are.
  for i in 0 .. jsonb_array_length(p_items) - 1 loop
    item := p_items -> i;
    content := private.only_keys(rows_now -> (item ->> 'id'), p_rules)
      || (item - array['id', 'organization_id', 'client_id', 'meta', 'created_at', 'updated_at', 'version']);
    content := p_defaults || private.tidied(content);
    problems := problems || private.field_problems(i, content, p_rules);
    wanted := wanted || (content || jsonb_build_object('id', item -> 'id', 'version', item -> 'version'));
  end loop;
  perform private.check_fields(problems);

  -- A row that already is as wanted conflicts with nothing, whatever its version:
  -- a repeated call finds its work done.
  execute format(
    'select jsonb_agg(to_jsonb(t) order by t.id)
     from %1$s t
     where exists (
         select from jsonb_populate_recordset(null::%1$s, $1) r
         where r.id = t.id and r.version <> t.version and row(%2$s) is distinct from row(%3$s))
       or exists (
         select from jsonb_populate_recordset(null::%1$s, $2) r
         where r.id = t.id and r.version <> t.version)', p_table, new_columns, old_columns)
    into conflicts using wanted, p_deleted;
  if conflicts is not null then
    perform private.fail(409, 'stale_version', conflicts);
  end if;

  execute format('delete from %1$s t using jsonb_populate_recordset(null::%1$s, $1) r where t.id = r.id', p_table)
    using p_deleted;
  get diagnostics deleted = row_count;
  execute format(
    'update %1$s t set (%2$s) = row(%3$s)
     from jsonb_populate_recordset(null::%1$s, $1) r
     where t.id = r.id and row(%3$s) is distinct from row(%4$s)',
    p_table, columns, new_columns, old_columns)
    using wanted;
  get diagnostics updated = row_count;
  execute format(
    'insert into %1$s (organization_id, client_id, %2$s)
     select $2, $3, %3$s from jsonb_populate_recordset(null::%1$s, $1) r where r.id is null',
    p_table, columns, new_columns)
    using wanted, p_client.organization_id, p_client.id;
  get diagnostics inserted = row_count;
  return jsonb_build_object('inserted', inserted, 'updated', updated, 'deleted', deleted);
end
$$;
comment on function private.sync_client_rows(public.clients, regclass, jsonb, jsonb, jsonb, jsonb) is
  'Makes rows under a locked client as the items say, all or nothing: inserts those without id, changes the others, deletes those of the second list; rows not mentioned stay. Rules name the editable columns. Returns how many.';

create function private.only_keys(p_object jsonb, p_keys jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(f.key, f.value), '{}') from jsonb_each(p_object) as f where p_keys ? f.key
$$;
comment on function private.only_keys(jsonb, jsonb) is 'The fields whose names are keys of the second object.';

revoke execute on function
  private.check_sync_list(text, jsonb, boolean),
  private.sync_client_rows(public.clients, regclass, jsonb, jsonb, jsonb, jsonb),
  private.only_keys(jsonb, jsonb)
from public, anon;
grant execute on function
  private.check_sync_list(text, jsonb, boolean),
  private.sync_client_rows(public.clients, regclass, jsonb, jsonb, jsonb, jsonb),
  private.only_keys(jsonb, jsonb)
to authenticated, service_role;
