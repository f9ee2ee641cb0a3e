-- Which work of the day is to be done for which organization, and by whom: workers ask
-- here, so that several of them do nothing twice and a restart repeats nothing.

create table private.daily_work (
  organization_id uuid not null
    constraint daily_work_organization_id_fkey
    references public.organizations (id) on delete cascade,
  job text not null check (job in ('finance_cache', 'health', 'snapshots', 'purge', 'alerts')),
  day date not null,
  attempts integer not null default 1 check (attempts > 0),
  claimed_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (organization_id, job)
);

comment on table private.daily_work is 'The newest day on which a worker took up each work of the day.';
comment on column private.daily_work.day is 'Calendar day in the organization''s time zone.';
comment on column private.daily_work.attempts is 'How often it was taken up on that day.';
comment on column private.daily_work.done_at is 'Null while a worker is at it, or after one gave up.';

alter table private.daily_work enable row level security;
alter table private.daily_work force row level security;
revoke all on private.daily_work from public, anon, authenticated, service_role;
grant select, insert, update on private.daily_work to service_role;

create function private.daily_pause(p_attempts integer) returns interval
language sql immutable
set search_path = ''
as $$
  select least(interval '5 minutes' * power(2, least(p_attempts, 10) - 1), interval '1 hour')
$$;
comment on function private.daily_pause(integer) is
  'How long work that was taken up is left to its worker, and then alone: twice as long each time, at most an hour.';

create function public.service_claim_daily_work(p_limit integer default 50, p_early boolean default false)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  claimed jsonb;
begin
  perform private.require(p_limit between 1 and 500, 'p_limit');
  perform private.require(p_early is not null, 'p_early');
  with due as (
    select o.id as organization_id, j.job, l.moment::date as day
    from public.organizations o
    -- Money and health before the figures that are kept of them.
    cross join (values
      ('finance_cache', time '00:05'), ('health', time '02:10'), ('snapshots', time '02:20'),
      ('purge', time '03:30'), ('alerts', time '06:00')) as j (job, begins)
    cross join lateral (select now() at time zone o.time_zone as moment) l
    left join private.daily_work w on w.organization_id = o.id and w.job = j.job
    where (p_early or l.moment::time >= j.begins)
      and (w.day is null or w.day < l.moment::date
        or w.day = l.moment::date and w.done_at is null
          and w.claimed_at + private.daily_pause(w.attempts) <= now())
    order by j.begins, o.id
    limit p_limit
  ),
  taken as (
    insert into private.daily_work as w (organization_id, job, day)
    select d.organization_id, d.job, d.day from due d order by d.organization_id, d.job
    -- Looked at again under the lock: another worker may have been here meanwhile.
    on conflict (organization_id, job) do update set
      day = excluded.day, attempts = case when w.day = excluded.day then w.attempts + 1 else 1 end,
      claimed_at = now(), done_at = null
    where w.day < excluded.day
      or w.day = excluded.day and w.done_at is null and w.claimed_at + private.daily_pause(w.attempts) <= now()
    returning w.organization_id, w.job, w.day
  )
  select coalesce(jsonb_agg(to_jsonb(t) order by d.number), '[]') into claimed
    from taken t
    join (select d.*, row_number() over () as number from due d) d using (organization_id, job);
  return claimed;
end
$$;
comment on function public.service_claim_daily_work(integer, boolean) is
  'Takes up work of the day whose hour has come in the organization''s time zone (or, early, whose hour will come): organization_id, job and day of each, in the order to do it. Nobody else is given it for five minutes, and longer after each failure.';

create function public.service_finish_daily_work(p_organization_id uuid, p_job text, p_day date) returns boolean
language plpgsql volatile
set search_path = ''
as $$
begin
  perform private.check_organization(p_organization_id);
  perform private.require(p_job is not null, 'p_job');
  perform private.require(p_day is not null, 'p_day');
  update private.daily_work w set done_at = now()
    where w.organization_id = p_organization_id and w.job = p_job and w.day = p_day and w.done_at is null;
  return found;
end
$$;
comment on function public.service_finish_daily_work(uuid, text, date) is
  'Says that the work of a day is done; false when it was, or was never taken up.';

create function public.service_read_figures(p_organization_id uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  today date;
begin
  perform private.check_organization(p_organization_id);
  today := private.organization_today(p_organization_id);
  return jsonb_build_object(
    'forecast', private.pipeline_forecast_at(p_organization_id, today),
    'portfolio', private.clients_summary_at(p_organization_id, today));
end
$$;
comment on function public.service_read_figures(uuid) is
  'What the snapshots and alerts of an organization''s today are computed from: as pipeline_forecast and clients_summary.';

-- Access ---------------------------------------------------------------------

revoke execute on function private.daily_pause(integer) from public, anon;
grant execute on function private.daily_pause(integer) to service_role;
revoke execute on function
  public.service_claim_daily_work(integer, boolean),
  public.service_finish_daily_work(uuid, text, date),
  public.service_read_figures(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.service_claim_daily_work(integer, boolean),
  public.service_finish_daily_work(uuid, text, date),
  public.service_read_figures(uuid)
to service_role;
