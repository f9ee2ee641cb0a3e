-- Connections of people to their mailbox, calendar or the company's books: the
-- state that people see. The tokens are apart, in a schema that is not exposed.

create table public.integrations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint integrations_organization_id_fkey references public.organizations (id) on delete restrict,
  user_id uuid not null,
  provider text not null check (provider in ('gmail', 'google_calendar', 'quickbooks')),
  status text not null default 'disconnected'
    check (status in ('connected', 'degraded', 'needs_reauth', 'disconnected')),
  account_label text check (length(account_label) <= 320),
  external_account_id text check (length(external_account_id) between 1 and 200),
  scopes text[] not null default '{}'
    check (cardinality(scopes) <= 50 and length(array_to_string(scopes, '')) <= 10000),
  share_linked boolean not null default false,
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  cursor jsonb not null default '{}' check (jsonb_typeof(cursor) = 'object'),
  connected_at timestamptz,
  disconnected_at timestamptz,
  last_synced_at timestamptz,
  last_error_at timestamptz,
  last_error_code text check (last_error_code ~ '^[a-z][a-z_]{0,59}$'),
  consecutive_failures integer not null default 0 check (consecutive_failures >= 0),
  next_attempt_at timestamptz,
  sync_requested_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint integrations_id_organization_id_key unique (id, organization_id),
  constraint integrations_user_id_provider_key unique (user_id, provider),
  constraint integrations_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict
);

create index integrations_organization_id_provider_status_idx
  on public.integrations (organization_id, provider, status);
create index integrations_sync_requested_at_idx on public.integrations (sync_requested_at)
  where sync_requested_at is not null;
create unique index integrations_external_account_id_key
  on public.integrations (organization_id, provider, external_account_id)
  where status <> 'disconnected';
create unique index integrations_quickbooks_key on public.integrations (organization_id)
  where provider = 'quickbooks' and status <> 'disconnected';
-- Is the account connected anywhere? Asked when one is connected.
create index integrations_provider_external_account_id_idx
  on public.integrations (provider, external_account_id);

comment on table public.integrations is
  'Connection of one person to one provider; one QuickBooks connection per organization. Written by functions and the worker.';
comment on column public.integrations.account_label is 'Mailbox address or company name.';
comment on column public.integrations.external_account_id is 'Google subject or QuickBooks realm.';
comment on column public.integrations.share_linked is
  'Linked mail and meetings may be read by the organization''s staff.';
comment on column public.integrations.settings is
  'unmapped_customers: list of id, name, invoices, total. backfill_customers: ids mapped since, to be fetched whole. contacts_seen_at.';
comment on column public.integrations.cursor is 'How far the provider was read: history_id, sync_token or changed_since.';
comment on column public.integrations.last_synced_at is 'Last success.';
comment on column public.integrations.consecutive_failures is
  'Failures since the last success; waiting for limits or for the database is none.';
comment on column public.integrations.sync_requested_at is 'Set by request_sync, cleared by the worker.';

create trigger integrations_touch before update on public.integrations
  for each row execute function private.touch();
-- Left out: what the worker notes at every run.
create trigger integrations_audit after insert or update or delete on public.integrations
  for each row execute function private.audit(
    'cursor', 'settings', 'last_synced_at', 'last_error_at', 'last_error_code',
    'consecutive_failures', 'next_attempt_at');

-- Access: the person; the books also the organization's Admins. Not a SuperAdmin
-- of another organization: these rows are personal ------------------------------

create function private.my_integration_ids() returns uuid[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(i.id), '{}') from public.integrations i
    where i.organization_id = (select private.current_org_id())
      and (select private.is_staff())
      and (
        i.user_id = (select auth.uid())
        or (i.provider = 'quickbooks' and (select private.is_admin()))
      )
  );
end
$$;
comment on function private.my_integration_ids() is
  'Connections the active caller may read and manage: the own ones, for an Admin also QuickBooks.';
revoke execute on function private.my_integration_ids() from public, anon;
grant execute on function private.my_integration_ids() to authenticated, service_role;

alter table public.integrations enable row level security;
alter table public.integrations force row level security;

create policy integrations_select on public.integrations for select to authenticated
  using (
    organization_id = (select private.current_org_id())
    and id = any ((select private.my_integration_ids())::uuid[])
  );

revoke all on public.integrations from anon, authenticated, service_role;
grant select on public.integrations to authenticated;
grant select, insert, update, delete on public.integrations to service_role;
