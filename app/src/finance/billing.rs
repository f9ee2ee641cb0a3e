//! Which invoices are there, how do they stand, and what do they add up to?

use super::address::STEPS;
use super::data::use_invoices;
use super::desk::{Desk, Form};
use super::export::{Listed, invoices};
use super::words;
use crate::shell::answer::Latest;
use crate::shell::format;
use crate::shell::grid::{direction, grid_body, grid_cell, row_count, span};
use crate::shell::list_tools::{SearchBox, chips};
use crate::shell::lists::mark;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use crate::shell::selection::{Choosable, Selection, Whose};
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::finance::{InvoiceColumn, InvoiceList, InvoiceRow, InvoiceStanding, InvoicesQuery};
use revos_shared::kernel::ids::InvoiceId;
use revos_ui::{
    Button, ButtonKind, EmptyState, Figure, FreshnessMark, Signal, SkeletonLines, SortHead, element, live,
};
use std::sync::Arc;

impl Choosable for InvoiceRow {
    type Id = InvoiceId;
    const MANY: &'static str = "invoices";

    fn id(&self) -> InvoiceId {
        self.id
    }

    fn owner(&self) -> Option<UserId> {
        None
    }

    fn name(&self) -> &str {
        &self.invoice_number
    }
}

/// The columns: how they are sorted by, their label, whether they are numbers.
const COLUMNS: [(InvoiceColumn, &str, bool); 9] = [
    (InvoiceColumn::Number, "Number", false),
    (InvoiceColumn::Client, "Client", false),
    (InvoiceColumn::Issue, "Issued", false),
    (InvoiceColumn::Due, "Due", false),
    (InvoiceColumn::Total, "Total", true),
    (InvoiceColumn::Paid, "Paid", true),
    (InvoiceColumn::Balance, "Owed", true),
    (InvoiceColumn::Status, "Status", false),
    (InvoiceColumn::Updated, "Updated", false),
];

/// The list as it is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// What the server says.
    pub list: Signal<Option<Arc<InvoiceList>>>,
    /// How many match.
    pub total: Signal<u64>,
    /// Are some of them not here?
    pub truncated: Signal<bool>,
}

part!(
    finance_billing,
    pub(super) fn billing_view(desk: Desk) {
        billing(desk)
    }
);

fn billing(desk: Desk) -> AnyView {
    let asked = desk.asks(super::address::State::asked);
    let answer = Latest::of(asked, move |query| use_invoices(desk.api, query)).following(desk.changes);
    desk.dated_by(answer.view);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let total = move || answer.view.with(|view| view.data.as_ref().map_or(0, |extent| extent.total));
    let shown = Shown {
        list: answer.value,
        total: Signal::memo(total),
        truncated: Signal::memo(move || {
            answer.value.with(|list| list.as_ref().is_some_and(|list| (list.rows.len() as u64) < total()))
        }),
    };
    view! {
        {toolbar(desk, shown, standing)}
        <Standby
            standing
            what="the invoices of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || inside(desk, shown)}
        </Standby>
    }
    .into_any()
}

fn toolbar(desk: Desk, shown: Shown, standing: Standing) -> AnyView {
    let address = desk.address;
    let searched = desk.asks(|state| state.invoices.q.clone().unwrap_or_default());
    let count = live(move || {
        let total = shown.total.get();
        let rows = shown.list.with(|list| list.as_ref().map_or(0, |list| list.rows.len() as u64));
        if shown.truncated.get() {
            format!("{} of {} invoices", format::count(rows), format::count(total))
        } else {
            format::plural(total, "invoice", "invoices")
        }
    });
    view! {
        <div class="toolbar" role="group" aria-label="Invoices">
            <SearchBox
                label="Search invoices"
                placeholder="Search number, client"
                searched
                on_search=move |text| address.pass(|state| state.invoices.q = text)
            />
            <Button label="Filter" on_press=move |()| desk.open(Form::Filter) />
            <Button label="Export CSV" on_press=move |()| export(desk, shown) />
            {desk.write.then(|| {
                view! {
                    <Button
                        label="New invoice"
                        kind=ButtonKind::Primary
                        on_press=move |()| desk.open(Form::New(None))
                    />
                }
                .into_any()
            })}
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
            <span class="table-count">{count}</span>
        </div>
        {active(desk, shown)}
    }
    .into_any()
}

fn export(desk: Desk, shown: Shown) {
    if let Some(list) = shown.list.get_untracked() {
        let total = shown.total.get_untracked();
        invoices(desk, &Listed { rows: &list.rows, total, many: "invoices" });
    }
}

/// The active filters; each can be taken away.
fn active(desk: Desk, shown: Shown) -> AnyView {
    let address = desk.address;
    let choose = Callback::new(move |without: InvoicesQuery| {
        address.choose(|state| state.invoices = without.clone());
    });
    chips(move || {
        let query = address.state.with(|state| state.invoices.clone());
        let mut found = Vec::new();
        let mut chip = |text: String, without: InvoicesQuery| {
            let without = StoredValue::new(without);
            found.push((text, Callback::new(move |()| choose.run(without.get_value()))));
        };
        for standing in query.status.iter() {
            let status = query.status.toggled(standing);
            chip(
                format!("Status: {}", words::standing(standing).0),
                InvoicesQuery { status, ..query.clone() },
            );
        }
        if let Some(client) = query.client {
            let named = shown.list.with(|list| {
                let rows = list.as_ref().map(|list| list.rows.as_slice()).unwrap_or_default();
                rows.iter().find(|row| row.client_id == client).map(|row| row.client_name.clone())
            });
            let name = named.unwrap_or_else(|| "one client".to_owned());
            chip(format!("Client: {name}"), InvoicesQuery { client: None, ..query.clone() });
        }
        if let Some(day) = query.from {
            chip(format!("Issued from {}", desk.day(day)), InvoicesQuery { from: None, ..query.clone() });
        }
        if let Some(day) = query.to {
            chip(format!("Issued until {}", desk.day(day)), InvoicesQuery { to: None, ..query.clone() });
        }
        found
    })
}

fn inside(desk: Desk, shown: Shown) -> AnyView {
    let rows = Signal::memo(move || {
        shown.list.with(|list| {
            let rows = list.as_ref().map(|list| list.rows.as_slice()).unwrap_or_default();
            Arc::new(rows.iter().cloned().map(Arc::new).collect::<Vec<_>>())
        })
    });
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    let filtered = desk.asks(|state| {
        let InvoicesQuery { sort, limit, .. } = state.invoices;
        state.invoices != InvoicesQuery { sort, limit, ..InvoicesQuery::default() }
    });
    live(move || match (none.get(), filtered.get()) {
        (true, true) => view! {
            <EmptyState title="No invoice matches" text="No invoice has everything that the filters ask for." />
            <p class="state-more">
                <Button label="Clear filters" on_press=move |()| desk.address.clear() />
            </p>
        }
        .into_any(),
        (true, false) => view! {
            <EmptyState
                title="No invoice yet"
                text="Invoices are made here, by a playbook, or come from QuickBooks."
            />
        }
        .into_any(),
        _ => view! {
            {sums(desk, shown)}
            {grid(desk, rows)}
            {load_more(desk, shown)}
        }
        .into_any(),
    })
    .into_any()
}

/// Sums over all that match; they are the server's.
fn sums(desk: Desk, shown: Shown) -> AnyView {
    live(move || {
        let sums = shown.list.with(|list| list.as_ref().map(|list| list.sums).unwrap_or_default());
        let figure = |label: &'static str, amount, note: &'static str| {
            view! { <Figure label value=Signal::stored(desk.money(amount)) note=Signal::from(note) /> }
                .into_any()
        };
        view! {
            <dl class="finance-figures" aria-label="Sums of all invoices that match">
                {figure("Billed", sums.billed, "sent and paid, with tax")}
                {figure("Paid", sums.paid, "payments not taken back")}
                {figure("Owed", sums.balance, "sent, not paid")}
                {figure("Overdue", sums.overdue, "of it, due before today")}
                {figure("Drafts", sums.drafts, "not sent yet")}
            </dl>
        }
        .into_any()
    })
    .into_any()
}

fn grid(desk: Desk, rows: Signal<Arc<Vec<Arc<InvoiceRow>>>>) -> AnyView {
    let selection = Selection::new(Signal::stored(Whose::Nobodys));
    let cells = move |row: &InvoiceRow| cells(desk, row);
    view! {
        <div class="finance-grid">
            <div class="table-room" data-room="many">
                <table
                    class="data-table clients-table finance-table"
                    role="grid"
                    aria-label="Invoices"
                    aria-rowcount=live(move || row_count(rows))
                >
                    <thead role="rowgroup">
                        <tr role="row" aria-rowindex="1">
                            {live(move || selection.head(rows))}
                            {COLUMNS.map(|column| head(desk, column)).collect_view()}
                        </tr>
                    </thead>
                    {grid_body("invoice-", "/finance/invoices/", rows, selection, cells)}
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn head(desk: Desk, (column, label, number): (InvoiceColumn, &'static str, bool)) -> AnyView {
    let sorted =
        Signal::derive(move || direction(desk.address.state.with(|state| state.invoices.sort()), column));
    let on_sort = Callback::new(move |()| {
        desk.address.choose(|state| {
            let sort = state.invoices.sort().pressed(column);
            state.invoices.sort = Some(sort).filter(|sort| *sort != InvoicesQuery::NEWEST);
        });
    });
    view! { <SortHead label number name=column.as_str() sorted on_sort /> }.into_any()
}

fn cells(desk: Desk, row: &InvoiceRow) -> AnyView {
    let today = desk.today.get();
    let zone = desk.time_zone.get();
    let updated = row.updated_at.as_millisecond();
    COLUMNS
        .iter()
        .skip(1)
        .map(|(column, label, number)| {
            let content = match column {
                InvoiceColumn::Client => {
                    let title = row.client_name.clone().into();
                    element(
                        "span",
                        [("class", "cut".into()), ("title", title)],
                        row.client_name.clone().into_any(),
                    )
                }
                InvoiceColumn::Issue => desk.day(row.issue_date).into_any(),
                InvoiceColumn::Due => desk.day(row.due_date).into_any(),
                InvoiceColumn::Total => desk.money(row.total).into_any(),
                InvoiceColumn::Paid => desk.money(row.amount_paid).into_any(),
                InvoiceColumn::Balance => desk.money(row.owed()).into_any(),
                InvoiceColumn::Status => {
                    let standing = row.standing(today);
                    let late = (standing == InvoiceStanding::Overdue)
                        .then(|| (" ", span("quiet", words::late(row.days_past_due(today)).into_any())));
                    (mark(words::standing(standing)), late).into_any()
                }
                InvoiceColumn::Updated => format::lately(updated, &zone, today).into_any(),
                _ => ().into_any(),
            };
            grid_cell(column.as_str(), label, *number, content)
        })
        .collect_view()
        .into_any()
}

/// More rows, when there are more than are shown.
fn load_more(desk: Desk, shown: Shown) -> AnyView {
    let limit = desk.asks(|state| state.invoices.limit.unwrap_or(STEPS[0]));
    let more = Signal::memo(move || {
        let (limit, cut) = (limit.get(), shown.truncated.get());
        STEPS.into_iter().find(|step| cut && *step > limit)
    });
    live(move || {
        more.get().map(|limit| {
            let load = move |()| desk.address.choose(|state| state.invoices.limit = Some(limit));
            view! { <p class="table-more"><Button label="Load more" on_press=load /></p> }.into_any()
        })
    })
    .into_any()
}
