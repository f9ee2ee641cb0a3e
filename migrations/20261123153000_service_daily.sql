-- What the worker does for an organization every day.

create function private.check_organization(p_organization_id uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform private.require(p_organization_id is not null, 'p_organization_id');
  if not exists (select from public.organizations o where o.id = p_organization_id) then
    perform private.fail(404, 'not_found');
  end if;
end
$$;

create function public.service_daily_health(p_organization_id uuid) returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  recorded integer;
  former text;
begin
  perform private.check_organization(p_organization_id);
  former := private.begin_operation('service_daily_health');
  recorded := private.record_health(p_organization_id, null, 'daily');
  perform private.emit_event('client.health.synced', p_organization_id, 'organization',
    p_organization_id, jsonb_build_object('snapshots', recorded),
    'daily_health:' || private.organization_today(p_organization_id));
  perform private.end_operation(former);
  return recorded;
end
$$;
comment on function public.service_daily_health(uuid) is
  'Records today''s health of all scored clients that are no prospects; returns how many.';

create function public.service_refresh_finance_cache(p_organization_id uuid) returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  client_id uuid;
  refreshed integer := 0;
  former text;
begin
  perform private.check_organization(p_organization_id);
  former := private.begin_operation('service_refresh_finance_cache');
  for client_id in
    select f.client_id from public.finance f where f.organization_id = p_organization_id order by 1
  loop
    perform private.refresh_client_finance(client_id);
    refreshed := refreshed + 1;
  end loop;
  perform private.end_operation(former);
  return refreshed;
end
$$;
comment on function public.service_refresh_finance_cache(uuid) is
  'Computes the cached totals of all finance rows for today, when subscriptions begin or end with the day.';

create function public.service_record_snapshots(p_organization_id uuid, p_rows jsonb) returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  -- Longer than a day, so that one missed night leaves yesterday's usable.
  lifetime constant interval := '36 hours';
  recorded integer;
  day date;
  kinds jsonb;
  former text;
begin
  perform private.check_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_rows) = 'array', 'p_rows');
  perform private.require(jsonb_array_length(p_rows) between 1 and 1000, 'p_rows');
  select max(r.snapshot_date), jsonb_agg(distinct r.kind) into day, kinds
    from jsonb_populate_recordset(null::public.dashboard_snapshots, p_rows) as r;
  former := private.begin_operation('service_record_snapshots');
  insert into public.dashboard_snapshots
    (organization_id, kind, time_scope, segment_filter, snapshot_date, metrics, computed_at, expires_at)
  select p_organization_id, r.kind, r.time_scope, coalesce(r.segment_filter, '{}'), r.snapshot_date,
    r.metrics, coalesce(r.computed_at, now()), coalesce(r.computed_at, now()) + lifetime
  from jsonb_populate_recordset(null::public.dashboard_snapshots, p_rows) as r
  order by r.kind, r.time_scope, r.segment_filter, r.snapshot_date
  on conflict (organization_id, kind, time_scope, segment_filter, snapshot_date) do update set
    metrics = excluded.metrics, computed_at = excluded.computed_at, expires_at = excluded.expires_at;
  get diagnostics recorded = row_count;
  perform private.emit_event('dashboard.snapshot.recorded', p_organization_id, 'organization',
    p_organization_id, jsonb_build_object('kinds', kinds), 'snapshots:' || day);
  perform private.end_operation(former);
  return recorded;
end
$$;
comment on function public.service_record_snapshots(uuid, jsonb) is
  'Keeps figures of a day: rows of kind, time_scope, segment_filter, snapshot_date, metrics; the same row again replaces them. Returns how many.';

create function private.check_alert(p_organization_id uuid, p_event public.analytics_events) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  known boolean;
begin
  perform private.require(p_event.event_key ~ '^pipeline\.alert\.(coverage|variance|stalled|expiring|overdue)$',
    'p_events.event_key');
  perform private.check_text('p_events.idempotency_key', p_event.idempotency_key, 200);
  perform private.require(starts_with(p_event.idempotency_key, 'alert:'), 'p_events.idempotency_key');
  perform private.require(p_event.entity_type in ('opportunity', 'organization'), 'p_events.entity_type');
  known := case p_event.entity_type
    when 'organization' then p_event.entity_id is not distinct from p_organization_id
    else private.has_priority_source(p_organization_id, 'opportunity', p_event.entity_id)
  end;
  if not known then
    perform private.fail(404, 'not_found');
  end if;
end
$$;
comment on function private.check_alert(uuid, public.analytics_events) is
  'An alert of metrics.md, section 4.6, about the organization or one of its opportunities, with its key.';

create function public.service_record_events(p_organization_id uuid, p_events jsonb) returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
  event public.analytics_events;
  recorded integer := 0;
  former text;
begin
  perform private.check_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_events) = 'array', 'p_events');
  perform private.require(jsonb_array_length(p_events) <= 10000, 'p_events');
  former := private.begin_operation('service_record_events');
  for event in
    select e.* from jsonb_populate_recordset(null::public.analytics_events, p_events) as e
    order by e.idempotency_key
  loop
    perform private.check_alert(p_organization_id, event);
    if private.emit_event(event.event_key, p_organization_id, event.entity_type, event.entity_id,
      event.payload, event.idempotency_key) is not null
    then
      recorded := recorded + 1;
    end if;
  end loop;
  perform private.end_operation(former);
  return recorded;
end
$$;
comment on function public.service_record_events(uuid, jsonb) is
  'Reports alerts, each once per type, row and day by its key; returns how many were new.';

-- Retention --------------------------------------------------------------------

create function public.service_purge(p_organization_id uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  counts jsonb;
  former text;
begin
  perform private.check_organization(p_organization_id);
  -- The append-only tables let rows go while this is set, and never else.
  former := private.begin_operation('service_purge');
  with
  audit as (
    delete from public.audit_log a
    where a.organization_id = p_organization_id and a.occurred_at < now() - interval '7 years'
    returning 1
  ),
  event as (
    delete from public.analytics_events e
    where e.organization_id = p_organization_id
      and e.occurred_at < now() - case e.category when 'ui' then interval '90 days' else interval '400 days' end
    returning 1
  ),
  message as (
    delete from public.ingested_messages m
    where m.organization_id = p_organization_id and m.sent_at < now() - interval '400 days'
    returning 1
  ),
  meeting as (
    delete from public.ingested_events m
    where m.organization_id = p_organization_id and m.starts_at < now() - interval '400 days'
    returning 1
  ),
  run as (
    delete from public.ingest_runs r
    where r.organization_id = p_organization_id and r.started_at < now() - interval '400 days'
    returning 1
  ),
  snapshot as (
    delete from public.dashboard_snapshots s
    where s.organization_id = p_organization_id
      -- Month ends stay long enough to compare years.
      and s.snapshot_date < current_date - case
        when extract(day from s.snapshot_date + 1) = 1 then interval '7 years'
        else interval '400 days' end
    returning 1
  ),
  idempotency_key as (
    delete from private.idempotency_keys k
    where k.organization_id = p_organization_id and k.created_at < now() - interval '30 days'
    returning 1
  )
  select jsonb_build_object(
    'audit_log', (select count(*) from audit),
    'analytics_events', (select count(*) from event),
    'ingested_messages', (select count(*) from message),
    'ingested_events', (select count(*) from meeting),
    'ingest_runs', (select count(*) from run),
    'dashboard_snapshots', (select count(*) from snapshot),
    'idempotency_keys', (select count(*) from idempotency_key)
  ) into counts;
  perform private.emit_event('retention.purged', p_organization_id, 'organization', p_organization_id,
    jsonb_build_object('counts', counts));
  perform private.end_operation(former);
  return counts;
end
$$;
comment on function public.service_purge(uuid) is
  'Removes what was kept long enough; returns how many rows of each table.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.check_organization(uuid), private.check_alert(uuid, public.analytics_events)
from public, anon;
grant execute on function
  private.check_organization(uuid), private.check_alert(uuid, public.analytics_events)
to service_role;

revoke execute on function
  public.service_daily_health(uuid),
  public.service_refresh_finance_cache(uuid),
  public.service_record_snapshots(uuid, jsonb),
  public.service_record_events(uuid, jsonb),
  public.service_purge(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.service_daily_health(uuid),
  public.service_refresh_finance_cache(uuid),
  public.service_record_snapshots(uuid, jsonb),
  public.service_record_events(uuid, jsonb),
  public.service_purge(uuid)
to service_role;
