-- Recurring revenue as terms (metrics.md V7, letter in column S of the clients).
-- A price change is two rows; days count from the load day.

with term (
  code, client, product, status, amount, frequency, since, until, replaces, renewal, trial_until, contract, reason
) as (
  values
    ('A',  'C1',  'Advisory retainer',       'active',    6800::numeric, 'monthly',   -400, null::integer, null, 330,           null::integer, null::numeric, null),
    ('B1', 'C2',  'Advisory retainer',       'replaced',  4000,          'monthly',   -500, -120,          null, null,          null,          null,          null),
    ('B2', 'C2',  'Advisory retainer',       'active',    5200,          'monthly',   -120, null,          'B1', 610,           null,          null,          null),
    ('C',  'C3',  'Analytics advisory',      'active',    96000,         'annual',    -380, null,          null, 71,            null,          96000,         null),
    ('D',  'C4',  'Automation partnership',  'active',    12500,         'monthly',   -200, null,          null, 530,           null,          300000,        null),
    ('E',  'C5',  'Clinic advisory',         'active',    21000,         'quarterly', -450, null,          null, 280,           null,          null,          null),
    ('F1', 'C6',  'Pricing support',         'replaced',  3600,          'monthly',   -420, -60,           null, null,          null,          null,          null),
    ('F2', 'C6',  'Pricing support',         'active',    2900,          'monthly',   -60,  null,          'F1', 305,           null,          null,          null),
    ('G',  'C7',  'Retention support',       'past_due',  3400,          'monthly',   -390, null,          null, 24,            null,          null,          null),
    ('H',  'C8',  'Tools starter',           'active',    1600,          'monthly',   -150, null,          null, 32,            null,          null,          null),
    ('I1', 'C9',  'Enterprise retainer',     'active',    180000,        'annual',    -75,  null,          null, 655,           null,          360000,        null),
    ('I2', 'C9',  'Benchmark add-on',        'active',    1250,          'monthly',   -30,  null,          null, 655,           null,          null,          null),
    ('J',  'C11', 'Media analytics',         'cancelled', 2400,          'monthly',   -430, -45,           null, null,          null,          null,          'no_budget'),
    ('K',  'C12', 'Claims audit trial',      'trial',     4500,          'monthly',   null, null,          null, null,          18,            null,          null),
    ('BA', 'B1',  'Practice advisory',       'active',    1800,          'monthly',   -90,  null,          null, 275,           null,          null,          null),
    ('BB', 'B2',  'Repair advisory',         'active',    24000,         'annual',    -40,  null,          null, 325,           null,          24000,         null)
)
insert into public.subscriptions
  (id, organization_id, client_id, product_name, status, amount, billing_frequency, trial_ends_on, renewal_date,
   next_billing_date, activated_on, ended_on, contract_value, replaces_subscription_id, cancel_reason, created_at,
   updated_at)
select
  pg_temp.demo_id('subscriptions', t.code), c.organization_id, c.id, t.product, t.status, t.amount, t.frequency,
  pg_temp.demo_day() + t.trial_until, pg_temp.demo_day() + t.renewal,
  -- The next one that ends a whole number of periods after the first day.
  case when t.until is null and t.since is not null then (
    select min(b.day)::date
    from generate_series(
      pg_temp.demo_day() + t.since, pg_temp.demo_day() + interval '13 months',
      case t.frequency when 'monthly' then interval '1 month' when 'quarterly' then interval '3 months'
        else interval '1 year' end) as b (day)
    where b.day > pg_temp.demo_day()) end,
  pg_temp.demo_day() + t.since, pg_temp.demo_day() + t.until, t.contract,
  pg_temp.demo_id('subscriptions', t.replaces), t.reason,
  -- A trial begins when it is entered.
  pg_temp.demo_time(c.letter, coalesce(t.since, -12), '09:10'),
  pg_temp.demo_time(c.letter, coalesce(case t.code when 'G' then -44 end, t.until, t.since, -12), '09:10')
from term t
join demo_client c on c.code = t.client;

-- What that left behind --------------------------------------------------------

-- Entered by the Admin, unless they took the place of other terms.
insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, after)
select
  s.created_at, s.organization_id, pg_temp.demo_books(s.organization_id), 'create_subscription',
  'finance.subscription.created', 'subscription', s.id,
  jsonb_build_object('mrr', s.mrr, 'status', first_status.status),
  'subscriptions',
  to_jsonb(s) - array['ended_on', 'cancel_reason'] || jsonb_build_object('status', first_status.status)
from public.subscriptions s
cross join lateral (select case s.status when 'trial' then 'trial' else 'active' end as status) first_status
where s.replaces_subscription_id is null;

insert into demo_change
  (at, organization_id, actor_id, operation, event_key, entity_type, entity_id, payload, resource, before, after)
select
  s.created_at, s.organization_id, pg_temp.demo_books(s.organization_id), 'change_subscription',
  'finance.subscription.changed', 'subscription', former.id,
  jsonb_build_object('mrr_from', former.mrr, 'mrr_to', s.mrr, 'started_id', s.id),
  'subscriptions',
  jsonb_build_object('id', former.id, 'status', 'active'),
  jsonb_build_object('id', former.id, 'status', former.status, 'ended_on', former.ended_on)
from public.subscriptions s
join public.subscriptions former on former.id = s.replaces_subscription_id
union all
select
  s.created_at, s.organization_id, pg_temp.demo_books(s.organization_id), 'change_subscription',
  null, null, null, null, 'subscriptions', null, to_jsonb(s)
from public.subscriptions s
where s.replaces_subscription_id is not null
union all
select
  s.updated_at, s.organization_id, pg_temp.demo_books(s.organization_id), 'set_subscription_status',
  'finance.subscription.status_changed', 'subscription', s.id,
  private.from_to('active'::text, s.status) || jsonb_build_object('mrr', s.mrr),
  'subscriptions',
  jsonb_build_object('id', s.id, 'status', 'active'),
  jsonb_build_object('id', s.id, 'status', s.status, 'ended_on', s.ended_on, 'cancel_reason', s.cancel_reason)
from public.subscriptions s
where s.status in ('past_due', 'cancelled');
