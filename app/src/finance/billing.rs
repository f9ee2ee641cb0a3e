//! Which invoices are there, how do they stand, and what do they add up to?

use super::data::use_invoices;
use super::desk::{Desk, Form};
use super::export::invoices;
use super::ledger::{Ledger, counted, ledger, listed, load_more, sums};
use super::words;
use crate::shell::answer::Latest;
use crate::shell::format;
use crate::shell::grid::{GridRows, span};
use crate::shell::list_tools::{SearchBox, chips};
use crate::shell::lists::mark;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use crate::shell::selection::Choosable;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::finance::{
    InvoiceColumn, InvoiceList, InvoiceRow, InvoiceStanding, InvoiceSums, InvoicesQuery,
};
use revos_shared::kernel::ids::InvoiceId;
use revos_ui::{Button, ButtonKind, EmptyState, FreshnessMark, Signal, SkeletonLines, element, live};

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

const LEDGER: Ledger<InvoiceColumn> = Ledger {
    label: "Invoices",
    prefix: "invoice-",
    path: "/finance/invoices/",
    heads: &[
        ("number", "Number", false, Some(InvoiceColumn::Number)),
        ("client", "Client", false, Some(InvoiceColumn::Client)),
        ("issue", "Issued", false, Some(InvoiceColumn::Issue)),
        ("due", "Due", false, Some(InvoiceColumn::Due)),
        ("total", "Total", true, Some(InvoiceColumn::Total)),
        ("paid", "Paid", true, Some(InvoiceColumn::Paid)),
        ("balance", "Owed", true, Some(InvoiceColumn::Balance)),
        ("status", "Status", false, Some(InvoiceColumn::Status)),
        ("updated", "Updated", false, Some(InvoiceColumn::Updated)),
    ],
};

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
    let rows = answer.rows(|list: &InvoiceList| &list.rows);
    view! {
        {toolbar(desk, answer, rows, standing)}
        <Standby
            standing
            what="the invoices of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || inside(desk, answer, rows)}
        </Standby>
    }
    .into_any()
}

fn toolbar(
    desk: Desk,
    answer: Latest<InvoiceList>,
    rows: GridRows<InvoiceRow>,
    standing: Standing,
) -> AnyView {
    let address = desk.address;
    let searched = desk.asks(|state| state.invoices.q.clone().unwrap_or_default());
    view! {
        <div class="toolbar" role="group" aria-label="Invoices">
            <SearchBox
                label="Search invoices"
                placeholder="Search number, client"
                searched
                on_search=move |text| address.pass(|state| state.invoices.q = text)
            />
            <Button label="Filter" on_press=move |()| desk.open(Form::Filter) />
            <Button label="Export CSV" on_press=move |()| listed(answer, rows, "invoices", |list| invoices(desk, list)) />
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
            <span class="table-count">{counted(answer, rows, "invoice", "invoices")}</span>
        </div>
        {active(desk, rows)}
    }
    .into_any()
}

/// The active filters; each can be taken away.
fn active(desk: Desk, rows: GridRows<InvoiceRow>) -> AnyView {
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
            let named = rows.with(|rows| {
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

fn inside(desk: Desk, answer: Latest<InvoiceList>, rows: GridRows<InvoiceRow>) -> AnyView {
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    let filtered = desk.asks(|state| {
        let InvoicesQuery { sort, limit, .. } = state.invoices;
        state.invoices != InvoicesQuery { sort, limit, ..InvoicesQuery::default() }
    });
    let sort = desk.asks(|state| state.invoices.sort());
    let on_sort = Callback::new(move |sort| {
        desk.address
            .choose(|state| state.invoices.sort = Some(sort).filter(|sort| *sort != InvoicesQuery::NEWEST));
    });
    let limit = desk.asks(|state| state.invoices.limit);
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
            {live(move || answer.value.get().map(|list| total(desk, &list.sums)))}
            {ledger(&LEDGER, (sort, on_sort), rows, move |row, word| cell(desk, row, word))}
            {load_more(answer, rows, limit, move |step| desk.address.choose(|state| state.invoices.limit = Some(step)))}
        }
        .into_any(),
    })
    .into_any()
}

/// Sums over all that match; they are the server's.
fn total(desk: Desk, s: &InvoiceSums) -> AnyView {
    let figure = |label: &'static str, amount, note: &str| (label, desk.money(amount), note.to_owned());
    sums(
        "Sums of all invoices that match",
        vec![
            figure("Billed", s.billed, "sent and paid, with tax"),
            figure("Paid", s.paid, "payments not taken back"),
            figure("Owed", s.balance, "sent, not paid"),
            figure("Overdue", s.overdue, "of it, due before today"),
            figure("Drafts", s.drafts, "not sent yet"),
        ],
    )
}

fn cell(desk: Desk, row: &InvoiceRow, word: &str) -> AnyView {
    let today = desk.today.get();
    match word {
        "client" => {
            let title = row.client_name.clone().into();
            element("span", [("class", "cut".into()), ("title", title)], row.client_name.clone().into_any())
        }
        "issue" => desk.day(row.issue_date).into_any(),
        "due" => desk.day(row.due_date).into_any(),
        "total" => desk.money(row.total).into_any(),
        "paid" => desk.money(row.amount_paid).into_any(),
        "balance" => desk.money(row.owed()).into_any(),
        "status" => {
            let standing = row.standing(today);
            let late = (standing == InvoiceStanding::Overdue)
                .then(|| (" ", span("quiet", words::late(row.days_past_due(today)).into_any())));
            (mark(words::standing(standing)), late).into_any()
        }
        "updated" => format::lately(row.updated_at.as_millisecond(), &desk.time_zone.get(), today).into_any(),
        _ => ().into_any(),
    }
}
