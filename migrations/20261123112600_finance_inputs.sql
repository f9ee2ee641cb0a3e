-- The sums from which the finance figures are computed, made where all rows are.
-- Formulas, reasons and rounding are the app's; nothing here divides.

create function private.finance_scopes(p_as_of date, p_start_month integer)
returns table (scope text, from_day date, previous_from date, previous_to date)
language sql immutable
set search_path = ''
as $$
  with begun as (
    select * from (values
      ('today', p_as_of, interval '1 day'),
      ('7d', p_as_of - 6, interval '7 days'),
      ('mtd', date_trunc('month', p_as_of::timestamp)::date, interval '1 month'),
      ('qtd', private.fiscal_quarter_start(p_as_of, p_start_month), interval '3 months'),
      ('ytd', (date_trunc('month', p_as_of::timestamp) - make_interval(
        months => (extract(month from p_as_of)::integer - p_start_month + 12) % 12))::date, interval '1 year')
    ) as b (scope, from_day, length)
  )
  select
    b.scope, b.from_day, (b.from_day - b.length)::date,
    -- As many days into the previous period, but not beyond its end.
    least((b.from_day - b.length)::date + (p_as_of - b.from_day), b.from_day - 1)
  from begun b
$$;
comment on function private.finance_scopes(date, integer) is
  'The windows that end on a day, and the one before each.';

create function private.finance_recurring_at(p_organization_id uuid, p_as_of date, p_days date[])
returns jsonb
language sql stable
set search_path = ''
as $$
  with subscription as (
    select s.* from public.subscriptions s where s.organization_id = p_organization_id
  ),
  on_day as (
    select
      s.client_id, d.day,
      coalesce(sum(s.mrr) filter (where s.activated_on <= d.day and (s.ended_on is null or d.day < s.ended_on)), 0)
        as mrr,
      coalesce(sum(s.arr) filter (where s.activated_on <= d.day and (s.ended_on is null or d.day < s.ended_on)), 0)
        as arr,
      -- New or back: the first day that ever counted.
      min(s.activated_on) filter (where s.ended_on is null or s.ended_on > s.activated_on) as first_counted_on
    from subscription s
    cross join unnest(p_days) as d (day)
    group by s.client_id, d.day
  ),
  client as (
    select
      d.client_id,
      min(d.first_counted_on) as first_counted_on,
      -- In the order of the days; text, so that no reader turns money into a float.
      jsonb_agg(round(d.mrr, 2)::text order by d.day) as mrr,
      jsonb_agg(round(d.arr, 2)::text order by d.day) as arr
    from on_day d
    group by d.client_id
    having sum(d.mrr) + sum(d.arr) > 0
  )
  select jsonb_build_object(
    'days', to_jsonb(p_days),
    'subscriptions', (select count(*) from subscription),
    'past_due', (
      select round(coalesce(sum(s.mrr), 0), 2)::text from subscription s
      where s.status = 'past_due' and s.activated_on <= p_as_of and (s.ended_on is null or p_as_of < s.ended_on)
    ),
    'trials', (select count(*) from subscription s where s.status = 'trial'),
    'trial_mrr', (select round(coalesce(sum(s.mrr), 0), 2)::text from subscription s where s.status = 'trial'),
    'clients', (
      select coalesce(jsonb_agg(jsonb_build_object(
          'client_id', c.client_id,
          'first_counted_on', c.first_counted_on,
          'mrr', c.mrr, 'arr', c.arr) order by c.client_id), '[]')
      from client c
    ))
$$;
comment on function private.finance_recurring_at(uuid, date, date[]) is
  'Recurring revenue per client on each of the days (ascending), over the rows the caller may see.';

create function private.billed(p_organization_id uuid, p_from date, p_to date) returns text
language sql stable
set search_path = ''
as $$
  select round(coalesce(sum(i.total), 0), 2)::text from public.invoices i
  where i.organization_id = p_organization_id and i.status in ('sent', 'paid')
    and i.issue_date between p_from and p_to
$$;

create function private.finance_receivables_at(p_organization_id uuid, p_as_of date) returns jsonb
language sql stable
set search_path = ''
as $$
  with open as (
    select i.balance, i.due_date, p_as_of - i.due_date as days_past_due
    from public.invoices i
    where i.organization_id = p_organization_id and i.status = 'sent'
  ),
  sums as (
    select
      count(*) as invoices,
      count(*) filter (where days_past_due > 0) as overdue_invoices,
      sum(balance) as ar,
      sum(balance) filter (where days_past_due > 0) as overdue,
      sum(balance) filter (where days_past_due <= 0) as current,
      sum(balance) filter (where days_past_due between 1 and 30) as days_1_30,
      sum(balance) filter (where days_past_due between 31 and 60) as days_31_60,
      sum(balance) filter (where days_past_due between 61 and 90) as days_61_90,
      sum(balance) filter (where days_past_due >= 91) as days_91,
      sum(balance) filter (where due_date = p_as_of) as due_today,
      sum(balance) filter (where due_date between p_as_of and p_as_of + 7) as due_7_days
    from open
  )
  select jsonb_build_object(
    'invoices', s.invoices,
    'overdue_invoices', s.overdue_invoices,
    'ar', round(coalesce(s.ar, 0), 2)::text,
    'overdue', round(coalesce(s.overdue, 0), 2)::text,
    'aging', jsonb_build_object(
      'current', round(coalesce(s.current, 0), 2)::text,
      'days_1_30', round(coalesce(s.days_1_30, 0), 2)::text,
      'days_31_60', round(coalesce(s.days_31_60, 0), 2)::text,
      'days_61_90', round(coalesce(s.days_61_90, 0), 2)::text,
      'days_91', round(coalesce(s.days_91, 0), 2)::text),
    'due_today', round(coalesce(s.due_today, 0), 2)::text,
    'due_7_days', round(coalesce(s.due_7_days, 0), 2)::text,
    'billed_90_days', private.billed(p_organization_id, p_as_of - 89, p_as_of))
  from sums s
$$;
comment on function private.finance_receivables_at(uuid, date) is
  'What sent invoices still owe, by days past due, over the rows the caller may see.';

create function private.collected(p_organization_id uuid, p_from date, p_to date) returns text
language sql stable
set search_path = ''
as $$
  select round(coalesce(sum(p.amount), 0), 2)::text from public.invoice_payments p
  where p.organization_id = p_organization_id and p.reversed_at is null
    and p.received_on between p_from and p_to
$$;

create function private.cash(p_organization_id uuid, p_as_of date) returns text
language sql stable
set search_path = ''
as $$
  select round(coalesce(sum(case e.type when 'inflow' then e.amount else -e.amount end), 0), 2)::text
  from public.cash_flow_entries e
  where e.organization_id = p_organization_id and e.entry_date <= p_as_of
$$;

create function private.finance_months_at(p_organization_id uuid, p_as_of date, p_months integer)
returns jsonb
language sql stable
set search_path = ''
as $$
  with month as (
    select
      m.begins::date as begins,
      -- Nothing after the day that is asked about.
      least((m.begins + interval '1 month')::date - 1, p_as_of) as ends
    from generate_series(
      date_trunc('month', p_as_of::timestamp) - make_interval(months => p_months - 1),
      date_trunc('month', p_as_of::timestamp), interval '1 month') as m (begins)
  )
  select jsonb_agg(jsonb_build_object('month', m.begins) || cash.sums || revenue.sums || spent.sums
    order by m.begins)
  from month m
  cross join lateral (
    select jsonb_build_object(
      'cash_in', round(coalesce(sum(e.amount) filter (where e.type = 'inflow'), 0), 2)::text,
      'cash_out', round(coalesce(sum(e.amount) filter (where e.type = 'outflow'), 0), 2)::text) as sums
    from public.cash_flow_entries e
    where e.organization_id = p_organization_id and e.entry_date between m.begins and m.ends
      -- No movement: burn would take it for income.
      and e.source <> 'opening_balance'
  ) cash
  cross join lateral (
    select jsonb_build_object(
      'revenue_subscriptions',
        round(coalesce(sum(i.amount) filter (where i.subscription_id is not null), 0), 2)::text,
      'revenue_services',
        round(coalesce(sum(i.amount) filter (where i.subscription_id is null), 0), 2)::text) as sums
    from public.invoices i
    where i.organization_id = p_organization_id and i.status in ('sent', 'paid')
      and i.issue_date between m.begins and m.ends
  ) revenue
  cross join lateral (
    select jsonb_build_object(
      'expenses', coalesce(
        jsonb_object_agg(c.category, round(c.approved, 2)::text) filter (where c.approved > 0), '{}'),
      'cost_of_revenue', round(coalesce(sum(c.cost_of_revenue), 0), 2)::text,
      'unapproved', round(coalesce(sum(c.unapproved), 0), 2)::text) as sums
    from (
      select
        e.category,
        coalesce(sum(e.amount) filter (where e.approved_at is not null), 0) as approved,
        coalesce(sum(e.amount) filter (where e.approved_at is not null and e.cost_of_revenue), 0)
          as cost_of_revenue,
        coalesce(sum(e.amount) filter (where e.approved_at is null), 0) as unapproved
      from public.expenses e
      where e.organization_id = p_organization_id and e.expense_date between m.begins and m.ends
      group by e.category
    ) c
  ) spent
$$;
comment on function private.finance_months_at(uuid, date, integer) is
  'Cash, revenue and approved expenses of the last months up to a day, oldest first, over the rows the caller may see.';

create function private.finance_outlook_at(p_organization_id uuid, p_as_of date) returns jsonb
language sql stable
set search_path = ''
as $$
  with month as (
    -- The rest of this month and the three after it.
    select
      greatest(m.begins::date, p_as_of + 1) as begins, (m.begins + interval '1 month')::date - 1 as ends
    from generate_series(
      date_trunc('month', p_as_of::timestamp), date_trunc('month', p_as_of::timestamp) + interval '3 months',
      interval '1 month') as m (begins)
  )
  select jsonb_build_object(
    -- For the mean of recurring expenses.
    'recurring_paid_3_months', (
      select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
      where e.organization_id = p_organization_id and e.recurring_frequency is not null
        and e.paid_on >= (date_trunc('month', p_as_of::timestamp) - interval '3 months')::date
        and e.paid_on < date_trunc('month', p_as_of::timestamp)::date
    ),
    'months', jsonb_agg(jsonb_build_object(
      'from', m.begins,
      'to', m.ends,
      'due', (
        select round(coalesce(sum(i.balance), 0), 2)::text from public.invoices i
        where i.organization_id = p_organization_id and i.status = 'sent'
          and i.due_date between m.begins and m.ends
      ),
      'renewals', (
        select round(coalesce(sum(s.amount), 0), 2)::text from public.subscriptions s
        where s.organization_id = p_organization_id and s.renewal_date between m.begins and m.ends
          and s.activated_on <= p_as_of and (s.ended_on is null or p_as_of < s.ended_on)
          and not exists (
            select from public.invoices i
            where i.subscription_id = s.id and i.status <> 'cancelled'
              and i.issue_date between date_trunc('month', m.ends::timestamp)::date and m.ends
          )
      ),
      'unpaid_expenses', (
        select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
        where e.organization_id = p_organization_id and e.approved_at is not null and e.paid_on is null
          and e.expense_date between m.begins and m.ends
      ),
      'recurring_entered', (
        select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
        where e.organization_id = p_organization_id and e.recurring_frequency is not null
          and e.expense_date between date_trunc('month', m.ends::timestamp)::date and m.ends
      )) order by m.begins))
  from month m
$$;
comment on function private.finance_outlook_at(uuid, date) is
  'What is known of the months to come, over the rows the caller may see.';

create function private.finance_inputs_at(p_organization_id uuid, p_as_of date, p_months integer)
returns jsonb
language sql stable
set search_path = ''
as $$
  with scope as (
    select s.*
    from public.organizations o,
      private.finance_scopes(p_as_of, o.fiscal_year_start_month) s
    where o.id = p_organization_id
  ),
  -- Month ends of the line, and for each scope where it and the one before begin and end.
  day as (
    select p_as_of as day
    union select (p_as_of - interval '12 months')::date
    union select (date_trunc('month', p_as_of::timestamp) - make_interval(months => n))::date - 1
      from generate_series(0, p_months - 2) as n
    union select s.from_day - 1 from scope s
    union select s.previous_to from scope s
    union select s.previous_from - 1 from scope s
  )
  select jsonb_build_object(
    'as_of', p_as_of,
    'recurring', private.finance_recurring_at(
      p_organization_id, p_as_of, (select array_agg(d.day order by d.day) from day d)),
    'receivables', private.finance_receivables_at(p_organization_id, p_as_of),
    'scopes', (
      select jsonb_object_agg(s.scope, jsonb_build_object(
        'from', s.from_day, 'to', p_as_of,
        'previous_from', s.previous_from, 'previous_to', s.previous_to,
        'billed', private.billed(p_organization_id, s.from_day, p_as_of),
        'previous_billed', private.billed(p_organization_id, s.previous_from, s.previous_to),
        'collected', private.collected(p_organization_id, s.from_day, p_as_of),
        'previous_collected', private.collected(p_organization_id, s.previous_from, s.previous_to),
        'previous_cash', private.cash(p_organization_id, s.previous_to)))
      from scope s
    ),
    'cash', jsonb_build_object(
      'balance', private.cash(p_organization_id, p_as_of),
      'first_entry_on', (
        select min(e.entry_date) from public.cash_flow_entries e where e.organization_id = p_organization_id
      )),
    'months', private.finance_months_at(p_organization_id, p_as_of, p_months),
    'outlook', private.finance_outlook_at(p_organization_id, p_as_of))
$$;
comment on function private.finance_inputs_at(uuid, date, integer) is
  'The answer of finance_inputs for one organization on a day.';

create function public.finance_inputs(
  p_as_of date default null, p_months integer default 13, p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(coalesce(p_as_of, '2000-01-01') between '1900-01-01' and '2999-12-31', 'p_as_of');
  perform private.require(p_months between 1 and 60, 'p_months');
  return private.finance_inputs_at(chosen, coalesce(p_as_of, private.organization_today(chosen)), p_months);
end
$$;
comment on function public.finance_inputs(date, integer, uuid) is
  'Sums for the finance figures on a day (null = today): recurring revenue per client on the days that the figures need, receivables, billed and collected per scope, cash, months, outlook. Money as text. Director and Admin; a SuperAdmin may name an organization.';

revoke execute on function
  private.finance_scopes(date, integer),
  private.finance_recurring_at(uuid, date, date[]),
  private.finance_receivables_at(uuid, date),
  private.billed(uuid, date, date),
  private.collected(uuid, date, date),
  private.cash(uuid, date),
  private.finance_months_at(uuid, date, integer),
  private.finance_outlook_at(uuid, date),
  private.finance_inputs_at(uuid, date, integer)
from public, anon;
-- They run as the caller, so the policies decide what is summed.
grant execute on function
  private.finance_scopes(date, integer),
  private.finance_recurring_at(uuid, date, date[]),
  private.finance_receivables_at(uuid, date),
  private.billed(uuid, date, date),
  private.collected(uuid, date, date),
  private.cash(uuid, date),
  private.finance_months_at(uuid, date, integer),
  private.finance_outlook_at(uuid, date),
  private.finance_inputs_at(uuid, date, integer)
to authenticated, service_role;
revoke execute on function public.finance_inputs(date, integer, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.finance_inputs(date, integer, uuid) to authenticated;
