//! How does the client of a project behave when the project does not? Against a server of a few lines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics is a test that fails")]

mod double;
mod transport;
mod verify;
mod write;
