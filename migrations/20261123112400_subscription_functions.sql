-- Terms of recurring revenue begin, change and end by the day. A day that was
-- counted stays counted: other terms are another row.

create function public.create_subscription(p_subscription jsonb, p_organization_id uuid default null)
returns public.subscriptions
language plpgsql volatile
set search_path = ''
as $$
declare
  chosen uuid;
  given jsonb;
  is_trial boolean;
  subscription public.subscriptions;
  former text;
begin
  perform private.admit(private.is_admin());
  chosen := private.chosen_organization(p_organization_id);
  perform private.require(jsonb_typeof(p_subscription) = 'object', 'p_subscription');
  perform private.check_fields(private.field_problems(0, p_subscription, '{
    "client_id": {"kind": "id", "required": true},
    "product_name": {"kind": "text", "maximum": 200, "required": true},
    "status": {"kind": "choice", "of": ["trial", "active"]},
    "amount": {"kind": "amount", "minimum": 0, "maximum": 99999999999.99, "required": true},
    "billing_frequency": {"kind": "choice", "of": ["monthly", "quarterly", "annual", "one_time"]},
    "trial_ends_on": {"kind": "date"},
    "activated_on": {"kind": "date"},
    "renewal_date": {"kind": "date"},
    "next_billing_date": {"kind": "date"},
    "contract_value": {"kind": "amount", "minimum": 0, "maximum": 999999999999.99},
    "auto_renew": {"kind": "flag"},
    "notes": {"kind": "text", "maximum": 10000}
  }'));
  given := private.tidied(p_subscription);
  is_trial := coalesce(given ->> 'status', 'trial') = 'trial';
  if is_trial and not given ? 'trial_ends_on' then
    perform private.check_fields(private.problem('trial_ends_on', 'required'));
  end if;
  if is_trial = (given ? 'activated_on') then
    perform private.check_fields(
      private.problem('activated_on', case when is_trial then 'not_for_a_trial' else 'required' end));
  end if;
  if not exists (
    select from public.clients c
    where c.id = (given ->> 'client_id')::uuid and c.organization_id = chosen
  ) then
    perform private.fail(404, 'not_found', '{"field": "client_id"}');
  end if;

  former := private.begin_operation('create_subscription');
  insert into public.subscriptions
    (organization_id, client_id, product_name, status, amount, billing_frequency, trial_ends_on,
     activated_on, renewal_date, next_billing_date, contract_value, auto_renew, notes)
  values (
    chosen, (given ->> 'client_id')::uuid, given ->> 'product_name',
    case when is_trial then 'trial' else 'active' end, (given ->> 'amount')::numeric,
    coalesce(given ->> 'billing_frequency', 'monthly'), (given ->> 'trial_ends_on')::date,
    (given ->> 'activated_on')::date, (given ->> 'renewal_date')::date,
    (given ->> 'next_billing_date')::date, (given ->> 'contract_value')::numeric,
    coalesce((given ->> 'auto_renew')::boolean, true), given ->> 'notes'
  )
  returning * into subscription;
  perform private.emit_event('finance.subscription.created', chosen, 'subscription', subscription.id,
    jsonb_build_object('mrr', subscription.mrr, 'status', subscription.status));
  perform private.end_operation(former);
  return subscription;
end
$$;
comment on function public.create_subscription(jsonb, uuid) is
  'Adds terms as a trial (with trial_ends_on) or active (with activated_on). Admin. Fields: client_id, product_name, status, amount, billing_frequency, trial_ends_on, activated_on, renewal_date, next_billing_date, contract_value, auto_renew, notes.';

create function private.succeed_subscription(
  p_former public.subscriptions, p_amount numeric, p_billing_frequency text, p_effective_on date
)
returns public.subscriptions
language plpgsql volatile
set search_path = ''
as $$
declare
  started public.subscriptions;
begin
  insert into public.subscriptions
    (organization_id, client_id, product_name, status, amount, billing_frequency, activated_on,
     renewal_date, next_billing_date, contract_value, auto_renew, replaces_subscription_id, notes)
  values (
    p_former.organization_id, p_former.client_id, p_former.product_name, 'active', p_amount,
    p_billing_frequency, p_effective_on, p_former.renewal_date, p_former.next_billing_date,
    p_former.contract_value, p_former.auto_renew, p_former.id, p_former.notes
  )
  returning * into started;
  return started;
end
$$;
comment on function private.succeed_subscription(public.subscriptions, numeric, text, date) is
  'The row that takes the place of one that was ended as replaced.';

create function public.change_subscription(
  p_subscription_id uuid,
  p_amount numeric,
  p_billing_frequency text,
  p_effective_on date,
  p_version integer
)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  ended public.subscriptions;
  started public.subscriptions;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(
    p_amount between 0 and 99999999999.99 and p_amount = round(p_amount, 2), 'p_amount');
  perform private.require(
    p_billing_frequency in ('monthly', 'quarterly', 'annual', 'one_time'), 'p_billing_frequency');
  perform private.require(p_effective_on between '1900-01-01' and '2999-12-31', 'p_effective_on');
  ended := private.lock_row(null::public.subscriptions, 'p_subscription_id', p_subscription_id);
  perform private.check_version(p_version, ended.version, to_jsonb(ended));
  if ended.status not in ('active', 'past_due') then
    perform private.fail(409, 'invalid_transition', jsonb_build_object('status', ended.status));
  end if;
  perform private.require(p_effective_on >= ended.activated_on, 'p_effective_on');

  former := private.begin_operation('change_subscription');
  update public.subscriptions s set status = 'replaced', ended_on = p_effective_on
    where s.id = ended.id
    returning * into ended;
  started := private.succeed_subscription(ended, p_amount, p_billing_frequency, p_effective_on);
  perform private.emit_event('finance.subscription.changed', ended.organization_id, 'subscription', ended.id,
    jsonb_build_object('mrr_from', ended.mrr, 'mrr_to', started.mrr, 'started_id', started.id));
  perform private.end_operation(former);
  return jsonb_build_object('ended', to_jsonb(ended), 'started', to_jsonb(started));
end
$$;
comment on function public.change_subscription(uuid, numeric, text, date, integer) is
  'New terms from a day on: the row in force ends there as replaced, and another one starts. Admin.';

create function public.set_subscription_status(
  p_subscription_id uuid,
  p_status text,
  p_effective_on date,
  p_reason text default null,
  p_version integer default null
)
returns public.subscriptions
language plpgsql volatile
set search_path = ''
as $$
declare
  subscription public.subscriptions;
  former_status text;
  step text;
  former text;
begin
  perform private.admit(private.is_admin());
  perform private.require(
    p_status in ('trial', 'active', 'past_due', 'paused', 'cancelled', 'replaced'), 'p_status');
  perform private.require(p_reason is null or p_status = 'cancelled' and p_reason in
    ('price', 'timing', 'competitor', 'no_decision', 'no_budget', 'fit', 'other'), 'p_reason');
  subscription := private.lock_row(null::public.subscriptions, 'p_subscription_id', p_subscription_id);
  perform private.check_version(p_version, subscription.version, to_jsonb(subscription));
  former_status := subscription.status;
  step := former_status || '>' || p_status;
  if step not in (
    'trial>active', 'trial>cancelled', 'active>past_due', 'past_due>active', 'active>paused',
    'past_due>paused', 'active>cancelled', 'past_due>cancelled', 'paused>active')
  then
    perform private.fail(409, 'invalid_transition', private.from_to(former_status, p_status));
  end if;
  -- Falling behind with a payment, or catching up, ends and begins nothing.
  if step not in ('active>past_due', 'past_due>active') then
    perform private.require(p_effective_on between '1900-01-01' and '2999-12-31', 'p_effective_on');
    -- Not before it began, and not before the pause did.
    perform private.require(
      p_effective_on >= coalesce(subscription.ended_on, subscription.activated_on, p_effective_on),
      'p_effective_on');
  end if;

  former := private.begin_operation('set_subscription_status');
  if step = 'paused>active' then
    -- The days of the pause stay uncounted.
    update public.subscriptions s set status = 'replaced' where s.id = subscription.id;
    subscription := private.succeed_subscription(
      subscription, subscription.amount, subscription.billing_frequency, p_effective_on);
  else
    update public.subscriptions s set
        status = p_status,
        activated_on = case when step = 'trial>active' then p_effective_on else s.activated_on end,
        ended_on = case when p_status in ('paused', 'cancelled') then p_effective_on end,
        cancel_reason = p_reason
      where s.id = subscription.id
      returning * into subscription;
  end if;
  perform private.emit_event('finance.subscription.status_changed', subscription.organization_id,
    'subscription', subscription.id,
    private.from_to(former_status, subscription.status) || jsonb_build_object('mrr', subscription.mrr));
  perform private.end_operation(former);
  return subscription;
end
$$;
comment on function public.set_subscription_status(uuid, text, date, text, integer) is
  'Starts a trial''s billing, marks past due and back, pauses, resumes (as a new row, which is returned) or cancels, from a day on; that day is the first that counts or no longer counts. Admin.';

revoke execute on function
  private.succeed_subscription(public.subscriptions, numeric, text, date)
from public, anon;
grant execute on function
  private.succeed_subscription(public.subscriptions, numeric, text, date)
to authenticated, service_role;
revoke execute on function
  public.create_subscription(jsonb, uuid),
  public.change_subscription(uuid, numeric, text, date, integer),
  public.set_subscription_status(uuid, text, date, text, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.create_subscription(jsonb, uuid),
  public.change_subscription(uuid, numeric, text, date, integer),
  public.set_subscription_status(uuid, text, date, text, integer)
to authenticated;
