//! What does the sign-in page say when it did not work? One sentence for each thing that can be wrong.

use crate::shell::{DEACTIVATED, code, format};
use live_query::{Failure, Reason, RetryAfter};
use revos_shared::ErrorCode;
use std::time::Duration;

/// Why signing in did not work, in words, and which field to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignInAnswer {
    /// What happened and what to do.
    pub text: String,
    /// The field to look at, and what to do there.
    pub field: Option<(&'static str, &'static str)>,
}

/// The answer to this failure. Wrong address and wrong password are not told apart.
pub(super) fn answer(failure: &Failure) -> SignInAnswer {
    let plain = |text: &str| SignInAnswer { text: text.to_owned(), field: None };
    if failure.code.as_deref() == Some(DEACTIVATED) {
        return plain("Your membership was deactivated. An Admin of your organization can reactivate it.");
    }
    match code(failure) {
        Some(ErrorCode::InvalidCredentials) => SignInAnswer {
            text: "This e-mail address and password do not belong together.".to_owned(),
            field: Some(("password", "Check the address, then type the password again")),
        },
        Some(ErrorCode::EmailNotConfirmed) => SignInAnswer {
            text: "Your e-mail address is not confirmed yet. Open the link in the mail you were sent, then sign in."
                .to_owned(),
            field: None,
        },
        Some(ErrorCode::NoMembership) => plain(
            "You belong to no organization yet. Ask an Admin of your organization for an invitation.",
        ),
        Some(ErrorCode::ValidationFailed | ErrorCode::InvalidArgument) => SignInAnswer {
            text: "RevOS could not read this e-mail address and password.".to_owned(),
            field: Some(("email", "Check the address")),
        },
        _ => match failure.reason {
            Reason::RateLimited => plain(&format!("There were too many tries. Try again {}.", waiting(failure))),
            Reason::Offline => plain("You are offline. Sign in when you are online again."),
            Reason::Timeout | Reason::UpstreamUnavailable => {
                plain("The sign-in service is unreachable. Your password was not checked; try again in a moment.")
            }
            _ => plain(&match &failure.request_id {
                Some(id) => format!("RevOS failed while signing you in. Try again, or report request {id}."),
                None => "RevOS failed while signing you in. Try again.".to_owned(),
            }),
        },
    }
}

/// How long to wait, in words.
fn waiting(failure: &Failure) -> String {
    let until = |time: live_query::ServerTime| failure.server_time.and_then(|now| time.since(now));
    let wait = match (failure.retry_after, failure.retry_at) {
        (Some(RetryAfter::Wait(wait)), _) => Some(wait),
        (Some(RetryAfter::Until(time)), _) | (None, Some(time)) => until(time),
        (None, None) => None,
    };
    match wait {
        None => "in a few minutes".to_owned(),
        Some(wait) if wait < Duration::from_secs(60) => {
            format!("in {}", format::span(wait.max(Duration::from_secs(1))))
        }
        // Rounded up, so that who waits as long as told is let in.
        Some(wait) => format!("in {}", format::span(wait + Duration::from_secs(59))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_troubles_have_six_sentences() {
        let coded = |code: ErrorCode| {
            answer(&Failure { code: Some(code.as_str().to_owned()), ..Failure::new(Reason::Server) }).text
        };
        let deactivated = Failure { code: Some(DEACTIVATED.to_owned()), ..Failure::new(Reason::Forbidden) };
        let mut texts = vec![
            coded(ErrorCode::InvalidCredentials),
            coded(ErrorCode::EmailNotConfirmed),
            coded(ErrorCode::NoMembership),
            answer(&deactivated).text,
            answer(&Failure::new(Reason::RateLimited)).text,
            answer(&Failure::new(Reason::UpstreamUnavailable)).text,
        ];
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 6);
    }

    #[test]
    fn too_many_tries_say_how_long_to_wait() {
        let after = |seconds| {
            let wait = RetryAfter::Wait(Duration::from_secs(seconds));
            answer(&Failure { retry_after: Some(wait), ..Failure::new(Reason::RateLimited) }).text
        };
        assert!(after(30).ends_with("in 30 s."));
        assert!(after(61).ends_with("in 2 min."));
        assert!(after(0).ends_with("in 1 s."));
    }
}
