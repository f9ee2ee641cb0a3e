//! What is an invoice, as a row of the list and as a record?

use super::invoice::{InvoiceSource, InvoiceStatus, PaymentMethod, PaymentTerm};
use super::query::InvoiceStanding;
use super::totals::Quantity;
use crate::kernel::ids::{ClientId, InvoiceId, PaymentId, ProjectId, SubscriptionId};
use crate::kernel::instants::days_between;
use crate::kernel::money::Money;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One invoice as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRow {
    /// Its id.
    pub id: InvoiceId,
    /// Its number, once per organization.
    pub invoice_number: String,
    /// Who is to pay.
    pub client_id: ClientId,
    /// Their name.
    pub client_name: String,
    /// How it stands.
    pub status: InvoiceStatus,
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub issue_date: Date,
    /// Until when it is to be paid.
    #[serde(with = "crate::kernel::instants::day")]
    pub due_date: Date,
    /// What was agreed about that.
    pub payment_term: PaymentTerm,
    /// Without tax.
    pub amount: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub total: Money,
    /// Received.
    pub amount_paid: Money,
    /// Total − received; owed only while it is sent.
    pub balance: Money,
    /// Where it was made.
    pub source: InvoiceSource,
    /// The subscription it asks for.
    pub subscription_id: Option<SubscriptionId>,
    /// The last note, completed activity, mail or meeting with the client.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub contacted_on: Option<Date>,
    /// The last change of the row.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts the changes of the row.
    pub version: u32,
}

impl InvoiceRow {
    /// How it stands on a day.
    #[must_use]
    pub fn standing(&self, today: Date) -> InvoiceStanding {
        match self.status {
            InvoiceStatus::Draft => InvoiceStanding::Draft,
            InvoiceStatus::Sent if self.due_date < today => InvoiceStanding::Overdue,
            InvoiceStatus::Sent => InvoiceStanding::Sent,
            InvoiceStatus::Paid => InvoiceStanding::Paid,
            InvoiceStatus::Cancelled => InvoiceStanding::Cancelled,
        }
    }

    /// Days past due on a day; 0 when nothing is late.
    #[must_use]
    pub fn days_past_due(&self, today: Date) -> i64 {
        if self.status == InvoiceStatus::Sent { days_between(self.due_date, today).max(0) } else { 0 }
    }

    /// What is owed.
    #[must_use]
    pub fn owed(&self) -> Money {
        if self.status == InvoiceStatus::Sent { self.balance } else { Money::ZERO }
    }
}

/// What all invoices of a filter add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceSums {
    /// Σ total, sent or paid.
    pub billed: Money,
    /// Σ received.
    pub paid: Money,
    /// Σ balance, sent.
    pub balance: Money,
    /// Σ balance, sent and due before today.
    pub overdue: Money,
    /// Σ total, drafts.
    pub drafts: Money,
}

/// Invoices that match, and what all of them add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceList {
    /// The first of them, in the order asked for.
    pub rows: Vec<InvoiceRow>,
    /// Of all that match, also of those that are not in `rows`.
    pub sums: InvoiceSums,
}

/// An invoice with everything its panel shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRecord {
    /// As in the list.
    pub row: InvoiceRow,
    /// Its id in the program that keeps it.
    pub external_id: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
    /// When it was sent.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub sent_at: Option<Timestamp>,
    /// When it was paid in full.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub paid_at: Option<Timestamp>,
    /// When it was withdrawn.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub cancelled_at: Option<Timestamp>,
    /// What the subscription is for.
    pub product_name: Option<String>,
    /// The project it asks for.
    pub project_id: Option<ProjectId>,
    /// Its name.
    pub project_name: Option<String>,
    /// May the reader change it?
    pub writable: bool,
    /// What is asked for.
    pub lines: Vec<InvoiceLine>,
    /// What was received, the last first.
    pub payments: Vec<Payment>,
    /// What was done to it, the last first; for Admins.
    pub changes: Vec<InvoiceChange>,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// Its id.
    pub id: Uuid,
    /// What for.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// What one costs; less than nothing for a discount.
    pub unit_price: Money,
    /// Both multiplied, rounded once.
    pub total: Money,
}

/// Money that was received for an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// How much.
    pub amount: Money,
    /// When.
    #[serde(with = "crate::kernel::instants::day")]
    pub received_on: Date,
    /// How.
    pub method: PaymentMethod,
    /// What the payer wrote.
    pub reference: Option<String>,
    /// Who recorded it; none for a program.
    pub recorded_by_name: Option<String>,
    /// Since when it counts no more.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub reversed_at: Option<Timestamp>,
    /// Who took it back.
    pub reversed_by_name: Option<String>,
    /// Why.
    pub reversal_reason: Option<String>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// Something that was done to an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceChange {
    /// Its id.
    pub id: Uuid,
    /// When.
    #[serde(with = "crate::kernel::instants::moment")]
    pub occurred_at: Timestamp,
    /// By whom; none for a program.
    pub actor_name: Option<String>,
    /// `insert`, `update` or `delete`.
    pub action: String,
    /// `invoices` or `invoice_payments`.
    pub resource: String,
    /// The columns that were changed.
    pub columns: Vec<String>,
}

/// An invoice after a change, without its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceState {
    /// Its id.
    pub id: InvoiceId,
    /// Its number.
    pub invoice_number: String,
    /// How it stands.
    pub status: InvoiceStatus,
    /// With tax.
    pub total: Money,
    /// Received.
    pub amount_paid: Money,
    /// Total − received.
    pub balance: Money,
    /// Counts the changes of the row.
    pub version: u32,
}

/// A payment after a change, and the invoice it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentState {
    /// The payment.
    pub payment: PaymentVersion,
    /// The invoice.
    pub invoice: InvoiceState,
}

/// Which payment, and how often it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentVersion {
    /// Its id.
    pub id: PaymentId,
    /// Counts the changes of the row.
    pub version: u32,
}
