-- Possible sales. The stage is a column like the others for reading, but only
-- two functions change it: with it move the clock, the history and, when won,
-- the client's whole start.

create table public.opportunities (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint opportunities_organization_id_fkey references public.organizations (id) on delete restrict,
  client_id uuid not null,
  -- Names 200.
  name text not null check (btrim(name) <> '' and length(name) <= 200),
  amount numeric(14,2) not null check (amount >= 0),
  stage text not null default 'Prospect'
    check (stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation', 'ClosedWon', 'ClosedLost')),
  probability_override smallint check (probability_override between 0 and 100),
  probability smallint not null generated always as (
    coalesce(
      probability_override,
      case stage
        when 'Prospect' then 10 when 'Qualify' then 25 when 'Proposal' then 50
        when 'Negotiation' then 75 when 'ClosedWon' then 100 else 0
      end)
  ) stored,
  owner_id uuid,
  expected_close_date date,
  -- Free text 10,000.
  next_step text check (length(next_step) <= 10000),
  next_step_date date,
  stage_changed_at timestamptz not null default now(),
  closed_at timestamptz,
  lost_reason text check (lost_reason in
    ('price', 'timing', 'competitor', 'no_decision', 'no_budget', 'fit', 'other')),
  lost_note text check (length(lost_note) <= 10000),
  converted_at timestamptz,
  source text not null default 'manual' check (source in ('manual', 'import', 'agent', 'automation')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint opportunities_id_organization_id_key unique (id, organization_id),
  constraint opportunities_override_check
    check (stage not in ('ClosedWon', 'ClosedLost') or probability_override is null),
  constraint opportunities_closed_check
    check ((stage in ('ClosedWon', 'ClosedLost')) = (closed_at is not null)),
  constraint opportunities_lost_check check ((stage = 'ClosedLost') = (lost_reason is not null)),
  constraint opportunities_client_id_fkey foreign key (client_id, organization_id)
    references public.clients (id, organization_id) on delete restrict,
  constraint opportunities_owner_id_fkey foreign key (owner_id, organization_id)
    references public.users (id, organization_id) on delete set null (owner_id)
);

create index opportunities_organization_id_stage_idx
  on public.opportunities (organization_id, stage, expected_close_date);
create index opportunities_organization_id_closed_at_idx
  on public.opportunities (organization_id, closed_at desc);
create index opportunities_organization_id_updated_at_idx
  on public.opportunities (organization_id, updated_at desc);
create index opportunities_client_id_idx on public.opportunities (client_id);
create index opportunities_owner_id_idx on public.opportunities (owner_id);
create index opportunities_name_trgm_idx
  on public.opportunities using gin (name extensions.gin_trgm_ops);

comment on table public.opportunities is
  'A possible sale to a client. Open stages: Prospect, Qualify, Proposal, Negotiation.';
comment on column public.opportunities.amount is 'One-time or annual value as entered.';
comment on column public.opportunities.stage is 'Changed by move_opportunity only.';
comment on column public.opportunities.probability_override is
  'Whole percent typed by people in place of the stage''s; moving clears it.';
comment on column public.opportunities.probability is 'Whole percent: the override, else the stage''s.';
comment on column public.opportunities.owner_id is 'The person who leads the sale; null = unassigned.';
comment on column public.opportunities.expected_close_date is 'Forecast while open; null = undated.';
comment on column public.opportunities.stage_changed_at is 'The stage clock; moves only with the stage.';
comment on column public.opportunities.closed_at is 'When it was won or lost; null while open.';
comment on column public.opportunities.converted_at is
  'When the first conversion of the won opportunity was made; stays when it is reopened.';

-- The caller's own -----------------------------------------------------------

create function private.my_opportunity_ids() returns uuid[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(o.id), '{}') from public.opportunities o
    where o.owner_id = (select auth.uid())
      and o.organization_id = (select private.current_org_id())
  );
end
$$;
comment on function private.my_opportunity_ids() is
  'Opportunities the active caller owns inside the own organization.';

revoke execute on function private.my_opportunity_ids() from public, anon;
grant execute on function private.my_opportunity_ids() to authenticated, service_role;

-- Triggers -------------------------------------------------------------------

create function private.opportunities_guard() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    -- Binds the service too: the client's engagement rests on it.
    if old.stage = 'ClosedWon' then
      perform private.fail(409, 'closed_opportunity');
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    -- Only imports and the service know closed ones from elsewhere.
    if new.stage in ('ClosedWon', 'ClosedLost') then
      perform private.guard_op(array['move_opportunity']);
    end if;
    return new;
  end if;
  if (new.stage, new.stage_changed_at, new.closed_at, new.converted_at, new.lost_reason)
    is distinct from (old.stage, old.stage_changed_at, old.closed_at, old.converted_at, old.lost_reason)
  then
    perform private.guard_op(array['move_opportunity', 'convert_won_opportunity']);
  end if;
  return new;
end
$$;

revoke execute on function private.opportunities_guard() from public, anon;

create trigger opportunities_guard before insert or update or delete on public.opportunities
  for each row execute function private.opportunities_guard();
create trigger opportunities_touch before update on public.opportunities
  for each row execute function private.touch();
create trigger opportunities_audit after insert or update or delete on public.opportunities
  for each row execute function private.audit();
create trigger opportunities_emit after insert or update or delete on public.opportunities
  for each row execute function private.emit_row('pipeline.opportunity', 'opportunity', 'stage', 'amount');

-- Access: read with the organization's staff; a Member writes the own ones and
-- can neither take one nor give one away -------------------------------------

alter table public.opportunities enable row level security;
alter table public.opportunities force row level security;

create policy opportunities_select on public.opportunities for select to authenticated
  using (
    (select private.is_super_admin())
    or (organization_id = (select private.current_org_id()) and (select private.is_staff()))
  );

create policy opportunities_insert on public.opportunities for insert to authenticated
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  );

create policy opportunities_update on public.opportunities for update to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  )
  with check (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  );

create policy opportunities_delete on public.opportunities for delete to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_manager())
        or ((select private.persona()) = 'Member' and owner_id = (select auth.uid()))
      )
    )
  );

revoke all on public.opportunities from anon, authenticated, service_role;
grant select, delete on public.opportunities to authenticated;
grant insert (
  id, organization_id, client_id, name, amount, stage, probability_override, owner_id,
  expected_close_date, next_step, next_step_date, source
) on public.opportunities to authenticated;
-- The columns of the guard are for move_opportunity, which runs as the caller.
grant update (
  client_id, name, amount, stage, probability_override, owner_id, expected_close_date, next_step,
  next_step_date, stage_changed_at, closed_at, lost_reason, lost_note, converted_at
) on public.opportunities to authenticated;
grant select, insert, update, delete on public.opportunities to service_role;
