-- What the new amounts mean for the tables before them.

-- The currency is also fixed by the amounts of pipeline, delivery and finance.
create or replace function private.organization_has_money(p_organization_id uuid) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  -- Tables with amounts are added here by replacing the function.
  return exists (
      select from public.clients c
      where c.organization_id = p_organization_id and c.arr is not null
    )
    or exists (select from public.client_commercials k where k.organization_id = p_organization_id)
    or exists (select from public.opportunities p where p.organization_id = p_organization_id)
    or exists (
      select from public.projects p
      where p.organization_id = p_organization_id and (p.budget is not null or p.spent > 0)
    )
    or exists (select from public.subscriptions s where s.organization_id = p_organization_id)
    or exists (select from public.invoices i where i.organization_id = p_organization_id)
    or exists (select from public.expenses e where e.organization_id = p_organization_id)
    or exists (select from public.cash_flow_entries e where e.organization_id = p_organization_id)
    or exists (
      select from public.finance f
      where f.organization_id = p_organization_id
        and num_nonnulls(f.monthly_fee, f.client_reported_mrr, f.projection_mrr) > 0
    );
end
$$;
