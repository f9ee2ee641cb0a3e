-- The tables that existed before the records of changes: from here on their
-- changes are noted and reported too.

-- Audit ----------------------------------------------------------------------

-- Not on delete: the note would refer to the organization that is gone. The note
-- of its creation keeps an organization from being deleted at all.
create trigger organizations_audit after insert or update on public.organizations
  for each row execute function private.audit();
create trigger users_audit after insert or update or delete on public.users
  for each row execute function private.audit();
create trigger clients_audit after insert or update or delete on public.clients
  for each row execute function private.audit();
create trigger contacts_audit after insert or update or delete on public.contacts
  for each row execute function private.audit();
create trigger client_commercials_audit after insert or update or delete on public.client_commercials
  for each row execute function private.audit();

-- Events ---------------------------------------------------------------------

create function private.organizations_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  changed jsonb;
begin
  if private.in_operation() then
    return null;
  end if;
  if tg_op = 'INSERT' then
    perform private.emit_event('organization.created', new.id, 'organization', new.id,
      jsonb_build_object('name', new.name));
    return null;
  end if;
  changed := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
  if changed <> '[]' then
    perform private.emit_event('organization.updated', new.id, 'organization', new.id,
      jsonb_build_object('changed', changed));
  end if;
  return null;
end
$$;

create function private.users_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  changed constant jsonb := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
begin
  if changed <> '[]' and not private.in_operation() then
    perform private.emit_event('member.profile_updated', new.organization_id, 'user', new.id,
      jsonb_build_object('changed', changed));
  end if;
  return null;
end
$$;

create function private.from_to(p_from anyelement, p_to anyelement) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('from', p_from, 'to', p_to)
$$;
comment on function private.from_to(anyelement, anyelement) is 'How the payload of an event tells a change.';

create function private.clients_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  any_row constant public.clients := coalesce(new, old);
  changed jsonb;
  key text;
  payload jsonb;
begin
  if private.in_operation() then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
    if changed = '[]' then
      return null;
    end if;
    -- One update is one event: the first that applies, `changed` tells the rest.
    if changed ? 'phase' then
      key := 'client.phase.changed';
      payload := private.from_to(old.phase, new.phase);
    elsif changed ? 'status' then
      key := 'client.status.changed';
      payload := private.from_to(old.status, new.status);
    elsif changed ? 'owner_id' then
      key := 'client.owner.changed';
      payload := private.from_to(old.owner_id, new.owner_id);
    elsif changed ?| array['health', 'churn_risk'] then
      key := 'client.health.changed';
      payload := jsonb_build_object(
        'health', private.from_to(old.health, new.health),
        'churn_risk', private.from_to(old.churn_risk, new.churn_risk),
        'trs_score', private.from_to(old.trs_score, new.trs_score));
    else
      key := 'client.updated';
      payload := '{}';
    end if;
    payload := payload || jsonb_build_object('changed', changed);
  else
    key := case tg_op when 'INSERT' then 'client.created' else 'client.deleted' end;
    payload := jsonb_build_object('name', any_row.name);
  end if;
  perform private.emit_event(key, any_row.organization_id, 'client', any_row.id, payload);
  return null;
end
$$;

create function private.went_with_client(p_operation text, p_client_id uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return p_operation = 'DELETE' and not exists (select from public.clients c where c.id = p_client_id);
end
$$;
comment on function private.went_with_client(text, uuid) is
  'For event triggers: true when a row under a client was deleted because the client was.';

create function private.client_child_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  any_row constant jsonb := coalesce(after, before);
  key constant text := tg_argv[case tg_op when 'INSERT' then 0 when 'UPDATE' then 1 else 2 end];
  payload jsonb := jsonb_build_object(tg_argv[3], any_row -> 'id');
  changed jsonb;
begin
  if private.in_operation() or private.went_with_client(tg_op, (any_row ->> 'client_id')::uuid) then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, before, after);
    if changed = '[]' then
      return null;
    end if;
    payload := payload || jsonb_build_object('changed', changed);
  elsif tg_argv[0] = tg_argv[2] then
    -- One key for everything: say what happened.
    payload := payload || jsonb_build_object('action', lower(tg_op));
  end if;
  if tg_nargs > 4 then
    payload := payload || jsonb_build_object(tg_argv[4], any_row -> tg_argv[4]);
  end if;
  perform private.emit_event(key, (any_row ->> 'organization_id')::uuid, 'client',
    (any_row ->> 'client_id')::uuid, payload);
  return null;
end
$$;
comment on function private.client_child_emit() is
  'Reports a change of one row under a client as an event of the client. Arguments: keys for insert, update and delete, the name of the row''s id in the payload, optionally one column to add.';

revoke execute on function private.organizations_emit() from public, anon;
revoke execute on function private.users_emit() from public, anon;
revoke execute on function private.clients_emit() from public, anon;
revoke execute on function private.client_child_emit() from public, anon;
revoke execute on function private.from_to(anyelement, anyelement) from public, anon;
revoke execute on function private.went_with_client(text, uuid) from public, anon;
grant execute on function private.from_to(anyelement, anyelement) to authenticated, service_role;
grant execute on function private.went_with_client(text, uuid) to authenticated, service_role;

create trigger organizations_emit after insert or update on public.organizations
  for each row execute function private.organizations_emit();
-- A member appears by invitation, which reports it.
create trigger users_emit after update on public.users
  for each row execute function private.users_emit();
create trigger clients_emit after insert or update or delete on public.clients
  for each row execute function private.clients_emit();
create trigger contacts_emit after insert or update or delete on public.contacts
  for each row execute function private.client_child_emit(
    'client.contact.saved', 'client.contact.saved', 'client.contact.deleted', 'contact_id');
create trigger client_commercials_emit after insert or update or delete on public.client_commercials
  for each row execute function private.client_child_emit(
    'client.commercials.saved', 'client.commercials.saved', 'client.commercials.saved', 'commercials_id');
