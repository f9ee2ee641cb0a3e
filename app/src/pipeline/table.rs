//! Which opportunities are there? The table of those that the address asks for.

use super::desk::{Desk, Form};
use super::toolbar::load_more;
use super::words;
use crate::shell::format;
use crate::shell::grid::{direction, grid_body, grid_cell, row_count, span};
use crate::shell::part::part;
use crate::shell::selection::{Choosable, Selection, Whose};
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::pipeline::{OpportunityColumn, OpportunityRow, Score, WinRates, weighted};
use revos_ui::{Button, EmptyState, Signal, SortHead, badge, element, live};
use std::sync::Arc;

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

/// The columns: how they are sorted by, their label, whether they are numbers. The score has no order of its own.
const COLUMNS: [(Option<OpportunityColumn>, &str, &str, bool); 12] = [
    (Some(OpportunityColumn::Name), "name", "Opportunity", false),
    (Some(OpportunityColumn::Client), "client", "Client", false),
    (Some(OpportunityColumn::Owner), "owner", "Owner", false),
    (Some(OpportunityColumn::Stage), "stage", "Stage", false),
    (Some(OpportunityColumn::Amount), "amount", "Amount", true),
    (Some(OpportunityColumn::Probability), "probability", "Prob.", true),
    (Some(OpportunityColumn::Weighted), "weighted", "Weighted", true),
    (Some(OpportunityColumn::Close), "close", "Close", false),
    (Some(OpportunityColumn::Days), "days", "Days", true),
    (None, "score", "Score", true),
    (Some(OpportunityColumn::Next), "next", "Next step", false),
    (Some(OpportunityColumn::Updated), "updated", "Updated", false),
];

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
            view! {
                <EmptyState
                    title="No opportunity matches"
                    text="No opportunity has everything that the filters ask for."
                />
                <p class="state-more">
                    <Button label="Clear filters" on_press=move |()| desk.address.clear() />
                </p>
            }
            .into_any()
        } else {
            view! {
                <p class="pipeline-tools">
                    <Button label="Export CSV" on_press=move |()| super::export::table(desk) />
                </p>
                {bulk_bar(desk, selection)}
                {grid(desk, rows, rates, selection)}
            }
            .into_any()
        }
    })
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
    rows: Signal<Arc<Vec<Arc<OpportunityRow>>>>,
    rates: Signal<WinRates>,
    selection: Selection<OpportunityRow>,
) -> AnyView {
    let cells = move |row: &OpportunityRow| rates.with(|rates| cells(desk, row, rates));
    view! {
        <div class="pipeline-grid">
        <div class="table-room" data-room="many">
            <table
                class="data-table clients-table pipeline-table"
                role="grid"
                aria-label="Opportunities"
                aria-rowcount=live(move || row_count(rows))
                aria-multiselectable="true"
            >
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">
                        {live(move || selection.head(rows))}
                        {COLUMNS.map(|column| head(desk, column)).collect_view()}
                    </tr>
                </thead>
                {grid_body("opportunity-", "/pipeline/", rows, selection, cells)}
                <tfoot role="rowgroup">{live(move || foot(desk))}</tfoot>
            </table>
        </div>
        </div>
        {load_more(desk)}
    }
    .into_any()
}

fn head(desk: Desk, column: (Option<OpportunityColumn>, &'static str, &'static str, bool)) -> AnyView {
    let (sort, name, label, number) = column;
    let Some(column) = sort else {
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
fn foot(desk: Desk) -> AnyView {
    let (open, total) = desk.painted.with(|painted| (painted.open, painted.total));
    let cells = COLUMNS
        .iter()
        .skip(1)
        .map(|(_, name, label, number)| {
            let text = match *name {
                "amount" => desk.money(open.amount),
                "weighted" => desk.money(open.weighted),
                _ => return view! { <td role="gridcell" data-column=*name></td> }.into_any(),
            };
            view! {
                <td role="gridcell" class=number.then_some("number") data-column=*name data-label=*label>{text}</td>
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

fn cells(desk: Desk, row: &OpportunityRow, rates: &WinRates) -> AnyView {
    let score = row.stage.is_open().then(|| Score::of(row, rates));
    let zone = desk.time_zone.get();
    let updated = row.updated_at.as_millisecond();
    COLUMNS
        .iter()
        .skip(1)
        .map(|(_, name, label, number)| {
            let text = match *name {
                "client" => row.client_name.clone(),
                "owner" => match (&row.owner_name, row.owner_id) {
                    (Some(name), _) => name.clone(),
                    (None, Some(_)) => format::NONE.to_owned(),
                    (None, None) => "Unassigned".to_owned(),
                },
                "stage" => words::stage(row.stage).to_owned(),
                "amount" => desk.money(row.amount),
                "probability" => {
                    let set = if row.probability_override.is_some() { " set" } else { "" };
                    format!("{} %{set}", row.probability)
                }
                "weighted" => desk.money(weighted([(row.amount, row.probability)])),
                "close" => desk.day(row.closed_on.or(row.expected_close_date)),
                "days" => row.days_in_stage.to_string(),
                "next" => {
                    let until = row.next_step_date.map(|day| format!("{}: ", desk.day(Some(day))));
                    format!("{}{}", until.unwrap_or_default(), row.next_step.clone().unwrap_or_default())
                }
                "updated" => match format::calendar_day(updated, &zone) {
                    Some(day) if day != desk.today.get() => desk.day(Some(day)),
                    _ => format::clock(updated, &zone),
                },
                _ => String::new(),
            };
            let content = match (*name, score) {
                ("score", Some(score)) => {
                    let (word, tone) = words::risk(score.risk);
                    let score = span("score", score.score.to_string().into_any());
                    span("scored", (badge(word, tone), score).into_any())
                }
                ("score", None) => format::NONE.into_any(),
                ("client" | "owner" | "next", _) => {
                    let title = text.clone().into();
                    element("span", [("class", "cut".into()), ("title", title)], text.into_any())
                }
                _ => text.into_any(),
            };
            grid_cell(name, label, *number, content)
        })
        .collect_view()
        .into_any()
}
