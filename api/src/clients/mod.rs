//! Who are the clients, and how are they doing?

pub mod handlers;
