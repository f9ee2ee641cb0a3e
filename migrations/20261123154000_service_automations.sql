-- The worker takes a run of a playbook one step further per call, each step in its
-- own transaction: what a step made is there even if a later one fails.

-- What a step works on ------------------------------------------------------------

create function private.step_failed(p_reason text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  -- Caught where the step runs, and written beside it.
  raise exception using errcode = 'RVS01', message = p_reason;
end
$$;
comment on function private.step_failed(text) is 'Ends a step with a reason that people read.';

create function private.run_opportunity(p_run public.automation_runs) returns public.opportunities
language plpgsql stable
set search_path = ''
as $$
declare
  opportunity public.opportunities;
begin
  select o.* into opportunity from public.opportunities o
    where p_run.entity_type = 'opportunity' and o.id = p_run.entity_id
      and o.organization_id = p_run.organization_id;
  if not found then
    perform private.step_failed('no_opportunity');
  end if;
  return opportunity;
end
$$;

create function private.run_client_id(p_run public.automation_runs) returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  client_id uuid;
begin
  if p_run.entity_type = 'opportunity' then
    return (private.run_opportunity(p_run)).client_id;
  end if;
  select c.id into client_id from public.clients c
    where p_run.entity_type = 'client' and c.id = p_run.entity_id
      and c.organization_id = p_run.organization_id;
  if not found then
    perform private.step_failed('no_client');
  end if;
  return client_id;
end
$$;

create function private.run_author(p_run public.automation_runs) returns uuid
language plpgsql stable
set search_path = ''
as $$
begin
  if p_run.triggered_by is null then
    perform private.step_failed('no_author');
  end if;
  return p_run.triggered_by;
end
$$;
comment on function private.run_author(public.automation_runs) is
  'In whose name the run writes; a run of the service has nobody''s.';

create function private.due_at(p_organization_id uuid, p_days integer) returns timestamptz
language sql stable
set search_path = ''
as $$
  select (private.organization_today(o.id) + p_days + time '17:00') at time zone o.time_zone
  from public.organizations o where o.id = p_organization_id
$$;
comment on function private.due_at(uuid, integer) is 'End of business that many days from today.';

-- The actions: each makes its rows and answers their ids -----------------------------

create function private.step_record_note(p_run public.automation_runs, p_name text, p_config jsonb)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  opportunity constant public.opportunities := private.run_opportunity(p_run);
  note_id uuid;
begin
  insert into public.opportunity_notes (organization_id, opportunity_id, author_id, body)
    values (p_run.organization_id, opportunity.id, private.run_author(p_run),
      coalesce(p_config ->> 'body', p_name))
    returning id into note_id;
  return jsonb_build_object('note_id', note_id);
end
$$;

create function private.step_create_activity(p_run public.automation_runs, p_name text, p_config jsonb)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  default_days constant integer := 7;
  opportunity constant public.opportunities := private.run_opportunity(p_run);
  activity_id uuid;
begin
  insert into public.opportunity_activities
    (organization_id, opportunity_id, created_by, type, title, description, due_at, assigned_to)
  values (p_run.organization_id, opportunity.id, private.run_author(p_run),
    coalesce(p_config ->> 'type', 'task'), coalesce(p_config ->> 'title', p_name),
    p_config ->> 'description',
    private.due_at(p_run.organization_id, coalesce((p_config ->> 'due_in_days')::integer, default_days)),
    opportunity.owner_id)
  returning id into activity_id;
  return jsonb_build_object('activity_id', activity_id);
end
$$;

create function private.step_create_kanban_item(p_run public.automation_runs, p_name text, p_config jsonb)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  target_id constant uuid := private.run_client_id(p_run);
  item_id uuid;
begin
  -- Two new cards of a client take turns, so that each gets its own place.
  perform from public.clients c where c.id = target_id for no key update;
  insert into public.kanban_items (organization_id, client_id, title, position, due_date)
    select p_run.organization_id, target_id, coalesce(p_config ->> 'title', p_name),
      coalesce(max(k.position) + 1, 0),
      private.organization_today(p_run.organization_id) + (p_config ->> 'due_in_days')::integer
    from public.kanban_items k
    where k.client_id = target_id and k.status = 'backlog'
    returning id into item_id;
  return jsonb_build_object('kanban_item_id', item_id);
end
$$;

create function private.installments(p_amount numeric, p_count integer, p_first date)
returns table (number integer, amount numeric, issue_date date)
language sql immutable
set search_path = ''
as $$
  -- Months are counted from the first day: the 31st comes back after a short month.
  select n, case when n < p_count then trunc(p_amount / p_count, 2)
      else p_amount - (p_count - 1) * trunc(p_amount / p_count, 2) end,
    (p_first + make_interval(months => n - 1))::date
  from generate_series(1, p_count) as n
$$;
comment on function private.installments(numeric, integer, date) is
  'An amount in equal monthly parts that add up to it exactly; the last one takes the remainder.';

create function private.step_schedule_invoices(p_run public.automation_runs, p_name text, p_config jsonb)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  term constant text := 'net_30';
  opportunity constant public.opportunities := private.run_opportunity(p_run);
  part_count constant integer := coalesce((p_config ->> 'count')::integer, 1);
  first_day constant date := private.organization_today(p_run.organization_id)
    + coalesce((p_config ->> 'first_in_days')::integer, 0);
  part record;
  invoice_id uuid;
  invoice_ids uuid[] := '{}';
begin
  if opportunity.amount < part_count * 0.01 then
    perform private.step_failed('nothing_to_invoice');
  end if;
  for part in select * from private.installments(opportunity.amount, part_count, first_day) loop
    insert into public.invoices
      (organization_id, client_id, invoice_number, issue_date, due_date, payment_term, amount, project_id,
       source)
    values (p_run.organization_id, opportunity.client_id,
      private.next_invoice_number(p_run.organization_id), part.issue_date,
      private.due_date(part.issue_date, term), term, part.amount,
      (select p.id from public.projects p
        where p.organization_id = p_run.organization_id and p.source_opportunity_id = opportunity.id),
      'automation')
    returning id into invoice_id;
    insert into public.invoice_line_items
      (organization_id, invoice_id, description, unit_price)
    values (p_run.organization_id, invoice_id,
      coalesce(p_config ->> 'description', opportunity.name) || format(' (%s/%s)', part.number, part_count),
      part.amount);
    invoice_ids := invoice_ids || invoice_id;
  end loop;
  return jsonb_build_object('invoice_ids', invoice_ids);
end
$$;

-- The run ------------------------------------------------------------------------

create function private.execute_run_step(p_run public.automation_runs, p_step public.automation_run_steps)
returns text
language plpgsql volatile
set search_path = ''
as $$
declare
  playbook_name constant text := (select p.name from public.automation_playbooks p where p.id = p_run.playbook_id);
  config jsonb;
  result jsonb;
  reason text;
begin
  -- What the step makes goes with it when it fails.
  begin
    select s.config into config from public.automation_steps s where s.id = p_step.step_id;
    if not found then
      perform private.step_failed('step_removed');
    end if;
    result := case p_step.action
      when 'record_note' then private.step_record_note(p_run, playbook_name, config)
      when 'create_activity' then private.step_create_activity(p_run, playbook_name, config)
      when 'create_kanban_item' then private.step_create_kanban_item(p_run, playbook_name, config)
      else private.step_schedule_invoices(p_run, playbook_name, config)
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
comment on function private.execute_run_step(public.automation_runs, public.automation_run_steps) is
  'Does one step and notes the outcome; answers why it failed, or null.';

create function private.end_automation_run(p_run public.automation_runs, p_reason text)
returns public.automation_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  run public.automation_runs;
begin
  update public.automation_run_steps s set status = 'skipped', completed_at = now()
    where s.run_id = p_run.id and s.status in ('pending', 'running');
  update public.automation_runs r set
    status = case when p_reason is null then 'succeeded' else 'failed' end,
    error = p_reason, completed_at = now()
    where r.id = p_run.id returning r.* into run;
  perform private.emit_event(
    case when p_reason is null then 'automation.run.completed' else 'automation.run.failed' end,
    run.organization_id, 'automation_run', run.id,
    (select jsonb_build_object('playbook_id', run.playbook_id, 'steps', count(*))
      from public.automation_run_steps s where s.run_id = run.id));
  return run;
end
$$;

create function public.service_advance_automation_run(p_run_id uuid) returns public.automation_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  run public.automation_runs;
  step public.automation_run_steps;
  reason text;
  former text;
begin
  run := private.lock_row(null::public.automation_runs, 'p_run_id', p_run_id);
  if run.status not in ('queued', 'running') then
    return run;
  end if;
  former := private.begin_operation('service_advance_automation_run');
  if run.status = 'queued' then
    update public.automation_runs r set status = 'running', started_at = now()
      where r.id = run.id returning r.* into run;
  end if;
  select s.* into step from public.automation_run_steps s
    where s.run_id = run.id and s.status in ('pending', 'running')
    order by s.position limit 1;
  if found then
    reason := private.execute_run_step(run, step);
  end if;
  if reason is not null or not exists (
    select from public.automation_run_steps s where s.run_id = run.id and s.status in ('pending', 'running')
  ) then
    run := private.end_automation_run(run, reason);
  end if;
  perform private.end_operation(former);
  return run;
end
$$;
comment on function public.service_advance_automation_run(uuid) is
  'Does the next step of a run; call it until the run has ended. The first failing step ends it and skips the rest.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.step_failed(text),
  private.run_opportunity(public.automation_runs),
  private.run_client_id(public.automation_runs),
  private.run_author(public.automation_runs),
  private.due_at(uuid, integer),
  private.step_record_note(public.automation_runs, text, jsonb),
  private.step_create_activity(public.automation_runs, text, jsonb),
  private.step_create_kanban_item(public.automation_runs, text, jsonb),
  private.installments(numeric, integer, date),
  private.step_schedule_invoices(public.automation_runs, text, jsonb),
  private.execute_run_step(public.automation_runs, public.automation_run_steps),
  private.end_automation_run(public.automation_runs, text)
from public, anon;
grant execute on function
  private.step_failed(text),
  private.run_opportunity(public.automation_runs),
  private.run_client_id(public.automation_runs),
  private.run_author(public.automation_runs),
  private.due_at(uuid, integer),
  private.step_record_note(public.automation_runs, text, jsonb),
  private.step_create_activity(public.automation_runs, text, jsonb),
  private.step_create_kanban_item(public.automation_runs, text, jsonb),
  private.installments(numeric, integer, date),
  private.step_schedule_invoices(public.automation_runs, text, jsonb),
  private.execute_run_step(public.automation_runs, public.automation_run_steps),
  private.end_automation_run(public.automation_runs, text)
to service_role;

revoke execute on function public.service_advance_automation_run(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.service_advance_automation_run(uuid) to service_role;
