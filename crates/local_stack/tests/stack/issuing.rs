//! Do keys change, and does the project's clock differ, as a test says?

use std::time::{Duration, SystemTime};

use local_stack::{Fault, Issuing, Project, Signing, TestStack, Upstream};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::caller::{Caller, Tokens, send};

const CLIENTS: &str = "/rest/v1/clients?select=id&limit=1";

async fn published(caller: &Caller<'_>) -> Vec<String> {
    let (_, set) = send(caller.bare(Method::GET, "/auth/v1/.well-known/jwks.json")).await;
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn part(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn kid(tokens: &Tokens) -> String {
    part(&tokens.access, 0)["kid"].as_str().unwrap().to_owned()
}

async fn project() -> Project {
    TestStack::shared().await.unwrap().project().await.unwrap()
}

#[tokio::test]
async fn another_key_signs_and_old_tokens_stay_good() {
    let project = project().await;
    let caller = Caller::new(&project);
    let before = caller.sign_in("admin@example.com").await;
    assert_eq!(published(&caller).await, [kid(&before)]);
    for (signing, is_published) in [(Signing::Rotated, true), (Signing::Unpublished, false)] {
        project.gateway.issue(Issuing { signing, ..Issuing::default() });
        let after = caller.sign_in("admin@example.com").await;
        assert_ne!(kid(&after), kid(&before));
        let keys = published(&caller).await;
        assert!(keys.contains(&kid(&before)), "{signing:?}");
        assert_eq!(keys.contains(&kid(&after)), is_published, "{signing:?}");
        for tokens in [&before, &after] {
            assert_eq!(caller.get_as(tokens, CLIENTS).await.0, StatusCode::OK, "{signing:?}");
            assert_eq!(caller.get_as(tokens, "/auth/v1/user").await.0, StatusCode::OK, "{signing:?}");
        }
    }
}

#[tokio::test]
async fn the_clock_of_a_project_may_be_wrong() {
    let project = project().await;
    let caller = Caller::new(&project);
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for ahead in [300_i64, -300] {
        project.gateway.issue(Issuing { clock_ahead: ahead, ..Issuing::default() });
        let tokens = caller.sign_in("admin@example.com").await;
        let ends = part(&tokens.access, 1)["exp"].as_i64().unwrap();
        let expected = i64::try_from(now()).unwrap() + ahead + 3_600;
        assert!((expected - 5..=expected).contains(&ends), "{ends} {expected}");
        let answer = caller.request(Method::GET, CLIENTS).bearer_auth(&tokens.access).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{ahead}");
        let date = answer.headers()["date"].to_str().unwrap().to_owned();
        let told = httpdate::parse_http_date(&date).unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let told = i64::try_from(told.as_secs()).unwrap() - i64::try_from(now()).unwrap();
        assert!((ahead - 3..=ahead).contains(&told), "{date}");
    }
    project.gateway.issue(Issuing { clock_ahead: 300, ..Issuing::default() });
    let mut claims = part(&caller.sign_in("admin@example.com").await.access, 1);
    claims["exp"] = json!(now() + 200);
    let ended = project.gateway.mint(&claims).unwrap();
    let answer = send(caller.request(Method::GET, CLIENTS).bearer_auth(&ended)).await;
    assert_eq!((answer.0, answer.1["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("PGRST303")));
}

#[tokio::test]
async fn requests_that_are_given_up_are_noticed() {
    let project = project().await;
    let caller = Caller::new(&project);
    let mut given_up = project.gateway.requests().given_up();
    assert_eq!(send(caller.request(Method::GET, "/auth/v1/health")).await.0, StatusCode::OK);
    assert_eq!(*given_up.borrow_and_update(), 0);
    project.gateway.faults().set(Upstream::Auth, Fault::Hang);
    let hanging = caller.request(Method::GET, "/auth/v1/health").timeout(Duration::from_millis(200));
    assert!(hanging.send().await.unwrap_err().is_timeout());
    tokio::time::timeout(Duration::from_secs(5), given_up.wait_for(|count| *count == 1))
        .await
        .unwrap()
        .unwrap();
}
