-- A client's money on one row: the terms that people type, and two totals kept
-- by trigger so that lists need not add up.

create table public.finance (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint finance_organization_id_fkey references public.organizations (id) on delete restrict,
  client_id uuid not null constraint finance_client_id_key unique,
  arrangement_type text
    check (arrangement_type in ('invoiced', 'advisory', 'equity_partnership', 'equity')),
  monthly_fee numeric(14,2) check (monthly_fee >= 0),
  revenue_share_pct numeric(5,2) check (revenue_share_pct between 0 and 100),
  client_reported_mrr numeric(14,2),
  equity_stake_pct numeric(5,2) check (equity_stake_pct between 0 and 100),
  projection_mrr numeric(14,2),
  mrr numeric(14,2) not null default 0,
  ar_outstanding numeric(14,2) not null default 0,
  cached_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint finance_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index finance_organization_id_idx on public.finance (organization_id);

comment on table public.finance is 'Terms of a client as typed, and cached totals. One row per client, made by trigger.';
comment on column public.finance.client_reported_mrr is
  'The client''s own monthly revenue: what the revenue share is a share of.';
comment on column public.finance.equity_stake_pct is 'Information only.';
comment on column public.finance.projection_mrr is 'Typed expectation, shown as such.';
comment on column public.finance.mrr is 'Cached: monthly recurring revenue in force on the day of cached_at.';
comment on column public.finance.ar_outstanding is 'Cached: balance of sent invoices.';
comment on column public.finance.version is 'Counts edits of the terms; the cache does not make a form stale.';

-- The cache ------------------------------------------------------------------

create function private.refresh_client_finance(p_client_id uuid) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  client public.clients;
  today date;
begin
  select c.* into client from public.clients c where c.id = p_client_id;
  -- Deleted just now, with everything below it.
  if not found then
    return;
  end if;
  today := private.organization_today(client.organization_id);
  insert into public.finance (organization_id, client_id) values (client.organization_id, client.id)
    on conflict (client_id) do nothing;
  -- Locked before the sums are read: of two changes at once the second one counts
  -- the first.
  perform from public.finance f where f.client_id = p_client_id for no key update;
  update public.finance f set
      mrr = (
        select coalesce(sum(s.mrr), 0) from public.subscriptions s
        where s.client_id = p_client_id
          and s.activated_on <= today and (s.ended_on is null or today < s.ended_on)
      ),
      ar_outstanding = (
        select coalesce(sum(i.balance), 0) from public.invoices i
        where i.client_id = p_client_id and i.status = 'sent'
      ),
      cached_at = now()
    where f.client_id = p_client_id;
end
$$;
comment on function private.refresh_client_finance(uuid) is
  'Makes sure of the client''s finance row and computes its cached totals for today. Only for triggers and functions.';

create function private.finance_from_invoices() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  any_row constant public.invoices := coalesce(new, old);
begin
  if tg_op = 'UPDATE' then
    if (new.client_id, new.status, new.balance) is not distinct from (old.client_id, old.status, old.balance) then
      return null;
    end if;
    if new.client_id <> old.client_id then
      perform private.refresh_client_finance(least(old.client_id, new.client_id));
      perform private.refresh_client_finance(greatest(old.client_id, new.client_id));
      return null;
    end if;
  end if;
  perform private.refresh_client_finance(any_row.client_id);
  return null;
end
$$;

create function private.finance_from_subscriptions() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  any_row constant public.subscriptions := coalesce(new, old);
begin
  if tg_op = 'UPDATE' then
    if (new.mrr, new.activated_on, new.ended_on) is not distinct from (old.mrr, old.activated_on, old.ended_on) then
      return null;
    end if;
  end if;
  perform private.refresh_client_finance(any_row.client_id);
  return null;
end
$$;

-- The service computes the cache anew when a day begins.
revoke execute on function private.refresh_client_finance(uuid) from public, anon;
grant execute on function private.refresh_client_finance(uuid) to service_role;
revoke execute on function private.finance_from_invoices() from public, anon;
revoke execute on function private.finance_from_subscriptions() from public, anon;

create trigger finance_from_invoices after insert or update or delete on public.invoices
  for each row execute function private.finance_from_invoices();
create trigger finance_from_subscriptions after insert or update or delete on public.subscriptions
  for each row execute function private.finance_from_subscriptions();

-- Triggers -------------------------------------------------------------------

-- A new total of the cache is not an edit: it names only the columns left out here.
create trigger finance_touch
  before update of id, organization_id, client_id, created_at, arrangement_type, monthly_fee,
    revenue_share_pct, client_reported_mrr, equity_stake_pct, projection_mrr
  on public.finance
  for each row execute function private.touch();
create trigger finance_audit after insert or update or delete on public.finance
  for each row execute function private.audit('mrr', 'ar_outstanding', 'cached_at');
-- People only update; the rows come from the triggers above.
create trigger finance_emit
  after update of arrangement_type, monthly_fee, revenue_share_pct, client_reported_mrr,
    equity_stake_pct, projection_mrr
  on public.finance
  for each row execute function private.client_child_emit(
    'client.finance.updated', 'client.finance.updated', 'client.finance.updated', 'finance_id');

-- Access: managers read and type the terms, a Member reads those of own clients --

alter table public.finance enable row level security;
alter table public.finance force row level security;

create policy finance_select on public.finance for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or (
          (select private.persona()) = 'Member'
          and client_id = any ((select private.my_client_ids())::uuid[])
        )
      )
    )
  );

create policy finance_update on public.finance for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

revoke all on public.finance from anon, authenticated, service_role;
grant select on public.finance to authenticated;
grant update (
  arrangement_type, monthly_fee, revenue_share_pct, client_reported_mrr, equity_stake_pct,
  projection_mrr
) on public.finance to authenticated;
grant select, insert, update, delete on public.finance to service_role;
