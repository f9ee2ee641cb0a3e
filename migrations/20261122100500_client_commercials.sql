-- What a client was offered: plan, list price, discount, term. One row each.

create table public.client_commercials (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint client_commercials_organization_id_fkey
    references public.organizations (id) on delete restrict,
  client_id uuid not null constraint client_commercials_client_id_key unique,
  plan text not null,
  price numeric(14,2) not null check (price >= 0),
  term_months integer not null check (term_months > 0),
  discount_pct numeric(5,2) not null default 0 check (discount_pct between 0 and 100),
  renewal_date date,
  payment_term text not null default 'net_30'
    check (payment_term in ('due_on_receipt', 'net_15', 'net_30', 'net_45', 'net_60', 'net_90')),
  approvals text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint client_commercials_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete cascade
);

create index client_commercials_organization_id_renewal_date_idx
  on public.client_commercials (organization_id, renewal_date);

comment on table public.client_commercials is 'Commercial terms of a client, one row per client.';
comment on column public.client_commercials.price is 'List price per month, before the discount.';
comment on column public.client_commercials.discount_pct is 'Percent off the list price.';

create trigger client_commercials_touch before update on public.client_commercials
  for each row execute function private.touch();

-- Access: read with the organization's staff, written by whoever may write the
-- client, before and after ---------------------------------------------------

alter table public.client_commercials enable row level security;
alter table public.client_commercials force row level security;

create policy client_commercials_select on public.client_commercials for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy client_commercials_insert on public.client_commercials for insert to authenticated
  with check (
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

create policy client_commercials_update on public.client_commercials for update to authenticated
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
  )
  with check (
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

create policy client_commercials_delete on public.client_commercials for delete to authenticated
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

revoke all on public.client_commercials from anon, authenticated, service_role;
grant select, update, delete on public.client_commercials to authenticated;
grant insert (
  id, organization_id, client_id, plan, price, term_months, discount_pct, renewal_date,
  payment_term, approvals
) on public.client_commercials to authenticated;
grant select, insert, update, delete on public.client_commercials to service_role;
