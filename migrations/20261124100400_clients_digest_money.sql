-- The digest of the clients list notices what the list learned to show.

create or replace function public.clients_digest(p_organization_id uuid default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  chosen constant uuid := private.chosen_organization(p_organization_id);
  today constant date := private.organization_today(chosen);
  digest text;
begin
  -- Runs as the caller: rows that come into or go out of sight count like rows
  -- that are inserted or deleted. A sum does not depend on the order of rows.
  select concat_ws(
    ':',
    today,
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(c.id, c.version)), 0)
      from public.clients c
      where c.organization_id = chosen
    ),
    -- The list names owners.
    (
      select coalesce(sum(uuid_hash_extended(u.id, u.version)), 0)
      from public.users u
      where u.organization_id = chosen
    ),
    -- The list shows the snapshot before today. Those of one day are written
    -- together; one that is filled in for a day further back is noticed when
    -- the API reads the list in full again, which it does every few minutes.
    (
      select last.snapshot_date || ':' || (
        select count(*) from public.client_health_history h
        where h.organization_id = chosen and h.snapshot_date = last.snapshot_date
      )
      from (
        select max(h.snapshot_date) as snapshot_date
        from public.client_health_history h
        where h.organization_id = chosen and h.snapshot_date < today
      ) last
    ),
    -- The list shows pipeline, recurring revenue and receivables.
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(o.id, o.version)), 0)
      from public.opportunities o
      where o.organization_id = chosen and o.stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation')
    ),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(s.id, s.version)), 0)
      from public.subscriptions s
      where s.organization_id = chosen
    ),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(i.id, i.version)), 0)
      from public.invoices i
      where i.organization_id = chosen and i.status = 'sent'
    )
  )
  into digest;
  return md5(digest);
end
$$;
comment on function public.clients_digest(uuid) is
  'Changes whenever the clients list changes for the caller: rows, rights, owners'' names, pipeline, money, the day.';
