//! Which sales are under way, and how will the quarter end? The Pipeline page.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod words;

#[cfg(feature = "csr")]
mod address;
#[cfg(feature = "csr")]
mod board;
#[cfg(feature = "csr")]
mod bulk;
#[cfg(feature = "csr")]
mod columns;
#[cfg(feature = "csr")]
mod data;
#[cfg(feature = "csr")]
mod desk;
#[cfg(feature = "csr")]
mod edit;
#[cfg(feature = "csr")]
mod export;
#[cfg(feature = "csr")]
mod filter;
#[cfg(feature = "csr")]
mod forecast;
#[cfg(feature = "csr")]
mod forms;
#[cfg(feature = "csr")]
mod head;
#[cfg(feature = "csr")]
mod import;
#[cfg(feature = "csr")]
mod page;
#[cfg(feature = "csr")]
mod prospect;
#[cfg(feature = "csr")]
mod record;
#[cfg(feature = "csr")]
mod runs;
#[cfg(feature = "csr")]
mod steps;
#[cfg(feature = "csr")]
mod table;
#[cfg(feature = "csr")]
mod toolbar;

#[cfg(feature = "csr")]
pub(crate) use page::pipeline_page;
