-- What data an engagement needs, and what of it is there.

create table public.data_sources (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint data_sources_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null,
  name text not null check (length(btrim(name)) >= 1 and length(name) <= 200),
  category text not null default 'general' check (length(category) between 1 and 200),
  status text not null default 'needed'
    check (status in ('needed', 'in_progress', 'available', 'collected', 'missing')),
  required boolean not null default true,
  notes text check (length(notes) <= 10000),
  meta jsonb not null default '{}'
    check (jsonb_typeof(meta) = 'object' and octet_length(meta::text) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint data_sources_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create unique index data_sources_client_id_name_key on public.data_sources (client_id, lower(name));
create index data_sources_organization_id_idx on public.data_sources (organization_id);

comment on table public.data_sources is 'Data that the work for a client needs. A name appears once per client.';
comment on column public.data_sources.required is 'False for data that would only help.';

-- Triggers -------------------------------------------------------------------

create function private.data_sources_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  any_row constant public.data_sources := coalesce(new, old);
  payload jsonb := jsonb_build_object('item_id', any_row.id)
    || private.from_to(old.status, new.status);
  changed jsonb;
begin
  if private.in_operation() or private.went_with_client(tg_op, any_row.client_id) then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
    if changed = '[]' then
      return null;
    end if;
    payload := payload || jsonb_build_object('changed', changed);
  end if;
  perform private.emit_event('client.data.updated', any_row.organization_id, 'client',
    any_row.client_id, payload);
  return null;
end
$$;
comment on function private.data_sources_emit() is
  'from is null for a new source, to for one that was deleted.';

revoke execute on function private.data_sources_emit() from public, anon;

create trigger data_sources_touch before update on public.data_sources
  for each row execute function private.touch();
create trigger data_sources_audit after insert or update or delete on public.data_sources
  for each row execute function private.audit();
create trigger data_sources_emit after insert or update or delete on public.data_sources
  for each row execute function private.data_sources_emit();

-- Access: read with the organization's staff, written by whoever may write the
-- client, before and after ---------------------------------------------------

alter table public.data_sources enable row level security;
alter table public.data_sources force row level security;

create policy data_sources_select on public.data_sources for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy data_sources_insert on public.data_sources for insert to authenticated
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

create policy data_sources_update on public.data_sources for update to authenticated
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

create policy data_sources_delete on public.data_sources for delete to authenticated
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

revoke all on public.data_sources from anon, authenticated, service_role;
grant select, delete on public.data_sources to authenticated;
grant insert (id, organization_id, client_id, name, category, status, required, notes, meta)
  on public.data_sources to authenticated;
grant update (client_id, name, category, status, required, notes, meta)
  on public.data_sources to authenticated;
grant select, insert, update, delete on public.data_sources to service_role;
