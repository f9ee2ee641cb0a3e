-- The clients list brings the portfolio's trend along, so that a page which shows
-- both asks once, and an unchanged list is neither read nor asked for its trend. A
-- snapshot of today alone does not change the digest; the API reads the list in full
-- again every few minutes.

-- A function of the same name and arguments takes its place below, before anybody can call.
-- squawk-ignore renaming-object
alter function public.list_clients(jsonb, text, integer, uuid) rename to listed_clients;
-- squawk-ignore ban-set-schema
alter function public.listed_clients(jsonb, text, integer, uuid) set schema private;
revoke execute on function private.listed_clients(jsonb, text, integer, uuid) from public, anon;
grant execute on function private.listed_clients(jsonb, text, integer, uuid) to authenticated, service_role;

create function public.list_clients(
  p_filter jsonb default '{}', p_sort text default 'name', p_limit integer default 200,
  p_organization_id uuid default null, p_trend_months integer default null
)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  answer constant jsonb := private.listed_clients(p_filter, p_sort, p_limit, p_organization_id);
begin
  -- Who is no staff has no trend to see: it is left out, and the list stands.
  if p_trend_months is null or not private.is_staff() then
    return answer;
  end if;
  return answer || jsonb_build_object('trend', (
    select jsonb_agg(to_jsonb(t) order by t.month)
    from public.client_health_trend(p_trend_months, p_organization_id) t
  ));
end
$$;
comment on function public.list_clients(jsonb, text, integer, uuid, integer) is
  'Clients that match a filter, in an order (a minus: largest first), as {rows, total, sums, trend}: at most 10,000 rows, while total and sums are of all that match. A sum is null when the caller may not read all of it; the trend is there for staff who ask for its months.';

revoke execute on function public.list_clients(jsonb, text, integer, uuid, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.list_clients(jsonb, text, integer, uuid, integer) to authenticated;
