-- A run does the steps that it began with, and goes on with them after a failure, whatever
-- became of the playbook meanwhile.

alter table public.automation_run_steps
  add column config jsonb constraint automation_run_steps_config_check check (jsonb_typeof(config) = 'object');
comment on column public.automation_run_steps.config is
  'How the step was to be done when the run was queued; null in runs of before that was kept, where the step has changed or gone since.';

create function private.automation_run_steps_begin() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Whoever queues a run names the steps; how they are done is the playbook's.
  if new.config is null then
    select s.config into new.config from public.automation_steps s where s.id = new.step_id;
  end if;
  return new;
end
$$;
revoke execute on function private.automation_run_steps_begin() from public, anon;
create trigger automation_run_steps_begin before insert on public.automation_run_steps
  for each row execute function private.automation_run_steps_begin();

-- What is known of earlier runs: steps that nobody has changed since, and those that may still be done.
update public.automation_run_steps t set config = s.config
from public.automation_steps s, public.automation_runs r
where s.id = t.step_id and r.id = t.run_id
  and (s.updated_at <= t.created_at or r.status in ('queued', 'running', 'failed'));

create or replace function private.execute_run_step(
  p_run public.automation_runs, p_step public.automation_run_steps
)
returns text
language plpgsql volatile
set search_path = ''
as $$
declare
  playbook_name constant text := (select p.name from public.automation_playbooks p where p.id = p_run.playbook_id);
  result jsonb;
  reason text;
begin
  -- What the step makes goes with it when it fails.
  begin
    if p_step.config is null then
      perform private.step_failed('step_removed');
    end if;
    result := case p_step.action
      when 'record_note' then private.step_record_note(p_run, playbook_name, p_step.config)
      when 'create_activity' then private.step_create_activity(p_run, playbook_name, p_step.config)
      when 'create_kanban_item' then private.step_create_kanban_item(p_run, playbook_name, p_step.config)
      else private.step_schedule_invoices(p_run, playbook_name, p_step.config)
    end;
  exception when others then
    reason := left(sqlerrm, 10000);
  end;
  update public.automation_run_steps s set
    status = case when reason is null then 'succeeded' else 'failed' end,
    output = result, error = reason, completed_at = now()
    where s.id = p_step.id;
  return reason;
end
$$;

create or replace function private.run_data(p_run public.automation_runs) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p_run.id, 'playbook_id', p_run.playbook_id,
    'playbook_name', (select p.name from public.automation_playbooks p where p.id = p_run.playbook_id),
    'trigger_event', p_run.trigger_event,
    'triggered_by_name', (select u.name from public.users u where u.id = p_run.triggered_by),
    'entity_type', p_run.entity_type, 'entity_id', p_run.entity_id,
    'entity_name', case p_run.entity_type
      when 'opportunity' then (select o.name from public.opportunities o where o.id = p_run.entity_id)
      when 'client' then (select c.name from public.clients c where c.id = p_run.entity_id)
    end,
    'status', p_run.status, 'error', private.told_reason(p_run.error), 'created_at', p_run.created_at,
    'started_at', p_run.started_at, 'completed_at', p_run.completed_at, 'version', p_run.version,
    'steps', coalesce((
      select jsonb_agg(
        jsonb_build_object('id', s.id, 'workspace', s.workspace, 'action', s.action, 'config', s.config,
          'status', s.status, 'output', s.output, 'error', private.told_reason(s.error),
          'completed_at', s.completed_at)
        order by s.position)
      from public.automation_run_steps s where s.run_id = p_run.id), '[]'))
$$;

-- Says whether the run was there already, as an import does.
-- squawk-ignore ban-drop-function
drop function public.start_automation_run(uuid, jsonb, text);
create function public.start_automation_run(
  p_playbook_id uuid, p_context jsonb, p_idempotency_key text default null
)
returns jsonb
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
    return answer || '{"repeated": true}';
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
  answer := to_jsonb(run);
  perform private.store_answer(run.organization_id, operation, p_idempotency_key, answer);
  perform private.end_operation(former);
  return answer || '{"repeated": false}';
end
$$;
comment on function public.start_automation_run(uuid, jsonb, text) is
  'Queues a run of an active playbook and says whether the key was used before; the context may name what it works on by entity_type (opportunity, client) and entity_id. Admin, Director; invalid_transition, idempotency_mismatch.';
revoke execute on function public.start_automation_run(uuid, jsonb, text)
  from public, anon, authenticated, service_role;
grant execute on function public.start_automation_run(uuid, jsonb, text) to authenticated;
