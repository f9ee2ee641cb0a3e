//! Which outage does a part of the gateway play, and what was it asked so far?

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::spoiling::Spoiling;

/// A part of the gateway that can fail on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Upstream {
    /// Everything under `/rest/v1`.
    Rest,
    /// Everything under `/auth/v1` but the keys.
    Auth,
    /// The published keys, `/auth/v1/.well-known/jwks.json`.
    Keys,
}

impl Upstream {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Rest, Self::Auth, Self::Keys];
}

/// What a part does instead of, or before, answering. In JSON: `{"kind": "status", "status": 503}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FaultForm", into = "FaultForm")]
#[non_exhaustive]
pub enum Fault {
    /// Answers as usual.
    #[default]
    None,
    /// Closes the connection without an answer.
    Refuse,
    /// Takes the request and never answers; the connection closes when the fault is lifted.
    Hang,
    /// Answers with this status and body, whatever was asked.
    Status {
        /// The HTTP status, 200 to 599.
        status: u16,
        /// The JSON body; without one `{"message": "…"}`.
        body: Option<Value>,
        /// The header `Retry-After`, whatever it says.
        retry_after: Option<String>,
    },
    /// Answers as usual, later.
    Latency {
        /// Milliseconds to wait first.
        ms: u64,
        /// Up to so many more.
        jitter_ms: u64,
    },
    /// Answers with a web page, as something on the way does.
    Html {
        /// The HTTP status, 200 to 599.
        status: u16,
    },
    /// Sends the head of the usual answer and closes the connection.
    ResetAfterHeaders,
    /// Sends half of the usual answer and closes the connection.
    ResetMidBody,
    /// Sends half of the usual body as if it were all of it.
    Truncate,
    /// Sends the usual answer in ten pieces.
    SlowBody {
        /// Milliseconds from the first to the last.
        ms: u64,
    },
    /// Answers 200 with a JSON text of this length.
    Oversize {
        /// Bytes.
        bytes: usize,
    },
    /// Answers `[]` to everybody, as for somebody without any rights.
    Empty,
    /// Every request arrives twice, one after the other; the first answer is sent.
    Duplicate,
}

/// The JSON form of a [`Fault`]. Not a tagged enum: postrust switches serde_json's
/// `arbitrary_precision` on, with which serde cannot read numbers inside tagged enums.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultForm {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jitter_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
}

/// The longest made-up answer, in bytes.
const OVERSIZE_MAX: usize = 64 * 1024 * 1024;

impl TryFrom<FaultForm> for Fault {
    type Error = String;

    fn try_from(form: FaultForm) -> Result<Self, String> {
        let FaultForm { kind, status, body, ms, jitter_ms, retry_after, bytes } = form;
        let status = match status {
            Some(200..=599) | None => status,
            Some(_) => return Err("a status is 200 to 599".to_owned()),
        };
        let bare = (&status, &body, &ms, &jitter_ms, &retry_after, &bytes);
        let bare = bare == (&None, &None, &None, &None, &None, &None);
        match (kind.as_str(), status, ms, bytes) {
            ("none", ..) if bare => Ok(Self::None),
            ("refuse", ..) if bare => Ok(Self::Refuse),
            ("hang", ..) if bare => Ok(Self::Hang),
            ("reset_after_headers", ..) if bare => Ok(Self::ResetAfterHeaders),
            ("reset_mid_body", ..) if bare => Ok(Self::ResetMidBody),
            ("truncate", ..) if bare => Ok(Self::Truncate),
            ("empty", ..) if bare => Ok(Self::Empty),
            ("duplicate", ..) if bare => Ok(Self::Duplicate),
            ("status", Some(status), None, None) if jitter_ms.is_none() => {
                Ok(Self::Status { status, body, retry_after })
            }
            ("html", Some(status), None, None) => Ok(Self::Html { status }),
            ("latency", None, Some(ms), None) => {
                Ok(Self::Latency { ms, jitter_ms: jitter_ms.unwrap_or_default() })
            }
            ("slow_body", None, Some(ms), None) => Ok(Self::SlowBody { ms }),
            ("oversize", None, None, Some(bytes)) if bytes <= OVERSIZE_MAX => Ok(Self::Oversize { bytes }),
            _ => Err(
                "a fault is {kind: none, refuse, hang, reset_after_headers, reset_mid_body, truncate, empty \
                      or duplicate}, {kind: status, status, body?, retry_after?}, {kind: html, status}, \
                      {kind: latency, ms, jitter_ms?}, {kind: slow_body, ms} or {kind: oversize, bytes}"
                    .to_owned(),
            ),
        }
    }
}

impl From<Fault> for FaultForm {
    fn from(fault: Fault) -> Self {
        let form = |kind: &str| Self { kind: kind.to_owned(), ..Self::default() };
        match fault {
            Fault::None => form("none"),
            Fault::Refuse => form("refuse"),
            Fault::Hang => form("hang"),
            Fault::Status { status, body, retry_after } => {
                Self { status: Some(status), body, retry_after, ..form("status") }
            }
            Fault::Latency { ms, jitter_ms } => {
                Self { ms: Some(ms), jitter_ms: Some(jitter_ms).filter(|ms| *ms > 0), ..form("latency") }
            }
            Fault::Html { status } => Self { status: Some(status), ..form("html") },
            Fault::ResetAfterHeaders => form("reset_after_headers"),
            Fault::ResetMidBody => form("reset_mid_body"),
            Fault::Truncate => form("truncate"),
            Fault::SlowBody { ms } => Self { ms: Some(ms), ..form("slow_body") },
            Fault::Oversize { bytes } => Self { bytes: Some(bytes), ..form("oversize") },
            Fault::Empty => form("empty"),
            Fault::Duplicate => form("duplicate"),
        }
    }
}

/// The switch board of a gateway's outages.
#[derive(Debug)]
pub struct Faults {
    now: watch::Sender<BTreeMap<Upstream, Fault>>,
}

/// What becomes of a request after the faults have had their say.
pub(crate) enum Verdict {
    Answer,
    /// Answers, and then this happens to the answer.
    Spoilt(Spoiling),
    /// Answers twice, and sends the first answer.
    Twice,
    Close,
    Instead(Response<Body>),
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self { now: watch::Sender::new(BTreeMap::new()) }
    }

    /// Makes a part fail from now on, or work again with [`Fault::None`].
    pub fn set(&self, upstream: Upstream, fault: Fault) {
        self.now.send_modify(|now| {
            now.insert(upstream, fault);
        });
    }

    /// Makes every part work again.
    pub fn clear(&self) {
        self.now.send_modify(BTreeMap::clear);
    }

    /// What a part plays at the moment.
    pub fn get(&self, upstream: Upstream) -> Fault {
        self.now.borrow().get(&upstream).cloned().unwrap_or_default()
    }

    pub(crate) async fn verdict(&self, upstream: Upstream) -> Verdict {
        match self.get(upstream) {
            Fault::None => Verdict::Answer,
            Fault::Refuse => Verdict::Close,
            Fault::Hang => {
                let mut changes = self.now.subscribe();
                let lifted = |now: &BTreeMap<_, _>| now.get(&upstream) != Some(&Fault::Hang);
                // The sender lives as long as the gateway, so the wait ends only by a change.
                let _ = changes.wait_for(lifted).await;
                Verdict::Close
            }
            Fault::Status { status, body, retry_after } => {
                let body = body.unwrap_or_else(|| json!({ "message": "a fault of the local stack" }));
                let mut answer = instead(status, "application/json", body.to_string());
                if let Some(value) = retry_after.and_then(|text| HeaderValue::try_from(text).ok()) {
                    answer.headers_mut().insert(header::RETRY_AFTER, value);
                }
                Verdict::Instead(answer)
            }
            Fault::Html { status } => Verdict::Instead(instead(
                status,
                "text/html",
                "<html><body><h1>A web page of the local stack</h1></body></html>".to_owned(),
            )),
            Fault::Oversize { bytes } => {
                let text = format!("[\"{}\"]", "x".repeat(bytes.saturating_sub(4)));
                Verdict::Instead(instead(200, "application/json", text))
            }
            Fault::Empty => {
                let mut answer = instead(200, "application/json", "[]".to_owned());
                answer.headers_mut().insert(header::CONTENT_RANGE, HeaderValue::from_static("*/0"));
                Verdict::Instead(answer)
            }
            Fault::Latency { ms, jitter_ms } => {
                let wait = ms.saturating_add((rand::random::<f64>() * jitter_ms as f64) as u64);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                Verdict::Answer
            }
            Fault::ResetAfterHeaders => Verdict::Spoilt(Spoiling::Head),
            Fault::ResetMidBody => Verdict::Spoilt(Spoiling::Half),
            Fault::Truncate => Verdict::Spoilt(Spoiling::Truncated),
            Fault::SlowBody { ms } => Verdict::Spoilt(Spoiling::Slow(Duration::from_millis(ms))),
            Fault::Duplicate => Verdict::Twice,
        }
    }
}

fn instead(status: u16, kind: &'static str, body: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// How often the gateway was asked what, failed requests included.
#[derive(Debug)]
pub struct Requests {
    counts: Mutex<BTreeMap<Upstream, BTreeMap<String, u64>>>,
    given_up: watch::Sender<u64>,
}

impl Default for Requests {
    fn default() -> Self {
        Self { counts: Mutex::default(), given_up: watch::Sender::new(0) }
    }
}

/// A request that waits for its answer.
pub(crate) struct Waiting<'a> {
    given_up: Option<&'a watch::Sender<u64>>,
}

impl Waiting<'_> {
    pub(crate) fn answered(mut self) {
        self.given_up = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(given_up) = self.given_up {
            given_up.send_modify(|count| *count += 1);
        }
    }
}

impl Requests {
    /// Requests to one part since the start or the last reset.
    pub fn count(&self, upstream: Upstream) -> u64 {
        self.lock().get(&upstream).map_or(0, |of| of.values().sum())
    }

    /// Requests of one method and path, as in `("GET", "/rest/v1/clients")`.
    pub fn count_of(&self, upstream: Upstream, method: &str, path: &str) -> u64 {
        let key = format!("{method} {path}");
        self.lock().get(&upstream).and_then(|of| of.get(&key)).copied().unwrap_or(0)
    }

    /// How many requests whoever asked has given up before there was an answer; moves at that moment.
    pub fn given_up(&self) -> watch::Receiver<u64> {
        self.given_up.subscribe()
    }

    pub(crate) fn waiting(&self) -> Waiting<'_> {
        Waiting { given_up: Some(&self.given_up) }
    }

    /// Counts from zero again.
    pub fn reset(&self) {
        self.lock().clear();
    }

    pub(crate) fn note(&self, upstream: Upstream, method: &str, path: &str) {
        let mut counts = self.lock();
        let of = counts.entry(upstream).or_default();
        // Made-up paths must not fill the memory of a long-running stack.
        let key = if of.len() < 1_000 { format!("{method} {path}") } else { "others".to_owned() };
        *of.entry(key).or_default() += 1;
    }

    /// `{"rest": {"count": 2, "requests": {"GET /rest/v1/clients": 2}}, "auth": …, "keys": …}`.
    pub(crate) fn report(&self) -> Value {
        let counts = self.lock();
        let of = |upstream| {
            let requests = counts.get(&upstream).cloned().unwrap_or_default();
            json!({ "count": requests.values().sum::<u64>(), "requests": requests })
        };
        json!({ "rest": of(Upstream::Rest), "auth": of(Upstream::Auth), "keys": of(Upstream::Keys) })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Upstream, BTreeMap<String, u64>>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_survive_the_way_through_json() {
        let all = [
            Fault::None,
            Fault::Refuse,
            Fault::Hang,
            Fault::Status { status: 503, body: Some(json!({ "message": "closed" })), retry_after: None },
            Fault::Status { status: 429, body: None, retry_after: Some("soon".to_owned()) },
            Fault::Latency { ms: 250, jitter_ms: 0 },
            Fault::Latency { ms: 250, jitter_ms: 50 },
            Fault::Html { status: 200 },
            Fault::ResetAfterHeaders,
            Fault::ResetMidBody,
            Fault::Truncate,
            Fault::SlowBody { ms: 900 },
            Fault::Oversize { bytes: 1_000 },
            Fault::Empty,
            Fault::Duplicate,
        ];
        for fault in all {
            let text = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault, "{text}");
        }
    }

    #[test]
    fn half_a_fault_is_refused() {
        for text in [
            r#"{"kind":"status"}"#,
            r#"{"kind":"status","status":99}"#,
            r#"{"kind":"latency"}"#,
            r#"{"kind":"refuse","ms":1}"#,
            r#"{"kind":"html"}"#,
            r#"{"kind":"slow_body","ms":1,"status":200}"#,
            r#"{"kind":"oversize","bytes":99000000}"#,
            r#"{"kind":"explode"}"#,
            r#"{"kind":"none","colour":"red"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(text).is_err(), "{text}");
        }
    }
}
