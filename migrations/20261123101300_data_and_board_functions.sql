-- Saving data sources and the board as sets, and moving one card.

create function public.sync_data_sources(p_client_id uuid, p_items jsonb, p_deleted jsonb default '[]')
returns setof public.data_sources
language plpgsql volatile
set search_path = ''
as $$
declare
  client constant public.clients := private.lock_client(p_client_id);
  former text;
  done jsonb;
begin
  former := private.begin_operation('sync_data_sources');
  done := private.sync_client_rows(client, 'public.data_sources', '{
      "name": {"kind": "text", "maximum": 200, "required": true},
      "category": {"kind": "text", "maximum": 200},
      "status": {"kind": "choice", "of": ["needed", "in_progress", "available", "collected", "missing"]},
      "required": {"kind": "flag"},
      "notes": {"kind": "text", "maximum": 10000}
    }', '{"category": "general", "status": "needed", "required": true}', p_items, p_deleted);
  if done <> '{"inserted": 0, "updated": 0, "deleted": 0}' then
    perform private.emit_event('client.data.saved', client.organization_id, 'client', client.id, done);
  end if;
  perform private.end_operation(former);
  return query
    select d.* from public.data_sources d where d.client_id = client.id order by lower(d.name), d.id;
end
$$;
comment on function public.sync_data_sources(uuid, jsonb, jsonb) is
  'Saves the data sources of a client as a set, all or nothing, and returns them by name. Items carry id and version unless new, p_deleted is a list of {id, version}. Client writer.';

-- The board ------------------------------------------------------------------

create function private.board_order(p_client_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(k.id, jsonb_build_array(k.status, k.position)), '{}')
  from public.kanban_items k where k.client_id = p_client_id
$$;
comment on function private.board_order(uuid) is 'Where each card of a client is.';

create function private.renumber_board(p_client_id uuid, p_columns text[]) returns void
language sql volatile
set search_path = ''
as $$
  update public.kanban_items k set position = n.place
  from (
    select i.id, (row_number() over (partition by i.status order by i.position, i.id) - 1)::integer as place
    from public.kanban_items i where i.client_id = p_client_id and i.status = any (p_columns)
  ) n
  where k.id = n.id and k.position <> n.place
$$;
comment on function private.renumber_board(uuid, text[]) is
  'Numbers the cards of the columns from 0 without gaps; cards that stand right are not touched.';

create function public.sync_kanban(p_client_id uuid, p_items jsonb, p_deleted jsonb default '[]')
returns setof public.kanban_items
language plpgsql volatile
set search_path = ''
as $$
declare
  client constant public.clients := private.lock_client(p_client_id);
  former text;
  order_before constant jsonb := private.board_order(client.id);
  done jsonb;
  touched text[];
begin
  -- A colleague, or nobody; people of other organizations do not exist here.
  if exists (
    select from jsonb_path_query(p_items, '$[*].assignee_id ? (@ != null && @ != "")') as a (id)
    where not exists (
      select from public.users u
      where u.id::text = a.id #>> '{}' and u.organization_id = client.organization_id)
  ) then
    perform private.fail(404, 'not_found');
  end if;

  former := private.begin_operation('sync_kanban');
  -- A new card without a place goes to the end of its column.
  done := private.sync_client_rows(client, 'public.kanban_items', '{
      "title": {"kind": "text", "maximum": 200, "required": true},
      "status": {"kind": "choice", "of": ["backlog", "doing", "blocked", "review", "done"]},
      "position": {"kind": "amount", "minimum": 0, "maximum": 1000000},
      "assignee_id": {"kind": "id"},
      "due_date": {"kind": "date"}
    }', '{"status": "backlog", "position": 1000000}', p_items, p_deleted);
  if done <> '{"inserted": 0, "updated": 0, "deleted": 0}' then
    select array_agg(distinct c.name) into touched
      from jsonb_each(order_before) as b
      full join jsonb_each(private.board_order(client.id)) as a on a.key = b.key
      cross join lateral (values (b.value ->> 0), (a.value ->> 0)) as c (name)
      where a.value is distinct from b.value and c.name is not null;
    perform private.renumber_board(client.id, touched);
    perform private.emit_event('client.kanban.saved', client.organization_id, 'client', client.id, done);
  end if;
  perform private.end_operation(former);
  return query
    select k.* from public.kanban_items k where k.client_id = client.id
    order by array_position(array['backlog', 'doing', 'blocked', 'review', 'done'], k.status), k.position, k.id;
end
$$;
comment on function public.sync_kanban(uuid, jsonb, jsonb) is
  'Saves the cards of a client as a set, all or nothing, numbers the touched columns anew and returns the board in order. Items carry id and version unless new, p_deleted is a list of {id, version}. Client writer.';

create function public.move_kanban_item(
  p_item_id uuid, p_status text, p_position integer, p_version integer
)
returns public.kanban_items
language plpgsql volatile
set search_path = ''
as $$
declare
  client public.clients;
  item public.kanban_items;
  from_status text;
  others uuid[];
  place integer;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_item_id is not null, 'p_item_id');
  perform private.require(p_status in ('backlog', 'doing', 'blocked', 'review', 'done'), 'p_status');
  perform private.require(p_position >= 0, 'p_position');
  select k.* into item from public.kanban_items k where k.id = p_item_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  client := private.lock_client(item.client_id);
  -- Both columns, then the card as it is now: it may have moved, or be gone.
  perform from public.kanban_items k where k.client_id = client.id order by k.id for no key update;
  select k.* into item from public.kanban_items k where k.id = p_item_id and k.client_id = client.id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;

  select coalesce(array_agg(k.id order by k.position, k.id), '{}') into others
    from public.kanban_items k
    where k.client_id = client.id and k.status = p_status and k.id <> p_item_id;
  place := least(p_position, cardinality(others));
  -- Done already, perhaps by this very call the first time.
  if item.status = p_status and item.position = place then
    return item;
  end if;
  perform private.check_version(p_version, item.version, to_jsonb(item));

  former := private.begin_operation('move_kanban_item');
  from_status := item.status;
  update public.kanban_items k set status = p_status, position = n.place - 1
    from unnest(others[:place] || p_item_id || others[place + 1:]) with ordinality as n (id, place)
    where k.id = n.id and (k.status, k.position) <> (p_status, n.place - 1);
  perform private.renumber_board(client.id, array[from_status]);
  select k.* into item from public.kanban_items k where k.id = p_item_id;
  perform private.emit_event('client.kanban.moved', client.organization_id, 'client', client.id,
    jsonb_build_object('item_id', item.id) || private.from_to(from_status, item.status));
  perform private.end_operation(former);
  return item;
end
$$;
comment on function public.move_kanban_item(uuid, text, integer, integer) is
  'Puts a card at a place of a column (0 = top, beyond the end = end) and numbers both columns anew; only the card''s own version is checked. Client writer.';

revoke execute on function
  private.board_order(uuid),
  private.renumber_board(uuid, text[])
from public, anon;
grant execute on function
  private.board_order(uuid),
  private.renumber_board(uuid, text[])
to authenticated, service_role;
revoke execute on function
  public.sync_data_sources(uuid, jsonb, jsonb),
  public.sync_kanban(uuid, jsonb, jsonb),
  public.move_kanban_item(uuid, text, integer, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.sync_data_sources(uuid, jsonb, jsonb),
  public.sync_kanban(uuid, jsonb, jsonb),
  public.move_kanban_item(uuid, text, integer, integer)
to authenticated;
