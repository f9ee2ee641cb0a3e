-- What several functions do to a client.

create function private.lock_client(p_client_id uuid) returns public.clients
language plpgsql volatile
set search_path = ''
as $$
declare
  client public.clients;
begin
  perform private.admit(true);
  perform private.require(p_client_id is not null, 'p_client_id');
  -- Runs as the caller: the policies tell hidden from merely readable.
  if not exists (select from public.clients c where c.id = p_client_id) then
    perform private.fail(404, 'not_found');
  end if;
  -- Changes of one client's children take turns; new rows that refer to it do
  -- not wait for this kind of lock.
  select c.* into client from public.clients c where c.id = p_client_id for no key update;
  if not found then
    perform private.fail(403, 'forbidden');
  end if;
  return client;
end
$$;
comment on function private.lock_client(uuid) is
  'The client, locked, for somebody who may write it; raises not_found when it is hidden, forbidden when it is only readable. First line of a function that changes a client or its children; not for definers.';

create function private.ensure_default_deliverables(p_client_id uuid, p_organization_id uuid)
returns setof public.client_deliverables
language sql volatile
set search_path = ''
as $$
  insert into public.client_deliverables (organization_id, client_id, reference, title, type)
  values
    (p_organization_id, p_client_id, 'executive-dashboard', 'Executive dashboard', 'dashboard'),
    (p_organization_id, p_client_id, 'operating-kpis', 'Operating KPIs', 'dashboard'),
    (p_organization_id, p_client_id, 'quarterly-review', 'Quarterly review', 'doc')
  on conflict (client_id, reference) do nothing
  returning *
$$;
comment on function private.ensure_default_deliverables(uuid, uuid) is
  'What every engaged client gets, once; returns what was missing.';

create function private.record_health(p_organization_id uuid, p_client_id uuid, p_source text)
returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  today constant date := private.organization_today(p_organization_id);
  recorded integer;
begin
  insert into public.client_health_history
    (organization_id, client_id, snapshot_date, health, churn_risk, source)
  select c.organization_id, c.id, today, c.health, c.churn_risk, p_source
  from public.clients c
  where c.organization_id = p_organization_id
    and (c.id = p_client_id or p_client_id is null and c.status <> 'prospect')
    and num_nonnulls(c.health, c.churn_risk) > 0
  -- Always in one order, so that two runs wait for each other instead of blocking.
  order by c.id
  on conflict (client_id, snapshot_date) do update
    set health = excluded.health, churn_risk = excluded.churn_risk, source = excluded.source;
  get diagnostics recorded = row_count;
  return recorded;
end
$$;
comment on function private.record_health(uuid, uuid, text) is
  'Today''s snapshot of one client, or (null) of all scored clients that are no prospects; returns how many. For the service and definers: people may not write the history.';

revoke execute on function
  private.lock_client(uuid),
  private.ensure_default_deliverables(uuid, uuid),
  private.record_health(uuid, uuid, text)
from public, anon;
grant execute on function
  private.lock_client(uuid),
  private.ensure_default_deliverables(uuid, uuid)
to authenticated, service_role;
grant execute on function private.record_health(uuid, uuid, text) to service_role;
