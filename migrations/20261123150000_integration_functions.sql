-- What people do with their connections. Definers, because nobody may write these
-- rows or see the tokens; each asks first who is calling.

-- Helpers, for these functions only ---------------------------------------------

create function private.lock_integration(p_integration_id uuid) returns public.integrations
language plpgsql volatile
set search_path = ''
as $$
declare
  connection public.integrations;
begin
  perform private.require(p_integration_id is not null, 'p_integration_id');
  select i.* into connection from public.integrations i
    where i.id = p_integration_id and i.id = any (private.my_integration_ids())
    for no key update;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  return connection;
end
$$;
comment on function private.lock_integration(uuid) is
  'The connection, locked, if the caller may manage it: the own one, for an Admin also QuickBooks. Else not_found.';

create function private.refuse_account_elsewhere(p_provider text, p_account_id text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  -- The unique index sees one organization; two that connect the account at the
  -- same time take turns here.
  perform pg_advisory_xact_lock(hashtextextended('account:' || p_provider || ':' || p_account_id, 0));
  if exists (
    select from public.integrations i
    where i.provider = p_provider and i.external_account_id = p_account_id
      and i.status <> 'disconnected' and i.user_id <> auth.uid()
  ) then
    raise exception using errcode = 'unique_violation',
      message = 'the account is connected already', constraint = 'integrations_external_account_id_key';
  end if;
end
$$;
comment on function private.refuse_account_elsewhere(text, text) is
  'Raises duplicate when anybody else has the provider''s account connected, in any organization.';

-- Connecting -----------------------------------------------------------------

create function public.connect_integration(
  p_provider text,
  p_account jsonb,
  p_scopes text[],
  p_sealed bytea,
  p_key_id text,
  p_access_expires_at timestamptz,
  p_refresh_expires_at timestamptz default null
)
returns public.integrations
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  connection public.integrations;
  account_id text;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_provider in ('gmail', 'google_calendar', 'quickbooks'), 'p_provider');
  perform private.admit(p_provider <> 'quickbooks' or private.is_admin());
  perform private.refuse_problems('p_account', private.field_problems(0, p_account,
    '{"external_account_id": {"kind": "text", "maximum": 200, "required": true},
      "label": {"kind": "text", "maximum": 320}}'));
  perform private.require(p_scopes is not null and array_position(p_scopes, null) is null, 'p_scopes');
  perform private.require(octet_length(p_sealed) between 1 and 16384, 'p_sealed');
  perform private.check_text('p_key_id', p_key_id, 200);
  perform private.require(p_access_expires_at is not null, 'p_access_expires_at');
  account_id := private.tidied(p_account) ->> 'external_account_id';
  perform private.refuse_account_elsewhere(p_provider, account_id);

  former := private.begin_operation('connect_integration');
  insert into public.integrations as i
    (organization_id, user_id, provider, status, account_label, external_account_id, scopes,
     connected_at, sync_requested_at)
  values (private.current_org_id(), auth.uid(), p_provider, 'connected',
    private.tidied(p_account) ->> 'label', account_id, p_scopes, now(), now())
  on conflict (user_id, provider) do update set
    status = excluded.status,
    account_label = excluded.account_label,
    external_account_id = excluded.external_account_id,
    scopes = excluded.scopes,
    -- Another account starts from nothing, and what was shared was the other's.
    share_linked = i.share_linked
      and i.external_account_id is not distinct from excluded.external_account_id,
    settings = case when i.external_account_id = excluded.external_account_id then i.settings else '{}' end,
    cursor = case when i.external_account_id = excluded.external_account_id then i.cursor else '{}' end,
    connected_at = excluded.connected_at,
    disconnected_at = null,
    last_error_at = null,
    last_error_code = null,
    consecutive_failures = 0,
    next_attempt_at = null,
    sync_requested_at = excluded.sync_requested_at
  returning i.* into connection;
  insert into private.integration_tokens as t
    (integration_id, sealed, key_id, access_expires_at, refresh_expires_at)
  values (connection.id, p_sealed, p_key_id, p_access_expires_at, p_refresh_expires_at)
  on conflict (integration_id) do update set
    sealed = excluded.sealed, key_id = excluded.key_id,
    access_expires_at = excluded.access_expires_at, refresh_expires_at = excluded.refresh_expires_at,
    -- A worker that is refreshing the former pair must lose.
    token_version = t.token_version + 1, rotated_at = now();
  perform private.emit_event('integration.connected', connection.organization_id, 'integration',
    connection.id, jsonb_build_object('provider', connection.provider));
  perform private.end_operation(former);
  return connection;
end
$$;
comment on function public.connect_integration(
  text, jsonb, text[], bytea, text, timestamptz, timestamptz
) is
  'Connects the caller to a provider''s account with sealed tokens; reconnecting the same account goes on where it stopped. QuickBooks: Admin. duplicate when somebody else has the account, or the organization its QuickBooks.';

create function public.disconnect_integration(p_integration_id uuid, p_version integer)
returns public.integrations
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  connection public.integrations;
  former text;
begin
  perform private.admit(private.is_staff());
  connection := private.lock_integration(p_integration_id);
  if connection.status = 'disconnected' then
    return connection;
  end if;
  perform private.check_version(p_version, connection.version, to_jsonb(connection));
  former := private.begin_operation('disconnect_integration');
  delete from private.integration_tokens t where t.integration_id = connection.id;
  update public.integrations i set
    status = 'disconnected', disconnected_at = now(), cursor = '{}', next_attempt_at = null,
    sync_requested_at = null, consecutive_failures = 0
    where i.id = connection.id
    returning i.* into connection;
  perform private.emit_event('integration.disconnected', connection.organization_id, 'integration',
    connection.id, jsonb_build_object('provider', connection.provider));
  perform private.end_operation(former);
  return connection;
end
$$;
comment on function public.disconnect_integration(uuid, integer) is
  'Forgets tokens and cursor of an own connection (QuickBooks: Admin); what was read stays. stale_version.';

create function public.set_integration_sharing(p_integration_id uuid, p_share boolean, p_version integer)
returns public.integrations
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  connection public.integrations;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_share is not null, 'p_share');
  connection := private.lock_integration(p_integration_id);
  -- An Admin manages the books, but nobody shares another person's mail.
  perform private.admit(connection.user_id = auth.uid());
  perform private.check_version(p_version, connection.version, to_jsonb(connection));
  if connection.share_linked = p_share then
    return connection;
  end if;
  former := private.begin_operation('set_integration_sharing');
  update public.integrations i set share_linked = p_share
    where i.id = connection.id returning i.* into connection;
  update public.ingested_messages m set shared = p_share, updated_at = now()
    where m.integration_id = connection.id and m.shared <> p_share;
  update public.ingested_events e set shared = p_share, updated_at = now()
    where e.integration_id = connection.id and e.shared <> p_share;
  perform private.emit_event('integration.sharing_changed', connection.organization_id, 'integration',
    connection.id, jsonb_build_object('provider', connection.provider, 'share', p_share));
  perform private.end_operation(former);
  return connection;
end
$$;
comment on function public.set_integration_sharing(uuid, boolean, integer) is
  'Lets the organization''s staff read linked mail and meetings of an own connection, or not. stale_version.';

-- Asking the worker ------------------------------------------------------------

create function public.request_sync(p_integration_id uuid) returns public.integrations
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  -- Pressed again within it, the request stands.
  patience constant interval := '60 seconds';
  connection public.integrations;
  former text;
begin
  perform private.admit(private.is_staff());
  connection := private.lock_integration(p_integration_id);
  if connection.status not in ('connected', 'degraded') then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', connection.status));
  end if;
  if connection.sync_requested_at > now() - patience then
    return connection;
  end if;
  former := private.begin_operation('request_sync');
  update public.integrations i set sync_requested_at = now()
    where i.id = connection.id returning i.* into connection;
  perform private.emit_event('integration.sync.requested', connection.organization_id, 'integration',
    connection.id, jsonb_build_object('provider', connection.provider));
  perform private.end_operation(former);
  return connection;
end
$$;
comment on function public.request_sync(uuid) is
  'Asks the worker to read an own connection now (QuickBooks: Admin); twice within a minute is once. invalid_transition unless it is connected.';

create function private.set_quickbooks_customer(
  p_organization_id uuid, p_customer_id text, p_client_id uuid
)
returns public.clients
language plpgsql volatile
set search_path = ''
as $$
declare
  client public.clients;
begin
  -- Without a client the mapping is cleared, wherever it is.
  update public.clients c set quickbooks_customer_id = case when p_client_id is not null then p_customer_id end
    where c.organization_id = p_organization_id
      and case when p_client_id is null then c.quickbooks_customer_id = p_customer_id else c.id = p_client_id end
    returning c.* into client;
  if client.id is null then
    perform private.fail(404, 'not_found');
  end if;
  return client;
end
$$;

create function public.map_quickbooks_customer(
  p_integration_id uuid, p_customer_id text, p_client_id uuid default null
)
returns public.clients
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  connection public.integrations;
  client public.clients;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.check_text('p_customer_id', p_customer_id, 200);
  connection := private.lock_integration(p_integration_id);
  perform private.require(connection.provider = 'quickbooks', 'p_integration_id');
  former := private.begin_operation('map_quickbooks_customer');
  client := private.set_quickbooks_customer(connection.organization_id, p_customer_id, p_client_id);
  if p_client_id is not null then
    -- What the customer was invoiced before is fetched whole, once.
    update public.integrations i set
      settings = i.settings || jsonb_build_object(
        'unmapped_customers', (
          select coalesce(jsonb_agg(u.customer order by u.number), '[]')
          from jsonb_array_elements(coalesce(i.settings -> 'unmapped_customers', '[]'))
            with ordinality as u (customer, number)
          where u.customer ->> 'id' is distinct from p_customer_id),
        'backfill_customers',
          (coalesce(i.settings -> 'backfill_customers', '[]') - p_customer_id) || to_jsonb(p_customer_id)),
      sync_requested_at = case when i.status in ('connected', 'degraded') then now() end
      where i.id = connection.id;
  end if;
  perform private.emit_event('integration.customer.mapped', connection.organization_id, 'integration',
    connection.id, jsonb_build_object('customer_id', p_customer_id, 'client_id', p_client_id));
  perform private.end_operation(former);
  return client;
end
$$;
comment on function public.map_quickbooks_customer(uuid, text, uuid) is
  'Says which client a QuickBooks customer is and has its invoices fetched; a null client clears the mapping. Admin; duplicate when the customer is another client already.';

create function public.retry_ingest_run(p_run_id uuid) returns public.ingest_runs
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  run public.ingest_runs;
  former text;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_run_id is not null, 'p_run_id');
  select r.* into run from public.ingest_runs r
    where r.id = p_run_id and r.integration_id = any (private.my_integration_ids())
    for no key update;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  if run.status not in ('failed', 'dead') then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', run.status));
  end if;
  if run.retry_requested_at is not null then
    return run;
  end if;
  former := private.begin_operation('retry_ingest_run');
  update public.ingest_runs r set retry_requested_at = now() where r.id = run.id returning r.* into run;
  perform private.emit_event('integration.job.retried', run.organization_id, 'integration',
    run.integration_id, jsonb_build_object('provider', run.provider));
  perform private.end_operation(former);
  return run;
end
$$;
comment on function public.retry_ingest_run(uuid) is
  'Asks the worker to run a failed or dead job of an own connection again (QuickBooks: Admin). invalid_transition.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.lock_integration(uuid),
  private.refuse_account_elsewhere(text, text),
  private.set_quickbooks_customer(uuid, text, uuid)
from public, anon;

revoke execute on function
  public.connect_integration(text, jsonb, text[], bytea, text, timestamptz, timestamptz),
  public.disconnect_integration(uuid, integer),
  public.set_integration_sharing(uuid, boolean, integer),
  public.request_sync(uuid),
  public.map_quickbooks_customer(uuid, text, uuid),
  public.retry_ingest_run(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.connect_integration(text, jsonb, text[], bytea, text, timestamptz, timestamptz),
  public.disconnect_integration(uuid, integer),
  public.set_integration_sharing(uuid, boolean, integer),
  public.request_sync(uuid),
  public.map_quickbooks_customer(uuid, text, uuid),
  public.retry_ingest_run(uuid)
to authenticated;
