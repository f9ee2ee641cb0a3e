-- The search of the palette says whose record shows a hit, so that a contact leads to their client. A new column of
-- the answer needs a new function; what is found, and in which order, stays the same.

-- Dropped and made again in one transaction: no call finds it missing.
-- squawk-ignore ban-drop-function
drop function public.search_workspace(text, text[], integer, uuid);

create function public.search_workspace(
  p_query text,
  p_kinds text[] default null,
  p_limit integer default 12,
  p_organization_id uuid default null
)
returns table (kind text, id uuid, title text, subtitle text, client_id uuid, rank numeric)
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
  wanted constant text := lower(query);
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
  with candidate (kind, id, title, also, client_id, first, second, third) as (
    select 'client', c.id, c.name, null, null::uuid, c.status, c.segment, c.industry
    from public.clients c
    where 'client' = any (kinds) and c.organization_id = chosen
    union all
    select 'contact', k.id, k.name, k.email, k.client_id, nullif(k.role, ''), null, null
    from public.contacts k
    where 'contact' = any (kinds) and k.organization_id = chosen
    union all
    select 'opportunity', o.id, o.name, null, o.client_id, null, o.stage, null
    from public.opportunities o
    where 'opportunity' = any (kinds) and o.organization_id = chosen
    union all
    select 'invoice', i.id, i.invoice_number, null, i.client_id, null, i.status, null
    from public.invoices i
    where 'invoice' = any (kinds) and i.organization_id = chosen
    union all
    select 'agent', a.id, a.display_name, null, null, a.category, a.lifecycle_status, null
    from public.agent_definitions a
    where 'agent' = any (kinds) and a.organization_id = chosen
      and a.lifecycle_status in ('active', 'disabled')
  ),
  -- 2 to 3 begins with the text, 1 to 2 a word begins with it, below 1 resembles it. The text is only ever
  -- compared, so that no character in it is a pattern. Without an address `also` is null, and greatest() passes it.
  ranked as (
    select c.*, greatest(
        case
          when starts_with(lower(c.title), wanted) then 2
          when position(' ' || wanted in lower(c.title)) > 0 then 1
          else 0
        end + round(extensions.word_similarity(query, c.title)::numeric, 3),
        case
          when starts_with(lower(c.also), wanted) then 2
          when position(' ' || wanted in lower(c.also)) > 0 then 1
          else 0
        end + round(extensions.word_similarity(query, c.also)::numeric, 3)
      ) as rank
    from candidate c
  ),
  best as (
    select r.* from ranked r
    where r.rank >= least_rank
    order by r.rank desc, r.title, r.id
    limit p_limit
  )
  select b.kind, b.id, b.title, concat_ws(' · ', b.first, c.name, b.second, b.third),
    case b.kind when 'client' then b.id else b.client_id end, b.rank
  from best b left join public.clients c on c.id = b.client_id
  order by b.rank desc, b.title, b.id;
end
$$;
comment on function public.search_workspace(text, text[], integer, uuid) is
  'Clients, contacts, opportunities, invoices and agents whose name begins with or resembles the query, best first, of what the caller may read. `client_id` is the client whose record shows it; an agent has none. Fewer than two characters find nothing.';

revoke execute on function public.search_workspace(text, text[], integer, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.search_workspace(text, text[], integer, uuid) to authenticated;
