-- Publishing agents, switching them on and off, and recording what they do.

-- Definitions ----------------------------------------------------------------

create function private.agent_problems(p_fields jsonb, p_behavior jsonb, p_is_first boolean) returns jsonb
language sql immutable
set search_path = ''
as $$
  select
    private.field_problems(0, p_fields - 'definition', jsonb_build_object(
      'display_name', jsonb_build_object('kind', 'text', 'maximum', 200, 'required', p_is_first),
      'description', '{"kind": "text", "maximum": 10000}'::jsonb,
      'category', jsonb_build_object('kind', 'choice', 'required', p_is_first,
        'of', array['projects', 'content', 'clients', 'communication', 'finance']),
      'executor', '{"kind": "choice",
        "of": ["portfolio_review", "collections_review", "pipeline_review", "external"]}'::jsonb,
      'auto_runnable', '{"kind": "flag"}'::jsonb))
    || case
      when p_fields ? 'definition' and jsonb_typeof(p_fields -> 'definition') <> 'object'
        then private.problem('definition', 'not_an_object')
      when octet_length((p_fields -> 'definition')::text) > 65536
        then private.problem('definition', 'too_long')
      else '[]' end
    || private.field_problems(0, p_behavior, '{
      "tone": {"kind": "choice", "of": ["professional", "casual", "analytical", "warm"]},
      "verbosity": {"kind": "choice", "of": ["short", "balanced", "detailed"]},
      "temperature": {"kind": "amount", "minimum": 0, "maximum": 1},
      "max_tokens": {"kind": "amount", "minimum": 200, "maximum": 3200},
      "response_delay_ms": {"kind": "amount", "minimum": 0, "maximum": 2000}}'::jsonb)
$$;
comment on function private.agent_problems(jsonb, jsonb, boolean) is
  'What is wrong with the fields of a new version; the first one of a key needs a name and a category.';

create function public.publish_agent_definition(
  p_agent_key text, p_fields jsonb, p_behavior jsonb default null, p_organization_id uuid default null
)
returns public.agent_definitions
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  current_version public.agent_definitions;
  published public.agent_definitions;
  behavior public.agent_behaviors;
  former text;
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_agent_key ~ '^[a-z][a-z0-9-]{1,60}$', 'p_agent_key');
  perform private.require(jsonb_typeof(p_fields) = 'object', 'p_fields');
  -- Two who publish the same agent take turns; the first version has no row to lock.
  perform pg_advisory_xact_lock(hashtextextended('agent:' || chosen || ':' || p_agent_key, 0));
  select d.* into current_version from public.agent_definitions d
    where d.organization_id = chosen and d.agent_key = p_agent_key
      and d.lifecycle_status in ('active', 'disabled')
    for no key update;
  perform private.check_fields(
    private.agent_problems(p_fields, coalesce(p_behavior, '{}'), current_version.id is null));

  former := private.begin_operation('publish_agent_definition');
  update public.agent_definitions d set lifecycle_status = 'retired', retired_at = now()
    where d.id = current_version.id;
  -- What the caller does not mention stays as in the version before.
  published := jsonb_populate_record(current_version, private.tidied(p_fields));
  insert into public.agent_definitions
    (organization_id, agent_key, definition_version, display_name, description, category,
     lifecycle_status, executor, auto_runnable, definition)
  select
    chosen, p_agent_key, coalesce(max(d.definition_version), 0) + 1, published.display_name,
    case when p_fields ? 'description' then private.tidied(p_fields) ->> 'description'
      else published.description end,
    published.category, 'active', coalesce(published.executor, 'external'),
    coalesce(published.auto_runnable, false), coalesce(published.definition, '{}')
  from public.agent_definitions d
  where d.organization_id = chosen and d.agent_key = p_agent_key
  returning * into published;

  select b.* into behavior from public.agent_behaviors b where b.definition_id = current_version.id;
  behavior := jsonb_populate_record(behavior, private.tidied(coalesce(p_behavior, '{}')));
  insert into public.agent_behaviors
    (organization_id, definition_id, tone, verbosity, temperature, max_tokens, response_delay_ms)
  values (
    chosen, published.id, coalesce(behavior.tone, 'professional'),
    coalesce(behavior.verbosity, 'balanced'), coalesce(behavior.temperature, 0.50),
    coalesce(behavior.max_tokens, 1200), coalesce(behavior.response_delay_ms, 100));

  perform private.emit_event('agent.definition.published', chosen, 'agent_definition', published.id,
    jsonb_build_object('definition_version', published.definition_version));
  perform private.end_operation(former);
  return published;
end
$$;
comment on function public.publish_agent_definition(text, jsonb, jsonb, uuid) is
  'Makes the next version of an agent the current one and retires the one before. Admin; validation_failed.';

create function public.set_agent_enabled(p_definition_id uuid, p_enabled boolean, p_version integer)
returns public.agent_definitions
language plpgsql volatile
set search_path = ''
as $$
declare
  target constant text := case when p_enabled then 'active' else 'disabled' end;
  definition public.agent_definitions;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(p_enabled is not null, 'p_enabled');
  definition := private.lock_row(null::public.agent_definitions, 'p_definition_id', p_definition_id);
  perform private.check_version(p_version, definition.version, to_jsonb(definition));
  if definition.lifecycle_status not in ('active', 'disabled') then
    perform private.fail(409, 'invalid_transition',
      private.from_to(definition.lifecycle_status, target));
  end if;
  if definition.lifecycle_status = target then
    return definition;
  end if;
  former := private.begin_operation('set_agent_enabled');
  update public.agent_definitions d set lifecycle_status = target
    where d.id = definition.id returning d.* into definition;
  perform private.emit_event(
    case when p_enabled then 'agent.enabled' else 'agent.disabled' end,
    definition.organization_id, 'agent_definition', definition.id,
    jsonb_build_object('definition_version', definition.definition_version));
  perform private.end_operation(former);
  return definition;
end
$$;
comment on function public.set_agent_enabled(uuid, boolean, integer) is
  'Lets the current version of an agent run, or not. Admin; stale_version, invalid_transition.';

-- Runs -----------------------------------------------------------------------

create function private.report_agent_run(p_run public.agent_runs) returns void
language sql volatile
set search_path = ''
as $$
  select private.emit_event(
    'agent.run.' || case p_run.status when 'running' then 'started' else p_run.status end,
    p_run.organization_id, 'agent_run', p_run.id,
    jsonb_strip_nulls(jsonb_build_object(
      'agent_key', p_run.agent_key,
      'violations', cardinality(p_run.guardrail_violations),
      'duration_ms', round(extract(epoch from p_run.completed_at - p_run.started_at) * 1000))))
$$;

create function private.repeated_agent_run(p_wanted public.agent_runs) returns public.agent_runs
language plpgsql stable
set search_path = ''
as $$
declare
  existing public.agent_runs;
begin
  select r.* into existing from public.agent_runs r
    where r.organization_id = p_wanted.organization_id and r.idempotency_key = p_wanted.idempotency_key;
  if found
    and (existing.agent_key, existing.user_id, existing.trigger, existing.input)
      is distinct from (p_wanted.agent_key, p_wanted.user_id, p_wanted.trigger, p_wanted.input)
  then
    perform private.fail(409, 'idempotency_mismatch');
  end if;
  return existing;
end
$$;
comment on function private.repeated_agent_run(public.agent_runs) is
  'The run that was asked for with this key before, or null; idempotency_mismatch when something else was asked for.';

create function private.queue_agent_run(p_run jsonb) returns public.agent_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  wanted public.agent_runs := jsonb_populate_record(null::public.agent_runs, p_run);
  definition public.agent_definitions;
  run public.agent_runs;
begin
  if private.called_by_api() then
    wanted.organization_id := private.current_org_id();
    wanted.user_id := auth.uid();
  end if;
  wanted.trigger := coalesce(wanted.trigger, 'manual');
  wanted.status := coalesce(wanted.status, 'queued');
  wanted.input := coalesce(wanted.input, '{}');
  perform private.require(wanted.status in ('queued', 'running'), 'p_run');

  run := private.repeated_agent_run(wanted);
  if run.id is not null then
    return run;
  end if;
  select d.* into definition from public.agent_definitions d
    where d.organization_id = wanted.organization_id and d.agent_key = wanted.agent_key
      and d.lifecycle_status in ('active', 'disabled');
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  if definition.lifecycle_status = 'disabled'
    or (wanted.trigger <> 'manual' and not definition.auto_runnable)
  then
    perform private.fail(409, 'invalid_transition',
      jsonb_build_object('lifecycle_status', definition.lifecycle_status,
        'auto_runnable', definition.auto_runnable));
  end if;
  insert into public.agent_runs
    (organization_id, definition_id, agent_key, user_id, trigger, status, input, started_at,
     idempotency_key)
  values (wanted.organization_id, definition.id, definition.agent_key, wanted.user_id,
    wanted.trigger, wanted.status, wanted.input,
    case when wanted.status = 'running' then now() end, wanted.idempotency_key)
  on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
  returning * into run;
  if found then
    perform private.report_agent_run(run);
    return run;
  end if;
  -- Asked for elsewhere at the same moment, or by somebody whose runs are hidden.
  run := private.repeated_agent_run(wanted);
  if run.id is null then
    perform private.fail(409, 'idempotency_mismatch');
  end if;
  return run;
end
$$;

create function private.move_agent_run(p_run jsonb) returns public.agent_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  wanted constant public.agent_runs := jsonb_populate_record(null::public.agent_runs, p_run);
  result constant jsonb := nullif(p_run -> 'output', 'null');
  ends constant boolean := wanted.status in ('succeeded', 'failed', 'cancelled');
  run public.agent_runs;
begin
  run := private.lock_row(null::public.agent_runs, 'p_run', wanted.id);
  perform private.check_version(wanted.version, run.version, to_jsonb(run));
  -- Other steps that a run cannot take are refused by the table.
  if wanted.status in (run.status, 'queued') then
    perform private.fail(409, 'invalid_transition', private.from_to(run.status, wanted.status));
  end if;
  -- Success without a result, or failure without a reason, is no record.
  perform private.require(wanted.status <> 'succeeded' or result is not null, 'p_run');
  perform private.require(wanted.status <> 'failed' or btrim(wanted.error) <> '', 'p_run');
  update public.agent_runs r set
    status = wanted.status,
    started_at = case wanted.status when 'running' then now() else r.started_at end,
    completed_at = case when ends then now() end,
    output = coalesce(result, r.output),
    summary = coalesce(wanted.summary, r.summary),
    guardrail_violations = coalesce(wanted.guardrail_violations, r.guardrail_violations),
    error = coalesce(wanted.error, r.error)
    where r.id = run.id returning r.* into run;
  perform private.report_agent_run(run);
  return run;
end
$$;

create function private.check_agent_run(p_run jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  -- Read as they are; the table limits their size.
  structures constant text[] := array['input', 'output', 'guardrail_violations', 'version'];
  of_a_new_run constant jsonb := '{
    "agent_key": {"kind": "text", "maximum": 61, "required": true},
    "trigger": {"kind": "choice", "of": ["manual", "event", "schedule"]},
    "status": {"kind": "choice", "of": ["queued", "running"]},
    "idempotency_key": {"kind": "text", "maximum": 200}}';
  -- A person records own runs in the own organization, the service anyone's.
  of_the_service constant jsonb := '{
    "organization_id": {"kind": "id", "required": true},
    "user_id": {"kind": "id"}}';
  of_a_known_run constant jsonb := '{
    "id": {"kind": "id", "required": true},
    "status": {"kind": "choice", "required": true,
      "of": ["queued", "running", "succeeded", "failed", "cancelled"]},
    "summary": {"kind": "text", "maximum": 10000},
    "error": {"kind": "text", "maximum": 10000}}';
begin
  perform private.require(jsonb_typeof(p_run) = 'object', 'p_run');
  perform private.refuse_problems('p_run', private.field_problems(0, p_run - structures,
    case
      when p_run ? 'id' then of_a_known_run
      when private.called_by_api() then of_a_new_run
      else of_a_new_run || of_the_service
    end));
  perform private.require(jsonb_typeof(coalesce(p_run -> 'input', '{}')) = 'object', 'p_run');
  perform private.require(octet_length((p_run -> 'input')::text) <= 65536 or not p_run ? 'input', 'p_run');
  perform private.require(octet_length((p_run -> 'output')::text) <= 262144 or not p_run ? 'output', 'p_run');
  perform private.require(
    jsonb_typeof(coalesce(p_run -> 'guardrail_violations', '[]')) = 'array', 'p_run');
  perform private.require(jsonb_typeof(coalesce(p_run -> 'version', '0')) = 'number', 'p_run');
end
$$;

create function public.record_agent_run(p_run jsonb) returns public.agent_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  run public.agent_runs;
  former text;
begin
  if private.called_by_api() then
    perform private.admit(private.is_staff());
  end if;
  perform private.check_agent_run(p_run);
  former := private.begin_operation('record_agent_run');
  run := case when p_run ? 'id' then private.move_agent_run(p_run) else private.queue_agent_run(p_run) end;
  perform private.end_operation(former);
  return run;
end
$$;
comment on function public.record_agent_run(jsonb) is
  'Without id: queues or starts a run of the agent_key (trigger, status, input, idempotency_key). With id and version: moves it on (status, output, summary, guardrail_violations, error). Own runs; the service any. stale_version, invalid_transition, idempotency_mismatch.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.agent_problems(jsonb, jsonb, boolean),
  private.report_agent_run(public.agent_runs),
  private.repeated_agent_run(public.agent_runs),
  private.queue_agent_run(jsonb),
  private.move_agent_run(jsonb),
  private.check_agent_run(jsonb)
from public, anon;
grant execute on function
  private.agent_problems(jsonb, jsonb, boolean),
  private.report_agent_run(public.agent_runs),
  private.repeated_agent_run(public.agent_runs),
  private.queue_agent_run(jsonb),
  private.move_agent_run(jsonb),
  private.check_agent_run(jsonb)
to authenticated, service_role;

revoke execute on function
  public.publish_agent_definition(text, jsonb, jsonb, uuid),
  public.set_agent_enabled(uuid, boolean, integer),
  public.record_agent_run(jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  public.publish_agent_definition(text, jsonb, jsonb, uuid),
  public.set_agent_enabled(uuid, boolean, integer),
  public.record_agent_run(jsonb)
to authenticated;
-- Outside programs of the worker record runs too.
grant execute on function public.record_agent_run(jsonb) to service_role;
