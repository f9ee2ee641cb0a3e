//! What do all slices need of HTTP? Settings, sessions, failures, limits, conditional reads, the page.

pub mod conditional;
pub mod config;
pub mod cookies;
pub mod cross_site;
pub mod extract;
pub mod failure;
pub mod flight;
pub mod health;
pub mod layers;
pub mod owners;
pub mod page;
pub mod rate;
mod refusal;
pub mod server;
pub mod signed_in;
pub mod state;
mod sync;
pub mod telemetry;
pub mod workspace;
pub mod writing;
