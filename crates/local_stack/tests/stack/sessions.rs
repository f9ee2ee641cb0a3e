//! Do refresh tokens rotate, and do sessions end, as in Supabase Auth?

use std::time::Duration;

use local_stack::{GatewayOptions, TestStack};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::caller::{Caller, Tokens, refusal, send};

/// A project in which a spent token is worthless at once.
fn strict(options: GatewayOptions) -> GatewayOptions {
    GatewayOptions { refresh_reuse_interval: Duration::ZERO, ..options }
}

#[tokio::test]
async fn an_exchange_gives_a_new_token_of_the_same_session() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let first = caller.sign_in("admin@example.com").await;
    let (status, body) = caller.refresh(&first.refresh).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let second = Tokens::of(&body);
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(body["user"]["email"], "admin@example.com");
    let session = |tokens: &Tokens| {
        let payload = tokens.access.split('.').nth(1).unwrap().to_owned();
        let bytes =
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()["session_id"].clone()
    };
    assert_eq!(session(&first), session(&second));
    assert_eq!(caller.get_as(&second, "/auth/v1/user").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again() {
    let stack = TestStack::shared().await.unwrap();
    let project = stack.project_with(strict).await.unwrap();
    let caller = Caller::new(&project);
    let first = caller.sign_in("admin@example.com").await;
    let second = Tokens::of(&caller.refresh(&first.refresh).await.1);
    // The parent of the active token gives that one again, however late (as in Supabase Auth).
    let again = Tokens::of(&caller.refresh(&first.refresh).await.1);
    assert_eq!(again.refresh, second.refresh);
}

#[tokio::test]
async fn exchanges_at_once_end_with_one_active_token() {
    let stack = TestStack::shared().await.unwrap();
    let crowded = |options| GatewayOptions { auth_connections: 4, ..options };
    let project = stack.project_with(crowded).await.unwrap();
    let caller = Caller::new(&project);
    let mut token = caller.sign_in("admin@example.com").await.refresh;
    // The connections are opened in the first round; from then on the exchanges really meet.
    for _ in 0..4 {
        let exchange = || caller.refresh(&token);
        let (a, b, c, d) = tokio::join!(exchange(), exchange(), exchange(), exchange());
        let given = [a, b, c, d].map(|answer| Tokens::of(&answer.1).refresh);
        assert!(given.iter().all(|other| *other == given[0]), "{given:?}");
        token.clone_from(&given[0]);
    }
}

#[tokio::test]
async fn an_older_token_works_again_inside_the_interval() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let first = caller.sign_in("admin@example.com").await;
    let second = Tokens::of(&caller.refresh(&first.refresh).await.1);
    let third = Tokens::of(&caller.refresh(&second.refresh).await.1);
    let (status, body) = caller.refresh(&first.refresh).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(![second.refresh, third.refresh].contains(&Tokens::of(&body).refresh));
}

#[tokio::test]
async fn a_stolen_token_ends_the_session_outside_the_interval() {
    let stack = TestStack::shared().await.unwrap();
    let project = stack.project_with(strict).await.unwrap();
    let caller = Caller::new(&project);
    let first = caller.sign_in("admin@example.com").await;
    let elsewhere = caller.sign_in("admin@example.com").await;
    let second = Tokens::of(&caller.refresh(&first.refresh).await.1);
    let third = Tokens::of(&caller.refresh(&second.refresh).await.1);
    let answer = caller.refresh(&first.refresh).await;
    assert_eq!(refusal(&answer), (400, "refresh_token_already_used"));
    assert_eq!(answer.1["msg"], "Invalid Refresh Token: Already Used");
    let answer = caller.refresh(&third.refresh).await;
    assert_eq!(refusal(&answer), (400, "refresh_token_already_used"), "the newest is worthless too");
    assert_eq!(caller.refresh(&elsewhere.refresh).await.0, StatusCode::OK, "other sessions stay");
}

#[tokio::test]
async fn an_unknown_token_is_not_found() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let answer = caller.refresh("abcdefghijkl").await;
    assert_eq!(refusal(&answer), (400, "refresh_token_not_found"));
}

#[tokio::test]
async fn sign_out_ends_the_sessions_of_its_scope() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let sign_out = async |tokens: &Tokens, scope: &str| {
        let path = format!("/auth/v1/logout{scope}");
        send(caller.request(Method::POST, &path).bearer_auth(&tokens.access)).await
    };
    let lives = async |tokens: &Tokens| {
        let user = caller.get_as(tokens, "/auth/v1/user").await.0 == StatusCode::OK;
        let refresh = caller.refresh(&tokens.refresh).await.0 == StatusCode::OK;
        assert_eq!(user, refresh, "both tokens live or neither");
        user
    };
    let email = "director@example.com";
    let (a, b, c) = (caller.sign_in(email).await, caller.sign_in(email).await, caller.sign_in(email).await);
    let other = caller.sign_in("admin@example.com").await;

    assert_eq!(refusal(&sign_out(&a, "?scope=world").await), (400, "validation_failed"));
    assert_eq!(sign_out(&a, "?scope=local").await.0, StatusCode::NO_CONTENT);
    assert!(!lives(&a).await);
    assert!(lives(&b).await && lives(&c).await);
    assert_eq!(sign_out(&b, "?scope=others").await.0, StatusCode::NO_CONTENT);
    assert!(lives(&b).await);
    assert!(!lives(&c).await);
    let d = caller.sign_in(email).await;
    assert_eq!(sign_out(&b, "").await.0, StatusCode::NO_CONTENT);
    assert!(!lives(&b).await && !lives(&d).await);
    assert!(lives(&other).await, "other people stay signed in");
    assert_eq!(refusal(&sign_out(&a, "").await), (403, "session_not_found"));
    let answer = caller.refresh(&a.refresh).await;
    assert_eq!(refusal(&answer), (400, "refresh_token_not_found"));
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one_and_ends_other_sessions() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let email = "member@example.com";
    let (here, there) = (caller.sign_in(email).await, caller.sign_in(email).await);
    let change = async |body: serde_json::Value| {
        send(caller.request(Method::PUT, "/auth/v1/user").bearer_auth(&here.access).json(&body)).await
    };
    assert_eq!(refusal(&change(json!({ "password": "short" })).await), (422, "weak_password"));
    let same = change(json!({ "password": TestStack::PASSWORD })).await;
    assert_eq!(refusal(&same), (422, "same_password"));
    let (status, body) = change(json!({ "password": "another password", "data": { "tour": "done" } })).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["user_metadata"]["tour"], "done");
    assert_eq!(caller.try_sign_in(email, TestStack::PASSWORD).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(caller.try_sign_in(email, "another password").await.0, StatusCode::OK);
    assert_eq!(caller.get_as(&here, "/auth/v1/user").await.0, StatusCode::OK);
    assert_eq!(refusal(&caller.get_as(&there, "/auth/v1/user").await), (403, "session_not_found"));
}
