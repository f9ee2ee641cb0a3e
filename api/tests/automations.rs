//! Are playbooks saved with all their steps or not at all, and runs started and retried once?

use crate::client_changes::field;
use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, Rig};
use reqwest::StatusCode;
use revos_shared::automations::{
    AutomationRun, Playbook, PlaybookStanding, PlaybookStatus, Reason, RunStanding, StartedRun, StepStatus,
};
use revos_shared::kernel::work::RunStatus;
use revos_shared::{Envelope, ErrorCode};
use serde_json::{Value, json};

const PLAYBOOKS: &str = "/api/automations/playbooks";
const RUNS: &str = "/api/automations/runs";

fn two_steps() -> Value {
    json!({
        "name": " Onboarding ", "description": "  ", "trigger_event": "manual",
        "steps": [
            { "workspace": "delivery", "action": "create_kanban_item", "config": { "title": "Workshop" } },
            { "workspace": "finance", "action": "schedule_invoices", "config": { "count": 3 } },
        ],
    })
}

/// An opportunity of the Member's, worth 1,000.00.
async fn opportunity(rig: &Rig) -> String {
    rig.value(
        "insert into public.opportunities (organization_id, client_id, name, amount, owner_id)
         select u.organization_id, c.id, 'Sale', 1000, u.id from public.users u
         join lateral (select id from public.clients where organization_id = u.organization_id order by name limit 1) c on true
         where u.email = 'member@example.com' returning id::text",
    )
    .await
}

/// Does the next step of a run, as the worker does.
async fn advance(rig: &Rig, run: &StartedRun) {
    rig.sql(&format!("select public.service_advance_automation_run('{}')", run.id)).await;
}

#[tokio::test]
async fn a_playbook_is_saved_with_its_steps() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let reply = admin.post(PLAYBOOKS, &two_steps()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let made: Playbook = reply.json();
    assert_eq!((made.name.as_str(), &made.description, made.version), ("Onboarding", &None, 1));
    assert_eq!((made.status, made.steps.len()), (PlaybookStatus::Draft, 2));
    let again = admin.post(PLAYBOOKS, &two_steps()).await;
    assert_eq!(
        (again.status, again.json::<Playbook>()),
        (StatusCode::OK, made.clone()),
        "the answer was lost"
    );
    let mut other = two_steps();
    other["steps"][0]["config"]["title"] = json!("Call");
    let refused = admin.post(PLAYBOOKS, &other).await;
    assert_eq!(refused.refusal(), (409, ErrorCode::Duplicate));
    assert_eq!(field(&refused), ("name".to_owned(), "duplicate".to_owned()));

    // The second step comes first and the first one goes.
    let path = format!("{PLAYBOOKS}/{}", made.id);
    let change = json!({
        "version": 1, "name": "Onboarding", "trigger_event": "closed_won",
        "steps": [
            { "id": made.steps[1].id, "workspace": "finance", "action": "schedule_invoices", "config": {} },
            { "workspace": "sales", "action": "record_note", "config": { "body": "Won." } },
        ],
    });
    let changed: Playbook = admin.put(&path, &change).await.json();
    assert_eq!((changed.version, changed.steps[0].id), (2, made.steps[1].id));
    assert_eq!(changed.steps[1].config.body.as_deref(), Some("Won."));
    // Who read the first version hears what it is now, steps and all.
    let stale = admin.put(&path, &change).await;
    assert_eq!(stale.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(serde_json::from_value::<Playbook>(stale.error().details.unwrap()).unwrap(), changed);
    let listed: Envelope<Vec<Playbook>> = admin.get(PLAYBOOKS).await.json();
    assert!(listed.data.contains(&changed) && !listed.truncated);
}

#[tokio::test]
async fn a_step_that_cannot_be_done_is_named_with_its_field() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let mut wrong = two_steps();
    wrong["steps"][1]["config"] = json!({ "count": 61, "title": "x" });
    let refused = admin.post(PLAYBOOKS, &wrong).await;
    assert_eq!(refused.refusal(), (422, ErrorCode::ValidationFailed));
    assert_eq!(
        refused.error().details.unwrap(),
        json!([
            { "row": 2, "field": "title", "key": "unknown_field" },
            { "row": 2, "field": "count", "key": "out_of_range" },
        ])
    );
    for (field, value) in [("action", json!("x")), ("workspace", json!(1)), ("config", json!({ "x": 1 }))] {
        let mut wrong = two_steps();
        wrong["steps"][0][field] = value;
        assert_eq!(admin.post(PLAYBOOKS, &wrong).await.refusal(), (400, ErrorCode::InvalidJson), "{field}");
    }
    let mut unread = two_steps();
    unread["steps"] = json!([]);
    let made: Playbook = admin.post(PLAYBOOKS, &two_steps()).await.json();
    let refused = admin.put(&format!("{PLAYBOOKS}/{}", made.id), &unread).await;
    assert_eq!(field(&refused), ("version".to_owned(), "required".to_owned()));
    // A step of another playbook is no step of this one, and nothing is written.
    let mut foreign = two_steps();
    foreign["name"] = json!("Another");
    foreign["steps"][0]["id"] = json!(made.steps[0].id);
    assert_eq!(admin.post(PLAYBOOKS, &foreign).await.refusal(), (404, ErrorCode::NotFound));
    assert_eq!(
        rig.value("select count(*)::text from public.automation_playbooks where name = 'Another'").await,
        "0"
    );
}

#[tokio::test]
async fn the_archive_is_final() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let made: Playbook = admin.post(PLAYBOOKS, &two_steps()).await.json();
    let path = format!("{PLAYBOOKS}/{}/status", made.id);
    let set = async |status: &str, version: u32| {
        admin.post(&path, &json!({ "version": version, "status": status })).await
    };
    assert_eq!(set("active", 1).await.json::<PlaybookStanding>().status, PlaybookStatus::Active);
    assert_eq!(set("active", 2).await.json::<PlaybookStanding>().version, 2, "as it is already");
    assert_eq!(set("paused", 1).await.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(set("archived", 2).await.json::<PlaybookStanding>().status, PlaybookStatus::Archived);
    assert_eq!(set("active", 3).await.refusal(), (409, ErrorCode::InvalidTransition));
    let mut change = two_steps();
    change["version"] = json!(3);
    let refused = admin.put(&format!("{PLAYBOOKS}/{}", made.id), &change).await;
    assert_eq!(refused.refusal(), (409, ErrorCode::InvalidTransition));
    let start = json!({ "request_id": "00000000-0000-4000-8000-0000000000aa" });
    let refused = admin.post(&format!("{PLAYBOOKS}/{}/runs", made.id), &start).await;
    assert_eq!(refused.refusal(), (409, ErrorCode::InvalidTransition));
}

#[tokio::test]
async fn a_run_is_started_once_and_retried_from_the_step_that_failed() {
    let rig = Rig::new().await;
    let (admin, director) = (rig.program(ADMIN).await, rig.program(DIRECTOR).await);
    let playbook: Playbook = admin.post(PLAYBOOKS, &two_steps()).await.json();
    admin
        .post(&format!("{PLAYBOOKS}/{}/status", playbook.id), &json!({ "version": 1, "status": "active" }))
        .await;
    let sale = opportunity(&rig).await;
    let start = json!({
        "request_id": "00000000-0000-4000-8000-0000000000aa", "entity_type": "opportunity", "entity_id": sale,
    });
    let path = format!("{PLAYBOOKS}/{}/runs", playbook.id);
    let reply = director.post(&path, &start).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let run: StartedRun = reply.json();
    let again = director.post(&path, &start).await;
    assert_eq!(again.status, StatusCode::OK, "the same request");
    assert_eq!(again.json::<StartedRun>(), StartedRun { repeated: true, ..run });
    assert!(!run.repeated);
    let mut other = start.clone();
    other["entity_type"] = json!("client");
    assert_eq!(director.post(&path, &other).await.refusal(), (409, ErrorCode::IdempotencyMismatch));

    rig.sql(&format!("update public.opportunities set amount = 0.01 where id = '{sale}'")).await;
    advance(&rig, &run).await;
    advance(&rig, &run).await;
    let read = async |query: &str| -> Envelope<Vec<AutomationRun>> {
        director.get(&format!("{RUNS}?{query}")).await.json()
    };
    let failed = read(&format!("opportunity_id={sale}")).await.data.remove(0);
    assert_eq!((failed.status, failed.error), (RunStatus::Failed, Some(Reason::NothingToInvoice)));
    assert_eq!(failed.entity_name.as_deref(), Some("Sale"));
    let card = failed.steps[0].output.clone().unwrap().kanban_item_id;
    assert!(card.is_some() && failed.steps[1].error == Some(Reason::NothingToInvoice));

    rig.sql(&format!("update public.opportunities set amount = 1000 where id = '{sale}'")).await;
    let path = format!("{RUNS}/{}/retries", run.id);
    let retry = json!({ "version": failed.version });
    let retried: RunStanding = director.post(&path, &retry).await.json();
    assert_eq!(retried.status, RunStatus::Queued);
    assert_eq!(admin.post(&path, &retry).await.json::<RunStanding>(), retried, "a colleague's click");
    advance(&rig, &run).await;
    let done = read(&format!("run_id={}", run.id)).await.data.remove(0);
    assert_eq!(done.status, RunStatus::Succeeded);
    assert_eq!(done.steps[0].output.clone().unwrap().kanban_item_id, card, "made once");
    assert_eq!(done.steps[1].output.clone().unwrap().invoice_ids.len(), 3);
    let sum = "select string_agg(amount::text, ' ' order by issue_date) from public.invoices where source = 'automation' and created_at > now() - interval '1 minute'";
    assert_eq!(rig.value(sum).await, "333.33 333.33 333.34");
    assert_eq!(
        director.post(&path, &json!({ "version": done.version })).await.refusal(),
        (409, ErrorCode::InvalidTransition)
    );
    assert_eq!(done.steps.iter().filter(|step| step.status == StepStatus::Succeeded).count(), 2);
}

#[tokio::test]
async fn a_run_goes_on_with_the_steps_that_it_began_with() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let playbook: Playbook = admin.post(PLAYBOOKS, &two_steps()).await.json();
    let path = format!("{PLAYBOOKS}/{}", playbook.id);
    admin.post(&format!("{path}/status"), &json!({ "version": 1, "status": "active" })).await;
    let sale = opportunity(&rig).await;
    rig.sql(&format!("update public.opportunities set amount = 0.01 where id = '{sale}'")).await;
    let start = json!({
        "request_id": "00000000-0000-4000-8000-0000000000ac", "entity_type": "opportunity", "entity_id": sale,
    });
    let run: StartedRun = admin.post(&format!("{path}/runs"), &start).await.json();
    advance(&rig, &run).await;
    advance(&rig, &run).await;
    // The step that failed is removed from the playbook, the other one is another one now.
    let mut change = two_steps();
    change["version"] = json!(2);
    change["steps"] = json!([{
        "id": playbook.steps[0].id, "workspace": "delivery", "action": "create_kanban_item", "config": { "title": "Later" },
    }]);
    assert_eq!(admin.put(&path, &change).await.status, StatusCode::OK);
    let read = async || -> AutomationRun {
        let mut runs: Envelope<Vec<AutomationRun>> =
            admin.get(&format!("{RUNS}?run_id={}", run.id)).await.json();
        runs.data.remove(0)
    };
    let failed = read().await;
    let config = |run: &AutomationRun, step: usize| run.steps[step].config.clone().unwrap();
    assert_eq!(config(&failed, 0).title.as_deref(), Some("Workshop"));
    assert_eq!((failed.error, config(&failed, 1).count), (Some(Reason::NothingToInvoice), Some(3)));
    rig.sql(&format!("update public.opportunities set amount = 1000 where id = '{sale}'")).await;
    let retry = json!({ "version": failed.version });
    let retried = admin.post(&format!("{RUNS}/{}/retries", run.id), &retry).await;
    assert_eq!(retried.status, StatusCode::OK, "{}", retried.text());
    advance(&rig, &run).await;
    let done = read().await;
    assert_eq!((done.status, done.error), (RunStatus::Succeeded, None));
    assert_eq!(done.steps[1].output.clone().unwrap().invoice_ids.len(), 3);
}

#[tokio::test]
async fn runs_are_read_a_page_at_a_time() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let all: Envelope<Vec<AutomationRun>> = member.get(&format!("{RUNS}?limit=100")).await.json();
    assert!(all.data.len() >= 3 && !all.truncated, "{}", all.data.len());
    let mut seen = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page: Envelope<Vec<AutomationRun>> = member.get(&format!("{RUNS}?{query}")).await.json();
        assert_eq!(page.total, all.total);
        let Some(last) = page.data.last() else { break };
        query = format!("limit=2&before_at={}&before_id={}", last.created_at, last.id);
        seen.extend(page.data);
    }
    assert_eq!(seen, all.data);
    for wrong in ["limit=0", "limit=101", "before_at=2026-01-01T00:00:00Z", "playbook_id=x"] {
        let refused = member.get(&format!("{RUNS}?{wrong}")).await;
        assert_eq!(refused.refusal(), (400, ErrorCode::InvalidArgument), "{wrong}");
    }
}

#[tokio::test]
async fn each_persona_does_what_it_may() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let playbook: Playbook = admin.post(PLAYBOOKS, &two_steps()).await.json();
    let path = format!("{PLAYBOOKS}/{}", playbook.id);
    admin.post(&format!("{path}/status"), &json!({ "version": 1, "status": "active" })).await;
    let mut change = two_steps();
    change["version"] = json!(2);
    let start = json!({ "request_id": "00000000-0000-4000-8000-0000000000ab" });
    let none = [403; 3];
    for (email, reads, [saves, switches, starts]) in [
        (MEMBER, 200, none),
        (CLIENT, 403, none),
        (DIRECTOR, 200, [403, 403, 201]),
        (ADMIN_B, 200, [404, 404, 404]),
    ] {
        let person = rig.program(email).await;
        assert_eq!(person.get(PLAYBOOKS).await.status, reads, "{email}");
        assert_eq!(person.get(RUNS).await.status, reads, "{email}");
        assert_eq!(person.put(&path, &change).await.status, saves, "{email}");
        let paused = json!({ "version": 2, "status": "paused" });
        assert_eq!(person.post(&format!("{path}/status"), &paused).await.status, switches, "{email}");
        assert_eq!(person.post(&format!("{path}/runs"), &start).await.status, starts, "{email}");
        let shown: Value = person.get(PLAYBOOKS).await.json();
        assert_eq!(shown.to_string().contains(&playbook.id.to_string()), reads == 200 && email != ADMIN_B);
    }
}

#[tokio::test]
async fn every_reason_of_a_step_has_its_word() {
    let rig = Rig::new().await;
    let told = "select string_agg(private.told_reason(key), ' ') from (
        select distinct (regexp_matches(prosrc, 'private\\.step_failed\\(''([a-z_]+)''\\)', 'g'))[1] as key from pg_proc
        order by 1) k";
    let mut words: Vec<_> =
        Reason::ALL.iter().map(|word| word.as_str()).filter(|word| *word != "refused").collect();
    words.sort_unstable();
    assert_eq!(rig.value(told).await, words.join(" "));
    assert_eq!(rig.value("select private.told_reason('duplicate key value')").await, "refused");
}
