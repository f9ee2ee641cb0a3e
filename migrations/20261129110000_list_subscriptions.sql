-- Recurring revenue in one answer: the terms of a filter in an order, what all that
-- match add up to today, and what clients have agreed to pay with.

-- Two terms for one product at the same time would count twice. The service and the
-- superuser load history as it was; people are told.
create function private.subscriptions_overlap() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.activated_on is null or auth.uid() is null then
    return new;
  end if;
  -- Of two at once the second one sees the first.
  perform pg_advisory_xact_lock(hashtextextended('subscriptions:' || new.client_id, 0));
  if exists (
    select from public.subscriptions s
    where s.client_id = new.client_id and s.id <> new.id
      and lower(btrim(s.product_name)) = lower(btrim(new.product_name))
      and s.activated_on < coalesce(new.ended_on, 'infinity')
      and new.activated_on < coalesce(s.ended_on, 'infinity')
      and s.activated_on < coalesce(s.ended_on, 'infinity')
      and new.activated_on < coalesce(new.ended_on, 'infinity')
  ) then
    perform private.check_fields(private.problem('activated_on', 'overlapping'));
  end if;
  return new;
end
$$;
comment on function private.subscriptions_overlap() is
  'Refuses terms of a client for a product that already has terms on one of the days.';
revoke execute on function private.subscriptions_overlap() from public, anon;

create trigger subscriptions_overlap before insert or update of product_name, activated_on, ended_on
  on public.subscriptions
  for each row execute function private.subscriptions_overlap();

create function public.list_subscriptions(
  p_filter jsonb default '{}', p_sort text default 'client', p_limit integer default 200,
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
  statuses text[];
  clients uuid[];
  answer jsonb;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  today := private.organization_today(chosen);
  perform private.require(jsonb_typeof(filter) = 'object', 'p_filter');
  perform private.require(filter - array['status', 'client'] = '{}', 'p_filter');
  perform private.require(p_limit between 1 and 10000, 'p_limit');
  perform private.require(
    sort in ('client', 'product', 'status', 'amount', 'mrr', 'since', 'renewal')
      and p_sort in (sort, '-' || sort), 'p_sort');
  statuses := private.chosen_words(filter, 'status',
    array['trial', 'active', 'past_due', 'paused', 'cancelled', 'replaced']);
  clients := private.chosen_words(filter, 'client', null)::uuid[];

  with matching as materialized (
    select s.*, c.name as client_name,
      coalesce(s.activated_on <= today and (s.ended_on is null or today < s.ended_on), false) as counts
    from public.subscriptions s
    join public.clients c on c.id = s.client_id and c.organization_id = s.organization_id
    where s.organization_id = chosen
      and (statuses is null or s.status = any (statuses))
      and (clients is null or s.client_id = any (clients))
  ),
  keyed as (
    select m.*, case sort
        when 'amount' then m.amount
        when 'mrr' then case when m.counts then m.mrr else 0 end
        when 'since' then m.activated_on - date '1900-01-01'
        when 'renewal' then m.renewal_date - date '1900-01-01'
        when 'status' then array_position(
          array['trial', 'active', 'past_due', 'paused', 'cancelled', 'replaced'], m.status)
      end as number,
      case sort when 'client' then lower(m.client_name) when 'product' then lower(m.product_name) end as word
    from matching m
  ),
  page as (
    select k.*, row_number() over (
        order by
          case when not descending then k.number end, case when descending then k.number end desc nulls last,
          case when not descending then k.word end collate "C",
          case when descending then k.word end collate "C" desc nulls last,
          lower(k.client_name) collate "C", lower(k.product_name) collate "C",
          k.activated_on desc nulls first, k.id
      ) as place
    from keyed k
    order by place
    limit p_limit
  )
  select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(jsonb_build_object(
            'id', p.id, 'client_id', p.client_id, 'client_name', p.client_name,
            'product_name', p.product_name, 'status', p.status, 'amount', p.amount,
            'billing_frequency', p.billing_frequency, 'mrr', p.mrr, 'arr', p.arr,
            'trial_ends_on', p.trial_ends_on, 'activated_on', p.activated_on, 'ended_on', p.ended_on,
            'renewal_date', p.renewal_date, 'cancel_reason', p.cancel_reason, 'counts', p.counts,
            'version', p.version)
          order by p.place)
        from page p), '[]'),
      'total', (select count(*) from matching),
      'sums', (
        select jsonb_build_object(
          'mrr', round(coalesce(sum(m.mrr) filter (where m.counts), 0), 2),
          'arr', round(coalesce(sum(m.arr) filter (where m.counts), 0), 2),
          'past_due', round(coalesce(sum(m.mrr) filter (where m.counts and m.status = 'past_due'), 0), 2),
          'trials', count(*) filter (where m.status = 'trial'))
        from matching m),
      -- Whatever the filter: the terms of all active clients that have some.
      'arrangements', coalesce((
        select jsonb_agg(jsonb_build_object(
            'client_id', c.id, 'client_name', c.name, 'arrangement_type', f.arrangement_type,
            'monthly_fee', f.monthly_fee, 'revenue_share_pct', f.revenue_share_pct,
            'client_reported_mrr', f.client_reported_mrr, 'equity_stake_pct', f.equity_stake_pct, 'mrr', f.mrr)
          order by lower(c.name) collate "C", c.id)
        from public.finance f
        join public.clients c on c.id = f.client_id and c.organization_id = f.organization_id
        where f.organization_id = chosen and c.status = 'active'
          and num_nonnulls(f.arrangement_type, f.monthly_fee, f.revenue_share_pct, f.equity_stake_pct) > 0), '[]'))
    into answer;
  return answer;
end
$$;
comment on function public.list_subscriptions(jsonb, text, integer, uuid) is
  'Subscriptions that match a filter, in an order (a minus: largest first), as {rows, total, sums, arrangements}: at most 10,000 rows, while total and sums are of all that match. Director and Admin.';

create function public.subscriptions_digest(p_organization_id uuid default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
  digest text;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  select concat_ws(
    ':',
    private.organization_today(chosen),
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(s.id, s.version)), 0)
      from public.subscriptions s where s.organization_id = chosen
    ),
    (
      select coalesce(sum(uuid_hash_extended(f.id, f.version)), 0) || ':' || coalesce(sum(f.mrr), 0)
      from public.finance f where f.organization_id = chosen
    ),
    -- The list names clients, and asks whether they are active.
    (
      select coalesce(sum(uuid_hash_extended(c.id, c.version)), 0)
      from public.clients c where c.organization_id = chosen
    )
  )
  into digest;
  return md5(digest);
end
$$;
comment on function public.subscriptions_digest(uuid) is
  'Changes whenever the list of subscriptions changes for the caller: rows, terms, rights, names, the day. Director and Admin.';

revoke execute on function
  public.list_subscriptions(jsonb, text, integer, uuid),
  public.subscriptions_digest(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.list_subscriptions(jsonb, text, integer, uuid),
  public.subscriptions_digest(uuid)
to authenticated;
