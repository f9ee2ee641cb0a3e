//! How does RevOS get a Supabase-compatible stack on this machine?
//!
//! A [`Cluster`] is one private PostgreSQL server, built from the system's binaries. A [`Gateway`]
//! is one "Supabase project" over one of its databases: REST under `/rest/v1`, Auth under
//! `/auth/v1`, on one loopback port. [`TestStack`] keeps one cluster per test process and hands out
//! a freshly cloned [`Project`] to each test.
//!
//! ```no_run
//! # async fn up() -> Result<(), local_stack::StackError> {
//! use local_stack::{Cluster, Gateway, GatewayOptions, StackOptions};
//! let cluster = Cluster::start(&StackOptions::new(".revos/postgres", "migrations")).await?;
//! cluster.prepare_database("revos").await?;
//! let gateway = Gateway::start(&cluster, "revos", GatewayOptions::kept(&cluster)?).await?;
//! # tracing::info!(url = gateway.url(), key = gateway.publishable_key(), "ready");
//! gateway.stop().await;
//! cluster.stop().await
//! # }
//! ```

mod account;
mod auth;
mod binaries;
mod cluster;
mod control;
mod database;
mod demo;
mod describe;
mod error;
mod faults;
mod gateway;
mod home;
mod issuing;
mod keeper;
mod key;
mod migrate;
mod proofs;
mod rest;
mod server;
mod spoiling;
mod testing;

pub use cluster::{Cluster, StackOptions};
pub use demo::{hash_password, is_empty, load_demo, load_demo_into_hosted, load_scale};
pub use describe::describe;
pub use error::StackError;
pub use faults::{Fault, Faults, Requests, Upstream};
pub use gateway::{Gateway, GatewayOptions};
pub use issuing::{Issuing, Signing};
pub use key::SigningKey;
pub use migrate::{migrate, pending};
pub use proofs::Proof;
pub use testing::{Project, TestStack};
