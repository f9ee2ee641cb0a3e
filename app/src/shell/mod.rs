//! What does every slice's page stand on? The frame, the session, calls, formats and keys.

pub(crate) mod failure;
pub(crate) mod format;
mod overlays;
pub(crate) mod skeleton;
pub(crate) mod standing;

#[cfg(feature = "csr")]
pub(crate) mod address;
#[cfg(feature = "csr")]
pub(crate) mod answer;
#[cfg(feature = "csr")]
pub(crate) mod api;
#[cfg(feature = "csr")]
pub(crate) mod bulk;
#[cfg(feature = "csr")]
pub(crate) mod colleagues;
#[cfg(feature = "csr")]
pub(crate) mod csv;
#[cfg(feature = "csr")]
pub(crate) mod drag;
pub(crate) mod figures;
#[cfg(feature = "csr")]
pub(crate) mod form;
#[cfg(feature = "csr")]
pub(crate) mod frame;
#[cfg(feature = "csr")]
pub(crate) mod grid;
#[cfg(feature = "csr")]
pub(crate) mod keyboard;
#[cfg(feature = "csr")]
pub(crate) mod lines;
#[cfg(feature = "csr")]
pub(crate) mod list_tools;
#[cfg(feature = "csr")]
pub(crate) mod lists;
mod merge;
#[cfg(feature = "csr")]
pub(crate) mod no_rows;
#[cfg(feature = "csr")]
pub(crate) mod part;
#[cfg(feature = "csr")]
pub(crate) mod query;
#[cfg(feature = "csr")]
pub(crate) mod record;
#[cfg(feature = "csr")]
pub(crate) mod router;
#[cfg(feature = "csr")]
pub(crate) mod saved_views;
#[cfg(feature = "csr")]
pub(crate) mod selection;
#[cfg(feature = "csr")]
pub(crate) mod session;
#[cfg(feature = "csr")]
pub(crate) mod sheet;
#[cfg(feature = "csr")]
pub(crate) mod shown_columns;
#[cfg(feature = "csr")]
mod starting;
#[cfg(feature = "csr")]
pub(crate) mod store;
#[cfg(feature = "csr")]
pub(crate) mod style;
#[cfg(feature = "csr")]
pub(crate) mod telemetry;
pub(crate) mod terms;
#[cfg(feature = "csr")]
mod theme;
pub(crate) mod typed;
#[cfg(feature = "csr")]
pub(crate) mod window;

#[cfg(feature = "ssr")]
pub mod document;

#[cfg(feature = "csr")]
pub(crate) use failure::Refused;
#[cfg(feature = "csr")]
pub(crate) use failure::server_time;
pub(crate) use failure::{DEACTIVATED, code};
