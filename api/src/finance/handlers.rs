//! How is money read? One request to the database per operation, as the person who asks.

use crate::http::conditional::{Found, answer, answer_by_digest, digest};
use crate::http::extract::Params;
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use axum::response::Response;
use http::HeaderMap;
use revos_shared::ErrorCode;
use revos_shared::finance::endpoints::{InvoiceQuery, ListInvoices, ReadFigures, ReadInvoice};
use revos_shared::finance::{
    FiguresQuery, FinanceInputs, InvoiceList, InvoiceRecord, InvoiceRow, InvoiceSums, InvoicesQuery,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The figures of today, computed from sums of what the person may read.
///
/// # Errors
/// `invalid_argument`, `forbidden` but for Directors and Admins, upstream codes.
pub async fn read_figures(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<FiguresQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({ "p_organization_id": signed_in.other_organization() });
        let inputs: FinanceInputs = signed_in.caller()?.read("finance_inputs", arguments).await?;
        let figures = inputs.figures(query.scope());
        let missing = || Failure::new(ErrorCode::UpstreamUnreadable).because("inputs without their scope");
        Ok(Found::one(figures.ok_or_else(missing)?))
    };
    answer::<ReadFigures, _>(&signed_in, &headers, &query, read).await
}

/// The invoices that match, in the order asked for, with sums over all of them.
///
/// # Errors
/// `invalid_argument`, `forbidden` but for Directors and Admins, upstream codes.
pub async fn list_invoices(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<InvoicesQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_filter": filter(&query),
            "p_sort": query.sort().to_string(),
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
        });
        let listed: Listed = signed_in.caller()?.read("list_invoices", arguments).await?;
        let Listed { rows, total, sums } = listed;
        let count = rows.len();
        Ok(Found::first(InvoiceList { rows, sums }, count, total))
    };
    let digest = digest(&signed_in, "invoices_digest");
    answer_by_digest::<ListInvoices, _>(&signed_in, &headers, &query, digest, read).await
}

/// The filter in the database's words. What is not named says nothing.
fn filter(query: &InvoicesQuery) -> Value {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    json!({
        "q": query.text(),
        "status": query.status.iter().collect::<Vec<_>>(),
        "client": query.client.into_iter().collect::<Vec<_>>(),
        "from": day(query.from),
        "to": day(query.to),
    })
}

/// One invoice with its lines, payments and history.
///
/// # Errors
/// `invalid_argument`, `not_found`, `forbidden` but for Directors and Admins, upstream codes.
pub async fn read_invoice(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<InvoiceQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({ "p_invoice_id": query.invoice_id });
        let data: InvoiceRecord = signed_in.caller()?.read("invoice_record", arguments).await?;
        Ok(Found::one(data))
    };
    answer::<ReadInvoice, _>(&signed_in, &headers, &query, read).await
}

/// `list_invoices()` as the database writes it.
#[derive(Deserialize)]
struct Listed {
    rows: Vec<InvoiceRow>,
    total: u64,
    sums: InvoiceSums,
}
