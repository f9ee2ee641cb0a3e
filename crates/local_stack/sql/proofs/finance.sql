-- Proves who may do what with money, what the finance functions do, and that the
-- sums in the database are those of metrics.md, by trying it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

insert into proof_id
select n, md5('proof ' || n)::uuid from unnest(array['I1', 'I2', 'I3', 'ID', 'IB', 'IQ', 'IX', 'L1', 'LD', 'LB', 'Y1', 'Y3', 'YB',
  'YR', 'YQ', 'S1', 'S3', 'SB', 'ST', 'SP', 'E1', 'E2', 'E3', 'EP', 'EB', 'G1',
  'G2', 'G3', 'GB', 'F1', 'F3', 'FB', 'V7', 'VA', 'VB', 'VC', 'VD', 'VE', 'VF',
  'VG', 'VH', 'VI', 'VJ', 'VK', 'V8', 'V8C', 'V17']) as n;

-- Invoices with a line and a payment, subscriptions, expenses and cash for an own
-- and a colleague's client and for B's, and an Admin who was deactivated.
do $fixtures$
begin
  execute pg_temp.fill($sql$
    insert into auth.users (id, email) values ({gone}, 'gone@example.com');
    insert into public.users (id, organization_id, email, name, role, deactivated_at)
      values ({gone}, {marlowick}, 'gone@example.com', 'Corin Vashley', 'Admin', now());
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date, tax, source) values
      ({I1}, {marlowick}, {C1}, 'P-1', '2026-01-01', '2026-01-31', 8, 'manual'),
      ({I2}, {marlowick}, {C1}, 'P-2', '2026-01-01', '2026-01-31', 0, 'manual'),
      ({I3}, {marlowick}, {C3}, 'P-3', '2026-01-01', '2026-01-31', 0, 'manual'),
      ({ID}, {marlowick}, {C1}, 'P-4', '2026-01-01', '2026-01-31', 0, 'manual'),
      ({IQ}, {marlowick}, {C1}, 'P-5', '2026-01-01', '2026-01-31', 0, 'quickbooks'),
      ({IX}, {marlowick}, {C1}, 'P-6', '2026-01-01', '2026-01-31', 0, 'manual'),
      ({IB}, {quillhaven}, {B1}, 'P-1', '2026-01-01', '2026-01-31', 0, 'manual');
    insert into public.invoice_line_items (id, organization_id, invoice_id, description, unit_price)
      select md5('proof line ' || id)::uuid, organization_id, id, 'Proof', 100 from public.invoices
      where id in ({I1}, {I2}, {I3}, {ID}, {IQ}, {IX}, {IB});
    update public.invoices set status = 'sent', sent_at = now() where id in ({I1}, {I2}, {I3}, {IQ}, {IB});
    update public.invoices set status = 'cancelled', cancelled_at = now() where id = {IX};
    insert into public.invoice_payments (id, organization_id, invoice_id, amount, received_on, method) values
      ({Y1}, {marlowick}, {I1}, 8, '2026-02-01', 'card'),
      ({Y3}, {marlowick}, {I3}, 100, '2026-02-01', 'card'),
      ({YR}, {marlowick}, {I1}, 5, '2026-02-02', 'card'),
      ({YQ}, {marlowick}, {IQ}, 5, '2026-02-02', 'quickbooks'),
      ({YB}, {quillhaven}, {IB}, 1, '2026-02-01', 'card');
    update public.invoice_payments set reversed_at = now(), reversal_reason = 'Proof' where id = {YR};
    insert into public.subscriptions (id, organization_id, client_id, product_name, status, amount, activated_on, ended_on) values
      ({S1}, {marlowick}, {C1}, 'Proof', 'active', 1000, '2026-01-01', null),
      ({SP}, {marlowick}, {C1}, 'Proof paused', 'paused', 1000, '2026-01-01', '2026-03-01'),
      ({ST}, {marlowick}, {C1}, 'Proof trial', 'trial', 1000, null, null),
      ({S3}, {marlowick}, {C3}, 'Proof', 'active', 1000, '2026-01-01', null),
      ({SB}, {quillhaven}, {B1}, 'Proof', 'active', 1000, '2026-01-01', null);
    insert into public.expenses (id, organization_id, created_by, expense_date, category, vendor, description, amount, approved_at, approved_by) values
      ({E1}, {marlowick}, {admin}, '2026-01-05', 'other', 'Proof', 'Proof', 10, null, null),
      ({E2}, {marlowick}, {superadmin}, '2026-01-05', 'other', 'Proof', 'Proof', 10, null, null),
      ({E3}, {marlowick}, {superadmin}, '2026-01-05', 'other', 'Proof', 'Proof', 10, now(), {admin}),
      ({EP}, {marlowick}, {superadmin}, '2026-01-05', 'other', 'Proof', 'Proof', 10, now(), {admin}),
      ({EB}, {quillhaven}, {admin.b}, '2026-01-05', 'other', 'Proof', 'Proof', 10, null, null);
    update public.expenses set paid_on = '2026-01-06' where id = {EP};
    insert into public.cash_flow_entries (id, organization_id, entry_date, type, category, description, amount, source) values
      ({G1}, {marlowick}, '2026-01-01', 'inflow', 'Proof', 'Proof', 10, 'manual'),
      ({G2}, {marlowick}, '2026-01-01', 'inflow', 'Proof', 'Proof', 10, 'opening_balance'),
      ({GB}, {quillhaven}, '2026-01-01', 'inflow', 'Proof', 'Proof', 10, 'manual');
    update proof_id set id = (select e.id from public.cash_flow_entries e where e.source_id = {EP}) where key = 'G3';
    update proof_id set id = (select f.id from public.finance f where f.client_id = {C1}) where key = 'F1';
    update proof_id set id = (select f.id from public.finance f where f.client_id = {C3}) where key = 'F3';
    update proof_id set id = (select f.id from public.finance f where f.client_id = {B1}) where key = 'FB';
    update proof_id set id = (select l.id from public.invoice_line_items l where l.invoice_id = {I1}) where key = 'L1';
    update proof_id set id = (select l.id from public.invoice_line_items l where l.invoice_id = {ID}) where key = 'LD';
    update proof_id set id = (select l.id from public.invoice_line_items l where l.invoice_id = {IB}) where key = 'LB';
    -- Only what the attempts leave behind is counted below.
    select set_config('revos.op', 'service_purge', true);
    delete from public.analytics_events;
    delete from public.audit_log;
    select set_config('revos.op', '', true);
  $sql$);
end
$fixtures$;

-- Versions of the rows, as the triggers left them.
create function pg_temp.v(p_table text, p_key text) returns text language plpgsql as $$
declare
  found_version text;
begin
  execute format('select version from public.%I where id = (select id from pg_temp.proof_id where key = %L)', p_table, p_key)
    into found_version;
  return found_version;
end
$$;

-- The matrix -----------------------------------------------------------------
-- One character per person, in the order of `people`: rows reached, x refused for
-- want of a right, u only through a function, r refused because of references,
-- c refused by a rule, s for the own one, f forbidden, n not found, o no membership.

insert into proof_matrix values
  --                                               A: super admin director own colleague client
  --                                               B: admin member client; deactivated, no row, anonymous
  ('invoice of own client', 'select from public.invoices where id = {I1}', '111101 000 00x'),
  ('draft of own client', 'select from public.invoices where id = {ID}', '111100 000 00x'),
  ('invoice of colleague''s client', 'select from public.invoices where id = {I3}', '111010 000 00x'),
  ('invoice of B', 'select from public.invoices where id = {IB}', '100000 111 00x'),
  ('insert invoice', 'insert into public.invoices (organization_id, client_id, invoice_number, issue_date, due_date) values ({marlowick}, {C1}, ''P'', ''2026-01-01'', ''2026-01-02'')', 'uuuuuu uuu uux'),
  ('update draft', 'update public.invoices set notes = ''x'' where id = {ID}', 'uu0000 000 00x'),
  ('update sent', 'update public.invoices set notes = ''x'' where id = {I1}', 'uu0000 000 00x'),
  ('pay by hand', 'update public.invoices set status = ''paid'' where id = {I1}', 'uu0000 000 00x'),
  ('set amount paid', 'update public.invoices set amount_paid = 100 where id = {I1}', 'xxxxxx xxx xxx'),
  ('update quickbooks', 'update public.invoices set notes = ''x'' where id = {IQ}', 'cc0000 000 00x'),
  ('delete draft', 'delete from public.invoices where id = {ID}', '110000 000 00x'),
  ('delete sent', 'delete from public.invoices where id = {I1}', '000000 000 00x'),
  ('delete invoice of B', 'delete from public.invoices where id = {IB}', '000000 000 00x'),

  ('line of own client', 'select from public.invoice_line_items where id = {L1}', '111101 000 00x'),
  ('line of a draft', 'select from public.invoice_line_items where id = {LD}', '111100 000 00x'),
  ('line of B', 'select from public.invoice_line_items where id = {LB}', '100000 111 00x'),
  ('insert line', 'insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price) values ({marlowick}, {ID}, ''x'', 1)', 'uuuuuu uuu uux'),
  ('update line', 'update public.invoice_line_items set unit_price = 1 where id = {LD}', 'xxxxxx xxx xxx'),
  ('delete line', 'delete from public.invoice_line_items where id = {LD}', 'uu0000 000 00x'),

  ('payment of own client', 'select from public.invoice_payments where id = {Y1}', '111101 000 00x'),
  ('payment of colleague''s client', 'select from public.invoice_payments where id = {Y3}', '111010 000 00x'),
  ('payment of B', 'select from public.invoice_payments where id = {YB}', '100000 111 00x'),
  ('insert payment', 'insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method) values ({marlowick}, {I1}, 1, ''2026-02-01'', ''card'')', 'uuuuuu uuu uux'),
  ('reverse by hand', 'update public.invoice_payments set reversed_at = now(), reversal_reason = ''x'' where id = {Y1}', 'uu0000 000 00x'),
  ('edit payment', 'update public.invoice_payments set amount = 1 where id = {Y1}', 'xxxxxx xxx xxx'),
  ('delete payment', 'delete from public.invoice_payments where id = {Y1}', 'xxxxxx xxx xxx'),

  ('subscription of own client', 'select from public.subscriptions where id = {S1}', '111101 000 00x'),
  ('subscription of colleague''s client', 'select from public.subscriptions where id = {S3}', '111010 000 00x'),
  ('subscription of B', 'select from public.subscriptions where id = {SB}', '100000 111 00x'),
  ('insert subscription', 'insert into public.subscriptions (organization_id, client_id, product_name, amount) values ({marlowick}, {C1}, ''x'', 1)', 'uuuuuu uuu uux'),
  ('update subscription', 'update public.subscriptions set notes = ''x'', auto_renew = false where id = {S1}', '110000 000 00x'),
  ('update subscription of B', 'update public.subscriptions set notes = ''x'' where id = {SB}', '100000 100 00x'),
  ('raise the price by hand', 'update public.subscriptions set amount = 1 where id = {S1}', 'xxxxxx xxx xxx'),
  ('end by hand', 'update public.subscriptions set ended_on = ''2026-02-01'' where id = {S1}', 'uu0000 000 00x'),
  ('pause by hand', 'update public.subscriptions set status = ''past_due'' where id = {S1}', 'uu0000 000 00x'),
  ('delete subscription', 'delete from public.subscriptions where id = {S1}', 'xxxxxx xxx xxx'),

  ('expense', 'select from public.expenses where id = {E1}', '111000 000 00x'),
  ('expense of B', 'select from public.expenses where id = {EB}', '100000 100 00x'),
  ('insert expense in A', 'insert into public.expenses (organization_id, expense_date, category, vendor, description, amount) values ({marlowick}, ''2026-01-01'', ''other'', ''x'', ''x'', 1)', '11xxxx xxx xxx'),
  ('insert expense in B', 'insert into public.expenses (organization_id, expense_date, category, vendor, description, amount) values ({quillhaven}, ''2026-01-01'', ''other'', ''x'', ''x'', 1)', '1xxxxx 1xx xxx'),
  ('update expense', 'update public.expenses set amount = 11 where id = {E1}', '110000 000 00x'),
  ('update expense of B', 'update public.expenses set amount = 11 where id = {EB}', '100000 100 00x'),
  ('change an approved one', 'update public.expenses set amount = 11 where id = {E3}', 'cc0000 000 00x'),
  ('move an approved one', 'update public.expenses set expense_date = ''2026-01-06'' where id = {E3}', 'cc0000 000 00x'),
  ('note on an approved one', 'update public.expenses set notes = ''x'' where id = {E3}', '110000 000 00x'),
  ('approve by hand', 'update public.expenses set approved_at = now(), approved_by = {admin} where id = {E2}', 'uu0000 000 00x'),
  ('pay expense by hand', 'update public.expenses set paid_on = ''2026-01-06'' where id = {E3}', 'uu0000 000 00x'),
  ('unpay', 'update public.expenses set paid_on = null where id = {EP}', 'uu0000 000 00x'),
  ('delete expense', 'delete from public.expenses where id = {E1}', '110000 000 00x'),
  ('delete paid expense', 'delete from public.expenses where id = {EP}', 'cc0000 000 00x'),
  ('delete expense of B', 'delete from public.expenses where id = {EB}', '100000 100 00x'),

  ('cash', 'select from public.cash_flow_entries where id = {G1}', '111000 000 00x'),
  ('cash of B', 'select from public.cash_flow_entries where id = {GB}', '100000 100 00x'),
  ('insert cash in A', 'insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount) values ({marlowick}, ''2026-01-01'', ''inflow'', ''x'', ''x'', 1)', '11xxxx xxx xxx'),
  ('insert cash in B', 'insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount) values ({quillhaven}, ''2026-01-01'', ''inflow'', ''x'', ''x'', 1)', '1xxxxx 1xx xxx'),
  ('post cash by hand', 'insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount, source) values ({marlowick}, ''2026-01-01'', ''inflow'', ''x'', ''x'', 1, ''expense'')', 'uuuuuu uuu uux'),
  ('update typed cash', 'update public.cash_flow_entries set amount = 11 where id = {G2}', '110000 000 00x'),
  ('update posted cash', 'update public.cash_flow_entries set amount = 11 where id = {G3}', 'uu0000 000 00x'),
  ('turn typed into posted', 'update public.cash_flow_entries set source = ''expense'' where id = {G1}', 'uu0000 000 00x'),
  ('delete typed cash', 'delete from public.cash_flow_entries where id = {G1}', '110000 000 00x'),
  ('delete posted cash', 'delete from public.cash_flow_entries where id = {G3}', 'uu0000 000 00x'),
  ('delete cash of B', 'delete from public.cash_flow_entries where id = {GB}', '100000 100 00x'),

  ('terms of own client', 'select from public.finance where id = {F1}', '111100 000 00x'),
  ('terms of colleague''s client', 'select from public.finance where id = {F3}', '111010 000 00x'),
  ('terms of B', 'select from public.finance where id = {FB}', '100000 110 00x'),
  ('update terms', 'update public.finance set monthly_fee = 1 where id = {F1}', '111000 000 00x'),
  ('update terms of B', 'update public.finance set monthly_fee = 1 where id = {FB}', '100000 100 00x'),
  ('update cache', 'update public.finance set mrr = 1 where id = {F1}', 'xxxxxx xxx xxx'),
  ('insert terms', 'insert into public.finance (organization_id, client_id) values ({marlowick}, {C13})', 'xxxxxx xxx xxx'),
  ('delete terms', 'delete from public.finance where id = {F1}', 'xxxxxx xxx xxx'),

  ('delete client with invoices', 'delete from public.clients where id = {C3}', 'rrr000 000 00x'),

  ('new invoice', 'select public.save_invoice(''{"client_id": "<C1>"}'', ''[]'')', '11ffff nff oox'),
  ('new invoice in B', 'select public.save_invoice(''{"client_id": "<B1>"}'', ''[]'', null, {quillhaven})', '1fffff 1ff oox'),
  ('new invoice for B in A', 'select public.save_invoice(''{"client_id": "<B1>"}'', ''[]'')', 'nnffff 1ff oox'),
  ('save draft', 'select public.save_invoice(''{"id": "<ID>", "client_id": "<C1>"}'', ''[]'', 2)', '11ffff nff oox'),
  ('send draft', 'select public.send_invoice({ID}, 2)', '11ffff nff oox'),
  ('cancel draft', 'select public.cancel_invoice({ID}, 2, ''x'')', '11ffff nff oox'),
  ('cancel of B', 'select public.cancel_invoice({IB}, 4, ''x'')', 'cnffff cff oox'),
  ('record payment', 'select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', null, ''k'')', '11ffff nff oox'),
  ('record payment of B', 'select public.record_payment({IB}, 1, ''2026-02-01'', ''card'', null, ''k'')', '1nffff 1ff oox'),
  ('reverse payment', 'select public.reverse_payment({Y1}, ''x'', 1)', '11ffff nff oox'),
  ('reverse payment of B', 'select public.reverse_payment({YB}, ''x'', 1)', '1nffff 1ff oox'),
  ('new subscription', 'select public.create_subscription(''{"client_id": "<C1>", "product_name": "P", "amount": 1, "trial_ends_on": "2026-03-01"}'')', '11ffff nff oox'),
  ('new subscription in B', 'select public.create_subscription(''{"client_id": "<B1>", "product_name": "P", "amount": 1, "trial_ends_on": "2026-03-01"}'', {quillhaven})', '1fffff 1ff oox'),
  ('change subscription', 'select public.change_subscription({S1}, 2, ''monthly'', ''2026-03-01'', 1)', '11ffff nff oox'),
  ('change subscription of B', 'select public.change_subscription({SB}, 2, ''monthly'', ''2026-03-01'', 1)', '1nffff 1ff oox'),
  ('pause subscription', 'select public.set_subscription_status({S1}, ''paused'', ''2026-03-01'', null, 1)', '11ffff nff oox'),
  ('pause subscription of B', 'select public.set_subscription_status({SB}, ''paused'', ''2026-03-01'', null, 1)', '1nffff 1ff oox'),
  ('approve', 'select public.approve_expense({E1}, 1)', '1sffff nff oox'),
  ('approve of B', 'select public.approve_expense({EB}, 1)', '1nffff sff oox'),
  ('pay expense', 'select public.mark_expense_paid({E3}, ''2026-01-06'', 1)', '11ffff nff oox'),
  ('pay expense of B', 'select public.mark_expense_paid({EB}, ''2026-01-06'', 1)', 'cnffff cff oox'),
  ('inputs', 'select public.finance_inputs(''2026-05-20'')', '111fff 1ff oox'),
  ('inputs of B', 'select public.finance_inputs(''2026-05-20'', 3, {quillhaven})', '1fffff 1ff oox'),
  ('inner inputs of B', 'select where (private.finance_inputs_at({quillhaven}, ''2026-05-20'', 3) #>> ''{recurring,subscriptions}'')::integer > 0', '100000 111 00x'),
  ('inner refresh', 'select private.refresh_client_finance({C1})', 'xxxxxx xxx xxx');

-- Attacks --------------------------------------------------------------------

insert into proof_attempt
-- Another tenant, identity and stamps are no columns to write.
select t.tab || ' ' || c.change, p.who, format('update public.%s set %s where id = {%s}', t.tab, c.change, t.key), '42501'
from (values ('invoices', 'ID'), ('invoice_line_items', 'LD'), ('invoice_payments', 'Y1'), ('subscriptions', 'S1'),
  ('expenses', 'E1'), ('cash_flow_entries', 'G1'), ('finance', 'F1')) as t (tab, key)
cross join unnest(array['superadmin', 'admin', 'director']) as p (who)
cross join unnest(array['organization_id = {quillhaven}', 'id = {nobody}', 'created_at = now()', 'version = 9']) as c (change)
union all
select 'forged stamp', p.who, s.statement, '42501'
from (values
  ('insert into public.expenses (organization_id, expense_date, category, vendor, description, amount, created_by) values ({marlowick}, ''2026-01-01'', ''other'', ''x'', ''x'', 1, {director})'),
  ('insert into public.expenses (organization_id, expense_date, category, vendor, description, amount, approved_at, approved_by) values ({marlowick}, ''2026-01-01'', ''other'', ''x'', ''x'', 1, now(), {director})'),
  ('update public.expenses set created_by = {director} where id = {E1}'),
  ('update public.invoice_payments set recorded_by = {director} where id = {Y1}'),
  ('insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount, source_id) values ({marlowick}, ''2026-01-01'', ''inflow'', ''x'', ''x'', 1, {nobody})')
) as s (statement)
cross join unnest(array['superadmin', 'admin']) as p (who)
union all
-- Every function refuses what is null or stale before anything else.
select 'missing or wrong argument', 'admin', s.statement, 'PT400 invalid_argument'
from (values
  ('select public.save_invoice(null, ''[]'')'), ('select public.save_invoice(''{"client_id": "<C1>"}'', null)'),
  ('select public.save_invoice(''{"client_id": "<C1>"}'', ''{}'')'),
  ('select public.save_invoice(''{"client_id": "<C1>"}'', (select jsonb_agg(1) from generate_series(1, 201)))'),
  ('select public.save_invoice(''{"client_id": "<C1>"}'', ''[]'', 1)'),
  ('select public.save_invoice(''{"id": "<ID>", "client_id": "<C1>"}'', ''[]'')'),
  ('select public.send_invoice(null, 1)'), ('select public.send_invoice({ID}, null)'),
  ('select public.cancel_invoice(null, 1, ''x'')'), ('select public.cancel_invoice({ID}, null, ''x'')'),
  ('select public.cancel_invoice({ID}, 2, null)'), ('select public.cancel_invoice({ID}, 2, '' '')'),
  ('select public.cancel_invoice({ID}, 2, repeat(''x'', 1001))'),
  ('select public.record_payment(null, 1, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, null, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, 0, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, -1, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, 0.005, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, 1, null, ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, 1, current_date + 2, ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, 1, ''infinity'', ''card'', null, ''k'')'),
  ('select public.record_payment({I2}, 1, ''2026-02-01'', ''gold'', null, ''k'')'),
  ('select public.record_payment({I2}, 1, ''2026-02-01'', null, null, ''k'')'),
  ('select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', repeat(''x'', 201), ''k'')'),
  ('select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', null, null)'),
  ('select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', null, repeat(''k'', 201))'),
  ('select public.reverse_payment(null, ''x'', 1)'), ('select public.reverse_payment({Y1}, null, 1)'),
  ('select public.reverse_payment({Y1}, ''x'', null)'),
  ('select public.create_subscription(null)'), ('select public.create_subscription(''[]'')'),
  ('select public.change_subscription(null, 1, ''monthly'', ''2026-03-01'', 1)'),
  ('select public.change_subscription({S1}, null, ''monthly'', ''2026-03-01'', 1)'),
  ('select public.change_subscription({S1}, -1, ''monthly'', ''2026-03-01'', 1)'),
  ('select public.change_subscription({S1}, 1.001, ''monthly'', ''2026-03-01'', 1)'),
  ('select public.change_subscription({S1}, ''NaN'', ''monthly'', ''2026-03-01'', 1)'),
  ('select public.change_subscription({S1}, 1, ''weekly'', ''2026-03-01'', 1)'),
  ('select public.change_subscription({S1}, 1, ''monthly'', null, 1)'),
  ('select public.change_subscription({S1}, 1, ''monthly'', ''2025-12-31'', 1)'),
  ('select public.change_subscription({S1}, 1, ''monthly'', ''2026-03-01'', null)'),
  ('select public.set_subscription_status(null, ''paused'', ''2026-03-01'', null, 1)'),
  ('select public.set_subscription_status({S1}, null, ''2026-03-01'', null, 1)'),
  ('select public.set_subscription_status({S1}, ''over'', ''2026-03-01'', null, 1)'),
  ('select public.set_subscription_status({S1}, ''paused'', null, null, 1)'),
  ('select public.set_subscription_status({S1}, ''paused'', ''2025-12-31'', null, 1)'),
  ('select public.set_subscription_status({S1}, ''paused'', ''2026-03-01'', ''price'', 1)'),
  ('select public.set_subscription_status({S1}, ''cancelled'', ''2026-03-01'', ''bored'', 1)'),
  ('select public.set_subscription_status({S1}, ''paused'', ''2026-03-01'', null, null)'),
  ('select public.set_subscription_status({SP}, ''active'', ''2026-02-28'', null, 1)'),
  ('select public.approve_expense(null, 1)'), ('select public.approve_expense({E2}, null)'),
  ('select public.mark_expense_paid(null, ''2026-01-06'', 1)'), ('select public.mark_expense_paid({E3}, null, 1)'),
  ('select public.mark_expense_paid({E3}, ''2026-01-06'', null)'),
  ('select public.mark_expense_paid({E3}, current_date + 2, 1)'),
  ('select public.finance_inputs(''2026-05-20'', 0)'), ('select public.finance_inputs(''2026-05-20'', 61)'),
  ('select public.finance_inputs(''2026-05-20'', null)'), ('select public.finance_inputs(''infinity'')')
) as s (statement)
union all
select 'stale', 'admin', s.statement, 'PT409 stale_version'
from (values
  ('select public.save_invoice(''{"id": "<ID>", "client_id": "<C1>"}'', ''[]'', 9)'),
  ('select public.send_invoice({ID}, 9)'), ('select public.cancel_invoice({ID}, 9, ''x'')'),
  ('select public.reverse_payment({Y1}, ''x'', 9)'),
  ('select public.change_subscription({S1}, 1, ''monthly'', ''2026-03-01'', 9)'),
  ('select public.set_subscription_status({S1}, ''paused'', ''2026-03-01'', null, 9)'),
  ('select public.approve_expense({E2}, 9)'), ('select public.mark_expense_paid({E3}, ''2026-01-06'', 9)')
) as s (statement)
union all
select 'nothing there', 'admin', s.statement, 'PT404 not_found'
from (values
  ('select public.save_invoice(''{"id": "<nobody>", "client_id": "<C1>"}'', ''[]'', 1)'),
  ('select public.save_invoice(''{"id": "<IB>", "client_id": "<C1>"}'', ''[]'', 1)'),
  ('select public.save_invoice(''{"client_id": "<nobody>"}'', ''[]'')'),
  ('select public.save_invoice(''{"client_id": "<C1>", "subscription_id": "<SB>"}'', ''[]'')'),
  ('select public.save_invoice(''{"client_id": "<C1>", "subscription_id": "<S3>"}'', ''[]'')'),
  ('select public.save_invoice(''{"client_id": "<C1>", "project_id": "<nobody>"}'', ''[]'')'),
  ('select public.send_invoice({nobody}, 1)'), ('select public.cancel_invoice({nobody}, 1, ''x'')'),
  ('select public.record_payment({nobody}, 1, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.reverse_payment({nobody}, ''x'', 1)'),
  ('select public.create_subscription(''{"client_id": "<B1>", "product_name": "P", "amount": 1, "trial_ends_on": "2026-03-01"}'')'),
  ('select public.change_subscription({nobody}, 1, ''monthly'', ''2026-03-01'', 1)'),
  ('select public.set_subscription_status({nobody}, ''paused'', ''2026-03-01'', null, 1)'),
  ('select public.approve_expense({nobody}, 1)'), ('select public.mark_expense_paid({nobody}, ''2026-01-06'', 1)')
) as s (statement)
union all
select 'no function for ' || p.who, p.who, s.statement, case p.who when 'unnamed' then 'PT401 unauthenticated' else '42501' end
from (values
  ('select public.save_invoice(''{}'', ''[]'')'), ('select public.send_invoice({ID}, 1)'),
  ('select public.cancel_invoice({ID}, 1, ''x'')'), ('select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', null, ''k'')'),
  ('select public.reverse_payment({Y1}, ''x'', 1)'), ('select public.create_subscription(''{}'')'),
  ('select public.change_subscription({S1}, 1, ''monthly'', ''2026-03-01'', 1)'),
  ('select public.set_subscription_status({S1}, ''paused'', ''2026-03-01'', null, 1)'),
  ('select public.approve_expense({E2}, 1)'), ('select public.mark_expense_paid({E3}, ''2026-01-06'', 1)'),
  ('select public.finance_inputs()')
) as s (statement)
cross join unnest(array['anon', 'service_role', 'unnamed']) as p (who)
union all values
  -- States.
  ('sends twice', 'admin', 'select public.send_invoice({I2}, 3)', 'PT409 invalid_transition'),
  ('sends nothing', 'admin', 'select public.send_invoice((public.save_invoice(''{"client_id": "<C1>"}'', ''[]'') #>> ''{invoice,id}'')::uuid, 1)', 'PT422 validation_failed'),
  ('sends for nothing', 'admin', 'select public.send_invoice((public.save_invoice(''{"client_id": "<C1>"}'', ''[{"description": "P", "unit_price": 0}]'') #>> ''{invoice,id}'')::uuid, 1)', 'PT422 validation_failed'),
  ('saves a sent one', 'admin', 'select public.save_invoice(''{"id": "<I2>", "client_id": "<C1>"}'', ''[]'', 3)', 'PT409 invalid_transition'),
  ('cancels a paid one', 'admin', 'select public.cancel_invoice({I3}, 4, ''x'')', 'PT409 invalid_transition'),
  ('cancels a part-paid one', 'admin', 'select public.cancel_invoice({I1}, 6, ''x'')', 'PT409 has_payments'),
  ('cancels twice', 'admin', 'select public.cancel_invoice({IX}, 3, ''x'')', 'PT409 invalid_transition'),
  ('pays a draft', 'admin', 'select public.record_payment({ID}, 1, ''2026-02-01'', ''card'', null, ''k'')', 'PT409 invalid_transition'),
  ('pays a cancelled one', 'admin', 'select public.record_payment({IX}, 1, ''2026-02-01'', ''card'', null, ''k'')', 'PT409 invalid_transition'),
  ('pays a paid one', 'admin', 'select public.record_payment({I3}, 1, ''2026-02-01'', ''card'', null, ''k'')', 'PT409 invalid_transition'),
  ('pays too much', 'admin', 'select public.record_payment({I2}, 100.01, ''2026-02-01'', ''card'', null, ''k'')', 'PT409 overpayment'),
  ('pays without end', 'admin', 'select public.record_payment({I2}, ''Infinity'', ''2026-02-01'', ''card'', null, ''k'')', 'PT409 overpayment'),
  ('reverses twice', 'admin', 'select public.reverse_payment({YR}, ''x'', 2)', 'PT409 invalid_transition'),
  ('pays at quickbooks', 'admin', 'select public.record_payment({IQ}, 1, ''2026-02-01'', ''card'', null, ''k'')', 'PT409 external_source'),
  ('reverses at quickbooks', 'admin', 'select public.reverse_payment({YQ}, ''x'', 1)', 'PT409 external_source'),
  ('cancels at quickbooks', 'admin', 'select public.cancel_invoice({IQ}, 4, ''x'')', 'PT409 external_source'),
  ('saves at quickbooks', 'admin', 'select public.save_invoice(''{"id": "<IQ>", "client_id": "<C1>"}'', ''[]'', 4)', 'PT409 external_source'),
  ('changes a paused one', 'admin', 'select public.change_subscription({SP}, 1, ''monthly'', ''2026-04-01'', 1)', 'PT409 invalid_transition'),
  ('changes a trial', 'admin', 'select public.change_subscription({ST}, 1, ''monthly'', ''2026-04-01'', 1)', 'PT409 invalid_transition'),
  ('pauses a trial', 'admin', 'select public.set_subscription_status({ST}, ''paused'', ''2026-04-01'', null, 1)', 'PT409 invalid_transition'),
  ('back to a trial', 'admin', 'select public.set_subscription_status({S1}, ''trial'', ''2026-04-01'', null, 1)', 'PT409 invalid_transition'),
  ('replaces by hand', 'admin', 'select public.set_subscription_status({S1}, ''replaced'', ''2026-04-01'', null, 1)', 'PT409 invalid_transition'),
  ('active again', 'admin', 'select public.set_subscription_status({S1}, ''active'', ''2026-04-01'', null, 1)', 'PT409 invalid_transition'),
  ('approves the own one', 'admin', 'select public.approve_expense({E1}, 1)', 'PT403 self_approval'),
  ('approves the own one', 'superadmin', 'select public.approve_expense({E2}, 1)', 'PT403 self_approval'),
  ('pays an unapproved one', 'admin', 'select public.mark_expense_paid({E2}, ''2026-01-06'', 1)', 'PT409 invalid_transition'),
  ('pays a paid one', 'admin', 'select public.mark_expense_paid({EP}, ''2026-01-06'', 2)', 'PT409 invalid_transition'),
  -- The service passes the guards, not the rules.
  ('service edits a draft', 'service_role', 'update public.invoices set notes = ''x'' where id = {ID}', '1'),
  ('service edits at quickbooks', 'service_role', 'update public.invoices set notes = ''x'' where id = {IQ}', '1'),
  ('service deletes a sent one', 'service_role', 'delete from public.invoices where id = {I2}', 'PT409 invalid_transition'),
  ('service pays a draft', 'service_role', 'insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method) values ({marlowick}, {ID}, 1, ''2026-02-01'', ''card'')', 'PT409 invalid_transition'),
  ('service pays too much', 'service_role', 'insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method) values ({marlowick}, {I2}, 101, ''2026-02-01'', ''card'')', '23514 invoices_amount_paid_check'),
  ('service unpays a cancelled one', 'service_role', 'update public.invoices set status = ''sent'', cancelled_at = null where id = {IX}', 'PT409 invalid_transition'),
  ('service deletes a payment', 'service_role', 'delete from public.invoice_payments where id = {Y1}', 'PT400 use_function'),
  ('service edits a payment', 'service_role', 'update public.invoice_payments set amount = 1 where id = {Y1}', 'PT400 immutable_column'),
  ('service edits lines of a sent one', 'service_role', 'update public.invoice_line_items set unit_price = 1 where id = {L1}', 'PT409 invalid_transition'),
  ('service deletes a paid expense', 'service_role', 'delete from public.expenses where id = {EP}', 'PT409 invalid_transition'),
  ('service pays twice', 'service_role', 'update public.expenses set paid_on = ''2026-01-07'' where id = {EP}', 'PT409 invalid_transition'),
  ('service approves for its creator', 'service_role', 'update public.expenses set approved_at = now(), approved_by = created_by where id = {E1}', '23514 expenses_self_approval_check'),
  ('service makes an annual discount', 'service_role', 'update public.subscriptions set ended_on = ''2025-01-01'' where id = {S1}', '23514 subscriptions_period_check'),
  -- Wrong values.
  ('number twice', 'admin', 'select public.save_invoice(''{"client_id": "<C1>", "invoice_number": "P-1"}'', ''[]'')', '23505 invoices_invoice_number_key'),
  ('due before issued', 'admin', 'select public.save_invoice(''{"client_id": "<C1>", "issue_date": "2026-02-02", "due_date": "2026-02-01"}'', ''[]'')', 'PT422 validation_failed'),
  ('below zero', 'admin', 'select public.save_invoice(''{"client_id": "<C1>"}'', ''[{"description": "P", "unit_price": -1}]'')', 'PT422 validation_failed'),
  ('beyond the column', 'admin', 'select public.save_invoice(''{"client_id": "<C1>"}'', ''[{"description": "P", "quantity": 100, "unit_price": 99999999999}]'')', 'PT422 validation_failed'),
  ('trial without an end', 'admin', 'select public.create_subscription(''{"client_id": "<C1>", "product_name": "P", "amount": 1}'')', 'PT422 validation_failed'),
  ('active without a day', 'admin', 'select public.create_subscription(''{"client_id": "<C1>", "product_name": "P", "amount": 1, "status": "active"}'')', 'PT422 validation_failed'),
  ('active trial', 'admin', 'select public.create_subscription(''{"client_id": "<C1>", "product_name": "P", "amount": 1, "trial_ends_on": "2026-01-01", "activated_on": "2026-01-01"}'')', 'PT422 validation_failed'),
  ('paused from the start', 'admin', 'select public.create_subscription(''{"client_id": "<C1>", "product_name": "P", "amount": 1, "status": "paused"}'')', 'PT422 validation_failed'),
  ('nothing spent', 'admin', 'update public.expenses set amount = 0 where id = {E1}', '23514 expenses_amount_check'),
  ('unsafe receipt', 'admin', 'update public.expenses set receipt_url = ''http://x'' where id = {E1}', '23514 expenses_receipt_url_check'),
  ('share above all', 'director', 'update public.finance set revenue_share_pct = 101 where id = {F1}', '23514 finance_revenue_share_pct_check'),
  ('truncates', 'superadmin', 'truncate public.invoices cascade', '42501');

select pg_temp.run_all();

-- What is left behind --------------------------------------------------------

do $traces$
declare
  line record;
begin
  for line in select * from (values
    ('new invoice', 'select public.save_invoice(''{"client_id": "<C1>"}'', ''[{"description": "P", "unit_price": 1}, {"description": "Q", "unit_price": 1}]'')',
      'finance.invoice.created | invoice_line_items insert 2, invoices insert 1'),
    ('saved lines', 'select public.save_invoice(''{"id": "<ID>", "client_id": "<C1>"}'', ''[{"description": "P", "unit_price": 1}, {"description": "Q", "unit_price": 1}]'', 2)',
      'finance.invoice.updated | invoice_line_items delete 1, invoice_line_items insert 2, invoices update 1'),
    ('saved note', 'select public.save_invoice(''{"id": "<ID>", "client_id": "<C1>", "issue_date": "2026-01-01", "notes": "x"}'', ''[{"description": "Proof", "unit_price": "100.00"}]'', 2)',
      'finance.invoice.updated | invoices update 1'),
    ('sent', 'select public.send_invoice({ID}, 2)', 'finance.invoice.status_changed | invoices update 1'),
    ('cancelled', 'select public.cancel_invoice({ID}, 2, ''x'')', 'finance.invoice.status_changed | invoices update 1'),
    ('draft deleted', 'delete from public.invoices where id = {ID}',
      'finance.invoice.deleted | invoice_line_items delete 1, invoices delete 1'),
    ('paid in part', 'select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', null, ''k'')',
      'finance.payment.recorded | cash_flow_entries insert 1, invoice_payments insert 1, invoices update 1'),
    ('settled by adjustment', 'select public.record_payment({I2}, 100, ''2026-02-01'', ''adjustment'', null, ''k'')',
      'finance.payment.recorded | invoice_payments insert 1, invoices update 1'),
    ('reversed', 'select public.reverse_payment({Y3}, ''x'', 1)',
      'finance.payment.reversed | cash_flow_entries insert 1, invoice_payments update 1, invoices update 1'),
    ('new subscription', 'select public.create_subscription(''{"client_id": "<C1>", "product_name": "P", "amount": 1, "trial_ends_on": "2026-03-01"}'')',
      'finance.subscription.created | subscriptions insert 1'),
    ('changed', 'select public.change_subscription({S1}, 2, ''annual'', ''2026-03-01'', 1)',
      'finance.subscription.changed | subscriptions insert 1, subscriptions update 1'),
    ('paused', 'select public.set_subscription_status({S1}, ''paused'', ''2026-03-01'', null, 1)',
      'finance.subscription.status_changed | subscriptions update 1'),
    ('resumed', 'select public.set_subscription_status({SP}, ''active'', ''2026-04-01'', null, 1)',
      'finance.subscription.status_changed | subscriptions insert 1, subscriptions update 1'),
    ('edited subscription', 'update public.subscriptions set renewal_date = ''2027-01-01'' where id = {S1}',
      'finance.subscription.updated | subscriptions update 1'),
    ('new expense', 'insert into public.expenses (organization_id, expense_date, category, vendor, description, amount) values ({marlowick}, ''2026-01-01'', ''other'', ''x'', ''x'', 1)',
      'finance.expense.created | expenses insert 1'),
    ('edited expense', 'update public.expenses set vendor = ''y'' where id = {E1}', 'finance.expense.updated | expenses update 1'),
    ('deleted expense', 'delete from public.expenses where id = {E1}', 'finance.expense.deleted | expenses delete 1'),
    ('approved', 'select public.approve_expense({E2}, 1)', 'finance.expense.approved | expenses update 1'),
    ('approved already', 'select public.approve_expense({E3}, 1)', ''),
    ('expense paid', 'select public.mark_expense_paid({E3}, ''2026-01-06'', 1)',
      'finance.expense.paid | cash_flow_entries insert 1, expenses update 1'),
    ('typed cash', 'insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount) values ({marlowick}, ''2026-01-01'', ''inflow'', ''x'', ''x'', 1)',
      'finance.cash_entry.created | cash_flow_entries insert 1'),
    ('edited cash', 'update public.cash_flow_entries set amount = 11 where id = {G1}', 'finance.cash_entry.updated | cash_flow_entries update 1'),
    ('deleted cash', 'delete from public.cash_flow_entries where id = {G1}', 'finance.cash_entry.deleted | cash_flow_entries delete 1'),
    ('terms', 'update public.finance set monthly_fee = 2, equity_stake_pct = 1 where id = {F1}', 'client.finance.updated | finance update 1'),
    ('terms as they were', 'update public.finance set projection_mrr = projection_mrr where id = {F1}', ''),
    ('a failed one', 'select public.send_invoice({ID}, 9)', 'PT409 stale_version'),
    ('reading', 'select public.finance_inputs()', '')
  ) as t (what, statement, expected)
  loop
    perform pg_temp.check_that(line.what || ' leaves behind',
      pg_temp.trace('admin', 'marlowick', line.statement), line.expected);
  end loop;
  perform pg_temp.check_that('the same payment twice', pg_temp.trace('admin', 'marlowick',
    'select public.record_payment({I2}, 100, ''2026-02-01'', ''card'', null, ''k'')',
    'select public.record_payment({I2}, 100.00, ''2026-02-01'', ''card'', null, ''k'')'),
    'finance.payment.recorded | cash_flow_entries insert 1, invoice_payments insert 1, invoices update 1');
  perform pg_temp.check_that('the key for another payment', pg_temp.trace('admin', 'marlowick',
    'select public.record_payment({I2}, 1, ''2026-02-01'', ''card'', null, ''k'')',
    'select public.record_payment({I2}, 2, ''2026-02-01'', ''card'', null, ''k'')'), 'PT409 idempotency_mismatch');
  perform pg_temp.check_that('a SuperAdmin in B', pg_temp.trace('superadmin', 'quillhaven',
    'select public.record_payment({IB}, 1, ''2026-02-01'', ''card'', null, ''k'')'),
    'finance.payment.recorded | cash_flow_entries insert 1, invoice_payments insert 1, invoices update 1');
end
$traces$;

-- What they do ---------------------------------------------------------------

do $effects$
declare
  b text;
  who text;
begin
  -- Invoices.
  perform pg_temp.check_that('a new invoice', pg_temp.outcome('admin',
    'select concat_ws('' '', i #>> ''{invoice,status}'', i #>> ''{invoice,amount}'', i #>> ''{invoice,total}'', i #>> ''{invoice,balance}'', i #>> ''{invoice,version}'',
        i #>> ''{invoice,due_date}'', i #>> ''{lines,0,total}'', i #>> ''{lines,1,position}'', i #>> ''{lines,1,quantity}'')
      from public.save_invoice(''{"client_id": "<C1>", "issue_date": "2026-01-31", "payment_term": "net_15", "tax": "8.40"}'',
        ''[{"description": "P", "quantity": "1.5", "unit_price": 70.01}, {"description": "Discount", "unit_price": -0.02}]'') i'),
    'draft 105.00 113.40 113.40 1 2026-02-15 105.02 1 1.00');
  perform pg_temp.check_that('terms in days', (select string_agg(private.due_date('2026-01-31', t)::text, ' ')
    from unnest(array['due_on_receipt', 'net_15', 'net_30', 'net_45', 'net_60', 'net_90']) t),
    '2026-01-31 2026-02-15 2026-03-02 2026-03-17 2026-04-01 2026-05-01');
  perform pg_temp.check_that('numbers follow each other', pg_temp.outcome('admin',
    'select public.save_invoice(''{"client_id": "<C1>", "invoice_number": "INV-8999"}'', ''[]'')',
    'select public.save_invoice(''{"client_id": "<C1>"}'', ''[]'')',
    'select public.save_invoice(''{"client_id": "<C1>"}'', ''[]'') #>> ''{invoice,invoice_number}'''), 'INV-9001');
  perform pg_temp.check_that('numbers are the organization''s own', pg_temp.outcome('superadmin',
    'select public.save_invoice(''{"client_id": "<C1>", "invoice_number": "INV-8999"}'', ''[]'')',
    'select public.save_invoice(''{"client_id": "<B1>", "invoice_number": "INV-7999"}'', ''[]'', null, {quillhaven})',
    'select public.save_invoice(''{"client_id": "<B1>"}'', ''[]'', null, {quillhaven}) #>> ''{invoice,invoice_number}'''), 'INV-8000');
  perform pg_temp.check_that('a saved draft keeps number and day', pg_temp.outcome('admin',
    'select concat_ws('' '', i #>> ''{invoice,invoice_number}'', i #>> ''{invoice,issue_date}'', i #>> ''{invoice,due_date}'', i #>> ''{invoice,version}'', i #>> ''{invoice,amount}'')
      from public.save_invoice(''{"id": "<ID>", "client_id": "<C1>"}'', ''[]'', 2) i'), 'P-4 2026-01-01 2026-01-31 3 0.00');
  perform pg_temp.check_that('every bad field', pg_temp.outcome('admin',
    'select public.save_invoice(''{"tax": -1, "payment_term": "net_7", "status": "paid"}'', ''[{"quantity": 0, "unit_price": "x"}, 1]'')'),
    'PT422 validation_failed ' || ('[{"row": 0, "field": "client_id", "key": "required"}, {"row": 0, "field": "payment_term", "key": "unknown_value"},
      {"row": 0, "field": "status", "key": "unknown_field"}, {"row": 0, "field": "tax", "key": "out_of_range"},
      {"row": 0, "field": "lines.description", "key": "required"}, {"row": 0, "field": "lines.quantity", "key": "out_of_range"},
      {"row": 0, "field": "lines.unit_price", "key": "not_a_number"}, {"row": 1, "field": "lines.", "key": "not_an_object"}]'::jsonb)::text);
  perform pg_temp.check_that('the reason of a cancellation stays', pg_temp.outcome('admin',
    'select c.status || '' '' || c.notes from public.cancel_invoice({ID}, 2, '' twice '') c'), 'cancelled Cancelled: twice');
  perform pg_temp.check_that('and is told', pg_temp.outcome('admin',
    'select public.cancel_invoice({ID}, 2, ''twice'')', 'select payload from public.analytics_events'),
    '{"to": "cancelled", "from": "draft", "reason": "twice"}');

  -- V8: paid in two parts, one taken back.
  perform pg_temp.check_that('first part', pg_temp.outcome('admin',
    'select concat_ws('' '', p #>> ''{invoice,status}'', p #>> ''{invoice,balance}'', p #>> ''{payment,recorded_by}'' = {admin}::text)
      from public.record_payment({I2}, 40, ''2026-02-01'', ''card'', null, ''k'') p'), 'sent 60.00 t');
  perform pg_temp.check_that('second part', pg_temp.outcome('admin',
    'select public.record_payment({I2}, 40, ''2026-02-03'', ''card'', null, ''k1'')',
    -- Entered later, received earlier: paid when the last part came in.
    'select public.record_payment({I2}, 60, ''2026-02-01'', ''card'', null, ''k2'')',
    'select concat_ws('' '', status, balance, paid_at at time zone ''America/New_York'') from public.invoices where id = {I2}'),
    'paid 0.00 2026-02-03 23:59:59.999999');
  perform pg_temp.check_that('taken back', pg_temp.outcome('admin',
    'select public.record_payment({I2}, 100, ''2026-02-01'', ''card'', null, ''k'')',
    'select public.reverse_payment((public.record_payment({I2}, 100, ''2026-02-01'', ''card'', null, ''k'') #>> ''{payment,id}'')::uuid, '' wrong '', 1)',
    'select concat_ws('' '', i.status, i.balance, i.paid_at, p.reversal_reason, p.reversed_by = {admin},
        (select string_agg(concat_ws('' '', e.type, e.source, e.category, e.amount), '', '' order by e.type) from public.cash_flow_entries e where e.source_id = p.id),
        (select sum(case e.type when ''inflow'' then e.amount else -e.amount end) from public.cash_flow_entries e where e.source_id = p.id))
      from public.invoices i join public.invoice_payments p on p.invoice_id = i.id where i.id = {I2}'),
    'sent 100.00 wrong t inflow invoice_payment Invoice payments 100.00, outflow payment_reversal Invoice payments 100.00 0.00');
  perform pg_temp.check_that('detail of an overpayment', pg_temp.outcome('admin',
    'select public.record_payment({I2}, 100.01, ''2026-02-01'', ''card'', null, ''k'')'), 'PT409 overpayment {"balance": 100.00}');
  perform pg_temp.check_that('payload of a payment', pg_temp.outcome('admin',
    'select public.record_payment({I2}, 100, ''2026-02-01'', ''card'', null, ''k'')',
    'select payload - ''invoice_id'' from public.analytics_events'), '{"amount": 100.00, "status": "paid", "balance": 0.00}');
  perform pg_temp.check_that('an external payment replaced', pg_temp.outcome('service_role',
    'insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method, external_id) values ({marlowick}, {IQ}, 5, ''2026-02-01'', ''adjustment'', ''q:adjustment'') returning 1',
    'update public.invoice_payments set reversed_at = now(), reversal_reason = ''Replaced'' where external_id = ''q:adjustment'' returning 1',
    'insert into public.invoice_payments (organization_id, invoice_id, amount, received_on, method, external_id) values ({marlowick}, {IQ}, 95, ''2026-02-01'', ''adjustment'', ''q:adjustment'') returning 1',
    'select concat_ws('' '', i.status, i.balance) from public.invoices i where i.id = {IQ}'), 'paid 0.00');

  -- The cache of finance.
  perform pg_temp.check_that('cache after a payment', pg_temp.outcome('admin',
    'select public.record_payment({I2}, 40, ''2026-02-01'', ''card'', null, ''k'')',
    'select concat_ws('' '', f.ar_outstanding = (select sum(i.balance) from public.invoices i where i.client_id = f.client_id and i.status = ''sent''), f.version)
      from public.finance f where f.id = {F1}'), 't ' || pg_temp.v('finance', 'F1'));
  perform pg_temp.check_that('cache after a change', pg_temp.outcome('admin',
    'select public.change_subscription({S1}, 21000, ''quarterly'', ''2026-03-01'', 1)',
    'select f.mrr = o.mrr and f.mrr >= 7000 from public.finance f join public.vw_client_overview o using (client_id) where f.id = {F1}'), 'true');

  perform pg_temp.check_that('on the day of a change', pg_temp.outcome('admin',
    'update public.subscriptions set notes = ''x'' where client_id = {C1} returning 1',
    'select public.set_subscription_status(s.id, ''cancelled'', greatest(s.activated_on, ''2026-03-01''), null, s.version) from public.subscriptions s
      where s.client_id = {C1} and s.id <> {S1} and s.status in (''active'', ''past_due'')',
    'select public.change_subscription({S1}, 77, ''monthly'', private.organization_today({marlowick}), 2)',
    'select f.mrr || '' '' || o.mrr from public.finance f join public.vw_client_overview o using (client_id) where f.id = {F1}'), '77.00 77.00');

  -- Subscriptions.
  perform pg_temp.check_that('changed terms', pg_temp.outcome('admin',
    'select concat_ws('' '', c #>> ''{ended,status}'', c #>> ''{ended,ended_on}'', c #>> ''{started,status}'', c #>> ''{started,activated_on}'', c #>> ''{started,mrr}'',
        c #>> ''{started,replaces_subscription_id}'' = {S1}::text)
      from public.change_subscription({S1}, 1000, ''annual'', ''2026-03-01'', 1) c'), 'replaced 2026-03-01 active 2026-03-01 83.33 t');
  perform pg_temp.check_that('changed twice', pg_temp.effect('admin',
    'select public.change_subscription({S1}, 1, ''monthly'', ''2026-03-01'', 1), public.change_subscription({S1}, 1, ''monthly'', ''2026-04-01'', 2)'),
    'PT409 invalid_transition');
  perform pg_temp.check_that('a trial starts', pg_temp.outcome('admin',
    'select concat_ws('' '', s.status, s.activated_on, s.ended_on) from public.set_subscription_status({ST}, ''active'', ''2026-03-01'', null, 1) s'), 'active 2026-03-01');
  perform pg_temp.check_that('a trial is cancelled', pg_temp.outcome('admin',
    'select concat_ws('' '', s.status, s.activated_on, s.ended_on, s.cancel_reason) from public.set_subscription_status({ST}, ''cancelled'', ''2026-03-01'', ''fit'', 1) s'), 'cancelled 2026-03-01 fit');
  perform pg_temp.check_that('past due and back', pg_temp.outcome('admin',
    'select public.set_subscription_status({S1}, ''past_due'', null, null, 1)',
    'select concat_ws('' '', s.status, s.activated_on, s.ended_on) from public.set_subscription_status({S1}, ''active'', null, null, 2) s'), 'active 2026-01-01');
  perform pg_temp.check_that('resumed', pg_temp.outcome('admin',
    'select public.set_subscription_status({SP}, ''active'', ''2026-04-01'', null, 1)',
    'select string_agg(concat_ws('' '', status, activated_on, ended_on), '', '' order by activated_on) from public.subscriptions where id = {SP} or replaces_subscription_id = {SP}'),
    'replaced 2026-01-01 2026-03-01, active 2026-04-01');
  perform pg_temp.check_that('payload of a status', pg_temp.outcome('admin',
    'select public.set_subscription_status({S1}, ''cancelled'', ''2026-03-01'', ''price'', 1)',
    'select payload from public.analytics_events'), '{"to": "cancelled", "mrr": 1000.00, "from": "active"}');

  -- Expenses.
  perform pg_temp.check_that('who entered it', pg_temp.outcome('admin',
    'insert into public.expenses (organization_id, expense_date, category, vendor, description, amount) values ({marlowick}, ''2026-01-01'', ''other'', ''x'', ''x'', 1) returning created_by = {admin}'), 'true');
  perform pg_temp.check_that('approved and paid', pg_temp.outcome('admin',
    'select public.approve_expense({E2}, 1)', 'select public.mark_expense_paid({E2}, ''2026-01-07'', 2)',
    'select concat_ws('' '', x.approved_by = {admin}, x.approved_at = now(), x.paid_on, e.type, e.category, e.amount, e.entry_date, e.source)
      from public.expenses x join public.cash_flow_entries e on e.source_id = x.id where x.id = {E2}'),
    't t 2026-01-07 outflow other 10.00 2026-01-07 expense');

  -- T24: what one may not read is null, not 0.
  perform pg_temp.check_that('money of the own client', pg_temp.outcome('member',
    'select concat_ws('' '', mrr >= 1000, ar_outstanding >= 200, ar_overdue >= 200, ar_collected >= 8) from public.vw_client_overview where client_id = {C1}'), 't t t t');
  perform pg_temp.check_that('money of a colleague''s client', pg_temp.outcome('member',
    'select num_nulls(mrr, ar_outstanding, ar_overdue, ar_collected) || '' '' || num_nulls(open_count, open_value, open_weighted) from public.vw_client_overview where client_id = {C3}'), '4 0');
  perform pg_temp.check_that('money of an unassigned client', pg_temp.outcome('member',
    'select num_nulls(mrr, ar_outstanding, ar_overdue, ar_collected) from public.vw_client_overview where client_id = {C13}'), '4');
  perform pg_temp.check_that('money for a Director', pg_temp.outcome('director',
    'select concat_ws('' '', mrr, ar_outstanding, ar_collected >= 0) from public.vw_client_overview where client_id = {C13}'), '0.00 0.00 t');
  perform pg_temp.check_that('money of the own account', pg_temp.outcome('client',
    'select concat_ws('' '', num_nulls(mrr, ar_outstanding, ar_overdue, ar_collected), num_nulls(open_count, open_value, open_weighted)) from public.vw_client_overview'), '0 3');
  perform pg_temp.check_that('money for the service', pg_temp.outcome('service_role',
    'select count(*) from public.vw_client_overview where num_nulls(mrr, ar_outstanding, ar_overdue, ar_collected, open_count) > 0'), '0');
  perform pg_temp.check_that('money of B for its Member', pg_temp.outcome('member.b',
    'select num_nulls(mrr, ar_outstanding, ar_overdue, ar_collected) from public.vw_client_overview where client_id = {B1}'), '0');

  perform pg_temp.check_that('the currency is fixed', private.organization_has_money((select id from proof_id where key = 'marlowick'))::text, 'true');

  -- Nothing of the other tenant.
  foreach b in array array['invoices', 'invoice_line_items', 'invoice_payments', 'subscriptions',
    'expenses', 'cash_flow_entries', 'finance']
  loop
    foreach who in array array['admin', 'director', 'member', 'member2', 'client', 'gone', 'nobody', 'unnamed'] loop
      perform pg_temp.check_that(format('rows of B in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) from public.%s where organization_id = {quillhaven}', b)), '0');
    end loop;
    foreach who in array array['superadmin', 'service_role'] loop
      perform pg_temp.check_that(format('rows of B in %s for %s', b, who),
        pg_temp.outcome(who, format('select count(*) > 0 from public.%s where organization_id = {quillhaven}', b)), 'true');
    end loop;
  end loop;
  perform pg_temp.check_that('tables of the client', pg_temp.outcome('client',
    'select concat_ws('' '', (select count(distinct client_id) from public.invoices), (select count(*) from public.invoices where status = ''draft''),
      (select count(distinct client_id) from public.subscriptions), (select count(*) from public.expenses), (select count(*) from public.cash_flow_entries), (select count(*) from public.finance))'),
    '1 0 1 0 0 0');
end
$effects$;

-- Figures: metrics.md V6 to V10 and V17, in organizations of their own ---------

do $figures$
declare
  recurring jsonb;
  receivables jsonb;
  inputs jsonb;
  t constant date := '2026-05-20';
begin
  execute pg_temp.fill($sql$
    insert into public.organizations (id, name, slug) values ({V7}, 'Proof seven', 'proof-seven'), ({V8}, 'Proof eight', 'proof-eight');
    insert into public.clients (id, organization_id, name)
      select p.id, {V7}::uuid, p.key from proof_id p where p.key ~ '^V[A-K]$'
      union all select {V8C}::uuid, {V8}::uuid, 'Proof';
    insert into public.subscriptions (organization_id, client_id, product_name, status, amount, billing_frequency, activated_on, ended_on, trial_ends_on)
    select {V7}::uuid, p.id, 'Proof', s.status, s.amount, s.frequency, date '2026-05-20' + s.begins, date '2026-05-20' + s.ends, null
    from (values
      ('VA', 'active', 6800, 'monthly', -400, null), ('VB', 'replaced', 4000, 'monthly', -500, -120), ('VB', 'active', 5200, 'monthly', -120, null),
      ('VC', 'active', 96000, 'annual', -380, null), ('VD', 'active', 12500, 'monthly', -200, null), ('VE', 'active', 21000, 'quarterly', -450, null),
      ('VF', 'replaced', 3600, 'monthly', -420, -60), ('VF', 'active', 2900, 'monthly', -60, null), ('VG', 'past_due', 3400, 'monthly', -390, null),
      ('VH', 'active', 1600, 'monthly', -150, null), ('VI', 'active', 180000, 'annual', -75, null), ('VI', 'active', 1250, 'monthly', -30, null),
      ('VJ', 'cancelled', 2400, 'monthly', -430, -45), ('VK', 'trial', 4500, 'monthly', null, null)
    ) as s (client, status, amount, frequency, begins, ends)
    join proof_id p on p.key = s.client;
  $sql$);
  -- V6, by the generated columns.
  perform pg_temp.check_that('V6 ' || v.frequency, pg_temp.outcome('system', format(
    'insert into public.subscriptions (organization_id, client_id, product_name, amount, billing_frequency) values ({V8}, {V8C}, ''P'', %s, %L) returning mrr || '' '' || arr', v.amount, v.frequency)), v.expected)
  from (values (96000, 'annual', '8000.00 96000.00'), (21000, 'quarterly', '7000.00 84000.00'), (10000, 'quarterly', '3333.33 40000.00'),
    (1000, 'annual', '83.33 1000.00'), (5000, 'one_time', '0.00 0.00'), (0.06, 'annual', '0.01 0.06'), (6800, 'monthly', '6800.00 81600.00')) as v (amount, frequency, expected);

  -- V7: revenue on a day; the app makes movements of these.
  recurring := private.finance_recurring_at((select id from proof_id where key = 'V7'), t,
    array['2025-05-20', '2025-12-31', '2026-03-31', '2026-04-30', '2026-05-20']::date[]);
  perform pg_temp.check_that('V7 per day', (
    select string_agg(s.total::text, ' ' order by s.ordinality) from (
      select m.ordinality, sum(m.value::numeric) as total
      from jsonb_array_elements(recurring -> 'clients') c, jsonb_array_elements_text(c -> 'mrr') with ordinality m
      group by m.ordinality) s), '35200.00 49300.00 64800.00 63650.00 63650.00');
  -- The day of a change belongs to the new terms alone.
  perform pg_temp.check_that('V7 on a border', (
    select c #>> '{mrr,0}' from jsonb_array_elements(private.finance_recurring_at(
      (select id from proof_id where key = 'V7'), t, array[t - 60]) -> 'clients') c
    where c ->> 'client_id' = (select id::text from proof_id where key = 'VF')), '2900.00');
  perform pg_temp.check_that('V7 rest', concat_ws(' ',
    recurring ->> 'past_due', recurring ->> 'trials', recurring ->> 'trial_mrr',
    (select sum((c #>> '{arr,4}')::numeric) from jsonb_array_elements(recurring -> 'clients') c),
    (select count(*) from jsonb_array_elements(recurring -> 'clients') c where (c #>> '{mrr,4}')::numeric > 0)),
    '3400.00 1 4500.00 763800.00 9');
  perform pg_temp.check_that('V7 cohort', (
    select concat_ws(' ', sum((c #>> '{mrr,4}')::numeric), sum(least((c #>> '{mrr,0}')::numeric, (c #>> '{mrr,4}')::numeric)))
    from jsonb_array_elements(recurring -> 'clients') c where (c #>> '{mrr,0}')::numeric > 0), '33300.00 32100.00');

  -- V8: receivables by days past due.
  execute pg_temp.fill($sql$
    insert into public.invoices (organization_id, client_id, invoice_number, status, issue_date, due_date, tax, sent_at, paid_at, cancelled_at)
    select {V8}::uuid, {V8C}::uuid, 'P-' || v.n, v.status, '2025-01-01', date '2026-05-20' - v.past, v.balance,
      now(), case v.status when 'paid' then now() end, case v.status when 'cancelled' then now() end
    from (values (1, 5000, -3, 'sent'), (2, 4000, 0, 'sent'), (3, 3000, 1, 'sent'), (4, 2500, 30, 'sent'), (5, 2000, 31, 'sent'), (6, 1500, 60, 'sent'),
      (7, 1000, 61, 'sent'), (8, 800, 90, 'sent'), (9, 700, 91, 'sent'), (10, 9999, 5, 'draft'), (11, 8888, 5, 'cancelled'), (12, 7777, 5, 'paid')) as v (n, balance, past, status)
  $sql$);
  receivables := private.finance_receivables_at((select id from proof_id where key = 'V8'), t);
  perform pg_temp.check_that('V8', (receivables - 'billed_90_days')::text, ('{"ar": "20500.00", "aging": {"current": "9000.00", "days_1_30": "5500.00",
    "days_31_60": "3500.00", "days_61_90": "1800.00", "days_91": "700.00"}, "overdue": "11500.00", "invoices": 9, "overdue_invoices": 7,
    "due_today": "4000.00", "due_7_days": "9000.00"}'::jsonb)::text);
  perform pg_temp.check_that('V8 cached', (select ar_outstanding::text from public.finance where client_id = (select id from proof_id where key = 'V8C')), '20500.00');

  -- V9, V10, V17: what DSO, burn and profit and loss divide.
  execute pg_temp.fill($sql$
    insert into public.invoices (organization_id, client_id, invoice_number, status, issue_date, due_date, amount, tax, sent_at, paid_at, cancelled_at, subscription_id)
    values
      ({V8}, {V8C}, 'D-1', 'sent', '2026-02-19', '2026-07-01', 1, 0, now(), null, null, null),
      ({V8}, {V8C}, 'D-2', 'sent', '2026-02-20', '2026-07-01', 100, 10, now(), null, null, null),
      ({V8}, {V8C}, 'D-3', 'paid', '2026-05-20', '2026-07-01', 1000, 0, now(), now(), null, null),
      ({V8}, {V8C}, 'D-4', 'sent', '2026-05-21', '2026-07-01', 9, 0, now(), null, null, null);
    insert into public.cash_flow_entries (organization_id, entry_date, type, category, description, amount, source) values
      ({V8}, '2026-01-31', 'inflow', 'P', 'P', 1000, 'opening_balance'), ({V8}, '2026-02-10', 'inflow', 'P', 'P', 5000, 'opening_balance'),
      ({V8}, '2026-02-28', 'outflow', 'P', 'P', 59036, 'manual'), ({V8}, '2026-03-01', 'outflow', 'P', 'P', 49968, 'manual'),
      ({V8}, '2026-04-30', 'inflow', 'P', 'P', 45274, 'manual'), ({V8}, '2026-05-20', 'inflow', 'P', 'P', 7, 'manual'), ({V8}, '2026-05-21', 'inflow', 'P', 'P', 8, 'manual');
    insert into public.subscriptions (id, organization_id, client_id, product_name, amount) values ({V17}, {V8}, {V8C}, 'P', 1);
    insert into public.invoices (organization_id, client_id, invoice_number, status, issue_date, due_date, amount, tax, sent_at, paid_at, cancelled_at, subscription_id) values
      ({V8}, {V8C}, 'E-1', 'sent', '2026-04-02', '2026-07-01', 45000, 99, now(), null, null, {V17}),
      ({V8}, {V8C}, 'E-2', 'paid', '2026-04-30', '2026-07-01', 15600, 99, now(), now(), null, null),
      ({V8}, {V8C}, 'E-3', 'draft', '2026-04-02', '2026-07-01', 9000, 0, null, null, null, null),
      ({V8}, {V8C}, 'E-4', 'cancelled', '2026-04-02', '2026-07-01', 7000, 0, null, null, now(), null);
    insert into public.expenses (organization_id, created_by, expense_date, category, vendor, description, amount, approved_at, approved_by, cost_of_revenue) values
      ({V8}, {superadmin}, '2026-04-03', 'payroll_benefits', 'P', 'P', 31000, now(), {admin}, false),
      ({V8}, {superadmin}, '2026-04-03', 'hosting_infrastructure', 'P', 'P', 350, now(), {admin}, true),
      ({V8}, {superadmin}, '2026-04-30', 'professional_services', 'P', 'P', 4200, now(), {admin}, true),
      ({V8}, {superadmin}, '2026-04-30', 'professional_services', 'P', 'P', 800, null, null, false);
  $sql$);
  inputs := pg_temp.outcome('superadmin', 'select public.finance_inputs(''2026-05-20'', 4, {V8})')::jsonb;
  perform pg_temp.check_that('V9 billed', inputs #>> '{receivables,billed_90_days}', '61908.00');
  perform pg_temp.check_that('V10', concat_ws(' ', inputs #>> '{cash,first_entry_on}', inputs #>> '{cash,balance}',
    (select string_agg(((m ->> 'cash_in')::numeric - (m ->> 'cash_out')::numeric)::text, '/' order by m ->> 'month') from jsonb_array_elements(inputs -> 'months') m)),
    '2026-01-31 -57723.00 -59036.00/-49968.00/45274.00/7.00');
  perform pg_temp.check_that('V17', (
    select (m - 'cash_in' - 'cash_out')::text from jsonb_array_elements(inputs -> 'months') m where m ->> 'month' = '2026-04-01'),
    ('{"month": "2026-04-01", "revenue_subscriptions": "45000.00", "revenue_services": "15600.00", "cost_of_revenue": "4550.00", "unapproved": "800.00",
      "expenses": {"payroll_benefits": "31000.00", "hosting_infrastructure": "350.00", "professional_services": "4200.00"}}'::jsonb)::text);
  perform pg_temp.check_that('V18', (
    select string_agg(concat_ws(' ', s.scope, s.from_day, s.previous_from, s.previous_to), ', ' order by s.scope) from private.finance_scopes(t, 2) s where s.scope in ('qtd', 'ytd')),
    'qtd 2026-05-01 2026-02-01 2026-02-20, ytd 2026-02-01 2025-02-01 2025-05-20');
  perform pg_temp.check_that('previous periods end with themselves', (
    select concat_ws(' ', s.previous_from, s.previous_to) from private.finance_scopes('2026-03-31', 1) s where s.scope = 'mtd'), '2026-02-01 2026-02-28');
  perform pg_temp.check_that('days of the line', (
    select string_agg(d, ' ') from jsonb_array_elements_text(inputs #> '{recurring,days}') d where d in ('2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-20', '2025-05-20')),
    '2025-05-20 2026-02-28 2026-03-31 2026-04-30 2026-05-20');
end
$figures$;

select last_value as checks from pg_temp.proof_checks;

rollback;
