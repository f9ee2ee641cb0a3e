-- Who may become a member. An invitation turns into a row of users when the
-- invited person has confirmed the address; nobody joins without one.

create table public.member_invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint member_invitations_organization_id_fkey
    references public.organizations (id) on delete restrict,
  email text not null check (position('@' in email) > 1 and length(email) <= 320),
  name text not null check (length(btrim(name)) >= 1 and length(name) <= 200),
  -- SuperAdmins are made by database administration only.
  role text not null check (role in ('Admin', 'Director', 'Member', 'Client')),
  client_id uuid,
  invited_by uuid not null
    constraint member_invitations_invited_by_fkey references public.users (id) on delete restrict,
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint member_invitations_client_check check ((role = 'Client') = (client_id is not null)),
  constraint member_invitations_outcome_check check (accepted_at is null or revoked_at is null),
  constraint member_invitations_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index member_invitations_organization_id_created_at_idx
  on public.member_invitations (organization_id, created_at desc);
create index member_invitations_client_id_idx on public.member_invitations (client_id);
create index member_invitations_invited_by_idx on public.member_invitations (invited_by);
create unique index member_invitations_open_key
  on public.member_invitations (organization_id, lower(email))
  where accepted_at is null and revoked_at is null;
-- Read at every sign-in, over all organizations.
create index member_invitations_email_idx on public.member_invitations (lower(email), created_at)
  where accepted_at is null and revoked_at is null;

comment on table public.member_invitations is
  'Offers of membership by address. Written by the membership functions and by the trigger on auth.users.';
comment on column public.member_invitations.role is 'Persona that the person will have.';
comment on column public.member_invitations.client_id is 'The account of an invited Client persona.';
comment on column public.member_invitations.accepted_at is 'When it became a membership.';
comment on column public.member_invitations.revoked_at is 'When it was taken back or replaced by a newer one.';

create trigger member_invitations_touch before update on public.member_invitations
  for each row execute function private.touch();
create trigger member_invitations_stamp before insert or update on public.member_invitations
  for each row execute function private.stamp('invited_by');
create trigger member_invitations_audit after insert or update or delete on public.member_invitations
  for each row execute function private.audit();

-- Access: read by those who invite, written by functions only -----------------

alter table public.member_invitations enable row level security;
alter table public.member_invitations force row level security;

create policy member_invitations_select on public.member_invitations for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.member_invitations from anon, authenticated, service_role;
grant select on public.member_invitations to authenticated;
grant select, insert, update, delete on public.member_invitations to service_role;

-- Acceptance -----------------------------------------------------------------

create function private.auth_users_accept_invitation() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  invitation public.member_invitations;
  former text;
begin
  if exists (select from public.users u where u.id = new.id) then
    return null;
  end if;
  -- Locked, so that it is either revoked or accepted.
  select i.* into invitation
    from public.member_invitations i
    where lower(i.email) = lower(new.email)
      and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
    order by i.created_at, i.id
    limit 1
    for update;
  if not found then
    return null;
  end if;
  former := private.begin_operation('accept_invitation');
  -- An address that belongs to another membership stays there; raising would
  -- break that person's sign-in instead.
  insert into public.users (id, organization_id, email, name, role, client_id)
    values (new.id, invitation.organization_id, new.email, invitation.name, invitation.role,
      invitation.client_id)
    on conflict do nothing;
  if found then
    update public.member_invitations i set accepted_at = now() where i.id = invitation.id;
    perform private.emit_event('member.joined', invitation.organization_id, 'user', new.id,
      jsonb_build_object('role', invitation.role));
  end if;
  perform private.end_operation(former);
  return null;
end
$$;
comment on function private.auth_users_accept_invitation() is
  'Makes a confirmed address a member by its oldest open invitation. Without one nothing happens: sign-in answers no_membership.';

revoke execute on function private.auth_users_accept_invitation() from public, anon;

-- On every update: each sign-in is one, so an invitation that came after the
-- account was confirmed is found too.
create trigger auth_users_accept_invitation after insert or update on auth.users
  for each row
  when (new.email_confirmed_at is not null and new.email is not null and new.deleted_at is null)
  execute function private.auth_users_accept_invitation();
