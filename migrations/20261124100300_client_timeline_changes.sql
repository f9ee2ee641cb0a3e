-- The timeline of a client also says what changed, to those who may read the audit log.

create or replace function public.client_timeline(
  p_client_id uuid, p_before timestamptz default null, p_limit integer default 50
)
returns table (
  kind text, id uuid, occurred_at timestamptz, actor_id uuid, title text, detail jsonb
)
language plpgsql stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  before constant timestamptz := coalesce(p_before, 'infinity');
  time_zone text;
  client_organization uuid;
begin
  perform private.admit(private.is_staff());
  perform private.require(p_client_id is not null, 'p_client_id');
  perform private.require(p_limit between 1 and 200, 'p_limit');
  select o.time_zone, o.id into time_zone, client_organization
    from public.clients c join public.organizations o on o.id = c.organization_id
    where c.id = p_client_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;

  -- Every branch reads as the caller: what may not be read is not there. Money is
  -- text, so that no reader turns it into a float.
  return query
  with own_row (id) as (
    select p_client_id
    union all select k.id from public.contacts k where k.client_id = p_client_id
    union all select k.id from public.client_commercials k where k.client_id = p_client_id
    union all select q.id from public.discovery_questions q where q.client_id = p_client_id
    union all select f.id from public.discovery_responses f where f.client_id = p_client_id
    union all select d.id from public.data_sources d where d.client_id = p_client_id
    union all select k.id from public.kanban_items k where k.client_id = p_client_id
    union all select d.id from public.client_deliverables d where d.client_id = p_client_id
    union all select f.id from public.finance f where f.client_id = p_client_id
  ),
  opportunity as (
    select o.id, o.name from public.opportunities o where o.client_id = p_client_id
  ),
  entry (kind, id, occurred_at, actor_id, title, detail) as (
    select 'note', n.id, n.created_at, n.author_id, o.name,
      jsonb_build_object('opportunity_id', o.id, 'body', left(n.body, 500))
    from public.opportunity_notes n join opportunity o on o.id = n.opportunity_id
    union all
    select 'activity', a.id, coalesce(a.completed_at, a.created_at), a.created_by, a.title,
      jsonb_build_object('opportunity_id', o.id, 'type', a.type, 'status', a.status, 'due_at', a.due_at)
    from public.opportunity_activities a join opportunity o on o.id = a.opportunity_id
    union all
    select 'stage_change', s.id, s.changed_at, s.changed_by, o.name,
      jsonb_build_object('opportunity_id', o.id, 'from', s.from_stage, 'to', s.to_stage,
        'amount', s.amount::text, 'probability', s.probability)
    from public.opportunity_stage_history s join opportunity o on o.id = s.opportunity_id
    union all
    select 'invoice', i.id, coalesce(i.sent_at, i.created_at), null, i.invoice_number,
      jsonb_build_object('status', i.status, 'total', i.total::text, 'balance', i.balance::text,
        'due_date', i.due_date)
    from public.invoices i where i.client_id = p_client_id
    union all
    -- A payment is known by its day; one that was entered later still stands there.
    select 'payment', p.id, least(p.created_at, (p.received_on + time '12:00') at time zone time_zone),
      p.recorded_by, i.invoice_number,
      jsonb_build_object('invoice_id', i.id, 'amount', p.amount::text, 'method', p.method,
        'received_on', p.received_on, 'reversed', p.reversed_at is not null)
    from public.invoice_payments p join public.invoices i on i.id = p.invoice_id
    where i.client_id = p_client_id
    union all
    select 'health', h.id, h.created_at, null, h.source,
      jsonb_build_object('snapshot_date', h.snapshot_date, 'health', h.health,
        'churn_risk', h.churn_risk, 'trs_score', h.trs_score, 'notes', h.notes)
    from public.client_health_history h where h.client_id = p_client_id
    union all
    select 'deliverable', d.id, d.created_at, null, d.title,
      jsonb_build_object('type', d.type, 'status', d.status, 'url', d.url)
    from public.client_deliverables d where d.client_id = p_client_id
    union all
    select 'message', m.id, m.sent_at, m.user_id, coalesce(m.subject, ''),
      jsonb_build_object('direction', m.direction, 'from', m.from_address, 'snippet', m.snippet,
        'shared', m.shared)
    from public.ingested_messages m where m.client_id = p_client_id
    union all
    select 'meeting', g.id, g.starts_at, g.user_id, coalesce(g.title, ''),
      jsonb_build_object('status', g.status, 'ends_at', g.ends_at, 'all_day', g.all_day,
        'organizer', g.organizer, 'html_link', g.html_link, 'shared', g.shared)
    from public.ingested_events g where g.client_id = p_client_id
    union all
    -- Not that somebody looked at the client.
    select 'event', e.id, e.occurred_at, e.user_id, e.event_key, e.payload
    from public.analytics_events e
    where e.organization_id = (select c.organization_id from public.clients c where c.id = p_client_id)
      and e.entity_type = 'client' and e.entity_id = p_client_id and e.category <> 'ui'
  ),
  -- Things of one transaction happened at one moment. They stay on one page, or
  -- the next page, which begins before that moment, would lose some.
  page as (
    select t.* from entry t where t.occurred_at < before
    order by t.occurred_at desc fetch first p_limit rows with ties
  )
  select g.kind, g.id, g.occurred_at, g.actor_id, g.title,
    case when changed.rows is null then g.detail else g.detail || jsonb_build_object('changes', changed.rows) end
  from page g
  -- What the rows were before and are now, for those who may read the audit log. An event and the changes it
  -- reports bear the time of their one transaction.
  left join lateral (
    select jsonb_agg(
        jsonb_build_object('resource', a.resource_type, 'action', a.action, 'columns', a.changes)
        order by a.resource_type, a.id) as rows
    from public.audit_log a
    where g.kind = 'event' and a.organization_id = client_organization and a.occurred_at = g.occurred_at
      and (
        a.resource_id in (select r.id from own_row r)
        or p_client_id::text in (a.changes #>> '{client_id,before}', a.changes #>> '{client_id,after}')
      )
  ) changed on true
  order by g.occurred_at desc, g.kind, g.id;
end
$$;
comment on function public.client_timeline(uuid, timestamptz, integer) is
  'What happened with a client before a moment, newest first; a page may hold a few more than p_limit (at most 200) when they happened at one moment. An event holds the changes it reports for those who may read the audit log. Staff.';
