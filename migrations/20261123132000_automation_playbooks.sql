-- What should happen of itself: a playbook is a list of steps and what starts it.

create table public.automation_playbooks (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint automation_playbooks_organization_id_fkey
    references public.organizations (id) on delete restrict,
  name text not null check (btrim(name) <> '' and length(name) <= 200),
  description text check (length(description) <= 10000),
  trigger_event text not null default 'manual' check (trigger_event in ('closed_won', 'manual')),
  status text not null default 'draft' check (status in ('draft', 'active', 'paused', 'archived')),
  configuration jsonb not null default '{}'
    check (jsonb_typeof(configuration) = 'object' and octet_length(configuration::text) <= 65536),
  created_by uuid not null default auth.uid()
    constraint automation_playbooks_created_by_fkey references public.users (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint automation_playbooks_id_organization_id_key unique (id, organization_id)
);

create unique index automation_playbooks_name_key
  on public.automation_playbooks (organization_id, lower(name));
create index automation_playbooks_organization_id_trigger_event_idx
  on public.automation_playbooks (organization_id, trigger_event, status);
create index automation_playbooks_created_by_idx on public.automation_playbooks (created_by);

comment on table public.automation_playbooks is 'Playbooks of the organization; only active ones run.';
comment on column public.automation_playbooks.trigger_event is
  'closed_won: each won opportunity starts a run; manual: a person does.';
comment on column public.automation_playbooks.configuration is 'At most 64 KiB.';

create function private.automation_playbooks_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  playbook constant public.automation_playbooks := coalesce(new, old);
  changed jsonb;
begin
  if private.in_operation() then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
    if changed = '[]' then
      return null;
    end if;
    if changed ? 'status' then
      perform private.emit_event('automation.playbook.status_changed', new.organization_id,
        'automation_playbook', new.id,
        private.from_to(old.status, new.status) || jsonb_build_object('changed', changed));
      return null;
    end if;
  end if;
  perform private.emit_event('automation.playbook.saved', playbook.organization_id,
    'automation_playbook', playbook.id,
    jsonb_strip_nulls(jsonb_build_object('action', lower(tg_op), 'changed', changed)));
  return null;
end
$$;
revoke execute on function private.automation_playbooks_emit() from public, anon;

create trigger automation_playbooks_stamp before insert or update on public.automation_playbooks
  for each row execute function private.stamp('created_by');
create trigger automation_playbooks_touch before update on public.automation_playbooks
  for each row execute function private.touch();
-- Everything but coming back from the archive.
create trigger automation_playbooks_transition before update on public.automation_playbooks
  for each row execute function private.guard_transition(
    'draft>active', 'draft>paused', 'draft>archived', 'active>draft', 'active>paused',
    'active>archived', 'paused>draft', 'paused>active', 'paused>archived');
create trigger automation_playbooks_audit after insert or update or delete on public.automation_playbooks
  for each row execute function private.audit();
create trigger automation_playbooks_emit after insert or update or delete on public.automation_playbooks
  for each row execute function private.automation_playbooks_emit();

-- Access: read by staff, written by Admins ---------------------------------------

alter table public.automation_playbooks enable row level security;
alter table public.automation_playbooks force row level security;

create policy automation_playbooks_select on public.automation_playbooks for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy automation_playbooks_insert on public.automation_playbooks for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy automation_playbooks_update on public.automation_playbooks for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy automation_playbooks_delete on public.automation_playbooks for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.automation_playbooks from anon, authenticated, service_role;
grant select, delete on public.automation_playbooks to authenticated;
grant insert (id, organization_id, name, description, trigger_event, status, configuration)
  on public.automation_playbooks to authenticated;
grant update (name, description, trigger_event, status, configuration)
  on public.automation_playbooks to authenticated;
grant select, insert, update, delete on public.automation_playbooks to service_role;
