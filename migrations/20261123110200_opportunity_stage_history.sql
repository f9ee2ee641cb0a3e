-- Which stages an opportunity went through, and when. Written by trigger only.

create table public.opportunity_stage_history (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint opportunity_stage_history_organization_id_fkey
    references public.organizations (id) on delete restrict,
  opportunity_id uuid not null,
  from_stage text
    check (from_stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost')),
  to_stage text not null
    check (to_stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost')),
  amount numeric(14,2) not null,
  probability smallint not null,
  changed_by uuid
    constraint opportunity_stage_history_changed_by_fkey references public.users (id) on delete restrict,
  changed_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  constraint opportunity_stage_history_opportunity_id_fkey
    foreign key (opportunity_id, organization_id)
    references public.opportunities (id, organization_id) on delete cascade
);

create index opportunity_stage_history_opportunity_id_changed_at_idx
  on public.opportunity_stage_history (opportunity_id, changed_at);
create index opportunity_stage_history_organization_id_to_stage_idx
  on public.opportunity_stage_history (organization_id, to_stage, changed_at);
create index opportunity_stage_history_changed_by_idx
  on public.opportunity_stage_history (changed_by);

comment on table public.opportunity_stage_history is
  'One row per stage an opportunity entered; the newest is where it is. Written by trigger.';
comment on column public.opportunity_stage_history.from_stage is 'Null at creation.';
comment on column public.opportunity_stage_history.amount is 'The amount at that moment.';
comment on column public.opportunity_stage_history.probability is 'The probability after the change.';
comment on column public.opportunity_stage_history.changed_by is 'Who moved it; null = the service.';
comment on column public.opportunity_stage_history.changed_at is 'The stage clock of the opportunity.';

create function private.opportunities_history() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    if new.stage = old.stage then
      return null;
    end if;
  end if;
  insert into public.opportunity_stage_history
    (organization_id, opportunity_id, from_stage, to_stage, amount, probability, changed_by, changed_at)
  values (
    new.organization_id, new.id, case when tg_op = 'UPDATE' then old.stage end, new.stage,
    new.amount, new.probability, auth.uid(), new.stage_changed_at
  );
  return null;
end
$$;

revoke execute on function private.opportunities_history() from public, anon;

create trigger opportunities_history after insert or update of stage on public.opportunities
  for each row execute function private.opportunities_history();

-- Access ---------------------------------------------------------------------

alter table public.opportunity_stage_history enable row level security;
alter table public.opportunity_stage_history force row level security;

create policy opportunity_stage_history_select on public.opportunity_stage_history
  for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

revoke all on public.opportunity_stage_history from anon, authenticated, service_role;
grant select on public.opportunity_stage_history to authenticated;
grant select, insert, update, delete on public.opportunity_stage_history to service_role;
