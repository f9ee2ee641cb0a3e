//! What is billed, owed and earned? The Finance page.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod words;

#[cfg(feature = "csr")]
mod address;
#[cfg(feature = "csr")]
mod billing;
#[cfg(feature = "csr")]
mod book_forms;
#[cfg(feature = "csr")]
mod cash;
#[cfg(feature = "csr")]
mod data;
#[cfg(feature = "csr")]
mod desk;
#[cfg(feature = "csr")]
mod draft;
#[cfg(feature = "csr")]
mod expenses;
#[cfg(feature = "csr")]
mod export;
#[cfg(feature = "csr")]
mod filter;
#[cfg(feature = "csr")]
mod forms;
#[cfg(feature = "csr")]
mod invoice;
#[cfg(feature = "csr")]
mod ledger;
#[cfg(feature = "csr")]
mod overview;
#[cfg(feature = "csr")]
mod page;
#[cfg(feature = "csr")]
mod profit;
#[cfg(feature = "csr")]
mod purpose;
#[cfg(feature = "csr")]
mod subscriptions;

#[cfg(feature = "csr")]
pub(crate) use page::finance_page;
