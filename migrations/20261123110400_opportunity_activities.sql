-- What is to be done about an opportunity, and what was.

create table public.opportunity_activities (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint opportunity_activities_organization_id_fkey
    references public.organizations (id) on delete restrict,
  opportunity_id uuid not null,
  created_by uuid not null
    constraint opportunity_activities_created_by_fkey references public.users (id) on delete restrict,
  type text not null check (type in ('task', 'call', 'meeting', 'email')),
  -- Names 200, free text 10,000.
  title text not null check (btrim(title) <> '' and length(title) <= 200),
  description text check (length(description) <= 10000),
  status text not null default 'pending' check (status in ('pending', 'completed', 'cancelled')),
  due_at timestamptz,
  completed_at timestamptz,
  assigned_to uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint opportunity_activities_completed_check
    check ((status = 'completed') = (completed_at is not null)),
  constraint opportunity_activities_opportunity_id_fkey foreign key (opportunity_id, organization_id)
    references public.opportunities (id, organization_id) on delete cascade,
  constraint opportunity_activities_assigned_to_fkey foreign key (assigned_to, organization_id)
    references public.users (id, organization_id) on delete set null (assigned_to)
);

create index opportunity_activities_organization_id_status_due_at_idx
  on public.opportunity_activities (organization_id, status, due_at);
create index opportunity_activities_assigned_to_status_due_at_idx
  on public.opportunity_activities (assigned_to, status, due_at);
create index opportunity_activities_opportunity_id_idx
  on public.opportunity_activities (opportunity_id);
create index opportunity_activities_created_by_idx on public.opportunity_activities (created_by);

comment on table public.opportunity_activities is 'Tasks, calls, meetings and mails about an opportunity.';
comment on column public.opportunity_activities.created_by is 'Who planned it, whatever the caller said.';
comment on column public.opportunity_activities.completed_at is 'Follows the status.';
comment on column public.opportunity_activities.assigned_to is 'Who is to do it; null = nobody yet.';

-- Triggers -------------------------------------------------------------------

create function private.opportunity_activities_status() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  was_completed constant boolean := tg_op = 'UPDATE' and old.status = 'completed';
begin
  if new.status <> 'completed' then
    new.completed_at := null;
  elsif private.called_by_api() or new.completed_at is null then
    -- Only the service may know an earlier time.
    new.completed_at := coalesce(case when was_completed then old.completed_at end, now());
  end if;
  return new;
end
$$;

create function private.opportunity_activities_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  any_row constant public.opportunity_activities := coalesce(new, old);
  verb text;
begin
  if private.in_operation() or private.went_with_opportunity(tg_op, any_row.opportunity_id) then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new)) = '[]' then
      return null;
    end if;
    verb := case when new.status <> old.status and new.status <> 'pending' then new.status else 'updated' end;
  else
    verb := case tg_op when 'INSERT' then 'created' else 'deleted' end;
  end if;
  perform private.emit_event(
    'pipeline.activity.' || verb, any_row.organization_id, 'opportunity', any_row.opportunity_id,
    jsonb_build_object('activity_id', any_row.id, 'type', any_row.type));
  return null;
end
$$;

revoke execute on function private.opportunity_activities_status() from public, anon;
revoke execute on function private.opportunity_activities_emit() from public, anon;

create trigger opportunity_activities_stamp before insert or update on public.opportunity_activities
  for each row execute function private.stamp('created_by');
create trigger opportunity_activities_status before insert or update on public.opportunity_activities
  for each row execute function private.opportunity_activities_status();
create trigger opportunity_activities_touch before update on public.opportunity_activities
  for each row execute function private.touch();
create trigger opportunity_activities_audit
  after insert or update or delete on public.opportunity_activities
  for each row execute function private.audit();
create trigger opportunity_activities_emit
  after insert or update or delete on public.opportunity_activities
  for each row execute function private.opportunity_activities_emit();

-- Access: any staff plans; a Member changes what they planned, what is theirs to
-- do, and what belongs to their opportunities ---------------------------------

alter table public.opportunity_activities enable row level security;
alter table public.opportunity_activities force row level security;

create policy opportunity_activities_select on public.opportunity_activities for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy opportunity_activities_insert on public.opportunity_activities for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy opportunity_activities_update on public.opportunity_activities for update to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and (
            created_by = (select auth.uid())
            or assigned_to = (select auth.uid())
            or opportunity_id = any ((select private.my_opportunity_ids())::uuid[])
          )
        )
      )
    )
  )
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and (
            created_by = (select auth.uid())
            or assigned_to = (select auth.uid())
            or opportunity_id = any ((select private.my_opportunity_ids())::uuid[])
          )
        )
      )
    )
  );

create policy opportunity_activities_delete on public.opportunity_activities for delete to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and (
            created_by = (select auth.uid())
            or assigned_to = (select auth.uid())
            or opportunity_id = any ((select private.my_opportunity_ids())::uuid[])
          )
        )
      )
    )
  );

revoke all on public.opportunity_activities from anon, authenticated, service_role;
grant select, delete on public.opportunity_activities to authenticated;
grant insert (
  id, organization_id, opportunity_id, type, title, description, status, due_at, assigned_to
) on public.opportunity_activities to authenticated;
grant update (type, title, description, status, due_at, assigned_to)
  on public.opportunity_activities to authenticated;
grant select, insert, update, delete on public.opportunity_activities to service_role;
