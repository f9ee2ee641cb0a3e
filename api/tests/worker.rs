//! Does the worker do everything once, whoever else works, and does one failure stop nothing else?

use crate::rig::{ADMIN, CLIENT, MEMBER, Rig, log, prepare};
use jiff::ToSpan as _;
use reqwest::StatusCode;
use revos_api::worker::{Pass, Worker};
use revos_shared::overview::{FigureName, KeptFigures, Overview};
use revos_shared::{Envelope, ErrorCode};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::time::Duration;

fn worker(rig: &Rig) -> Worker {
    prepare();
    let gateway = &rig.project.gateway;
    let settings =
        [("SUPABASE_URL", gateway.url()), ("SUPABASE_SERVICE_KEY", gateway.service_key().to_owned())];
    Worker::read(|name| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
        .unwrap()
}

/// A playbook of three steps, active, and how many runs of it wait; every other one has nothing to work on.
async fn queue(rig: &Rig, runs: u32) {
    rig.sql(&format!(
        "begin;
         select set_config('revos.op', 'test', true);
         insert into public.automation_playbooks (id, organization_id, name, status, created_by)
           select 'a0000000-0000-4000-8000-000000000001', organization_id, 'Test', 'active', id
           from public.users where email = '{ADMIN}';
         insert into public.automation_steps (organization_id, playbook_id, position, workspace, action, config)
           select p.organization_id, p.id, s.position, 'sales', s.action, s.config::jsonb
           from public.automation_playbooks p cross join (values
             (0, 'record_note', '{{\"body\": \"Worked\"}}'), (1, 'create_kanban_item', '{{\"title\": \"Worked\"}}'),
             (2, 'schedule_invoices', '{{\"count\": 3}}')) as s (position, action, config)
           where p.name = 'Test';
         insert into public.automation_runs
           (organization_id, playbook_id, triggered_by, trigger_event, entity_type, entity_id)
           select p.organization_id, p.id, p.created_by, 'manual', case when n % 2 = 1 then 'opportunity' end,
             case when n % 2 = 1 then o.id end
           from public.automation_playbooks p
           cross join generate_series(1, {runs}) n
           cross join lateral (select o.id from public.opportunities o
             where o.organization_id = p.organization_id and o.amount > 1 order by o.id limit 1) o
           where p.name = 'Test';
         insert into public.automation_run_steps (organization_id, run_id, step_id, position, workspace, action)
           select r.organization_id, r.id, s.id, s.position, s.workspace, s.action
           from public.automation_runs r join public.automation_steps s on s.playbook_id = r.playbook_id
           where r.playbook_id = 'a0000000-0000-4000-8000-000000000001';
         commit"
    ))
    .await;
}

/// What the runs of [`queue`] made: runs by status, notes, cards, invoices.
async fn made(rig: &Rig) -> String {
    rig.value(
        "select concat_ws(' ',
           (select string_agg(status || n, ' ' order by status) from (select status, count(*) n
             from public.automation_runs where playbook_id = 'a0000000-0000-4000-8000-000000000001' group by 1) s),
           (select count(*) from public.opportunity_notes where body = 'Worked'),
           (select count(*) from public.kanban_items where title = 'Worked'),
           (select count(*) from public.invoices where source = 'automation' and created_at > now() - interval '1 hour'))",
    )
    .await
}

#[tokio::test]
async fn two_workers_take_runs_on_and_do_nothing_twice() {
    let rig = Rig::new().await;
    queue(&rig, 6).await;
    let (one, other) = (worker(&rig), worker(&rig));
    let (one, other) = tokio::join!(one.pass(false), other.pass(false));
    assert_eq!((one.failures, other.failures), (0, 0));
    // A run without an opportunity fails at its first step, and the others go on.
    assert_eq!(made(&rig).await, "failed3 succeeded3 3 3 9");
    assert_eq!(worker(&rig).pass(false).await.steps, 0, "nothing waits any more");
    assert_eq!(made(&rig).await, "failed3 succeeded3 3 3 9");
}

/// Events and rows of the work of the day, by organization.
async fn kept(rig: &Rig) -> Vec<String> {
    let mut seen = Vec::new();
    for slug in ["marlowick", "quillhaven"] {
        let query = format!(
            "select concat_ws(' ',
               (select count(*) from public.analytics_events e where e.organization_id = o.id
                 and e.event_key = 'dashboard.snapshot.recorded' and e.idempotency_key = 'snapshots:' || today),
               (select count(*) from public.dashboard_snapshots s where s.organization_id = o.id
                 and s.snapshot_date = today and s.computed_at > now() - interval '1 hour'),
               (select count(*) from public.analytics_events e where e.organization_id = o.id
                 and e.event_key = 'retention.purged'),
               (select count(*) from public.analytics_events e where e.organization_id = o.id
                 and e.idempotency_key = 'daily_health:' || today),
               (select count(*) from public.analytics_events e where e.organization_id = o.id
                 and e.event_key ~ '^pipeline.alert' and e.idempotency_key ~ (today || '$'))
                 = (select count(distinct e.idempotency_key) from public.analytics_events e where e.organization_id = o.id
                   and e.event_key ~ '^pipeline.alert' and e.idempotency_key ~ (today || '$')))
             from public.organizations o, private.organization_today(o.id) as today where o.slug = '{slug}'"
        );
        seen.push(rig.value(&query).await);
    }
    seen
}

#[tokio::test]
async fn two_workers_do_the_work_of_a_day_once() {
    let rig = Rig::new().await;
    rig.sql("update public.dashboard_snapshots set computed_at = computed_at - interval '2 days'").await;
    let purged = "select count(*)::text from public.analytics_events where event_key = 'retention.purged'";
    assert_eq!(rig.value(purged).await, "0");
    let (one, other) = (worker(&rig), worker(&rig));
    let (one, other) = tokio::join!(one.pass(true), other.pass(true));
    assert_eq!((one.failures + other.failures, one.jobs + other.jobs), (0, 10));
    let once = vec!["1 3 1 1 t".to_owned(); 2];
    assert_eq!(kept(&rig).await, once);
    // Neither a third worker nor a restart repeats anything.
    assert_eq!(worker(&rig).pass(true).await, Pass::default());
    assert_eq!(kept(&rig).await, once);
}

#[tokio::test]
async fn what_is_kept_is_what_people_see() {
    let rig = Rig::of_today().await;
    assert_eq!(worker(&rig).pass(true).await.failures, 0);
    let metrics = |kind: &str| {
        format!(
            "select metrics::text from public.dashboard_snapshots s join public.organizations o on o.id = s.organization_id
             where o.slug = 'marlowick' and s.kind = '{kind}' and s.snapshot_date = private.organization_today(o.id)"
        )
    };
    let read = async |kind: &str| serde_json::from_str::<Value>(&rig.value(&metrics(kind)).await).unwrap();
    let (pipeline, portfolio) = (read("pipeline").await, read("portfolio").await);
    let finance = read("finance").await;
    let admin = rig.program(ADMIN).await;
    let forecast: Value = admin.get("/api/opportunities/forecast").await.json();
    let shown = &forecast["data"];
    for (name, figure) in [
        ("open_count", &shown["open"]["count"]),
        ("open_value", &shown["open"]["amount"]),
        ("open_weighted", &shown["open"]["weighted"]),
        ("won", &shown["won"]),
        ("commit", &shown["commit"]["amount"]),
        ("upside", &shown["upside"]["amount"]),
        ("best", &shown["best"]["amount"]),
        ("coverage", &shown["coverage"]["value"]),
        ("variance", &shown["commit"]["variance"]["value"]),
        ("win_rate", &shown["win_rate"]["rate"]["value"]),
    ] {
        assert_eq!(&pipeline[name], figure, "{name}");
    }
    let summary: Value = admin.get("/api/clients/summary").await.json();
    assert_eq!(portfolio["active_clients"], summary["data"]["active"]);
    assert_eq!(portfolio["arr_at_risk"], summary["data"]["arr_at_risk"]);
    let overview: Envelope<Overview> = admin.get("/api/overview").await.json();
    assert_eq!(Value::Object(overview.data.kept_finance().unwrap()), finance);
    assert_eq!(Value::Object(overview.data.kept_portfolio()), portfolio);
    // And as the rows say: active projects, and what is left of the list prices of active clients.
    let counted = "select json_build_object(
        'projects_active', count(*), 'projects_overdue', count(*) filter (where p.due_on < private.organization_today(o.id)),
        'projects_by_health', json_build_object('green', count(*) filter (where p.health = 'green'),
          'yellow', count(*) filter (where p.health = 'yellow'), 'red', count(*) filter (where p.health = 'red')),
        'budget_use', round(sum(p.spent) filter (where p.budget > 0) * 10000 / sum(p.budget) filter (where p.budget > 0)),
        'price_realisation', (select round(sum(m.price * (100 - m.discount_pct)) * 100 / sum(m.price))
          from public.client_commercials m join public.clients c on c.id = m.client_id
          where c.organization_id = o.id and c.status = 'active'))::text
      from public.projects p join public.organizations o on o.id = p.organization_id
      where o.slug = 'marlowick' and p.status = 'active' group by o.id";
    let counted: Value = serde_json::from_str(&rig.value(counted).await).unwrap();
    for (name, figure) in counted.as_object().unwrap() {
        assert_eq!(&portfolio[name], figure, "{name}");
    }
    // As many alerts as the forecast shows, each with its key, its severity and its figure.
    let told = rig
        .value(
            "select json_agg(json_build_object('key', event_key, 'severity', payload ->> 'severity') order by event_key)::text
             from public.analytics_events e join public.organizations o on o.id = e.organization_id
             where o.slug = 'marlowick' and e.user_id is null
               and e.idempotency_key ~ ('^alert:.*:' || private.organization_today(o.id) || '$')",
        )
        .await;
    let told: Vec<Value> = serde_json::from_str(&told).unwrap();
    let mut expected: Vec<Value> = shown["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            json!({
                "key": format!("pipeline.alert.{}", alert["kind"].as_str().unwrap()),
                "severity": alert["severity"],
            })
        })
        .collect();
    let words = |all: &mut Vec<Value>| all.sort_by_key(ToString::to_string);
    let mut told = told;
    words(&mut told);
    words(&mut expected);
    assert!(!told.is_empty());
    assert_eq!(told, expected);
}

#[tokio::test]
async fn figures_are_kept_when_a_person_asks_for_it() {
    let rig = Rig::of_today().await;
    let worker = worker(&rig);
    let admin = rig.program(ADMIN).await;
    let kept = async |query: &str| -> KeptFigures {
        let reply = admin.get(&format!("/api/overview/kept{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text());
        reply.json::<Envelope<KeptFigures>>().data
    };
    assert_ne!(worker.pass(true).await.jobs, 0);
    let first = kept("").await;
    let at = first.kept_today_at.unwrap();
    let today = first.days.first().unwrap().0;
    // A week ago when no day is named, as the forecast has it; the demo keeps 90 days.
    assert_eq!(first.day.unwrap().day, today.checked_sub(7.days()).unwrap());
    rig.sql(
        "update public.opportunities set amount = amount + 1000 where name = (
           select min(o.name) from public.opportunities o
           join public.organizations r on r.id = o.organization_id and r.slug = 'marlowick'
           where o.stage = 'Proposal')",
    )
    .await;
    assert_eq!(worker.pass(true).await.jobs, 0, "nothing is due");
    for _ in 0..2 {
        let reply = admin.post("/api/overview/kept", &json!({})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    // Not early: whoever asks waits for no hour. Twice asked, once done.
    let due = "select coalesce(string_agg(job, ' '), '') from private.daily_work where asked_at is not null";
    assert_eq!(rig.value(due).await, "snapshots");
    assert_eq!((worker.pass(false).await.jobs, worker.pass(false).await.jobs), (1, 0));
    assert_eq!(rig.value(due).await, "");
    let again = kept(&format!("?day={today}")).await;
    assert!(again.kept_today_at.unwrap() > at);
    assert_eq!(again.days, first.days, "one of each kind a day");
    let figure = |kept: &KeptFigures, name| {
        let day = kept.day.as_ref().unwrap();
        day.figures.iter().find(|figure| figure.name == name).and_then(|figure| figure.value.value().copied())
    };
    let overview: Envelope<Overview> = admin.get("/api/overview").await.json();
    let mut compared = 0;
    for figure in &again.day.as_ref().unwrap().figures {
        let now = overview.data.tiles.iter().find_map(|tile| tile.figure(figure.name)).unwrap().now;
        assert_eq!(figure.value, now, "{}", figure.name);
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
    assert!(figure(&again, FigureName::Mrr).is_some());

    // Staff read what they may; whoever may not see the money asks for nothing.
    let member = rig.program(MEMBER).await;
    let seen: Envelope<KeptFigures> = member.get(&format!("/api/overview/kept?day={today}")).await.json();
    assert_eq!(figure(&seen.data, FigureName::Mrr), None);
    assert!(figure(&seen.data, FigureName::OpenValue).is_some());
    assert_eq!(member.post("/api/overview/kept", &json!({})).await.refusal(), (403, ErrorCode::Forbidden));
    let client = rig.program(CLIENT).await;
    assert_eq!(client.get("/api/overview/kept").await.refusal(), (403, ErrorCode::Forbidden));
    let tomorrow = today.tomorrow().unwrap();
    let reply = admin.get(&format!("/api/overview/kept?day={tomorrow}")).await;
    assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument));
    assert_eq!(reply.json::<Value>()["details"]["parameter"], "day");
    let long_ago = kept("?day=2001-01-01").await;
    assert_eq!((long_ago.day, long_ago.days), (None, first.days));
}

#[tokio::test]
async fn an_organization_that_fails_stops_no_other() {
    let rig = Rig::new().await;
    let marlowick = rig.organization("marlowick").await;
    rig.sql(&format!(
        "create function public.fail_here() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;
         create trigger fail_here before insert or update on public.dashboard_snapshots for each row
           when (new.organization_id = '{marlowick}') execute function public.fail_here()"
    ))
    .await;
    let pass = worker(&rig).pass(true).await;
    assert_eq!((pass.jobs, pass.failures), (9, 1));
    assert_eq!(worker(&rig).pass(true).await, Pass::default(), "left alone for a while");
    rig.sql("drop trigger fail_here on public.dashboard_snapshots; update private.daily_work set claimed_at = claimed_at - interval '6 minutes'").await;
    let pass = worker(&rig).pass(true).await;
    assert_eq!((pass.jobs, pass.failures), (1, 0), "and then it is done");
}

#[tokio::test]
async fn a_worker_ends_when_it_is_told_to_and_keeps_its_key_to_itself() {
    let rig = Rig::new().await;
    queue(&rig, 2).await;
    let worker = worker(&rig);
    let done = async {
        while !made(&rig).await.starts_with("failed1 succeeded1") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), worker.run(done)).await.expect("it ends soon after");
    assert!(!log().contains(rig.project.gateway.service_key()), "the key is in the log");
}

#[tokio::test]
async fn work_that_is_claimed_at_the_same_moment_goes_to_one_worker() {
    const CLAIM: &str = "select jsonb_array_length(public.service_claim_daily_work(500, true))";
    let rig = Rig::new().await;
    let (mut one, mut other) = (rig.connection().await, rig.connection().await);
    let claim = async |connection: &mut PgConnection| {
        sqlx::query_scalar::<_, i32>(CLAIM).fetch_one(connection).await.unwrap()
    };
    sqlx::query("begin").execute(&mut one).await.unwrap();
    assert_eq!(claim(&mut one).await, 10, "five works for two organizations");
    // The other one sees none of it yet, wants the same, and has to wait.
    let waiting =
        tokio::spawn(async move { sqlx::query_scalar::<_, i32>(CLAIM).fetch_one(&mut other).await.unwrap() });
    let waits = "select count(*)::text from pg_stat_activity where wait_event_type = 'Lock' and query like '%service_claim%'";
    while rig.value(waits).await != "1" {
        assert!(!waiting.is_finished(), "it did not wait");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    sqlx::query("commit").execute(&mut one).await.unwrap();
    assert_eq!(waiting.await.unwrap(), 0);
}
