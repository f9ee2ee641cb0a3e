//! What becomes of the page's reports about itself, and what does the log never hold?

use crate::rig::{ADMIN, MEMBER, Reply, Rig, log};
use jiff::Timestamp;
use local_stack::{Fault, TestStack, Upstream};
use reqwest::{Method, StatusCode};
use revos_shared::ErrorCode;
use revos_shared::kernel::telemetry::TelemetryReply;
use serde_json::{Value, json};
use std::time::Instant;

fn record(event: &str) -> Value {
    json!({ "event": event, "level": "error", "at": Timestamp::now().to_string() })
}

fn with(mut record: Value, name: &str, value: Value) -> Value {
    record[name] = value;
    record
}

fn counted(reply: &Reply) -> (u32, u32) {
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
    let TelemetryReply { accepted, refused } = reply.json();
    (accepted, refused)
}

/// The log's lines about reports of this event.
fn lines(event: &str) -> Vec<Value> {
    let log = log();
    let all = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    all.filter(|line| line["fields"]["event"] == event).collect()
}

#[tokio::test]
async fn reports_are_written_with_who_and_where() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let report = json!({
        "event": "workspace_clients_fetch_failed_whole", "level": "warn", "message": "RevOS did not answer in time",
        "at": "2026-05-20T08:00:00Z", "route": "/clients", "release": "0.1.0", "tab_id": "tab-1", "reason": "timeout",
        "status": 504, "request_id": "an-earlier-request", "attempt": 3, "duration_ms": 10_000, "count": 2,
        "context": { "rows": 14, "panel": "churn" }, "a_field_of_a_newer_page": true,
    });
    let reply = browser.post("/api/telemetry", &json!({ "records": [report], "dropped": 0 })).await;
    assert_eq!(counted(&reply), (1, 0));
    let written = lines("workspace_clients_fetch_failed_whole");
    assert_eq!(written.len(), 1);
    let (line, span) = (&written[0], &written[0]["span"]);
    assert_eq!((&line["level"], &line["target"]), (&json!("WARN"), &json!("client")));
    assert_eq!(span["request_id"], reply.header("x-request-id").unwrap());
    assert_eq!(span["user_id"], rig.user_id(MEMBER).await);
    assert_eq!(span["organization_id"], rig.organization("marlowick").await);
    let fields = &line["fields"];
    assert_eq!(
        (&fields["reason"], &fields["status"], &fields["attempt"]),
        (&json!("timeout"), &json!(504), &json!(3))
    );
    assert_eq!((&fields["failed_request_id"], &fields["count"]), (&json!("an-earlier-request"), &json!(2)));
    assert_eq!(fields["context"], "{\"panel\":\"churn\",\"rows\":14}");
    assert!(!line.to_string().contains("a_field_of_a_newer_page"));
}

#[tokio::test]
async fn a_bad_record_costs_only_itself() {
    let rig = Rig::new().await;
    let person = rig.program(MEMBER).await;
    let good = || record("good_one");
    let bad = [
        json!(null),
        json!(1),
        json!("text"),
        json!([]),
        json!({}),
        with(good(), "event", json!("")),
        with(good(), "event", json!("With Spaces")),
        with(good(), "event", json!("x".repeat(81))),
        with(good(), "event", json!("line\nbreak")),
        with(good(), "level", json!("fatal")),
        with(good(), "at", json!("yesterday")),
        with(good(), "message", json!("x".repeat(301))),
        with(good(), "route", json!("x".repeat(301))),
        with(good(), "reason", json!("No Word")),
        with(good(), "request_id", json!("x".repeat(301))),
        with(good(), "status", json!(-1)),
        with(good(), "count", json!("two")),
        with(good(), "context", json!([1])),
        with(good(), "context", json!({ "x": "x".repeat(4_100) })),
    ];
    let mut records = vec![good()];
    records.extend(bad.iter().cloned());
    records.push(with(good(), "message", json!("é".repeat(300))));
    let reply = person.post("/api/telemetry", &json!({ "records": records })).await;
    assert_eq!(counted(&reply), (2, u32::try_from(bad.len()).unwrap()));
    assert_eq!(counted(&person.post("/api/telemetry", &json!({ "records": [] })).await), (0, 0));
}

#[tokio::test]
async fn a_report_cannot_forge_a_line_of_the_log() {
    let rig = Rig::new().await;
    let person = rig.program(MEMBER).await;
    let forged = with(
        record("forged_line"),
        "message",
        json!("a\n{\"level\":\"ERROR\",\"fields\":{\"event\":\"injected_line\"}}\u{1b}[31m"),
    );
    assert_eq!(counted(&person.post("/api/telemetry", &json!({ "records": [forged] })).await), (1, 0));
    assert_eq!((lines("forged_line").len(), lines("injected_line").len()), (1, 0));
}

#[tokio::test]
async fn batches_have_limits() {
    let rig = Rig::new().await;
    let person = rig.program(MEMBER).await;
    let batch = |count: usize| json!({ "records": vec![record("one_of_many"); count] });
    assert_eq!(counted(&person.post("/api/telemetry", &batch(50)).await), (50, 0));
    let reply = person.post("/api/telemetry", &batch(51)).await;
    assert_eq!(reply.refusal(), (413, ErrorCode::PayloadTooLarge));
    let large = json!({ "records": [with(record("large"), "padding", json!("x".repeat(65 * 1024)))] });
    assert_eq!(person.post("/api/telemetry", &large).await.refusal(), (413, ErrorCode::PayloadTooLarge));
    let below = json!({ "records": [with(record("below"), "padding", json!("x".repeat(60 * 1024)))] });
    assert_eq!(counted(&person.post("/api/telemetry", &below).await), (1, 0), "unknown fields are dropped");
    for body in ["{", "[]", "{}", "{\"records\":{}}", "{\"records\":[],\"dropped\":-1}", ""] {
        let request = person
            .request(Method::POST, "/api/telemetry")
            .header("content-type", "application/json")
            .body(body);
        assert_eq!(person.send(request).await.refusal(), (400, ErrorCode::InvalidJson), "{body}");
    }
}

#[tokio::test]
async fn sixty_batches_a_minute_and_no_more() {
    let rig = Rig::new().await;
    let (person, other) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    let started = Instant::now();
    let mut accepted = 0;
    let refused = loop {
        let reply = person.post("/api/telemetry", &json!({ "records": [] })).await;
        if reply.status != StatusCode::ACCEPTED {
            break reply;
        }
        accepted += 1;
    };
    assert_eq!(refused.refusal(), (429, ErrorCode::RateLimited));
    assert!(refused.headers.contains_key("retry-after") && refused.error().retry_at.is_some());
    // One more for each second that it took.
    assert!((60..=61 + started.elapsed().as_secs()).contains(&accepted), "{accepted}");
    assert_eq!(other.post("/api/telemetry", &json!({ "records": [] })).await.status, StatusCode::ACCEPTED);
    assert_eq!(person.get("/api/clients").await.status, StatusCode::OK, "reads have their own limit");
}

#[tokio::test]
async fn reports_need_a_session() {
    let rig = Rig::new().await;
    let before = lines("from_nobody").len();
    let reply = rig.stranger().post("/api/telemetry", &json!({ "records": [record("from_nobody")] })).await;
    assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated));
    assert_eq!(lines("from_nobody").len(), before);
}

#[tokio::test]
async fn no_secret_is_ever_logged_or_answered() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let mut secrets = vec![
        TestStack::PASSWORD.to_owned(),
        "a wrong password nobody has".to_owned(),
        "garbage-token-of-an-attacker".to_owned(),
    ];
    let mut replies = vec![];
    secrets.extend([browser.cookie("access").unwrap(), browser.cookie("refresh").unwrap()]);
    replies.push(browser.get("/api/clients").await);
    browser.set_cookie("access", Some("garbage-token-of-an-attacker"));
    replies.push(browser.get("/api/session").await);
    secrets.extend([browser.cookie("access").unwrap(), browser.cookie("refresh").unwrap()]);
    replies.push(browser.sign_in(ADMIN, "a wrong password nobody has").await);
    for part in [Upstream::Rest, Upstream::Auth] {
        for fault in [
            Fault::Refuse,
            Fault::Status { status: 500, body: None, retry_after: None },
            Fault::Status { status: 503, body: None, retry_after: None },
        ] {
            rig.project.gateway.faults().set(part, fault);
            replies.push(browser.get("/api/clients?limit=9").await);
            replies.push(browser.send(browser.request(Method::POST, "/api/session/refresh")).await);
            replies.push(browser.sign_in(MEMBER, TestStack::PASSWORD).await);
        }
        rig.project.gateway.faults().clear();
    }
    replies.push(browser.get("/api/clients?limit=9&q=eyJsecret").await);
    replies.push(browser.sign_out().await);
    let log = log();
    assert!(log.lines().count() > 10, "there is a log to look at");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "the log holds {secret}");
        assert!(
            replies.iter().all(|reply| !reply.text().contains(secret.as_str())),
            "an answer holds {secret}"
        );
    }
    // Whatever any test of this process did: no token begins otherwise.
    let line = log.lines().find(|line| line.contains("eyJ"));
    assert_eq!(line, None);
}
