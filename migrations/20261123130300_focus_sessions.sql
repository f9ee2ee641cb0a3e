-- Time spent on a plan. The row is the clock: closing the page or a second
-- device changes nothing about it.

create table public.focus_sessions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint focus_sessions_organization_id_fkey references public.organizations (id) on delete restrict,
  user_id uuid not null,
  daily_plan_id uuid not null,
  priority_item_id uuid,
  status text not null default 'planned'
    check (status in ('planned', 'running', 'paused', 'completed', 'abandoned')),
  planned_start_at timestamptz,
  planned_minutes integer not null default 50 check (planned_minutes between 5 and 180),
  started_at timestamptz,
  paused_at timestamptz,
  paused_seconds integer not null default 0 check (paused_seconds >= 0),
  completed_at timestamptz,
  duration_seconds integer check (duration_seconds >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint focus_sessions_id_organization_id_key unique (id, organization_id),
  constraint focus_sessions_started_at_check check (status = 'planned' or started_at is not null),
  constraint focus_sessions_paused_at_check check ((status = 'paused') = (paused_at is not null)),
  constraint focus_sessions_completed_at_check
    check ((status in ('completed', 'abandoned')) = (completed_at is not null)),
  constraint focus_sessions_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict,
  constraint focus_sessions_daily_plan_id_fkey foreign key (daily_plan_id, user_id)
    references public.daily_plans (id, user_id) on delete cascade,
  constraint focus_sessions_priority_item_id_fkey foreign key (priority_item_id, organization_id)
    references public.priority_items (id, organization_id) on delete set null (priority_item_id)
);

create index focus_sessions_user_id_started_at_idx on public.focus_sessions (user_id, started_at desc);
create index focus_sessions_organization_id_completed_at_idx
  on public.focus_sessions (organization_id, completed_at);
create index focus_sessions_daily_plan_id_idx on public.focus_sessions (daily_plan_id);
create index focus_sessions_priority_item_id_idx on public.focus_sessions (priority_item_id);
-- One open session per person; whoever starts a second one meets this.
create unique index focus_sessions_open_key on public.focus_sessions (user_id)
  where status in ('running', 'paused');

comment on table public.focus_sessions is 'Planned and spent focus time. Written by its functions and by the worker.';
comment on column public.focus_sessions.paused_at is 'Start of the pause that is still open.';
comment on column public.focus_sessions.paused_seconds is 'Length of the finished pauses.';
comment on column public.focus_sessions.completed_at is 'When it ended, at the latest its planned end.';
comment on column public.focus_sessions.duration_seconds is 'Counted focus, pauses left out; set at the end.';

create trigger focus_sessions_guard before insert or update or delete on public.focus_sessions
  for each row execute function private.guard_write(
    'lock_daily_plan', 'unlock_daily_plan', 'start_focus_session', 'pause_focus_session',
    'resume_focus_session', 'complete_focus_session');
create trigger focus_sessions_touch before update on public.focus_sessions
  for each row execute function private.touch();
create trigger focus_sessions_transition before update on public.focus_sessions
  for each row execute function private.guard_transition(
    'planned>running', 'running>paused', 'paused>running', 'running>completed',
    'running>abandoned', 'paused>completed', 'paused>abandoned');

-- Access: read by the person and by Admins, written by the person through the
-- functions that the guard names -----------------------------------------------

alter table public.focus_sessions enable row level security;
alter table public.focus_sessions force row level security;

create policy focus_sessions_select on public.focus_sessions for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_admin())
        or ((select private.is_staff()) and user_id = (select auth.uid()))
      )
    )
  );

create policy focus_sessions_insert on public.focus_sessions for insert to authenticated
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

create policy focus_sessions_update on public.focus_sessions for update to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  )
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

create policy focus_sessions_delete on public.focus_sessions for delete to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

revoke all on public.focus_sessions from anon, authenticated, service_role;
grant select, delete on public.focus_sessions to authenticated;
grant insert (
  organization_id, user_id, daily_plan_id, priority_item_id, status, planned_start_at,
  planned_minutes, started_at
) on public.focus_sessions to authenticated;
grant update (
  priority_item_id, status, planned_minutes, started_at, paused_at, paused_seconds, completed_at,
  duration_seconds
) on public.focus_sessions to authenticated;
grant select, insert, update, delete on public.focus_sessions to service_role;
