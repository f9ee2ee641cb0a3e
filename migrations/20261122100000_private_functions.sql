-- Who is asking? The functions every policy, trigger and rpc stands on.
-- The schema is not exposed by the API. Its functions are callable because
-- policies run with the caller's rights; none of them tells a caller anything
-- about anyone else.

create extension if not exists pg_trgm with schema extensions;

-- Rights by default ----------------------------------------------------------

-- A hosted project grants everything on new objects of `public` to the API
-- roles. Every grant is written down next to its object instead.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
-- PostgreSQL itself lets everyone execute a new function. That default can only
-- be changed for all schemas at once.
alter default privileges revoke execute on functions from public;

create schema private;
comment on schema private is
  'Functions of policies and triggers; later tokens and keys. Never exposed by the API.';
grant usage on schema private to authenticated, service_role;

-- Raising --------------------------------------------------------------------

create function private.fail(p_status integer, p_key text, p_detail jsonb default null)
returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  -- The REST server answers SQLSTATE PTnnn as HTTP nnn; the message is a key
  -- for programs, the text for people is made by the app.
  if p_detail is null then
    raise exception using errcode = 'PT' || p_status, message = p_key;
  end if;
  raise exception using errcode = 'PT' || p_status, message = p_key, detail = p_detail::text;
end
$$;
comment on function private.fail(integer, text, jsonb) is
  'Raises an error the API understands: HTTP status, stable key, optional JSON detail.';

-- The caller -----------------------------------------------------------------

create function private.current_org_id() returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select u.organization_id from public.users u
    where u.id = (select auth.uid()) and u.deactivated_at is null
  );
end
$$;
comment on function private.current_org_id() is
  'Organization of the active caller; null without membership, so comparisons with it admit nobody.';

create function private.persona() returns text
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select u.role from public.users u
    where u.id = (select auth.uid()) and u.deactivated_at is null
  );
end
$$;
comment on function private.persona() is 'Role of the active caller; null without membership.';

create function private.is_super_admin() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return coalesce(private.persona() = 'SuperAdmin', false);
end
$$;

create function private.is_admin() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return coalesce(private.persona() in ('SuperAdmin', 'Admin'), false);
end
$$;

create function private.is_manager() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return coalesce(private.persona() in ('SuperAdmin', 'Admin', 'Director'), false);
end
$$;

create function private.is_staff() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return coalesce(private.persona() in ('SuperAdmin', 'Admin', 'Director', 'Member'), false);
end
$$;

create function private.my_client_id() returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select u.client_id from public.users u
    where u.id = (select auth.uid()) and u.deactivated_at is null and u.role = 'Client'
  );
end
$$;
comment on function private.my_client_id() is 'The one account a Client persona may see.';

create function private.my_client_ids() returns uuid[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(c.id), '{}') from public.clients c
    where c.owner_id = (select auth.uid())
      and c.organization_id = (select private.current_org_id())
  );
end
$$;
comment on function private.my_client_ids() is 'Clients the active caller owns inside the own organization.';

create function private.capabilities() returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
declare
  member constant text[] := array[
    'clients.read', 'clients.write_own',
    'pipeline.read', 'pipeline.write_own', 'pipeline.import',
    'overview.portfolio', 'agents.run', 'focus.own', 'integrations.own'
  ];
  -- Held by a Member for own rows only, by the personas above for all rows.
  member_only constant text[] := array['finance.read_own', 'insights.analytics_own'];
  director constant text[] := array[
    'clients.write_all', 'pipeline.write_all', 'pipeline.reopen_won',
    'finance.read', 'finance.terms', 'overview.cash',
    'automations.run', 'insights.analytics'
  ];
  admin constant text[] := array[
    'finance.write', 'agents.manage', 'automations.manage', 'insights.audit',
    'members.manage', 'organization.manage', 'integrations.quickbooks'
  ];
begin
  return case private.persona()
    when 'SuperAdmin' then member || director || admin || array['flags.manage']
    when 'Admin' then member || director || admin
    when 'Director' then member || director
    when 'Member' then member || member_only
    when 'Client' then array['account.read']
    else '{}'
  end;
end
$$;
comment on function private.capabilities() is
  'What the app may offer the caller. Hides buttons; the policies decide.';

-- Operations and guards ------------------------------------------------------

create function private.called_by_api() returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- The role the request runs as, also inside a definer function, where
  -- current_user is the function's owner. A direct connection has role "none".
  return coalesce(nullif(nullif(current_setting('role', true), ''), 'none'), session_user::text)
    in ('anon', 'authenticated');
end
$$;
comment on function private.called_by_api() is
  'True for a person behind the REST API; false for the service role and for database administration.';

create function private.guard_op(p_operations text[]) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  if private.called_by_api()
    and coalesce(current_setting('revos.op', true), '') <> all (p_operations)
  then
    perform private.fail(400, 'use_function', jsonb_build_object('functions', p_operations));
  end if;
end
$$;
comment on function private.guard_op(text[]) is
  'For guard triggers: refuses a person''s direct change unless revos.op names one of the functions.';

create function private.touch() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.id is distinct from old.id then
    perform private.fail(400, 'immutable_column', '{"column": "id"}');
  end if;
  if new.created_at is distinct from old.created_at then
    perform private.fail(400, 'immutable_column', '{"column": "created_at"}');
  end if;
  -- The root table is its own tenant. Nested, because a record without the
  -- column may not even be asked for it.
  if tg_table_name <> 'organizations' then
    if new.organization_id is distinct from old.organization_id then
      perform private.fail(400, 'immutable_column', '{"column": "organization_id"}');
    end if;
  end if;
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end
$$;
comment on function private.touch() is
  'Before update on every editable table: counts the version, stamps the time, keeps identity and tenant.';

-- Time -----------------------------------------------------------------------

create function private.is_time_zone(p_name text) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- A cast would also take abbreviations and offsets, which know no summer time.
  return p_name !~ '^(posix|right)/' and p_name not in ('localtime', 'posixrules', 'Factory')
    and exists (select from pg_catalog.pg_timezone_names z where z.name = p_name);
end
$$;

create function private.organization_today(p_organization_id uuid) returns date
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select (now() at time zone o.time_zone)::date
    from public.organizations o where o.id = p_organization_id
  );
end
$$;
comment on function private.organization_today(uuid) is
  'The calendar day it is there. Runs with the caller''s rights: null for an organization that is not visible.';

create function private.fiscal_quarter_start(p_as_of date, p_start_month integer) returns date
language sql immutable
set search_path = ''
as $$
  select (
    date_trunc('month', p_as_of::timestamp)
    - make_interval(months => ((extract(month from p_as_of)::integer - p_start_month + 12) % 12) % 3)
  )::date
$$;
comment on function private.fiscal_quarter_start(date, integer) is
  'First day of the fiscal quarter that contains the day.';

create function private.chosen_organization(p_organization_id uuid) returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  own_organization_id uuid;
begin
  if auth.uid() is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  own_organization_id := private.current_org_id();
  if own_organization_id is null then
    perform private.fail(403, 'no_membership');
  end if;
  if p_organization_id is null or p_organization_id = own_organization_id then
    return own_organization_id;
  end if;
  if not private.is_super_admin() then
    perform private.fail(403, 'forbidden');
  end if;
  if not exists (select from public.organizations o where o.id = p_organization_id) then
    perform private.fail(404, 'not_found');
  end if;
  return p_organization_id;
end
$$;
comment on function private.chosen_organization(uuid) is
  'The organization a call is about: the own one, or for a SuperAdmin the one named.';

-- Execute --------------------------------------------------------------------

-- Spelled out although the default above says so: applied files also meet
-- projects whose defaults somebody changed.
revoke execute on all functions in schema private from public, anon;
grant execute on function
  private.fail(integer, text, jsonb),
  private.current_org_id(),
  private.persona(),
  private.is_super_admin(),
  private.is_admin(),
  private.is_manager(),
  private.is_staff(),
  private.my_client_id(),
  private.my_client_ids(),
  private.capabilities(),
  private.called_by_api(),
  private.guard_op(text[]),
  private.is_time_zone(text),
  private.organization_today(uuid),
  private.fiscal_quarter_start(date, integer),
  private.chosen_organization(uuid)
to authenticated, service_role;
