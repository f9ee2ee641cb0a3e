//! Which outage does a part of the gateway play, and what was it asked so far?

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

/// A part of the gateway that can fail on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Upstream {
    /// Everything under `/rest/v1`.
    Rest,
    /// Everything under `/auth/v1`.
    Auth,
}

impl Upstream {
    /// Every part.
    pub const ALL: [Self; 2] = [Self::Rest, Self::Auth];
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
    },
    /// Answers as usual, later.
    Latency {
        /// Milliseconds to wait first.
        ms: u64,
    },
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
}

impl TryFrom<FaultForm> for Fault {
    type Error = String;

    fn try_from(form: FaultForm) -> Result<Self, String> {
        let FaultForm { kind, status, body, ms } = form;
        match (kind.as_str(), status, body, ms) {
            ("none", None, None, None) => Ok(Self::None),
            ("refuse", None, None, None) => Ok(Self::Refuse),
            ("hang", None, None, None) => Ok(Self::Hang),
            ("status", Some(status @ 200..=599), body, None) => Ok(Self::Status { status, body }),
            ("latency", None, None, Some(ms)) => Ok(Self::Latency { ms }),
            _ => Err("a fault is {kind: none}, {kind: refuse}, {kind: hang}, \
                      {kind: status, status: 200 to 599, body?} or {kind: latency, ms}"
                .to_owned()),
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
            Fault::Status { status, body } => Self { status: Some(status), body, ..form("status") },
            Fault::Latency { ms } => Self { ms: Some(ms), ..form("latency") },
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
    Close,
    Instead { status: u16, body: Value },
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
            Fault::Status { status, body } => {
                let body = body.unwrap_or_else(|| json!({ "message": "a fault of the local stack" }));
                Verdict::Instead { status, body }
            }
            Fault::Latency { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Verdict::Answer
            }
        }
    }
}

/// How often the gateway was asked what, failed requests included.
#[derive(Debug, Default)]
pub struct Requests {
    counts: Mutex<BTreeMap<Upstream, BTreeMap<String, u64>>>,
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

    /// `{"rest": {"count": 2, "requests": {"GET /rest/v1/clients": 2}}, "auth": …}`.
    pub(crate) fn report(&self) -> Value {
        let counts = self.lock();
        let of = |upstream| {
            let requests = counts.get(&upstream).cloned().unwrap_or_default();
            json!({ "count": requests.values().sum::<u64>(), "requests": requests })
        };
        json!({ "rest": of(Upstream::Rest), "auth": of(Upstream::Auth) })
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
            Fault::Status { status: 503, body: Some(json!({ "message": "closed" })) },
            Fault::Latency { ms: 250 },
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
            r#"{"kind":"explode"}"#,
            r#"{"kind":"none","colour":"red"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(text).is_err(), "{text}");
        }
    }
}
