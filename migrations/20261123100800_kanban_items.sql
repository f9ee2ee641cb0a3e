-- The work for a client, as cards in columns.

create table public.kanban_items (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint kanban_items_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null,
  title text not null check (length(btrim(title)) >= 1 and length(title) <= 200),
  status text not null default 'backlog'
    check (status in ('backlog', 'doing', 'blocked', 'review', 'done')),
  position integer not null default 0 check (position >= 0),
  assignee_id uuid,
  due_date date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  -- Only the person is forgotten; the card keeps its tenant.
  constraint kanban_items_assignee_id_fkey foreign key (assignee_id, organization_id)
    references public.users (id, organization_id) on delete set null (assignee_id),
  constraint kanban_items_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index kanban_items_client_id_status_position_idx on public.kanban_items (client_id, status, position);
create index kanban_items_organization_id_status_idx on public.kanban_items (organization_id, status);
create index kanban_items_assignee_id_idx on public.kanban_items (assignee_id);

comment on table public.kanban_items is 'Cards of a client''s board; the status is the column.';
comment on column public.kanban_items.position is 'Order inside the column; ties are ordered by id.';

create trigger kanban_items_touch before update on public.kanban_items
  for each row execute function private.touch();
create trigger kanban_items_audit after insert or update or delete on public.kanban_items
  for each row execute function private.audit();
create trigger kanban_items_emit after insert or update or delete on public.kanban_items
  for each row execute function private.client_child_emit(
    'client.kanban.saved', 'client.kanban.saved', 'client.kanban.saved', 'item_id');

-- Access: read with the organization's staff, written by whoever may write the
-- client, before and after ---------------------------------------------------

alter table public.kanban_items enable row level security;
alter table public.kanban_items force row level security;

create policy kanban_items_select on public.kanban_items for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy kanban_items_insert on public.kanban_items for insert to authenticated
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

create policy kanban_items_update on public.kanban_items for update to authenticated
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

create policy kanban_items_delete on public.kanban_items for delete to authenticated
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

revoke all on public.kanban_items from anon, authenticated, service_role;
grant select, delete on public.kanban_items to authenticated;
grant insert (id, organization_id, client_id, title, status, position, assignee_id, due_date)
  on public.kanban_items to authenticated;
grant update (client_id, title, status, position, assignee_id, due_date)
  on public.kanban_items to authenticated;
grant select, insert, update, delete on public.kanban_items to service_role;
