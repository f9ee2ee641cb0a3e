//! How is a client changed? By one row named with the version that was read, or by one function.

use crate::http::extract::{Checked, JsonBody, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Table, Writing, columns_of, holds};
use axum::Json;
use http::StatusCode;
use revos_shared::clients::changes::{BulkChange, BulkResult, ClientChange, HealthChange, NewClient};
use revos_shared::clients::endpoints::{AtVersion, ClientQuery, ClientRemoval, Onboarded};
use revos_shared::clients::{ClientDetail, ClientStatus};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::{ClientId, ErrorCode};
use serde_json::json;

/// The columns of [`ClientDetail`].
pub(super) const CLIENTS: Table = Table {
    name: "clients",
    columns: "id,name,status,phase,segment,industry,region,revenue_model,primary_goal,notes,owner_id,arr,health,\
              churn_risk,trs_score,qbr_date,last_qbr_date,is_expansion,churned_on,created_at,updated_at,version",
};

/// Adds a client. A repeated request with the id and the content of the first answers the same client.
///
/// # Errors
/// `validation_failed`, `forbidden`, `reference_missing` with the field, `idempotency_mismatch` when the id
/// names a client with other content, `duplicate` when it names one that the person does not see, upstream codes.
pub async fn create_client(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(client): Checked<NewClient>,
) -> Result<(StatusCode, Json<ClientDetail>), Failure> {
    let client = NewClient { status: client.status.or(Some(ClientStatus::Prospect)), ..client };
    let columns = columns_of(&client)?;
    let failure = match writing.insert(&CLIENTS, columns.clone()).await {
        Ok(row) => return Ok((StatusCode::CREATED, Json(row))),
        Err(failure) => failure,
    };
    match client.id.filter(|_| failure.is_of("clients_pkey")) {
        Some(id) => match named(&writing, id).await {
            Ok(current) if holds(&current, &columns)? => Ok((StatusCode::OK, Json(current))),
            Ok(_) => Err(Failure::new(ErrorCode::IdempotencyMismatch)),
            Err(hidden) if hidden.code == ErrorCode::NotFound => Err(failure.about("id", "duplicate")),
            Err(other) => Err(other),
        },
        None => {
            // A right may be missing because all of them are.
            if failure.code == ErrorCode::Forbidden {
                writing.prove_membership().await?;
            }
            Err(failure)
        }
    }
}

/// Changes the fields of a client that the body names.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the client as it is now, `forbidden`,
/// `reference_missing` with the field, upstream codes.
pub async fn update_client(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(change): Checked<ClientChange>,
) -> Result<Json<ClientDetail>, Failure> {
    let keys = [("id", client_id.to_string())];
    writing.update(&CLIENTS, &keys, change.version, columns_of(&change)?).await.map(Json)
}

/// Removes a client with what is kept under it.
///
/// # Errors
/// `not_found`, `stale_version` with the client as it is now, `forbidden`, `reference_missing` while money,
/// opportunities or people belong to it, upstream codes.
pub async fn delete_client(
    writing: Writing,
    Params(ClientRemoval { client_id, version }): Params<ClientRemoval>,
) -> Result<StatusCode, Failure> {
    let keys = [("id", client_id.to_string())];
    match writing.delete::<ClientDetail>(&CLIENTS, &keys, version).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(failure) if failure.code == ErrorCode::ReferenceMissing => {
            Err(failure.saying("Something that stays still belongs to this client.").about("id", "in_use"))
        }
        Err(failure) => Err(failure),
    }
}

/// Changes owner, phase or review date of many clients, each for itself, and tells how each went.
///
/// # Errors
/// `validation_failed`, `forbidden` for a Client persona, upstream codes.
pub async fn update_clients(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(bulk): Checked<BulkChange>,
) -> Result<Json<Vec<BulkResult>>, Failure> {
    let arguments = json!({ "p_items": bulk.items, "p_changes": bulk.changes });
    Ok(Json(writing.call("update_clients", arguments).await?))
}

/// Sets health and churn risk, with a note.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the client as it is now, `forbidden`, upstream codes.
pub async fn set_client_health(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(change): Checked<HealthChange>,
) -> Result<Json<ClientDetail>, Failure> {
    let arguments = json!({
        "p_client_id": client_id,
        "p_health": change.health,
        "p_churn_risk": change.churn_risk,
        "p_note": change.note,
        "p_version": change.version,
    });
    Ok(Json(writing.call("set_client_health", arguments).await?))
}

/// Starts the work with a client.
///
/// # Errors
/// `not_found`, `stale_version` with the client as it is now, `forbidden`, upstream codes.
pub async fn ensure_client_onboarding(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    JsonBody(AtVersion { version }): JsonBody<AtVersion>,
) -> Result<Json<Onboarded>, Failure> {
    let arguments = json!({ "p_client_id": client_id, "p_version": version });
    Ok(Json(writing.call("ensure_client_onboarding", arguments).await?))
}

/// The client as it is now.
pub(super) async fn named(writing: &Writing, id: ClientId) -> Result<ClientDetail, Failure> {
    writing.current(&CLIENTS, &[("id", id.to_string())]).await
}
