//! How is a file to be read, and what would an import of it do?

use super::work::Work;
use super::{findings, words};
use crate::shell::format;
use crate::shell::lists::{facts, table};
use leptos::ev::Event;
use leptos::prelude::*;
use revos_shared::kernel::separated::{Encoding, Separator};
use revos_shared::pipeline::import::{Column, Reading};
use revos_ui::{Button, ButtonKind, CheckBox, Signal, live, on};

/// Characters of an example beside a column's name.
const EXAMPLE_CHARS: usize = 60;

pub(super) fn map(work: Work) -> AnyView {
    let form = Signal::memo(move || work.plan.with(|plan| plan.form));
    let encodings = choice(
        "Encoding",
        Encoding::ALL.map(words::encoding).to_vec(),
        Signal::memo(move || place(&Encoding::ALL, &form.get().encoding)),
        move |at| work.reread(Encoding::ALL.get(at).copied(), None),
    );
    let separators = choice(
        "Separator",
        Separator::ALL.map(words::separator).to_vec(),
        Signal::memo(move || place(&Separator::ALL, &form.get().separator)),
        move |at| work.reread(None, Separator::ALL.get(at).copied()),
    );
    let decimals = way(work, "Amounts", &words::DECIMALS, |reading| &mut reading.decimal);
    let days = way(work, "Days", &words::DAYS, |reading| &mut reading.days);
    let missing = Signal::memo(move || {
        work.plan.with(|plan| plan.reading.missing().map(Column::label).collect::<Vec<_>>().join(", "))
    });
    // Drawn again when the file is read another way, not when a column is chosen.
    let read = Signal::memo(move || {
        work.plan.with(|plan| (plan.name.clone(), plan.header.clone(), plan.preview.clone()))
    });
    view! {
        <p>
            {live(move || read.with(|(name, ..)| name.clone()))}
        </p>
        <div class="import-form">{encodings}{separators}{decimals}{days}</div>
        <h3>"Columns"</h3>
        <p class="quiet">"Each column of the file, with its first value. Columns that hold nothing of ours are left out."</p>
        {live(move || read.with(|(_, header, preview)| columns(work, header, preview)))}
        <p role="status">
            {live(move || {
                let missing = missing.get();
                if missing.is_empty() { String::new() } else { format!("Still to be chosen: {missing}.") }
            })}
        </p>
        <div class="import-foot">
            <Button label="Other file" on_press=move |()| work.restart() />
            {live(move || {
                missing.with(String::is_empty).then(|| {
                    view! { <Button label="Check rows" kind=ButtonKind::Primary on_press=move |()| work.check() /> }.into_any()
                })
            })}
        </div>
    }
    .into_any()
}

fn columns(work: Work, header: &[String], preview: &[Vec<String>]) -> AnyView {
    let rows: Vec<(usize, String, String)> = header
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let example =
                preview.iter().filter_map(|cells| cells.get(at)).find(|cell| !cell.trim().is_empty());
            let example = example.map(|cell| cell.chars().take(EXAMPLE_CHARS).collect()).unwrap_or_default();
            let name = if name.trim().is_empty() { format!("Column {}", at + 1) } else { name.clone() };
            (at, name, example)
        })
        .collect();
    table(
        "Columns of the file",
        &[("In the file", false), ("First value", false), ("Holds", false)],
        rows,
        |row| {
            let (at, name, example) = row;
            let chosen = Signal::memo(move || {
                let column = work.plan.with(|plan| plan.reading.mapping.get(at).copied().flatten());
                column.map_or(0, |column| 1 + place(Column::ALL, &column))
            });
            let labels =
                std::iter::once("Nothing").chain(Column::ALL.iter().map(|column| column.label())).collect();
            let choose = move |place: usize| {
                work.plan.update(|plan| {
                    let column = place.checked_sub(1).and_then(|place| Column::ALL.get(place).copied());
                    for other in &mut plan.reading.mapping {
                        // A column of ours is in one of theirs.
                        if *other == column {
                            *other = None;
                        }
                    }
                    if let Some(own) = plan.reading.mapping.get_mut(at) {
                        *own = column;
                    }
                });
            };
            view! {
                <tr>
                    <th scope="row">{name.clone()}</th>
                    <td>{example}</td>
                    <td>{select(&format!("{name} holds"), labels, chosen, choose)}</td>
                </tr>
            }
            .into_any()
        },
    )
}

pub(super) fn checked(work: Work) -> AnyView {
    let skip = Signal::memo(move || work.plan.with(|plan| plan.skip));
    let all = Signal::memo(move || work.plan.with(|plan| plan.all));
    let tally = work.tally.get_untracked();
    let refused = tally.refused;
    let number = |number: usize| format::count(number as u64);
    let known = vec![
        ("Rows", number(tally.rows)),
        ("Refused", number(refused)),
        ("Named twice in the file", number(tally.doubles)),
        ("Opportunities known", number(tally.known)),
        ("Clients known", number(tally.known_clients)),
        ("Imported already", number(tally.repeated)),
    ];
    let fine = Signal::memo(move || work.tally.with(|tally| tally.fine(skip.get())));
    let radio = move |label: &'static str, value: bool| {
        view! {
            <label class="check-box">
                <input
                    type="radio"
                    name="import-rows"
                    prop:checked=live(move || all.get() == value)
                    on:change=on(move |_: Event| work.plan.update(|plan| plan.all = value))
                />
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    view! {
        {facts(known)}
        {findings(work)}
        <fieldset class="import-choice">
            <legend>"Rows to import"</legend>
            {radio("All rows or none", true)}
            {radio("Only rows without a problem", false)}
            <CheckBox
                label="Leave out what is there already or named twice"
                checked=skip
                on_toggle=move |()| work.plan.update(|plan| plan.skip = !plan.skip)
            />
        </fieldset>
        <p role="status">
            {live(move || {
                if all.get() && refused > 0 {
                    "Rows are refused, so nothing can be imported. Correct the file, or import only rows without a problem."
                } else if fine.get() == 0 {
                    "No row is left to import."
                } else {
                    ""
                }
            })}
        </p>
        <div class="import-foot">
            <Button label="Back to columns" on_press=move |()| work.back() />
            {live(move || {
                let count = fine.get();
                let may = count > 0 && !(all.get() && refused > 0);
                may.then(|| {
                    let label = format!("Import {}", format::plural(count as u64, "opportunity", "opportunities"));
                    view! { <Button label kind=ButtonKind::Primary on_press=move |()| work.make() /> }.into_any()
                })
            })}
        </div>
    }
    .into_any()
}

fn place<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or_default()
}

fn choice(
    label: &'static str,
    labels: Vec<&'static str>,
    chosen: Signal<usize>,
    choose: impl Fn(usize) + 'static,
) -> AnyView {
    view! {
        <div>
            <span class="field-label" aria-hidden="true">{label}</span>
            {select(label, labels, chosen, choose)}
        </div>
    }
    .into_any()
}

/// One of the ways in which values of a file may be written.
fn way<T: Copy + PartialEq + Sync>(
    work: Work,
    label: &'static str,
    ways: &'static [(T, &'static str)],
    chosen: fn(&mut Reading) -> &mut T,
) -> AnyView {
    choice(
        label,
        ways.iter().map(|(_, word)| *word).collect(),
        Signal::memo(move || {
            let way = *chosen(&mut work.plan.with(|plan| plan.reading.clone()));
            ways.iter().position(|(other, _)| *other == way).unwrap_or_default()
        }),
        move |at| work.plan.update(|plan| *chosen(&mut plan.reading) = ways[at].0),
    )
}

/// One of a few, by its place.
fn select(
    label: &str,
    labels: Vec<&'static str>,
    chosen: Signal<usize>,
    choose: impl Fn(usize) + 'static,
) -> AnyView {
    let options = labels
        .into_iter()
        .enumerate()
        .map(|(at, label)| {
            view! {
                <option value=at.to_string() prop:selected=live(move || chosen.get() == at)>{label}</option>
            }
            .into_any()
        })
        .collect_view();
    let changed = move |event: Event| {
        if let Ok(at) = event_target_value(&event).parse() {
            choose(at);
        }
    };
    view! {
        <span class="field"><select aria-label=label.to_owned() on:change=on(changed)>{options}</select></span>
    }
    .into_any()
}
