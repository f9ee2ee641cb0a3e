-- The pipeline in one answer: the opportunities of a filter in an order, what each
-- stage adds up to over all that match, and what their scores are computed with.

create function private.win_rates(p_organization_id uuid, p_today date) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  zone constant text := (select o.time_zone from public.organizations o where o.id = p_organization_id);
begin
  return (
    with closed as materialized (
      select o.id, o.owner_id, o.stage = 'ClosedWon' as won
      from public.opportunities o
      where o.organization_id = p_organization_id and o.stage in ('ClosedWon', 'ClosedLost')
        and (o.closed_at at time zone zone)::date between p_today - 364 and p_today
    ),
    entered as (
      select distinct h.to_stage, c.id, c.won
      from closed c
      join public.opportunity_stage_history h on h.opportunity_id = c.id
      where h.to_stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation')
    )
    select jsonb_build_object(
      'stages', (
        select coalesce(jsonb_agg(jsonb_build_object('stage', s.to_stage, 'won', s.won, 'closed', s.closed)
          order by s.to_stage), '[]')
        from (
          select e.to_stage, count(*) filter (where e.won) as won, count(*) as closed
          from entered e group by e.to_stage
        ) s),
      'owners', (
        select coalesce(jsonb_agg(jsonb_build_object('owner_id', p.owner_id, 'won', p.won, 'closed', p.closed)
          order by p.owner_id), '[]')
        from (
          select c.owner_id, count(*) filter (where c.won) as won, count(*) as closed
          from closed c where c.owner_id is not null group by c.owner_id
        ) p),
      'all', (
        select jsonb_build_object('won', count(*) filter (where c.won), 'closed', count(*)) from closed c))
  );
end
$$;
comment on function private.win_rates(uuid, date) is
  'Opportunities closed in the 365 days to a day and how many of them were won: by stage they ever entered, by owner, in all.';

create function private.opportunity_rows(p_organization_id uuid, p_today date, p_ids uuid[])
returns table (id uuid, data jsonb)
language plpgsql stable
set search_path = ''
set jit = off
as $$
#variable_conflict use_column
declare
  zone constant text := (select o.time_zone from public.organizations o where o.id = p_organization_id);
begin
  return query
  with wanted as materialized (
    select o.* from public.opportunities o
    where o.organization_id = p_organization_id and o.id = any (p_ids)
  ),
  -- Read as the caller: mail and meetings that are private to a colleague are no touch.
  happened (opportunity_id, at) as (
    select n.opportunity_id, n.created_at from public.opportunity_notes n
    where n.organization_id = p_organization_id and n.opportunity_id in (select w.id from wanted w)
    union all
    select a.opportunity_id, a.completed_at from public.opportunity_activities a
    where a.organization_id = p_organization_id and a.status = 'completed'
      and a.opportunity_id in (select w.id from wanted w)
    union all
    select h.opportunity_id, h.changed_at from public.opportunity_stage_history h
    where h.organization_id = p_organization_id and h.from_stage is not null
      and h.opportunity_id in (select w.id from wanted w)
    union all
    select w.id, m.sent_at
    from wanted w join public.ingested_messages m on m.client_id = w.client_id
    where m.organization_id = p_organization_id
    union all
    select w.id, g.starts_at
    from wanted w join public.ingested_events g on g.client_id = w.client_id
    where g.organization_id = p_organization_id and g.starts_at <= now()
  ),
  touched as (
    select h.opportunity_id,
      count(*) filter (where p_today - (h.at at time zone zone)::date < 30) as touches,
      min(p_today - (h.at at time zone zone)::date) as days
    from happened h
    group by h.opportunity_id
  )
  select w.id, jsonb_build_object(
    'id', w.id, 'name', w.name, 'client_id', w.client_id, 'client_name', c.name,
    'owner_id', w.owner_id, 'owner_name', u.name, 'stage', w.stage, 'amount', w.amount,
    'probability', w.probability, 'probability_override', w.probability_override,
    'expected_close_date', w.expected_close_date, 'next_step', left(w.next_step, 500),
    'next_step_date', w.next_step_date,
    'days_in_stage', greatest(0, p_today - (w.stage_changed_at at time zone zone)::date),
    'touches', coalesce(t.touches, 0),
    'days_untouched', greatest(0, coalesce(t.days, p_today - (w.created_at at time zone zone)::date)),
    'closed_on', (w.closed_at at time zone zone)::date, 'lost_reason', w.lost_reason,
    'updated_at', w.updated_at, 'version', w.version)
  from wanted w
  join public.clients c on c.id = w.client_id and c.organization_id = w.organization_id
  left join public.users u on u.id = w.owner_id and u.organization_id = w.organization_id
  left join touched t on t.opportunity_id = w.id;
end
$$;
comment on function private.opportunity_rows(uuid, date, uuid[]) is
  'These opportunities as lists show them, with the days since their last touch; long next steps are cut to 500 characters.';

create function public.list_opportunities(
  p_filter jsonb default '{}', p_sort text default 'name', p_limit integer default 200,
  p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
set jit = off
set plan_cache_mode = force_custom_plan
as $$
declare
  chosen uuid;
  today date;
  filter constant jsonb := coalesce(p_filter, '{}');
  descending constant boolean := left(p_sort, 1) = '-';
  sort constant text := ltrim(p_sort, '-');
  closed constant text := coalesce(filter ->> 'closed', '0');
  close_window constant text := filter ->> 'close';
  query text;
  stages text[];
  owners text[];
  owner_ids uuid[];
  least numeric;
  most numeric;
  least_probability integer;
  zone text;
  quarter_start date;
  quarter_end date;
  answer jsonb;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  today := private.organization_today(chosen);
  perform private.require(jsonb_typeof(filter) = 'object', 'p_filter');
  perform private.require(
    filter - array['q', 'owner', 'stage', 'min', 'max', 'prob', 'close', 'closed'] = '{}', 'p_filter');
  perform private.require(p_limit between 1 and 10000, 'p_limit');
  perform private.require(
    sort in ('name', 'client', 'owner', 'stage', 'amount', 'probability', 'weighted', 'close', 'days', 'next',
      'updated')
      and p_sort in (sort, '-' || sort), 'p_sort');
  perform private.require(coalesce(jsonb_typeof(filter -> 'q') in ('string', 'null'), true), 'q');
  perform private.check_text('q', filter ->> 'q', 200, false);
  query := nullif(lower(regexp_replace(filter ->> 'q', '^\s+|\s+$', '', 'g')), '');
  stages := private.chosen_words(filter, 'stage',
    array['Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost']);
  owners := private.chosen_words(filter, 'owner', null);
  owner_ids := array(select o.word::uuid from unnest(owners) as o (word) where o.word <> 'none');
  perform private.require(coalesce(filter ->> 'min', '0') ~ '^-?\d{1,12}(\.\d{1,2})?$', 'min');
  perform private.require(coalesce(filter ->> 'max', '0') ~ '^-?\d{1,12}(\.\d{1,2})?$', 'max');
  perform private.require(coalesce(filter ->> 'prob', '0') ~ '^(\d{1,2}|100)$', 'prob');
  perform private.require(
    close_window is null or close_window in ('overdue', '7', '30', 'quarter', 'undated'), 'close');
  perform private.require(closed in ('0', '1', 'quarter'), 'closed');
  least := (filter ->> 'min')::numeric;
  most := (filter ->> 'max')::numeric;
  least_probability := (filter ->> 'prob')::integer;
  select o.time_zone, private.fiscal_quarter_start(today, o.fiscal_year_start_month)
    into zone, quarter_start
    from public.organizations o where o.id = chosen;
  quarter_end := (quarter_start + interval '3 months')::date - 1;

  with matching as materialized (
    select o.id, o.name, c.name as client_name, u.name as owner_name, o.stage, o.amount, o.probability,
      o.expected_close_date, o.stage_changed_at, o.next_step_date, o.updated_at
    from public.opportunities o
    join public.clients c on c.id = o.client_id and c.organization_id = o.organization_id
    left join public.users u on u.id = o.owner_id and u.organization_id = o.organization_id
    where o.organization_id = chosen
      and (o.stage not in ('ClosedWon', 'ClosedLost') or closed = '1' or o.stage = any (stages)
        or (closed = 'quarter' and (o.closed_at at time zone zone)::date >= quarter_start))
      -- The text is only ever compared, so that no character in it is a pattern.
      and (query is null or position(query in lower(o.name)) > 0 or position(query in lower(c.name)) > 0)
      and (stages is null or o.stage = any (stages))
      and (owners is null or o.owner_id = any (owner_ids) or (o.owner_id is null and 'none' = any (owners)))
      and (least is null or o.amount >= least)
      and (most is null or o.amount <= most)
      and (least_probability is null or o.probability >= least_probability)
      and (close_window is null or case close_window
          when 'overdue' then o.expected_close_date < today and o.stage not in ('ClosedWon', 'ClosedLost')
          when '7' then o.expected_close_date between today and today + 7
          when '30' then o.expected_close_date between today and today + 30
          when 'quarter' then o.expected_close_date <= quarter_end
          else o.expected_close_date is null end)
  ),
  keyed as (
    select m.*, case sort
        when 'amount' then m.amount
        when 'probability' then m.probability
        when 'weighted' then m.amount * m.probability
        when 'close' then m.expected_close_date - date '1900-01-01'
        when 'days' then today - (m.stage_changed_at at time zone zone)::date
        when 'next' then m.next_step_date - date '1900-01-01'
        when 'updated' then extract(epoch from m.updated_at)
        when 'stage' then array_position(
          array['Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost'], m.stage)
      end as number,
      case sort
        when 'name' then lower(m.name) when 'client' then lower(m.client_name)
        when 'owner' then lower(m.owner_name) end as word
    from matching m
  ),
  -- What is not known stands last in both directions.
  page as materialized (
    select k.id, row_number() over (
        order by
          case when not descending then k.number end, case when descending then k.number end desc nulls last,
          case when not descending then k.word end collate "C",
          case when descending then k.word end collate "C" desc nulls last,
          lower(k.name) collate "C", k.id
      ) as place
    from keyed k
    order by place
    limit p_limit
  ),
  summed as (
    select s.stage, s.place, count(m.id) as count, round(coalesce(sum(m.amount), 0), 2) as amount,
      -- round() of numeric goes half away from zero.
      round(coalesce(sum(m.amount * m.probability), 0) / 100, 2) as weighted
    from unnest(array['Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost'])
      with ordinality as s (stage, place)
    left join matching m on m.stage = s.stage
    group by s.stage, s.place
  )
  select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(r.data order by p.place)
        from page p
        join private.opportunity_rows(chosen, today, array(select p.id from page p)) r on r.id = p.id), '[]'),
      'total', (select count(*) from matching),
      'stages', (
        select jsonb_agg(jsonb_build_object(
          'stage', s.stage, 'count', s.count, 'amount', s.amount, 'weighted', s.weighted) order by s.place)
        from summed s),
      -- Rounded once: not always the sum of the rounded stages.
      'open', (
        select jsonb_build_object('count', count(*), 'amount', round(coalesce(sum(m.amount), 0), 2),
          'weighted', round(coalesce(sum(m.amount * m.probability), 0) / 100, 2))
        from matching m where m.stage not in ('ClosedWon', 'ClosedLost')),
      'rates', private.win_rates(chosen, today))
    into answer;
  return answer;
end
$$;
comment on function public.list_opportunities(jsonb, text, integer, uuid) is
  'Opportunities that match a filter, in an order (a minus: largest first), as {rows, total, stages, open, rates}: at most 10,000 rows, while total and sums are of all that match. Closed ones only when the filter asks for them. Staff.';

create function public.opportunities_digest(p_organization_id uuid default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
  digest text;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  select concat_ws(
    ':',
    private.organization_today(chosen),
    (select o.version from public.organizations o where o.id = chosen),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(o.id, o.version)), 0)
      from public.opportunities o where o.organization_id = chosen
    ),
    -- The list names clients and owners.
    (
      select coalesce(sum(uuid_hash_extended(c.id, c.version)), 0)
      from public.clients c where c.organization_id = chosen
    ),
    (
      select coalesce(sum(uuid_hash_extended(u.id, u.version)), 0)
      from public.users u where u.organization_id = chosen
    ),
    -- Touches.
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(n.id, n.version)), 0)
      from public.opportunity_notes n where n.organization_id = chosen
    ),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(a.id, a.version)), 0)
      from public.opportunity_activities a where a.organization_id = chosen
    ),
    (select count(*) from public.ingested_messages m where m.organization_id = chosen),
    (select count(*) from public.ingested_events g where g.organization_id = chosen and g.starts_at <= now())
  )
  into digest;
  return md5(digest);
end
$$;
comment on function public.opportunities_digest(uuid) is
  'Changes whenever the list of opportunities changes for the caller: rows, rights, names, touches, the day. Staff.';

revoke execute on function
  private.win_rates(uuid, date),
  private.opportunity_rows(uuid, date, uuid[])
from public, anon;
grant execute on function
  private.win_rates(uuid, date),
  private.opportunity_rows(uuid, date, uuid[])
to authenticated, service_role;
revoke execute on function
  public.list_opportunities(jsonb, text, integer, uuid),
  public.opportunities_digest(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.list_opportunities(jsonb, text, integer, uuid),
  public.opportunities_digest(uuid)
to authenticated;
