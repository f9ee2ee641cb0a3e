//! How does the page reach the browser? Built files from the binary, and a shell rendered per request.

use super::failure::Failure;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::expect_context;
use leptos_axum::ResponseOptions;
use revos_app::{PageAssets, document};
use revos_shared::ErrorCode;
use rust_embed::RustEmbed;
use std::sync::{LazyLock, Once};

/// The built page, as `./revos build` leaves it: each file also compressed (`.br`, `.gz`).
#[derive(RustEmbed)]
#[folder = "../app/dist"]
struct Built;

/// The names of this build's script, module and styles; none when the page was not built.
static ASSETS: LazyLock<Option<PageAssets>> = LazyLock::new(|| {
    let names: Vec<String> = Built::iter().map(|name| name.into_owned()).collect();
    let path = |name: &String| format!("/{name}");
    let wasm = names.iter().find(|name| name.ends_with("_bg.wasm")).map(path)?;
    // Trunk names the module after its script: app-<hash>.js and app-<hash>_bg.wasm.
    let script = wasm.replace("_bg.wasm", ".js");
    let index = Built::get("index.html")?.data;
    let styles = style_sheets(&String::from_utf8_lossy(&index));
    Some(PageAssets { script, wasm, styles })
});

/// The addresses of the style sheets in the built `index.html`, in its order: later ones override earlier ones.
fn style_sheets(index: &str) -> Vec<String> {
    index
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.ends_with(".css"))
        .map(|href| format!("/{}", href.trim_start_matches(['.', '/'])))
        .collect()
}

/// Serves a built file, or the shell for every address of the page.
pub async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Failure::new(ErrorCode::MethodNotAllowed).into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if let Some(response) = file(path, request.headers()) {
        return response;
    }
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.') && !path.starts_with("api/");
    match ASSETS.as_ref() {
        Some(assets) if is_page => shell(assets.clone(), request).await,
        None if is_page => not_built(),
        _ => Failure::new(ErrorCode::NoRoute).into_response(),
    }
}

/// Names carry a hash of their content, so browsers never ask for one twice.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path == "index.html" || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let plain = Built::get(path)?;
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts = |coding: &str| {
        accepted.split(',').any(|part| part.split(';').next().is_some_and(|c| c.trim() == coding))
    };
    let packed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(coding))
        .find_map(|(coding, suffix)| Some((coding, Built::get(&format!("{path}{suffix}"))?)))
        // The smallest files grow when they are packed.
        .filter(|(_, packed)| packed.data.len() < plain.data.len());
    let (coding, data) = match packed {
        Some((coding, file)) => (Some(coding), file.data),
        None => (None, plain.data),
    };
    let mut response = Response::new(Body::from(data.into_owned()));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some(response)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// The document with the skeleton of the route asked for. Its policy names the one nonce of this answer.
async fn shell(assets: PageAssets, request: Request) -> Response {
    static EXECUTOR: Once = Once::new();
    // Leptos renders on the runtime that serves; somebody else's choice of the same is as good.
    EXECUTOR.call_once(|| _ = any_spawner::Executor::init_tokio());
    let path = request.uri().path().to_owned();
    let render = leptos_axum::render_app_async(move || {
        if let Some(nonce) = use_nonce() {
            let policy = format!(
                "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
                 img-src 'self' data: https:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
                 base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            );
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                expect_context::<ResponseOptions>().insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
        }
        document(assets.clone(), &path, "RevOS")
    });
    render(request).await.into_response()
}

fn not_built() -> Response {
    let text = "The page is not built. Run ./revos build, then start the server again.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheets_keep_their_order() {
        let index = r#"<link rel="stylesheet" href="/tokens-1.css" integrity="x"/><link rel="modulepreload" href="/app.js"><link rel="stylesheet" href="./base-2.css">"#;
        assert_eq!(style_sheets(index), ["/tokens-1.css", "/base-2.css"]);
    }
}
