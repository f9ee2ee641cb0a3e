-- Who to talk to, and on what terms.

with contact (ordinal, client, name) as (
  values
    (1, 'C1', 'Adria Pellworth'),      (2, 'C1', 'Bram Cottersby'),
    (3, 'C2', 'Cleo Hartwynd'),        (4, 'C2', 'Dorian Esselmont'),
    (5, 'C3', 'Elspet Marrowby'),      (6, 'C3', 'Fabian Qualridge'),
    (7, 'C4', 'Greta Lindhollow'),     (8, 'C4', 'Hollis Brackenrow'),
    (9, 'C5', 'Isaura Venn'),          (10, 'C5', 'Jorah Tindlewick'),
    (11, 'C6', 'Kaia Ostermere'),      (12, 'C6', 'Lorcan Thistlewood'),
    (13, 'C7', 'Mirela Dunhaven'),     (14, 'C7', 'Nico Farrowgate'),
    (15, 'C8', 'Odette Crumwell'),     (16, 'C8', 'Pascal Wrayburn'),
    (17, 'C9', 'Quenna Silverlock'),   (18, 'C9', 'Rufus Amberley-Dane'),
    (19, 'C10', 'Saskia Holtwick'),    (20, 'C10', 'Tamsin Greyfold'),
    (21, 'C11', 'Ulric Penhallow'),    (22, 'C12', 'Vesna Marchbrook'),
    (23, 'C13', 'Wilmot Ashgrove'),    (24, 'C14', 'Zelda Corrick'),
    (25, 'B1', 'Ines Calloran')
)
insert into public.contacts
  (id, organization_id, client_id, name, role, email, phone, power, created_at, updated_at)
select
  pg_temp.demo_id('contacts', k.ordinal::text), c.organization_id, c.id, k.name,
  (array['CFO', 'COO', 'VP Revenue', 'Head of Data', 'Founder'])[(k.ordinal - 1) % 5 + 1],
  replace(lower(k.name), ' ', '.') || '@' || replace(lower(c.name), ' ', '-') || '.example.com',
  -- Numbers kept free for invented people.
  case c.letter when 'A' then '+1 555 01' else '+33 1 99 00 00 ' end || lpad(k.ordinal::text, 2, '0'),
  (array['economic', 'decision', 'influencer', 'user'])[(k.ordinal - 1) % 4 + 1],
  pg_temp.demo_at(greatest(c.created + 1, -380 + k.ordinal * 7), 11, c.time_zone),
  pg_temp.demo_at(greatest(c.created + 2, -70 + k.ordinal * 2), 15, c.time_zone)
from contact k
join demo_client c on c.code = k.client;

-- List price = monthly revenue ÷ (1 − discount). Three renewals fall within 90 days.
with terms (ordinal, client, plan, monthly, discount, term_months, renewal) as (
  values
    (1,  'C1', 'Invoiced',           6800::numeric,  0, 12, 330),
    (2,  'C2', 'Invoiced',           5200,  0, 24, 610),
    (3,  'C3', 'Advisory',           8000,  5, 12, 71),
    (4,  'C4', 'Equity partnership', 12500, 0, 24, 530),
    (5,  'C5', 'Invoiced',           7000, 10, 12, 280),
    (6,  'C6', 'Invoiced',           2900,  0, 12, 305),
    (7,  'C7', 'Invoiced',           3400,  0, 6,  24),
    (8,  'C8', 'Invoiced',           1600,  0, 6,  32),
    (9,  'C9', 'Equity',             16250, 12, 24, 655),
    (10, 'B1', 'Invoiced',           1800,  0, 12, 275),
    (11, 'B2', 'Invoiced',           2000,  0, 12, 325)
)
insert into public.client_commercials
  (id, organization_id, client_id, plan, price, term_months, discount_pct, renewal_date,
   payment_term, created_at, updated_at)
select
  pg_temp.demo_id('client_commercials', t.ordinal::text), c.organization_id, c.id, t.plan,
  round(t.monthly * 100 / (100 - t.discount), 2), t.term_months, t.discount,
  pg_temp.demo_day() + t.renewal, 'net_30',
  pg_temp.demo_at(c.created + 3, 14, c.time_zone), pg_temp.demo_at(-30 - t.ordinal, 9, c.time_zone)
from terms t
join demo_client c on c.code = t.client;

-- What that left behind --------------------------------------------------------

-- Each contact was added once and got a telephone number later.
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  step.at, k.organization_id, pg_temp.demo_lead(k.client_id), 'client.contact.saved', 'client', k.client_id,
  jsonb_build_object('contact_id', k.id) || step.payload, 'contacts', step.before, step.after
from public.contacts k
cross join lateral (values
  (k.created_at, '{"action": "insert"}'::jsonb, null::jsonb, to_jsonb(k) - 'phone'),
  (k.updated_at, '{"changed": ["phone"]}', jsonb_build_object('id', k.id),
    jsonb_build_object('id', k.id, 'phone', k.phone))
) as step (at, payload, before, after);

-- The renewal was written down last.
insert into demo_change
  (at, organization_id, actor_id, event_key, entity_type, entity_id, payload, resource, before, after)
select
  m.updated_at, m.organization_id, pg_temp.demo_lead(m.client_id), 'client.commercials.saved', 'client', m.client_id,
  jsonb_build_object('commercials_id', m.id, 'changed', '["renewal_date"]'::jsonb),
  'client_commercials', jsonb_build_object('id', m.id),
  jsonb_build_object('id', m.id, 'renewal_date', m.renewal_date)
from public.client_commercials m;
