//! In which words and tones are stages, alerts and figures of the pipeline told?

use crate::shell::format;
use revos_shared::kernel::figure::{Figure, Unavailable};
use revos_shared::pipeline::{
    ActivityType, Alert, AlertKind, AlertSeverity, CloseWindow, LostReason, ScoreRisk, Stage,
};
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

/// The words of a reason.
pub(super) const fn lost_reason(reason: LostReason) -> &'static str {
    match reason {
        LostReason::Price => "Price",
        LostReason::Timing => "Timing",
        LostReason::Competitor => "Competitor",
        LostReason::NoDecision => "No decision",
        LostReason::NoBudget => "No budget",
        LostReason::Fit => "Not a fit",
        LostReason::Other => "Other",
    }
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
        Unavailable::NoTarget => "no target is set",
        Unavailable::SmallSample => "too few were closed",
        Unavailable::NoCohort => "nobody was there to compare with",
        Unavailable::InsufficientHistory => "the records do not go back far enough",
        Unavailable::ZeroDenominator => "there is nothing to divide by",
        Unavailable::NotConnected => "no account is connected",
        Unavailable::NotBurning => "nothing is used up",
    }
}

/// A figure, or the sign for none and why.
pub(super) fn figure<T: Copy>(figure: &Figure<T>, write: impl Fn(T) -> String) -> (String, String) {
    match figure.known_or_why() {
        Ok(value) => (write(*value), String::new()),
        Err(reason) => (format::NONE.to_owned(), why(reason).to_owned()),
    }
}

/// Basis points as a percentage with one decimal.
pub(super) fn percent(basis_points: i64) -> String {
    let tenths = rounded(basis_points, 10);
    let sign = if tenths < 0 { "−" } else { "" };
    format!("{sign}{}.{} %", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// Basis points as a multiple with two decimals.
pub(super) fn times(basis_points: i64) -> String {
    let hundredths = rounded(basis_points, 100).unsigned_abs();
    format!("{}.{:02}×", hundredths / 100, hundredths % 100)
}

/// Tenths as a number with one decimal, if it has one.
pub(super) fn tenths(value: i64) -> String {
    match value % 10 {
        0 => (value / 10).to_string(),
        rest => format!("{}.{rest}", value / 10),
    }
}

/// Half away from zero.
const fn rounded(value: i64, by: i64) -> i64 {
    let half = if value < 0 { -by / 2 } else { by / 2 };
    (value + half) / by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_written_as_people_read_them() {
        assert_eq!([5_556, 3_333, 10_000, 5].map(percent), ["55.6 %", "33.3 %", "100.0 %", "0.1 %"]);
        assert_eq!([4_033, 16_233, 3_325, 0].map(times), ["0.40×", "1.62×", "0.33×", "0.00×"]);
        assert_eq!([330, 345].map(tenths), ["33", "34.5"]);
        assert_eq!(percent(-1_711), "−17.1 %");
    }
}
