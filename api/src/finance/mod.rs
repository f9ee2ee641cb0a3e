//! What is billed, paid and earned? Read and changed.

pub mod books;
pub mod changes;
pub mod handlers;
