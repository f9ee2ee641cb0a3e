//! What may be changed about a single row under a client: people, agreements, terms, deliverables?

use crate::clients::engagement::{ContactPower, DeliverableStatus, DeliverableType};
use crate::finance::{ArrangementType, PaymentTerm};
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::limits::{NAME_MAX_CHARS, TEXT_MAX_CHARS};
use crate::kernel::money::Money;
use crate::kernel::percent::Percent;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A person at a client, as a form sends them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactFields {
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// As shown.
    pub name: String,
    /// Job title.
    pub role: String,
    /// Address.
    pub email: Option<String>,
    /// Number, as typed.
    pub phone: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
    /// Say in a purchase.
    pub power: Option<ContactPower>,
}

impl Check for ContactFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("name", &self.name, NAME_MAX_CHARS);
        check.text("role", Some(&self.role), NAME_MAX_CHARS);
        check.email("email", self.email.as_deref());
        check.text("phone", self.phone.as_deref(), NAME_MAX_CHARS);
        check.text("notes", self.notes.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// What was agreed with a client, as a form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommercialsFields {
    /// The version that was read; none when nothing was agreed yet.
    pub version: Option<u32>,
    /// Name of the plan.
    pub plan: String,
    /// List price per month.
    pub price: Money,
    /// Months the agreement runs, 1–1,200.
    pub term_months: u32,
    /// Off the list price.
    pub discount_pct: Percent,
    /// When it is renewed.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub renewal_date: Option<Date>,
    /// When invoices are due.
    pub payment_term: PaymentTerm,
    /// Who has to agree, in order; at most 20 names.
    pub approvals: Vec<String>,
}

impl Check for CommercialsFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("plan", &self.plan, NAME_MAX_CHARS);
        check.amount("price", Some(self.price));
        if !(1..=1_200).contains(&self.term_months) {
            check.refuse("term_months", "out_of_range");
        }
        check.date("renewal_date", self.renewal_date);
        if self.approvals.len() > 20 {
            check.refuse("approvals", "too_many");
        }
        for name in &self.approvals {
            check.required("approvals", name, NAME_MAX_CHARS);
        }
        check.done()
    }
}

/// What a client pays with, as a form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsFields {
    /// The version that was read.
    pub version: u32,
    /// The kind of arrangement.
    pub arrangement_type: Option<ArrangementType>,
    /// Per month.
    pub monthly_fee: Option<Money>,
    /// Of the revenue the client reports.
    pub revenue_share_pct: Option<Percent>,
    /// The client's own monthly revenue.
    pub client_reported_mrr: Option<Money>,
    /// For information.
    pub equity_stake_pct: Option<Percent>,
    /// What a person expects.
    pub projection_mrr: Option<Money>,
}

impl Check for TermsFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.amount("monthly_fee", self.monthly_fee);
        check.done()
    }
}

/// A deliverable, as a form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverableFields {
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// Its key among the client's deliverables: small letters, digits and hyphens, at most 60.
    pub reference: String,
    /// As shown.
    pub title: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DeliverableType,
    /// How it stands.
    pub status: DeliverableStatus,
    /// Where it is; http or https.
    pub url: Option<String>,
    /// From then on the client no longer sees it.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub share_expires_at: Option<Timestamp>,
}

impl DeliverableFields {
    /// A reference made of a title: `Quarterly review 2027` becomes `quarterly-review-2027`.
    #[must_use]
    pub fn reference_of(title: &str) -> String {
        let mut reference = String::new();
        for word in title.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
        {
            if !reference.is_empty() {
                reference.push('-');
            }
            reference.push_str(word);
        }
        reference.truncate(60);
        reference.trim_end_matches('-').to_owned()
    }
}

impl Check for DeliverableFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("title", &self.title, NAME_MAX_CHARS);
        let right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.reference.is_empty() || self.reference.len() > 60 || !self.reference.chars().all(right) {
            check.refuse("reference", "unknown_value");
        }
        check.link("url", self.url.as_deref());
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_title_with_a_letter_makes_a_reference(title in "[A-Za-z][ -~]{0,90}") {
            let reference = DeliverableFields::reference_of(&title);
            prop_assert!(!reference.is_empty() && reference.len() <= 60);
            prop_assert!(reference.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        }
    }
}
