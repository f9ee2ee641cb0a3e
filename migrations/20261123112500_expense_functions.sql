-- Two people per expense: one enters it, another approves it. Then it may be paid.

create function public.approve_expense(p_expense_id uuid, p_version integer) returns public.expenses
language plpgsql volatile
set search_path = ''
as $$
declare
  expense public.expenses;
  former text;
begin
  perform private.admit(private.is_admin());
  expense := private.lock_row(null::public.expenses, 'p_expense_id', p_expense_id);
  if expense.created_by = auth.uid() then
    perform private.fail(403, 'self_approval');
  end if;
  perform private.check_version(p_version, expense.version, to_jsonb(expense));
  if expense.approved_at is not null then
    return expense;
  end if;

  former := private.begin_operation('approve_expense');
  update public.expenses e set approved_at = now(), approved_by = auth.uid() where e.id = expense.id
    returning * into expense;
  perform private.emit_event('finance.expense.approved', expense.organization_id, 'expense', expense.id,
    jsonb_build_object('amount', expense.amount, 'category', expense.category));
  perform private.end_operation(former);
  return expense;
end
$$;
comment on function public.approve_expense(uuid, integer) is
  'Approves an expense that somebody else entered; an approved one is returned as it is. Admin.';

create function public.mark_expense_paid(p_expense_id uuid, p_paid_on date, p_version integer)
returns public.expenses
language plpgsql volatile
set search_path = ''
as $$
declare
  expense public.expenses;
  former text;
begin
  perform private.admit(private.is_admin());
  expense := private.lock_row(null::public.expenses, 'p_expense_id', p_expense_id);
  perform private.require(
    p_paid_on between '2000-01-01' and private.organization_today(expense.organization_id), 'p_paid_on');
  perform private.check_version(p_version, expense.version, to_jsonb(expense));
  if expense.approved_at is null or expense.paid_on is not null then
    perform private.fail(409, 'invalid_transition',
      jsonb_build_object('state', case when expense.paid_on is null then 'unapproved' else 'paid' end));
  end if;

  former := private.begin_operation('mark_expense_paid');
  update public.expenses e set paid_on = p_paid_on where e.id = expense.id
    returning * into expense;
  perform private.emit_event('finance.expense.paid', expense.organization_id, 'expense', expense.id,
    jsonb_build_object('amount', expense.amount));
  perform private.end_operation(former);
  return expense;
end
$$;
comment on function public.mark_expense_paid(uuid, date, integer) is
  'Marks an approved expense as paid on a day, not in the future, and posts the cash entry. Admin.';

revoke execute on function
  public.approve_expense(uuid, integer),
  public.mark_expense_paid(uuid, date, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.approve_expense(uuid, integer),
  public.mark_expense_paid(uuid, date, integer)
to authenticated;
