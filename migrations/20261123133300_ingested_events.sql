-- Meetings with clients, one row per calendar event and client.

create table public.ingested_events (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint ingested_events_organization_id_fkey references public.organizations (id) on delete restrict,
  integration_id uuid not null,
  user_id uuid not null,
  client_id uuid not null,
  contact_id uuid,
  -- Ids of repeated events carry their start and may be long.
  provider_event_id text not null check (length(provider_event_id) between 1 and 1100),
  title text check (length(title) <= 2000),
  organizer text check (length(organizer) <= 320),
  status text not null default 'confirmed' check (status in ('confirmed', 'tentative', 'cancelled')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  all_day boolean not null default false,
  shared boolean not null default false,
  attendees text[] not null default '{}'
    check (cardinality(attendees) <= 200 and length(array_to_string(attendees, '')) <= 100000),
  html_link text check (html_link ~ '^https://' and length(html_link) <= 2000),
  provider_updated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ingested_events_ends_at_check check (ends_at >= starts_at),
  constraint ingested_events_provider_event_id_key unique (integration_id, provider_event_id, client_id),
  constraint ingested_events_integration_id_fkey foreign key (integration_id, organization_id)
    references public.integrations (id, organization_id) on delete cascade,
  constraint ingested_events_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict,
  constraint ingested_events_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade,
  constraint ingested_events_contact_id_fkey foreign key (contact_id, organization_id)
    references public.contacts (id, organization_id) on delete set null (contact_id)
);

create index ingested_events_client_id_starts_at_idx on public.ingested_events (client_id, starts_at desc);
create index ingested_events_organization_id_starts_at_idx
  on public.ingested_events (organization_id, starts_at);
create index ingested_events_user_id_idx on public.ingested_events (user_id);
create index ingested_events_contact_id_idx on public.ingested_events (contact_id);

comment on table public.ingested_events is
  'Linked meetings, one row per calendar event and client. Written by the worker.';
comment on column public.ingested_events.user_id is 'Owner of the calendar.';
comment on column public.ingested_events.all_day is 'From midnight to midnight in the organization''s time zone.';
comment on column public.ingested_events.shared is 'The connection''s share_linked at the last sync.';
comment on column public.ingested_events.provider_updated_at is 'An older version never overwrites a newer one.';

-- Access: the owner of the calendar, and staff once it is shared -----------------

alter table public.ingested_events enable row level security;
alter table public.ingested_events force row level security;

create policy ingested_events_select on public.ingested_events for select to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff())
    and (user_id = (select auth.uid()) or shared)
  );

revoke all on public.ingested_events from anon, authenticated, service_role;
grant select on public.ingested_events to authenticated;
grant select, insert, update, delete on public.ingested_events to service_role;
