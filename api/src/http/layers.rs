//! What happens to every request and answer? Ids, traces, limits, failures written out, security headers.

use super::config::{HEADER_BYTES, REQUEST_TIME, URI_BYTES};
use super::cookies::NewCookies;
use super::extract::RequestId;
use super::failure::Failure;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use revos_shared::ErrorCode;
use std::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request its id and its span, writes failures out, and logs one line.
pub async fn tell_failures(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        request_id = id,
        method = %request.method(),
        route,
        user_id = tracing::field::Empty,
        organization_id = tracing::field::Empty
    );
    request.extensions_mut().insert(RequestId(id.clone()));
    async move {
        let started = Instant::now();
        let mut response = match too_long(&request) {
            Some(failure) => failure.into_response(),
            None => match tokio::time::timeout(REQUEST_TIME, next.run(request)).await {
                Ok(response) => response,
                Err(_) => Failure::new(ErrorCode::UpstreamTimeout).because("request time").into_response(),
            },
        };
        if let Some(failure) = response.extensions_mut().remove::<Failure>() {
            failure.log();
            let told = failure.tell(&id);
            let kept = std::mem::replace(&mut response, told);
            // Cookies set on the way to the failure (a session that ended) must still reach the browser.
            for cookie in kept.headers().get_all(header::SET_COOKIE) {
                response.headers_mut().append(header::SET_COOKIE, cookie.clone());
            }
        }
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), milliseconds, "answered");
        response
    }
    .instrument(span)
    .await
}

fn too_long(request: &Request) -> Option<Failure> {
    let uri = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if uri > URI_BYTES {
        Some(
            Failure::new(ErrorCode::InvalidArgument)
                .saying(format!("The address is longer than {URI_BYTES} bytes.")),
        )
    } else if headers > HEADER_BYTES {
        Some(
            Failure::new(ErrorCode::PayloadTooLarge)
                .saying(format!("The headers are larger than {HEADER_BYTES} bytes.")),
        )
    } else {
        None
    }
}

/// Lets handlers set cookies, whatever their answer is.
pub async fn set_cookies(mut request: Request, next: Next) -> Response {
    let cookies = NewCookies::default();
    request.extensions_mut().insert(cookies.clone());
    let mut response = next.run(request).await;
    cookies.write(response.headers_mut());
    response
}

/// The headers every answer carries. The page's own policy, with its nonce, replaces the strict one.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    // Two years, once people come over https; browsers ignore it on plain http.
    put(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    put(header::VARY, "Cookie, Authorization");
    if status != StatusCode::NOT_MODIFIED {
        put(header::CACHE_CONTROL, "no-store");
    }
    response
}

/// What a panic becomes: a failure like any other, without a word of its text.
#[must_use]
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Failure::new(ErrorCode::Internal).because("panic").into_response()
}
