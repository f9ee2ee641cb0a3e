-- Lists as people like to see them: filters, columns and order under a name.

create table public.saved_views (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint saved_views_organization_id_fkey references public.organizations (id) on delete restrict,
  user_id uuid not null default auth.uid(),
  workspace text not null check (workspace in ('clients', 'pipeline', 'finance')),
  name text not null check (btrim(name) <> '' and length(name) <= 80),
  -- As the page writes it into its address; read by the page only, never by SQL.
  query text not null check (length(query) <= 2000),
  is_shared boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint saved_views_id_organization_id_key unique (id, organization_id),
  -- A view belongs to a member of the organization whose rows it shows.
  constraint saved_views_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete cascade
);

create unique index saved_views_user_id_name_key
  on public.saved_views (user_id, workspace, lower(btrim(name)));
create index saved_views_organization_id_workspace_idx on public.saved_views (organization_id, workspace);

comment on table public.saved_views is
  'A list under a name: whose it is, and whether the organization''s staff see it too. At most 100 per person.';
comment on column public.saved_views.query is
  'The parameters of the page''s address, without the question mark: filters, order, columns.';

create trigger saved_views_touch before update on public.saved_views
  for each row execute function private.touch();
create trigger saved_views_audit after insert or update or delete on public.saved_views
  for each row execute function private.audit();
-- Not the name: leaders read events, and what somebody calls a view of their own is their own business.
create trigger saved_views_emit after insert or update or delete on public.saved_views
  for each row execute function private.emit_row('workspace.view', 'saved_view', 'workspace', 'is_shared');

create function private.saved_views_limit() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Two tabs of one person may pass together; the limit is against programs, not against one view more.
  if (select count(*) from public.saved_views v where v.user_id = new.user_id) >= 100 then
    perform private.fail(422, 'validation_failed', private.problem('name', 'too_many'));
  end if;
  return new;
end
$$;
revoke execute on function private.saved_views_limit() from public, anon;
create trigger saved_views_limit before insert on public.saved_views
  for each row execute function private.saved_views_limit();

-- Access: one's own, and what a colleague shares. An Admin may remove a shared
-- one, whose owner may be gone -------------------------------------------------

alter table public.saved_views enable row level security;
alter table public.saved_views force row level security;

create policy saved_views_select on public.saved_views for select to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and (user_id = (select auth.uid()) or is_shared)
  );

create policy saved_views_insert on public.saved_views for insert to authenticated
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and user_id = (select auth.uid())
  );

create policy saved_views_update on public.saved_views for update to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and user_id = (select auth.uid())
  )
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and user_id = (select auth.uid())
  );

create policy saved_views_delete on public.saved_views for delete to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and (user_id = (select auth.uid()) or (is_shared and (select private.is_admin())))
  );

revoke all on public.saved_views from anon, authenticated, service_role;
grant select, delete on public.saved_views to authenticated;
-- The id too: a view that was removed by mistake comes back as what it was.
grant insert (id, organization_id, user_id, workspace, name, query, is_shared)
  on public.saved_views to authenticated;
grant update (name, query, is_shared) on public.saved_views to authenticated;
grant select, insert, update, delete on public.saved_views to service_role;
