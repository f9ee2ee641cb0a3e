-- Invoices in one answer: those of a filter in an order, and what all that match add
-- up to; and one invoice with everything its panel shows.

create function private.invoice_rows(p_organization_id uuid, p_today date, p_ids uuid[])
returns table (id uuid, data jsonb)
language plpgsql stable
set search_path = ''
set jit = off
as $$
#variable_conflict use_column
begin
  return query
  select i.id, jsonb_build_object(
    'id', i.id, 'invoice_number', i.invoice_number, 'client_id', i.client_id, 'client_name', c.name,
    'status', i.status, 'issue_date', i.issue_date, 'due_date', i.due_date, 'payment_term', i.payment_term,
    'amount', i.amount, 'tax', i.tax, 'total', i.total, 'amount_paid', i.amount_paid, 'balance', i.balance,
    'source', i.source, 'subscription_id', i.subscription_id, 'updated_at', i.updated_at, 'version', i.version)
  from public.invoices i
  join public.clients c on c.id = i.client_id and c.organization_id = i.organization_id
  where i.organization_id = p_organization_id and i.id = any (p_ids);
end
$$;
comment on function private.invoice_rows(uuid, date, uuid[]) is 'These invoices as lists show them.';

create function private.last_contacts(p_organization_id uuid, p_today date, p_client_ids uuid[])
returns table (client_id uuid, contacted_on date)
language plpgsql stable
set search_path = ''
set jit = off
as $$
#variable_conflict use_column
declare
  zone constant text := (select o.time_zone from public.organizations o where o.id = p_organization_id);
begin
  return query
  with
  -- Read as the caller: mail and meetings that are private to a colleague are no contact.
  happened (client_id, at) as (
    select o.client_id, a.completed_at
    from public.opportunity_activities a
    join public.opportunities o on o.id = a.opportunity_id and o.organization_id = a.organization_id
    where a.organization_id = p_organization_id and a.status = 'completed' and o.client_id = any (p_client_ids)
    union all
    select o.client_id, n.created_at
    from public.opportunity_notes n
    join public.opportunities o on o.id = n.opportunity_id and o.organization_id = n.organization_id
    where n.organization_id = p_organization_id and o.client_id = any (p_client_ids)
    union all
    select m.client_id, m.sent_at from public.ingested_messages m
    where m.organization_id = p_organization_id and m.client_id = any (p_client_ids)
    union all
    select g.client_id, g.starts_at from public.ingested_events g
    where g.organization_id = p_organization_id and g.client_id = any (p_client_ids) and g.starts_at <= now()
  )
  select h.client_id, max((h.at at time zone zone)::date)
  from happened h
  where (h.at at time zone zone)::date <= p_today
  group by h.client_id;
end
$$;
comment on function private.last_contacts(uuid, date, uuid[]) is
  'The day of the last note, completed activity, mail or meeting with each of these clients that the caller may read.';

create function public.list_invoices(
  p_filter jsonb default '{}', p_sort text default '-issue', p_limit integer default 200,
  p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
set jit = off
set plan_cache_mode = force_custom_plan
as $$
declare
  chosen uuid;
  today date;
  filter constant jsonb := coalesce(p_filter, '{}');
  descending constant boolean := left(p_sort, 1) = '-';
  sort constant text := ltrim(p_sort, '-');
  query text;
  statuses text[];
  clients uuid[];
  earliest date;
  latest date;
  answer jsonb;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  today := private.organization_today(chosen);
  perform private.require(jsonb_typeof(filter) = 'object', 'p_filter');
  perform private.require(filter - array['q', 'status', 'client', 'from', 'to'] = '{}', 'p_filter');
  perform private.require(p_limit between 1 and 10000, 'p_limit');
  perform private.require(
    sort in ('number', 'client', 'issue', 'due', 'total', 'paid', 'balance', 'status', 'urgency', 'updated')
      and p_sort in (sort, '-' || sort), 'p_sort');
  perform private.require(coalesce(jsonb_typeof(filter -> 'q') in ('string', 'null'), true), 'q');
  perform private.check_text('q', filter ->> 'q', 200, false);
  query := nullif(lower(regexp_replace(filter ->> 'q', '^\s+|\s+$', '', 'g')), '');
  -- Overdue is no status of a row: sent, and due before today.
  statuses := private.chosen_words(filter, 'status', array['draft', 'sent', 'overdue', 'paid', 'cancelled']);
  clients := private.chosen_words(filter, 'client', null)::uuid[];
  perform private.require(coalesce(private.is_date(filter ->> 'from'), true), 'from');
  perform private.require(coalesce(private.is_date(filter ->> 'to'), true), 'to');
  earliest := (filter ->> 'from')::date;
  latest := (filter ->> 'to')::date;

  with matching as materialized (
    select i.id, i.client_id, i.invoice_number, c.name as client_name, i.status, i.issue_date, i.due_date,
      i.total, i.amount_paid, i.balance, i.updated_at,
      case when i.status = 'sent' then greatest(0, today - i.due_date) else 0 end as days_past_due
    from public.invoices i
    join public.clients c on c.id = i.client_id and c.organization_id = i.organization_id
    where i.organization_id = chosen
      -- The text is only ever compared, so that no character in it is a pattern.
      and (query is null or position(query in lower(i.invoice_number)) > 0
        or position(query in lower(c.name)) > 0)
      and (statuses is null or i.status = any (statuses)
        or (i.status = 'sent' and i.due_date < today and 'overdue' = any (statuses)))
      and (clients is null or i.client_id = any (clients))
      and (earliest is null or i.issue_date >= earliest)
      and (latest is null or i.issue_date <= latest)
  ),
  keyed as (
    select m.*, case sort
        when 'issue' then m.issue_date - date '1900-01-01'
        when 'due' then m.due_date - date '1900-01-01'
        when 'total' then m.total
        when 'paid' then m.amount_paid
        -- What is owed: drafts and cancelled ones ask for nothing.
        when 'balance' then case when m.status = 'sent' then m.balance else 0 end
        when 'urgency' then case when m.status = 'sent' then m.balance * m.days_past_due else 0 end
        when 'updated' then extract(epoch from m.updated_at)
        when 'status' then case when m.days_past_due > 0 then 2.5
          else array_position(array['draft', 'sent', 'paid', 'cancelled'], m.status) + 0.0 end
      end as number,
      case sort
        -- 9 before 10.
        when 'number' then regexp_replace(lower(m.invoice_number), '\d+$', '')
          || lpad(coalesce(substring(m.invoice_number from '\d+$'), ''), 200, '0')
        when 'client' then lower(m.client_name) end as word
    from matching m
  ),
  page as materialized (
    select k.id, k.client_id, row_number() over (
        order by
          case when not descending then k.number end, case when descending then k.number end desc nulls last,
          case when not descending then k.word end collate "C",
          case when descending then k.word end collate "C" desc nulls last,
          k.issue_date desc, lower(k.invoice_number) collate "C" desc, k.id
      ) as place
    from keyed k
    order by place
    limit p_limit
  )
  select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(
          r.data || jsonb_build_object('contacted_on', l.contacted_on) order by p.place)
        from page p
        join private.invoice_rows(chosen, today, array(select p.id from page p)) r on r.id = p.id
        left join private.last_contacts(chosen, today, array(select distinct p.client_id from page p)) l
          on l.client_id = p.client_id), '[]'),
      'total', (select count(*) from matching),
      'sums', (
        select jsonb_build_object(
          'billed', round(coalesce(sum(m.total) filter (where m.status in ('sent', 'paid')), 0), 2),
          'paid', round(coalesce(sum(m.amount_paid), 0), 2),
          'balance', round(coalesce(sum(m.balance) filter (where m.status = 'sent'), 0), 2),
          'overdue', round(coalesce(sum(m.balance) filter (where m.days_past_due > 0), 0), 2),
          'drafts', round(coalesce(sum(m.total) filter (where m.status = 'draft'), 0), 2))
        from matching m))
    into answer;
  return answer;
end
$$;
comment on function public.list_invoices(jsonb, text, integer, uuid) is
  'Invoices that match a filter, in an order (a minus: largest first), as {rows, total, sums}: at most 10,000 rows, while total and sums are of all that match. Director and Admin.';

create function public.invoices_digest(p_organization_id uuid default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
  digest text;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  select concat_ws(
    ':',
    private.organization_today(chosen),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(i.id, i.version)), 0)
      from public.invoices i where i.organization_id = chosen
    ),
    -- The list names clients.
    (
      select coalesce(sum(uuid_hash_extended(c.id, c.version)), 0)
      from public.clients c where c.organization_id = chosen
    ),
    -- The last contact.
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(n.id, n.version)), 0)
      from public.opportunity_notes n where n.organization_id = chosen
    ),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(a.id, a.version)), 0)
      from public.opportunity_activities a where a.organization_id = chosen
    ),
    (select count(*) from public.ingested_messages m where m.organization_id = chosen),
    (select count(*) from public.ingested_events g where g.organization_id = chosen and g.starts_at <= now())
  )
  into digest;
  return md5(digest);
end
$$;
comment on function public.invoices_digest(uuid) is
  'Changes whenever the list of invoices changes for the caller: rows, rights, names, contacts, the day. Director and Admin.';

create function public.invoice_record(p_invoice_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  invoice public.invoices;
  today date;
  writer boolean;
begin
  perform private.admit(private.is_manager());
  perform private.require(p_invoice_id is not null, 'p_invoice_id');
  -- Runs as the caller: what may not be read is not there.
  select i.* into invoice from public.invoices i where i.id = p_invoice_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  today := private.organization_today(invoice.organization_id);
  writer := private.is_admin() and invoice.source <> 'quickbooks';
  return jsonb_build_object(
    'row', (
      select r.data || jsonb_build_object('contacted_on', (
        select l.contacted_on
        from private.last_contacts(invoice.organization_id, today, array[invoice.client_id]) l))
      from private.invoice_rows(invoice.organization_id, today, array[invoice.id]) r),
    'external_id', invoice.external_id,
    'notes', invoice.notes,
    'sent_at', invoice.sent_at,
    'paid_at', invoice.paid_at,
    'cancelled_at', invoice.cancelled_at,
    'product_name', (select s.product_name from public.subscriptions s where s.id = invoice.subscription_id),
    'project_id', invoice.project_id,
    'project_name', (select p.name from public.projects p where p.id = invoice.project_id),
    'writable', writer,
    'lines', coalesce((
      select jsonb_agg(jsonb_build_object(
          'id', l.id, 'description', l.description, 'quantity', l.quantity, 'unit_price', l.unit_price,
          'total', l.total) order by l.position, l.id)
      from public.invoice_line_items l where l.invoice_id = invoice.id), '[]'),
    'payments', coalesce((
      select jsonb_agg(jsonb_build_object(
          'id', y.id, 'amount', y.amount, 'received_on', y.received_on, 'method', y.method,
          'reference', y.reference, 'recorded_by_name', u.name, 'reversed_at', y.reversed_at,
          'reversed_by_name', r.name, 'reversal_reason', y.reversal_reason, 'version', y.version)
        order by y.received_on desc, y.created_at desc, y.id)
      from public.invoice_payments y
      left join public.users u on u.id = y.recorded_by
      left join public.users r on r.id = y.reversed_by
      where y.invoice_id = invoice.id), '[]'),
    -- The audit log is for Admins; its policy lets nobody else read it.
    'changes', coalesce((
      select jsonb_agg(c.entry order by c.occurred_at desc, c.id)
      from (
        select a.occurred_at, a.id, jsonb_build_object(
            'id', a.id, 'occurred_at', a.occurred_at, 'actor_name', u.name, 'action', a.action,
            'resource', a.resource_type,
            'columns', case when a.action = 'update' and jsonb_typeof(a.changes) = 'object'
              then (select coalesce(jsonb_agg(k.name order by k.name), '[]')
                from jsonb_object_keys(a.changes) as k (name))
              else '[]'::jsonb end) as entry
        from public.audit_log a left join public.users u on u.id = a.actor_id
        where a.organization_id = invoice.organization_id
          and (a.resource_type = 'invoices' and a.resource_id = invoice.id
            or a.resource_type = 'invoice_payments' and a.resource_id in (
              select y.id from public.invoice_payments y where y.invoice_id = invoice.id))
        order by a.occurred_at desc, a.id
        limit 50
      ) c), '[]'));
end
$$;
comment on function public.invoice_record(uuid) is
  'An invoice with its lines, payments and history (Admin), and whether the caller may change it. Director and Admin.';

create function public.create_invoice(
  p_invoice jsonb, p_lines jsonb, p_idempotency_key text default null, p_organization_id uuid default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  answer jsonb;
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(
    coalesce(jsonb_typeof(p_invoice) = 'object' and not p_invoice ? 'id', false), 'p_invoice');
  answer := private.claim_key(chosen, 'create_invoice', p_idempotency_key,
    jsonb_build_object('invoice', p_invoice, 'lines', p_lines));
  if answer is not null then
    return answer;
  end if;
  answer := public.save_invoice(p_invoice, p_lines, null, p_organization_id);
  perform private.store_answer(chosen, 'create_invoice', p_idempotency_key, answer);
  return answer;
end
$$;
comment on function public.create_invoice(jsonb, jsonb, text, uuid) is
  'save_invoice for a new draft; the same key and content again answer the first draft. Admin.';

revoke execute on function
  private.invoice_rows(uuid, date, uuid[]),
  private.last_contacts(uuid, date, uuid[])
from public, anon;
-- They run as the caller, so the policies decide.
grant execute on function
  private.invoice_rows(uuid, date, uuid[]),
  private.last_contacts(uuid, date, uuid[])
to authenticated, service_role;
revoke execute on function
  public.list_invoices(jsonb, text, integer, uuid),
  public.invoices_digest(uuid),
  public.invoice_record(uuid),
  public.create_invoice(jsonb, jsonb, text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.list_invoices(jsonb, text, integer, uuid),
  public.invoices_digest(uuid),
  public.invoice_record(uuid),
  public.create_invoice(jsonb, jsonb, text, uuid)
to authenticated;
