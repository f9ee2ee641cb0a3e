-- Invoices, their lines and what was paid, as the triggers would have left them:
-- the amount is the sum of the lines, paid is the sum of the payments.

create temporary table demo_invoice on commit drop as
select
  v.*, pg_temp.demo_id('invoices', v.number) as id, c.id as client_id, c.organization_id, c.letter,
  pg_temp.demo_id('subscriptions', v.subscription) as subscription_id
from (values
  ('INV-1001', 'C1',  'A',   1632::numeric, -176, 'paid'),
  ('INV-1002', 'C3',  'C',   3840, -170, 'paid'),
  ('INV-1003', 'C5',  'E',   1680, -160, 'paid'),
  ('INV-1004', 'C4',  'D',   3000, -150, 'paid'),
  -- In advance, on the terms that begin 20 days later.
  ('INV-1005', 'C2',  'B2',  1248, -140, 'paid'),
  ('INV-1006', 'C6',  'F1',  864,  -130, 'paid'),
  ('INV-1007', 'C1',  null,  1632, -86,  'paid'),
  ('INV-1008', 'C9',  null,  3600, -74,  'paid'),
  ('INV-1009', 'C5',  null,  1680, -70,  'paid'),
  ('INV-1010', 'C4',  null,  3000, -60,  'paid'),
  ('INV-1011', 'C8',  null,  384,  -58,  'paid'),
  ('INV-1012', 'C3',  'C',   1920, -20,  'sent'),
  ('INV-1013', 'C9',  'I1',  3600, -14,  'sent'),
  ('INV-1014', 'C2',  'B2',  1248, -12,  'sent'),
  ('INV-1015', 'C1',  'A',   1632, -5,   'sent'),
  ('INV-1016', 'C7',  'G',   816,  -75,  'sent'),
  ('INV-1017', 'C6',  'F2',  696,  -40,  'sent'),
  ('INV-1018', 'C8',  null,  384,  0,    'draft'),
  ('INV-1019', 'C10', null,  720,  -90,  'cancelled'),
  ('INV-2001', 'B1',  'BA',  0,    -48,  'paid'),
  ('INV-2002', 'B2',  'BB',  0,    -10,  'sent')
) as v (number, client, subscription, tax, issued, status)
join demo_client c on c.code = v.client;

create temporary table demo_line on commit drop as
select l.* from (values
  ('INV-1001', 0, 'Advisory retainer, month',               3,  6800::numeric),
  ('INV-1002', 0, 'Analytics advisory, half a year',        1,  48000),
  ('INV-1003', 0, 'Clinic advisory, quarter',               1,  21000),
  ('INV-1004', 0, 'Automation partnership, month',          3,  12500),
  ('INV-1005', 0, 'Advisory retainer, month, new terms',    3,  5200),
  ('INV-1006', 0, 'Pricing support, month',                 3,  3600),
  ('INV-1007', 0, 'Lane pricing model',                     1,  18000),
  ('INV-1007', 1, 'Workshop day',                           2,  1200),
  ('INV-1008', 0, 'Benchmark set-up',                       1,  48000),
  ('INV-1008', 1, 'Discount for signing before the quarter', 1, -3000),
  ('INV-1009', 0, 'Data foundation, first part',            1,  21000),
  ('INV-1010', 0, 'Ramp model for line two',                1,  30000),
  ('INV-1010', 1, 'Plant visits',                           3,  2500),
  ('INV-1011', 0, 'Dealer workshop',                        2,  1900),
  ('INV-1011', 1, 'Material',                               1,  1000),
  ('INV-1012', 0, 'Analytics advisory, quarter',            1,  24000),
  ('INV-1013', 0, 'Enterprise retainer, quarter',           1,  45000),
  ('INV-1014', 0, 'Advisory retainer, month',               3,  5200),
  ('INV-1015', 0, 'Advisory retainer, month',               3,  6800),
  ('INV-1016', 0, 'Retention support, month',               3,  3400),
  ('INV-1017', 0, 'Pricing support, month',                 3,  2900),
  ('INV-1018', 0, 'Tools starter, month',                   3,  1600),
  ('INV-1019', 0, 'Discovery package',                      1,  9000),
  ('INV-2001', 0, 'Practice advisory, month',               3,  1800),
  ('INV-2002', 0, 'Repair advisory, quarter',               1,  6000)
) as l (number, position, description, quantity, unit_price);

create temporary table demo_payment on commit drop as
select
  p.*, pg_temp.demo_id('invoice_payments', p.ordinal::text) as id, v.id as invoice_id, v.organization_id,
  pg_temp.demo_day() + p.received as received_on, pg_temp.demo_time(v.letter, p.received, '14:20') as at
from (values
  (1,  'INV-1001', 22032::numeric, -150, 'bank_transfer'),
  (2,  'INV-1002', 51840, -139, 'bank_transfer'),
  (3,  'INV-1003', 22680, -128, 'bank_transfer'),
  (4,  'INV-1004', 40500, -121, 'bank_transfer'),
  (5,  'INV-1005', 16848, -112, 'check'),
  (6,  'INV-1006', 11664, -95,  'card'),
  (7,  'INV-1007', 22032, -55,  'bank_transfer'),
  (8,  'INV-1008', 48600, -44,  'bank_transfer'),
  (9,  'INV-1009', 10000, -42,  'bank_transfer'),
  (10, 'INV-1009', 12680, -35,  'bank_transfer'),
  (11, 'INV-1010', 40500, -31,  'bank_transfer'),
  (12, 'INV-1011', 5184,  -30,  'card'),
  (13, 'INV-1013', 20000, -3,   'bank_transfer'),
  (14, 'INV-1017', 3000,  -2,   'card'),
  (15, 'INV-2001', 5400,  -20,  'bank_transfer')
) as p (ordinal, number, amount, received, method)
join demo_invoice v using (number);

insert into public.invoices
  (id, organization_id, client_id, invoice_number, status, issue_date, due_date, amount, tax, amount_paid, sent_at,
   paid_at, cancelled_at, subscription_id, notes, created_at, updated_at)
select
  v.id, v.organization_id, v.client_id, v.number, v.status,
  pg_temp.demo_day() + v.issued, pg_temp.demo_day() + v.issued + 30,
  (select sum(l.quantity * l.unit_price) from demo_line l where l.number = v.number), v.tax, coalesce(paid.amount, 0),
  case when v.status <> 'draft' then pg_temp.demo_time(v.letter, v.issued, '09:30') end,
  case when v.status = 'paid' then private.end_of_day(paid.last_received_on, v.organization_id) end,
  case when v.status = 'cancelled' then pg_temp.demo_time(v.letter, -80, '11:30') end,
  v.subscription_id,
  case when v.status = 'cancelled' then 'Cancelled: the engagement is being paused' end,
  pg_temp.demo_time(v.letter, v.issued - 1, '16:00'),
  case
    when v.status = 'cancelled' then pg_temp.demo_time(v.letter, -80, '11:30')
    when v.status = 'draft' then pg_temp.demo_time(v.letter, v.issued - 1, '16:00')
    else coalesce(paid.last_at, pg_temp.demo_time(v.letter, v.issued, '09:30'))
  end
from demo_invoice v
cross join lateral (
  select sum(p.amount) as amount, max(p.received_on) as last_received_on, max(p.at) as last_at
  from demo_payment p where p.number = v.number
) paid;

insert into public.invoice_line_items
  (id, organization_id, invoice_id, position, description, quantity, unit_price, created_at, updated_at)
select
  pg_temp.demo_id('invoice_line_items', l.number || ':' || l.position), i.organization_id, i.id, l.position,
  l.description, l.quantity, l.unit_price, i.created_at, i.created_at
from demo_line l
join public.invoices i on i.id = pg_temp.demo_id('invoices', l.number);

insert into public.invoice_payments
  (id, organization_id, invoice_id, amount, received_on, method, reference, recorded_by, created_at, updated_at)
select
  p.id, p.organization_id, p.invoice_id, p.amount, p.received_on, p.method,
  'Advice ' || to_char(p.received_on, 'YYMMDD') || '-' || p.ordinal, pg_temp.demo_books(p.organization_id), p.at, p.at
from demo_payment p;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  step.at, i.organization_id, pg_temp.demo_books(i.organization_id), step.operation, step.event_key, 'invoice', i.id,
  step.payload, 'invoices', step.before, step.after
from public.invoices i
cross join lateral (
  select
    i.created_at as at, 'save_invoice' as operation, 'finance.invoice.created' as event_key,
    jsonb_build_object('total', i.total) as payload, null::jsonb as before,
    to_jsonb(i) - array['sent_at', 'paid_at', 'cancelled_at', 'notes'] || '{"status": "draft", "amount_paid": 0}' as after
  union all
  select
    i.sent_at, 'send_invoice', 'finance.invoice.status_changed', private.from_to('draft'::text, 'sent'::text),
    jsonb_build_object('id', i.id, 'status', 'draft'),
    jsonb_build_object('id', i.id, 'status', 'sent', 'sent_at', i.sent_at)
  where i.sent_at is not null
  union all
  select
    i.cancelled_at, 'cancel_invoice', 'finance.invoice.status_changed',
    private.from_to('sent'::text, 'cancelled'::text) || '{"reason": "the engagement is being paused"}',
    jsonb_build_object('id', i.id, 'status', 'sent'),
    jsonb_build_object('id', i.id, 'status', 'cancelled', 'cancelled_at', i.cancelled_at, 'notes', i.notes)
  where i.cancelled_at is not null
) step;

insert into demo_change (at, organization_id, actor_id, operation, resource, after)
select
  l.created_at, l.organization_id, pg_temp.demo_books(l.organization_id), 'save_invoice', 'invoice_line_items',
  to_jsonb(l)
from public.invoice_line_items l;

-- A payment, and with it the invoice; the cash is told in 240.
with payment as (
  select
    p.*, i.total, i.status as last_status, i.paid_at,
    sum(p.amount) over (partition by p.invoice_id order by p.received_on) as paid
  from public.invoice_payments p
  join public.invoices i on i.id = p.invoice_id
)
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  p.created_at, p.organization_id, p.recorded_by, 'record_payment', 'finance.payment.recorded', 'invoice', p.invoice_id,
  jsonb_build_object('invoice_id', p.invoice_id, 'amount', p.amount, 'balance', p.total - p.paid,
    'status', case when p.paid = p.total then 'paid' else 'sent' end),
  'invoice_payments', null::jsonb, to_jsonb(p) - array['total', 'last_status', 'paid_at', 'paid']
from payment p
union all
select
  p.created_at, p.organization_id, p.recorded_by, 'record_payment', null, null, null, null,
  'invoices',
  jsonb_build_object('id', p.invoice_id, 'status', 'sent', 'amount_paid', p.paid - p.amount),
  jsonb_build_object('id', p.invoice_id, 'status', case when p.paid = p.total then 'paid' else 'sent' end,
    'amount_paid', p.paid, 'paid_at', case when p.paid = p.total then p.paid_at end)
from payment p;
