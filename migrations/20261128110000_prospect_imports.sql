-- An import as people make one: looked at before anything is written, made batch by
-- batch, each once, and taken back as far as nobody has worked with it since.
-- What a batch made is in the kept reply of its key, so it can be undone for as long
-- as replies are kept (30 days).

-- Kept replies ---------------------------------------------------------------

create function private.stored_answer(p_organization_id uuid, p_function text, p_key text) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.check_text('p_idempotency_key', p_key, 200);
  if not private.may_act_in(p_organization_id) then
    perform private.fail(403, 'forbidden');
  end if;
  return (
    select k.response from private.idempotency_keys k
    where k.organization_id = p_organization_id and k.user_id = auth.uid()
      and k.operation = p_function and k.key = p_key);
end
$$;
comment on function private.stored_answer(uuid, text, text) is
  'The reply to the caller''s own earlier call with this key; null when there was none. Claims nothing.';

create function private.forget_answer(p_organization_id uuid, p_function text, p_key text) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  if not private.may_act_in(p_organization_id) then
    perform private.fail(403, 'forbidden');
  end if;
  delete from private.idempotency_keys k
    where k.organization_id = p_organization_id and k.user_id = auth.uid()
      and k.operation = p_function and k.key = p_key;
end
$$;
comment on function private.forget_answer(uuid, text, text) is
  'Frees the caller''s own key: what was made with it is undone and may be made again.';

create function private.clients_in_use(p_organization_id uuid, p_client_ids uuid[]) returns uuid[]
language plpgsql stable security definer
set search_path = ''
as $$
declare
  used uuid[] := '{}';
  found_here uuid[];
  reference record;
begin
  if not private.may_act_in(p_organization_id) then
    perform private.fail(403, 'forbidden');
  end if;
  -- Every table that refers to clients, those of later files too: rows that the caller
  -- may not see would go with the client as well.
  for reference in
    select c.conrelid::regclass as child, a.attname as child_column
    from pg_catalog.pg_constraint c
    cross join lateral unnest(c.conkey, c.confkey) as k (child_key, client_key)
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.child_key
    join pg_catalog.pg_attribute r on r.attrelid = c.confrelid and r.attnum = k.client_key and r.attname = 'id'
    where c.contype = 'f' and c.confrelid = 'public.clients'::regclass
  loop
    execute format(
      'select array_agg(distinct t.%1$I) from %2$s t where t.%1$I = any ($1) and t.organization_id = $2',
      reference.child_column, reference.child)
      into found_here using p_client_ids, p_organization_id;
    used := used || coalesce(found_here, '{}');
  end loop;
  return used;
end
$$;
comment on function private.clients_in_use(uuid, uuid[]) is
  'Those of these clients of one organization that any row belongs to, also one the caller may not see.';

-- A look before the import ---------------------------------------------------

create function public.check_prospects(
  p_rows jsonb, p_idempotency_key text, p_organization_id uuid default null
)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
  answer jsonb;
  problems jsonb;
  fine jsonb;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_idempotency_key is not null, 'p_idempotency_key');
  perform private.require(jsonb_typeof(p_rows) = 'array', 'p_rows');
  perform private.require(jsonb_array_length(p_rows) between 1 and 500, 'p_rows');
  answer := private.stored_answer(chosen, 'import_prospects', p_idempotency_key);
  if answer is not null then
    return jsonb_build_object(
      'imported', answer - 'contacts' || '{"repeated": true}', 'problems', '[]'::jsonb, 'known', '[]'::jsonb);
  end if;

  select coalesce(jsonb_agg(problem), '[]') into problems
    from jsonb_array_elements(p_rows) with ordinality as r,
      jsonb_array_elements(private.prospect_problems((r.ordinality - 1)::integer, r.value)) as problem;
  -- What else import_prospects would stumble over, of rows that are fine in themselves.
  select jsonb_agg(
      jsonb_build_object('row', r.ordinality - 1, 'value', private.tidied(r.value)) order by r.ordinality)
    into fine
    from jsonb_array_elements(p_rows) with ordinality as r
    where not problems @> jsonb_build_array(jsonb_build_object('row', r.ordinality - 1));

  return (
    with given as (
      select
        (f ->> 'row')::integer as row,
        f #>> '{value,company}' as company,
        (f #>> '{value,client_id}')::uuid as client_id,
        private.same_name(f #>> '{value,name}') as name,
        -- A Member is the owner, whoever is named.
        case when private.persona() <> 'Member' then (f #>> '{value,owner_id}')::uuid end as owner_id,
        f -> 'value' ? 'contact_name' and f -> 'value' ?| array['contact_email', 'contact_phone'] as has_contact
      from jsonb_array_elements(coalesce(fine, '[]')) as f
    ),
    -- Two joins, so that each has its index.
    matched as (
      select g.row, g.name, g.has_contact, c.id, c.owner_id
      from given g
      join public.clients c on c.organization_id = chosen and c.id = g.client_id
      union all
      select g.row, g.name, g.has_contact, c.id, c.owner_id
      from given g
      join public.clients c
        on c.organization_id = chosen and lower(btrim(c.name)) = private.same_name(g.company)
      where g.client_id is null
    ),
    candidate as (
      select m.*, count(*) over (partition by m.row) as candidates from matched m
    ),
    found as (
      select g.row, 'company' as field, 'client_ambiguous' as key
      from given g
      where exists (select from candidate c where c.row = g.row and c.candidates > 1)
      union all
      select g.row, 'client_id', 'not_found' from given g
      where g.client_id is not null and not exists (select from candidate c where c.row = g.row)
      union all
      select g.row, 'owner_id', 'not_found' from given g
      where g.owner_id is not null and not exists (
        select from public.users u
        where u.id = g.owner_id and u.organization_id = chosen and u.role <> 'Client' and u.deactivated_at is null)
      union all
      -- As the policy contacts_insert.
      select c.row, 'contact_name', 'forbidden' from candidate c
      where c.has_contact and c.candidates = 1
        and not (private.is_manager() or coalesce(c.owner_id = auth.uid(), false))
    ),
    known as (
      select c.row, c.id as client_id, min(o.id::text) as opportunity_id
      from candidate c
      left join public.opportunities o on o.client_id = c.id and lower(btrim(o.name)) = c.name
      where c.candidates = 1
      group by c.row, c.id
    )
    select jsonb_build_object(
      'imported', null,
      'problems', problems || coalesce((
        select jsonb_agg(jsonb_build_object('row', f.row, 'field', f.field, 'key', f.key) order by f.row, f.field)
        from found f), '[]'),
      'known', coalesce((
        select jsonb_agg(
          jsonb_build_object('row', k.row, 'client_id', k.client_id, 'opportunity_id', k.opportunity_id)
          order by k.row)
        from known k), '[]')));
end
$$;
comment on function public.check_prospects(jsonb, text, uuid) is
  'What import_prospects would say to these rows, without writing: every problem, the rows whose client is known already (with an opportunity of the same name, if there is one), or the reply when the caller has imported this key before. Staff.';

-- The import -----------------------------------------------------------------

create or replace function public.import_prospects(
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
  known_contacts uuid[];
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_idempotency_key is not null, 'p_idempotency_key');
  -- The size of a batch; the app cuts files.
  perform private.require(jsonb_typeof(p_rows) = 'array', 'p_rows');
  perform private.require(jsonb_array_length(p_rows) between 1 and 500, 'p_rows');
  answer := private.claim_key(chosen, 'import_prospects', p_idempotency_key, p_rows);
  if answer is not null then
    return answer - 'contacts' || '{"repeated": true}';
  end if;

  former := private.begin_operation('import_prospects');
  -- A contact that was there is not of this import, whatever it does to it.
  select coalesce(array_agg(k.id), '{}') into known_contacts
    from public.contacts k
    where k.organization_id = chosen and lower(k.email) in (
      select lower(btrim(r.value ->> 'contact_email')) from jsonb_array_elements(p_rows) as r);
  with added as materialized (
    select a.added, a.number
    from private.add_prospects(p_rows, chosen, 'import') with ordinality as a (added, number)
  )
  select jsonb_build_object(
      'opportunities', count(*),
      'clients_created', count(*) filter (where (a.added -> 'client_created')::boolean),
      'ids', jsonb_agg(a.added #> '{opportunity,id}' order by a.number),
      'clients', coalesce(
        jsonb_agg(jsonb_build_object('id', a.added #> '{client,id}', 'name', a.added #> '{client,name}') order by a.number)
          filter (where (a.added -> 'client_created')::boolean), '[]'),
      'contacts', coalesce(
        jsonb_agg(distinct a.added -> 'contact_id')
          filter (where (a.added ->> 'contact_id')::uuid <> all (known_contacts)), '[]'))
    into answer
    from added a;
  -- The version that the import left: whoever changes the contact later counts on.
  answer := jsonb_set(answer, '{contacts}', coalesce((
    select jsonb_agg(jsonb_build_object('id', k.id, 'version', k.version))
    from public.contacts k
    where k.id in (select c.id::uuid from jsonb_array_elements_text(answer -> 'contacts') as c (id))), '[]'));
  perform private.emit_event('pipeline.prospects.imported', chosen, 'organization', chosen,
    jsonb_build_object('rows', answer -> 'opportunities', 'clients_created', answer -> 'clients_created'));
  perform private.store_answer(chosen, 'import_prospects', p_idempotency_key, answer);
  perform private.end_operation(former);
  return answer - 'contacts' || '{"repeated": false}';
end
$$;
comment on function public.import_prospects(jsonb, text, uuid) is
  'Adds 1 to 500 prospects, all or none, and reports every bad row at once. Rows as in create_prospect; those that name the same company share the client. Ids in the order of the rows, the clients that were made, and whether the key was imported before.';

-- And back -------------------------------------------------------------------

create function public.undo_import(p_idempotency_key text, p_organization_id uuid default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  answer jsonb;
  former text;
  opportunity_ids uuid[];
  contact_ids uuid[];
  client_ids uuid[];
  used uuid[];
  gone_opportunities integer;
  gone_contacts integer;
  gone_clients integer;
  kept jsonb;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(p_idempotency_key is not null, 'p_idempotency_key');
  -- Not while somebody imports: what is looked at here would change.
  perform pg_advisory_xact_lock(hashtextextended('prospects:' || chosen, 0));
  answer := private.stored_answer(chosen, 'import_prospects', p_idempotency_key);
  if answer is null then
    return '{"opportunities": 0, "clients": 0, "contacts": 0, "kept": []}';
  end if;

  former := private.begin_operation('undo_import');
  opportunity_ids := array(select i::uuid from jsonb_array_elements_text(answer -> 'ids') as i);
  client_ids := array(
    select (c ->> 'id')::uuid from jsonb_array_elements(coalesce(answer -> 'clients', '[]')) as c);
  contact_ids := array(
    select (k ->> 'id')::uuid from jsonb_array_elements(coalesce(answer -> 'contacts', '[]')) as k);

  -- Clients before what belongs to them, in the order of ids; whoever adds a note to one
  -- of these opportunities now has to wait, or is seen below.
  perform c.id from public.clients c where c.id = any (client_ids) order by c.id for update;
  perform o.id from public.opportunities o where o.id = any (opportunity_ids) order by o.id for update;
  perform k.id from public.contacts k where k.id = any (contact_ids) order by k.id for update;

  delete from public.opportunities o
    where o.id = any (opportunity_ids) and o.version = 1
      and not exists (select from public.opportunity_notes n where n.opportunity_id = o.id)
      and not exists (select from public.opportunity_activities a where a.opportunity_id = o.id);
  get diagnostics gone_opportunities = row_count;
  delete from public.contacts k
    using jsonb_array_elements(coalesce(answer -> 'contacts', '[]')) as made
    where k.id = (made ->> 'id')::uuid and k.version = (made ->> 'version')::integer
      -- Its client is worked with: so is whom one talks to there.
      and not exists (
        select from public.opportunities o where o.client_id = k.client_id and o.id = any (opportunity_ids));
  get diagnostics gone_contacts = row_count;
  used := private.clients_in_use(chosen, client_ids);
  delete from public.clients c
    where c.id = any (client_ids) and c.version = 1 and c.id <> all (used);
  get diagnostics gone_clients = row_count;

  select coalesce(jsonb_agg(
      jsonb_build_object('kind', s.kind, 'id', s.id, 'name', s.name, 'reason', s.reason)
      order by s.kind, s.name, s.id), '[]')
    into kept
    from (
      select 'opportunity' as kind, o.id, o.name,
        case when o.version > 1
          or exists (select from public.opportunity_notes n where n.opportunity_id = o.id)
          or exists (select from public.opportunity_activities a where a.opportunity_id = o.id)
          then 'changed' else 'forbidden' end as reason
      from public.opportunities o where o.id = any (opportunity_ids)
      union all
      select 'contact', k.id, k.name,
        case
          when k.version > (
            select (made ->> 'version')::integer from jsonb_array_elements(answer -> 'contacts') as made
            where (made ->> 'id')::uuid = k.id) then 'changed'
          when exists (
            select from public.opportunities o where o.client_id = k.client_id and o.id = any (opportunity_ids))
            then 'in_use'
          else 'forbidden' end
      from public.contacts k where k.id = any (contact_ids)
      union all
      select 'client', c.id, c.name,
        case when c.id = any (used) then 'in_use' when c.version > 1 then 'changed' else 'forbidden' end
      from public.clients c where c.id = any (client_ids)
    ) as s;
  perform private.forget_answer(chosen, 'import_prospects', p_idempotency_key);
  perform private.emit_event('pipeline.prospects.import_undone', chosen, 'organization', chosen,
    jsonb_build_object('opportunities', gone_opportunities, 'clients', gone_clients,
      'contacts', gone_contacts, 'kept', jsonb_array_length(kept)));
  perform private.end_operation(former);
  return jsonb_build_object('opportunities', gone_opportunities, 'clients', gone_clients,
    'contacts', gone_contacts, 'kept', kept);
end
$$;
comment on function public.undo_import(text, uuid) is
  'Removes what the caller''s import of this key made, as far as nobody has changed it since, nothing else belongs to it and the caller may remove it; says of the rest what it is and why it stays (changed, in_use, forbidden). The key is free again. Nothing to do is no error. Staff.';

revoke execute on function
  private.stored_answer(uuid, text, text),
  private.forget_answer(uuid, text, text),
  private.clients_in_use(uuid, uuid[])
from public, anon;
grant execute on function
  private.stored_answer(uuid, text, text),
  private.forget_answer(uuid, text, text),
  private.clients_in_use(uuid, uuid[])
to authenticated;
revoke execute on function
  public.check_prospects(jsonb, text, uuid),
  public.undo_import(text, uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.check_prospects(jsonb, text, uuid),
  public.undo_import(text, uuid)
to authenticated;
