-- The focus timer: start, pause, resume, end. A person has one open session at
-- most; the worker ends those that were left behind.

-- Helpers --------------------------------------------------------------------

create function private.refuse_open_session() returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  open_session jsonb;
begin
  select to_jsonb(s) into open_session from public.focus_sessions s
    where s.user_id = auth.uid() and s.status in ('running', 'paused');
  if open_session is not null then
    perform private.fail(409, 'session_open', open_session);
  end if;
end
$$;
comment on function private.refuse_open_session() is
  'Raises session_open with the session that the caller has open, if there is one.';

create function private.pause_so_far(p_session public.focus_sessions, p_at timestamptz) returns integer
language sql immutable
set search_path = ''
as $$
  select p_session.paused_seconds
    + coalesce(round(extract(epoch from p_at - p_session.paused_at)), 0)::integer
$$;
comment on function private.pause_so_far(public.focus_sessions, timestamptz) is
  'Seconds of all pauses, the open one included.';

create function private.ended_session(
  p_session public.focus_sessions, p_status text, p_at timestamptz
)
returns public.focus_sessions
language plpgsql immutable
set search_path = ''
as $$
declare
  ended public.focus_sessions := p_session;
begin
  ended.status := p_status;
  ended.paused_seconds := private.pause_so_far(p_session, p_at);
  ended.paused_at := null;
  -- A timer that nobody stopped counts to its planned end and no further.
  ended.completed_at := least(
    p_at,
    p_session.started_at
      + make_interval(mins => p_session.planned_minutes, secs => ended.paused_seconds));
  ended.duration_seconds := greatest(0,
    round(extract(epoch from ended.completed_at - p_session.started_at))::integer
      - ended.paused_seconds);
  return ended;
end
$$;
comment on function private.ended_session(public.focus_sessions, text, timestamptz) is
  'The session as it is when ended at that moment. The rule of metrics.md, section 8.';

create function private.end_session(p_session public.focus_sessions, p_status text)
returns public.focus_sessions
language plpgsql volatile
set search_path = ''
as $$
declare
  ended public.focus_sessions := private.ended_session(p_session, p_status, now());
begin
  update public.focus_sessions s
    set status = ended.status, paused_at = null, paused_seconds = ended.paused_seconds,
      completed_at = ended.completed_at, duration_seconds = ended.duration_seconds
    where s.id = p_session.id
    returning s.* into ended;
  perform private.emit_event('focus.' || ended.status, ended.organization_id,
    'focus_session', ended.id, jsonb_build_object('duration_seconds', ended.duration_seconds));
  return ended;
end
$$;
comment on function private.end_session(public.focus_sessions, text) is
  'Ends a locked session now and reports it. Only for functions.';

-- By the person --------------------------------------------------------------

create function public.start_focus_session(
  p_plan_id uuid, p_priority_item_id uuid default null, p_planned_minutes integer default 50,
  p_session_id uuid default null
)
returns public.focus_sessions
language plpgsql volatile
set search_path = ''
as $$
declare
  plan public.daily_plans;
  session public.focus_sessions;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_planned_minutes between 5 and 180, 'p_planned_minutes');
  plan := private.lock_row(null::public.daily_plans, 'p_plan_id', p_plan_id);
  if p_priority_item_id is not null and not exists (
    select from public.priority_items i where i.id = p_priority_item_id and i.daily_plan_id = plan.id
  ) then
    perform private.fail(404, 'not_found');
  end if;
  perform private.refuse_open_session();

  former := private.begin_operation('start_focus_session');
  begin
    if p_session_id is null then
      insert into public.focus_sessions
        (organization_id, user_id, daily_plan_id, priority_item_id, status, planned_minutes, started_at)
      values (plan.organization_id, plan.user_id, plan.id, p_priority_item_id, 'running',
        p_planned_minutes, now())
      returning * into session;
    else
      update public.focus_sessions s
        set status = 'running', started_at = now(), planned_minutes = p_planned_minutes,
          priority_item_id = coalesce(p_priority_item_id, s.priority_item_id)
        where s.id = p_session_id and s.daily_plan_id = plan.id and s.status = 'planned'
        returning s.* into session;
    end if;
  exception when unique_violation then
    -- Started elsewhere at the same moment.
    perform private.refuse_open_session();
    raise;
  end;
  if session.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.emit_event('focus.started', session.organization_id, 'focus_session', session.id,
    jsonb_build_object('planned_minutes', session.planned_minutes));
  perform private.end_operation(former);
  return session;
end
$$;
comment on function public.start_focus_session(uuid, uuid, integer, uuid) is
  'Starts a session on the own plan, or one that was planned there. session_open when one is open.';

create function public.pause_focus_session(p_session_id uuid, p_version integer)
returns public.focus_sessions
language plpgsql volatile
set search_path = ''
as $$
declare
  session public.focus_sessions;
  former text;
begin
  perform private.admit(private.is_staff());
  session := private.lock_row(null::public.focus_sessions, 'p_session_id', p_session_id);
  perform private.check_version(p_version, session.version, to_jsonb(session));
  if session.status <> 'running' then
    perform private.fail(409, 'invalid_transition', private.from_to(session.status, 'paused'));
  end if;
  former := private.begin_operation('pause_focus_session');
  update public.focus_sessions s set status = 'paused', paused_at = now()
    where s.id = session.id returning s.* into session;
  perform private.emit_event('focus.paused', session.organization_id, 'focus_session', session.id,
    jsonb_build_object('planned_minutes', session.planned_minutes));
  perform private.end_operation(former);
  return session;
end
$$;
comment on function public.pause_focus_session(uuid, integer) is
  'Stops the clock of the own running session. stale_version, invalid_transition.';

create function public.resume_focus_session(p_session_id uuid, p_version integer)
returns public.focus_sessions
language plpgsql volatile
set search_path = ''
as $$
declare
  session public.focus_sessions;
  former text;
begin
  perform private.admit(private.is_staff());
  session := private.lock_row(null::public.focus_sessions, 'p_session_id', p_session_id);
  perform private.check_version(p_version, session.version, to_jsonb(session));
  if session.status <> 'paused' then
    perform private.fail(409, 'invalid_transition', private.from_to(session.status, 'running'));
  end if;
  former := private.begin_operation('resume_focus_session');
  update public.focus_sessions s
    set status = 'running', paused_at = null, paused_seconds = private.pause_so_far(session, now())
    where s.id = session.id returning s.* into session;
  perform private.emit_event('focus.resumed', session.organization_id, 'focus_session', session.id,
    jsonb_build_object('planned_minutes', session.planned_minutes));
  perform private.end_operation(former);
  return session;
end
$$;
comment on function public.resume_focus_session(uuid, integer) is
  'Lets the clock of the own paused session go on. stale_version, invalid_transition.';

create function public.complete_focus_session(p_session_id uuid, p_abandon boolean, p_version integer)
returns public.focus_sessions
language plpgsql volatile
set search_path = ''
as $$
declare
  outcome constant text := case when p_abandon then 'abandoned' else 'completed' end;
  session public.focus_sessions;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_abandon is not null, 'p_abandon');
  session := private.lock_row(null::public.focus_sessions, 'p_session_id', p_session_id);
  -- Two tabs reach the end at the same moment, and the worker may have been first.
  if session.completed_at is not null then
    return session;
  end if;
  perform private.check_version(p_version, session.version, to_jsonb(session));
  if session.status = 'planned' then
    perform private.fail(409, 'invalid_transition', private.from_to(session.status, outcome));
  end if;
  former := private.begin_operation('complete_focus_session');
  session := private.end_session(session, outcome);
  perform private.end_operation(former);
  return session;
end
$$;
comment on function public.complete_focus_session(uuid, boolean, integer) is
  'Ends the own session, counting focus up to its planned end; one that has ended is returned as it is. stale_version.';

-- By the worker --------------------------------------------------------------

create function public.service_sweep_focus_sessions() returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  -- The page ends a session on time; only what it left behind is swept up.
  grace constant interval := '5 minutes';
  longest_pause constant interval := '12 hours';
  former constant text := private.begin_operation('service_sweep_focus_sessions');
  session public.focus_sessions;
  swept integer := 0;
begin
  for session in
    select s.* from public.focus_sessions s
    where (s.status = 'running'
        and s.started_at + make_interval(mins => s.planned_minutes, secs => s.paused_seconds) + grace <= now())
      or (s.status = 'paused' and s.paused_at + longest_pause <= now())
    order by s.id
    -- A session that its person is just ending is none of ours.
    for no key update skip locked
  loop
    perform private.end_session(
      session, case session.status when 'running' then 'completed' else 'abandoned' end);
    swept := swept + 1;
  end loop;
  perform private.end_operation(former);
  return swept;
end
$$;
comment on function public.service_sweep_focus_sessions() is
  'Completes sessions that ran out, abandons those paused for half a day; returns how many.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.refuse_open_session(),
  private.pause_so_far(public.focus_sessions, timestamptz),
  private.ended_session(public.focus_sessions, text, timestamptz),
  private.end_session(public.focus_sessions, text)
from public, anon;
grant execute on function
  private.refuse_open_session(),
  private.pause_so_far(public.focus_sessions, timestamptz),
  private.ended_session(public.focus_sessions, text, timestamptz),
  private.end_session(public.focus_sessions, text)
to authenticated, service_role;

revoke execute on function
  public.start_focus_session(uuid, uuid, integer, uuid),
  public.pause_focus_session(uuid, integer),
  public.resume_focus_session(uuid, integer),
  public.complete_focus_session(uuid, boolean, integer),
  public.service_sweep_focus_sessions()
from public, anon, authenticated, service_role;
grant execute on function
  public.start_focus_session(uuid, uuid, integer, uuid),
  public.pause_focus_session(uuid, integer),
  public.resume_focus_session(uuid, integer),
  public.complete_focus_session(uuid, boolean, integer)
to authenticated;
grant execute on function public.service_sweep_focus_sessions() to service_role;
