-- What the organization spends. Entered by one person, approved by another, and
-- in the cash only once paid.

create table public.expenses (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint expenses_organization_id_fkey references public.organizations (id) on delete restrict,
  created_by uuid not null
    constraint expenses_created_by_fkey references public.users (id) on delete restrict,
  expense_date date not null,
  category text not null check (category in (
    'payroll_benefits', 'marketing_advertising', 'software_tools', 'office_equipment',
    'travel_entertainment', 'professional_services', 'hosting_infrastructure', 'other')),
  cost_of_revenue boolean not null default false,
  -- Names 200, free text 10,000, addresses 2,000.
  vendor text not null check (length(vendor) <= 200),
  description text not null check (length(description) <= 10000),
  amount numeric(14,2) not null check (amount > 0),
  recurring_frequency text
    check (recurring_frequency in ('monthly', 'quarterly', 'annual', 'one_time')),
  approved_at timestamptz,
  approved_by uuid
    constraint expenses_approved_by_fkey references public.users (id) on delete restrict,
  paid_on date,
  receipt_url text check (receipt_url ~ '^https://' and length(receipt_url) <= 2000),
  notes text check (length(notes) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint expenses_self_approval_check check (approved_by is null or approved_by <> created_by),
  constraint expenses_paid_check check (paid_on is null or approved_at is not null)
);

create index expenses_organization_id_expense_date_idx
  on public.expenses (organization_id, expense_date);
create index expenses_organization_id_category_expense_date_idx
  on public.expenses (organization_id, category, expense_date);
create index expenses_created_by_idx on public.expenses (created_by);
create index expenses_approved_by_idx on public.expenses (approved_by);

comment on table public.expenses is 'Expenses. Approved by somebody else than entered them; approved ones are in the profit and loss.';
comment on column public.expenses.cost_of_revenue is 'Counts against the gross margin.';
comment on column public.expenses.recurring_frequency is 'Null = not recurring.';
comment on column public.expenses.approved_at is 'Set by approve_expense.';
comment on column public.expenses.paid_on is 'Set by mark_expense_paid, which posts the cash entry.';

-- Triggers -------------------------------------------------------------------

create function private.expenses_guard() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    -- Binds the service too, as the next rules do: the cash entry refers to it.
    if old.paid_on is not null then
      perform private.fail(409, 'invalid_transition', '{"state": "paid"}');
    end if;
    return old;
  end if;
  if old.approved_at is not null
    and (new.amount, new.category, new.expense_date)
      is distinct from (old.amount, old.category, old.expense_date)
  then
    perform private.fail(409, 'invalid_transition', '{"state": "approved"}');
  end if;
  if (new.approved_at, new.approved_by) is distinct from (old.approved_at, old.approved_by) then
    perform private.guard_op(array['approve_expense']);
  end if;
  if new.paid_on is distinct from old.paid_on then
    perform private.guard_op(array['mark_expense_paid']);
    if old.paid_on is not null then
      perform private.fail(409, 'invalid_transition', '{"state": "paid"}');
    end if;
  end if;
  return new;
end
$$;

create function private.expenses_post_cash() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if old.paid_on is null and new.paid_on is not null then
    insert into public.cash_flow_entries
      (organization_id, entry_date, type, category, description, amount, source, source_id)
    values (
      new.organization_id, new.paid_on, 'outflow', new.category, new.description, new.amount,
      'expense', new.id
    );
  end if;
  return null;
end
$$;

revoke execute on function private.expenses_guard() from public, anon;
revoke execute on function private.expenses_post_cash() from public, anon;

create trigger expenses_guard before update or delete on public.expenses
  for each row execute function private.expenses_guard();
create trigger expenses_stamp before insert or update on public.expenses
  for each row execute function private.stamp('created_by');
create trigger expenses_touch before update on public.expenses
  for each row execute function private.touch();
create trigger expenses_post_cash after update of paid_on on public.expenses
  for each row execute function private.expenses_post_cash();
create trigger expenses_audit after insert or update or delete on public.expenses
  for each row execute function private.audit();
create trigger expenses_emit after insert or update or delete on public.expenses
  for each row execute function private.emit_row('finance.expense', 'expense', 'amount', 'category');

-- Access: Admins write, Directors read; nobody else ---------------------------

alter table public.expenses enable row level security;
alter table public.expenses force row level security;

create policy expenses_select on public.expenses for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_manager()))
  );

create policy expenses_insert on public.expenses for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy expenses_update on public.expenses for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy expenses_delete on public.expenses for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.expenses from anon, authenticated, service_role;
grant select, delete on public.expenses to authenticated;
grant insert (
  id, organization_id, expense_date, category, cost_of_revenue, vendor, description, amount,
  recurring_frequency, receipt_url, notes
) on public.expenses to authenticated;
-- The functions run as the caller; the guard keeps the last three to them.
grant update (
  expense_date, category, cost_of_revenue, vendor, description, amount, recurring_frequency,
  receipt_url, notes, approved_at, approved_by, paid_on
) on public.expenses to authenticated;
grant select, insert, update, delete on public.expenses to service_role;
