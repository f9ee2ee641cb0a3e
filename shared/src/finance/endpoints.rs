//! Which operations are about money? The figures, the list of invoices, one invoice, and every change of it.

use super::changes::{InvoiceFields, PaymentFields, Reasoned};
use super::figures::FinanceFigures;
use super::query::{FiguresQuery, InvoicesQuery};
use super::rows::{InvoiceList, InvoiceRecord, InvoiceState, PaymentState};
use crate::kernel::bulk::AtVersion;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint, row_query};
use crate::kernel::envelope::Envelope;
use crate::kernel::ids::{InvoiceId, PaymentId};

row_query!(
    /// One invoice.
    InvoiceQuery { invoice_id: InvoiceId }
);
row_query!(
    /// One payment.
    PaymentQuery { payment_id: PaymentId }
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
    ]
}
