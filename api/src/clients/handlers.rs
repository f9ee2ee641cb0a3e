//! How are clients read? One request to the database per operation, as the person who asks.

use crate::http::conditional::{Found, answer, answer_by_digest};
use crate::http::extract::Params;
use crate::http::failure::Failure;
use crate::http::signed_in::SignedIn;
use axum::response::Response;
use http::HeaderMap;
use jiff::{Timestamp, civil::Date};
use revos_shared::clients::endpoints::{
    ClientsQuery, ListClients, ReadClientsSummary, ReadHealthTrend, TrendQuery,
};
use revos_shared::clients::{ClientRow, ClientStatus, ClientsSummary, Phase, Segment, TrendPoint};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::{ClientId, Money, UserId};
use serde::Deserialize;
use serde_json::json;
use supabase::contains;

/// The columns of the list, by their names in the view.
const COLUMNS: &str = "client_id,client_name,status,phase,segment,industry,owner_id,owner_name,arr,health,churn_risk,\
                       trs_score,previous_health,previous_churn_risk,previous_snapshot_date,qbr_date,is_expansion,\
                       churned_on,updated_at,version";

/// The clients the person may see, the last changed first.
///
/// # Errors
/// `invalid_argument`, upstream codes.
pub async fn list_clients(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<ClientsQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let caller = signed_in.caller()?;
        let mut rows = caller
            .from("vw_client_overview")
            .select(COLUMNS)
            .eq("organization_id", signed_in.organization().to_string())
            .order("updated_at.desc,client_id.asc");
        if let Some(status) = query.status {
            rows = rows.eq("status", status.as_str());
        }
        if let Some(phase) = query.phase {
            rows = rows.eq("phase", phase.as_str());
        }
        if let Some(owner) = query.owner {
            rows = rows.eq("owner_id", owner.to_string());
        }
        if let Some(text) = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            rows = contains(rows, "client_name", text);
        }
        let list = caller.list::<OverviewRow>(rows, query.limit()).await?;
        if list.total == 0 {
            // The database shows nothing to somebody whose membership has just ended; that is no empty list.
            signed_in.prove_membership().await?;
        }
        let truncated = (list.rows.len() as u64) < list.total;
        Ok(Found { data: list.rows.into_iter().map(ClientRow::from).collect(), total: list.total, truncated })
    };
    let digest = async {
        let arguments = json!({ "p_organization_id": signed_in.other_organization() });
        Ok(signed_in.caller()?.read::<String>("clients_digest", arguments).await?)
    };
    answer_by_digest::<ListClients, _>(&signed_in, &headers, &query, digest, read).await
}

/// The portfolio's figures, counted by the database over all clients.
///
/// # Errors
/// `forbidden` for a Client persona, upstream codes.
pub async fn read_clients_summary(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<NoQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({ "p_organization_id": signed_in.other_organization() });
        let data: ClientsSummary = signed_in.caller()?.read("clients_summary", arguments).await?;
        Ok(Found { data, total: 1, truncated: false })
    };
    answer::<ReadClientsSummary, _>(&signed_in, &headers, &query, read).await
}

/// The portfolio's mean score per month, oldest first.
///
/// # Errors
/// `invalid_argument`, `forbidden` for a Client persona, upstream codes.
pub async fn read_health_trend(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<TrendQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments =
            json!({ "p_months": query.months(), "p_organization_id": signed_in.other_organization() });
        let data: Vec<TrendPoint> = signed_in.caller()?.read("client_health_trend", arguments).await?;
        Ok(Found { total: data.len() as u64, data, truncated: false })
    };
    answer::<ReadHealthTrend, _>(&signed_in, &headers, &query, read).await
}

/// A row of `vw_client_overview`.
#[derive(Deserialize)]
struct OverviewRow {
    client_id: ClientId,
    client_name: String,
    status: ClientStatus,
    phase: Option<Phase>,
    segment: Option<Segment>,
    industry: Option<String>,
    owner_id: Option<UserId>,
    owner_name: Option<String>,
    arr: Option<Money>,
    health: Option<u8>,
    churn_risk: Option<u8>,
    trs_score: Option<u8>,
    previous_health: Option<u8>,
    previous_churn_risk: Option<u8>,
    previous_snapshot_date: Option<Date>,
    qbr_date: Option<Date>,
    is_expansion: bool,
    churned_on: Option<Date>,
    updated_at: Timestamp,
    version: u32,
}

impl From<OverviewRow> for ClientRow {
    fn from(row: OverviewRow) -> Self {
        Self {
            id: row.client_id,
            name: row.client_name,
            status: row.status,
            phase: row.phase,
            segment: row.segment,
            industry: row.industry,
            owner_id: row.owner_id,
            owner_name: row.owner_name,
            arr: row.arr,
            health: row.health,
            churn_risk: row.churn_risk,
            trs_score: row.trs_score,
            previous_health: row.previous_health,
            previous_churn_risk: row.previous_churn_risk,
            previous_snapshot_date: row.previous_snapshot_date,
            qbr_date: row.qbr_date,
            is_expansion: row.is_expansion,
            churned_on: row.churned_on,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}
