//! What did the caller send? Parameters and bodies, strictly: unknown fields are refused.

use super::failure::Failure;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, RawPathParams, Request};
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use revos_shared::ErrorCode;
use revos_shared::kernel::check::Check;
use revos_shared::kernel::endpoint::DEADLINE_HEADER;
use revos_shared::kernel::money::MoneyError;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_path_to_error::Segment;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use supabase::Deadline;
use url::form_urlencoded::Serializer;

/// The parameters of an operation, those of its path and those of its query string.
#[derive(Clone, Copy, Debug)]
pub struct Params<T>(pub T);

/// The JSON body of an operation.
#[derive(Clone, Debug)]
pub struct JsonBody<T>(pub T);

/// The JSON body of a change, in which nothing is wrong that can be seen without asking anybody.
#[derive(Clone, Debug)]
pub struct Checked<T>(pub T);

/// The id of the request, as in the log and in the header `x-request-id`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(|rejection| {
            Failure::new(ErrorCode::InvalidArgument)
                .saying("The path is not UTF-8.")
                .because(rejection.body_text())
        })?;
        let mut all = Serializer::new(parts.uri.query().unwrap_or_default().to_owned());
        // A name that stands in both is there twice, which no description takes.
        all.extend_pairs(path.iter());
        let uri = Uri::try_from(format!("/?{}", all.finish()))
            .map_err(|error| Failure::new(ErrorCode::InvalidArgument).because(error.to_string()))?;
        axum::extract::Query::<T>::try_from_uri(&uri).map(|query| Self(query.0)).map_err(|rejection| {
            // The library's sentence names the parameter and the expected type, and nothing of ours.
            Failure::new(ErrorCode::InvalidArgument).saying(rejection.body_text())
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::new(ErrorCode::UnsupportedMediaType));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let code = if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
                ErrorCode::PayloadTooLarge
            } else {
                ErrorCode::InvalidJson
            };
            Failure::new(code)
        })?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let body = serde_path_to_error::deserialize(&mut reader).map_err(|error| unfit(&error))?;
        reader.end().map_err(|error| unreadable(&error, "is not JSON"))?;
        Ok(Self(body))
    }
}

fn unreadable(error: &serde_json::Error, what: &str) -> Failure {
    let (line, column) = (error.line(), error.column());
    Failure::new(ErrorCode::InvalidJson).saying(format!("The body {what}: line {line}, column {column}."))
}

/// A body that does not fit: with the field that is wrong, where there is one, as a form names it.
fn unfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Failure {
    let cause = error.inner();
    if !cause.is_data() {
        return unreadable(cause, "is not JSON");
    }
    let text = cause.to_string();
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let mut names = Vec::new();
    let mut row = 0;
    for segment in error.path() {
        match segment {
            Segment::Map { key } => names.push(key.as_str()),
            Segment::Seq { index } => row = *index,
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    names.extend(missing);
    let failure = unreadable(cause, "does not fit");
    if names.is_empty() {
        return failure;
    }
    let key = match missing {
        Some(_) => "required",
        None if text.starts_with(&MoneyError.to_string()) => "too_many_decimals",
        None => "not_understood",
    };
    failure.detailing(json!([{ "row": row, "field": names.join("."), "key": key }]))
}

impl<S: Send + Sync, T: DeserializeOwned + Check> FromRequest<S> for Checked<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let JsonBody(change) = JsonBody::<T>::from_request(request, state).await?;
        change
            .check()
            .map_err(|problems| Failure::new(ErrorCode::ValidationFailed).detailing(json!(problems)))?;
        Ok(Self(change))
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self(String::new())))
    }
}

/// How long the caller still waits, if it says so.
#[must_use]
pub fn deadline(headers: &HeaderMap) -> Option<Deadline> {
    let milliseconds: u64 = headers.get(DEADLINE_HEADER)?.to_str().ok()?.parse().ok()?;
    Some(Deadline::after(Duration::from_millis(milliseconds.min(60_000))))
}

/// The caller's network address: the trusted proxy's word, else the connection's.
#[must_use]
pub fn network_address(parts: &Parts, proxy_header: Option<&http::HeaderName>) -> Option<IpAddr> {
    match proxy_header {
        // A proxy appends; the last entry is the one it saw itself.
        Some(name) => parts
            .headers
            .get_all(name)
            .iter()
            .next_back()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok(),
        None => parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
