-- The items of a daily plan: computed from rows of the organization, or a
-- person's own.

create table public.priority_items (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null
    constraint priority_items_organization_id_fkey references public.organizations (id) on delete restrict,
  user_id uuid not null,
  daily_plan_id uuid not null,
  position integer not null default 0 check (position >= 0),
  title text not null check (btrim(title) <> '' and length(title) <= 200),
  source_kind text not null
    check (source_kind in ('opportunity', 'invoice', 'client', 'kanban_item', 'qbr', 'manual')),
  source_id uuid,
  expected_impact numeric(14,2) not null check (expected_impact >= 0),
  effort_hours numeric(5,2) not null default 1 check (effort_hours > 0),
  probability smallint not null check (probability between 0 and 100),
  urgency smallint not null check (urgency between 1 and 10),
  confidence smallint not null check (confidence between 0 and 100),
  strategic_weight text not null default 'incremental'
    check (strategic_weight in ('brilliant', 'incremental', 'stabilization')),
  score numeric(18,2) not null generated always as (round(
    expected_impact * probability * urgency * confidence
    * (case strategic_weight when 'brilliant' then 1.2 when 'stabilization' then 0.9 else 1.0 end)
    / 100000 / greatest(effort_hours, 0.25), 2)) stored,
  next_action text check (length(next_action) <= 10000),
  status text not null default 'ready' check (status in ('ready', 'in_progress', 'done', 'deferred')),
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint priority_items_id_organization_id_key unique (id, organization_id),
  constraint priority_items_source_check check (source_kind = 'manual' or source_id is not null),
  constraint priority_items_completed_at_check check ((status = 'done') = (completed_at is not null)),
  constraint priority_items_user_id_fkey foreign key (user_id, organization_id)
    references public.users (id, organization_id) on delete restrict,
  constraint priority_items_daily_plan_id_fkey foreign key (daily_plan_id, user_id)
    references public.daily_plans (id, user_id) on delete cascade
);

create index priority_items_organization_id_idx on public.priority_items (organization_id);
create index priority_items_user_id_idx on public.priority_items (user_id);
create index priority_items_daily_plan_id_position_idx on public.priority_items (daily_plan_id, position);
create unique index priority_items_source_key
  on public.priority_items (daily_plan_id, source_kind, source_id) where source_id is not null;

comment on table public.priority_items is 'What a daily plan consists of, with the inputs of each score.';
comment on column public.priority_items.position is 'Order in the plan, ties by id.';
comment on column public.priority_items.source_kind is
  'What kind of row the item comes from; qbr names a client, manual is the person''s own.';
comment on column public.priority_items.urgency is '1 to 10.';
comment on column public.priority_items.score is
  'Expected impact x probability x weight x urgency x confidence per hour, hours floored at a quarter.';
comment on column public.priority_items.completed_at is 'Follows the status.';

-- Triggers -------------------------------------------------------------------

create function private.priority_items_status() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.status <> 'done' then
    new.completed_at := null;
  elsif private.called_by_api() or new.completed_at is null then
    -- Only imports may know an earlier moment.
    new.completed_at := case when tg_op = 'UPDATE' then old.completed_at end;
    new.completed_at := coalesce(new.completed_at, now());
  end if;
  return new;
end
$$;

-- Reads as the caller: a row that is not visible is as good as none.
create function private.has_priority_source(p_organization_id uuid, p_kind text, p_id uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select case p_kind
    when 'opportunity' then exists (
      select from public.opportunities o where o.id = p_id and o.organization_id = p_organization_id)
    when 'invoice' then exists (
      select from public.invoices i where i.id = p_id and i.organization_id = p_organization_id)
    when 'kanban_item' then exists (
      select from public.kanban_items k where k.id = p_id and k.organization_id = p_organization_id)
    when 'manual' then p_id is null
    else exists (
      select from public.clients c where c.id = p_id and c.organization_id = p_organization_id)
  end
$$;
comment on function private.has_priority_source(uuid, text, uuid) is
  'Does the organization have the row an item says it comes from, as far as the caller may see?';

create function private.is_locked_plan(p_plan_id uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from public.daily_plans p where p.id = p_plan_id and p.locked_at is not null)
$$;

create function private.priority_items_guard() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  changed jsonb;
begin
  if not private.called_by_api() then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
    -- Work on a locked plan goes on; what it consists of stays.
    if changed <@ '["status", "completed_at"]' then
      return new;
    end if;
  end if;
  if (tg_op <> 'INSERT' and private.is_locked_plan(old.daily_plan_id))
    or (tg_op <> 'DELETE' and private.is_locked_plan(new.daily_plan_id))
  then
    perform private.fail(409, 'plan_locked');
  end if;
  if (tg_op = 'INSERT' or changed ?| array['source_kind', 'source_id'])
    and not private.has_priority_source(new.organization_id, new.source_kind, new.source_id)
  then
    perform private.fail(404, 'not_found', '{"field": "source_id"}');
  end if;
  return coalesce(new, old);
end
$$;

create function private.priority_event_key(p_status text) returns text
language sql immutable
set search_path = ''
as $$
  select case p_status
    when 'done' then 'priority.completed'
    when 'deferred' then 'priority.deferred'
    else 'priority.updated'
  end
$$;

create function private.priority_items_emit() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  item constant public.priority_items := coalesce(new, old);
  key text := 'priority.updated';
  payload jsonb := jsonb_build_object(
    'source_kind', item.source_kind, 'score', item.score, 'action', lower(tg_op));
  changed jsonb;
begin
  if private.in_operation() then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    changed := private.changed_columns(tg_relid, to_jsonb(old), to_jsonb(new));
    if changed = '[]' then
      return null;
    end if;
    payload := payload || jsonb_build_object('changed', changed);
    if changed ? 'status' then
      key := private.priority_event_key(new.status);
    end if;
  end if;
  perform private.emit_event(key, item.organization_id, 'priority_item', item.id, payload);
  return null;
end
$$;

revoke execute on function private.priority_items_status() from public, anon;
revoke execute on function private.priority_items_guard() from public, anon;
revoke execute on function private.priority_items_emit() from public, anon;
revoke execute on function private.has_priority_source(uuid, text, uuid) from public, anon;
revoke execute on function private.is_locked_plan(uuid) from public, anon;
revoke execute on function private.priority_event_key(text) from public, anon;
grant execute on function
  private.has_priority_source(uuid, text, uuid),
  private.is_locked_plan(uuid),
  private.priority_event_key(text)
to authenticated, service_role;

create trigger priority_items_guard before insert or update or delete on public.priority_items
  for each row execute function private.priority_items_guard();
create trigger priority_items_status before insert or update on public.priority_items
  for each row execute function private.priority_items_status();
create trigger priority_items_touch before update on public.priority_items
  for each row execute function private.touch();
create trigger priority_items_audit after insert or update or delete on public.priority_items
  for each row execute function private.audit();
create trigger priority_items_emit after insert or update or delete on public.priority_items
  for each row execute function private.priority_items_emit();

-- Access: read by the person and by Admins, written by the person ----------------

alter table public.priority_items enable row level security;
alter table public.priority_items force row level security;

create policy priority_items_select on public.priority_items for select to authenticated
  using (
    (select private.is_super_admin())
    or (
      organization_id = (select private.current_org_id())
      and (
        (select private.is_admin())
        or ((select private.is_staff()) and user_id = (select auth.uid()))
      )
    )
  );

create policy priority_items_insert on public.priority_items for insert to authenticated
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

create policy priority_items_update on public.priority_items for update to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  )
  with check (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

create policy priority_items_delete on public.priority_items for delete to authenticated
  using (
    organization_id = (select private.current_org_id())
    and (select private.is_staff()) and user_id = (select auth.uid())
  );

revoke all on public.priority_items from anon, authenticated, service_role;
grant select, update, delete on public.priority_items to authenticated;
grant insert (
  id, organization_id, user_id, daily_plan_id, position, title, source_kind, source_id,
  expected_impact, effort_hours, probability, urgency, confidence, strategic_weight, next_action,
  status
) on public.priority_items to authenticated;
grant select, insert, update, delete on public.priority_items to service_role;
