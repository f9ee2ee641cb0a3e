-- Many invented clients with everything below them, to measure with. In one
-- transaction, by the superuser, after (both optional)
--   set_config('revos.scale_clients', '<number>', ...)          -- default 100000
--   set_config('revos.demo_password_hash', '<hash>', ...)       -- else nobody can sign in by password
-- An organization has 500 clients and one Member, member-<n>@example.com; the first
-- one also has the Admin bench@example.com. The same number of clients gives the
-- same rows on the same day.

-- The triggers and the checks of references would look at each of some millions of
-- rows by itself and note it as done today. They rest in this transaction, so the
-- rows are written as they would have been left; the last part asks the whole
-- tables what the triggers and references would have asked each row.
set local session_replication_role = replica;
set local client_min_messages = warning;
set local time zone 'UTC';

create or replace function pg_temp.scale_id(p_table text, p_ordinal text) returns uuid
language sql immutable
as $$
  select md5('scale:' || p_table || ':' || p_ordinal)::uuid
$$;

lock table public.organizations in share row exclusive mode;

do $check$
begin
  if exists (
    select from public.organizations o
    where o.slug !~ '^scale-\d+$' or o.id <> pg_temp.scale_id('organizations', substr(o.slug, 7))
  ) then
    raise exception 'scale data refused: the database holds organizations other than its own';
  end if;
end
$check$;

truncate public.organizations cascade;

-- Organizations and people ---------------------------------------------------

create temporary table scale_organization on commit drop as
select
  n::integer, pg_temp.scale_id('organizations', n::text) as id, pg_temp.scale_id('users', n::text) as member_id,
  case n when 1 then pg_temp.scale_id('users', 'bench') end as admin_id
from generate_series(1, greatest(1,
  coalesce(nullif(current_setting('revos.scale_clients', true), '')::integer, 100000) / 500)) as n;

insert into public.organizations
  (id, name, slug, currency, time_zone, quarterly_target, created_at, updated_at)
select o.id, 'Scale ' || o.n, 'scale-' || o.n, 'USD', 'UTC', 1000000, current_date - 900, current_date - 900
from scale_organization o;

create temporary table scale_person on commit drop as
select o.member_id as id, o.id as organization_id, format('member-%s@example.com', o.n) as email,
  'Member ' || o.n as name, 'Member' as role
from scale_organization o
union all
select o.admin_id, o.id, 'bench@example.com', 'Bench', 'Admin' from scale_organization o where o.n = 1;

insert into auth.users
  (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
   email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
select
  '00000000-0000-0000-0000-000000000000', p.id, 'authenticated', 'authenticated', p.email,
  nullif(current_setting('revos.demo_password_hash', true), ''), current_date - 800, '', '', '', '',
  '{"provider": "email", "providers": ["email"]}', '{"email_verified": true}', current_date - 800, current_date - 800
from scale_person p
on conflict (id) do update set encrypted_password = excluded.encrypted_password;

insert into auth.identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
select
  pg_temp.scale_id('identities', p.email), p.id, 'email', p.id::text,
  jsonb_build_object('sub', p.id, 'email', p.email, 'email_verified', true, 'phone_verified', false),
  current_date - 800, current_date - 800
from scale_person p
on conflict (provider_id, provider) do nothing;

insert into public.users (id, organization_id, email, name, role, created_at, updated_at)
select p.id, p.organization_id, p.email, p.name, p.role, current_date - 800, current_date - 800 from scale_person p;

-- Clients --------------------------------------------------------------------

-- `place` counts inside the organization. Seven of ten are active; half belong to
-- the Member, in the first organization the others to the Admin.
create temporary table scale_client on commit drop as
select
  c.n, pg_temp.scale_id('clients', c.n::text) as id, o.id as organization_id, c.place, o.member_id,
  case c.place % 2 when 0 then o.member_id else o.admin_id end as owner_id,
  coalesce(o.admin_id, o.member_id) as books_id,
  (array['active', 'active', 'active', 'active', 'active', 'active', 'active', 'paused', 'churned', 'prospect'])[c.n % 10 + 1]
    as status,
  (500 + c.n * 37 % 200 * 50)::numeric as monthly,
  30 + c.n * 7919 % 70 as health, c.n * 7907 % 60 as churn_risk,
  current_date - 420 - c.n % 300 as created_on
from (
  select n, (n - 1) / (select count(*)::integer from scale_organization) as place,
    (n - 1) % (select count(*)::integer from scale_organization) + 1 as organization
  from generate_series(1, coalesce(nullif(current_setting('revos.scale_clients', true), '')::integer, 100000)) n
) c
join scale_organization o on o.n = c.organization;
analyze scale_client;

insert into public.clients
  (id, organization_id, name, status, phase, segment, industry, owner_id, arr, health, churn_risk, qbr_date,
   is_expansion, churned_on, created_at, updated_at)
select
  c.id, c.organization_id,
  (array['Amber', 'Birch', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Granite', 'Harbour', 'Indigo', 'Juniper', 'Kelp',
      'Lumen', 'Maple'])[c.n % 13 + 1] || ' '
    || (array['Analytics', 'Bakeries', 'Clinics', 'Dairy', 'Energy', 'Freight', 'Hotels', 'Insurance', 'Labs',
      'Media', 'Retail'])[c.n % 11 + 1] || ' ' || c.n,
  c.status,
  case when c.status <> 'prospect' then
    (array['Onboarding', 'Discovery', 'Data', 'Algorithm', 'Architecture', 'Compounding', 'Active'])[c.n % 7 + 1] end,
  (array['smb', 'mid', 'enterprise'])[c.n % 3 + 1],
  (array['software', 'food', 'health care', 'retail', 'energy', 'logistics', 'hospitality', 'insurance'])[c.n % 8 + 1],
  c.owner_id, case c.status when 'active' then c.monthly * 12 end,
  case when c.status <> 'prospect' then c.health end, case when c.status <> 'prospect' then c.churn_risk end,
  case when c.status = 'active' and c.n % 9 > 0 then current_date + c.n % 100 - 10 end,
  c.n % 17 = 0, case c.status when 'churned' then current_date - c.n % 300 end,
  c.created_on, c.created_on + make_interval(secs => c.n * 7919 % 36000000)
from scale_client c;

insert into public.contacts (id, organization_id, client_id, name, role, email, power, created_at, updated_at)
select
  pg_temp.scale_id('contacts', c.n || ':' || k), c.organization_id, c.id, format('Contact %s of %s', k, c.n),
  (array['CFO', 'COO', 'VP Revenue', 'Founder'])[(c.n + k) % 4 + 1], format('contact-%s@client-%s.example.com', k, c.n),
  (array['economic', 'decision', 'influencer', 'user'])[(c.n + k) % 4 + 1], c.created_on + 1, c.created_on + 1
from scale_client c, generate_series(1, 2) k;

insert into public.client_commercials
  (id, organization_id, client_id, plan, price, term_months, discount_pct, renewal_date, created_at, updated_at)
select
  pg_temp.scale_id('client_commercials', c.n::text), c.organization_id, c.id, 'Retainer', c.monthly, 12, 0,
  current_date + c.n % 365, c.created_on + 2, c.created_on + 2
from scale_client c
where c.status = 'active';

-- Twelve month ends and today, from 11 points away straight to the present value.
insert into public.client_health_history
  (id, organization_id, client_id, snapshot_date, health, churn_risk, source, created_at)
select
  pg_temp.scale_id('client_health_history', c.n || ':' || back), c.organization_id, c.id, day.day,
  greatest(0, c.health - back), least(100, c.churn_risk + back), 'daily', day.day
from scale_client c, generate_series(0, 12) back
cross join lateral (
  select case back when 0 then current_date
    else (date_trunc('month', current_date::timestamp) - make_interval(months => back - 1))::date - 1 end as day
) day
where c.status <> 'prospect';

insert into public.discovery_questions (id, organization_id, client_id, question, answer, created_at, updated_at)
select pg_temp.scale_id('discovery_questions', c.n::text), c.organization_id, c.id, 'Where does revenue leak today?',
  'In discounts that nobody sees.', c.created_on + 5, c.created_on + 5
from scale_client c where c.status <> 'prospect';

insert into public.data_sources (id, organization_id, client_id, name, category, status, created_at, updated_at)
select pg_temp.scale_id('data_sources', c.n::text), c.organization_id, c.id, 'Invoices of last year', 'finance',
  (array['needed', 'in_progress', 'available', 'collected', 'missing'])[c.n % 5 + 1], c.created_on + 6, c.created_on + 6
from scale_client c where c.status <> 'prospect';

insert into public.kanban_items
  (id, organization_id, client_id, title, status, position, assignee_id, due_date, created_at, updated_at)
select
  pg_temp.scale_id('kanban_items', c.n || ':' || k.name), c.organization_id, c.id, k.title,
  case when k.name = 'a' and c.n % 12 = 0 then 'blocked' else k.status end, 0, c.owner_id, current_date + c.n % 40 - 5,
  current_date - 30, current_date - c.n % 30
from scale_client c
cross join (values ('a', 'Margin by product', 'doing'), ('b', 'Price interviews', 'backlog'), ('c', 'Baseline', 'done'))
  as k (name, title, status)
where c.status in ('active', 'paused');

-- Pipeline -------------------------------------------------------------------

-- Each client has an open one, four of five a closed one; every other closed one
-- of an active client was won.
create temporary table scale_opportunity on commit drop as
select
  c.n || ':' || j as code, pg_temp.scale_id('opportunities', c.n || ':' || j) as id, c.n, c.id as client_id,
  c.organization_id, c.owner_id, c.member_id, s.stage, s.last,
  (5000 + (c.n + j) * 613 % 190 * 500)::numeric as amount,
  d.moved_on - 10 - c.n % 50 as created_on, d.moved_on
from scale_client c
cross join generate_series(1, 2) j
cross join lateral (
  -- The stage it is in, and the number of stages it passed before.
  select
    case when j = 1 then (array['Prospect', 'Qualify', 'Proposal', 'Negotiation'])[c.n % 4 + 1]
      when c.status = 'active' and c.n % 2 = 0 then 'ClosedWon' else 'ClosedLost' end as stage,
    case when j = 1 then c.n % 4 else 4 end as last
) s
cross join lateral (select current_date - case j when 1 then c.n % 60 else 20 + c.n % 340 end as moved_on) d
where j = 1 or c.n % 5 > 0;
analyze scale_opportunity;

insert into public.opportunities
  (id, organization_id, client_id, name, amount, stage, owner_id, expected_close_date, next_step, next_step_date,
   stage_changed_at, closed_at, lost_reason, converted_at, created_at, updated_at)
select
  o.id, o.organization_id, o.client_id, 'Opportunity ' || o.code, o.amount, o.stage, o.owner_id,
  case when o.last < 4 then current_date + o.n % 120 - 10 else o.moved_on end,
  case when o.last < 4 then 'Call back' end, case when o.last < 4 then current_date + o.n % 30 - 8 end,
  o.moved_on, case when o.last = 4 then o.moved_on end, case o.stage when 'ClosedLost' then 'price' end,
  case o.stage when 'ClosedWon' then o.moved_on end, o.created_on, o.moved_on
from scale_opportunity o;

-- Stages at even distances from the creation to the last move.
insert into public.opportunity_stage_history
  (id, organization_id, opportunity_id, from_stage, to_stage, amount, probability, changed_by, changed_at, created_at)
select
  pg_temp.scale_id('opportunity_stage_history', o.code || ':' || k), o.organization_id, o.id, path.stages[k],
  path.stages[k + 1], o.amount,
  case path.stages[k + 1] when 'Prospect' then 10 when 'Qualify' then 25 when 'Proposal' then 50
    when 'Negotiation' then 75 when 'ClosedWon' then 100 else 0 end,
  o.owner_id, at.at, at.at
from scale_opportunity o
cross join lateral (
  select (array['Prospect', 'Qualify', 'Proposal', 'Negotiation'])[1:least(o.last + 1, 4)]
    || case when o.last = 4 then array[o.stage] else '{}' end as stages
) path
cross join lateral generate_series(0, o.last) k
cross join lateral (
  select case when k = o.last then o.moved_on else o.created_on + (o.moved_on - o.created_on) * k / greatest(o.last, 1) end
    as at
) at;

insert into public.opportunity_notes (id, organization_id, opportunity_id, author_id, body, created_at, updated_at)
select pg_temp.scale_id('opportunity_notes', o.code), o.organization_id, o.id, o.member_id,
  'They compare us with doing nothing.', o.moved_on, o.moved_on
from scale_opportunity o;

insert into public.opportunity_activities
  (id, organization_id, opportunity_id, created_by, type, title, status, due_at, completed_at, assigned_to, created_at,
   updated_at)
select
  pg_temp.scale_id('opportunity_activities', o.code), o.organization_id, o.id, o.member_id,
  (array['task', 'call', 'meeting', 'email'])[o.n % 4 + 1], 'Next conversation',
  case when o.last = 4 then 'completed' else 'pending' end, o.moved_on + o.n % 20,
  case when o.last = 4 then o.moved_on end, o.member_id, o.created_on, o.moved_on
from scale_opportunity o;

-- What winning brings: a project, the deliverables, and the word of it.
insert into public.projects
  (id, organization_id, client_id, name, source_opportunity_id, owner_id, status, phase, health, progress, starts_on,
   due_on, budget, spent, created_at, updated_at)
select
  pg_temp.scale_id('projects', o.code), o.organization_id, o.client_id, 'Opportunity ' || o.code, o.id, o.owner_id,
  'active', 'Data', (array['green', 'green', 'yellow', 'red'])[o.n % 4 + 1], o.n % 100, o.moved_on,
  o.moved_on + 300, o.amount, round(o.amount * (o.n % 90) / 100, 2), o.moved_on, o.moved_on
from scale_opportunity o
where o.stage = 'ClosedWon';

insert into public.client_deliverables
  (id, organization_id, client_id, project_id, reference, title, type, status, created_at, updated_at)
select
  pg_temp.scale_id('client_deliverables', o.code || ':' || d.reference), o.organization_id, o.client_id,
  pg_temp.scale_id('projects', o.code), d.reference, d.title, d.type, 'in_progress', o.moved_on, o.moved_on
from scale_opportunity o
cross join (values ('executive-dashboard', 'Executive dashboard', 'dashboard'),
  ('operating-kpis', 'Operating KPIs', 'dashboard'), ('quarterly-review', 'Quarterly review', 'doc'))
  as d (reference, title, type)
where o.stage = 'ClosedWon';

insert into public.analytics_events
  (id, organization_id, user_id, event_key, entity_type, entity_id, payload, occurred_at, idempotency_key)
select
  pg_temp.scale_id('analytics_events', 'converted:' || o.code), o.organization_id, o.member_id, 'client.converted',
  'client', o.client_id, jsonb_build_object('opportunity_id', o.id, 'project_id', pg_temp.scale_id('projects', o.code)),
  o.moved_on, 'client.converted:' || o.id
from scale_opportunity o
where o.stage = 'ClosedWon';

-- Finance --------------------------------------------------------------------

-- Terms in force of active clients, one in ten at a new price since 90 days; ended
-- ones of those that paused or left.
insert into public.subscriptions
  (id, organization_id, client_id, product_name, status, amount, renewal_date, activated_on, ended_on,
   replaces_subscription_id, cancel_reason, created_at, updated_at)
select
  pg_temp.scale_id('subscriptions', c.n || ':' || t.term), c.organization_id, c.id, 'Retainer', t.status, t.amount,
  case t.status when 'active' then current_date + c.n % 365 end, t.activated_on, t.ended_on,
  case t.term when 'new' then pg_temp.scale_id('subscriptions', c.n || ':old') end,
  case t.status when 'cancelled' then 'price' end, t.activated_on, coalesce(t.ended_on, t.activated_on)
from scale_client c
cross join lateral (
  select
    'only' as term, case c.status when 'active' then 'active' when 'paused' then 'paused' else 'cancelled' end as status,
    c.monthly as amount, c.created_on + 10 as activated_on,
    case c.status when 'paused' then current_date - 60 when 'churned' then current_date - c.n % 300 end as ended_on
  where not (c.status = 'active' and c.place % 10 = 0)
  union all
  select 'old', 'replaced', c.monthly - 100, c.created_on + 10, current_date - 90
  where c.status = 'active' and c.place % 10 = 0
  union all
  select 'new', 'active', c.monthly, current_date - 90, null
  where c.status = 'active' and c.place % 10 = 0
) t
where c.status <> 'prospect';

-- Three invoices of each: one paid, one paid, late or paid in part, one new.
create temporary table scale_invoice on commit drop as
select
  c.n || ':' || i as code, pg_temp.scale_id('invoices', c.n || ':' || i) as id, c.organization_id, c.id as client_id,
  c.books_id, 1000 + c.place * 3 + i as number, issue.issued_on, round(amount.net * 0.08, 2) as tax, amount.net,
  c.monthly, s.status,
  case s.status when 'paid' then amount.net + round(amount.net * 0.08, 2)
    when 'partial' then 100 else 0 end as paid,
  issue.issued_on + 20 + c.n % 9 as received_on
from scale_client c
cross join generate_series(1, 3) i
cross join lateral (
  select current_date - case i when 1 then 120 + c.n % 60 when 2 then 35 + c.n % 40 else c.n % 14 end as issued_on
) issue
cross join lateral (select c.monthly * 3 + 300 as net) amount
cross join lateral (
  select case when i = 1 or i = 2 and c.n % 3 > 0 then 'paid' when i = 2 and c.n % 6 = 0 then 'partial'
    when i = 3 and c.n % 11 = 0 then 'draft' else 'sent' end as status
) s
where c.status <> 'prospect';
analyze scale_invoice;

insert into public.invoices
  (id, organization_id, client_id, invoice_number, status, issue_date, due_date, amount, tax, amount_paid, sent_at,
   paid_at, subscription_id, created_at, updated_at)
select
  i.id, i.organization_id, i.client_id, 'INV-' || i.number, replace(i.status, 'partial', 'sent'), i.issued_on,
  i.issued_on + 30, i.net, i.tax, i.paid, case when i.status <> 'draft' then i.issued_on end,
  -- The end of the day; the organizations live in UTC.
  case i.status when 'paid' then i.received_on + 1 - interval '1 microsecond' end,
  s.id, i.issued_on, i.issued_on
from scale_invoice i
left join public.subscriptions s on s.client_id = i.client_id and s.ended_on is null;

insert into public.invoice_line_items
  (id, organization_id, invoice_id, position, description, quantity, unit_price, created_at, updated_at)
select
  pg_temp.scale_id('invoice_line_items', i.code || ':' || l.position), i.organization_id, i.id, l.position,
  l.description, l.quantity, l.unit_price, i.issued_on, i.issued_on
from scale_invoice i
cross join lateral (values (0, 'Retainer, month', 3, i.monthly), (1, 'Workshop', 1, 300))
  as l (position, description, quantity, unit_price);

insert into public.invoice_payments
  (id, organization_id, invoice_id, amount, received_on, method, recorded_by, created_at, updated_at)
select
  pg_temp.scale_id('invoice_payments', i.code), i.organization_id, i.id, i.paid, i.received_on, 'bank_transfer',
  i.books_id, i.received_on, i.received_on
from scale_invoice i
where i.paid > 0;

-- Twelve expenses in each of the last twelve months, approved by whoever else there is.
insert into public.expenses
  (id, organization_id, created_by, expense_date, category, cost_of_revenue, vendor, description, amount,
   recurring_frequency, approved_at, approved_by, paid_on, created_at, updated_at)
select
  pg_temp.scale_id('expenses', concat_ws(':', o.n, back, line)), o.id, o.member_id, day.day,
  (array['payroll_benefits', 'software_tools', 'office_equipment', 'travel_entertainment', 'other'])[line % 5 + 1],
  line % 6 = 0, 'Vendor ' || line, 'Expense ' || line, 100 * line, 'monthly', day.day,
  pg_temp.scale_id('users', 'bench'), day.day, day.day, day.day
from scale_organization o, generate_series(1, 12) back, generate_series(1, 12) line
cross join lateral (
  select (date_trunc('month', current_date::timestamp) - make_interval(months => back))::date + line * 2 as day
) day;

insert into public.cash_flow_entries
  (id, organization_id, entry_date, type, category, description, amount, source, source_id, created_at, updated_at)
select pg_temp.scale_id('cash_flow_entries', 'opening:' || o.n), o.id, current_date - 700, 'inflow', 'Opening balance',
  'Balance of the bank account', 5000000, 'opening_balance', null::uuid, current_date - 700, current_date - 700
from scale_organization o
union all
select pg_temp.scale_id('cash_flow_entries', i.code), i.organization_id, i.received_on, 'inflow', 'Invoice payments',
  'Payment of INV-' || i.number, i.paid, 'invoice_payment', pg_temp.scale_id('invoice_payments', i.code),
  i.received_on, i.received_on
from scale_invoice i
where i.paid > 0
union all
select pg_temp.scale_id('cash_flow_entries', e.id::text), e.organization_id, e.paid_on, 'outflow', e.category,
  e.description, e.amount, 'expense', e.id, e.paid_on, e.paid_on
from public.expenses e;

insert into public.finance
  (id, organization_id, client_id, arrangement_type, monthly_fee, mrr, ar_outstanding, cached_at, created_at, updated_at)
select
  pg_temp.scale_id('finance', c.n::text), c.organization_id, c.id,
  case c.status when 'active' then 'invoiced' end, case c.status when 'active' then c.monthly end,
  case c.status when 'active' then c.monthly else 0 end, coalesce(owed.balance, 0), current_date, c.created_on, c.created_on
from scale_client c
left join (
  select i.client_id, sum(i.balance) as balance from public.invoices i where i.status = 'sent' group by 1
) owed on owed.client_id = c.id
where c.status <> 'prospect';

-- Work and records -----------------------------------------------------------

insert into public.daily_plans (id, organization_id, user_id, plan_date, computed_at, created_at, updated_at)
select pg_temp.scale_id('daily_plans', o.n::text), o.id, o.member_id, current_date, current_date, current_date,
  current_date
from scale_organization o;

insert into public.priority_items
  (id, organization_id, user_id, daily_plan_id, position, title, source_kind, source_id, expected_impact, probability,
   urgency, confidence, created_at, updated_at)
select pg_temp.scale_id('priority_items', x.code), x.organization_id, x.member_id,
  pg_temp.scale_id('daily_plans', x.organization),
  x.position - 1, 'Opportunity ' || x.code, 'opportunity', x.id, x.amount, 50, 7, 80, current_date, current_date
from (
  select o.*, g.n::text as organization, row_number() over (partition by o.organization_id order by o.n) as position
  from scale_opportunity o join scale_organization g on g.id = o.organization_id
  where o.last < 4 and o.owner_id = o.member_id
) x
where x.position <= 7;

insert into public.agent_definitions
  (id, organization_id, agent_key, display_name, category, lifecycle_status, executor, auto_runnable, created_at, updated_at)
select pg_temp.scale_id('agent_definitions', o.n::text), o.id, 'portfolio-review', 'Portfolio review', 'clients', 'active',
  'portfolio_review', true, current_date - 300, current_date - 300
from scale_organization o;

insert into public.agent_runs
  (id, organization_id, definition_id, agent_key, trigger, status, output, summary, started_at, completed_at, created_at,
   updated_at)
select pg_temp.scale_id('agent_runs', o.n || ':' || back), o.id, pg_temp.scale_id('agent_definitions', o.n::text),
  'portfolio-review', 'schedule', 'succeeded', '{"rows": 20}', '20 clients at risk.', at.at, at.at + interval '40 seconds',
  at.at, at.at + interval '40 seconds'
from scale_organization o, generate_series(1, 60) back
cross join lateral (select current_date - back + interval '7 hours' as at) at;

insert into public.integrations
  (id, organization_id, user_id, provider, status, account_label, external_account_id, share_linked, connected_at,
   last_synced_at, created_at, updated_at)
select pg_temp.scale_id('integrations', o.n::text), o.id, o.member_id, 'gmail', 'connected',
  format('member-%s@example.com', o.n), 'scale-' || o.n, true, current_date - 200, current_date, current_date - 200,
  current_date
from scale_organization o;

insert into public.ingested_messages
  (id, organization_id, integration_id, client_id, user_id, contact_id, provider_message_id, subject, direction,
   from_address, to_addresses, snippet, sent_at, shared, created_at, updated_at)
select
  pg_temp.scale_id('ingested_messages', c.n || ':' || k), c.organization_id, i.id, c.id, c.member_id,
  pg_temp.scale_id('contacts', c.n || ':' || k), format('scale-%s-%s', c.n, k), 'Next steps', 'inbound',
  format('contact-%s@client-%s.example.com', k, c.n), array[i.account_label], 'Two points are still open on our side.',
  current_date - (c.n + k * 40) % 90, true, current_date - (c.n + k * 40) % 90, current_date - (c.n + k * 40) % 90
from scale_client c
join public.integrations i on i.user_id = c.member_id
cross join generate_series(1, 2) k
where c.owner_id = c.member_id;

insert into public.analytics_events (id, organization_id, user_id, event_key, entity_type, entity_id, payload, occurred_at)
select
  pg_temp.scale_id('analytics_events', c.n || ':' || k), c.organization_id, c.member_id,
  (array['client.updated', 'client.contact.saved', 'client.kanban.moved', 'client.health.changed', 'ui.view.opened'])[k],
  'client', c.id, '{}', current_date - (c.n * k) % 89 - interval '1 hour' * (c.n % 20)
from scale_client c, generate_series(1, 5) k;

insert into public.audit_log
  (id, organization_id, actor_id, actor_role, action, resource_type, resource_id, changes, occurred_at)
select
  pg_temp.scale_id('audit_log', c.n || ':' || k), c.organization_id, c.member_id, 'Member', 'update', 'clients', c.id,
  jsonb_build_object('notes', jsonb_build_object('before', null, 'after', 'Called.')),
  current_date - (c.n * k) % 89 - interval '1 hour' * (c.n % 20)
from scale_client c, generate_series(1, 3) k;

insert into public.dashboard_snapshots
  (id, organization_id, kind, time_scope, snapshot_date, metrics, computed_at, expires_at, created_at)
select
  pg_temp.scale_id('dashboard_snapshots', concat_ws(':', o.n, k.kind, back)), o.id, k.kind, 'qtd', current_date - back,
  '{}', current_date - back, current_date - back + interval '36 hours', current_date - back
from scale_organization o, generate_series(0, 89) back, (values ('finance'), ('pipeline'), ('portfolio')) k (kind);

insert into public.saved_views (id, organization_id, user_id, workspace, name, query, is_shared, created_at, updated_at)
select
  pg_temp.scale_id('saved_views', o.n || ':' || k), o.id, o.member_id, 'clients', 'View ' || k, 'status=active', k % 2 = 0,
  current_date - k, current_date - k
from scale_organization o, generate_series(1, 20) k;

-- Consistent? ------------------------------------------------------------------

-- Every reference, as its constraint would see it.
do $references$
declare
  reference record;
  orphans bigint;
begin
  for reference in
    select k.conname as name, k.conrelid::regclass as child, k.confrelid::regclass as parent,
      string_agg(format('child.%I = parent.%I', c.attname, p.attname), ' and ' order by u.place) as matches,
      string_agg(format('child.%I is not null', c.attname), ' and ' order by u.place) as given
    from pg_constraint k
    cross join lateral unnest(k.conkey, k.confkey) with ordinality as u (child_key, parent_key, place)
    join pg_attribute c on c.attrelid = k.conrelid and c.attnum = u.child_key
    join pg_attribute p on p.attrelid = k.confrelid and p.attnum = u.parent_key
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace
    group by k.oid
  loop
    execute format('select count(*) from %s child left join %s parent on %s where %s and parent.%I is null',
      reference.child, reference.parent, reference.matches, reference.given, 'id') into orphans;
    if orphans > 0 then
      raise exception 'scale data: % rows refer to nothing by %', orphans, reference.name;
    end if;
  end loop;
end
$references$;

-- What the triggers would have kept in step.
do $kept$
declare
  line record;
begin
  for line in
    select 'invoices unlike their lines or payments' as what, (
      select count(*) from public.invoices i
      left join (select invoice_id, sum(total) as amount from public.invoice_line_items group by 1) l on l.invoice_id = i.id
      left join (select invoice_id, sum(amount) as amount from public.invoice_payments group by 1) p on p.invoice_id = i.id
      where i.amount <> l.amount or i.amount_paid <> coalesce(p.amount, 0) or (i.status = 'paid') <> (i.balance = 0)
    ) as found
    union all
    select 'clients unlike their subscriptions', (
      select count(*) from public.clients c
      left join public.finance f on f.client_id = c.id
      left join (
        select client_id, sum(mrr) as mrr, sum(arr) as arr from public.subscriptions
        where activated_on <= current_date and (ended_on is null or current_date < ended_on) group by 1
      ) s on s.client_id = c.id
      where coalesce(c.arr, 0) <> coalesce(s.arr, 0) or coalesce(f.mrr, 0) <> coalesce(s.mrr, 0))
    union all
    select 'opportunities unlike their history', (
      select count(*) from public.opportunities o
      left join (
        select distinct on (opportunity_id) opportunity_id, to_stage, changed_at
        from public.opportunity_stage_history
        order by opportunity_id, changed_at desc
      ) h on h.opportunity_id = o.id
      where (h.to_stage, h.changed_at) is distinct from (o.stage, o.stage_changed_at))
    union all
    select 'clients unlike their last snapshot', (
      select count(*) from public.clients c
      left join public.client_health_history h on h.client_id = c.id and h.snapshot_date = current_date
      where (c.health, c.churn_risk) is distinct from (h.health, h.churn_risk))
    union all
    select 'payments and expenses without cash', (
      select (select count(*) from public.invoice_payments) + (select count(*) from public.expenses)
        - (select count(*) from public.cash_flow_entries where source in ('invoice_payment', 'expense')))
  loop
    if line.found <> 0 then
      raise exception 'scale data: %: %', line.what, line.found;
    end if;
  end loop;
end
$kept$;

set local session_replication_role = origin;
analyze;
