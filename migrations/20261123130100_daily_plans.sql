-- What a person means to do on a day. The plan is the frame: its items are in
-- priority_items, the time spent in focus_sessions.

create table public.daily_plans (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint daily_plans_organization_id_fkey references public.organizations (id) on delete restrict,
  user_id uuid not null,
  plan_date date not null,
  computed_at timestamptz,
  locked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint daily_plans_id_organization_id_key unique (id, organization_id),
  -- For items and sessions: they name the plan together with its person, so that
  -- nobody writes on another person's plan.
  constraint daily_plans_id_user_id_key unique (id, user_id),
  constraint daily_plans_user_id_plan_date_key unique (user_id, plan_date),
  constraint daily_plans_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict
);

create index daily_plans_organization_id_plan_date_idx
  on public.daily_plans (organization_id, plan_date desc);

comment on table public.daily_plans is 'One plan per person and day. Written by its functions only.';
comment on column public.daily_plans.plan_date is
  'Calendar day in the person''s time zone, else the organization''s.';
comment on column public.daily_plans.computed_at is 'When the items were last computed; null = never.';
comment on column public.daily_plans.locked_at is
  'Set = committed to: items keep everything but their status.';

create trigger daily_plans_guard before insert or update or delete on public.daily_plans
  for each row execute function private.guard_write(
    'save_daily_plan', 'lock_daily_plan', 'unlock_daily_plan');
create trigger daily_plans_touch before update on public.daily_plans
  for each row execute function private.touch();
create trigger daily_plans_audit after insert or update or delete on public.daily_plans
  for each row execute function private.audit();

-- Access: read by the person and by Admins, written by the person through the
-- functions that the guard names -----------------------------------------------

alter table public.daily_plans enable row level security;
alter table public.daily_plans force row level security;

create policy daily_plans_select on public.daily_plans for select to authenticated
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

create policy daily_plans_insert on public.daily_plans for insert to authenticated
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

create policy daily_plans_update on public.daily_plans for update to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  )
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

revoke all on public.daily_plans from anon, authenticated, service_role;
grant select on public.daily_plans to authenticated;
grant insert (organization_id, user_id, plan_date, computed_at) on public.daily_plans to authenticated;
grant update (computed_at, locked_at) on public.daily_plans to authenticated;
grant select, insert, update, delete on public.daily_plans to service_role;
