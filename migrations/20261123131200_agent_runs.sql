-- What agents did. A run moves from queued over running to one of its ends.

create table public.agent_runs (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint agent_runs_organization_id_fkey references public.organizations (id) on delete restrict,
  definition_id uuid not null,
  agent_key text not null,
  user_id uuid,
  trigger text not null default 'manual' check (trigger in ('manual', 'event', 'schedule')),
  status text not null default 'queued'
    check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  input jsonb not null default '{}'
    check (jsonb_typeof(input) = 'object' and octet_length(input::text) <= 65536),
  output jsonb check (octet_length(output::text) <= 262144),
  summary text check (length(summary) <= 10000),
  guardrail_violations text[] not null default '{}'
    check (cardinality(guardrail_violations) <= 100
      and length(array_to_string(guardrail_violations, '')) <= 10000),
  error text check (length(error) <= 10000),
  started_at timestamptz,
  completed_at timestamptz,
  idempotency_key text check (length(idempotency_key) between 1 and 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint agent_runs_id_organization_id_key unique (id, organization_id),
  constraint agent_runs_failed_error_check check (status <> 'failed' or error is not null),
  constraint agent_runs_completed_at_check
    check ((status in ('succeeded', 'failed', 'cancelled')) = (completed_at is not null)),
  constraint agent_runs_definition_id_fkey foreign key (definition_id, organization_id)
    references public.agent_definitions (id, organization_id) on delete restrict,
  constraint agent_runs_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict
);

create index agent_runs_organization_id_created_at_idx on public.agent_runs (organization_id, created_at desc);
create index agent_runs_definition_id_created_at_idx on public.agent_runs (definition_id, created_at desc);
create index agent_runs_user_id_created_at_idx on public.agent_runs (user_id, created_at desc);
create index agent_runs_status_idx on public.agent_runs (status) where status in ('queued', 'running');
create unique index agent_runs_idempotency_key_key on public.agent_runs (organization_id, idempotency_key)
  where idempotency_key is not null;

comment on table public.agent_runs is 'Runs of agents. Written by record_agent_run only.';
comment on column public.agent_runs.agent_key is 'Copied from the definition.';
comment on column public.agent_runs.user_id is 'Whose run it is; null = the service''s.';
comment on column public.agent_runs.input is 'At most 64 KiB.';
comment on column public.agent_runs.output is 'At most 256 KiB. A run does not succeed without one.';
comment on column public.agent_runs.guardrail_violations is 'Guardrails of the definition that the run broke.';

create trigger agent_runs_guard before insert or update or delete on public.agent_runs
  for each row execute function private.guard_write('record_agent_run');
create trigger agent_runs_touch before update on public.agent_runs
  for each row execute function private.touch();
create trigger agent_runs_transition before update on public.agent_runs
  for each row execute function private.guard_transition(
    'queued>running', 'queued>cancelled', 'running>cancelled', 'running>succeeded', 'running>failed');

-- Access: read by managers, and by a Member the own ones; written by the person
-- through the function that the guard names -------------------------------------

alter table public.agent_runs enable row level security;
alter table public.agent_runs force row level security;

create policy agent_runs_select on public.agent_runs for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.is_staff()) and user_id = (select auth.uid()))
      )
    )
  );

create policy agent_runs_insert on public.agent_runs for insert to authenticated
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

create policy agent_runs_update on public.agent_runs for update to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  )
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

revoke all on public.agent_runs from anon, authenticated, service_role;
grant select on public.agent_runs to authenticated;
grant insert (
  organization_id, definition_id, agent_key, user_id, trigger, status, input, started_at,
  idempotency_key
) on public.agent_runs to authenticated;
grant update (
  status, output, summary, guardrail_violations, error, started_at, completed_at
) on public.agent_runs to authenticated;
grant select, insert, update, delete on public.agent_runs to service_role;
