-- Proves what the reads of the pipeline page answer to whom, and that many changes
-- are as one change many times, by trying it.
-- Run by the superuser on a database with the migrations and the demo data.
-- Raises on the first violation, answers the number of checks, keeps nothing.

begin;

insert into proof_id
select n, md5('proof ' || n)::uuid from unnest(array['O1', 'O3', 'OU', 'OB', 'W1', 'N1', 'OZ', 'ZC', 'Z1']) as n;

do $fixtures$
begin
  execute pg_temp.fill($sql$
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id) values
      ({O1}, {marlowick}, {C1}, 'Proof own', 1000, {member}),
      ({O3}, {marlowick}, {C3}, 'Proof colleague', 1000, {member2}),
      ({OU}, {marlowick}, {C13}, 'Proof unassigned', 1000, null),
      ({OB}, {quillhaven}, {B1}, 'Proof of B', 1000, {member.b});
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id, stage, closed_at) values
      ({W1}, {marlowick}, {C1}, 'Proof won', 1000, {member}, 'ClosedWon', now());
    insert into public.opportunity_notes (id, organization_id, opportunity_id, author_id, body)
      values ({N1}, {marlowick}, {O1}, {director}, 'Proof');
    -- Only what the attempts leave behind is counted below.
    select set_config('revos.op', 'service_purge', true);
    delete from public.analytics_events;
    delete from public.audit_log;
    select set_config('revos.op', '', true);
  $sql$);
end
$fixtures$;

insert into proof_matrix values
  ('list', 'select public.list_opportunities()', '11111f 11f oox'),
  ('list of B', 'select public.list_opportunities(p_organization_id => {quillhaven})', '1fffff 11f oox'),
  ('digest', 'select public.opportunities_digest()', '11111f 11f oox'),
  ('forecast', 'select public.pipeline_forecast()', '11111f 11f oox'),
  ('forecast of B', 'select public.pipeline_forecast({quillhaven})', '1fffff 11f oox'),
  ('record of own', 'select public.opportunity_record({O1})', '11111f nnf oox'),
  ('record of unassigned', 'select public.opportunity_record({OU})', '11111f nnf oox'),
  ('record of B', 'select public.opportunity_record({OB})', '1nnnnf 11f oox'),
  ('record of nothing', 'select public.opportunity_record({nobody})', 'nnnnnf nnf oox'),
  ('target', 'select public.set_quarterly_target(1, 5)', '11ffff 1ff oox'),
  ('target of B', 'select public.set_quarterly_target(1, 5, {quillhaven})', '1fffff 1ff oox'),
  ('many', 'select public.update_opportunities(''[]'', ''{"stage": "Qualify"}'')', '11111f 11f oox');

insert into proof_attempt
select 'list', 'member', format('select public.list_opportunities(%s)', a.arguments), 'PT400 invalid_argument'
from unnest(array[
  '''[]''', '''{"zone": "x"}''', '''{"q": 5}''', 'jsonb_build_object(''q'', repeat(''x'', 201))', '''{"stage": "Proposal"}''',
  '''{"stage": ["Won"]}''', '''{"owner": ["me"]}''', '''{"min": "a"}''', '''{"max": "1e9"}''', '''{"min": "1.005"}''',
  '''{"prob": "101"}''', '''{"prob": "-1"}''', '''{"close": "60"}''', '''{"closed": "2"}''', '''{}'', ''score''',
  '''{}'', ''--name''', '''{}'', null', '''{}'', ''name'', 0', '''{}'', ''name'', 10001']) as a (arguments)
union all values
  ('record of no id', 'member', 'select public.opportunity_record(null)', 'PT400 invalid_argument'),
  ('target of nothing', 'admin', 'select public.set_quarterly_target(1, 0)', 'PT400 invalid_argument'),
  ('target with half a cent', 'admin', 'select public.set_quarterly_target(1, 0.005)', 'PT400 invalid_argument'),
  ('target without a version', 'admin', 'select public.set_quarterly_target(null, 5)', 'PT400 invalid_argument'),
  ('many without changes', 'member', 'select public.update_opportunities(''[]'', ''{}'')', 'PT400 invalid_argument'),
  ('many twice', 'member', 'select public.update_opportunities(''[{"id": "<O1>", "version": 1}, {"id": "<O1>", "version": 1}]'', ''{"stage": "Qualify"}'')', 'PT400 invalid_argument'),
  ('many lost without a reason', 'member', 'select public.update_opportunities(''[{"id": "<O1>", "version": 1}]'', ''{"stage": "ClosedLost"}'')', 'PT422 validation_failed'),
  ('many with a reason for nothing', 'member', 'select public.update_opportunities(''[{"id": "<O1>", "version": 1}]'', ''{"stage": "Qualify", "lost_reason": "price"}'')', 'PT422 validation_failed'),
  ('many with an unknown field', 'member', 'select public.update_opportunities(''[{"id": "<O1>", "version": 1}]'', ''{"amount": 1}'')', 'PT422 validation_failed'),
  ('the service lists', 'service_role', 'select public.list_opportunities()', '42501'),
  ('nobody lists', 'unnamed', 'select public.list_opportunities()', 'PT401 unauthenticated');
select pg_temp.run_all();
delete from proof_matrix;
delete from proof_attempt;

insert into proof_effect values
  ('one of many moved', 'member', 'marlowick', 'select public.update_opportunities(''[{"id": "<O1>", "version": 1}]'', ''{"stage": "Qualify"}'')',
    'pipeline.opportunity.stage_changed | update opportunities (move_opportunity)',
    $$select concat_ws(' ', stage, version) from public.opportunities where id = {O1}$$, 'Qualify 2'),
  ('one of many dated', 'member', 'marlowick', 'select public.update_opportunities(''[{"id": "<O1>", "version": 1}]'', ''{"expected_close_date": "2027-01-31"}'')',
    'pipeline.opportunity.updated | update opportunities', null, null),
  ('one of many as it was', 'member', 'marlowick', 'select public.update_opportunities(''[{"id": "<O1>", "version": 7}]'', ''{"stage": "Prospect"}'')',
    '- | -', null, null);
select pg_temp.run_all();

do $answers$
declare
  who text;
begin
  -- One rule in two places: what the page is told it may, and what the policy lets through.
  foreach who in array array['superadmin', 'admin', 'director', 'member', 'member2', 'admin.b'] loop
    perform pg_temp.check_that('rights as the policy has them, ' || who, pg_temp.outcome(who, $$
      with writable as (update public.opportunities o set next_step = o.next_step
        where o.stage not in ('ClosedWon', 'ClosedLost') returning o.id)
      select count(*) from public.opportunities o
      where o.stage not in ('ClosedWon', 'ClosedLost')
        and private.may_write_opportunity(o) <> (o.id in (select id from writable))$$), '0');
  end loop;
  perform pg_temp.check_that('sums of the list and of the view', pg_temp.outcome('member', $$
    select count(*) from jsonb_array_elements(public.list_opportunities() -> 'stages') s
    join public.vw_pipeline_forecast v on v.stage = s ->> 'stage'
    where (s ->> 'count')::integer <> v.opportunity_count or (s ->> 'amount')::numeric <> v.total_value
      or (s ->> 'weighted')::numeric <> v.weighted_value
      or (public.list_opportunities() #>> '{open,weighted}')::numeric <> v.all_weighted_value$$), '0');
  perform pg_temp.check_that('sums of a cut list are of all', pg_temp.outcome('member', $$
    select public.list_opportunities(p_limit => 1) -> 'stages' = public.list_opportunities() -> 'stages'
      and jsonb_array_length(public.list_opportunities(p_limit => 1) -> 'rows') = 1$$), 'true');
  perform pg_temp.check_that('a note is a touch, a change of fields is none', pg_temp.outcome('member',
    'update public.opportunities set next_step = ''x'' where id = {O1} returning 1',
    $$select concat_ws(' ', r #>> '{row,touches}', r #>> '{row,days_untouched}', r #>> '{row,next_step}') from public.opportunity_record({O1}) r$$),
    '1 0 x');
  perform pg_temp.check_that('without any, its creation counts', pg_temp.outcome('member',
    $$select concat_ws(' ', r #>> '{row,touches}', r #>> '{row,days_untouched}') from public.opportunity_record({O3}) r$$), '0 0');
  perform pg_temp.check_that('the audit trail is for Admins', pg_temp.outcome('director',
    $$select jsonb_array_length(public.opportunity_record({O1}) -> 'changes')$$), '0');
  perform pg_temp.check_that('each for itself', pg_temp.outcome('member',
    $$select string_agg(r ->> 'outcome', ' ') from jsonb_array_elements(public.update_opportunities(
      '[{"id": "<O3>", "version": 1}, {"id": "<O1>", "version": 1}, {"id": "<W1>", "version": 1}, {"id": "<OB>", "version": 1}]',
      '{"stage": "Qualify"}')) r$$), 'forbidden changed forbidden not_found');
  perform pg_temp.check_that('a text is no pattern', pg_temp.outcome('member',
    $$select public.list_opportunities('{"q": "%"}') ->> 'total'$$), '0');
  perform pg_temp.check_that('names that are like it', pg_temp.outcome('member',
    $$select string_agg(name || ' ' || same, ', ') from public.find_similar_clients(' BRINDLECREST freight ')$$), 'Brindlecrest Freight true');
end
$answers$;

select last_value as checks from pg_temp.proof_checks;

rollback;
