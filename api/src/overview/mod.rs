//! How is the executive overview read, and kept?

pub mod handlers;
