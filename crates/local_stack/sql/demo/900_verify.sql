-- The load stands or falls as a whole: these figures hold on any day.

create or replace function pg_temp.demo_expect(p_what text, p_found anyelement, p_expected anyelement)
returns void
language plpgsql
as $$
begin
  if p_found is distinct from p_expected then
    raise exception 'demo data: % is %, expected %', p_what, p_found, p_expected;
  end if;
end
$$;

do $verify$
declare
  a constant uuid := pg_temp.demo_id('organizations', 'A');
  b constant uuid := pg_temp.demo_id('organizations', 'B');
  l constant date := pg_temp.demo_day();
  quarter_start constant date := private.fiscal_quarter_start(l, 1);
begin
  perform pg_temp.demo_expect('number of organizations', (select count(*) from public.organizations), 2::bigint);
  perform pg_temp.demo_expect('people', (
    select array_agg(n order by organization_id = a desc) from (
      select organization_id, count(*) as n from public.users group by 1) x), array[6, 3]::bigint[]);
  perform pg_temp.demo_expect('people able to sign in', (
    select count(*) from public.users u join auth.users s on s.id = u.id and s.email = u.email
    where s.encrypted_password = current_setting('revos.demo_password_hash')
      and s.email_confirmed_at is not null), 9::bigint);
  perform pg_temp.demo_expect('contacts of A', (
    select count(*) from public.contacts where organization_id = a), 24::bigint);
  perform pg_temp.demo_expect('kinds of contact power', (
    select count(distinct power) from public.contacts where organization_id = a), 4::bigint);
  perform pg_temp.demo_expect('commercials of A', (
    select count(*) from public.client_commercials where organization_id = a), 9::bigint);
  perform pg_temp.demo_expect('renewals of A within 90 days', (
    select count(*) from public.client_commercials
    where organization_id = a and renewal_date between l and l + 90), 3::bigint);
  perform pg_temp.demo_expect('edit times that repeat', (
    select count(*) - count(distinct updated_at) from public.clients where organization_id = a), 0::bigint);

  perform pg_temp.demo_expect('summary of A', private.clients_summary_at(a, l), jsonb_build_object(
    'as_of', l, 'total', 14, 'active', 9, 'onboarding', 1, 'unscored', 1,
    'average_health', 73, 'portfolio_trs', 80,
    'health_healthy', 6, 'health_watch', 1, 'health_critical', 1,
    'churn_watch', 2, 'churn_at_risk', 3, 'churn_critical', 1, 'expansion', 2,
    -- The one figure that depends on where in its quarter the day lies.
    'churned_this_quarter', case when l - 45 >= quarter_start then 1 else 0 end,
    'qbr_overdue', 1, 'qbr_30', 5, 'qbr_60', 6, 'qbr_90', 7, 'qbr_undated', 1,
    'arr', '763800.00', 'arr_at_risk', '94800.00'));
  perform pg_temp.demo_expect('ARR of B', private.clients_summary_at(b, l) ->> 'arr', '45600.00');

  -- The latest snapshot is the client's present value, and prospects have none.
  perform pg_temp.demo_expect('clients that differ from their latest snapshot', (
    select count(*) from public.clients c
    left join lateral (
      select h.* from public.client_health_history h
      where h.client_id = c.id order by h.snapshot_date desc limit 1
    ) h on true
    where (c.health, c.churn_risk, c.trs_score) is distinct from (h.health, h.churn_risk, h.trs_score)
      or (c.status <> 'prospect' and h.snapshot_date is distinct from l)), 0::bigint);
  perform pg_temp.demo_expect('snapshots of A', (
    select count(*) from public.client_health_history where organization_id = a), (10 * 13 + 6)::bigint);
  perform pg_temp.demo_expect('steps of more than 4', (
    select count(*) from (
      select h.health - lag(h.health) over w as health_step,
        h.churn_risk - lag(h.churn_risk) over w as churn_step
      from public.client_health_history h
      window w as (partition by h.client_id order by h.snapshot_date)) x
    where abs(health_step) > 4 or abs(churn_step) > 4), 0::bigint);
  perform pg_temp.demo_expect('clients falling, then rising', (
    select array_agg(c.name order by c.name) from (
      select h.client_id, bool_and(h.step < 0) as falls, bool_and(h.step > 0) as rises from (
        select client_id, trs_score - lag(trs_score) over (
          partition by client_id order by snapshot_date) as step
        from public.client_health_history where organization_id = a) h
      where h.step is not null group by 1) t
    join public.clients c on c.id = t.client_id
    where c.status = 'active' and (t.falls or t.rises)),
    array['Emberfold Robotics', 'Glassmere Hotels', 'Hollowpine Energy', 'Juniperdale Software']);
  perform pg_temp.demo_expect('months of the trend without a score', (
    select count(*) from private.client_health_trend_at(a, l, 12) where trs_mean is null), 0::bigint);
  perform pg_temp.demo_expect('score at the end of the trend', (
    select array_agg(trs_mean order by month desc) from private.client_health_trend_at(a, l, 1)), array[75]);

  -- Every reference stays inside its organization.
  perform pg_temp.demo_expect('references that leave their organization', (
    select count(*) from public.clients c join public.users u on u.id = c.owner_id
      where u.organization_id <> c.organization_id)
    + (select count(*) from public.users u join public.clients c on c.id = u.client_id
      where u.organization_id <> c.organization_id)
    + (select count(*) from public.contacts k join public.clients c on c.id = k.client_id
      where k.organization_id <> c.organization_id)
    + (select count(*) from public.client_commercials k join public.clients c on c.id = k.client_id
      where k.organization_id <> c.organization_id)
    + (select count(*) from public.client_health_history k join public.clients c on c.id = k.client_id
      where k.organization_id <> c.organization_id), 0::bigint);
end
$verify$;

-- The session may be a pooled one, and the next load may share the transaction.
drop table pg_temp.demo_client;
drop table pg_temp.demo_person;
drop function pg_temp.demo_expect(text, anyelement, anyelement);
drop function pg_temp.demo_at(integer, integer, text);
drop function pg_temp.demo_day();
drop function pg_temp.demo_id(text, text);
