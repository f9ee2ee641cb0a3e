-- Parts of the app that are switched on for an organization.

create table public.feature_flags (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint feature_flags_organization_id_fkey references public.organizations (id) on delete restrict,
  name text not null check (btrim(name) <> '' and length(name) <= 200),
  description text check (length(description) <= 10000),
  is_enabled boolean not null default false,
  access_level text not null default 'Admin'
    check (access_level in ('SuperAdmin', 'Admin', 'Director', 'Member', 'Client')),
  updated_by uuid
    constraint feature_flags_updated_by_fkey references public.users (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint feature_flags_organization_id_name_key unique (organization_id, name)
);

create index feature_flags_updated_by_idx on public.feature_flags (updated_by);

comment on table public.feature_flags is 'Flags of the organization; a missing row means off.';
comment on column public.feature_flags.access_level is 'On for this persona and those above it.';

create function private.feature_flags_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  flag constant public.feature_flags := coalesce(new, old);
begin
  if private.in_operation() then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new)) = '[]' then
      return null;
    end if;
  end if;
  perform private.emit_event('flag.changed', flag.organization_id, 'feature_flag', flag.id,
    jsonb_build_object('name', flag.name, 'access_level', flag.access_level,
      -- A row that is gone is off.
      'is_enabled', tg_op <> 'DELETE' and flag.is_enabled));
  return null;
end
$$;
revoke execute on function private.feature_flags_emit() from public, anon;

create trigger feature_flags_stamp before insert or update on public.feature_flags
  for each row execute function private.stamp('+updated_by');
create trigger feature_flags_touch before update on public.feature_flags
  for each row execute function private.touch();
create trigger feature_flags_audit after insert or update or delete on public.feature_flags
  for each row execute function private.audit();
create trigger feature_flags_emit after insert or update or delete on public.feature_flags
  for each row execute function private.feature_flags_emit();

-- Access: everybody of the organization reads, a SuperAdmin writes -----------------

alter table public.feature_flags enable row level security;
alter table public.feature_flags force row level security;

create policy feature_flags_select on public.feature_flags for select to authenticated
  using (
    (select private.is_super_admin())
    or organization_id = (select private.current_org_id())
  );

create policy feature_flags_insert on public.feature_flags for insert to authenticated
  with check ((select private.is_super_admin()));

create policy feature_flags_update on public.feature_flags for update to authenticated
  using ((select private.is_super_admin()))
  with check ((select private.is_super_admin()));

create policy feature_flags_delete on public.feature_flags for delete to authenticated
  using ((select private.is_super_admin()));

revoke all on public.feature_flags from anon, authenticated, service_role;
grant select, delete on public.feature_flags to authenticated;
grant insert (id, organization_id, name, description, is_enabled, access_level)
  on public.feature_flags to authenticated;
grant update (name, description, is_enabled, access_level) on public.feature_flags to authenticated;
grant select, insert, update, delete on public.feature_flags to service_role;
