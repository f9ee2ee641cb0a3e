-- What is delivered to a client, usually because an opportunity was won.

create table public.projects (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint projects_organization_id_fkey references public.organizations (id) on delete restrict,
  client_id uuid not null,
  -- Names 200, free text 10,000.
  name text not null check (btrim(name) <> '' and length(name) <= 200),
  source_opportunity_id uuid,
  owner_id uuid,
  status text not null default 'planned'
    check (status in ('planned', 'active', 'on_hold', 'completed', 'cancelled')),
  phase text check (phase in
    ('Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active')),
  health text not null default 'green' check (health in ('green', 'yellow', 'red')),
  progress smallint not null default 0 check (progress between 0 and 100),
  starts_on date not null default current_date,
  due_on date,
  completed_on date,
  budget numeric(14,2) check (budget >= 0),
  spent numeric(14,2) not null default 0 check (spent >= 0),
  notes text check (length(notes) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint projects_id_organization_id_key unique (id, organization_id),
  constraint projects_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete restrict,
  constraint projects_source_opportunity_id_fkey foreign key (source_opportunity_id, organization_id)
    references public.opportunities (id, organization_id) on delete set null (source_opportunity_id),
  constraint projects_owner_id_fkey foreign key (owner_id, organization_id)
    references public.users (id, organization_id) on delete set null (owner_id)
);

alter table public.client_deliverables
  add constraint client_deliverables_project_id_fkey foreign key (project_id, organization_id)
    references public.projects (id, organization_id) on delete set null (project_id);

create index projects_organization_id_status_health_idx
  on public.projects (organization_id, status, health);
create unique index projects_source_opportunity_id_key
  on public.projects (organization_id, source_opportunity_id)
  where source_opportunity_id is not null;
create index projects_client_id_idx on public.projects (client_id);
create index projects_source_opportunity_id_idx on public.projects (source_opportunity_id);
create index projects_owner_id_idx on public.projects (owner_id);

comment on table public.projects is 'Work for a client. A won opportunity has at most one.';
comment on column public.projects.source_opportunity_id is
  'The won opportunity it came from, set by the conversion; null for projects started otherwise.';
comment on column public.projects.health is 'green on track, yellow at risk, red critical.';
comment on column public.projects.progress is 'Whole percent.';
comment on column public.projects.spent is 'Of the budget, as entered.';

-- Triggers -------------------------------------------------------------------

create function private.projects_unlink() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- What the reference would do anyway; done here it is part of the deletion and
  -- does not report itself as an edit of each deliverable.
  update public.client_deliverables d set project_id = null where d.project_id = old.id;
  return old;
end
$$;

revoke execute on function private.projects_unlink() from public, anon;

create trigger projects_unlink before delete on public.projects
  for each row execute function private.projects_unlink();
create trigger projects_touch before update on public.projects
  for each row execute function private.touch();
create trigger projects_audit after insert or update or delete on public.projects
  for each row execute function private.audit();
-- Not source_opportunity_id: it changes with the opportunity, which reports it.
create trigger projects_emit
  after insert or delete or update of client_id, name, owner_id, status, phase, health, progress,
    starts_on, due_on, completed_on, budget, spent, notes
  on public.projects
  for each row execute function private.emit_row('project', 'project', 'name');

-- Access: a Member leads own projects but deletes none; a Client sees the own
-- account's -------------------------------------------------------------------

alter table public.projects enable row level security;
alter table public.projects force row level security;

create policy projects_select on public.projects for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and ((select private.is_staff()) or client_id = (select private.my_client_id()))
    )
  );

create policy projects_insert on public.projects for insert to authenticated
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

create policy projects_update on public.projects for update to authenticated
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

create policy projects_delete on public.projects for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

revoke all on public.projects from anon, authenticated, service_role;
grant select, delete on public.projects to authenticated;
-- Not source_opportunity_id: claiming a won opportunity would take the place of
-- the project that its conversion makes.
grant insert (
  id, organization_id, client_id, name, owner_id, status, phase, health, progress, starts_on,
  due_on, completed_on, budget, spent, notes
) on public.projects to authenticated;
grant update (
  client_id, name, owner_id, status, phase, health, progress, starts_on, due_on, completed_on,
  budget, spent, notes
) on public.projects to authenticated;
grant select, insert, update, delete on public.projects to service_role;
