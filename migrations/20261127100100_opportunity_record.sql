-- Everything an opportunity's panel shows, in one answer; many changed at once; and
-- the clients whose name is like one that is typed.

create function private.may_write_opportunity(p_opportunity public.opportunities) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- As the policy opportunities_update; a proof compares the two.
  return coalesce(
    private.is_super_admin()
    or (
      p_opportunity.organization_id = private.current_org_id()
      and (private.is_manager() or (private.persona() = 'Member' and p_opportunity.owner_id = auth.uid()))
    ),
    false);
end
$$;
comment on function private.may_write_opportunity(public.opportunities) is
  'Would an update of this opportunity by the caller be let through? For telling the page, not for deciding.';

create function public.opportunity_record(p_opportunity_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  opportunity public.opportunities;
  today date;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_opportunity_id is not null, 'p_opportunity_id');
  -- Runs as the caller: what may not be read is not there.
  select o.* into opportunity from public.opportunities o where o.id = p_opportunity_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  today := private.organization_today(opportunity.organization_id);
  return jsonb_build_object(
    -- The whole next step: lists cut it.
    'row', (
      select r.data || jsonb_build_object('next_step', opportunity.next_step)
      from private.opportunity_rows(opportunity.organization_id, today, array[opportunity.id]) r),
    'rates', private.win_rates(opportunity.organization_id, today),
    'lost_note', opportunity.lost_note,
    'source', opportunity.source,
    'created_at', opportunity.created_at,
    'rights', jsonb_build_object(
      'write', private.may_write_opportunity(opportunity),
      'assign', private.is_manager(),
      'reopen_won', private.is_manager(),
      'moderate', private.is_admin()),
    'notes', coalesce((
      select jsonb_agg(
        to_jsonb(n) - array['organization_id', 'opportunity_id'] || jsonb_build_object('author_name', u.name)
        order by n.created_at desc, n.id)
      from public.opportunity_notes n left join public.users u on u.id = n.author_id
      where n.opportunity_id = opportunity.id), '[]'),
    'activities', coalesce((
      select jsonb_agg(
        to_jsonb(a) - array['organization_id', 'opportunity_id'] || jsonb_build_object('assignee_name', u.name)
        order by a.status <> 'pending', case when a.status = 'pending' then a.due_at end,
          a.updated_at desc, a.id)
      from public.opportunity_activities a left join public.users u on u.id = a.assigned_to
      where a.opportunity_id = opportunity.id), '[]'),
    'history', coalesce((
      select jsonb_agg(
        jsonb_build_object('id', h.id, 'from_stage', h.from_stage, 'to_stage', h.to_stage,
          'amount', h.amount, 'probability', h.probability, 'changed_by_name', u.name,
          'changed_at', h.changed_at)
        order by h.changed_at desc, h.id)
      from public.opportunity_stage_history h left join public.users u on u.id = h.changed_by
      where h.opportunity_id = opportunity.id), '[]'),
    'changes', coalesce((
      select jsonb_agg(c.entry order by c.occurred_at desc, c.id)
      from (
        select a.occurred_at, a.id, jsonb_build_object(
            'id', a.id, 'occurred_at', a.occurred_at, 'actor_name', u.name, 'action', a.action,
            'columns', case when a.action = 'update' and jsonb_typeof(a.changes) = 'object'
              then (select coalesce(jsonb_agg(k.name order by k.name), '[]')
                from jsonb_object_keys(a.changes) as k (name))
              else '[]'::jsonb end) as entry
        from public.audit_log a left join public.users u on u.id = a.actor_id
        where a.organization_id = opportunity.organization_id
          and a.resource_type = 'opportunities' and a.resource_id = opportunity.id
        order by a.occurred_at desc, a.id
        limit 50
      ) c), '[]'));
end
$$;
comment on function public.opportunity_record(uuid) is
  'An opportunity with everything its panel shows, as far as the caller may read it, and what the caller may change. Staff.';

create function public.update_opportunities(p_items jsonb, p_changes jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  item jsonb;
  opportunity public.opportunities;
  wanted public.opportunities;
  outcome text;
  results jsonb := '{}';
  changes jsonb;
  stage text;
begin
  perform private.admit(private.is_staff());
  perform private.check_sync_list('p_items', p_items, true);
  perform private.check_fields(coalesce((
    select jsonb_agg(jsonb_build_object('row', e.place - 1, 'field', 'id', 'key', 'not_an_id') order by e.place)
    from jsonb_array_elements(p_items) with ordinality as e (value, place)
    where e.value ->> 'id' !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'), '[]'));
  perform private.require((
    select count(*) = count(distinct lower(e.value ->> 'id'))
      and count(*) filter (where e.value - array['id', 'version'] <> '{}') = 0
    from jsonb_array_elements(p_items) as e), 'p_items');
  perform private.require(jsonb_typeof(p_changes) = 'object' and p_changes <> '{}', 'p_changes');
  perform private.check_fields(private.field_problems(0, p_changes, '{
      "stage": {"kind": "choice", "of":
        ["Prospect", "Qualify", "Proposal", "Negotiation", "ClosedWon", "ClosedLost"]},
      "lost_reason": {"kind": "choice", "of":
        ["price", "timing", "competitor", "no_decision", "no_budget", "fit", "other"]},
      "owner_id": {"kind": "id"},
      "expected_close_date": {"kind": "date"}
    }'));
  stage := p_changes ->> 'stage';
  if (coalesce(stage, '') = 'ClosedLost') <> (p_changes ->> 'lost_reason' is not null) then
    perform private.check_fields(private.problem('lost_reason', 'required'));
  end if;

  -- An empty field takes the value away.
  select coalesce(jsonb_object_agg(k.name, private.tidied(p_changes) -> k.name), '{}') into changes
    from jsonb_object_keys(p_changes) as k (name) where k.name in ('owner_id', 'expected_close_date');
  -- In the order of ids, each for itself, as update_clients does it.
  for item in
    select e.value from jsonb_array_elements(p_items) as e order by (e.value ->> 'id')::uuid
  loop
    begin
      select o.* into opportunity from public.opportunities o
        where o.id = (item ->> 'id')::uuid for no key update;
      if not found then
        outcome := case when exists (select from public.opportunities o where o.id = (item ->> 'id')::uuid)
          then 'forbidden' else 'not_found' end;
      else
        wanted := jsonb_populate_record(opportunity, changes);
        outcome := case
          when wanted is not distinct from opportunity and (stage is null or stage = opportunity.stage)
            then 'unchanged'
          when opportunity.version <> (item ->> 'version')::integer then 'stale_version'
          else 'changed' end;
        if outcome = 'changed' and wanted is distinct from opportunity then
          update public.opportunities o
            set owner_id = wanted.owner_id, expected_close_date = wanted.expected_close_date
            where o.id = opportunity.id
            returning o.* into opportunity;
        end if;
        if outcome = 'changed' and stage is not null and stage <> opportunity.stage then
          opportunity := jsonb_populate_record(opportunity, public.move_opportunity(
            opportunity.id, stage, opportunity.version, p_changes ->> 'lost_reason') -> 'opportunity');
        end if;
      end if;
    exception
      -- A Member giving one away; a won one that is no longer theirs to move.
      when insufficient_privilege or sqlstate 'PT403' then outcome := 'forbidden';
      when foreign_key_violation then outcome := 'reference_missing';
    end;
    results := results || jsonb_build_object(lower(item ->> 'id'), jsonb_build_object(
      'id', item -> 'id', 'outcome', outcome,
      'version', case when outcome in ('changed', 'unchanged', 'stale_version') then opportunity.version end));
  end loop;
  return (
    select coalesce(jsonb_agg(results -> lower(e.value ->> 'id') order by e.place), '[]')
    from jsonb_array_elements(p_items) with ordinality as e (value, place));
end
$$;
comment on function public.update_opportunities(jsonb, jsonb) is
  'Moves up to 500 opportunities, or sets their owner or expected close, each for itself: the answer says for every one whether it was changed, unchanged, stale_version, forbidden, not_found or reference_missing. A move is the same as move_opportunity.';

create function public.find_similar_clients(p_name text, p_organization_id uuid default null)
returns table (id uuid, name text, owner_name text, same boolean)
language plpgsql stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Below this two names only share a few letters.
  least_likeness constant real := 0.4;
  chosen uuid;
  typed constant text := private.same_name(p_name);
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.check_text('p_name', p_name, 200, false);
  if length(typed) < 2 then
    return;
  end if;
  return query
    select c.id, c.name, u.name, private.same_name(c.name) = typed
    from public.clients c
    left join public.users u on u.id = c.owner_id and u.organization_id = c.organization_id
    where c.organization_id = chosen
      and (extensions.similarity(lower(c.name), typed) >= least_likeness
        or starts_with(lower(c.name), typed) or starts_with(typed, private.same_name(c.name)))
    order by private.same_name(c.name) = typed desc, extensions.similarity(lower(c.name), typed) desc,
      lower(c.name) collate "C", c.id
    limit 5;
end
$$;
comment on function public.find_similar_clients(text, uuid) is
  'At most 5 clients whose name is like this one, the nearest first; same = equal but for case and blanks around it. Staff.';

revoke execute on function private.may_write_opportunity(public.opportunities) from public, anon;
grant execute on function private.may_write_opportunity(public.opportunities) to authenticated, service_role;
revoke execute on function
  public.opportunity_record(uuid),
  public.update_opportunities(jsonb, jsonb),
  public.find_similar_clients(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.opportunity_record(uuid),
  public.update_opportunities(jsonb, jsonb),
  public.find_similar_clients(text, uuid)
to authenticated;
