//! Which clients are there? The table of those that the address asks for.

use super::columns::{self, Writing};
use super::list::{ClientList, ListAddress};
use super::tool::{Tool, Toolbox};
use crate::shell::format;
use crate::shell::grid::{direction, grid_body, row_count};
use crate::shell::query::{Standby, Standing};
use crate::shell::selection::Selection;
use crate::shell::shown_columns::{ShownColumns, TableColumn as _};
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::clients::endpoints::ClientSums;
use revos_shared::clients::{ClientColumn, ClientRow, ClientSort};
use revos_ui::{Button, EmptyState, Panel, Signal, SkeletonLines, SortHead, live};

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
    let columns = address.columns();
    let sort = address.sort();
    let cells = move |row: &ClientRow| {
        let others = columns.with(|columns| {
            columns.0.iter().skip(1).map(|column| columns::cell(*column, row, writing)).collect_view()
        });
        others.into_any()
    };
    let room = Signal::memo(move || columns.with(|columns| room(columns, list.sums.get())));
    view! {
        <div class="table-room" data-room=live(move || room.get())>
        <table
            class="data-table clients-table"
            role="grid"
            aria-labelledby="clients-title"
            aria-rowcount=live(move || row_count(rows))
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
            {grid_body("client-", "/clients/", rows, selection, cells)}
            {live(move || rows.with(|rows| !rows.is_empty()).then(|| foot(list, columns.get(), writing)))}
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
fn room(columns: &ShownColumns<ClientColumn>, sums: ClientSums) -> &'static str {
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
    let sorted = Signal::derive(move || direction(sort.get(), column));
    let on_sort = Callback::new(move |()| {
        address.choose(|state| state.query.sort = Some(state.query.sort().pressed(column)));
    });
    view! { <SortHead label=column.label() number=column.is_number() name=column.as_str() sorted on_sort /> }
        .into_any()
}

/// Sums over all clients that match, under their columns.
fn foot(list: ClientList, columns: ShownColumns<ClientColumn>, writing: Writing) -> AnyView {
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
            let label = column.label();
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
