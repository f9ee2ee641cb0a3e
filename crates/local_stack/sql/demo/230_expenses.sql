-- What the organizations spend: in A twelve expenses in each of the six full months
-- before the load day's, entered by one and approved by another.

with line (organization, ordinal, first_back, day, category, description, amount, cost_of_revenue, recurring) as (
  values
    ('A', 1,  6, 3,  'payroll_benefits',       'Payroll, first half',  31000::numeric, false, 'monthly'),
    ('A', 2,  6, 5,  'hosting_infrastructure', 'Hosting',              350,            true,  'monthly'),
    ('A', 3,  6, 6,  'software_tools',         'Analytics tools',      900,            false, 'monthly'),
    ('A', 4,  6, 8,  'software_tools',         'Design tools',         240,            false, 'monthly'),
    ('A', 5,  6, 10, 'office_equipment',       'Office rent share',    2200,           false, 'monthly'),
    ('A', 6,  6, 12, 'marketing_advertising',  'Events and webinars',  2600,           false, null),
    ('A', 7,  6, 14, 'marketing_advertising',  'Paid search',          1400,           false, 'monthly'),
    ('A', 8,  6, 16, 'professional_services',  'Contract analysts',    4200,           true,  'monthly'),
    ('A', 9,  6, 18, 'payroll_benefits',       'Payroll, second half', 31000,          false, 'monthly'),
    ('A', 10, 6, 21, 'travel_entertainment',   'Client travel',        1100,           false, null),
    ('A', 11, 6, 24, 'professional_services',  'Bookkeeping',          800,            false, 'monthly'),
    ('A', 12, 6, 27, 'other',                  'Insurance',            410,            false, 'monthly'),
    ('B', 1,  3, 4,  'office_equipment',       'Studio rent',          1150,           false, 'monthly'),
    ('B', 2,  3, 19, 'software_tools',         'Design tools',         180,            false, 'monthly')
),
expense as (
  select
    e.*, m.back, pg_temp.demo_org(e.organization) as organization_id,
    pg_temp.demo_month(m.back) + e.day - 1 as expense_date,
    -- Of the last month A's bookkeeping waits for approval, its insurance for payment.
    e.organization = 'A' and m.back = 1 and e.ordinal = 11 as unapproved,
    e.organization = 'A' and m.back = 1 and e.ordinal = 12 as unpaid
  from line e
  cross join lateral generate_series(1, e.first_back) as m (back)
)
insert into public.expenses
  (id, organization_id, created_by, expense_date, category, cost_of_revenue, vendor, description, amount,
   recurring_frequency, approved_at, approved_by, paid_on, created_at, updated_at)
select
  pg_temp.demo_id('expenses', concat_ws(':', e.organization, e.back, e.ordinal)), e.organization_id,
  -- So that the Admin may approve it.
  case when e.unapproved then pg_temp.demo_user('Y') else pg_temp.demo_books(e.organization_id) end,
  e.expense_date, e.category, e.cost_of_revenue, e.description, e.description,
  case when e.category = 'payroll_benefits' and e.back <= 3 then 31500 else e.amount end, e.recurring,
  case when not e.unapproved then at_four.at end,
  case when not e.unapproved then pg_temp.demo_user('Y') end,
  case when not e.unapproved and not e.unpaid then e.expense_date end,
  at_four.at - interval '7 hours',
  at_four.at + case when e.unapproved then interval '-7 hours' when e.unpaid then interval '0' else interval '1 hour' end
from expense e
cross join lateral (
  select (e.expense_date + time '16:00') at time zone pg_temp.demo_zone(e.organization) as at
) at_four;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  step.at, e.organization_id, step.actor_id, step.operation, 'finance.expense.' || step.verb, 'expense', e.id,
  step.payload, 'expenses', step.before, step.after
from public.expenses e
cross join lateral (
  select
    e.created_at as at, e.created_by as actor_id, null as operation, 'created' as verb,
    jsonb_build_object('amount', e.amount, 'category', e.category) as payload, null::jsonb as before,
    to_jsonb(e) - array['approved_at', 'approved_by', 'paid_on'] as after
  union all
  select
    e.approved_at, e.approved_by, 'approve_expense', 'approved',
    jsonb_build_object('amount', e.amount, 'category', e.category), jsonb_build_object('id', e.id),
    jsonb_build_object('id', e.id, 'approved_at', e.approved_at, 'approved_by', e.approved_by)
  where e.approved_at is not null
  union all
  select
    e.updated_at, e.created_by, 'mark_expense_paid', 'paid',
    jsonb_build_object('amount', e.amount), jsonb_build_object('id', e.id),
    jsonb_build_object('id', e.id, 'paid_on', e.paid_on)
  where e.paid_on is not null
) step;
