//! Why did a request to the project fail?

use http::StatusCode;
use serde::Deserialize;
use std::time::Duration;

/// Why there was no answer at all, as a stable word for logs and error envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection could be made.
    Connect,
    /// The connection ended before the answer was complete.
    Closed,
    /// Nothing came in time.
    Timeout,
    /// The upstream answered, as a gateway that has nobody behind it (502, 503, 504 and the like).
    Gateway(u16),
}

impl Cause {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::Gateway(_) => "gateway",
        }
    }
}

/// An upstream that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Why.
    pub cause: Cause,
    /// When it will be tried again, if nobody may ask until then.
    pub retry_in: Option<Duration>,
}

/// Why a PostgREST request failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RestError {
    /// Nobody answered.
    #[error("the database's REST service is unreachable ({})", .0.cause.as_str())]
    Unreachable(Outage),
    /// No complete answer in time. With the time of the next try, if nobody may ask until then.
    #[error("the database's REST service did not answer in time")]
    TimedOut(Option<Duration>),
    /// Too many requests. With the wait it asks for.
    #[error("the database's REST service gets too many requests")]
    Busy(Option<Duration>),
    /// PostgREST refused, with a reason.
    #[error("refused with {} {}", .0.status, .0.code)]
    Refused(Refusal),
    /// The answer does not come from a PostgREST service.
    #[error("the answer (HTTP {status}) does not come from a PostgREST service")]
    NotPostgrest {
        /// Its status.
        status: StatusCode,
    },
    /// The answer is not the described type.
    #[error("the answer is not the described type: {0}")]
    Unreadable(String),
    /// Rows that should be there are missing, so that a sum over them would be wrong.
    #[error("the list was cut: {got} of {total} rows")]
    Cut {
        /// Rows received.
        got: usize,
        /// Rows that match.
        total: u64,
    },
}

/// A refusal as PostgREST writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// SQLSTATE or PostgREST's own code.
    pub code: String,
    /// For SQLSTATE `PTnnn` the stable key of our functions; else the database's own words, for the log only.
    pub message: String,
    /// What a function added, for SQLSTATE `PTnnn`.
    pub detail: Option<String>,
    /// When PostgREST will be tried again, if nobody may ask until then.
    pub retry_in: Option<Duration>,
}

#[derive(Deserialize)]
struct RefusalBody {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Option<serde_json::Value>,
}

impl Refusal {
    /// Reads a refusal; none when the body was not written by PostgREST.
    pub(crate) fn read(status: StatusCode, body: &[u8]) -> Option<Self> {
        let body: RefusalBody = serde_json::from_slice(body).ok()?;
        let known = body.code.starts_with("PGRST")
            || (body.code.len() == 5 && body.code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let detail = match body.details {
            Some(serde_json::Value::String(text)) => Some(text),
            Some(serde_json::Value::Null) | None => None,
            Some(other) => Some(other.to_string()),
        };
        known.then_some(Self { status, code: body.code, message: body.message, detail, retry_in: None })
    }

    /// The key raised by one of our functions with SQLSTATE `PTnnn`.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.code.starts_with("PT").then_some(self.message.as_str())
    }

    /// The constraint that a row would have violated, for the SQLSTATEs of class 23.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        let (_, rest) = self.message.split_once("constraint \"").filter(|_| self.code.starts_with("23"))?;
        rest.split_once('"').map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keys_of_functions_and_nothing_from_strangers() {
        let read = |body: &str| Refusal::read(StatusCode::BAD_REQUEST, body.as_bytes());
        let ours =
            read(r#"{"code":"PT409","message":"stale_version","details":"{\"version\":3}","hint":null}"#)
                .unwrap();
        assert_eq!((ours.key(), ours.detail.as_deref()), (Some("stale_version"), Some("{\"version\":3}")));
        let theirs = read(r#"{"code":"42501","message":"permission denied for table x"}"#).unwrap();
        assert_eq!(theirs.key(), None);
        assert!(read("<html>").is_none() && read(r#"{"message":"no"}"#).is_none());
        assert!(read(r#"{"code":"a longer word"}"#).is_none());
    }

    #[test]
    fn a_violated_constraint_has_a_name() {
        let of = |code: &str, message: &str| {
            let body = serde_json::json!({ "code": code, "message": message }).to_string();
            let refusal = Refusal::read(StatusCode::CONFLICT, body.as_bytes()).unwrap();
            refusal.constraint().map(str::to_owned)
        };
        for message in [
            "duplicate key value violates unique constraint \"k\"",
            "insert or update on table \"t\" violates foreign key constraint \"k\"",
            "update or delete on table \"t\" violates foreign key constraint \"k\" on table \"u\"",
            "new row for relation \"t\" violates check constraint \"k\"",
        ] {
            assert_eq!(of("23505", message).as_deref(), Some("k"), "{message}");
        }
        assert_eq!(of("23505", "doppelter Schlüsselwert"), None);
        assert_eq!(of("42501", "constraint \"k\""), None);
    }
}
