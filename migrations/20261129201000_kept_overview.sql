-- The figures of money are kept each day too, computed by what shows them on the overview.

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
    'portfolio', private.clients_summary_at(p_organization_id, today),
    'overview', private.overview_inputs_at(p_organization_id, today, 'qtd', true));
end
$$;
comment on function public.service_read_figures(uuid) is
  'What the snapshots and alerts of an organization''s today are computed from: as pipeline_forecast, clients_summary and overview_inputs of the fiscal quarter.';
