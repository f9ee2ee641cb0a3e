-- The session may be a pooled one, and the next load may share the transaction.

do $clean$
declare
  named record;
begin
  for named in
    select c.oid::regclass as object from pg_class c
    where c.relnamespace = pg_my_temp_schema() and c.relkind = 'r' and starts_with(c.relname, 'demo_')
  loop
    execute format('drop table %s cascade', named.object);
  end loop;
  for named in
    select p.oid::regprocedure as object from pg_proc p
    where p.pronamespace = pg_my_temp_schema() and starts_with(p.proname, 'demo_')
  loop
    execute format('drop function %s', named.object);
  end loop;
end
$clean$;
