-- What people write down about an opportunity.

create table public.opportunity_notes (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint opportunity_notes_organization_id_fkey
    references public.organizations (id) on delete restrict,
  opportunity_id uuid not null,
  author_id uuid not null
    constraint opportunity_notes_author_id_fkey references public.users (id) on delete restrict,
  -- Free text 10,000.
  body text not null check (length(btrim(body)) between 1 and 10000 and length(body) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint opportunity_notes_opportunity_id_fkey foreign key (opportunity_id, organization_id)
    references public.opportunities (id, organization_id) on delete cascade
);

create index opportunity_notes_opportunity_id_created_at_idx
  on public.opportunity_notes (opportunity_id, created_at desc);
create index opportunity_notes_organization_id_idx on public.opportunity_notes (organization_id);
create index opportunity_notes_author_id_idx on public.opportunity_notes (author_id);

comment on table public.opportunity_notes is 'Notes on an opportunity. Only the author edits one.';
comment on column public.opportunity_notes.author_id is 'Who wrote it, whatever the caller said.';

-- Triggers -------------------------------------------------------------------

create function private.went_with_opportunity(p_operation text, p_opportunity_id uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return p_operation = 'DELETE'
    and not exists (select from public.opportunities o where o.id = p_opportunity_id);
end
$$;
comment on function private.went_with_opportunity(text, uuid) is
  'For event triggers: true when a row under an opportunity was deleted because the opportunity was.';

create function private.opportunity_notes_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  any_row constant public.opportunity_notes := coalesce(new, old);
begin
  if private.in_operation() or private.went_with_opportunity(tg_op, any_row.opportunity_id) then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if new.body = old.body then
      return null;
    end if;
  end if;
  -- Never the body: events are read by more people than notes.
  perform private.emit_event(
    'pipeline.note.' || case tg_op when 'INSERT' then 'added' when 'UPDATE' then 'updated' else 'deleted' end,
    any_row.organization_id, 'opportunity', any_row.opportunity_id,
    jsonb_build_object('note_id', any_row.id));
  return null;
end
$$;

revoke execute on function private.opportunity_notes_emit() from public, anon;
revoke execute on function private.went_with_opportunity(text, uuid) from public, anon;
grant execute on function private.went_with_opportunity(text, uuid) to authenticated, service_role;

create trigger opportunity_notes_stamp before insert or update on public.opportunity_notes
  for each row execute function private.stamp('author_id');
create trigger opportunity_notes_touch before update on public.opportunity_notes
  for each row execute function private.touch();
create trigger opportunity_notes_audit after insert or update or delete on public.opportunity_notes
  for each row execute function private.audit();
create trigger opportunity_notes_emit after insert or update or delete on public.opportunity_notes
  for each row execute function private.opportunity_notes_emit();

-- Access: any staff adds, the author edits, the author and Admins remove -------

alter table public.opportunity_notes enable row level security;
alter table public.opportunity_notes force row level security;

create policy opportunity_notes_select on public.opportunity_notes for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy opportunity_notes_insert on public.opportunity_notes for insert to authenticated
  with check (
    author_id = (select auth.uid())
    and (
      (select private.is_super_admin())
      or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
    )
  );

create policy opportunity_notes_update on public.opportunity_notes for update to authenticated
  using (
    author_id = (select auth.uid())
    and (
      (select private.is_super_admin())
      or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
    )
  )
  with check (
    author_id = (select auth.uid())
    and (
      (select private.is_super_admin())
      or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
    )
  );

create policy opportunity_notes_delete on public.opportunity_notes for delete to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_admin())
        or ((select private.is_staff()) and author_id = (select auth.uid()))
      )
    )
  );

revoke all on public.opportunity_notes from anon, authenticated, service_role;
grant select, delete on public.opportunity_notes to authenticated;
grant insert (id, organization_id, opportunity_id, body) on public.opportunity_notes to authenticated;
grant update (body) on public.opportunity_notes to authenticated;
grant select, insert, update, delete on public.opportunity_notes to service_role;
