//! Did this write come from our own page? If not, it is refused before it is looked at.

use super::config::{Config, is_loopback_origin};
use super::failure::Failure;
use super::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use revos_shared::ErrorCode;
use revos_shared::kernel::endpoint::CSRF_HEADER;

/// Refuses writes that a foreign page could have caused.
///
/// A write needs our own header, which no foreign page can send without asking first, and it needs an
/// `Origin` that is ours. Without cookies and without an `Origin` (a program, not a browser) the
/// header is enough; a bearer token is proof of its own. A body of the kinds that forms send is never ours.
pub async fn refuse_foreign_writes(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let bearer = headers.contains_key(header::AUTHORIZATION);
    if reads || bearer || is_own(headers, &state.config, state.cookies.any(headers)) {
        next.run(request).await
    } else {
        Failure::new(ErrorCode::CrossSite).into_response()
    }
}

fn is_own(headers: &HeaderMap, config: &Config, with_cookies: bool) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text(CSRF_HEADER).is_none() {
        return false;
    }
    if with_cookies && is_form(headers) {
        return false;
    }
    let site = text("sec-fetch-site");
    match text("origin") {
        Some(origin) if origin == config.public_origin => site.is_none_or(|site| site == "same-origin"),
        // A development server on this machine in front of us: the browser itself says that page and
        // address belong together, and no foreign page can have a loopback origin.
        Some(origin) => config.is_loopback() && is_loopback_origin(origin) && site == Some("same-origin"),
        None => !with_cookies && site.is_none(),
    }
}

/// Is the body of a kind that any page may send anywhere without asking first (Fetch, CORS-safelisted)?
fn is_form(headers: &HeaderMap) -> bool {
    const KINDS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    KINDS.iter().any(|form| kind.eq_ignore_ascii_case(form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn own(origin: &str, pairs: &[(&'static str, &'static str)], with_cookies: bool) -> bool {
        let config = Config::read(|name| (name == "REVOS_PUBLIC_ORIGIN").then(|| origin.to_owned())).unwrap();
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_own(&headers, &config, with_cookies)
    }

    #[test]
    fn only_our_own_page_may_write() {
        const OURS: &str = "https://revos.example.com";
        let mark = (CSRF_HEADER, "1");
        assert!(own(OURS, &[mark, ("origin", OURS), ("sec-fetch-site", "same-origin")], true));
        assert!(own(OURS, &[mark, ("origin", OURS)], true));
        assert!(!own(OURS, &[("origin", OURS)], true), "without the header");
        assert!(!own(OURS, &[mark], true), "without an origin");
        assert!(!own(OURS, &[mark, ("origin", "https://evil.example")], true));
        assert!(!own(OURS, &[mark, ("origin", "null")], true));
        assert!(!own(OURS, &[mark, ("origin", OURS), ("sec-fetch-site", "cross-site")], true));
        assert!(!own(
            OURS,
            &[mark, ("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "same-origin")],
            true
        ));
        assert!(own(OURS, &[mark], false), "a program that signs in");
        assert!(!own(OURS, &[mark, ("origin", "https://evil.example")], false));
    }

    #[test]
    fn a_development_server_on_this_machine_may_stand_in_front() {
        const HERE: &str = "http://127.0.0.1:8080";
        let mark = (CSRF_HEADER, "1");
        assert!(own(
            HERE,
            &[mark, ("origin", "http://localhost:8081"), ("sec-fetch-site", "same-origin")],
            true
        ));
        assert!(!own(
            HERE,
            &[mark, ("origin", "http://localhost:9999"), ("sec-fetch-site", "same-site")],
            true
        ));
        assert!(!own(
            HERE,
            &[mark, ("origin", "http://localhost.evil.example"), ("sec-fetch-site", "same-origin")],
            true
        ));
    }
}
