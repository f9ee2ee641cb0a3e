//! Where do the clients come from? One store for the three panels and the table.

use super::sample::{SAMPLE_DAY, sample_clients, sample_trend};
use crate::shell::api::{Answer, Terms};
use crate::shell::query::time_zone;
use crate::shell::session::Session;
use crate::shell::{format, server_time};
use jiff::civil::Date;
use leptos::prelude::*;
use live_query::browser::{Extent, FetchRequest, LiveQueries, LiveQuery, Query, Rows};
use live_query::{Answer as Fetched, Failure, Reason, ServerTime, Source, Timing, View};
use revos_shared::clients::endpoints::{ClientsQuery, TrendQuery};
use revos_shared::clients::{ClientRow, ClientsSummary, FiscalYear, TrendPoint};
use revos_shared::kernel::limits::LIST_LIMIT_DEFAULT;
use revos_shared::{ClientId, Envelope, ReadFor};
use std::sync::Arc;
use std::time::Duration;

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
    pub rows: Signal<Arc<Vec<ClientRow>>>,
    /// The day of the rows in the organization's time zone.
    pub today: Signal<Date>,
    /// How many clients match, whether or not they are all here.
    pub total: Signal<u64>,
    /// Are there more than `rows` holds?
    pub truncated: Signal<bool>,
    /// Are the rows invented?
    pub is_sample: Signal<bool>,
    query: LiveQuery<ClientRow, ClientId>,
}

impl WorkspaceClients {
    /// Shows sample rows, when there is nothing better.
    pub(super) fn view_sample(self) {
        self.query.view_sample(Rows::all(sample_clients()));
    }

    /// Goes back from sample rows to asking.
    pub(super) fn leave_sample(self) {
        self.query.leave_sample();
    }
}

/// Subscribes to the clients. All callers with the same options share one store and one request.
pub(super) fn use_workspace_clients(options: ClientsOptions) -> WorkspaceClients {
    let filter = ClientsQuery { limit: Some(options.limit), ..options.filter };
    let key = format!("clients?{}", serde_json::to_string(&filter).unwrap_or_default());
    let timing = Timing { timeout: options.timeout, ..Timing::every(options.refresh_interval) };
    let query = Query::new("workspace_clients", key, |client: &ClientRow| client.id).timing(timing);
    let query = if options.persist { query.persisted() } else { query };
    let queries = expect_context::<LiveQueries>();
    let live = match expect_context::<Session>().api() {
        Some(api) => queries.subscribe(query, move |request| {
            let filter = filter.clone();
            async move {
                let reply = api.list_clients(&filter, terms(&request)).await;
                fetched(reply, api.read_for(), |rows| rows)
            }
        }),
        None => queries.subscribe_sample(query, Rows::all(sample_clients())),
    };
    if !options.enabled {
        live.set_enabled(false);
    }
    let view: Signal<View<Extent>> = live.view.into();
    let extent = move |read: fn(&Extent) -> u64| {
        Signal::derive(move || view.with(|view| view.data.as_ref().map(read).unwrap_or_default()))
    };
    let is_sample = Memo::new(move |_| view.with(|view| matches!(view.source, Source::Sample(_))));
    let rows = live.rows;
    let rows = Memo::new(move |_| Arc::new(rows.with(|rows| rows.iter().map(|row| ClientRow::clone(row)).collect())));
    WorkspaceClients {
        view,
        rows: rows.into(),
        today: today(view, is_sample),
        total: extent(|extent| extent.total),
        truncated: Memo::new(move |_| view.with(|view| view.data.as_ref().is_some_and(|extent| extent.truncated)))
            .into(),
        is_sample: is_sample.into(),
        query: live,
    }
}

fn today(view: Signal<View<Extent>>, is_sample: Memo<bool>) -> Signal<Date> {
    let zone = time_zone();
    let today = Memo::new(move |_| {
        let as_of = view.with(|view| view.as_of.map(|as_of| as_of.server.as_unix_millis()));
        match as_of {
            Some(as_of) if !is_sample.get() => format::calendar_day(as_of, &zone.get()).unwrap_or(SAMPLE_DAY),
            _ => SAMPLE_DAY,
        }
    });
    today.into()
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
    let queries = expect_context::<LiveQueries>();
    let live = expect_context::<Session>().api().map(|api| {
        let query = Query::new("clients_summary", "clients_summary", |_: &ClientsSummary| ()).persisted();
        let live = queries.subscribe(query, move |request| async move {
            let reply = api.read_clients_summary(terms(&request)).await;
            fetched(reply, api.read_for(), |summary| vec![summary])
        });
        live.set_enabled(false);
        Effect::new(move |_| live.set_enabled(clients.truncated.get()));
        live
    });
    let counted: Signal<View<Extent>> = match live {
        Some(live) => live.view.into(),
        None => Signal::stored(View::empty()),
    };
    let counted_rows = live.map(|live| live.rows);
    let figures = Memo::new(move |_| {
        clients.view.with(|view| view.data.is_some()).then_some(())?;
        if clients.truncated.get() {
            return counted_rows?.with(|rows| rows.first().map(|summary| ClientsSummary::clone(summary)));
        }
        Some(clients.rows.with(|rows| ClientsSummary::of(rows, clients.today.get(), fiscal_year)))
    });
    PortfolioFigures { figures: figures.into(), counted }
}

/// The portfolio's score by month.
#[derive(Clone, Copy)]
pub(super) struct HealthTrend {
    /// How it stands.
    pub view: Signal<View<Extent>>,
    /// The months, oldest first; sample months beside sample clients.
    pub points: Signal<Vec<TrendPoint>>,
    query: Option<LiveQuery<TrendPoint, Date>>,
}

impl HealthTrend {
    /// Asks again now.
    pub(super) fn refresh(self) {
        if let Some(query) = self.query {
            query.refresh();
        }
    }
}

/// The score of twelve months, asked for every five minutes.
pub(super) fn use_health_trend(clients: WorkspaceClients) -> HealthTrend {
    let queries = expect_context::<LiveQueries>();
    let live = expect_context::<Session>().api().map(|api| {
        let query = Query::new("health_trend", "health_trend", |point: &TrendPoint| point.month)
            .timing(Timing::every(Some(Duration::from_secs(300))))
            .persisted();
        queries.subscribe(query, move |request| async move {
            let reply = api.read_health_trend(&TrendQuery::default(), terms(&request)).await;
            fetched(reply, api.read_for(), |points| points)
        })
    });
    let own: Signal<View<Extent>> = match live {
        Some(live) => live.view.into(),
        None => Signal::stored(View::empty()),
    };
    let view = Signal::derive(move || if clients.is_sample.get() { clients.view.get() } else { own.get() });
    let rows = live.map(|live| live.rows);
    let points = Memo::new(move |_| match rows {
        Some(rows) if !clients.is_sample.get() => rows.with(|rows| rows.iter().map(|point| **point).collect()),
        _ => sample_trend(),
    });
    HealthTrend { view, points: points.into(), query: live }
}

fn terms(request: &FetchRequest) -> Terms {
    Terms { etag: request.if_none_match.clone(), signal: Some(request.signal.clone()) }
}

/// An answer of the API as the store takes it. Rows read for somebody else are no rows at all.
fn fetched<T, R>(
    reply: Result<Answer<Envelope<T>>, Failure>,
    read_for: ReadFor,
    rows: impl FnOnce(T) -> Vec<R>,
) -> Fetched<Rows<R>> {
    match reply {
        Err(failure) => Fetched::Failed(failure),
        Ok(Answer::Unchanged { as_of }) => Fetched::Unchanged { as_of: as_of_or_now(as_of) },
        Ok(Answer::Full { reply, .. }) if reply.read_for != read_for => Fetched::Failed(Failure::new(Reason::Decode)),
        Ok(Answer::Full { reply, etag }) => Fetched::Fresh {
            as_of: server_time(reply.as_of),
            data: Rows { rows: rows(reply.data), total: reply.total, truncated: reply.truncated },
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
