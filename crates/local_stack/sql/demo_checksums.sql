-- One line per table that the demo data fills: loading the same day twice must give
-- the same lines, on any machine and at any hour.

create or replace function pg_temp.rows_and_checksum(p_table regclass)
returns table (rows bigint, checksum text)
language plpgsql stable
-- Times inside JSON read the same everywhere.
set timezone = 'UTC'
as $$
begin
  return query execute format(
    -- Passwords are hashed with another salt each time.
    $q$select count(*), md5(string_agg(row, e'\n' order by row))
      from (select (to_jsonb(t) - 'encrypted_password')::text as row from %s t) x$q$,
    p_table);
end
$$;

select c.oid::regclass::text as table_name, s.rows, s.checksum
from pg_class c
cross join lateral pg_temp.rows_and_checksum(c.oid) s
where c.relkind = 'r' and (
  c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  or c.oid in ('auth.users'::regclass, 'auth.identities'::regclass))
order by c.oid::regclass::text;
