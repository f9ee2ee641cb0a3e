-- Two guards that tables with a life of their own share. Which functions may
-- write, and which steps a status may take, is said where the trigger is made.

create function private.guard_write() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Deeper than one: a cascade, which the rules of the parent's table allowed.
  if pg_trigger_depth() = 1 then
    perform private.guard_op(tg_argv::text[]);
  end if;
  return coalesce(new, old);
end
$$;
comment on function private.guard_write() is
  'Before insert, update or delete: people write the table only through the functions named by the arguments.';

create function private.guard_transition() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Binds the service as well: a state that no argument leads out of is final.
  if new.status is distinct from old.status
    and (old.status || '>' || new.status) <> all (tg_argv::text[])
  then
    perform private.fail(409, 'invalid_transition', private.from_to(old.status, new.status));
  end if;
  return new;
end
$$;
comment on function private.guard_transition() is
  'Before update: the status takes only the steps named by the arguments, each written from>to.';

revoke execute on function private.guard_write() from public, anon;
revoke execute on function private.guard_transition() from public, anon;
