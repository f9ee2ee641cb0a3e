//! How is the pipeline read? One request to the database per operation, as the person who asks.

use crate::http::conditional::{Found, answer, answer_by_digest, digest};
use crate::http::extract::Params;
use crate::http::failure::Failure;
use crate::http::owners::owner_words;
use crate::http::signed_in::SignedIn;
use axum::response::Response;
use http::HeaderMap;
use revos_shared::UserId;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::pipeline::endpoints::{
    FindSimilarClients, ListOpportunities, OpportunityQuery, ReadForecast, ReadOpportunity, SimilarQuery,
};
use revos_shared::pipeline::{
    ForecastMaterial, OpportunityList, OpportunityRecord, OpportunityRow, PipelineQuery, SimilarClient,
    StageTotal, Total, WinRates,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The opportunities that match, in the order asked for, with counts and sums by stage over all of them.
///
/// # Errors
/// `invalid_argument`, `forbidden` for a Client persona, upstream codes.
pub async fn list_opportunities(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<PipelineQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_filter": filter(&query, signed_in.read_for().user_id),
            "p_sort": query.sort().to_string(),
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
        });
        let listed: Listed = signed_in.caller()?.read("list_opportunities", arguments).await?;
        let Listed { rows, total, stages, open, rates } = listed;
        let count = rows.len();
        Ok(Found::first(OpportunityList { rows, stages, open, rates }, count, total))
    };
    let digest = digest(&signed_in, "opportunities_digest");
    answer_by_digest::<ListOpportunities, _>(&signed_in, &headers, &query, digest, read).await
}

/// The filter in the database's words. What is not named says nothing.
fn filter(query: &PipelineQuery, me: UserId) -> Value {
    json!({
        "q": query.text(),
        "owner": owner_words(&query.owner, me),
        "stage": query.stage.iter().collect::<Vec<_>>(),
        "min": query.min,
        "max": query.max,
        "prob": query.prob,
        "close": query.close,
        "closed": query.closed(),
    })
}

/// The forecast of the quarter, computed from what the person may read.
///
/// # Errors
/// `forbidden` for a Client persona, upstream codes.
pub async fn read_forecast(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<NoQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({ "p_organization_id": signed_in.other_organization() });
        let material: ForecastMaterial = signed_in.caller()?.read("pipeline_forecast", arguments).await?;
        Ok(Found::one(material.forecast()))
    };
    answer::<ReadForecast, _>(&signed_in, &headers, &query, read).await
}

/// Clients whose name is like one that was typed.
///
/// # Errors
/// `invalid_argument`, `forbidden` for a Client persona, upstream codes.
pub async fn find_similar_clients(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<SimilarQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({ "p_name": query.name, "p_organization_id": signed_in.other_organization() });
        let data: Vec<SimilarClient> = signed_in.caller()?.read("find_similar_clients", arguments).await?;
        Ok(Found::all(data))
    };
    answer::<FindSimilarClients, _>(&signed_in, &headers, &query, read).await
}

/// One opportunity with everything its panel shows.
///
/// # Errors
/// `invalid_argument`, `not_found`, `forbidden` for a Client persona, upstream codes.
pub async fn read_opportunity(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<OpportunityQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({ "p_opportunity_id": query.opportunity_id });
        let data: OpportunityRecord = signed_in.caller()?.read("opportunity_record", arguments).await?;
        Ok(Found::one(data))
    };
    answer::<ReadOpportunity, _>(&signed_in, &headers, &query, read).await
}

/// `list_opportunities()` as the database writes it.
#[derive(Deserialize)]
struct Listed {
    rows: Vec<OpportunityRow>,
    total: u64,
    stages: Vec<StageTotal>,
    open: Total,
    rates: WinRates,
}
