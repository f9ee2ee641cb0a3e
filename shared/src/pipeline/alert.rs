//! What should somebody look at now? Alerts of opportunities and of the forecast (metrics: alerts).

use super::row::OpportunityRow;
use crate::kernel::ids::OpportunityId;
use crate::kernel::instants::days_between;
use crate::kernel::money::Money;
use crate::kernel::value_set;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// So many days in a stage are a stall.
pub(super) const STALLED_DAYS: u32 = 30;
/// More days than these in a stage are a critical one.
pub(super) const STALLED_CRITICAL_DAYS: u32 = 45;
/// An expected close within so many days is near.
pub(super) const EXPIRING_DAYS: i64 = 14;
/// Within so many it is critical.
pub(super) const EXPIRING_CRITICAL_DAYS: i64 = 7;
/// Less coverage than this, in hundredths of the target, is a warning.
pub(super) const COVERAGE_WARNING: i128 = 180;
/// Less than this is critical.
pub(super) const COVERAGE_CRITICAL: i128 = 120;
/// A commit short of more than these hundredths of the target is critical.
pub(super) const SHORTFALL_CRITICAL: i128 = 20;

value_set! {
    /// What is the matter.
    AlertKind {
        /// The open pipeline of the period is small for the target.
        Coverage = "coverage",
        /// The commit is below the target.
        Variance = "variance",
        /// It has been in its stage for long.
        Stalled = "stalled",
        /// It is expected to be closed soon.
        Expiring = "expiring",
        /// The day it was expected on has passed.
        Overdue = "overdue",
    }
}

value_set! {
    /// How much it matters.
    AlertSeverity {
        /// Look at it today.
        Critical = "critical",
        /// Keep an eye on it.
        Warning = "warning",
    }
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What is the matter.
    pub kind: AlertKind,
    /// How much it matters.
    pub severity: AlertSeverity,
    /// Which opportunity; none for the organization as a whole.
    pub opportunity_id: Option<OpportunityId>,
    /// Its name; empty for the organization.
    pub name: String,
    /// Days in the stage, days to the expected close, or days past it.
    pub days: Option<u32>,
}

/// The alerts of one opportunity on a day; none unless it is open.
#[must_use]
pub fn row_alerts(row: &OpportunityRow, as_of: Date) -> Vec<Alert> {
    if !row.stage.is_open() {
        return Vec::new();
    }
    let alert = |kind, severity, days: u32| Alert {
        kind,
        severity,
        opportunity_id: Some(row.id),
        name: row.name.clone(),
        days: Some(days),
    };
    let stalled = stalled_alert(row.days_in_stage)
        .map(|severity| alert(AlertKind::Stalled, severity, row.days_in_stage));
    let close = row.expected_close_date.map(|day| days_between(as_of, day)).and_then(|days| {
        let whole = u32::try_from(days.unsigned_abs()).unwrap_or(u32::MAX);
        close_alert(days).map(|(kind, severity)| alert(kind, severity, whole))
    });
    stalled.into_iter().chain(close).collect()
}

/// Has an open opportunity been in its stage for long?
#[must_use]
pub fn stalled_alert(days_in_stage: u32) -> Option<AlertSeverity> {
    severity(days_in_stage > STALLED_CRITICAL_DAYS, days_in_stage >= STALLED_DAYS)
}

/// Is the day near, or past, that an open opportunity is expected to be closed on?
#[must_use]
pub fn close_alert(days_to_close: i64) -> Option<(AlertKind, AlertSeverity)> {
    use AlertSeverity::{Critical, Warning};
    match days_to_close {
        ..0 => Some((AlertKind::Overdue, Critical)),
        near if near <= EXPIRING_CRITICAL_DAYS => Some((AlertKind::Expiring, Critical)),
        near if near <= EXPIRING_DAYS => Some((AlertKind::Expiring, Warning)),
        _ => None,
    }
}

/// Is the open pipeline of the period small for the target? The target is more than zero.
#[must_use]
pub fn coverage_alert(period: Money, target: Money) -> Option<AlertSeverity> {
    let hundredths = i128::from(period.minor()) * 100;
    let of_target = |share: i128| hundredths < i128::from(target.minor()) * share;
    severity(of_target(COVERAGE_CRITICAL), of_target(COVERAGE_WARNING))
}

/// Is the commit below the target?
#[must_use]
pub fn variance_alert(commit: Money, target: Money) -> Option<AlertSeverity> {
    let shortfall = i128::from(target.minor()) - i128::from(commit.minor());
    severity(shortfall * 100 > i128::from(target.minor()) * SHORTFALL_CRITICAL, shortfall > 0)
}

fn severity(critical: bool, warning: bool) -> Option<AlertSeverity> {
    match (critical, warning) {
        (true, _) => Some(AlertSeverity::Critical),
        (_, true) => Some(AlertSeverity::Warning),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::opportunity::Stage;
    use super::super::test_rows::open;
    use super::*;
    use crate::kernel::instants::days_after;
    use jiff::civil::date;

    const AS_OF: Date = date(2026, 5, 20);
    const CRITICAL: Option<AlertSeverity> = Some(AlertSeverity::Critical);
    const WARNING: Option<AlertSeverity> = Some(AlertSeverity::Warning);

    #[test]
    fn opportunities_alert_as_the_golden_vector_says() {
        // Golden vector V5.
        for (days, severity) in [(29, None), (30, WARNING), (45, WARNING), (46, CRITICAL)] {
            let mut row = open(Stage::Qualify, 1);
            row.days_in_stage = days;
            let alerts = row_alerts(&row, AS_OF);
            assert_eq!(alerts.first().map(|alert| alert.severity), severity, "{days} days");
        }
        let expected = |days| {
            let mut row = open(Stage::Qualify, 1);
            row.expected_close_date = Some(days_after(AS_OF, days));
            row_alerts(&row, AS_OF).pop().map(|alert| (alert.kind, alert.severity))
        };
        let expiring =
            |severity: Option<AlertSeverity>| severity.map(|severity| (AlertKind::Expiring, severity));
        assert_eq!(expected(-1), Some((AlertKind::Overdue, AlertSeverity::Critical)));
        assert_eq!([0, 7].map(expected), [expiring(CRITICAL), expiring(CRITICAL)]);
        assert_eq!([8, 14].map(expected), [expiring(WARNING), expiring(WARNING)]);
        assert_eq!(expected(15), None);
    }

    #[test]
    fn what_is_closed_is_past_all_alerts() {
        let mut row = open(Stage::ClosedLost, 1);
        (row.days_in_stage, row.expected_close_date) = (90, Some(date(2026, 1, 1)));
        assert_eq!(row_alerts(&row, AS_OF), []);
    }

    #[test]
    fn the_forecast_alerts_as_the_golden_vector_says() {
        let money = |whole: i64| Money::from_minor(whole * 100);
        let coverage = |hundredths: i64| coverage_alert(money(hundredths * 1_000), money(100_000));
        assert_eq!([180, 179, 120, 119].map(coverage), [None, WARNING, WARNING, CRITICAL]);
        let variance = |commit: i64| variance_alert(money(commit), money(100_000));
        assert_eq!([100_000, 99_999, 80_000, 79_999].map(variance), [None, WARNING, WARNING, CRITICAL]);
    }
}
