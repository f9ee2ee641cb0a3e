//! What are the finance figures computed from? Sums that the database makes where all rows are (`finance_inputs`).

use super::ledger::ExpenseCategory;
use crate::kernel::ids::ClientId;
use crate::kernel::money::Money;
use crate::kernel::value_set;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

value_set! {
    /// A window of days that ends today.
    TimeScope {
        /// Today.
        Today = "today",
        /// Today and the 6 days before.
        Week = "7d",
        /// From the first day of the month.
        Month = "mtd",
        /// From the first day of the fiscal quarter.
        Quarter = "qtd",
        /// From the first day of the fiscal year.
        Year = "ytd",
    }
}

/// Sums on a day, over the rows that the reader may see.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FinanceInputs {
    /// The day.
    #[serde(with = "crate::kernel::instants::day")]
    pub as_of: Date,
    /// Recurring revenue.
    pub recurring: RecurringInputs,
    /// What sent invoices still owe.
    pub receivables: ReceivableInputs,
    /// Windows by their word.
    pub scopes: BTreeMap<TimeScope, ScopeInputs>,
    /// The account.
    pub cash: CashInputs,
    /// The last months, oldest first; the last one is that of `as_of`.
    pub months: Vec<MonthInputs>,
    /// What is known of the months to come.
    pub outlook: OutlookInputs,
}

/// Recurring revenue of every client on the days that the figures need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RecurringInputs {
    /// The days, in order.
    pub days: Vec<Day>,
    /// Subscriptions there ever were.
    pub subscriptions: u64,
    /// Σ mrr that is in force and past due today.
    pub past_due: Money,
    /// Subscriptions on trial.
    pub trials: u32,
    /// Σ mrr of them, which is no MRR yet.
    pub trial_mrr: Money,
    /// Clients with revenue on one of the days.
    pub clients: Vec<ClientRevenue>,
}

/// A day inside a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(#[serde(with = "crate::kernel::instants::day")] pub Date);

/// What one client brings on each of the days.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClientRevenue {
    /// The client.
    pub client_id: ClientId,
    /// The first day that ever counted.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub first_counted_on: Option<Date>,
    /// Monthly, by day.
    pub mrr: Vec<Money>,
    /// Annual, by day.
    pub arr: Vec<Money>,
}

/// Balances of sent invoices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ReceivableInputs {
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
    /// Σ total of invoices issued in the 90 days up to the day.
    pub billed_90_days: Money,
}

/// What is owed, by days past due; the sums add up to AR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Aging {
    /// Not past due.
    pub current: Money,
    /// 1–30 days.
    pub days_1_30: Money,
    /// 31–60 days.
    pub days_31_60: Money,
    /// 61–90 days.
    pub days_61_90: Money,
    /// 91 days and more.
    pub days_91: Money,
}

impl Aging {
    /// The five sums, the youngest first.
    #[must_use]
    pub const fn buckets(&self) -> [Money; 5] {
        [self.current, self.days_1_30, self.days_31_60, self.days_61_90, self.days_91]
    }
}

/// A window and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct ScopeInputs {
    /// The first day.
    #[serde(with = "crate::kernel::instants::day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub to: Date,
    /// The first day of the window before.
    #[serde(with = "crate::kernel::instants::day")]
    pub previous_from: Date,
    /// Its last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub previous_to: Date,
    /// Σ total of invoices issued in the window.
    pub billed: Money,
    /// The same in the window before.
    pub previous_billed: Money,
    /// Σ payments received in the window.
    pub collected: Money,
    /// The same in the window before.
    pub previous_collected: Money,
    /// Cash at the end of the window before.
    pub previous_cash: Money,
}

/// The account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CashInputs {
    /// Σ inflow − Σ outflow up to the day.
    pub balance: Money,
    /// The day of the first entry; none when there is no entry.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub first_entry_on: Option<Date>,
}

/// Sums of one month, of the last one only up to the day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MonthInputs {
    /// Its first day.
    #[serde(with = "crate::kernel::instants::day")]
    pub month: Date,
    /// Σ inflow, without the opening balance.
    pub cash_in: Money,
    /// Σ outflow.
    pub cash_out: Money,
    /// Σ net amount of invoices for subscriptions.
    pub revenue_subscriptions: Money,
    /// Σ net amount of the other invoices.
    pub revenue_services: Money,
    /// Σ approved expenses, by category.
    pub expenses: BTreeMap<ExpenseCategory, Money>,
    /// The part of them that counts against the gross margin.
    pub cost_of_revenue: Money,
    /// Σ expenses that nobody approved yet.
    pub unapproved: Money,
}

/// What is known of the months to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct OutlookInputs {
    /// Σ recurring expenses paid in the last 3 full months.
    pub recurring_paid_3_months: Money,
    /// The rest of this month and the three months after it.
    pub months: Vec<OutlookMonthInputs>,
}

/// What is known of one month to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct OutlookMonthInputs {
    /// The first day that counts.
    #[serde(with = "crate::kernel::instants::day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub to: Date,
    /// Σ balance of sent invoices due in it.
    pub due: Money,
    /// Σ amount of renewals in it that no invoice asks for yet.
    pub renewals: Money,
    /// Σ approved expenses dated in it that are not paid.
    pub unpaid_expenses: Money,
    /// Σ recurring expenses of the whole month that are entered already.
    pub recurring_entered: Money,
}
