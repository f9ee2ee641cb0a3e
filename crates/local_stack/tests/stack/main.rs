//! Does the local stack behave like a hosted Supabase project, and does it leave nothing behind?

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics is a test that fails")]

mod auth;
mod caller;
mod catalogue;
mod cluster;
mod faults;
mod issuing;
mod migrations;
mod rest;
mod sessions;
