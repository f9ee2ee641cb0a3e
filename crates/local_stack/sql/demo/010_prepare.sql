-- The demo data set: two invented organizations, the same rows on every load of
-- the same day. All files of this folder run in name order in one transaction,
-- as the role that owns the tables, after
--   set_config('revos.demo_password_hash', '<hash of the common password>', ...)
--   set_config('revos.demo_day', '<ISO date>', ...)      -- optional
-- This file decides whether loading is allowed, clears an earlier load and makes
-- the words that the other files are written with.

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

create or replace function pg_temp.demo_zone(p_letter text) returns text
language sql immutable
as $$
  select case p_letter when 'A' then 'America/New_York' else 'Europe/Paris' end
$$;

-- A moment that many hours after (before, when negative) the day began there.
create or replace function pg_temp.demo_at(p_day_offset integer, p_hours integer, p_time_zone text)
returns timestamptz
language sql stable
as $$
  select (pg_temp.demo_day() + p_day_offset + make_interval(hours => p_hours)) at time zone p_time_zone
$$;

-- That time of that day in organization A or B.
create or replace function pg_temp.demo_time(p_letter text, p_day_offset integer, p_time time)
returns timestamptz
language sql stable
as $$
  select (pg_temp.demo_day() + p_day_offset + p_time) at time zone pg_temp.demo_zone(p_letter)
$$;

-- The organization with that letter.
create or replace function pg_temp.demo_org(p_letter text) returns uuid
language sql immutable
as $$
  select pg_temp.demo_id('organizations', p_letter)
$$;

-- A number from 0 up to, not including, the limit: as good as drawn, but always
-- the same for the same key.
create or replace function pg_temp.demo_pick(p_key text, p_below integer) returns integer
language sql immutable
as $$
  select (('x' || left(md5('20260520:' || p_key), 8))::bit(32)::bigint % p_below)::integer
$$;

-- The calendar month that many months before the load day's, as its first day.
create or replace function pg_temp.demo_month(p_back integer) returns date
language sql stable
as $$
  select (date_trunc('month', pg_temp.demo_day()::timestamp) - make_interval(months => p_back))::date
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

-- Quiet about what is emptied; and times inside JSON read the same everywhere.
set local client_min_messages = warning;
set local time zone 'UTC';

-- Only demo rows can be here now. Every row of RevOS refers to an organization,
-- so this empties all tables, also those that only grow. Accounts in `auth` stay
-- and are updated below, so that a reload signs nobody out.
truncate public.organizations cascade;

-- Rows are written as they were left, with ids of their own and the times of
-- their past. The triggers would date everything now and add rows with chance ids,
-- so they rest until 890; the keys and checks of the tables do not. What the
-- triggers keep in step is written by the files and proved by 900.
do $triggers$
declare
  named regclass;
begin
  for named in select c.oid from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' loop
    execute format('alter table %s disable trigger user', named);
  end loop;
end
$triggers$;

-- What people and the worker did to get there: one row per event or per row of the
-- audit log, or both in one. Each file tells its part, 800 writes it down.
create temporary table demo_change (
  at timestamptz not null,
  organization_id uuid not null,
  -- Null: the worker.
  actor_id uuid,
  -- The function that did it; null for a direct change.
  operation text,
  event_key text,
  entity_type text,
  entity_id uuid,
  payload jsonb,
  idempotency_key text,
  -- Table of the changed row, and how it looked before and after, at least id and
  -- the changed columns; none before a row was made.
  resource text,
  before jsonb,
  after jsonb
) on commit drop;
