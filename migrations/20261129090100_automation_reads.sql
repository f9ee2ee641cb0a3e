-- What the page of playbooks shows, and changes of playbooks that answer the same.

-- There are few runs yet: whoever writes one meanwhile waits for milliseconds.
-- squawk-ignore require-concurrent-index-creation
create index automation_runs_entity_id_idx on public.automation_runs (entity_id, created_at desc)
  where entity_id is not null;

create function private.told_reason(p_error text) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_error in ('no_opportunity', 'no_client', 'no_author', 'nothing_to_invoice', 'step_removed') then p_error
    when p_error is not null then 'refused'
  end
$$;
comment on function private.told_reason(text) is
  'Why a step failed, in a word that people are told; what a table says about itself stays in the row.';

-- Playbooks ------------------------------------------------------------------

create function private.playbook_data(p_playbook public.automation_playbooks) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p_playbook.id, 'name', p_playbook.name, 'description', p_playbook.description,
    'trigger_event', p_playbook.trigger_event, 'status', p_playbook.status,
    'updated_at', p_playbook.updated_at, 'version', p_playbook.version,
    'steps', coalesce((
      select jsonb_agg(
        jsonb_build_object('id', s.id, 'workspace', s.workspace, 'action', s.action, 'config', s.config)
        order by s.position)
      from public.automation_steps s where s.playbook_id = p_playbook.id), '[]'),
    'last_run', (
      select jsonb_build_object(
        'id', r.id, 'status', r.status, 'error', private.told_reason(r.error), 'created_at', r.created_at,
        'completed_at', r.completed_at)
      from public.automation_runs r where r.playbook_id = p_playbook.id
      order by r.created_at desc, r.id desc limit 1))
$$;
comment on function private.playbook_data(public.automation_playbooks) is
  'A playbook with its steps in order and its newest run, as far as the caller sees them.';

create function public.list_playbooks(p_organization_id uuid default null) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  maximum constant integer := 200;
  chosen uuid;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  return jsonb_build_object(
    'rows', coalesce((
      select jsonb_agg(private.playbook_data(listed.playbook)
        order by (listed.playbook).status = 'archived', lower((listed.playbook).name))
      from (
        select p as playbook from public.automation_playbooks p
        where p.organization_id = chosen
        order by p.status = 'archived', lower(p.name)
        limit maximum) listed), '[]'),
    'total', (select count(*) from public.automation_playbooks p where p.organization_id = chosen));
end
$$;
comment on function public.list_playbooks(uuid) is
  'The playbooks of the organization by name, archived ones last, at most 200, and how many there are. Staff.';

-- Answers and refuses with what the page shows: a colleague's steps are part of what changed.
create or replace function public.save_playbook(
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
    perform private.check_version(p_version, playbook.version, private.playbook_data(playbook));
    -- What is in the archive is kept as it was.
    if playbook.status = 'archived' then
      perform private.fail(409, 'invalid_transition', jsonb_build_object('status', playbook.status));
    end if;
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
  perform private.emit_event('automation.playbook.saved', playbook.organization_id,
    'automation_playbook', playbook.id, jsonb_build_object('steps', jsonb_array_length(p_steps)));
  perform private.end_operation(former);
  return private.playbook_data(playbook);
end
$$;
comment on function public.save_playbook(jsonb, jsonb, integer, uuid) is
  'Creates a draft playbook, or replaces one that is not archived with its steps (steps with a known id are kept); answers it as list_playbooks does. Admin; stale_version, invalid_transition, validation_failed.';

-- Nobody asks for the bare rows any more.
-- squawk-ignore ban-drop-function
drop function private.playbook_steps(uuid);

-- Runs -----------------------------------------------------------------------

create function private.run_data(p_run public.automation_runs) returns jsonb
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
        jsonb_build_object('id', s.id, 'workspace', s.workspace, 'action', s.action, 'status', s.status,
          'output', s.output, 'error', private.told_reason(s.error), 'completed_at', s.completed_at)
        order by s.position)
      from public.automation_run_steps s where s.run_id = p_run.id), '[]'))
$$;
comment on function private.run_data(public.automation_runs) is
  'A run with its steps in order; names are null where the caller may not see the row, or it is gone.';

create function public.list_automation_runs(
  p_filter jsonb default '{}', p_before_at timestamptz default null, p_before_id uuid default null,
  p_limit integer default 20, p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  maximum constant integer := 100;
  chosen uuid;
  listed_playbook uuid;
  listed_entity uuid;
  listed_run uuid;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_filter) = 'object', 'p_filter');
  perform private.require(p_limit between 1 and maximum, 'p_limit');
  perform private.require((p_before_at is null) = (p_before_id is null), 'p_before_id');
  perform private.refuse_problems('p_filter', private.field_problems(0, jsonb_strip_nulls(p_filter),
    '{"playbook_id": {"kind": "id"}, "opportunity_id": {"kind": "id"}, "run_id": {"kind": "id"}}'));
  listed_playbook := p_filter ->> 'playbook_id';
  listed_entity := p_filter ->> 'opportunity_id';
  listed_run := p_filter ->> 'run_id';
  return (
    with matching as (
      select r.id, r.created_at from public.automation_runs r
      where r.organization_id = chosen
        and (listed_playbook is null or r.playbook_id = listed_playbook)
        and (listed_entity is null or r.entity_id = listed_entity and r.entity_type = 'opportunity')
        and (listed_run is null or r.id = listed_run)
    ),
    page as (
      select m.id from matching m
      where p_before_at is null or (m.created_at, m.id) < (p_before_at, p_before_id)
      order by m.created_at desc, m.id desc
      limit p_limit
    )
    select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(private.run_data(r) order by r.created_at desc, r.id desc)
        from public.automation_runs r where r.id in (select p.id from page p)), '[]'),
      'total', (select count(*) from matching)));
end
$$;
comment on function public.list_automation_runs(jsonb, timestamptz, uuid, integer, uuid) is
  'Runs with their steps, newest first, after the one named by time and id: of a playbook, of an opportunity, or one run, by playbook_id, opportunity_id and run_id of the filter. At most 100, and how many match. Staff.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.told_reason(text),
  private.playbook_data(public.automation_playbooks),
  private.run_data(public.automation_runs)
from public, anon;
grant execute on function
  private.told_reason(text),
  private.playbook_data(public.automation_playbooks),
  private.run_data(public.automation_runs)
to authenticated, service_role;

revoke execute on function
  public.list_playbooks(uuid), public.list_automation_runs(jsonb, timestamptz, uuid, integer, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.list_playbooks(uuid), public.list_automation_runs(jsonb, timestamptz, uuid, integer, uuid)
to authenticated;
