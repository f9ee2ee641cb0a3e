-- The figures of the churn, health and review panels, counted where all rows
-- are: a list that was cut must never be the base of a total.

create function private.clients_summary_at(p_organization_id uuid, p_as_of date) returns jsonb
language sql stable
set search_path = ''
as $$
  with fiscal as (
    select private.fiscal_quarter_start(p_as_of, o.fiscal_year_start_month) as quarter_start
    from public.organizations o
    where o.id = p_organization_id
  ),
  client as (
    select
      c.*,
      c.status = 'active' as is_active,
      -- Null for an undated review, so that the comparisons below leave it out.
      c.qbr_date - p_as_of as days_to_qbr
    from public.clients c
    where c.organization_id = p_organization_id
  )
  select jsonb_build_object(
    'as_of', p_as_of,
    'total', count(*),
    'active', count(*) filter (where is_active),
    'onboarding', count(*) filter (where is_active and phase = 'Onboarding'),
    'unscored', count(*) filter (where is_active and health is null),
    -- round() of numeric goes half away from zero.
    'average_health', round(avg(health) filter (where is_active)),
    'portfolio_trs', round(avg(trs_score) filter (where is_active)),
    'health_healthy', count(*) filter (where is_active and health >= 70),
    'health_watch', count(*) filter (where is_active and health between 55 and 69),
    'health_critical', count(*) filter (where is_active and health < 55),
    'churn_watch', count(*) filter (where is_active and churn_risk between 10 and 14),
    'churn_at_risk', count(*) filter (where is_active and churn_risk >= 15),
    'churn_critical', count(*) filter (where is_active and churn_risk >= 25),
    'expansion', count(*) filter (where is_active and is_expansion),
    'churned_this_quarter', count(*) filter (
      where churned_on between (select quarter_start from fiscal) and p_as_of
    ),
    'qbr_overdue', count(*) filter (where is_active and days_to_qbr < 0),
    'qbr_30', count(*) filter (where is_active and days_to_qbr between 0 and 30),
    'qbr_60', count(*) filter (where is_active and days_to_qbr between 0 and 60),
    'qbr_90', count(*) filter (where is_active and days_to_qbr between 0 and 90),
    'qbr_undated', count(*) filter (where is_active and qbr_date is null),
    -- Text, so that no reader turns money into a float.
    'arr', round(coalesce(sum(arr) filter (where is_active), 0), 2)::text,
    'arr_at_risk', round(coalesce(sum(arr) filter (where is_active and churn_risk >= 15), 0), 2)::text
  )
  from client
$$;
comment on function private.clients_summary_at(uuid, date) is
  'Portfolio figures of one organization on a day, over the rows the caller may see.';

create function public.clients_summary(p_organization_id uuid default null) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen constant uuid := private.chosen_organization(p_organization_id);
begin
  if not private.is_staff() then
    perform private.fail(403, 'forbidden');
  end if;
  return private.clients_summary_at(chosen, private.organization_today(chosen));
end
$$;
comment on function public.clients_summary(uuid) is
  'Portfolio figures of the own organization today; a SuperAdmin may name another one.';

revoke execute on function private.clients_summary_at(uuid, date) from public, anon;
revoke execute on function public.clients_summary(uuid) from public, anon, authenticated, service_role;
grant execute on function private.clients_summary_at(uuid, date) to authenticated, service_role;
grant execute on function public.clients_summary(uuid) to authenticated;
