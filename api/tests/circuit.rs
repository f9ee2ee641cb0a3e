//! What becomes of callers while an upstream keeps failing? They hear at once when it is tried again.

use crate::rig::{ADMIN, Browser, LIST, MEMBER, Reply, Rig, TOKENS, Wishes};
use jiff::Timestamp;
use local_stack::{Fault, TestStack, Upstream};
use reqwest::{Method, StatusCode};
use revos_shared::ErrorCode;
use serde_json::json;
use std::time::{Duration, Instant};
use supabase::Circuit;
use tokio::task::JoinSet;

/// Soon enough for a test.
const PROBES: Duration = Duration::from_millis(600);

async fn rig() -> Rig {
    let circuit = Circuit { probe_every: PROBES, ..Circuit::default() };
    Rig::with(Wishes { circuit, ..Wishes::default() }).await
}

/// The list fails until the circuit is open.
async fn opened(rig: &Rig, person: &Browser) {
    person.get("/api/session").await;
    rig.project.gateway.faults().set(Upstream::Rest, Fault::Refuse);
    for _ in 0..3 {
        person.get("/api/clients").await;
    }
    rig.project.gateway.requests().reset();
}

/// How long the answer asks to wait.
fn wait(reply: &Reply) -> Duration {
    assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable), "{}", reply.text());
    assert_eq!(reply.error().details, Some(json!({ "cause": "closed" })));
    assert!(reply.header("retry-after").is_some());
    let at = reply.error().retry_at.expect("an open circuit says when");
    Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default()
}

#[tokio::test]
async fn an_open_circuit_answers_reads_and_writes_at_once() {
    let rig = Rig::new().await;
    let person = rig.program(ADMIN).await;
    opened(&rig, &person).await;
    let mut times = Vec::new();
    for n in 0..100 {
        let request = match n % 2 {
            0 => person.request(Method::GET, "/api/clients"),
            _ => person.request(Method::POST, "/api/clients").json(&json!({ "name": "Nobody hears of it" })),
        };
        let started = Instant::now();
        let reply = person.send(request).await;
        times.push(started.elapsed());
        assert!(wait(&reply) <= Duration::from_secs(6), "5 s and a fifth");
    }
    assert_eq!(rig.rest_requests(), 0, "nothing of it reaches the upstream");
    times.sort();
    // 1 ms is promised of the server as deployed (`revos bench live`); this one is unoptimised and not alone.
    assert!(times[50] < Duration::from_millis(20), "{:?}", times[50]);
}

#[tokio::test]
async fn one_probe_for_all_who_wait_and_everything_comes_back() {
    let rig = rig().await;
    let person = rig.program(ADMIN).await;
    opened(&rig, &person).await;
    let ask = |count: u32| {
        let mut asking = JoinSet::new();
        for n in 0..count {
            let person = person.clone();
            // Each a read of its own.
            asking.spawn(async move { person.get(&format!("/api/clients?limit={}", 100 + n)).await });
        }
        asking.join_all()
    };
    tokio::time::sleep(PROBES.mul_f64(1.2)).await;
    for reply in ask(30).await {
        wait(&reply);
    }
    assert_eq!(rig.rest_requests(), 1, "one of them asks, once");
    rig.project.gateway.faults().clear();
    tokio::time::sleep(PROBES.mul_f64(1.2)).await;
    assert_eq!(person.get("/api/clients").await.status, StatusCode::OK);
    for reply in ask(10).await {
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
}

#[tokio::test]
async fn each_upstream_has_a_circuit_of_its_own() {
    let rig = Rig::new().await;
    let person = rig.signed_in(MEMBER).await;
    rig.project
        .gateway
        .faults()
        .set(Upstream::Auth, Fault::Status { status: 503, body: None, retry_after: None });
    for _ in 0..8 {
        let reply = rig.stranger().sign_in(MEMBER, TestStack::PASSWORD).await;
        assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable));
    }
    let asked = rig.project.gateway.requests().count_of(Upstream::Auth, "POST", TOKENS);
    assert_eq!(asked, 5 + 1, "five failures, and the sign-in of before");
    assert_eq!(person.get("/api/clients").await.status, StatusCode::OK, "rows come all the same");
    assert!(rig.stranger().sign_in(MEMBER, TestStack::PASSWORD).await.error().retry_at.is_some());
}

#[tokio::test]
async fn a_black_hole_opens_it_too_and_says_so() {
    let limits = supabase::Limits {
        connect: Duration::from_millis(100),
        first_byte: Duration::from_millis(150),
        ..Default::default()
    };
    let rig = Rig::with(Wishes { limits, ..Wishes::default() }).await;
    let person = rig.program(ADMIN).await;
    person.get("/api/session").await;
    rig.project.gateway.faults().set(Upstream::Rest, Fault::Hang);
    let mut last = None;
    for _ in 0..5 {
        last = Some(person.get("/api/clients").await);
    }
    let last = last.unwrap();
    assert_eq!(last.refusal(), (504, ErrorCode::UpstreamTimeout));
    assert!(last.error().retry_at.is_some(), "the failure that opens it says when, too");
    let reply = person.get("/api/clients").await;
    assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable));
    assert_eq!(reply.error().details, Some(json!({ "cause": "timeout" })));
    assert_eq!(rig.rest_requests_of("POST", LIST), 5);
}

#[tokio::test]
async fn refusals_and_strange_answers_open_nothing() {
    let rig = Rig::new().await;
    let person = rig.program(ADMIN).await;
    person.get("/api/session").await;
    for status in [200, 400, 403, 404, 429, 500] {
        rig.project
            .gateway
            .faults()
            .set(Upstream::Rest, Fault::Status { status, body: None, retry_after: None });
        rig.project.gateway.requests().reset();
        for _ in 0..7 {
            person.get("/api/clients").await;
        }
        assert!(rig.rest_requests() >= 7, "{status}: somebody is there and answers");
    }
}

#[tokio::test]
async fn what_stops_a_project_is_an_outage_and_what_is_too_much_says_for_how_long() {
    let rig = Rig::with(Wishes::of_the_stubborn()).await;
    let person = rig.program(ADMIN).await;
    person.get("/api/session").await;
    for status in [402, 520, 521, 522, 540, 544] {
        rig.project
            .gateway
            .faults()
            .set(Upstream::Rest, Fault::Status { status, body: None, retry_after: None });
        let reply = person.get("/api/clients").await;
        assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable), "{status}");
        assert_eq!(reply.error().details, Some(json!({ "cause": "gateway" })));
    }
    rig.project
        .gateway
        .faults()
        .set(Upstream::Rest, Fault::Status { status: 429, body: None, retry_after: None });
    let reply = person.get("/api/clients").await;
    assert_eq!((reply.refusal(), reply.header("retry-after")), ((429, ErrorCode::RateLimited), Some("60")));
}
