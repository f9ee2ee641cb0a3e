//! What is owed to us, since when, and how soon is it paid? (metrics: receivables)

use super::inputs::{Aging, ReceivableInputs};
use crate::kernel::figure::{Figure, Unavailable, ratio_or};
use crate::kernel::money::Money;
use serde::{Deserialize, Serialize};

/// The window of billed totals that DSO looks at, in days with today.
const DSO_DAYS: i128 = 90;
/// DSO is told in tenths of a day.
const TENTHS: i128 = 10;

/// What sent invoices still owe on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receivables {
    /// Sent invoices.
    pub invoices: u32,
    /// Those due before the day.
    pub overdue_invoices: u32,
    /// Σ balance.
    pub ar: Money,
    /// Σ balance of those due before the day.
    pub overdue: Money,
    /// Σ balance by days past due.
    pub aging: Aging,
    /// Σ balance due on the day.
    pub due_today: Money,
    /// Σ balance due on the day or within 7 days.
    pub due_7_days: Money,
    /// Days sales outstanding, in tenths of a day.
    pub dso: Figure<i64>,
}

impl From<ReceivableInputs> for Receivables {
    fn from(inputs: ReceivableInputs) -> Self {
        let ReceivableInputs {
            invoices, overdue_invoices, ar, overdue, aging, due_today, due_7_days, ..
        } = inputs;
        let dso = days_sales_outstanding(ar, inputs.billed_90_days);
        Self { invoices, overdue_invoices, ar, overdue, aging, due_today, due_7_days, dso }
    }
}

/// AR × 90 ÷ billed in 90 days, in tenths of a day.
#[must_use]
pub fn days_sales_outstanding(ar: Money, billed_90_days: Money) -> Figure<i64> {
    let owed = i128::from(ar.minor()) * DSO_DAYS;
    ratio_or(Unavailable::ZeroDenominator, owed, billed_90_days.minor().into(), TENTHS)
}

impl Aging {
    /// Balances by days past due.
    #[must_use]
    pub fn of(open: impl IntoIterator<Item = (Money, i64)>) -> Self {
        let mut aging = Self::default();
        for (balance, days_past_due) in open {
            let bucket = match days_past_due {
                ..=0 => &mut aging.current,
                1..=30 => &mut aging.days_1_30,
                31..=60 => &mut aging.days_31_60,
                61..=90 => &mut aging.days_61_90,
                91.. => &mut aging.days_91,
            };
            *bucket = *bucket + balance;
        }
        aging
    }

    /// Σ balance: AR.
    #[must_use]
    pub fn total(&self) -> Money {
        self.buckets().into_iter().sum()
    }

    /// Σ balance past due.
    #[must_use]
    pub fn overdue(&self) -> Money {
        self.buckets().into_iter().skip(1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(whole: i64) -> Money {
        Money::from_minor(whole * 100)
    }

    #[test]
    fn ages_as_the_golden_vector_says() {
        // Golden vector V8.
        let open = [
            (5_000, -3),
            (4_000, 0),
            (3_000, 1),
            (2_500, 30),
            (2_000, 31),
            (1_500, 60),
            (1_000, 61),
            (800, 90),
            (700, 91),
        ];
        let aging = Aging::of(open.map(|(balance, days)| (money(balance), days)));
        assert_eq!(aging.buckets(), [9_000, 5_500, 3_500, 1_800, 700].map(money));
        assert_eq!((aging.total(), aging.overdue()), (money(20_500), money(11_500)));
    }

    #[test]
    fn days_sales_outstanding_are_those_of_the_golden_vector() {
        // Golden vector V9.
        let dso = |ar, billed| days_sales_outstanding(money(ar), money(billed));
        assert_eq!(dso(90_000, 270_000), Figure::known(300));
        assert_eq!(dso(110_812, 272_808), Figure::known(366));
        assert_eq!(dso(90_000, 0), Figure::missing(Unavailable::ZeroDenominator));
    }

    proptest! {
        #[test]
        fn the_buckets_add_up_to_what_is_owed(
            open in proptest::collection::vec((0_i64..1_000_000_000, -400_i64..400), 0..50)
        ) {
            let open: Vec<_> = open.into_iter().map(|(minor, days)| (Money::from_minor(minor), days)).collect();
            let aging = Aging::of(open.iter().copied());
            prop_assert_eq!(aging.total(), open.iter().map(|(balance, _)| *balance).sum());
            let late = open.iter().filter(|(_, days)| *days > 0).map(|(balance, _)| *balance).sum();
            prop_assert_eq!(aging.overdue(), late);
        }
    }
}
