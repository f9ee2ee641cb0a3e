-- The figures: that they agree with each other on any day (D1 to D8), and with the
-- expected ones (demo-data.md, section 8).

-- What the summing functions say about A on the day.
create temporary table demo_figures on commit drop as
select
  i.inputs, i.inputs -> 'receivables' as receivables, i.inputs #> '{scopes,qtd}' as qtd,
  private.clients_summary_at(pg_temp.demo_org('A'), pg_temp.demo_day()) as summary,
  f.metrics as finance, p.metrics as pipeline, c.metrics as portfolio
from (select private.finance_inputs_at(pg_temp.demo_org('A'), pg_temp.demo_day(), 7) as inputs) i
join public.dashboard_snapshots f on f.id = pg_temp.demo_id('dashboard_snapshots', 'A:finance:0')
join public.dashboard_snapshots p on p.id = pg_temp.demo_id('dashboard_snapshots', 'A:pipeline:0')
join public.dashboard_snapshots c on c.id = pg_temp.demo_id('dashboard_snapshots', 'A:portfolio:0');

do $agree$
declare
  a constant uuid := pg_temp.demo_org('A');
  l constant date := pg_temp.demo_day();
  f constant demo_figures := (select x from demo_figures x);
  mrr constant numeric := f.finance ->> 'mrr';
begin
  -- D1, D6 and D7.
  perform pg_temp.demo_expect('clients whose recurring revenue differs', (
    select count(*) from public.clients c
    left join public.finance x on x.client_id = c.id
    cross join lateral (
      select coalesce(sum(s.mrr), 0) as mrr, coalesce(sum(s.arr), 0) as arr from public.subscriptions s
      where s.client_id = c.id and s.activated_on <= l and (s.ended_on is null or l < s.ended_on)) s
    where coalesce(x.mrr, 0) <> s.mrr or coalesce(c.arr, 0) <> s.arr), 0::bigint);
  -- The view knows no other day than the one it is asked on.
  perform pg_temp.demo_expect('clients whose line differs', (
    select count(*) from public.vw_client_overview v
    join public.organizations o on o.id = v.organization_id
    left join public.finance x on x.client_id = v.client_id
    where l = (now() at time zone o.time_zone)::date
      and (v.mrr, v.ar_outstanding) is distinct from (coalesce(x.mrr, 0), coalesce(x.ar_outstanding, 0))), 0::bigint);
  perform pg_temp.demo_expect('recurring revenue of all clients', (
    select sum(x.mrr) from public.finance x where x.organization_id = a), mrr);
  perform pg_temp.demo_expect('recurring revenue by arrangement', (
    select sum(x.monthly_fee + coalesce(x.client_reported_mrr * x.revenue_share_pct / 100, 0))
    from public.finance x join public.clients c on c.id = x.client_id
    where x.organization_id = a and c.status = 'active'), mrr);

  -- D2.
  perform pg_temp.demo_expect('receivables of all clients', (
    select sum(x.ar_outstanding) from public.finance x where x.organization_id = a), (f.receivables ->> 'ar')::numeric);
  perform pg_temp.demo_expect('receivables by age', (
    select sum(b.value::numeric) from jsonb_each_text(f.receivables -> 'aging') b), (f.receivables ->> 'ar')::numeric);

  -- D3 and D4.
  perform pg_temp.demo_expect('cash by month', (
    select 460000 + sum((m ->> 'cash_in')::numeric - (m ->> 'cash_out')::numeric)
    from jsonb_array_elements(f.inputs -> 'months') m), (f.inputs #>> '{cash,balance}')::numeric);
  perform pg_temp.demo_expect('months whose profit and loss differs', (
    select count(*) from jsonb_array_elements(f.inputs -> 'months') m
    cross join lateral (select (m ->> 'month')::date as begins) d
    where (m ->> 'revenue_subscriptions')::numeric + (m ->> 'revenue_services')::numeric <> (
        select coalesce(sum(i.amount), 0) from public.invoices i
        where i.organization_id = a and i.status in ('sent', 'paid')
          and i.issue_date >= d.begins and i.issue_date < d.begins + interval '1 month')
      or (select coalesce(sum(e.value::numeric), 0) from jsonb_each_text(m -> 'expenses') e) <> (
        select coalesce(sum(e.amount), 0) from public.expenses e
        where e.organization_id = a and e.approved_at is not null
          and e.expense_date >= d.begins and e.expense_date < d.begins + interval '1 month')), 0::bigint);
  perform pg_temp.demo_expect('expenses of all months', (
    select sum(e.value::numeric) from jsonb_array_elements(f.inputs -> 'months') m, jsonb_each_text(m -> 'expenses') e),
    (select sum(e.amount) from public.expenses e where e.organization_id = a and e.approved_at is not null));

  -- D8: the snapshot of the day, made from history, against sums over the rows.
  perform pg_temp.demo_expect('snapshot of receivables', f.finance - array['mrr', 'arr', 'mrr_past_due', 'dso', 'mrr_new',
      'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn', 'mrr_net_new', 'nrr', 'grr', 'logo_churn',
      'net_burn', 'runway', 'revenue', 'gross_margin', 'net_margin'],
    jsonb_build_object('ar', f.receivables -> 'ar', 'ar_overdue', f.receivables -> 'overdue',
      'aging', f.receivables -> 'aging', 'billed', f.qtd -> 'billed', 'collected', f.qtd -> 'collected',
      'cash', f.inputs #> '{cash,balance}'));
  perform pg_temp.demo_expect('snapshot of the late part', f.finance ->> 'mrr_past_due',
    f.inputs #>> '{recurring,past_due}');
  perform pg_temp.demo_expect('snapshot of movements', (f.finance ->> 'mrr_new')::numeric
      + (f.finance ->> 'mrr_reactivation')::numeric + (f.finance ->> 'mrr_expansion')::numeric
      - (f.finance ->> 'mrr_contraction')::numeric - (f.finance ->> 'mrr_churn')::numeric,
    (f.finance ->> 'mrr_net_new')::numeric);
  perform pg_temp.demo_expect('snapshot of the pipeline',
    jsonb_build_object('open_count', f.pipeline -> 'open_count', 'open_value', f.pipeline -> 'open_value',
      'open_weighted', f.pipeline -> 'open_weighted'),
    (select jsonb_build_object('open_count', v.all_opportunity_count, 'open_value', v.all_total_value::text,
        'open_weighted', v.all_weighted_value::text)
      from public.vw_pipeline_forecast v where v.organization_id = a and v.stage = 'Prospect'));
  perform pg_temp.demo_expect('snapshot of winning', f.pipeline ->> 'won', (
    select round(coalesce(sum(o.amount), 0), 2)::text from public.opportunities o
    where o.organization_id = a and o.stage = 'ClosedWon'
      and (o.closed_at at time zone 'America/New_York')::date >= private.fiscal_quarter_start(l, 1)));
  perform pg_temp.demo_expect('snapshot of the portfolio', f.portfolio - array['projects_active', 'projects_by_health',
      'projects_overdue', 'budget_use', 'price_realisation'],
    jsonb_build_object(
      'active_clients', f.summary -> 'active', 'trs', f.summary -> 'portfolio_trs',
      'average_health', f.summary -> 'average_health', 'unscored', f.summary -> 'unscored',
      'health_bands', jsonb_build_object('healthy', f.summary -> 'health_healthy', 'watch', f.summary -> 'health_watch',
        'critical', f.summary -> 'health_critical', 'unscored', f.summary -> 'unscored'),
      'watch', f.summary -> 'churn_watch', 'at_risk', f.summary -> 'churn_at_risk',
      'critical', f.summary -> 'churn_critical', 'arr_at_risk', f.summary -> 'arr_at_risk',
      'qbr_overdue', f.summary -> 'qbr_overdue', 'qbr_30', f.summary -> 'qbr_30', 'qbr_60', f.summary -> 'qbr_60',
      'qbr_90', f.summary -> 'qbr_90'));
  perform pg_temp.demo_expect('snapshot of delivery', f.portfolio -> 'projects_by_health', (
    select jsonb_object_agg(x.health, x.n) from (
      select p.health, count(*) as n from public.projects p
      where p.organization_id = a and p.status = 'active' group by 1) x));
end
$agree$;

-- On any day, since nothing in them depends on the calendar.
do $always$
declare
  f constant demo_figures := (select x from demo_figures x);
begin
  perform pg_temp.demo_expect('revenue and receivables',
    (select jsonb_object_agg(e.key, e.value) from jsonb_each(f.finance) e
      where e.key in ('mrr', 'arr', 'mrr_past_due', 'ar', 'ar_overdue', 'aging', 'dso')),
    '{"mrr": "63650.00", "arr": "763800.00", "mrr_past_due": "3400.00", "ar": "110812.00", "ar_overdue": "17412.00",
      "aging": {"current": "93400.00", "days_1_30": "6396.00", "days_31_60": "11016.00", "days_61_90": "0.00",
        "days_91": "0.00"},
      "dso": 36.6}'::jsonb);
  perform pg_temp.demo_expect('billed in 90 days', f.receivables ->> 'billed_90_days', '272808.00');
  perform pg_temp.demo_expect('collected in a week', f.inputs #>> '{scopes,7d,collected}', '23000.00');
  perform pg_temp.demo_expect('pipeline by stage', (
    select jsonb_object_agg(v.stage, jsonb_build_array(v.opportunity_count, v.total_value, v.weighted_value))
    from public.vw_pipeline_forecast v where v.organization_id = pg_temp.demo_org('A')),
    '{"Prospect": [3, 69000.00, 6900.00], "Qualify": [3, 113500.00, 28375.00],
      "Proposal": [4, 259000.00, 135600.00], "Negotiation": [3, 358000.00, 268500.00]}'::jsonb);
  perform pg_temp.demo_expect('open pipeline',
    jsonb_build_array(f.pipeline -> 'open_count', f.pipeline -> 'open_value', f.pipeline -> 'open_weighted'),
    '[13, "799500.00", "439375.00"]'::jsonb);
  perform pg_temp.demo_expect('undated', (
    select array_agg(o.amount) from public.opportunities o
    where o.organization_id = pg_temp.demo_org('A') and o.closed_at is null and o.expected_close_date is null),
    array[18000.00]);
  perform pg_temp.demo_expect('won and closed in 365 days, and how long winning took', (
    select jsonb_build_array(count(*) filter (where o.stage = 'ClosedWon'), count(*),
      array_agg(extract(day from o.closed_at - o.created_at) order by o.name) filter (where o.stage = 'ClosedWon'),
      percentile_cont(0.5) within group (order by extract(day from o.closed_at - o.created_at))
        filter (where o.stage = 'ClosedWon'))
    from public.opportunities o
    where o.organization_id = pg_temp.demo_org('A')
      and (o.closed_at at time zone 'America/New_York')::date > pg_temp.demo_day() - 365),
    '[5, 9, [42, 30, 33, 38, 29], 33]'::jsonb);
  perform pg_temp.demo_expect('alerts about opportunities', (
    select jsonb_object_agg(x.alert, x.codes) from (
      select x.type || ' ' || x.severity as alert, jsonb_agg(o.code order by o.code) as codes
      from demo_alert x join demo_opportunity o on o.id = x.entity_id
      where x.organization_id = pg_temp.demo_org('A') and x.day = pg_temp.demo_day()
      group by 1) x),
    '{"stalled warning": ["O3", "O7"], "stalled critical": ["O4"], "expiring critical": ["O1", "O5"],
      "expiring warning": ["O9"], "overdue critical": ["O7", "O8"]}'::jsonb);
  perform pg_temp.demo_expect('accounts at risk', (
    select array_agg(c.name order by c.name) from public.clients c
    where c.organization_id = pg_temp.demo_org('A') and c.status = 'active' and c.churn_risk >= 15),
    array['Glassmere Hotels', 'Hollowpine Energy', 'Ironlark Tools']);
  perform pg_temp.demo_expect('delivery',
    jsonb_build_array(
      f.portfolio -> 'projects_active', f.portfolio -> 'projects_overdue', f.portfolio -> 'projects_by_health'),
    '[6, 1, {"green": 4, "yellow": 1, "red": 1}]'::jsonb);
  perform pg_temp.demo_expect('organization B', (
    select jsonb_build_array(x.finance -> 'mrr', x.finance -> 'arr', x.finance -> 'ar', x.pipeline -> 'open_value',
      x.pipeline -> 'open_weighted', x.pipeline -> 'coverage')
    from (
      select
        (select s.metrics from public.dashboard_snapshots s where s.id = pg_temp.demo_id('dashboard_snapshots', 'B:finance:0')) as finance,
        (select s.metrics from public.dashboard_snapshots s where s.id = pg_temp.demo_id('dashboard_snapshots', 'B:pipeline:0')) as pipeline
    ) x),
    '["3800.00", "45600.00", "6000.00", "10000.00", "2500.00", {"unavailable": "no_target"}]'::jsonb);
end
$always$;

-- Where quarters and months begin decides the rest: expected for one day.
do $that_day$
declare
  f constant demo_figures := (select x from demo_figures x);
begin
  if pg_temp.demo_day() <> '2026-05-20' then
    return;
  end if;
  perform pg_temp.demo_expect('movements of the quarter and retention', (
    select jsonb_object_agg(e.key, e.value) from jsonb_each(f.finance) e
    where e.key in ('mrr_new', 'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn', 'mrr_net_new',
      'nrr', 'grr')),
    '{"mrr_new": "0.00", "mrr_reactivation": "0.00", "mrr_expansion": "1250.00", "mrr_contraction": "0.00",
      "mrr_churn": "2400.00", "mrr_net_new": "-1150.00", "nrr": 9460, "grr": 9119}'::jsonb);
  -- The other windows of vector V7, by client: what was there before, what is now.
  perform pg_temp.demo_expect('movements of the month and the year', (
    select jsonb_agg(jsonb_build_array(w.name, w.before, w.new, w.expansion, w.contraction, w.churn) order by w.name)
    from (
      select x.name,
        sum(x.before) as before, sum(x.now) filter (where x.before = 0) as new,
        sum(x.now - x.before) filter (where x.now > x.before and x.before > 0) as expansion,
        sum(x.before - x.now) filter (where x.now < x.before and x.now > 0) as contraction,
        sum(x.before) filter (where x.now = 0) as churn
      from (
        select d.name, s.client_id,
          coalesce(sum(s.mrr) filter (
            where s.activated_on <= d.day and (s.ended_on is null or d.day < s.ended_on)), 0) as before,
          coalesce(sum(s.mrr) filter (
            where s.activated_on <= '2026-05-20' and (s.ended_on is null or '2026-05-20' < s.ended_on)), 0) as now
        from (values ('mtd', date '2026-04-30'), ('ytd', '2025-12-31')) as d (name, day)
        join public.subscriptions s on s.organization_id = pg_temp.demo_org('A')
        group by d.name, s.client_id
      ) x
      where x.before + x.now > 0
      group by x.name
    ) w),
    '[["mtd", 63650.00, null, null, null, null], ["ytd", 49300.00, 16250.00, 1200.00, 700.00, 2400.00]]'::jsonb);
  perform pg_temp.demo_expect('cash',
    jsonb_build_array(f.finance -> 'cash', f.finance -> 'net_burn', f.finance -> 'runway', f.finance -> 'collected',
      f.inputs #> '{scopes,mtd,collected}'),
    '["367570.00", "21243.33", 17.3, "139964.00", "23000.00"]'::jsonb);
  perform pg_temp.demo_expect('flows of the last three full months', (
    select jsonb_agg((m ->> 'cash_in')::numeric - (m ->> 'cash_out')::numeric order by m ->> 'month')
    from jsonb_array_elements(f.inputs -> 'months') m where m ->> 'month' between '2026-02-01' and '2026-04-01'),
    '[-59036.00, -49968.00, 45274.00]'::jsonb);
  perform pg_temp.demo_expect('profit and loss of March and April', (
    select jsonb_agg(jsonb_build_array(
      (m ->> 'revenue_subscriptions')::numeric + (m ->> 'revenue_services')::numeric,
      (select sum(e.value::numeric) from jsonb_each_text(m -> 'expenses') e)) order by m ->> 'month')
    from jsonb_array_elements(f.inputs -> 'months') m where m ->> 'month' in ('2026-03-01', '2026-04-01')),
    '[[118500.00, 77200.00], [32700.00, 76400.00]]'::jsonb);
  perform pg_temp.demo_expect('the period', (
    select jsonb_build_array(count(*), sum(o.amount)) from public.opportunities o
    where o.organization_id = pg_temp.demo_org('A') and o.closed_at is null and o.expected_close_date <= '2026-06-30'),
    '[10, 730500.00]'::jsonb);
  -- Attainment 82.89 %.
  perform pg_temp.demo_expect('forecast', f.pipeline - array['open_count', 'open_value', 'open_weighted'],
    '{"won": "15000.00", "commit": "373000.00", "variance": "-77000.00", "upside": "568000.00", "best": "745500.00",
      "coverage": 16233, "win_rate": 3333, "sales_cycle_days": 30.0,
      "alerts": {"stalled": {"warning": 2, "critical": 1}, "expiring": {"warning": 1, "critical": 2},
        "overdue": {"critical": 2}, "coverage": {"warning": 1}, "variance": {"warning": 1}}}'::jsonb);
end
$that_day$;
