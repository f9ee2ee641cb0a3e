//! Which clients are there? The table of those that the address asks for.

use super::columns::{self, ShownColumns, Writing};
use super::list::{ClientList, ListAddress};
use super::tool::{Tool, Toolbox};
use crate::shell::format;
use crate::shell::grid::{row_at, spacer, walk};
use crate::shell::query::{Standby, Standing, row_of};
use crate::shell::selection::Selection;
use crate::shell::window::{RowWindow, hand_on, use_row_window};
use leptos::{html, prelude::*};
use revos_shared::clients::endpoints::ClientSums;
use revos_shared::clients::{ClientColumn, ClientRow, ClientSort};
use revos_shared::{ClientId, Money};
use revos_ui::{
    Button, EmptyState, Panel, Signal, SkeletonLines, SortDirection, SortHead, Var, lines, live, on,
};
use std::sync::Arc;
use web_sys::{FocusEvent, KeyboardEvent};

/// So many chosen columns always find room on a desk.
const FEW_COLUMNS: usize = 9;
/// Ten million of the organization's currency.
const LONG_AMOUNT: Money = Money::from_minor(1_000_000_000);

/// The clients, filtered and sorted as the address says.
#[component]
pub(super) fn ClientTable(
    /// How the clients stand.
    standing: Standing,
    /// The clients.
    list: ClientList,
    /// Where filters, order and columns are kept.
    address: ListAddress,
    /// Are there no clients at all, whatever the filters?
    none_at_all: Signal<bool>,
    /// How values are written.
    writing: Writing,
    /// Which rows are chosen.
    selection: Selection<ClientRow>,
    /// May the person add a client?
    may_add: Signal<bool>,
    /// What opens the form for one.
    toolbox: Toolbox,
    /// What stands above the table.
    children: ChildrenFn,
) -> impl IntoView {
    let none = Signal::memo(move || list.rows.with(|rows| rows.is_empty()));
    let body = move || match (none.get(), none_at_all.get()) {
        (true, true) => view! {
            <EmptyState
                title="No clients yet"
                text="Your organization has no clients. They appear here as soon as one is added."
            />
            {live(move || {
                may_add.get().then(|| {
                    view! {
                        <p class="state-more">
                            <Button label="Add client" on_press=move |()| toolbox.open(Tool::Add) />
                        </p>
                    }
                    .into_any()
                })
            })}
        }
        .into_any(),
        (true, false) => view! {
            <EmptyState title="No client matches" text="No client has everything that the filters ask for." />
            <p class="state-more">
                <Button label="Clear filters" on_press=move |()| address.clear() />
            </p>
        }
        .into_any(),
        _ => view! { <Grid list address writing selection /> }.into_any(),
    };
    let count = live(move || {
        let shown = list.rows.with(|rows| rows.len() as u64);
        let has_rows = list.view.with(|view| view.data.is_some());
        match (has_rows, list.truncated.get()) {
            (false, _) => String::new(),
            (true, false) => format::plural(shown, "client", "clients"),
            (true, true) => {
                format!("{} of {} clients", format::count(shown), format::count(list.total.get()))
            }
        }
    });
    let children = StoredValue::new(children);
    view! {
        <Panel
            id="clients"
            title="All clients"
            freshness=standing.freshness
            on_action=standing.on_action
            tools=move || view! { <span class="table-count">{count.clone()}</span> }.into_any()
        >
            {children.with_value(|children| children())}
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
    list: ClientList,
    address: ListAddress,
    writing: Writing,
    selection: Selection<ClientRow>,
) -> impl IntoView {
    let rows = list.rows;
    let count = Signal::memo(move || rows.with(|rows| rows.len()));
    let columns = address.columns();
    let sort = address.sort();
    let body = NodeRef::<html::Tbody>::new();
    let window = use_row_window(count, body);
    let focused = Var::new(None::<ClientId>);
    let visible = Signal::fold(move |before: Option<&Vec<Placed>>| {
        let RowWindow { first, last, .. } = window.get();
        let before: Vec<_> =
            before.into_iter().flatten().map(|placed| (placed.line, placed.row.id.0.as_u128())).collect();
        rows.with(|rows| {
            let last = last.min(rows.len());
            let slice = rows.get(first.min(last)..last).unwrap_or_default();
            let ids: Vec<u128> = slice.iter().map(|row| row.id.0.as_u128()).collect();
            let focused = focused.get_untracked().map(|id| id.0.as_u128());
            let lines = hand_on(&before, &ids, focused).into_iter().map(|(line, _)| line);
            let placed = slice.iter().zip(lines).enumerate();
            placed.map(|(at, (row, line))| Placed { line, place: first + at, row: Arc::clone(row) }).collect()
        })
    });
    // Tab reaches one row: the one that had the focus last, else the first on screen.
    let stop = Signal::memo(move || {
        let last = focused.get();
        visible.with(|rows| {
            let had = rows.iter().map(|placed| placed.row.id).find(|id| Some(*id) == last);
            had.or_else(|| rows.first().map(|placed| placed.row.id))
        })
    });
    let on_focus = move |event: FocusEvent| {
        if let Some((_, id)) = row_at::<ClientRow>("client-", &event) {
            focused.set(Some(id));
        }
    };
    let on_key = move |event: KeyboardEvent| walk("client-", &event, rows, selection, window);
    let room = Signal::memo(move || columns.with(|columns| room(columns, list.sums.get())));
    view! {
        <div class="table-room" data-room=live(move || room.get())>
        <table
            class="data-table clients-table"
            role="grid"
            aria-labelledby="clients-title"
            aria-rowcount=live(move || (count.get() + 1).to_string())
            aria-multiselectable="true"
        >
            <thead role="rowgroup">
                <tr role="row" aria-rowindex="1">
                    {live(move || selection.head(rows))}
                    {live(move || {
                        columns.with(|columns| columns.0.iter().map(|column| head(*column, sort, address)).collect_view())
                    })}
                </tr>
            </thead>
            <tbody role="rowgroup" node_ref=body on:focusin=on(on_focus) on:keydown=on_key>
                {spacer(Signal::derive(move || window.get().above))}
                {lines(
                    move || visible.with(|rows| rows.iter().map(|placed| placed.line).collect()),
                    move |at| line(at, visible, columns, writing, selection, stop),
                )}
                {spacer(Signal::derive(move || window.get().below))}
            </tbody>
            {live(move || (count.get() > 0).then(|| foot(list, columns.get(), writing)))}
        </table>
        </div>
        {live(move || {
            list.more.get().map(|_| {
                view! {
                    <p class="table-more">
                        <Button label="Load more" on_press=move |()| list.load_more() />
                    </p>
                }
                .into_any()
            })
        })}
    }
    .into_any()
}

/// How much room the columns need: the usual ones give way where there is little, those that a person chose stay. Many,
/// or amounts that are very long, are scrolled to.
fn room(columns: &ShownColumns, sums: ClientSums) -> &'static str {
    let long = [
        (ClientColumn::Arr, Some(sums.arr)),
        (ClientColumn::Open, sums.open_value),
        (ClientColumn::Mrr, sums.mrr),
        (ClientColumn::Ar, sums.ar_outstanding),
    ]
    .into_iter()
    .any(|(column, sum)| columns.has(column) && sum.is_some_and(|sum| sum >= LONG_AMOUNT));
    match columns.0.len() {
        _ if long => "many",
        _ if *columns == ShownColumns::default() => "usual",
        0..=FEW_COLUMNS => "few",
        _ => "many",
    }
}

fn head(column: ClientColumn, sort: Signal<ClientSort>, address: ListAddress) -> AnyView {
    let sorted = Signal::derive(move || {
        let sort = sort.get();
        (sort.column == column).then_some(if sort.descending {
            SortDirection::Descending
        } else {
            SortDirection::Ascending
        })
    });
    let on_sort = Callback::new(move |()| {
        address.choose(|state| state.query.sort = Some(state.query.sort().pressed(column)));
    });
    view! { <SortHead label=columns::label(column) number=columns::is_number(column) name=column.as_str() sorted on_sort /> }
        .into_any()
}

/// Sums over all clients that match, under their columns.
fn foot(list: ClientList, columns: ShownColumns, writing: Writing) -> AnyView {
    let summed = [ClientColumn::Arr, ClientColumn::Open, ClientColumn::Mrr, ClientColumn::Ar];
    if !columns.0.iter().any(|column| summed.contains(column)) {
        return ().into_any();
    }
    let sum = move |column: ClientColumn| {
        live(move || {
            let sums = list.sums.get();
            let amount = match column {
                ClientColumn::Arr => Some(sums.arr),
                ClientColumn::Open => sums.open_value,
                ClientColumn::Mrr => sums.mrr,
                _ => sums.ar_outstanding,
            };
            amount.map_or_else(
                || format::NONE.to_owned(),
                |amount| writing.currency.with(|currency| format::money(amount, currency)),
            )
        })
    };
    let cells = columns
        .0
        .iter()
        .skip(1)
        .map(|column| {
            let column = *column;
            let label = columns::label(column);
            if summed.contains(&column) {
                view! {
                    <td role="gridcell" class="number" data-column=column.as_str() data-label=label>
                        {sum(column)}
                    </td>
                }
                .into_any()
            } else {
                view! { <td role="gridcell" data-column=column.as_str()></td> }.into_any()
            }
        })
        .collect_view();
    view! {
        <tfoot role="rowgroup">
            <tr role="row">
                <td role="gridcell" class="cell-choose"></td>
                <th scope="row" role="rowheader" class="cell-name">
                    {live(move || format!("All {}", format::plural(list.total.get(), "client", "clients")))}
                </th>
                {cells}
            </tr>
        </tfoot>
    }
    .into_any()
}

/// A row at its place in the list, and the line that shows it.
#[derive(Clone, PartialEq)]
struct Placed {
    line: u128,
    place: usize,
    row: Arc<ClientRow>,
}

/// A line on screen. It shows one row after the other as one scrolls, so everything in it follows its row.
fn line(
    at: u128,
    visible: Signal<Vec<Placed>>,
    columns: Signal<ShownColumns>,
    writing: Writing,
    selection: Selection<ClientRow>,
    stop: Signal<Option<ClientId>>,
) -> AnyView {
    let Some(placed) = row_of(visible, at, |placed| placed.line) else { return ().into_any() };
    let row = Signal::memo(move || placed.with(|placed| Arc::clone(&placed.row)));
    let id = move || row.with(|row| row.id);
    view! {
        <tr
            role="row"
            id=live(move || format!("client-{}", id()))
            aria-rowindex=live(move || placed.with(|placed| (placed.place + 2).to_string()))
            aria-selected=live(move || selection.has(id()).to_string())
            tabindex=live(move || if stop.get() == Some(id()) { "0" } else { "-1" })
        >
            {selection.cell(row)}
            {columns::name_cell(row)}
            {live(move || {
                columns.with(|columns| {
                    columns.0.iter().skip(1).map(|column| columns::cell(*column, row, writing)).collect_view()
                })
            })}
        </tr>
    }
    .into_any()
}
