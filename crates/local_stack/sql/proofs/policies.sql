-- Proves every policy by itself: without triggers, with every right granted, on rows that
-- differ in nothing but their organization, their owner and the one word that matters.
-- The rules stand here a second time and are compared with what the database lets each
-- person do.
-- Run by the superuser on a database with the migrations and the demo data. With the
-- setting revos.proof_table, looks at that table only.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

-- The rules ------------------------------------------------------------------

-- Who may do what to a row with a policy; '-' where there is none. `extra` is a column
-- that a rule looks at, and the values it takes here.
create temporary table proof_rule (
  name text primary key, s text, i text, u text, d text, extra text, extras text[] not null default '{-}'
);
insert into proof_rule values
  ('clients', 'account', 'own', 'own', 'manager'),
  ('client_health_history', 'account', '-', '-', '-'),
  ('opportunity_stage_history', 'staff', '-', '-', '-'),
  ('opportunities', 'staff', 'own', 'own', 'own'),
  ('opportunity_activities', 'staff', 'staff', 'own', 'own'),
  ('opportunity_notes', 'staff', 'author', 'author', 'mine or admin'),
  ('projects', 'account', 'own', 'own', 'manager'),
  ('subscriptions', 'money', 'admin', 'admin', '-'),
  ('expenses', 'manager', 'admin', 'admin', 'admin'),
  ('cash_flow_entries', 'manager', 'admin', 'admin', 'admin'),
  ('finance', 'own', '-', 'manager', '-'),
  ('daily_plans', 'mine or admin', 'mine', 'mine', '-'),
  ('focus_sessions', 'mine or admin', 'mine', 'mine', 'mine'),
  ('priority_items', 'mine or admin', 'mine', 'mine', 'mine'),
  ('audit_log', 'admin', '-', '-', '-'),
  ('member_invitations', 'admin', '-', '-', '-'),
  ('agent_definitions', 'staff', 'admin', 'admin', '-'),
  ('agent_behaviors', 'staff', 'admin', 'admin', '-'),
  ('agent_runs', 'mine or manager', 'mine', 'mine', '-'),
  ('automation_playbooks', 'staff', 'admin', 'admin', 'admin'),
  ('automation_steps', 'staff', 'admin', 'admin', 'admin'),
  ('automation_runs', 'staff', 'manager', 'manager', '-'),
  ('automation_run_steps', 'staff', 'manager', 'manager', '-'),
  ('feature_flags', 'organization', 'superadmin', 'superadmin', 'superadmin');
-- Children of a client: read by staff, written by those who may write the client.
insert into proof_rule
select unnest(array['contacts', 'client_commercials', 'discovery_questions', 'discovery_responses', 'data_sources',
  'kanban_items']), 'staff', 'own', 'own', 'own';
insert into proof_rule values
  ('client_deliverables', 'shared with account', 'own', 'own', 'own', 'share_expires_at', array['-', '2001-01-01', 'infinity']),
  ('invoices', 'money', 'admin', 'admin', 'draft', 'status', array['draft', 'sent']),
  -- Under an invoice of that status.
  ('invoice_line_items', 'money', 'admin', '-', 'admin', '', array['draft', 'sent']),
  ('invoice_payments', 'money', 'admin', 'admin', '-', '', array['draft', 'sent']),
  ('dashboard_snapshots', 'snapshot', '-', '-', '-', 'kind', array['pipeline', 'finance']),
  ('analytics_events', 'own', 'event', '-', '-', 'event_key', array['ui.page_opened', 'invoice.paid']),
  ('ingested_messages', 'mine or shared', '-', '-', '-', 'shared', array['true', 'false']),
  ('ingested_events', 'mine or shared', '-', '-', '-', 'shared', array['true', 'false']),
  ('saved_views', 'mine or shared', 'mine', 'mine', 'mine or admin and shared', 'is_shared', array['true', 'false']),
  ('integrations', 'connection', '-', '-', '-', 'provider', array['gmail', 'quickbooks']),
  -- Of a connection of that provider.
  ('ingest_runs', 'connection', '-', '-', '-', '', array['gmail', 'quickbooks']);

create function pg_temp.may(p_rule text, p_who text, p_organization text, p_owner text, p_extra text) returns boolean
language sql
as $$
  select case p_rule
    when 'organization' then super or inside
    when 'staff' then super or staff
    when 'manager' then super or manager
    when 'admin' then super or admin
    when 'superadmin' then super
    when 'draft' then p_extra = 'draft' and (super or admin)
    -- Members what they own; those above everything.
    when 'own' then super or manager or (member and mine)
    -- A customer's user the own account.
    when 'account' then super or staff or (inside and account)
    when 'shared with account' then super or staff or (inside and account and p_extra <> '2001-01-01')
    when 'money' then super or manager or (member and mine) or (inside and account and p_extra <> 'draft')
    when 'snapshot' then super or manager or (member and p_extra = 'pipeline')
    -- Personal rows: not even a SuperAdmin writes them for somebody else.
    when 'mine' then staff and mine
    when 'mine or manager' then super or manager or (staff and mine)
    when 'mine or admin' then super or admin or (staff and mine)
    when 'author' then mine and (super or staff)
    when 'mine or shared' then staff and (mine or p_extra = 'true')
    when 'mine or admin and shared' then staff and (mine or (admin and p_extra = 'true'))
    when 'connection' then staff and (mine or (admin and p_extra = 'quickbooks'))
    when 'event' then inside and mine and p_extra ~ '^ui\.'
    end
  from (select
    p_who = 'superadmin' as super,
    p_owner = p_who as mine,
    p_owner = 'client' and p_who in ('client', 'member2') as account,
    p_organization = 'marlowick' and p_who in ('superadmin', 'admin', 'director', 'member', 'client', 'member2') as inside,
    p_organization = 'marlowick' and p_who in ('superadmin', 'admin', 'director', 'member') as staff,
    p_organization = 'marlowick' and p_who in ('superadmin', 'admin', 'director') as manager,
    p_organization = 'marlowick' and p_who in ('superadmin', 'admin') as admin,
    p_organization = 'marlowick' and p_who = 'member' as member) p
$$;

-- The rows -------------------------------------------------------------------

create temporary table proof_person (who text primary key, id uuid not null);
insert into proof_person
select key, id from proof_id where key in ('superadmin', 'admin', 'director', 'member', 'member2', 'client', 'nobody', 'gone');
create temporary table proof_row (
  name text not null, id uuid not null, organization text not null, owner text not null, extra text not null,
  label text not null, columns text not null, vals text not null, assignments text not null, primary key (name, id)
);

create function pg_temp.row_id(p_name text, p_organization text, p_owner text, p_extra text) returns uuid
language sql
as $$
  select md5(concat_ws(' ', p_name, p_organization, p_owner,
    case when p_name in ('invoices', 'integrations') or p_extra <> '-' then p_extra end))::uuid
$$;

-- Neither guards nor references nor rights: what is left is the policies.
set local session_replication_role = replica;
grant all on all tables in schema public to authenticated;
insert into auth.users (id, email) values ('00000000-0000-4000-8000-000000000002', 'gone@example.com');
insert into public.users (id, organization_id, email, name, role, deactivated_at)
select '00000000-0000-4000-8000-000000000002', o.id, 'gone@example.com', 'Corin Vashley', 'Admin', now()
from public.organizations o where o.slug = 'marlowick';

do $rows$
declare
  chosen constant text := nullif(current_setting('revos.proof_table', true), '');
  rule record;
  relaxed text;
  telling name[];
begin
  for rule in select r.*, format('public.%I', r.name)::regclass as relation from proof_rule r
    where chosen is null or r.name in (chosen, 'clients', 'opportunities', 'integrations', 'invoices')
  loop
    -- A row needs no more than what a policy looks at.
    select string_agg(change, ', ') into relaxed from (
      select format('drop constraint %I', k.conname) as change from pg_constraint k
        where k.conrelid = rule.relation and k.contype in ('c', 'x')
          or k.conrelid = rule.relation and k.contype = 'u'
            and not exists (select from pg_constraint f where f.conindid = k.conindid and f.contype = 'f')
      union all
      select format('alter %I drop not null', a.attname) from pg_attribute a
        where a.attrelid = rule.relation and a.attnum > 0 and a.attnotnull and not a.attisdropped
          and not exists (select from pg_index i
            where i.indrelid = rule.relation and i.indisprimary and a.attnum = any (i.indkey))) x;
    if relaxed is not null then
      execute format('alter table %s %s', rule.relation, relaxed);
    end if;
    for relaxed in select format('drop index %s', i.indexrelid::regclass) from pg_index i
      where i.indrelid = rule.relation and i.indisunique and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    loop
      execute relaxed;
    end loop;
    execute format('delete from %s', rule.relation);

    -- What says whose a row is, and what a rule looks at.
    select array_agg(a.attname) into telling from pg_attribute a
    where a.attrelid = rule.relation and not a.attisdropped and a.attname = any (array[
      'id', 'organization_id', 'owner_id', 'user_id', 'author_id', 'created_by', 'assigned_to', 'client_id',
      'opportunity_id', 'integration_id', 'invoice_id', rule.extra]);
    insert into proof_row
    select rule.name, v.id, o.slug, p.who, e.extra, trim(concat(o.slug, '/', p.who, ' ', nullif(e.extra, '-'))), c.*
    from public.organizations o
    cross join proof_person p
    cross join unnest(rule.extras) as e (extra)
    cross join lateral (select pg_temp.row_id(rule.name, o.slug, p.who, e.extra) as id) v
    cross join lateral (
      select string_agg(name, ', '), string_agg(value, ', '),
        string_agg(format('%s = %s', name, value), ', ') filter (where name <> 'id')
      from (select t.name, case
          when t.name = 'id' then quote_literal(v.id)
          when t.name = 'organization_id' then quote_literal(o.id)
          -- The parent is of the same owner, and of marlowick: a row of another tenant below it is astray.
          when t.name = 'client_id' then quote_literal(pg_temp.row_id('clients', 'marlowick', p.who, '-'))
          when t.name = 'opportunity_id' then quote_literal(pg_temp.row_id('opportunities', 'marlowick', p.who, '-'))
          when t.name = 'integration_id' then quote_literal(pg_temp.row_id('integrations', 'marlowick', p.who, e.extra))
          when t.name = 'invoice_id' then quote_literal(pg_temp.row_id('invoices', o.slug, p.who, e.extra))
          when t.name = rule.extra then coalesce(quote_literal(nullif(e.extra, '-')), 'null')
          else quote_literal(p.id) end as value
        from unnest(telling) as t (name)) x) c
    where o.slug in ('marlowick', 'quillhaven');
  end loop;
end
$rows$;

do $insert$
declare
  line record;
begin
  for line in select * from proof_row loop
    execute format('insert into public.%I (%s) values (%s)', line.name, line.columns, line.vals);
  end loop;
  -- The second one was a Member, who still owns rows, and is a user of the same account now.
  update public.users u set client_id = pg_temp.row_id('clients', 'marlowick', 'client', '-'), role = 'Client'
    from proof_person p where p.id = u.id and p.who in ('client', 'member2');
end
$insert$;

-- What each person is and can do -----------------------------------------------

-- Rows whose ids are given, by label.
create function pg_temp.labels(p_name text, p_ids uuid[]) returns text
language sql
as $$
  select coalesce(string_agg(label, ', ' order by label), '-') from pg_temp.proof_row where name = p_name and id = any (p_ids)
$$;

-- Tries a statement that names no row, so that no other policy stands behind it.
create function pg_temp.rows_of(p_who text, p_name text, p_statement text, p_question text) returns text
language plpgsql
as $$
declare
  ids uuid[];
  answer text;
begin
  begin
    perform pg_temp.become(p_who);
    execute p_statement;
    perform set_config('role', 'none', true);
    execute p_question into ids;
    answer := pg_temp.labels(p_name, ids);
    raise exception using errcode = 'UND00';
  exception
    when sqlstate 'UND00' then
      null;
    when others then
      answer := sqlstate || ' ' || sqlerrm;
  end;
  return answer;
end
$$;

-- The number of rows a statement reached, or its error.
create function pg_temp.reached(p_who text, p_before text, p_statement text) returns text
language plpgsql
as $$
declare
  affected bigint;
  answer text;
begin
  begin
    if p_before is not null then
      execute p_before;
    end if;
    perform pg_temp.become(p_who);
    execute p_statement;
    get diagnostics affected = row_count;
    answer := affected;
    raise exception using errcode = 'UND00';
  exception
    when sqlstate 'UND00' then
      null;
    when others then
      answer := sqlstate;
  end;
  return answer;
end
$$;

create function pg_temp.expected(p_rule text, p_name text, p_who text) returns text
language sql
as $$
  select pg_temp.labels(p_name, array_agg(id)) from pg_temp.proof_row
  where name = p_name and pg_temp.may(p_rule, p_who, organization, owner, extra)
$$;

-- Who the policies take each person for. Without membership: nobody, with nothing.
create temporary table proof_identity (who text, persona text, rank integer, deactivated boolean);
insert into proof_identity values
  ('superadmin', 'SuperAdmin', 4, false), ('admin', 'Admin', 3, false), ('director', 'Director', 2, false),
  ('member', 'Member', 1, false), ('client', 'Client', 0, false), ('member2', 'Client', 0, false), ('gone', null, -1, true),
  ('gone client', null, -1, true), ('nobody', null, -1, false);

do $identity$
declare
  person record;
  persona text;
  found text;
begin
  -- The deactivated one once more, as the user of an account.
  insert into auth.users (id, email) values ('00000000-0000-4000-8000-000000000003', 'gone.client@example.com');
  insert into public.users (id, organization_id, email, name, role, client_id, deactivated_at)
    select '00000000-0000-4000-8000-000000000003', u.organization_id, 'gone.client@example.com', u.name, 'Client', u.client_id, now()
    from public.users u where u.email = 'client@example.com';
  insert into proof_person values ('gone client', '00000000-0000-4000-8000-000000000003');
  insert into proof_id select who, id from proof_person where who = 'gone client';
  for person in select i.*, p.id from proof_identity i join proof_person p using (who) loop
    perform pg_temp.become(person.who);
    persona := private.persona();
    select concat_ws(' ', private.is_super_admin(), private.is_admin(), private.is_manager(), private.is_staff(),
      private.is_deactivated(), private.current_org_id() is not null, private.my_client_id() is not null,
      cardinality(private.my_client_ids()), cardinality(private.my_opportunity_ids()),
      cardinality(private.my_integration_ids())) into found;
    perform set_config('role', 'none', true);
    perform pg_temp.check_that('persona of ' || person.who, persona, person.persona);
    -- One client, opportunity and two connections of each person are in marlowick; the QuickBooks
    -- ones there are every admin's.
    perform pg_temp.check_that('identity of ' || person.who, found, concat_ws(' ', person.rank >= 4, person.rank >= 3,
      person.rank >= 2, person.rank >= 1, person.deactivated, person.rank >= 0, person.rank = 0,
      case when person.rank >= 0 then 1 else 0 end, case when person.rank >= 0 then 1 else 0 end,
      case when person.rank >= 3 then 1 + (select count(*) from proof_person p where p.who <> 'gone client')
        when person.rank >= 1 then 2 else 0 end));
  end loop;
end
$identity$;

do $matrix$
declare
  chosen constant text := nullif(current_setting('revos.proof_table', true), '');
  people constant text[] := array['superadmin', 'admin', 'director', 'member', 'client', 'member2', 'gone', 'nobody'];
  who text;
  rule record;
  target record;
  ids uuid[];
  found text;
  many text;
  told boolean;
begin
  for rule in select * from proof_rule where chosen is null or name = chosen loop
    foreach who in array people loop
      perform pg_temp.become(who);
      execute format('select array_agg(id) from public.%I', rule.name) into ids;
      perform set_config('role', 'none', true);
      perform pg_temp.check_that(format('%s select as %s', rule.name, who),
        pg_temp.labels(rule.name, ids), pg_temp.expected(rule.s, rule.name, who));

      if rule.d <> '-' then
        perform pg_temp.check_that(format('%s delete as %s', rule.name, who),
          pg_temp.rows_of(who, rule.name, format('delete from public.%I', rule.name),
            format('select array_agg(p.id) from pg_temp.proof_row p
              where p.name = %L and not exists (select from public.%I t where t.id = p.id)', rule.name, rule.name)),
          pg_temp.expected(rule.d, rule.name, who));
      end if;

      if rule.u <> '-' then
        perform pg_temp.check_that(format('%s update as %s', rule.name, who),
          pg_temp.rows_of(who, rule.name, format('update public.%I set created_at = ''2001-01-01''', rule.name),
            format('select array_agg(id) from public.%I where created_at = ''2001-01-01''', rule.name)),
          pg_temp.expected(rule.u, rule.name, who));
        -- Whoever may change rows at all may turn them only into rows they may change.
        select count(*)::text into many from proof_row p
          where p.name = rule.name and pg_temp.may(rule.u, who, p.organization, p.owner, p.extra);
        for target in select * from proof_row p where p.name = rule.name loop
          told := pg_temp.may(rule.u, who, target.organization, target.owner, target.extra);
          perform pg_temp.check_that(format('%s update to %s as %s', rule.name, target.label, who),
            pg_temp.reached(who, null, format('update public.%I set %s', rule.name, target.assignments)),
            case when many = '0' or told then many else '42501' end);
        end loop;
      end if;

      if rule.i <> '-' then
        for target in select * from proof_row p where p.name = rule.name loop
          told := pg_temp.may(rule.i, who, target.organization, target.owner, target.extra);
          perform pg_temp.check_that(format('%s insert of %s as %s', rule.name, target.label, who),
            pg_temp.reached(who, format('delete from public.%I where id = %L', rule.name, target.id),
              format('insert into public.%I (%s) values (%s)', rule.name, target.columns, target.vals)),
            case when told then '1' else '42501' end);
        end loop;
      end if;
    end loop;
  end loop;

  -- The two tables that say who is who cannot be emptied.
  if chosen is null or chosen in ('organizations', 'users') then
    foreach who in array people loop
      perform pg_temp.check_that('users update as ' || who,
        pg_temp.reached(who, null, 'update public.users set name = ''Proof'''),
        case when who in ('gone', 'nobody') then '0' else '1' end);
      perform pg_temp.check_that('users update to quillhaven as ' || who,
        pg_temp.reached(who, null, format('update public.users set organization_id = %L',
          (select id from public.organizations where slug = 'quillhaven'))),
        case when who in ('gone', 'nobody') then '0' else '42501' end);
      perform pg_temp.check_that('users update to somebody else as ' || who,
        pg_temp.reached(who, null, format('update public.users set id = %L', md5('somebody')::uuid)),
        case when who in ('gone', 'nobody') then '0' else '42501' end);
      perform pg_temp.check_that('organizations update as ' || who,
        pg_temp.reached(who, null, 'update public.organizations set name = ''Proof'''),
        case who when 'superadmin' then (select count(*)::text from public.organizations) when 'admin' then '1' else '0' end);
      -- Several rows of a SuperAdmin would collide.
      if who <> 'superadmin' then
        perform pg_temp.check_that('organizations update to another as ' || who,
          pg_temp.reached(who, null, format('update public.organizations set id = %L', md5('other')::uuid)),
          case who when 'admin' then '42501' else '0' end);
      end if;
    end loop;
  end if;

  -- A new table is placed among the rules, and a new policy, too.
  select string_agg(p.policyname, ', ') into found from pg_policies p left join proof_rule r on r.name = p.tablename
  where p.schemaname = 'public' and p.tablename not in ('organizations', 'users')
    and coalesce(case p.cmd when 'SELECT' then r.s when 'INSERT' then r.i when 'UPDATE' then r.u
      when 'DELETE' then r.d end, '-') = '-';
  perform pg_temp.check_that('policies without a rule here', found, null);
end
$matrix$;

select last_value as checks from pg_temp.proof_checks;

rollback;
