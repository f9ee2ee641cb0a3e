//! What do people hear when the database or the sign-in service fails, and does everything come back?

use crate::double::{Act, Double, answer, json_answer, member};
use crate::rig::{ADMIN, Browser, LIST, MEMBER, Reply, Rig, Server, TOKENS, WHO, Wishes, eventually, rows};
use local_stack::{Cluster, Fault, Gateway, GatewayOptions, StackOptions, TestStack, Upstream};
use reqwest::{Method, StatusCode};
use revos_api::http::config::REQUEST_TIME;
use revos_shared::ErrorCode;
use revos_shared::kernel::endpoint::DEADLINE_HEADER;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const READS: [&str; 8] = [
    "/api/clients",
    "/api/clients/summary",
    "/api/clients?trend=12",
    "/api/clients/e0000000-0000-4000-8000-000000000001",
    "/api/search?q=ab",
    "/api/colleagues",
    "/api/views?workspace=clients",
    "/api/session",
];
/// How long a test waits for what must happen without any limit of the server being reached.
const PATIENCE: Duration = Duration::from_secs(5);
/// Words of an upstream that nobody outside may read.
const SECRET: &str = "relation \"private.vault\" of host 10.1.2.3";

#[tokio::test]
async fn every_kind_of_outage_has_one_answer_for_every_read() {
    let rig = Rig::new().await;
    let faults = rig.project.gateway.faults();
    let status = |status| Fault::Status {
        status,
        body: Some(json!({ "message": SECRET, "hint": SECRET, "details": SECRET })),
        retry_after: None,
    };
    for (fault, code, cause) in [
        (Fault::Refuse, ErrorCode::UpstreamUnavailable, Some("closed")),
        (status(502), ErrorCode::UpstreamUnavailable, Some("gateway")),
        (status(503), ErrorCode::UpstreamUnavailable, Some("gateway")),
        (status(504), ErrorCode::UpstreamUnavailable, Some("gateway")),
        (status(521), ErrorCode::UpstreamUnavailable, Some("gateway")),
        (status(500), ErrorCode::UpstreamUnreadable, None),
        (status(404), ErrorCode::UpstreamUnreadable, None),
        (status(200), ErrorCode::UpstreamUnreadable, None),
    ] {
        let server = rig.replica().await;
        let person = rig.program(ADMIN).await.at(&server);
        faults.set(Upstream::Rest, fault.clone());
        let mut replies = Vec::new();
        for path in READS {
            replies.push(person.get(path).await);
        }
        faults.clear();
        assert_eq!(person.get("/api/session").await.status, StatusCode::OK, "and at once it works again");
        // Again, now that the membership is remembered.
        faults.set(Upstream::Rest, fault.clone());
        for path in &READS[..7] {
            replies.push(person.get(path).await);
        }
        faults.clear();
        for reply in replies {
            let error = reply.error();
            assert_eq!(error.code, code, "{fault:?}: {}", reply.text());
            let expected = if code == ErrorCode::UpstreamUnavailable { 503 } else { 502 };
            assert_eq!(reply.status.as_u16(), expected);
            let told = error.details.as_ref().and_then(|details| details["cause"].as_str());
            assert_eq!(told, cause, "{fault:?}");
            for word in ["vault", "10.1.2.3", "relation"] {
                assert!(!reply.text().contains(word), "the upstream's words: {}", reply.text());
            }
        }
    }
}

#[tokio::test]
async fn a_person_is_recognised_in_an_outage_and_sees_no_row_by_it() {
    let rig = Rig::with(Wishes { membership: Some(Duration::ZERO), ..Wishes::of_the_stubborn() }).await;
    let faults = rig.project.gateway.faults();
    let elsewhere = rig.replica().await;
    let (known, unknown) = (rig.program(ADMIN).await, rig.program(MEMBER).await.at(&elsewhere));
    let person = known.get("/api/session").await;
    assert_eq!(person.status, StatusCode::OK);

    faults.set(Upstream::Rest, Fault::Refuse);
    let again = known.get("/api/session").await;
    assert_eq!((again.status, again.text()), (StatusCode::OK, person.text()), "who they are is remembered");
    assert_eq!(known.get("/api/clients").await.refusal(), (503, ErrorCode::UpstreamUnavailable));
    assert_eq!(unknown.get("/api/session").await.refusal(), (503, ErrorCode::UpstreamUnavailable));
    faults.clear();

    rig.sql(&format!("update public.users set deactivated_at = now() where email = '{ADMIN}'")).await;
    assert_eq!(known.get("/api/session").await.refusal(), (403, ErrorCode::NoMembership));
    faults.set(Upstream::Rest, Fault::Refuse);
    let forgotten = known.get("/api/session").await.refusal();
    assert_eq!(forgotten, (503, ErrorCode::UpstreamUnavailable), "a lost membership is not remembered");
}

#[tokio::test]
async fn refusals_of_postgrest_keep_their_meaning_and_lose_their_words() {
    for (status, code, expected) in [
        (401, "PGRST301", ErrorCode::Unauthenticated),
        (401, "PGRST303", ErrorCode::Unauthenticated),
        (403, "42501", ErrorCode::Forbidden),
        (400, "22P02", ErrorCode::ValidationFailed),
        (503, "PGRST001", ErrorCode::UpstreamUnavailable),
        (503, "PGRST000", ErrorCode::UpstreamUnavailable),
        (503, "57P01", ErrorCode::UpstreamUnavailable),
        (500, "53300", ErrorCode::UpstreamUnavailable),
        (504, "PGRST003", ErrorCode::UpstreamTimeout),
        (500, "57014", ErrorCode::UpstreamTimeout),
        (500, "XX000", ErrorCode::UpstreamUnreadable),
        (404, "42P01", ErrorCode::UpstreamUnreadable),
        (404, "PGRST202", ErrorCode::UpstreamUnreadable),
        (400, "P0001", ErrorCode::UpstreamUnreadable),
        (418, "PT418", ErrorCode::UpstreamUnreadable),
    ] {
        let refusal = json_answer(
            status,
            &json!({ "code": code, "message": SECRET, "details": SECRET, "hint": SECRET }),
        );
        let reply = read_before(move |asked| {
            if asked.contains(WHO) { Act::Answer(member()) } else { Act::Answer(refusal.clone()) }
        })
        .await
        .0;
        assert_eq!(reply.error().code, expected, "{status} {code}");
        assert!(!reply.text().contains("vault") && !reply.text().contains("10.1.2.3"), "{}", reply.text());
    }
}

/// What a read of the list answers before such a project.
async fn read_before(act: impl Fn(&str) -> Act + Send + Sync + 'static) -> (Reply, Double) {
    let double = Double::start(act).await;
    let server = Server::start(&double.url, "key", Wishes::default()).await;
    let person = server.browser().with_token(double.token());
    (person.get("/api/clients").await, double)
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart_from_outages() {
    let html = "<html><body>Welcome to nginx on 10.1.2.3</body></html>";
    let range = "content-range: 0-0/1\r\n";
    for (what, text) in [
        ("a web page", answer(200, "text/html", "", html)),
        ("a web page that claims to be JSON", answer(200, "application/json", range, html)),
        ("nothing", answer(200, "application/json", range, "")),
        ("JSON that ends early", answer(200, "application/json", range, "[{\"client_id\": \"0000")),
        ("another type", answer(200, "application/json", range, "{\"rows\": []}")),
        ("rows without their fields", answer(200, "application/json", range, "[{\"id\": 1}]")),
        ("no count", answer(200, "application/json", "", "[]")),
        ("a count that is none", answer(200, "application/json", "content-range: 0-0/*\r\n", "[]")),
        ("no content", answer(204, "application/json", "", "")),
        ("a way elsewhere", answer(302, "text/html", "location: http://10.1.2.3/\r\n", "")),
    ] {
        let reply =
            read_before(move |asked| Act::Answer(if asked.contains(WHO) { member() } else { text.clone() }))
                .await
                .0;
        assert_eq!(reply.refusal(), (502, ErrorCode::UpstreamUnreadable), "{what}: {}", reply.text());
        assert!(!reply.text().contains("10.1.2.3") && !reply.text().contains("nginx"));
    }
}

#[tokio::test]
async fn a_read_is_repeated_once_and_only_before_the_first_byte() {
    let closed = |text: &'static str| {
        move |asked: &str| if asked.contains(WHO) { Act::Answer(member()) } else { Act::Cut(text.to_owned()) }
    };
    for (text, tries) in [
        ("", 2),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[{\"client_id\"",
            1,
        ),
    ] {
        let (reply, double) = read_before(closed(text)).await;
        assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable), "{text}");
        assert_eq!(double.asked_for(LIST), tries, "{text}");
    }
}

#[tokio::test]
async fn what_is_not_answered_in_time_is_given_up_and_not_repeated() {
    let act = |asked: &str| if asked.contains(WHO) { Act::Answer(member()) } else { Act::Hang };
    let double = Double::start(act).await;
    let limits = supabase::Limits { first_byte: Duration::from_millis(400), ..Default::default() };
    let server = Server::start(&double.url, "key", Wishes { limits, ..Wishes::default() }).await;
    let person = server.browser().with_token(double.token());
    let reply = person.get("/api/clients").await;
    assert_eq!((reply.refusal(), double.asked_for(LIST)), ((504, ErrorCode::UpstreamTimeout), 1));
}

/// What `list_clients()` answers somebody without any.
fn no_clients() -> String {
    let sums = json!({ "arr": 0, "open_value": 0, "mrr": null, "ar_outstanding": null });
    json_answer(200, &json!({ "rows": [], "total": 0, "sums": sums }))
}

#[tokio::test]
async fn a_second_try_that_succeeds_is_not_noticed() {
    let tries = std::sync::atomic::AtomicU32::new(0);
    let (reply, double) = read_before(move |asked| {
        if asked.contains(WHO) {
            return Act::Answer(member());
        }
        match tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Act::Cut(String::new()),
            _ => Act::Answer(no_clients()),
        }
    })
    .await;
    assert_eq!((reply.status, double.asked_for(LIST)), (StatusCode::OK, 2));
}

#[tokio::test]
async fn requests_are_never_multiplied() {
    let rig = Rig::with(Wishes::of_the_stubborn()).await;
    let person = rig.program(MEMBER).await;
    person.get("/api/session").await;
    let gateway = &rig.project.gateway;
    gateway.requests().reset();
    gateway.faults().set(Upstream::Rest, Fault::Refuse);
    gateway.faults().set(Upstream::Auth, Fault::Refuse);
    assert_eq!(person.get("/api/clients").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((rig.rest_requests_of("POST", LIST), rig.rest_requests()), (2, 2), "a read once more");
    rig.stranger().sign_in(MEMBER, TestStack::PASSWORD).await;
    assert_eq!(gateway.requests().count_of(Upstream::Auth, "POST", TOKENS), 1, "a write never");
    // A hundred people's pages in an outage do not become two hundred requests each second.
    gateway.requests().reset();
    gateway.faults().set(Upstream::Rest, Fault::Status { status: 503, body: None, retry_after: None });
    for _ in 0..5 {
        person.get("/api/clients").await;
    }
    assert_eq!(rig.rest_requests(), 5, "an answer is an answer, even a bad one");
}

#[tokio::test]
async fn the_callers_remaining_time_is_kept() {
    let rig = Rig::new().await;
    let person = rig.program(MEMBER).await;
    for (remembered, path) in
        [(false, "/api/session"), (true, "/api/clients"), (true, "/api/clients/summary")]
    {
        if remembered {
            person.get("/api/session").await;
        }
        rig.project.gateway.faults().set(Upstream::Rest, Fault::Hang);
        let started = Instant::now();
        let reply = person.send(person.request(Method::GET, path).header(DEADLINE_HEADER, "250")).await;
        assert_eq!(reply.refusal(), (504, ErrorCode::UpstreamTimeout), "{path}");
        assert!(
            started.elapsed() >= Duration::from_millis(250) && started.elapsed() < Duration::from_secs(3),
            "{path}"
        );
        rig.project.gateway.faults().clear();
    }
    for nonsense in ["", "-1", "soon", "1e9", "99999999999999999999999"] {
        let reply =
            person.send(person.request(Method::GET, "/api/session").header(DEADLINE_HEADER, nonsense)).await;
        assert_eq!(reply.status, StatusCode::OK, "{nonsense:?} is no time");
    }
}

#[tokio::test]
async fn a_short_wait_of_one_caller_does_not_fail_the_others() {
    // The second caller joins a read that the first one started and gives up on.
    let rig = Rig::new().await;
    let person = rig.program(MEMBER).await;
    person.get("/api/session").await;
    rig.project.gateway.faults().set(Upstream::Rest, Fault::Latency { ms: 600, jitter_ms: 0 });
    let hurried = person.send(person.request(Method::GET, "/api/clients").header(DEADLINE_HEADER, "150"));
    let patient = async {
        eventually("the first has asked", async || (rig.rest_requests_of("POST", LIST) > 0).then_some(()))
            .await;
        person.get("/api/clients").await
    };
    let (hurried, patient) = tokio::join!(hurried, patient);
    assert_eq!(hurried.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(patient.status, StatusCode::OK, "{}", patient.text());
}

#[tokio::test]
async fn nobody_waits_longer_than_sixteen_seconds() {
    const { assert!(REQUEST_TIME.as_secs() < 16) };
    let rig = Rig::new().await;
    let person = rig.program(MEMBER).await;
    let (browser, leaving) = (rig.signed_in(ADMIN).await, rig.signed_in(ADMIN).await);
    // Only a refresh token is left of each session.
    browser.set_cookie("access", None);
    leaving.set_cookie("access", None);
    rig.project.gateway.faults().set(Upstream::Rest, Fault::Hang);
    rig.project.gateway.faults().set(Upstream::Auth, Fault::Hang);
    let started = Instant::now();
    let stranger = rig.stranger();
    let (read, refreshed, signed_in, out, ready) = tokio::join!(
        person.get("/api/clients"),
        browser.get("/api/clients"),
        stranger.sign_in(MEMBER, TestStack::PASSWORD),
        leaving.sign_out(),
        stranger.get("/ready"),
    );
    for reply in [&read, &refreshed, &signed_in] {
        assert_eq!(reply.refusal(), (504, ErrorCode::UpstreamTimeout));
    }
    assert_eq!((out.status, out.removes_cookies()), (StatusCode::NO_CONTENT, true));
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(started.elapsed() < Duration::from_secs(16), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_caller_who_leaves_takes_the_upstream_request_along() {
    let mut double =
        Double::start(|asked| if asked.contains(WHO) { Act::Answer(member()) } else { Act::Hang }).await;
    let server = Server::start(&double.url, "key", Wishes::default()).await;
    let person = server.browser().with_token(double.token());
    let asking = |person: &Browser| {
        let request = person.request(Method::GET, "/api/clients");
        tokio::spawn(async move { request.send().await.map(|response| response.status()) })
    };
    let (first, second) = (asking(&person), asking(&person));
    eventually("the upstream is asked", async || (double.asked_for(LIST) == 1).then_some(())).await;
    // One of two who share the read: the other still waits for it.
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    double.callers_gone(1).await;
    eventually("the second reads for itself", async || (double.asked_for(LIST) == 2).then_some(())).await;
    // No limit of the server's own is shorter than the patience here: it ends because nobody waits.
    const { assert!(PATIENCE.as_secs() < REQUEST_TIME.as_secs()) };
    let mut leaving = second;
    let mut times = Vec::new();
    for gone in 2..13 {
        let started = Instant::now();
        leaving.abort();
        assert!(leaving.await.unwrap_err().is_cancelled());
        tokio::time::timeout(PATIENCE, double.callers_gone(gone)).await.expect("the upstream request ends");
        times.push(started.elapsed());
        leaving = asking(&person);
        let asked = gone as usize + 1;
        eventually("another one asks", async || (double.asked_for(LIST) == asked).then_some(())).await;
    }
    // Most of them, as the machine may be busy; `./revos bench live` measures it.
    times.sort();
    assert!(times[times.len() / 2] < Duration::from_millis(100), "{times:?}");
}

#[tokio::test]
async fn nobody_at_the_address_is_an_outage_too() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = Server::start(&format!("http://{closed}"), "key", Wishes::default()).await;
    let browser = server.browser();
    let reply = browser.sign_in(MEMBER, TestStack::PASSWORD).await;
    assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable));
    assert_eq!(reply.error().details, Some(json!({ "cause": "connect" })));
    // A token of that project, whose keys cannot be read: not refused, since nobody knows.
    browser.set_cookie("access", Some(&Double::start(|_| Act::Hang).await.token()));
    browser.set_cookie("refresh", Some("abcdefghijkl"));
    let reply = browser.get("/api/clients").await;
    assert_eq!((reply.refusal(), reply.cookies().len()), ((503, ErrorCode::UpstreamUnavailable), 0));
    assert_eq!(browser.get("/health").await.status, StatusCode::OK, "this process is well");
}

#[tokio::test]
async fn readiness_names_the_part_that_is_missing() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    let reply = stranger.get("/ready").await;
    assert_eq!(
        (reply.status, reply.json::<Value>()["status"].as_str()),
        (StatusCode::OK, Some("ready")),
        "{}",
        reply.text()
    );
    for (part, name) in [(Upstream::Rest, "rest"), (Upstream::Auth, "auth")] {
        for fault in [Fault::Refuse, Fault::Status { status: 503, body: None, retry_after: None }] {
            rig.project.gateway.faults().set(part, fault);
            let reply = stranger.get("/ready").await;
            let body: Value = reply.json();
            assert_eq!(
                (reply.status, &body["parts"][name]),
                (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")),
                "{name}"
            );
            rig.project.gateway.faults().clear();
        }
    }
    assert_eq!(stranger.get("/ready").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_stops_and_starts_under_the_server_comes_back() {
    crate::rig::prepare();
    // Its own server: the shared one is used by other tests, and forgets everything when it stops.
    let dir = std::env::temp_dir().join(format!("revos-restart-{}", std::process::id()));
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let cluster = Cluster::start(&StackOptions::new(&dir, migrations)).await.unwrap();
    cluster.prepare_database("revos").await.unwrap();
    local_stack::load_demo(&cluster.url("postgres", "revos"), &TestStack::PASSWORD.into(), None)
        .await
        .unwrap();
    let gateway = Gateway::start(&cluster, "revos", GatewayOptions::kept(&cluster).unwrap()).await.unwrap();
    let server = Server::start(&gateway.url(), gateway.publishable_key(), Wishes::default()).await;
    let browser = server.browser();
    assert_eq!(browser.sign_in(MEMBER, TestStack::PASSWORD).await.status, StatusCode::OK);
    let before = browser.clients("").await;

    cluster.stop_server().await.unwrap();
    let (list, summary) =
        tokio::join!(browser.get("/api/clients?limit=3"), browser.get("/api/clients/summary"));
    for reply in [list, summary] {
        assert!(matches!(reply.status.as_u16(), 503 | 504), "{}", reply.text());
        assert!(!reply.text().contains("postgres") && !reply.text().contains("sql"), "{}", reply.text());
    }
    cluster.start_server().await.unwrap();
    let after = eventually("the list is back", async || {
        let reply = browser.get("/api/clients").await;
        (reply.status == StatusCode::OK).then(|| rows(&reply))
    })
    .await;
    assert_eq!(after.data, before.data);
    assert_eq!(server.browser().sign_in(ADMIN, TestStack::PASSWORD).await.status, StatusCode::OK);
    gateway.stop().await;
    let kept = cluster.data_dir().to_path_buf();
    cluster.stop().await.unwrap();
    std::fs::remove_dir_all(kept).unwrap();
}

#[test]
fn a_request_needs_little_of_a_threads_stack() {
    // Worker threads have 2 MiB, and futures that are handed on by value grow twofold with each function.
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Box::pin(async {
            let rows = no_clients();
            let act =
                move |asked: &str| Act::Answer(if asked.contains(WHO) { member() } else { rows.clone() });
            let double = Double::start(act).await;
            let server = Server::start(&double.url, "key", Wishes::default()).await;
            let person = server.browser().with_token(double.token());
            for _ in 0..2 {
                let request = person.request(Method::GET, "/api/clients").header("if-none-match", "\"x\"");
                assert_ne!(person.send(request).await.status, StatusCode::INTERNAL_SERVER_ERROR);
                assert_eq!(person.get("/api/clients").await.status, StatusCode::OK);
            }
        }));
    };
    std::thread::Builder::new().stack_size(768 * 1024).spawn(work).unwrap().join().unwrap();
}
