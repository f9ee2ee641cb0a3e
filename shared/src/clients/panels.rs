//! Which clients does each panel list, and in which order?

use super::client::ClientRow;
use super::summary::days_until;
use super::thresholds::{ChurnBand, QBR_SOON_DAYS};
use crate::kernel::order::in_order;
use crate::kernel::value_set;
use jiff::civil::Date;
use std::borrow::Borrow;

/// A client of the churn panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChurnRow {
    /// The client.
    pub client: ClientRow,
    /// Its churn risk, 10 or above.
    pub churn_risk: u8,
    /// The word for it.
    pub band: ChurnBand,
    /// Change since the previous snapshot; positive is worse.
    pub change: Option<i16>,
}

/// Active clients with churn risk 10 or above: highest risk first, then highest ARR, then name.
#[must_use]
pub fn churn_panel(rows: &[impl Borrow<ClientRow>]) -> Vec<ChurnRow> {
    let listed: Vec<ChurnRow> = rows
        .iter()
        .map(Borrow::borrow)
        .filter(|row| row.is_active())
        .filter_map(|row| {
            let churn_risk = row.churn_risk?;
            let band = ChurnBand::of(churn_risk)?;
            Some(ChurnRow { client: row.clone(), churn_risk, band, change: row.churn_change() })
        })
        .collect();
    in_order(listed, |a, b| {
        let worst_first = b.churn_risk.cmp(&a.churn_risk).then_with(|| b.client.arr.cmp(&a.client.arr));
        worst_first.then_with(|| a.client.name.cmp(&b.client.name))
    })
}

value_set! {
    /// How far the review panel looks ahead.
    QbrHorizon {
        /// 30 days.
        Days30 = "30",
        /// 60 days.
        Days60 = "60",
        /// 90 days.
        Days90 = "90",
    }
}

impl QbrHorizon {
    /// The days.
    #[must_use]
    pub const fn days(self) -> i32 {
        match self {
            Self::Days30 => 30,
            Self::Days60 => 60,
            Self::Days90 => 90,
        }
    }
}

/// How a review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QbrState {
    /// Its day has passed.
    Overdue,
    /// Within 14 days.
    Soon,
    /// Later, inside the horizon.
    Later,
    /// No day is set.
    Undated,
}

/// A client of the review panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QbrRow {
    /// The client.
    pub client: ClientRow,
    /// How its review stands.
    pub state: QbrState,
    /// Days until the review; negative when overdue; none when undated.
    pub days: Option<i32>,
}

/// Active clients with a review that is overdue or inside the horizon, by date; undated ones last, by name.
#[must_use]
pub fn qbr_panel(rows: &[impl Borrow<ClientRow>], as_of: Date, horizon: QbrHorizon) -> Vec<QbrRow> {
    let listed: Vec<QbrRow> = rows
        .iter()
        .map(Borrow::borrow)
        .filter(|row| row.is_active())
        .filter_map(|row| {
            let days = days_until(row.qbr_date, as_of);
            let state = match days {
                None => QbrState::Undated,
                Some(..0) => QbrState::Overdue,
                Some(days) if days <= QBR_SOON_DAYS => QbrState::Soon,
                Some(days) if days <= horizon.days() => QbrState::Later,
                Some(_) => return None,
            };
            Some(QbrRow { client: row.clone(), state, days })
        })
        .collect();
    in_order(listed, |a, b| {
        let by_day = a.days.is_none().cmp(&b.days.is_none()).then_with(|| a.days.cmp(&b.days));
        by_day.then_with(|| a.client.name.cmp(&b.client.name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::client::ClientStatus;
    use super::super::test_rows::row;
    use super::*;
    use crate::kernel::money::Money;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn churn_lists_watch_and_above_worst_first() {
        let mut rich = row("Rich", None, Some(22));
        rich.arr = Some(Money::from_minor(100));
        let mut lost = row("Lost", None, Some(90));
        lost.status = ClientStatus::Churned;
        let rows = [
            row("Calm", None, Some(9)),
            row("Poor", None, Some(22)),
            rich,
            row("Worst", None, Some(34)),
            lost,
        ];
        let names: Vec<_> = churn_panel(&rows).into_iter().map(|row| row.client.name).collect();
        assert_eq!(names, ["Worst", "Rich", "Poor"]);
    }

    #[test]
    fn reviews_put_overdue_first_and_undated_last() {
        let on = |name: &str, day| {
            let mut client = row(name, None, None);
            client.qbr_date = day;
            client
        };
        let rows = [
            on("Undated", None),
            on("Far", Some(date(2026, 8, 3))),
            on("Today", Some(date(2026, 5, 20))),
            on("Late", Some(date(2026, 5, 11))),
            on("June", Some(date(2026, 6, 10))),
        ];
        let at = |horizon| -> Vec<_> {
            qbr_panel(&rows, date(2026, 5, 20), horizon)
                .into_iter()
                .map(|row| (row.client.name, row.state))
                .collect()
        };
        let short = [
            ("Late".to_owned(), QbrState::Overdue),
            ("Today".to_owned(), QbrState::Soon),
            ("June".to_owned(), QbrState::Later),
            ("Undated".to_owned(), QbrState::Undated),
        ];
        assert_eq!(at(QbrHorizon::Days30), short);
        assert_eq!(at(QbrHorizon::Days90).len(), 5);
    }

    proptest! {
        #[test]
        fn churn_order_never_rises(risks in proptest::collection::vec(proptest::option::of(0_u8..=100), 0..40)) {
            let rows: Vec<_> = risks.iter().map(|risk| row("X", None, *risk)).collect();
            let listed = churn_panel(&rows);
            prop_assert!(listed.windows(2).all(|pair| pair[0].churn_risk >= pair[1].churn_risk));
            prop_assert_eq!(listed.len(), risks.iter().flatten().filter(|risk| **risk >= 10).count());
        }
    }
}
