//! What is done about an opportunity?

use crate::kernel::value_set;

value_set! {
    /// Kinds of activities.
    ActivityType {
        /// Something to do.
        Task = "task",
        /// A call.
        Call = "call",
        /// A meeting.
        Meeting = "meeting",
        /// An e-mail.
        Email = "email",
    }
}

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
