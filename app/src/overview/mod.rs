//! How does the business stand as a whole? The executive overview.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

#[cfg(feature = "csr")]
mod address;
#[cfg(feature = "csr")]
mod export;
#[cfg(feature = "csr")]
mod kept;
#[cfg(feature = "csr")]
mod page;
#[cfg(feature = "csr")]
mod part_of;
#[cfg(feature = "csr")]
mod tile;
mod words;

#[cfg(feature = "csr")]
pub(crate) use page::overview_page;
