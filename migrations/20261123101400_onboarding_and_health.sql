-- Starting the work with a client, and recording how clients are.

create function public.ensure_client_onboarding(p_client_id uuid, p_version integer) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  client public.clients := private.lock_client(p_client_id);
  wanted_status text;
  created jsonb;
  changed boolean;
  former text;
begin
  perform private.check_version(p_version, client.version, to_jsonb(client));

  former := private.begin_operation('ensure_client_onboarding');
  wanted_status := case client.status when 'prospect' then 'active' else client.status end;
  changed := (client.status, client.phase) is distinct from (wanted_status, 'Onboarding');
  if changed then
    update public.clients c set status = wanted_status, phase = 'Onboarding' where c.id = client.id
      returning * into client;
  end if;
  select coalesce(jsonb_agg(to_jsonb(d) order by d.reference), '[]') into created
    from private.ensure_default_deliverables(client.id, client.organization_id) d;
  if changed or created <> '[]' then
    perform private.emit_event('client.onboarding.ensured', client.organization_id, 'client', client.id,
      jsonb_build_object('deliverables', jsonb_array_length(created)));
  end if;
  perform private.end_operation(former);
  return jsonb_build_object(
    'client_id', client.id, 'status', client.status, 'phase', client.phase, 'version', client.version,
    'deliverables', created);
end
$$;
comment on function public.ensure_client_onboarding(uuid, integer) is
  'Makes a prospect active, sets the phase to Onboarding and adds the default deliverables that are missing; returns where the client stands and what was added. Client writer.';

create function public.sync_client_health(p_client_id uuid default null) returns integer
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  organization_id uuid;
  recorded integer;
  former text;
begin
  perform private.admit(private.is_admin());
  organization_id := private.current_org_id();
  if p_client_id is not null then
    select c.organization_id into organization_id from public.clients c
      where c.id = p_client_id and private.may_act_in(c.organization_id);
    if not found then
      perform private.fail(404, 'not_found');
    end if;
  end if;

  former := private.begin_operation('sync_client_health');
  recorded := private.record_health(organization_id, p_client_id, 'manual');
  perform private.emit_event('client.health.synced', organization_id, 'organization', organization_id,
    jsonb_build_object('snapshots', recorded));
  perform private.end_operation(former);
  return recorded;
end
$$;
comment on function public.sync_client_health(uuid) is
  'Records today''s health of one client, or of all scored clients of the own organization that are no prospects; returns how many. Admin.';

revoke execute on function
  public.ensure_client_onboarding(uuid, integer),
  public.sync_client_health(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.ensure_client_onboarding(uuid, integer),
  public.sync_client_health(uuid)
to authenticated;
