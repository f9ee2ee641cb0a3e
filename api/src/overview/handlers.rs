//! How is the overview read, and kept? One request to the database each, as the person who asks.

use crate::http::conditional::{Found, answer};
use crate::http::extract::Params;
use crate::http::failure::Failure;
use crate::http::owners::owner_word;
use crate::http::signed_in::SignedIn;
use crate::http::writing::Writing;
use axum::Json;
use axum::response::Response;
use http::HeaderMap;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::write_day;
use revos_shared::overview::endpoints::{
    KeptQuery, OverviewQuery, ReadKeptFigures, ReadOverview, WindowProblem,
};
use revos_shared::overview::{Keeping, KeptInput, OverviewInputs};
use serde_json::json;

/// The executive overview, computed from what the person may read.
///
/// # Errors
/// `invalid_argument`, `forbidden` for a Client persona, upstream codes.
pub async fn read_overview(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<OverviewQuery>,
) -> Result<Response, Failure> {
    let refused = |problem: WindowProblem| {
        let (name, expected) = problem.of_parameter();
        Failure::parameter(name, &expected)
    };
    query.check().map_err(refused)?;
    let read = async {
        let me = signed_in.read_for().user_id;
        let arguments = json!({
            "p_scope": query.scope,
            "p_from": query.from.map(write_day),
            "p_to": query.to.map(write_day),
            "p_segment": query.segment,
            "p_owner": query.owner.map(|owner| owner_word(owner, me)),
            "p_organization_id": signed_in.other_organization(),
        });
        let read = signed_in.caller()?.read("overview_inputs", arguments).await;
        // Which day it is today, the database knows.
        let inputs: OverviewInputs = read.map_err(|error| {
            let (name, expected) = WindowProblem::InTheFuture.of_parameter();
            Failure::from(error).as_parameter("p_to", name, &expected)
        })?;
        Ok(Found::one(inputs.overview()))
    };
    answer::<ReadOverview, _>(&signed_in, &headers, &query, read).await
}

/// The days of which figures were kept, and those of one of them.
///
/// # Errors
/// `invalid_argument`, `forbidden` for a Client persona, upstream codes.
pub async fn read_kept_figures(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<KeptQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({
            "p_day": query.day.map(write_day),
            "p_organization_id": signed_in.other_organization(),
        });
        let read = signed_in.caller()?.read("kept_figures", arguments).await;
        let kept: KeptInput =
            read.map_err(|error| Failure::from(error).as_parameter("p_day", "day", "today or earlier"))?;
        Ok(Found::one(kept.figures()))
    };
    answer::<ReadKeptFigures, _>(&signed_in, &headers, &query, read).await
}

/// Asks the worker to keep today's figures.
///
/// # Errors
/// `forbidden`, upstream codes.
pub async fn keep_figures(
    writing: Writing,
    Params(NoQuery {}): Params<NoQuery>,
) -> Result<Json<Keeping>, Failure> {
    let arguments = json!({ "p_organization_id": writing.other_organization() });
    Ok(Json(writing.call("keep_figures", arguments).await?))
}
