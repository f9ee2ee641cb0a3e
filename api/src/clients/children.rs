//! How are single rows under a client changed? People, what was agreed, what is delivered.

use super::changes::named;
use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Table, Writing, columns_of};
use axum::Json;
use http::StatusCode;
use revos_shared::clients::changes::{CommercialsFields, ContactFields, DeliverableFields, TermsFields};
use revos_shared::clients::endpoints::{
    ClientQuery, ContactQuery, ContactRemoval, DeliverableQuery, DeliverableRemoval,
};
use revos_shared::clients::{ClientTerms, Commercials, Contact, Deliverable};
use revos_shared::{ClientId, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

const CONTACTS: Table = Table { name: "contacts", columns: "id,name,role,email,phone,notes,power,version" };
const COMMERCIALS: Table = Table {
    name: "client_commercials",
    columns: "id,plan,price,term_months,discount_pct,renewal_date,payment_term,approvals,version",
};
const TERMS: Table = Table {
    name: "finance",
    columns: "id,arrangement_type,monthly_fee,revenue_share_pct,client_reported_mrr,equity_stake_pct,\
              projection_mrr,version",
};
const DELIVERABLES: Table = Table {
    name: "client_deliverables",
    columns: "id,reference,title,type,status,url,share_expires_at,version",
};

/// Adds a contact.
///
/// # Errors
/// `validation_failed`, `not_found`, `forbidden`, `duplicate` with the field, upstream codes.
pub async fn create_contact(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(contact): Checked<ContactFields>,
) -> Result<(StatusCode, Json<Contact>), Failure> {
    create(&writing, &CONTACTS, client_id, contact_columns(&contact)?).await
}

/// Replaces the fields of a contact.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the contact as it is now, `forbidden`, `duplicate`
/// with the field, upstream codes.
pub async fn update_contact(
    writing: Writing,
    Params(ContactQuery { client_id, contact_id }): Params<ContactQuery>,
    Checked(contact): Checked<ContactFields>,
) -> Result<Json<Contact>, Failure> {
    let (version, columns) = (read_before(contact.version)?, contact_columns(&contact)?);
    writing.update(&CONTACTS, &of_client(client_id, contact_id.0), version, columns).await.map(Json)
}

/// Removes a contact.
///
/// # Errors
/// `not_found`, `stale_version` with the contact as it is now, `forbidden`, upstream codes.
pub async fn delete_contact(
    writing: Writing,
    Params(ContactRemoval { client_id, contact_id, version }): Params<ContactRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<Contact>(&CONTACTS, &of_client(client_id, contact_id.0), version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says what was agreed with a client, for the first time or anew.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with what is agreed now, `forbidden`, upstream codes.
pub async fn save_commercials(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(commercials): Checked<CommercialsFields>,
) -> Result<Json<Commercials>, Failure> {
    let keys = [("client_id", client_id.to_string())];
    let columns = columns_of(&commercials)?;
    if let Some(version) = commercials.version {
        return writing.update(&COMMERCIALS, &keys, version, columns).await.map(Json);
    }
    match create::<Commercials>(&writing, &COMMERCIALS, client_id, columns).await {
        // Somebody else was the first.
        Err(failure) if failure.code == ErrorCode::Duplicate => {
            Err(Failure::stale(writing.current(&COMMERCIALS, &keys).await?))
        }
        outcome => outcome.map(|(_, row)| row),
    }
}

/// Says what a client pays with.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the terms as they are now, `forbidden`, upstream codes.
pub async fn save_client_terms(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(terms): Checked<TermsFields>,
) -> Result<Json<ClientTerms>, Failure> {
    let keys = [("client_id", client_id.to_string())];
    writing.update(&TERMS, &keys, terms.version, columns_of(&terms)?).await.map(Json)
}

/// Adds a deliverable.
///
/// # Errors
/// `validation_failed`, `not_found`, `forbidden`, `duplicate` with the field, upstream codes.
pub async fn create_deliverable(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(deliverable): Checked<DeliverableFields>,
) -> Result<(StatusCode, Json<Deliverable>), Failure> {
    create(&writing, &DELIVERABLES, client_id, columns_of(&deliverable)?).await
}

/// Replaces the fields of a deliverable.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the deliverable as it is now, `forbidden`,
/// `duplicate` with the field, upstream codes.
pub async fn update_deliverable(
    writing: Writing,
    Params(DeliverableQuery { client_id, deliverable_id }): Params<DeliverableQuery>,
    Checked(deliverable): Checked<DeliverableFields>,
) -> Result<Json<Deliverable>, Failure> {
    let (version, columns) = (read_before(deliverable.version)?, columns_of(&deliverable)?);
    writing.update(&DELIVERABLES, &of_client(client_id, deliverable_id.0), version, columns).await.map(Json)
}

/// Removes a deliverable.
///
/// # Errors
/// `not_found`, `stale_version` with the deliverable as it is now, `forbidden`, upstream codes.
pub async fn delete_deliverable(
    writing: Writing,
    Params(DeliverableRemoval { client_id, deliverable_id, version }): Params<DeliverableRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<Deliverable>(&DELIVERABLES, &of_client(client_id, deliverable_id.0), version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a row under a client. When that is refused, the client itself says whether it is hidden from the person.
async fn create<T: DeserializeOwned + Serialize>(
    writing: &Writing,
    table: &Table,
    client_id: ClientId,
    mut columns: Map<String, Value>,
) -> Result<(StatusCode, Json<T>), Failure> {
    columns.insert("client_id".to_owned(), client_id.to_string().into());
    match writing.insert(table, columns).await {
        Ok(row) => Ok((StatusCode::CREATED, Json(row))),
        Err(failure) => {
            if matches!(failure.code, ErrorCode::Forbidden | ErrorCode::ReferenceMissing) {
                named(writing, client_id).await?;
            }
            Err(failure)
        }
    }
}

/// A row belongs to the client in the path, or it is not there.
fn of_client(client_id: ClientId, id: uuid::Uuid) -> [(&'static str, String); 2] {
    [("id", id.to_string()), ("client_id", client_id.to_string())]
}

/// Whoever changes a row has read it.
fn read_before(version: Option<u32>) -> Result<u32, Failure> {
    version.ok_or_else(|| Failure::field("version", "required"))
}

/// A job title may be unknown, and is a text nevertheless.
fn contact_columns(contact: &ContactFields) -> Result<Map<String, Value>, Failure> {
    let mut columns = columns_of(contact)?;
    columns.insert("role".to_owned(), contact.role.trim().into());
    Ok(columns)
}
