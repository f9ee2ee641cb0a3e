-- What an agent is: one row per version, one current version per key.

create table public.agent_definitions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint agent_definitions_organization_id_fkey
    references public.organizations (id) on delete restrict,
  agent_key text not null check (agent_key ~ '^[a-z][a-z0-9-]{1,60}$'),
  definition_version integer not null default 1 check (definition_version > 0),
  display_name text not null check (btrim(display_name) <> '' and length(display_name) <= 200),
  description text check (length(description) <= 10000),
  category text not null
    check (category in ('projects', 'content', 'clients', 'communication', 'finance')),
  lifecycle_status text not null default 'draft'
    check (lifecycle_status in ('draft', 'active', 'disabled', 'retired')),
  executor text not null default 'external'
    check (executor in ('portfolio_review', 'collections_review', 'pipeline_review', 'external')),
  auto_runnable boolean not null default false,
  definition jsonb not null default '{}'
    check (jsonb_typeof(definition) = 'object' and octet_length(definition::text) <= 65536),
  published_by uuid
    constraint agent_definitions_published_by_fkey references public.users (id) on delete restrict,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint agent_definitions_id_organization_id_key unique (id, organization_id),
  constraint agent_definitions_definition_version_key
    unique (organization_id, agent_key, definition_version),
  constraint agent_definitions_retired_at_check
    check ((lifecycle_status = 'retired') = (retired_at is not null))
);

create unique index agent_definitions_current_key on public.agent_definitions (organization_id, agent_key)
  where lifecycle_status in ('active', 'disabled');
create index agent_definitions_published_by_idx on public.agent_definitions (published_by);

comment on table public.agent_definitions is
  'Versions of agents. Published by a function; a version that is replaced is retired, never deleted.';
comment on column public.agent_definitions.definition_version is 'Counts the published versions of the key.';
comment on column public.agent_definitions.executor is
  'Who computes a run: the worker by one of its reviews, or an outside program.';
comment on column public.agent_definitions.auto_runnable is 'May start by event or schedule, not only by hand.';
comment on column public.agent_definitions.definition is
  'At most 64 KiB: instructions, inputs, guardrails (list of rule, severity, remediation).';
comment on column public.agent_definitions.published_by is 'Who published the version; null for a draft.';

-- Triggers -------------------------------------------------------------------

create function private.agent_definitions_guard() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.lifecycle_status <> 'draft' then
      perform private.guard_op(array['publish_agent_definition']);
    end if;
  elsif (new.agent_key, new.definition_version, new.executor, new.lifecycle_status, new.retired_at)
    is distinct from (old.agent_key, old.definition_version, old.executor, old.lifecycle_status, old.retired_at)
  then
    perform private.guard_op(array['publish_agent_definition', 'set_agent_enabled']);
  end if;
  return new;
end
$$;

create function private.agent_definitions_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  changed constant jsonb := case tg_op
    when 'UPDATE' then private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new)) end;
begin
  if not private.in_operation() and changed is distinct from '[]' then
    perform private.emit_event('agent.definition.updated', new.organization_id,
      'agent_definition', new.id,
      jsonb_strip_nulls(jsonb_build_object(
        'definition_version', new.definition_version, 'action', lower(tg_op), 'changed', changed)));
  end if;
  return null;
end
$$;

revoke execute on function private.agent_definitions_guard() from public, anon;
revoke execute on function private.agent_definitions_emit() from public, anon;

create trigger agent_definitions_guard before insert or update on public.agent_definitions
  for each row execute function private.agent_definitions_guard();
-- A draft has no publisher yet.
create trigger agent_definitions_stamp before insert or update on public.agent_definitions
  for each row when (new.lifecycle_status <> 'draft') execute function private.stamp('published_by');
create trigger agent_definitions_touch before update on public.agent_definitions
  for each row execute function private.touch();
create trigger agent_definitions_audit after insert or update or delete on public.agent_definitions
  for each row execute function private.audit();
create trigger agent_definitions_emit after insert or update on public.agent_definitions
  for each row execute function private.agent_definitions_emit();

-- Access: read by staff, written by Admins ---------------------------------------

alter table public.agent_definitions enable row level security;
alter table public.agent_definitions force row level security;

create policy agent_definitions_select on public.agent_definitions for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy agent_definitions_insert on public.agent_definitions for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy agent_definitions_update on public.agent_definitions for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.agent_definitions from anon, authenticated, service_role;
grant select on public.agent_definitions to authenticated;
grant insert (
  id, organization_id, agent_key, definition_version, display_name, description, category,
  lifecycle_status, executor, auto_runnable, definition
) on public.agent_definitions to authenticated;
grant update (
  display_name, description, category, lifecycle_status, auto_runnable, definition, retired_at
) on public.agent_definitions to authenticated;
grant select, insert, update, delete on public.agent_definitions to service_role;
