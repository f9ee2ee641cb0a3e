//! What went wrong? One envelope and one closed list of codes; the page matches on the code, never on text.

use super::value_set;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A word that is not in the value set it was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the allowed values")]
pub struct UnknownWord;

value_set! {
    /// What happened, as a stable word. The first block comes from the database's functions.
    ErrorCode {
        /// A parameter has no meaning or is out of range.
        InvalidArgument = "invalid_argument",
        /// A column that never changes was named.
        ImmutableColumn = "immutable_column",
        /// The change is only possible through its function.
        UseFunction = "use_function",
        /// No valid session.
        Unauthenticated = "unauthenticated",
        /// The person has no right to this.
        Forbidden = "forbidden",
        /// The person belongs to no organization, or no longer: then `details` is `{"deactivated": true}`.
        NoMembership = "no_membership",
        /// One does not approve one's own.
        SelfApproval = "self_approval",
        /// An organization keeps at least one Admin.
        LastAdmin = "last_admin",
        /// There is no such row for this person.
        NotFound = "not_found",
        /// Somebody else changed the row in between.
        StaleVersion = "stale_version",
        /// The row is not in a state that allows this.
        InvalidTransition = "invalid_transition",
        /// The key was used for a different request.
        IdempotencyMismatch = "idempotency_mismatch",
        /// Several clients bear the name; `details` lists them.
        ClientAmbiguous = "client_ambiguous",
        /// A locked plan is not computed again.
        PlanLocked = "plan_locked",
        /// A person has one focus session at a time; `details` is the one that goes on.
        SessionOpen = "session_open",
        /// Money was received for the invoice.
        HasPayments = "has_payments",
        /// More than is owed.
        Overpayment = "overpayment",
        /// The address belongs to a member.
        AlreadyMember = "already_member",
        /// A won opportunity stays.
        ClosedOpportunity = "closed_opportunity",
        /// The row is kept in another program and changed only there.
        ExternalSource = "external_source",
        /// A field is wrong; `details` lists the fields.
        ValidationFailed = "validation_failed",
        /// There is such a row already.
        Duplicate = "duplicate",
        /// A referenced row does not exist for this person.
        ReferenceMissing = "reference_missing",

        /// Address or password is wrong; which of the two is not told.
        InvalidCredentials = "invalid_credentials",
        /// The address has not been confirmed yet.
        EmailNotConfirmed = "email_not_confirmed",
        /// The request did not come from our own page.
        CrossSite = "cross_site",
        /// Too many requests; `retry_at` says when the next is welcome.
        RateLimited = "rate_limited",
        /// The body is not the JSON that was described.
        InvalidJson = "invalid_json",
        /// The body is not JSON at all.
        UnsupportedMediaType = "unsupported_media_type",
        /// The body is larger than allowed.
        PayloadTooLarge = "payload_too_large",
        /// There is no such route.
        NoRoute = "no_route",
        /// The route exists, with another method.
        MethodNotAllowed = "method_not_allowed",
        /// The database or the sign-in service cannot be reached.
        UpstreamUnavailable = "upstream_unavailable",
        /// It did not answer in time.
        UpstreamTimeout = "upstream_timeout",
        /// It answered something that is not what it should be.
        UpstreamUnreadable = "upstream_unreadable",
        /// This server runs without a database (demo mode).
        NotConnected = "not_connected",
        /// RevOS failed.
        Internal = "internal",
    }
}

impl ErrorCode {
    /// Is it the fault of a service behind us, so that nothing is known about the caller or the input?
    #[must_use]
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::UpstreamUnavailable | Self::UpstreamTimeout | Self::UpstreamUnreadable)
    }
}

/// The body of every answer that is not a success. `Details` is how the reader takes what depends on the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody<Details = serde_json::Value> {
    /// What the page matches on.
    pub code: ErrorCode,
    /// One English sentence for logs and API users; the page writes its own.
    pub message: String,
    /// The same id as in the header `x-request-id` and in the server's log.
    pub request_id: String,
    /// When a further try is welcome.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::instants::optional_moment")]
    pub retry_at: Option<Timestamp>,
    /// Fields and reasons of a refused input; never an upstream's own words.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub details: Option<Details>,
}
