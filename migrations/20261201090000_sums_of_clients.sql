-- Sums of some clients: of a segment, of an owner, or of both. Null stands for all of them, so that the whole organization
-- is counted without a list of its clients.

-- Made again below. Nobody calls them from outside.
-- squawk-ignore ban-drop-function
drop function
  private.finance_recurring_at(uuid, date, date[]),
  private.billed(uuid, date, date),
  private.finance_receivables_at(uuid, date),
  private.collected(uuid, date, date),
  private.clients_summary_at(uuid, date);

create function private.finance_recurring_at(
  p_organization_id uuid, p_as_of date, p_days date[], p_clients uuid[] default null
)
returns jsonb
language sql stable
set search_path = ''
as $$
  with subscription as (
    select s.* from public.subscriptions s
    where s.organization_id = p_organization_id
      and (p_clients is null or s.client_id in (select unnest(p_clients)))
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
comment on function private.finance_recurring_at(uuid, date, date[], uuid[]) is
  'Recurring revenue per client on each of the days (ascending), over the rows the caller may see, of these clients or (null) of all.';

create function private.billed(
  p_organization_id uuid, p_from date, p_to date, p_clients uuid[] default null
)
returns text
language sql stable
set search_path = ''
as $$
  select round(coalesce(sum(i.total), 0), 2)::text from public.invoices i
  where i.organization_id = p_organization_id and i.status in ('sent', 'paid')
    and i.issue_date between p_from and p_to
    and (p_clients is null or i.client_id in (select unnest(p_clients)))
$$;

create function private.finance_receivables_at(
  p_organization_id uuid, p_as_of date, p_clients uuid[] default null
)
returns jsonb
language sql stable
set search_path = ''
as $$
  with open as (
    select i.balance, i.due_date, p_as_of - i.due_date as days_past_due
    from public.invoices i
    where i.organization_id = p_organization_id and i.status = 'sent'
      and (p_clients is null or i.client_id in (select unnest(p_clients)))
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
    'billed_90_days', private.billed(p_organization_id, p_as_of - 89, p_as_of, p_clients))
  from sums s
$$;
comment on function private.finance_receivables_at(uuid, date, uuid[]) is
  'What sent invoices still owe, by days past due, over the rows the caller may see, of these clients or (null) of all.';

create function private.collected(
  p_organization_id uuid, p_from date, p_to date, p_clients uuid[] default null
)
returns text
language sql stable
set search_path = ''
as $$
  select round(coalesce(sum(p.amount), 0), 2)::text from public.invoice_payments p
  where p.organization_id = p_organization_id and p.reversed_at is null
    and p.received_on between p_from and p_to
    and (p_clients is null or p.invoice_id in (
      select i.id from public.invoices i
      where i.organization_id = p_organization_id and i.client_id in (select unnest(p_clients))))
$$;

create function private.clients_summary_at(
  p_organization_id uuid, p_as_of date, p_clients uuid[] default null
)
returns jsonb
language sql stable
set search_path = ''
as $$
  with fiscal as (
    select private.fiscal_quarter_start(p_as_of, o.fiscal_year_start_month) as quarter_start
    from public.organizations o
    where o.id = p_organization_id
  ),
  client as (
    select
      c.*,
      c.status = 'active' as is_active,
      -- Null for an undated review, so that the comparisons below leave it out.
      c.qbr_date - p_as_of as days_to_qbr
    from public.clients c
    where c.organization_id = p_organization_id
      and (p_clients is null or c.id in (select unnest(p_clients)))
  )
  select jsonb_build_object(
    'as_of', p_as_of,
    'total', count(*),
    'active', count(*) filter (where is_active),
    'onboarding', count(*) filter (where is_active and phase = 'Onboarding'),
    'unscored', count(*) filter (where is_active and health is null),
    -- round() of numeric goes half away from zero.
    'average_health', round(avg(health) filter (where is_active)),
    'portfolio_trs', round(avg(trs_score) filter (where is_active)),
    'health_healthy', count(*) filter (where is_active and health >= 70),
    'health_watch', count(*) filter (where is_active and health between 55 and 69),
    'health_critical', count(*) filter (where is_active and health < 55),
    'churn_watch', count(*) filter (where is_active and churn_risk between 10 and 14),
    'churn_at_risk', count(*) filter (where is_active and churn_risk >= 15),
    'churn_critical', count(*) filter (where is_active and churn_risk >= 25),
    'expansion', count(*) filter (where is_active and is_expansion),
    'churned_this_quarter', count(*) filter (
      where churned_on between (select quarter_start from fiscal) and p_as_of
    ),
    'qbr_overdue', count(*) filter (where is_active and days_to_qbr < 0),
    'qbr_30', count(*) filter (where is_active and days_to_qbr between 0 and 30),
    'qbr_60', count(*) filter (where is_active and days_to_qbr between 0 and 60),
    'qbr_90', count(*) filter (where is_active and days_to_qbr between 0 and 90),
    'qbr_undated', count(*) filter (where is_active and qbr_date is null),
    -- Text, so that no reader turns money into a float.
    'arr', round(coalesce(sum(arr) filter (where is_active), 0), 2)::text,
    'arr_at_risk', round(coalesce(sum(arr) filter (where is_active and churn_risk >= 15), 0), 2)::text
  )
  from client
$$;
comment on function private.clients_summary_at(uuid, date, uuid[]) is
  'Portfolio figures of one organization on a day, over the rows the caller may see, of these clients or (null) of all.';

revoke execute on function
  private.finance_recurring_at(uuid, date, date[], uuid[]),
  private.billed(uuid, date, date, uuid[]),
  private.finance_receivables_at(uuid, date, uuid[]),
  private.collected(uuid, date, date, uuid[]),
  private.clients_summary_at(uuid, date, uuid[])
from public, anon;
-- They run as the caller, so the policies decide what is counted.
grant execute on function
  private.finance_recurring_at(uuid, date, date[], uuid[]),
  private.billed(uuid, date, date, uuid[]),
  private.finance_receivables_at(uuid, date, uuid[]),
  private.collected(uuid, date, date, uuid[]),
  private.clients_summary_at(uuid, date, uuid[])
to authenticated, service_role;
