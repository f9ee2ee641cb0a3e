-- The steps of a run and what became of each.

create table public.automation_run_steps (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint automation_run_steps_organization_id_fkey
    references public.organizations (id) on delete restrict,
  run_id uuid not null,
  step_id uuid,
  position integer not null check (position >= 0),
  workspace text not null check (workspace in ('sales', 'delivery', 'finance', 'ops')),
  action text not null
    check (action in ('record_note', 'create_activity', 'create_kanban_item', 'schedule_invoices')),
  status text not null default 'pending'
    check (status in ('pending', 'running', 'succeeded', 'failed', 'skipped')),
  output jsonb check (octet_length(output::text) <= 65536),
  error text check (length(error) <= 10000),
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint automation_run_steps_run_id_position_key unique (run_id, position),
  constraint automation_run_steps_run_id_fkey foreign key (run_id, organization_id)
    references public.automation_runs (id, organization_id) on delete cascade,
  constraint automation_run_steps_step_id_fkey foreign key (step_id, organization_id)
    references public.automation_steps (id, organization_id) on delete set null (step_id)
);

create index automation_run_steps_organization_id_idx on public.automation_run_steps (organization_id);
create index automation_run_steps_step_id_idx on public.automation_run_steps (step_id);

comment on table public.automation_run_steps is 'Steps of a run, copied from the playbook when it was queued.';
comment on column public.automation_run_steps.step_id is 'Where it was copied from; null once that step is gone.';
comment on column public.automation_run_steps.output is 'Ids of what the step made.';

create trigger automation_run_steps_guard before insert or update or delete on public.automation_run_steps
  for each row execute function private.guard_write(
    'start_automation_run', 'convert_won_opportunity');
create trigger automation_run_steps_touch before update on public.automation_run_steps
  for each row execute function private.touch();
create trigger automation_run_steps_transition before update on public.automation_run_steps
  for each row execute function private.guard_transition(
    'pending>running', 'pending>succeeded', 'pending>failed', 'pending>skipped',
    'running>succeeded', 'running>failed', 'running>skipped');

-- Access: as the run ----------------------------------------------------------

alter table public.automation_run_steps enable row level security;
alter table public.automation_run_steps force row level security;

create policy automation_run_steps_select on public.automation_run_steps for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy automation_run_steps_insert on public.automation_run_steps for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

revoke all on public.automation_run_steps from anon, authenticated, service_role;
grant select on public.automation_run_steps to authenticated;
grant insert (organization_id, run_id, step_id, position, workspace, action)
  on public.automation_run_steps to authenticated;
grant select, insert, update, delete on public.automation_run_steps to service_role;
