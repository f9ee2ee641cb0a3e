//! What went wrong with a call, and how is it told?

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

use live_query::{Failure, Reason, ServerTime, parse_http_date, parse_retry_after};
use revos_shared::kernel::check::Problem;
use revos_shared::{ErrorBody, ErrorCode};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The envelope of a refusal; its details are read when they are needed.
type Body = ErrorBody<Box<RawValue>>;

/// The parts of an answer that is not a success.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refusal<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body, whatever it is.
    pub body: &'a str,
    /// The header `x-request-id`.
    pub request_id: Option<&'a str>,
    /// The header `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// The header `Date`.
    pub date: Option<&'a str>,
}

/// Why a change was not made, and what the server says about it: the fields that are wrong, or the row as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// What went wrong; boxed, because it is large and rare.
    pub failure: Box<Failure>,
    /// By code: a list of problems, or the current row.
    pub details: Option<Box<RawValue>>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure: Box::new(failure), details: None }
    }
}

impl Refused {
    /// The stable code, if the API sent one.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        code(&self.failure)
    }

    /// The fields that are wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let details = self.details.as_ref().map_or("[]", |details| details.get());
        lean_json::from_str(details).unwrap_or_default()
    }

    /// What happened to the change, as a sentence.
    pub(crate) fn sentence(&self) -> String {
        let why = match self.code() {
            Some(ErrorCode::StaleVersion) => "Somebody else changed it in the meantime",
            Some(ErrorCode::ValidationFailed) => "Some fields need another look",
            // Of the page's own making when no field is named.
            Some(ErrorCode::InvalidJson) if !self.problems().is_empty() => "Some fields need another look",
            Some(ErrorCode::Duplicate) => "There is one of that name already",
            Some(ErrorCode::NotFound) => "It is no longer there",
            Some(ErrorCode::ReferenceMissing) => "Something it refers to is still in use, or no longer there",
            Some(ErrorCode::InvalidTransition) => "It no longer stands where this can be done",
            Some(ErrorCode::Overpayment) => "This is more than is owed",
            Some(ErrorCode::HasPayments) => "Money was received for it",
            Some(ErrorCode::ExternalSource) => "It is kept in another program and changed only there",
            Some(ErrorCode::SelfApproval) => "Somebody else has to approve it",
            _ => sentence(&self.failure),
        };
        format!(
            "Not saved: {}.",
            why.strip_prefix("You ").map_or_else(|| why.to_owned(), |rest| format!("you {rest}"))
        )
    }
}

impl Refusal<'_> {
    /// The same, with what the server says about it.
    pub(crate) fn refused(self) -> Refused {
        let body: Option<Body> = lean_json::from_str(self.body).ok();
        Refused { failure: Box::new(self.failure()), details: body.and_then(|body| body.details) }
    }

    /// The failure this answer means. A body that is not our envelope (a proxy's page) leaves the status to speak.
    pub(crate) fn failure(self) -> Failure {
        let body: Option<Body> = lean_json::from_str(self.body).ok();
        let code = body.as_ref().map(word);
        let request_id = body.as_ref().map(|body| body.request_id.as_str()).or(self.request_id);
        Failure {
            request_id: request_id.map(str::to_owned),
            retry_after: self.retry_after.and_then(parse_retry_after),
            retry_at: body.as_ref().and_then(|body| body.retry_at).map(server_time),
            server_time: self.date.and_then(parse_http_date),
            ..Failure::from_http(self.status, code)
        }
    }
}

/// The code of a person whose membership was ended: `no_membership`, said more exactly by its details.
pub(crate) const DEACTIVATED: &str = "deactivated";

/// The details of somebody whose membership was ended.
#[derive(Default, Deserialize)]
struct Ended {
    deactivated: bool,
}

fn word(body: &Body) -> &'static str {
    let details = body.details.as_ref().and_then(|details| lean_json::from_str::<Ended>(details.get()).ok());
    let ended = details.unwrap_or_default().deactivated;
    if ended && body.code == ErrorCode::NoMembership { DEACTIVATED } else { body.code.as_str() }
}

/// A time of the contract as the query machine counts it.
pub(crate) fn server_time(time: jiff::Timestamp) -> ServerTime {
    ServerTime::from_unix_millis(time.as_millisecond())
}

/// The stable code behind a failure, if the API sent one.
pub(crate) fn code(failure: &Failure) -> Option<ErrorCode> {
    failure.code.as_deref().and_then(|code| code.parse().ok())
}

/// What happened, as a short sentence without its full stop.
pub(crate) fn sentence(failure: &Failure) -> &'static str {
    match failure.reason {
        Reason::Offline => "You are offline",
        Reason::Timeout => "RevOS did not answer in time",
        Reason::Unauthenticated => "Your session has ended",
        Reason::Forbidden => "You have no right to this",
        Reason::RateLimited => "There were too many requests",
        // Without any answer it is not even known how the database is.
        Reason::UpstreamUnavailable if failure.status.is_none() => "RevOS is unreachable",
        Reason::UpstreamUnavailable => "The database is unreachable",
        Reason::Server => "RevOS failed",
        Reason::Decode => "RevOS answered something unreadable",
    }
}

/// What still works and what happens next, when there is nothing to show.
pub(crate) fn advice(failure: &Failure) -> String {
    let next = match failure.reason {
        Reason::Offline => "It loads by itself as soon as you are online again.",
        Reason::RateLimited => "RevOS waits as long as it was asked to, then tries again by itself.",
        Reason::Server => "RevOS tries again by itself. If it keeps failing, report the number below.",
        _ => "RevOS tries again by itself. You stay signed in, and nothing was lost.",
    };
    match (&failure.request_id, failure.reason) {
        (Some(id), Reason::Server) => format!("{next} Request {id}."),
        _ => next.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use live_query::RetryAfter;
    use std::time::Duration;

    fn refused(status: u16, body: &str) -> Failure {
        Refusal { status, body, request_id: Some("from-header"), ..Refusal::default() }.failure()
    }

    #[test]
    fn the_envelope_gives_code_request_and_time() {
        let body = r#"{"code":"upstream_unavailable","message":"x","request_id":"r1","retry_at":"2026-05-20T14:02:00Z"}"#;
        let failure = refused(503, body);
        assert_eq!(failure.reason, Reason::UpstreamUnavailable);
        assert_eq!(code(&failure), Some(ErrorCode::UpstreamUnavailable));
        assert_eq!(failure.request_id.as_deref(), Some("r1"));
        assert_eq!(failure.retry_at.map(ServerTime::as_unix_millis), Some(1_779_285_720_000));
    }

    #[test]
    fn a_foreign_body_leaves_the_status_to_speak() {
        let failure = refused(502, "<html>Bad gateway</html>");
        assert_eq!((failure.reason, code(&failure)), (Reason::UpstreamUnavailable, None));
        assert_eq!(failure.request_id.as_deref(), Some("from-header"));
        assert_eq!(refused(403, "").reason, Reason::Forbidden);
        assert_eq!(refused(401, "").reason, Reason::Unauthenticated);
        assert_eq!(refused(500, "").reason, Reason::Server);
    }

    #[test]
    fn an_ended_membership_is_told_apart_from_none() {
        let ended =
            r#"{"code":"no_membership","message":"x","request_id":"r1","details":{"deactivated":true}}"#;
        assert_eq!(refused(403, ended).code.as_deref(), Some(DEACTIVATED));
        let none = r#"{"code":"no_membership","message":"x","request_id":"r1"}"#;
        assert_eq!(refused(403, none).code.as_deref(), Some("no_membership"));
    }

    #[test]
    fn too_many_requests_say_when() {
        let refusal = Refusal { status: 429, retry_after: Some("90"), ..Refusal::default() };
        let failure = refusal.failure();
        assert_eq!(failure.reason, Reason::RateLimited);
        assert_eq!(failure.retry_after, Some(RetryAfter::Wait(Duration::from_secs(90))));
    }

    #[test]
    fn every_reason_has_its_own_sentence() {
        let mut sentences: Vec<_> =
            Reason::ALL.iter().map(|reason| sentence(&Failure::new(*reason))).collect();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), Reason::ALL.len());
    }
}
