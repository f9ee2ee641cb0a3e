-- Money in and out. There is no stored balance: cash is the sum of the rows.

create table public.cash_flow_entries (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint cash_flow_entries_organization_id_fkey
    references public.organizations (id) on delete restrict,
  entry_date date not null,
  type text not null check (type in ('inflow', 'outflow')),
  -- Names 200, free text 10,000.
  category text not null check (btrim(category) <> '' and length(category) <= 200),
  description text not null check (length(description) <= 10000),
  amount numeric(14,2) not null check (amount > 0),
  account text not null default 'operating' check (btrim(account) <> '' and length(account) <= 200),
  source text not null default 'manual'
    check (source in ('manual', 'opening_balance', 'invoice_payment', 'payment_reversal', 'expense')),
  source_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint cash_flow_entries_source_id_check
    check (source in ('manual', 'opening_balance') or source_id is not null)
);

create index cash_flow_entries_organization_id_entry_date_idx
  on public.cash_flow_entries (organization_id, entry_date);
create unique index cash_flow_entries_source_id_key
  on public.cash_flow_entries (organization_id, source, source_id)
  where source_id is not null;

comment on table public.cash_flow_entries is
  'Money in and out by day. Payments and paid expenses post theirs by trigger; the rest is typed.';
comment on column public.cash_flow_entries.category is 'Free text; posted expenses carry their category.';
comment on column public.cash_flow_entries.source_id is 'The payment or expense it was posted for.';

-- Triggers -------------------------------------------------------------------

create function private.cash_flow_entries_guard() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  before constant public.cash_flow_entries := coalesce(old, new);
  after constant public.cash_flow_entries := coalesce(new, old);
  typed constant text[] := array['manual', 'opening_balance'];
begin
  -- Posted rows are written by the triggers of payments and expenses, while one
  -- of these is at work.
  if before.source <> all (typed) or after.source <> all (typed) then
    perform private.guard_op(array['record_payment', 'reverse_payment', 'mark_expense_paid']);
  end if;
  return coalesce(new, old);
end
$$;

revoke execute on function private.cash_flow_entries_guard() from public, anon;

create trigger cash_flow_entries_guard before insert or update or delete on public.cash_flow_entries
  for each row execute function private.cash_flow_entries_guard();
create trigger cash_flow_entries_touch before update on public.cash_flow_entries
  for each row execute function private.touch();
create trigger cash_flow_entries_audit after insert or update or delete on public.cash_flow_entries
  for each row execute function private.audit();
create trigger cash_flow_entries_emit after insert or update or delete on public.cash_flow_entries
  for each row execute function private.emit_row('finance.cash_entry', 'cash_flow_entry', 'type', 'amount');

-- Access: Admins write, Directors read; nobody else ---------------------------

alter table public.cash_flow_entries enable row level security;
alter table public.cash_flow_entries force row level security;

create policy cash_flow_entries_select on public.cash_flow_entries for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

create policy cash_flow_entries_insert on public.cash_flow_entries for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy cash_flow_entries_update on public.cash_flow_entries for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy cash_flow_entries_delete on public.cash_flow_entries for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.cash_flow_entries from anon, authenticated, service_role;
grant select, delete on public.cash_flow_entries to authenticated;
-- Not source_id: only posted rows have one.
grant insert (id, organization_id, entry_date, type, category, description, amount, account, source)
  on public.cash_flow_entries to authenticated;
grant update (entry_date, type, category, description, amount, account, source)
  on public.cash_flow_entries to authenticated;
grant select, insert, update, delete on public.cash_flow_entries to service_role;
