-- One row for each client with money: the terms that people typed, and the totals
-- as they are on the load day.

with term (
  client, typed, arrangement_type, monthly_fee, revenue_share_pct, client_reported_mrr, equity_stake_pct, projection_mrr
) as (
  values
    ('C1', -300, 'invoiced',           6800::numeric, null::numeric, null::numeric, null::numeric, 7500::numeric),
    ('C2', -119, 'invoiced',           5200,          null,          null,          null,          null),
    ('C3', -280, 'advisory',           8000,          null,          null,          null,          9000),
    ('C4', -199, 'equity_partnership', 2500,          2,             500000,        1.5,           14000),
    ('C5', -260, 'invoiced',           7000,          null,          null,          null,          null),
    ('C6', -59,  'invoiced',           2900,          null,          null,          null,          2900),
    ('C7', -250, 'invoiced',           3400,          null,          null,          null,          null),
    ('C8', -149, 'invoiced',           1600,          null,          null,          null,          null),
    ('C9', -29,  'equity',             1250,          15,            100000,        4,             20000),
    ('B1', -85,  'invoiced',           1800,          null,          null,          null,          null),
    ('B2', -39,  'invoiced',           2000,          null,          null,          null,          null)
),
-- The row was made with the first subscription, invoice or win of the client.
money as (
  select x.client_id, min(x.at) as first_at
  from (
    select client_id, created_at as at from public.subscriptions
    union all select client_id, created_at from public.invoices
    union all select client_id, converted_at from public.opportunities where converted_at is not null
  ) x
  group by x.client_id
)
insert into public.finance
  (id, organization_id, client_id, arrangement_type, monthly_fee, revenue_share_pct, client_reported_mrr,
   equity_stake_pct, projection_mrr, mrr, ar_outstanding, cached_at, created_at, updated_at)
select
  pg_temp.demo_id('finance', c.code), c.organization_id, c.id, t.arrangement_type, t.monthly_fee,
  t.revenue_share_pct, t.client_reported_mrr, t.equity_stake_pct, t.projection_mrr,
  (
    select coalesce(sum(s.mrr), 0) from public.subscriptions s
    where s.client_id = c.id and s.activated_on <= pg_temp.demo_day()
      and (s.ended_on is null or pg_temp.demo_day() < s.ended_on)
  ),
  (select coalesce(sum(i.balance), 0) from public.invoices i where i.client_id = c.id and i.status = 'sent'),
  pg_temp.demo_time(c.letter, 0, '00:00'), m.first_at,
  coalesce(pg_temp.demo_time(c.letter, t.typed, '15:40'), m.first_at)
from money m
join demo_client c on c.id = m.client_id
left join term t on t.client = c.code;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  f.updated_at, f.organization_id, pg_temp.demo_books(f.organization_id), 'client.finance.updated', 'client', f.client_id,
  jsonb_build_object('finance_id', f.id, 'changed', '["arrangement_type", "monthly_fee"]'::jsonb),
  'finance', jsonb_build_object('id', f.id),
  jsonb_build_object('id', f.id, 'arrangement_type', f.arrangement_type, 'monthly_fee', f.monthly_fee)
from public.finance f
where f.arrangement_type is not null
union all
-- Made by trigger, together with what made it.
select
  f.created_at, f.organization_id, pg_temp.demo_books(f.organization_id), null, null, null, null,
  'finance', null, jsonb_build_object('id', f.id, 'organization_id', f.organization_id, 'client_id', f.client_id,
    'created_at', f.created_at)
from public.finance f;
