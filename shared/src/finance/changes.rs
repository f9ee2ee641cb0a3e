//! What may be changed about invoices, and what is wrong with a change before anybody is asked?

pub use super::book_changes::{
    CashDetail, CashFields, ChangedTerms, ExpenseDetail, ExpenseFields, PaidOn, StatusChange,
    SubscriptionFields, SubscriptionState, TermsChange,
};
use super::invoice::{PaymentMethod, PaymentTerm};
use super::totals::{InvoiceTotals, Quantity, line_total};
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::{ClientId, ProjectId, SubscriptionId};
use crate::kernel::limits::{INVOICE_LINES_MAX, NAME_MAX_CHARS, REASON_MAX_CHARS, TEXT_MAX_CHARS};
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A draft as a whole: what it leaves out is empty, or has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceFields {
    /// For a new one: chosen by the page, so that a repeated request makes no second draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// The version that was read; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who is to pay.
    pub client_id: ClientId,
    /// Its number; the organization's next one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// Its day; today when absent.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub issue_date: Option<Date>,
    /// Until when it is to be paid; as the term says when absent.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub due_date: Option<Date>,
    /// 30 days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_term: Option<PaymentTerm>,
    /// Not less than nothing; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// The client's subscription it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// The client's project it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What is asked for, at most [`INVOICE_LINES_MAX`].
    pub lines: Vec<LineFields>,
}

/// A line of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineFields {
    /// What for.
    pub description: String,
    /// How many, more than nothing.
    #[serde(default)]
    pub quantity: Quantity,
    /// What one costs; less than nothing for a discount.
    pub unit_price: Money,
}

impl Check for InvoiceFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.text("invoice_number", self.invoice_number.as_deref(), NAME_MAX_CHARS);
        check.text("notes", self.notes.as_deref(), TEXT_MAX_CHARS);
        check.date("issue_date", self.issue_date);
        check.date("due_date", self.due_date);
        if let (Some(issued), Some(due)) = (self.issue_date, self.due_date)
            && due < issued
        {
            check.refuse("due_date", "before_issue_date");
        }
        check.amount("tax", self.tax);
        if self.lines.len() > INVOICE_LINES_MAX {
            check.refuse("lines", "too_many");
        }
        for (row, line) in self.lines.iter().enumerate() {
            let mut own = Problems::default();
            own.required("lines.description", &line.description, TEXT_MAX_CHARS);
            if !line.quantity.is_in_range() {
                own.refuse("lines.quantity", "out_of_range");
            } else if line_total(line.quantity, line.unit_price).is_none() {
                own.refuse("lines.unit_price", "out_of_range");
            }
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            check.0.extend(own.0.into_iter().map(|problem| Problem { row, ..problem }));
        }
        let lines = self.lines.iter().map(|line| (line.quantity, line.unit_price));
        if check.0.is_empty() && InvoiceTotals::of(lines, self.tax.unwrap_or(Money::ZERO)).is_none() {
            check.refuse("lines", "out_of_range");
        }
        check.done()
    }
}

/// Why an invoice is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasoned {
    /// The version that was read.
    pub version: u32,
    /// Why, in at most 1,000 characters.
    pub reason: String,
}

impl Check for Reasoned {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("reason", &self.reason, REASON_MAX_CHARS);
        check.done()
    }
}

/// Money that was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentFields {
    /// Chosen by the page: without it, a reply that was lost on the way would be paid for twice.
    pub request_id: Uuid,
    /// More than nothing, and at most what is owed.
    pub amount: Money,
    /// Not in the future.
    #[serde(with = "crate::kernel::instants::day")]
    pub received_on: Date,
    /// How it arrived.
    pub method: PaymentMethod,
    /// What the payer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl Check for PaymentFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        if self.amount <= Money::ZERO {
            check.refuse("amount", "out_of_range");
        }
        check.date("received_on", Some(self.received_on));
        check.text("reference", self.reference.as_deref(), NAME_MAX_CHARS);
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(body: &str) -> Vec<(u32, String, String)> {
        let fields: InvoiceFields = serde_json::from_str(body).unwrap();
        let found = fields.check().err().unwrap_or_default();
        found
            .into_iter()
            .map(|problem| (problem.row, problem.field.unwrap_or_default(), problem.key))
            .collect()
    }

    fn one(row: u32, field: &str, key: &str) -> Vec<(u32, String, String)> {
        vec![(row, field.to_owned(), key.to_owned())]
    }

    #[test]
    fn a_draft_says_what_is_wrong_with_it() {
        let with = |rest: &str| {
            problems(&format!(r#"{{"client_id":"e0000000-0000-4000-8000-000000000001",{rest}}}"#))
        };
        let line = |rest: &str| {
            with(&format!(r#""lines":[{{"description":"One","unit_price":"1.00"}},{{{rest}}}]"#))
        };
        assert!(with(r#""lines":[]"#).is_empty());
        assert!(line(r#""description":"Less","unit_price":"-0.50""#).is_empty());
        assert_eq!(line(r#""description":" ","unit_price":"1.00""#), one(1, "lines.description", "required"));
        assert_eq!(
            line(r#""description":"x","quantity":"0","unit_price":"1.00""#),
            one(1, "lines.quantity", "out_of_range")
        );
        assert_eq!(
            line(r#""description":"x","quantity":"9999999999.99","unit_price":"999999999999.99""#),
            one(1, "lines.unit_price", "out_of_range")
        );
        assert_eq!(line(r#""description":"x","unit_price":"-1.01""#), one(0, "lines", "out_of_range"));
        assert_eq!(
            with(r#""issue_date":"2026-05-20","due_date":"2026-05-19","lines":[]"#),
            one(0, "due_date", "before_issue_date")
        );
        assert_eq!(with(r#""tax":"-1","lines":[]"#), one(0, "tax", "out_of_range"));
        let many = vec![r#"{"description":"x","unit_price":"1.00"}"#; 201].join(",");
        assert_eq!(with(&format!(r#""lines":[{many}]"#)), one(0, "lines", "too_many"));
    }

    #[test]
    fn half_a_cent_is_no_amount() {
        let paid = |amount: &str| {
            serde_json::from_str::<PaymentFields>(&format!(
                r#"{{"request_id":"e0000000-0000-4000-8000-000000000001","amount":"{amount}","received_on":"2026-05-20","method":"card"}}"#
            ))
        };
        assert!(paid("0.005").is_err());
        assert!(paid("0.00").unwrap().check().is_err() && paid("-1").unwrap().check().is_err());
        assert!(paid("0.01").unwrap().check().is_ok());
    }
}
