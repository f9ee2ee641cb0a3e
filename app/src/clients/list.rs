//! Which clients does the table show? What the address says, from the rows at hand when they are all here, else
//! asked of the database.

use super::data::{ClientRows, ClientsOptions, WorkspaceClients, use_workspace_clients};
use crate::shell::address::{PageState, StateAddress};
use crate::shell::session::Session;
use crate::shell::shown_columns::ShownColumns;
use crate::shell::standing;
use leptos::prelude::*;
use live_query::View;
use live_query::browser::Extent;
use revos_shared::clients::endpoints::ClientSums;
use revos_shared::clients::{ClientColumn, ClientSort, ClientStatus, ClientsQuery, by_name};
use revos_shared::kernel::chosen::Chosen;
use revos_shared::kernel::limits::LIST_LIMIT_MAX;
use revos_shared::kernel::list::searchable;
use revos_ui::{Signal, Var, effect};
use std::str::FromStr;
use std::sync::Arc;

/// Rows the table asks for at first, and after each "Load more". Few steps: each is one request for all of them.
const STEPS: [u32; 4] = [200, 1_000, 5_000, LIST_LIMIT_MAX];

/// Which clients, in which order, and which columns: what the address says about the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ListState {
    /// The question to the server.
    pub query: ClientsQuery,
    /// The columns, in their order.
    pub columns: ShownColumns<ClientColumn>,
}

impl Default for ListState {
    fn default() -> Self {
        Self::of(|_| None)
    }
}

impl PageState for ListState {
    const PATH: &'static str = "/clients";

    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self {
        fn read<T: FromStr + Default>(text: Option<String>) -> T {
            text.and_then(|text| text.parse().ok()).unwrap_or_default()
        }
        let status = match parameter("status").as_deref() {
            // Customers, when nothing else is said.
            None => None,
            Some("all") => Some(Chosen::default()),
            Some(text) => text.parse().ok(),
        };
        let rows = parameter("rows").and_then(|rows| rows.parse().ok()).filter(|rows| STEPS.contains(rows));
        let query = ClientsQuery {
            q: searchable(parameter("q")),
            status: status.unwrap_or_else(|| [ClientStatus::Active].into_iter().collect()),
            phase: read(parameter("phase")),
            segment: read(parameter("segment")),
            owner: read(parameter("owner")),
            band: read(parameter("band")),
            sort: Some(read(parameter("sort"))),
            limit: Some(rows.unwrap_or(STEPS[0])),
            trend: None,
        };
        Self { query, columns: read(parameter("cols")) }
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let query = &self.query;
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        let status = match query.status.to_string() {
            all if all.is_empty() => Some("all".to_owned()),
            one if one == ClientStatus::Active.as_str() => None,
            several => Some(several),
        };
        let unless = |text: String, default: &str| Some(text).filter(|text| text != default);
        vec![
            ("q", query.q.clone()),
            ("status", status),
            ("phase", said(query.phase.to_string())),
            ("segment", said(query.segment.to_string())),
            ("owner", said(query.owner.to_string())),
            ("band", said(query.band.to_string())),
            ("sort", unless(query.sort().to_string(), "name")),
            ("rows", unless(query.limit().to_string(), "200")),
            ("cols", Some(self.columns.to_string()).filter(|_| self.columns != ShownColumns::default())),
        ]
    }
}

/// Where the list's state is kept.
pub(super) type ListAddress = StateAddress<ListState>;

impl ListAddress {
    /// Takes every filter away; order and columns stay.
    pub(super) fn clear(self) {
        self.choose(|state| {
            let ClientsQuery { sort, limit, .. } = state.query;
            state.query = ClientsQuery { sort, limit, ..ClientsQuery::default() };
        });
    }

    /// The columns.
    pub(super) fn columns(self) -> Signal<ShownColumns<ClientColumn>> {
        Signal::memo(move || self.state.with(|state| state.columns.clone()))
    }

    /// The order.
    pub(super) fn sort(self) -> Signal<ClientSort> {
        Signal::memo(move || self.state.with(|state| state.query.sort()))
    }
}

/// The rows of the table.
#[derive(Clone, Copy)]
pub(super) struct ClientList {
    /// How they stand.
    pub view: Signal<View<Extent>>,
    /// The rows, filtered and in order.
    pub rows: Signal<ClientRows>,
    /// How many match.
    pub total: Signal<u64>,
    /// Sums over all that match.
    pub sums: Signal<ClientSums>,
    /// Are there more than `rows` holds?
    pub truncated: Signal<bool>,
    /// Asks for more rows; none when there are no more to have.
    pub more: Signal<Option<u32>>,
    address: ListAddress,
}

impl ClientList {
    /// Asks for more rows.
    pub(super) fn load_more(self) {
        if let Some(limit) = self.more.get_untracked() {
            self.address.choose(|state| state.query.limit = Some(limit));
        }
    }
}

/// A store of the server's rows.
#[derive(Clone)]
struct Asked {
    /// For which question; none when it holds all clients.
    query: Option<ClientsQuery>,
    clients: WorkspaceClients,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.query == other.query
    }
}

/// What the table shows now.
#[derive(Clone, PartialEq)]
struct Shown {
    /// Is it an answer to the address's question, and not found among all clients?
    is_answer: bool,
    view: View<Extent>,
    rows: ClientRows,
    total: u64,
    sums: ClientSums,
    truncated: bool,
}

/// The rows that the address asks for. While all clients are here, or all of a wider question, filter and order are
/// found on the spot; else the server is asked.
pub(super) fn use_client_list(all: WorkspaceClients, address: ListAddress) -> ClientList {
    let session = expect_context::<Session>();
    let me = session.member().map(|member| member.person.id);
    let query = Signal::memo(move || address.state.with(|state| state.query.clone()));
    // The question that was asked and whose answer is here as a whole.
    let whole = Var::new(None::<ClientsQuery>);
    let question = Signal::memo(move || {
        let query = all.truncated.get().then(|| query.get())?;
        Some(whole.get().filter(|whole| whole.covers(&query)).unwrap_or(query))
    });
    // A new question is a new store; the memo's owner lets go of the one before.
    let asked = Signal::memo(move || match question.get() {
        None => Asked { query: None, clients: all },
        Some(query) => {
            let filter = ClientsQuery { limit: None, ..query.clone() };
            let limit = query.limit();
            let clients = use_workspace_clients(ClientsOptions {
                limit,
                filter,
                persist: false,
                ..ClientsOptions::default()
            });
            Asked { query: Some(query), clients }
        }
    });
    effect(move || {
        let Asked { query, clients } = asked.get();
        let is_whole = clients.view.with(|view| view.data.is_some()) && !clients.truncated.get();
        let answered = query.filter(|_| is_whole);
        if whole.with_untracked(|whole| *whole != answered) {
            whole.set(answered);
        }
    });
    // Is there no answer to this very question, but one to a wider one?
    let is_found = Signal::memo(move || {
        asked.with(|asked| query.with(|query| asked.query.as_ref().is_none_or(|asked| asked != query)))
    });
    // By name once: every other order is found from that one.
    let named = Signal::memo(move || Arc::new(by_name(Vec::clone(&asked.get().clients.rows.get()))));
    let found = Signal::memo(move || {
        let query = query.get();
        let rows = named.with(|rows| match me {
            Some(me) => rows.iter().filter(|row| query.matches(row, me)).cloned().collect(),
            None => Vec::clone(rows),
        });
        Arc::new(query.sort().sorted_by_name(rows))
    });
    let shown = Signal::fold(move |before: Option<&Shown>| {
        let Asked { query, clients } = asked.get();
        let (is_answer, view) = (query.is_some(), clients.view.get());
        if is_found.get() {
            return found.with(|rows| Shown {
                is_answer,
                view,
                rows: Arc::clone(rows),
                total: rows.len() as u64,
                sums: ClientSums::of(rows),
                truncated: false,
            });
        }
        match before {
            // Until the answer to a new question is there, that to the one before stays.
            Some(before) if before.is_answer && standing::shown(&view) == standing::Shown::Loading => {
                Shown { view: View { refreshing: true, ..before.view.clone() }, ..before.clone() }
            }
            _ => Shown {
                is_answer,
                view,
                rows: clients.rows.get(),
                total: clients.total.get(),
                sums: clients.sums.get(),
                truncated: clients.truncated.get(),
            },
        }
    });
    let truncated = Signal::memo(move || shown.with(|shown| shown.truncated));
    ClientList {
        view: Signal::derive(move || shown.with(|shown| shown.view.clone())),
        rows: Signal::memo(move || shown.with(|shown| Arc::clone(&shown.rows))),
        total: Signal::memo(move || shown.with(|shown| shown.total)),
        sums: Signal::memo(move || shown.with(|shown| shown.sums)),
        truncated,
        more: Signal::memo(move || {
            let limit = query.with(ClientsQuery::limit);
            truncated.get().then(|| STEPS.into_iter().find(|step| *step > limit)).flatten()
        }),
        address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::address::written::{address, state};

    #[test]
    fn an_address_says_what_it_said_and_no_more() {
        for said in [
            "",
            "status=all",
            "status=active,paused",
            "q=50%&phase=Data,none&segment=mid&owner=me,unassigned&band=at-risk&sort=-mrr&rows=1000&cols=mrr,owner",
        ] {
            assert_eq!(address(&state::<ListState>(said)), said);
        }
        for default in ["status=active", "sort=name", "rows=200", "q= "] {
            assert_eq!(address(&state::<ListState>(default)), "", "{default}");
        }
        for nonsense in ["status=lost", "sort=colour", "rows=7", "owner=x", "band=,", "cols=salary"] {
            assert_eq!(address(&state::<ListState>(nonsense)), "", "{nonsense}");
        }
    }

    #[test]
    fn without_filters_customers_are_meant() {
        assert_eq!(state::<ListState>("").query.status.to_string(), "active");
        assert!(state::<ListState>("status=all").query.status.is_empty());
    }
}
