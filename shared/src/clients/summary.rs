//! How is the portfolio doing as a whole? Counts and means of the three panels (metrics: portfolio).

use super::client::{ClientRow, ClientStatus, Phase};
use super::thresholds::{CHURN_AT_RISK, ChurnBand, HealthBand};
use crate::kernel::fiscal::FiscalYear;
use crate::kernel::instants::days_between;
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// The portfolio in numbers. The database computes the same (`clients_summary`), for lists that are cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientsSummary {
    /// The day the figures are for, in the organization's time zone.
    #[serde(with = "crate::kernel::instants::day")]
    pub as_of: Date,
    /// All clients, whatever their status.
    pub total: u32,
    /// Customers. All figures below are about them unless they say otherwise.
    pub active: u32,
    /// In phase Onboarding.
    pub onboarding: u32,
    /// Without health, so in no band and in no mean.
    pub unscored: u32,
    /// Mean health of those that have one; none without any.
    pub average_health: Option<u8>,
    /// Mean score of those that have one; none without any.
    pub portfolio_trs: Option<u8>,
    /// In the healthy band.
    pub health_healthy: u32,
    /// In the watch band of health.
    pub health_watch: u32,
    /// In the critical band of health.
    pub health_critical: u32,
    /// In the watch band of churn risk.
    pub churn_watch: u32,
    /// Churn risk 15 and above, the critical ones included.
    pub churn_at_risk: u32,
    /// In the critical band of churn risk.
    pub churn_critical: u32,
    /// Marked for expansion.
    pub expansion: u32,
    /// Clients lost since the start of the fiscal quarter.
    pub churned_this_quarter: u32,
    /// Reviews before today.
    pub qbr_overdue: u32,
    /// Reviews from today to 30 days on.
    pub qbr_30: u32,
    /// Reviews from today to 60 days on.
    pub qbr_60: u32,
    /// Reviews from today to 90 days on.
    pub qbr_90: u32,
    /// Without a review date.
    pub qbr_undated: u32,
    /// Contracted annual recurring revenue.
    pub arr: Money,
    /// The same of those with churn risk 15 and above.
    pub arr_at_risk: Money,
}

impl ClientsSummary {
    /// The figures of a complete list. Never of a cut one.
    #[must_use]
    pub fn of(rows: &[impl Borrow<ClientRow>], as_of: Date, fiscal_year: FiscalYear) -> Self {
        let rows = || rows.iter().map(Borrow::borrow);
        let count = |keep: &dyn Fn(&ClientRow) -> bool| {
            u32::try_from(rows().filter(|row| keep(row)).count()).unwrap_or(u32::MAX)
        };
        let active = |keep: &dyn Fn(&ClientRow) -> bool| count(&|row| row.is_active() && keep(row));
        let health = |band| active(&|row| row.health.map(HealthBand::of) == Some(band));
        let churn = |band| active(&|row| row.churn_risk.and_then(ChurnBand::of) == Some(band));
        let due_within = |days: i32| {
            active(&|row| days_until(row.qbr_date, as_of).is_some_and(|d| (0..=days).contains(&d)))
        };
        let at_risk = |row: &ClientRow| row.churn_risk.is_some_and(|risk| risk >= CHURN_AT_RISK);
        let quarter = fiscal_year.quarter_start(as_of);
        let customers = || rows().filter(|row| row.is_active());
        Self {
            as_of,
            total: count(&|_| true),
            active: active(&|_| true),
            onboarding: active(&|row| row.phase == Some(Phase::Onboarding)),
            unscored: active(&|row| row.health.is_none()),
            average_health: mean(customers().filter_map(|row| row.health)),
            portfolio_trs: mean(customers().filter_map(|row| row.trs_score)),
            health_healthy: health(HealthBand::Healthy),
            health_watch: health(HealthBand::Watch),
            health_critical: health(HealthBand::Critical),
            churn_watch: churn(ChurnBand::Watch),
            churn_at_risk: active(&at_risk),
            churn_critical: churn(ChurnBand::Critical),
            expansion: active(&|row| row.is_expansion),
            churned_this_quarter: count(&|row| {
                row.status == ClientStatus::Churned
                    && row.churned_on.is_some_and(|day| day >= quarter && day <= as_of)
            }),
            qbr_overdue: active(&|row| days_until(row.qbr_date, as_of).is_some_and(|days| days < 0)),
            qbr_30: due_within(30),
            qbr_60: due_within(60),
            qbr_90: due_within(90),
            qbr_undated: active(&|row| row.qbr_date.is_none()),
            arr: customers().filter_map(|row| row.arr).sum(),
            arr_at_risk: customers().filter(|row| at_risk(row)).filter_map(|row| row.arr).sum(),
        }
    }
}

/// Whole days from `as_of` to `day`; negative when it has passed.
pub(super) fn days_until(day: Option<Date>, as_of: Date) -> Option<i32> {
    day.map(|day| i32::try_from(days_between(as_of, day)).unwrap_or(0))
}

/// Half away from zero, to a whole number; the values are not negative.
fn mean(values: impl Iterator<Item = u8>) -> Option<u8> {
    let (sum, count) = values.fold((0_u64, 0_u64), |(sum, count), value| (sum + u64::from(value), count + 1));
    (count > 0).then(|| u8::try_from((2 * sum + count) / (2 * count)).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::test_rows::row;
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const AS_OF: Date = date(2026, 5, 20);
    const CALENDAR: FiscalYear = FiscalYear { start_month: 1 };

    #[test]
    fn counts_customers_only_and_unscored_apart() {
        // Golden vector V12.
        let mut p = row("P", Some(82), Some(8));
        p.is_expansion = true;
        let mut q = row("Q", Some(74), Some(12));
        q.is_expansion = true;
        let mut t = row("T", Some(62), Some(45));
        t.status = ClientStatus::Churned;
        let rows = [p, q, row("R", Some(58), Some(22)), row("S", None, Some(16)), t];
        let summary = ClientsSummary::of(&rows, AS_OF, CALENDAR);
        assert_eq!(
            (summary.average_health, summary.portfolio_trs, summary.unscored),
            (Some(71), Some(79), 1)
        );
        assert_eq!((summary.churn_watch, summary.churn_at_risk, summary.churn_critical), (1, 2, 0));
        assert_eq!((summary.health_healthy, summary.health_watch, summary.health_critical), (2, 1, 0));
        assert_eq!((summary.expansion, summary.active, summary.total), (2, 4, 5));
    }

    #[test]
    fn nothing_to_average_is_not_zero() {
        let summary = ClientsSummary::of(&[] as &[ClientRow], AS_OF, CALENDAR);
        assert_eq!((summary.average_health, summary.portfolio_trs, summary.active), (None, None, 0));
    }

    #[test]
    fn reviews_are_cumulative_and_overdue_apart() {
        let on = |day| {
            let mut client = row("A", None, None);
            client.qbr_date = day;
            client
        };
        let rows = [
            on(Some(date(2026, 5, 19))),
            on(Some(AS_OF)),
            on(Some(date(2026, 6, 19))),
            on(Some(date(2026, 6, 20))),
            on(Some(date(2026, 8, 18))),
            on(Some(date(2026, 8, 19))),
            on(None),
        ];
        let s = ClientsSummary::of(&rows, AS_OF, CALENDAR);
        assert_eq!((s.qbr_overdue, s.qbr_30, s.qbr_60, s.qbr_90, s.qbr_undated), (1, 2, 3, 4, 1));
    }

    #[test]
    fn fiscal_quarters_follow_their_first_month() {
        // Golden vector V18.
        assert_eq!(FiscalYear { start_month: 4 }.quarter_start(AS_OF), date(2026, 4, 1));
        assert_eq!(FiscalYear { start_month: 2 }.quarter_start(AS_OF), date(2026, 5, 1));
        assert_eq!(FiscalYear { start_month: 3 }.quarter_start(date(2026, 1, 15)), date(2025, 12, 1));
    }

    proptest! {
        #[test]
        fn a_quarter_holds_its_day(month in 1_u8..=12, day in 0_i64..800) {
            let day = date(2025, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            let start = FiscalYear { start_month: month }.quarter_start(day);
            prop_assert!(start <= day && start.day() == 1);
            prop_assert!(start.checked_add(jiff::Span::new().months(3)).unwrap() > day);
        }

        #[test]
        fn bands_add_up(scores in proptest::collection::vec((proptest::option::of(0_u8..=100), proptest::option::of(0_u8..=100)), 0..60)) {
            let rows: Vec<_> = scores.iter().map(|(health, churn)| row("X", *health, *churn)).collect();
            let s = ClientsSummary::of(&rows, AS_OF, CALENDAR);
            let with_health = scores.iter().filter(|(health, _)| health.is_some()).count();
            prop_assert_eq!((s.health_healthy + s.health_watch + s.health_critical) as usize, with_health);
            prop_assert!(s.churn_critical <= s.churn_at_risk && s.arr_at_risk <= s.arr);
            prop_assert!(s.qbr_30 <= s.qbr_60 && s.qbr_60 <= s.qbr_90);
        }
    }
}
