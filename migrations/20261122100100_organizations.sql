-- The tenant. Every other business row names one organization.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  slug text not null unique check (slug ~ '^[a-z0-9-]{2,40}$'),
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null default 'UTC',
  fiscal_year_start_month smallint not null default 1
    check (fiscal_year_start_month between 1 and 12),
  quarterly_target numeric(14,2) check (quarterly_target > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1
);

comment on table public.organizations is
  'A company that works with RevOS. Rows of different organizations never refer to each other.';
comment on column public.organizations.slug is 'Short name for addresses; fixed once given.';
comment on column public.organizations.currency is
  'ISO 4217 code of every amount of the organization; fixed once an amount exists.';
comment on column public.organizations.time_zone is
  'IANA name. Every date column of the organization is a calendar day there.';
comment on column public.organizations.quarterly_target is 'Sales target of a fiscal quarter; null = no target set.';
comment on column public.organizations.version is 'Counted up by each update; a writer names the version it read.';

-- Guard ----------------------------------------------------------------------

create function private.organization_has_money(p_organization_id uuid) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  -- Tables with amounts are added here by replacing the function.
  return exists (
      select from public.clients c
      where c.organization_id = p_organization_id and c.arr is not null
    )
    or exists (
      select from public.client_commercials k
      where k.organization_id = p_organization_id
    );
end
$$;
comment on function private.organization_has_money(uuid) is
  'True when a row of the organization holds an amount: its currency may not change any more. Only for the guard.';

create function private.organizations_guard() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or new.time_zone is distinct from old.time_zone then
    if not private.is_time_zone(new.time_zone) then
      perform private.fail(422, 'validation_failed',
        '[{"row": 0, "field": "time_zone", "key": "unknown_time_zone"}]');
    end if;
  end if;
  if tg_op = 'UPDATE' then
    if new.slug is distinct from old.slug then
      perform private.fail(400, 'immutable_column', '{"column": "slug"}');
    end if;
    if new.currency is distinct from old.currency
      and private.organization_has_money(old.id)
    then
      perform private.fail(400, 'immutable_column', '{"column": "currency"}');
    end if;
  end if;
  return new;
end
$$;

revoke execute on function private.organization_has_money(uuid) from public, anon;
revoke execute on function private.organizations_guard() from public, anon;

create trigger organizations_guard before insert or update on public.organizations
  for each row execute function private.organizations_guard();
create trigger organizations_touch before update on public.organizations
  for each row execute function private.touch();

-- Access ---------------------------------------------------------------------

alter table public.organizations enable row level security;
alter table public.organizations force row level security;

create policy organizations_select on public.organizations for select to authenticated
  using (
    (select private.is_super_admin())
    or id = (select private.current_org_id())
  );

create policy organizations_insert on public.organizations for insert to authenticated
  with check ((select private.is_super_admin()));

create policy organizations_update on public.organizations for update to authenticated
  using (
    (select private.is_super_admin())
    or (id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.organizations from anon, authenticated, service_role;
grant select on public.organizations to authenticated;
grant insert (id, name, slug, currency, time_zone, fiscal_year_start_month, quarterly_target)
  on public.organizations to authenticated;
grant update (name, time_zone, fiscal_year_start_month, quarterly_target)
  on public.organizations to authenticated;
grant select, insert, update, delete on public.organizations to service_role;
