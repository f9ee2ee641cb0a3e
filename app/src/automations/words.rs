//! What is everything about playbooks called?

use revos_shared::automations::{
    AutomationAction, AutomationTrigger, AutomationWorkspace, PlaybookStatus, Reason, StepConfig, StepStatus,
};
use revos_shared::kernel::work::ActivityType;
use revos_ui::Tone;

pub(super) const fn status(status: PlaybookStatus) -> (&'static str, Tone) {
    match status {
        PlaybookStatus::Draft => ("Draft", Tone::Neutral),
        PlaybookStatus::Active => ("Active", Tone::Good),
        PlaybookStatus::Paused => ("Paused", Tone::Warn),
        PlaybookStatus::Archived => ("Archived", Tone::Neutral),
    }
}

pub(super) const fn trigger(trigger: AutomationTrigger) -> (&'static str, &'static str) {
    match trigger {
        AutomationTrigger::ClosedWon => ("closed_won", "An opportunity is won"),
        AutomationTrigger::Manual => ("manual", "A person starts it"),
    }
}

pub(super) const fn workspace(workspace: AutomationWorkspace) -> (&'static str, &'static str) {
    match workspace {
        AutomationWorkspace::Sales => ("sales", "Sales"),
        AutomationWorkspace::Delivery => ("delivery", "Delivery"),
        AutomationWorkspace::Finance => ("finance", "Finance"),
        AutomationWorkspace::Ops => ("ops", "Operations"),
    }
}

pub(super) const fn action(action: AutomationAction) -> (&'static str, &'static str) {
    match action {
        AutomationAction::RecordNote => ("record_note", "Write a note"),
        AutomationAction::CreateActivity => ("create_activity", "Plan an activity"),
        AutomationAction::CreateKanbanItem => ("create_kanban_item", "Make a card"),
        AutomationAction::ScheduleInvoices => ("schedule_invoices", "Plan invoices"),
    }
}

pub(super) const fn activity(kind: ActivityType) -> (&'static str, &'static str) {
    match kind {
        ActivityType::Task => ("task", "Task"),
        ActivityType::Call => ("call", "Call"),
        ActivityType::Meeting => ("meeting", "Meeting"),
        ActivityType::Email => ("email", "E-mail"),
    }
}

pub(super) const fn step(status: StepStatus) -> (&'static str, Tone) {
    match status {
        StepStatus::Pending => ("Waiting", Tone::Neutral),
        StepStatus::Running => ("Running", Tone::Accent),
        StepStatus::Succeeded => ("Done", Tone::Good),
        StepStatus::Failed => ("Failed", Tone::Bad),
        StepStatus::Skipped => ("Left out", Tone::Neutral),
    }
}

pub(super) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::NoOpportunity => "It works on an opportunity, and the run has none, or it is gone.",
        Reason::NoClient => "It works on a client, and the run has none, or it is gone.",
        Reason::NoAuthor => "It writes in somebody's name, and nobody started the run.",
        Reason::NothingToInvoice => "The opportunity is worth less than a cent for each invoice.",
        Reason::StepRemoved => {
            "The step was removed from the playbook since, and how it was to be done was not kept then."
        }
        Reason::Refused => "The database refused it. Its log says why.",
    }
}

/// What a step will do, in a sentence without its full stop.
pub(super) fn plan(action: AutomationAction, config: &StepConfig) -> String {
    let days = |days: u16| match days {
        0 => "on the day".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    let named = |text: &Option<String>, none: &str| {
        text.as_ref().map_or_else(|| none.to_owned(), |text| format!("“{text}”"))
    };
    match action {
        AutomationAction::RecordNote => named(&config.body, "With the name of the playbook"),
        AutomationAction::CreateActivity => {
            let (_, kind) = activity(config.kind.unwrap_or(ActivityType::Task));
            let title = named(&config.title, "with the name of the playbook");
            format!("{kind} {title}, due {}", days(config.due_in_days.unwrap_or(7)))
        }
        AutomationAction::CreateKanbanItem => {
            let title = named(&config.title, "With the name of the playbook");
            match config.due_in_days {
                Some(due) => format!("{title}, due {}", days(due)),
                None => title,
            }
        }
        AutomationAction::ScheduleInvoices => {
            let first = days(config.first_in_days.unwrap_or(0));
            match config.count.unwrap_or(1) {
                1 => format!("One draft of the whole amount, {first}"),
                count => {
                    format!("{count} monthly drafts that add up to the amount to the cent, the first {first}")
                }
            }
        }
    }
}
