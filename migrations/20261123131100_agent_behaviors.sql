-- How an agent version speaks. One row per version.

create table public.agent_behaviors (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint agent_behaviors_organization_id_fkey references public.organizations (id) on delete restrict,
  definition_id uuid not null constraint agent_behaviors_definition_id_key unique,
  tone text not null default 'professional'
    check (tone in ('professional', 'casual', 'analytical', 'warm')),
  verbosity text not null default 'balanced' check (verbosity in ('short', 'balanced', 'detailed')),
  temperature numeric(3,2) not null default 0.50 check (temperature between 0 and 1),
  max_tokens integer not null default 1200 check (max_tokens between 200 and 3200),
  response_delay_ms integer not null default 100 check (response_delay_ms between 0 and 2000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint agent_behaviors_definition_id_fkey foreign key (definition_id, organization_id)
    references public.agent_definitions (id, organization_id) on delete cascade
);

create index agent_behaviors_organization_id_idx on public.agent_behaviors (organization_id);

comment on table public.agent_behaviors is 'Manner of an agent version; publishing a new version copies it.';
comment on column public.agent_behaviors.max_tokens is 'Longest answer.';

create function private.agent_behaviors_emit() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not private.in_operation() and (
    tg_op = 'INSERT'
    or private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new)) <> '[]')
  then
    perform private.emit_event('agent.behavior.updated', new.organization_id,
      'agent_definition', new.definition_id,
      (select jsonb_build_object('definition_version', d.definition_version)
        from public.agent_definitions d where d.id = new.definition_id));
  end if;
  return null;
end
$$;
revoke execute on function private.agent_behaviors_emit() from public, anon;

create trigger agent_behaviors_touch before update on public.agent_behaviors
  for each row execute function private.touch();
create trigger agent_behaviors_audit after insert or update or delete on public.agent_behaviors
  for each row execute function private.audit();
create trigger agent_behaviors_emit after insert or update on public.agent_behaviors
  for each row execute function private.agent_behaviors_emit();

-- Access: read by staff, written by Admins ---------------------------------------

alter table public.agent_behaviors enable row level security;
alter table public.agent_behaviors force row level security;

create policy agent_behaviors_select on public.agent_behaviors for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy agent_behaviors_insert on public.agent_behaviors for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy agent_behaviors_update on public.agent_behaviors for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.agent_behaviors from anon, authenticated, service_role;
grant select on public.agent_behaviors to authenticated;
grant insert (
  id, organization_id, definition_id, tone, verbosity, temperature, max_tokens, response_delay_ms
) on public.agent_behaviors to authenticated;
grant update (tone, verbosity, temperature, max_tokens, response_delay_ms)
  on public.agent_behaviors to authenticated;
grant select, insert, update, delete on public.agent_behaviors to service_role;
