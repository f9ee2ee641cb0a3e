//! Who are the clients, and how are they doing? The Clients page.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod sample;
mod words;

#[cfg(feature = "csr")]
mod account;
#[cfg(feature = "csr")]
mod churn_panel;
#[cfg(feature = "csr")]
mod client_table;
#[cfg(feature = "csr")]
mod columns;
#[cfg(feature = "csr")]
mod data;
#[cfg(feature = "csr")]
mod health_panel;
#[cfg(feature = "csr")]
mod health_trend;
#[cfg(feature = "csr")]
mod list;
#[cfg(feature = "csr")]
mod page;
#[cfg(feature = "csr")]
mod panel_parts;
#[cfg(feature = "csr")]
mod qbr_panel;
#[cfg(feature = "csr")]
mod record;
#[cfg(feature = "csr")]
mod record_panel;
#[cfg(feature = "csr")]
mod summary_row;
#[cfg(feature = "csr")]
mod tool;
#[cfg(feature = "csr")]
mod toolbar;
#[cfg(feature = "csr")]
mod tools;

#[cfg(feature = "csr")]
pub(crate) use account::AccountPage;
#[cfg(feature = "csr")]
pub(crate) use page::ClientsPage;
#[cfg(feature = "csr")]
pub(crate) use sample::sample_member;
