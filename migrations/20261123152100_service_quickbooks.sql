-- Invoices and payments as the company's books have them.
--
-- An invoice of a batch: external_id, external_updated_at, client_id,
-- invoice_number, issue_date, due_date, payment_term, tax, lines (description,
-- quantity, unit_price; they add up to the net amount), payments (external_id,
-- amount, received_on, reference), balance, cancelled.

-- One invoice, step by step ------------------------------------------------------

create function private.quickbooks_number(p_organization_id uuid, p_number text, p_external_id text)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when exists (
      select from public.invoices i
      where i.organization_id = p_organization_id and i.invoice_number = p_number
        and (i.source, i.external_id) is distinct from ('quickbooks', p_external_id))
    then p_number || '-Q' || p_external_id
    else p_number
  end
$$;
comment on function private.quickbooks_number(uuid, text, text) is
  'The document number, made distinct where the organization has given it to another invoice.';

create function private.quickbooks_payments(p_organization_id uuid, p_invoice jsonb)
returns table (external_id text, amount numeric, received_on date, reference text, method text)
language sql stable
set search_path = ''
as $$
  with payment as (
    select p.* from jsonb_populate_recordset(
      null::public.invoice_payments, coalesce(p_invoice -> 'payments', '[]')) as p
  ),
  -- What is settled at the source without a payment: credits and write-offs.
  remainder as (
    select coalesce((p_invoice ->> 'tax')::numeric, 0)
      + (select coalesce(sum(round(l.quantity * l.unit_price, 2)), 0)
          from private.invoice_lines(p_invoice -> 'lines') as l)
      - (select coalesce(sum(p.amount), 0) from payment p)
      - (p_invoice ->> 'balance')::numeric as amount
  )
  select p.external_id, p.amount, p.received_on, p.reference, 'quickbooks' from payment p
  union all
  select (p_invoice ->> 'external_id') || ':adjustment', r.amount,
    ((p_invoice ->> 'external_updated_at')::timestamptz at time zone o.time_zone)::date,
    null, 'adjustment'
  from remainder r, public.organizations o
  where o.id = p_organization_id and r.amount > 0
$$;
comment on function private.quickbooks_payments(uuid, jsonb) is
  'The payments an invoice of a batch should have, with one adjustment for what the source settled otherwise.';

create function private.reverse_quickbooks_payments(p_invoice public.invoices, p_given jsonb) returns void
language sql volatile
set search_path = ''
as $$
  -- An adjustment keeps its day: it is replaced only when its amount changes.
  update public.invoice_payments p
    set reversed_at = now(), reversal_reason = 'Changed in QuickBooks'
    where p.invoice_id = p_invoice.id and p.reversed_at is null
      and not exists (
        select from private.quickbooks_payments(p_invoice.organization_id, p_given) as g
        where g.external_id = p.external_id and g.amount = p.amount
          and (g.method = 'adjustment' or g.received_on = p.received_on))
$$;

create function private.cancel_quickbooks_invoice(p_invoice public.invoices, p_updated_at timestamptz)
returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  update public.invoice_payments p
    set reversed_at = now(), reversal_reason = 'Cancelled in QuickBooks'
    where p.invoice_id = p_invoice.id and p.reversed_at is null;
  -- One of amount zero was paid without a payment.
  update public.invoices i set status = 'sent', paid_at = null
    where i.id = p_invoice.id and i.status = 'paid';
  update public.invoices i
    set status = 'cancelled', cancelled_at = now(), external_updated_at = p_updated_at
    where i.id = p_invoice.id;
end
$$;

create function private.settle_quickbooks_invoice(p_invoice_id uuid) returns void
language sql volatile
set search_path = ''
as $$
  -- A payment settles an invoice by its trigger. The amount may change, too.
  update public.invoices i set
    status = case when i.balance = 0 then 'paid' else 'sent' end,
    paid_at = case when i.balance = 0 then private.end_of_day(
      coalesce((
        select max(p.received_on) from public.invoice_payments p
        where p.invoice_id = i.id and p.reversed_at is null), i.issue_date), i.organization_id) end
    where i.id = p_invoice_id and (i.status = 'paid') <> (i.balance = 0)
$$;

create function private.write_quickbooks_invoice(p_connection public.integrations, p_given jsonb)
returns public.invoices
language plpgsql volatile
set search_path = ''
as $$
declare
  given constant public.invoices := jsonb_populate_record(null::public.invoices, p_given);
  number constant text := private.quickbooks_number(
    p_connection.organization_id, given.invoice_number, given.external_id);
  due_date constant date := coalesce(given.due_date, private.due_date(given.issue_date,
    coalesce(given.payment_term, 'net_30')));
  invoice public.invoices;
begin
  insert into public.invoices as i
    (organization_id, client_id, invoice_number, status, issue_date, due_date, payment_term, tax,
     sent_at, source, external_id, external_updated_at)
  values (p_connection.organization_id, given.client_id, number, 'sent', given.issue_date, due_date,
    coalesce(given.payment_term, 'net_30'), coalesce(given.tax, 0), now(), 'quickbooks',
    given.external_id, given.external_updated_at)
  on conflict (organization_id, source, external_id) where external_id is not null do update set
    client_id = excluded.client_id, invoice_number = excluded.invoice_number,
    issue_date = excluded.issue_date, due_date = excluded.due_date,
    payment_term = excluded.payment_term, external_updated_at = excluded.external_updated_at,
    -- A smaller tax waits for the lines, or the payments would exceed the total meanwhile.
    tax = greatest(i.tax, excluded.tax)
    where (i.client_id, i.invoice_number, i.issue_date, i.due_date, i.payment_term,
        i.external_updated_at, i.tax)
      is distinct from (excluded.client_id, excluded.invoice_number, excluded.issue_date,
        excluded.due_date, excluded.payment_term, excluded.external_updated_at, excluded.tax)
  returning i.* into invoice;
  if not found then
    select i.* into strict invoice from public.invoices i
      where i.organization_id = p_connection.organization_id and i.source = 'quickbooks'
        and i.external_id = given.external_id;
  end if;
  perform private.replace_lines(invoice, p_given -> 'lines');
  update public.invoices i set tax = coalesce(given.tax, 0)
    where i.id = invoice.id and i.tax <> coalesce(given.tax, 0);
  return invoice;
end
$$;

create function private.apply_quickbooks_invoice(p_connection public.integrations, p_given jsonb)
returns boolean
language plpgsql volatile
set search_path = ''
as $$
declare
  source_id constant text := p_given ->> 'external_id';
  updated_at constant timestamptz := p_given ->> 'external_updated_at';
  before public.invoices;
  invoice public.invoices;
begin
  perform private.check_text('p_batch.invoices.external_id', source_id, 200);
  perform private.require(updated_at is not null, 'p_batch.invoices.external_updated_at');
  select i.* into before from public.invoices i
    where i.organization_id = p_connection.organization_id and i.source = 'quickbooks'
      and i.external_id = source_id
    for no key update;
  -- Older news, or news of what was voided for good.
  if found and (before.external_updated_at > updated_at or before.status = 'cancelled') then
    return false;
  end if;
  if (p_given ->> 'cancelled')::boolean then
    if before.id is not null then
      perform private.cancel_quickbooks_invoice(before, updated_at);
    end if;
    return before.id is not null;
  end if;
  perform private.require(jsonb_typeof(p_given -> 'lines') = 'array', 'p_batch.invoices.lines');
  perform private.require(p_given ->> 'balance' is not null, 'p_batch.invoices.balance');
  if before.id is not null then
    perform private.reverse_quickbooks_payments(before, p_given);
  end if;
  invoice := private.write_quickbooks_invoice(p_connection, p_given);
  insert into public.invoice_payments
    (organization_id, invoice_id, amount, received_on, method, reference, external_id)
  select invoice.organization_id, invoice.id, g.amount, g.received_on, g.method, g.reference, g.external_id
  from private.quickbooks_payments(invoice.organization_id, p_given) as g
  where not exists (
    select from public.invoice_payments p
    where p.invoice_id = invoice.id and p.external_id = g.external_id and p.reversed_at is null)
  order by g.received_on, g.external_id;
  perform private.settle_quickbooks_invoice(invoice.id);
  -- Every change of lines and payments reaches the invoice and counts its version.
  return before.id is null
    or before.version <> (select i.version from public.invoices i where i.id = invoice.id);
end
$$;
comment on function private.apply_quickbooks_invoice(public.integrations, jsonb) is
  'Makes one invoice as the batch has it; answers whether anything changed.';

-- The batch ----------------------------------------------------------------------

create function private.tidy_quickbooks_settings(p_connection_id uuid, p_backfilled jsonb) returns void
language sql volatile
set search_path = ''
as $$
  update public.integrations i set settings = i.settings || jsonb_build_object(
      'backfill_customers', (
        select coalesce(jsonb_agg(b.id), '[]')
        from jsonb_array_elements_text(coalesce(i.settings -> 'backfill_customers', '[]')) as b (id)
        where not p_backfilled ? b.id),
      -- Mapped while the batch was on its way.
      'unmapped_customers', (
        select coalesce(jsonb_agg(u.customer), '[]')
        from jsonb_array_elements(coalesce(i.settings -> 'unmapped_customers', '[]')) as u (customer)
        where not exists (
          select from public.clients c
          where c.organization_id = i.organization_id
            and c.quickbooks_customer_id = u.customer ->> 'id')))
    where i.id = p_connection_id
      and (i.settings ? 'backfill_customers' or i.settings ? 'unmapped_customers')
$$;
comment on function private.tidy_quickbooks_settings(uuid, jsonb) is
  'Takes fetched customers off the list to fetch and mapped ones off the list to map.';

create function public.service_apply_quickbooks(p_integration_id uuid, p_batch jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  connection public.integrations;
  invoice jsonb;
  upserted integer := 0;
  answer jsonb;
  former text;
begin
  connection := private.open_batch(p_integration_id, p_batch, 'quickbooks');
  if private.is_repeated_batch(connection, p_batch) then
    return private.repeated_batch();
  end if;
  former := private.begin_operation('service_apply_quickbooks');
  for invoice in
    select i.value from jsonb_array_elements(private.batch_rows(p_batch, 'invoices')) as i
    order by i.value ->> 'external_id', i.value ->> 'external_updated_at'
  loop
    upserted := upserted + private.apply_quickbooks_invoice(connection, invoice)::integer;
  end loop;
  answer := private.close_batch(connection, p_batch, upserted, 0);
  perform private.tidy_quickbooks_settings(connection.id, private.batch_rows(p_batch, 'backfilled'));
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.service_apply_quickbooks(uuid, jsonb) is
  'Stores a batch of invoices of mapped customers; backfilled: ids of customers that were fetched whole.';

-- Access ---------------------------------------------------------------------

revoke execute on function
  private.quickbooks_number(uuid, text, text),
  private.quickbooks_payments(uuid, jsonb),
  private.reverse_quickbooks_payments(public.invoices, jsonb),
  private.cancel_quickbooks_invoice(public.invoices, timestamptz),
  private.settle_quickbooks_invoice(uuid),
  private.write_quickbooks_invoice(public.integrations, jsonb),
  private.apply_quickbooks_invoice(public.integrations, jsonb),
  private.tidy_quickbooks_settings(uuid, jsonb)
from public, anon;
grant execute on function
  private.quickbooks_number(uuid, text, text),
  private.quickbooks_payments(uuid, jsonb),
  private.reverse_quickbooks_payments(public.invoices, jsonb),
  private.cancel_quickbooks_invoice(public.invoices, timestamptz),
  private.settle_quickbooks_invoice(uuid),
  private.write_quickbooks_invoice(public.integrations, jsonb),
  private.apply_quickbooks_invoice(public.integrations, jsonb),
  private.tidy_quickbooks_settings(uuid, jsonb),
  private.end_of_day(date, uuid)
to service_role;

revoke execute on function public.service_apply_quickbooks(uuid, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.service_apply_quickbooks(uuid, jsonb) to service_role;
