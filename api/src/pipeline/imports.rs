//! How do the rows of a file become opportunities? Looked at first, then made in batches, each once.

use super::changes::prospect_fields;
use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use crate::http::writing::Writing;
use axum::Json;
use http::StatusCode;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::pipeline::import::{BatchCheck, ImportUndo, ImportedBatch, ProspectBatch, UndoneImport};
use serde_json::{Value, json};

/// Says what an import of these rows would do, without writing anything; when it was made already, what it made.
///
/// # Errors
/// `validation_failed` for what can be seen without asking anybody, `forbidden`, upstream codes.
pub async fn check_prospects(
    signed_in: SignedIn,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(batch): Checked<ProspectBatch>,
) -> Result<Json<BatchCheck>, Failure> {
    let asked = signed_in.caller()?.call("check_prospects", arguments(&signed_in, &batch)?).await;
    Ok(Json(signed_in.heard(asked).await?))
}

/// Adds the opportunities of a batch, with clients and contacts, all or nothing. The same batch again answers what it
/// made the first time.
///
/// # Errors
/// `validation_failed` with every problem of every row, `client_ambiguous` with the clients that bear a name,
/// `idempotency_mismatch` when the key was taken for other rows, `forbidden`, upstream codes.
pub async fn import_prospects(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(batch): Checked<ProspectBatch>,
) -> Result<(StatusCode, Json<ImportedBatch>), Failure> {
    let made: ImportedBatch = writing.call("import_prospects", arguments(&writing, &batch)?).await?;
    let status = if made.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(made)))
}

/// Removes what an own import made and nobody has changed since. An unknown key made nothing, so nothing is removed.
///
/// # Errors
/// `validation_failed`, `forbidden`, upstream codes.
pub async fn undo_import(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(undo): Checked<ImportUndo>,
) -> Result<Json<UndoneImport>, Failure> {
    let arguments =
        json!({ "p_idempotency_key": undo.key, "p_organization_id": writing.other_organization() });
    Ok(Json(writing.call("undo_import", arguments).await?))
}

fn arguments(signed_in: &SignedIn, batch: &ProspectBatch) -> Result<Value, Failure> {
    let rows: Result<Vec<_>, Failure> = batch.rows.iter().map(prospect_fields).collect();
    Ok(json!({
        "p_rows": rows?,
        "p_idempotency_key": batch.key,
        "p_organization_id": signed_in.other_organization(),
    }))
}
