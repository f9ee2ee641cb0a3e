//! How does a list of money look, whatever is in it? Heads that sort, rows that are walked by keyboard, choices above.

use super::address::STEPS;
use super::export::Listed;
use crate::shell::answer::Latest;
use crate::shell::format;
use crate::shell::grid::{GridRows, direction, grid_body, grid_cell, row_count};
use crate::shell::selection::{Choosable, Selection, Whose};
use leptos::prelude::*;
use revos_shared::kernel::order::{Column, Sort};
use revos_ui::{Button, Figure, Signal, SortHead, live, on};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A column: its word and label, whether it is a number, and what it is sorted by.
pub(super) type Head<C> = (&'static str, &'static str, bool, Option<C>);

/// What a list of money is called and consists of.
pub(super) struct Ledger<C: 'static> {
    /// What it is called.
    pub label: &'static str,
    /// What the ids of its rows begin with.
    pub prefix: &'static str,
    /// Where the records of its rows are; empty if they have none of their own.
    pub path: &'static str,
    /// Its columns.
    pub heads: &'static [Head<C>],
}

/// How many match, in words.
pub(super) fn counted<L, R>(
    answer: Latest<L>,
    rows: GridRows<R>,
    one: &'static str,
    many: &'static str,
) -> AnyView
where
    L: DeserializeOwned + Send + Sync + 'static,
    R: Send + Sync + 'static,
{
    live(move || {
        let shown = rows.with(|rows| rows.len() as u64);
        let total = total_of(answer).max(shown);
        if shown < total {
            format!("{} of {} {many}", format::count(shown), format::count(total))
        } else {
            format::plural(total, one, many)
        }
    })
    .into_any()
}

/// Makes a file of the list as it is shown.
pub(super) fn listed<L: 'static, R: Send + Sync + 'static>(
    answer: Latest<L>,
    rows: GridRows<R>,
    many: &'static str,
    export: impl FnOnce(&Listed<'_, Arc<R>>),
) {
    let total = untrack(|| total_of(answer));
    rows.with_untracked(|rows| export(&Listed { rows, total, many }));
}

/// How many match.
fn total_of<L>(answer: Latest<L>) -> u64 {
    answer.view.with(|view| view.data.as_ref().map_or(0, |extent| extent.total))
}

/// More rows, when there are more than are shown.
pub(super) fn load_more<L, R>(
    answer: Latest<L>,
    rows: GridRows<R>,
    limit: Signal<Option<u32>>,
    load: impl Fn(u32) + Copy + Send + Sync + 'static,
) -> AnyView
where
    L: 'static,
    R: Send + Sync + 'static,
{
    let more = Signal::memo(move || {
        let limit = limit.get().unwrap_or(STEPS[0]);
        let cut = rows.with(|rows| rows.len() as u64) < total_of(answer);
        STEPS.into_iter().find(|step| cut && *step > limit)
    });
    live(move || {
        more.get().map(|step| {
            view! { <p class="table-more"><Button label="Load more" on_press=move |()| load(step) /></p> }
                .into_any()
        })
    })
    .into_any()
}

/// A list as [`Ledger`] says. `cell` draws what stands in a column; the first one is the row's name.
pub(super) fn ledger<R: Choosable, C: Column + Send + Sync + 'static>(
    &Ledger { label, prefix, path, heads }: &'static Ledger<C>,
    (sort, on_sort): (Signal<Sort<C>>, Callback<Sort<C>>),
    rows: GridRows<R>,
    cell: impl Fn(&R, &'static str) -> AnyView + Copy + Send + Sync + 'static,
) -> AnyView {
    let selection = Selection::new(Signal::stored(Whose::Nobodys));
    let cells = move |row: &R| {
        let drawn = heads
            .iter()
            .skip(1)
            .map(|(word, label, number, _)| grid_cell(word, label, *number, cell(row, word)));
        drawn.collect_view().into_any()
    };
    let head = move |(word, label, number, column): &'static Head<C>| match column {
        None => {
            let label = match *label {
                "" => view! { <span class="hidden-visually">"Actions"</span> }.into_any(),
                label => label.into_any(),
            };
            view! {
                <th scope="col" role="columnheader" class=number.then_some("number") data-column=*word>{label}</th>
            }
            .into_any()
        }
        Some(column) => {
            let column = *column;
            let sorted = Signal::derive(move || direction(sort.get(), column));
            let press = Callback::new(move |()| on_sort.run(sort.get_untracked().pressed(column)));
            view! { <SortHead label=*label number=*number name=*word sorted on_sort=press /> }.into_any()
        }
    };
    view! {
        <div class="finance-grid">
            <div class="table-room" data-room="many">
                <table
                    class="data-table clients-table finance-table"
                    role="grid"
                    aria-label=label
                    aria-rowcount=live(move || row_count(rows))
                >
                    <thead role="rowgroup">
                        <tr role="row" aria-rowindex="1">
                            {live(move || selection.head(rows))}
                            {heads.iter().map(head).collect_view()}
                        </tr>
                    </thead>
                    {grid_body(prefix, path, rows, selection, cells)}
                </table>
            </div>
        </div>
    }
    .into_any()
}

/// One of a few values, above a list; the first word says nothing.
pub(super) fn choice(
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: Signal<String>,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let own = value.clone();
            let selected = Signal::memo(move || chosen.with(|chosen| *chosen == own));
            view! { <option value=value prop:selected=live(move || selected.get())>{text}</option> }
                .into_any()
        })
        .collect_view();
    view! {
        <label class="finance-choice">
            <span>{label}</span>
            <select on:change=on(move |event| choose(event_target_value(&event)))>{options}</select>
        </label>
    }
    .into_any()
}

/// Sums over all that match, by name, with what must be known beside them.
pub(super) fn sums(label: &'static str, figures: Vec<(&'static str, String, String)>) -> AnyView {
    let drawn = figures
        .into_iter()
        .map(|(label, value, note)| {
            view! { <Figure label value=Signal::stored(value) note=Signal::stored(note) /> }.into_any()
        })
        .collect_view();
    view! { <dl class="finance-figures" aria-label=label>{drawn}</dl> }.into_any()
}
