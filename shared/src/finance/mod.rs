//! What is billed, paid, earned again and again, and spent?

mod invoice;
mod ledger;
mod subscription;

pub use invoice::{InvoiceSource, InvoiceStatus, PaymentMethod, PaymentTerm};
pub use ledger::{CashSource, CashType, ExpenseCategory};
pub use subscription::{ArrangementType, BillingFrequency, SubscriptionStatus};
