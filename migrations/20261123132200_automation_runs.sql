-- Playbooks at work: a run copies the list of its steps when it is queued, so that
-- a later edit of the playbook does not change what a run has done.

create table public.automation_runs (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint automation_runs_organization_id_fkey references public.organizations (id) on delete restrict,
  playbook_id uuid not null,
  triggered_by uuid default auth.uid()
    constraint automation_runs_triggered_by_fkey references public.users (id) on delete restrict,
  trigger_event text not null check (trigger_event in ('closed_won', 'manual')),
  entity_type text check (length(entity_type) <= 200),
  entity_id uuid,
  context jsonb not null default '{}'
    check (jsonb_typeof(context) = 'object' and octet_length(context::text) <= 65536),
  status text not null default 'queued'
    check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  error text check (length(error) <= 10000),
  started_at timestamptz,
  completed_at timestamptz,
  idempotency_key text check (length(idempotency_key) between 1 and 300),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint automation_runs_id_organization_id_key unique (id, organization_id),
  constraint automation_runs_playbook_id_fkey foreign key (playbook_id, organization_id)
    references public.automation_playbooks (id, organization_id) on delete restrict
);

create index automation_runs_organization_id_created_at_idx
  on public.automation_runs (organization_id, created_at desc);
create index automation_runs_playbook_id_created_at_idx
  on public.automation_runs (playbook_id, created_at desc);
create index automation_runs_triggered_by_idx on public.automation_runs (triggered_by);
create index automation_runs_status_idx on public.automation_runs (status)
  where status in ('queued', 'running');
create unique index automation_runs_idempotency_key_key
  on public.automation_runs (organization_id, idempotency_key) where idempotency_key is not null;

comment on table public.automation_runs is
  'Runs of playbooks. Queued by functions, moved on by the worker, one step at a time.';
comment on column public.automation_runs.triggered_by is
  'On whose behalf it works; null = the service.';
comment on column public.automation_runs.entity_type is 'opportunity or client: what the steps work on.';
comment on column public.automation_runs.context is 'At most 64 KiB, as given when it was started.';
comment on column public.automation_runs.error is 'Why the step that ended the run failed.';

create trigger automation_runs_guard before insert or update or delete on public.automation_runs
  for each row execute function private.guard_write(
    'start_automation_run', 'convert_won_opportunity');
create trigger automation_runs_stamp before insert or update on public.automation_runs
  for each row execute function private.stamp('triggered_by');
create trigger automation_runs_touch before update on public.automation_runs
  for each row execute function private.touch();
create trigger automation_runs_transition before update on public.automation_runs
  for each row execute function private.guard_transition(
    'queued>running', 'queued>cancelled', 'running>cancelled', 'running>succeeded', 'running>failed');

-- Access: read by staff, queued by managers through the functions that the guard names

alter table public.automation_runs enable row level security;
alter table public.automation_runs force row level security;

create policy automation_runs_select on public.automation_runs for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy automation_runs_insert on public.automation_runs for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

revoke all on public.automation_runs from anon, authenticated, service_role;
grant select on public.automation_runs to authenticated;
grant insert (
  organization_id, playbook_id, trigger_event, entity_type, entity_id, context, idempotency_key
) on public.automation_runs to authenticated;
grant select, insert, update, delete on public.automation_runs to service_role;
