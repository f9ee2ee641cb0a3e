//! Who are the clients, and how are they doing? The Clients page.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod order;
mod sample;
mod words;

#[cfg(feature = "csr")]
mod churn_panel;
#[cfg(feature = "csr")]
mod client_table;
#[cfg(feature = "csr")]
mod data;
#[cfg(feature = "csr")]
mod health_panel;
#[cfg(feature = "csr")]
mod page;
#[cfg(feature = "csr")]
mod panel_parts;
#[cfg(feature = "csr")]
mod qbr_panel;
#[cfg(feature = "csr")]
mod summary_row;

#[cfg(feature = "csr")]
pub(crate) use page::ClientsPage;
#[cfg(feature = "csr")]
pub(crate) use sample::sample_member;
