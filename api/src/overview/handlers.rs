//! How is the overview read? One request to the database, as the person who asks.

use crate::http::conditional::{Found, answer};
use crate::http::extract::Params;
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use axum::response::Response;
use http::HeaderMap;
use revos_shared::overview::OverviewInputs;
use revos_shared::overview::endpoints::{OverviewQuery, ReadOverview};
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
    let read = async {
        let arguments = json!({
            "p_scope": query.scope(),
            "p_organization_id": signed_in.other_organization(),
        });
        let inputs: OverviewInputs = signed_in.caller()?.read("overview_inputs", arguments).await?;
        Ok(Found::one(inputs.overview()))
    };
    answer::<ReadOverview, _>(&signed_in, &headers, &query, read).await
}
