-- The steps of a playbook, in order.

-- A configuration may be empty: texts and numbers it does not give have defaults
-- at run time. What it gives must be usable.
create function private.is_step_config(p_action text, p_config jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  allowed constant text[] := case p_action
    when 'record_note' then array['body']
    when 'create_activity' then array['type', 'title', 'description', 'due_in_days']
    when 'create_kanban_item' then array['title', 'due_in_days']
    else array['count', 'first_in_days', 'description']
  end;
  field record;
  valid boolean;
begin
  if jsonb_typeof(p_config) <> 'object' then
    return false;
  end if;
  for field in select f.key, jsonb_typeof(f.value) as type, f.value #>> '{}' as text from jsonb_each(p_config) f loop
    if field.key <> all (allowed) or field.type not in ('string', 'number') then
      return false;
    end if;
    valid := case field.key
      when 'count' then field.text ~ '^([1-9]|[1-5][0-9]|60)$'
      when 'due_in_days' then field.text ~ '^[0-9]{1,3}$'
      when 'first_in_days' then field.text ~ '^[0-9]{1,3}$'
      when 'type' then field.text in ('task', 'call', 'meeting', 'email')
      when 'title' then length(btrim(field.text)) > 0 and length(field.text) <= 200
      else length(btrim(field.text)) > 0 and length(field.text) <= 5000
    end;
    if not valid then
      return false;
    end if;
  end loop;
  return true;
end
$$;
comment on function private.is_step_config(text, jsonb) is
  'Is this a configuration that the action understands? See the column comment of automation_steps.config.';

create table public.automation_steps (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint automation_steps_organization_id_fkey
    references public.organizations (id) on delete restrict,
  playbook_id uuid not null,
  position integer not null check (position >= 0),
  workspace text not null check (workspace in ('sales', 'delivery', 'finance', 'ops')),
  action text not null
    check (action in ('record_note', 'create_activity', 'create_kanban_item', 'schedule_invoices')),
  config jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint automation_steps_id_organization_id_key unique (id, organization_id),
  -- Deferred, so that two steps can change places.
  constraint automation_steps_playbook_id_position_key
    unique (playbook_id, position) deferrable initially deferred,
  constraint automation_steps_config_check check (private.is_step_config(action, config)),
  constraint automation_steps_playbook_id_fkey foreign key (playbook_id, organization_id)
    references public.automation_playbooks (id, organization_id) on delete cascade
);

create index automation_steps_organization_id_idx on public.automation_steps (organization_id);

comment on table public.automation_steps is 'What a playbook does, in the order of the positions.';
comment on column public.automation_steps.config is
  'All optional. record_note: body. create_activity: type, title, description, due_in_days. create_kanban_item: title, due_in_days. schedule_invoices: count (1 to 60), first_in_days, description.';

create function private.automation_steps_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  step constant public.automation_steps := coalesce(new, old);
begin
  if private.in_operation() then
    return null;
  end if;
  -- Gone with its playbook, which reports itself.
  if tg_op = 'DELETE' and not exists (
    select from public.automation_playbooks p where p.id = step.playbook_id
  ) then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new)) = '[]' then
      return null;
    end if;
  end if;
  perform private.emit_event('automation.playbook.saved', step.organization_id,
    'automation_playbook', step.playbook_id,
    jsonb_build_object('step_id', step.id, 'action', lower(tg_op)));
  return null;
end
$$;
revoke execute on function private.automation_steps_emit() from public, anon;
revoke execute on function private.is_step_config(text, jsonb) from public, anon;
grant execute on function private.is_step_config(text, jsonb) to authenticated, service_role;

create trigger automation_steps_touch before update on public.automation_steps
  for each row execute function private.touch();
create trigger automation_steps_audit after insert or update or delete on public.automation_steps
  for each row execute function private.audit();
create trigger automation_steps_emit after insert or update or delete on public.automation_steps
  for each row execute function private.automation_steps_emit();

-- Access: read by staff, written by Admins ---------------------------------------

alter table public.automation_steps enable row level security;
alter table public.automation_steps force row level security;

create policy automation_steps_select on public.automation_steps for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy automation_steps_insert on public.automation_steps for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy automation_steps_update on public.automation_steps for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy automation_steps_delete on public.automation_steps for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.automation_steps from anon, authenticated, service_role;
grant select, delete on public.automation_steps to authenticated;
grant insert (id, organization_id, playbook_id, position, workspace, action, config)
  on public.automation_steps to authenticated;
grant update (playbook_id, position, workspace, action, config) on public.automation_steps to authenticated;
grant select, insert, update, delete on public.automation_steps to service_role;
