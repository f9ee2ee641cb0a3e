//! How long does a session last, through ended tokens, outages and sign-outs?

use crate::rig::{ADMIN, Browser, MEMBER, Rig, TOKENS, now};
use local_stack::{Fault, Issuing, Signing, TestStack, Upstream};
use reqwest::{Method, StatusCode};
use revos_shared::ErrorCode;
use revos_shared::session::Member;
use serde_json::json;

const PASSWORD: &str = TestStack::PASSWORD;

/// Ends the browser's access token, so that only its refresh token is left.
async fn expire(rig: &Rig, browser: &Browser, email: &str) {
    let mut claims = rig.claims(email).await;
    claims["exp"] = json!(now() - 60);
    browser.set_cookie("access", Some(&rig.project.gateway.mint(&claims).unwrap()));
}

#[tokio::test]
async fn an_ended_access_token_is_exchanged_unseen() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let before = browser.cookie("refresh").unwrap();
    for access in ["expired", "missing", "garbage"] {
        match access {
            "expired" => expire(&rig, &browser, MEMBER).await,
            "missing" => browser.set_cookie("access", None),
            _ => browser.set_cookie("access", Some("garbage")),
        }
        let list = browser.clients("").await;
        assert_eq!(list.total, 14, "{access}");
        assert!(browser.cookie("access").is_some_and(|token| token.len() > 100));
    }
    assert_ne!(browser.cookie("refresh").unwrap(), before, "a refresh token is used once");
    assert_eq!(browser.get("/api/session").await.cookies().len(), 0, "a token that holds is kept");
}

#[tokio::test]
async fn twenty_requests_at_once_exchange_a_refresh_token_once() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    expire(&rig, &browser, MEMBER).await;
    let before = rig.token_requests();
    let asking: Vec<_> = (0..20)
        .map(|number| {
            let copy = browser.copy();
            let path =
                ["/api/clients", "/api/session", "/api/clients/summary", "/api/clients?limit=1"][number % 4];
            tokio::spawn(async move { (copy.get(path).await.status, copy.cookie("refresh").unwrap()) })
        })
        .collect();
    let mut refreshed = Vec::new();
    for asked in asking {
        let (status, refresh) = asked.await.unwrap();
        assert_eq!(status, StatusCode::OK);
        refreshed.push(refresh);
    }
    refreshed.dedup();
    assert_eq!((refreshed.len(), rig.token_requests() - before), (1, 1));
    // The new token goes on working, as one that was used once.
    browser.set_cookie("refresh", Some(&refreshed[0]));
    assert_eq!(browser.get("/api/session").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_is_exchanged_a_minute_before_it_ends() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let mut claims = rig.claims(MEMBER).await;
    for (seconds, exchanges) in [(90, 0), (45, 1)] {
        claims["exp"] = json!(now() + seconds);
        browser.set_cookie("access", Some(&rig.project.gateway.mint(&claims).unwrap()));
        let before = rig.token_requests();
        assert_eq!(browser.get("/api/session").await.status, StatusCode::OK);
        assert_eq!(rig.token_requests() - before, exchanges, "{seconds} s left");
    }
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_takes_its_cookies_away() {
    let rig = Rig::new().await;
    for (what, path) in [("a read", "/api/clients"), ("an exchange", "/api/session/refresh")] {
        let browser = rig.signed_in(MEMBER).await;
        rig.sql("delete from auth.sessions").await;
        expire(&rig, &browser, MEMBER).await;
        let method = if path.ends_with("refresh") { Method::POST } else { Method::GET };
        let reply = browser.send(browser.request(method, path)).await;
        assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated), "{what}");
        assert!(reply.removes_cookies(), "{what}: {:?}", reply.cookies());
    }
}

#[tokio::test]
async fn forged_refresh_cookies_end_like_ended_sessions() {
    let rig = Rig::new().await;
    let long = "x".repeat(3_000);
    for forged in ["abcdefghijkl", "garbage", "a.b.c", "'; drop table", &long] {
        let browser = rig.stranger();
        browser.set_cookie("refresh", Some(forged));
        let reply = browser.get("/api/clients").await;
        assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated), "{forged}");
    }
    let browser = rig.stranger();
    browser.set_cookie("refresh", Some("garbage"));
    assert!(browser.get("/api/session").await.removes_cookies());
}

#[tokio::test]
async fn somebody_who_was_banned_cannot_exchange() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    rig.sql(
        "update auth.users set banned_until = now() + interval '1 day' where email = 'member@example.com'",
    )
    .await;
    expire(&rig, &browser, MEMBER).await;
    let reply = browser.get("/api/clients").await;
    assert_eq!(reply.refusal(), (403, ErrorCode::NoMembership));
    assert_eq!(reply.error().details, Some(json!({ "deactivated": true })));
}

#[tokio::test]
async fn an_outage_of_auth_is_not_noticed_while_the_token_holds() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let mut claims = rig.claims(MEMBER).await;
    // About to end, so that an exchange is tried and fails.
    claims["exp"] = json!(now() + 40);
    browser.set_cookie("access", Some(&rig.project.gateway.mint(&claims).unwrap()));
    for fault in [
        Fault::Refuse,
        Fault::Status { status: 503, body: None, retry_after: None },
        Fault::Status { status: 500, body: None, retry_after: None },
        Fault::Status { status: 429, body: None, retry_after: None },
    ] {
        rig.project.gateway.faults().set(Upstream::Auth, fault.clone());
        let reply = browser.get("/api/clients?limit=3").await;
        assert_eq!(reply.status, StatusCode::OK, "{fault:?}: {}", reply.text());
        assert!(reply.cookies().is_empty());
    }
}

#[tokio::test]
async fn an_outage_of_auth_ends_no_session() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    expire(&rig, &browser, MEMBER).await;
    for (fault, status) in
        [(Fault::Refuse, 503), (Fault::Status { status: 502, body: None, retry_after: None }, 503)]
    {
        rig.project.gateway.faults().set(Upstream::Auth, fault);
        for (method, path) in [(Method::GET, "/api/clients"), (Method::POST, "/api/session/refresh")] {
            let reply = browser.send(browser.request(method, path)).await;
            assert_eq!(reply.refusal(), (status, ErrorCode::UpstreamUnavailable), "{path}");
            assert!(reply.cookies().is_empty(), "cookies are kept: {path}");
        }
    }
    rig.project.gateway.faults().set(Upstream::Auth, Fault::Hang);
    let request = browser.request(Method::GET, "/api/clients").header("x-revos-deadline-ms", "200");
    let reply = browser.send(request).await;
    assert_eq!((reply.refusal(), reply.cookies().len()), ((504, ErrorCode::UpstreamTimeout), 0));
    rig.project.gateway.faults().clear();
    assert_eq!(browser.get("/api/clients").await.status, StatusCode::OK, "and on it goes");
}

#[tokio::test]
async fn a_key_put_into_use_a_moment_ago_signs_nobody_out() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let old = browser.cookie("access").unwrap();
    rig.project.gateway.issue(Issuing { signing: Signing::Rotated, ..Issuing::default() });
    expire(&rig, &browser, MEMBER).await;
    assert_eq!(browser.get("/api/clients").await.status, StatusCode::OK);
    assert_eq!(rig.stranger().sign_in(ADMIN, PASSWORD).await.status, StatusCode::OK);
    // Tokens of the former key hold until they end.
    browser.set_cookie("access", Some(&old));
    assert_eq!(browser.get("/api/clients").await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_that_cannot_be_checked_end_no_session() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    rig.project.gateway.issue(Issuing { signing: Signing::Unpublished, ..Issuing::default() });
    expire(&rig, &browser, MEMBER).await;
    for (method, path) in [(Method::GET, "/api/clients"), (Method::POST, "/api/session/refresh")] {
        let reply = browser.send(browser.request(method, path)).await;
        assert_eq!(reply.refusal(), (502, ErrorCode::UpstreamUnreadable), "{path}");
        assert!(reply.cookies().is_empty(), "cookies are kept: {path}");
    }
    let reply = rig.stranger().sign_in(ADMIN, PASSWORD).await;
    assert_eq!((reply.refusal(), reply.cookies().len()), ((502, ErrorCode::UpstreamUnreadable), 0));
    rig.project.gateway.issue(Issuing::default());
    assert_eq!(browser.get("/api/clients").await.status, StatusCode::OK, "and on it goes");
}

#[tokio::test]
async fn a_clock_that_is_minutes_off_is_not_noticed() {
    let rig = Rig::new().await;
    for clock_ahead in [300, -300] {
        rig.project.gateway.issue(Issuing { clock_ahead, ..Issuing::default() });
        let browser = rig.stranger();
        assert_eq!(browser.sign_in(MEMBER, PASSWORD).await.status, StatusCode::OK, "{clock_ahead}");
        assert_eq!(browser.get("/api/clients").await.status, StatusCode::OK, "{clock_ahead}");
        // By one of the two clocks this token has ended, and the project's counts.
        let mut claims = rig.claims(MEMBER).await;
        claims["exp"] = json!(now() + if clock_ahead > 0 { 200 } else { 100 });
        browser.set_cookie("access", Some(&rig.project.gateway.mint(&claims).unwrap()));
        let before = rig.token_requests();
        assert_eq!(browser.get("/api/clients?limit=7").await.status, StatusCode::OK, "{clock_ahead}");
        assert_eq!(rig.token_requests() - before, u64::from(clock_ahead > 0), "{clock_ahead}");
    }
}

#[tokio::test]
async fn signing_in_during_an_outage_says_what_is_down() {
    let rig = Rig::new().await;
    let browser = rig.stranger();
    rig.project.gateway.faults().set(Upstream::Auth, Fault::Refuse);
    let reply = browser.sign_in(MEMBER, PASSWORD).await;
    assert_eq!((reply.refusal(), reply.cookies().len()), ((503, ErrorCode::UpstreamUnavailable), 0));
    rig.project.gateway.faults().clear();
    rig.project.gateway.faults().set(Upstream::Rest, Fault::Refuse);
    let reply = browser.sign_in(MEMBER, PASSWORD).await;
    assert_eq!((reply.refusal(), reply.cookies().len()), ((503, ErrorCode::UpstreamUnavailable), 0));
    assert_eq!(
        rig.value("select count(*)::text from auth.sessions").await,
        "0",
        "half a sign-in leaves nothing"
    );
}

#[tokio::test]
async fn an_exchange_on_request_answers_who_it_is() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let (access, refresh) = (browser.cookie("access").unwrap(), browser.cookie("refresh").unwrap());
    let reply = browser.send(browser.request(Method::POST, "/api/session/refresh")).await;
    assert_eq!(reply.json::<Member>().person.email, MEMBER);
    assert_ne!((access, refresh), (browser.cookie("access").unwrap(), browser.cookie("refresh").unwrap()));
    let stranger = rig.stranger();
    let reply = stranger.send(stranger.request(Method::POST, "/api/session/refresh")).await;
    assert_eq!(reply.refusal(), (401, ErrorCode::Unauthenticated));
}

/// Asks Auth itself to exchange a refresh token.
async fn exchange_at_auth(rig: &Rig, refresh: &str) -> StatusCode {
    let gateway = &rig.project.gateway;
    let request = crate::rig::http().post(format!("{}{TOKENS}?grant_type=refresh_token", gateway.url()));
    let request =
        request.header("apikey", gateway.publishable_key()).json(&json!({ "refresh_token": refresh }));
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere_it_is_known() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let first = browser.cookie("refresh").unwrap();
    // Exchanged once, so that the server remembers what the first token was exchanged for.
    expire(&rig, &browser, MEMBER).await;
    assert_eq!(browser.get("/api/session").await.status, StatusCode::OK);
    let second = browser.cookie("refresh").unwrap();
    let reply = browser.sign_out().await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::NO_CONTENT, 0));
    assert!(
        reply.removes_cookies() && browser.cookie("access").is_none() && browser.cookie("refresh").is_none()
    );
    assert_eq!(browser.get("/api/session").await.refusal(), (401, ErrorCode::Unauthenticated));
    for refresh in [&first, &second] {
        let thief = rig.stranger();
        thief.set_cookie("refresh", Some(refresh));
        assert_eq!(thief.get("/api/clients").await.refusal(), (401, ErrorCode::Unauthenticated));
        assert_eq!(exchange_at_auth(&rig, refresh).await, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn signing_out_with_an_ended_access_token_still_ends_the_session() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    expire(&rig, &browser, MEMBER).await;
    assert!(browser.sign_out().await.removes_cookies());
    assert_eq!(rig.value("select count(*)::text from auth.sessions").await, "0");
}

#[tokio::test]
async fn signing_out_here_or_everywhere() {
    let rig = Rig::new().await;
    let (here, there) = (rig.signed_in(MEMBER).await, rig.signed_in(MEMBER).await);
    let other = rig.signed_in(ADMIN).await;
    here.sign_out().await;
    let works = async |browser: &Browser| {
        exchange_at_auth(&rig, &browser.cookie("refresh").unwrap()).await.is_success()
    };
    assert!(works(&there).await);
    let here = rig.signed_in(MEMBER).await;
    let there = rig.signed_in(MEMBER).await;
    let reply = here.send(here.request(Method::DELETE, "/api/session?everywhere=true")).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert!(!works(&there).await && works(&other).await);
    let reply = here.send(here.request(Method::DELETE, "/api/session?everywhere=yes")).await;
    assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument));
}

#[tokio::test]
async fn signing_out_always_succeeds() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    let reply = stranger.sign_out().await;
    assert_eq!((reply.status, reply.removes_cookies()), (StatusCode::NO_CONTENT, true), "without a session");
    stranger.set_cookie("access", Some("garbage"));
    stranger.set_cookie("refresh", Some("garbage"));
    assert!(stranger.sign_out().await.removes_cookies(), "with forged cookies");
    let browser = rig.signed_in(MEMBER).await;
    for fault in [Fault::Refuse, Fault::Status { status: 500, body: None, retry_after: None }] {
        rig.project.gateway.faults().set(Upstream::Auth, fault);
        let copy = browser.copy();
        let reply = copy.sign_out().await;
        assert_eq!((reply.status, reply.removes_cookies()), (StatusCode::NO_CONTENT, true), "with Auth down");
    }
}
