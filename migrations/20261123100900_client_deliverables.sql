-- What a client gets, and where it is. The only child of a client that the
-- client's own users see.

create table public.client_deliverables (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint client_deliverables_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null,
  -- References projects; the constraint comes with that table.
  project_id uuid,
  reference text not null check (reference ~ '^[a-z0-9-]{1,60}$'),
  title text not null check (length(btrim(title)) >= 1 and length(title) <= 200),
  type text not null check (type in ('content', 'dashboard', 'doc', 'link')),
  status text not null default 'planned'
    check (status in ('planned', 'in_progress', 'delivered', 'archived')),
  url text check (url ~ '^https?://' and length(url) <= 2000),
  share_expires_at timestamptz,
  meta jsonb not null default '{}'
    check (jsonb_typeof(meta) = 'object' and octet_length(meta::text) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint client_deliverables_client_id_reference_key unique (client_id, reference),
  constraint client_deliverables_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index client_deliverables_organization_id_idx on public.client_deliverables (organization_id);
create index client_deliverables_project_id_idx on public.client_deliverables (project_id);

comment on table public.client_deliverables is 'Things made for a client. The reference is its name inside the client, so that the defaults are made once.';
comment on column public.client_deliverables.share_expires_at is
  'After it the client''s own users no longer see the row; null = they see it for good.';

create trigger client_deliverables_touch before update on public.client_deliverables
  for each row execute function private.touch();
create trigger client_deliverables_audit after insert or update or delete on public.client_deliverables
  for each row execute function private.audit();
create trigger client_deliverables_emit after insert or update or delete on public.client_deliverables
  for each row execute function private.client_child_emit(
    'client.deliverable.linked', 'client.deliverable.updated', 'client.deliverable.removed',
    'deliverable_id', 'title');

-- Access: read with the organization's staff and, while shared, by the account's
-- own users; written by whoever may write the client, before and after --------

alter table public.client_deliverables enable row level security;
alter table public.client_deliverables force row level security;

create policy client_deliverables_select on public.client_deliverables for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_staff())
        or (
          client_id = (select private.my_client_id())
          and coalesce(share_expires_at, 'infinity') > now()
        )
      )
    )
  );

create policy client_deliverables_insert on public.client_deliverables for insert to authenticated
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

create policy client_deliverables_update on public.client_deliverables for update to authenticated
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

create policy client_deliverables_delete on public.client_deliverables for delete to authenticated
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

revoke all on public.client_deliverables from anon, authenticated, service_role;
grant select, delete on public.client_deliverables to authenticated;
grant insert (id, organization_id, client_id, project_id, reference, title, type, status, url,
  share_expires_at, meta)
  on public.client_deliverables to authenticated;
grant update (client_id, project_id, reference, title, type, status, url, share_expires_at, meta)
  on public.client_deliverables to authenticated;
grant select, insert, update, delete on public.client_deliverables to service_role;
