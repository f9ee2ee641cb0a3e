//! How do tables of many rows work, whatever is in them? By keyboard, and with space for rows that are not drawn.

use super::lines::lines;
use super::query::row_of;
use super::selection::{Choosable, Selection};
use super::window::{RowWindow, hand_on, use_row_window};
use leptos::prelude::*;
use revos_shared::kernel::order::Sort;
use revos_ui::{ElementRef, Signal, SortDirection, Var, effect, element, focus_by_id, live, on};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, FocusEvent, HtmlElement, KeyboardEvent};

/// Rows of a list, each handed on as it is.
pub(crate) type GridRows<R> = Signal<Arc<Vec<Arc<R>>>>;

/// A row at its place in the list, and the line that shows it.
#[derive(Clone, PartialEq)]
struct Placed<R> {
    line: u128,
    place: usize,
    row: Arc<R>,
}

/// The rows on screen as a table's body, reached by Tab as one stop. A row leads to its record below `path`, if there is one;
/// `cells` draws what follows its name. The rows' ids begin with `prefix`.
///
/// A line shows one row after the other as one sorts and scrolls. One effect draws all its cells anew, in place, where
/// an effect of each cell would cost several times as much; so cells are made by [`grid_cell`].
pub(crate) fn grid_body<R: Choosable>(
    prefix: &'static str,
    path: &'static str,
    rows: GridRows<R>,
    selection: Selection<R>,
    cells: impl Fn(&R) -> AnyView + Copy + Send + Sync + 'static,
) -> AnyView {
    let rows = after_the_sign(rows);
    let count = Signal::memo(move || rows.with(|rows| rows.len()));
    let body = ElementRef::<Element>::new();
    let window = use_row_window(count, body);
    let focused = Var::new(None::<R::Id>);
    let visible = Signal::fold(move |before: Option<&Vec<Placed<R>>>| {
        let RowWindow { first, last, .. } = window.get();
        let before: Vec<_> =
            before.into_iter().flatten().map(|placed| (placed.line, placed.row.id())).collect();
        rows.with(|rows| {
            let last = last.min(rows.len());
            let slice = rows.get(first.min(last)..last).unwrap_or_default();
            let ids: Vec<_> = slice.iter().map(|row| row.id()).collect();
            let lines = hand_on(&before, &ids, focused.get_untracked()).into_iter().map(|(line, _)| line);
            let placed = slice.iter().zip(lines).enumerate();
            placed.map(|(at, (row, line))| Placed { line, place: first + at, row: Arc::clone(row) }).collect()
        })
    });
    // Tab reaches one row: the one that had the focus last, else the first on screen.
    let stop = Signal::memo(move || {
        let last = focused.get();
        visible.with(|rows| {
            let had = rows.iter().map(|placed| placed.row.id()).find(|id| Some(*id) == last);
            had.or_else(|| rows.first().map(|placed| placed.row.id()))
        })
    });
    let line = move |at| {
        let Some(placed) = row_of(visible, at, |placed| placed.line) else { return ().into_any() };
        let row = Signal::memo(move || placed.with(|placed| Arc::clone(&placed.row)));
        let id = move || row.with(|row| row.id());
        let name = move || live(move || row.with(|row| row.name().to_owned()));
        view! {
            <tr
                role="row"
                id=live(move || format!("{prefix}{}", id()))
                aria-rowindex=live(move || placed.with(|placed| (placed.place + 2).to_string()))
                aria-selected=live(move || selection.has(id()).to_string())
                tabindex=live(move || if stop.get() == Some(id()) { "0" } else { "-1" })
            >
                {selection.cell(row)}
                <th scope="row" role="rowheader" class="cell-name">
                    {if path.is_empty() {
                        name().into_any()
                    } else {
                        view! {
                            <a class="cut" href=live(move || format!("{path}{}", id())) tabindex="-1" title=name()>{name()}</a>
                        }
                        .into_any()
                    }}
                </th>
                {live(move || row.with(|row| cells(row)))}
            </tr>
        }
        .into_any()
    };
    let on_focus = move |event: FocusEvent| {
        if let Some((_, id)) = row_at::<R>(prefix, &event) {
            focused.set(Some(id));
        }
    };
    let on_key = move |event: KeyboardEvent| walk(prefix, &event, rows, selection, window);
    view! {
        <tbody role="rowgroup" node_ref=body on:focusin=on(on_focus) on:keydown=on_key>
            {spacer(Signal::derive(move || window.get().above))}
            {lines(move || visible.with(|rows| rows.iter().map(|placed| placed.line).collect()), line)}
            {spacer(Signal::derive(move || window.get().below))}
        </tbody>
    }
    .into_any()
}

/// The rows one frame later. Whoever presses a head or a filter first sees that it was pressed; to draw other rows takes
/// longer than that may.
fn after_the_sign<R: Choosable>(rows: GridRows<R>) -> GridRows<R> {
    let drawn = Var::new(rows.get_untracked());
    effect(move || {
        let rows = rows.get();
        if drawn.with_untracked(|drawn| !Arc::ptr_eq(drawn, &rows)) {
            // What is set in a frame would still be drawn in it.
            request_animation_frame(move || set_timeout(move || drawn.set(rows), Duration::ZERO));
        }
    });
    drawn.into()
}

/// A cell of a row in the column of this name and label.
pub(crate) fn grid_cell(name: &'static str, label: &'static str, number: bool, content: AnyView) -> AnyView {
    let class = if number { "number" } else { "" };
    let attributes = [("role", "gridcell"), ("class", class), ("data-column", name), ("data-label", label)];
    element("td", attributes.map(|(name, value)| (name, value.into())), content)
}

/// Content with a class of its own.
pub(crate) fn span(class: &'static str, content: AnyView) -> AnyView {
    element("span", [("class", class.into())], content)
}

/// How many rows a table tells of itself, its head among them.
pub(crate) fn row_count<R: Choosable>(rows: GridRows<R>) -> String {
    (rows.with(|rows| rows.len()) + 1).to_string()
}

/// Which way a list is sorted by this column.
pub(crate) fn direction<Column: PartialEq>(sort: Sort<Column>, column: Column) -> Option<SortDirection> {
    let direction = if sort.descending { SortDirection::Descending } else { SortDirection::Ascending };
    (sort.column == column).then_some(direction)
}

/// Stands for the rows that are not there, so that the page is as long as with them.
fn spacer(height: Signal<i32>) -> AnyView {
    live(move || {
        let height = height.get();
        (height > 0).then(|| {
            view! { <tr class="table-spacer" role="presentation" aria-hidden="true" style:height=format!("{height}px")></tr> }
                .into_any()
        })
    })
    .into_any()
}

/// The row that an event happened in, and what tells it apart; rows have ids that begin with `prefix`.
fn row_at<R: Choosable>(prefix: &str, event: &Event) -> Option<(Element, R::Id)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest("tr[id]").ok()??;
    let id = row.id().strip_prefix(prefix)?.parse().ok()?;
    Some((row, id))
}

/// Arrows, Home and End move between all rows, also those that are not on screen; `x` and Space choose the row.
fn walk<R: Choosable>(
    prefix: &str,
    event: &KeyboardEvent,
    rows: GridRows<R>,
    selection: Selection<R>,
    window: Signal<RowWindow>,
) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some((row, id)) = row_at::<R>(prefix, event) else { return };
    let (at, count) = rows.with_untracked(|rows| (rows.iter().position(|row| row.id() == id), rows.len()));
    let Some(at) = at else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => (at + 1).min(count.saturating_sub(1)),
        "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => count.saturating_sub(1),
        "Enter" => {
            event.prevent_default();
            let link = row
                .query_selector("th a")
                .ok()
                .flatten()
                .and_then(|link| link.dyn_into::<HtmlElement>().ok());
            if let Some(link) = link {
                link.click();
            }
            return;
        }
        "x" | " " => {
            event.prevent_default();
            rows.with_untracked(|rows| rows.get(at).into_iter().for_each(|row| selection.toggle(row)));
            return;
        }
        _ => return,
    };
    event.prevent_default();
    let target = rows.with_untracked(|rows| rows.get(to).map(|row| format!("{prefix}{}", row.id())));
    let Some(target) = target else { return };
    window.get_untracked().reveal(to);
    focus(&target, 3);
}

/// The row may come on screen only after the page has scrolled to it.
fn focus(id: &str, tries: u8) {
    if !focus_by_id(id) && tries > 0 {
        let id = id.to_owned();
        request_animation_frame(move || focus(&id, tries - 1));
    }
}
