-- Writing playbooks and starting their runs. The worker does the rest.

-- Playbooks ------------------------------------------------------------------

create function private.playbook_steps(p_playbook_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(s) order by s.position), '[]')
  from public.automation_steps s where s.playbook_id = p_playbook_id
$$;

create function private.playbook_problems(p_playbook jsonb, p_steps jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select
    private.field_problems(0, p_playbook - 'configuration', '{
      "id": {"kind": "id"},
      "name": {"kind": "text", "maximum": 200, "required": true},
      "description": {"kind": "text", "maximum": 10000},
      "trigger_event": {"kind": "choice", "of": ["closed_won", "manual"]}}'::jsonb)
    || case when jsonb_typeof(coalesce(p_playbook -> 'configuration', '{}')) <> 'object'
      then private.problem('configuration', 'not_an_object') else '[]' end
    || coalesce((
      select jsonb_agg(problem order by number)
      from jsonb_array_elements(p_steps) with ordinality as s (step, number)
      cross join jsonb_array_elements(
        private.field_problems(number::integer,
          case jsonb_typeof(step) when 'object' then step - 'config' else step end, '{
          "id": {"kind": "id"},
          "workspace": {"kind": "choice", "required": true, "of": ["sales", "delivery", "finance", "ops"]},
          "action": {"kind": "choice", "required": true,
            "of": ["record_note", "create_activity", "create_kanban_item", "schedule_invoices"]}}'::jsonb)
        || case when private.is_step_config(step ->> 'action', coalesce(step -> 'config', '{}'))
          then '[]'
          else jsonb_build_array(jsonb_build_object('row', number, 'field', 'config', 'key', 'not_usable'))
          end) as p (problem)
    ), '[]')
$$;
comment on function private.playbook_problems(jsonb, jsonb) is
  'What is wrong with a playbook (row 0) and its steps (rows from 1).';

create function private.write_steps(p_playbook public.automation_playbooks, p_steps jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  ids constant uuid[] := array(
    select (s.step ->> 'id')::uuid from jsonb_array_elements(p_steps) as s (step)
    where s.step ->> 'id' is not null);
begin
  -- Each id is a step of this playbook, and named once.
  if cardinality(ids) <> (
    select count(*) from public.automation_steps s
    where s.playbook_id = p_playbook.id and s.id = any (ids))
  then
    perform private.fail(404, 'not_found');
  end if;
  delete from public.automation_steps s where s.playbook_id = p_playbook.id and s.id <> all (ids);
  update public.automation_steps s
    set position = g.number, workspace = g.workspace, action = g.action, config = g.config
    from private.given_steps(p_steps) as g
    where s.id = g.id
      and (s.position, s.workspace, s.action, s.config)
        is distinct from (g.number, g.workspace, g.action, g.config);
  insert into public.automation_steps (organization_id, playbook_id, position, workspace, action, config)
    select p_playbook.organization_id, p_playbook.id, g.number, g.workspace, g.action, g.config
    from private.given_steps(p_steps) as g
    where g.id is null;
end
$$;
comment on function private.write_steps(public.automation_playbooks, jsonb) is
  'Makes the steps of a playbook these, in this order: known ids are kept, others go.';

create function private.given_steps(p_steps jsonb)
returns table (number integer, id uuid, workspace text, action text, config jsonb)
language sql immutable
set search_path = ''
as $$
  select (s.number - 1)::integer, (s.step ->> 'id')::uuid, s.step ->> 'workspace', s.step ->> 'action',
    coalesce(s.step -> 'config', '{}')
  from jsonb_array_elements(p_steps) with ordinality as s (step, number)
$$;

create function public.save_playbook(
  p_playbook jsonb, p_steps jsonb, p_version integer default null, p_organization_id uuid default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  maximum_steps constant integer := 50;
  fields jsonb;
  chosen uuid;
  playbook public.automation_playbooks;
  steps jsonb;
  former text;
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_playbook) = 'object', 'p_playbook');
  perform private.require(jsonb_typeof(p_steps) = 'array', 'p_steps');
  perform private.require(jsonb_array_length(p_steps) <= maximum_steps, 'p_steps');
  perform private.check_fields(private.playbook_problems(p_playbook, p_steps));
  fields := private.tidied(p_playbook);

  former := private.begin_operation('save_playbook');
  if fields ? 'id' then
    playbook := private.lock_row(
      null::public.automation_playbooks, 'p_playbook', (fields ->> 'id')::uuid);
    perform private.check_version(p_version, playbook.version, to_jsonb(playbook));
    update public.automation_playbooks p
      set name = fields ->> 'name',
        description = fields ->> 'description',
        trigger_event = coalesce(fields ->> 'trigger_event', p.trigger_event),
        configuration = coalesce(fields -> 'configuration', p.configuration)
      where p.id = playbook.id returning p.* into playbook;
  else
    insert into public.automation_playbooks
      (organization_id, name, description, trigger_event, configuration)
    values (chosen, fields ->> 'name', fields ->> 'description',
      coalesce(fields ->> 'trigger_event', 'manual'), coalesce(fields -> 'configuration', '{}'))
    returning * into playbook;
  end if;
  perform private.write_steps(playbook, p_steps);
  steps := private.playbook_steps(playbook.id);
  perform private.emit_event('automation.playbook.saved', playbook.organization_id,
    'automation_playbook', playbook.id, jsonb_build_object('steps', jsonb_array_length(steps)));
  perform private.end_operation(former);
  return jsonb_build_object('playbook', to_jsonb(playbook), 'steps', steps);
end
$$;
comment on function public.save_playbook(jsonb, jsonb, integer, uuid) is
  'Creates a draft playbook, or replaces one with its steps (steps with a known id are kept). Admin; stale_version, validation_failed.';

create function public.set_playbook_status(p_playbook_id uuid, p_status text, p_version integer)
returns public.automation_playbooks
language plpgsql volatile
set search_path = ''
as $$
declare
  playbook public.automation_playbooks;
  was text;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(p_status in ('draft', 'active', 'paused', 'archived'), 'p_status');
  playbook := private.lock_row(null::public.automation_playbooks, 'p_playbook_id', p_playbook_id);
  perform private.check_version(p_version, playbook.version, to_jsonb(playbook));
  if playbook.status = p_status then
    return playbook;
  end if;
  was := playbook.status;
  former := private.begin_operation('set_playbook_status');
  -- The table refuses to take one out of the archive.
  update public.automation_playbooks p set status = p_status
    where p.id = playbook.id returning p.* into playbook;
  perform private.emit_event('automation.playbook.status_changed', playbook.organization_id,
    'automation_playbook', playbook.id, private.from_to(was, playbook.status));
  perform private.end_operation(former);
  return playbook;
end
$$;
comment on function public.set_playbook_status(uuid, text, integer) is
  'Activates, pauses or archives a playbook; archived is final. Admin; stale_version, invalid_transition.';

-- Runs -----------------------------------------------------------------------

create function private.check_run_entity(p_organization_id uuid, p_type text, p_id uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform private.require((p_type is null) = (p_id is null), 'p_context');
  perform private.require(p_type is null or p_type in ('opportunity', 'client'), 'p_context');
  -- Rows that may be the source of a priority are rows that a run may work on.
  if p_type is not null and not private.has_priority_source(p_organization_id, p_type, p_id) then
    perform private.fail(404, 'not_found');
  end if;
end
$$;
comment on function private.check_run_entity(uuid, text, uuid) is
  'A run works on nothing, or on a visible opportunity or client of its organization.';

create function public.start_automation_run(
  p_playbook_id uuid, p_context jsonb, p_idempotency_key text default null
)
returns public.automation_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  operation constant text := 'start_automation_run';
  playbook public.automation_playbooks;
  run public.automation_runs;
  entity_type text;
  entity_id uuid;
  step_count integer;
  answer jsonb;
  former text;
begin
  perform private.admit(private.is_manager());
  perform private.require(p_playbook_id is not null, 'p_playbook_id');
  perform private.require(jsonb_typeof(p_context) = 'object', 'p_context');
  perform private.require(octet_length(p_context::text) <= 65536, 'p_context');
  perform private.refuse_problems('p_context', private.field_problems(0,
    jsonb_strip_nulls(jsonb_build_object('entity_id', p_context -> 'entity_id')),
    '{"entity_id": {"kind": "id"}}'));
  entity_type := p_context ->> 'entity_type';
  entity_id := (p_context ->> 'entity_id')::uuid;
  select p.* into playbook from public.automation_playbooks p where p.id = p_playbook_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  answer := private.claim_key(playbook.organization_id, operation, p_idempotency_key,
    jsonb_build_object('playbook_id', p_playbook_id, 'context', p_context));
  if answer is not null then
    return jsonb_populate_record(null::public.automation_runs, answer);
  end if;
  perform private.check_run_entity(playbook.organization_id, entity_type, entity_id);
  if playbook.status <> 'active' then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', playbook.status));
  end if;

  former := private.begin_operation(operation);
  -- Without the key: on the row it is for automatic starts, the person's is kept apart.
  insert into public.automation_runs
    (organization_id, playbook_id, trigger_event, entity_type, entity_id, context)
  values (playbook.organization_id, playbook.id, 'manual', entity_type, entity_id, p_context)
  returning * into run;
  insert into public.automation_run_steps (organization_id, run_id, step_id, position, workspace, action)
    select s.organization_id, run.id, s.id, s.position, s.workspace, s.action
    from public.automation_steps s where s.playbook_id = playbook.id
    order by s.position;
  get diagnostics step_count = row_count;
  perform private.emit_event('automation.run.queued', run.organization_id, 'automation_run', run.id,
    jsonb_build_object('playbook_id', run.playbook_id, 'steps', step_count));
  perform private.store_answer(run.organization_id, operation, p_idempotency_key, to_jsonb(run));
  perform private.end_operation(former);
  return run;
end
$$;
comment on function public.start_automation_run(uuid, jsonb, text) is
  'Queues a run of an active playbook; the context may name what it works on by entity_type (opportunity, client) and entity_id. Admin, Director; invalid_transition, idempotency_mismatch.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.playbook_steps(uuid),
  private.playbook_problems(jsonb, jsonb),
  private.write_steps(public.automation_playbooks, jsonb),
  private.given_steps(jsonb),
  private.check_run_entity(uuid, text, uuid)
from public, anon;
grant execute on function
  private.playbook_steps(uuid),
  private.playbook_problems(jsonb, jsonb),
  private.write_steps(public.automation_playbooks, jsonb),
  private.given_steps(jsonb),
  private.check_run_entity(uuid, text, uuid)
to authenticated, service_role;

revoke execute on function
  public.save_playbook(jsonb, jsonb, integer, uuid),
  public.set_playbook_status(uuid, text, integer),
  public.start_automation_run(uuid, jsonb, text)
from public, anon, authenticated, service_role;
grant execute on function
  public.save_playbook(jsonb, jsonb, integer, uuid),
  public.set_playbook_status(uuid, text, integer),
  public.start_automation_run(uuid, jsonb, text)
to authenticated;
