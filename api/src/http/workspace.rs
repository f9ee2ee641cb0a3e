//! What does every page use? Search, the people of the organization, lists under a name, things people did.

use super::conditional::{Found, answer, answer_unkept};
use super::extract::{Checked, Params};
use super::failure::Failure;
use super::signed_in::SignedIn;
use super::writing::{Table, Writing, columns_of, holds};
use axum::Json;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use revos_shared::ErrorCode;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::workspace::{
    Colleague, ListColleagues, ListSavedViews, SavedView, SearchHit, SearchQuery, SearchWorkspace, UiEvent,
    ViewFields, ViewRemoval, ViewsQuery,
};
use serde_json::json;

/// Things a search shows.
const SEARCH_HITS: usize = 12;
/// People and views a page chooses from.
const CHOICES: u32 = 1_000;

const VIEWS: Table =
    Table { name: "saved_views", columns: "id,user_id,workspace,name,query,is_shared,version" };

/// What bears or resembles a name, the best first.
///
/// # Errors
/// `invalid_argument`, upstream codes.
pub async fn search_workspace(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<SearchQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_query": query.q.trim(), "p_limit": SEARCH_HITS, "p_organization_id": signed_in.other_organization(),
        });
        let data: Vec<SearchHit> = signed_in.caller()?.read("search_workspace", arguments).await?;
        Ok(Found { total: data.len() as u64, truncated: data.len() == SEARCH_HITS, data })
    };
    answer::<SearchWorkspace, _>(&signed_in, &headers, &query, read).await
}

/// The organization's staff, by name.
///
/// # Errors
/// Upstream codes.
pub async fn list_colleagues(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<NoQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let caller = signed_in.caller()?;
        let people = caller
            .from("users")
            .select("id,name,role")
            .eq("organization_id", signed_in.organization().to_string())
            .neq("role", "Client")
            .is("deactivated_at", "null");
        let mut found = Found::listed(&signed_in, caller.list::<Colleague>(people, CHOICES).await?).await?;
        found.data.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
        Ok(found)
    };
    answer_unkept::<ListColleagues, _>(&signed_in, &headers, &query, read).await
}

/// Lists under a name, one's own first.
///
/// # Errors
/// `invalid_argument`, upstream codes.
pub async fn list_saved_views(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<ViewsQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let caller = signed_in.caller()?;
        let views = caller
            .from(VIEWS.name)
            .select(VIEWS.columns)
            .eq("organization_id", signed_in.organization().to_string())
            .eq("workspace", query.workspace.as_str());
        let mut found = Found::listed(&signed_in, caller.list::<SavedView>(views, CHOICES).await?).await?;
        found.data.sort_by_cached_key(|view| (!is_mine(&signed_in, view), view.name.to_lowercase(), view.id));
        Ok(found)
    };
    answer::<ListSavedViews, _>(&signed_in, &headers, &query, read).await
}

/// Makes or changes a list under a name. A view that was removed is made again by its id.
///
/// # Errors
/// `validation_failed`, `duplicate` with the field, `not_found`, `stale_version` with the view as it is now,
/// `forbidden`, upstream codes.
pub async fn save_view(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(view): Checked<ViewFields>,
) -> Result<Json<SavedView>, Failure> {
    let keys = [("id", view.id.to_string()), ("workspace", view.workspace.to_string())];
    let mut columns = columns_of(&view)?;
    // A list without any parameter is one that people keep too.
    columns.insert("query".to_owned(), view.query.clone().into());
    if let Some(version) = view.version {
        columns.retain(|name, _| !["id", "workspace"].contains(&name.as_str()));
        return writing.update(&VIEWS, &keys, version, columns).await.map(Json);
    }
    match writing.insert(&VIEWS, columns.clone()).await {
        Err(failure) if failure.is_of("saved_views_pkey") => {
            match writing.current::<SavedView>(&VIEWS, &keys).await {
                Ok(current) if is_mine(&writing, &current) && holds(&current, &columns)? => Ok(Json(current)),
                Err(other) if other.code != ErrorCode::NotFound => Err(other),
                _ => Err(failure.about("id", "duplicate")),
            }
        }
        outcome => outcome.map(Json),
    }
}

fn is_mine(reader: &SignedIn, view: &SavedView) -> bool {
    view.user_id == reader.read_for().user_id
}

/// Removes a list under a name.
///
/// # Errors
/// `not_found`, `stale_version` with the view as it is now, `forbidden`, upstream codes.
pub async fn delete_view(writing: Writing, Params(view): Params<ViewRemoval>) -> Result<StatusCode, Failure> {
    let keys = [("id", view.view_id.to_string())];
    writing.delete::<SavedView>(&VIEWS, &keys, view.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes something a person did that changes no row.
///
/// # Errors
/// `validation_failed`, `forbidden`, upstream codes.
pub async fn record_ui_event(
    signed_in: SignedIn,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(event): Checked<UiEvent>,
) -> Result<StatusCode, Failure> {
    let row = json!({
        // Whichever organization is shown: it is about the person.
        "organization_id": signed_in.home(),
        "user_id": signed_in.read_for().user_id,
        "event_key": event.key,
        "payload": { "route": event.route, "detail": event.detail },
    });
    let caller = signed_in.caller()?;
    caller.add(caller.from("analytics_events"), &row).await?;
    Ok(StatusCode::NO_CONTENT)
}
