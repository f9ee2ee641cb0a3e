-- The clients list in one answer: the rows of a filter in an order, how many
-- there are in all, and sums over all of them, not over the rows that are sent.

create function private.chosen_words(p_filter jsonb, p_key text, p_words text[]) returns text[]
language plpgsql immutable
set search_path = ''
as $$
declare
  given constant jsonb := p_filter -> p_key;
  words text[];
begin
  if given is null or given = 'null' or given = '[]' then
    return null;
  end if;
  perform private.require(jsonb_typeof(given) = 'array' and jsonb_array_length(given) <= 100, p_key);
  select array_agg(w.word) into words from jsonb_array_elements_text(given) as w (word);
  perform private.require(
    case when p_words is null
      then not exists (select from unnest(words) as w (word)
        where w.word <> 'none' and w.word !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$')
      else words <@ p_words end, p_key);
  return words;
end
$$;
comment on function private.chosen_words(jsonb, text, text[]) is
  'The words a filter names under a key, all of the set; null when it names none. Without a set: ids, or the word none.';

create function public.list_clients(
  p_filter jsonb default '{}', p_sort text default 'name', p_limit integer default 200,
  p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen constant uuid := private.chosen_organization(p_organization_id);
  today constant date := private.organization_today(chosen);
  filter constant jsonb := coalesce(p_filter, '{}');
  descending constant boolean := left(p_sort, 1) = '-';
  sort constant text := ltrim(p_sort, '-');
  query text;
  statuses text[];
  phases text[];
  segments text[];
  owners text[];
  health_bands text[];
  churn_bands text[];
  answer jsonb;
begin
  perform private.require(jsonb_typeof(filter) = 'object', 'p_filter');
  perform private.require(
    filter - array['q', 'status', 'phase', 'segment', 'owner', 'health', 'churn'] = '{}', 'p_filter');
  perform private.require(p_limit between 1 and 10000, 'p_limit');
  perform private.require(
    sort in ('name', 'status', 'phase', 'segment', 'owner', 'stage', 'open', 'arr', 'mrr', 'ar', 'health',
      'churn', 'trs', 'qbr', 'updated')
      and p_sort in (sort, '-' || sort), 'p_sort');
  query := nullif(lower(btrim(filter ->> 'q')), '');
  perform private.check_text('q', query, 200, false);
  statuses := private.chosen_words(filter, 'status', array['prospect', 'active', 'paused', 'churned']);
  phases := private.chosen_words(filter, 'phase', array[
    'Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active', 'none']);
  segments := private.chosen_words(filter, 'segment', array['smb', 'mid', 'enterprise', 'none']);
  owners := private.chosen_words(filter, 'owner', null);
  health_bands := private.chosen_words(filter, 'health', array['healthy', 'watch', 'critical', 'none']);
  churn_bands := private.chosen_words(filter, 'churn', array['none', 'watch', 'at_risk', 'critical']);

  -- The text is only ever compared, so that no character in it is a pattern.
  with matching as materialized (
    select c.id, c.name, c.status, c.phase, c.segment, c.arr, c.health, c.churn_risk, c.trs_score,
      c.qbr_date, c.updated_at, c.owner_id, u.name as owner_name
    from public.clients c
    left join public.users u on u.id = c.owner_id and u.organization_id = c.organization_id
    where c.organization_id = chosen
      and (query is null or position(query in lower(c.name)) > 0
        or position(query in lower(c.industry)) > 0 or position(query in lower(c.region)) > 0)
      and (statuses is null or c.status = any (statuses))
      and (phases is null or coalesce(c.phase, 'none') = any (phases))
      and (segments is null or coalesce(c.segment, 'none') = any (segments))
      and (owners is null or coalesce(c.owner_id::text, 'none') = any (owners))
      and (health_bands is null or case
          when c.health is null then 'none'
          when c.health >= 70 then 'healthy'
          when c.health >= 55 then 'watch'
          else 'critical' end = any (health_bands))
      and (churn_bands is null or case
          when coalesce(c.churn_risk, 0) < 10 then 'none'
          when c.churn_risk < 15 then 'watch'
          when c.churn_risk < 25 then 'at_risk'
          else 'critical' end = any (churn_bands))
  ),
  -- What is not asked for is not computed: a branch of `case` that is not taken reads nothing.
  keyed as (
    select m.id, m.name,
      case sort
        when 'arr' then m.arr
        when 'health' then m.health
        when 'churn' then m.churn_risk
        when 'trs' then m.trs_score
        when 'qbr' then m.qbr_date - date '1900-01-01'
        when 'updated' then extract(epoch from m.updated_at)
        when 'status' then array_position(array['prospect', 'active', 'paused', 'churned'], m.status)
        when 'phase' then array_position(array[
          'Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active'], m.phase)
        when 'segment' then array_position(array['smb', 'mid', 'enterprise'], m.segment)
        when 'stage' then (select array_position(array['Prospect', 'Qualify', 'Proposal', 'Negotiation'],
          v.furthest_open_stage) from public.vw_client_overview v where v.client_id = m.id)
        when 'open' then (select v.open_value from public.vw_client_overview v where v.client_id = m.id)
        when 'mrr' then (select v.mrr from public.vw_client_overview v where v.client_id = m.id)
        when 'ar' then (select v.ar_outstanding from public.vw_client_overview v where v.client_id = m.id)
      end as number,
      case sort when 'name' then lower(m.name) when 'owner' then lower(m.owner_name) end as word
    from matching m
  ),
  -- What is not known stands last in both directions.
  page as (
    select row_number() over (
        order by
          case when not descending then k.number end, case when descending then k.number end desc nulls last,
          case when not descending then k.word end, case when descending then k.word end desc nulls last,
          lower(k.name), k.id
      ) as place, k.id
    from keyed k
    order by place
    limit p_limit
  ),
  shown as (
    select p.place, jsonb_build_object(
        'client_id', v.client_id, 'client_name', v.client_name, 'status', v.status, 'phase', v.phase,
        'segment', v.segment, 'industry', v.industry, 'region', c.region, 'owner_id', v.owner_id,
        'owner_name', v.owner_name, 'arr', v.arr, 'health', v.health, 'churn_risk', v.churn_risk,
        'trs_score', v.trs_score, 'previous_health', v.previous_health,
        'previous_churn_risk', v.previous_churn_risk, 'previous_snapshot_date', v.previous_snapshot_date,
        'qbr_date', v.qbr_date, 'is_expansion', v.is_expansion, 'churned_on', v.churned_on,
        'open_count', v.open_count, 'open_value', v.open_value, 'furthest_open_stage', v.furthest_open_stage,
        'mrr', v.mrr, 'ar_outstanding', v.ar_outstanding, 'ar_overdue', v.ar_overdue,
        'updated_at', v.updated_at, 'version', v.version) as row
    from page p
    join public.vw_client_overview v on v.client_id = p.id
    join public.clients c on c.id = p.id
  ),
  -- The money of a client is readable or not as a whole; a sum over some of them would mislead.
  readable as (
    select coalesce(bool_and(
        (select private.is_manager()) or m.owner_id = (select auth.uid())
        or m.id = (select private.my_client_id())), true) as all_money
    from matching m
  )
  select jsonb_build_object(
      'rows', coalesce((select jsonb_agg(s.row order by s.place) from shown s), '[]'),
      'total', (select count(*) from matching),
      'sums', jsonb_build_object(
        'arr', (select coalesce(sum(m.arr), 0) from matching m),
        'open_value', case when (select private.is_staff()) then (
          select coalesce(sum(o.amount), 0) from public.opportunities o join matching m on m.id = o.client_id
          where o.stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation')) end,
        'mrr', case when r.all_money then (
          select round(coalesce(sum(s.mrr), 0), 2) from public.subscriptions s join matching m on m.id = s.client_id
          where s.activated_on <= today and (s.ended_on is null or today < s.ended_on)) end,
        'ar_outstanding', case when r.all_money then (
          select coalesce(sum(i.balance), 0) from public.invoices i join matching m on m.id = i.client_id
          where i.status = 'sent') end))
    into answer
    from readable r;
  return answer;
end
$$;
comment on function public.list_clients(jsonb, text, integer, uuid) is
  'Clients that match a filter, in an order (a minus: largest first), as {rows, total, sums}: at most 10,000 rows, while total and sums are of all that match. A sum is null when the caller may not read all of it.';

revoke execute on function private.chosen_words(jsonb, text, text[]) from public, anon;
grant execute on function private.chosen_words(jsonb, text, text[]) to authenticated, service_role;
revoke execute on function public.list_clients(jsonb, text, integer, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.list_clients(jsonb, text, integer, uuid) to authenticated;
