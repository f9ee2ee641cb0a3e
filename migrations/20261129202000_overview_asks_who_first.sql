-- Who is calling, and for which organization, is asked before an argument is looked at,
-- as everywhere else.

create or replace function public.overview_inputs(p_scope text default 'qtd', p_organization_id uuid default null)
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
