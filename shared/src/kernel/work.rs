//! Which words of work do people, agents and playbooks share?

use super::value_set;

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
    /// How a run stands.
    RunStatus {
        /// Waiting.
        Queued = "queued",
        /// Running.
        Running = "running",
        /// Finished.
        Succeeded = "succeeded",
        /// Failed.
        Failed = "failed",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
}

impl RunStatus {
    /// Has the run ended for good?
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}
