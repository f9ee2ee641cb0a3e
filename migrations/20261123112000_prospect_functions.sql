-- New opportunities with what belongs to them: the client, found or made, and
-- the person to talk to. One by one, or as rows of a file.

create function private.prospect_problems(p_row integer, p_prospect jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  problems jsonb;
  given jsonb;
begin
  problems := private.field_problems(p_row, p_prospect, '{
    "client_id": {"kind": "id"},
    "company": {"kind": "text", "maximum": 200},
    "industry": {"kind": "text", "maximum": 200},
    "region": {"kind": "text", "maximum": 200},
    "name": {"kind": "text", "maximum": 200, "required": true},
    "amount": {"kind": "amount", "minimum": 0.01, "maximum": 999999999999.99, "required": true},
    "owner_id": {"kind": "id"},
    "expected_close_date": {"kind": "date"},
    "next_step": {"kind": "text", "maximum": 10000},
    "next_step_date": {"kind": "date"},
    "contact_name": {"kind": "text", "maximum": 200},
    "contact_role": {"kind": "text", "maximum": 200},
    "contact_email": {"kind": "email"},
    "contact_phone": {"kind": "text", "maximum": 200}
  }');
  if jsonb_typeof(p_prospect) = 'object' then
    given := private.tidied(p_prospect);
    if not given ?| array['company', 'client_id'] then
      problems := problems
        || jsonb_build_array(jsonb_build_object('row', p_row, 'field', 'company', 'key', 'required'));
    end if;
  end if;
  return problems;
end
$$;
comment on function private.prospect_problems(integer, jsonb) is
  'Everything wrong with one prospect. The company may be named, or its client given by id.';

create function private.same_name(p_name text) returns text
language sql immutable
set search_path = ''
as $$
  select lower(btrim(p_name))
$$;
comment on function private.same_name(text) is
  'Clients whose names are equal after this are taken for the same one; the index on clients has it.';

create function private.ambiguous_prospects(p_rows jsonb, p_organization_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  with candidate as (
    select
      r.ordinality - 1 as row, c.id, c.name, c.status, c.owner_id,
      count(*) over (partition by r.ordinality) as candidates
    from jsonb_array_elements(p_rows) with ordinality as r
    join public.clients c
      on c.organization_id = p_organization_id
      and lower(btrim(c.name)) = private.same_name(r.value ->> 'company')
    where not r.value ? 'client_id'
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object('row', c.row, 'id', c.id, 'name', c.name, 'status', c.status, 'owner_id', c.owner_id)
      order by c.row, c.name, c.id),
    '[]')
  from candidate c
  where c.candidates > 1
$$;
comment on function private.ambiguous_prospects(jsonb, uuid) is
  'For rows whose company is the name of several clients: these clients.';

create function private.prospect_contact(p_prospect jsonb, p_client public.clients) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
  contact_id uuid;
begin
  if not (p_prospect ? 'contact_name' and p_prospect ?| array['contact_email', 'contact_phone']) then
    return null;
  end if;
  -- The same person named again is one contact. The policies of contacts refuse
  -- whoever may not write the client.
  insert into public.contacts as k (organization_id, client_id, name, role, email, phone, power)
  values (
    p_client.organization_id, p_client.id, p_prospect ->> 'contact_name',
    coalesce(p_prospect ->> 'contact_role', 'Primary contact'),
    p_prospect ->> 'contact_email', p_prospect ->> 'contact_phone', 'decision'
  )
  on conflict (client_id, lower(email)) where email is not null do update
    set name = excluded.name, phone = coalesce(excluded.phone, k.phone)
    where (k.name, k.phone) is distinct from (excluded.name, coalesce(excluded.phone, k.phone))
  returning k.id into contact_id;
  if contact_id is null then
    select k.id into strict contact_id from public.contacts k
      where k.client_id = p_client.id and lower(k.email) = lower(p_prospect ->> 'contact_email');
  end if;
  return contact_id;
end
$$;

create function private.add_prospect(p_prospect jsonb, p_organization_id uuid, p_source text)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  client public.clients;
  client_created boolean := false;
  opportunity public.opportunities;
  owner_id uuid := (p_prospect ->> 'owner_id')::uuid;
begin
  if private.persona() = 'Member' then
    owner_id := auth.uid();
  elsif owner_id is not null then
    if not exists (
      select from public.users u
      where u.id = owner_id and u.organization_id = p_organization_id
        and u.role <> 'Client' and u.deactivated_at is null
    ) then
      perform private.fail(404, 'not_found', '{"field": "owner_id"}');
    end if;
  elsif p_organization_id = private.current_org_id() then
    owner_id := auth.uid();
  end if;

  if p_prospect ? 'client_id' then
    select c.* into client from public.clients c
      where c.id = (p_prospect ->> 'client_id')::uuid and c.organization_id = p_organization_id;
    if not found then
      perform private.fail(404, 'not_found', '{"field": "client_id"}');
    end if;
  else
    select c.* into client from public.clients c
      where c.organization_id = p_organization_id
        and lower(btrim(c.name)) = private.same_name(p_prospect ->> 'company');
    if not found then
      insert into public.clients (organization_id, name, status, owner_id, industry, region)
        values (p_organization_id, p_prospect ->> 'company', 'prospect', owner_id,
          p_prospect ->> 'industry', p_prospect ->> 'region')
        returning * into client;
      client_created := true;
    end if;
  end if;

  insert into public.opportunities
    (organization_id, client_id, name, amount, owner_id, expected_close_date, next_step,
     next_step_date, source)
  values (
    p_organization_id, client.id, p_prospect ->> 'name', (p_prospect ->> 'amount')::numeric, owner_id,
    (p_prospect ->> 'expected_close_date')::date,
    coalesce(p_prospect ->> 'next_step', 'Initial outreach'),
    (p_prospect ->> 'next_step_date')::date, p_source
  )
  returning * into opportunity;

  return jsonb_build_object(
    'opportunity', to_jsonb(opportunity),
    'client', to_jsonb(client),
    'client_created', client_created,
    'contact_id', private.prospect_contact(p_prospect, client));
end
$$;

create function private.add_prospects(p_rows jsonb, p_organization_id uuid, p_source text)
returns setof jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  tidied jsonb;
  ambiguous jsonb;
begin
  perform private.check_fields((
    select coalesce(jsonb_agg(problem), '[]')
    from jsonb_array_elements(p_rows) with ordinality as r,
      jsonb_array_elements(private.prospect_problems((r.ordinality - 1)::integer, r.value)) as problem
  ));
  select jsonb_agg(private.tidied(r.value) order by r.ordinality) into tidied
    from jsonb_array_elements(p_rows) with ordinality as r;
  -- One at a time per organization: of two calls that name a new company the
  -- second one finds the client of the first.
  perform pg_advisory_xact_lock(hashtextextended('prospects:' || p_organization_id, 0));
  ambiguous := private.ambiguous_prospects(tidied, p_organization_id);
  if ambiguous <> '[]' then
    perform private.fail(409, 'client_ambiguous', ambiguous);
  end if;
  return query
    select private.add_prospect(r.value, p_organization_id, p_source)
    from jsonb_array_elements(tidied) with ordinality as r
    order by r.ordinality;
end
$$;
comment on function private.add_prospects(jsonb, uuid, text) is
  'Checks all rows, then adds them in order, all or none; the answer of each.';

create function public.create_prospect(
  p_prospect jsonb, p_idempotency_key text default null, p_organization_id uuid default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  answer jsonb;
  former text;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_prospect) = 'object', 'p_prospect');
  answer := private.claim_key(chosen, 'create_prospect', p_idempotency_key, p_prospect);
  if answer is not null then
    return answer;
  end if;

  former := private.begin_operation('create_prospect');
  answer := private.add_prospects(jsonb_build_array(p_prospect), chosen, 'manual');
  perform private.emit_event('pipeline.prospect.created', chosen, 'opportunity',
    (answer #>> '{opportunity,id}')::uuid,
    jsonb_build_object(
      'client_id', answer #> '{client,id}', 'client_created', answer -> 'client_created',
      'amount', answer #> '{opportunity,amount}'));
  perform private.store_answer(chosen, 'create_prospect', p_idempotency_key, answer);
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.create_prospect(jsonb, text, uuid) is
  'Adds an opportunity at Prospect, with its client (found by id or name, else made) and contact. Staff; a Member becomes its owner. Fields: company or client_id, name, amount, and optionally industry, region, owner_id, expected_close_date, next_step, next_step_date, contact_name, contact_role, contact_email, contact_phone.';

create function public.import_prospects(
  p_rows jsonb, p_idempotency_key text, p_organization_id uuid default null
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  answer jsonb;
  former text;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_idempotency_key is not null, 'p_idempotency_key');
  -- The size of a batch; the app cuts files.
  perform private.require(jsonb_typeof(p_rows) = 'array', 'p_rows');
  perform private.require(jsonb_array_length(p_rows) between 1 and 500, 'p_rows');
  answer := private.claim_key(chosen, 'import_prospects', p_idempotency_key, p_rows);
  if answer is not null then
    return answer;
  end if;

  former := private.begin_operation('import_prospects');
  select jsonb_build_object(
      'opportunities', count(*),
      'clients_created', count(*) filter (where (a.added -> 'client_created')::boolean),
      'ids', jsonb_agg(a.added #> '{opportunity,id}' order by a.number))
    into answer
    from private.add_prospects(p_rows, chosen, 'import') with ordinality as a (added, number);
  perform private.emit_event('pipeline.prospects.imported', chosen, 'organization', chosen,
    jsonb_build_object('rows', answer -> 'opportunities', 'clients_created', answer -> 'clients_created'));
  perform private.store_answer(chosen, 'import_prospects', p_idempotency_key, answer);
  perform private.end_operation(former);
  return answer;
end
$$;
comment on function public.import_prospects(jsonb, text, uuid) is
  'Adds 1 to 500 prospects, all or none, and reports every bad row at once. Rows as in create_prospect; those that name the same company share the client. Ids in the order of the rows.';

revoke execute on function
  private.prospect_problems(integer, jsonb),
  private.same_name(text),
  private.ambiguous_prospects(jsonb, uuid),
  private.prospect_contact(jsonb, public.clients),
  private.add_prospect(jsonb, uuid, text),
  private.add_prospects(jsonb, uuid, text)
from public, anon;
-- They run as the caller, so the policies decide.
grant execute on function
  private.prospect_problems(integer, jsonb),
  private.same_name(text),
  private.ambiguous_prospects(jsonb, uuid),
  private.prospect_contact(jsonb, public.clients),
  private.add_prospect(jsonb, uuid, text),
  private.add_prospects(jsonb, uuid, text)
to authenticated, service_role;
revoke execute on function
  public.create_prospect(jsonb, text, uuid),
  public.import_prospects(jsonb, text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.create_prospect(jsonb, text, uuid),
  public.import_prospects(jsonb, text, uuid)
to authenticated;
