-- Inviting people and changing what they are. Definers, because nobody may write
-- these rows directly; each asks first who is calling.

-- Helpers, for these functions only -------------------------------------------

create function private.lock_membership(p_organization_id uuid) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  -- Two Admins who change each other's membership take turns. Rows that refer to
  -- the organization are not kept waiting by this kind of lock.
  perform from public.organizations o where o.id = p_organization_id for no key update;
  -- The one who waited may have lost the right meanwhile.
  perform private.admit(private.is_admin());
end
$$;
comment on function private.lock_membership(uuid) is
  'One change of an organization''s membership at a time; asks again whether the caller is an Admin.';

create function private.check_account(p_role text, p_client_id uuid, p_organization_id uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform private.require(p_role in ('SuperAdmin', 'Admin', 'Director', 'Member', 'Client'), 'p_role');
  perform private.require((p_role = 'Client') = (p_client_id is not null), 'p_client_id');
  if p_client_id is not null and not exists (
    select from public.clients c where c.id = p_client_id and c.organization_id = p_organization_id
  ) then
    perform private.fail(404, 'not_found');
  end if;
end
$$;
comment on function private.check_account(text, uuid, uuid) is
  'Exactly a Client persona belongs to a client, and that one is of the same organization.';

create function private.lock_member(p_user_id uuid, p_version integer) returns public.users
language plpgsql volatile
set search_path = ''
as $$
declare
  member public.users;
begin
  perform private.require(p_user_id is not null, 'p_user_id');
  select u.* into member from public.users u where u.id = p_user_id;
  if not found or not private.may_act_in(member.organization_id) then
    perform private.fail(404, 'not_found');
  end if;
  perform private.lock_membership(member.organization_id);
  select u.* into strict member from public.users u where u.id = p_user_id for no key update;
  if member.role = 'SuperAdmin' and not private.is_super_admin() then
    perform private.fail(403, 'forbidden');
  end if;
  perform private.check_version(p_version, member.version, to_jsonb(member));
  return member;
end
$$;
comment on function private.lock_member(uuid, integer) is
  'The member to change, locked; raises not_found, forbidden or stale_version.';

create function private.check_takeaway(p_member public.users) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- Asked before oneself: the last Admin who steps down is told the reason.
  if p_member.role = 'Admin' and p_member.deactivated_at is null and not exists (
    select from public.users u
    where u.organization_id = p_member.organization_id and u.role = 'Admin'
      and u.deactivated_at is null and u.id <> p_member.id
  ) then
    perform private.fail(403, 'last_admin');
  end if;
end
$$;
comment on function private.check_takeaway(public.users) is
  'Raises last_admin when the organization would be left without an active Admin.';

-- Invitations ----------------------------------------------------------------

create function public.invite_member(
  p_email text,
  p_name text,
  p_role text,
  p_client_id uuid default null,
  p_organization_id uuid default null
)
returns public.member_invitations
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  chosen uuid;
  address constant text := btrim(p_email);
  invitation public.member_invitations;
  former text;
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.check_text('p_email', address, 320);
  perform private.require(address ~ '^[^@[:space:]]+@[^@[:space:]]+$', 'p_email');
  perform private.check_text('p_name', p_name, 200);
  perform private.check_account(p_role, p_client_id, chosen);
  if p_role = 'SuperAdmin' then
    perform private.fail(403, 'forbidden');
  end if;
  perform private.lock_membership(chosen);
  -- Members of other organizations are nobody's business here: an invitation for
  -- their address is written like any other and cannot be accepted.
  if exists (
    select from public.users u where u.organization_id = chosen and lower(u.email) = lower(address)
  ) then
    perform private.fail(409, 'already_member');
  end if;

  former := private.begin_operation('invite_member');
  update public.member_invitations i set revoked_at = now()
    where i.organization_id = chosen and lower(i.email) = lower(address)
      and i.accepted_at is null and i.revoked_at is null;
  insert into public.member_invitations (organization_id, email, name, role, client_id, invited_by)
    values (chosen, address, btrim(p_name), p_role, p_client_id, auth.uid())
    returning * into invitation;
  perform private.emit_event('member.invited', chosen, 'member_invitation', invitation.id,
    jsonb_build_object('role', invitation.role));
  perform private.end_operation(former);
  return invitation;
end
$$;
comment on function public.invite_member(text, text, text, uuid, uuid) is
  'Invites an address for seven days, in place of an open invitation for it. Admin; already_member for one of the own members.';

create function public.revoke_invitation(p_invitation_id uuid) returns public.member_invitations
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  invitation public.member_invitations;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(p_invitation_id is not null, 'p_invitation_id');
  select i.* into invitation from public.member_invitations i
    where i.id = p_invitation_id and private.may_act_in(i.organization_id)
    for update;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  if invitation.accepted_at is not null then
    perform private.fail(409, 'invalid_transition');
  end if;
  if invitation.revoked_at is not null then
    return invitation;
  end if;

  former := private.begin_operation('revoke_invitation');
  update public.member_invitations i set revoked_at = now() where i.id = invitation.id
    returning * into invitation;
  perform private.emit_event('member.invitation_revoked', invitation.organization_id,
    'member_invitation', invitation.id, jsonb_build_object('role', invitation.role));
  perform private.end_operation(former);
  return invitation;
end
$$;
comment on function public.revoke_invitation(uuid) is
  'Takes an invitation back; one that is taken back already stays as it is. Admin; invalid_transition once accepted.';

-- Members --------------------------------------------------------------------

create function public.set_member_role(
  p_user_id uuid, p_role text, p_client_id uuid default null, p_version integer default null
)
returns public.users
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  member public.users;
  former_role text;
  former text;
begin
  perform private.admit(private.is_admin());
  member := private.lock_member(p_user_id, p_version);
  perform private.check_account(p_role, p_client_id, member.organization_id);
  if p_role = 'SuperAdmin' and not private.is_super_admin() then
    perform private.fail(403, 'forbidden');
  end if;
  if p_role <> 'Admin' then
    perform private.check_takeaway(member);
  end if;
  if p_user_id = auth.uid() then
    perform private.fail(403, 'forbidden');
  end if;
  if (p_role, p_client_id) is not distinct from (member.role, member.client_id) then
    return member;
  end if;

  former := private.begin_operation('set_member_role');
  former_role := member.role;
  update public.users u set role = p_role, client_id = p_client_id where u.id = p_user_id
    returning * into member;
  perform private.emit_event('member.role_changed', member.organization_id, 'user', member.id,
    private.from_to(former_role, member.role));
  perform private.end_operation(former);
  return member;
end
$$;
comment on function public.set_member_role(uuid, text, uuid, integer) is
  'Gives a member another persona (and account, for Client). Admin, not for oneself; SuperAdmin is given and taken by SuperAdmins only; last_admin keeps one Admin.';

create function public.set_member_active(p_user_id uuid, p_active boolean, p_version integer)
returns public.users
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  member public.users;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(p_active is not null, 'p_active');
  member := private.lock_member(p_user_id, p_version);
  if not p_active then
    perform private.check_takeaway(member);
  end if;
  if p_user_id = auth.uid() then
    perform private.fail(403, 'forbidden');
  end if;
  if p_active = (member.deactivated_at is null) then
    return member;
  end if;

  former := private.begin_operation('set_member_active');
  update public.users u set deactivated_at = case when not p_active then now() end
    where u.id = p_user_id
    returning * into member;
  perform private.emit_event(
    case when p_active then 'member.reactivated' else 'member.deactivated' end,
    member.organization_id, 'user', member.id,
    private.from_to(not p_active, p_active));
  perform private.end_operation(former);
  return member;
end
$$;
comment on function public.set_member_active(uuid, boolean, integer) is
  'Ends or restores a membership; the person''s rows stay. Admin, not for oneself; last_admin keeps one Admin.';

revoke execute on function
  private.lock_membership(uuid),
  private.check_account(text, uuid, uuid),
  private.lock_member(uuid, integer),
  private.check_takeaway(public.users)
from public, anon;
revoke execute on function
  public.invite_member(text, text, text, uuid, uuid),
  public.revoke_invitation(uuid),
  public.set_member_role(uuid, text, uuid, integer),
  public.set_member_active(uuid, boolean, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.invite_member(text, text, text, uuid, uuid),
  public.revoke_invitation(uuid),
  public.set_member_role(uuid, text, uuid, integer),
  public.set_member_active(uuid, boolean, integer)
to authenticated;
