-- Invoices from draft to sent to cancelled. Payments follow in their own file.

create function private.due_date(p_issue_date date, p_payment_term text) returns date
language sql immutable
set search_path = ''
as $$
  -- net_30 means 30 days; due_on_receipt none.
  select p_issue_date + coalesce(substring(p_payment_term from '\d+')::integer, 0)
$$;

create function private.next_invoice_number(p_organization_id uuid) returns text
language plpgsql volatile
set search_path = ''
as $$
begin
  -- Until the end of the transaction, so that no two drafts take the same number
  -- and one that is not kept leaves no gap.
  perform pg_advisory_xact_lock(hashtextextended('invoice_number:' || p_organization_id, 0));
  return (
    select 'INV-' || coalesce(max(substr(i.invoice_number, 5)::bigint), 0) + 1
    from public.invoices i
    where i.organization_id = p_organization_id and i.invoice_number ~ '^INV-\d{1,15}$'
  );
end
$$;
comment on function private.next_invoice_number(uuid) is
  'INV- and one more than the highest such number of the organization. For whoever reads all its invoices.';

create function private.line_problems(p_lines jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  maximum constant numeric := 999999999999.99;
  problems jsonb;
begin
  select coalesce(
      jsonb_agg(problem || jsonb_build_object('field', 'lines.' || coalesce(problem ->> 'field', ''))), '[]')
    into problems
    from jsonb_array_elements(p_lines) with ordinality as l,
      jsonb_array_elements(private.field_problems((l.ordinality - 1)::integer, l.value, '{
        "description": {"kind": "text", "maximum": 10000, "required": true},
        "quantity": {"kind": "amount", "minimum": 0.01, "maximum": 9999999999.99},
        "unit_price": {"kind": "amount", "minimum": -999999999999.99, "maximum": 999999999999.99, "required": true}
      }')) as problem;
  if problems <> '[]' then
    return problems;
  end if;
  select coalesce(
      jsonb_agg(jsonb_build_object('row', l.position, 'field', 'lines.unit_price', 'key', 'out_of_range')), '[]')
    into problems
    from private.invoice_lines(p_lines) l
    where abs(l.quantity * l.unit_price) > maximum;
  return problems;
end
$$;

create function private.invoice_lines(p_lines jsonb)
returns table ("position" integer, description text, quantity numeric, unit_price numeric)
language sql immutable
set search_path = ''
as $$
  select
    (l.ordinality - 1)::integer, t.line ->> 'description',
    coalesce((t.line ->> 'quantity')::numeric, 1), (t.line ->> 'unit_price')::numeric
  from jsonb_array_elements(p_lines) with ordinality as l
  cross join lateral (select private.tidied(l.value) as line) t
$$;
comment on function private.invoice_lines(jsonb) is 'Checked lines as rows, in their order.';

create function private.replace_lines(p_invoice public.invoices, p_lines jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  -- Unchanged lines stay, so that saving a note does not rewrite them.
  if not exists (
    (select l.position, l.description, l.quantity, l.unit_price
      from public.invoice_line_items l where l.invoice_id = p_invoice.id)
    except all
    (select * from private.invoice_lines(p_lines))
  ) and (
    select count(*) from public.invoice_line_items l where l.invoice_id = p_invoice.id
  ) = jsonb_array_length(p_lines) then
    return;
  end if;
  -- One statement: the sum is compared when all lines are in place.
  with former as (
    delete from public.invoice_line_items l where l.invoice_id = p_invoice.id
  )
  insert into public.invoice_line_items
    (organization_id, invoice_id, position, description, quantity, unit_price)
  select p_invoice.organization_id, p_invoice.id, l.position, l.description, l.quantity, l.unit_price
  from private.invoice_lines(p_lines) l;
end
$$;

create function private.invoice_with_lines(p_invoice_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'invoice', to_jsonb(i),
    'lines', (
      select coalesce(jsonb_agg(to_jsonb(l) order by l.position, l.id), '[]')
      from public.invoice_line_items l where l.invoice_id = i.id
    ))
  from public.invoices i where i.id = p_invoice_id
$$;

create function private.check_invoice_references(p_invoice jsonb, p_organization_id uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not exists (
    select from public.clients c
    where c.id = (p_invoice ->> 'client_id')::uuid and c.organization_id = p_organization_id
  ) then
    perform private.fail(404, 'not_found', '{"field": "client_id"}');
  end if;
  -- Of the same client: another one's would put revenue where it does not belong.
  if p_invoice ? 'subscription_id' and not exists (
    select from public.subscriptions s
    where s.id = (p_invoice ->> 'subscription_id')::uuid and s.client_id = (p_invoice ->> 'client_id')::uuid
  ) then
    perform private.fail(404, 'not_found', '{"field": "subscription_id"}');
  end if;
  if p_invoice ? 'project_id' and not exists (
    select from public.projects p
    where p.id = (p_invoice ->> 'project_id')::uuid and p.client_id = (p_invoice ->> 'client_id')::uuid
  ) then
    perform private.fail(404, 'not_found', '{"field": "project_id"}');
  end if;
end
$$;

create function public.save_invoice(
  p_invoice jsonb, p_lines jsonb, p_version integer default null, p_organization_id uuid default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  given jsonb;
  invoice public.invoices;
  net numeric;
  former text;
  verb text := 'created';
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_invoice) = 'object', 'p_invoice');
  perform private.require(jsonb_typeof(p_lines) = 'array', 'p_lines');
  perform private.require(jsonb_array_length(p_lines) <= 200, 'p_lines');
  perform private.check_fields(private.field_problems(0, p_invoice, '{
    "id": {"kind": "id"},
    "client_id": {"kind": "id", "required": true},
    "invoice_number": {"kind": "text", "maximum": 200},
    "issue_date": {"kind": "date"},
    "due_date": {"kind": "date"},
    "payment_term": {"kind": "choice",
      "of": ["due_on_receipt", "net_15", "net_30", "net_45", "net_60", "net_90"]},
    "tax": {"kind": "amount", "minimum": 0, "maximum": 999999999999.99},
    "subscription_id": {"kind": "id"},
    "project_id": {"kind": "id"},
    "notes": {"kind": "text", "maximum": 10000}
  }') || private.line_problems(p_lines));
  given := private.tidied(p_invoice);

  if given ? 'id' then
    verb := 'updated';
    invoice := private.lock_row(null::public.invoices, 'id', (given ->> 'id')::uuid);
    if p_organization_id is not null and invoice.organization_id <> chosen then
      perform private.fail(404, 'not_found');
    end if;
    if invoice.source = 'quickbooks' then
      perform private.fail(409, 'external_source');
    end if;
    perform private.check_version(p_version, invoice.version, to_jsonb(invoice));
    if invoice.status <> 'draft' then
      perform private.fail(409, 'invalid_transition', jsonb_build_object('status', invoice.status));
    end if;
  else
    perform private.require(p_version is null, 'p_version');
    invoice.organization_id := chosen;
  end if;

  -- The form is the whole draft: what it leaves empty is empty or has its default.
  invoice.client_id := (given ->> 'client_id')::uuid;
  invoice.issue_date := coalesce(
    (given ->> 'issue_date')::date, invoice.issue_date, private.organization_today(invoice.organization_id));
  invoice.payment_term := coalesce(given ->> 'payment_term', 'net_30');
  invoice.due_date := coalesce(
    (given ->> 'due_date')::date, private.due_date(invoice.issue_date, invoice.payment_term));
  invoice.tax := coalesce((given ->> 'tax')::numeric, 0);
  invoice.subscription_id := (given ->> 'subscription_id')::uuid;
  invoice.project_id := (given ->> 'project_id')::uuid;
  invoice.notes := given ->> 'notes';
  if invoice.due_date < invoice.issue_date then
    perform private.check_fields(private.problem('due_date', 'before_issue_date'));
  end if;
  select coalesce(sum(round(l.quantity * l.unit_price, 2)), 0) into net
    from private.invoice_lines(p_lines) l;
  if net < 0 or net + invoice.tax > 999999999999.99 then
    perform private.check_fields(private.problem('lines', 'out_of_range'));
  end if;
  perform private.check_invoice_references(given, invoice.organization_id);

  former := private.begin_operation('save_invoice');
  invoice.invoice_number := coalesce(
    given ->> 'invoice_number', invoice.invoice_number, private.next_invoice_number(invoice.organization_id));
  if verb = 'created' then
    insert into public.invoices
      (organization_id, client_id, invoice_number, issue_date, due_date, payment_term, amount, tax,
       subscription_id, project_id, notes)
    values (
      invoice.organization_id, invoice.client_id, invoice.invoice_number, invoice.issue_date,
      invoice.due_date, invoice.payment_term, net, invoice.tax, invoice.subscription_id,
      invoice.project_id, invoice.notes
    )
    returning * into invoice;
  else
    update public.invoices i set
        client_id = invoice.client_id, invoice_number = invoice.invoice_number,
        issue_date = invoice.issue_date, due_date = invoice.due_date,
        payment_term = invoice.payment_term, amount = net, tax = invoice.tax,
        subscription_id = invoice.subscription_id, project_id = invoice.project_id,
        notes = invoice.notes
      where i.id = invoice.id
      returning * into invoice;
  end if;
  perform private.replace_lines(invoice, p_lines);
  perform private.emit_event('finance.invoice.' || verb, invoice.organization_id, 'invoice', invoice.id,
    jsonb_build_object('total', invoice.total));
  perform private.end_operation(former);
  return private.invoice_with_lines(invoice.id);
end
$$;
comment on function public.save_invoice(jsonb, jsonb, integer, uuid) is
  'Makes an invoice (no id) or replaces a draft with its lines. Admin. Fields: id, client_id, invoice_number (else the next INV-n), issue_date (else today), due_date (else by payment_term), payment_term, tax, subscription_id, project_id, notes. Lines, at most 200: description, quantity, unit_price.';

create function public.send_invoice(p_invoice_id uuid, p_version integer) returns public.invoices
language plpgsql volatile
set search_path = ''
as $$
declare
  invoice public.invoices;
  former text;
begin
  perform private.admit(private.is_admin());
  invoice := private.lock_row(null::public.invoices, 'p_invoice_id', p_invoice_id);
  perform private.check_version(p_version, invoice.version, to_jsonb(invoice));
  if invoice.status <> 'draft' then
    perform private.fail(409, 'invalid_transition', private.from_to(invoice.status, 'sent'));
  end if;
  if not exists (select from public.invoice_line_items l where l.invoice_id = invoice.id) then
    perform private.check_fields(private.problem('lines', 'required'));
  end if;
  if invoice.total <= 0 then
    perform private.check_fields(private.problem('total', 'out_of_range'));
  end if;

  former := private.begin_operation('send_invoice');
  update public.invoices i set status = 'sent', sent_at = now() where i.id = invoice.id
    returning * into invoice;
  perform private.emit_event('finance.invoice.status_changed', invoice.organization_id, 'invoice', invoice.id,
    private.from_to('draft'::text, invoice.status));
  perform private.end_operation(former);
  return invoice;
end
$$;
comment on function public.send_invoice(uuid, integer) is
  'Draft to sent; needs a line and a total above 0. Admin.';

create function public.cancel_invoice(p_invoice_id uuid, p_version integer, p_reason text)
returns public.invoices
language plpgsql volatile
set search_path = ''
as $$
declare
  invoice public.invoices;
  former_status text;
  former text;
begin
  perform private.admit(private.is_admin());
  -- Short enough for the payload of the event.
  perform private.check_text('p_reason', p_reason, 1000);
  invoice := private.lock_row(null::public.invoices, 'p_invoice_id', p_invoice_id);
  if invoice.source = 'quickbooks' then
    perform private.fail(409, 'external_source');
  end if;
  perform private.check_version(p_version, invoice.version, to_jsonb(invoice));
  if invoice.status not in ('draft', 'sent') then
    perform private.fail(409, 'invalid_transition', private.from_to(invoice.status, 'cancelled'));
  end if;
  if invoice.amount_paid > 0 then
    perform private.fail(409, 'has_payments', jsonb_build_object('amount_paid', invoice.amount_paid));
  end if;

  former := private.begin_operation('cancel_invoice');
  former_status := invoice.status;
  update public.invoices i set
      status = 'cancelled', cancelled_at = now(),
      -- The reason outlives the event.
      notes = left(concat_ws(e'\n', 'Cancelled: ' || btrim(p_reason), i.notes), 10000)
    where i.id = invoice.id
    returning * into invoice;
  perform private.emit_event('finance.invoice.status_changed', invoice.organization_id, 'invoice', invoice.id,
    private.from_to(former_status, invoice.status) || jsonb_build_object('reason', btrim(p_reason)));
  perform private.end_operation(former);
  return invoice;
end
$$;
comment on function public.cancel_invoice(uuid, integer, text) is
  'Draft or sent to cancelled while nothing is paid; the reason goes on top of the notes. Admin.';

revoke execute on function
  private.due_date(date, text),
  private.next_invoice_number(uuid),
  private.line_problems(jsonb),
  private.invoice_lines(jsonb),
  private.replace_lines(public.invoices, jsonb),
  private.invoice_with_lines(uuid),
  private.check_invoice_references(jsonb, uuid)
from public, anon;
-- They run as the caller, so the policies decide.
grant execute on function
  private.due_date(date, text),
  private.next_invoice_number(uuid),
  private.line_problems(jsonb),
  private.invoice_lines(jsonb),
  private.replace_lines(public.invoices, jsonb),
  private.invoice_with_lines(uuid),
  private.check_invoice_references(jsonb, uuid)
to authenticated, service_role;
revoke execute on function
  public.save_invoice(jsonb, jsonb, integer, uuid),
  public.send_invoice(uuid, integer),
  public.cancel_invoice(uuid, integer, text)
from public, anon, authenticated, service_role;
grant execute on function
  public.save_invoice(jsonb, jsonb, integer, uuid),
  public.send_invoice(uuid, integer),
  public.cancel_invoice(uuid, integer, text)
to authenticated;
