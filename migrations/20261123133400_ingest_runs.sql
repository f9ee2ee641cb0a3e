-- What the worker did for a connection, as operators see it.

create table public.ingest_runs (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint ingest_runs_organization_id_fkey references public.organizations (id) on delete restrict,
  integration_id uuid not null,
  provider text not null check (provider in ('gmail', 'google_calendar', 'quickbooks')),
  job_id text not null check (length(job_id) between 1 and 200),
  trigger text not null check (trigger in ('schedule', 'manual', 'connect', 'backfill', 'retry')),
  status text not null default 'running' check (status in ('running', 'succeeded', 'failed', 'dead')),
  attempt integer not null default 1 check (attempt > 0),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  fetched integer not null default 0 check (fetched >= 0),
  upserted integer not null default 0 check (upserted >= 0),
  skipped jsonb not null default '{}'
    check (jsonb_typeof(skipped) = 'object' and octet_length(skipped::text) <= 4096),
  error_code text check (error_code ~ '^[a-z][a-z_]{0,59}$'),
  error_detail text check (length(error_detail) <= 500),
  retry_at timestamptz,
  retry_requested_at timestamptz,
  cursor_before jsonb not null default '{}' check (jsonb_typeof(cursor_before) = 'object'),
  cursor_after jsonb check (jsonb_typeof(cursor_after) = 'object'),
  created_at timestamptz not null default now(),
  constraint ingest_runs_job_id_key unique (integration_id, job_id),
  constraint ingest_runs_finished_at_check check ((status = 'running') = (finished_at is null)),
  constraint ingest_runs_integration_id_fkey foreign key (integration_id, organization_id)
    references public.integrations (id, organization_id) on delete cascade
);

create index ingest_runs_organization_id_started_at_idx on public.ingest_runs (organization_id, started_at desc);
create index ingest_runs_integration_id_started_at_idx on public.ingest_runs (integration_id, started_at desc);
create index ingest_runs_retry_requested_at_idx on public.ingest_runs (retry_requested_at)
  where retry_requested_at is not null;

comment on table public.ingest_runs is 'One row per job of the worker for a connection. Written by the worker.';
comment on column public.ingest_runs.job_id is 'A retry of the job updates the row.';
comment on column public.ingest_runs.upserted is 'Rows that were new or changed; a batch delivered twice counts once.';
comment on column public.ingest_runs.skipped is
  'Count by reason: unlinked, unmapped_customer, currency_mismatch, malformed.';
comment on column public.ingest_runs.error_detail is 'Redacted: no addresses, no tokens, no content.';
comment on column public.ingest_runs.retry_requested_at is 'Set by retry_ingest_run, cleared when the job runs again.';

-- Access: whoever may read the connection ----------------------------------------

alter table public.ingest_runs enable row level security;
alter table public.ingest_runs force row level security;

create policy ingest_runs_select on public.ingest_runs for select to authenticated
  using (
    organization_id = (select private.current_org_id())
    and integration_id = any ((select private.my_integration_ids())::uuid[])
  );

revoke all on public.ingest_runs from anon, authenticated, service_role;
grant select on public.ingest_runs to authenticated;
grant select, insert, update, delete on public.ingest_runs to service_role;
