-- The search of the palette. It names tables of later files: PL/pgSQL looks them
-- up when it runs.

create function private.search_rank(p_query text, p_text text) returns numeric
language sql immutable
set search_path = ''
as $$
  -- The query is only ever compared, so that no character in it is a pattern. The
  -- beginning counts most, then the beginning of a word, then likeness.
  select case
    when starts_with(lower(p_text), lower(p_query)) then 2
    when position(' ' || lower(p_query) in lower(p_text)) > 0 then 1
    else 0
  end + round(extensions.word_similarity(p_query, p_text)::numeric, 3)
$$;
comment on function private.search_rank(text, text) is
  'How well a text answers a search: 2 to 3 begins with it, 1 to 2 a word begins with it, below 1 resembles it.';

create function public.search_workspace(
  p_query text,
  p_kinds text[] default null,
  p_limit integer default 12,
  p_organization_id uuid default null
)
returns table (kind text, id uuid, title text, subtitle text, rank numeric)
language plpgsql stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Below this a text only shares a few letters with the query.
  least_rank constant numeric := 0.5;
  all_kinds constant text[] := array['client', 'contact', 'opportunity', 'invoice', 'agent'];
  chosen constant uuid := private.chosen_organization(p_organization_id);
  query constant text := btrim(p_query);
  kinds constant text[] := coalesce(p_kinds, all_kinds);
begin
  perform private.check_text('p_query', query, 200, false);
  perform private.require(query is not null, 'p_query');
  perform private.require(kinds <@ all_kinds, 'p_kinds');
  perform private.require(p_limit between 1 and 50, 'p_limit');
  if length(query) < 2 then
    return;
  end if;

  -- Every branch reads as the caller, within one organization. With row-level
  -- security a trigram index cannot be asked first, so each reads its tenant's rows.
  return query
  with hit (kind, id, title, subtitle, rank) as (
    select 'client', c.id, c.name, concat_ws(' · ', c.status, c.segment, c.industry),
      private.search_rank(query, c.name)
    from public.clients c
    where 'client' = any (kinds) and c.organization_id = chosen
    union all
    select 'contact', k.id, k.name, concat_ws(' · ', nullif(k.role, ''), c.name),
      greatest(private.search_rank(query, k.name), private.search_rank(query, coalesce(k.email, '')))
    from public.contacts k join public.clients c on c.id = k.client_id
    where 'contact' = any (kinds) and k.organization_id = chosen
    union all
    select 'opportunity', o.id, o.name, concat_ws(' · ', c.name, o.stage),
      private.search_rank(query, o.name)
    from public.opportunities o join public.clients c on c.id = o.client_id
    where 'opportunity' = any (kinds) and o.organization_id = chosen
    union all
    select 'invoice', i.id, i.invoice_number, concat_ws(' · ', c.name, i.status),
      private.search_rank(query, i.invoice_number)
    from public.invoices i join public.clients c on c.id = i.client_id
    where 'invoice' = any (kinds) and i.organization_id = chosen
    union all
    select 'agent', a.id, a.display_name, concat_ws(' · ', a.category, a.lifecycle_status),
      private.search_rank(query, a.display_name)
    from public.agent_definitions a
    where 'agent' = any (kinds) and a.organization_id = chosen
      and a.lifecycle_status in ('active', 'disabled')
  )
  select h.kind, h.id, h.title, h.subtitle, h.rank
  from hit h
  where h.rank >= least_rank
  order by h.rank desc, h.title, h.id
  limit p_limit;
end
$$;
comment on function public.search_workspace(text, text[], integer, uuid) is
  'Clients, contacts, opportunities, invoices and agents whose name begins with or resembles the query, best first, of what the caller may read. Fewer than two characters find nothing.';

revoke execute on function private.search_rank(text, text) from public, anon;
grant execute on function private.search_rank(text, text) to authenticated, service_role;
revoke execute on function public.search_workspace(text, text[], integer, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.search_workspace(text, text[], integer, uuid) to authenticated;
