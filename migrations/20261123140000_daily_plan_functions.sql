-- Computing, committing to and working off the plan of a day. Everyone acts on
-- the own plan: the policies of the tables see to it.

-- Helpers --------------------------------------------------------------------

create function private.refuse_problems(p_argument text, p_problems jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_problems <> '[]' then
    perform private.fail(400, 'invalid_argument',
      jsonb_build_object('argument', p_argument, 'problems', p_problems));
  end if;
end
$$;
comment on function private.refuse_problems(text, jsonb) is
  'Raises invalid_argument with the problems that field_problems found, for calls that programs fill in and no person.';

create function private.check_plan_items(p_items jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  -- The most that fits on a day.
  maximum_items constant integer := 7;
  rules constant jsonb := jsonb_build_object(
    'title', '{"kind": "text", "maximum": 200, "required": true}'::jsonb,
    'source_kind', '{"kind": "choice", "required": true,
      "of": ["opportunity", "invoice", "client", "kanban_item", "qbr"]}'::jsonb,
    'source_id', '{"kind": "id", "required": true}'::jsonb,
    'expected_impact', '{"kind": "amount", "minimum": 0, "maximum": 999999999999.99, "required": true}'::jsonb,
    'effort_hours', '{"kind": "amount", "minimum": 0.01, "maximum": 999.99}'::jsonb,
    'probability', '{"kind": "amount", "minimum": 0, "maximum": 100, "required": true}'::jsonb,
    'urgency', '{"kind": "amount", "minimum": 1, "maximum": 10, "required": true}'::jsonb,
    'confidence', '{"kind": "amount", "minimum": 0, "maximum": 100, "required": true}'::jsonb,
    'strategic_weight', '{"kind": "choice", "of": ["brilliant", "incremental", "stabilization"]}'::jsonb,
    'next_action', '{"kind": "text", "maximum": 10000}'::jsonb);
  problems jsonb;
begin
  perform private.require(jsonb_typeof(p_items) = 'array', 'p_items');
  perform private.require(jsonb_array_length(p_items) <= maximum_items, 'p_items');
  select jsonb_agg(problem) into problems
    from jsonb_array_elements(p_items) with ordinality as i (item, number)
    cross join jsonb_array_elements(private.field_problems(i.number::integer, i.item, rules)) as p (problem);
  perform private.refuse_problems('p_items', coalesce(problems, '[]'));
end
$$;
comment on function private.check_plan_items(jsonb) is
  'Raises invalid_argument unless these are at most seven computed items.';

create function private.plan_items(p_plan_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(i) order by i.position, i.id), '[]')
  from public.priority_items i where i.daily_plan_id = p_plan_id
$$;

create function private.planned_sessions(p_plan_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(s) order by s.planned_start_at, s.id), '[]')
  from public.focus_sessions s where s.daily_plan_id = p_plan_id and s.status = 'planned'
$$;

-- The plan -------------------------------------------------------------------

create function public.save_daily_plan(p_plan_date date, p_items jsonb, p_version integer default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  plan public.daily_plans;
  items jsonb;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_plan_date between '2000-01-01' and '2999-12-31', 'p_plan_date');
  perform private.check_plan_items(p_items);

  former := private.begin_operation('save_daily_plan');
  insert into public.daily_plans (organization_id, user_id, plan_date, computed_at)
    values (private.current_org_id(), auth.uid(), p_plan_date, now())
    on conflict (user_id, plan_date) do nothing
    returning * into plan;
  if found then
    -- Whoever names a version has read a plan, and there was none.
    if p_version is not null then
      perform private.fail(404, 'not_found');
    end if;
  else
    select p.* into strict plan from public.daily_plans p
      where p.user_id = auth.uid() and p.plan_date = p_plan_date for no key update;
    if plan.locked_at is not null then
      perform private.fail(409, 'plan_locked', to_jsonb(plan));
    end if;
    -- No version: the caller read no plan, somebody else's tab made one meanwhile.
    perform private.check_version(coalesce(p_version, 0), plan.version, to_jsonb(plan));
    update public.daily_plans p set computed_at = now() where p.id = plan.id returning p.* into plan;
  end if;

  delete from public.priority_items i
    where i.daily_plan_id = plan.id and i.status = 'ready' and i.source_kind <> 'manual';
  insert into public.priority_items
    (organization_id, user_id, daily_plan_id, position, title, source_kind, source_id,
     expected_impact, effort_hours, probability, urgency, confidence, strategic_weight, next_action)
  select plan.organization_id, plan.user_id, plan.id, place.position, i.title, i.source_kind,
    i.source_id, i.expected_impact, coalesce(i.effort_hours, 1), i.probability, i.urgency,
    i.confidence, coalesce(i.strategic_weight, 'incremental'), i.next_action
  from (
    select i.*, row_number() over (order by given.number) as number
    from jsonb_array_elements(p_items) with ordinality as given (item, number)
    cross join jsonb_populate_record(null::public.priority_items, private.tidied(given.item)) as i
    -- Not what is on the plan already: begun, done or deferred.
    where not exists (
      select from public.priority_items k
      where k.daily_plan_id = plan.id and (k.source_kind, k.source_id) = (i.source_kind, i.source_id))
  ) as i
  -- What was kept stays where it is; the computed items fill the places between.
  join (
    select n.position, row_number() over (order by n.position) as number
    from generate_series(0, (
      select jsonb_array_length(p_items) + count(*)::integer from public.priority_items k
      where k.daily_plan_id = plan.id
    )) as n (position)
    where not exists (
      select from public.priority_items k where k.daily_plan_id = plan.id and k.position = n.position)
  ) as place on place.number = i.number;

  items := private.plan_items(plan.id);
  perform private.emit_event('plan.computed', plan.organization_id, 'daily_plan', plan.id,
    jsonb_build_object(
      'items', jsonb_array_length(items),
      'score', (select coalesce(sum((i ->> 'score')::numeric), 0) from jsonb_array_elements(items) as i)));
  perform private.end_operation(former);
  return jsonb_build_object('plan', to_jsonb(plan), 'items', items);
end
$$;
comment on function public.save_daily_plan(date, jsonb, integer) is
  'Puts computed items on the caller''s plan of a day in place of those not begun; begun, done, deferred and own items stay. plan_locked, stale_version.';

create function public.lock_daily_plan(p_plan_id uuid, p_version integer) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  -- Two blocks of focus, a breath before the first and a break between them.
  block_minutes constant integer := 50;
  first_start constant timestamptz := now() + interval '5 minutes';
  second_start constant timestamptz := first_start + interval '15 minutes'
    + make_interval(mins => block_minutes);
  plan public.daily_plans;
  former text;
begin
  perform private.admit(private.is_staff());
  plan := private.lock_row(null::public.daily_plans, 'p_plan_id', p_plan_id);
  if plan.locked_at is null then
    perform private.check_version(p_version, plan.version, to_jsonb(plan));
    former := private.begin_operation('lock_daily_plan');
    update public.daily_plans p set locked_at = now() where p.id = plan.id returning p.* into plan;
    insert into public.focus_sessions
      (organization_id, user_id, daily_plan_id, planned_start_at, planned_minutes)
    select plan.organization_id, plan.user_id, plan.id, start.at, block_minutes
    from unnest(array[first_start, second_start]) as start (at);
    perform private.emit_event('plan.locked', plan.organization_id, 'daily_plan', plan.id,
      jsonb_build_object('items', jsonb_array_length(private.plan_items(plan.id))));
    perform private.end_operation(former);
  end if;
  return jsonb_build_object('plan', to_jsonb(plan), 'sessions', private.planned_sessions(plan.id));
end
$$;
comment on function public.lock_daily_plan(uuid, integer) is
  'Commits to the own plan and plans two focus sessions; a locked plan is returned as it is. stale_version.';

create function public.unlock_daily_plan(p_plan_id uuid, p_version integer) returns public.daily_plans
language plpgsql volatile
set search_path = ''
as $$
declare
  plan public.daily_plans;
  former text;
begin
  perform private.admit(private.is_staff());
  plan := private.lock_row(null::public.daily_plans, 'p_plan_id', p_plan_id);
  if plan.locked_at is null then
    return plan;
  end if;
  perform private.check_version(p_version, plan.version, to_jsonb(plan));
  former := private.begin_operation('unlock_daily_plan');
  update public.daily_plans p set locked_at = null where p.id = plan.id returning p.* into plan;
  delete from public.focus_sessions s where s.daily_plan_id = plan.id and s.status = 'planned';
  perform private.emit_event('plan.unlocked', plan.organization_id, 'daily_plan', plan.id,
    jsonb_build_object('items', jsonb_array_length(private.plan_items(plan.id))));
  perform private.end_operation(former);
  return plan;
end
$$;
comment on function public.unlock_daily_plan(uuid, integer) is
  'Opens the own plan again and drops its planned sessions; an open plan is returned as it is. stale_version.';

create function public.set_priority_status(p_item_id uuid, p_status text, p_version integer)
returns public.priority_items
language plpgsql volatile
set search_path = ''
as $$
declare
  item public.priority_items;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_status in ('ready', 'in_progress', 'done', 'deferred'), 'p_status');
  item := private.lock_row(null::public.priority_items, 'p_item_id', p_item_id);
  perform private.check_version(p_version, item.version, to_jsonb(item));
  if item.status = p_status then
    return item;
  end if;
  former := private.begin_operation('set_priority_status');
  update public.priority_items i set status = p_status where i.id = item.id returning i.* into item;
  perform private.emit_event(private.priority_event_key(item.status), item.organization_id,
    'priority_item', item.id,
    jsonb_build_object('source_kind', item.source_kind, 'score', item.score));
  perform private.end_operation(former);
  return item;
end
$$;
comment on function public.set_priority_status(uuid, text, integer) is
  'Begins, finishes, defers or reopens an own item, also on a locked plan. stale_version.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.refuse_problems(text, jsonb),
  private.check_plan_items(jsonb),
  private.plan_items(uuid),
  private.planned_sessions(uuid)
from public, anon;
grant execute on function
  private.refuse_problems(text, jsonb),
  private.check_plan_items(jsonb),
  private.plan_items(uuid),
  private.planned_sessions(uuid)
to authenticated, service_role;

revoke execute on function
  public.save_daily_plan(date, jsonb, integer),
  public.lock_daily_plan(uuid, integer),
  public.unlock_daily_plan(uuid, integer),
  public.set_priority_status(uuid, text, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.save_daily_plan(date, jsonb, integer),
  public.lock_daily_plan(uuid, integer),
  public.unlock_daily_plan(uuid, integer),
  public.set_priority_status(uuid, text, integer)
to authenticated;
