//! In which words does Auth refuse?

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Json, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

const VERSION: HeaderName = HeaderName::from_static("x-supabase-api-version");
const CODE: HeaderName = HeaderName::from_static("x-sb-error-code");
/// The version from which on errors have the form `{code, message}`.
const NAMED_CODES: &str = "2024-01-01";

/// A refusal with the code that Supabase Auth documents.
#[derive(Debug, Clone)]
pub(super) struct AuthFailure {
    status: StatusCode,
    code: &'static str,
    message: String,
    weak_password: Option<&'static str>,
}

pub(super) type AuthReply = Result<Response, AuthFailure>;

impl AuthFailure {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), weak_password: None }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    pub(super) fn weak_password(message: impl Into<String>, reason: &'static str) -> Self {
        Self { weak_password: Some(reason), ..Self::unprocessable("weak_password", message) }
    }

    /// Something that is not the caller's fault; the cause goes to the log only.
    pub(super) fn unexpected(error: &dyn std::fmt::Display, message: &str) -> Self {
        tracing::warn!(%error, "Auth could not answer");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpected_failure", message)
    }
}

impl From<sqlx::Error> for AuthFailure {
    fn from(error: sqlx::Error) -> Self {
        Self::unexpected(&error, "Database error querying schema")
    }
}

impl IntoResponse for AuthFailure {
    /// Without a body: its form depends on the request, see [`render`].
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes refusals in the form of the API version that the caller asked for.
pub(super) async fn render(request: Request, next: Next) -> Response {
    let asked = request.headers().get(VERSION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Dates of this form sort as text. Anything else means the first version.
    let named = asked.len() == 10 && asked.parse::<jiff::civil::Date>().is_ok() && asked >= NAMED_CODES;
    let mut response = next.run(request).await;
    let Some(failure) = response.extensions_mut().remove::<AuthFailure>() else { return response };
    let mut body = if named {
        json!({ "code": failure.code, "message": failure.message })
    } else {
        json!({ "code": failure.status.as_u16(), "error_code": failure.code, "msg": failure.message })
    };
    if let (Some(reason), Some(body)) = (failure.weak_password, body.as_object_mut()) {
        body.insert("weak_password".to_owned(), json!({ "reasons": [reason] }));
    }
    let mut response: Response<Body> = (failure.status, Json(body)).into_response();
    response.headers_mut().insert(CODE, HeaderValue::from_static(failure.code));
    if named {
        response.headers_mut().insert(VERSION, HeaderValue::from_static(NAMED_CODES));
    }
    response
}
