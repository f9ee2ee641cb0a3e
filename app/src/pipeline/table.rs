//! Which opportunities are there? The table of those that the address asks for.

use super::columns::ShownColumn;
use super::desk::{Desk, Form};
use super::toolbar::load_more;
use crate::shell::format;
use crate::shell::grid::{GridRows, direction, grid_body, row_count};
use crate::shell::part::part;
use crate::shell::selection::{Choosable, Selection, Whose};
use crate::shell::shown_columns::{ShownColumns, TableColumn as _};
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::{OpportunityColumn, OpportunityRow, WinRates};
use revos_ui::{Button, EmptyState, Signal, SortHead, live};
use std::sync::Arc;

/// So many columns always find room on a desk.
const FEW_COLUMNS: usize = 8;

impl Choosable for OpportunityRow {
    type Id = OpportunityId;
    const MANY: &'static str = "opportunities";

    fn id(&self) -> OpportunityId {
        self.id
    }

    fn owner(&self) -> Option<UserId> {
        self.owner_id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Whose opportunities the person may change together.
pub(super) fn selection(desk: Desk) -> Selection<OpportunityRow> {
    Selection::new(Signal::stored(match desk.rights {
        rights if rights.all => Whose::All,
        rights if rights.own => Whose::Own(desk.me),
        _ => Whose::Nobodys,
    }))
}

part!(
    pipeline_views,
    pub(super) fn table_view(desk: Desk, selection: Selection<OpportunityRow>) {
        table(desk, selection)
    }
);

fn table(desk: Desk, selection: Selection<OpportunityRow>) -> AnyView {
    let rows = Signal::memo(move || desk.painted.with(|painted| Arc::new(painted.rows.clone())));
    let rates = Signal::memo(move || desk.painted.with(|painted| painted.rates.clone()));
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    live(move || {
        if none.get() {
            nothing(desk)
        } else {
            view! {
                {bulk_bar(desk, selection)}
                {grid(desk, rows, rates, selection)}
            }
            .into_any()
        }
    })
    .into_any()
}

/// There are none at all, or none with everything that the filters ask for.
fn nothing(desk: Desk) -> AnyView {
    let filtered = desk.address.state.with(|state| state.query.is_narrow());
    if filtered {
        return view! {
            <EmptyState
                title="No opportunity matches"
                text="No opportunity has everything that the filters ask for."
                page=true
            />
            <p class="state-more">
                <Button label="Clear filters" on_press=move |()| desk.address.clear() />
            </p>
        }
        .into_any();
    }
    view! {
        <EmptyState
            title="No open opportunities"
            text="What is under way appears here as soon as a prospect is added. Closed ones are found by a filter."
            page=true
        />
        {(desk.rights.own || desk.rights.all).then(|| {
            view! {
                <p class="state-more">
                    <Button label="Add prospect" on_press=move |()| desk.open(Form::Prospect) />
                </p>
            }
            .into_any()
        })}
    }
    .into_any()
}

fn bulk_bar(desk: Desk, selection: Selection<OpportunityRow>) -> AnyView {
    live(move || {
        let count = selection.count();
        (count > 0).then(|| {
            view! {
                <div class="bulk-bar" role="region" aria-label="Chosen opportunities">
                    <strong>{format!("{} chosen", format::count(count as u64))}</strong>
                    <Button label="Change stage" on_press=move |()| desk.open(Form::BulkStage) />
                    {(selection.whose() == Whose::All).then(|| {
                        view! { <Button label="Change owner" on_press=move |()| desk.open(Form::BulkOwner) /> }.into_any()
                    })}
                    <Button label="Change close date" on_press=move |()| desk.open(Form::BulkClose) />
                    <Button label="Choose none" on_press=move |()| selection.set(Vec::new()) />
                </div>
            }
            .into_any()
        })
    })
    .into_any()
}

fn grid(
    desk: Desk,
    rows: GridRows<OpportunityRow>,
    rates: Signal<WinRates>,
    selection: Selection<OpportunityRow>,
) -> AnyView {
    let columns = desk.columns();
    let cells = move |row: &OpportunityRow| {
        let others = rates.with(|rates| {
            columns.with(|columns| {
                columns.0.iter().skip(1).map(|column| column.cell(desk, row, rates)).collect_view()
            })
        });
        others.into_any()
    };
    let room =
        Signal::memo(
            move || if columns.with(|columns| columns.0.len() > FEW_COLUMNS) { "many" } else { "few" },
        );
    view! {
        <div class="pipeline-grid">
        <div class="table-room" data-room=live(move || room.get())>
            <table
                class="data-table clients-table pipeline-table"
                role="grid"
                aria-label="Opportunities"
                data-usual=live(move || columns.with(|columns| *columns == ShownColumns::default()).then_some(""))
                aria-rowcount=live(move || row_count(rows))
                aria-multiselectable="true"
            >
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">
                        {live(move || selection.head(rows))}
                        {live(move || {
                            columns.with(|columns| columns.0.iter().map(|column| head(desk, *column)).collect_view())
                        })}
                    </tr>
                </thead>
                {grid_body("opportunity-", "/pipeline/", rows, selection, cells)}
                <tfoot role="rowgroup">{live(move || columns.with(|columns| foot(desk, columns)))}</tfoot>
            </table>
        </div>
        </div>
        {load_more(desk)}
    }
    .into_any()
}

fn head(desk: Desk, column: ShownColumn) -> AnyView {
    let (label, number, name) = (column.label(), column.is_number(), column.word());
    let Some(column) = column.order() else {
        return view! {
            <th scope="col" role="columnheader" class=number.then_some("number") data-column=name>{label}</th>
        }
        .into_any();
    };
    let sorted =
        Signal::derive(move || direction(desk.address.state.with(|state| state.query.sort()), column));
    let on_sort = Callback::new(move |()| {
        desk.address.choose(|state| state.query.sort = Some(state.query.sort().pressed(column)));
    });
    view! { <SortHead label number name sorted on_sort /> }.into_any()
}

/// Sums over all that match and are open, under their columns; they are the server's.
fn foot(desk: Desk, columns: &ShownColumns<ShownColumn>) -> AnyView {
    let (open, total) = desk.painted.with(|painted| (painted.open, painted.total));
    let cells = columns
        .0
        .iter()
        .skip(1)
        .map(|column| {
            let text = match column.order() {
                Some(OpportunityColumn::Amount) => Some(desk.money(open.amount)),
                Some(OpportunityColumn::Weighted) => Some(desk.money(open.weighted)),
                _ => None,
            };
            let label = text.is_some().then(|| column.label());
            let class = column.is_number().then_some("number");
            view! {
                <td role="gridcell" class=class data-column=column.word() data-label=label>{text}</td>
            }
            .into_any()
        })
        .collect_view();
    let closed = total.saturating_sub(open.count.into());
    let name = format!("{} open", format::count(open.count.into()));
    let beside =
        if closed > 0 { format!(", {} closed not summed", format::count(closed)) } else { String::new() };
    view! {
        <tr role="row">
            <td role="gridcell" class="cell-choose"></td>
            <th scope="row" role="rowheader" class="cell-name">{name}{beside}</th>
            {cells}
        </tr>
    }
    .into_any()
}
