-- Money that came in, and taking back what was recorded by mistake. The triggers
-- of invoice_payments add up, move the invoice and post the cash.

create function private.payment_with_invoice(p_payment_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('payment', to_jsonb(p), 'invoice', to_jsonb(i))
  from public.invoice_payments p
  join public.invoices i on i.id = p.invoice_id
  where p.id = p_payment_id
$$;

create function public.record_payment(
  p_invoice_id uuid,
  p_amount numeric,
  p_received_on date,
  p_method text,
  p_reference text default null,
  p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  invoice public.invoices;
  payment_id uuid;
  answer jsonb;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(p_invoice_id is not null, 'p_invoice_id');
  perform private.require(p_amount > 0 and p_amount = round(p_amount, 2), 'p_amount');
  perform private.require(p_method in
    ('bank_transfer', 'card', 'check', 'cash', 'quickbooks', 'adjustment', 'other'), 'p_method');
  perform private.check_text('p_reference', p_reference, 200, false);
  -- Without a key a reply that was lost on the way would be paid for twice.
  perform private.require(p_idempotency_key is not null, 'p_idempotency_key');
  select i.* into invoice from public.invoices i where i.id = p_invoice_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require(
    p_received_on between '2000-01-01' and private.organization_today(invoice.organization_id), 'p_received_on');
  answer := private.claim_key(invoice.organization_id, 'record_payment', p_idempotency_key,
    jsonb_build_object(
      'invoice_id', p_invoice_id, 'amount', round(p_amount, 2), 'received_on', p_received_on,
      'method', p_method, 'reference', p_reference));
  if answer is not null then
    return answer;
  end if;

  -- Of two payments at once the second one sees what the first left.
  invoice := private.lock_row(null::public.invoices, 'p_invoice_id', p_invoice_id);
  if invoice.source = 'quickbooks' then
    perform private.fail(409, 'external_source');
  end if;
  if invoice.status <> 'sent' then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', invoice.status));
  end if;
  if p_amount > invoice.balance then
    perform private.fail(409, 'overpayment', jsonb_build_object('balance', invoice.balance));
  end if;

  former := private.begin_operation('record_payment');
  insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method, reference)
    values (invoice.organization_id, invoice.id, p_amount, p_received_on, p_method,
      nullif(btrim(p_reference), ''))
    returning id into payment_id;
  answer := private.payment_with_invoice(payment_id);
  perform private.emit_event('finance.payment.recorded', invoice.organization_id, 'invoice', invoice.id,
    jsonb_build_object(
      'invoice_id', invoice.id, 'amount', answer #> '{payment,amount}',
      'balance', answer #> '{invoice,balance}', 'status', answer #> '{invoice,status}'));
  perform private.store_answer(invoice.organization_id, 'record_payment', p_idempotency_key, answer);
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.record_payment(uuid, numeric, date, text, text, text) is
  'Records a payment of a sent invoice, at most its balance; the invoice is paid when nothing is left. Admin. The day may not lie in the future.';

create function public.reverse_payment(p_payment_id uuid, p_reason text, p_version integer)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  payment public.invoice_payments;
  invoice public.invoices;
  answer jsonb;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(p_payment_id is not null, 'p_payment_id');
  perform private.check_text('p_reason', p_reason, 10000);
  select p.* into payment from public.invoice_payments p where p.id = p_payment_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  -- The invoice before its payment, as everywhere.
  invoice := private.lock_row(null::public.invoices, 'p_payment_id', payment.invoice_id);
  payment := private.lock_row(null::public.invoice_payments, 'p_payment_id', p_payment_id);
  if invoice.source = 'quickbooks' then
    perform private.fail(409, 'external_source');
  end if;
  perform private.check_version(p_version, payment.version, to_jsonb(payment));
  if payment.reversed_at is not null then
    perform private.fail(409, 'invalid_transition');
  end if;

  former := private.begin_operation('reverse_payment');
  update public.invoice_payments p set
      reversed_at = now(), reversed_by = auth.uid(), reversal_reason = btrim(p_reason)
    where p.id = payment.id;
  answer := private.payment_with_invoice(payment.id);
  perform private.emit_event('finance.payment.reversed', invoice.organization_id, 'invoice', invoice.id,
    jsonb_build_object(
      'invoice_id', invoice.id, 'amount', payment.amount, 'balance', answer #> '{invoice,balance}'));
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.reverse_payment(uuid, text, integer) is
  'Takes a payment out of every sum, for a reason; a paid invoice is sent again, and the cash goes out today. Admin.';

revoke execute on function private.payment_with_invoice(uuid) from public, anon;
grant execute on function private.payment_with_invoice(uuid) to authenticated, service_role;
revoke execute on function
  public.record_payment(uuid, numeric, date, text, text, text),
  public.reverse_payment(uuid, text, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.record_payment(uuid, numeric, date, text, text, text),
  public.reverse_payment(uuid, text, integer)
to authenticated;
