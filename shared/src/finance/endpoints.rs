//! Which operations are about money? The figures, the list of invoices, one invoice, and every change of it.

use super::books::{CashList, CashQuery, ExpenseList, ExpensesQuery, SubscriptionList, SubscriptionsQuery};
use super::changes::{
    CashDetail, CashFields, ChangedTerms, ExpenseDetail, ExpenseFields, InvoiceFields, PaidOn, PaymentFields,
    Reasoned, StatusChange, SubscriptionFields, SubscriptionState, TermsChange,
};
use super::figures::FinanceFigures;
use super::query::{FiguresQuery, InvoicesQuery};
use super::rows::{InvoiceList, InvoiceRecord, InvoiceState, PaymentState};
use crate::kernel::bulk::AtVersion;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint, row_query};
use crate::kernel::envelope::Envelope;
use crate::kernel::ids::{CashEntryId, ExpenseId, InvoiceId, PaymentId, SubscriptionId};

row_query!(
    /// One invoice.
    InvoiceQuery { invoice_id: InvoiceId }
);
row_query!(
    /// One payment.
    PaymentQuery { payment_id: PaymentId }
);
row_query!(
    /// One subscription.
    SubscriptionQuery { subscription_id: SubscriptionId }
);
row_query!(
    /// One expense.
    ExpenseQuery { expense_id: ExpenseId }
);
row_query!(
    /// An expense to remove, and the version of it that was read.
    ExpenseRemoval { expense_id: ExpenseId, version: u32 }
);
row_query!(
    /// One cash entry.
    CashEntryQuery { entry_id: CashEntryId }
);
row_query!(
    /// A cash entry to remove, and the version of it that was read.
    CashEntryRemoval { entry_id: CashEntryId, version: u32 }
);

endpoint!(
    ReadFigures = "read_figures" Get "/api/finance/figures" Member,
    query: FiguresQuery, body: (), reply: Envelope<FinanceFigures>,
    summary: "Computes recurring revenue, receivables, cash, profit and loss of today, and their windows."
);
endpoint!(
    ListInvoices = "list_invoices" Get "/api/finance/invoices" Member,
    query: InvoicesQuery, body: (), reply: Envelope<InvoiceList>,
    summary: "Lists the invoices that match, with sums over all of them."
);
endpoint!(
    ReadInvoice = "read_invoice" Get "/api/finance/invoices/{invoice_id}" Member,
    query: InvoiceQuery, body: (), reply: Envelope<InvoiceRecord>,
    summary: "Reads one invoice with its lines, payments and history."
);
endpoint!(
    CreateInvoice = "create_invoice" Post "/api/finance/invoices" Member,
    query: NoQuery, body: InvoiceFields, reply: InvoiceState,
    summary: "Makes a draft with the organization's next number, or a number of its own."
);
endpoint!(
    UpdateInvoice = "update_invoice" Put "/api/finance/invoices/{invoice_id}" Member,
    query: InvoiceQuery, body: InvoiceFields, reply: InvoiceState,
    summary: "Replaces a draft with its lines."
);
endpoint!(
    SendInvoice = "send_invoice" Post "/api/finance/invoices/{invoice_id}/sending" Member,
    query: InvoiceQuery, body: AtVersion, reply: InvoiceState,
    summary: "Marks a draft as sent; it needs a line and a total of more than nothing."
);
endpoint!(
    CancelInvoice = "cancel_invoice" Post "/api/finance/invoices/{invoice_id}/cancellation" Member,
    query: InvoiceQuery, body: Reasoned, reply: InvoiceState,
    summary: "Withdraws an invoice of which nothing is paid, for a reason."
);
endpoint!(
    RecordPayment = "record_payment" Post "/api/finance/invoices/{invoice_id}/payments" Member,
    query: InvoiceQuery, body: PaymentFields, reply: PaymentState,
    summary: "Records money received for a sent invoice, at most what is owed."
);
endpoint!(
    ReversePayment = "reverse_payment" Post "/api/finance/payments/{payment_id}/reversal" Member,
    query: PaymentQuery, body: Reasoned, reply: PaymentState,
    summary: "Takes a payment out of every sum, for a reason; a paid invoice is owed again."
);
endpoint!(
    ListSubscriptions = "list_subscriptions" Get "/api/finance/subscriptions" Member,
    query: SubscriptionsQuery, body: (), reply: Envelope<SubscriptionList>,
    summary: "Lists the subscriptions that match, with sums over all of them, and what active clients have agreed to."
);
endpoint!(
    CreateSubscription = "create_subscription" Post "/api/finance/subscriptions" Member,
    query: NoQuery, body: SubscriptionFields, reply: SubscriptionState,
    summary: "Adds terms of recurring revenue, as a trial or in force."
);
endpoint!(
    ChangeSubscription = "change_subscription" Post "/api/finance/subscriptions/{subscription_id}/terms" Member,
    query: SubscriptionQuery, body: TermsChange, reply: ChangedTerms,
    summary: "Ends the terms in force on a day and begins others there."
);
endpoint!(
    SetSubscriptionStatus = "set_subscription_status" Post "/api/finance/subscriptions/{subscription_id}/status" Member,
    query: SubscriptionQuery, body: StatusChange, reply: SubscriptionState,
    summary: "Starts, pauses, resumes or cancels a subscription from a day on, or marks it as past due and back."
);
endpoint!(
    ListExpenses = "list_expenses" Get "/api/finance/expenses" Member,
    query: ExpensesQuery, body: (), reply: Envelope<ExpenseList>,
    summary: "Lists the expenses that match, with sums over all of them."
);
endpoint!(
    CreateExpense = "create_expense" Post "/api/finance/expenses" Member,
    query: NoQuery, body: ExpenseFields, reply: ExpenseDetail,
    summary: "Enters an expense."
);
endpoint!(
    UpdateExpense = "update_expense" Put "/api/finance/expenses/{expense_id}" Member,
    query: ExpenseQuery, body: ExpenseFields, reply: ExpenseDetail,
    summary: "Replaces the fields of an expense; what was approved keeps its amount, category and day."
);
endpoint!(
    DeleteExpense = "delete_expense" Delete "/api/finance/expenses/{expense_id}" Member,
    query: ExpenseRemoval, body: (), reply: (),
    summary: "Removes an expense that is not paid."
);
endpoint!(
    ApproveExpense = "approve_expense" Post "/api/finance/expenses/{expense_id}/approval" Member,
    query: ExpenseQuery, body: AtVersion, reply: ExpenseDetail,
    summary: "Approves an expense that somebody else entered."
);
endpoint!(
    MarkExpensePaid = "mark_expense_paid" Post "/api/finance/expenses/{expense_id}/payment" Member,
    query: ExpenseQuery, body: PaidOn, reply: ExpenseDetail,
    summary: "Marks an approved expense as paid, which posts the cash entry."
);
endpoint!(
    ListCashEntries = "list_cash_entries" Get "/api/finance/cash" Member,
    query: CashQuery, body: (), reply: Envelope<CashList>,
    summary: "Lists the cash entries that match, each with what was left after it, with sums over all of them."
);
endpoint!(
    CreateCashEntry = "create_cash_entry" Post "/api/finance/cash" Member,
    query: NoQuery, body: CashFields, reply: CashDetail,
    summary: "Enters cash by hand."
);
endpoint!(
    UpdateCashEntry = "update_cash_entry" Put "/api/finance/cash/{entry_id}" Member,
    query: CashEntryQuery, body: CashFields, reply: CashDetail,
    summary: "Replaces the fields of a cash entry made by hand."
);
endpoint!(
    DeleteCashEntry = "delete_cash_entry" Delete "/api/finance/cash/{entry_id}" Member,
    query: CashEntryRemoval, body: (), reply: (),
    summary: "Removes a cash entry made by hand."
);

/// The operations of this slice.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![
        ReadFigures::info(),
        ListInvoices::info(),
        ReadInvoice::info(),
        CreateInvoice::info(),
        UpdateInvoice::info(),
        SendInvoice::info(),
        CancelInvoice::info(),
        RecordPayment::info(),
        ReversePayment::info(),
        ListSubscriptions::info(),
        CreateSubscription::info(),
        ChangeSubscription::info(),
        SetSubscriptionStatus::info(),
        ListExpenses::info(),
        CreateExpense::info(),
        UpdateExpense::info(),
        DeleteExpense::info(),
        ApproveExpense::info(),
        MarkExpensePaid::info(),
        ListCashEntries::info(),
        CreateCashEntry::info(),
        UpdateCashEntry::info(),
        DeleteCashEntry::info(),
    ]
}
