-- Proves what the reads of the finance page answer to whom, and that their sums are
-- those of the figures, by trying it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

insert into proof_id
select n, md5('proof ' || n)::uuid from unnest(array['I1', 'ID', 'IB', 'Y1']) as n;

do $fixtures$
begin
  execute pg_temp.fill($sql$
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date) values
      ({I1}, {marlowick}, {C1}, 'P-9', '2026-01-01', '2026-01-31'),
      ({ID}, {marlowick}, {C1}, 'P-10', '2026-01-01', '2026-01-31'),
      ({IB}, {quillhaven}, {B1}, 'P-9', '2026-01-01', '2026-01-31');
    insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price)
      select organization_id, id, 'Proof', 100 from public.invoices where id in ({I1}, {IB});
    update public.invoices set status = 'sent', sent_at = now() where id in ({I1}, {IB});
    insert into public.invoice_payments (id, organization_id, invoice_id, amount, received_on, method)
      values ({Y1}, {marlowick}, {I1}, 8, '2026-02-01', 'card');
    -- Only what the attempts leave behind is counted below.
    select set_config('revos.op', 'service_purge', true);
    delete from public.analytics_events;
    delete from public.audit_log;
    select set_config('revos.op', '', true);
  $sql$);
end
$fixtures$;

insert into proof_matrix values
  ('invoices', 'select public.list_invoices()', '111fff 1ff oox'),
  ('invoices of B', 'select public.list_invoices(p_organization_id => {quillhaven})', '1fffff 1ff oox'),
  ('digest of invoices', 'select public.invoices_digest()', '111fff 1ff oox'),
  ('digest of invoices of B', 'select public.invoices_digest({quillhaven})', '1fffff 1ff oox'),
  ('invoice', 'select public.invoice_record({I1})', '111fff nff oox'),
  ('invoice of B', 'select public.invoice_record({IB})', '1nnfff 1ff oox'),
  ('invoice of nothing', 'select public.invoice_record({nobody})', 'nnnfff nff oox'),
  ('inner rows of B', 'select where exists (select from private.invoice_rows({quillhaven}, current_date, array[{IB}::uuid]))', '100000 111 00x'),
  ('new invoice by key', 'select public.create_invoice(''{"client_id": "<C1>"}'', ''[]'', ''k'')', '11ffff nff oox'),
  ('new invoice by key in B', 'select public.create_invoice(''{"client_id": "<B1>"}'', ''[]'', ''k'', {quillhaven})', '1fffff 1ff oox');

insert into proof_matrix values
  ('subscriptions', 'select public.list_subscriptions()', '111fff 1ff oox'),
  ('subscriptions of B', 'select public.list_subscriptions(p_organization_id => {quillhaven})', '1fffff 1ff oox'),
  ('digest of subscriptions', 'select public.subscriptions_digest()', '111fff 1ff oox'),
  ('expenses', 'select public.list_expenses()', '111fff 1ff oox'),
  ('expenses of B', 'select public.list_expenses(p_organization_id => {quillhaven})', '1fffff 1ff oox'),
  ('digest of expenses', 'select public.expenses_digest()', '111fff 1ff oox'),
  ('cash entries', 'select public.list_cash_entries()', '111fff 1ff oox'),
  ('cash entries of B', 'select public.list_cash_entries(p_organization_id => {quillhaven})', '1fffff 1ff oox'),
  ('digest of cash', 'select public.cash_digest()', '111fff 1ff oox');

insert into proof_attempt
select 'books', 'admin', a.statement, 'PT400 invalid_argument'
from unnest(array[
  'select public.list_subscriptions(''{"q": "x"}'')', 'select public.list_subscriptions(''{"status": ["over"]}'')',
  'select public.list_subscriptions(''{}'', ''age'')', 'select public.list_subscriptions(''{}'', ''client'', 0)',
  'select public.list_expenses(''{"state": ["over"]}'')', 'select public.list_expenses(''{"category": ["x"]}'')',
  'select public.list_expenses(''{"month": "2026-01-02"}'')', 'select public.list_expenses(''{"q": 5}'')',
  'select public.list_expenses(''{}'', ''age'')', 'select public.list_expenses(''{}'', ''date'', 10001)',
  'select public.list_cash_entries(''{"type": ["x"]}'')', 'select public.list_cash_entries(''{"source": ["x"]}'')',
  'select public.list_cash_entries(''{"from": "x"}'')', 'select public.list_cash_entries(''{}'', 0)',
  'select public.list_cash_entries(''[]'')']) as a (statement);

insert into proof_attempt
select 'invoices', 'admin', format('select public.list_invoices(%s)', a.arguments), 'PT400 invalid_argument'
from unnest(array[
  '''[]''', '''{"zone": "x"}''', '''{"q": 5}''', 'jsonb_build_object(''q'', repeat(''x'', 201))', '''{"status": "sent"}''',
  '''{"status": ["late"]}''', '''{"client": ["me"]}''', '''{"from": "yesterday"}''', '''{"to": "2026-02-30"}''', '''{"to": "infinity"}''',
  '''{}'', ''age''', '''{}'', ''--issue''', '''{}'', null', '''{}'', ''issue'', 0', '''{}'', ''issue'', 10001']) as a (arguments)
union all values
  ('invoice of no id', 'admin', 'select public.invoice_record(null)', 'PT400 invalid_argument'),
  ('new invoice with an id', 'admin', 'select public.create_invoice(''{"id": "<ID>", "client_id": "<C1>"}'', ''[]'', ''k'')', 'PT400 invalid_argument'),
  ('new invoice of nothing', 'admin', 'select public.create_invoice(null, ''[]'', ''k'')', 'PT400 invalid_argument'),
  ('new invoice without lines', 'admin', 'select public.create_invoice(''{"client_id": "<C1>"}'', null, ''k'')', 'PT400 invalid_argument'),
  ('new invoice with a long key', 'admin', 'select public.create_invoice(''{"client_id": "<C1>"}'', ''[]'', repeat(''k'', 201))', 'PT400 invalid_argument'),
  ('the service lists', 'service_role', 'select public.list_invoices()', '42501'),
  ('the service reads', 'service_role', 'select public.invoice_record({I1})', '42501'),
  ('nobody lists', 'unnamed', 'select public.list_invoices()', 'PT401 unauthenticated'),
  ('nobody reads', 'unnamed', 'select public.invoice_record({I1})', 'PT401 unauthenticated'),
  ('nobody makes one', 'unnamed', 'select public.create_invoice(''{"client_id": "<C1>"}'', ''[]'', ''k'')', 'PT401 unauthenticated');
select pg_temp.run_all();
delete from proof_matrix;
delete from proof_attempt;

insert into proof_effect values
  ('a draft by key', 'admin', 'marlowick', 'select public.create_invoice(''{"client_id": "<C1>"}'', ''[{"description": "P", "unit_price": 5}]'', ''k2'')',
    'finance.invoice.created | insert invoice_line_items (save_invoice), insert invoices (save_invoice)',
    $$select count(*) from public.invoices where client_id = {C1} and status = 'draft' and amount = 5$$, '1');
select pg_temp.run_all();

do $answers$
begin
  perform pg_temp.check_that('sums of the list and of the figures', pg_temp.outcome('director', $$
    select concat_ws(' ',
      (l #>> '{sums,balance}')::numeric = (f #>> '{receivables,ar}')::numeric,
      (l #>> '{sums,overdue}')::numeric = (f #>> '{receivables,overdue}')::numeric,
      (l ->> 'total')::integer = jsonb_array_length(l -> 'rows'))
    from public.list_invoices() l, public.finance_inputs() f$$), 't t t');
  perform pg_temp.check_that('sums of a cut list are of all', pg_temp.outcome('director', $$
    select public.list_invoices(p_limit => 1) -> 'sums' = public.list_invoices() -> 'sums'
      and jsonb_array_length(public.list_invoices(p_limit => 1) -> 'rows') = 1$$), 'true');
  perform pg_temp.check_that('9 before 10', pg_temp.outcome('director', $$
    select string_agg(r ->> 'invoice_number', ' ')
    from jsonb_array_elements(public.list_invoices('{"q": "P-"}', 'number') -> 'rows') r$$), 'P-9 P-10');
  perform pg_temp.check_that('a text is no pattern', pg_temp.outcome('director',
    $$select public.list_invoices('{"q": "%"}') ->> 'total'$$), '0');
  perform pg_temp.check_that('overdue is a part of sent', pg_temp.outcome('director', $$
    select (public.list_invoices('{"status": ["overdue"]}') #>> '{sums,balance}')
      = (public.list_invoices('{"status": ["sent"]}') #>> '{sums,overdue}')$$), 'true');
  perform pg_temp.check_that('what is most and oldest first', pg_temp.outcome('director', $$
    select bool_and(weight <= coalesce(before, weight)) from (
      select weight, lag(weight) over (order by place) as before from (
        select place, case r ->> 'status' when 'sent' then (r ->> 'balance')::numeric
            * greatest(0, private.organization_today({marlowick}) - (r ->> 'due_date')::date) else 0 end as weight
        from jsonb_array_elements(public.list_invoices('{}', '-urgency') -> 'rows') with ordinality e (r, place)) w) x$$), 'true');
  perform pg_temp.check_that('the audit trail is for Admins', pg_temp.outcome('director',
    $$select jsonb_array_length(public.invoice_record({I1}) -> 'changes')$$), '0');
  perform pg_temp.check_that('who may change it is told so', pg_temp.outcome('director',
    $$select public.invoice_record({I1}) ->> 'writable'$$) || pg_temp.outcome('admin',
    $$select public.invoice_record({I1}) ->> 'writable'$$), 'falsetrue');
  perform pg_temp.check_that('recurring revenue of the list and of the figures', pg_temp.outcome('director', $$
    select (public.list_subscriptions() #>> '{sums,mrr}')::numeric
      = (select sum((c -> 'mrr' ->> (jsonb_array_length(f #> '{recurring,days}') - 1))::numeric)
         from public.finance_inputs() f, jsonb_array_elements(f #> '{recurring,clients}') c)$$), 'true');
  perform pg_temp.check_that('what is left after the newest entry is the cash', pg_temp.outcome('director', $$
    select (public.list_cash_entries(p_limit => 1) #>> '{rows,0,balance}')::numeric
      = (select sum(case type when 'inflow' then amount else -amount end) from public.cash_flow_entries)$$), 'true');
  perform pg_temp.check_that('a balance is what was left, whatever the filter', pg_temp.outcome('director', $$
    select count(*) from jsonb_array_elements(public.list_cash_entries('{"type": ["inflow"]}', 10000) -> 'rows') i
    join jsonb_array_elements(public.list_cash_entries('{}', 10000) -> 'rows') a on a ->> 'id' = i ->> 'id'
    where i -> 'balance' <> a -> 'balance'$$), '0');
  perform pg_temp.check_that('expenses by state add up', pg_temp.outcome('director', $$
    select (s ->> 'amount')::numeric
      = (s ->> 'unapproved')::numeric + (s ->> 'unpaid')::numeric + (s ->> 'paid')::numeric
    from (select public.list_expenses() -> 'sums' as s) x$$), 'true');
  perform pg_temp.check_that('terms of a product do not overlap', pg_temp.outcome('admin', $$
    select public.create_subscription('{"client_id": "<C1>", "product_name": "Once", "amount": 1, "status": "active", "activated_on": "2026-01-01"}'),
      public.create_subscription('{"client_id": "<C1>", "product_name": " once ", "amount": 1, "status": "active", "activated_on": "2026-03-01"}')$$), 'PT422 validation_failed [{"key": "overlapping", "row": 0, "field": "activated_on"}]');
  perform pg_temp.check_that('terms of another product may', pg_temp.outcome('admin', $$
    select (public.create_subscription('{"client_id": "<C1>", "product_name": "One", "amount": 1, "status": "active", "activated_on": "2026-01-01"}')).id is not null
      and (public.create_subscription('{"client_id": "<C1>", "product_name": "Two", "amount": 1, "status": "active", "activated_on": "2026-03-01"}')).id is not null$$), 'true');
  perform pg_temp.check_that('new terms begin where the former end', pg_temp.outcome('admin', $$
    select public.change_subscription((public.create_subscription(
      '{"client_id": "<C1>", "product_name": "Once", "amount": 1, "status": "active", "activated_on": "2026-01-01"}')).id,
      2, 'monthly', '2026-03-01', 1) #>> '{started,activated_on}'$$), '2026-03-01');
  perform pg_temp.check_that('the same key makes one draft', pg_temp.outcome('admin', $$
    select count(distinct public.create_invoice('{"client_id": "<C1>"}', '[]', 'twice') #>> '{invoice,id}')
    from generate_series(1, 2)$$), '1');
  perform pg_temp.check_that('the same key for something else', pg_temp.outcome('admin', $$
    select public.create_invoice('{"client_id": "<C1>"}', '[]', 'other'),
      public.create_invoice('{"client_id": "<C1>", "tax": 1}', '[]', 'other')$$), 'PT409 idempotency_mismatch');
end
$answers$;

select last_value as checks from pg_temp.proof_checks;

rollback;
