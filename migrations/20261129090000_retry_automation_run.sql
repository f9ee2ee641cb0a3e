-- A failed run of a playbook can be taken up again at the step that failed. What was
-- done before it stays done, so nothing is made twice.

drop trigger automation_runs_guard on public.automation_runs;
create trigger automation_runs_guard before insert or update or delete on public.automation_runs
  for each row execute function private.guard_write(
    'start_automation_run', 'convert_won_opportunity', 'retry_automation_run');
drop trigger automation_runs_transition on public.automation_runs;
create trigger automation_runs_transition before update on public.automation_runs
  for each row execute function private.guard_transition(
    'queued>running', 'queued>cancelled', 'running>cancelled', 'running>succeeded', 'running>failed',
    'failed>queued');

drop trigger automation_run_steps_guard on public.automation_run_steps;
create trigger automation_run_steps_guard before insert or update or delete on public.automation_run_steps
  for each row execute function private.guard_write(
    'start_automation_run', 'convert_won_opportunity', 'retry_automation_run');
drop trigger automation_run_steps_transition on public.automation_run_steps;
create trigger automation_run_steps_transition before update on public.automation_run_steps
  for each row execute function private.guard_transition(
    'pending>running', 'pending>succeeded', 'pending>failed', 'pending>skipped',
    'running>succeeded', 'running>failed', 'running>skipped',
    'failed>pending', 'skipped>pending');

-- Managers take a run up again, through the function that the guards name.
create policy automation_runs_update on public.automation_runs for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );
create policy automation_run_steps_update on public.automation_run_steps for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );
grant update (status, error, completed_at) on public.automation_runs to authenticated;
grant update (status, error, completed_at) on public.automation_run_steps to authenticated;

create function public.retry_automation_run(p_run_id uuid, p_version integer)
returns public.automation_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  run public.automation_runs;
  playbook_status text;
  step_count integer;
  former text;
begin
  perform private.admit(private.is_manager());
  perform private.require(p_version is not null, 'p_version');
  run := private.lock_row(null::public.automation_runs, 'p_run_id', p_run_id);
  -- The failure that was seen is retried already: by a second click, or by a colleague.
  if p_version < run.version and run.status in ('queued', 'running', 'succeeded') then
    return run;
  end if;
  perform private.check_version(p_version, run.version, to_jsonb(run));
  if run.status <> 'failed' then
    perform private.fail(409, 'invalid_transition', private.from_to(run.status, 'queued'::text));
  end if;
  select p.status into strict playbook_status from public.automation_playbooks p where p.id = run.playbook_id;
  if playbook_status <> 'active' then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', playbook_status));
  end if;

  former := private.begin_operation('retry_automation_run');
  update public.automation_run_steps s set status = 'pending', error = null, completed_at = null
    where s.run_id = run.id and s.status in ('failed', 'skipped');
  get diagnostics step_count = row_count;
  update public.automation_runs r set status = 'queued', error = null, completed_at = null
    where r.id = run.id returning r.* into run;
  perform private.emit_event('automation.run.queued', run.organization_id, 'automation_run', run.id,
    jsonb_build_object('playbook_id', run.playbook_id, 'steps', step_count, 'retry', true));
  perform private.end_operation(former);
  return run;
end
$$;
comment on function public.retry_automation_run(uuid, integer) is
  'Queues a failed run of an active playbook again: steps that are done stay done, the failed one and those after it wait. A failure is retried once, however often it is asked for. Admin, Director; stale_version, invalid_transition.';

revoke execute on function public.retry_automation_run(uuid, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.retry_automation_run(uuid, integer) to authenticated;
