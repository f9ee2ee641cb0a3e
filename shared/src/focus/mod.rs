//! What does a person plan for the day, and when do they work on it?

use crate::kernel::value_set;

value_set! {
    /// What a priority is about.
    PrioritySource {
        /// An opportunity.
        Opportunity = "opportunity",
        /// An invoice.
        Invoice = "invoice",
        /// A client.
        Client = "client",
        /// A card of a client's board.
        KanbanItem = "kanban_item",
        /// A quarterly business review.
        Qbr = "qbr",
        /// Something a person typed.
        Manual = "manual",
    }
}

value_set! {
    /// How much a priority moves the business.
    StrategicWeight {
        /// Changes it.
        Brilliant = "brilliant",
        /// Improves it.
        Incremental = "incremental",
        /// Keeps it.
        Stabilization = "stabilization",
    }
}

value_set! {
    /// How a priority stands.
    PriorityStatus {
        /// To be done.
        Ready = "ready",
        /// Being done.
        InProgress = "in_progress",
        /// Done.
        Done = "done",
        /// Put off.
        Deferred = "deferred",
    }
}

value_set! {
    /// How a focus session stands.
    FocusStatus {
        /// Not started.
        Planned = "planned",
        /// Running.
        Running = "running",
        /// Interrupted.
        Paused = "paused",
        /// Finished.
        Completed = "completed",
        /// Given up.
        Abandoned = "abandoned",
    }
}

impl FocusStatus {
    /// Does the session still go on, so that the person may not start another?
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}
