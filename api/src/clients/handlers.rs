//! How are clients read? One request to the database per operation, as the person who asks.

use crate::http::conditional::{Found, answer, answer_by_digest, answer_unkept, digest};
use crate::http::extract::Params;
use crate::http::failure::Failure;
use crate::http::owners::owner_words;
use crate::http::signed_in::SignedIn;
use axum::response::Response;
use http::HeaderMap;
use revos_shared::UserId;
use revos_shared::clients::endpoints::{
    ClientList, ClientQuery, ClientSums, ListClients, ReadClient, ReadClientTimeline, ReadClientsSummary,
};
use revos_shared::clients::{
    ClientBand, ClientRecord, ClientRow, ClientsQuery, ClientsSummary, TimelineEntry, TimelineQuery,
    TrendPoint,
};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::write_moment;
use serde::Deserialize;
use serde_json::{Value, json};

/// The clients the person may see that match, in the order asked for, with sums over all of them.
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
        let arguments = json!({
            "p_filter": filter(&query, signed_in.read_for().user_id),
            "p_sort": query.sort().to_string(),
            "p_limit": query.limit(),
            "p_organization_id": signed_in.other_organization(),
            "p_trend_months": query.trend,
        });
        let listed: Listed = signed_in.caller()?.read("list_clients", arguments).await?;
        if listed.total == 0 {
            // The database shows nothing to somebody whose membership has just ended; that is no empty list.
            signed_in.prove_membership().await?;
        }
        let Listed { rows, total, sums, trend } = listed;
        let count = rows.len();
        Ok(Found::first(ClientList { rows, sums, trend }, count, total))
    };
    let digest = digest(&signed_in, "clients_digest");
    answer_by_digest::<ListClients, _>(&signed_in, &headers, &query, digest, read).await
}

/// The list's filter in the database's words. An empty list of words says nothing.
fn filter(query: &ClientsQuery, me: UserId) -> Value {
    let bands = |of_health: bool| -> Vec<_> {
        let side = query.band.iter().filter(|band| band.is_health() == of_health);
        side.map(ClientBand::database_word).collect()
    };
    json!({
        "q": query.text(),
        "status": query.status.iter().collect::<Vec<_>>(),
        "phase": query.phase.iter().map(|phase| phase.to_string()).collect::<Vec<_>>(),
        "segment": query.segment.iter().map(|segment| segment.to_string()).collect::<Vec<_>>(),
        "owner": owner_words(&query.owner, me),
        "health": bands(true),
        "churn": bands(false),
    })
}

/// One client with everything its page shows.
///
/// # Errors
/// `invalid_argument`, `not_found`, upstream codes.
pub async fn read_client(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<ClientQuery>,
) -> Result<Response, Failure> {
    let read = async {
        let arguments = json!({ "p_client_id": query.client_id });
        let data: ClientRecord = signed_in.caller()?.read("client_record", arguments).await?;
        Ok(Found::one(data))
    };
    answer::<ReadClient, _>(&signed_in, &headers, &query, read).await
}

/// What happened with a client, the newest first. It may hold mail and meetings, which nobody keeps.
///
/// # Errors
/// `invalid_argument`, `not_found`, `forbidden` for a Client persona, upstream codes.
pub async fn read_client_timeline(
    signed_in: SignedIn,
    headers: HeaderMap,
    Params(query): Params<TimelineQuery>,
) -> Result<Response, Failure> {
    query.check().map_err(|(name, expected)| Failure::parameter(name, &expected))?;
    let read = async {
        let arguments = json!({
            "p_client_id": query.client_id,
            "p_before": query.before.map(write_moment),
            "p_limit": query.limit(),
        });
        let data: Vec<TimelineEntry> = signed_in.caller()?.read("client_timeline", arguments).await?;
        let total = data.len() as u64;
        Ok(Found { data, total, truncated: total >= u64::from(query.limit()) })
    };
    answer_unkept::<ReadClientTimeline, _>(&signed_in, &headers, &query, read).await
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
        Ok(Found::one(data))
    };
    answer::<ReadClientsSummary, _>(&signed_in, &headers, &query, read).await
}

/// `list_clients()` as the database writes it.
#[derive(Deserialize)]
struct Listed {
    rows: Vec<ClientRow>,
    total: u64,
    sums: ClientSums,
    #[serde(default)]
    trend: Option<Vec<TrendPoint>>,
}
