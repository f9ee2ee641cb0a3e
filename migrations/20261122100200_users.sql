-- The members of an organization. Sign-in belongs to `auth.users`; this row is
-- what makes a signed-in person somebody here.

create table public.users (
  id uuid primary key constraint users_id_fkey references auth.users (id) on delete restrict,
  organization_id uuid not null
    constraint users_organization_id_fkey references public.organizations (id) on delete restrict,
  email text not null,
  name text not null check (btrim(name) <> ''),
  role text not null check (role in ('SuperAdmin', 'Admin', 'Director', 'Member', 'Client')),
  -- References clients; the constraint comes with that table.
  client_id uuid,
  avatar_url text check (avatar_url ~ '^https://'),
  time_zone text,
  deactivated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint users_id_organization_id_key unique (id, organization_id),
  constraint users_client_check check ((role = 'Client') = (client_id is not null))
);

create unique index users_email_key on public.users (lower(email));
create index users_organization_id_role_idx on public.users (organization_id, role);
create index users_client_id_idx on public.users (client_id);

comment on table public.users is
  'A person''s membership in one organization. Members are deactivated, never deleted.';
comment on column public.users.id is 'The id of the same person in auth.users.';
comment on column public.users.role is
  'Persona: SuperAdmin, Admin, Director, Member or Client. Changed by the membership functions only.';
comment on column public.users.client_id is 'The one account a Client persona belongs to; null for everyone else.';
comment on column public.users.time_zone is 'IANA name; null = the organization''s.';
comment on column public.users.deactivated_at is 'Set = the person reads and writes nothing.';

-- Guard ----------------------------------------------------------------------

create function private.users_guard() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.time_zone is not null
    and (tg_op = 'INSERT' or new.time_zone is distinct from old.time_zone)
  then
    if not private.is_time_zone(new.time_zone) then
      perform private.fail(422, 'validation_failed',
        '[{"row": 0, "field": "time_zone", "key": "unknown_time_zone"}]');
    end if;
  end if;
  if tg_op = 'UPDATE' then
    if (new.role, new.client_id, new.organization_id, new.email, new.deactivated_at)
      is distinct from (old.role, old.client_id, old.organization_id, old.email, old.deactivated_at)
    then
      perform private.guard_op(array['set_member_role', 'set_member_active']);
    end if;
  end if;
  return new;
end
$$;

revoke execute on function private.users_guard() from public, anon;

create trigger users_guard before insert or update on public.users
  for each row execute function private.users_guard();
create trigger users_touch before update on public.users
  for each row execute function private.touch();

-- Access ---------------------------------------------------------------------

alter table public.users enable row level security;
alter table public.users force row level security;

create policy users_select on public.users for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and ((select private.is_staff()) or id = (select auth.uid()))
    )
  );

-- Own row, whoever asks; the column grant below keeps it to harmless columns.
create policy users_update on public.users for update to authenticated
  using (organization_id = (select private.current_org_id()) and id = (select auth.uid()))
  with check (organization_id = (select private.current_org_id()) and id = (select auth.uid()));

revoke all on public.users from anon, authenticated, service_role;
grant select on public.users to authenticated;
grant update (name, avatar_url, time_zone) on public.users to authenticated;
grant select, insert, update, delete on public.users to service_role;
