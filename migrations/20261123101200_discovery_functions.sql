-- Saving discovery: the forms one by one, the questions as a set.

create function public.save_discovery(
  p_client_id uuid,
  p_form_type text,
  p_answers jsonb,
  p_complete boolean,
  p_version integer default null
)
returns public.discovery_responses
language plpgsql volatile
set search_path = ''
as $$
declare
  client constant public.clients := private.lock_client(p_client_id);
  response public.discovery_responses;
  former text;
begin
  perform private.require(p_form_type in ('gap_selling', 'clarity_gap', 'revenue_research'), 'p_form_type');
  perform private.require(jsonb_typeof(p_answers) = 'object', 'p_answers');
  perform private.require(p_complete is not null, 'p_complete');
  perform private.check_fields(private.answer_problems(p_answers, p_complete));

  -- The lock on the client keeps a second first save waiting.
  select r.* into response from public.discovery_responses r
    where r.client_id = client.id and r.form_type = p_form_type for no key update;
  if response.id is null and p_version is not null
    or response.id is not null and p_version is distinct from response.version
  then
    perform private.fail(409, 'stale_version', case when response.id is not null then to_jsonb(response) end);
  end if;
  if response.id is not null and response.answers = p_answers
    and p_complete = (response.completed_at is not null)
  then
    return response;
  end if;

  former := private.begin_operation('save_discovery');
  -- By whom it was completed, and that completing again changes nothing, is the
  -- stamp trigger's business.
  insert into public.discovery_responses (organization_id, client_id, form_type, answers, completed_at)
    values (client.organization_id, client.id, p_form_type, p_answers, case when p_complete then now() end)
    on conflict (client_id, form_type) do update
      set answers = excluded.answers, completed_at = excluded.completed_at
    returning * into response;
  perform private.emit_event('client.discovery.saved', client.organization_id, 'client', client.id,
    jsonb_build_object('form_type', p_form_type, 'completed', p_complete));
  perform private.end_operation(former);
  return response;
end
$$;
comment on function public.save_discovery(uuid, text, jsonb, boolean, integer) is
  'Replaces the answers of a form and says whether it is complete; p_version is null for the first save. Client writer.';

create function private.answer_problems(p_answers jsonb, p_complete boolean) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  problems jsonb;
begin
  if octet_length(p_answers::text) > 262144 then
    return private.problem('answers', 'too_long');
  end if;
  if p_complete and private.tidied(p_answers) = '{}' then
    return private.problem('answers', 'required');
  end if;
  select jsonb_agg(jsonb_build_object('row', 0, 'field', left(a.key, 200), 'key', 'too_long') order by a.key)
    into problems
    from jsonb_each(p_answers) as a
    where length(a.key) > 200 or length(a.value #>> '{}') > 10000;
  return coalesce(problems, '[]');
end
$$;
comment on function private.answer_problems(jsonb, boolean) is
  'What is wrong with the answers of a form: too long, or complete without any answer.';

create function public.sync_discovery_questions(p_client_id uuid, p_items jsonb, p_deleted jsonb default '[]')
returns setof public.discovery_questions
language plpgsql volatile
set search_path = ''
as $$
declare
  client constant public.clients := private.lock_client(p_client_id);
  former text;
  done jsonb;
begin
  former := private.begin_operation('sync_discovery_questions');
  done := private.sync_client_rows(client, 'public.discovery_questions', '{
      "position": {"kind": "amount", "minimum": 0, "maximum": 1000000, "required": true},
      "question": {"kind": "text", "maximum": 10000, "required": true},
      "answer": {"kind": "text", "maximum": 10000},
      "lever": {"kind": "text", "maximum": 10000},
      "expected_impact": {"kind": "amount", "minimum": -999999999999.99, "maximum": 999999999999.99}
    }', '{}', p_items, p_deleted);
  if done <> '{"inserted": 0, "updated": 0, "deleted": 0}' then
    perform private.emit_event('client.discovery.saved', client.organization_id, 'client', client.id,
      jsonb_build_object('questions', done));
  end if;
  perform private.end_operation(former);
  return query
    select q.* from public.discovery_questions q where q.client_id = client.id order by q.position, q.id;
end
$$;
comment on function public.sync_discovery_questions(uuid, jsonb, jsonb) is
  'Saves the questions of a client as a set, all or nothing, and returns them in order. Items carry id and version unless new, p_deleted is a list of {id, version}. Client writer.';

revoke execute on function private.answer_problems(jsonb, boolean) from public, anon;
grant execute on function private.answer_problems(jsonb, boolean) to authenticated, service_role;
revoke execute on function
  public.save_discovery(uuid, text, jsonb, boolean, integer),
  public.sync_discovery_questions(uuid, jsonb, jsonb)
from public, anon, authenticated, service_role;
grant execute on function
  public.save_discovery(uuid, text, jsonb, boolean, integer),
  public.sync_discovery_questions(uuid, jsonb, jsonb)
to authenticated;
