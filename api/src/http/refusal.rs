//! What does a refusal of the database or of the sign-in service mean to the caller?

use super::failure::Failure;
use revos_shared::ErrorCode;
use serde_json::{Value, json};
use std::time::Duration;
use supabase::{AuthCode, AuthError, Cause, Outage, Refusal, RestError, TokenError};

impl From<RestError> for Failure {
    fn from(error: RestError) -> Self {
        let cause = error.to_string();
        match error {
            RestError::Unreachable(outage) => unreachable(outage),
            RestError::TimedOut(retry_in) => late(retry_in),
            RestError::Busy(wait) => busy(wait),
            RestError::Refused(refusal) => refused(&refusal),
            RestError::NotPostgrest { .. } | RestError::Unreadable(_) | RestError::Cut { .. } => {
                Self::new(ErrorCode::UpstreamUnreadable)
            }
        }
        .because(cause)
    }
}

fn unreachable(Outage { cause, retry_in }: Outage) -> Failure {
    Failure::new(ErrorCode::UpstreamUnavailable)
        .detailing(json!({ "cause": cause.as_str() }))
        .retry_after_any(retry_in)
}

fn late(retry_in: Option<Duration>) -> Failure {
    Failure::new(ErrorCode::UpstreamTimeout).retry_after_any(retry_in)
}

fn busy(wait: Option<Duration>) -> Failure {
    Failure::new(ErrorCode::RateLimited).retry_after(wait.unwrap_or(PATIENCE).min(PATIENCE_MAX))
}

/// The wait when an upstream has too many requests and does not say for how long.
const PATIENCE: Duration = Duration::from_secs(60);
/// A wrong word of an upstream silences nobody for longer.
const PATIENCE_MAX: Duration = Duration::from_secs(600);

/// The database's own words go to the log; the caller gets the key of our functions or a code by SQLSTATE.
fn refused(refusal: &Refusal) -> Failure {
    let known = refusal.key().and_then(|key| key.parse::<ErrorCode>().ok());
    let code = known.unwrap_or_else(|| match refusal.code.as_str() {
        "42501" => ErrorCode::Forbidden,
        "23505" => ErrorCode::Duplicate,
        "23503" | "23001" => ErrorCode::ReferenceMissing,
        "23514" | "22P02" | "22P05" | "22021" | "22003" | "22001" | "22007" | "22008" => {
            ErrorCode::ValidationFailed
        }
        "PGRST116" => ErrorCode::NotFound,
        "PGRST301" | "PGRST302" | "PGRST303" => ErrorCode::Unauthenticated,
        "PGRST000" | "PGRST001" | "PGRST002" => ErrorCode::UpstreamUnavailable,
        "PGRST003" | "57014" => ErrorCode::UpstreamTimeout,
        state if state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") => {
            ErrorCode::UpstreamUnavailable
        }
        _ => ErrorCode::UpstreamUnreadable,
    });
    let mut failure = Failure::new(code).because(format!("{} {}", refusal.code, refusal.message));
    if code.is_outage() {
        failure = failure.retry_after_any(refusal.retry_in);
    }
    failure.constraint = refusal.constraint().map(Box::from);
    // Only what our own functions chose to add; never the database's words.
    let added = refusal.detail.as_deref().filter(|_| known.is_some());
    if let Some(details) = added.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        // What a row refers to is told as what is wrong with a field.
        return match details.get("field").and_then(Value::as_str) {
            Some(field) => failure.about(field, code.as_str()),
            None => failure.detailing(details),
        };
    }
    match FIELDS.iter().find(|(constraint, _)| failure.is_of(constraint)) {
        Some((_, field)) => failure.about(field, code.as_str()),
        None => failure,
    }
}

/// The field that a form would mark when a constraint refuses its row.
const FIELDS: [(&str, &str); 10] = [
    ("automation_playbooks_name_key", "name"),
    ("client_deliverables_client_id_reference_key", "reference"),
    ("clients_owner_id_fkey", "owner_id"),
    ("contacts_client_id_email_key", "email"),
    ("data_sources_client_id_name_key", "name"),
    ("invoices_invoice_number_key", "invoice_number"),
    ("kanban_items_assignee_id_fkey", "assignee_id"),
    ("opportunities_owner_id_fkey", "owner_id"),
    ("opportunity_activities_assigned_to_fkey", "assigned_to"),
    ("saved_views_user_id_name_key", "name"),
];

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        let cause = error.to_string();
        match error {
            AuthError::Unreachable(outage) => unreachable(outage),
            AuthError::TimedOut(retry_in) => late(retry_in),
            AuthError::NotAuth(_) => Self::new(ErrorCode::UpstreamUnreadable),
            AuthError::Refused { code, retry_after } => match code {
                AuthCode::InvalidCredentials => Self::new(ErrorCode::InvalidCredentials),
                AuthCode::EmailNotConfirmed => Self::new(ErrorCode::EmailNotConfirmed),
                AuthCode::UserBanned => {
                    Self::new(ErrorCode::NoMembership).detailing(json!({ "deactivated": true }))
                }
                AuthCode::SessionEnded => Self::new(ErrorCode::Unauthenticated),
                AuthCode::RateLimited => busy(retry_after),
                AuthCode::Other(_) => Self::new(ErrorCode::UpstreamUnreadable),
            },
        }
        .because(cause)
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired | TokenError::Invalid => Self::new(ErrorCode::Unauthenticated),
            TokenError::KeysUnreachable => unreachable(Outage { cause: Cause::Connect, retry_in: None }),
        }
        .because(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn refusal(code: &str, message: &str, detail: Option<&str>) -> Failure {
        RestError::Refused(Refusal {
            status: StatusCode::BAD_REQUEST,
            code: code.to_owned(),
            message: message.to_owned(),
            detail: detail.map(str::to_owned),
            retry_in: None,
        })
        .into()
    }

    #[test]
    fn keys_of_our_functions_are_kept_with_their_detail() {
        let failure = refusal("PT409", "stale_version", Some("{\"version\": 3}"));
        assert_eq!((failure.code, failure.status()), (ErrorCode::StaleVersion, StatusCode::CONFLICT));
        assert_eq!(failure.details, Some(json!({ "version": 3 })));
    }

    #[test]
    fn the_databases_words_never_reach_the_caller() {
        let failure =
            refusal("23505", "duplicate key value violates unique constraint \"x\"", Some("\"secret\""));
        let shown = format!("{} {:?}", failure.message, failure.details);
        assert!(
            failure.code == ErrorCode::Duplicate
                && !shown.contains("constraint")
                && !shown.contains("secret")
        );
    }

    #[test]
    fn an_unreachable_database_is_503_with_its_cause() {
        let failure =
            Failure::from(RestError::Unreachable(Outage { cause: Cause::Gateway(521), retry_in: None }));
        assert_eq!(failure.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(failure.details, Some(json!({ "cause": "gateway" })));
    }
}
