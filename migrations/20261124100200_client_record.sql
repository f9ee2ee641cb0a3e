-- Everything a client's page shows, in one answer, and the changes of a client
-- that are more than an update of its row.

create function private.may_write_client(p_client public.clients) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  -- As the policy clients_update; a proof compares the two. A client without an owner is nobody's own.
  return coalesce(
    private.is_super_admin()
    or (
      p_client.organization_id = private.current_org_id()
      and (private.is_manager() or (private.persona() = 'Member' and p_client.owner_id = auth.uid()))
    ),
    false);
end
$$;
comment on function private.may_write_client(public.clients) is
  'Would an update of this client by the caller be let through? For telling the page, not for deciding.';

create function public.client_record(p_client_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  staff boolean;
  client public.clients;
  today date;
  record jsonb;
begin
  perform private.admit(true);
  perform private.require(p_client_id is not null, 'p_client_id');
  -- Runs as the caller: what may not be read is not there.
  select c.* into client from public.clients c where c.id = p_client_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  staff := private.is_staff();
  today := private.organization_today(client.organization_id);
  select jsonb_build_object(
      'client', to_jsonb(client)
        -- A customer's own page shows the score, not what it is made of, and no notes about them.
        - case when staff then array['organization_id']
            else array['organization_id', 'health', 'churn_risk', 'notes', 'primary_goal', 'revenue_model',
              'quickbooks_customer_id', 'is_expansion'] end,
      'rights', jsonb_build_object(
        'write', private.may_write_client(client),
        'assign', private.is_manager(),
        'delete', private.is_manager(),
        'terms', private.is_manager(),
        'money', private.is_admin()),
      'owner_name', v.owner_name,
      'previous', case when staff then jsonb_build_object(
        'health', v.previous_health, 'churn_risk', v.previous_churn_risk, 'trs_score', v.previous_trs_score,
        'snapshot_date', v.previous_snapshot_date) end,
      'figures', jsonb_build_object(
        'open_count', v.open_count, 'open_value', v.open_value, 'open_weighted', v.open_weighted,
        'furthest_open_stage', v.furthest_open_stage, 'mrr', v.mrr, 'ar_outstanding', v.ar_outstanding,
        'ar_overdue', v.ar_overdue, 'ar_collected', v.ar_collected)
    )
    into record
    from public.vw_client_overview v where v.client_id = client.id;

  return record || jsonb_build_object(
    'contacts', coalesce((
      select jsonb_agg(to_jsonb(k) - array['organization_id', 'client_id'] order by lower(k.name), k.id)
      from public.contacts k where k.client_id = client.id), '[]'),
    'commercials', (
      select to_jsonb(k) - array['organization_id', 'client_id']
      from public.client_commercials k where k.client_id = client.id),
    'questions', coalesce((
      select jsonb_agg(to_jsonb(q) - array['organization_id', 'client_id'] order by q.position, q.id)
      from public.discovery_questions q where q.client_id = client.id), '[]'),
    'forms', coalesce((
      select jsonb_agg(
        to_jsonb(f) - array['organization_id', 'client_id'] || jsonb_build_object('completed_by_name', u.name)
        order by f.form_type)
      from public.discovery_responses f left join public.users u on u.id = f.completed_by
      where f.client_id = client.id), '[]'),
    'sources', coalesce((
      select jsonb_agg(to_jsonb(d) - array['organization_id', 'client_id', 'meta'] order by lower(d.name), d.id)
      from public.data_sources d where d.client_id = client.id), '[]'),
    'cards', coalesce((
      select jsonb_agg(
        to_jsonb(k) - array['organization_id', 'client_id'] || jsonb_build_object('assignee_name', u.name)
        order by array_position(array['backlog', 'doing', 'blocked', 'review', 'done'], k.status),
          k.position, k.id)
      from public.kanban_items k left join public.users u on u.id = k.assignee_id
      where k.client_id = client.id), '[]'),
    'deliverables', coalesce((
      select jsonb_agg(to_jsonb(d) - array['organization_id', 'client_id', 'meta'] order by lower(d.title), d.id)
      from public.client_deliverables d where d.client_id = client.id), '[]'),
    -- The days with a snapshot, oldest first; two years of daily ones at most.
    'health', coalesce((
      select jsonb_agg(h.point order by h.snapshot_date)
      from (
        select s.snapshot_date, jsonb_build_object('snapshot_date', s.snapshot_date,
            'health', case when staff then s.health end, 'churn_risk', case when staff then s.churn_risk end,
            'trs_score', s.trs_score, 'source', s.source, 'notes', case when staff then s.notes end) as point
        from public.client_health_history s where s.client_id = client.id
        order by s.snapshot_date desc limit 730
      ) h), '[]'),
    'opportunities', coalesce((
      select jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'stage', o.stage, 'amount', o.amount,
          'probability', o.probability, 'owner_name', u.name, 'expected_close_date', o.expected_close_date,
          'next_step', o.next_step, 'next_step_date', o.next_step_date, 'version', o.version)
        order by o.expected_close_date nulls last, o.id)
      from public.opportunities o left join public.users u on u.id = o.owner_id
      where o.client_id = client.id and o.stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation')), '[]'),
    'projects', coalesce((
      select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status, 'health', p.health,
          'progress', p.progress, 'starts_on', p.starts_on, 'due_on', p.due_on, 'owner_name', u.name)
        order by p.due_on nulls last, p.id)
      from public.projects p left join public.users u on u.id = p.owner_id
      where p.client_id = client.id), '[]'),
    'terms', (
      select to_jsonb(f) - array['organization_id', 'client_id', 'mrr', 'ar_outstanding', 'cached_at']
      from public.finance f where f.client_id = client.id),
    'subscriptions', coalesce((
      select jsonb_agg(jsonb_build_object('id', s.id, 'product_name', s.product_name, 'status', s.status,
          'amount', s.amount, 'billing_frequency', s.billing_frequency, 'mrr', s.mrr,
          'activated_on', s.activated_on, 'ended_on', s.ended_on, 'renewal_date', s.renewal_date,
          'counts', coalesce(s.activated_on <= today and (s.ended_on is null or today < s.ended_on), false))
        order by s.activated_on desc, s.id)
      from public.subscriptions s where s.client_id = client.id and s.status <> 'replaced'), '[]'),
    'invoices', coalesce((
      select jsonb_agg(i.line order by i.issue_date desc, i.id)
      from (
        select n.issue_date, n.id, jsonb_build_object('id', n.id, 'invoice_number', n.invoice_number,
            'status', n.status, 'issue_date', n.issue_date, 'due_date', n.due_date, 'total', n.total,
            'amount_paid', n.amount_paid, 'balance', n.balance) as line
        from public.invoices n where n.client_id = client.id
        order by n.issue_date desc, n.id limit 100
      ) i), '[]'));
end
$$;
comment on function public.client_record(uuid) is
  'A client with everything its page shows, as far as the caller may read it, and what the caller may change. Lists of what may not be read are empty; sums are null.';

-- Health with a note -----------------------------------------------------------

create function private.note_health(p_client_id uuid, p_note text) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  -- Called by a function that has locked the client for its writer.
  perform private.guard_op(array['set_client_health']);
  -- The trigger has written today's snapshot if a value changed; what a person says is kept in any case.
  insert into public.client_health_history as h
    (organization_id, client_id, snapshot_date, health, churn_risk, source, notes)
  select c.organization_id, c.id, private.organization_today(c.organization_id), c.health, c.churn_risk,
    'manual', p_note
  from public.clients c
  where c.id = p_client_id and private.may_act_in(c.organization_id)
    and (num_nonnulls(c.health, c.churn_risk) > 0 or p_note is not null)
  on conflict (client_id, snapshot_date) do update
    set health = excluded.health, churn_risk = excluded.churn_risk, source = excluded.source,
      notes = coalesce(excluded.notes, h.notes);
end
$$;
comment on function private.note_health(uuid, text) is
  'Says that today''s snapshot was entered by a person, and why. Only inside set_client_health.';

create function public.set_client_health(
  p_client_id uuid, p_version integer, p_health integer default null, p_churn_risk integer default null,
  p_note text default null
)
returns public.clients
language plpgsql volatile
set search_path = ''
as $$
declare
  client public.clients := private.lock_client(p_client_id);
  before constant public.clients := client;
  note constant text := nullif(btrim(p_note), '');
  former text;
begin
  perform private.require(p_health is null or p_health between 0 and 100, 'p_health');
  perform private.require(p_churn_risk is null or p_churn_risk between 0 and 100, 'p_churn_risk');
  perform private.check_text('p_note', note, 2000, false);
  -- As wanted already: a repeated call finds its work done.
  if (client.health, client.churn_risk) is not distinct from (p_health, p_churn_risk)
    and (note is null or exists (
      select from public.client_health_history h
      where h.client_id = client.id and h.notes = note and h.source = 'manual'
        and h.snapshot_date = private.organization_today(client.organization_id)))
  then
    return client;
  end if;
  perform private.check_version(p_version, client.version, to_jsonb(client));

  former := private.begin_operation('set_client_health');
  -- Also when only the note is new: whoever writes one meanwhile has not read this one.
  update public.clients c set health = p_health, churn_risk = p_churn_risk where c.id = client.id
    returning c.* into client;
  perform private.note_health(client.id, note);
  perform private.emit_event('client.health.changed', client.organization_id, 'client', client.id,
    jsonb_build_object(
      'health', private.from_to(before.health, client.health),
      'churn_risk', private.from_to(before.churn_risk, client.churn_risk),
      'trs_score', private.from_to(before.trs_score, client.trs_score),
      'changed', private.changed_columns('public.clients'::regclass, to_jsonb(before), to_jsonb(client))));
  perform private.end_operation(former);
  return client;
end
$$;
comment on function public.set_client_health(uuid, integer, integer, integer, text) is
  'Sets health and churn risk (null = not scored) and notes in today''s snapshot that a person did so, and why. Client writer.';

-- Many clients at once ---------------------------------------------------------

create function public.update_clients(p_items jsonb, p_changes jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  item jsonb;
  client public.clients;
  wanted public.clients;
  outcome text;
  results jsonb := '{}';
  changes jsonb;
begin
  perform private.admit(private.is_staff());
  perform private.check_sync_list('p_items', p_items, true);
  perform private.check_fields(coalesce((
    select jsonb_agg(jsonb_build_object('row', e.place - 1, 'field', 'id', 'key', 'not_an_id') order by e.place)
    from jsonb_array_elements(p_items) with ordinality as e (value, place)
    where e.value ->> 'id' !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'), '[]'));
  -- One row, one wish, and it is told once how it went.
  perform private.require((
    select count(*) = count(distinct lower(e.value ->> 'id'))
      and count(*) filter (where e.value - array['id', 'version'] <> '{}') = 0
    from jsonb_array_elements(p_items) as e), 'p_items');
  perform private.require(jsonb_typeof(p_changes) = 'object' and p_changes <> '{}', 'p_changes');
  perform private.check_fields(private.field_problems(0, p_changes, '{
      "owner_id": {"kind": "id"},
      "phase": {"kind": "choice", "of":
        ["Onboarding", "Discovery", "Data", "Algorithm", "Architecture", "Compounding", "Active"]},
      "qbr_date": {"kind": "date"}
    }'));

  -- An empty field takes the value away.
  select jsonb_object_agg(k.name, private.tidied(p_changes) -> k.name) into changes
    from jsonb_object_keys(p_changes) as k (name);
  -- In the order of ids, so that two such calls wait for each other instead of blocking. Each row stands for
  -- itself: it is reported and noted as if it were changed alone, hence no operation; what was asked together
  -- has one request id and one moment.
  for item in
    select e.value from jsonb_array_elements(p_items) as e order by (e.value ->> 'id')::uuid
  loop
    begin
      select c.* into client from public.clients c where c.id = (item ->> 'id')::uuid for no key update;
      if not found then
        outcome := case when exists (select from public.clients c where c.id = (item ->> 'id')::uuid)
          then 'forbidden' else 'not_found' end;
      else
        wanted := jsonb_populate_record(client, changes);
        outcome := case
          when wanted is not distinct from client then 'unchanged'
          when client.version <> (item ->> 'version')::integer then 'stale_version'
          else 'changed' end;
        if outcome = 'changed' then
          update public.clients c
            set owner_id = wanted.owner_id, phase = wanted.phase, qbr_date = wanted.qbr_date
            where c.id = client.id
            returning c.* into client;
        end if;
      end if;
    exception
      -- A Member giving a client away; a person of another organization.
      when insufficient_privilege then outcome := 'forbidden';
      when foreign_key_violation then outcome := 'reference_missing';
    end;
    results := results || jsonb_build_object(lower(item ->> 'id'), jsonb_build_object(
      'id', item -> 'id', 'outcome', outcome,
      'version', case when outcome in ('changed', 'unchanged', 'stale_version') then client.version end));
  end loop;
  return (
    select coalesce(jsonb_agg(results -> lower(e.value ->> 'id') order by e.place), '[]')
    from jsonb_array_elements(p_items) with ordinality as e (value, place));
end
$$;
comment on function public.update_clients(jsonb, jsonb) is
  'Sets owner, phase or review date of up to 500 clients, each for itself: the answer says for every one whether it was changed, unchanged, stale_version, forbidden, not_found or reference_missing. Each changed client is one event, as when it is changed alone.';

revoke execute on function
  private.may_write_client(public.clients),
  private.note_health(uuid, text)
from public, anon;
grant execute on function
  private.may_write_client(public.clients),
  private.note_health(uuid, text)
to authenticated, service_role;
revoke execute on function
  public.client_record(uuid),
  public.set_client_health(uuid, integer, integer, integer, text),
  public.update_clients(jsonb, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  public.client_record(uuid),
  public.set_client_health(uuid, integer, integer, integer, text),
  public.update_clients(jsonb, jsonb)
to authenticated;
