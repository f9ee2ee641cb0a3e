-- The overview of a part of the organization: of the clients of a segment, of an owner, or of both; and of days that a
-- person chose. What belongs to no client (cash, expenses, the target) is left out of a part, never shown in whole.

-- Made again below, of some clients or of all. The only caller of the one that is published is the API.
-- squawk-ignore ban-drop-function
drop function
  private.overview_pipeline_at(uuid, date, jsonb),
  private.overview_work_at(uuid, date, jsonb),
  private.overview_margin_at(uuid, jsonb),
  private.overview_news_at(uuid, date, boolean),
  private.overview_inputs_at(uuid, date, text, boolean),
  public.overview_inputs(text, uuid);

create function private.overview_clients(p_organization_id uuid, p_segment text, p_owner text) returns uuid[]
language sql stable
set search_path = ''
as $$
  -- Null stands for all, so that the whole organization is counted without a list of its clients.
  select case when p_segment is not null or p_owner is not null then array(
    select c.id from public.clients c
    where c.organization_id = p_organization_id
      and (p_segment is null or coalesce(c.segment, 'none') = p_segment)
      and (p_owner is null or coalesce(c.owner_id::text, 'none') = p_owner)) end
$$;
comment on function private.overview_clients(uuid, text, text) is
  'The clients of a segment and of an owner, each a word or "none", over the rows the caller may see; null when neither is said.';

create function private.overview_window(
  p_organization_id uuid, p_as_of date, p_scope text, p_from date default null, p_to date default null
)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- Days that a person chose are held against as many days just before them.
  select case when p_from is not null then jsonb_build_object(
      'scope', null, 'from', p_from, 'to', p_to,
      'previous_from', p_from - (p_to - p_from + 1), 'previous_to', p_from - 1)
    else (
      select jsonb_build_object(
        'scope', s.scope, 'from', s.from_day, 'to', p_as_of,
        'previous_from', s.previous_from, 'previous_to', s.previous_to)
      from public.organizations o, private.finance_scopes(p_as_of, o.fiscal_year_start_month) s
      where o.id = p_organization_id and s.scope = p_scope
    ) end
$$;
comment on function private.overview_window(uuid, date, text, date, date) is
  'A window that ends today, or the days from one to another, and the window before.';

create function private.overview_periods(p_window jsonb) returns table (name text, begins date, ends date)
language sql immutable rows 2
set search_path = ''
as $$
  values
    ('now', (p_window ->> 'from')::date, (p_window ->> 'to')::date),
    ('before', (p_window ->> 'previous_from')::date, (p_window ->> 'previous_to')::date)
$$;
comment on function private.overview_periods(jsonb) is 'The first and the last day of a window, and of the window before.';

create function private.overview_pipeline_at(
  p_organization_id uuid, p_as_of date, p_window jsonb, p_clients uuid[]
)
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
      and (p_clients is null or w.client_id in (select unnest(p_clients)))
  ),
  closed as (
    select
      w.stage = 'ClosedWon' as won, w.amount,
      (w.closed_at at time zone q.time_zone)::date as closed_on,
      greatest(0, extract(day from w.closed_at - w.created_at)::integer) as cycle_days
    from public.opportunities w
    cross join quarter q
    where w.organization_id = p_organization_id and w.stage in ('ClosedWon', 'ClosedLost')
      and (p_clients is null or w.client_id in (select unnest(p_clients)))
  )
  select jsonb_build_object(
    -- The target is the whole organization's.
    'target', case when p_clients is null then q.quarterly_target end,
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
      from private.overview_periods(p_window) p
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
comment on function private.overview_pipeline_at(uuid, date, jsonb, uuid[]) is
  'Open opportunities by due date and probability, days that raise alerts, and what was closed in the window and before; of these clients or (null) of all.';

create function private.overview_work_at(
  p_organization_id uuid, p_as_of date, p_window jsonb, p_clients uuid[]
)
returns jsonb
language sql stable
set search_path = ''
as $$
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
      from public.projects p
      where p.organization_id = p_organization_id
        and (p_clients is null or p.client_id in (select unnest(p_clients)))
    ),
    'prices', (
      select jsonb_build_object(
        'list', round(coalesce(sum(m.price), 0), 2)::text,
        -- Hundredths of a percent of cents: whole numbers, so that nothing is rounded twice.
        'realised', round(coalesce(sum(m.price * 100 * (100 - m.discount_pct) * 100), 0))::text)
      from public.client_commercials m
      join public.clients c on c.id = m.client_id
      where m.organization_id = p_organization_id and c.status = 'active'
        and (p_clients is null or c.id in (select unnest(p_clients)))
    ),
    'agent_runs', (
      select jsonb_object_agg(p.name, s.sums)
      from private.overview_periods(p_window) p
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
      from private.overview_periods(p_window) p
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
comment on function private.overview_work_at(uuid, date, jsonb, uuid[]) is
  'Projects, prices, agent runs, own focus and connections, over the rows the caller may see; the first two of these clients or (null) of all.';

create function private.overview_margin_at(p_organization_id uuid, p_window jsonb, p_clients uuid[])
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_object_agg(p.name, jsonb_build_object(
    'revenue', (
      select round(coalesce(sum(i.amount), 0), 2)::text from public.invoices i
      where i.organization_id = p_organization_id and i.status in ('sent', 'paid')
        and i.issue_date between p.begins and p.ends
        and (p_clients is null or i.client_id in (select unnest(p_clients)))
    ),
    -- Expenses belong to no client.
    'spent', case when p_clients is null then (
      select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
      where e.organization_id = p_organization_id and e.approved_at is not null
        and e.expense_date between p.begins and p.ends
    ) end,
    'cost_of_revenue', case when p_clients is null then (
      select round(coalesce(sum(e.amount), 0), 2)::text from public.expenses e
      where e.organization_id = p_organization_id and e.approved_at is not null and e.cost_of_revenue
        and e.expense_date between p.begins and p.ends
    ) end))
  from private.overview_periods(p_window) p
$$;
comment on function private.overview_margin_at(uuid, jsonb, uuid[]) is
  'Revenue net of tax and approved expenses of the window and of the one before, over the rows the caller may see; of some clients only the revenue.';

create function private.overview_news_at(
  p_organization_id uuid, p_as_of date, p_money boolean, p_clients uuid[]
)
returns jsonb
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
      and (p_clients is null or h.opportunity_id in (
        select w.id from public.opportunities w
        where w.organization_id = p_organization_id and w.client_id in (select unnest(p_clients))))
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
      and (p_clients is null or c.id in (select unnest(p_clients)))
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
      and (p_clients is null or w.client_id in (select unnest(p_clients)))
    union all
    select 5, 'clients_added', count(*), null
    from public.clients c cross join day d
    where c.organization_id = p_organization_id and c.created_at >= d.since_at and c.status <> 'prospect'
      and (p_clients is null or c.id in (select unnest(p_clients)))
    union all
    select 6, 'clients_churned', count(*), sum(c.arr)
    from public.clients c cross join day d
    where c.organization_id = p_organization_id and c.churned_on between d.since and p_as_of
      and (p_clients is null or c.id in (select unnest(p_clients)))
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
      and (p_clients is null or i.client_id in (select unnest(p_clients)))
    union all
    select 10, 'payments_received', count(*), sum(p.amount)
    from public.invoice_payments p cross join day d
    where p.organization_id = p_organization_id and p.reversed_at is null
      and p.received_on between d.since and p_as_of and p_money
      and (p_clients is null or p.invoice_id in (
        select i.id from public.invoices i
        where i.organization_id = p_organization_id and i.client_id in (select unnest(p_clients))))
    union all
    select 11, 'subscriptions_started', count(*), sum(s.mrr)
    from public.subscriptions s cross join day d
    where s.organization_id = p_organization_id and s.activated_on between d.since and p_as_of
      and p_money and (p_clients is null or s.client_id in (select unnest(p_clients)))
    union all
    select 12, 'subscriptions_ended', count(*), sum(s.mrr)
    from public.subscriptions s cross join day d
    where s.organization_id = p_organization_id and s.ended_on between d.since and p_as_of
      and p_money and (p_clients is null or s.client_id in (select unnest(p_clients)))
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'what', n.what, 'count', n.count, 'amount', round(n.amount, 2)::text) order by n.place), '[]')
  from news n where n.count > 0
$$;
comment on function private.overview_news_at(uuid, date, boolean, uuid[]) is
  'What happened since yesterday began, in the organization''s time zone: counts and sums, what did not happen left out; the organization''s money on request; of these clients or (null) of all.';

create function private.overview_finance_at(
  p_organization_id uuid, p_as_of date, p_window jsonb, p_clients uuid[]
)
returns jsonb
language sql stable
set search_path = ''
as $$
  with period as (
    select * from private.overview_periods(p_window)
  ),
  month_end as (
    select least((m.begins + interval '1 month')::date - 1, p_as_of) as day
    from generate_series(
      date_trunc('month', p_as_of::timestamp) - interval '12 months',
      date_trunc('month', p_as_of::timestamp), interval '1 month') as m (begins)
  ),
  -- Where the line, the year of retention, the window and the one before begin and end.
  day as (
    select m.day from month_end m
    union select (p_as_of - interval '12 months')::date
    union select unnest(array[p.begins - 1, p.ends]) from period p
  )
  select jsonb_build_object(
    'recurring', private.finance_recurring_at(
      p_organization_id, p_as_of, (select array_agg(d.day order by d.day) from day d), p_clients),
    'month_ends', (select jsonb_agg(m.day order by m.day) from month_end m),
    'receivables', private.finance_receivables_at(p_organization_id, p_as_of, p_clients),
    'flows', (
      select jsonb_object_agg(p.name, jsonb_build_object(
        'billed', private.billed(p_organization_id, p.begins, p.ends, p_clients),
        'collected', private.collected(p_organization_id, p.begins, p.ends, p_clients)))
      from period p
    ),
    -- The account belongs to no client.
    'account', case when p_clients is null then jsonb_build_object(
      'now', jsonb_build_object(
        'balance', private.cash(p_organization_id, p_as_of),
        'first_entry_on', (
          select min(e.entry_date) from public.cash_flow_entries e where e.organization_id = p_organization_id
        )),
      'before', private.cash(p_organization_id, (p_window ->> 'previous_to')::date),
      'months', private.finance_months_at(p_organization_id, p_as_of, 4)) end)
$$;
comment on function private.overview_finance_at(uuid, date, jsonb, uuid[]) is
  'Recurring revenue per client on the days that the overview needs, receivables, billed and collected in the window and before, and (of all clients) the account; over the rows the caller may see.';

create function private.overview_inputs_at(
  p_organization_id uuid, p_as_of date, p_window jsonb, p_money boolean, p_clients uuid[] default null
)
returns jsonb
language plpgsql stable
set search_path = ''
set jit = off
as $$
declare
  -- Figures are kept of the whole organization.
  whole constant boolean := p_clients is null;
begin
  return jsonb_build_object(
    'as_of', p_as_of,
    'window', p_window,
    'whole', whole,
    'finance', case when p_money then
      private.overview_finance_at(p_organization_id, p_as_of, p_window, p_clients) end,
    'margin', case when p_money then private.overview_margin_at(p_organization_id, p_window, p_clients) end,
    'pipeline', private.overview_pipeline_at(p_organization_id, p_as_of, p_window, p_clients),
    'portfolio', private.clients_summary_at(p_organization_id, p_as_of, p_clients),
    'work', private.overview_work_at(p_organization_id, p_as_of, p_window, p_clients),
    'news', private.overview_news_at(p_organization_id, p_as_of, p_money, p_clients),
    'kept', case when whole then jsonb_build_object(
      'finance_quarter_ago',
        private.overview_kept_at(p_organization_id, 'finance', (p_as_of - interval '3 months')::date),
      'finance_before',
        private.overview_kept_at(p_organization_id, 'finance', (p_window ->> 'previous_to')::date),
      'pipeline_before',
        private.overview_kept_at(p_organization_id, 'pipeline', (p_window ->> 'previous_to')::date),
      'pipeline_week_ago', private.overview_kept_at(p_organization_id, 'pipeline', p_as_of - 7),
      'portfolio_month_ago', private.overview_kept_at(p_organization_id, 'portfolio', p_as_of - 30))
      else '{}' end);
end
$$;
comment on function private.overview_inputs_at(uuid, date, jsonb, boolean, uuid[]) is
  'The answer of overview_inputs for one organization on a day and a window, of these clients or (null) of all.';

create function public.overview_inputs(
  p_scope text default null, p_from date default null, p_to date default null,
  p_segment text default null, p_owner text default null, p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  -- Two years, so that a year can be held against the one before without reading more than both.
  longest constant integer := 731;
  chosen uuid;
  today date;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  today := private.organization_today(chosen);
  perform private.require(p_scope is null or p_scope in ('today', '7d', 'mtd', 'qtd', 'ytd'), 'p_scope');
  perform private.require((p_from is null or p_scope is null) and (p_to is null or p_scope is null), 'p_scope');
  perform private.require((p_from is null) = (p_to is null), 'p_to');
  if p_from is not null then
    perform private.require(p_from between '1900-01-01' and '2999-12-31', 'p_from');
    perform private.require(p_to between p_from and today and p_to - p_from < longest, 'p_to');
  end if;
  perform private.require(
    coalesce(p_segment, 'none') in ('smb', 'mid', 'enterprise', 'none'), 'p_segment');
  perform private.require(
    coalesce(p_owner, 'none') ~ '^(none|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$', 'p_owner');
  return private.overview_inputs_at(chosen, today,
    private.overview_window(chosen, today, coalesce(p_scope, 'qtd'), p_from, p_to), private.is_manager(),
    private.overview_clients(chosen, p_segment, p_owner));
end
$$;
comment on function public.overview_inputs(text, date, date, text, text, uuid) is
  'Everything the executive overview is computed from, for a window that ends today or for chosen days up to today (at most 731), of all clients or of those of a segment and an owner: pipeline, portfolio, projects, agents, own focus, connections, news, kept figures, and finance for Director and Admin. Staff; a SuperAdmin may name an organization.';

create or replace function public.service_read_figures(p_organization_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  today date;
begin
  perform private.check_organization(p_organization_id);
  today := private.organization_today(p_organization_id);
  return jsonb_build_object(
    'forecast', private.pipeline_forecast_at(p_organization_id, today),
    'overview', private.overview_inputs_at(
      p_organization_id, today, private.overview_window(p_organization_id, today, 'qtd'), true));
end
$$;
comment on function public.service_read_figures(uuid) is
  'What the snapshots and alerts of an organization''s today are computed from: as pipeline_forecast and overview_inputs of the fiscal quarter.';

revoke execute on function
  private.overview_pipeline_at(uuid, date, jsonb, uuid[]),
  private.overview_work_at(uuid, date, jsonb, uuid[]),
  private.overview_margin_at(uuid, jsonb, uuid[]),
  private.overview_news_at(uuid, date, boolean, uuid[]),
  private.overview_finance_at(uuid, date, jsonb, uuid[]),
  private.overview_clients(uuid, text, text),
  private.overview_window(uuid, date, text, date, date),
  private.overview_periods(jsonb),
  private.overview_inputs_at(uuid, date, jsonb, boolean, uuid[])
from public, anon;
-- They run as the caller, so the policies decide what is counted.
grant execute on function
  private.overview_pipeline_at(uuid, date, jsonb, uuid[]),
  private.overview_work_at(uuid, date, jsonb, uuid[]),
  private.overview_margin_at(uuid, jsonb, uuid[]),
  private.overview_news_at(uuid, date, boolean, uuid[]),
  private.overview_finance_at(uuid, date, jsonb, uuid[]),
  private.overview_clients(uuid, text, text),
  private.overview_window(uuid, date, text, date, date),
  private.overview_periods(jsonb),
  private.overview_inputs_at(uuid, date, jsonb, boolean, uuid[])
to authenticated, service_role;
revoke execute on function public.overview_inputs(text, date, date, text, text, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.overview_inputs(text, date, date, text, text, uuid) to authenticated;
