-- Proves the records of what happened and who changed what, invitations and the
-- membership functions, by trying them.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('admin2', '00000000-0000-4000-8000-000000000003'),
  ('CX', '00000000-0000-4000-8000-000000000004'),
  ('contact', '00000000-0000-4000-8000-000000000005'),
  ('invited', '00000000-0000-4000-8000-000000000010'),
  ('accepted', '00000000-0000-4000-8000-000000000011'),
  ('revoked', '00000000-0000-4000-8000-000000000012'),
  ('expired', '00000000-0000-4000-8000-000000000013'),
  ('invited_b', '00000000-0000-4000-8000-000000000014'),
  ('event_member', '00000000-0000-4000-8000-000000000020'),
  ('event_director', '00000000-0000-4000-8000-000000000021'),
  ('event_service', '00000000-0000-4000-8000-000000000022'),
  ('event_b', '00000000-0000-4000-8000-000000000023'),
  ('audit_a', '00000000-0000-4000-8000-000000000030'),
  ('audit_b', '00000000-0000-4000-8000-000000000031');

do $fixtures$
begin
  perform set_config('revos.op', 'proof', true);
  delete from public.member_invitations;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com'), ({admin2}, 'admin2@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at) values
      ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now()),
      ({admin2}, {marlowick}, 'admin2@example.com', 'Proof', 'Admin', null);
    insert into public.clients (id, organization_id, name, owner_id, health, churn_risk)
      values ({CX}, {marlowick}, 'Proof', {member}, 40, 20);
    insert into public.contacts (id, organization_id, client_id, name, role)
      values ({contact}, {marlowick}, {CX}, 'Proof', 'CFO');
    insert into public.client_commercials (organization_id, client_id, plan, price, term_months)
      values ({marlowick}, {CX}, 'Proof', 100, 12);
    insert into public.member_invitations
      (id, organization_id, email, name, role, client_id, invited_by, expires_at, accepted_at, revoked_at) values
      ({invited}, {marlowick}, 'open@example.com', 'Proof', 'Client', {C1}, {admin}, now() + interval '1 day', null, null),
      ({accepted}, {marlowick}, 'accepted@example.com', 'Proof', 'Member', null, {admin}, now() + interval '1 day', now(), null),
      ({revoked}, {marlowick}, 'revoked@example.com', 'Proof', 'Member', null, {admin}, now() + interval '1 day', null, now()),
      ({expired}, {marlowick}, 'expired@example.com', 'Proof', 'Member', null, {admin}, now(), null, null),
      ({invited_b}, {quillhaven}, 'both@example.com', 'Proof', 'Member', null, {admin.b}, now() + interval '1 day', null, null);
    -- The same address, later, from the other organization.
    insert into public.member_invitations (organization_id, email, name, role, invited_by, created_at)
      values ({marlowick}, 'both@example.com', 'Proof', 'Admin', {admin}, now() + interval '1 minute');
    -- An address that is a member of B already.
    insert into public.member_invitations (organization_id, email, name, role, invited_by)
      values ({marlowick}, 'member.b@example.com', 'Proof', 'Admin', {admin});
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- For the stamp trigger alone: a table of the kind that later files have.
create table public.proof_stamp (
  id integer primary key, note text, created_by uuid, updated_by uuid
);
create trigger proof_stamp_stamp before insert or update on public.proof_stamp
  for each row execute function private.stamp('created_by', '+updated_by');
grant all on public.proof_stamp to authenticated, service_role;
insert into public.proof_stamp values
  (1, 'x', (select id from proof_id where key = 'director'), (select id from proof_id where key = 'director'));

-- The records ----------------------------------------------------------------

-- Rows to read; they go when the attempts that count rows begin.
create function pg_temp.add_records() returns void
language plpgsql
as $$
begin
  execute pg_temp.fill($q$
    insert into public.analytics_events (id, organization_id, user_id, event_key, idempotency_key) values
      ({event_member}, {marlowick}, {member}, 'client.updated', null),
      ({event_director}, {marlowick}, {director}, 'ui.view.opened', null),
      ({event_service}, {marlowick}, null, 'pipeline.alert.stalled', 'alert:1'),
      ({event_b}, {quillhaven}, {member.b}, 'client.updated', null);
    insert into public.audit_log (id, organization_id, actor_id, action, resource_type, resource_id, changes) values
      ({audit_a}, {marlowick}, {member}, 'update', 'clients', {C1}, '{}'),
      ({audit_b}, {quillhaven}, {member.b}, 'update', 'clients', {B1}, '{}');
  $q$);
end
$$;
select pg_temp.add_records();

insert into proof_matrix values
  --                                             A: super admin director own colleague client
  --                                             B: admin member client; deactivated, no row, anonymous
  ('event of the Member', 'select from public.analytics_events where id = {event_member}', '111100 000 00x'),
  ('event of the Director', 'select from public.analytics_events where id = {event_director}', '111000 000 00x'),
  ('event of the service', 'select from public.analytics_events where id = {event_service}', '111000 000 00x'),
  ('event of B', 'select from public.analytics_events where id = {event_b}', '100000 110 00x'),
  ('own event in A', 'insert into public.analytics_events (organization_id, event_key) values ({marlowick}, ''ui.view.opened'')', '111111 xxx xxx'),
  ('own event in B', 'insert into public.analytics_events (organization_id, event_key) values ({quillhaven}, ''ui.view.opened'')', 'xxxxxx 111 xxx'),
  ('update event', 'update public.analytics_events set payload = ''{"x": 1}'' where id = {event_member}', 'xxxxxx xxx xxx'),
  ('delete event', 'delete from public.analytics_events where id = {event_member}', 'xxxxxx xxx xxx'),
  ('audit of A', 'select from public.audit_log where id = {audit_a}', '110000 000 00x'),
  ('audit of B', 'select from public.audit_log where id = {audit_b}', '100000 100 00x'),
  ('insert audit', 'insert into public.audit_log (organization_id, action, resource_type, resource_id, changes) values ({marlowick}, ''update'', ''clients'', {C1}, ''{}'')', 'xxxxxx xxx xxx'),
  ('update audit', 'update public.audit_log set changes = ''{}'' where id = {audit_a}', 'xxxxxx xxx xxx'),
  ('delete audit', 'delete from public.audit_log where id = {audit_a}', 'xxxxxx xxx xxx'),
  ('keys', 'select from private.idempotency_keys', 'xxxxxx xxx xxx'),
  ('invitation of A', 'select from public.member_invitations where id = {invited}', '110000 000 00x'),
  ('invitation of B', 'select from public.member_invitations where id = {invited_b}', '100000 100 00x'),
  ('insert invitation', 'insert into public.member_invitations (organization_id, email, name, role, invited_by) values ({marlowick}, ''x@example.com'', ''Proof'', ''Admin'', {admin})', 'xxxxxx xxx xxx'),
  ('update invitation', 'update public.member_invitations set role = ''Admin'' where id = {invited}', 'xxxxxx xxx xxx'),
  ('delete invitation', 'delete from public.member_invitations where id = {invited}', 'xxxxxx xxx xxx');

insert into proof_attempt
-- Forged events.
select 'forged event', p.who, 'insert into public.analytics_events ' || e.vals, e.expected
from unnest(array['superadmin', 'admin', 'director', 'member', 'client']) as p (who)
cross join (values
  ('(organization_id, event_key) values ({marlowick}, ''client.updated'')', '42501'),
  ('(organization_id, event_key) values ({marlowick}, ''uix.opened'')', '42501'),
  ('(organization_id, user_id, event_key) values ({marlowick}, {member2}, ''ui.view.opened'')', '42501'),
  ('(organization_id, user_id, event_key) values ({marlowick}, {member.b}, ''ui.view.opened'')', '42501'),
  ('(organization_id, user_id, event_key) values ({marlowick}, null, ''ui.view.opened'')', '42501'),
  ('(organization_id, event_key) values (null, ''ui.view.opened'')', '42501'),
  ('(organization_id, event_key) values ({nobody}, ''ui.view.opened'')', '42501'),
  -- Taking a key early would silence the event it belongs to.
  ('(organization_id, event_key, idempotency_key) values ({marlowick}, ''ui.x'', ''alert:2'')', '42501'),
  ('(organization_id, event_key, occurred_at) values ({marlowick}, ''ui.x'', ''2001-01-01'')', '42501'),
  ('(organization_id, event_key) values ({marlowick}, ''ui.View'')', '23514 analytics_events_event_key_check'),
  ('(organization_id, event_key) values ({marlowick}, ''ui.x'' || repeat(''x'', 200))', '23514 analytics_events_event_key_check'),
  ('(organization_id, event_key, payload) values ({marlowick}, ''ui.x'', ''[]'')', '23514 analytics_events_payload_check'),
  ('(organization_id, event_key, payload) values ({marlowick}, ''ui.x'', jsonb_build_object(''x'', repeat(''x'', 8192)))', '23514 analytics_events_payload_check'),
  ('(organization_id, event_key, entity_type) values ({marlowick}, ''ui.x'', ''client'')', '23514 analytics_events_entity_check')
) as e (vals, expected)
union all values
  -- Nobody rewrites a record, whoever they are.
  ('service edits', 'service_role', 'update public.analytics_events set payload = ''{}'' where id = {event_member}', '42501'),
  ('service edits', 'service_role', 'update public.audit_log set changes = ''{}'' where id = {audit_a}', '42501'),
  ('service forges', 'service_role', 'insert into public.audit_log (organization_id, action, resource_type, resource_id, changes) values ({marlowick}, ''update'', ''clients'', {C1}, ''{}'')', '42501'),
  ('service deletes', 'service_role', 'delete from public.analytics_events where id = {event_member}', 'PT400 use_function'),
  ('service deletes', 'service_role', 'delete from public.audit_log where id = {audit_a}', 'PT400 use_function'),
  ('administration edits', 'system', 'update public.analytics_events set payload = ''{}'' where id = {event_member}', 'PT400 use_function'),
  ('administration edits', 'system', 'update public.audit_log set changes = ''{}'' where id = {audit_a}', 'PT400 use_function'),
  ('administration deletes', 'system', 'delete from public.audit_log where id = {audit_a}', 'PT400 use_function'),
  ('retention', 'service_role', 'select set_config(''revos.op'', ''service_purge'', true); delete from public.audit_log where id = {audit_a}', '1'),
  ('retention', 'service_role', 'select set_config(''revos.op'', ''service_purge'', true); delete from public.analytics_events where id = {event_member}', '1'),
  ('retention does not edit', 'system', 'select set_config(''revos.op'', ''service_purge'', true); update public.audit_log set changes = ''{}'' where id = {audit_a}', 'PT400 use_function'),
  ('truncates', 'superadmin', 'truncate public.audit_log', '42501'),
  ('truncates', 'service_role', 'truncate public.audit_log', '42501'),
  -- The helpers behind the functions, should one of them pass on what it was given.
  ('event in B', 'admin', 'select private.emit_event(''client.updated'', {quillhaven}, null, null, null)', 'PT403 forbidden'),
  ('event of nobody', 'nobody', 'select private.emit_event(''client.updated'', {marlowick}, null, null, null)', 'PT403 forbidden'),
  ('event of the deactivated', 'gone', 'select private.emit_event(''client.updated'', {marlowick}, null, null, null)', 'PT403 forbidden'),
  ('event nowhere', 'admin', 'select private.emit_event(''client.updated'', null, null, null, null)', 'PT403 forbidden'),
  ('key in B', 'admin', 'select private.claim_key({quillhaven}, ''f'', ''k'', ''{}'')', 'PT403 forbidden'),
  ('key of nobody', 'unnamed', 'select private.claim_key({marlowick}, ''f'', ''k'', ''{}'')', 'PT401 unauthenticated'),
  ('blank key', 'admin', 'select private.claim_key({marlowick}, ''f'', '' '', ''{}'')', 'PT400 invalid_argument'),
  ('long key', 'admin', 'select private.claim_key({marlowick}, ''f'', repeat(''k'', 201), ''{}'')', 'PT400 invalid_argument'),
  ('an argument that is null', 'admin', 'select private.require(null, ''p_x'')', 'PT400 invalid_argument'),
  ('a text that is missing', 'admin', 'select private.check_text(''p_x'', null, 5)', 'PT400 invalid_argument'),
  ('a text that is blank', 'admin', 'select private.check_text(''p_x'', ''  '', 5)', 'PT400 invalid_argument'),
  ('a text that is long', 'admin', 'select private.check_text(''p_x'', ''123456'', 5)', 'PT400 invalid_argument'),
  ('a text that may be missing', 'admin', 'select private.check_text(''p_x'', null, 5, false)', '1'),
  ('an old version', 'admin', 'select private.check_version(1, 2, ''{}'')', 'PT409 stale_version'),
  ('no version', 'admin', 'select private.check_version(null, 2, ''{}'')', 'PT400 invalid_argument'),
  ('no right', 'admin', 'select private.admit(false)', 'PT403 forbidden'),
  ('an unknown right', 'admin', 'select private.admit(null)', 'PT403 forbidden'),
  ('no membership', 'gone', 'select private.admit(true)', 'PT403 no_membership'),
  ('no subject', 'unnamed', 'select private.admit(true)', 'PT401 unauthenticated');

-- Membership -----------------------------------------------------------------

-- Who may call at all, and that foreign rows answer as missing ones.
insert into proof_attempt
select 'calls', p.who, f.call, p.expected
from (values
  ('select public.invite_member(''x@example.com'', ''Proof'', ''Member'')'),
  ('select public.revoke_invitation({invited})'),
  ('select public.set_member_role({member}, ''Director'', null, 1)'),
  ('select public.set_member_active({member}, false, 1)')
) as f (call)
cross join (values
  ('director', 'PT403 forbidden'), ('member', 'PT403 forbidden'), ('client', 'PT403 forbidden'),
  ('gone', 'PT403 no_membership'), ('nobody', 'PT403 no_membership'),
  ('unnamed', 'PT401 unauthenticated'), ('anon', '42501'), ('service_role', '42501')
) as p (who, expected)
union all
select 'from B', 'admin.b', f.call, f.expected
from (values
  ('select public.invite_member(''x@example.com'', ''Proof'', ''Member'', null, {marlowick})', 'PT403 forbidden'),
  ('select public.invite_member(''x@example.com'', ''Proof'', ''Client'', {C1})', 'PT404 not_found'),
  ('select public.invite_member(''x@example.com'', ''Proof'', ''Client'', {nobody})', 'PT404 not_found'),
  ('select public.revoke_invitation({invited})', 'PT404 not_found'),
  ('select public.revoke_invitation({nobody})', 'PT404 not_found'),
  ('select public.set_member_role({member}, ''Director'', null, 1)', 'PT404 not_found'),
  ('select public.set_member_role({nobody}, ''Director'', null, 1)', 'PT404 not_found'),
  ('select public.set_member_role({superadmin}, ''Director'', null, 1)', 'PT404 not_found'),
  ('select public.set_member_role({member.b}, ''Client'', {C1}, 1)', 'PT404 not_found'),
  ('select public.set_member_active({member}, false, 1)', 'PT404 not_found'),
  ('select public.set_member_active({nobody}, false, 1)', 'PT404 not_found')
) as f (call, expected)
union all
select 'argument', 'admin', f.call, 'PT400 invalid_argument'
from unnest(array[
  'select public.invite_member(null, ''Proof'', ''Member'')',
  'select public.invite_member('' '', ''Proof'', ''Member'')',
  'select public.invite_member(''example.com'', ''Proof'', ''Member'')',
  'select public.invite_member(''a b@example.com'', ''Proof'', ''Member'')',
  'select public.invite_member(''a@b@example.com'', ''Proof'', ''Member'')',
  'select public.invite_member(repeat(''x'', 310) || ''@example.com'', ''Proof'', ''Member'')',
  'select public.invite_member(''x@example.com'', null, ''Member'')',
  'select public.invite_member(''x@example.com'', '' '', ''Member'')',
  'select public.invite_member(''x@example.com'', repeat(''x'', 201), ''Member'')',
  'select public.invite_member(''x@example.com'', ''Proof'', null)',
  'select public.invite_member(''x@example.com'', ''Proof'', ''Owner'')',
  'select public.invite_member(''x@example.com'', ''Proof'', ''Client'')',
  'select public.invite_member(''x@example.com'', ''Proof'', ''Member'', {C1})',
  'select public.revoke_invitation(null)',
  'select public.set_member_role(null, ''Director'', null, 1)',
  'select public.set_member_role({member}, null, null, 1)',
  'select public.set_member_role({member}, ''Owner'', null, 1)',
  'select public.set_member_role({member}, ''Client'', null, 1)',
  'select public.set_member_role({member}, ''Director'', {C1}, 1)',
  'select public.set_member_role({member}, ''Director'', null, null)',
  'select public.set_member_active(null, false, 1)',
  'select public.set_member_active({member}, null, 1)',
  'select public.set_member_active({member}, false, null)']) as f (call)
union all values
  ('invites a SuperAdmin', 'admin', 'select public.invite_member(''x@example.com'', ''Proof'', ''SuperAdmin'')', 'PT403 forbidden'),
  ('invites a SuperAdmin', 'superadmin', 'select public.invite_member(''x@example.com'', ''Proof'', ''SuperAdmin'')', 'PT403 forbidden'),
  ('invites a member', 'admin', 'select public.invite_member('' MEMBER@example.com '', ''Proof'', ''Member'')', 'PT409 already_member'),
  ('invites the deactivated', 'admin', 'select public.invite_member(''gone@example.com'', ''Proof'', ''Member'')', 'PT409 already_member'),
  ('an address known elsewhere is not disclosed', 'admin', 'select public.invite_member(''client.b@example.com'', ''Proof'', ''Member'')', '1'),
  ('revokes what was accepted', 'admin', 'select public.revoke_invitation({accepted})', 'PT409 invalid_transition'),
  ('stale', 'admin', 'select public.set_member_role({member}, ''Director'', null, 9)', 'PT409 stale_version'),
  ('stale', 'admin', 'select public.set_member_active({member}, false, 9)', 'PT409 stale_version'),
  ('mints a SuperAdmin', 'admin', 'select public.set_member_role({member}, ''SuperAdmin'', null, 1)', 'PT403 forbidden'),
  ('promotes oneself', 'admin', 'select public.set_member_role({admin}, ''SuperAdmin'', null, 1)', 'PT403 forbidden'),
  ('demotes a SuperAdmin', 'admin', 'select public.set_member_role({superadmin}, ''Member'', null, 1)', 'PT403 forbidden'),
  ('deactivates a SuperAdmin', 'admin', 'select public.set_member_active({superadmin}, false, 1)', 'PT403 forbidden'),
  ('changes oneself', 'admin', 'select public.set_member_role({admin}, ''Member'', null, 1)', 'PT403 forbidden'),
  ('deactivates oneself', 'admin', 'select public.set_member_active({admin}, false, 1)', 'PT403 forbidden'),
  ('reactivates oneself', 'admin', 'select public.set_member_active({admin}, true, 1)', 'PT403 forbidden'),
  ('the last Admin steps down', 'admin.b', 'select public.set_member_role({admin.b}, ''Member'', null, 1)', 'PT403 last_admin'),
  ('the last Admin leaves', 'admin.b', 'select public.set_member_active({admin.b}, false, 1)', 'PT403 last_admin'),
  ('demotes the last Admin', 'superadmin', 'select public.set_member_role({admin.b}, ''Member'', null, 1)', 'PT403 last_admin'),
  ('promotes the last Admin away', 'superadmin', 'select public.set_member_role({admin.b}, ''SuperAdmin'', null, 1)', 'PT403 last_admin'),
  ('deactivates the last Admin', 'superadmin', 'select public.set_member_active({admin.b}, false, 1)', 'PT403 last_admin'),
  -- Wrong rows, should a function or the service ever try.
  ('a Client without account', 'system', 'insert into public.member_invitations (organization_id, email, name, role, invited_by) values ({marlowick}, ''x@example.com'', ''Proof'', ''Client'', {admin})', '23514 member_invitations_client_check'),
  ('a SuperAdmin', 'system', 'insert into public.member_invitations (organization_id, email, name, role, invited_by) values ({marlowick}, ''x@example.com'', ''Proof'', ''SuperAdmin'', {admin})', '23514 member_invitations_role_check'),
  ('an account of B', 'system', 'insert into public.member_invitations (organization_id, email, name, role, client_id, invited_by) values ({marlowick}, ''x@example.com'', ''Proof'', ''Client'', {B1}, {admin})', '23503 member_invitations_client_id_fkey'),
  ('two open ones', 'system', 'insert into public.member_invitations (organization_id, email, name, role, invited_by) values ({marlowick}, ''OPEN@example.com'', ''Proof'', ''Member'', {admin})', '23505 member_invitations_open_key'),
  -- Length limits of the first tables.
  ('long name', 'admin', 'update public.organizations set name = repeat(''x'', 201) where id = {marlowick}', '23514 organizations_name_length'),
  ('long name', 'member', 'update public.users set name = repeat(''x'', 201) where id = {member}', '23514 users_name_length'),
  ('long link', 'member', 'update public.users set avatar_url = ''https://'' || repeat(''x'', 2000) where id = {member}', '23514 users_avatar_url_length'),
  ('long notes', 'member', 'update public.clients set notes = repeat(''x'', 10001) where id = {C1}', '23514 clients_notes_length'),
  ('long notes', 'member', 'update public.contacts set notes = repeat(''x'', 10001) where id = {contact}', '23514 contacts_notes_length'),
  ('blank name', 'member', 'update public.contacts set name = '' '' where id = {contact}', '23514 contacts_name_length'),
  ('long plan', 'member', 'update public.client_commercials set plan = repeat(''x'', 201) where client_id = {CX}', '23514 client_commercials_plan_length'),
  ('many approvals', 'member', 'update public.client_commercials set approvals = array_fill(''x''::text, array[51]) where client_id = {CX}', '23514 client_commercials_approvals_length');

select pg_temp.run_all();
truncate public.analytics_events, public.audit_log;
delete from proof_matrix;
delete from proof_attempt;

insert into proof_effect values
  ('invite', 'admin', 'marlowick', 'select public.invite_member('' New@example.com '', '' Proof '', ''Client'', {C1})',
    'member.invited | insert member_invitations (invite_member)',
    $$select concat_ws(' ', email, name, role, client_id = {C1}, invited_by = {admin},
        expires_at = now() + interval '7 days', version, (select payload from public.analytics_events))
      from public.member_invitations where lower(email) = 'new@example.com'$$,
    'New@example.com Proof Client t t t 1 {"role": "Client"}'),
  ('invite again', 'admin2', 'marlowick', 'select public.invite_member(''OPEN@example.com'', ''Proof'', ''Director'')',
    'member.invited | insert member_invitations (invite_member), update member_invitations (invite_member)',
    $$select string_agg(concat_ws(' ', role, revoked_at is null), ', ' order by role)
      from public.member_invitations where lower(email) = 'open@example.com'$$,
    'Client f, Director t'),
  ('invite into B', 'superadmin', 'quillhaven', 'select public.invite_member(''x@example.com'', ''Proof'', ''Admin'', null, {quillhaven})',
    'member.invited | insert member_invitations (invite_member)', null, null),
  ('revoke', 'admin', 'marlowick', 'select public.revoke_invitation({invited})',
    'member.invitation_revoked | update member_invitations (revoke_invitation)',
    'select revoked_at = now() from public.member_invitations where id = {invited}', 'true'),
  ('revoke an expired one', 'admin', 'marlowick', 'select public.revoke_invitation({expired})',
    'member.invitation_revoked | update member_invitations (revoke_invitation)', null, null),
  ('revoke again', 'admin', 'marlowick', 'select public.revoke_invitation({revoked})', '- | -', null, null),
  ('revoke in B', 'superadmin', 'quillhaven', 'select public.revoke_invitation({invited_b})',
    'member.invitation_revoked | update member_invitations (revoke_invitation)', null, null),
  ('promote', 'admin', 'marlowick', 'select public.set_member_role({member}, ''Director'', null, 1)',
    'member.role_changed | update users (set_member_role)',
    $$select concat_ws(' ', u.role, u.version, e.entity_type, e.entity_id = u.id, e.payload)
      from public.users u, public.analytics_events e where u.id = {member}$$,
    'Director 2 user t {"to": "Director", "from": "Member"}'),
  ('make a Client', 'admin', 'marlowick', 'select public.set_member_role({member2}, ''Client'', {C1}, 1)',
    'member.role_changed | update users (set_member_role)',
    'select client_id = {C1} from public.users where id = {member2}', 'true'),
  ('move a Client to another account', 'admin', 'marlowick', 'select public.set_member_role({client}, ''Client'', {C3}, 1)',
    'member.role_changed | update users (set_member_role)', null, null),
  ('same persona', 'admin', 'marlowick', 'select public.set_member_role({member}, ''Member'', null, 1)', '- | -', null, null),
  ('demote an Admin, not the last', 'admin', 'marlowick', 'select public.set_member_role({admin2}, ''Member'', null, 1)',
    'member.role_changed | update users (set_member_role)', null, null),
  ('mint a SuperAdmin', 'superadmin', 'quillhaven', 'select public.set_member_role({member.b}, ''SuperAdmin'', null, 1)',
    'member.role_changed | update users (set_member_role)', null, null),
  ('deactivate', 'admin', 'marlowick', 'select public.set_member_active({member}, false, 1)',
    'member.deactivated | update users (set_member_active)',
    'select deactivated_at = now() from public.users where id = {member}', 'true'),
  ('the deactivated is out at once', 'admin', 'marlowick',
    'select public.set_member_active({admin2}, false, 1)',
    'member.deactivated | update users (set_member_active)',
    $$select private.persona() is null
      from (select set_config('request.jwt.claims', jsonb_build_object('sub', {admin2}::uuid)::text, true)) as now_as$$, 'true'),
  ('deactivate again', 'admin', 'marlowick', 'select public.set_member_active({gone}, false, 1)', '- | -', null, null),
  ('reactivate', 'admin', 'marlowick', 'select public.set_member_active({gone}, true, 1)',
    'member.reactivated | update users (set_member_active)',
    'select deactivated_at is null from public.users where id = {gone}', 'true'),

  -- Joining.
  ('a confirmed address joins', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at) values ({nobody}, ''Open@Example.com'', now())',
    'member.joined | insert users (accept_invitation), update member_invitations (accept_invitation)',
    $$select concat_ws(' ', u.email, u.role, u.client_id = {C1}, u.organization_id = {marlowick}, i.accepted_at = now())
      from public.users u, public.member_invitations i where u.id = {nobody} and i.id = {invited}$$,
    'Open@Example.com Client t t t'),
  ('an unconfirmed address waits', 'system', 'marlowick',
    'insert into auth.users (id, email) values ({nobody}, ''open@example.com'')', '- | -', null, null),
  ('it joins when it is confirmed', 'system', 'marlowick',
    'insert into auth.users (id, email) values ({nobody}, ''open@example.com'');
     update auth.users set email_confirmed_at = now() where id = {nobody};
     update auth.users set last_sign_in_at = now() where id = {nobody}',
    'member.joined | insert users (accept_invitation), update member_invitations (accept_invitation)', null, null),
  ('a change of address that is not confirmed counts for nothing', 'system', 'marlowick',
    'insert into auth.users (id, email, email_change, email_confirmed_at) values ({nobody}, ''x@example.com'', ''open@example.com'', now())',
    '- | -', null, null),
  ('expired', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at) values ({nobody}, ''expired@example.com'', now())', '- | -', null, null),
  ('revoked', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at) values ({nobody}, ''revoked@example.com'', now())', '- | -', null, null),
  ('accepted once', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at) values ({nobody}, ''accepted@example.com'', now())', '- | -', null, null),
  ('uninvited', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at) values ({nobody}, ''x@example.com'', now())', '- | -',
    'select count(*) from public.users where id = {nobody}', '0'),
  ('deleted account', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at, deleted_at) values ({nobody}, ''open@example.com'', now(), now())', '- | -', null, null),
  ('two invitations: the older', 'system', 'quillhaven',
    'insert into auth.users (id, email, email_confirmed_at) values ({nobody}, ''both@example.com'', now())',
    'member.joined | insert users (accept_invitation), update member_invitations (accept_invitation)', null, null),
  ('a member elsewhere stays there', 'system', 'quillhaven',
    'update auth.users set last_sign_in_at = now() where id = {member.b}', '- | -',
    'select organization_id = {quillhaven} from public.users where id = {member.b}', 'true'),
  ('an address of a member elsewhere, from another account', 'system', 'marlowick',
    'insert into auth.users (id, email, email_confirmed_at, is_sso_user) values ({nobody}, ''member.b@example.com'', now(), true)',
    '- | -', 'select count(*) from public.users where id = {nobody}', '0'),

  -- The first tables note and report.
  ('organization', 'admin', 'marlowick', 'update public.organizations set quarterly_target = 5, name = ''Proof'' where id = {marlowick}',
    'organization.updated | update organizations',
    'select payload from public.analytics_events', '{"changed": ["name", "quarterly_target"]}'),
  ('organization of B', 'superadmin', 'quillhaven', 'update public.organizations set name = ''Proof'' where id = {quillhaven}',
    'organization.updated | update organizations', null, null),
  ('new organization', 'superadmin', 'nobody', 'insert into public.organizations (id, name, slug) values ({nobody}, ''Proof'', ''proof'')',
    'organization.created | insert organizations', null, null),
  ('profile', 'member', 'marlowick', 'update public.users set name = ''Proof'' where id = {member}',
    'member.profile_updated | update users',
    'select concat_ws('' '', entity_type, entity_id = {member}, payload) from public.analytics_events', 'user t {"changed": ["name"]}'),
  ('nothing changed', 'member', 'marlowick', 'update public.users set name = name where id = {member}', '- | -', null, null),
  ('new client', 'member', 'marlowick', 'insert into public.clients (id, organization_id, name, owner_id) values ({nobody}, {marlowick}, ''Proof'', {member})',
    'client.created | insert clients',
    $$select concat_ws(' ', entity_type, entity_id = {nobody}, payload, category, workflow) from public.analytics_events$$,
    'client t {"name": "Proof"} client client.created'),
  ('phase before status, owner, health', 'admin', 'marlowick',
    'update public.clients set phase = ''Data'', status = ''paused'', owner_id = null, health = 1 where id = {CX}',
    'client.phase.changed | update clients',
    'select payload from public.analytics_events',
    '{"to": "Data", "from": null, "changed": ["health", "owner_id", "phase", "status"]}'),
  ('status before owner', 'admin', 'marlowick', 'update public.clients set status = ''churned'', owner_id = null where id = {CX}',
    'client.status.changed | update clients',
    'select payload from public.analytics_events',
    '{"to": "churned", "from": "prospect", "changed": ["churned_on", "owner_id", "status"]}'),
  ('owner before health', 'admin', 'marlowick', 'update public.clients set health = 1, owner_id = {member2} where id = {CX}',
    'client.owner.changed | update clients',
    'select payload -> ''to'' = to_jsonb({member2}::uuid) from public.analytics_events', 'true'),
  ('health', 'member', 'marlowick', 'update public.clients set health = 60 where id = {CX}',
    'client.health.changed | update clients',
    'select payload from public.analytics_events',
    '{"health": {"to": 60, "from": 40}, "changed": ["health"], "trs_score": {"to": 70, "from": 60}, "churn_risk": {"to": 20, "from": 20}}'),
  ('other columns', 'member', 'marlowick', 'update public.clients set notes = ''x'' where id = {CX}',
    'client.updated | update clients',
    'select changes from public.audit_log', '{"notes": {"after": "x", "before": null}}'),
  ('client of B', 'superadmin', 'quillhaven', 'update public.clients set notes = ''x'' where id = {B1}',
    'client.updated | update clients', null, null),
  ('service', 'service_role', 'marlowick', 'update public.clients set notes = ''x'' where id = {CX}',
    'client.updated | update clients', null, null),
  ('no change of a client', 'member', 'marlowick', 'update public.clients set name = name where id = {CX}', '- | -',
    'select version from public.clients where id = {CX}', '2'),
  ('deleting a client is one event', 'admin', 'marlowick', 'delete from public.clients where id = {CX}',
    'client.deleted | delete client_commercials, delete clients, delete contacts',
    'select payload from public.analytics_events', '{"name": "Proof"}'),
  ('inside an operation', 'member', 'marlowick',
    'select private.begin_operation(''proof''); update public.clients set notes = ''x'' where id = {CX}',
    '- | update clients (proof)', null, null),
  ('new contact', 'member', 'marlowick', 'insert into public.contacts (id, organization_id, client_id, name, role) values ({nobody}, {marlowick}, {CX}, ''Proof'', ''COO'')',
    'client.contact.saved | insert contacts',
    'select concat_ws('' '', entity_id = {CX}, payload -> ''contact_id'' = to_jsonb({nobody}::uuid)) from public.analytics_events', 't t'),
  ('contact', 'member', 'marlowick', 'update public.contacts set phone = ''1'' where id = {contact}',
    'client.contact.saved | update contacts',
    'select payload -> ''changed'' from public.analytics_events', '["phone"]'),
  ('contact gone', 'member', 'marlowick', 'delete from public.contacts where id = {contact}',
    'client.contact.deleted | delete contacts', null, null),
  ('new commercials', 'member', 'marlowick', 'insert into public.client_commercials (organization_id, client_id, plan, price, term_months) select {marlowick}, {C10}, ''Proof'', 1, 12',
    'client.commercials.saved | insert client_commercials', null, null),
  ('commercials', 'member', 'marlowick', 'update public.client_commercials set price = 7 where client_id = {CX}',
    'client.commercials.saved | update client_commercials',
    'select changes from public.audit_log', '{"price": {"after": 7.00, "before": 100.00}}'),
  ('commercials gone', 'member', 'marlowick', 'delete from public.client_commercials where client_id = {CX}',
    'client.commercials.saved | delete client_commercials',
    'select payload -> ''action'' from public.analytics_events', '"delete"'),

  -- What a note of a change holds.
  ('insert has only after', 'member', 'marlowick', 'insert into public.contacts (id, organization_id, client_id, name, role) values ({nobody}, {marlowick}, {CX}, ''Proof'', ''COO'')',
    'client.contact.saved | insert contacts',
    $$select concat_ws(' ', bool_and(c.value ? 'after' and not c.value ? 'before'), string_agg(c.key, ' ' order by c.key),
        bool_and(l.resource_id = {nobody})) from public.audit_log l, jsonb_each(l.changes) c$$,
    't client_id created_at id name organization_id role t'),
  ('delete has only before', 'member', 'marlowick', 'delete from public.contacts where id = {contact}',
    'client.contact.deleted | delete contacts',
    $$select concat_ws(' ', bool_and(c.value ? 'before' and not c.value ? 'after'), string_agg(c.key, ' ' order by c.key))
      from public.audit_log l, jsonb_each(l.changes) c$$,
    't client_id created_at id name organization_id role'),
  ('request', 'member', 'marlowick', $$select set_config('request.headers', '{"x-request-id": "req-1", "host": "x"}', true);
      update public.contacts set phone = '1' where id = {contact}; select set_config('request.headers', '', true)$$,
    'client.contact.saved | update contacts',
    'select request_id from public.audit_log', 'req-1'),

  -- One report per key.
  ('twice under one key', 'admin', 'marlowick',
    $$select private.emit_event('plan.computed', {marlowick}, null, null, '{}', 'k'),
      private.emit_event('plan.computed', {marlowick}, null, null, '{}', 'k')$$,
    'plan.computed | -', null, null),
  ('operations nest', 'admin', 'marlowick',
    $$select private.end_operation(private.begin_operation('inner')) from (select private.begin_operation('outer')) o$$,
    '- | -', 'select current_setting(''revos.op'')', 'outer'),

  -- Stamps.
  ('stamp of an insert', 'member', 'marlowick', 'insert into public.proof_stamp values (2, ''x'', {member2}, {member.b})', '- | -',
    'select concat_ws('' '', created_by = {member}, updated_by = {member}) from public.proof_stamp where id = 2', 't t'),
  ('stamps of an update', 'member', 'marlowick', 'update public.proof_stamp set note = ''y'', created_by = {member2}, updated_by = {member2} where id = 1', '- | -',
    'select concat_ws('' '', note, created_by = {director}, updated_by = {member}) from public.proof_stamp where id = 1', 'y t t'),
  ('the service says itself', 'service_role', 'marlowick', 'insert into public.proof_stamp values (2, ''x'', {member2}, null)', '- | -',
    'select concat_ws('' '', created_by = {member2}, updated_by is null) from public.proof_stamp where id = 2', 't t');

select pg_temp.run_all();

-- A key and its reply, over several calls of several people.
do $keys$
declare
  marlowick constant uuid := (select id from proof_id where key = 'marlowick');
  detail text;
begin
  perform pg_temp.become('admin');
  perform pg_temp.check_that('a call without key', private.claim_key(marlowick, 'f', null, '{"a": 1}')::text, null);
  perform pg_temp.check_that('the first call', private.claim_key(marlowick, 'f', 'k', '{"a": 1}')::text, null);
  perform private.store_answer(marlowick, 'f', 'k', '{"done": true}');
  perform pg_temp.check_that('its repeat', private.claim_key(marlowick, 'f', 'k', '{"a": 1}')::text, '{"done": true}');
  perform pg_temp.check_that('other arguments',
    pg_temp.effect('admin', 'select private.claim_key({marlowick}, ''f'', ''k'', ''{"a": 2}'')'), 'PT409 idempotency_mismatch');
  perform private.store_answer(marlowick, 'f', 'k', '{"done": "rewritten"}');
  perform pg_temp.check_that('the reply stays', private.claim_key(marlowick, 'f', 'k', '{"a": 1}')::text, '{"done": true}');
  perform pg_temp.check_that('another function', private.claim_key(marlowick, 'g', 'k', '{"a": 1}')::text, null);
  perform pg_temp.become('member');
  perform pg_temp.check_that('a colleague', private.claim_key(marlowick, 'f', 'k', '{"a": 2}')::text, null);
  -- Two people with the same key at the same time do not see each other's reply.
  perform private.store_answer(marlowick, 'f', 'k', '{"colleague": true}');
  perform private.claim_key(marlowick, 'f', 'k2', '{"a": 1}');
  perform pg_temp.become('admin');
  perform pg_temp.check_that('the own reply beside a colleague''s', private.claim_key(marlowick, 'f', 'k', '{"a": 1}')::text, '{"done": true}');
  perform private.claim_key(marlowick, 'f', 'k2', '{"a": 1}');
  perform private.store_answer(marlowick, 'f', 'k2', '{"done": true}');
  perform pg_temp.become('member');
  perform pg_temp.check_that('a colleague''s call at work', private.claim_key(marlowick, 'f', 'k2', '{"a": 1}')::text, null);
  perform pg_temp.become('superadmin');
  perform pg_temp.check_that('a SuperAdmin elsewhere',
    private.claim_key((select id from pg_temp.proof_id where key = 'quillhaven'), 'f', 'k', '{"a": 2}')::text, null);
  perform pg_temp.become('system');

  -- An Admin whose membership was ended does not make up for the last one,
  begin
    update public.users u set role = 'Admin', deactivated_at = now() from pg_temp.proof_id p where p.key = 'member.b' and p.id = u.id;
    perform pg_temp.check_that('the last Admin beside one whose membership was ended',
      pg_temp.effect('superadmin', 'select public.set_member_role({admin.b}, ''Member'', null, 1)'), 'PT403 last_admin');
    raise exception using errcode = 'UND00';
  exception when sqlstate 'UND00' then
    null;
  end;
  -- and is not the last one.
  begin
    update public.users u set deactivated_at = now() from pg_temp.proof_id p where p.key = 'admin.b' and p.id = u.id;
    perform pg_temp.become('superadmin');
    perform public.set_member_role(u.id, 'Member', null, u.version)
      from public.users u join pg_temp.proof_id p using (id) where p.key = 'admin.b';
    raise exception using errcode = 'UND00';
  exception when sqlstate 'UND00' then
    null;
  end;
  perform pg_temp.become('system');

  -- The one who was late gets the row as it is.
  begin
    perform pg_temp.become('admin');
    perform public.set_member_role((select id from pg_temp.proof_id where key = 'member'), 'Director', null, 9);
  exception when sqlstate 'PT409' then
    get stacked diagnostics detail = pg_exception_detail;
    perform pg_temp.check_that('detail of stale_version',
      concat_ws(' ', detail::jsonb ->> 'email', detail::jsonb ->> 'version'), 'member@example.com 1');
  end;
  perform pg_temp.become('system');
end
$keys$;

select last_value as checks from pg_temp.proof_checks;

rollback;
