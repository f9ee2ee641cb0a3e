-- What clients paid. A payment is never edited or deleted: a mistake is
-- reversed, and both stay to be seen.

create table public.invoice_payments (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint invoice_payments_organization_id_fkey
    references public.organizations (id) on delete restrict,
  invoice_id uuid not null,
  amount numeric(14,2) not null check (amount > 0),
  received_on date not null,
  method text not null check (method in
    ('bank_transfer', 'card', 'check', 'cash', 'quickbooks', 'adjustment', 'other')),
  -- Keys 200, free text 10,000.
  reference text check (length(reference) <= 200),
  recorded_by uuid
    constraint invoice_payments_recorded_by_fkey references public.users (id) on delete restrict,
  reversed_at timestamptz,
  reversed_by uuid
    constraint invoice_payments_reversed_by_fkey references public.users (id) on delete restrict,
  reversal_reason text check (length(reversal_reason) <= 10000),
  external_id text check (length(external_id) between 1 and 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint invoice_payments_reversal_check check ((reversed_at is null) = (reversal_reason is null)),
  constraint invoice_payments_invoice_id_fkey foreign key (invoice_id, organization_id)
    references public.invoices (id, organization_id) on delete restrict
);

create index invoice_payments_organization_id_received_on_idx
  on public.invoice_payments (organization_id, received_on) where reversed_at is null;
create index invoice_payments_organization_id_idx on public.invoice_payments (organization_id);
create index invoice_payments_invoice_id_idx on public.invoice_payments (invoice_id);
create index invoice_payments_recorded_by_idx on public.invoice_payments (recorded_by);
create index invoice_payments_reversed_by_idx on public.invoice_payments (reversed_by);
-- Of the payments that count: one that was reversed because its link was removed
-- or its amount replaced at the source makes room for its successor.
create unique index invoice_payments_external_id_key
  on public.invoice_payments (organization_id, external_id)
  where external_id is not null and reversed_at is null;

comment on table public.invoice_payments is 'Payments of invoices. Reversed, never edited or deleted.';
comment on column public.invoice_payments.method is 'adjustment: a credit or write-off, which moves no cash.';
comment on column public.invoice_payments.recorded_by is 'Who recorded it; null = the service.';
comment on column public.invoice_payments.reversed_at is 'Set = the payment counts nowhere.';

-- Triggers -------------------------------------------------------------------

create function private.invoice_payments_guard() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  former jsonb;
  reversed constant text[] := array[
    'reversed_at', 'reversed_by', 'reversal_reason', 'updated_at', 'version'];
begin
  if tg_op = 'DELETE' then
    -- Binds the service too.
    perform private.fail(400, 'use_function', '{"functions": ["reverse_payment"]}');
  end if;
  if tg_op = 'INSERT' then
    perform private.guard_op(array['record_payment']);
    return new;
  end if;
  perform private.guard_op(array['reverse_payment']);
  if to_jsonb(new) - reversed <> to_jsonb(old) - reversed then
    perform private.fail(400, 'immutable_column');
  end if;
  if old.reversed_at is not null then
    perform private.fail(409, 'invalid_transition');
  end if;
  return new;
end
$$;

create function private.end_of_day(p_day date, p_organization_id uuid) returns timestamptz
language sql stable
set search_path = ''
as $$
  select (p_day + 1)::timestamp at time zone o.time_zone - interval '1 microsecond'
  from public.organizations o where o.id = p_organization_id
$$;
comment on function private.end_of_day(date, uuid) is 'The last moment of a day in the organization''s time zone.';

create function private.invoice_payments_apply() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  invoice public.invoices;
  paid numeric;
  last_received_on date;
  reversal constant boolean := tg_op = 'UPDATE' and new.reversed_at is not null;
begin
  if tg_op = 'UPDATE' and not reversal then
    return null;
  end if;
  -- Locked before the sum is read: a payment recorded meanwhile is in it.
  select i.* into strict invoice from public.invoices i where i.id = new.invoice_id for no key update;
  if tg_op = 'INSERT' and invoice.status not in ('sent', 'paid') then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', invoice.status));
  end if;
  select coalesce(sum(p.amount), 0), max(p.received_on) into paid, last_received_on
    from public.invoice_payments p
    where p.invoice_id = new.invoice_id and p.reversed_at is null;
  update public.invoices i set
      amount_paid = paid,
      status = case
        when i.status = 'sent' and paid > 0 and paid = i.total then 'paid'
        when i.status = 'paid' and paid < i.total then 'sent'
        else i.status end,
      paid_at = case
        when i.status in ('sent', 'paid') and paid > 0 and paid = i.total
          then private.end_of_day(last_received_on, i.organization_id) end
    where i.id = new.invoice_id;

  -- An adjustment settles a balance without money.
  if new.method <> 'adjustment' then
    insert into public.cash_flow_entries
      (organization_id, entry_date, type, category, description, amount, source, source_id)
    values (
      new.organization_id,
      case when reversal then private.organization_today(new.organization_id) else new.received_on end,
      case when reversal then 'outflow' else 'inflow' end,
      'Invoice payments',
      case when reversal then 'Reversed payment of ' else 'Payment of ' end || invoice.invoice_number,
      new.amount,
      case when reversal then 'payment_reversal' else 'invoice_payment' end,
      new.id
    );
  end if;
  return null;
end
$$;
comment on function private.invoice_payments_apply() is
  'Adds up the payments of the invoice, moves it between sent and paid, and posts the cash.';

revoke execute on function private.invoice_payments_guard() from public, anon;
revoke execute on function private.end_of_day(date, uuid) from public, anon;
revoke execute on function private.invoice_payments_apply() from public, anon;

create trigger invoice_payments_guard before insert or update or delete on public.invoice_payments
  for each row execute function private.invoice_payments_guard();
create trigger invoice_payments_stamp before insert or update on public.invoice_payments
  for each row execute function private.stamp('recorded_by');
create trigger invoice_payments_touch before update on public.invoice_payments
  for each row execute function private.touch();
create trigger invoice_payments_apply after insert or update of reversed_at on public.invoice_payments
  for each row execute function private.invoice_payments_apply();
create trigger invoice_payments_audit after insert or update or delete on public.invoice_payments
  for each row execute function private.audit();

-- Access: read with the invoice; written by record_payment and reverse_payment --

alter table public.invoice_payments enable row level security;
alter table public.invoice_payments force row level security;

create policy invoice_payments_select on public.invoice_payments for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        -- The policy of invoices answers for Member and Client.
        or exists (select from public.invoices i where i.id = invoice_payments.invoice_id)
      )
    )
  );

create policy invoice_payments_insert on public.invoice_payments for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy invoice_payments_update on public.invoice_payments for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.invoice_payments from anon, authenticated, service_role;
grant select on public.invoice_payments to authenticated;
grant insert (organization_id, invoice_id, amount, received_on, method, reference)
  on public.invoice_payments to authenticated;
grant update (reversed_at, reversed_by, reversal_reason) on public.invoice_payments to authenticated;
grant select, insert, update, delete on public.invoice_payments to service_role;
