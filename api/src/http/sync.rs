//! Which locks are used? The proofs of concurrency put theirs in this place.

pub(crate) use std::sync::{Arc, Mutex, MutexGuard};
