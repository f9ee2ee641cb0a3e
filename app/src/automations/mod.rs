//! What happens by itself, and what came of it? The Playbooks page.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod draft;

#[cfg(feature = "csr")]
mod desk;
#[cfg(feature = "csr")]
mod forms;
#[cfg(feature = "csr")]
mod page;
#[cfg(feature = "csr")]
mod picker;
#[cfg(feature = "csr")]
mod record;
#[cfg(feature = "csr")]
mod runs;
#[cfg(feature = "csr")]
mod steps;
#[cfg(feature = "csr")]
mod words;

#[cfg(feature = "csr")]
pub(crate) use page::playbooks_page;
