-- Money in and out: what there was at first, a few typed inflows, and one entry for
-- each payment and each paid expense.

insert into public.cash_flow_entries
  (id, organization_id, entry_date, type, category, description, amount, source, source_id, created_at, updated_at)
select
  pg_temp.demo_id('cash_flow_entries', e.key), pg_temp.demo_org(e.letter), e.entry_date, 'inflow', e.category,
  e.description, e.amount, e.source, null::uuid, at_noon.at, at_noon.at
from (values
  ('A', 'A:opening', pg_temp.demo_month(6),      'Opening balance', 'Balance of the bank account', 460000::numeric, 'opening_balance'),
  ('A', 'A:6',       pg_temp.demo_month(6) + 19, 'Workshop fees',   'Workshop fees',               14000,  'manual'),
  ('A', 'A:5',       pg_temp.demo_month(5) + 19, 'Workshop fees',   'Workshop fees',               9000,   'manual'),
  ('A', 'A:3',       pg_temp.demo_month(3) + 19, 'Workshop fees',   'Workshop fees',               6500,   'manual'),
  ('A', 'A:2',       pg_temp.demo_month(2) + 19, 'Workshop fees',   'Workshop fees',               5200,   'manual'),
  ('A', 'A:1',       pg_temp.demo_month(1) + 19, 'Workshop fees',   'Workshop fees',               4300,   'manual'),
  ('B', 'B:opening', pg_temp.demo_month(6),      'Opening balance', 'Balance of the bank account', 40000,  'opening_balance')
) as e (letter, key, entry_date, category, description, amount, source)
cross join lateral (
  select (e.entry_date + time '12:00') at time zone pg_temp.demo_zone(e.letter) as at
) at_noon
union all
select
  pg_temp.demo_id('cash_flow_entries', 'payment:' || p.id), p.organization_id, p.received_on, 'inflow',
  'Invoice payments', 'Payment of ' || i.invoice_number, p.amount, 'invoice_payment', p.id, p.created_at, p.created_at
from public.invoice_payments p
join public.invoices i on i.id = p.invoice_id
union all
select
  pg_temp.demo_id('cash_flow_entries', 'expense:' || e.id), e.organization_id, e.paid_on, 'outflow', e.category,
  e.description, e.amount, 'expense', e.id, e.updated_at, e.updated_at
from public.expenses e
where e.paid_on is not null;

-- What that left behind --------------------------------------------------------

-- Typed ones report themselves, posted ones belong to their payment or expense.
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, after)
select
  c.created_at, c.organization_id,
  coalesce(p.recorded_by, e.created_by, pg_temp.demo_books(c.organization_id)),
  case c.source when 'invoice_payment' then 'record_payment' when 'expense' then 'mark_expense_paid' end,
  case when c.source_id is null then 'finance.cash_entry.created' end,
  case when c.source_id is null then 'cash_flow_entry' end,
  case when c.source_id is null then c.id end,
  jsonb_build_object('type', c.type, 'amount', c.amount), 'cash_flow_entries', to_jsonb(c)
from public.cash_flow_entries c
left join public.invoice_payments p on p.id = c.source_id
left join public.expenses e on e.id = c.source_id;
