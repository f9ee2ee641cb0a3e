-- A batch that the worker fetched becomes rows, a moved cursor and a record of the
-- run, in one transaction. Delivered twice it changes nothing.
--
-- A batch is an object: job_id, trigger, attempt, started_at, fetched, skipped
-- (both for the whole run so far), cursor_before, and its rows. A run may come in
-- several parts; the last one has cursor_after (and settings), and ends the run.

-- What the three kinds share -------------------------------------------------------

create function private.open_batch(p_integration_id uuid, p_batch jsonb, p_provider text)
returns public.integrations
language plpgsql volatile
set search_path = ''
as $$
declare
  connection public.integrations;
begin
  perform private.require(jsonb_typeof(p_batch) = 'object', 'p_batch');
  perform private.check_text('p_batch.job_id', p_batch ->> 'job_id', 200);
  perform private.require(p_batch ->> 'trigger' is not null, 'p_batch.trigger');
  perform private.require(
    jsonb_typeof(coalesce(p_batch -> 'cursor_before', '{}')) = 'object', 'p_batch.cursor_before');
  perform private.require(
    jsonb_typeof(coalesce(p_batch -> 'cursor_after', '{}')) = 'object', 'p_batch.cursor_after');
  perform private.require(
    jsonb_typeof(coalesce(p_batch -> 'settings', '{}')) = 'object', 'p_batch.settings');
  -- Batches of one connection, and the switch of its sharing, take turns.
  connection := private.lock_row(null::public.integrations, 'p_integration_id', p_integration_id);
  perform private.require(connection.provider = p_provider, 'p_integration_id');
  -- A person who left does not want the mail that was still on its way.
  if connection.status = 'disconnected' then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', connection.status));
  end if;
  return connection;
end
$$;
comment on function private.open_batch(uuid, jsonb, text) is
  'The connection a batch is for, locked; invalid_transition when it was disconnected meanwhile.';

create function private.is_repeated_batch(p_connection public.integrations, p_batch jsonb) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from public.ingest_runs r
    where r.integration_id = p_connection.id and r.job_id = p_batch ->> 'job_id' and r.status = 'succeeded')
$$;
comment on function private.is_repeated_batch(public.integrations, jsonb) is
  'True when the run of the batch has succeeded: it is a second delivery, perhaps older than what came since.';

create function private.close_batch(
  p_connection public.integrations, p_batch jsonb, p_upserted integer, p_deleted integer
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  given constant public.ingest_runs := jsonb_populate_record(null::public.ingest_runs, p_batch);
  is_last constant boolean := p_batch ? 'cursor_after';
  moves constant boolean := is_last and p_connection.cursor = coalesce(given.cursor_before, '{}');
  run public.ingest_runs;
begin
  insert into public.ingest_runs as r
    (organization_id, integration_id, provider, job_id, trigger, status, attempt, started_at,
     finished_at, fetched, upserted, skipped, cursor_before, cursor_after)
  values (
    p_connection.organization_id, p_connection.id, p_connection.provider, given.job_id, given.trigger,
    case when is_last then 'succeeded' else 'running' end, coalesce(given.attempt, 1),
    coalesce(given.started_at, now()), case when is_last then now() end, coalesce(given.fetched, 0),
    p_upserted, coalesce(given.skipped, '{}'), coalesce(given.cursor_before, '{}'), given.cursor_after)
  on conflict (integration_id, job_id) do update set
    trigger = excluded.trigger, status = excluded.status, attempt = excluded.attempt,
    finished_at = excluded.finished_at, fetched = excluded.fetched,
    upserted = r.upserted + excluded.upserted, skipped = excluded.skipped,
    cursor_before = excluded.cursor_before, cursor_after = excluded.cursor_after,
    error_code = null, error_detail = null, retry_at = null, retry_requested_at = null
  returning r.* into run;
  if is_last then
    update public.integrations i set
      -- Where the worker did not start from here, the rows are good and the cursor stays.
      cursor = case when moves then given.cursor_after else i.cursor end,
      settings = i.settings || coalesce(p_batch -> 'settings', '{}'),
      last_synced_at = now(), consecutive_failures = 0, next_attempt_at = null
      where i.id = p_connection.id;
    perform private.emit_event('integration.sync.completed', run.organization_id, 'integration',
      run.integration_id,
      jsonb_build_object('provider', run.provider, 'fetched', run.fetched,
        'upserted', run.upserted, 'skipped', run.skipped),
      'sync:' || run.job_id);
  end if;
  return jsonb_build_object(
    'upserted', p_upserted, 'deleted', p_deleted, 'cursor_moved', moves, 'repeated', false);
end
$$;
comment on function private.close_batch(public.integrations, jsonb, integer, integer) is
  'Records the run, moves the cursor from its expected value, reports the run once; answers the counts of this batch.';

create function private.repeated_batch() returns jsonb
language sql immutable
set search_path = ''
as $$
  select '{"upserted": 0, "deleted": 0, "cursor_moved": false, "repeated": true}'::jsonb
$$;

create function private.batch_rows(p_batch jsonb, p_key text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  maximum_rows constant integer := 1000;
  batch_rows constant jsonb := coalesce(p_batch -> p_key, '[]');
begin
  perform private.require(jsonb_typeof(batch_rows) = 'array', 'p_batch.' || p_key);
  perform private.require(jsonb_array_length(batch_rows) <= maximum_rows, 'p_batch.' || p_key);
  return batch_rows;
end
$$;
comment on function private.batch_rows(jsonb, text) is 'A list of the batch, at most 1,000 long; missing is empty.';

-- Mail -------------------------------------------------------------------------

create function public.service_apply_messages(p_integration_id uuid, p_batch jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  connection public.integrations;
  upserted integer;
  deleted integer;
  answer jsonb;
  former text;
begin
  connection := private.open_batch(p_integration_id, p_batch, 'gmail');
  if private.is_repeated_batch(connection, p_batch) then
    return private.repeated_batch();
  end if;
  former := private.begin_operation('service_apply_messages');
  insert into public.ingested_messages as t
    (organization_id, integration_id, client_id, user_id, contact_id, provider_message_id, thread_id,
     subject, direction, from_address, to_addresses, snippet, labels, sent_at, shared)
  select distinct on (m.provider_message_id, m.client_id)
    connection.organization_id, connection.id, m.client_id, connection.user_id,
    -- A contact that is gone, or somebody else's, is no contact.
    (select k.id from public.contacts k where k.id = m.contact_id and k.client_id = m.client_id),
    m.provider_message_id, m.thread_id, m.subject, m.direction, m.from_address,
    coalesce(m.to_addresses, '{}'), m.snippet, coalesce(m.labels, '{}'), m.sent_at,
    connection.share_linked
  from jsonb_populate_recordset(null::public.ingested_messages, private.batch_rows(p_batch, 'messages')) as m
  on conflict (integration_id, provider_message_id, client_id) do update set
    contact_id = excluded.contact_id, thread_id = excluded.thread_id, subject = excluded.subject,
    direction = excluded.direction, from_address = excluded.from_address,
    to_addresses = excluded.to_addresses, snippet = excluded.snippet, labels = excluded.labels,
    sent_at = excluded.sent_at, shared = excluded.shared, updated_at = now()
    where (t.contact_id, t.thread_id, t.subject, t.direction, t.from_address, t.to_addresses,
        t.snippet, t.labels, t.sent_at, t.shared)
      is distinct from (excluded.contact_id, excluded.thread_id, excluded.subject, excluded.direction,
        excluded.from_address, excluded.to_addresses, excluded.snippet, excluded.labels,
        excluded.sent_at, excluded.shared);
  get diagnostics upserted = row_count;
  delete from public.ingested_messages t
    using jsonb_array_elements_text(private.batch_rows(p_batch, 'deleted')) as d (id)
    where t.integration_id = connection.id and t.provider_message_id = d.id;
  get diagnostics deleted = row_count;
  answer := private.close_batch(connection, p_batch, upserted, deleted);
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.service_apply_messages(uuid, jsonb) is
  'Stores a batch of linked mail: messages (rows of ingested_messages), deleted (ids at the provider).';

-- Meetings ---------------------------------------------------------------------

create function private.drop_unlinked_events(p_integration_id uuid, p_events jsonb) returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  dropped integer;
begin
  -- A batch names all clients of an event; one that is not named any more has left it.
  delete from public.ingested_events t
    using (
      select e.provider_event_id, max(e.provider_updated_at) as provider_updated_at,
        array_agg(e.client_id) as client_ids
      from jsonb_populate_recordset(null::public.ingested_events, p_events) as e group by 1
    ) as e
    where t.integration_id = p_integration_id and t.provider_event_id = e.provider_event_id
      and t.client_id <> all (e.client_ids)
      and (t.provider_updated_at <= e.provider_updated_at) is not false;
  get diagnostics dropped = row_count;
  return dropped;
end
$$;

create function private.drop_unseen_events(p_integration_id uuid, p_window jsonb) returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  dropped integer;
begin
  if p_window is null or p_window = 'null' then
    return 0;
  end if;
  perform private.require(jsonb_typeof(p_window -> 'seen') = 'array', 'p_batch.window');
  perform private.require(p_window ->> 'from' is not null and p_window ->> 'to' is not null, 'p_batch.window');
  delete from public.ingested_events t
    where t.integration_id = p_integration_id
      and t.starts_at >= (p_window ->> 'from')::timestamptz
      and t.starts_at < (p_window ->> 'to')::timestamptz
      and not (p_window -> 'seen') ? t.provider_event_id;
  get diagnostics dropped = row_count;
  return dropped;
end
$$;
comment on function private.drop_unseen_events(uuid, jsonb) is
  'After a complete reading of the window {from, to, seen}: events in it that the provider does not have any more.';

create function public.service_apply_meetings(p_integration_id uuid, p_batch jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  connection public.integrations;
  events jsonb;
  upserted integer;
  deleted integer;
  answer jsonb;
  former text;
begin
  connection := private.open_batch(p_integration_id, p_batch, 'google_calendar');
  events := private.batch_rows(p_batch, 'events');
  if private.is_repeated_batch(connection, p_batch) then
    return private.repeated_batch();
  end if;
  former := private.begin_operation('service_apply_meetings');
  insert into public.ingested_events as t
    (organization_id, integration_id, user_id, client_id, contact_id, provider_event_id, title,
     organizer, status, starts_at, ends_at, all_day, shared, attendees, html_link, provider_updated_at)
  select distinct on (e.provider_event_id, e.client_id)
    connection.organization_id, connection.id, connection.user_id, e.client_id,
    (select k.id from public.contacts k where k.id = e.contact_id and k.client_id = e.client_id),
    e.provider_event_id, e.title, e.organizer, coalesce(e.status, 'confirmed'), e.starts_at, e.ends_at,
    coalesce(e.all_day, false), connection.share_linked, coalesce(e.attendees, '{}'), e.html_link,
    e.provider_updated_at
  from jsonb_populate_recordset(null::public.ingested_events, events) as e
  order by e.provider_event_id, e.client_id, e.provider_updated_at desc nulls last
  on conflict (integration_id, provider_event_id, client_id) do update set
    contact_id = excluded.contact_id, title = excluded.title, organizer = excluded.organizer,
    status = excluded.status, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
    all_day = excluded.all_day, shared = excluded.shared, attendees = excluded.attendees,
    html_link = excluded.html_link, provider_updated_at = excluded.provider_updated_at,
    updated_at = now()
    -- An older version never overwrites a newer one.
    where (t.provider_updated_at <= excluded.provider_updated_at) is not false
      and (t.contact_id, t.title, t.organizer, t.status, t.starts_at, t.ends_at, t.all_day, t.shared,
          t.attendees, t.html_link, t.provider_updated_at)
        is distinct from (excluded.contact_id, excluded.title, excluded.organizer, excluded.status,
          excluded.starts_at, excluded.ends_at, excluded.all_day, excluded.shared, excluded.attendees,
          excluded.html_link, excluded.provider_updated_at);
  get diagnostics upserted = row_count;
  delete from public.ingested_events t
    using jsonb_array_elements_text(private.batch_rows(p_batch, 'deleted')) as d (id)
    where t.integration_id = connection.id and t.provider_event_id = d.id;
  get diagnostics deleted = row_count;
  deleted := deleted
    + private.drop_unlinked_events(connection.id, events)
    + private.drop_unseen_events(connection.id, p_batch -> 'window');
  answer := private.close_batch(connection, p_batch, upserted, deleted);
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.service_apply_meetings(uuid, jsonb) is
  'Stores a batch of linked meetings: events (rows of ingested_events, all clients of an event in one batch), deleted (ids at the provider), window {from, to, seen} after a complete reading.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.open_batch(uuid, jsonb, text),
  private.is_repeated_batch(public.integrations, jsonb),
  private.close_batch(public.integrations, jsonb, integer, integer),
  private.repeated_batch(),
  private.batch_rows(jsonb, text),
  private.drop_unlinked_events(uuid, jsonb),
  private.drop_unseen_events(uuid, jsonb)
from public, anon;
grant execute on function
  private.open_batch(uuid, jsonb, text),
  private.is_repeated_batch(public.integrations, jsonb),
  private.close_batch(public.integrations, jsonb, integer, integer),
  private.repeated_batch(),
  private.batch_rows(jsonb, text),
  private.drop_unlinked_events(uuid, jsonb),
  private.drop_unseen_events(uuid, jsonb)
to service_role;

revoke execute on function
  public.service_apply_messages(uuid, jsonb),
  public.service_apply_meetings(uuid, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  public.service_apply_messages(uuid, jsonb),
  public.service_apply_meetings(uuid, jsonb)
to service_role;
