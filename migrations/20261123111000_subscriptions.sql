-- Recurring revenue. One row is one set of terms: a new price ends the row and
-- starts another, so that revenue on any past day can be computed.

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint subscriptions_organization_id_fkey references public.organizations (id) on delete restrict,
  client_id uuid not null,
  -- Names 200, free text 10,000.
  product_name text not null check (btrim(product_name) <> '' and length(product_name) <= 200),
  status text not null default 'trial'
    check (status in ('trial', 'active', 'past_due', 'paused', 'cancelled', 'replaced')),
  amount numeric(14,2) not null check (amount >= 0),
  billing_frequency text not null default 'monthly'
    check (billing_frequency in ('monthly', 'quarterly', 'annual', 'one_time')),
  -- round() of numeric goes half away from zero.
  mrr numeric(14,2) not null generated always as (
    round(
      case billing_frequency
        when 'monthly' then amount when 'quarterly' then amount / 3 when 'annual' then amount / 12 else 0
      end, 2)
  ) stored,
  -- From the amount, not from mrr, which may have lost a part of a cent.
  arr numeric(14,2) not null generated always as (
    case billing_frequency
      when 'monthly' then amount * 12 when 'quarterly' then amount * 4 when 'annual' then amount else 0
    end
  ) stored,
  trial_ends_on date,
  renewal_date date,
  next_billing_date date,
  activated_on date,
  ended_on date,
  contract_value numeric(14,2),
  auto_renew boolean not null default true,
  replaces_subscription_id uuid,
  cancel_reason text check (cancel_reason in
    ('price', 'timing', 'competitor', 'no_decision', 'no_budget', 'fit', 'other')),
  notes text check (length(notes) <= 10000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint subscriptions_id_organization_id_key unique (id, organization_id),
  constraint subscriptions_activated_check
    check (activated_on is not null or status in ('trial', 'cancelled')),
  constraint subscriptions_trial_check check (status <> 'trial' or activated_on is null),
  constraint subscriptions_period_check check (ended_on >= activated_on),
  constraint subscriptions_ended_check
    check (status not in ('paused', 'cancelled', 'replaced') or ended_on is not null),
  constraint subscriptions_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete restrict,
  constraint subscriptions_replaces_subscription_id_fkey
    foreign key (replaces_subscription_id, organization_id)
    references public.subscriptions (id, organization_id) on delete restrict
);

create index subscriptions_organization_id_status_idx on public.subscriptions (organization_id, status);
create index subscriptions_client_id_idx on public.subscriptions (client_id);
create index subscriptions_organization_id_activated_on_idx
  on public.subscriptions (organization_id, activated_on, ended_on);
create index subscriptions_organization_id_renewal_date_idx
  on public.subscriptions (organization_id, renewal_date);
-- A row has one successor. Not partial, so that it also serves the reference.
create unique index subscriptions_replaces_subscription_id_key
  on public.subscriptions (replaces_subscription_id);

comment on table public.subscriptions is
  'Terms of recurring revenue. A row counts on day d when activated_on <= d and (ended_on is null or d < ended_on).';
comment on column public.subscriptions.amount is 'Per billing period; fixed after activation.';
comment on column public.subscriptions.mrr is 'Monthly recurring revenue while the row counts.';
comment on column public.subscriptions.arr is 'Annual recurring revenue while the row counts.';
comment on column public.subscriptions.activated_on is 'First day that counts; null for a trial.';
comment on column public.subscriptions.ended_on is 'First day that no longer counts.';
comment on column public.subscriptions.contract_value is 'Agreed total, as entered; in no figure.';
comment on column public.subscriptions.replaces_subscription_id is 'The terms that these took the place of.';

-- Triggers -------------------------------------------------------------------

create function private.subscriptions_guard() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.guard_op(array['create_subscription', 'change_subscription', 'set_subscription_status']);
    return new;
  end if;
  if (new.client_id, new.amount, new.billing_frequency, new.activated_on, new.ended_on, new.status,
      new.trial_ends_on, new.cancel_reason, new.replaces_subscription_id)
    is distinct from (old.client_id, old.amount, old.billing_frequency, old.activated_on, old.ended_on,
      old.status, old.trial_ends_on, old.cancel_reason, old.replaces_subscription_id)
  then
    perform private.guard_op(array['change_subscription', 'set_subscription_status']);
  end if;
  return new;
end
$$;

revoke execute on function private.subscriptions_guard() from public, anon;

create trigger subscriptions_guard before insert or update on public.subscriptions
  for each row execute function private.subscriptions_guard();
create trigger subscriptions_touch before update on public.subscriptions
  for each row execute function private.touch();
create trigger subscriptions_audit after insert or update or delete on public.subscriptions
  for each row execute function private.audit();
-- People change single rows only; they are made by functions, which report it.
create trigger subscriptions_emit after update on public.subscriptions
  for each row execute function private.emit_row('finance.subscription', 'subscription');

-- Access: Admins write, Directors read; Member and Client read those of own
-- clients or the own account --------------------------------------------------

alter table public.subscriptions enable row level security;
alter table public.subscriptions force row level security;

create policy subscriptions_select on public.subscriptions for select to authenticated
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
        or client_id = (select private.my_client_id())
      )
    )
  );

create policy subscriptions_insert on public.subscriptions for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

create policy subscriptions_update on public.subscriptions for update to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  )
  with check (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_admin()))
  );

revoke all on public.subscriptions from anon, authenticated, service_role;
grant select on public.subscriptions to authenticated;
-- The functions run as the caller; the guard keeps these columns to them.
grant insert (
  organization_id, client_id, product_name, status, amount, billing_frequency, trial_ends_on,
  renewal_date, next_billing_date, activated_on, contract_value, auto_renew,
  replaces_subscription_id, notes
) on public.subscriptions to authenticated;
grant update (
  product_name, renewal_date, next_billing_date, contract_value, auto_renew, notes,
  status, activated_on, ended_on, cancel_reason
) on public.subscriptions to authenticated;
grant select, insert, update, delete on public.subscriptions to service_role;
