//! How does the page reach the database? The JSON API: typed routes, sessions, good errors, resilience.
//!
//! Permissions are not here: every read and write goes to PostgREST with the person's own token.

pub mod automations;
pub mod clients;
pub mod finance;
pub mod http;
#[cfg(feature = "local")]
pub mod local;
pub mod overview;
pub mod pipeline;
pub mod router;
pub mod session;
pub mod worker;
