//! How does the business stand? Every finance figure of a day, computed from the sums of the database.

use super::cash::Cash;
use super::inputs::{FinanceInputs, ScopeInputs, TimeScope};
use super::profit::ProfitMonth;
use super::receivables::Receivables;
use super::recurring::{Movements, Recurring, Retention};
use crate::kernel::figure::Figure;
use crate::kernel::fiscal::first_of_month;
use crate::kernel::instants::days_after;
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The finance figures of a day, with those of a window that ends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinanceFigures {
    /// The day, in the organization's time zone.
    #[serde(with = "crate::kernel::instants::day")]
    pub as_of: Date,
    /// The window, and the one before.
    pub window: Window,
    /// Recurring revenue on the day.
    pub recurring: Recurring,
    /// MRR at the end of the window before.
    pub previous_mrr: Figure<Money>,
    /// MRR at the end of each month, oldest first; the last one is that of the day.
    pub mrr_line: Vec<MonthMrr>,
    /// How MRR moved in the window.
    pub movements: Movements,
    /// How it moved in the window before.
    pub previous_movements: Movements,
    /// What the clients of 12 months ago bring today.
    pub retention: Retention,
    /// What is owed on the day.
    pub receivables: Receivables,
    /// Σ total of invoices issued in the window.
    pub billed: Money,
    /// The same in the window before.
    pub previous_billed: Money,
    /// Σ payments received in the window.
    pub collected: Money,
    /// The same in the window before.
    pub previous_collected: Money,
    /// The account on the day.
    pub cash: Cash,
    /// Cash at the end of the window before.
    pub previous_cash: Figure<Money>,
    /// Profit and loss by month, oldest first; the last one is not over.
    pub profit: Vec<ProfitMonth>,
}

/// A window of days, and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its word, when it ends today; none for days that a person chose.
    #[serde(default)]
    pub scope: Option<TimeScope>,
    /// The first day.
    #[serde(with = "crate::kernel::instants::day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub to: Date,
    /// The first day of the one before.
    #[serde(with = "crate::kernel::instants::day")]
    pub previous_from: Date,
    /// Its last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub previous_to: Date,
}

/// MRR at the end of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthMrr {
    /// Its last day; of the month that is not over, the day of the figures.
    #[serde(with = "crate::kernel::instants::day")]
    pub day: Date,
    /// MRR on it.
    pub mrr: Figure<Money>,
}

impl FinanceInputs {
    /// The figures with those of a window; none when the inputs do not hold it.
    #[must_use]
    pub fn figures(&self, scope: TimeScope) -> Option<FinanceFigures> {
        let ScopeInputs { from, to, previous_from, previous_to, .. } = *self.scopes.get(&scope)?;
        let sums = self.scopes.get(&scope)?;
        Some(FinanceFigures {
            as_of: self.as_of,
            window: Window { scope: Some(scope), from, to, previous_from, previous_to },
            recurring: self.recurring.recurring(self.as_of),
            previous_mrr: self.recurring.mrr(previous_to),
            mrr_line: self.mrr_line(),
            movements: self.recurring.movements_of(from, to),
            previous_movements: self.recurring.movements_of(previous_from, previous_to),
            retention: self.recurring.retention_of_year(self.as_of),
            receivables: self.receivables.into(),
            billed: sums.billed,
            previous_billed: sums.previous_billed,
            collected: sums.collected,
            previous_collected: sums.previous_collected,
            cash: Cash::of(self.as_of, self.cash, &self.months, &self.outlook),
            previous_cash: self.cash.on(previous_to, sums.previous_cash),
            profit: self.months.iter().map(ProfitMonth::from).collect(),
        })
    }

    fn mrr_line(&self) -> Vec<MonthMrr> {
        let end = |month: Date| days_after(first_of_month(month, 1), -1).min(self.as_of);
        let of = |day| MonthMrr { day, mrr: self.recurring.mrr(day) };
        self.months.iter().map(|month| of(end(month.month))).collect()
    }
}
