//! Has anything changed since the caller last asked? Shared reads, strong ETags, 304.

use super::failure::Failure;
use super::signed_in::SignedIn;
use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use revos_shared::kernel::endpoint::AS_OF_HEADER;
use revos_shared::{Endpoint, Envelope, ErrorCode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Answers that identical reads of one person share, for as long as they are under way and a moment more.
pub struct Reads(moka::future::Cache<ReadKey, Arc<Prepared>>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct ReadKey {
    read_for: revos_shared::ReadFor,
    operation: &'static str,
    query: String,
}

/// An answer, ready to be sent to everybody who asked for it.
pub struct Prepared {
    body: Bytes,
    etag: HeaderValue,
    as_of: HeaderValue,
}

/// What a read brings: the value, and how many rows match it.
pub struct Found<T> {
    /// What was asked for.
    pub data: T,
    /// All rows that match.
    pub total: u64,
    /// Are some of them missing from `data`?
    pub truncated: bool,
}

impl Reads {
    /// Answers are shared for this long after they were read.
    #[must_use]
    pub fn new(time: Duration) -> Self {
        Self(moka::future::Cache::builder().max_capacity(2_000).time_to_live(time).build())
    }
}

/// Answers operation `E`: reads once for all identical requests of one person, and says 304 when
/// the caller already has these rows. A caller who leaves lets go of the read; the last one ends it.
///
/// # Errors
/// Whatever `read` fails with.
pub async fn answer<E, T, F>(signed_in: &SignedIn, headers: &HeaderMap, query: &E::Query, read: F) -> Result<Response, Failure>
where
    E: Endpoint<Reply = Envelope<T>>,
    T: Serialize,
    F: Future<Output = Result<Found<T>, Failure>>,
{
    let reads = &signed_in.state().upstream()?.reads;
    let query = serde_json::to_string(query).map_err(unwritable)?;
    let key = ReadKey { read_for: signed_in.read_for(), operation: E::NAME, query };
    let reading = async { prepare(signed_in, read.await?).map(Arc::new) };
    let prepared = reads.0.try_get_with(key, reading).await.map_err(|failure| (*failure).clone())?;
    Ok(prepared.respond(headers))
}

fn prepare<T: Serialize>(signed_in: &SignedIn, found: Found<T>) -> Result<Prepared, Failure> {
    let as_of = Timestamp::now();
    let mut envelope = Envelope {
        data: found.data,
        as_of: Timestamp::UNIX_EPOCH,
        today: signed_in.day_of(as_of),
        total: found.total,
        truncated: found.truncated,
        read_for: signed_in.read_for(),
    };
    // The ETag names the rows and their reader, not the moment of reading.
    let mut hash = HashWriter(Sha256::new());
    serde_json::to_writer(&mut hash, &envelope).map_err(unwritable)?;
    let digest = hash.0.finalize();
    envelope.as_of = as_of;
    let body = serde_json::to_vec(&envelope).map_err(unwritable)?;
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..18]));
    let value = |text: String| HeaderValue::try_from(text).map_err(|error| Failure::new(ErrorCode::Internal).because(error.to_string()));
    Ok(Prepared { body: Bytes::from(body), etag: value(etag)?, as_of: value(as_of.to_string())? })
}

struct HashWriter(Sha256);

impl std::io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn unwritable(error: serde_json::Error) -> Failure {
    Failure::new(ErrorCode::Internal).because(error.to_string())
}

impl Prepared {
    fn respond(&self, headers: &HeaderMap) -> Response {
        let unchanged = names(headers, &self.etag);
        let body = if unchanged { Body::empty() } else { Body::from(self.body.clone()) };
        let mut response = Response::new(body);
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let out = response.headers_mut();
        out.insert(header::ETAG, self.etag.clone());
        out.insert(AS_OF_HEADER, self.as_of.clone());
        // The browser may keep it for the person, and must ask each time.
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response
    }
}

/// Does `If-None-Match` name this ETag? `*` and weak forms of it count (RFC 9110, 13.1.2).
fn names(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named).as_bytes() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_its_etag_in_every_form() {
        let etag = HeaderValue::from_static("\"abc\"");
        let named = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(text));
            names(&headers, &etag)
        };
        assert!(named("\"abc\"") && named("W/\"abc\"") && named("\"x\", \"abc\"") && named("*"));
        assert!(!named("\"ab\"") && !named("abc") && !names(&HeaderMap::new(), &etag));
    }
}
