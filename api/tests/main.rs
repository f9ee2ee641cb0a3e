//! Does the API keep its promises, on a real PostgREST-compatible service and a real database?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics is a test that fails")]

mod automations;
mod circuit;
mod client_bulk;
mod client_changes;
mod client_children;
mod client_record;
mod client_sets;
mod clients;
mod concurrency;
mod cross_site;
mod double;
mod endpoint_coverage;
mod examples;
mod finance;
mod finance_agreement;
mod finance_books;
mod freshness;
mod imports;
mod list_agreement;
mod overview;
mod page;
mod pipeline;
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
mod worker;
mod workspace;
