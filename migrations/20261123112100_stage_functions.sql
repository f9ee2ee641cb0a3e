-- Opportunities move from stage to stage; a won one becomes an engagement.

create function private.start_closed_won_runs(p_opportunity public.opportunities)
returns table (id uuid)
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  return query
    with run as (
      insert into public.automation_runs
        (organization_id, playbook_id, triggered_by, trigger_event, entity_type, entity_id, context,
         idempotency_key)
      select
        b.organization_id, b.id, auth.uid(), 'closed_won', 'opportunity', p_opportunity.id,
        jsonb_build_object('opportunity_id', p_opportunity.id, 'client_id', p_opportunity.client_id),
        format('closed_won:%s:%s', p_opportunity.id, b.id)
      from public.automation_playbooks b
      where b.organization_id = p_opportunity.organization_id
        and b.status = 'active' and b.trigger_event = 'closed_won'
      order by b.id
      on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
      returning automation_runs.id, automation_runs.organization_id, automation_runs.playbook_id
    ),
    step as (
      insert into public.automation_run_steps
        (organization_id, run_id, step_id, position, workspace, action)
      select run.organization_id, run.id, s.id, s.position, s.workspace, s.action
      from run join public.automation_steps s on s.playbook_id = run.playbook_id
    )
    select run.id from run;
end
$$;
comment on function private.start_closed_won_runs(public.opportunities) is
  'Queues each active closed-won playbook once per opportunity, with the steps as they are now; returns the new runs.';

create function private.engage(p_opportunity_id uuid, p_first boolean) returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  opportunity public.opportunities;
  created jsonb := '[]';
  project_id uuid;
  finance_id uuid;
  former text;
begin
  select o.* into opportunity from public.opportunities o where o.id = p_opportunity_id;
  if not found or not private.may_act_in(opportunity.organization_id) then
    perform private.fail(404, 'not_found');
  end if;
  if private.called_by_api() and not private.is_manager() and opportunity.owner_id is distinct from auth.uid() then
    perform private.fail(403, 'forbidden');
  end if;
  if opportunity.stage <> 'ClosedWon' then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('stage', opportunity.stage));
  end if;

  former := private.begin_operation('convert_won_opportunity');
  -- Opportunities of one client that are won at the same time take turns from here.
  perform from public.clients c where c.id = opportunity.client_id for no key update;
  update public.clients c set status = 'active', phase = coalesce(c.phase, 'Onboarding')
    where c.id = opportunity.client_id and (c.status <> 'active' or c.phase is null);

  insert into public.projects
    (organization_id, client_id, name, source_opportunity_id, owner_id, phase, starts_on)
  values (
    opportunity.organization_id, opportunity.client_id, opportunity.name, opportunity.id,
    opportunity.owner_id, 'Onboarding', private.organization_today(opportunity.organization_id)
  )
  on conflict (organization_id, source_opportunity_id) where source_opportunity_id is not null do nothing
  returning id into project_id;
  if project_id is not null then
    created := created || jsonb_build_object('kind', 'project', 'id', project_id);
  else
    select p.id into project_id from public.projects p
      where p.organization_id = opportunity.organization_id and p.source_opportunity_id = opportunity.id;
  end if;

  insert into public.finance (organization_id, client_id)
    values (opportunity.organization_id, opportunity.client_id)
    on conflict (client_id) do nothing
    returning id into finance_id;
  if finance_id is not null then
    created := created || jsonb_build_object('kind', 'finance', 'id', finance_id);
  end if;

  created := created || (
    select coalesce(jsonb_agg(jsonb_build_object('kind', 'deliverable', 'id', d.id) order by d.reference), '[]')
    from private.ensure_default_deliverables(opportunity.client_id, opportunity.organization_id) d
  ) || (
    select coalesce(jsonb_agg(jsonb_build_object('kind', 'automation_run', 'id', r.id) order by r.id), '[]')
    from private.start_closed_won_runs(opportunity) r
  );

  if p_first then
    perform private.emit_event('client.converted', opportunity.organization_id, 'client', opportunity.client_id,
      jsonb_build_object(
        'opportunity_id', opportunity.id, 'project_id', project_id,
        'created', (
          select coalesce(jsonb_object_agg(k.kind, k.number), '{}')
          from (
            select c ->> 'kind' as kind, count(*) as number from jsonb_array_elements(created) c group by 1
          ) as k
        )),
      'client.converted:' || opportunity.id);
  end if;
  perform private.end_operation(former);
  return jsonb_build_object(
    'client_id', opportunity.client_id, 'project_id', project_id,
    'created', created, 'already_converted', not p_first);
end
$$;
comment on function private.engage(uuid, boolean) is
  'What winning an opportunity brings: an active client, a project, a finance row, deliverables, automation runs. Makes what is missing. Only for the two functions below, which lock the opportunity and stamp its first conversion.';

create function public.convert_won_opportunity(p_opportunity_id uuid) returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  opportunity public.opportunities;
  former text;
  answer jsonb;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_opportunity_id is not null, 'p_opportunity_id');
  select o.* into opportunity from public.opportunities o
    where o.id = p_opportunity_id and private.may_act_in(o.organization_id)
    for no key update;
  if not found then
    perform private.fail(404, 'not_found');
  end if;

  answer := private.engage(opportunity.id, opportunity.converted_at is null);
  if opportunity.converted_at is null then
    former := private.begin_operation('convert_won_opportunity');
    update public.opportunities o set converted_at = now() where o.id = opportunity.id;
    perform private.end_operation(former);
  end if;
  return answer;
end
$$;
comment on function public.convert_won_opportunity(uuid) is
  'Makes what a won opportunity brings and is not there yet; running it again creates nothing. Whoever may write the opportunity; invalid_transition unless it is won. Answers the client, the project, the list of what was created, and whether it had been converted before.';

create function public.move_opportunity(
  p_opportunity_id uuid,
  p_stage text,
  p_version integer,
  p_lost_reason text default null,
  p_lost_note text default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  opportunity public.opportunities;
  former_stage text;
  first_conversion boolean;
  conversion jsonb;
  former text;
  closed constant boolean := p_stage in ('ClosedWon', 'ClosedLost');
begin
  perform private.admit(private.is_staff());
  perform private.require(p_stage in
    ('Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost'), 'p_stage');
  perform private.require(p_version is not null, 'p_version');
  perform private.require(p_lost_reason is null or p_stage = 'ClosedLost' and p_lost_reason in
    ('price', 'timing', 'competitor', 'no_decision', 'no_budget', 'fit', 'other'), 'p_lost_reason');
  perform private.require(p_lost_note is null or p_stage = 'ClosedLost', 'p_lost_note');
  perform private.check_text('p_lost_note', p_lost_note, 10000, false);
  opportunity := private.lock_row(null::public.opportunities, 'p_opportunity_id', p_opportunity_id);

  -- Pressed twice, or moved there by a colleague: nothing is left to do.
  if opportunity.stage = p_stage then
    if p_stage = 'ClosedWon' then
      conversion := public.convert_won_opportunity(opportunity.id);
      select o.* into strict opportunity from public.opportunities o where o.id = opportunity.id;
    end if;
    return jsonb_build_object('opportunity', to_jsonb(opportunity), 'conversion', conversion);
  end if;
  if opportunity.stage = 'ClosedWon' then
    perform private.admit(private.is_manager());
  end if;
  perform private.check_version(p_version, opportunity.version, to_jsonb(opportunity));
  if p_stage = 'ClosedLost' and p_lost_reason is null then
    perform private.check_fields(private.problem('lost_reason', 'required'));
  end if;

  former := private.begin_operation('move_opportunity');
  former_stage := opportunity.stage;
  first_conversion := p_stage = 'ClosedWon' and opportunity.converted_at is null;
  update public.opportunities o set
      stage = p_stage,
      stage_changed_at = now(),
      probability_override = null,
      closed_at = case when closed then now() end,
      lost_reason = p_lost_reason,
      lost_note = nullif(btrim(p_lost_note), ''),
      converted_at = case when first_conversion then now() else o.converted_at end
    where o.id = opportunity.id
    returning * into opportunity;
  if p_stage = 'ClosedWon' then
    conversion := private.engage(opportunity.id, first_conversion);
  end if;
  perform private.emit_event('pipeline.opportunity.stage_changed', opportunity.organization_id,
    'opportunity', opportunity.id,
    private.from_to(former_stage, opportunity.stage) || jsonb_build_object(
      'probability', opportunity.probability, 'amount', opportunity.amount,
      'reopened', former_stage in ('ClosedWon', 'ClosedLost') and not closed));
  perform private.end_operation(former);
  return jsonb_build_object('opportunity', to_jsonb(opportunity), 'conversion', conversion);
end
$$;
comment on function public.move_opportunity(uuid, text, integer, text, text) is
  'Moves an opportunity to a stage; already there, it is returned as it is. ClosedLost needs a reason; leaving ClosedWon needs a Director or Admin; ClosedWon converts it, and undoes the move when that fails.';

revoke execute on function
  private.start_closed_won_runs(public.opportunities),
  private.engage(uuid, boolean)
from public, anon;
-- engage is called by move_opportunity, which runs as the caller; it checks itself.
grant execute on function private.engage(uuid, boolean) to authenticated, service_role;
revoke execute on function
  public.move_opportunity(uuid, text, integer, text, text),
  public.convert_won_opportunity(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.move_opportunity(uuid, text, integer, text, text),
  public.convert_won_opportunity(uuid)
to authenticated;
