-- Mail with clients: headers and a snippet, one row per message and client.

create table public.ingested_messages (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint ingested_messages_organization_id_fkey
    references public.organizations (id) on delete restrict,
  integration_id uuid not null,
  client_id uuid not null,
  user_id uuid not null,
  contact_id uuid,
  provider_message_id text not null check (length(provider_message_id) between 1 and 200),
  thread_id text check (length(thread_id) <= 200),
  subject text check (length(subject) <= 1000),
  direction text not null check (direction in ('inbound', 'outbound')),
  from_address text not null check (length(from_address) <= 320),
  to_addresses text[] not null default '{}'
    check (cardinality(to_addresses) <= 500 and length(array_to_string(to_addresses, '')) <= 100000),
  snippet text check (length(snippet) <= 300),
  labels text[] not null default '{}'
    check (cardinality(labels) <= 200 and length(array_to_string(labels, '')) <= 20000),
  sent_at timestamptz not null,
  shared boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ingested_messages_provider_message_id_key
    unique (integration_id, provider_message_id, client_id),
  constraint ingested_messages_integration_id_fkey foreign key (integration_id, organization_id)
    references public.integrations (id, organization_id) on delete cascade,
  constraint ingested_messages_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade,
  constraint ingested_messages_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict,
  constraint ingested_messages_contact_id_fkey foreign key (contact_id, organization_id)
    references public.contacts (id, organization_id) on delete set null (contact_id)
);

create index ingested_messages_client_id_sent_at_idx on public.ingested_messages (client_id, sent_at desc);
create index ingested_messages_organization_id_sent_at_idx
  on public.ingested_messages (organization_id, sent_at);
create index ingested_messages_user_id_idx on public.ingested_messages (user_id);
create index ingested_messages_contact_id_idx on public.ingested_messages (contact_id);

comment on table public.ingested_messages is
  'Linked mail, one row per message and client. Written by the worker; bodies are not stored.';
comment on column public.ingested_messages.user_id is 'Owner of the mailbox.';
comment on column public.ingested_messages.to_addresses is 'To and Cc.';
comment on column public.ingested_messages.snippet is 'At most 300 characters.';
comment on column public.ingested_messages.shared is 'The connection''s share_linked at the last sync.';

-- Access: the owner of the mailbox, and staff once it is shared ------------------

alter table public.ingested_messages enable row level security;
alter table public.ingested_messages force row level security;

create policy ingested_messages_select on public.ingested_messages for select to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and (user_id = (select auth.uid()) or shared)
  );

revoke all on public.ingested_messages from anon, authenticated, service_role;
grant select on public.ingested_messages to authenticated;
grant select, insert, update, delete on public.ingested_messages to service_role;
