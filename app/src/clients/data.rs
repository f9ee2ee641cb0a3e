//! Where do the clients come from? One store for the three panels and the table.

use super::sample::{SAMPLE_DAY, sample_clients, sample_trend};
use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::format;
use crate::shell::query::time_zone;
use crate::shell::session::Session;
use crate::shell::store::{Row, Store, all_of, read_text, said, subscribe};
use jiff::civil::Date;
use leptos::prelude::*;
use live_query::browser::{Extent, LiveQueries, Query, Rows};
use live_query::{Source, Timing, View};
use revos_shared::ClientId;
use revos_shared::clients::endpoints::{
    ClientList, ClientQuery, ClientSums, ListClients, ReadClient, ReadClientsSummary,
};
use revos_shared::clients::{ClientRecord, ClientRow, ClientsQuery, ClientsSummary, TrendPoint};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::fiscal::FiscalYear;
use revos_shared::kernel::limits::LIST_LIMIT_DEFAULT;
use revos_ui::{Signal, effect};
use std::sync::Arc;
use std::time::Duration;

/// Clients as lists show them. Each is there once, however many lists it is in.
pub(super) type ClientRows = Arc<Vec<Arc<ClientRow>>>;

fn read_list(data: &str) -> Option<Vec<Row>> {
    let list: ClientList = lean_json::from_str(data).ok()?;
    let besides = [Row::Sums(list.sums)].into_iter().chain(list.trend.map(Row::Trend));
    Some(list.rows.into_iter().map(Arc::new).map(Row::Client).chain(besides).collect())
}

fn sample_rows() -> Rows<Row> {
    let clients = sample_clients().into_iter().map(Arc::new).map(Row::Client);
    Rows::all(clients.chain([Row::Trend(sample_trend())]).collect())
}

/// How the clients are asked for (live data, the hook).
#[derive(Clone, Debug)]
pub(super) struct ClientsOptions {
    /// Rows asked for, 1–1,000.
    pub limit: u32,
    /// Which clients; part of the store's key.
    pub filter: ClientsQuery,
    /// Time between two requests; none for no timer.
    pub refresh_interval: Option<Duration>,
    /// Time one request may take.
    pub timeout: Duration,
    /// Keep a snapshot in the browser.
    pub persist: bool,
    /// False: subscribed, but idle.
    pub enabled: bool,
}

impl Default for ClientsOptions {
    fn default() -> Self {
        Self {
            limit: LIST_LIMIT_DEFAULT,
            filter: ClientsQuery::default(),
            refresh_interval: Some(Duration::from_secs(60)),
            timeout: Duration::from_secs(10),
            persist: true,
            enabled: true,
        }
    }
}

/// The clients of the signed-in person's organization, and how they stand.
#[derive(Clone, Copy)]
pub(super) struct WorkspaceClients {
    /// What is shown, where it comes from, how old it is and what is wrong.
    pub view: Signal<View<Extent>>,
    /// The rows.
    pub rows: Signal<ClientRows>,
    /// The day of the rows in the organization's time zone.
    pub today: Signal<Date>,
    /// How many clients match, whether or not they are all here.
    pub total: Signal<u64>,
    /// What all that match add up to.
    pub sums: Signal<ClientSums>,
    /// How the score of all clients moved, oldest month first; none for those who may not see it.
    pub trend: Signal<Option<Vec<TrendPoint>>>,
    /// Are there more than `rows` holds?
    pub truncated: Signal<bool>,
    /// Are the rows invented?
    pub is_sample: Signal<bool>,
    store: Store,
}

impl WorkspaceClients {
    /// Shows sample rows, when there is nothing better.
    pub(super) fn view_sample(self) {
        self.store.view_sample(sample_rows());
    }

    /// Goes back from sample rows to asking.
    pub(super) fn leave_sample(self) {
        self.store.leave_sample();
    }
}

/// Subscribes to the clients. All callers with the same options share one store and one request.
pub(super) fn use_workspace_clients(options: ClientsOptions) -> WorkspaceClients {
    let filter = ClientsQuery { limit: Some(options.limit), ..options.filter };
    let key = format!("clients?{}", serde_urlencoded::to_string(&filter).unwrap_or_default());
    let timing = Timing { timeout: options.timeout, ..Timing::every(options.refresh_interval) };
    let query = Query::new("workspace_clients", key, Row::key).timing(timing);
    let query = if options.persist { query.persisted() } else { query };
    let live = match expect_context::<Session>().api() {
        Some(api) => subscribe(api, query, Place::of::<ListClients>(&filter), read_list),
        None => expect_context::<LiveQueries>().subscribe_sample(query, sample_rows()),
    };
    if !options.enabled {
        live.set_enabled(false);
    }
    let view = Signal::derive(move || live.view.get());
    let extent = move |read: fn(&Extent) -> u64| {
        Signal::derive(move || view.with(|view| view.data.as_ref().map(read).unwrap_or_default()))
    };
    let is_sample = Signal::memo(move || view.with(|view| matches!(view.source, Source::Sample(_))));
    let rows = Signal::memo(move || Arc::new(all_of(live, Row::client)));
    WorkspaceClients {
        view,
        rows,
        today: today(view, is_sample),
        total: extent(|extent| extent.total),
        sums: Signal::memo(move || all_of(live, Row::sums).pop().unwrap_or_default()),
        trend: Signal::memo(move || all_of(live, Row::trend).pop()),
        truncated: Signal::memo(move || {
            view.with(|view| view.data.as_ref().is_some_and(|extent| extent.truncated))
        }),
        is_sample,
        store: live,
    }
}

fn today(view: Signal<View<Extent>>, is_sample: Signal<bool>) -> Signal<Date> {
    let zone = time_zone();
    Signal::memo(move || {
        let as_of = view.with(|view| view.as_of.map(|as_of| as_of.server.as_unix_millis()));
        match as_of {
            Some(as_of) if !is_sample.get() => format::calendar_day(as_of, &zone.get()).unwrap_or(SAMPLE_DAY),
            _ => SAMPLE_DAY,
        }
    })
}

/// The portfolio's figures: from the rows when they are all here, from the database when they are cut.
#[derive(Clone, Copy)]
pub(super) struct PortfolioFigures {
    /// The figures, once known.
    pub figures: Signal<Option<ClientsSummary>>,
    /// How the database's figures stand; they are asked for only when the rows are cut.
    pub counted: Signal<View<Extent>>,
}

/// The figures behind the panels of these clients.
pub(super) fn use_portfolio_figures(clients: WorkspaceClients, fiscal_year: FiscalYear) -> PortfolioFigures {
    let live = expect_context::<Session>().api().map(|api| {
        let query = Query::new("clients_summary", "clients_summary", Row::key).persisted().idle();
        let place = Place::of::<ReadClientsSummary>(&NoQuery {});
        let live = subscribe(api, query, place, read_text::<ClientsSummary>);
        effect(move || live.set_enabled(clients.truncated.get()));
        live
    });
    let counted: Signal<View<Extent>> = match live {
        Some(live) => Signal::derive(move || live.view.get()),
        None => Signal::stored(View::empty()),
    };
    let figures = Signal::memo(move || {
        clients.view.with(|view| view.data.is_some()).then_some(())?;
        if clients.truncated.get() {
            return said(live?);
        }
        Some(clients.rows.with(|rows| ClientsSummary::of(rows, clients.today.get(), fiscal_year)))
    });
    PortfolioFigures { figures, counted }
}

/// One client's record, and how it stands.
#[derive(Clone, Copy)]
pub(super) struct RecordStore {
    /// How it stands.
    pub view: Signal<View<Extent>>,
    /// The record's JSON; none until it is here.
    pub text: Signal<Option<String>>,
    /// The day of the record in the organization's time zone.
    pub today: Signal<Date>,
    store: Store,
}

impl RecordStore {
    /// Asks again now.
    pub(super) fn refresh(self) {
        self.store.refresh();
    }

    /// A change of it is on its way (`true`), or has been answered.
    pub(super) fn writing(self, begins: bool) {
        self.store.writing(begins);
    }
}

/// The record of one client, kept fresh like the list. There is an answer without a text when there is no such client.
pub(super) fn use_client_record(client_id: ClientId, api: Api<SignedIn>) -> RecordStore {
    let query = Query::new("client_record", format!("clients/{client_id}"), Row::key).persisted();
    let place = Place::of::<ReadClient>(&ClientQuery { client_id });
    let store = subscribe(api, query, place, read_text::<ClientRecord>);
    let view = Signal::derive(move || store.view.get());
    RecordStore {
        view,
        text: Signal::memo(move || all_of(store, Row::text).pop()),
        today: today(view, Signal::stored(false)),
        store,
    }
}
