-- The day of the last quarterly business review, so that the list and the record can
-- say what changed since. A review counts as held when its day had come and another one
-- is set in its place; who knows better writes the day down.

alter table public.clients add column last_qbr_date date;
comment on column public.clients.last_qbr_date is
  'Day of the last quarterly business review, never one to come: the date that had come when another was set, or as people say; null = none known.';

create function private.clients_last_qbr() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  today constant date := private.organization_today(new.organization_id);
begin
  if new.last_qbr_date is distinct from old.last_qbr_date then
    if new.last_qbr_date > today then
      perform private.check_fields(private.problem('last_qbr_date', 'out_of_range'));
    end if;
  elsif old.qbr_date <= today and new.qbr_date is distinct from old.qbr_date then
    new.last_qbr_date := greatest(old.qbr_date, new.last_qbr_date);
  end if;
  return new;
end
$$;
comment on function private.clients_last_qbr() is
  'Keeps the day of a review that had come when its date is replaced; refuses days to come.';
revoke execute on function private.clients_last_qbr() from public, anon;

create trigger clients_last_qbr before update of qbr_date, last_qbr_date on public.clients
  for each row execute function private.clients_last_qbr();

create or replace function public.list_clients(
  p_filter jsonb default '{}', p_sort text default 'name', p_limit integer default 200,
  p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
-- The planner takes the steps below for far larger than they are, and compiling them would take ten times as
-- long as running them. A plan for any filter, kept, would suit none.
set jit = off
set plan_cache_mode = force_custom_plan
as $$
declare
  chosen constant uuid := private.chosen_organization(p_organization_id);
  today constant date := private.organization_today(chosen);
  filter constant jsonb := coalesce(p_filter, '{}');
  descending constant boolean := left(p_sort, 1) = '-';
  sort constant text := ltrim(p_sort, '-');
  -- Asked once: these decide for every row whose money it is.
  me constant uuid := auth.uid();
  my_account constant uuid := private.my_client_id();
  staff constant boolean := private.is_staff();
  manager constant boolean := private.is_manager();
  query text;
  statuses text[];
  phases text[];
  segments text[];
  owners text[];
  owner_ids uuid[];
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
  perform private.require(coalesce(jsonb_typeof(filter -> 'q') in ('string', 'null'), true), 'q');
  perform private.check_text('q', filter ->> 'q', 200, false);
  query := nullif(lower(regexp_replace(filter ->> 'q', '^\s+|\s+$', '', 'g')), '');
  statuses := private.chosen_words(filter, 'status', array['prospect', 'active', 'paused', 'churned']);
  phases := private.chosen_words(filter, 'phase', array[
    'Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active', 'none']);
  segments := private.chosen_words(filter, 'segment', array['smb', 'mid', 'enterprise', 'none']);
  owners := private.chosen_words(filter, 'owner', null);
  owner_ids := array(select o.word::uuid from unnest(owners) as o (word) where o.word <> 'none');
  health_bands := private.chosen_words(filter, 'health', array['healthy', 'watch', 'critical', 'none']);
  -- A client that is not scored, or below the first threshold, is in no band.
  churn_bands := private.chosen_words(filter, 'churn', array['watch', 'at_risk', 'critical']);

  with matching as materialized (
    select c.id, c.name, c.status, c.phase, c.segment, c.industry, c.region, c.owner_id, u.name as owner_name,
      c.arr, c.health, c.churn_risk, c.trs_score, c.qbr_date, c.last_qbr_date, c.is_expansion,
      c.churned_on, c.updated_at, c.version,
      coalesce(manager or c.owner_id = me or c.id = my_account, false) as reads_money
    from public.clients c
    left join public.users u on u.id = c.owner_id and u.organization_id = c.organization_id
    where c.organization_id = chosen
      -- The text is only ever compared, so that no character in it is a pattern.
      and (query is null or position(query in lower(c.name)) > 0
        or position(query in lower(c.industry)) > 0 or position(query in lower(c.region)) > 0)
      and (statuses is null or c.status = any (statuses))
      and (phases is null or coalesce(c.phase, 'none') = any (phases))
      and (segments is null or coalesce(c.segment, 'none') = any (segments))
      and (owners is null or c.owner_id = any (owner_ids) or (c.owner_id is null and 'none' = any (owners)))
      and (health_bands is null or case
          when c.health is null then 'none'
          when c.health >= 70 then 'healthy'
          when c.health >= 55 then 'watch'
          else 'critical' end = any (health_bands))
      and (churn_bands is null or case
          when c.churn_risk >= 25 then 'critical'
          when c.churn_risk >= 15 then 'at_risk'
          when c.churn_risk >= 10 then 'watch' end = any (churn_bands))
  ),
  -- Once for all that match, because the sums need all of them. As vw_client_overview has it, client by
  -- client; a proof compares the two.
  pipeline as (
    select o.client_id, count(*) as open_count, sum(o.amount) as open_value,
      max(array_position(array['Prospect', 'Qualify', 'Proposal', 'Negotiation'], o.stage)) as stage
    from public.opportunities o
    where o.organization_id = chosen and o.stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation')
      and o.client_id in (select m.id from matching m)
    group by o.client_id
  ),
  revenue as (
    select s.client_id, sum(s.mrr) as mrr
    from public.subscriptions s
    where s.organization_id = chosen and s.activated_on <= today and (s.ended_on is null or today < s.ended_on)
      and s.client_id in (select m.id from matching m where m.reads_money)
    group by s.client_id
  ),
  receivable as (
    select i.client_id, sum(i.balance) as outstanding,
      coalesce(sum(i.balance) filter (where i.due_date < today), 0) as overdue
    from public.invoices i
    where i.organization_id = chosen and i.status = 'sent'
      and i.client_id in (select m.id from matching m where m.reads_money)
    group by i.client_id
  ),
  whole as materialized (
    select m.*,
      case when staff then coalesce(p.open_count, 0) end as open_count,
      case when staff then round(coalesce(p.open_value, 0), 2) end as open_value,
      p.stage,
      case when m.reads_money then round(coalesce(r.mrr, 0), 2) end as mrr,
      case when m.reads_money then round(coalesce(a.outstanding, 0), 2) end as ar_outstanding,
      case when m.reads_money then round(coalesce(a.overdue, 0), 2) end as ar_overdue
    from matching m
    left join pipeline p on p.client_id = m.id
    left join revenue r on r.client_id = m.id
    left join receivable a on a.client_id = m.id
  ),
  keyed as (
    select w.*, case sort
        when 'arr' then w.arr
        when 'open' then w.open_value
        when 'mrr' then w.mrr
        when 'ar' then w.ar_outstanding
        when 'health' then w.health
        when 'churn' then w.churn_risk
        when 'trs' then w.trs_score
        when 'qbr' then w.qbr_date - date '1900-01-01'
        when 'updated' then extract(epoch from w.updated_at)
        when 'status' then array_position(array['prospect', 'active', 'paused', 'churned'], w.status)
        when 'phase' then array_position(array[
          'Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active'], w.phase)
        when 'segment' then array_position(array['smb', 'mid', 'enterprise'], w.segment)
        when 'stage' then w.stage
      end as number,
      case sort when 'name' then lower(w.name) when 'owner' then lower(w.owner_name) end as word
    from whole w
  ),
  -- What is not known stands last in both directions. Words stand by the numbers of their characters, in
  -- every database alike, and as the page sorts them.
  page as (
    select k.*, row_number() over (
        order by
          case when not descending then k.number end, case when descending then k.number end desc nulls last,
          case when not descending then k.word end collate "C",
          case when descending then k.word end collate "C" desc nulls last,
          lower(k.name) collate "C", k.id
      ) as place
    from keyed k
    order by place
    limit p_limit
  )
  select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(
          jsonb_build_object(
            'id', p.id, 'name', p.name, 'status', p.status, 'phase', p.phase,
            'segment', p.segment, 'industry', p.industry, 'region', p.region, 'owner_id', p.owner_id,
            'owner_name', p.owner_name, 'arr', p.arr, 'health', p.health, 'churn_risk', p.churn_risk,
            'trs_score', p.trs_score, 'previous_health', previous.health,
            'previous_churn_risk', previous.churn_risk, 'previous_snapshot_date', previous.snapshot_date,
            'qbr_date', p.qbr_date, 'last_qbr_date', p.last_qbr_date,
            'trs_at_last_qbr', at_last_qbr.trs_score, 'is_expansion', p.is_expansion, 'churned_on', p.churned_on,
            'open_count', p.open_count, 'open_value', p.open_value,
            'furthest_open_stage', (array['Prospect', 'Qualify', 'Proposal', 'Negotiation'])[p.stage],
            'mrr', p.mrr, 'ar_outstanding', p.ar_outstanding, 'ar_overdue', p.ar_overdue,
            'updated_at', p.updated_at, 'version', p.version)
          order by p.place)
        from page p
        left join lateral (
          select h.health, h.churn_risk, h.snapshot_date
          from public.client_health_history h
          where h.client_id = p.id and h.organization_id = chosen and h.snapshot_date < today
          order by h.snapshot_date desc
          limit 1
        ) previous on true
        left join lateral (
          select h.trs_score
          from public.client_health_history h
          where h.client_id = p.id and h.organization_id = chosen and h.snapshot_date <= p.last_qbr_date
          order by h.snapshot_date desc
          limit 1
        ) at_last_qbr on p.last_qbr_date is not null), '[]'),
      'total', count(*),
      'sums', jsonb_build_object(
        'arr', coalesce(sum(w.arr), 0),
        'open_value', case when staff then coalesce(sum(w.open_value), 0) end,
        -- The money of a client is readable or not as a whole; a sum over some of them would mislead.
        'mrr', case when coalesce(bool_and(w.reads_money), true) then coalesce(sum(w.mrr), 0) end,
        'ar_outstanding', case when coalesce(bool_and(w.reads_money), true)
          then coalesce(sum(w.ar_outstanding), 0) end))
    into answer
    from whole w;
  return answer;
end
$$;
