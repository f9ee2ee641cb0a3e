//! In which words and tones are stages, alerts and figures of the pipeline told?

use crate::shell::figures;
#[cfg(feature = "csr")]
pub(super) use crate::shell::figures::{percent, tenths, times};
use crate::shell::format;
use revos_shared::UserId;
use revos_shared::kernel::figure::{Figure, Unavailable};
use revos_shared::pipeline::{ActivityType, Alert, AlertKind, AlertSeverity, CloseWindow, ScoreRisk, Stage};
use revos_ui::Tone;

/// The word of a stage.
pub(super) const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Prospect => "Prospect",
        Stage::Qualify => "Qualify",
        Stage::Proposal => "Proposal",
        Stage::Negotiation => "Negotiation",
        Stage::ClosedWon => "Won",
        Stage::ClosedLost => "Lost",
    }
}

/// Whose it is. The name of somebody who was chosen just now comes with the next answer.
pub(super) fn owner(name: Option<&str>, id: Option<UserId>) -> String {
    name.unwrap_or(if id.is_some() { format::NONE } else { "Unassigned" }).to_owned()
}

/// The word of a kind of activity.
pub(super) const fn activity(kind: ActivityType) -> &'static str {
    match kind {
        ActivityType::Task => "Task",
        ActivityType::Call => "Call",
        ActivityType::Meeting => "Meeting",
        ActivityType::Email => "E-mail",
    }
}

/// The words of a window of the expected close.
pub(super) const fn close(window: CloseWindow) -> &'static str {
    match window {
        CloseWindow::Overdue => "overdue",
        CloseWindow::Week => "within 7 days",
        CloseWindow::Month => "within 30 days",
        CloseWindow::Quarter => "by the end of the quarter",
        CloseWindow::Undated => "undated",
    }
}

/// The word and the tone of a risk.
pub(super) const fn risk(risk: ScoreRisk) -> (&'static str, Tone) {
    match risk {
        ScoreRisk::Low => ("Low risk", Tone::Good),
        ScoreRisk::Medium => ("Medium risk", Tone::Warn),
        ScoreRisk::High => ("High risk", Tone::Bad),
    }
}

/// The tone of a severity.
pub(super) const fn severity(severity: AlertSeverity) -> Tone {
    match severity {
        AlertSeverity::Critical => Tone::Bad,
        AlertSeverity::Warning => Tone::Warn,
    }
}

/// One word for what is the matter.
pub(super) const fn alert_word(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Coverage => "Coverage",
        AlertKind::Variance => "Below target",
        AlertKind::Stalled => "Stalled",
        AlertKind::Expiring => "Closing soon",
        AlertKind::Overdue => "Overdue",
    }
}

/// What is the matter, in a sentence.
pub(super) fn alert(alert: &Alert) -> String {
    let days = format::plural(u64::from(alert.days.unwrap_or_default()), "day", "days");
    match alert.kind {
        AlertKind::Coverage => "The open pipeline of the quarter is small for the target".to_owned(),
        AlertKind::Variance => "The commit is below the target".to_owned(),
        AlertKind::Stalled => format!("In its stage for {days}"),
        AlertKind::Expiring if alert.days == Some(0) => "Expected to be closed today".to_owned(),
        AlertKind::Expiring => format!("Expected to be closed in {days}"),
        AlertKind::Overdue => format!("Was expected to be closed {days} ago"),
    }
}

/// Why there is no figure.
pub(super) const fn why(reason: Unavailable) -> &'static str {
    match reason {
        Unavailable::NoRows => "nothing was closed yet",
        Unavailable::SmallSample => "too few were closed",
        other => figures::why(other),
    }
}

/// A figure, or the sign for none and why.
pub(super) fn figure<T: Copy>(figure: &Figure<T>, write: impl Fn(T) -> String) -> (String, String) {
    figures::written(figure, why, write)
}
