//! What does the Clients page show? Figures, three panels and the table, all on one store.

use super::churn_panel::ChurnPanel;
use super::client_table::ClientTable;
use super::columns::Writing;
use super::data::{ClientsOptions, use_portfolio_figures, use_workspace_clients};
use super::health_panel::HealthPanel;
use super::list::{ListAddress, use_client_list};
use super::panel_parts::Enlarge;
use super::qbr_panel::QbrPanel;
use super::record_panel::RecordPanel;
use super::summary_row::SummaryRow;
use super::tool::{ToolDialog, Toolbox, Workbench};
use super::toolbar::Toolbar;
use crate::shell::format;
use crate::shell::frame::PageHead;
use crate::shell::keyboard::Keyboard;
use crate::shell::query::{Standing, time_zone};
use crate::shell::record::opens_beside;
use crate::shell::router::UrlValue;
use crate::shell::selection::{Selection, Whose};
use crate::shell::session::Session;
use leptos::prelude::*;
use live_query::browser::LiveQueries;
use revos_shared::clients::{ClientsQuery, QbrHorizon, churn_panel, qbr_panel};
use revos_shared::kernel::fiscal::FiscalYear;
use revos_shared::kernel::limits::TREND_MONTHS_DEFAULT;
use revos_shared::session::Capability;
use revos_ui::{DeniedState, Segment, Segments, Signal, Var, live, on};
use wasm_bindgen::JsCast as _;

const PANELS: &[&str] = &["", "churn", "health", "qbr"];
const HORIZONS: &[&str] = &["30", "60", "90"];

/// The Clients page, for those who may read clients.
#[component]
pub(crate) fn ClientsPage() -> impl IntoView {
    let session = expect_context::<Session>();
    let member = Signal::memo(move || session.member());
    let may_read = Signal::memo(move || {
        member.with(|member| member.as_ref().is_some_and(|m| m.can(Capability::CLIENTS_READ)))
    });
    live(
        move || {
            if may_read.get() { view! { <Portfolio /> }.into_any() } else { view! { <Denied /> }.into_any() }
        },
    )
}

#[component]
fn Denied() -> impl IntoView {
    let session = expect_context::<Session>();
    let organization = session.member().map(|member| member.organization.name.clone()).unwrap_or_default();
    view! {
        <PageHead title="Clients" />
        <div class="page">
            <DeniedState
                title="The clients list is for staff"
                text=format!(
                    "Your account may not read the clients of {organization}. An Admin of the organization can change that.",
                )
                page=true
            />
        </div>
    }.into_any()
}

#[component]
fn Portfolio() -> impl IntoView {
    let session = expect_context::<Session>();
    let currency = session.of_member(|member| member.organization.currency.clone());
    let start_month = session.member().map_or(1, |member| member.organization.fiscal_year_start_month);

    // The trend comes along, so that the page asks once for all it shows.
    let filter = ClientsQuery { trend: Some(TREND_MONTHS_DEFAULT), ..ClientsQuery::default() };
    let clients = use_workspace_clients(ClientsOptions { filter, ..ClientsOptions::default() });
    let figures = use_portfolio_figures(clients, FiscalYear { start_month });

    let queries = expect_context::<LiveQueries>();
    let refresh = Callback::new(move |()| queries.refresh_all());
    let sample =
        (Callback::new(move |()| clients.view_sample()), Callback::new(move |()| clients.leave_sample()));
    let standing = Standing::of(clients.view, refresh, Some(sample));
    // The figures of a cut list come from the database, and their panel stands as that answer does.
    let counted_standing = Standing::of(figures.counted, refresh, None);
    let health_standing = standing.or_when(clients.truncated, counted_standing);

    let (today, rows) = (clients.today, clients.rows);
    let horizon_value = UrlValue::new("qbr", "30");
    let horizon = horizon_value.one_of(HORIZONS);
    let churn = Signal::memo(move || rows.with(|rows| churn_panel(rows)));
    let reviews = Signal::memo(move || {
        let horizon = horizon.get().parse().unwrap_or(QbrHorizon::Days30);
        rows.with(|rows| qbr_panel(rows, today.get(), horizon))
    });
    let panel_value = UrlValue::new("panel", "");
    let panel = panel_value.one_of(PANELS);
    let enlarge = move |id: &'static str| Enlarge {
        on: Signal::derive(move || panel.get() == id),
        toggle: Callback::new(move |()| panel_value.set(if panel.get_untracked() == id { "" } else { id })),
    };
    let address = ListAddress::new();
    let list = use_client_list(clients, address);
    let list_standing = Standing::of(list.view, refresh, Some(sample));
    let can = move |any: &'static [&'static str]| {
        Signal::memo(move || {
            let may = session.member().is_some_and(|member| any.iter().any(|right| member.can(right)));
            may && !clients.is_sample.get()
        })
    };
    let may_write = can(&[Capability::CLIENTS_WRITE_ALL, Capability::CLIENTS_WRITE_OWN]);
    let may_write_all = can(&[Capability::CLIENTS_WRITE_ALL]);
    let selection = Selection::new(Signal::memo(move || match session.member() {
        Some(_) if may_write_all.get() => Whose::All,
        Some(member) if may_write.get() => Whose::Own(member.person.id),
        _ => Whose::Nobodys,
    }));
    let toolbox = Toolbox::new();
    expect_context::<Keyboard>().offer(Callback::new(move |(at, run)| {
        toolbox.command(at + usize::from(!may_write.get_untracked()), run)
    }));

    let shown_count = Signal::memo(move || rows.with(|rows| rows.len() as u64));
    let part_note = Signal::derive(move || {
        if clients.truncated.get() {
            format!(
                "from the {} of {} clients changed last",
                shown_count.get(),
                format::count(clients.total.get())
            )
        } else {
            String::new()
        }
    });
    let writing = Writing { currency, time_zone: time_zone(), today };
    let none_at_all = Signal::memo(move || clients.total.get() == 0);
    let bench = Workbench { address, list, selection, toolbox, refresh };
    view! {
        <PageHead
            title="Clients"
            mark=(standing.freshness, standing.on_action)
            refresh
        />
        <div class="page" on:click=on(opens_beside("/clients/"))>
            <SummaryRow figures=figures.figures shown=health_standing.shown currency />
            <PanelRow expanded=panel>
                <ChurnPanel standing rows=churn today part_note enlarge=enlarge("churn") />
                <HealthPanel
                    standing=health_standing
                    figures=figures.figures
                    trend=clients.trend
                    enlarge=enlarge("health")
                />
                <QbrPanel
                    standing
                    rows=reviews
                    figures=figures.figures
                    today
                    horizon
                    on_horizon=move |value| horizon_value.set(value)
                    part_note
                    enlarge=enlarge("qbr")
                />
            </PanelRow>
            <ClientTable standing=list_standing list address none_at_all writing selection may_add=may_write toolbox>
                <Toolbar address rows toolbox may_add=may_write selection />
            </ClientTable>
        </div>
        <RecordPanel />
        <ToolDialog bench />
    }
    .into_any()
}

/// The three panels: beside each other, or a row to swipe through with buttons on a phone.
#[component]
fn PanelRow(expanded: Signal<&'static str>, children: Children) -> impl IntoView {
    let at = Var::new("churn");
    let choose = Callback::new(move |id: &'static str| {
        at.set(id);
        if let Some(panel) = document().get_element_by_id(id) {
            let row = panel.parent_element();
            if let (Some(row), Ok(panel)) = (row, panel.dyn_into::<web_sys::HtmlElement>()) {
                row.set_scroll_left(panel.offset_left() - row_start(&row));
            }
        }
    });
    let scrolled = move |event: leptos::ev::Event| {
        let Some(row) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
            return;
        };
        let width = row.client_width().max(1);
        let index = usize::try_from((row.scroll_left() + width / 2) / width).unwrap_or(0);
        let id = ["churn", "health", "qbr"].get(index).copied().unwrap_or("qbr");
        if at.get_untracked() != id {
            at.set(id);
        }
    };
    view! {
        <div class="panel-tabs">
            <Segments
                label="Panel"
                segments=vec![
                    Segment { value: "churn", label: "Churn risk", name: "Churn risk" },
                    Segment { value: "health", label: "Health", name: "Health" },
                    Segment { value: "qbr", label: "Reviews", name: "Reviews" },
                ]
                chosen=at
                on_choose=choose
            />
        </div>
        <div class="panels" data-expanded=live(move || Some(expanded.get()).filter(|id| !id.is_empty())) on:scroll=on(scrolled)>
            {children()}
        </div>
    }
    .into_any()
}

/// Where the row's first panel begins.
fn row_start(row: &web_sys::Element) -> i32 {
    let first = row.first_element_child().and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok());
    first.map_or(0, |first| first.offset_left())
}
