//! Does the API keep its promises, on a real PostgREST-compatible service and a real database?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics is a test that fails")]

mod clients;
mod concurrency;
mod cross_site;
mod double;
mod endpoint_coverage;
mod freshness;
mod page;
mod policy_matrix;
mod resilience;
mod rig;
mod security;
mod session;
mod sql_agreement;
mod sql_proofs;
mod sql_words;
mod staying_signed_in;
mod telemetry;
