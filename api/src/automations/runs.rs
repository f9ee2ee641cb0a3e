//! How are runs of playbooks read, started and taken up again? The worker does their steps.

use crate::http::conditional::{Found, answer};
use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use crate::http::writing::Writing;
use axum::Json;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use revos_shared::automations::changes::{NewRun, RunRetry};
use revos_shared::automations::endpoints::{ListAutomationRuns, PlaybookQuery, RunQuery, RunsQuery};
use revos_shared::automations::{AutomationRun, RunStanding, StartedRun};
use revos_shared::kernel::instants::write_moment;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Runs with their steps, newest first.
///
/// # Errors
/// `invalid_argument`, `forbidden` for a Client persona, upstream codes.
pub async fn list_automation_runs(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<RunsQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_filter": {
                "playbook_id": query.playbook_id,
                "opportunity_id": query.opportunity_id,
                "run_id": query.run_id,
            },
            "p_before_at": query.before_at.map(write_moment),
            "p_before_id": query.before_id,
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
        });
        let Listed { rows, total } = signed_in.caller()?.read("list_automation_runs", arguments).await?;
        let count = rows.len();
        Ok(Found::first(rows, count, total))
    };
    answer::<ListAutomationRuns, _>(&signed_in, &headers, &query, read).await
}

/// Queues a run of an active playbook: 201. A repeated request with the same id and content answers the same run: 200.
///
/// # Errors
/// `validation_failed`, `not_found`, `invalid_transition` when the playbook is not active,
/// `idempotency_mismatch`, `forbidden`, upstream codes.
pub async fn start_automation_run(
    writing: Writing,
    Params(PlaybookQuery { playbook_id }): Params<PlaybookQuery>,
    Checked(run): Checked<NewRun>,
) -> Result<(StatusCode, Json<StartedRun>), Failure> {
    let mut context = Map::new();
    if let (Some(kind), Some(id)) = (run.entity_type, run.entity_id) {
        context.insert("entity_type".to_owned(), Value::String(kind.to_string()));
        context.insert("entity_id".to_owned(), Value::String(id.to_string()));
    }
    let arguments = json!({
        "p_playbook_id": playbook_id,
        "p_context": context,
        "p_idempotency_key": run.request_id,
    });
    let run: StartedRun = writing.call("start_automation_run", arguments).await?;
    let status = if run.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(run)))
}

/// Queues a failed run again from the step that failed. Retried already, it is answered as it is.
///
/// # Errors
/// `not_found`, `stale_version` with the run as it is now when it failed anew, `invalid_transition` when it did not
/// fail or its playbook is not active, `forbidden`, upstream codes.
pub async fn retry_automation_run(
    writing: Writing,
    Params(RunQuery { run_id }): Params<RunQuery>,
    Checked(retry): Checked<RunRetry>,
) -> Result<Json<RunStanding>, Failure> {
    let arguments = json!({ "p_run_id": run_id, "p_version": retry.version });
    Ok(Json(writing.call("retry_automation_run", arguments).await?))
}

/// `list_automation_runs()` as the database writes it.
#[derive(Deserialize)]
struct Listed {
    rows: Vec<AutomationRun>,
    total: u64,
}
