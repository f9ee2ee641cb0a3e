-- What is spent, and what moved in and out of the account: each in one answer, with
-- what all that match add up to.

create function public.list_expenses(
  p_filter jsonb default '{}', p_sort text default '-date', p_limit integer default 200,
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
  filter constant jsonb := coalesce(p_filter, '{}');
  descending constant boolean := left(p_sort, 1) = '-';
  sort constant text := ltrim(p_sort, '-');
  query text;
  categories text[];
  states text[];
  month date;
  answer jsonb;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(filter) = 'object', 'p_filter');
  perform private.require(filter - array['q', 'category', 'state', 'month'] = '{}', 'p_filter');
  perform private.require(p_limit between 1 and 10000, 'p_limit');
  perform private.require(
    sort in ('date', 'vendor', 'category', 'amount', 'state') and p_sort in (sort, '-' || sort), 'p_sort');
  perform private.require(coalesce(jsonb_typeof(filter -> 'q') in ('string', 'null'), true), 'q');
  perform private.check_text('q', filter ->> 'q', 200, false);
  query := nullif(lower(regexp_replace(filter ->> 'q', '^\s+|\s+$', '', 'g')), '');
  categories := private.chosen_words(filter, 'category', array[
    'payroll_benefits', 'marketing_advertising', 'software_tools', 'office_equipment',
    'travel_entertainment', 'professional_services', 'hosting_infrastructure', 'other']);
  states := private.chosen_words(filter, 'state', array['unapproved', 'approved', 'paid']);
  -- The first day of a month.
  perform private.require(
    coalesce(private.is_date(filter ->> 'month') and (filter ->> 'month') ~ '-01$', true), 'month');
  month := (filter ->> 'month')::date;

  with matching as materialized (
    select e.*, case when e.paid_on is not null then 'paid' when e.approved_at is not null then 'approved'
        else 'unapproved' end as state
    from public.expenses e
    where e.organization_id = chosen
      -- The text is only ever compared, so that no character in it is a pattern.
      and (query is null or position(query in lower(e.vendor)) > 0
        or position(query in lower(e.description)) > 0)
      and (categories is null or e.category = any (categories))
      and (month is null or e.expense_date >= month and e.expense_date < month + interval '1 month')
  ),
  stated as materialized (
    select m.* from matching m where states is null or m.state = any (states)
  ),
  page as (
    select s.*, row_number() over (
        order by
          case when not descending then k.number end, case when descending then k.number end desc nulls last,
          case when not descending then k.word end collate "C",
          case when descending then k.word end collate "C" desc nulls last,
          s.expense_date desc, lower(s.vendor) collate "C", s.id
      ) as place
    from stated s
    cross join lateral (
      select case sort
          when 'date' then s.expense_date - date '1900-01-01'
          when 'amount' then s.amount
          when 'state' then array_position(array['unapproved', 'approved', 'paid'], s.state) end as number,
        case sort when 'vendor' then lower(s.vendor) when 'category' then s.category end as word
    ) k
    order by place
    limit p_limit
  )
  select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(jsonb_build_object(
            'id', p.id, 'expense_date', p.expense_date, 'vendor', p.vendor, 'category', p.category,
            'description', p.description, 'amount', p.amount, 'cost_of_revenue', p.cost_of_revenue,
            'recurring_frequency', p.recurring_frequency, 'receipt_url', p.receipt_url, 'notes', p.notes,
            'created_by', p.created_by, 'created_by_name', w.name, 'approved_by_name', a.name,
            'approved_at', p.approved_at, 'paid_on', p.paid_on, 'version', p.version)
          order by p.place)
        from page p
        left join public.users w on w.id = p.created_by
        left join public.users a on a.id = p.approved_by), '[]'),
      'total', (select count(*) from stated),
      'sums', (
        select jsonb_build_object(
          'amount', round(coalesce(sum(s.amount), 0), 2),
          'unapproved', round(coalesce(sum(s.amount) filter (where s.state = 'unapproved'), 0), 2),
          'unpaid', round(coalesce(sum(s.amount) filter (where s.state = 'approved'), 0), 2),
          'paid', round(coalesce(sum(s.amount) filter (where s.state = 'paid'), 0), 2))
        from stated s))
    into answer;
  return answer;
end
$$;
comment on function public.list_expenses(jsonb, text, integer, uuid) is
  'Expenses that match a filter (q, category, state, month as its first day), in an order (a minus: largest first), as {rows, total, sums}: at most 10,000 rows, while total and sums are of all that match. Director and Admin.';

create function public.expenses_digest(p_organization_id uuid default null) returns text
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
    (
      select count(*) || ':' || coalesce(sum(uuid_hash_extended(e.id, e.version)), 0)
      from public.expenses e where e.organization_id = chosen
    ),
    -- The list names people.
    (
      select coalesce(sum(uuid_hash_extended(u.id, u.version)), 0)
      from public.users u where u.organization_id = chosen
    )
  )
  into digest;
  return md5(digest);
end
$$;
comment on function public.expenses_digest(uuid) is
  'Changes whenever the list of expenses changes for the caller: rows, rights, names. Director and Admin.';

create function public.list_cash_entries(
  p_filter jsonb default '{}', p_limit integer default 200, p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
set jit = off
set plan_cache_mode = force_custom_plan
as $$
declare
  chosen uuid;
  filter constant jsonb := coalesce(p_filter, '{}');
  types text[];
  sources text[];
  earliest date;
  latest date;
  answer jsonb;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(filter) = 'object', 'p_filter');
  perform private.require(filter - array['type', 'source', 'from', 'to'] = '{}', 'p_filter');
  perform private.require(p_limit between 1 and 10000, 'p_limit');
  types := private.chosen_words(filter, 'type', array['inflow', 'outflow']);
  sources := private.chosen_words(filter, 'source',
    array['manual', 'opening_balance', 'invoice_payment', 'payment_reversal', 'expense']);
  perform private.require(coalesce(private.is_date(filter ->> 'from'), true), 'from');
  perform private.require(coalesce(private.is_date(filter ->> 'to'), true), 'to');
  earliest := (filter ->> 'from')::date;
  latest := (filter ->> 'to')::date;

  with running as materialized (
    -- Over all entries, whatever the filter: a balance is what was left then.
    select e.*, sum(case e.type when 'inflow' then e.amount else -e.amount end)
        over (order by e.entry_date, e.created_at, e.id) as balance
    from public.cash_flow_entries e
    where e.organization_id = chosen
  ),
  matching as materialized (
    select r.* from running r
    where (types is null or r.type = any (types))
      and (sources is null or r.source = any (sources))
      and (earliest is null or r.entry_date >= earliest)
      and (latest is null or r.entry_date <= latest)
  ),
  page as (
    select m.* from matching m
    order by m.entry_date desc, m.created_at desc, m.id desc
    limit p_limit
  )
  select jsonb_build_object(
      'rows', coalesce((
        select jsonb_agg(jsonb_build_object(
            'id', p.id, 'entry_date', p.entry_date, 'type', p.type, 'category', p.category,
            'description', p.description, 'amount', p.amount, 'account', p.account, 'source', p.source,
            'balance', round(p.balance, 2), 'version', p.version)
          order by p.entry_date desc, p.created_at desc, p.id desc)
        from page p), '[]'),
      'total', (select count(*) from matching),
      'sums', (
        select jsonb_build_object(
          'cash_in', round(coalesce(sum(m.amount) filter (where m.type = 'inflow'), 0), 2),
          'cash_out', round(coalesce(sum(m.amount) filter (where m.type = 'outflow'), 0), 2))
        from matching m))
    into answer;
  return answer;
end
$$;
comment on function public.list_cash_entries(jsonb, integer, uuid) is
  'Cash entries that match a filter, the newest first, each with what was left after it, as {rows, total, sums}: at most 10,000 rows, while total and sums are of all that match. Director and Admin.';

create function public.cash_digest(p_organization_id uuid default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  return md5((
    select count(*) || ':' || coalesce(sum(uuid_hash_extended(e.id, e.version)), 0)
    from public.cash_flow_entries e where e.organization_id = chosen
  ));
end
$$;
comment on function public.cash_digest(uuid) is
  'Changes whenever the list of cash entries changes for the caller. Director and Admin.';

revoke execute on function
  public.list_expenses(jsonb, text, integer, uuid),
  public.expenses_digest(uuid),
  public.list_cash_entries(jsonb, integer, uuid),
  public.cash_digest(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.list_expenses(jsonb, text, integer, uuid),
  public.expenses_digest(uuid),
  public.list_cash_entries(jsonb, integer, uuid),
  public.cash_digest(uuid)
to authenticated;
