-- What the proofs have in common: names of rows, becoming somebody, trying something
-- and taking it back, counting checks. Run before each proof, in its transaction.

create temporary sequence proof_checks;
grant usage on sequence proof_checks to public;

-- Names used in the attempts: {C1} stands for the quoted id of a row, <C1> for the
-- bare one inside JSON. Each proof adds its own.
create temporary table proof_id (key text primary key, id uuid not null);
grant select on proof_id to public;
insert into proof_id
select split_part(email, '@', 1), id from public.users
union all select slug, id from public.organizations
union all
select t.key, c.id from (values
  ('C1', 'Brindlecrest Freight'), ('C3', 'Dovemarsh Analytics'), ('C10', 'Kestrelford Learning'),
  ('C11', 'Lanternbay Media'), ('C13', 'Nettlewyck Retail'),
  ('B1', 'Pebblecroft Dental'), ('B3', 'Rookhaven Print')
) as t (key, name) join public.clients c using (name)
union all select 'nobody', '00000000-0000-4000-8000-000000000001'
union all select 'gone', '00000000-0000-4000-8000-000000000002';

create function pg_temp.fill(p_sql text) returns text
language plpgsql
as $$
declare
  named record;
begin
  for named in select key, id from pg_temp.proof_id loop
    p_sql := replace(p_sql, '{' || named.key || '}', quote_literal(named.id));
    p_sql := replace(p_sql, '<' || named.key || '>', named.id::text);
  end loop;
  if p_sql ~ '[{<][A-Za-z]\w*[}>]' then
    raise exception 'no row for a name in: %', p_sql;
  end if;
  return p_sql;
end
$$;

create function pg_temp.become(p_who text) returns void
language plpgsql
as $$
declare
  subject constant uuid := (select id from pg_temp.proof_id where key = p_who);
begin
  if p_who = 'system' then
    -- Database administration and the sign-in service: no request at all.
    perform set_config('request.jwt.claims', '', true);
    perform set_config('role', 'none', true);
  elsif p_who in ('anon', 'service_role') then
    perform set_config('request.jwt.claims', jsonb_build_object('role', p_who)::text, true);
    perform set_config('role', p_who, true);
  else
    -- "unnamed" has a valid token without a subject.
    perform set_config('request.jwt.claims',
      jsonb_strip_nulls(jsonb_build_object('sub', subject, 'role', 'authenticated'))::text, true);
    perform set_config('role', 'authenticated', true);
  end if;
end
$$;

-- Does something as somebody, then asks a question as the superuser, and undoes
-- it all. Answers the question, or without one the number of rows; an error is
-- answered as its SQLSTATE with the key or the constraint.
create function pg_temp.effect(p_who text, p_sql text, p_question text default null) returns text
language plpgsql
as $$
declare
  statement constant text := pg_temp.fill(p_sql);
  question constant text := pg_temp.fill(p_question);
  steps constant text[] := regexp_split_to_array(statement, '; forget; ');
  answer text;
  affected bigint;
  broken text;
begin
  begin
    for i in 1 .. cardinality(steps) loop
      if i > 1 then
        -- What happened before "forget" is not to be counted.
        truncate public.analytics_events, public.audit_log;
      end if;
      perform pg_temp.become(p_who);
      execute steps[i];
      get diagnostics affected = row_count;
      perform set_config('role', 'none', true);
    end loop;
    answer := affected;
    if question is not null then
      execute question into answer;
    end if;
    raise exception using errcode = 'UND00';
  exception
    when sqlstate 'UND00' then
      null;
    when others then
      get stacked diagnostics broken = constraint_name;
      answer := sqlstate || case
        when sqlstate like 'PT%' then ' ' || sqlerrm
        when sqlstate like '23%' then ' ' || broken
        else '' end;
  end;
  return answer;
end
$$;

-- Does several things in a row as somebody, and undoes them. Answers the value of the
-- last one, or the first error with its detail.
create function pg_temp.outcome(p_who text, variadic p_sql text[]) returns text
language plpgsql
as $$
declare
  step text;
  value text;
  more text;
begin
  begin
    foreach step in array p_sql loop
      perform set_config('role', 'none', true);
      step := pg_temp.fill(step);
      perform pg_temp.become(p_who);
      execute step into value;
    end loop;
    raise exception using errcode = 'UND00';
  exception
    when sqlstate 'UND00' then
      null;
    when others then
      get stacked diagnostics more = pg_exception_detail;
      value := concat_ws(' ', sqlstate, sqlerrm, nullif(more, ''));
  end;
  return value;
end
$$;

-- What a statement leaves behind: events, audit rows by table and action, and
-- whether all of them carry the caller and the organization.
create function pg_temp.trace(p_who text, p_organization text, variadic p_sql text[]) returns text
language plpgsql
as $$
declare
  subject constant uuid := (select id from pg_temp.proof_id where key = p_who);
  organization constant uuid := (select id from pg_temp.proof_id where key = p_organization);
  step text;
  value text;
begin
  begin
    foreach step in array p_sql loop
      perform set_config('role', 'none', true);
      step := pg_temp.fill(step);
      perform pg_temp.become(p_who);
      execute step;
    end loop;
    perform set_config('role', 'none', true);
    select concat_ws(' | ',
        (select string_agg(e.event_key, ' ' order by e.event_key) from public.analytics_events e),
        (select string_agg(format('%s %s %s', g.resource_type, g.action, g.number), ', ' order by g.resource_type, g.action)
          from (select resource_type, action, count(*) as number from public.audit_log group by 1, 2) g),
        (select 'somebody else' where exists (
          select from public.analytics_events e
          where e.user_id is distinct from subject or e.organization_id <> organization)
          or exists (
          select from public.audit_log a
          where a.actor_id is distinct from subject or a.organization_id <> organization)))
      into value;
    raise exception using errcode = 'UND00';
  exception
    when sqlstate 'UND00' then
      null;
    when others then
      value := concat_ws(' ', sqlstate, sqlerrm);
  end;
  return value;
end
$$;

-- What the attempt left in the two records, all of it by one person in one
-- organization: "events | audit rows (operation)".
create function pg_temp.trail(p_who text, p_organization text) returns text
language sql
as $$
  with person as (select id from pg_temp.proof_id where key = p_who),
  tenant as (select id from pg_temp.proof_id where key = p_organization)
  select format('%s | %s',
    (select coalesce(string_agg(e.event_key || case
        when e.organization_id = (select id from tenant)
          and e.user_id is not distinct from (select id from person) then '' else ' FORGED' end,
        ', ' order by e.event_key), '-')
      from public.analytics_events e),
    (select coalesce(string_agg(a.line, ', ' order by a.line), '-') from (
      select concat_ws(' ', l.action, l.resource_type, nullif(count(*), 1), '(' || l.operation || ')',
        case when bool_and(l.organization_id = (select id from tenant)
          and l.actor_id is not distinct from (select id from person)
          and l.actor_role is not distinct from (select u.role from public.users u where u.id = l.actor_id))
          then null else 'FORGED' end) as line
      from public.audit_log l group by l.action, l.resource_type, l.operation) a))
$$;

create function pg_temp.check_that(p_what text, p_found text, p_expected text) returns void
language plpgsql
as $$
begin
  perform nextval('pg_temp.proof_checks');
  if p_found is distinct from p_expected then
    raise exception 'proof failed: %: found %, expected %', p_what, p_found, p_expected;
  end if;
end
$$;

-- What to try. One character per person, in the order of `people`: rows reached, x
-- refused for want of a right, u because only a function may, r because other rows
-- depend on it, d as a duplicate, f and o and s and n and c by the function's own
-- answer, 5 because a sequence or view cannot do it.
create temporary table proof_matrix (what text, statement text, expected text);
create temporary table proof_attempt (what text, who text, statement text, expected text);
-- What a successful action leaves behind: the trail, and one more question.
create temporary table proof_effect (
  what text, who text, organization text, statement text, expected_trail text,
  question text, expected text
);

create function pg_temp.run_all() returns void
language plpgsql
as $$
declare
  people constant text[] := array[
    'superadmin', 'admin', 'director', 'member', 'member2', 'client',
    'admin.b', 'member.b', 'client.b', 'gone', 'nobody', 'anon'];
  line record;
  result text;
begin
  for line in select what, statement, replace(expected, ' ', '') as expected from pg_temp.proof_matrix loop
    for i in 1 .. 12 loop
      result := pg_temp.effect(people[i], line.statement);
      perform pg_temp.check_that(format('%s as %s', line.what, people[i]),
        case
          when result = '42501' then 'x'
          when result like '23503%' then 'r'
          when result like '23505%' then 'd'
          when result = '55000' then '5'
          when result = 'PT400 use_function' then 'u'
          when result = 'PT403 forbidden' then 'f'
          when result = 'PT403 no_membership' then 'o'
          when result = 'PT403 self_approval' then 's'
          when result = 'PT404 not_found' then 'n'
          when result like 'PT409%' then 'c'
          else result
        end, substr(line.expected, i, 1));
    end loop;
  end loop;
  for line in select * from pg_temp.proof_attempt loop
    perform pg_temp.check_that(format('%s as %s: %s', line.what, line.who, line.statement),
      pg_temp.effect(line.who, line.statement), line.expected);
  end loop;
  for line in select * from pg_temp.proof_effect loop
    perform pg_temp.check_that(format('trail of: %s, as %s', line.what, line.who),
      pg_temp.effect(line.who, line.statement,
        format('select pg_temp.trail(%L, %L)', line.who, line.organization)),
      line.expected_trail);
    if line.question is not null then
      perform pg_temp.check_that(format('effect of: %s, as %s', line.what, line.who),
        pg_temp.effect(line.who, line.statement, line.question), line.expected);
    end if;
  end loop;
end
$$;
