-- The worker's side of a connection: its tokens, its state, and a record of each run.

create function private.admit_service() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if private.called_by_api() then
    perform private.fail(403, 'forbidden');
  end if;
end
$$;
comment on function private.admit_service() is
  'First line of a definer of the worker: refuses people, should the right to execute ever slip.';

-- Tokens: definers, because no API role has a right on the table -------------------

create function public.service_read_tokens(p_integration_id uuid)
returns table (
  sealed bytea, key_id text, token_version integer, access_expires_at timestamptz,
  refresh_expires_at timestamptz
)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.admit_service();
  perform private.require(p_integration_id is not null, 'p_integration_id');
  return query
    select t.sealed, t.key_id, t.token_version, t.access_expires_at, t.refresh_expires_at
    from private.integration_tokens t where t.integration_id = p_integration_id;
end
$$;
comment on function public.service_read_tokens(uuid) is
  'The sealed tokens of a connection; no row when there are none.';

create function public.service_rotate_tokens(
  p_integration_id uuid,
  p_token_version integer,
  p_sealed bytea,
  p_key_id text,
  p_access_expires_at timestamptz,
  p_refresh_expires_at timestamptz default null
)
returns boolean
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  perform private.admit_service();
  perform private.require(p_integration_id is not null, 'p_integration_id');
  perform private.require(p_token_version is not null, 'p_token_version');
  perform private.require(octet_length(p_sealed) between 1 and 16384, 'p_sealed');
  perform private.check_text('p_key_id', p_key_id, 200);
  perform private.require(p_access_expires_at is not null, 'p_access_expires_at');
  update private.integration_tokens t set
    sealed = p_sealed, key_id = p_key_id, access_expires_at = p_access_expires_at,
    refresh_expires_at = p_refresh_expires_at, token_version = t.token_version + 1, rotated_at = now()
    where t.integration_id = p_integration_id and t.token_version = p_token_version;
  return found;
end
$$;
comment on function public.service_rotate_tokens(uuid, integer, bytea, text, timestamptz, timestamptz) is
  'Replaces the tokens if they are still at the version the worker read; false = somebody was faster, read again.';

-- State ------------------------------------------------------------------------

create function private.is_counted_failure(p_error_code text) returns boolean
language sql immutable
set search_path = ''
as $$
  -- Waiting for a limit, for the database or for a key is no failure of the provider.
  select coalesce(p_error_code in (
    'provider_unavailable', 'provider_timeout', 'provider_unreachable', 'decode', 'bad_request',
    'rejected'), false)
$$;

create function public.service_set_connection(
  p_integration_id uuid, p_status text, p_error_code text default null, p_next_attempt_at timestamptz default null
)
returns public.integrations
language plpgsql volatile
set search_path = ''
as $$
declare
  connection public.integrations;
  was text;
  former text;
begin
  perform private.require(p_status in ('connected', 'degraded', 'needs_reauth'), 'p_status');
  perform private.require(p_error_code is null or p_error_code ~ '^[a-z][a-z_]{0,59}$', 'p_error_code');
  connection := private.lock_row(null::public.integrations, 'p_integration_id', p_integration_id);
  was := connection.status;
  -- People connect and disconnect; the worker only notices.
  if was <> p_status
    and was || '>' || p_status not in
      ('connected>degraded', 'degraded>connected', 'connected>needs_reauth', 'degraded>needs_reauth')
  then
    perform private.fail(409, 'invalid_transition', private.from_to(was, p_status));
  end if;
  former := private.begin_operation('service_set_connection');
  update public.integrations i set
    status = p_status,
    last_error_code = coalesce(p_error_code, i.last_error_code),
    last_error_at = case when p_error_code is null then i.last_error_at else now() end,
    consecutive_failures = case
      when p_error_code is null then 0
      when private.is_counted_failure(p_error_code) then i.consecutive_failures + 1
      else i.consecutive_failures end,
    next_attempt_at = p_next_attempt_at,
    -- Nothing is fetched until somebody connects again.
    sync_requested_at = case when p_status <> 'needs_reauth' then i.sync_requested_at end
    where i.id = connection.id
    returning i.* into connection;
  if was <> p_status then
    perform private.emit_event('integration.status_changed', connection.organization_id, 'integration',
      connection.id, private.from_to(was, p_status)
        || jsonb_build_object('provider', connection.provider, 'reason', p_error_code));
  end if;
  perform private.end_operation(former);
  return connection;
end
$$;
comment on function public.service_set_connection(uuid, text, text, timestamptz) is
  'Notes how a connection is: without an error code a success, with one a failure. invalid_transition for a step that only people make.';

-- Runs -------------------------------------------------------------------------

create function public.service_record_ingest_run(p_run jsonb) returns public.ingest_runs
language plpgsql volatile
set search_path = ''
as $$
declare
  wanted public.ingest_runs;
  connection public.integrations;
  run public.ingest_runs;
  ended boolean;
  former text;
begin
  perform private.require(jsonb_typeof(p_run) = 'object', 'p_run');
  wanted := jsonb_populate_record(null::public.ingest_runs, p_run);
  perform private.check_text('p_run.job_id', wanted.job_id, 200);
  -- Success is recorded together with the rows, by the functions that write them.
  perform private.require(wanted.status in ('running', 'failed', 'dead'), 'p_run.status');
  ended := wanted.status <> 'running';
  perform private.require(not ended or wanted.error_code is not null, 'p_run.error_code');
  perform private.require(wanted.trigger is not null, 'p_run.trigger');
  connection := private.lock_row(null::public.integrations, 'p_run.integration_id', wanted.integration_id);

  former := private.begin_operation('service_record_ingest_run');
  insert into public.ingest_runs as r
    (organization_id, integration_id, provider, job_id, trigger, status, attempt, started_at,
     finished_at, fetched, upserted, skipped, error_code, error_detail, retry_at, cursor_before)
  values (
    connection.organization_id, connection.id, connection.provider, wanted.job_id, wanted.trigger,
    wanted.status, coalesce(wanted.attempt, 1), coalesce(wanted.started_at, now()),
    case when ended then coalesce(wanted.finished_at, now()) end, coalesce(wanted.fetched, 0), 0,
    coalesce(wanted.skipped, '{}'), case when ended then wanted.error_code end,
    case when ended then left(wanted.error_detail, 500) end, wanted.retry_at,
    coalesce(wanted.cursor_before, connection.cursor))
  on conflict (integration_id, job_id) do update set
    trigger = excluded.trigger, status = excluded.status, attempt = excluded.attempt,
    started_at = excluded.started_at, finished_at = excluded.finished_at,
    fetched = excluded.fetched, skipped = excluded.skipped, error_code = excluded.error_code,
    error_detail = excluded.error_detail, retry_at = excluded.retry_at,
    cursor_before = excluded.cursor_before,
    -- A request is answered when the job runs again.
    retry_requested_at = case when ended then r.retry_requested_at end
    -- Late news of a job that has succeeded meanwhile.
    where r.status <> 'succeeded'
  returning r.* into run;
  if not found then
    select r.* into strict run from public.ingest_runs r
      where r.integration_id = connection.id and r.job_id = wanted.job_id;
  elsif ended then
    perform private.emit_event('integration.sync.failed', run.organization_id, 'integration',
      run.integration_id,
      jsonb_build_object('provider', run.provider, 'error_code', run.error_code,
        'attempt', run.attempt, 'dead', run.status = 'dead'),
      'sync:' || run.job_id || ':' || run.attempt);
  end if;
  perform private.end_operation(former);
  return run;
end
$$;
comment on function public.service_record_ingest_run(jsonb) is
  'Notes a job that began (running) or did not succeed (failed, dead), one row per job.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.admit_service(), private.is_counted_failure(text)
from public, anon;
grant execute on function private.admit_service(), private.is_counted_failure(text) to service_role;

revoke execute on function
  public.service_read_tokens(uuid),
  public.service_rotate_tokens(uuid, integer, bytea, text, timestamptz, timestamptz),
  public.service_set_connection(uuid, text, text, timestamptz),
  public.service_record_ingest_run(jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  public.service_read_tokens(uuid),
  public.service_rotate_tokens(uuid, integer, bytea, text, timestamptz, timestamptz),
  public.service_set_connection(uuid, text, text, timestamptz),
  public.service_record_ingest_run(jsonb)
to service_role;
