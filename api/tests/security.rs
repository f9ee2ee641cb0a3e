//! What protects people from other sites and the server from greedy callers?

use crate::rig::{ADMIN, Reply, Rig, Server, Wishes, http};
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use reqwest::{Method, StatusCode};
use revos_api::http::layers;
use revos_shared::ErrorCode;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower_http::catch_panic::CatchPanicLayer;

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_the_browser() {
    let rig = Rig::new().await;
    let (admin, stranger) = (rig.program(ADMIN).await, rig.stranger());
    // `send` itself looks at each answer; this is about having seen every kind.
    let mut seen = Vec::new();
    for path in [
        "/",
        "/clients",
        "/sign-in",
        "/health",
        "/ready",
        "/api/server",
        "/api/nothing",
        "/missing.js",
        "/favicon.ico",
        "/robots.txt",
    ] {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
            seen.push(stranger.send(stranger.request(method, path)).await.status.as_u16());
        }
    }
    seen.push(admin.get("/api/clients").await.status.as_u16());
    seen.push(admin.get("/api/clients?limit=0").await.status.as_u16());
    seen.push(stranger.get("/api/clients").await.status.as_u16());
    for status in [200, 400, 401, 404, 405] {
        assert!(seen.contains(&status), "{status} was not seen: {seen:?}");
    }
}

#[tokio::test]
async fn answers_are_not_kept_by_others() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    for path in ["/api/clients", "/api/clients/summary"] {
        let reply = admin.get(path).await;
        assert_eq!(reply.header("cache-control"), Some("private, no-cache"), "{path}");
        assert_eq!(reply.header("vary"), Some("Cookie, Authorization"), "{path}");
    }
    for path in ["/api/session", "/api/server", "/api/nothing", "/api/clients?limit=0", "/health"] {
        assert_eq!(admin.get(path).await.header("cache-control"), Some("no-store"), "{path}");
    }
    let signed_in = rig.stranger().sign_in(ADMIN, local_stack::TestStack::PASSWORD).await;
    assert_eq!(signed_in.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let rig = Rig::with(Wishes::default().setting("REVOS_PUBLIC_ORIGIN", "https://revos.example.com")).await;
    let reply = rig.stranger().get("/api/server").await;
    assert!(reply.header("strict-transport-security").unwrap().starts_with("max-age="));
}

#[tokio::test]
async fn request_ids_are_ours() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let reply = stranger
            .send(stranger.request(Method::GET, "/api/server").header("x-request-id", "forged"))
            .await;
        ids.push(reply.header("x-request-id").unwrap().to_owned());
    }
    ids.dedup();
    assert!(ids.len() == 3 && !ids.contains(&"forged".to_owned()), "{ids:?}");
}

#[tokio::test]
async fn long_addresses_and_headers_are_refused() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    for path in ["/api/server?x=", "/clients?x=", "/"] {
        let reply = stranger.get(&format!("{path}{}", "x".repeat(4_096))).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{path}");
    }
    let almost = format!("/api/{}", "x".repeat(4_000));
    assert_eq!(stranger.get(&almost).await.refusal(), (404, ErrorCode::NoRoute));
    let with = async |bytes: usize| {
        stranger
            .bare(Method::GET, "/api/server")
            .header("x-padding", "x".repeat(bytes))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(with(20_000).await, 200);
    let request = stranger.bare(Method::GET, "/api/server").header("x-padding", "x".repeat(25_000));
    assert_eq!(stranger.send(request).await.refusal(), (413, ErrorCode::PayloadTooLarge));
    assert_eq!(with(60_000).await, 431);
    let many = async |count: usize| {
        let mut request = stranger.bare(Method::GET, "/api/server");
        for number in 0..count {
            request = request.header(format!("x-header-{number}"), "x");
        }
        request.send().await.unwrap().status().as_u16()
    };
    // The client adds two of its own.
    assert_eq!((many(50).await, many(65).await), (200, 431));
}

/// Sends bytes as they are and answers what came back.
async fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(20), reading)
        .await
        .expect("the server ends the connection")
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn slow_headers_are_cut_off() {
    let rig = Rig::new().await;
    let started = Instant::now();
    let answer = raw(&rig.server, b"GET /api/server HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    let took = started.elapsed();
    assert!((8..15).contains(&took.as_secs()), "{took:?}");
    assert!(!answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let rig = Rig::new().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello over https"[..],
        b"GET /api/server HTTP/9.9\r\n\r\n",
        b"GET /api/server HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        let answer = raw(&rig.server, bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    // Two ways to say how long a body is: one request, and no second one hidden in it.
    let smuggled = b"POST /api/session HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\nconnection: close\r\n\r\n0\r\n\r\nGET /api/server HTTP/1.1\r\nhost: x\r\n\r\n";
    assert!(raw(&rig.server, smuggled).await.matches("HTTP/1.1").count() <= 1);
    assert_eq!(rig.stranger().get("/health").await.status, StatusCode::OK, "the server goes on");
}

#[tokio::test]
async fn a_panic_is_a_failure_without_a_word_of_it() {
    crate::rig::prepare();
    async fn boom() -> &'static str {
        panic!("the password is hunter2")
    }
    let router = Router::new()
        .route("/boom", get(boom))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(layers::tell_failures))
        .layer(from_fn(layers::secure));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(revos_api::http::server::serve(listener, router, std::future::pending(), Duration::ZERO));
    let response = http().get(format!("http://{address}/boom")).send().await.unwrap();
    let reply = Reply {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.bytes().await.unwrap(),
    };
    assert_eq!(reply.refusal(), (500, ErrorCode::Internal));
    assert_eq!(reply.error().request_id, reply.header("x-request-id").unwrap());
    assert!(!reply.text().contains("hunter2"));
}

#[tokio::test]
async fn requests_under_way_are_finished_when_the_server_stops() {
    let rig = Rig::new().await;
    crate::rig::prepare();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (begun, mut has_begun) = tokio::sync::mpsc::channel::<()>(1);
    let (finish, finishing) = tokio::sync::watch::channel(false);
    let slow = move || {
        let (begun, mut finishing) = (begun.clone(), finishing.clone());
        async move {
            begun.send(()).await.unwrap();
            finishing.wait_for(|done| *done).await.unwrap();
            "finished"
        }
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop_signal = async { stopped.await.unwrap_or(()) };
    let router = Router::new().route("/slow", get(slow));
    let serving =
        tokio::spawn(revos_api::http::server::serve(listener, router, stop_signal, Duration::from_secs(10)));
    let asking = tokio::spawn(async move {
        http().get(format!("http://{address}/slow")).send().await.unwrap().text().await.unwrap()
    });
    has_begun.recv().await.unwrap();
    stop.send(()).unwrap();
    // Nobody new gets in; who is in, is served to the end.
    crate::rig::eventually("the door is closed", async || {
        TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    finish.send(true).unwrap();
    assert_eq!(asking.await.unwrap(), "finished");
    serving.await.unwrap();
    drop(rig);
}
