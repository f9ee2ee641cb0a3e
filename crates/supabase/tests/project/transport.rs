//! How long is an answer waited for, how large may it be, and what is asked twice?

use crate::double::{Act, Double, answer};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use supabase::{
    AccessToken, Auth, AuthCode, AuthError, Cause, Circuit, Deadline, Limits, Outage, Project, RefreshToken,
    Rest, RestError, SignOutScope, Transport, contains,
};

/// Times that a busy machine keeps, too.
pub(crate) const PATIENT: Limits = Limits {
    connect: Duration::from_secs(2),
    first_byte: Duration::from_secs(5),
    total: Duration::from_secs(8),
    body: 10_000,
};
/// Short times, so that a test of a timeout is short too.
const HURRIED: Limits =
    Limits { first_byte: Duration::from_millis(300), total: Duration::from_millis(1_500), ..PATIENT };

pub(crate) fn rest(url: &str, limits: Limits) -> Rest {
    let project = Project::new(url, "publishable").unwrap();
    Rest::new(&project, Transport::new(limits).unwrap())
}

fn auth(url: &str) -> Auth {
    let project = Project::new(url, "publishable").unwrap();
    Auth::new(&project, Transport::new(PATIENT).unwrap()).unwrap()
}

pub(crate) fn token() -> AccessToken {
    AccessToken::new("the-token").unwrap()
}

async fn list(double: &Double) -> Result<supabase::List<Value>, RestError> {
    list_within(double, PATIENT).await
}

async fn list_within(double: &Double, limits: Limits) -> Result<supabase::List<Value>, RestError> {
    let (rest, token) = (rest(&double.url, limits), token());
    let caller = rest.as_caller(&token);
    caller.list(caller.from("rows").select("*"), 5).await
}

fn rows() -> String {
    answer(200, "content-range: 0-0/7\r\n", "[1]")
}

#[tokio::test]
async fn a_read_is_sent_once_more_when_the_connection_ends_before_the_first_byte() {
    let double =
        Double::start(|number, _| if number == 0 { Act::Cut(String::new()) } else { Act::Answer(rows()) })
            .await;
    assert_eq!(list(&double).await.unwrap().total, 7);
    assert_eq!(double.count(), 2);
    let double = Double::start(|_, _| Act::Cut(String::new())).await;
    assert!(matches!(list(&double).await, Err(RestError::Unreachable(Outage { cause: Cause::Closed, .. }))));
    assert_eq!(double.count(), 2, "once more, and no more");
}

#[tokio::test]
async fn nothing_is_sent_twice_after_the_first_byte() {
    let begun = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-range: 0-0/1\r\ncontent-length: 50\r\n\r\n[";
    let double = Double::start(move |_, _| Act::Cut(begun.to_owned())).await;
    assert!(matches!(list(&double).await, Err(RestError::Unreachable(Outage { cause: Cause::Closed, .. }))));
    assert_eq!(double.count(), 1);
    for status in [500, 502, 503, 504] {
        let double = Double::start(move |_, _| Act::Answer(answer(status, "", "{}"))).await;
        assert!(list(&double).await.is_err());
        assert_eq!(double.count(), 1, "{status}");
    }
    let double = Double::start(|_, _| Act::Stop(String::new())).await;
    assert!(matches!(list_within(&double, HURRIED).await, Err(RestError::TimedOut(_))));
    assert_eq!(double.count(), 1, "what was not answered in time may still be under way");
}

#[tokio::test]
async fn a_write_is_never_sent_twice() {
    for text in ["", "HTTP/1.1 200 OK\r\n"] {
        let double = Double::start(move |_, _| Act::Cut(text.to_owned())).await;
        let auth = auth(&double.url);
        assert!(matches!(auth.sign_in("a@example.com", "x", None).await, Err(AuthError::Unreachable(_))));
        assert_eq!(double.count(), 1);
        assert!(auth.refresh(&RefreshToken::new("abc").unwrap(), None).await.is_err());
        assert_eq!(double.count(), 2);
        assert!(auth.sign_out(&token(), SignOutScope::Local).await.is_err());
        assert_eq!(double.count(), 3);
    }
}

#[tokio::test]
async fn functions_that_change_nothing_are_reads() {
    let double =
        Double::start(
            |number, _| if number == 0 { Act::Cut(String::new()) } else { Act::Answer(answer(200, "", "5")) },
        )
        .await;
    let (rest, token) = (rest(&double.url, PATIENT), token());
    let value: u8 = rest.as_caller(&token).read("five", json!({ "given": 1, "absent": null })).await.unwrap();
    assert_eq!((value, double.count()), (5, 2));
    assert!(double.asked()[1].line.starts_with("POST /rest/v1/rpc/five "));
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let started = Instant::now();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let error = rest(&format!("http://{closed}"), PATIENT).probe().await.unwrap_err();
    assert!(matches!(error, RestError::Unreachable(Outage { cause: Cause::Connect, .. })), "{error}");
    assert!(started.elapsed() < PATIENT.connect);
}

#[tokio::test]
async fn the_first_byte_and_the_whole_have_their_own_limits() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-range: 0-0/1\r\ncontent-length: 9000\r\n\r\n[";
    for (act, least, most) in [
        (Act::Stop(String::new()), 300, 1_400),
        (Act::Stop(head.to_owned()), 1_500, 5_000),
        (Act::Drip(head.to_owned()), 1_500, 5_000),
    ] {
        let double = Double::start(move |_, _| act.clone()).await;
        let started = Instant::now();
        assert!(matches!(list_within(&double, HURRIED).await, Err(RestError::TimedOut(_))));
        let took = started.elapsed().as_millis();
        assert!((least..most).contains(&took), "{took} ms, expected {least} to {most}");
    }
}

#[tokio::test]
async fn the_smaller_of_limit_and_deadline_wins() {
    let double = Double::start(|_, _| Act::Stop(String::new())).await;
    let (rest, token) = (rest(&double.url, HURRIED), token());
    for (given, expected) in [(50, 50), (60_000, 300)] {
        let started = Instant::now();
        let caller = rest.as_caller(&token).until(Some(Deadline::after(Duration::from_millis(given))));
        let outcome = caller.list::<Value>(caller.from("rows"), 1).await;
        assert!(matches!(outcome, Err(RestError::TimedOut(_))));
        let took = started.elapsed().as_millis();
        assert!((expected..expected + 1_000).contains(&took), "{took} ms, expected {expected}");
    }
    let caller = rest.as_caller(&token).until(Some(Deadline::after(Duration::ZERO)));
    assert!(matches!(caller.list::<Value>(caller.from("rows"), 1).await, Err(RestError::TimedOut(_))));
}

#[tokio::test]
async fn answers_that_are_too_large_are_given_up() {
    let large = format!("[\"{}\"]", "x".repeat(20_000));
    for text in [
        answer(200, "content-range: 0-0/1\r\n", &large),
        // Without a length, so that only counting helps.
        format!("HTTP/1.1 200 OK\r\ncontent-range: 0-0/1\r\nconnection: close\r\n\r\n{large}"),
    ] {
        let double = Double::start(move |_, _| Act::Cut(text.clone())).await;
        assert!(matches!(list(&double).await, Err(RestError::Unreadable(_))));
    }
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_with_a_token() {
    let other = Double::start(|_, _| Act::Answer(rows())).await;
    let location = format!("location: {}/rest/v1/rows\r\n", other.url);
    for status in [301, 302, 307, 308] {
        let location = location.clone();
        let double = Double::start(move |_, _| Act::Answer(answer(status, &location, ""))).await;
        assert!(matches!(list(&double).await, Err(RestError::NotPostgrest { .. })));
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn a_request_says_who_asks_and_for_how_much() {
    let double = Double::start(|_, _| Act::Answer(rows())).await;
    let (rest, token) = (rest(&double.url, PATIENT), token());
    let caller = rest.as_caller(&token).request_id("an-id");
    let query =
        contains(caller.from("rows").select("a,b").eq("organization_id", "x"), "name", "50% of a & b");
    caller.list::<Value>(query, 200).await.unwrap();
    let asked = &double.asked()[0];
    let head = asked.head.to_ascii_lowercase();
    for header in [
        "authorization: bearer the-token",
        "apikey: publishable",
        "prefer: count=exact",
        "x-request-id: an-id",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
    let path = asked.line.split(' ').nth(1).unwrap();
    let url = url::Url::parse(&format!("http://x{path}")).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let has = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
    assert!(has("organization_id", "eq.x") && has("limit", "200") && has("select", "a,b"), "{pairs:?}");
    // `*` is how PostgREST writes `%` in an address; the escape before the second belongs to the text.
    assert!(has("name", "ilike.*50\\* of a & b*"), "{pairs:?}");
    assert!(!path.contains('+'), "a space is %20: {path}");
}

#[tokio::test]
async fn a_list_without_its_count_is_no_list() {
    for range in ["", "content-range: 0-0/*\r\n", "content-range: x\r\n"] {
        let double = Double::start(move |_, _| Act::Answer(answer(200, range, "[1]"))).await;
        assert!(matches!(list(&double).await, Err(RestError::Unreadable(_))), "{range}");
    }
}

#[tokio::test]
async fn one_row_is_asked_for_as_one() {
    let double = Double::start(|number, _| match number {
        0 => Act::Answer(answer(200, "", "{\"a\":1}")),
        _ => Act::Answer(answer(
            406,
            "",
            "{\"code\":\"PGRST116\",\"message\":\"0 rows\",\"details\":null,\"hint\":null}",
        )),
    })
    .await;
    let (rest, token) = (rest(&double.url, PATIENT), token());
    let caller = rest.as_caller(&token);
    assert_eq!(caller.one::<Value>(caller.from("rows")).await.unwrap(), json!({ "a": 1 }));
    let missing = caller.one::<Value>(caller.from("rows")).await;
    assert!(matches!(missing, Err(RestError::Refused(refusal)) if refusal.code == "PGRST116"));
    assert!(
        double.asked()[0].head.to_ascii_lowercase().contains("accept: application/vnd.pgrst.object+json")
    );
}

#[tokio::test]
async fn a_wrong_address_is_told_from_an_outage() {
    for (text, right) in [
        (answer(200, "", "[]"), true),
        (answer(401, "", "{\"message\":\"No API key found in request\"}"), true),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi".to_owned(), false),
        ("HTTP/1.1 404 X\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n".to_owned(), false),
    ] {
        let shown = text.clone();
        let double = Double::start(move |_, _| Act::Answer(text.clone())).await;
        let outcome = rest(&double.url, PATIENT).probe().await;
        assert_eq!(outcome.is_ok(), right, "{shown}: {outcome:?}");
        assert!(right || matches!(outcome, Err(RestError::NotPostgrest { .. })));
    }
    let double = Double::start(|_, _| Act::Answer(answer(521, "", ""))).await;
    assert!(matches!(
        rest(&double.url, PATIENT).probe().await,
        Err(RestError::Unreachable(Outage { cause: Cause::Gateway(521), .. }))
    ));
}

#[tokio::test]
async fn auth_refusals_have_their_meaning() {
    for (status, body, expected) in [
        (400, "{\"code\":\"invalid_credentials\",\"message\":\"x\"}", AuthCode::InvalidCredentials),
        (
            400,
            "{\"code\":400,\"error_code\":\"email_not_confirmed\",\"msg\":\"x\"}",
            AuthCode::EmailNotConfirmed,
        ),
        (400, "{\"code\":\"user_banned\",\"message\":\"x\"}", AuthCode::UserBanned),
        (400, "{\"code\":\"refresh_token_already_used\",\"message\":\"x\"}", AuthCode::SessionEnded),
        (
            400,
            "{\"code\":\"validation_failed\",\"message\":\"Refresh token is not valid\"}",
            AuthCode::SessionEnded,
        ),
        (400, "{\"code\":\"something_new\",\"message\":\"x\"}", AuthCode::Other("something_new".to_owned())),
    ] {
        let double = Double::start(move |_, _| Act::Answer(answer(status, "", body))).await;
        let error = auth(&double.url).refresh(&RefreshToken::new("abc").unwrap(), None).await.unwrap_err();
        assert!(matches!(&error, AuthError::Refused { code, .. } if *code == expected), "{body}: {error}");
    }
    let double = Double::start(|_, _| {
        Act::Answer(answer(429, "retry-after: 17\r\n", "{\"code\":\"over_request_rate_limit\"}"))
    })
    .await;
    let error = auth(&double.url).sign_in("a@example.com", "x", None).await.unwrap_err();
    let AuthError::Refused { code: AuthCode::RateLimited, retry_after } = error else { panic!("{error}") };
    assert_eq!(retry_after, Some(Duration::from_secs(17)));
    // Signing in with nonsense is no ended session.
    let double = Double::start(|_, _| Act::Answer(answer(400, "", "{\"code\":\"validation_failed\"}"))).await;
    let error = auth(&double.url).sign_in("a@example.com", "x", None).await.unwrap_err();
    assert!(matches!(error, AuthError::Refused { code: AuthCode::Other(_), .. }), "{error}");
}

#[tokio::test]
async fn a_session_that_has_ended_already_can_be_signed_out() {
    for (status, fine) in [(204, true), (401, true), (403, true), (404, true), (500, false), (503, false)] {
        let double = Double::start(move |_, _| Act::Answer(answer(status, "", "{}"))).await;
        assert_eq!(
            auth(&double.url).sign_out(&token(), SignOutScope::Global).await.is_ok(),
            fine,
            "{status}"
        );
        assert!(double.asked()[0].line.contains("scope=global"));
    }
}

#[tokio::test]
async fn grants_that_are_none_are_refused() {
    for body in [
        "{}",
        "[]",
        "<html>",
        "{\"access_token\":\"\",\"refresh_token\":\"x\",\"expires_in\":1}",
        "{\"access_token\":\"a b\",\"refresh_token\":\"x\",\"expires_in\":1}",
        "{\"access_token\":\"a\",\"refresh_token\":\"x\",\"expires_in\":-1}",
    ] {
        let double = Double::start(move |_, _| Act::Answer(answer(200, "", body))).await;
        let error = auth(&double.url).sign_in("a@example.com", "x", None).await.unwrap_err();
        assert!(matches!(error, AuthError::NotAuth(_)), "{body}: {error}");
    }
}

#[tokio::test]
async fn an_open_circuit_asks_nothing_but_a_probe_that_is_never_repeated() {
    let double =
        Double::start(|number, _| if number < 6 { Act::Cut(String::new()) } else { Act::Answer(rows()) })
            .await;
    let circuit = Circuit { probe_every: Duration::from_millis(250), ..Circuit::default() };
    let project = Project::new(&double.url, "publishable").unwrap();
    let rest = Rest::new(&project, Transport::new(PATIENT).unwrap().guarded(circuit));
    let token = token();
    let ask = async || {
        let caller = rest.as_caller(&token);
        caller.list::<Value>(caller.from("rows"), 5).await
    };
    // Each read tries twice; the fifth failure is the last.
    for _ in 0..3 {
        assert!(ask().await.is_err());
    }
    assert_eq!(double.count(), 5, "the third read was not repeated");
    let started = Instant::now();
    for _ in 0..100 {
        let Err(RestError::Unreachable(Outage { cause: Cause::Closed, retry_in: Some(wait) })) = ask().await
        else {
            panic!("refused without a word on when")
        };
        assert!(wait <= Duration::from_millis(300));
    }
    assert!(started.elapsed() < Duration::from_millis(150), "{:?} for a hundred", started.elapsed());
    assert_eq!(double.count(), 5);
    tokio::time::sleep(Duration::from_millis(301)).await;
    assert!(matches!(ask().await, Err(RestError::Unreachable(Outage { retry_in: Some(_), .. }))));
    assert_eq!(double.count(), 6, "one probe, once");
    assert!(ask().await.is_err());
    tokio::time::sleep(Duration::from_millis(301)).await;
    assert_eq!(ask().await.unwrap().total, 7);
    assert_eq!(ask().await.unwrap().total, 7, "closed again");
    assert_eq!(double.count(), 8);
}

#[tokio::test]
async fn callers_without_patience_open_no_circuit() {
    let double = Double::start(|_, _| Act::Stop(String::new())).await;
    let project = Project::new(&double.url, "publishable").unwrap();
    let rest = Rest::new(&project, Transport::new(PATIENT).unwrap().guarded(Circuit::default()));
    let token = token();
    for _ in 0..8 {
        let caller = rest.as_caller(&token).until(Some(Deadline::after(Duration::from_millis(20))));
        let outcome = caller.list::<Value>(caller.from("rows"), 1).await;
        assert!(matches!(outcome, Err(RestError::TimedOut(None))), "{outcome:?}");
    }
    assert_eq!(double.count(), 8);
}

#[tokio::test]
async fn an_upstream_that_is_busy_says_for_how_long() {
    for (header, wait) in [
        ("retry-after: 17\r\n", Some(17)),
        ("date: Sun, 22 Nov 2026 14:02:00 GMT\r\nretry-after: Sun, 22 Nov 2026 14:03:30 GMT\r\n", Some(90)),
        ("date: Sun, 22 Nov 2026 14:02:00 GMT\r\nretry-after: Sun, 22 Nov 2026 14:00:00 GMT\r\n", Some(0)),
        ("retry-after: soon\r\n", None),
        ("retry-after: -5\r\n", None),
        ("", None),
    ] {
        let double = Double::start(move |_, _| Act::Answer(answer(429, header, "{}"))).await;
        let error = list(&double).await.unwrap_err();
        let RestError::Busy(told) = error else { panic!("{error}") };
        assert_eq!(told, wait.map(Duration::from_secs), "{header}");
    }
}
