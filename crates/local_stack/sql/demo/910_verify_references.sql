-- D9: every reference stays inside its organization, also those that no key holds,
-- and nothing happened that is still to come.
do $inside$
declare
  reference record;
  strays bigint;
begin
  for reference in
    select k.conname as name, k.conrelid::regclass as child, k.confrelid::regclass as parent, c.attname as child_column
    from pg_constraint k
    join pg_attribute c on c.attrelid = k.conrelid and c.attnum = k.conkey[1]
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace
      and c.attname <> 'organization_id' and k.confrelid <> 'auth.users'::regclass
  loop
    -- Only a SuperAdmin signs elsewhere.
    execute format(
      'select count(*) from %s child join %s parent on parent.id = child.%I
        where parent.organization_id <> child.organization_id
          and to_jsonb(parent) ->> ''role'' is distinct from ''SuperAdmin''',
      reference.child, reference.parent, reference.child_column) into strays;
    perform pg_temp.demo_expect('references that leave their organization by ' || reference.name, strays, 0::bigint);
  end loop;
  perform pg_temp.demo_expect('priorities of nothing', (
    select count(*) from public.priority_items i
    where not private.has_priority_source(i.organization_id, i.source_kind, i.source_id)), 0::bigint);

  for reference in
    select distinct e.entity_type as name,
      -- Entry and opportunity end in y.
      regexp_replace(e.entity_type, 'y$', 'ie') || 's' as parent,
      case e.entity_type when 'organization' then 'id' else 'organization_id' end as tenant
    from public.analytics_events e where e.entity_type is not null
  loop
    execute format(
      'select count(*) from public.analytics_events e
        where e.entity_type = %L and not exists (
          select from public.%I t where t.id = e.entity_id and t.%I = e.organization_id)',
      reference.name, reference.parent, reference.tenant) into strays;
    perform pg_temp.demo_expect('events about no ' || reference.name, strays, 0::bigint);
  end loop;
  for reference in select distinct l.resource_type as parent from public.audit_log l loop
    execute format(
      'select count(*) from public.audit_log l
        where l.resource_type = %1$L and (l.changes = ''{}'' or not exists (
          select from public.%1$I t where t.id = l.resource_id and t.organization_id = l.organization_id))',
      reference.parent) into strays;
    perform pg_temp.demo_expect('notes about no row or no change in ' || reference.parent, strays, 0::bigint);
  end loop;
  perform pg_temp.demo_expect('direct changes without their event', (
    select count(*) from public.audit_log l
    where l.operation is null
      -- Made by trigger, together with what made it.
      and l.resource_type <> 'finance'
      and not exists (
        select from public.analytics_events e
        where e.organization_id = l.organization_id and e.occurred_at = l.occurred_at and e.user_id = l.actor_id)),
    0::bigint);
  perform pg_temp.demo_expect('what happened after the day began, or more than 90 days before', (
    select count(*) from (
      select organization_id, occurred_at, event_key = 'client.converted' as kept from public.analytics_events
      union all
      select organization_id, occurred_at, false from public.audit_log
    ) x
    join (values ('A'), ('B')) as l (letter) on pg_temp.demo_org(l.letter) = x.organization_id
    where x.occurred_at > pg_temp.demo_time(l.letter, 0, '00:00')
      or not x.kept and x.occurred_at < pg_temp.demo_time(l.letter, -90, '00:00')), 0::bigint);
end
$inside$;
