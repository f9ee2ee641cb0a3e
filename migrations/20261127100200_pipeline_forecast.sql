-- What the forecast of a quarter is computed from. The formulas are not here: there
-- is one implementation of them, and it is the application's.

create function private.pipeline_forecast_at(p_organization_id uuid, p_today date) returns jsonb
language plpgsql stable
set search_path = ''
set jit = off
as $$
declare
  organization public.organizations;
begin
  select o.* into strict organization from public.organizations o where o.id = p_organization_id;
  return jsonb_build_object(
    'as_of', p_today,
    'fiscal_year_start_month', organization.fiscal_year_start_month,
    'target', organization.quarterly_target,
    'version', organization.version,
    'open', coalesce((
      select jsonb_agg(r.data order by (r.data ->> 'amount')::numeric desc, r.id)
      from private.opportunity_rows(organization.id, p_today, array(
        select o.id from public.opportunities o
        where o.organization_id = organization.id and o.stage not in ('ClosedWon', 'ClosedLost'))) r), '[]'),
    'closed', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'owner_id', o.owner_id, 'owner_name', u.name, 'won', o.stage = 'ClosedWon', 'amount', o.amount,
          'closed_on', c.closed_on,
          'cycle_days', greatest(0, extract(day from o.closed_at - o.created_at)::integer))
        order by o.closed_at, o.id)
      from public.opportunities o
      cross join lateral (select (o.closed_at at time zone organization.time_zone)::date as closed_on) c
      left join public.users u on u.id = o.owner_id and u.organization_id = o.organization_id
      where o.organization_id = organization.id and o.stage in ('ClosedWon', 'ClosedLost')
        and c.closed_on between p_today - 364 and p_today), '[]'),
    'rates', private.win_rates(organization.id, p_today),
    'earlier', (
      select jsonb_build_object('snapshot_date', s.snapshot_date) || (
        -- A figure that could not be computed is an object that says why.
        select coalesce(jsonb_object_agg(m.key, m.value), '{}')
        from jsonb_each(s.metrics) m
        where m.key in ('open_value', 'open_weighted', 'won', 'commit', 'upside', 'best')
          and jsonb_typeof(m.value) in ('number', 'string'))
      from public.dashboard_snapshots s
      where s.organization_id = organization.id and s.kind = 'pipeline' and s.time_scope = 'qtd'
        and s.segment_filter = '{}' and s.snapshot_date <= p_today - 7
      order by s.snapshot_date desc
      limit 1));
end
$$;
comment on function private.pipeline_forecast_at(uuid, date) is
  'Open opportunities, those closed in the 365 days to a day, win rates, target and an earlier forecast.';

create function public.pipeline_forecast(p_organization_id uuid default null) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  return private.pipeline_forecast_at(chosen, private.organization_today(chosen));
end
$$;
comment on function public.pipeline_forecast(uuid) is
  'What the forecast is computed from: open opportunities, those closed in the last 365 days, win rates, target, and the forecast kept last at least 7 days ago. Staff.';

revoke execute on function private.pipeline_forecast_at(uuid, date) from public, anon;
grant execute on function private.pipeline_forecast_at(uuid, date) to authenticated, service_role;
revoke execute on function public.pipeline_forecast(uuid) from public, anon, authenticated, service_role;
grant execute on function public.pipeline_forecast(uuid) to authenticated;

-- The target ---------------------------------------------------------------------

create function public.set_quarterly_target(
  p_version integer, p_target numeric default null, p_organization_id uuid default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  organization public.organizations;
  standing jsonb;
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_version is not null, 'p_version');
  perform private.require(
    p_target is null or p_target > 0 and p_target <= 999999999999.99 and p_target = round(p_target, 2), 'p_target');
  select o.* into strict organization from public.organizations o where o.id = chosen for no key update;
  standing := jsonb_build_object(
    'quarterly_target', organization.quarterly_target, 'version', organization.version);
  -- As wanted already: a repeated call finds its work done.
  if organization.quarterly_target is not distinct from p_target then
    return standing;
  end if;
  perform private.check_version(p_version, organization.version, standing);
  update public.organizations o set quarterly_target = p_target where o.id = chosen
    returning o.* into organization;
  return jsonb_build_object(
    'quarterly_target', organization.quarterly_target, 'version', organization.version);
end
$$;
comment on function public.set_quarterly_target(integer, numeric, uuid) is
  'Sets the sales target of a fiscal quarter; null = no target. Admin. Reported by the organization''s own event.';

revoke execute on function public.set_quarterly_target(integer, numeric, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.set_quarterly_target(integer, numeric, uuid) to authenticated;
