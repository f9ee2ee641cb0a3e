//! How are invoices changed, and how is money recorded? Each change is one function of the database.

use crate::http::extract::{Checked, JsonBody, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Writing, columns_of, read_before};
use axum::Json;
use http::StatusCode;
use revos_shared::finance::changes::{InvoiceFields, PaymentFields, Reasoned};
use revos_shared::finance::endpoints::{InvoiceQuery, PaymentQuery};
use revos_shared::finance::{InvoiceState, PaymentState};
use revos_shared::kernel::bulk::AtVersion;
use revos_shared::kernel::endpoint::NoQuery;
use serde::Deserialize;
use serde_json::{Value, json};

/// Makes a draft. A repeated request with the same id and content answers the same draft.
///
/// # Errors
/// `validation_failed`, `not_found` with the field, `duplicate` when the number is taken, `idempotency_mismatch`,
/// `forbidden` but for Admins, upstream codes.
pub async fn create_invoice(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(invoice): Checked<InvoiceFields>,
) -> Result<(StatusCode, Json<InvoiceState>), Failure> {
    let mut arguments = json!({
        "p_invoice": head(&invoice)?,
        "p_lines": invoice.lines,
        "p_organization_id": writing.other_organization(),
    });
    if let Some(key) = invoice.request_id {
        arguments["p_idempotency_key"] = json!(key);
    }
    let saved: Saved = writing.call("create_invoice", arguments).await?;
    Ok((StatusCode::CREATED, Json(saved.invoice)))
}

/// Replaces a draft with its lines.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the invoice as it is now, `invalid_transition` when it was
/// sent, `external_source`, `duplicate` when the number is taken, `forbidden` but for Admins, upstream codes.
pub async fn update_invoice(
    writing: Writing,
    Params(InvoiceQuery { invoice_id }): Params<InvoiceQuery>,
    Checked(invoice): Checked<InvoiceFields>,
) -> Result<Json<InvoiceState>, Failure> {
    let version = read_before(invoice.version)?;
    let mut fields = head(&invoice)?;
    fields["id"] = json!(invoice_id);
    let arguments = json!({ "p_invoice": fields, "p_lines": invoice.lines, "p_version": version });
    let saved: Saved = writing.call("save_invoice", arguments).await?;
    Ok(Json(saved.invoice))
}

/// Marks a draft as sent.
///
/// # Errors
/// `validation_failed` without lines or for nothing, `not_found`, `stale_version` with the invoice as it is now,
/// `invalid_transition`, `forbidden` but for Admins, upstream codes.
pub async fn send_invoice(
    writing: Writing,
    Params(InvoiceQuery { invoice_id }): Params<InvoiceQuery>,
    JsonBody(AtVersion { version }): JsonBody<AtVersion>,
) -> Result<Json<InvoiceState>, Failure> {
    let arguments = json!({ "p_invoice_id": invoice_id, "p_version": version });
    Ok(Json(writing.call("send_invoice", arguments).await?))
}

/// Withdraws an invoice of which nothing is paid.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the invoice as it is now, `invalid_transition`,
/// `has_payments`, `external_source`, `forbidden` but for Admins, upstream codes.
pub async fn cancel_invoice(
    writing: Writing,
    Params(InvoiceQuery { invoice_id }): Params<InvoiceQuery>,
    Checked(Reasoned { version, reason }): Checked<Reasoned>,
) -> Result<Json<InvoiceState>, Failure> {
    let arguments = json!({ "p_invoice_id": invoice_id, "p_version": version, "p_reason": reason });
    Ok(Json(writing.call("cancel_invoice", arguments).await?))
}

/// Records money that was received. The same request again answers the same payment.
///
/// # Errors
/// `validation_failed` (also for a day in the future), `not_found`, `invalid_transition` when it is not sent,
/// `overpayment` with the balance, `external_source`, `idempotency_mismatch`, `forbidden` but for Admins,
/// upstream codes.
pub async fn record_payment(
    writing: Writing,
    Params(InvoiceQuery { invoice_id }): Params<InvoiceQuery>,
    Checked(payment): Checked<PaymentFields>,
) -> Result<(StatusCode, Json<PaymentState>), Failure> {
    let mut arguments = json!({
        "p_invoice_id": invoice_id,
        "p_amount": payment.amount,
        "p_received_on": payment.received_on.to_string(),
        "p_method": payment.method,
        "p_idempotency_key": payment.request_id,
    });
    if let Some(reference) = payment.reference.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        arguments["p_reference"] = json!(reference);
    }
    let recorded = writing.call("record_payment", arguments).await;
    let in_time = |failure: Failure| failure.as_field("p_received_on", "received_on", "in_the_future");
    Ok((StatusCode::CREATED, Json(recorded.map_err(in_time)?)))
}

/// Takes a payment back; what it paid is owed again.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the payment as it is now, `invalid_transition` when it was
/// taken back already, `external_source`, `forbidden` but for Admins, upstream codes.
pub async fn reverse_payment(
    writing: Writing,
    Params(PaymentQuery { payment_id }): Params<PaymentQuery>,
    Checked(Reasoned { version, reason }): Checked<Reasoned>,
) -> Result<Json<PaymentState>, Failure> {
    let arguments = json!({ "p_payment_id": payment_id, "p_version": version, "p_reason": reason });
    Ok(Json(writing.call("reverse_payment", arguments).await?))
}

/// The draft without its lines, as the database takes it.
fn head(invoice: &InvoiceFields) -> Result<Value, Failure> {
    let mut fields = columns_of(invoice)?;
    fields.remove("request_id");
    fields.remove("lines");
    fields.retain(|_, value| !value.is_null());
    Ok(Value::Object(fields))
}

/// `save_invoice()` as the database writes it.
#[derive(Deserialize)]
struct Saved {
    invoice: InvoiceState,
}
