//! Do outages look like outages, and end when they are lifted?

use std::time::{Duration, Instant};

use local_stack::{Fault, TestStack, Upstream};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::caller::{Caller, send};

#[tokio::test]
async fn a_refused_part_closes_the_connection_and_the_other_one_answers() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("admin@example.com").await;
    project.gateway.faults().set(Upstream::Rest, Fault::Refuse);
    let request = caller.request(Method::GET, "/rest/v1/clients").bearer_auth(&tokens.access);
    let error = request.send().await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    assert_eq!(caller.get_as(&tokens, "/auth/v1/user").await.0, StatusCode::OK);
    project.gateway.faults().clear();
    assert_eq!(caller.get_as(&tokens, "/rest/v1/clients").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_hanging_part_answers_nothing_until_it_is_lifted() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    project.gateway.faults().set(Upstream::Auth, Fault::Hang);
    let ask = || caller.request(Method::GET, "/auth/v1/health");
    let error = ask().timeout(Duration::from_millis(300)).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    let hanging = ask().send();
    let lift = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        project.gateway.faults().set(Upstream::Auth, Fault::None);
    };
    let (answer, ()) = tokio::join!(hanging, lift);
    assert!(!answer.unwrap_err().is_timeout(), "the hanging request is cut");
    assert_eq!(send(ask()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_status_is_answered_instead() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let body = json!({ "message": "name resolution failed" });
    let fault = Fault::Status { status: 503, body: Some(body.clone()), retry_after: None };
    project.gateway.faults().set(Upstream::Rest, fault);
    let answer = send(caller.request(Method::GET, "/rest/v1/clients")).await;
    assert_eq!(answer, (StatusCode::SERVICE_UNAVAILABLE, body));
}

#[tokio::test]
async fn latency_is_added_to_the_usual_answer() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    project.gateway.faults().set(Upstream::Auth, Fault::Latency { ms: 250, jitter_ms: 0 });
    let start = Instant::now();
    assert_eq!(send(caller.request(Method::GET, "/auth/v1/health")).await.0, StatusCode::OK);
    assert!(start.elapsed() >= Duration::from_millis(250));
}

#[tokio::test]
async fn browser_tests_switch_faults_and_count_requests_over_http() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let put = |body: Value| caller.bare(Method::PUT, "/local/v1/faults").json(&body);
    let (status, shown) = send(put(json!({ "rest": { "kind": "status", "status": 502 } }))).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    assert_eq!(
        shown,
        json!({ "rest": { "kind": "status", "status": 502 }, "auth": { "kind": "none" }, "keys": { "kind": "none" } })
    );
    assert_eq!(send(caller.bare(Method::GET, "/local/v1/faults")).await.1, shown);
    for _ in 0..2 {
        let answer = send(caller.request(Method::GET, "/rest/v1/clients?limit=1")).await;
        assert_eq!(answer.0, StatusCode::BAD_GATEWAY);
    }
    let report = send(caller.bare(Method::GET, "/local/v1/requests")).await.1;
    let expected = json!({
        "rest": { "count": 2, "requests": { "GET /rest/v1/clients": 2 } },
        "auth": { "count": 0, "requests": {} },
        "keys": { "count": 0, "requests": {} },
    });
    assert_eq!(report, expected);
    let reset = send(caller.bare(Method::DELETE, "/local/v1/requests")).await;
    assert_eq!(reset.0, StatusCode::NO_CONTENT);
    assert_eq!(project.gateway.requests().count(Upstream::Rest), 0);
    for wrong in [json!({ "rest": { "kind": "fire" } }), json!({ "disk": { "kind": "none" } }), json!([])] {
        assert_eq!(send(put(wrong)).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(
        project.gateway.faults().get(Upstream::Rest),
        Fault::Status { status: 502, body: None, retry_after: None }
    );
}

#[tokio::test]
async fn pages_and_foreign_names_do_not_reach_the_controls() {
    let stack = TestStack::shared().await.unwrap();
    let project = stack.project().await.unwrap();
    let caller = Caller::new(&project);
    let ask = || caller.bare(Method::GET, "/local/v1/faults");
    assert_eq!(send(ask()).await.0, StatusCode::OK);
    assert_eq!(send(ask().header("Origin", "http://127.0.0.1:8080")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(send(ask().header("Host", "evil.example")).await.0, StatusCode::FORBIDDEN);
    let without = |options| local_stack::GatewayOptions { controls: false, ..options };
    let project = stack.project_with(without).await.unwrap();
    let caller = Caller::new(&project);
    assert_eq!(send(caller.bare(Method::GET, "/local/v1/faults")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_stopping_gateway_does_not_wait_for_hanging_requests() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let url = format!("{}/rest/v1/clients", project.gateway.url());
    project.gateway.faults().set(Upstream::Rest, Fault::Hang);
    let hanging = tokio::spawn(crate::caller::client().get(url).send());
    while project.gateway.requests().count(Upstream::Rest) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let start = Instant::now();
    project.gateway.stop().await;
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn answers_arrive_spoilt_as_asked() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("admin@example.com").await;
    let ask = || caller.request(Method::GET, "/rest/v1/clients?select=name").bearer_auth(&tokens.access);
    let whole = ask().send().await.unwrap().text().await.unwrap();
    let play = |fault| project.gateway.faults().set(Upstream::Rest, fault);

    for (fault, least) in [(Fault::ResetAfterHeaders, 0), (Fault::ResetMidBody, whole.len() / 2)] {
        play(fault.clone());
        let mut response = ask().send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{fault:?}: the head comes");
        let mut got = 0;
        let error = loop {
            match response.chunk().await {
                Ok(Some(bytes)) => got += bytes.len(),
                Ok(None) => panic!("{fault:?}: the whole answer came"),
                Err(error) => break error,
            }
        };
        assert_eq!(got, least, "{fault:?}: {error}");
    }
    play(Fault::Truncate);
    assert_eq!(ask().send().await.unwrap().text().await.unwrap(), whole[..whole.len() / 2]);
    play(Fault::SlowBody { ms: 200 });
    let start = Instant::now();
    assert_eq!(ask().send().await.unwrap().text().await.unwrap(), whole);
    assert!(start.elapsed() >= Duration::from_millis(200));
    play(Fault::Html { status: 200 });
    assert!(ask().send().await.unwrap().text().await.unwrap().starts_with("<html>"));
    play(Fault::Oversize { bytes: 5_000 });
    assert_eq!(ask().send().await.unwrap().bytes().await.unwrap().len(), 5_000);
    play(Fault::Empty);
    assert_eq!(ask().send().await.unwrap().text().await.unwrap(), "[]");
    let retry_after = Some("soon".to_owned());
    play(Fault::Status { status: 429, body: None, retry_after });
    assert_eq!(ask().send().await.unwrap().headers()["retry-after"], "soon");
}

#[tokio::test]
async fn a_request_arrives_twice_when_asked_to() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("admin@example.com").await;
    let (_, organizations) = caller.get_as(&tokens, "/rest/v1/organizations?select=id").await;
    project.gateway.faults().set(Upstream::Rest, Fault::Duplicate);
    let add = caller.request(Method::POST, "/rest/v1/clients").bearer_auth(&tokens.access);
    let row = json!({ "name": "Twice", "status": "prospect", "organization_id": organizations[0]["id"] });
    assert_eq!(add.json(&row).send().await.unwrap().status(), StatusCode::CREATED);
    project.gateway.faults().clear();
    let (_, clients) = caller.get_as(&tokens, "/rest/v1/clients?select=name&name=eq.Twice").await;
    assert_eq!(clients.as_array().unwrap().len(), 2, "{clients}");
}

#[tokio::test]
async fn the_keys_fail_on_their_own() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    project.gateway.faults().set(Upstream::Keys, Fault::Refuse);
    let keys = || caller.request(Method::GET, "/auth/v1/.well-known/jwks.json");
    assert!(keys().send().await.is_err());
    assert_eq!(send(caller.request(Method::GET, "/auth/v1/health")).await.0, StatusCode::OK);
    project.gateway.faults().clear();
    assert_eq!(keys().send().await.unwrap().status(), StatusCode::OK);
}
