//! How are playbooks read and written? A playbook and all its steps in one call of the database.

use crate::http::conditional::{Found, answer};
use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use crate::http::writing::{Writing, columns_of, read_before};
use axum::Json;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use revos_shared::automations::changes::{PlaybookFields, StatusChange, StepFields};
use revos_shared::automations::endpoints::{ListPlaybooks, PlaybookQuery};
use revos_shared::automations::{Playbook, PlaybookStanding};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::PlaybookId;
use serde::Deserialize;
use serde_json::{Value, json};

/// The playbooks of the organization, by name.
///
/// # Errors
/// `forbidden` for a Client persona, upstream codes.
pub async fn list_playbooks(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<NoQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let Listed { rows, total } = listed(&signed_in).await?;
        let count = rows.len();
        Ok(Found::first(rows, count, total))
    };
    answer::<ListPlaybooks, _>(&signed_in, &headers, &query, read).await
}

/// Adds a playbook as a draft. The same one again is answered as it is.
///
/// # Errors
/// `validation_failed` with step and field, `duplicate` with the field, `forbidden`, upstream codes.
pub async fn create_playbook(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(fields): Checked<PlaybookFields>,
) -> Result<(StatusCode, Json<Playbook>), Failure> {
    match save(&writing, None, &fields).await {
        Ok(playbook) => Ok((StatusCode::CREATED, Json(playbook))),
        Err(failure) if failure.is_of("automation_playbooks_name_key") => {
            let there = listed(&writing).await?.rows.into_iter().find(|row| is_made_by(row, &fields));
            there.map(|playbook| (StatusCode::OK, Json(playbook))).ok_or(failure)
        }
        Err(failure) => Err(failure),
    }
}

/// Replaces the fields and steps of a playbook.
///
/// # Errors
/// `validation_failed` with step and field, `not_found`, `stale_version` with the playbook and its steps as they
/// are now, `invalid_transition` for one in the archive, `duplicate` with the field, `forbidden`, upstream codes.
pub async fn update_playbook(
    writing: Writing,
    Params(PlaybookQuery { playbook_id }): Params<PlaybookQuery>,
    Checked(fields): Checked<PlaybookFields>,
) -> Result<Json<Playbook>, Failure> {
    let version = read_before(fields.version)?;
    save(&writing, Some((playbook_id, version)), &fields).await.map(Json)
}

/// Switches a playbook on or off, or archives it. As it is already, it is answered so.
///
/// # Errors
/// `not_found`, `stale_version` with the playbook as it is now, `invalid_transition` out of the archive,
/// `forbidden`, upstream codes.
pub async fn set_playbook_status(
    writing: Writing,
    Params(PlaybookQuery { playbook_id }): Params<PlaybookQuery>,
    Checked(change): Checked<StatusChange>,
) -> Result<Json<PlaybookStanding>, Failure> {
    let arguments =
        json!({ "p_playbook_id": playbook_id, "p_status": change.status, "p_version": change.version });
    Ok(Json(writing.call("set_playbook_status", arguments).await?))
}

async fn save(
    writing: &Writing,
    known: Option<(PlaybookId, u32)>,
    fields: &PlaybookFields,
) -> Result<Playbook, Failure> {
    let mut playbook = columns_of(fields)?;
    let steps = playbook.remove("steps");
    playbook.retain(|_, value| !value.is_null());
    if let Some((id, _)) = known {
        playbook.insert("id".to_owned(), Value::String(id.to_string()));
    }
    let arguments = json!({
        "p_playbook": playbook,
        "p_steps": steps,
        "p_version": known.map(|(_, version)| version),
        "p_organization_id": writing.other_organization(),
    });
    writing.call("save_playbook", arguments).await
}

async fn listed(signed_in: &SignedIn) -> Result<Listed, Failure> {
    let arguments = json!({ "p_organization_id": signed_in.other_organization() });
    Ok(signed_in.caller()?.read("list_playbooks", arguments).await?)
}

/// Is it what a request to add it made, which was sent before?
fn is_made_by(playbook: &Playbook, fields: &PlaybookFields) -> bool {
    let steps = playbook.steps.iter().map(|step| StepFields {
        id: None,
        workspace: step.workspace,
        action: step.action,
        config: step.config.clone(),
    });
    let description = fields.description.as_deref().map(str::trim).filter(|text| !text.is_empty());
    playbook.version == 1
        && playbook.name == fields.name.trim()
        && playbook.description.as_deref() == description
        && playbook.trigger_event == fields.trigger_event
        && steps.eq(fields.steps.iter().cloned())
}

/// `list_playbooks()` as the database writes it.
#[derive(Deserialize)]
struct Listed {
    rows: Vec<Playbook>,
    total: u64,
}
