//! What does the caller hear when something fails? The only place that chooses a status code.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use revos_shared::{ErrorBody, ErrorCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A failure on its way to the caller. [`crate::http::layers::tell_failures`] writes it out and logs it once.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What happened.
    pub code: ErrorCode,
    /// One sentence for the caller.
    pub(super) message: String,
    /// Fields and reasons.
    pub(super) details: Option<Value>,
    /// When a further try is welcome.
    retry_after: Option<Duration>,
    /// For handlers only: the constraint of the database that refused a row.
    pub(super) constraint: Option<Box<str>>,
    /// For the log only: what the upstream said, or where it went wrong.
    cause: Option<String>,
}

impl Failure {
    /// A failure with this code and its usual sentence.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: sentence(code).to_owned(),
            details: None,
            retry_after: None,
            constraint: None,
            cause: None,
        }
    }

    /// A parameter is out of range.
    #[must_use]
    pub fn parameter(name: &str, expected: &str) -> Self {
        Self {
            message: format!("The parameter {name} must be {expected}."),
            details: Some(json!({ "parameter": name, "expected": expected })),
            ..Self::new(ErrorCode::InvalidArgument)
        }
    }

    /// A field of the body is wrong.
    #[must_use]
    pub fn field(name: &str, key: &str) -> Self {
        Self::new(ErrorCode::ValidationFailed).about(name, key)
    }

    /// The same as what is wrong with a field, when it is about this argument of a function.
    #[must_use]
    pub fn as_field(self, argument: &str, name: &str, key: &str) -> Self {
        if self.is_about(argument) { Self::field(name, key) } else { self }
    }

    /// The same as what is wrong with a parameter, when it is about this argument of a function.
    #[must_use]
    pub fn as_parameter(self, argument: &str, name: &str, expected: &str) -> Self {
        if self.is_about(argument) { Self::parameter(name, expected) } else { self }
    }

    /// Did a function refuse this argument?
    fn is_about(&self, argument: &str) -> bool {
        let named = |details: &Value| details["argument"] == argument;
        self.code == ErrorCode::InvalidArgument && self.details.as_ref().is_some_and(named)
    }

    /// Somebody else changed the row, which is this now.
    #[must_use]
    pub fn stale(row: Value) -> Self {
        Self::new(ErrorCode::StaleVersion).detailing(row)
    }

    /// With what is wrong with which field.
    #[must_use]
    pub fn about(self, field: &str, key: &str) -> Self {
        self.detailing(json!([{ "row": 0, "field": field, "key": key }]))
    }

    /// With fields and reasons, or with the row as it is now.
    #[must_use]
    pub fn detailing(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// With a sentence of its own.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// With what only the log may know.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// With the time after which a further try is welcome.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// With the time after which a further try is welcome, if it is known.
    #[must_use]
    pub(super) fn retry_after_any(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait.or(self.retry_after);
        self
    }

    /// Was a row refused because of this constraint? For handlers that know what to do then.
    #[must_use]
    pub fn is_of(&self, constraint: &str) -> bool {
        self.constraint.as_deref() == Some(constraint)
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self.code {
            ErrorCode::InvalidArgument
            | ErrorCode::ImmutableColumn
            | ErrorCode::UseFunction
            | ErrorCode::InvalidJson => StatusCode::BAD_REQUEST,
            ErrorCode::Unauthenticated | ErrorCode::InvalidCredentials => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden
            | ErrorCode::NoMembership
            | ErrorCode::SelfApproval
            | ErrorCode::LastAdmin
            | ErrorCode::EmailNotConfirmed
            | ErrorCode::CrossSite => StatusCode::FORBIDDEN,
            ErrorCode::NotFound | ErrorCode::NoRoute => StatusCode::NOT_FOUND,
            ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::StaleVersion
            | ErrorCode::InvalidTransition
            | ErrorCode::IdempotencyMismatch
            | ErrorCode::ClientAmbiguous
            | ErrorCode::PlanLocked
            | ErrorCode::SessionOpen
            | ErrorCode::HasPayments
            | ErrorCode::Overpayment
            | ErrorCode::AlreadyMember
            | ErrorCode::ClosedOpportunity
            | ErrorCode::ExternalSource
            | ErrorCode::Duplicate
            | ErrorCode::ReferenceMissing => StatusCode::CONFLICT,
            ErrorCode::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::ValidationFailed => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::UpstreamUnreadable => StatusCode::BAD_GATEWAY,
            ErrorCode::UpstreamUnavailable | ErrorCode::NotConnected => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer, with the id of the request it answers.
    #[must_use]
    pub fn tell(&self, request_id: &str) -> Response {
        let retry_at = self.retry_after.and_then(|wait| Timestamp::now().checked_add(wait).ok());
        let body = ErrorBody {
            code: self.code,
            message: self.message.clone(),
            request_id: request_id.to_owned(),
            retry_at,
            details: self.details.clone(),
        };
        let mut response = (self.status(), axum::Json(body)).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }

    /// Writes one line to the log: loud for our own and upstream faults, quiet for refusals.
    pub fn log(&self) {
        let (code, cause) = (self.code.as_str(), self.cause.as_deref().unwrap_or("-"));
        if self.status().is_server_error() {
            tracing::warn!(code, cause, "request failed");
        } else {
            tracing::debug!(code, cause, "request refused");
        }
    }
}

const fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidArgument => "A parameter has no meaning or is out of range.",
        ErrorCode::ImmutableColumn => "This column never changes.",
        ErrorCode::UseFunction => "This change is only possible through its own operation.",
        ErrorCode::Unauthenticated => "Sign in first.",
        ErrorCode::Forbidden => "You have no right to this.",
        ErrorCode::NoMembership => "You are not an active member of an organization.",
        ErrorCode::SelfApproval => "Somebody else must approve this.",
        ErrorCode::LastAdmin => "An organization keeps at least one Admin.",
        ErrorCode::NotFound => "There is no such row for you.",
        ErrorCode::StaleVersion => "Somebody else changed this in between.",
        ErrorCode::InvalidTransition => "The row is not in a state that allows this.",
        ErrorCode::IdempotencyMismatch => "This key was used for a different request.",
        ErrorCode::ClientAmbiguous => "Several clients bear this name.",
        ErrorCode::PlanLocked => "This plan is locked.",
        ErrorCode::SessionOpen => "Another focus session goes on.",
        ErrorCode::HasPayments => "Money was received for this invoice.",
        ErrorCode::Overpayment => "This is more than is owed.",
        ErrorCode::AlreadyMember => "This address belongs to a member.",
        ErrorCode::ClosedOpportunity => "A won opportunity is not deleted.",
        ErrorCode::ExternalSource => "This row is changed only in the program it comes from.",
        ErrorCode::ValidationFailed => "A field is not as it should be.",
        ErrorCode::Duplicate => "There is such a row already.",
        ErrorCode::ReferenceMissing => "Something this refers to does not exist for you.",
        ErrorCode::InvalidCredentials => "Address or password is wrong.",
        ErrorCode::EmailNotConfirmed => "The address has not been confirmed yet.",
        ErrorCode::CrossSite => "This request did not come from the RevOS page.",
        ErrorCode::RateLimited => "Too many requests.",
        ErrorCode::InvalidJson => "The body is not the JSON this operation takes.",
        ErrorCode::UnsupportedMediaType => "The body must be application/json.",
        ErrorCode::PayloadTooLarge => "The body is larger than this operation takes.",
        ErrorCode::NoRoute => "There is no such operation.",
        ErrorCode::MethodNotAllowed => "This operation takes another method.",
        ErrorCode::UpstreamUnavailable => "The database cannot be reached.",
        ErrorCode::UpstreamTimeout => "The database did not answer in time.",
        ErrorCode::UpstreamUnreadable => "The database answered something unreadable.",
        ErrorCode::NotConnected => "This server runs without a database.",
        ErrorCode::Internal => "RevOS failed.",
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
