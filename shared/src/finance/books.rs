//! What are subscriptions, expenses and cash entries, as rows of their lists, and how are they asked for?

use super::arrangement::Arrangement;
use super::ledger::{CashSource, CashType, ExpenseCategory};
use super::subscription::{ArrangementType, BillingFrequency, SubscriptionStatus};
use crate::kernel::chosen::Chosen;
use crate::kernel::ids::{CashEntryId, ClientId, ExpenseId, SubscriptionId, UserId};
use crate::kernel::limits::LIST_LIMIT_DEFAULT;
use crate::kernel::list::{OutOfRange, check_list, searched};
use crate::kernel::money::Money;
use crate::kernel::order::{Column, Sort};
use crate::kernel::percent::Percent;
use crate::kernel::value_set;
use crate::pipeline::LostReason;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

value_set! {
    /// A column of the list of subscriptions; the word of the address.
    SubscriptionColumn {
        /// Client.
        Client = "client",
        /// What it is for.
        Product = "product",
        /// How it stands.
        Status = "status",
        /// Per billing period.
        Amount = "amount",
        /// By the month, while it counts.
        Mrr = "mrr",
        /// First day that counts.
        Since = "since",
        /// When it is renewed.
        Renewal = "renewal",
    }
}

impl Column for SubscriptionColumn {
    const FIRST: Self = Self::Client;

    fn largest_first(self) -> bool {
        matches!(self, Self::Amount | Self::Mrr | Self::Since)
    }
}

/// An order of the list of subscriptions.
pub type SubscriptionSort = Sort<SubscriptionColumn>;

value_set! {
    /// A column of the list of expenses; the word of the address.
    ExpenseColumn {
        /// Its day.
        Date = "date",
        /// Who was paid.
        Vendor = "vendor",
        /// What on.
        Category = "category",
        /// How much.
        Amount = "amount",
        /// How far it is.
        State = "state",
    }
}

impl Column for ExpenseColumn {
    const FIRST: Self = Self::Date;

    fn largest_first(self) -> bool {
        matches!(self, Self::Date | Self::Amount)
    }
}

/// An order of the list of expenses.
pub type ExpenseSort = Sort<ExpenseColumn>;

value_set! {
    /// How far an expense is.
    ExpenseState {
        /// Entered.
        Unapproved = "unapproved",
        /// Approved by somebody else.
        Approved = "approved",
        /// Paid, and in the cash.
        Paid = "paid",
    }
}

/// Which subscriptions, in which order, and how many of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionsQuery {
    /// Standing so.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub status: Chosen<SubscriptionStatus>,
    /// Of this client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// The order; by client when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<SubscriptionSort>,
    /// Rows asked for, 1–10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl SubscriptionsQuery {
    /// The order to use.
    #[must_use]
    pub fn sort(&self) -> SubscriptionSort {
        self.sort.unwrap_or_default()
    }

    /// The limit to use.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(LIST_LIMIT_DEFAULT)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        check_list(None, self.limit())
    }
}

/// Which expenses, in which order, and how many of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpensesQuery {
    /// Vendor or description contains this text, in upper or lower case; a value, never a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Spent on this.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub category: Chosen<ExpenseCategory>,
    /// So far.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub state: Chosen<ExpenseState>,
    /// Of the month that begins on this day.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub month: Option<Date>,
    /// The order; the newest first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<ExpenseSort>,
    /// Rows asked for, 1–10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl ExpensesQuery {
    /// The order when nothing is said: the newest first.
    pub const NEWEST: ExpenseSort = Sort { column: ExpenseColumn::Date, descending: true };

    /// The text to look for, without spaces around it; none when there is nothing to look for.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        searched(self.q.as_deref())
    }

    /// The order to use.
    #[must_use]
    pub fn sort(&self) -> ExpenseSort {
        self.sort.unwrap_or(Self::NEWEST)
    }

    /// The limit to use.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(LIST_LIMIT_DEFAULT)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        if self.month.is_some_and(|month| month.day() != 1) {
            return Err(("month", "the first day of a month".to_owned()));
        }
        check_list(self.q.as_deref(), self.limit())
    }
}

/// Which cash entries, and how many of them; the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashQuery {
    /// In or out.
    #[serde(default, rename = "type", skip_serializing_if = "Chosen::is_empty")]
    pub kind: Chosen<CashType>,
    /// Recorded so.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub source: Chosen<CashSource>,
    /// On this day or later.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Date>,
    /// On this day or earlier.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<Date>,
    /// Rows asked for, 1–10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl CashQuery {
    /// The limit to use.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(LIST_LIMIT_DEFAULT)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        check_list(None, self.limit())
    }
}

/// One set of terms of recurring revenue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionRow {
    /// Its id.
    pub id: SubscriptionId,
    /// Who pays.
    pub client_id: ClientId,
    /// Their name.
    pub client_name: String,
    /// What it is for.
    pub product_name: String,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// Per billing period.
    pub amount: Money,
    /// How often it is due.
    pub billing_frequency: BillingFrequency,
    /// The same by the month.
    pub mrr: Money,
    /// The same by the year.
    pub arr: Money,
    /// When it has been tried out.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub trial_ends_on: Option<Date>,
    /// The first day that counts.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub activated_on: Option<Date>,
    /// The first day that no longer counts.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub ended_on: Option<Date>,
    /// When it is renewed.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub renewal_date: Option<Date>,
    /// Why it was cancelled.
    pub cancel_reason: Option<LostReason>,
    /// Is it part of MRR today?
    pub counts: bool,
    /// Counts the changes of the row.
    pub version: u32,
}

/// What all subscriptions of a filter add up to today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionSums {
    /// Σ mrr of those that count.
    pub mrr: Money,
    /// Σ arr of those that count.
    pub arr: Money,
    /// The part of MRR that is past due.
    pub past_due: Money,
    /// Those on trial.
    pub trials: u32,
}

/// What a client has agreed to pay with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrangementRow {
    /// The client.
    pub client_id: ClientId,
    /// Its name.
    pub client_name: String,
    /// The kind, if one was chosen.
    pub arrangement_type: Option<ArrangementType>,
    /// A fee, by the month.
    pub monthly_fee: Option<Money>,
    /// The share of the client's own revenue.
    pub revenue_share_pct: Option<Percent>,
    /// That revenue, by the month, as the client reported it.
    pub client_reported_mrr: Option<Money>,
    /// For information.
    pub equity_stake_pct: Option<Percent>,
    /// Recurring revenue in force, by the month.
    pub mrr: Money,
}

impl ArrangementRow {
    /// The terms that bring money.
    #[must_use]
    pub const fn terms(&self) -> Arrangement {
        Arrangement {
            arrangement_type: self.arrangement_type,
            monthly_fee: self.monthly_fee,
            revenue_share_pct: self.revenue_share_pct,
            client_reported_mrr: self.client_reported_mrr,
        }
    }
}

/// Subscriptions that match, what all of them add up to, and what active clients have agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionList {
    /// The first of them, in the order asked for.
    pub rows: Vec<SubscriptionRow>,
    /// Of all that match, also of those that are not in `rows`.
    pub sums: SubscriptionSums,
    /// Of all active clients with terms, whatever the filter.
    pub arrangements: Vec<ArrangementRow>,
}

/// Something that was spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpenseRow {
    /// Its id.
    pub id: ExpenseId,
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub expense_date: Date,
    /// Who was paid.
    pub vendor: String,
    /// What on.
    pub category: ExpenseCategory,
    /// What for.
    pub description: String,
    /// How much.
    pub amount: Money,
    /// Does it count against the gross margin?
    pub cost_of_revenue: bool,
    /// How often it comes back; none when it does not.
    pub recurring_frequency: Option<BillingFrequency>,
    /// Where the receipt is; https.
    pub receipt_url: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
    /// Who entered it.
    pub created_by: UserId,
    /// Their name.
    pub created_by_name: Option<String>,
    /// Who approved it.
    pub approved_by_name: Option<String>,
    /// When.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub approved_at: Option<Timestamp>,
    /// When it was paid.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub paid_on: Option<Date>,
    /// Counts the changes of the row.
    pub version: u32,
}

impl ExpenseRow {
    /// How far it is.
    #[must_use]
    pub const fn state(&self) -> ExpenseState {
        match (self.paid_on, self.approved_at) {
            (Some(_), _) => ExpenseState::Paid,
            (None, Some(_)) => ExpenseState::Approved,
            (None, None) => ExpenseState::Unapproved,
        }
    }
}

/// What all expenses of a filter add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpenseSums {
    /// Σ amount.
    pub amount: Money,
    /// Of it, not approved.
    pub unapproved: Money,
    /// Of it, approved and not paid.
    pub unpaid: Money,
    /// Of it, paid.
    pub paid: Money,
}

/// Expenses that match, and what all of them add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpenseList {
    /// The first of them, in the order asked for.
    pub rows: Vec<ExpenseRow>,
    /// Of all that match, also of those that are not in `rows`.
    pub sums: ExpenseSums,
}

/// Money that came in or went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashEntry {
    /// Its id.
    pub id: CashEntryId,
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub entry_date: Date,
    /// In or out.
    #[serde(rename = "type")]
    pub kind: CashType,
    /// What on, as typed; of a paid expense its category.
    pub category: String,
    /// What for.
    pub description: String,
    /// How much; more than nothing.
    pub amount: Money,
    /// Which account.
    pub account: String,
    /// How it was recorded.
    pub source: CashSource,
    /// What was left after it, over all entries.
    pub balance: Money,
    /// Counts the changes of the row.
    pub version: u32,
}

/// What all cash entries of a filter add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashSums {
    /// Σ inflow.
    pub cash_in: Money,
    /// Σ outflow.
    pub cash_out: Money,
}

/// Cash entries that match, and what all of them add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashList {
    /// The newest of them.
    pub rows: Vec<CashEntry>,
    /// Of all that match, also of those that are not in `rows`.
    pub sums: CashSums,
}
