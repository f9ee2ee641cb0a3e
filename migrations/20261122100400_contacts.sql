-- The people to talk to at a client.

create table public.contacts (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint contacts_organization_id_fkey references public.organizations (id) on delete restrict,
  client_id uuid not null,
  name text not null,
  role text not null,
  email text check (position('@' in email) > 1),
  phone text,
  notes text,
  power text check (power in ('user', 'influencer', 'decision', 'economic')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint contacts_id_organization_id_key unique (id, organization_id),
  constraint contacts_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index contacts_client_id_idx on public.contacts (client_id);
create unique index contacts_client_id_email_key on public.contacts (client_id, lower(email))
  where email is not null;
create index contacts_organization_id_email_idx on public.contacts (organization_id, lower(email));
create index contacts_organization_id_updated_at_idx on public.contacts (organization_id, updated_at);

comment on table public.contacts is 'People at a client. An address appears once per client.';
comment on column public.contacts.role is 'Job title.';
comment on column public.contacts.power is 'Say in a purchase: user, influencer, decision or economic buyer.';

create trigger contacts_touch before update on public.contacts
  for each row execute function private.touch();

-- Access: read with the organization's staff, written by whoever may write the
-- client, before and after ---------------------------------------------------

alter table public.contacts enable row level security;
alter table public.contacts force row level security;

create policy contacts_select on public.contacts for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy contacts_insert on public.contacts for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

create policy contacts_update on public.contacts for update to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  )
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

create policy contacts_delete on public.contacts for delete to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

revoke all on public.contacts from anon, authenticated, service_role;
grant select, update, delete on public.contacts to authenticated;
grant insert (id, organization_id, client_id, name, role, email, phone, notes, power)
  on public.contacts to authenticated;
grant select, insert, update, delete on public.contacts to service_role;
