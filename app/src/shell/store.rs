//! How do answers of the server become rows of a store?

use super::api::{Answer, Api, Place, SignedIn, Terms};
use super::server_time;
use leptos::prelude::*;
use live_query::browser::{FetchRequest, LiveQueries, LiveQuery, Query, Rows};
use live_query::{Answer as Fetched, Failure, Reason, ServerTime};
use revos_shared::ReadFor;
use revos_shared::clients::endpoints::ClientSums;
use revos_shared::clients::{ClientRow, TrendPoint};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What tells rows of one store apart. A number, because the page keeps other things by numbers too, and they share
/// their code.
pub(crate) type Key = u128;

/// A row of a store. One type for all stores of the page: the machinery of a store is there once per type of
/// row, and each copy of it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Row {
    /// A client.
    Client(Arc<ClientRow>),
    /// What the clients of a list add up to, also those that are not among its rows.
    Sums(ClientSums),
    /// An answer that is one thing: the text it came as, read by whoever shows it.
    Text(String),
    /// How the score of all clients moved, oldest month first.
    Trend(Vec<TrendPoint>),
}

impl Row {
    /// What tells it apart: the id of a client, or a small number.
    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Client(client) => client.id.0.as_u128(),
            Self::Sums(_) => 1,
            Self::Text(_) => 2,
            Self::Trend(_) => 3,
        }
    }

    /// The client, if it is one.
    pub(crate) const fn client(&self) -> Option<&Arc<ClientRow>> {
        if let Self::Client(client) = self { Some(client) } else { None }
    }

    /// The sums, if it is them.
    pub(crate) const fn sums(&self) -> Option<&ClientSums> {
        if let Self::Sums(sums) = self { Some(sums) } else { None }
    }

    /// The trend, if it is one.
    pub(crate) const fn trend(&self) -> Option<&Vec<TrendPoint>> {
        if let Self::Trend(trend) = self { Some(trend) } else { None }
    }

    /// The text, if it is one.
    pub(crate) const fn text(&self) -> Option<&String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// A store of such rows.
pub(crate) type Store = LiveQuery<Row, Key>;

/// Every row of a store that is of one kind.
pub(crate) fn all_of<T: Clone>(store: Store, of: fn(&Row) -> Option<&T>) -> Vec<T> {
    store.rows.with(|rows| rows.iter().filter_map(|row| of(row)).cloned().collect())
}

/// What the text of a store says.
pub(crate) fn said<T: DeserializeOwned>(store: Store) -> Option<T> {
    lean_json::from_str(&all_of(store, Row::text).pop()?).ok()
}

/// Makes rows of an answer's data; none when it cannot be read.
pub(crate) type Read = fn(&str) -> Option<Vec<Row>>;

/// A text that says a `T`.
pub(crate) fn read_text<T: DeserializeOwned>(data: &str) -> Option<Vec<Row>> {
    lean_json::from_str::<T>(data).ok().map(|_| vec![Row::Text(data.to_owned())])
}

/// Subscribes to what stands at a place of the server. Not generic, so that there is one copy of it.
pub(crate) fn subscribe(api: Api<SignedIn>, query: Query<Row, Key>, place: Place, read: Read) -> Store {
    let fetch = move |request: FetchRequest| {
        let place = place.clone();
        async move {
            let terms = Terms { etag: request.if_none_match.clone(), signal: Some(request.signal.clone()) };
            let reply = api.read(place, terms).await;
            if let Ok(Answer::Full { bytes, .. }) = &reply {
                request.received.set(*bytes);
            }
            fetched(reply, api.read_for(), read)
        }
    };
    expect_context::<LiveQueries>().subscribe(query, fetch)
}

/// An answer of the API as the store takes it. Rows read for somebody else are no rows at all.
fn fetched(reply: Result<Answer, Failure>, read_for: ReadFor, read: Read) -> Fetched<Rows<Row>> {
    let (reply, etag) = match reply {
        // That there is no such thing is an answer: the page says so, and goes on asking.
        Err(failure) if failure.status == Some(404) => {
            return Fetched::Fresh { data: Rows::all(Vec::new()), as_of: as_of_or_now(None), etag: None };
        }
        Err(failure) => return Fetched::Failed(failure),
        Ok(Answer::Unchanged { as_of }) => return Fetched::Unchanged { as_of: as_of_or_now(as_of) },
        Ok(Answer::Full { reply, etag, .. }) => (reply, etag),
    };
    match read(reply.data.get()).filter(|_| reply.read_for == read_for) {
        None => Fetched::Failed(Failure::new(Reason::Decode)),
        Some(rows) => Fetched::Fresh {
            as_of: server_time(reply.as_of),
            data: Rows { rows, total: reply.total, truncated: reply.truncated },
            etag,
        },
    }
}

/// A server that confirms rows without saying when is taken to have done so just now.
fn as_of_or_now(as_of: Option<i64>) -> ServerTime {
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let now = || js_sys::Date::now() as i64;
    ServerTime::from_unix_millis(as_of.unwrap_or_else(now))
}
