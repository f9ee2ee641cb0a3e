-- The companies an organization works for or would like to.

create table public.clients (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint clients_organization_id_fkey references public.organizations (id) on delete restrict,
  name text not null check (length(btrim(name)) between 1 and 200),
  status text not null default 'prospect'
    check (status in ('prospect', 'active', 'paused', 'churned')),
  phase text check (phase in
    ('Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active')),
  segment text check (segment in ('smb', 'mid', 'enterprise')),
  industry text,
  region text,
  revenue_model text,
  primary_goal text,
  notes text,
  owner_id uuid,
  arr numeric(14,2) check (arr >= 0),
  health smallint check (health between 0 and 100),
  churn_risk smallint check (churn_risk between 0 and 100),
  trs_score smallint generated always as ((health + 100 - churn_risk + 1) / 2) stored,
  qbr_date date,
  is_expansion boolean not null default false,
  churned_on date,
  quickbooks_customer_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint clients_id_organization_id_key unique (id, organization_id),
  -- Only the owner is forgotten when a person goes; the row keeps its tenant.
  constraint clients_owner_id_fkey foreign key (owner_id, organization_id)
    references public.users (id, organization_id) on delete set null (owner_id)
);

alter table public.users
  add constraint users_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete restrict;

create index clients_organization_id_updated_at_idx on public.clients (organization_id, updated_at desc);
create index clients_organization_id_status_phase_idx on public.clients (organization_id, status, phase);
create index clients_organization_id_qbr_date_idx on public.clients (organization_id, qbr_date);
create index clients_organization_id_churn_risk_idx on public.clients (organization_id, churn_risk desc);
create index clients_organization_id_name_idx on public.clients (organization_id, lower(btrim(name)));
create index clients_name_trgm_idx on public.clients using gin (name extensions.gin_trgm_ops);
create index clients_owner_id_idx on public.clients (owner_id);
create unique index clients_quickbooks_customer_id_key
  on public.clients (organization_id, quickbooks_customer_id)
  where quickbooks_customer_id is not null;

comment on table public.clients is 'A client or prospect of the organization. Names may repeat.';
comment on column public.clients.phase is 'Step of the engagement; null until engaged.';
comment on column public.clients.owner_id is 'The person who leads the client; null = unassigned lead.';
comment on column public.clients.arr is
  'Contracted annual recurring revenue as agreed; computed revenue comes from subscriptions.';
comment on column public.clients.health is 'Whole percent; null = not scored.';
comment on column public.clients.churn_risk is 'Whole percent; null = not scored.';
comment on column public.clients.trs_score is 'Mean of health and 100 - churn risk, half up; null if either is null.';
comment on column public.clients.qbr_date is 'Day of the next quarterly business review.';
comment on column public.clients.is_expansion is 'Marked by people as an expansion account.';
comment on column public.clients.churned_on is 'Follows the status: the day it became churned, null otherwise.';

-- Triggers -------------------------------------------------------------------

create function private.clients_status() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  was_churned constant boolean := tg_op = 'UPDATE' and old.status = 'churned';
begin
  if new.status <> 'churned' then
    new.churned_on := null;
  elsif private.called_by_api() or new.churned_on is null then
    -- Only imports and the service may know an earlier day.
    new.churned_on := case when was_churned then old.churned_on end;
    new.churned_on := coalesce(new.churned_on, private.organization_today(new.organization_id));
  end if;
  return new;
end
$$;

revoke execute on function private.clients_status() from public, anon;

create trigger clients_status before insert or update on public.clients
  for each row execute function private.clients_status();
create trigger clients_touch before update on public.clients
  for each row execute function private.touch();

-- Access ---------------------------------------------------------------------

alter table public.clients enable row level security;
alter table public.clients force row level security;

create policy clients_select on public.clients for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and ((select private.is_staff()) or id = (select private.my_client_id()))
    )
  );

create policy clients_insert on public.clients for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  );

-- The same test before and after: a Member can neither take a client nor give
-- one away.
create policy clients_update on public.clients for update to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  )
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  );

create policy clients_delete on public.clients for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

revoke all on public.clients from anon, authenticated, service_role;
grant select, update, delete on public.clients to authenticated;
-- Not created_at, updated_at and version: the order of lists cannot be forged.
grant insert (
  id, organization_id, name, status, phase, segment, industry, region, revenue_model,
  primary_goal, notes, owner_id, arr, health, churn_risk, qbr_date, is_expansion,
  quickbooks_customer_id
) on public.clients to authenticated;
grant select, insert, update, delete on public.clients to service_role;
