//! How does one caller talk to a Supabase project? PostgREST and Auth with the caller's own token.
//!
//! Queries are built with the `postgrest` crate and sent by one shared `reqwest` client
//! ([`Transport`]), so that every request has the same limits, the same retry rule and the same
//! typed failures. Each service has a breaker of its own ([`Circuit`]). What a caller may see is decided by the database.

mod auth;
mod breaker;
#[cfg(test)]
mod breaker_tests;
mod error;
mod rest;
mod sync;
mod token;
mod transport;
mod verify;
mod write;

pub use auth::{Auth, AuthCode, AuthError, Grant, SignOutScope};
pub use breaker::Circuit;
pub use error::{Cause, Outage, Refusal, RestError};
pub use postgrest::Builder as Query;
pub use rest::{Caller, List, Rest, contains};
pub use token::{AccessToken, RefreshToken};
pub use transport::{Deadline, Limits, Transport};
pub use verify::{KeySource, TokenError, Verified, Verifier, VerifierSettings};

use url::Url;

/// Where a project is, and the key that names it (not a secret: it grants nothing by itself).
#[derive(Clone, Debug)]
pub struct Project {
    /// The project's base address, for example `https://abcd.supabase.co`.
    pub url: Url,
    /// The publishable (formerly anon) key.
    pub publishable_key: String,
}

/// The project's address or key cannot be used; says which and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// Not an absolute http or https address.
    #[error("the project address is not an absolute http(s) address")]
    Address,
    /// Empty, or with characters that cannot stand in a header.
    #[error("the publishable key is empty or holds characters that no key has")]
    Key,
}

impl Project {
    /// Checks address and key.
    ///
    /// # Errors
    /// [`ProjectError`] naming the part that is wrong.
    pub fn new(url: &str, publishable_key: &str) -> Result<Self, ProjectError> {
        let url = Url::parse(url.trim()).map_err(|_| ProjectError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || url.cannot_be_a_base() {
            return Err(ProjectError::Address);
        }
        let key = publishable_key.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ProjectError::Key);
        }
        Ok(Self { url, publishable_key: key.to_owned() })
    }

    /// The address of a part of the project, such as `rest/v1`.
    fn part(&self, path: &str) -> String {
        format!("{}/{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// The issuer of the project's tokens.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.part("auth/v1")
    }

    /// Where the project publishes the keys that sign its tokens.
    #[must_use]
    pub fn key_set_address(&self) -> String {
        self.part("auth/v1/.well-known/jwks.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_addresses_and_keys_that_cannot_work() {
        for bad in ["", "project.supabase.co", "ftp://x", "postgres://u:p@h/db", "http://"] {
            assert_eq!(Project::new(bad, "k").unwrap_err(), ProjectError::Address, "{bad}");
        }
        for bad in ["", "  ", "a b", "a\nb"] {
            assert_eq!(Project::new("https://a.supabase.co", bad).unwrap_err(), ProjectError::Key, "{bad:?}");
        }
        let project = Project::new("https://a.supabase.co/", " key ").unwrap();
        assert_eq!(project.issuer(), "https://a.supabase.co/auth/v1");
        assert_eq!(project.publishable_key, "key");
    }
}
