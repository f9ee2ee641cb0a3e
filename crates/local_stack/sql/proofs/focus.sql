-- Proves who may do what with plans, priorities and focus sessions, by trying it,
-- and that scores and durations are those of metrics.md.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- Rows to try on -------------------------------------------------------------

insert into proof_id values
  ('plan', '00000000-0000-4000-8000-000000000101'),
  ('plan_locked', '00000000-0000-4000-8000-000000000102'),
  ('plan_director', '00000000-0000-4000-8000-000000000103'),
  ('plan_b', '00000000-0000-4000-8000-000000000104'),
  ('item', '00000000-0000-4000-8000-000000000111'),
  ('item_own', '00000000-0000-4000-8000-000000000112'),
  ('item_begun', '00000000-0000-4000-8000-000000000113'),
  ('item_locked', '00000000-0000-4000-8000-000000000114'),
  ('item_director', '00000000-0000-4000-8000-000000000115'),
  ('item_b', '00000000-0000-4000-8000-000000000116'),
  ('planned', '00000000-0000-4000-8000-000000000121'),
  ('ended', '00000000-0000-4000-8000-000000000122'),
  ('open_director', '00000000-0000-4000-8000-000000000123'),
  ('paused_b', '00000000-0000-4000-8000-000000000124'),
  ('opportunity', '00000000-0000-4000-8000-000000000131'),
  ('opportunity2', '00000000-0000-4000-8000-000000000132'),
  ('opportunity_b', '00000000-0000-4000-8000-000000000133'),
  ('invoice', '00000000-0000-4000-8000-000000000134'),
  ('invoice_c3', '00000000-0000-4000-8000-000000000135'),
  ('card', '00000000-0000-4000-8000-000000000136'),
  ('card_b', '00000000-0000-4000-8000-000000000137');

do $fixtures$
begin
  perform set_config('revos.op', 'proof', true);
  delete from public.focus_sessions;
  delete from public.daily_plans;
  execute pg_temp.fill($$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Proof', 'Admin', now());
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id) values
      ({opportunity}, {marlowick}, {C1}, 'Proof', 1000, {member}),
      ({opportunity2}, {marlowick}, {C3}, 'Proof', 1000, {member2}),
      ({opportunity_b}, {quillhaven}, {B1}, 'Proof', 1000, {member.b});
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date) values
      ({invoice}, {marlowick}, {C1}, 'PROOF-1', '2026-01-01', '2026-01-31'),
      ({invoice_c3}, {marlowick}, {C3}, 'PROOF-2', '2026-01-01', '2026-01-31');
    insert into public.kanban_items (id, organization_id, client_id, title) values
      ({card}, {marlowick}, {C1}, 'Proof'), ({card_b}, {quillhaven}, {B1}, 'Proof');
    insert into public.daily_plans (id, organization_id, user_id, plan_date, locked_at) values
      ({plan}, {marlowick}, {member}, '2026-01-05', null),
      ({plan_locked}, {marlowick}, {member}, '2026-01-06', now()),
      ({plan_director}, {marlowick}, {director}, '2026-01-05', null),
      ({plan_b}, {quillhaven}, {member.b}, '2026-01-05', null);
    insert into public.priority_items
      (id, organization_id, user_id, daily_plan_id, position, title, source_kind, source_id, status,
       expected_impact, probability, urgency, confidence) values
      ({item}, {marlowick}, {member}, {plan}, 0, 'Proof', 'client', {C1}, 'ready', 100, 50, 5, 50),
      ({item_own}, {marlowick}, {member}, {plan}, 2, 'Proof', 'manual', null, 'ready', 100, 50, 5, 50),
      ({item_begun}, {marlowick}, {member}, {plan}, 1, 'Proof', 'opportunity', {opportunity}, 'in_progress', 100, 50, 5, 50),
      ({item_locked}, {marlowick}, {member}, {plan_locked}, 0, 'Proof', 'client', {C1}, 'ready', 100, 50, 5, 50),
      ({item_director}, {marlowick}, {director}, {plan_director}, 0, 'Proof', 'manual', null, 'ready', 100, 50, 5, 50),
      ({item_b}, {quillhaven}, {member.b}, {plan_b}, 0, 'Proof', 'client', {B1}, 'ready', 100, 50, 5, 50);
    insert into public.focus_sessions
      (id, organization_id, user_id, daily_plan_id, priority_item_id, status, planned_start_at, started_at,
       paused_at, completed_at, duration_seconds) values
      ({planned}, {marlowick}, {member}, {plan_locked}, null, 'planned', now(), null, null, null, null),
      ({ended}, {marlowick}, {member}, {plan}, {item_own}, 'completed', null, now() - interval '1 hour', null, now(), 600),
      ({open_director}, {marlowick}, {director}, {plan_director}, null, 'running', null, now() - interval '10 minutes', null, null, null),
      ({paused_b}, {quillhaven}, {member.b}, {plan_b}, null, 'paused', null, now() - interval '10 minutes', now() - interval '2 minutes', null, null);
  $$);
  perform set_config('revos.op', '', true);
  truncate public.analytics_events, public.audit_log;
end
$fixtures$;

-- An item as save_daily_plan takes it.
create function pg_temp.item(p_source text, p_more jsonb default '{}', p_kind text default 'opportunity')
returns jsonb
language sql
as $$
  select jsonb_build_object('title', 'Proof', 'source_kind', p_kind, 'source_id', p_source,
    'expected_impact', 1000, 'probability', 50, 'urgency', 5, 'confidence', 50) || p_more
$$;

-- The matrix -----------------------------------------------------------------

insert into proof_matrix values
  --                                             A: super admin director own colleague client
  --                                             B: admin member client; deactivated, no row, anonymous
  ('plan of the Member', 'select from public.daily_plans where id = {plan}', '110100 000 00x'),
  ('plan of the Director', 'select from public.daily_plans where id = {plan_director}', '111000 000 00x'),
  ('plan of B', 'select from public.daily_plans where id = {plan_b}', '100000 110 00x'),
  ('insert plan', 'insert into public.daily_plans (organization_id, user_id, plan_date) values ({marlowick}, {member}, ''2026-02-01'')', 'uuuuuu uuu uux'),
  ('lock plan', 'update public.daily_plans set locked_at = now() where id = {plan}', '000u00 000 00x'),
  ('unlock plan', 'update public.daily_plans set locked_at = null where id = {plan_locked}', '000u00 000 00x'),
  ('give plan away', 'update public.daily_plans set user_id = {member2} where id = {plan}', 'xxxxxx xxx xxx'),
  ('delete plan', 'delete from public.daily_plans where id = {plan}', 'xxxxxx xxx xxx'),

  ('item of the Member', 'select from public.priority_items where id = {item}', '110100 000 00x'),
  ('item of the Director', 'select from public.priority_items where id = {item_director}', '111000 000 00x'),
  ('item of B', 'select from public.priority_items where id = {item_b}', '100000 110 00x'),
  ('update item', 'update public.priority_items set position = 3 where id = {item}', '000100 000 00x'),
  ('update item of B', 'update public.priority_items set position = 3 where id = {item_b}', '000000 010 00x'),
  ('delete item', 'delete from public.priority_items where id = {item}', '000100 000 00x'),
  ('delete item of the Director', 'delete from public.priority_items where id = {item_director}', '001000 000 00x'),
  ('insert item', 'insert into public.priority_items (organization_id, user_id, daily_plan_id, title, source_kind, expected_impact, probability, urgency, confidence) values ({marlowick}, {member}, {plan}, ''Proof'', ''manual'', 1, 1, 1, 1)', 'xxx1xx xxx xxx'),

  ('session of the Member', 'select from public.focus_sessions where id = {ended}', '110100 000 00x'),
  ('session of the Director', 'select from public.focus_sessions where id = {open_director}', '111000 000 00x'),
  ('session of B', 'select from public.focus_sessions where id = {paused_b}', '100000 110 00x'),
  ('insert session', 'insert into public.focus_sessions (organization_id, user_id, daily_plan_id) values ({marlowick}, {member}, {plan})', 'uuuuuu uuu uux'),
  ('update session', 'update public.focus_sessions set duration_seconds = 99999 where id = {ended}', '000u00 000 00x'),
  ('end session', 'update public.focus_sessions set status = ''completed'', completed_at = now() where id = {open_director}', '00u000 000 00x'),
  ('delete session', 'delete from public.focus_sessions where id = {ended}', '000u00 000 00x');

-- Attempts -------------------------------------------------------------------

insert into proof_attempt
-- Who may use the functions at all.
select 'no membership, wrong persona', p.who, f.call, p.expected
from (values
  ('client', 'PT403 forbidden'), ('client.b', 'PT403 forbidden'), ('gone', 'PT403 no_membership'),
  ('nobody', 'PT403 no_membership'), ('unnamed', 'PT401 unauthenticated'), ('anon', '42501'),
  ('service_role', '42501')) as p (who, expected)
cross join unnest(array[
  'select public.save_daily_plan(''2026-03-01'', ''[]'')',
  'select public.lock_daily_plan({plan}, 1)',
  'select public.unlock_daily_plan({plan_locked}, 1)',
  'select public.set_priority_status({item}, ''done'', 1)',
  'select public.start_focus_session({plan}, null, 50)',
  'select public.pause_focus_session({open_director}, 1)',
  'select public.resume_focus_session({open_director}, 1)',
  'select public.complete_focus_session({open_director}, false, 1)']) as f (call)
union all
-- Another tenant's rows and a colleague's are as good as none.
select 'somebody else''s', p.who, f.call, 'PT404 not_found'
from unnest(array['member', 'director', 'admin']) as p (who)
cross join unnest(array[
  'select public.lock_daily_plan({plan_b}, 1)', 'select public.lock_daily_plan({nobody}, 1)',
  'select public.unlock_daily_plan({plan_b}, 1)', 'select public.unlock_daily_plan({nobody}, 1)',
  'select public.set_priority_status({item_b}, ''done'', 1)', 'select public.set_priority_status({nobody}, ''done'', 1)',
  'select public.start_focus_session({plan_b}, null, 50)', 'select public.start_focus_session({nobody}, null, 50)',
  'select public.resume_focus_session({paused_b}, 1)', 'select public.resume_focus_session({nobody}, 1)',
  'select public.pause_focus_session({paused_b}, 1)', 'select public.pause_focus_session({nobody}, 1)',
  'select public.complete_focus_session({paused_b}, false, 1)', 'select public.complete_focus_session({nobody}, false, 1)']) as f (call)
union all
select 'a colleague''s', 'member', f.call, 'PT404 not_found'
from unnest(array[
  'select public.lock_daily_plan({plan_director}, 1)', 'select public.unlock_daily_plan({plan_director}, 1)',
  'select public.set_priority_status({item_director}, ''done'', 1)',
  'select public.start_focus_session({plan_director}, null, 50)',
  'select public.pause_focus_session({open_director}, 1)',
  'select public.complete_focus_session({open_director}, false, 1)']) as f (call)
union all
-- An Admin sees them, and may not touch them.
select 'a colleague''s', p.who, f.call, 'PT403 forbidden'
from unnest(array['admin', 'superadmin']) as p (who)
cross join unnest(array[
  'select public.lock_daily_plan({plan_director}, 1)', 'select public.unlock_daily_plan({plan_locked}, 1)',
  'select public.set_priority_status({item_director}, ''done'', 1)',
  'select public.start_focus_session({plan_director}, null, 50)',
  'select public.pause_focus_session({open_director}, 1)',
  'select public.complete_focus_session({open_director}, false, 1)']) as f (call)
union all
-- Arguments.
select 'argument', 'member', f.call, 'PT400 invalid_argument'
from unnest(array[
  'select public.save_daily_plan(null, ''[]'')', 'select public.save_daily_plan(''infinity'', ''[]'')',
  'select public.save_daily_plan(''2026-03-01'', null)', 'select public.save_daily_plan(''2026-03-01'', ''{}'')',
  'select public.save_daily_plan(''2026-03-01'', ''[1]'')',
  'select public.save_daily_plan(''2026-03-01'', (select jsonb_agg(pg_temp.item(md5(n::text)::uuid::text)) from generate_series(1, 8) n))',
  'select public.lock_daily_plan(null, 1)', 'select public.lock_daily_plan({plan}, null)',
  'select public.unlock_daily_plan(null, 1)', 'select public.unlock_daily_plan({plan_locked}, null)',
  'select public.set_priority_status(null, ''done'', 1)', 'select public.set_priority_status({item}, null, 1)',
  'select public.set_priority_status({item}, ''finished'', 1)', 'select public.set_priority_status({item}, ''done'', null)',
  'select public.start_focus_session(null, null, 50)', 'select public.start_focus_session({plan}, null, null)',
  'select public.start_focus_session({plan}, null, 4)', 'select public.start_focus_session({plan}, null, 181)',
  'select public.pause_focus_session(null, 1)', 'select public.resume_focus_session(null, 1)',
  'select public.complete_focus_session(null, false, 1)', 'select public.complete_focus_session({ended}, null, 1)'])
  as f (call)
union all
-- Items.
select 'item with ' || i.more, 'member',
  format('select public.save_daily_plan(''2026-03-01'', jsonb_build_array(pg_temp.item(''<opportunity>'', %L)))', i.more),
  'PT400 invalid_argument'
from unnest(array[
  '{"title": ""}', '{"title": 7}', '{"source_kind": "manual"}', '{"source_kind": "x"}', '{"source_id": "x"}',
  '{"source_id": null}', '{"expected_impact": -1}', '{"expected_impact": "much"}', '{"expected_impact": 1e20}',
  '{"effort_hours": 0}', '{"probability": 101}', '{"urgency": 0}', '{"urgency": 11}', '{"confidence": -1}',
  '{"strategic_weight": "x"}', '{"status": "done"}', '{"score": 1}']) as i (more)
union all
select 'long item', 'member', 'select public.save_daily_plan(''2026-03-01'', jsonb_build_array(pg_temp.item(''<opportunity>'', jsonb_build_object(' || i.more || '))))',
  'PT400 invalid_argument'
from unnest(array['''title'', repeat(''x'', 201)', '''next_action'', repeat(''x'', 10001)']) as i (more)
union all
-- A source that is not there, or not for these eyes, by function and directly.
select 'source', 'member', format('select public.save_daily_plan(''2026-03-01'', jsonb_build_array(pg_temp.item(%L, ''{}'', %L)))', '<' || s.id || '>', s.kind),
  'PT404 not_found'
from (values ('opportunity', 'opportunity_b'), ('opportunity', 'nobody'), ('client', 'B1'), ('client', 'nobody'),
  ('qbr', 'B1'), ('kanban_item', 'card_b'), ('invoice', 'invoice_c3'), ('invoice', 'nobody')) as s (kind, id)
union all
select 'source', 'member', format('insert into public.priority_items (organization_id, user_id, daily_plan_id, title, source_kind, source_id, expected_impact, probability, urgency, confidence) values ({marlowick}, {member}, {plan}, ''Proof'', %L, {%s}, 1, 1, 1, 1)', s.kind, s.id),
  s.expected
from (values ('opportunity', 'opportunity_b', 'PT404 not_found'), ('opportunity', 'nobody', 'PT404 not_found'),
  ('invoice', 'invoice_c3', 'PT404 not_found'), ('manual', 'opportunity', 'PT404 not_found'),
  ('invoice', 'invoice', '1'), ('qbr', 'C3', '1'), ('kanban_item', 'card', '1')) as s (kind, id, expected)
union all values
  ('source', 'member', 'update public.priority_items set source_id = {B1} where id = {item}', 'PT404 not_found'),
  ('source', 'member', 'update public.priority_items set source_id = {nobody} where id = {item}', 'PT404 not_found'),
  ('source', 'member', 'update public.priority_items set source_id = {C3} where id = {item}', '1'),
  ('source twice', 'member', 'update public.priority_items set source_kind = ''client'', source_id = {C1} where id = {item_own}', '23505 priority_items_source_key'),
  ('manual for the function', 'member', 'select public.save_daily_plan(''2026-03-01'', jsonb_build_array(pg_temp.item(null, ''{}'', ''manual'')))', 'PT400 invalid_argument'),
  -- Another person's plan, by the foot in the door of each reference.
  ('on a colleague''s plan', 'member', 'update public.priority_items set daily_plan_id = {plan_director} where id = {item}', '23503 priority_items_daily_plan_id_fkey'),
  ('on a plan of B', 'member', 'update public.priority_items set daily_plan_id = {plan_b} where id = {item}', '23503 priority_items_daily_plan_id_fkey'),
  ('on no plan', 'member', 'update public.priority_items set daily_plan_id = {nobody} where id = {item}', '23503 priority_items_daily_plan_id_fkey'),
  ('for a colleague', 'member', 'update public.priority_items set user_id = {director}, daily_plan_id = {plan_director} where id = {item}', '42501'),
  ('into B', 'member', 'update public.priority_items set organization_id = {quillhaven} where id = {item}', 'PT400 immutable_column'),
  ('forged item', 'member', 'insert into public.priority_items (organization_id, user_id, daily_plan_id, title, source_kind, expected_impact, probability, urgency, confidence, created_at) values ({marlowick}, {member}, {plan}, ''Proof'', ''manual'', 1, 1, 1, 1, ''2001-01-01'')', '42501'),
  ('session on a plan of B', 'service_role', 'insert into public.focus_sessions (organization_id, user_id, daily_plan_id) values ({marlowick}, {member}, {plan_b})', '23503 focus_sessions_daily_plan_id_fkey'),
  ('session on a colleague''s plan', 'service_role', 'insert into public.focus_sessions (organization_id, user_id, daily_plan_id) values ({marlowick}, {member}, {plan_director})', '23503 focus_sessions_daily_plan_id_fkey'),
  ('session for an item of B', 'service_role', 'update public.focus_sessions set priority_item_id = {item_b} where id = {ended}', '23503 focus_sessions_priority_item_id_fkey'),
  -- A locked plan keeps its items.
  ('locked plan', 'member', 'update public.priority_items set title = ''x'' where id = {item_locked}', 'PT409 plan_locked'),
  ('locked plan', 'member', 'delete from public.priority_items where id = {item_locked}', 'PT409 plan_locked'),
  ('locked plan', 'member', 'update public.priority_items set daily_plan_id = {plan_locked} where id = {item}', 'PT409 plan_locked'),
  ('locked plan', 'member', 'insert into public.priority_items (organization_id, user_id, daily_plan_id, title, source_kind, expected_impact, probability, urgency, confidence) values ({marlowick}, {member}, {plan_locked}, ''Proof'', ''manual'', 1, 1, 1, 1)', 'PT409 plan_locked'),
  ('locked plan', 'member', 'update public.priority_items set status = ''done'' where id = {item_locked}', '1'),
  ('locked plan', 'member', 'select public.save_daily_plan(''2026-01-06'', ''[]'', 1)', 'PT409 plan_locked'),
  -- Stale versions.
  ('stale', 'member', 'select public.save_daily_plan(''2026-01-05'', ''[]'', 2)', 'PT409 stale_version'),
  ('stale', 'member', 'select public.save_daily_plan(''2026-01-05'', ''[]'')', 'PT409 stale_version'),
  ('one source twice', 'member', 'select public.save_daily_plan(''2026-03-01'', jsonb_build_array(pg_temp.item(''<opportunity>''), pg_temp.item(''<opportunity>'')))', '23505 priority_items_source_key'),
  ('no such plan', 'member', 'select public.save_daily_plan(''2026-03-01'', ''[]'', 1)', 'PT404 not_found'),
  ('stale', 'member', 'select public.lock_daily_plan({plan}, 2)', 'PT409 stale_version'),
  ('stale', 'member', 'select public.unlock_daily_plan({plan_locked}, 2)', 'PT409 stale_version'),
  ('stale', 'member', 'select public.set_priority_status({item}, ''done'', 2)', 'PT409 stale_version'),
  ('stale', 'director', 'select public.pause_focus_session({open_director}, 2)', 'PT409 stale_version'),
  ('stale', 'member.b', 'select public.resume_focus_session({paused_b}, 2)', 'PT409 stale_version'),
  ('stale', 'director', 'select public.complete_focus_session({open_director}, false, 2)', 'PT409 stale_version'),
  -- Sessions.
  ('second session', 'director', 'select public.start_focus_session({plan_director}, null, 50)', 'PT409 session_open'),
  ('session beside a colleague''s, which an Admin sees', 'admin', 'select public.start_focus_session((public.save_daily_plan(''2026-03-01'', ''[]'', null) -> ''plan'' ->> ''id'')::uuid, null, 50)', '1'),
  ('second session', 'member.b', 'select public.start_focus_session({plan_b}, null, 50)', 'PT409 session_open'),
  ('second session', 'director', 'select public.start_focus_session({plan_director}, null, 50, {open_director})', 'PT409 session_open'),
  ('second session by the index', 'service_role', 'insert into public.focus_sessions (organization_id, user_id, daily_plan_id, status, started_at) values ({marlowick}, {director}, {plan_director}, ''running'', now())', '23505 focus_sessions_open_key'),
  ('planned on another plan', 'member', 'select public.start_focus_session({plan}, null, 50, {planned})', 'PT404 not_found'),
  ('ended session', 'member', 'select public.start_focus_session({plan}, null, 50, {ended})', 'PT404 not_found'),
  ('item of another plan', 'member', 'select public.start_focus_session({plan}, {item_locked}, 50)', 'PT404 not_found'),
  ('item of B', 'member', 'select public.start_focus_session({plan}, {item_b}, 50)', 'PT404 not_found'),
  ('paused twice', 'member.b', 'select public.pause_focus_session({paused_b}, 1)', 'PT409 invalid_transition'),
  ('resumed while running', 'director', 'select public.resume_focus_session({open_director}, 1)', 'PT409 invalid_transition'),
  ('ended before it began', 'member', 'select public.complete_focus_session({planned}, false, 1)', 'PT409 invalid_transition'),
  -- The state guard binds the service as well.
  ('back to running', 'service_role', 'update public.focus_sessions set status = ''running'', completed_at = null where id = {ended}', 'PT409 invalid_transition'),
  ('planned to completed', 'service_role', 'update public.focus_sessions set status = ''completed'', started_at = now(), completed_at = now() where id = {planned}', 'PT409 invalid_transition'),
  ('running without start', 'service_role', 'update public.focus_sessions set status = ''running'' where id = {planned}', '23514 focus_sessions_started_at_check'),
  ('sweep', 'member', 'select public.service_sweep_focus_sessions()', '42501'),
  ('sweep', 'superadmin', 'select public.service_sweep_focus_sessions()', '42501'),
  ('sweep', 'anon', 'select public.service_sweep_focus_sessions()', '42501'),
  -- Checks of the table.
  ('title', 'member', 'update public.priority_items set title = '' '' where id = {item}', '23514 priority_items_title_check'),
  ('title', 'member', 'update public.priority_items set title = repeat(''x'', 201) where id = {item}', '23514 priority_items_title_check'),
  ('next action', 'member', 'update public.priority_items set next_action = repeat(''x'', 10001) where id = {item}', '23514 priority_items_next_action_check'),
  ('position', 'member', 'update public.priority_items set position = -1 where id = {item}', '23514 priority_items_position_check'),
  ('urgency', 'member', 'update public.priority_items set urgency = 11 where id = {item}', '23514 priority_items_urgency_check'),
  ('minutes', 'service_role', 'update public.focus_sessions set planned_minutes = 4 where id = {planned}', '23514 focus_sessions_planned_minutes_check');

-- Effects --------------------------------------------------------------------

insert into proof_effect values
  ('first plan of a day', 'member', 'marlowick',
    'select public.save_daily_plan(''2026-03-01'', jsonb_build_array(pg_temp.item(''<opportunity>''), pg_temp.item(''<invoice>'', ''{"effort_hours": 0.5, "strategic_weight": "stabilization"}'', ''invoice'')))',
    'plan.computed | insert daily_plans (save_daily_plan), insert priority_items 2 (save_daily_plan)',
    'select format(''%s %s %s'', string_agg(i.position || '':'' || i.score, '' '' order by i.position), max(p.version), max(p.computed_at) is not null)
      from public.daily_plans p join public.priority_items i on i.daily_plan_id = p.id where p.plan_date = ''2026-03-01'' and p.user_id = {member}',
    '0:125.00 1:225.00 1 t'),
  ('empty plan', 'superadmin', 'marlowick', 'select public.save_daily_plan(''2026-03-01'', ''[]'')',
    'plan.computed | insert daily_plans (save_daily_plan)',
    'select organization_id = {marlowick} from public.daily_plans where plan_date = ''2026-03-01''', 'true'),
  -- The begun and the own item stay, the ready one goes; the begun opportunity is not doubled.
  ('plan computed anew', 'member', 'marlowick',
    'select public.save_daily_plan(''2026-01-05'', jsonb_build_array(pg_temp.item(''<opportunity>''), pg_temp.item(''<opportunity2>''), pg_temp.item(''<C3>'', ''{}'', ''qbr'')), 1)',
    'plan.computed | delete priority_items (save_daily_plan), insert priority_items 2 (save_daily_plan), update daily_plans (save_daily_plan)',
    'select string_agg(format(''%s:%s:%s'', i.position, i.source_kind, i.status), '' '' order by i.position)
      || (select format('' %s %s'', p.version, (select payload from public.analytics_events)) from public.daily_plans p where p.id = {plan})
      from public.priority_items i where i.daily_plan_id = {plan}',
    '0:opportunity:ready 1:opportunity:in_progress 2:manual:ready 3:qbr:ready 2 {"items": 4, "score": 275.00}'),
  ('locking', 'member', 'marlowick', 'select public.lock_daily_plan({plan}, 1)',
    'plan.locked | update daily_plans (lock_daily_plan)',
    'select format(''%s %s'', (select locked_at = now() from public.daily_plans where id = {plan}),
      string_agg(format(''%s+%s'', extract(epoch from planned_start_at - now())::integer / 60, planned_minutes), '' '' order by planned_start_at))
      from public.focus_sessions where daily_plan_id = {plan} and status = ''planned''',
    't 5+50 70+50'),
  ('locking again', 'member', 'marlowick', 'select public.lock_daily_plan({plan_locked}, 9)', '- | -',
    'select count(*) from public.focus_sessions where daily_plan_id = {plan_locked}', '1'),
  ('answer of locking again', 'member', 'marlowick', 'select public.lock_daily_plan({plan_locked}, null)', '- | -', null, null),
  ('unlocking', 'member', 'marlowick', 'select public.unlock_daily_plan({plan_locked}, 1)',
    'plan.unlocked | update daily_plans (unlock_daily_plan)',
    'select count(*) from public.focus_sessions where id = {planned}', '0'),
  ('unlocking again', 'member', 'marlowick', 'select public.unlock_daily_plan({plan}, 9)', '- | -', null, null),
  ('done', 'member', 'marlowick', 'select public.set_priority_status({item_locked}, ''done'', 1)',
    'priority.completed | update priority_items (set_priority_status)',
    'select format(''%s %s %s'', completed_at = now(), version, (select payload from public.analytics_events)) from public.priority_items where id = {item_locked}',
    't 2 {"score": 12.50, "source_kind": "client"}'),
  ('deferred', 'director', 'marlowick', 'select public.set_priority_status({item_director}, ''deferred'', 1)',
    'priority.deferred | update priority_items (set_priority_status)', null, null),
  ('begun', 'member', 'marlowick', 'select public.set_priority_status({item}, ''in_progress'', 1)',
    'priority.updated | update priority_items (set_priority_status)', null, null),
  ('the same status', 'member', 'marlowick', 'select public.set_priority_status({item}, ''ready'', 1)', '- | -', null, null),
  ('reopened', 'member', 'marlowick',
    'do $do$ begin update public.priority_items set status = ''done'' where id = {item}; update public.priority_items set status = ''ready'' where id = {item}; end $do$',
    'priority.completed, priority.updated | update priority_items 2',
    'select completed_at is null from public.priority_items where id = {item}', 'true'),
  ('own item', 'member', 'marlowick',
    'insert into public.priority_items (organization_id, user_id, daily_plan_id, title, source_kind, expected_impact, probability, urgency, confidence) values ({marlowick}, {member}, {plan}, ''Proof'', ''manual'', 1, 1, 1, 1)',
    'priority.updated | insert priority_items', null, null),
  ('edited item', 'member', 'marlowick', 'update public.priority_items set title = ''x'' where id = {item_own}',
    'priority.updated | update priority_items',
    'select payload from public.analytics_events', '{"score": 12.50, "action": "update", "changed": ["title"], "source_kind": "manual"}'),
  ('deferred directly', 'member', 'marlowick', 'update public.priority_items set status = ''deferred'' where id = {item_own}',
    'priority.deferred | update priority_items', null, null),
  ('no change', 'member', 'marlowick', 'update public.priority_items set title = title where id = {item_own}', '- | -', null, null),
  -- Its session forgets the item and keeps its time.
  ('removed item', 'member', 'marlowick', 'delete from public.priority_items where id = {item_own}',
    'priority.updated | delete priority_items',
    'select format(''%s %s'', priority_item_id is null, duration_seconds) from public.focus_sessions where id = {ended}', 't 600'),
  ('start', 'member', 'marlowick', 'select public.start_focus_session({plan}, {item}, 25)', 'focus.started | -',
    'select format(''%s %s %s %s'', status, started_at = now(), planned_minutes, priority_item_id = {item}) from public.focus_sessions where status = ''running'' and user_id = {member}',
    'running t 25 t'),
  ('start as planned', 'member', 'marlowick', 'select public.start_focus_session({plan_locked}, {item_locked}, 90, {planned})', 'focus.started | -',
    'select format(''%s %s %s %s'', status, planned_minutes, priority_item_id = {item_locked}, version) from public.focus_sessions where id = {planned}', 'running 90 t 2'),
  ('pause', 'director', 'marlowick', 'select public.pause_focus_session({open_director}, 1)', 'focus.paused | -',
    'select format(''%s %s'', status, paused_at = now()) from public.focus_sessions where id = {open_director}', 'paused t'),
  ('resume', 'member.b', 'quillhaven', 'select public.resume_focus_session({paused_b}, 1)', 'focus.resumed | -',
    'select format(''%s %s %s'', status, paused_at is null, paused_seconds) from public.focus_sessions where id = {paused_b}', 'running t 120'),
  ('complete', 'director', 'marlowick', 'select public.complete_focus_session({open_director}, false, 1)', 'focus.completed | -',
    'select format(''%s %s %s %s'', status, completed_at = now(), duration_seconds, (select payload from public.analytics_events)) from public.focus_sessions where id = {open_director}',
    'completed t 600 {"duration_seconds": 600}'),
  ('abandon while paused', 'member.b', 'quillhaven', 'select public.complete_focus_session({paused_b}, true, 1)', 'focus.abandoned | -',
    'select format(''%s %s %s %s'', status, paused_at is null, paused_seconds, duration_seconds) from public.focus_sessions where id = {paused_b}', 'abandoned t 120 480'),
  ('complete again', 'member', 'marlowick', 'select public.complete_focus_session({ended}, true, 9)', '- | -',
    'select status from public.focus_sessions where id = {ended}', 'completed'),
  ('sweep of nothing', 'service_role', 'marlowick', 'select public.service_sweep_focus_sessions()', '- | -', null, null),
  -- Not yet five minutes over, and not yet half a day paused.
  ('early sweep', 'service_role', 'marlowick',
    'do $do$ begin
      update public.focus_sessions set started_at = now() - interval ''54 minutes'' where id = {open_director};
      update public.focus_sessions set paused_at = now() - interval ''11 hours'', started_at = now() - interval ''11 hours'' where id = {paused_b};
      perform public.service_sweep_focus_sessions(); end $do$', '- | -', null, null),
  ('sweep of one that ran out', 'service_role', 'marlowick',
    'do $do$ begin
      update public.focus_sessions set started_at = now() - interval ''3 hours'' where id = {open_director};
      perform public.service_sweep_focus_sessions(); end $do$', 'focus.completed | -',
    'select format(''%s %s %s'', status, completed_at = started_at + interval ''50 minutes'', duration_seconds) from public.focus_sessions where id = {open_director}', 'completed t 3000'),
  ('sweep of one left paused', 'service_role', 'quillhaven',
    'do $do$ begin
      update public.focus_sessions set started_at = now() - interval ''12 hours 10 minutes'', paused_at = now() - interval ''12 hours'' where id = {paused_b};
      perform public.service_sweep_focus_sessions(); end $do$', 'focus.abandoned | -',
    'select format(''%s %s %s'', status, paused_seconds, duration_seconds) from public.focus_sessions where id = {paused_b}', 'abandoned 43200 600');

select pg_temp.run_all();

-- Figures --------------------------------------------------------------------

-- V15 of metrics.md.
do $scores$
declare
  line record;
begin
  for line in select * from (values
    (12000, 1, 60, 9, 80, 'brilliant', '6220.80'), (4000, 0.5, 70, 7, 70, 'incremental', '2744.00'),
    (3500, 0.3, 90, 10, 90, 'stabilization', '8505.00'), (8000, 2, 50, 6, 60, 'incremental', '720.00'),
    (5000, 0.5, 55, 8, 70, 'incremental', '3080.00'), (7000, 1.5, 65, 7, 60, 'stabilization', '1146.60'),
    (1000, 0.1, 50, 5, 50, 'incremental', '500.00')
  ) as v (impact, hours, probability, urgency, confidence, weight, score)
  loop
    perform pg_temp.check_that('score of ' || line.impact, pg_temp.effect('member', format(
      'update public.priority_items set expected_impact = %s, effort_hours = %s, probability = %s, urgency = %s,
        confidence = %s, strategic_weight = %L where id = {item}',
      line.impact, line.hours, line.probability, line.urgency, line.confidence, line.weight),
      'select score from public.priority_items where id = {item}'), line.score);
  end loop;
end
$scores$;

-- V16: started 09:00, planned 50 minutes, a finished pause of 5:30 where given.
do $clock$
declare
  line record;
  session public.focus_sessions;
begin
  for line in select * from (values
    ('09:40:00', null, 330, '09:40:00 2070'), ('10:20:00', null, 330, '09:55:30 3000'),
    ('09:12:00', '09:10:00', 0, '09:12:00 600'), ('09:00:00', null, 0, '09:00:00 0'),
    ('09:50:00', null, 0, '09:50:00 3000'), ('21:10:00', '09:10:00', 0, '21:10:00 600')
  ) as v (ended_at, paused_at, paused_seconds, expected)
  loop
    session := null;
    session.started_at := '2026-05-20 09:00:00+00';
    session.planned_minutes := 50;
    session.paused_seconds := line.paused_seconds;
    session.paused_at := '2026-05-20 ' || line.paused_at || '+00';
    session := private.ended_session(session, 'completed', ('2026-05-20 ' || line.ended_at || '+00')::timestamptz);
    perform pg_temp.check_that('session ended at ' || line.ended_at,
      format('%s %s', (session.completed_at at time zone 'UTC')::time, session.duration_seconds), line.expected);
  end loop;
end
$clock$;

-- What the functions answer.
select pg_temp.check_that('answer of saving', pg_temp.outcome('member',
  $$select format('%s %s', a #>> '{plan,plan_date}', jsonb_array_length(a -> 'items'))
    from public.save_daily_plan('2026-03-01', jsonb_build_array(pg_temp.item('<opportunity>'))) a$$), '2026-03-01 1');
select pg_temp.check_that('answer of locking', pg_temp.outcome('member',
  $$select format('%s %s', a #>> '{plan,version}', jsonb_array_length(a -> 'sessions'))
    from public.lock_daily_plan({plan}, 1) a$$), '2 2');
select pg_temp.check_that('setting of the operation afterwards', pg_temp.outcome('member',
  $$select current_setting('revos.op') from public.lock_daily_plan({plan}, 1)$$), '');
-- The error names the row to go on with.
do $details$
declare
  found text;
begin
  perform pg_temp.become('director');
  begin
    perform public.start_focus_session((select id from pg_temp.proof_id where key = 'plan_director'), null, 50);
  exception when sqlstate 'PT409' then
    get stacked diagnostics found = pg_exception_detail;
  end;
  perform set_config('role', 'none', true);
  perform pg_temp.check_that('detail of session_open', found::jsonb ->> 'id',
    (select id::text from pg_temp.proof_id where key = 'open_director'));
end
$details$;

select last_value as checks from pg_temp.proof_checks;

rollback;
