//! How is the work with a client saved? Discovery forms one by one; questions, data and cards as sets.

use crate::http::extract::{Checked, JsonBody, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Table, Writing};
use axum::Json;
use revos_shared::ClientId;
use revos_shared::clients::changes::{
    CardMove, DataSourceItem, DiscoveryAnswers, KanbanItem, QuestionItem, SetChange,
};
use revos_shared::clients::endpoints::{CardQuery, ClientQuery, FormQuery};
use revos_shared::clients::{DataSource, DiscoveryForm, KanbanCard, Question};
use revos_shared::kernel::ids::{DataSourceId, KanbanItemId, QuestionId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CARDS: Table = Table { name: "kanban_items", columns: "id" };

/// Saves a discovery form, as a draft or complete.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the form as it is now, `forbidden`, upstream codes.
pub async fn save_discovery(
    writing: Writing,
    Params(FormQuery { client_id, form_type }): Params<FormQuery>,
    Checked(form): Checked<DiscoveryAnswers>,
) -> Result<Json<DiscoveryForm>, Failure> {
    let arguments = json!({
        "p_client_id": client_id,
        "p_form_type": form_type,
        "p_answers": form.answers,
        "p_complete": form.complete,
        "p_version": form.version,
    });
    Ok(Json(writing.call("save_discovery", arguments).await?))
}

/// Saves discovery questions as a set.
///
/// # Errors
/// `validation_failed`, `not_found` when one is of another client, `stale_version` with the rows in conflict as
/// they are now, `forbidden`, upstream codes.
pub async fn sync_discovery_questions(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(set): Checked<SetChange<QuestionItem, QuestionId>>,
) -> Result<Json<Vec<Question>>, Failure> {
    sync(&writing, "sync_discovery_questions", client_id, &set).await
}

/// Saves data sources as a set.
///
/// # Errors
/// As [`sync_discovery_questions`], and `duplicate` with the field.
pub async fn sync_data_sources(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(set): Checked<SetChange<DataSourceItem, DataSourceId>>,
) -> Result<Json<Vec<DataSource>>, Failure> {
    sync(&writing, "sync_data_sources", client_id, &set).await
}

/// Saves cards of the board as a set.
///
/// # Errors
/// As [`sync_discovery_questions`]; `not_found` also for an assignee who is nobody of the organization.
pub async fn sync_kanban(
    writing: Writing,
    Params(ClientQuery { client_id }): Params<ClientQuery>,
    Checked(set): Checked<SetChange<KanbanItem, KanbanItemId>>,
) -> Result<Json<Vec<KanbanCard>>, Failure> {
    sync(&writing, "sync_kanban", client_id, &set).await
}

/// Moves a card.
///
/// # Errors
/// `not_found`, `stale_version` with the card as it is now, `forbidden`, upstream codes.
pub async fn move_kanban_item(
    writing: Writing,
    Params(CardQuery { client_id, card_id }): Params<CardQuery>,
    JsonBody(to): JsonBody<CardMove>,
) -> Result<Json<KanbanCard>, Failure> {
    // The function knows the card only. A card never changes its client, so looking first is as good.
    let keys = [("id", card_id.to_string()), ("client_id", client_id.to_string())];
    writing.current::<Value>(&CARDS, &keys).await?;
    let arguments = json!({
        "p_item_id": card_id, "p_status": to.status, "p_position": to.position, "p_version": to.version,
    });
    Ok(Json(writing.call("move_kanban_item", arguments).await?))
}

async fn sync<Item: Serialize, Id: Serialize, Row: DeserializeOwned>(
    writing: &Writing,
    function: &str,
    client_id: ClientId,
    set: &SetChange<Item, Id>,
) -> Result<Json<Vec<Row>>, Failure> {
    let arguments = json!({ "p_client_id": client_id, "p_items": set.items, "p_deleted": set.deleted });
    Ok(Json(writing.call(function, arguments).await?))
}
