//! How are single rows under a client changed? People, what was agreed, what is delivered.

use super::changes::CLIENTS;
use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Parent, Table, Writing, columns_of, read_before};
use axum::Json;
use http::StatusCode;
use revos_shared::clients::changes::{CommercialsFields, ContactFields, DeliverableFields, TermsFields};
use revos_shared::clients::endpoints::{
    ClientQuery, ContactQuery, ContactRemoval, DeliverableQuery, DeliverableRemoval,
};
use revos_shared::clients::{ClientTerms, Commercials, Contact, Deliverable};
use revos_shared::{ClientId, ErrorCode};
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
    writing.insert_under(of(client_id), &CONTACTS, contact_columns(&contact)?).await
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
    writing.update(&CONTACTS, &of(client_id).row(contact_id.0), version, columns).await.map(Json)
}

/// Removes a contact.
///
/// # Errors
/// `not_found`, `stale_version` with the contact as it is now, `forbidden`, upstream codes.
pub async fn delete_contact(
    writing: Writing,
    Params(ContactRemoval { client_id, contact_id, version }): Params<ContactRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<Contact>(&CONTACTS, &of(client_id).row(contact_id.0), version).await?;
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
    match writing.insert_under::<Commercials>(of(client_id), &COMMERCIALS, columns).await {
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
    writing.insert_under(of(client_id), &DELIVERABLES, columns_of(&deliverable)?).await
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
    writing.update(&DELIVERABLES, &of(client_id).row(deliverable_id.0), version, columns).await.map(Json)
}

/// Removes a deliverable.
///
/// # Errors
/// `not_found`, `stale_version` with the deliverable as it is now, `forbidden`, upstream codes.
pub async fn delete_deliverable(
    writing: Writing,
    Params(DeliverableRemoval { client_id, deliverable_id, version }): Params<DeliverableRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<Deliverable>(&DELIVERABLES, &of(client_id).row(deliverable_id.0), version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The client that a row belongs to.
const fn of(id: ClientId) -> Parent {
    Parent { table: &CLIENTS, column: "client_id", id: id.0 }
}

/// A job title may be unknown, and is a text nevertheless.
fn contact_columns(contact: &ContactFields) -> Result<Map<String, Value>, Failure> {
    let mut columns = columns_of(contact)?;
    columns.insert("role".to_owned(), contact.role.trim().into());
    Ok(columns)
}
