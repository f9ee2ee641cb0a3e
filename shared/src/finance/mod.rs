//! What is billed, paid, earned again and again, and spent?

mod arrangement;
mod book_changes;
mod books;
mod cash;
pub mod changes;
pub mod endpoints;
mod figures;
mod inputs;
mod invoice;
mod ledger;
mod profit;
mod query;
mod receivables;
mod recurring;
#[cfg(test)]
mod recurring_tests;
mod rows;
mod subscription;
mod totals;

pub use arrangement::{Arrangement, ArrangementTotal};
pub use books::{
    ArrangementRow, CashEntry, CashList, CashQuery, CashSums, ExpenseColumn, ExpenseList, ExpenseRow,
    ExpenseSort, ExpenseState, ExpenseSums, ExpensesQuery, SubscriptionColumn, SubscriptionList,
    SubscriptionRow, SubscriptionSort, SubscriptionSums, SubscriptionsQuery,
};
pub use cash::{Cash, CashMonth, OutlookMonth, Runway};
pub use figures::{FinanceFigures, MonthMrr, Window};
pub use inputs::{
    Aging, CashInputs, Day, FinanceInputs, MonthInputs, OutlookInputs, ReceivableInputs, RecurringInputs,
    TimeScope,
};
pub use invoice::{InvoiceSource, InvoiceStatus, PaymentMethod, PaymentTerm};
pub use ledger::{CashSource, CashType, ExpenseCategory};
pub use profit::{CategoryTotal, ProfitMonth};
pub use query::{FiguresQuery, InvoiceColumn, InvoiceSort, InvoiceStanding, InvoicesQuery};
pub use receivables::{Receivables, days_sales_outstanding};
pub use recurring::{Movements, Recurring, Retention};
pub use rows::{
    InvoiceChange, InvoiceLine, InvoiceList, InvoiceRecord, InvoiceRow, InvoiceState, InvoiceSums, Payment,
    PaymentState, PaymentVersion,
};
pub use subscription::{ArrangementType, BillingFrequency, SubscriptionStatus};
pub use totals::{InvoiceTotals, Quantity, line_total};
