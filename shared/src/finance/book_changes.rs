//! What may be changed about subscriptions, expenses and cash, and what is wrong with a change before anybody is asked?

use super::ledger::{CashSource, CashType, ExpenseCategory};
use super::subscription::{BillingFrequency, SubscriptionStatus};
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::{CashEntryId, ClientId, ExpenseId, SubscriptionId};
use crate::kernel::limits::{LINK_MAX_CHARS, NAME_MAX_CHARS, TEXT_MAX_CHARS};
use crate::kernel::money::Money;
use crate::pipeline::LostReason;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// More than this a subscription does not cost in a period: 99,999,999,999.99.
const SUBSCRIPTION_MAX: Money = Money::from_minor(9_999_999_999_999);

/// New terms of recurring revenue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionFields {
    /// Who pays.
    pub client_id: ClientId,
    /// What it is for.
    pub product_name: String,
    /// `trial` or `active`.
    pub status: SubscriptionStatus,
    /// Per billing period.
    pub amount: Money,
    /// How often it is due.
    pub billing_frequency: BillingFrequency,
    /// Of a trial: until when.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub trial_ends_on: Option<Date>,
    /// Of an active one: the first day that counts.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub activated_on: Option<Date>,
    /// When it is renewed.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub renewal_date: Option<Date>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Check for SubscriptionFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("product_name", &self.product_name, NAME_MAX_CHARS);
        recurring_amount(&mut check, self.amount);
        match (self.status, self.trial_ends_on, self.activated_on) {
            (SubscriptionStatus::Trial, None, _) => check.refuse("trial_ends_on", "required"),
            (SubscriptionStatus::Trial, _, Some(_)) => check.refuse("activated_on", "not_for_a_trial"),
            (SubscriptionStatus::Active, _, None) => check.refuse("activated_on", "required"),
            (SubscriptionStatus::Trial | SubscriptionStatus::Active, ..) => {}
            _ => check.refuse("status", "unknown_value"),
        }
        for (field, day) in [
            ("trial_ends_on", self.trial_ends_on),
            ("activated_on", self.activated_on),
            ("renewal_date", self.renewal_date),
        ] {
            check.date(field, day);
        }
        check.text("notes", self.notes.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

fn recurring_amount(check: &mut Problems, amount: Money) {
    if amount < Money::ZERO || amount > SUBSCRIPTION_MAX {
        check.refuse("amount", "out_of_range");
    }
}

/// Other terms from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsChange {
    /// The version that was read.
    pub version: u32,
    /// Per billing period.
    pub amount: Money,
    /// How often it is due.
    pub billing_frequency: BillingFrequency,
    /// The first day of the new terms, and the first that no longer counts of the old ones.
    #[serde(with = "crate::kernel::instants::day")]
    pub effective_on: Date,
}

impl Check for TermsChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        recurring_amount(&mut check, self.amount);
        check.date("effective_on", Some(self.effective_on));
        check.done()
    }
}

/// Another standing of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// The version that was read.
    pub version: u32,
    /// `active`, `past_due`, `paused` or `cancelled`.
    pub status: SubscriptionStatus,
    /// From which day on; not needed where nothing begins or ends.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub effective_on: Option<Date>,
    /// Why it is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<LostReason>,
}

impl Check for StatusChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        let cancelled = self.status == SubscriptionStatus::Cancelled;
        if cancelled != self.reason.is_some() {
            check.refuse("reason", if cancelled { "required" } else { "unknown_value" });
        }
        let ends = matches!(self.status, SubscriptionStatus::Paused | SubscriptionStatus::Cancelled);
        if ends && self.effective_on.is_none() {
            check.refuse("effective_on", "required");
        }
        check.date("effective_on", self.effective_on);
        check.done()
    }
}

/// A subscription after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionState {
    /// Its id.
    pub id: SubscriptionId,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// By the month.
    pub mrr: Money,
    /// Counts the changes of the row.
    pub version: u32,
}

/// Terms that ended, and those that took their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedTerms {
    /// The former ones.
    pub ended: SubscriptionState,
    /// The new ones.
    pub started: SubscriptionState,
}

/// Something that was spent, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpenseFields {
    /// The version that was read; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Its day; fixed once approved.
    #[serde(with = "crate::kernel::instants::day")]
    pub expense_date: Date,
    /// Who was paid.
    pub vendor: String,
    /// What on; fixed once approved.
    pub category: ExpenseCategory,
    /// What for.
    pub description: String,
    /// How much, more than nothing; fixed once approved.
    pub amount: Money,
    /// Does it count against the gross margin?
    #[serde(default)]
    pub cost_of_revenue: bool,
    /// How often it comes back; none when it does not.
    #[serde(default)]
    pub recurring_frequency: Option<BillingFrequency>,
    /// Where the receipt is; https.
    #[serde(default)]
    pub receipt_url: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub notes: Option<String>,
}

impl Check for ExpenseFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.date("expense_date", Some(self.expense_date));
        check.required("vendor", &self.vendor, NAME_MAX_CHARS);
        check.required("description", &self.description, TEXT_MAX_CHARS);
        if self.amount <= Money::ZERO {
            check.refuse("amount", "out_of_range");
        }
        check.text("receipt_url", self.receipt_url.as_deref(), LINK_MAX_CHARS);
        let link = self.receipt_url.as_deref().map(str::trim).filter(|link| !link.is_empty());
        check.link("receipt_url", link);
        if link.is_some_and(|link| !link.starts_with("https://")) {
            check.refuse("receipt_url", "not_a_secure_link");
        }
        check.text("notes", self.notes.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// When an expense was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidOn {
    /// The version that was read.
    pub version: u32,
    /// Not in the future.
    #[serde(with = "crate::kernel::instants::day")]
    pub paid_on: Date,
}

impl Check for PaidOn {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.date("paid_on", Some(self.paid_on));
        check.done()
    }
}

/// An expense as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpenseDetail {
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
    /// How often it comes back.
    pub recurring_frequency: Option<BillingFrequency>,
    /// Where the receipt is.
    pub receipt_url: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
    /// When it was approved.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub approved_at: Option<Timestamp>,
    /// When it was paid.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub paid_on: Option<Date>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// Money that came in or went out, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashFields {
    /// The version that was read; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub entry_date: Date,
    /// In or out.
    #[serde(rename = "type")]
    pub kind: CashType,
    /// What on.
    pub category: String,
    /// What for.
    pub description: String,
    /// How much, more than nothing.
    pub amount: Money,
    /// `manual` or `opening_balance`; the others are posted by what they record.
    pub source: CashSource,
}

impl Check for CashFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.date("entry_date", Some(self.entry_date));
        check.required("category", &self.category, NAME_MAX_CHARS);
        check.required("description", &self.description, TEXT_MAX_CHARS);
        if self.amount <= Money::ZERO {
            check.refuse("amount", "out_of_range");
        }
        if !matches!(self.source, CashSource::Manual | CashSource::OpeningBalance) {
            check.refuse("source", "unknown_value");
        }
        check.done()
    }
}

/// A cash entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashDetail {
    /// Its id.
    pub id: CashEntryId,
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub entry_date: Date,
    /// In or out.
    #[serde(rename = "type")]
    pub kind: CashType,
    /// What on.
    pub category: String,
    /// What for.
    pub description: String,
    /// How much.
    pub amount: Money,
    /// How it was recorded.
    pub source: CashSource,
    /// Counts the changes of the row.
    pub version: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong<T: Check + serde::de::DeserializeOwned>(body: &str) -> Vec<(String, String)> {
        let found = serde_json::from_str::<T>(body).unwrap().check().err().unwrap_or_default();
        found.into_iter().map(|problem| (problem.field.unwrap_or_default(), problem.key)).collect()
    }

    fn one(field: &str, key: &str) -> Vec<(String, String)> {
        vec![(field.to_owned(), key.to_owned())]
    }

    #[test]
    fn terms_begin_as_a_trial_or_on_a_day() {
        let with = |rest: &str| {
            wrong::<SubscriptionFields>(&format!(
                r#"{{"client_id":"e0000000-0000-4000-8000-000000000001","product_name":"P","billing_frequency":"monthly",{rest}}}"#
            ))
        };
        assert!(with(r#""amount":"1","status":"active","activated_on":"2026-01-01""#).is_empty());
        assert!(with(r#""amount":"1","status":"trial","trial_ends_on":"2026-01-01""#).is_empty());
        assert_eq!(with(r#""amount":"1","status":"trial""#), one("trial_ends_on", "required"));
        assert_eq!(with(r#""amount":"1","status":"active""#), one("activated_on", "required"));
        assert_eq!(
            with(r#""amount":"1","status":"paused","activated_on":"2026-01-01""#),
            one("status", "unknown_value")
        );
        assert_eq!(
            with(r#""amount":"100000000000","status":"active","activated_on":"2026-01-01""#),
            one("amount", "out_of_range")
        );
        let to = |rest: &str| wrong::<StatusChange>(&format!(r#"{{"version":1,{rest}}}"#));
        assert!(to(r#""status":"past_due""#).is_empty());
        assert_eq!(to(r#""status":"paused""#), one("effective_on", "required"));
        assert_eq!(to(r#""status":"cancelled","effective_on":"2026-01-01""#), one("reason", "required"));
        assert_eq!(
            to(r#""status":"paused","effective_on":"2026-01-01","reason":"price""#),
            one("reason", "unknown_value")
        );
    }

    #[test]
    fn what_is_spent_or_moved_is_more_than_nothing() {
        let spent = |rest: &str| {
            wrong::<ExpenseFields>(&format!(
                r#"{{"expense_date":"2026-01-01","vendor":"V","category":"other","description":"D",{rest}}}"#
            ))
        };
        assert!(spent(r#""amount":"0.01""#).is_empty());
        assert_eq!(spent(r#""amount":"0""#), one("amount", "out_of_range"));
        assert_eq!(
            spent(r#""amount":"1","receipt_url":"http://a.example""#),
            one("receipt_url", "not_a_secure_link")
        );
        let moved = |rest: &str| {
            wrong::<CashFields>(&format!(
                r#"{{"entry_date":"2026-01-01","type":"inflow","category":"C","description":"D",{rest}}}"#
            ))
        };
        assert!(moved(r#""amount":"1","source":"opening_balance""#).is_empty());
        assert_eq!(moved(r#""amount":"-1","source":"manual""#), one("amount", "out_of_range"));
        assert_eq!(moved(r#""amount":"1","source":"expense""#), one("source", "unknown_value"));
    }
}
