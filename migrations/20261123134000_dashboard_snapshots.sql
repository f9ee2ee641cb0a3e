-- Figures of the overview as they were on a day: for trends and comparisons,
-- never instead of a live figure.

create table public.dashboard_snapshots (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint dashboard_snapshots_organization_id_fkey
    references public.organizations (id) on delete restrict,
  kind text not null check (kind in ('finance', 'pipeline', 'portfolio')),
  time_scope text not null check (time_scope in ('today', '7d', 'mtd', 'qtd', 'ytd')),
  segment_filter jsonb not null default '{}'
    check (jsonb_typeof(segment_filter) = 'object' and octet_length(segment_filter::text) <= 1024),
  snapshot_date date not null,
  metrics jsonb not null
    check (jsonb_typeof(metrics) = 'object' and octet_length(metrics::text) <= 65536),
  computed_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '36 hours',
  created_at timestamptz not null default now(),
  constraint dashboard_snapshots_snapshot_date_key
    unique (organization_id, kind, time_scope, segment_filter, snapshot_date)
);

comment on table public.dashboard_snapshots is 'One row per kind, scope, segment and day. Written by the worker only.';
comment on column public.dashboard_snapshots.snapshot_date is 'Calendar day in the organization''s time zone.';
comment on column public.dashboard_snapshots.metrics is
  'Figures by name; one that could not be computed is {"unavailable": "<reason>"}. At most 64 KiB.';
comment on column public.dashboard_snapshots.expires_at is '36 hours after it was computed; older is history only.';

-- Access: money is for managers ------------------------------------------------

alter table public.dashboard_snapshots enable row level security;
alter table public.dashboard_snapshots force row level security;

create policy dashboard_snapshots_select on public.dashboard_snapshots for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and kind in ('pipeline', 'portfolio'))
      )
    )
  );

revoke all on public.dashboard_snapshots from anon, authenticated, service_role;
grant select on public.dashboard_snapshots to authenticated;
grant select, insert, update, delete on public.dashboard_snapshots to service_role;
