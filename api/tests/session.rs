//! Who can sign in, how often, and what is told to those who cannot?

use crate::rig::{ADMIN, ADMIN_B, CLIENT, MEMBER, MEMBER_2, Rig, Server, Wishes};
use jiff::Timestamp;
use local_stack::{TestStack, Upstream};
use reqwest::{Method, StatusCode, header};
use revos_shared::ErrorCode;
use revos_shared::session::endpoints::{DemoAccount, ServerInfo, ServerMode};
use revos_shared::session::{Capability, DEMO_PASSWORD, Member, Persona};
use serde_json::{Value, json};

const PASSWORD: &str = TestStack::PASSWORD;

#[tokio::test]
async fn signing_in_sets_two_cookies_that_scripts_cannot_read() {
    let rig = Rig::new().await;
    let browser = rig.stranger();
    let reply = browser.sign_in(MEMBER, PASSWORD).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(reply.cookies().len(), 2);
    for (line, name) in reply.cookies().iter().zip(["revos-access=", "revos-refresh="]) {
        assert!(
            line.starts_with(name) && line.contains("; HttpOnly") && line.contains("; SameSite=Lax"),
            "{line}"
        );
        assert!(line.contains("; Path=/") && !line.contains("Domain") && !line.contains("Secure"), "{line}");
    }
    assert!(!reply.text().contains(&browser.cookie("access").unwrap()), "no token in the body");
    assert!(!reply.text().contains(&browser.cookie("refresh").unwrap()));
    let member: Member = reply.json();
    assert_eq!((member.person.name.as_str(), member.person.persona), ("Juno Ashwick", Persona::Member));
    assert_eq!(
        (member.organization.slug.as_str(), member.organization.currency.as_str()),
        ("marlowick", "USD")
    );
    assert!(member.can(Capability::CLIENTS_READ) && !member.can(Capability::CLIENTS_WRITE_ALL));
    let session = browser.get("/api/session").await;
    assert_eq!(session.json::<Member>(), member);
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_the_host() {
    let rig = Rig::with(Wishes::default().setting("REVOS_PUBLIC_ORIGIN", "https://revos.example.com")).await;
    let browser = rig.stranger();
    let reply = browser.sign_in(MEMBER, PASSWORD).await;
    assert_eq!(reply.cookies().len(), 2);
    for line in reply.cookies() {
        assert!(line.starts_with("__Host-revos-") && line.contains("; Secure"), "{line}");
    }
    assert_eq!(browser.get("/api/session").await.status, StatusCode::OK);
    // A cookie that another host of the domain could have set is not one of ours.
    let other = rig.stranger();
    let access = browser.cookie("access").unwrap();
    let request =
        other.bare(Method::GET, "/api/session").header(header::COOKIE, format!("revos-access={access}"));
    assert_eq!(other.send(request).await.refusal(), (401, ErrorCode::Unauthenticated));
}

#[tokio::test]
async fn each_persona_has_its_capabilities() {
    let rig = Rig::new().await;
    let can = async |email: &str| rig.program(email).await.get("/api/session").await.json::<Member>();
    assert!(can(ADMIN).await.can(Capability::CLIENTS_WRITE_ALL));
    let client = can(CLIENT).await;
    assert!(
        !client.can(Capability::CLIENTS_READ)
            && client.person.client_id.is_some()
            && !client.person.persona.is_staff()
    );
    assert_eq!(can(ADMIN_B).await.organization.currency, "EUR");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_one_answer() {
    let rig = Rig::new().await;
    let browser = rig.stranger();
    let wrong = browser.sign_in(MEMBER, "not the password").await;
    let unknown = browser.sign_in("nobody@example.com", PASSWORD).await;
    let (mut one, mut other) = (wrong.error(), unknown.error());
    assert_eq!((wrong.status, one.code), (StatusCode::UNAUTHORIZED, ErrorCode::InvalidCredentials));
    (one.request_id, other.request_id) = (String::new(), String::new());
    assert_eq!((one, wrong.cookies().len()), (other, 0));
    assert_eq!(unknown.status, wrong.status);
    assert_eq!(rig.rest_requests(), 0);
}

#[tokio::test]
async fn people_without_an_active_membership_are_told_and_keep_no_session() {
    let rig = Rig::new().await;
    rig.sql(
        "update public.users set deactivated_at = now() where email = 'member2@example.com';
         update auth.users set email_confirmed_at = null where email = 'member.b@example.com';
         update auth.users set banned_until = now() + interval '1 day' where email = 'director@example.com';
         -- Whatever the person has left behind.
         set local session_replication_role = replica;
         delete from public.users where email = 'client.b@example.com'",
    )
    .await;
    let deactivated = Some(json!({ "deactivated": true }));
    for (email, code, details) in [
        (MEMBER_2, ErrorCode::NoMembership, deactivated.clone()),
        ("client.b@example.com", ErrorCode::NoMembership, None),
        ("member.b@example.com", ErrorCode::EmailNotConfirmed, None),
        ("director@example.com", ErrorCode::NoMembership, deactivated),
    ] {
        let browser = rig.stranger();
        let reply = browser.sign_in(email, PASSWORD).await;
        assert_eq!(reply.refusal(), (403, code), "{email}");
        assert_eq!((reply.error().details, reply.cookies().len()), (details, 0), "{email}");
    }
    assert_eq!(rig.value("select count(*)::text from auth.sessions").await, "0", "nothing is left behind");
}

#[tokio::test]
async fn a_valid_token_without_a_membership_opens_nothing() {
    let rig = Rig::new().await;
    rig.sql(
        "set local session_replication_role = replica;
         delete from public.users where email = 'member2@example.com'",
    )
    .await;
    let nobody = rig.program(MEMBER_2).await;
    for path in ["/api/session", "/api/clients", "/api/clients/summary"] {
        let reply = nobody.get(path).await;
        assert_eq!(reply.refusal(), (403, ErrorCode::NoMembership), "{path}");
        assert_eq!(reply.error().details, None);
    }
    let reply = nobody.post("/api/telemetry", &json!({ "records": [] })).await;
    assert_eq!(reply.refusal(), (403, ErrorCode::NoMembership));
}

#[tokio::test]
async fn attempts_are_limited_for_each_address() {
    let rig = Rig::with(Wishes::default().setting("REVOS_SIGN_INS_PER_MINUTE", "3")).await;
    let browser = rig.stranger();
    for _ in 0..3 {
        assert_eq!(browser.sign_in(MEMBER, "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let asked = rig.token_requests();
    // Not even with the right password, in whatever case the address is written.
    let reply = browser.sign_in("MEMBER@example.com", PASSWORD).await;
    assert_eq!(reply.refusal(), (429, ErrorCode::RateLimited));
    let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
    let retry_at = reply.error().retry_at.unwrap();
    let until = retry_at.duration_since(Timestamp::now()).as_secs_f64();
    assert!((1..=20).contains(&wait) && until > -1.0 && until <= 20.0, "{wait} s, {until} s");
    assert_eq!(rig.token_requests(), asked, "Auth is not asked");
    assert_eq!(browser.sign_in(ADMIN, PASSWORD).await.status, StatusCode::OK, "others are not affected");
}

#[tokio::test]
async fn attempts_are_limited_for_each_network_too() {
    let rig = Rig::with(
        Wishes::default()
            .setting("REVOS_SIGN_INS_PER_MINUTE", "1")
            .setting("REVOS_CLIENT_ADDRESS_HEADER", "x-real-ip"),
    )
    .await;
    let browser = rig.stranger();
    let attempt = async |number: u32, network: &str| {
        let body = json!({ "email": format!("guess{number}@example.com"), "password": "wrong" });
        let request = browser.request(Method::POST, "/api/session").header("x-real-ip", network).json(&body);
        browser.send(request).await.status
    };
    for number in 0..6 {
        assert_eq!(attempt(number, "192.0.2.1").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(attempt(6, "192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    // What the caller itself wrote comes before what the proxy appended.
    assert_eq!(attempt(7, "203.0.113.9, 192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt(8, "192.0.2.2").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn requests_of_one_person_are_limited() {
    let rig = Rig::with(Wishes::default().setting("REVOS_REQUESTS_PER_MINUTE", "10")).await;
    let (member, admin) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    for _ in 0..10 {
        assert_eq!(member.get("/api/session").await.status, StatusCode::OK);
    }
    let reply = member.get("/api/clients").await;
    assert_eq!(reply.refusal(), (429, ErrorCode::RateLimited));
    assert!(reply.error().retry_at.is_some() && reply.headers.contains_key("retry-after"));
    assert_eq!(admin.get("/api/session").await.status, StatusCode::OK);
}

#[tokio::test]
async fn bodies_that_are_not_as_described_are_refused() {
    let rig = Rig::new().await;
    let browser = rig.stranger();
    let send = async |kind: Option<&str>, body: String| {
        let request = browser.request(Method::POST, "/api/session").body(body);
        let request = if let Some(kind) = kind { request.header("content-type", kind) } else { request };
        browser.send(request).await.refusal()
    };
    let json_type = Some("application/json");
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"email\":\"a@example.com\"}",
        "{\"email\":1,\"password\":\"x\"}",
        "{}x",
        "{\"email\":\"a@example.com\",\"password\":\"x\",\"role\":\"Admin\"}",
        "\u{feff}{}",
        "email=a&password=b",
        "{\"email\":\"a@example.com\",\"email\":\"b@example.com\",\"password\":\"x\"}",
    ] {
        assert_eq!(send(json_type, body.to_owned()).await, (400, ErrorCode::InvalidJson), "{body}");
    }
    let fine = json!({ "email": MEMBER, "password": PASSWORD }).to_string();
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
        Some(""),
    ] {
        assert_eq!(send(kind, fine.clone()).await, (415, ErrorCode::UnsupportedMediaType), "{kind:?}");
    }
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert_eq!(send(json_type, deep).await, (400, ErrorCode::InvalidJson));
    let large = json!({ "email": MEMBER, "password": "x".repeat(70_000) }).to_string();
    assert_eq!(send(json_type, large).await, (413, ErrorCode::PayloadTooLarge));
    for (email, password) in [
        ("", "x"),
        ("no-at-sign", "x"),
        ("@example.com", "x"),
        ("a@", "x"),
        ("a b@example.com", "x"),
        ("a\n@example.com", "x"),
        (MEMBER, ""),
        (MEMBER, &"x".repeat(257)),
        (&format!("{}@example.com", "x".repeat(250)), "x"),
    ] {
        let body = json!({ "email": email, "password": password }).to_string();
        assert_eq!(send(json_type, body).await, (422, ErrorCode::ValidationFailed), "{email:?}");
    }
    assert_eq!(rig.token_requests(), 0, "Auth is asked for none of them");
    let request = browser
        .request(Method::POST, "/api/session")
        .header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(browser.send(request.body(fine)).await.status, StatusCode::OK);
}

fn demo_account() -> DemoAccount {
    DemoAccount {
        email: MEMBER.to_owned(),
        password: DEMO_PASSWORD.to_owned(),
        name: "Juno Ashwick".to_owned(),
        persona: Persona::Member,
        organization: "Marlowick Advisory (demo)".to_owned(),
    }
}

#[tokio::test]
async fn the_public_demo_password_opens_only_the_local_stack() {
    let hosted = Rig::new().await;
    let hash = local_stack::hash_password(&DEMO_PASSWORD.into()).await.unwrap();
    let everybody = format!("update auth.users set encrypted_password = '{hash}'");
    hosted.sql(&everybody).await;
    let reply = hosted.stranger().sign_in(MEMBER, DEMO_PASSWORD).await;
    assert_eq!(reply.refusal(), (401, ErrorCode::InvalidCredentials));
    assert_eq!(hosted.token_requests(), 0);
    let info: ServerInfo = hosted.stranger().get("/api/server").await.json();
    assert_eq!((info.mode, info.demo_accounts), (ServerMode::Live, vec![]));

    let local = Rig::with(Wishes { demo_accounts: vec![demo_account()], ..Wishes::default() }).await;
    local.sql(&everybody).await;
    assert_eq!(local.stranger().sign_in(MEMBER, DEMO_PASSWORD).await.status, StatusCode::OK);
    let info: ServerInfo = local.stranger().get("/api/server").await.json();
    assert_eq!(info.demo_accounts, [demo_account()]);
}

#[cfg(feature = "local")]
#[tokio::test]
async fn the_listed_demo_accounts_are_those_of_the_demo_data() {
    let rig = Rig::new().await;
    let accounts = revos_api::local::demo_accounts();
    assert_eq!(accounts.len().to_string(), rig.value("select count(*)::text from public.users").await);
    for account in accounts {
        let member: Member = rig.program(&account.email).await.get("/api/session").await.json();
        let found = (member.person.name, member.person.persona, member.organization.name);
        assert_eq!(found, (account.name, account.persona, account.organization));
    }
}

#[tokio::test]
async fn without_a_project_the_server_says_so() {
    let server = Server::start("", "", Wishes::default()).await;
    let browser = server.browser();
    let info: ServerInfo = browser.get("/api/server").await.json();
    assert_eq!((info.mode, info.demo_accounts.len()), (ServerMode::Demo, 0));
    assert_eq!(info.snapshot_hours, 24);
    let strict = Server::start("", "", Wishes::default().setting("REVOS_SNAPSHOT_HOURS", "0")).await;
    assert_eq!(strict.browser().get("/api/server").await.json::<ServerInfo>().snapshot_hours, 0);
    assert_eq!(browser.sign_in(MEMBER, PASSWORD).await.refusal(), (503, ErrorCode::NotConnected));
    assert_eq!(browser.get("/api/clients").await.refusal(), (503, ErrorCode::NotConnected));
    assert_eq!(browser.sign_out().await.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.get("/ready").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_project_that_signs_with_a_shared_secret_works_too() {
    // The tokens are ours: no Auth of the local stack signs this way, and PostgREST would refuse them.
    let rig = Rig::new().await;
    let secret = "a shared secret of at least 32 characters";
    let wishes = Wishes::default().setting("SUPABASE_JWT_SECRET", secret);
    let server =
        Server::start(&rig.project.gateway.url(), rig.project.gateway.publishable_key(), wishes).await;
    let claims: Value = rig.claims(MEMBER).await;
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    let shared = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
    let ask = async |token: String| server.browser().with_token(token).get("/api/session").await;
    // Accepted here, and refused by a PostgREST that has another key: which is a wrong setting, told as 401.
    assert_eq!(ask(shared).await.refusal(), (401, ErrorCode::Unauthenticated));
    assert!(rig.rest_requests() > 0);
    let before = rig.rest_requests();
    assert_eq!(ask(rig.token(MEMBER).await).await.refusal(), (401, ErrorCode::Unauthenticated));
    assert_eq!(rig.rest_requests(), before, "never both kinds for one project");
    assert_eq!(rig.project.gateway.requests().count(Upstream::Auth), 0, "no key set is read");
}
