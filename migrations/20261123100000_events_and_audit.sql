-- What happened, and who changed what: the two append-only records, and the
-- helpers with which every function and trigger of the later files writes them.

-- Limits of text that people write, used by the checks of all later tables:
-- names 200 characters, keys 200, free text 10,000.

-- Events ---------------------------------------------------------------------

create table public.analytics_events (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint analytics_events_organization_id_fkey
    references public.organizations (id) on delete restrict,
  -- A SuperAdmin acts in other organizations, so the key does not hold the tenant.
  user_id uuid default auth.uid()
    constraint analytics_events_user_id_fkey references public.users (id) on delete restrict,
  event_key text not null
    check (event_key ~ '^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)+$' and length(event_key) <= 200),
  category text not null generated always as (split_part(event_key, '.', 1)) stored,
  workflow text not null
    generated always as (split_part(event_key, '.', 1) || '.' || split_part(event_key, '.', 2)) stored,
  entity_type text check (length(entity_type) between 1 and 200),
  entity_id uuid,
  payload jsonb not null default '{}'
    check (jsonb_typeof(payload) = 'object' and octet_length(payload::text) <= 8192),
  occurred_at timestamptz not null default now(),
  idempotency_key text check (length(idempotency_key) between 1 and 200),
  constraint analytics_events_entity_check check ((entity_type is null) = (entity_id is null))
);

create index analytics_events_organization_id_occurred_at_idx
  on public.analytics_events (organization_id, occurred_at desc);
create index analytics_events_organization_id_event_key_idx
  on public.analytics_events (organization_id, event_key, occurred_at desc);
create index analytics_events_organization_id_entity_idx
  on public.analytics_events (organization_id, entity_type, entity_id, occurred_at desc);
create index analytics_events_user_id_occurred_at_idx
  on public.analytics_events (user_id, occurred_at desc);
create unique index analytics_events_idempotency_key_key
  on public.analytics_events (organization_id, idempotency_key)
  where idempotency_key is not null;

comment on table public.analytics_events is
  'One row per thing that somebody or the worker did. Written by functions and triggers; people only add ui.* rows.';
comment on column public.analytics_events.user_id is 'Who did it; null = the service.';
comment on column public.analytics_events.category is 'First part of the key.';
comment on column public.analytics_events.workflow is 'First two parts of the key.';
comment on column public.analytics_events.entity_type is 'Table name in the singular.';
comment on column public.analytics_events.payload is
  'At most 8 KiB; ids, words and figures, no message bodies and no tokens.';
comment on column public.analytics_events.idempotency_key is
  'Given when the same thing may be reported twice; the second report adds nothing.';

-- Audit ----------------------------------------------------------------------

create table public.audit_log (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint audit_log_organization_id_fkey
    references public.organizations (id) on delete restrict,
  actor_id uuid
    constraint audit_log_actor_id_fkey references public.users (id) on delete restrict,
  actor_role text,
  action text not null check (action in ('insert', 'update', 'delete')),
  resource_type text not null,
  resource_id uuid not null,
  changes jsonb not null,
  operation text,
  request_id text,
  occurred_at timestamptz not null default now()
);

create index audit_log_organization_id_occurred_at_idx
  on public.audit_log (organization_id, occurred_at desc);
create index audit_log_organization_id_resource_idx
  on public.audit_log (organization_id, resource_type, resource_id, occurred_at desc);
create index audit_log_organization_id_actor_id_idx
  on public.audit_log (organization_id, actor_id, occurred_at desc);
create index audit_log_actor_id_idx on public.audit_log (actor_id);

comment on table public.audit_log is
  'Every change of a row of an audited table. Written by trigger; nobody may edit it.';
comment on column public.audit_log.actor_id is 'Who changed it; null = the service.';
comment on column public.audit_log.actor_role is 'Persona at that moment; null = the service.';
comment on column public.audit_log.resource_type is 'Table name.';
comment on column public.audit_log.changes is
  '{column: {before, after}}, changed columns only; an insert has no before, a delete no after, null columns are left out there.';
comment on column public.audit_log.operation is 'The function that changed it (revos.op); null for a direct change.';
comment on column public.audit_log.request_id is 'Header x-request-id, to find the request in the logs.';

-- Idempotency keys -----------------------------------------------------------

create table private.idempotency_keys (
  organization_id uuid not null
    constraint idempotency_keys_organization_id_fkey
    references public.organizations (id) on delete cascade,
  user_id uuid not null
    constraint idempotency_keys_user_id_fkey references public.users (id) on delete cascade,
  operation text not null,
  key text not null check (length(key) between 1 and 200),
  request_hash bytea not null,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id, operation, key)
);

create index idempotency_keys_user_id_idx on private.idempotency_keys (user_id);
create index idempotency_keys_created_at_idx on private.idempotency_keys (created_at);

comment on table private.idempotency_keys is
  'Replies of calls that carried a key, so that a repeat gets the same reply. Kept 30 days.';
comment on column private.idempotency_keys.operation is 'Name of the function.';
comment on column private.idempotency_keys.request_hash is 'SHA-256 of the arguments: another request may not take the key.';

-- Operations -----------------------------------------------------------------

create function private.begin_operation(p_name text) returns text
language plpgsql volatile
set search_path = ''
as $$
declare
  former constant text := coalesce(current_setting('revos.op', true), '');
begin
  perform set_config('revos.op', p_name, true);
  return former;
end
$$;
comment on function private.begin_operation(text) is
  'Says which function is at work until the transaction ends; returns what to give back to end_operation.';

create function private.end_operation(p_former text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  perform set_config('revos.op', p_former, true);
end
$$;

create function private.in_operation() returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- Deeper than one: a trigger that keeps another table in step. Cascades do not
  -- count as deeper; a child's trigger looks whether its parent is still there.
  return coalesce(current_setting('revos.op', true), '') <> '' or pg_trigger_depth() > 1;
end
$$;
comment on function private.in_operation() is
  'For event triggers: true when this change is part of a larger one, which reports itself. One action is one event.';

-- Checks of arguments and callers --------------------------------------------

create function private.require(p_valid boolean, p_argument text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_valid is not true then
    perform private.fail(400, 'invalid_argument', jsonb_build_object('argument', p_argument));
  end if;
end
$$;
comment on function private.require(boolean, text) is
  'Raises invalid_argument naming the argument unless the test is true; null is not true.';

create function private.check_text(
  p_argument text, p_value text, p_maximum integer, p_required boolean default true
)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if (p_value is null and p_required)
    or (p_required and btrim(p_value) = '')
    or length(p_value) > p_maximum
  then
    perform private.fail(400, 'invalid_argument',
      jsonb_build_object('argument', p_argument, 'maximum_length', p_maximum));
  end if;
end
$$;
comment on function private.check_text(text, text, integer, boolean) is
  'Raises invalid_argument for a text that is missing though required, blank though required, or too long.';

create function private.admit(p_allowed boolean) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform private.chosen_organization(null);
  if p_allowed is not true then
    perform private.fail(403, 'forbidden');
  end if;
end
$$;
comment on function private.admit(boolean) is
  'First line of a function: raises unauthenticated, no_membership, or forbidden unless the test of the persona is true.';

create function private.may_act_in(p_organization_id uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce(
    not private.called_by_api()
    or p_organization_id = private.current_org_id()
    or private.is_super_admin(),
    false);
end
$$;
comment on function private.may_act_in(uuid) is
  'True for the own organization, for a SuperAdmin anywhere, and for the service.';

create function private.check_version(p_given integer, p_current integer, p_row jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform private.require(p_given is not null, 'p_version');
  if p_given <> p_current then
    perform private.fail(409, 'stale_version', p_row);
  end if;
end
$$;
comment on function private.check_version(integer, integer, jsonb) is
  'Raises stale_version with the current row unless the caller read the current version.';

-- Writing events -------------------------------------------------------------

create function private.emit_event(
  p_key text,
  p_organization_id uuid,
  p_entity_type text,
  p_entity_id uuid,
  p_payload jsonb,
  p_idempotency_key text default null
)
returns uuid
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  event_id uuid;
begin
  if not private.may_act_in(p_organization_id) then
    perform private.fail(403, 'forbidden');
  end if;
  insert into public.analytics_events
    (organization_id, user_id, event_key, entity_type, entity_id, payload, idempotency_key)
  values (
    p_organization_id, auth.uid(), p_key, p_entity_type, p_entity_id,
    coalesce(p_payload, '{}'), p_idempotency_key
  )
  on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
  returning id into event_id;
  return event_id;
end
$$;
comment on function private.emit_event(text, uuid, text, uuid, jsonb, text) is
  'Adds one event with the caller as user; null when the idempotency key was reported before. Only for functions and triggers.';

-- Audit and stamp triggers ---------------------------------------------------

create function private.row_changes(
  p_table oid, p_before jsonb, p_after jsonb, p_left_out text[] default '{}'
)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- A missing side makes the other one stand alone: inserts and deletes.
  select coalesce(
    jsonb_object_agg(
      coalesce(b.key, a.key),
      case
        when p_before is null then jsonb_build_object('after', a.value)
        when p_after is null then jsonb_build_object('before', b.value)
        else jsonb_build_object('before', b.value, 'after', a.value)
      end),
    '{}')
  from jsonb_each(coalesce(p_before, '{}')) as b
  full join jsonb_each(coalesce(p_after, '{}')) as a on a.key = b.key
  where coalesce(b.value, 'null') <> coalesce(a.value, 'null')
    and coalesce(b.key, a.key) <> all (p_left_out || array['updated_at', 'version'])
    -- Computed from the other columns.
    and not exists (
      select from pg_catalog.pg_attribute c
      where c.attrelid = p_table and c.attname = coalesce(b.key, a.key) and c.attgenerated <> ''
    )
$$;
comment on function private.row_changes(oid, jsonb, jsonb, text[]) is
  'What differs between two versions of a row: {column: {before, after}}, without updated_at, version and generated columns.';

create function private.changed_columns(p_table oid, p_before jsonb, p_after jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(c.name order by c.name), '[]')
  from jsonb_object_keys(private.row_changes(p_table, p_before, p_after)) as c (name)
$$;
comment on function private.changed_columns(oid, jsonb, jsonb) is
  'Names of the columns that differ, as the payload "changed" of events lists them.';

create function private.audit() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  any_row constant jsonb := coalesce(after, before);
  -- The arguments of the trigger: columns that are a cache or a clock.
  changes constant jsonb := private.row_changes(tg_relid, before, after, coalesce(tg_argv::text[], '{}'));
begin
  if tg_op = 'UPDATE' and changes = '{}' then
    return null;
  end if;
  insert into public.audit_log
    (organization_id, actor_id, actor_role, action, resource_type, resource_id, changes,
     operation, request_id)
  values (
    -- The root table is its own tenant.
    coalesce(any_row ->> 'organization_id', any_row ->> 'id')::uuid,
    auth.uid(),
    private.persona(),
    lower(tg_op),
    tg_table_name,
    (any_row ->> 'id')::uuid,
    changes,
    nullif(current_setting('revos.op', true), ''),
    left(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id', 200)
  );
  return null;
end
$$;
comment on function private.audit() is
  'After insert, update or delete for each row of an audited table. Arguments: columns to leave out.';

create function private.stamp() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  argument text;
  stamp text;
begin
  -- The service and the administration say themselves on whose behalf they write.
  if not private.called_by_api() then
    return new;
  end if;
  foreach argument in array tg_argv loop
    stamp := ltrim(argument, '+');
    if tg_op = 'UPDATE' and argument = stamp then
      new := jsonb_populate_record(new, jsonb_build_object(stamp, to_jsonb(old) -> stamp));
    else
      new := jsonb_populate_record(new, jsonb_build_object(stamp, auth.uid()));
    end if;
  end loop;
  return new;
end
$$;
comment on function private.stamp() is
  'Before insert or update: the named columns say who wrote the row, whatever the caller sent. With + in front on every write, else kept from creation.';

create function private.append_only() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Binds the service too: only retention removes rows, nothing edits them.
  if tg_op = 'DELETE' and current_setting('revos.op', true) = 'service_purge' then
    return old;
  end if;
  perform private.fail(400, 'use_function', '{"functions": ["service_purge"]}');
end
$$;

create trigger analytics_events_append_only before update or delete on public.analytics_events
  for each row execute function private.append_only();
create trigger audit_log_append_only before update or delete on public.audit_log
  for each row execute function private.append_only();

-- Idempotent calls -----------------------------------------------------------

create function private.claim_key(
  p_organization_id uuid, p_function text, p_key text, p_request jsonb
)
returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  hash constant bytea := sha256(convert_to(p_request::text, 'UTF8'));
  stored private.idempotency_keys;
begin
  if p_key is null then
    return null;
  end if;
  perform private.check_text('p_idempotency_key', p_key, 200);
  if auth.uid() is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  if not private.may_act_in(p_organization_id) then
    perform private.fail(403, 'forbidden');
  end if;
  -- Waits for a call with the same key that is still at work.
  insert into private.idempotency_keys (organization_id, user_id, operation, key, request_hash)
    values (p_organization_id, auth.uid(), p_function, p_key, hash)
    on conflict do nothing;
  if found then
    return null;
  end if;
  select k.* into strict stored from private.idempotency_keys k
    where k.organization_id = p_organization_id and k.user_id = auth.uid()
      and k.operation = p_function and k.key = p_key;
  if stored.request_hash <> hash then
    perform private.fail(409, 'idempotency_mismatch');
  end if;
  return stored.response;
end
$$;
comment on function private.claim_key(uuid, text, text, jsonb) is
  'The stored reply of an earlier call with this key and the same arguments; null = go ahead, then store_answer. A null key always goes ahead.';

create function private.store_answer(
  p_organization_id uuid, p_function text, p_key text, p_answer jsonb
)
returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  -- Only the row that the caller claimed, and only once.
  update private.idempotency_keys k set response = p_answer
    where k.organization_id = p_organization_id and k.user_id = auth.uid()
      and k.operation = p_function and k.key = p_key and k.response is null;
end
$$;
comment on function private.store_answer(uuid, text, text, jsonb) is
  'Keeps the reply for a repeat of the call; nothing to do without a key.';

-- Access ---------------------------------------------------------------------

alter table public.analytics_events enable row level security;
alter table public.analytics_events force row level security;

create policy analytics_events_select on public.analytics_events for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and user_id = (select auth.uid()))
      )
    )
  );

-- What the app itself reports. Business keys are written by functions and triggers.
create policy analytics_events_insert on public.analytics_events for insert to authenticated
  with check (
    organization_id = (select private.current_org_id())
    and user_id = (select auth.uid())
    and starts_with(event_key, 'ui.')
  );

revoke all on public.analytics_events from anon, authenticated, service_role;
grant select on public.analytics_events to authenticated;
-- Not the idempotency key: taking one early would silence the event it belongs to.
grant insert (id, organization_id, user_id, event_key, entity_type, entity_id, payload)
  on public.analytics_events to authenticated;
grant select, insert, delete on public.analytics_events to service_role;

alter table public.audit_log enable row level security;
alter table public.audit_log force row level security;

create policy audit_log_select on public.audit_log for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.audit_log from anon, authenticated, service_role;
grant select on public.audit_log to authenticated;
grant select, delete on public.audit_log to service_role;

-- No policy: only the definer functions above and retention touch it.
alter table private.idempotency_keys enable row level security;
alter table private.idempotency_keys force row level security;
revoke all on private.idempotency_keys from public, anon, authenticated, service_role;
grant select, delete on private.idempotency_keys to service_role;

revoke execute on all functions in schema private from public, anon;
grant execute on function
  private.begin_operation(text),
  private.end_operation(text),
  private.in_operation(),
  private.require(boolean, text),
  private.check_text(text, text, integer, boolean),
  private.admit(boolean),
  private.check_version(integer, integer, jsonb),
  private.emit_event(text, uuid, text, uuid, jsonb, text),
  private.row_changes(oid, jsonb, jsonb, text[]),
  private.changed_columns(oid, jsonb, jsonb),
  private.claim_key(uuid, text, text, jsonb),
  private.store_answer(uuid, text, text, jsonb)
to authenticated, service_role;
