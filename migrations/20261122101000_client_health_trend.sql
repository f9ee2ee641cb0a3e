-- The portfolio's score month by month, for the line on the health panel.

create function private.client_health_trend_at(
  p_organization_id uuid, p_as_of date, p_months integer
)
returns table (month date, trs_mean integer, clients integer)
language sql stable
set search_path = ''
as $$
  with months as (
    select (date_trunc('month', p_as_of::timestamp) - make_interval(months => back))::date as month
    from generate_series(p_months - 1, 0, -1) as back
  ),
  last_of_month as (
    select distinct on (h.client_id, date_trunc('month', h.snapshot_date::timestamp))
      date_trunc('month', h.snapshot_date::timestamp)::date as month,
      h.trs_score
    from public.client_health_history h
    join public.clients c on c.id = h.client_id and c.organization_id = h.organization_id
    where h.organization_id = p_organization_id
      and h.snapshot_date between (select min(m.month) from months m) and p_as_of
      and c.status <> 'prospect'
    order by h.client_id, date_trunc('month', h.snapshot_date::timestamp), h.snapshot_date desc
  )
  -- A month without a scored client is a gap: the mean of nothing is null.
  select m.month, round(avg(l.trs_score))::integer, count(l.trs_score)::integer
  from months m
  left join last_of_month l on l.month = m.month
  group by m.month
  order by m.month
$$;
comment on function private.client_health_trend_at(uuid, date, integer) is
  'Mean score per month of one organization up to a day, over the rows the caller may see.';

create function public.client_health_trend(
  p_months integer default 12, p_organization_id uuid default null
)
returns table (month date, trs_mean integer, clients integer)
language plpgsql stable
set search_path = ''
as $$
declare
  chosen constant uuid := private.chosen_organization(p_organization_id);
begin
  if not private.is_staff() then
    perform private.fail(403, 'forbidden');
  end if;
  if p_months is null or p_months not between 1 and 36 then
    perform private.fail(400, 'invalid_argument',
      '{"argument": "p_months", "minimum": 1, "maximum": 36}');
  end if;
  return query
    select t.month, t.trs_mean, t.clients
    from private.client_health_trend_at(
      chosen, private.organization_today(chosen), p_months
    ) t
    order by t.month;
end
$$;
comment on function public.client_health_trend(integer, uuid) is
  'Mean TRS score of each of the last p_months months, oldest first, this month included; null where nothing was recorded.';

revoke execute on function private.client_health_trend_at(uuid, date, integer) from public, anon;
revoke execute on function public.client_health_trend(integer, uuid)
  from public, anon, authenticated, service_role;
grant execute on function private.client_health_trend_at(uuid, date, integer)
  to authenticated, service_role;
grant execute on function public.client_health_trend(integer, uuid) to authenticated;
