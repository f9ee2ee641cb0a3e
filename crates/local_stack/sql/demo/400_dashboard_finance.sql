-- The figures of the overview on each of the last 90 days (of B the last 7), as the
-- worker would have kept them: computed from what was there when the day began,
-- in the scope of the quarter. Formulas are those of metrics.md.
--
-- Money is text, a ratio is basis points, a figure that cannot be computed says why.

create temporary table demo_day on commit drop as
select
  o.id as organization_id, l.letter, o.quarterly_target, d.day,
  private.fiscal_quarter_start(d.day, o.fiscal_year_start_month) as quarter_start,
  d.day::timestamp at time zone o.time_zone as begins
from (values ('A', 89), ('B', 6)) as l (letter, back)
join public.organizations o on o.id = pg_temp.demo_org(l.letter)
cross join lateral (select pg_temp.demo_day() - n as day from generate_series(0, l.back) n) d;

create or replace function pg_temp.demo_money(p_amount numeric) returns jsonb
language sql immutable
as $$
  select to_jsonb(round(coalesce(p_amount, 0), 2)::text)
$$;

create or replace function pg_temp.demo_unavailable(p_reason text) returns jsonb
language sql immutable
as $$
  select jsonb_build_object('unavailable', p_reason)
$$;

-- round() of numeric goes half away from zero.
create or replace function pg_temp.demo_ratio(p_part numeric, p_whole numeric, p_reason text) returns jsonb
language sql immutable
as $$
  select case when p_whole <> 0 then to_jsonb(round(10000 * p_part / p_whole)::integer)
    else pg_temp.demo_unavailable(p_reason) end
$$;

create or replace function pg_temp.demo_snapshot(p_day demo_day, p_kind text, p_metrics jsonb) returns void
language sql volatile
as $$
  insert into public.dashboard_snapshots
    (id, organization_id, kind, time_scope, snapshot_date, metrics, computed_at, expires_at, created_at)
  values (
    -- Counted back, so that ids do not depend on the calendar.
    pg_temp.demo_id('dashboard_snapshots', concat_ws(':', p_day.letter, p_kind, pg_temp.demo_day() - p_day.day)),
    p_day.organization_id, p_kind, 'qtd', p_day.day, p_metrics, p_day.begins, p_day.begins + interval '36 hours',
    p_day.begins)
$$;

-- Recurring revenue of each client on the day, before the quarter and a year ago.
create temporary table demo_recurring on commit drop as
select
  d.organization_id, d.day, s.client_id,
  coalesce(sum(s.mrr) filter (where s.activated_on <= d.day and (s.ended_on is null or d.day < s.ended_on)), 0) as mrr,
  coalesce(sum(s.arr) filter (where s.activated_on <= d.day and (s.ended_on is null or d.day < s.ended_on)), 0) as arr,
  coalesce(sum(s.mrr) filter (
    where s.activated_on < d.quarter_start and (s.ended_on is null or d.quarter_start - 1 < s.ended_on)), 0) as mrr_before,
  coalesce(sum(s.mrr) filter (
    where s.activated_on <= year_ago.day and (s.ended_on is null or year_ago.day < s.ended_on)), 0) as mrr_year_ago,
  -- The day of the last change tells since when a payment is late.
  coalesce(sum(s.mrr) filter (where s.status = 'past_due' and s.updated_at <= d.begins), 0) as mrr_past_due,
  min(s.activated_on) as first_counted_on
from demo_day d
join public.subscriptions s on s.organization_id = d.organization_id
cross join lateral (select (d.day - interval '12 months')::date as day) year_ago
group by d.organization_id, d.day, d.begins, s.client_id;

with recurring as (
  select
    r.organization_id, r.day,
    sum(r.mrr) as mrr, sum(r.arr) as arr, sum(r.mrr_past_due) as past_due,
    sum(r.mrr) filter (where r.mrr_before = 0 and r.first_counted_on >= d.quarter_start) as new,
    sum(r.mrr) filter (where r.mrr_before = 0 and r.first_counted_on < d.quarter_start) as reactivation,
    sum(r.mrr - r.mrr_before) filter (where r.mrr > r.mrr_before and r.mrr_before > 0) as expansion,
    sum(r.mrr_before - r.mrr) filter (where r.mrr < r.mrr_before and r.mrr > 0) as contraction,
    sum(r.mrr_before) filter (where r.mrr = 0) as churn,
    sum(r.mrr - r.mrr_before) as net_new,
    count(*) filter (where r.mrr_before > 0) as clients_before,
    count(*) filter (where r.mrr_before > 0 and r.mrr = 0) as clients_lost,
    sum(r.mrr_year_ago) as cohort,
    sum(r.mrr) filter (where r.mrr_year_ago > 0) as cohort_now,
    sum(least(r.mrr, r.mrr_year_ago)) as cohort_kept
  from demo_recurring r
  join demo_day d using (organization_id, day)
  group by r.organization_id, r.day
),
invoice as (
  select
    d.organization_id, d.day, d.quarter_start, i.due_date, i.issue_date, i.amount, i.total,
    i.total - (
      select coalesce(sum(p.amount), 0) from public.invoice_payments p
      where p.invoice_id = i.id and p.created_at <= d.begins
    ) as balance
  from demo_day d
  join public.invoices i on i.organization_id = d.organization_id
    and i.sent_at <= d.begins and (i.cancelled_at is null or i.cancelled_at > d.begins)
),
billing as (
  select
    i.organization_id, i.day,
    sum(i.balance) as ar,
    sum(i.balance) filter (where i.due_date < i.day) as overdue,
    jsonb_build_object(
      'current', pg_temp.demo_money(sum(i.balance) filter (where i.day - i.due_date <= 0)),
      'days_1_30', pg_temp.demo_money(sum(i.balance) filter (where i.day - i.due_date between 1 and 30)),
      'days_31_60', pg_temp.demo_money(sum(i.balance) filter (where i.day - i.due_date between 31 and 60)),
      'days_61_90', pg_temp.demo_money(sum(i.balance) filter (where i.day - i.due_date between 61 and 90)),
      'days_91', pg_temp.demo_money(sum(i.balance) filter (where i.day - i.due_date >= 91))) as aging,
    sum(i.total) filter (where i.issue_date > i.day - 90) as billed_90_days,
    sum(i.total) filter (where i.issue_date >= i.quarter_start) as billed,
    sum(i.amount) filter (where i.issue_date >= i.quarter_start) as revenue
  from invoice i
  group by i.organization_id, i.day
),
-- Rows entered by then, over their windows.
money as (
  select
    d.organization_id, d.day,
    (
      select sum(p.amount) from public.invoice_payments p
      where p.organization_id = d.organization_id and p.created_at <= d.begins and p.received_on >= d.quarter_start
    ) as collected,
    (
      select sum(case c.type when 'inflow' then c.amount else -c.amount end) from public.cash_flow_entries c
      where c.organization_id = d.organization_id and c.created_at <= d.begins
    ) as cash,
    (
      select sum(case c.type when 'inflow' then -c.amount else c.amount end) from public.cash_flow_entries c
      where c.organization_id = d.organization_id and c.source <> 'opening_balance'
        and c.entry_date >= months.first_day and c.entry_date < months.last_day
    ) as burned,
    months.first_day < (
      select min(c.entry_date) from public.cash_flow_entries c where c.organization_id = d.organization_id
    ) as short_history,
    e.expenses, e.cost_of_revenue
  from demo_day d
  cross join lateral (
    select
      (date_trunc('month', d.day::timestamp) - interval '3 months')::date as first_day,
      date_trunc('month', d.day::timestamp)::date as last_day
  ) months
  cross join lateral (
    select coalesce(sum(e.amount), 0) as expenses,
      coalesce(sum(e.amount) filter (where e.cost_of_revenue), 0) as cost_of_revenue
    from public.expenses e
    where e.organization_id = d.organization_id and e.approved_at <= d.begins
      and e.expense_date between d.quarter_start and d.day
  ) e
)
select pg_temp.demo_snapshot(d, 'finance', jsonb_build_object(
  'mrr', pg_temp.demo_money(r.mrr), 'arr', pg_temp.demo_money(r.arr), 'mrr_past_due', pg_temp.demo_money(r.past_due),
  'mrr_new', pg_temp.demo_money(r.new), 'mrr_reactivation', pg_temp.demo_money(r.reactivation),
  'mrr_expansion', pg_temp.demo_money(r.expansion), 'mrr_contraction', pg_temp.demo_money(r.contraction),
  'mrr_churn', pg_temp.demo_money(r.churn), 'mrr_net_new', pg_temp.demo_money(r.net_new),
  'nrr', pg_temp.demo_ratio(r.cohort_now, r.cohort, 'no_cohort'),
  'grr', pg_temp.demo_ratio(r.cohort_kept, r.cohort, 'no_cohort'),
  'logo_churn', pg_temp.demo_ratio(r.clients_lost, r.clients_before, 'no_cohort'),
  'cash', pg_temp.demo_money(m.cash),
  'net_burn', case when m.short_history then pg_temp.demo_unavailable('insufficient_history')
    else pg_temp.demo_money(greatest(0, m.burned / 3)) end,
  -- Cut off, so that it never overstates.
  'runway', case when m.short_history then pg_temp.demo_unavailable('insufficient_history')
    when m.burned <= 0 then '"not_burning"' else to_jsonb(trunc(greatest(0, m.cash) * 3 / m.burned, 1)) end,
  'ar', pg_temp.demo_money(b.ar), 'ar_overdue', pg_temp.demo_money(b.overdue), 'aging', b.aging,
  'dso', case when b.billed_90_days > 0 then to_jsonb(round(b.ar * 90 / b.billed_90_days, 1))
    else pg_temp.demo_unavailable('zero_denominator') end,
  'billed', pg_temp.demo_money(b.billed), 'collected', pg_temp.demo_money(m.collected),
  'revenue', pg_temp.demo_money(b.revenue),
  'gross_margin', pg_temp.demo_ratio(b.revenue - m.cost_of_revenue, b.revenue, 'zero_denominator'),
  'net_margin', pg_temp.demo_ratio(b.revenue - m.expenses, b.revenue, 'zero_denominator')))
from demo_day d
join recurring r using (organization_id, day)
join billing b using (organization_id, day)
join money m using (organization_id, day);
