//! What can another site make a signed-in browser do? Nothing.

use crate::examples::{body, method, path};
use crate::rig::{MEMBER, Rig};
use local_stack::{TestStack, Upstream};
use reqwest::{Method, StatusCode};
use revos_shared::kernel::endpoint::CSRF_HEADER;
use revos_shared::{EndpointInfo, ErrorCode, all_endpoints};
use serde_json::json;

const PASSWORD: &str = TestStack::PASSWORD;

#[tokio::test]
async fn writes_that_another_page_could_have_caused_are_refused() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let own = browser.origin.clone();
    let other_port = "http://127.0.0.1:1";
    type Headers<'a> = Vec<(&'a str, &'a str)>;
    let mark = (CSRF_HEADER, "1");
    let foreign: Vec<(&str, Headers<'_>)> = vec![
        ("nothing", vec![]),
        ("no origin", vec![mark]),
        ("no mark", vec![("origin", &own)]),
        ("a foreign origin", vec![mark, ("origin", "https://evil.example")]),
        ("an opaque origin", vec![mark, ("origin", "null")]),
        ("another port", vec![mark, ("origin", other_port)]),
        ("a name that begins like ours", vec![mark, ("origin", "http://127.0.0.1.evil.example")]),
        ("https instead of http", vec![mark, ("origin", "https://127.0.0.1")]),
        ("our origin, but another site", vec![mark, ("origin", &own), ("sec-fetch-site", "cross-site")]),
        ("our origin, but a sibling", vec![mark, ("origin", &own), ("sec-fetch-site", "same-site")]),
        ("typed into the address bar", vec![mark, ("origin", &own), ("sec-fetch-site", "none")]),
    ];
    let forms = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"];
    let of = |endpoint: &EndpointInfo| {
        (method(endpoint), path(endpoint), body(endpoint).map(|body| body.to_string()).unwrap_or_default())
    };
    let mut writes: Vec<_> =
        all_endpoints().iter().map(of).filter(|(method, ..)| *method != Method::GET).collect();
    assert!(writes.len() > 20);
    writes.push((Method::PUT, "/api/nothing".to_owned(), String::new()));
    writes.push((Method::POST, "/".to_owned(), String::new()));
    let requests = rig.project.gateway.requests();
    let asked = || requests.count(Upstream::Auth) + requests.count(Upstream::Rest);
    let before = asked();
    for (method, path, body) in &writes {
        for (what, headers) in &foreign {
            let mut request = browser
                .bare(method.clone(), path)
                .header("content-type", "application/json")
                .body(body.clone());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let reply = browser.send(request).await;
            assert_eq!(reply.refusal(), (403, ErrorCode::CrossSite), "{method} {path} with {what}");
            assert!(reply.cookies().is_empty(), "{path} with {what}");
        }
        for form in forms {
            // Everything right but what it carries: only a form sends these kinds without asking first.
            let request =
                browser.request(method.clone(), path).header("content-type", form).body(body.clone());
            assert_eq!(
                browser.send(request).await.refusal(),
                (403, ErrorCode::CrossSite),
                "{method} {path} as {form}"
            );
        }
    }
    assert_eq!(asked(), before);
    assert_eq!(browser.get("/api/session").await.status, StatusCode::OK, "the session is untouched");
}

#[tokio::test]
async fn a_page_elsewhere_cannot_sign_somebody_in() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    let body = json!({ "email": MEMBER, "password": PASSWORD });
    let send = async |headers: &[(&str, &str)]| {
        let mut request = stranger.bare(Method::POST, "/api/session").json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        stranger.send(request).await.status
    };
    for headers in [
        &[][..],
        &[("origin", "https://evil.example"), (CSRF_HEADER, "1")],
        &[(CSRF_HEADER, "1"), ("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(send(headers).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
    // A program is no browser: it has no cookies to be abused, and says that it means it.
    assert_eq!(send(&[(CSRF_HEADER, "1")]).await, StatusCode::OK);
}

#[tokio::test]
async fn a_development_server_on_this_machine_may_stand_in_front() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let send = async |origin: &str, site: &str| {
        let request = browser.bare(Method::POST, "/api/telemetry").json(&json!({ "records": [] }));
        let request =
            request.header("origin", origin).header("sec-fetch-site", site).header(CSRF_HEADER, "1");
        browser.send(request).await.status
    };
    assert_eq!(send("http://localhost:8081", "same-origin").await, StatusCode::ACCEPTED);
    assert_eq!(send("http://localhost:8081", "same-site").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nobody_elsewhere_may_read_answers() {
    let rig = Rig::new().await;
    let browser = rig.signed_in(MEMBER).await;
    let request = browser.request(Method::GET, "/api/clients").header("origin", "https://evil.example");
    let reply = browser.send(request).await;
    assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
    let preflight = browser.bare(Method::OPTIONS, "/api/clients").header("origin", "https://evil.example");
    let reply = browser.send(preflight.header("access-control-request-method", "POST")).await;
    assert_eq!(reply.refusal(), (405, ErrorCode::MethodNotAllowed));
    assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
}
