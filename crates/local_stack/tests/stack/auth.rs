//! Does sign-in answer as Supabase Auth does?

use std::time::{Duration, Instant};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use local_stack::{SigningKey, TestStack};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::caller::{Caller, refusal, send};

#[tokio::test]
async fn a_password_gives_tokens_and_the_user() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let (status, body) = caller.try_sign_in("Admin@Example.com", TestStack::PASSWORD).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["user"]["email"], "admin@example.com");
    assert_eq!(body["user"]["role"], "authenticated");
    assert!(body["user"]["last_sign_in_at"].as_str().unwrap().contains('T'));
    assert!(!body.to_string().contains("argon2"), "the hash stays inside");
    let refresh = body["refresh_token"].as_str().unwrap();
    assert_eq!(refresh.len(), 12);
}

#[tokio::test]
async fn the_key_set_verifies_the_token_and_the_claims_are_supabases() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("member@example.com").await;
    // Without an API key, as on a hosted project.
    let (status, jwks) = send(caller.bare(Method::GET, "/auth/v1/.well-known/jwks.json")).await;
    assert_eq!(status, StatusCode::OK);
    let keys: JwkSet = serde_json::from_value(jwks).unwrap();
    let kid = jsonwebtoken::decode_header(&tokens.access).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&["authenticated"]);
    validation.set_issuer(&[project.gateway.issuer()]);
    let claims = jsonwebtoken::decode::<Value>(&tokens.access, &key, &validation).unwrap().claims;
    assert_eq!(claims["email"], "member@example.com");
    assert_eq!(claims["role"], "authenticated");
    assert_eq!(claims["aal"], "aal1");
    assert_eq!(claims["amr"][0]["method"], "password");
    assert_eq!(claims["is_anonymous"], false);
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
    let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        "aal amr app_metadata aud email exp iat is_anonymous iss phone role session_id sub user_metadata";
    assert_eq!(names.join(" "), expected);
}

#[tokio::test]
async fn wrong_password_and_unknown_address_get_the_same_answer() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let wrong = caller.try_sign_in("admin@example.com", "not the password").await;
    let unknown = caller.try_sign_in("nobody@example.com", "not the password").await;
    assert_eq!(wrong, unknown);
    assert_eq!(refusal(&wrong), (400, "invalid_credentials"));
    assert_eq!(wrong.1["msg"], "Invalid login credentials");
}

#[tokio::test]
async fn unknown_addresses_take_as_long_as_wrong_passwords() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let mut fastest = [Duration::MAX; 2];
    // In turns, so that a busy machine slows both down.
    for _ in 0..8 {
        for (email, fastest) in ["admin@example.com", "nobody@example.com"].iter().zip(&mut fastest) {
            let start = Instant::now();
            caller.try_sign_in(email, "not the password").await;
            *fastest = start.elapsed().min(*fastest);
        }
    }
    let [known, unknown] = fastest;
    // Without a hash to check, an unknown address would answer in a tenth of the time.
    assert!(unknown * 3 > known && known * 3 > unknown, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn newer_clients_get_errors_in_the_newer_form() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let request = caller
        .request(Method::POST, "/auth/v1/token?grant_type=password")
        .header("X-Supabase-Api-Version", "2024-01-01")
        .json(&json!({ "email": "admin@example.com", "password": "wrong" }));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["x-supabase-api-version"], "2024-01-01");
    assert_eq!(response.headers()["x-sb-error-code"], "invalid_credentials");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({ "code": "invalid_credentials", "message": "Invalid login credentials" }));
}

#[tokio::test]
async fn unusable_requests_are_refused_by_name() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let password = "/auth/v1/token?grant_type=password";
    let cases = [
        (password, json!({ "password": "x" }), "validation_failed"),
        (password, json!({ "email": "a@example.com", "phone": "1", "password": "x" }), "validation_failed"),
        (password, json!({ "email": 5 }), "bad_json"),
        ("/auth/v1/token?grant_type=magic", json!({}), "invalid_credentials"),
        ("/auth/v1/token", json!({}), "invalid_credentials"),
        ("/auth/v1/token?grant_type=refresh_token", json!({}), "validation_failed"),
        ("/auth/v1/token?grant_type=refresh_token", json!({ "refresh_token": "x" }), "validation_failed"),
    ];
    for (path, body, code) in cases {
        let answer = caller.post(path, &body).await;
        assert_eq!(refusal(&answer), (400, code), "{path} {body}");
    }
    let answer = send(caller.request(Method::POST, password).body("{\"email\"")).await;
    assert_eq!(refusal(&answer), (400, "bad_json"));
    let long = format!("{{\"email\": \"{}\"}}", "x".repeat(2 << 20));
    let answer = send(caller.request(Method::POST, password).body(long)).await;
    assert_eq!(refusal(&answer), (413, "request_entity_too_large"));
}

#[tokio::test]
async fn unconfirmed_and_banned_people_stay_outside() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let inside = caller.sign_in("member@example.com").await;
    caller
        .sql(
            "update auth.users set email_confirmed_at = null where email = 'director@example.com';
            update auth.users set banned_until = now() + interval '1 day' where email = 'member@example.com';
            update auth.users set banned_until = now() - interval '1 day' where email = 'member2@example.com';",
        )
        .await;
    let unconfirmed = caller.try_sign_in("director@example.com", TestStack::PASSWORD).await;
    assert_eq!(refusal(&unconfirmed), (400, "email_not_confirmed"));
    let guess = caller.try_sign_in("director@example.com", "not the password").await;
    assert_eq!(refusal(&guess), (400, "invalid_credentials"), "only who has the password learns why");
    let banned = caller.try_sign_in("member@example.com", TestStack::PASSWORD).await;
    assert_eq!(refusal(&banned), (400, "user_banned"));
    assert_eq!(refusal(&caller.refresh(&inside.refresh).await), (400, "user_banned"));
    assert_eq!(refusal(&caller.get_as(&inside, "/auth/v1/user").await), (403, "user_banned"));
    caller.sign_in("member2@example.com").await;
}

#[tokio::test]
async fn too_many_attempts_are_slowed_down() {
    let stack = TestStack::shared().await.unwrap();
    let change = |options| local_stack::GatewayOptions { token_requests_per_minute: 3, ..options };
    let project = stack.project_with(change).await.unwrap();
    let caller = Caller::new(&project);
    for _ in 0..3 {
        let answer = caller.try_sign_in("admin@example.com", "wrong").await;
        assert_eq!(refusal(&answer), (400, "invalid_credentials"));
    }
    let answer = caller.try_sign_in("admin@example.com", TestStack::PASSWORD).await;
    assert_eq!(refusal(&answer), (429, "over_request_rate_limit"));
}

#[tokio::test]
async fn the_key_is_needed_and_must_be_right() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    for path in ["/rest/v1/clients", "/auth/v1/settings", "/auth/v1/health"] {
        let (status, body) = send(caller.bare(Method::GET, path)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(body["message"], "No API key found in request");
        let (status, body) = send(caller.bare(Method::GET, path).header("apikey", "sb_publishable_x")).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(body["message"], "Invalid API key");
    }
    assert_eq!(send(caller.request(Method::GET, "/auth/v1/health")).await.1["name"], "GoTrue");
    assert_eq!(send(caller.request(Method::GET, "/auth/v1/settings")).await.1["external"]["email"], true);
    let (status, _) = send(caller.request(Method::GET, "/storage/v1/bucket")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_user_is_shown_to_real_tokens_only() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("admin@example.com").await;
    let (status, user) = caller.get_as(&tokens, "/auth/v1/user").await;
    assert_eq!(status, StatusCode::OK, "{user}");
    assert_eq!(user["email"], "admin@example.com");
    let none = send(caller.request(Method::GET, "/auth/v1/user")).await;
    assert_eq!(refusal(&none), (401, "no_authorization"));

    let ask =
        async |token: String| send(caller.request(Method::GET, "/auth/v1/user").bearer_auth(token)).await;
    let now = jiff::Timestamp::now().as_second();
    let sub = user["id"].clone();
    let mint = |claims: Value| project.gateway.mint(&claims).unwrap();
    let good = json!({ "sub": sub, "aud": "authenticated", "exp": now + 60 });
    assert_eq!(ask(mint(good.clone())).await.0, StatusCode::OK);
    let expired = mint(json!({ "sub": sub, "aud": "authenticated", "exp": now - 1 }));
    let stranger = SigningKey::generate().unwrap().sign(&good).unwrap();
    let renamed = project.gateway.signing_key().clone().renamed().sign(&good).unwrap();
    let nobody = mint(json!({ "sub": "00000000-0000-4000-8000-000000000000", "exp": now + 60 }));
    let no_session = mint(json!({
        "sub": sub, "exp": now + 60, "session_id": "00000000-0000-4000-8000-000000000000"
    }));
    for (token, code) in [
        (expired, "bad_jwt"),
        (stranger, "bad_jwt"),
        (renamed, "bad_jwt"),
        ("garbage".to_owned(), "bad_jwt"),
        (mint(json!({ "exp": now + 60 })), "bad_jwt"),
        (nobody, "user_not_found"),
        (no_session, "session_not_found"),
    ] {
        assert_eq!(refusal(&ask(token).await), (403, code));
    }
}
