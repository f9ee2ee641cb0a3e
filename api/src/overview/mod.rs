//! How is the executive overview read?

pub mod handlers;
