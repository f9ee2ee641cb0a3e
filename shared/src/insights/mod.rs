//! What was measured, and who changed what?

use crate::kernel::value_set;

value_set! {
    /// What a stored set of figures is about.
    SnapshotKind {
        /// Money.
        Finance = "finance",
        /// Sales.
        Pipeline = "pipeline",
        /// Clients and projects.
        Portfolio = "portfolio",
    }
}

value_set! {
    /// The days that a figure covers, up to the day in question.
    TimeScope {
        /// That day.
        Today = "today",
        /// Seven days.
        SevenDays = "7d",
        /// The month so far.
        MonthToDate = "mtd",
        /// The fiscal quarter so far.
        QuarterToDate = "qtd",
        /// The fiscal year so far.
        YearToDate = "ytd",
    }
}

value_set! {
    /// What happened to a row.
    AuditAction {
        /// It was made.
        Insert = "insert",
        /// It was changed.
        Update = "update",
        /// It was removed.
        Delete = "delete",
    }
}
