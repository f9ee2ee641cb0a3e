//! What is kept about the work with a client?

use crate::kernel::value_set;

value_set! {
    /// Say of a contact in a purchase.
    ContactPower {
        /// Uses it.
        User = "user",
        /// Is listened to.
        Influencer = "influencer",
        /// Decides.
        Decision = "decision",
        /// Pays.
        Economic = "economic",
    }
}

value_set! {
    /// Why a snapshot of health was taken.
    HealthSource {
        /// A value changed.
        Change = "change",
        /// A day ended.
        Daily = "daily",
        /// A person asked.
        Manual = "manual",
    }
}

value_set! {
    /// The discovery forms.
    FormType {
        /// Gap selling.
        GapSelling = "gap_selling",
        /// Clarity gap.
        ClarityGap = "clarity_gap",
        /// Revenue research.
        RevenueResearch = "revenue_research",
    }
}

value_set! {
    /// How far a data source is.
    DataSourceStatus {
        /// Asked for.
        Needed = "needed",
        /// Being prepared.
        InProgress = "in_progress",
        /// Can be fetched.
        Available = "available",
        /// Fetched.
        Collected = "collected",
        /// Not to be had.
        Missing = "missing",
    }
}

value_set! {
    /// Columns of a client's board.
    KanbanStatus {
        /// Later.
        Backlog = "backlog",
        /// Now.
        Doing = "doing",
        /// Held up.
        Blocked = "blocked",
        /// To be looked at.
        Review = "review",
        /// Finished.
        Done = "done",
    }
}

value_set! {
    /// Kinds of deliverables.
    DeliverableType {
        /// Content.
        Content = "content",
        /// A dashboard.
        Dashboard = "dashboard",
        /// A document.
        Doc = "doc",
        /// A link.
        Link = "link",
    }
}

value_set! {
    /// How a deliverable stands.
    DeliverableStatus {
        /// Not begun.
        Planned = "planned",
        /// Being made.
        InProgress = "in_progress",
        /// Handed over.
        Delivered = "delivered",
        /// Kept for the record.
        Archived = "archived",
    }
}
