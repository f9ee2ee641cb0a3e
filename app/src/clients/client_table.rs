//! Which clients are there? The table of all of them.

use super::order;
use super::words;
use crate::shell::format;
use crate::shell::query::{Standby, Standing, row_of};
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::ClientId;
use revos_shared::clients::thresholds::{ChurnBand, HealthBand};
use revos_shared::clients::{ClientColumn, ClientRow, ClientStatus};
use revos_ui::{
    Badge, EmptyState, Panel, Signal, SkeletonLines, SortHead, Tone, Var, live, move_between_rows, on,
};
use std::sync::Arc;

/// How amounts and times of the table are written.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    /// The currency of the amounts.
    pub currency: Signal<String>,
    /// The zone of the times.
    pub time_zone: Signal<String>,
    /// The day of the rows.
    pub today: Signal<Date>,
}

/// The clients, sorted as the address says.
#[component]
pub(super) fn ClientTable(
    /// How the clients stand.
    standing: Standing,
    /// The clients.
    rows: Signal<Arc<Vec<ClientRow>>>,
    /// `14 clients`, or `200 of 260 clients`.
    #[prop(into)]
    count_text: Signal<String>,
    /// How values are written.
    writing: Writing,
    /// The order, as in the URL.
    order: Signal<&'static str>,
    /// Chooses an order.
    #[prop(into)]
    on_order: Callback<&'static str>,
) -> impl IntoView {
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    let body = move || {
        if none.get() {
            view! {
                <EmptyState
                    title="No clients yet"
                    text="Your organization has no clients. They appear here as soon as one is added."
                />
            }
            .into_any()
        } else {
            view! { <Grid rows writing order on_order /> }.into_any()
        }
    };
    view! {
        <Panel
            id="clients"
            title="All clients"
            freshness=standing.freshness
            on_action=standing.on_action
            tools=move || view! { <span class="table-count">{live(move || count_text.get())}</span> }.into_any()
        >
            <Standby
                standing
                what="the clients of your organization"
                skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
            >
                {body}
            </Standby>
        </Panel>
    }
    .into_any()
}

#[component]
fn Grid(
    rows: Signal<Arc<Vec<ClientRow>>>,
    writing: Writing,
    order: Signal<&'static str>,
    on_order: Callback<&'static str>,
) -> impl IntoView {
    let sorted = Signal::memo(move || order::sort(order.get()).sorted(rows.with(|rows| Vec::clone(rows))));
    let first = Signal::memo(move || sorted.with(|rows| rows.first().map(|row| row.id)));
    let focused = Var::new(None::<ClientId>);
    // Tab reaches one row: the one that had the focus last, else the first.
    let stop = Signal::memo(move || {
        let last = focused.get();
        sorted.with(|rows| rows.iter().map(|row| row.id).find(|id| Some(*id) == last)).or_else(|| first.get())
    });
    let head = move |column: ClientColumn, label: &'static str, number: bool| {
        let sorted_by = Signal::derive(move || order::direction(column, order.get()));
        let on_sort = Callback::new(move |()| on_order.run(order::pressed(column, order.get_untracked())));
        view! { <SortHead label number sorted=sorted_by on_sort /> }.into_any()
    };
    view! {
        <table class="data-table clients-table" role="grid" aria-labelledby="clients-title">
            <thead role="rowgroup">
                <tr role="row">
                    {head(ClientColumn::Name, "Client", false)}
                    {head(ClientColumn::Status, "Status", false)}
                    {head(ClientColumn::Phase, "Phase", false)}
                    <th scope="col" role="columnheader" class="col-segment">"Segment"</th>
                    {head(ClientColumn::Owner, "Owner", false)}
                    {head(ClientColumn::Arr, "ARR", true)}
                    {head(ClientColumn::Health, "Health", true)}
                    {head(ClientColumn::Churn, "Churn risk", true)}
                    {head(ClientColumn::Trs, "TRS", true)}
                    {head(ClientColumn::Qbr, "Next QBR", false)}
                    {head(ClientColumn::Updated, "Updated", false)}
                </tr>
            </thead>
            <tbody role="rowgroup" on:keydown=|event| move_between_rows(&event)>
                <For
                    each=move || sorted.get()
                    key=|row| row.id
                    children=move |row| {
                        let id = row.id;
                        let tab = Signal::memo(move || stop.get() == Some(id));
                        let on_focus = Callback::new(move |()| focused.set(Some(id)));
                        line(row_of(sorted, row, |row| row.id), writing, tab, on_focus)
                    }
                />
            </tbody>
        </table>
    }
    .into_any()
}

fn line(row: Signal<ClientRow>, writing: Writing, tab: Signal<bool>, on_focus: Callback<()>) -> AnyView {
    let text = move |read: fn(&ClientRow) -> String| live(move || row.with(read));
    let status = Signal::memo(move || row.with(|row| words::status(row.status)));
    let health = Signal::memo(move || row.with(|row| row.health.map(HealthBand::of)));
    let churn = Signal::memo(move || row.with(|row| row.churn_risk.and_then(ChurnBand::of)));
    let Writing { currency, time_zone, today } = writing;
    let arr = live(move || {
        row.with(|row| {
            row.arr.map_or_else(|| format::NONE.to_owned(), |arr| format::money(arr, &currency.get()))
        })
    });
    let review = live(move || {
        row.with(|row| {
            row.qbr_date.map_or_else(|| format::NONE.to_owned(), |date| format::day(date, today.get()))
        })
    });
    let overdue = Signal::memo(move || {
        row.with(|row| {
            row.status == ClientStatus::Active && row.qbr_date.is_some_and(|date| date < today.get())
        })
    });
    let updated_at = move || row.with(|row| row.updated_at.as_millisecond());
    let updated = live(move || {
        let (at, zone) = (updated_at(), time_zone.get());
        match format::calendar_day(at, &zone) {
            Some(day) if day != today.get() => format::day(day, today.get()),
            _ => format::clock(at, &zone),
        }
    });
    view! {
        <tr role="row" tabindex=live(move || if tab.get() { "0" } else { "-1" }) on:focusin=on(move |_| on_focus.run(()))>
            <th scope="row" role="rowheader" class="cell-name">
                <span class="cut" title=text(|row| row.name.clone())>{text(|row| row.name.clone())}</span>
            </th>
            <td role="gridcell" class="cell-status">
                <Badge
                    word=Signal::derive(move || status.get().0.to_owned())
                    tone=Signal::derive(move || status.get().1)
                />
            </td>
            <td role="gridcell" class="col-phase" data-label="Phase">
                {text(|row| row.phase.map_or(format::NONE, |phase| phase.as_str()).to_owned())}
            </td>
            <td role="gridcell" class="col-segment" data-label="Segment">
                {text(|row| row.segment.map_or(format::NONE, words::segment).to_owned())}
            </td>
            <td role="gridcell" class="cell-owner" data-label="Owner">
                <span class="cut">{text(words::owner)}</span>
            </td>
            <td role="gridcell" class="number" data-label="ARR">{arr}</td>
            <td role="gridcell" class="number" data-label="Health">
                <span class="scored">
                    {live(move || {
                        let band = health.get().filter(|band| *band != HealthBand::Healthy);
                        band.map(|band| word_mark(words::health_band(band)))
                    })}
                    <span class="score">{text(|row| format::score(row.health))}</span>
                </span>
            </td>
            <td role="gridcell" class="number" data-label="Churn risk">
                <span class="scored">
                    {live(move || churn.get().map(|band| word_mark(words::churn_band(band))))}
                    <span class="score">{text(|row| format::score(row.churn_risk))}</span>
                </span>
            </td>
            <td role="gridcell" class="number col-trs" data-label="TRS">{text(|row| format::score(row.trs_score))}</td>
            <td role="gridcell" class="cell-review" data-label="Next QBR">
                <span class="review">
                    {review} {live(move || overdue.get().then(|| word_mark(("Overdue", Tone::Bad))))}
                </span>
            </td>
            <td
                role="gridcell"
                class="col-updated quiet"
                data-label="Updated"
                title=live(move || format::moment(updated_at(), &time_zone.get()))
            >
                {updated}
            </td>
        </tr>
    }
    .into_any()
}

/// A word beside a figure: the state in the colour it has everywhere.
fn word_mark((word, tone): (&'static str, Tone)) -> AnyView {
    view! { <Badge word tone=Signal::stored(tone) /> }.into_any()
}
