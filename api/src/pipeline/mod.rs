//! How is the pipeline read and changed?

pub mod changes;
pub mod children;
pub mod handlers;
pub mod imports;
