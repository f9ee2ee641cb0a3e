-- What clients are asked to pay. "Overdue" is no status: it is sent and past its
-- due date on the day one asks.

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint invoices_organization_id_fkey references public.organizations (id) on delete restrict,
  client_id uuid not null,
  -- Names 200, keys 200, free text 10,000.
  invoice_number text not null check (btrim(invoice_number) <> '' and length(invoice_number) <= 200),
  status text not null default 'draft' check (status in ('draft', 'sent', 'paid', 'cancelled')),
  issue_date date not null,
  due_date date not null,
  payment_term text not null default 'net_30'
    check (payment_term in ('due_on_receipt', 'net_15', 'net_30', 'net_45', 'net_60', 'net_90')),
  amount numeric(14,2) not null default 0 check (amount >= 0),
  tax numeric(14,2) not null default 0 check (tax >= 0),
  total numeric(14,2) not null generated always as (amount + tax) stored,
  amount_paid numeric(14,2) not null default 0,
  balance numeric(14,2) not null generated always as (amount + tax - amount_paid) stored,
  sent_at timestamptz,
  paid_at timestamptz,
  cancelled_at timestamptz,
  subscription_id uuid,
  project_id uuid,
  source text not null default 'manual' check (source in ('manual', 'quickbooks', 'automation')),
  external_id text check (length(external_id) between 1 and 200),
  external_updated_at timestamptz,
  notes text check (length(notes) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint invoices_id_organization_id_key unique (id, organization_id),
  constraint invoices_invoice_number_key unique (organization_id, invoice_number),
  constraint invoices_due_check check (due_date >= issue_date),
  constraint invoices_amount_paid_check check (amount_paid between 0 and amount + tax),
  constraint invoices_paid_check check ((status = 'paid') = (paid_at is not null)),
  constraint invoices_cancelled_check check ((status = 'cancelled') = (cancelled_at is not null)),
  constraint invoices_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete restrict,
  constraint invoices_subscription_id_fkey foreign key (subscription_id, organization_id)
    references public.subscriptions (id, organization_id) on delete set null (subscription_id),
  constraint invoices_project_id_fkey foreign key (project_id, organization_id)
    references public.projects (id, organization_id) on delete set null (project_id)
);

create index invoices_organization_id_status_due_date_idx
  on public.invoices (organization_id, status, due_date);
create index invoices_organization_id_issue_date_idx on public.invoices (organization_id, issue_date);
create index invoices_client_id_issue_date_idx on public.invoices (client_id, issue_date desc);
create index invoices_subscription_id_idx on public.invoices (subscription_id);
create index invoices_project_id_idx on public.invoices (project_id);
create unique index invoices_external_id_key
  on public.invoices (organization_id, source, external_id)
  where external_id is not null;

comment on table public.invoices is 'Invoices. Written by the finance functions and the worker only.';
comment on column public.invoices.amount is 'Net of tax; the sum of the lines, kept by trigger.';
comment on column public.invoices.amount_paid is 'The sum of payments that were not reversed, kept by trigger.';
comment on column public.invoices.balance is 'What is still owed; receivable while sent.';
comment on column public.invoices.paid_at is 'End of the day on which the last payment was received.';
comment on column public.invoices.source is 'quickbooks: changed by the worker only.';
comment on column public.invoices.external_updated_at is
  'Version at the source: an older one never overwrites a newer one.';

-- Triggers -------------------------------------------------------------------

create function private.invoices_guard() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Deeper than one: sums kept by trigger, and references to what is deleted.
  if tg_op <> 'INSERT' and pg_trigger_depth() = 1 then
    if old.source = 'quickbooks' and private.called_by_api() then
      perform private.fail(409, 'external_source');
    end if;
  end if;
  if tg_op = 'DELETE' then
    -- Binds the service too: numbers that went out stay.
    if old.status <> 'draft' then
      perform private.fail(409, 'invalid_transition', jsonb_build_object('status', old.status));
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    perform private.guard_op(array['save_invoice']);
    return new;
  end if;
  if pg_trigger_depth() = 1 then
    perform private.guard_op(array['save_invoice', 'send_invoice', 'cancel_invoice']);
  end if;
  -- The life of an invoice, also for the service.
  if new.status <> old.status
    and old.status || '>' || new.status
      not in ('draft>sent', 'draft>cancelled', 'sent>paid', 'paid>sent', 'sent>cancelled')
  then
    perform private.fail(409, 'invalid_transition', private.from_to(old.status, new.status));
  end if;
  return new;
end
$$;

revoke execute on function private.invoices_guard() from public, anon;

create trigger invoices_guard before insert or update or delete on public.invoices
  for each row execute function private.invoices_guard();
create trigger invoices_touch before update on public.invoices
  for each row execute function private.touch();
create trigger invoices_audit after insert or update or delete on public.invoices
  for each row execute function private.audit();
-- Only a draft's deletion is a direct change; the rest is reported by functions.
create trigger invoices_emit after delete on public.invoices
  for each row execute function private.emit_row('finance.invoice', 'invoice', 'invoice_number', 'total');

-- Access: Admins write through the functions, Directors read; Member and Client
-- read those of own clients or the own account, the Client no drafts ----------

alter table public.invoices enable row level security;
alter table public.invoices force row level security;

create policy invoices_select on public.invoices for select to authenticated
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
        or (client_id = (select private.my_client_id()) and status <> 'draft')
      )
    )
  );

create policy invoices_insert on public.invoices for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy invoices_update on public.invoices for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy invoices_delete on public.invoices for delete to authenticated
  using (
    status = 'draft'
    and (
      (select private.is_super_admin())
      or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
    )
  );

revoke all on public.invoices from anon, authenticated, service_role;
grant select, delete on public.invoices to authenticated;
-- The functions run as the caller; the guard keeps every write to them.
grant insert (
  organization_id, client_id, invoice_number, issue_date, due_date, payment_term, amount, tax,
  subscription_id, project_id, notes
) on public.invoices to authenticated;
grant update (
  client_id, invoice_number, status, issue_date, due_date, payment_term, amount, tax, sent_at,
  cancelled_at, subscription_id, project_id, notes
) on public.invoices to authenticated;
grant select, insert, update, delete on public.invoices to service_role;
