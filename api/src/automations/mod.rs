//! How are playbooks read and changed, and their runs started?

pub mod handlers;
pub mod runs;
