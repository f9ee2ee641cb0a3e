-- The demo data set: two invented organizations, the same rows on every load of
-- the same day. All files of this folder run in name order in one transaction,
-- as the role that owns the tables, after
--   set_config('revos.demo_password_hash', '<hash of the common password>', ...)
--   set_config('revos.demo_day', '<ISO date>', ...)      -- optional
-- This file decides whether loading is allowed and clears an earlier load.

-- Names for rows: UUID version 3 of "<table>:<ordinal>" in the namespace of seed
-- 20260520, so that ids are the same on every machine and every day.
create or replace function pg_temp.demo_id(p_table text, p_ordinal text) returns uuid
language sql immutable
as $$
  select (
    substr(hash, 1, 12) || '3' || substr(hash, 14, 3)
    || substr('89ab', (('x' || substr(hash, 17, 1))::bit(4)::integer & 3) + 1, 1)
    || substr(hash, 18)
  )::uuid
  from (
    select md5(
      decode('20260520000030008000000000000000', 'hex')
      || convert_to(p_table || ':' || p_ordinal, 'UTF8')
    ) as hash
  ) as named
$$;

-- The day everything is dated from.
create or replace function pg_temp.demo_day() returns date
language sql stable
as $$
  select coalesce(
    nullif(current_setting('revos.demo_day', true), '')::date,
    (now() at time zone 'America/New_York')::date
  )
$$;

-- A moment that many hours after (before, when negative) the day began there.
create or replace function pg_temp.demo_at(p_day_offset integer, p_hours integer, p_time_zone text)
returns timestamptz
language sql stable
as $$
  select (pg_temp.demo_day() + p_day_offset + make_interval(hours => p_hours)) at time zone p_time_zone
$$;

do $check$
begin
  if coalesce(current_setting('revos.demo_password_hash', true), '') = '' then
    raise exception 'demo data needs a password: revos.demo_password_hash is not set';
  end if;

  -- One load at a time.
  lock table public.organizations in share row exclusive mode;
  if exists (
    select from public.organizations
    where id not in (pg_temp.demo_id('organizations', 'A'), pg_temp.demo_id('organizations', 'B'))
  ) then
    raise exception 'demo data refused: the database holds organizations other than the demo ones';
  end if;
end
$check$;

-- Only demo rows can be here now. Every row of RevOS refers to an organization,
-- so this empties all tables, also those that only grow. Accounts in `auth` stay
-- and are updated below, so that a reload signs nobody out.
truncate public.organizations cascade;

-- Loading is one operation: the rows do not report themselves as events of today.
select set_config('revos.op', 'load_demo', true);
