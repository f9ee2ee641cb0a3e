//! How does the page reach the browser? The shell for every address, and built files that are kept for ever.

use crate::rig::{Reply, Rig};
use reqwest::{Method, StatusCode};
use revos_shared::ErrorCode;
use std::fs;
use std::path::Path;

/// The names of the built files; none when the page has not been built here.
fn built() -> Vec<String> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/dist")).into_iter().flatten();
    files.filter_map(|file| file.ok()?.file_name().into_string().ok()).collect()
}

fn is_built() -> bool {
    built().iter().any(|name| name.ends_with("_bg.wasm"))
}

#[tokio::test]
async fn every_address_of_the_page_is_the_shell_and_nothing_else_is() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    for path in ["/", "/clients", "/sign-in", "/a/b/c", "/clients?panel=qbr"] {
        let reply = stranger.get(path).await;
        if is_built() {
            assert_eq!(reply.status, StatusCode::OK, "{path}");
            assert!(reply.header("content-type").unwrap().starts_with("text/html"), "{path}");
            assert_ne!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        } else {
            assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(reply.text().contains("./revos build"), "{path}");
        }
    }
    for path in ["/missing.js", "/app-0000_bg.wasm", "/.env", "/a/b.css", "/..%2FCargo.toml"] {
        assert_eq!(stranger.get(path).await.refusal(), (404, ErrorCode::NoRoute), "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let reply = stranger.send(stranger.request(method.clone(), "/clients")).await;
        assert_eq!(reply.refusal(), (405, ErrorCode::MethodNotAllowed), "{method}");
    }
}

#[tokio::test]
async fn the_shells_policy_names_its_one_nonce() {
    let rig = Rig::new().await;
    if !is_built() {
        return;
    }
    let nonce_of = |reply: &Reply| {
        let policy = reply.header("content-security-policy").unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).expect("a nonce").split('\'').next().unwrap().to_owned();
        (policy, nonce)
    };
    let first = rig.stranger().get("/").await;
    let (policy, nonce) = nonce_of(&first);
    for part in [
        "default-src 'none'",
        "'wasm-unsafe-eval'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    for part in ["unsafe-inline", "'unsafe-eval'", "http:", " *"] {
        assert!(!policy.contains(part), "{part} in {policy}");
    }
    assert!(nonce.len() >= 16, "{nonce}");
    let html = first.text();
    assert!(html.contains("<script"), "{html}");
    for script in html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src="), "{tag}");
    }
    assert!(!html.contains(" onload=") && !html.contains("javascript:"), "no inline handlers");
    assert_ne!(nonce_of(&rig.stranger().get("/").await).1, nonce, "each answer has its own");
}

#[tokio::test]
async fn built_files_are_compressed_and_kept_for_ever() {
    let rig = Rig::new().await;
    let stranger = rig.stranger();
    let plain = |name: &String| !name.ends_with(".br") && !name.ends_with(".gz") && name != "index.html";
    for name in built().iter().filter(|name| plain(name) && name.contains('.')) {
        let file = stranger.get(&format!("/{name}")).await;
        if file.status != StatusCode::OK {
            // Built after this binary was: the binary carries what was there when it was compiled.
            continue;
        }
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"), "{name}");
        let kind = file.header("content-type").unwrap();
        assert!(!name.ends_with(".wasm") || kind == "application/wasm", "{name}: {kind}");
        assert!(!name.ends_with(".js") || kind.starts_with("text/javascript"), "{name}: {kind}");
        for coding in ["br", "gzip"] {
            let request =
                stranger.request(Method::GET, &format!("/{name}")).header("accept-encoding", coding);
            let packed = stranger.send(request).await;
            if let Some(told) = packed.header("content-encoding") {
                assert!(told == coding && packed.body.len() < file.body.len(), "{name}: {told}");
                assert_eq!(packed.header("vary"), Some("Accept-Encoding"));
            }
        }
    }
    for hidden in ["/index.html", "/app.js.br", "/x.wasm.gz"] {
        assert_eq!(stranger.get(hidden).await.refusal(), (404, ErrorCode::NoRoute), "{hidden}");
    }
}
