//! How is an opportunity changed? By one row named with the version that was read, or by one function.

use crate::http::extract::{Checked, Params};
use crate::http::failure::Failure;
use crate::http::writing::{Table, Writing, columns_of};
use axum::Json;
use http::StatusCode;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::pipeline::changes::{
    BulkOpportunities, NewProspect, OpportunityChange, OpportunityMove, OpportunityResult, TargetChange,
};
use revos_shared::pipeline::endpoints::{OpportunityQuery, OpportunityRemoval, Target};
use revos_shared::pipeline::{CreatedProspect, Moved, OpportunityDetail};
use serde_json::{Map, Value, json};

/// The columns of [`OpportunityDetail`].
pub(super) const OPPORTUNITIES: Table = Table {
    name: "opportunities",
    columns: "id,client_id,name,amount,stage,probability,probability_override,owner_id,expected_close_date,\
              next_step,next_step_date,stage_changed_at,closed_at,lost_reason,lost_note,source,created_at,\
              updated_at,version",
};

/// Adds an opportunity with its client and contact. A repeated request with the same id and content answers the
/// same opportunity.
///
/// # Errors
/// `validation_failed`, `client_ambiguous` with the clients that bear the name, `not_found` with the field,
/// `forbidden`, `idempotency_mismatch`, upstream codes.
pub async fn create_prospect(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(prospect): Checked<NewProspect>,
) -> Result<(StatusCode, Json<CreatedProspect>), Failure> {
    let arguments = json!({
        "p_prospect": prospect_fields(&prospect)?,
        "p_idempotency_key": prospect.request_id,
        "p_organization_id": writing.other_organization(),
    });
    Ok((StatusCode::CREATED, Json(writing.call("create_prospect", arguments).await?)))
}

/// Changes the fields of an opportunity that the body names.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the opportunity as it is now, `forbidden`,
/// `reference_missing` with the field, upstream codes.
pub async fn update_opportunity(
    writing: Writing,
    Params(OpportunityQuery { opportunity_id }): Params<OpportunityQuery>,
    Checked(change): Checked<OpportunityChange>,
) -> Result<Json<OpportunityDetail>, Failure> {
    let keys = [("id", opportunity_id.to_string())];
    writing.update(&OPPORTUNITIES, &keys, change.version, columns_of(&change)?).await.map(Json)
}

/// Removes an opportunity with its notes and activities.
///
/// # Errors
/// `not_found`, `stale_version` with the opportunity as it is now, `forbidden`, `closed_opportunity` when it was
/// won, upstream codes.
pub async fn delete_opportunity(
    writing: Writing,
    Params(OpportunityRemoval { opportunity_id, version }): Params<OpportunityRemoval>,
) -> Result<StatusCode, Failure> {
    let keys = [("id", opportunity_id.to_string())];
    writing.delete::<OpportunityDetail>(&OPPORTUNITIES, &keys, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Moves an opportunity to a stage. Already there, it is answered as it is; winning it makes what an engagement
/// needs, in the same transaction, and only once.
///
/// # Errors
/// `validation_failed`, `not_found`, `stale_version` with the opportunity as it is now, `forbidden`, upstream codes.
pub async fn move_opportunity(
    writing: Writing,
    Params(OpportunityQuery { opportunity_id }): Params<OpportunityQuery>,
    Checked(to): Checked<OpportunityMove>,
) -> Result<Json<Moved>, Failure> {
    let arguments = json!({
        "p_opportunity_id": opportunity_id,
        "p_stage": to.stage,
        "p_version": to.version,
        "p_lost_reason": to.lost_reason,
        "p_lost_note": to.lost_note,
    });
    Ok(Json(writing.call("move_opportunity", arguments).await?))
}

/// Changes stage, owner or expected close of many opportunities, each for itself, and tells how each went.
///
/// # Errors
/// `validation_failed`, `forbidden` for a Client persona, upstream codes.
pub async fn update_opportunities(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(bulk): Checked<BulkOpportunities>,
) -> Result<Json<Vec<OpportunityResult>>, Failure> {
    let arguments = json!({ "p_items": bulk.items, "p_changes": bulk.changes });
    Ok(Json(writing.call("update_opportunities", arguments).await?))
}

/// Sets the sales target of a fiscal quarter, or takes it away.
///
/// # Errors
/// `validation_failed`, `stale_version` with the target as it is now, `forbidden`, upstream codes.
pub async fn set_target(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
    Checked(change): Checked<TargetChange>,
) -> Result<Json<Target>, Failure> {
    let arguments = json!({
        "p_target": change.target,
        "p_version": change.version,
        "p_organization_id": writing.other_organization(),
    });
    Ok(Json(writing.call("set_quarterly_target", arguments).await?))
}

/// A prospect as the functions of the database take it.
pub(super) fn prospect_fields(prospect: &NewProspect) -> Result<Map<String, Value>, Failure> {
    let mut fields = columns_of(prospect)?;
    fields.remove("request_id");
    fields.retain(|_, value| !value.is_null());
    Ok(fields)
}
