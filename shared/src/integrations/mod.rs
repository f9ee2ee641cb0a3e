//! Which accounts of other services are connected, and what comes from them?

use crate::kernel::value_set;

value_set! {
    /// Services that can be connected.
    Provider {
        /// Gmail.
        Gmail = "gmail",
        /// Google Calendar.
        GoogleCalendar = "google_calendar",
        /// QuickBooks Online.
        QuickBooks = "quickbooks",
    }
}

value_set! {
    /// How a connection stands.
    ConnectionStatus {
        /// Works.
        Connected = "connected",
        /// Fails at times.
        Degraded = "degraded",
        /// The person must sign in there again.
        NeedsReauth = "needs_reauth",
        /// Ended.
        Disconnected = "disconnected",
    }
}

value_set! {
    /// What started a fetch.
    IngestTrigger {
        /// The clock.
        Schedule = "schedule",
        /// A person.
        Manual = "manual",
        /// A new connection.
        Connect = "connect",
        /// Older rows are wanted.
        Backfill = "backfill",
        /// A failed fetch is repeated.
        Retry = "retry",
    }
}

value_set! {
    /// How a fetch stands.
    IngestStatus {
        /// Under way.
        Running = "running",
        /// Finished.
        Succeeded = "succeeded",
        /// Failed, and will be repeated.
        Failed = "failed",
        /// Failed for good.
        Dead = "dead",
    }
}

value_set! {
    /// Who wrote a message.
    MessageDirection {
        /// Somebody outside.
        Inbound = "inbound",
        /// The owner of the mailbox.
        Outbound = "outbound",
    }
}

value_set! {
    /// How a meeting stands.
    MeetingStatus {
        /// Takes place.
        Confirmed = "confirmed",
        /// May take place.
        Tentative = "tentative",
        /// Does not take place.
        Cancelled = "cancelled",
    }
}
