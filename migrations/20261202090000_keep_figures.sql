-- Figures are kept on a schedule; a person may ask that today's are kept now, and read what was kept of a day. Who asks
-- writes no figure: the worker computes them, as it does each day.

alter table private.daily_work add column asked_at timestamptz;
comment on column private.daily_work.asked_at is
  'When a person asked that it is done now, besides the day''s own time; null once it is done.';

create or replace function public.service_claim_daily_work(p_limit integer default 50, p_early boolean default false)
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
      or w.asked_at is not null
        and (w.done_at is not null or w.claimed_at + private.daily_pause(w.attempts) <= now())
    order by j.begins, o.id
    limit p_limit
  ),
  taken as (
    insert into private.daily_work as w (organization_id, job, day)
    select d.organization_id, d.job, d.day from due d order by d.organization_id, d.job
    -- Looked at again under the lock: another worker may have been here meanwhile.
    on conflict (organization_id, job) do update set
      day = excluded.day,
      attempts = case when w.day = excluded.day and w.done_at is null then w.attempts + 1 else 1 end,
      claimed_at = now(), done_at = null
    where w.day < excluded.day
      or w.day = excluded.day and w.done_at is null and w.claimed_at + private.daily_pause(w.attempts) <= now()
      or w.asked_at is not null and w.done_at is not null
    returning w.organization_id, w.job, w.day
  )
  select coalesce(jsonb_agg(to_jsonb(t) order by d.number), '[]') into claimed
    from taken t
    join (select d.*, row_number() over () as number from due d) d using (organization_id, job);
  return claimed;
end
$$;
comment on function public.service_claim_daily_work(integer, boolean) is
  'Takes up work of the day whose hour has come in the organization''s time zone (or, early, whose hour will come), and work that a person asked for: organization_id, job and day of each, in the order to do it. Nobody else is given it for five minutes, and longer after each failure.';

create or replace function public.service_finish_daily_work(p_organization_id uuid, p_job text, p_day date)
returns boolean
language plpgsql volatile
set search_path = ''
as $$
begin
  perform private.check_organization(p_organization_id);
  perform private.require(p_job is not null, 'p_job');
  perform private.require(p_day is not null, 'p_day');
  update private.daily_work w set
    done_at = now(),
    -- Asked for once more while it was done: then it is done once more.
    asked_at = case when w.asked_at > w.claimed_at then w.asked_at end
    where w.organization_id = p_organization_id and w.job = p_job and w.day = p_day and w.done_at is null;
  return found;
end
$$;

create function public.keep_figures(p_organization_id uuid default null) returns jsonb
language plpgsql volatile security definer
set search_path = ''
as $$
declare
  chosen uuid;
  asked timestamptz;
begin
  perform private.admit(private.is_manager());
  chosen := private.chosen_organization(p_organization_id);
  insert into private.daily_work as w (organization_id, job, day, done_at, asked_at)
    values (chosen, 'snapshots', private.organization_today(chosen), now(), now())
    -- Asked for already: the worker comes once.
    on conflict (organization_id, job) do update set
      asked_at = case when w.asked_at > w.claimed_at or w.done_at is not null and w.asked_at is not null
        then w.asked_at else now() end
    returning w.asked_at into asked;
  return jsonb_build_object('asked_at', asked);
end
$$;
comment on function public.keep_figures(uuid) is
  'Asks the worker to keep today''s figures of money, pipeline and portfolio now; those that were kept today are replaced. Asked twice before it came, it is done once. Director and Admin; a SuperAdmin may name an organization.';

create function public.kept_figures(p_day date default null, p_organization_id uuid default null) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  chosen uuid;
  today date;
begin
  perform private.admit(private.is_staff());
  chosen := private.chosen_organization(p_organization_id);
  today := private.organization_today(chosen);
  perform private.require(coalesce(p_day, today) between '1900-01-01' and today, 'p_day');
  return (
    with kept as (
      select s.snapshot_date as day, s.computed_at, s.metrics from public.dashboard_snapshots s
      where s.organization_id = chosen and s.time_scope = 'qtd' and s.segment_filter = '{}'
    ),
    named as (
      -- The forecast of a week ago is chosen so too.
      select coalesce(p_day, (select max(k.day) from kept k where k.day <= today - 7)) as day
    )
    select jsonb_build_object(
      'days', coalesce((
        select jsonb_agg(d.day order by d.day desc) from (select distinct k.day from kept k) d), '[]'),
      'kept_today_at', (select max(k.computed_at) from kept k where k.day = today),
      'day', (
        select jsonb_build_object('snapshot_date', k.day, 'metrics', jsonb_object_agg(m.key, m.value))
        from kept k
        join named n on n.day = k.day
        cross join lateral jsonb_each(k.metrics) m
        group by k.day
      )));
end
$$;
comment on function public.kept_figures(date, uuid) is
  'The days of which figures were kept, newest first, when today''s were, and those of a day; of the last day at least 7 days ago when none is named. Money for Director and Admin. Staff; a SuperAdmin may name an organization.';

revoke execute on function public.keep_figures(uuid), public.kept_figures(date, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.keep_figures(uuid), public.kept_figures(date, uuid) to authenticated;
