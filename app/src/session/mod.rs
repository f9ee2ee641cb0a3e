//! How does a person get in? The sign-in page and its words.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod answers;

#[cfg(feature = "csr")]
mod page;

#[cfg(feature = "csr")]
pub(crate) use page::sign_in;
