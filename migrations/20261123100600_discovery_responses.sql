-- The discovery forms of a client, one row per form.

create table public.discovery_responses (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint discovery_responses_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null,
  form_type text not null check (form_type in ('gap_selling', 'clarity_gap', 'revenue_research')),
  -- Some thirty fields of free text fit.
  answers jsonb not null default '{}'
    check (jsonb_typeof(answers) = 'object' and octet_length(answers::text) <= 262144),
  completed_at timestamptz,
  completed_by uuid
    constraint discovery_responses_completed_by_fkey references public.users (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint discovery_responses_client_id_form_type_key unique (client_id, form_type),
  constraint discovery_responses_completed_check check (completed_at is not null or completed_by is null),
  constraint discovery_responses_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index discovery_responses_organization_id_idx on public.discovery_responses (organization_id);
create index discovery_responses_completed_by_idx on public.discovery_responses (completed_by);

comment on table public.discovery_responses is 'What was written into a discovery form. A client has each form once.';
comment on column public.discovery_responses.answers is 'Field name to text; the fields of each form are known to the app. At most 256 KiB.';
comment on column public.discovery_responses.completed_at is 'Set while the form is complete; a completed form can be reopened.';
comment on column public.discovery_responses.completed_by is 'Who completed it; null = the service.';

-- Triggers -------------------------------------------------------------------

create function private.discovery_responses_stamp() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  -- Null on insert.
  was_completed_at constant timestamptz := old.completed_at;
begin
  if not private.called_by_api() then
    return new;
  end if;
  -- People say whether the form is complete; when and by whom is not theirs to say.
  if new.completed_at is null then
    new.completed_by := null;
  elsif was_completed_at is null then
    new.completed_at := now();
    new.completed_by := auth.uid();
  else
    new.completed_at := was_completed_at;
    new.completed_by := old.completed_by;
  end if;
  return new;
end
$$;

create function private.discovery_responses_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  any_row constant public.discovery_responses := coalesce(new, old);
begin
  if private.in_operation() or private.went_with_client(tg_op, any_row.client_id) then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new)) = '[]' then
      return null;
    end if;
  end if;
  perform private.emit_event('client.discovery.saved', any_row.organization_id, 'client',
    any_row.client_id, jsonb_build_object(
      'form_type', any_row.form_type,
      'completed', any_row.completed_at is not null,
      'action', lower(tg_op)));
  return null;
end
$$;

revoke execute on function private.discovery_responses_stamp() from public, anon;
revoke execute on function private.discovery_responses_emit() from public, anon;

create trigger discovery_responses_stamp before insert or update on public.discovery_responses
  for each row execute function private.discovery_responses_stamp();
create trigger discovery_responses_touch before update on public.discovery_responses
  for each row execute function private.touch();
create trigger discovery_responses_audit after insert or update or delete on public.discovery_responses
  for each row execute function private.audit();
create trigger discovery_responses_emit after insert or update or delete on public.discovery_responses
  for each row execute function private.discovery_responses_emit();

-- Access: read with the organization's staff, written by whoever may write the
-- client, before and after ---------------------------------------------------

alter table public.discovery_responses enable row level security;
alter table public.discovery_responses force row level security;

create policy discovery_responses_select on public.discovery_responses for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy discovery_responses_insert on public.discovery_responses for insert to authenticated
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

create policy discovery_responses_update on public.discovery_responses for update to authenticated
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

create policy discovery_responses_delete on public.discovery_responses for delete to authenticated
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

revoke all on public.discovery_responses from anon, authenticated, service_role;
grant select, delete on public.discovery_responses to authenticated;
grant insert (id, organization_id, client_id, form_type, answers, completed_at)
  on public.discovery_responses to authenticated;
grant update (client_id, form_type, answers, completed_at)
  on public.discovery_responses to authenticated;
grant select, insert, update, delete on public.discovery_responses to service_role;
