-- Twelve month ends and today for every scored client; C8 has a churn risk only,
-- since it signed five months ago.

-- How far the value stood from today's at each month end, newest first. Two
-- neighbours, and the newest and today, differ by at most 4. C6 and C7 fall,
-- C4 and C9 rise, the others wander.
with drift (client, health, churn_risk) as (
  values
    ('C1',  array[-1, -3, -2, 0, -1, -4, -5, -3, -2, -4, -6, -5],         array[1, 2, 0, 1, 3, 2, 4, 3, 1, 2, 4, 3]),
    ('C2',  array[2, 1, -1, -2, 0, 1, 3, 2, 0, -2, -1, 1],                array[-1, 0, 2, 1, -1, -2, 0, 1, 3, 2, 1, 0]),
    ('C3',  array[1, -1, -2, -4, -3, -1, 0, 2, 1, -1, -3, -2],            array[0, 1, 3, 2, 1, -1, 0, 2, 3, 4, 2, 1]),
    ('C4',  array[-2, -3, -5, -6, -8, -11, -12, -14, -16, -17, -19, -21], array[1, 2, 3, 5, 6, 7, 9, 10, 12, 13, 14, 16]),
    ('C5',  array[-1, 1, 3, 2, 0, -2, -3, -1, 1, 2, 0, -1],               array[2, 1, -1, 0, 2, 3, 1, 0, -2, -1, 1, 2]),
    ('C6',  array[2, 5, 6, 8, 11, 12, 14, 15, 17, 19, 20, 21],            array[-2, -3, -5, -6, -7, -9, -10, -11, -12, -12, -13, -14]),
    ('C7',  array[4, 7, 11, 14, 16, 19, 21, 22, 24, 26, 27, 28],          array[-3, -5, -9, -12, -14, -16, -18, -19, -21, -22, -23, -24]),
    ('C8',  null::integer[],                                              array[-1, 1, 2, 4, 3]),
    ('C9',  array[-1, -3, -4, -6, -9, -10, -12, -14, -15, -18, -19, -20], array[1, 1, 2, 4, 5, 6, 6, 8, 9, 10, 11, 12]),
    ('C10', array[1, 3, 5, 4, 6, 8, 7, 9, 10, 9, 11, 12],                 array[-1, -2, -4, -3, -5, -6, -5, -7, -8, -7, -8, -9]),
    ('C11', array[2, 5, 9, 12, 15, 17, 20, 22, 24, 25, 27, 28],           array[-3, -7, -11, -14, -18, -21, -24, -26, -28, -30, -31, -33]),
    ('B1',  array[-2, -1, 1, 2, 0, -2, -3, -1, 0, 2, 3, 1],               array[1, 3, 2, 0, -1, 1, 2, 4, 3, 1, 0, 2]),
    ('B2',  array[-1, -2, -4, -5, -3, -4, -6, -7, -5, -6, -8, -9],        array[1, 2, 2, 3, 5, 4, 6, 5, 7, 8, 7, 9])
),
snapshot as (
  select
    d.client,
    m.back as ordinal,
    (date_trunc('month', pg_temp.demo_day()::timestamp) - make_interval(months => m.back - 1))::date - 1
      as snapshot_date,
    d.health[m.back] as health_drift,
    d.churn_risk[m.back] as churn_drift
  from drift d
  cross join generate_series(1, 12) as m (back)
  where m.back <= cardinality(d.churn_risk)
  union all
  select d.client, 0, pg_temp.demo_day(), 0, 0
  from drift d
)
insert into public.client_health_history
  (id, organization_id, client_id, snapshot_date, health, churn_risk, source, created_at)
select
  pg_temp.demo_id('client_health_history', s.client || ':' || s.ordinal),
  c.organization_id, c.id, s.snapshot_date,
  c.health + s.health_drift, c.churn_risk + s.churn_drift, 'daily',
  -- When the day begins there: never in the future, whatever the hour of loading.
  s.snapshot_date::timestamp at time zone c.time_zone
from snapshot s
join demo_client c on c.code = s.client;

-- What that left behind --------------------------------------------------------

insert into demo_change
  (at, organization_id, operation, event_key, entity_type, entity_id, payload, idempotency_key)
select
  h.created_at, h.organization_id, 'service_daily_health', 'client.health.synced', 'organization',
  h.organization_id, jsonb_build_object('snapshots', count(*)), 'daily_health:' || h.snapshot_date
from public.client_health_history h
group by h.created_at, h.organization_id, h.snapshot_date;
