//! What does a person see and do in RevOS? The page, in the browser (`csr`) and as a shell (`ssr`).
//!
//! `shell` is the plumbing every slice stands on; every other folder is a slice of the business with the
//! same name as in `shared` and `api`.

#![allow(unreachable_pub, reason = "`#[component]` makes the items beside a private component public")]

mod automations;
mod clients;
mod finance;
mod overview;
mod pipeline;
mod session;
mod shell;

#[cfg(feature = "ssr")]
pub use shell::document::{PageAssets, document};

#[cfg(feature = "csr")]
mod start;
