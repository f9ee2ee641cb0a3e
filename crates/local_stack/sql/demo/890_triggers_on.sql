-- From here on changes report themselves again.

do $triggers$
declare
  named regclass;
begin
  -- Keys that are checked at the end of the transaction are checked now.
  set constraints all immediate;
  for named in select c.oid from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' loop
    execute format('alter table %s enable trigger user', named);
  end loop;
end
$triggers$;
