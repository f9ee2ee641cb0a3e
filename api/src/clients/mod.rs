//! Who are the clients, and how are they doing?

pub mod changes;
pub mod children;
pub mod engagement;
pub mod handlers;
