-- What an invoice is for. The lines make its amount.

create table public.invoice_line_items (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint invoice_line_items_organization_id_fkey
    references public.organizations (id) on delete restrict,
  invoice_id uuid not null,
  position integer not null default 0,
  -- Free text 10,000.
  description text not null check (length(description) <= 10000),
  quantity numeric(12,2) not null default 1,
  unit_price numeric(14,2) not null,
  total numeric(14,2) not null generated always as (round(quantity * unit_price, 2)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint invoice_line_items_invoice_id_fkey foreign key (invoice_id, organization_id)
    references public.invoices (id, organization_id) on delete cascade
);

create index invoice_line_items_invoice_id_position_idx
  on public.invoice_line_items (invoice_id, position);
create index invoice_line_items_organization_id_idx on public.invoice_line_items (organization_id);

comment on table public.invoice_line_items is 'Lines of an invoice. Changed as a set, only while it is a draft.';
comment on column public.invoice_line_items.unit_price is 'Net of tax; negative for a discount line.';

-- Triggers -------------------------------------------------------------------

create function private.invoice_line_items_guard() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  any_row constant public.invoice_line_items := coalesce(new, old);
  invoice public.invoices;
begin
  select i.* into invoice from public.invoices i where i.id = any_row.invoice_id;
  -- Deleted just now: its lines go with it, as the guard of invoices allowed.
  if tg_op = 'DELETE' and not found then
    return old;
  end if;
  perform private.guard_op(array['save_invoice']);
  -- Binds the service too, except for what is kept at the source.
  if invoice.source <> 'quickbooks' and invoice.status <> 'draft' then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', invoice.status));
  end if;
  if tg_op = 'UPDATE' then
    if new.invoice_id <> old.invoice_id then
      perform private.fail(400, 'immutable_column', '{"column": "invoice_id"}');
    end if;
  end if;
  return coalesce(new, old);
end
$$;

create function private.invoice_line_items_sum() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  line constant public.invoice_line_items := coalesce(new, old);
begin
  -- save_invoice writes the sum itself, so that the invoice changes once.
  update public.invoices i set amount = s.amount
    from (
      select coalesce(sum(l.total), 0) as amount
      from public.invoice_line_items l where l.invoice_id = line.invoice_id
    ) as s
    where i.id = line.invoice_id and i.amount <> s.amount;
  return null;
end
$$;

revoke execute on function private.invoice_line_items_guard() from public, anon;
revoke execute on function private.invoice_line_items_sum() from public, anon;

create trigger invoice_line_items_guard before insert or update or delete on public.invoice_line_items
  for each row execute function private.invoice_line_items_guard();
create trigger invoice_line_items_touch before update on public.invoice_line_items
  for each row execute function private.touch();
create trigger invoice_line_items_audit after insert or update or delete on public.invoice_line_items
  for each row execute function private.audit();
create trigger invoice_line_items_sum after insert or update or delete on public.invoice_line_items
  for each row execute function private.invoice_line_items_sum();

-- Access: read with the invoice; written by save_invoice, which replaces lines
-- and never edits one ---------------------------------------------------------

alter table public.invoice_line_items enable row level security;
alter table public.invoice_line_items force row level security;

create policy invoice_line_items_select on public.invoice_line_items for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        -- The policy of invoices answers for Member and Client.
        or exists (select from public.invoices i where i.id = invoice_line_items.invoice_id)
      )
    )
  );

create policy invoice_line_items_insert on public.invoice_line_items for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy invoice_line_items_delete on public.invoice_line_items for delete to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.invoice_line_items from anon, authenticated, service_role;
grant select, delete on public.invoice_line_items to authenticated;
grant insert (organization_id, invoice_id, position, description, quantity, unit_price)
  on public.invoice_line_items to authenticated;
grant select, insert, update, delete on public.invoice_line_items to service_role;
