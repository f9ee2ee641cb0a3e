//! Has anything changed since the caller last asked? Shared reads, strong ETags, 304.

use super::failure::Failure;
use super::signed_in::SignedIn;
use super::state::Shared;
use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use revos_shared::kernel::endpoint::AS_OF_HEADER;
use revos_shared::{Endpoint, Envelope, ErrorCode, UserId};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use supabase::List;

/// What is remembered of the answers each person got.
pub struct Reads {
    /// Answers that identical reads share, for as long as they are under way and a moment more.
    shared: Shared<ReadKey, Arc<Prepared>>,
    /// The digest under which an ETag was last read.
    digests: moka::future::Cache<ReadKey, (String, HeaderValue)>,
    /// How often each person has written lately: what they read after a write is never an answer of before.
    writes: moka::sync::Cache<UserId, u64>,
}

/// After this time a list is read in full again, whatever its digest says.
const DIGEST_TIME: Duration = Duration::from_secs(15 * 60);
/// Longer than any answer is shared.
const WRITES_TIME: Duration = Duration::from_secs(60);
/// Answers and digests kept at a time.
const KEPT: u64 = 10_000;

#[derive(Clone, PartialEq, Eq, Hash)]
struct ReadKey {
    read_for: revos_shared::ReadFor,
    operation: &'static str,
    query: String,
    /// See [`Reads::writes`].
    writes: u64,
    /// The `If-None-Match` of a read that may answer "unchanged".
    conditional: Option<HeaderValue>,
}

/// An answer, ready to be sent to everybody who asked for it.
pub struct Prepared {
    /// None when the digest says that the caller has these rows already.
    body: Option<Bytes>,
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

impl<T> Found<T> {
    /// The one thing that was asked for.
    pub const fn one(data: T) -> Self {
        Self { data, total: 1, truncated: false }
    }

    /// The first rows of a list, so many of those that match.
    pub const fn first(data: T, rows: usize, total: u64) -> Self {
        Self { data, total, truncated: (rows as u64) < total }
    }
}

/// What a list can be told apart by without reading it, as this function of the database says.
///
/// # Errors
/// Upstream codes.
pub async fn digest(signed_in: &SignedIn, function: &str) -> Result<String, Failure> {
    let arguments = json!({ "p_organization_id": signed_in.other_organization() });
    Ok(signed_in.caller()?.read(function, arguments).await?)
}

impl<T> Found<Vec<T>> {
    /// All rows there are.
    pub fn all(data: Vec<T>) -> Self {
        Self { total: data.len() as u64, data, truncated: false }
    }

    /// The rows of a list, and whether the database counted more. That there are none is proved: somebody whose
    /// membership has just ended sees nothing either.
    ///
    /// # Errors
    /// `no_membership`, upstream codes.
    pub async fn listed(signed_in: &SignedIn, list: List<T>) -> Result<Self, Failure> {
        if list.total == 0 {
            signed_in.prove_membership().await?;
        }
        let rows = list.rows.len();
        Ok(Self::first(list.rows, rows, list.total))
    }
}

impl Reads {
    /// Answers are shared for this long after they were read.
    #[must_use]
    pub fn new(time: Duration) -> Self {
        Self {
            shared: Shared::new(time),
            digests: moka::future::Cache::builder().max_capacity(KEPT).time_to_live(DIGEST_TIME).build(),
            writes: moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(WRITES_TIME).build(),
        }
    }

    /// From now on this person gets no answer that was read before.
    pub fn forget(&self, person: UserId) {
        self.writes.entry(person).and_upsert_with(|entry| entry.map_or(1, |entry| entry.into_value() + 1));
    }
}

/// Answers operation `E`: reads once for all identical requests of one person, and says 304 when
/// the caller already has these rows. A caller who leaves lets go of the read; the last one ends it.
///
/// # Errors
/// Whatever `read` fails with.
pub async fn answer<E, T>(
    signed_in: &SignedIn,
    headers: &HeaderMap,
    query: &E::Query,
    read: impl Future<Output = Result<Found<T>, Failure>>,
) -> Result<Response, Failure>
where
    E: Endpoint<Reply = Envelope<T>>,
    T: Serialize,
{
    // On the heap: each function that takes a future by value would hold it twice.
    let read = Box::pin(read);
    let key = ReadKey::of::<E>(signed_in, query)?;
    Ok(share(signed_in, key, async { prepare(signed_in, signed_in.heard(read.await).await?) })
        .await?
        .respond(headers))
}

/// As [`answer`], for what nobody keeps after it was shown (live data, persisted snapshots).
///
/// # Errors
/// Whatever `read` fails with.
pub async fn answer_unkept<E, T>(
    signed_in: &SignedIn,
    headers: &HeaderMap,
    query: &E::Query,
    read: impl Future<Output = Result<Found<T>, Failure>>,
) -> Result<Response, Failure>
where
    E: Endpoint<Reply = Envelope<T>>,
    T: Serialize,
{
    let mut response = answer::<E, T>(signed_in, headers, query, read).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// As [`answer`], for a list with a digest: while that stays the same, an unchanged list is not read.
///
/// # Errors
/// Whatever `digest` or `read` fails with.
pub async fn answer_by_digest<E, T>(
    signed_in: &SignedIn,
    headers: &HeaderMap,
    query: &E::Query,
    digest: impl Future<Output = Result<String, Failure>>,
    read: impl Future<Output = Result<Found<T>, Failure>>,
) -> Result<Response, Failure>
where
    E: Endpoint<Reply = Envelope<T>>,
    T: Serialize,
{
    let (digest, read) = (Box::pin(digest), Box::pin(read));
    if !headers.contains_key(header::IF_NONE_MATCH) {
        return answer::<E, T>(signed_in, headers, query, read).await;
    }
    let key = ReadKey::of::<E>(signed_in, query)?;
    let digests = &signed_in.state().upstream()?.reads.digests;
    let known = digests.get(&key).await.filter(|(_, etag)| names(headers, etag));
    let reading = async {
        // Before the rows: a change in between makes the next digest differ.
        let digest = signed_in.heard(digest.await).await?;
        if let Some((_, etag)) = known.filter(|(known, _)| *known == digest) {
            return Prepared::unchanged(etag);
        }
        let prepared = prepare(signed_in, signed_in.heard(read.await).await?)?;
        digests.insert(key.clone(), (digest, prepared.etag.clone())).await;
        Ok(prepared)
    };
    // Apart from reads without a digest: "unchanged" is no answer for somebody who has no rows.
    let shared = ReadKey { conditional: headers.get(header::IF_NONE_MATCH).cloned(), ..key.clone() };
    Ok(share(signed_in, shared, reading).await?.respond(headers))
}

async fn share(
    signed_in: &SignedIn,
    key: ReadKey,
    reading: impl Future<Output = Result<Prepared, Failure>>,
) -> Result<Arc<Prepared>, Failure> {
    let shared = &signed_in.state().upstream()?.reads.shared;
    shared.once(key, async { reading.await.map(Arc::new) }).await
}

impl ReadKey {
    fn of<E: Endpoint>(signed_in: &SignedIn, query: &E::Query) -> Result<Self, Failure> {
        let query = serde_json::to_string(query).map_err(unwritable)?;
        let read_for = signed_in.read_for();
        let writes = signed_in.state().upstream()?.reads.writes.get(&read_for.user_id).unwrap_or_default();
        Ok(Self { read_for, operation: E::NAME, query, writes, conditional: None })
    }
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
    Ok(Prepared {
        body: Some(Bytes::from(body)),
        etag: header_value(etag)?,
        as_of: header_value(as_of.to_string())?,
    })
}

fn header_value(text: String) -> Result<HeaderValue, Failure> {
    HeaderValue::try_from(text).map_err(|error| Failure::new(ErrorCode::Internal).because(error.to_string()))
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
    fn unchanged(etag: HeaderValue) -> Result<Self, Failure> {
        Ok(Self { body: None, etag, as_of: header_value(Timestamp::now().to_string())? })
    }

    fn respond(&self, headers: &HeaderMap) -> Response {
        let mut response = match &self.body {
            Some(body) if !names(headers, &self.etag) => {
                let mut response = Response::new(Body::from(body.clone()));
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            _ => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                response
            }
        };
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
