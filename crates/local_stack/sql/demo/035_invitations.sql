-- Three who were invited: one may still accept, one was too late, one did.

insert into public.member_invitations
  (id, organization_id, email, name, role, client_id, invited_by, expires_at, accepted_at, created_at,
   updated_at)
select
  pg_temp.demo_id('member_invitations', i.email), pg_temp.demo_org(i.letter), i.email, i.name, i.role,
  pg_temp.demo_id('clients', i.client), pg_temp.demo_user(i.invited_by),
  i.invited_at + interval '7 days', i.accepted_at, i.invited_at, coalesce(i.accepted_at, i.invited_at)
from (values
  ('A', 'newcomer@example.com',  'Newcomer',      'Member', null, 'C',
    pg_temp.demo_time('A', -2, '11:20'), null::timestamptz),
  ('A', 'latecomer@example.com', 'Latecomer',     'Member', null, 'C',
    pg_temp.demo_time('A', -20, '15:05'), null),
  ('B', 'client.b@example.com',  'Ines Calloran', 'Client', 'B1', 'L',
    pg_temp.demo_time('B', -89, '16:40'), pg_temp.demo_time('B', -88, '10:00'))
) as i (letter, email, name, role, client, invited_by, invited_at, accepted_at);

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  i.created_at, i.organization_id, i.invited_by, 'invite_member', 'member.invited', 'member_invitation', i.id,
  jsonb_build_object('role', i.role), 'member_invitations', null::jsonb, to_jsonb(i) - 'accepted_at'
from public.member_invitations i
union all
-- Accepting is the invited person's own doing, before being anybody here.
select
  u.created_at, u.organization_id, null, 'accept_invitation', 'member.joined', 'user', u.id,
  jsonb_build_object('role', u.role), 'users', null, to_jsonb(u)
from public.member_invitations i join public.users u on u.email = i.email
union all
select
  i.accepted_at, i.organization_id, null, 'accept_invitation', null, null, null, null,
  'member_invitations', jsonb_build_object('id', i.id),
  jsonb_build_object('id', i.id, 'accepted_at', i.accepted_at)
from public.member_invitations i where i.accepted_at is not null;
