//! What is done about an opportunity?

use crate::kernel::value_set;

value_set! {
    /// How an activity stands.
    ActivityStatus {
        /// To be done.
        Pending = "pending",
        /// Done.
        Completed = "completed",
        /// Dropped.
        Cancelled = "cancelled",
    }
}
