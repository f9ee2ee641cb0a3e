-- How a client's health and churn risk were on each day that somebody recorded
-- them. Written by trigger, functions and the worker; people only read it.

create table public.client_health_history (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint client_health_history_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null,
  snapshot_date date not null,
  health smallint check (health between 0 and 100),
  churn_risk smallint check (churn_risk between 0 and 100),
  trs_score smallint generated always as ((health + 100 - churn_risk + 1) / 2) stored,
  source text not null default 'change' check (source in ('change', 'daily', 'manual')),
  notes text,
  created_at timestamptz not null default now(),
  constraint client_health_history_client_id_snapshot_date_key unique (client_id, snapshot_date),
  constraint client_health_history_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index client_health_history_organization_id_snapshot_date_idx
  on public.client_health_history (organization_id, snapshot_date desc);

comment on table public.client_health_history is
  'One snapshot per client and day; a later write on the day replaces the values.';
comment on column public.client_health_history.snapshot_date is 'Calendar day in the organization''s time zone.';
comment on column public.client_health_history.trs_score is
  'Mean of health and 100 - churn risk, half up; null if either is null.';
comment on column public.client_health_history.source is
  'change: the client was edited; daily: the worker; manual: somebody asked for a snapshot.';

-- Trigger on clients ---------------------------------------------------------

create function private.clients_health() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  today constant date := private.organization_today(new.organization_id);
begin
  if tg_op = 'UPDATE' then
    if (new.health, new.churn_risk) is not distinct from (old.health, old.churn_risk) then
      return null;
    end if;
  end if;
  if num_nonnulls(new.health, new.churn_risk) > 0 then
    insert into public.client_health_history
      (organization_id, client_id, snapshot_date, health, churn_risk, source)
    values (new.organization_id, new.id, today, new.health, new.churn_risk, 'change')
    on conflict (client_id, snapshot_date) do update
      set health = excluded.health, churn_risk = excluded.churn_risk, source = excluded.source;
  else
    -- Nothing to record, but a value of today that was taken back is not true.
    update public.client_health_history h
      set health = null, churn_risk = null, source = 'change'
      where h.client_id = new.id and h.snapshot_date = today;
  end if;
  return null;
end
$$;

revoke execute on function private.clients_health() from public, anon;

create trigger clients_health after insert or update of health, churn_risk on public.clients
  for each row execute function private.clients_health();

-- Access ---------------------------------------------------------------------

alter table public.client_health_history enable row level security;
alter table public.client_health_history force row level security;

create policy client_health_history_select on public.client_health_history for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and ((select private.is_staff()) or client_id = (select private.my_client_id()))
    )
  );

revoke all on public.client_health_history from anon, authenticated, service_role;
grant select on public.client_health_history to authenticated;
grant select, insert, update, delete on public.client_health_history to service_role;
