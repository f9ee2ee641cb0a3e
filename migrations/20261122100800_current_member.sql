-- Who am I here? The first call of every session.

-- A person whose membership was ended may know that, and nothing else: their own
-- row is hidden from them by then.
create function private.is_deactivated() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return exists (
    select from public.users u
    where u.id = (select auth.uid()) and u.deactivated_at is not null
  );
end
$$;
comment on function private.is_deactivated() is
  'True when the caller has a membership that was ended, so that sign-in can say so.';

revoke execute on function private.is_deactivated() from public, anon;
grant execute on function private.is_deactivated() to authenticated, service_role;

create function public.current_member() returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  member jsonb;
begin
  if auth.uid() is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  select jsonb_build_object(
    'user', jsonb_build_object(
      'id', u.id,
      'email', u.email,
      'name', u.name,
      'client_id', u.client_id,
      'avatar_url', u.avatar_url,
      'time_zone', u.time_zone,
      'version', u.version
    ),
    'organization', jsonb_build_object(
      'id', o.id,
      'name', o.name,
      'slug', o.slug,
      'currency', o.currency,
      'time_zone', o.time_zone,
      'fiscal_year_start_month', o.fiscal_year_start_month,
      -- Text, so that no reader turns money into a float.
      'quarterly_target', o.quarterly_target::text,
      'version', o.version
    ),
    'persona', u.role,
    'capabilities', to_jsonb(private.capabilities())
  )
  into member
  from public.users u
  join public.organizations o on o.id = u.organization_id
  where u.id = auth.uid() and u.deactivated_at is null;
  if member is null then
    perform private.fail(
      403, 'no_membership',
      case when private.is_deactivated() then '{"deactivated": true}'::jsonb end
    );
  end if;
  return member;
end
$$;

comment on function public.current_member() is
  'The signed-in person with organization, persona and capabilities; no_membership for anyone without an active one.';

revoke execute on function public.current_member() from public, anon, authenticated, service_role;
grant execute on function public.current_member() to authenticated;
