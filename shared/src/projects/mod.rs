//! What is delivered to a client, and is it on track?

use crate::kernel::value_set;

value_set! {
    /// How a project stands.
    ProjectStatus {
        /// Not begun.
        Planned = "planned",
        /// Under way.
        Active = "active",
        /// Waiting.
        OnHold = "on_hold",
        /// Finished.
        Completed = "completed",
        /// Given up.
        Cancelled = "cancelled",
    }
}

value_set! {
    /// Is a project on track?
    ProjectHealth {
        /// On track.
        Green = "green",
        /// At risk.
        Yellow = "yellow",
        /// Critical.
        Red = "red",
    }
}
