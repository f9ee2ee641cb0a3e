//! How are single rows under an opportunity changed? Notes and activities.

use super::changes::OPPORTUNITIES;
use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Parent, Table, Writing, columns_of, read_before};
use axum::Json;
use http::StatusCode;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::changes::{ActivityFields, NoteFields};
use revos_shared::pipeline::endpoints::{
    ActivityQuery, ActivityRemoval, NoteQuery, NoteRemoval, OpportunityQuery,
};
use revos_shared::pipeline::{Activity, Note};

const NOTES: Table = Table { name: "opportunity_notes", columns: "id,author_id,body,created_at,version" };
const ACTIVITIES: Table = Table {
    name: "opportunity_activities",
    columns: "id,type,title,description,status,due_at,completed_at,assigned_to,created_by,version",
};

/// Adds a note, in the name of whoever asks.
///
/// # Errors
/// `validation_failed`, `not_found`, `forbidden`, upstream codes.
pub async fn create_note(
    writing: Writing,
    Params(OpportunityQuery { opportunity_id }): Params<OpportunityQuery>,
    Checked(note): Checked<NoteFields>,
) -> Result<(StatusCode, Json<Note>), Failure> {
    writing.insert_under(of(opportunity_id), &NOTES, columns_of(&note)?).await
}

/// Changes an own note.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the note as it is now, `forbidden` for a note of
/// somebody else, upstream codes.
pub async fn update_note(
    writing: Writing,
    Params(NoteQuery { opportunity_id, note_id }): Params<NoteQuery>,
    Checked(note): Checked<NoteFields>,
) -> Result<Json<Note>, Failure> {
    let version = read_before(note.version)?;
    let keys = of(opportunity_id).row(note_id.0);
    writing.update(&NOTES, &keys, version, columns_of(&note)?).await.map(Json)
}

/// Removes a note.
///
/// # Errors
/// `not_found`, `stale_version` with the note as it is now, `forbidden`, upstream codes.
pub async fn delete_note(
    writing: Writing,
    Params(NoteRemoval { opportunity_id, note_id, version }): Params<NoteRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<Note>(&NOTES, &of(opportunity_id).row(note_id.0), version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Plans an activity.
///
/// # Errors
/// `validation_failed`, `not_found`, `forbidden`, `reference_missing` with the field, upstream codes.
pub async fn create_activity(
    writing: Writing,
    Params(OpportunityQuery { opportunity_id }): Params<OpportunityQuery>,
    Checked(activity): Checked<ActivityFields>,
) -> Result<(StatusCode, Json<Activity>), Failure> {
    writing.insert_under(of(opportunity_id), &ACTIVITIES, columns_of(&activity)?).await
}

/// Replaces the fields of an activity; completes or cancels it.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the activity as it is now, `forbidden`,
/// `reference_missing` with the field, upstream codes.
pub async fn update_activity(
    writing: Writing,
    Params(ActivityQuery { opportunity_id, activity_id }): Params<ActivityQuery>,
    Checked(activity): Checked<ActivityFields>,
) -> Result<Json<Activity>, Failure> {
    let version = read_before(activity.version)?;
    let keys = of(opportunity_id).row(activity_id.0);
    writing.update(&ACTIVITIES, &keys, version, columns_of(&activity)?).await.map(Json)
}

/// Removes an activity.
///
/// # Errors
/// `not_found`, `stale_version` with the activity as it is now, `forbidden`, upstream codes.
pub async fn delete_activity(
    writing: Writing,
    Params(ActivityRemoval { opportunity_id, activity_id, version }): Params<ActivityRemoval>,
) -> Result<StatusCode, Failure> {
    writing.delete::<Activity>(&ACTIVITIES, &of(opportunity_id).row(activity_id.0), version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The opportunity that a row belongs to.
const fn of(id: OpportunityId) -> Parent {
    Parent { table: &OPPORTUNITIES, column: "opportunity_id", id: id.0 }
}
