-- What the executive overview is computed from: sums and counts of one organization on a day, in one answer. The
-- formulas are the application's; nothing here divides or draws a line between good and bad.

create function private.overview_pipeline_at(p_organization_id uuid, p_as_of date, p_window jsonb)
returns jsonb
language sql stable
set search_path = ''
as $$
  with quarter as (
    select
      o.quarterly_target, o.time_zone, q.begins, (q.begins + interval '3 months')::date - 1 as ends
    from public.organizations o
    cross join lateral private.fiscal_quarter_start(p_as_of, o.fiscal_year_start_month) as q (begins)
    where o.id = p_organization_id
  ),
  open as (
    select
      w.amount, w.probability,
      case
        when w.expected_close_date is null then 'undated'
        when w.expected_close_date <= q.ends then 'period'
        else 'later'
      end as due,
      -- Further than the last day that raises an alert there is nothing to tell apart.
      least(greatest(0, p_as_of - (w.stage_changed_at at time zone q.time_zone)::date), 46) as days_in_stage,
      -- Undated ones stay so: greatest() would pass over the null.
      case when w.expected_close_date is not null
        then least(greatest(w.expected_close_date - p_as_of, -1), 15) end as days_to_close
    from public.opportunities w
    cross join quarter q
    where w.organization_id = p_organization_id and w.stage not in ('ClosedWon', 'ClosedLost')
  ),
  closed as (
    select
      w.stage = 'ClosedWon' as won, w.amount,
      (w.closed_at at time zone q.time_zone)::date as closed_on,
      greatest(0, extract(day from w.closed_at - w.created_at)::integer) as cycle_days
    from public.opportunities w
    cross join quarter q
    where w.organization_id = p_organization_id and w.stage in ('ClosedWon', 'ClosedLost')
  )
  select jsonb_build_object(
    'target', q.quarterly_target,
    'won', (
      select round(coalesce(sum(c.amount), 0), 2)::text from closed c
      where c.won and c.closed_on between q.begins and p_as_of
    ),
    'open', coalesce((
      select jsonb_agg(jsonb_build_object(
          'due', g.due, 'probability', g.probability, 'count', g.count, 'amount', g.amount)
        order by g.due, g.probability)
      from (
        select w.due, w.probability, count(*) as count, round(sum(w.amount), 2)::text as amount
        from open w group by w.due, w.probability
      ) g), '[]'),
    'in_stage', coalesce((
      select jsonb_agg(jsonb_build_object('days', g.days_in_stage, 'count', g.count) order by g.days_in_stage)
      from (select w.days_in_stage, count(*) as count from open w group by w.days_in_stage) g), '[]'),
    'to_close', coalesce((
      select jsonb_agg(jsonb_build_object('days', g.days_to_close, 'count', g.count) order by g.days_to_close)
      from (
        select w.days_to_close, count(*) as count from open w
        where w.days_to_close is not null group by w.days_to_close
      ) g), '[]'),
    'closed', (
      select jsonb_object_agg(p.name, s.sums)
      from (values
        ('now', (p_window ->> 'from')::date, (p_window ->> 'to')::date),
        ('before', (p_window ->> 'previous_from')::date, (p_window ->> 'previous_to')::date)
      ) as p (name, begins, ends)
      cross join lateral (
        select jsonb_build_object(
          'won', count(*) filter (where c.won),
          'lost', count(*) filter (where not c.won),
          'cycle_days', coalesce(jsonb_agg(c.cycle_days order by c.cycle_days) filter (where c.won), '[]')) as sums
        from closed c where c.closed_on between p.begins and p.ends
      ) s
    ))
  from quarter q
$$;
comment on function private.overview_pipeline_at(uuid, date, jsonb) is
  'Open opportunities by due date and probability, days that raise alerts, and what was closed in the window and before.';

create function private.overview_work_at(p_organization_id uuid, p_as_of date, p_window jsonb)
returns jsonb
language sql stable
set search_path = ''
as $$
  with period as (
    select * from (values
      ('now', (p_window ->> 'from')::date, (p_window ->> 'to')::date),
      ('before', (p_window ->> 'previous_from')::date, (p_window ->> 'previous_to')::date)
    ) as p (name, begins, ends)
  )
  select jsonb_build_object(
    'projects', (
      select jsonb_build_object(
        'total', count(*),
        'green', count(*) filter (where p.status = 'active' and p.health = 'green'),
        'yellow', count(*) filter (where p.status = 'active' and p.health = 'yellow'),
        'red', count(*) filter (where p.status = 'active' and p.health = 'red'),
        'overdue', count(*) filter (
          where p.status not in ('completed', 'cancelled') and p.due_on < p_as_of),
        'spent', round(coalesce(sum(p.spent) filter (where p.status = 'active' and p.budget > 0), 0), 2)::text,
        'budget', round(coalesce(sum(p.budget) filter (where p.status = 'active' and p.budget > 0), 0), 2)::text)
      from public.projects p where p.organization_id = p_organization_id
    ),
    'prices', (
      select jsonb_build_object(
        'list', round(coalesce(sum(m.price), 0), 2)::text,
        -- Hundredths of a percent of cents: whole numbers, so that nothing is rounded twice.
        'realised', round(coalesce(sum(m.price * 100 * (100 - m.discount_pct) * 100), 0))::text)
      from public.client_commercials m
      join public.clients c on c.id = m.client_id
      where m.organization_id = p_organization_id and c.status = 'active'
    ),
    'agent_runs', (
      select jsonb_object_agg(p.name, s.sums)
      from period p
      cross join lateral (
        select jsonb_build_object(
          'open', count(*) filter (where r.status in ('queued', 'running')),
          'succeeded', count(*) filter (where r.status = 'succeeded'),
          'failed', count(*) filter (where r.status = 'failed'),
          'cancelled', count(*) filter (where r.status = 'cancelled'),
          'flagged', count(*) filter (where cardinality(r.guardrail_violations) > 0)) as sums
        from public.agent_runs r
        join public.organizations o on o.id = r.organization_id
        where r.organization_id = p_organization_id
          and (r.created_at at time zone o.time_zone)::date between p.begins and p.ends
      ) s
    ),
    'focus', (
      select jsonb_object_agg(p.name, jsonb_build_object(
        'seconds', (
          select coalesce(sum(f.duration_seconds), 0) from public.focus_sessions f
          join public.daily_plans d on d.id = f.daily_plan_id
          where f.organization_id = p_organization_id and f.user_id = (select auth.uid())
            and f.status = 'completed' and d.plan_date between p.begins and p.ends
        ),
        'priorities', (
          select count(*) from public.priority_items i
          join public.daily_plans d on d.id = i.daily_plan_id
          where i.organization_id = p_organization_id and i.user_id = (select auth.uid())
            and d.plan_date between p.begins and p.ends
        ),
        'done', (
          select count(*) from public.priority_items i
          join public.daily_plans d on d.id = i.daily_plan_id
          where i.organization_id = p_organization_id and i.user_id = (select auth.uid())
            and i.status = 'done' and d.plan_date between p.begins and p.ends
        )))
      from period p
    ),
    'connections', (
      select jsonb_build_object(
        'connected', count(*) filter (where i.status = 'connected'),
        'degraded', count(*) filter (where i.status = 'degraded'),
        'needs_reauth', count(*) filter (where i.status = 'needs_reauth'),
        'disconnected', count(*) filter (where i.status = 'disconnected'),
        'oldest_sync', min(i.last_synced_at) filter (where i.status <> 'disconnected'))
      from public.integrations i where i.organization_id = p_organization_id
    ))
$$;
comment on function private.overview_work_at(uuid, date, jsonb) is
  'Projects, prices, agent runs, own focus and connections, over the rows the caller may see.';

create function private.overview_margin_at(p_organization_id uuid, p_window jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_object_agg(p.name, jsonb_build_object(
    'revenue', (
      select round(coalesce(sum(i.amount), 0), 2)::text from public.invoices i
      where i.organization_id = p_organization_id and i.status in ('sent', 'paid')
        and i.issue_date between p.begins and p.ends
    ),
    'spent', (
      select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
      where e.organization_id = p_organization_id and e.approved_at is not null
        and e.expense_date between p.begins and p.ends
    ),
    'cost_of_revenue', (
      select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
      where e.organization_id = p_organization_id and e.approved_at is not null and e.cost_of_revenue
        and e.expense_date between p.begins and p.ends
    )))
  from (values
    ('now', (p_window ->> 'from')::date, (p_window ->> 'to')::date),
    ('before', (p_window ->> 'previous_from')::date, (p_window ->> 'previous_to')::date)
  ) as p (name, begins, ends)
$$;
comment on function private.overview_margin_at(uuid, jsonb) is
  'Revenue net of tax and approved expenses of the window and of the one before, over the rows the caller may see.';

create function private.overview_news_at(p_organization_id uuid, p_as_of date, p_money boolean) returns jsonb
language sql stable
set search_path = ''
as $$
  with day as (
    select
      p_as_of - 1 as since,
      ((p_as_of - 1)::timestamp at time zone o.time_zone) as since_at,
      o.time_zone
    from public.organizations o where o.id = p_organization_id
  ),
  moved as (
    select h.to_stage, h.amount
    from public.opportunity_stage_history h
    cross join day d
    where h.organization_id = p_organization_id and h.from_stage is not null and h.changed_at >= d.since_at
  ),
  scored as (
    select
      h.client_id, h.trs_score,
      lag(h.trs_score) over (partition by h.client_id order by h.snapshot_date) as before,
      h.snapshot_date
    from public.client_health_history h
    join public.clients c on c.id = h.client_id
    where h.organization_id = p_organization_id and c.status = 'active'
      -- The score before may be older than any window of days.
      and h.snapshot_date >= p_as_of - 400
  ),
  news (place, what, count, amount) as (
    select 1, 'opportunities_won', count(*), sum(m.amount) from moved m where m.to_stage = 'ClosedWon'
    union all
    select 2, 'opportunities_lost', count(*), sum(m.amount) from moved m where m.to_stage = 'ClosedLost'
    union all
    select 3, 'opportunities_moved', count(*), sum(m.amount) from moved m
    where m.to_stage not in ('ClosedWon', 'ClosedLost')
    union all
    select 4, 'opportunities_added', count(*), sum(w.amount)
    from public.opportunities w cross join day d
    where w.organization_id = p_organization_id and w.created_at >= d.since_at
    union all
    select 5, 'clients_added', count(*), null
    from public.clients c cross join day d
    where c.organization_id = p_organization_id and c.created_at >= d.since_at and c.status <> 'prospect'
    union all
    select 6, 'clients_churned', count(*), sum(c.arr)
    from public.clients c cross join day d
    where c.organization_id = p_organization_id and c.churned_on between d.since and p_as_of
    union all
    select 7, 'scores_better', count(distinct s.client_id), null from scored s cross join day d
    where s.snapshot_date >= d.since and s.trs_score > s.before
    union all
    select 8, 'scores_worse', count(distinct s.client_id), null from scored s cross join day d
    where s.snapshot_date >= d.since and s.trs_score < s.before
    union all
    select 9, 'invoices_sent', count(*), sum(i.total)
    from public.invoices i cross join day d
    where i.organization_id = p_organization_id and i.sent_at >= d.since_at and p_money
    union all
    select 10, 'payments_received', count(*), sum(p.amount)
    from public.invoice_payments p cross join day d
    where p.organization_id = p_organization_id and p.reversed_at is null
      and p.received_on between d.since and p_as_of and p_money
    union all
    select 11, 'subscriptions_started', count(*), sum(s.mrr)
    from public.subscriptions s cross join day d
    where s.organization_id = p_organization_id and s.activated_on between d.since and p_as_of
      and p_money
    union all
    select 12, 'subscriptions_ended', count(*), sum(s.mrr)
    from public.subscriptions s cross join day d
    where s.organization_id = p_organization_id and s.ended_on between d.since and p_as_of
      and p_money
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'what', n.what, 'count', n.count, 'amount', round(n.amount, 2)::text) order by n.place), '[]')
  from news n where n.count > 0
$$;
comment on function private.overview_news_at(uuid, date, boolean) is
  'What happened since yesterday began, in the organization''s time zone: counts and sums, what did not happen left out; the organization''s money on request.';

create function private.overview_kept_at(p_organization_id uuid, p_kind text, p_day date) returns jsonb
language sql stable
set search_path = ''
as $$
  -- A snapshot of the day, or of one shortly before: an older one would compare with another time.
  select jsonb_build_object('snapshot_date', s.snapshot_date, 'metrics', s.metrics)
  from public.dashboard_snapshots s
  where s.organization_id = p_organization_id and s.kind = p_kind and s.segment_filter = '{}'
    and s.snapshot_date between p_day - 7 and p_day
  order by s.snapshot_date desc, s.time_scope = 'qtd' desc
  limit 1
$$;
comment on function private.overview_kept_at(uuid, text, date) is
  'The snapshot that was kept of a day, or last in the 7 days before it.';

create function private.overview_inputs_at(p_organization_id uuid, p_as_of date, p_scope text, p_money boolean)
returns jsonb
language plpgsql stable
set search_path = ''
set jit = off
as $$
declare
  timespan jsonb;
begin
  select jsonb_build_object(
      'scope', s.scope, 'from', s.from_day, 'to', p_as_of,
      'previous_from', s.previous_from, 'previous_to', s.previous_to)
    into strict timespan
    from public.organizations o, private.finance_scopes(p_as_of, o.fiscal_year_start_month) s
    where o.id = p_organization_id and s.scope = p_scope;
  return jsonb_build_object(
    'window', timespan,
    'finance', case when p_money then private.finance_inputs_at(p_organization_id, p_as_of, 13) end,
    'margin', case when p_money then private.overview_margin_at(p_organization_id, timespan) end,
    'pipeline', private.overview_pipeline_at(p_organization_id, p_as_of, timespan),
    'portfolio', private.clients_summary_at(p_organization_id, p_as_of),
    'work', private.overview_work_at(p_organization_id, p_as_of, timespan),
    'news', private.overview_news_at(p_organization_id, p_as_of, p_money),
    'kept', jsonb_build_object(
      'finance_quarter_ago',
        private.overview_kept_at(p_organization_id, 'finance', (p_as_of - interval '3 months')::date),
      'finance_before',
        private.overview_kept_at(p_organization_id, 'finance', (timespan ->> 'previous_to')::date),
      'pipeline_before',
        private.overview_kept_at(p_organization_id, 'pipeline', (timespan ->> 'previous_to')::date),
      'pipeline_week_ago', private.overview_kept_at(p_organization_id, 'pipeline', p_as_of - 7),
      'portfolio_month_ago', private.overview_kept_at(p_organization_id, 'portfolio', p_as_of - 30)));
end
$$;
comment on function private.overview_inputs_at(uuid, date, text, boolean) is
  'The answer of overview_inputs for one organization on a day.';

create function public.overview_inputs(p_scope text default 'qtd', p_organization_id uuid default null)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_scope in ('today', '7d', 'mtd', 'qtd', 'ytd'), 'p_scope');
  return private.overview_inputs_at(chosen, private.organization_today(chosen), p_scope, private.is_manager());
end
$$;
comment on function public.overview_inputs(text, uuid) is
  'Everything the executive overview is computed from, for a window that ends today: pipeline, portfolio, projects, agents, own focus, connections, news, kept figures, and finance for Director and Admin. Staff; a SuperAdmin may name an organization.';

revoke execute on function
  private.overview_pipeline_at(uuid, date, jsonb),
  private.overview_work_at(uuid, date, jsonb),
  private.overview_margin_at(uuid, jsonb),
  private.overview_news_at(uuid, date, boolean),
  private.overview_kept_at(uuid, text, date),
  private.overview_inputs_at(uuid, date, text, boolean)
from public, anon;
-- They run as the caller, so the policies decide what is counted.
grant execute on function
  private.overview_pipeline_at(uuid, date, jsonb),
  private.overview_work_at(uuid, date, jsonb),
  private.overview_margin_at(uuid, jsonb),
  private.overview_news_at(uuid, date, boolean),
  private.overview_kept_at(uuid, text, date),
  private.overview_inputs_at(uuid, date, text, boolean)
to authenticated, service_role;
revoke execute on function public.overview_inputs(text, uuid) from public, anon, authenticated, service_role;
grant execute on function public.overview_inputs(text, uuid) to authenticated;
