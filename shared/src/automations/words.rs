//! Which words do playbooks use?

use crate::kernel::value_set;

value_set! {
    /// How a playbook stands.
    PlaybookStatus {
        /// Being written.
        Draft = "draft",
        /// In use.
        Active = "active",
        /// Switched off.
        Paused = "paused",
        /// Kept for the record.
        Archived = "archived",
    }
}

value_set! {
    /// What starts a playbook.
    AutomationTrigger {
        /// An opportunity is won.
        ClosedWon = "closed_won",
        /// A person.
        Manual = "manual",
    }
}

value_set! {
    /// Where a playbook belongs.
    AutomationWorkspace {
        /// Sales.
        Sales = "sales",
        /// Delivery.
        Delivery = "delivery",
        /// Finance.
        Finance = "finance",
        /// Operations.
        Ops = "ops",
    }
}

value_set! {
    /// What a step does.
    AutomationAction {
        /// Writes a note.
        RecordNote = "record_note",
        /// Makes an activity.
        CreateActivity = "create_activity",
        /// Makes a card.
        CreateKanbanItem = "create_kanban_item",
        /// Makes the invoices of a plan.
        ScheduleInvoices = "schedule_invoices",
    }
}

value_set! {
    /// How a step of a run stands.
    StepStatus {
        /// Waiting.
        Pending = "pending",
        /// Being done.
        Running = "running",
        /// Done.
        Succeeded = "succeeded",
        /// Failed.
        Failed = "failed",
        /// Left out after a failure.
        Skipped = "skipped",
    }
}
