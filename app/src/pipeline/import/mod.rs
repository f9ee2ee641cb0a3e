//! How do the rows of a file come into the pipeline? Chosen, looked at, made, and taken back.

mod file;
mod memory;
mod plan;
mod result;
mod tally;
mod words;
mod work;

use super::desk::Desk;
use crate::shell::part::part;
use crate::shell::style::adopt;
use crate::shell::{csv, format};
use file::File;
use leptos::ev::Event;
use leptos::prelude::*;
use revos_shared::pipeline::import::Column;
use revos_ui::{Button, DeniedState, Signal, live, on};
use work::{Step, Work};

part!(
    pipeline_import,
    pub(super) fn import_view(desk: Desk) {
        adopt(include_str!("import.css"));
        if desk.rights.import { import(Work::new(desk)) } else { denied() }
    }
);

fn denied() -> AnyView {
    view! {
        <DeniedState
            title="Importing is for staff"
            text="Your account may not import opportunities. An Admin of the organization can change that."
            page=true
        />
    }
    .into_any()
}

/// What is on screen, without what changes while it is.
#[derive(Clone, Copy, PartialEq)]
enum Scene {
    Choose,
    Map,
    Busy,
    Checked,
    Ended,
}

fn import(work: Work) -> AnyView {
    let scene = Signal::memo(move || {
        work.step.with(|step| match step {
            Step::Choose => Scene::Choose,
            Step::Map => Scene::Map,
            Step::Checking | Step::Making | Step::Undoing => Scene::Busy,
            Step::Checked => Scene::Checked,
            Step::Halted(_) | Step::Made | Step::Undone(..) => Scene::Ended,
        })
    });
    view! {
        <section class="import" aria-labelledby="import-title">
            <h2 id="import-title">"Import opportunities"</h2>
            <div role="status">
                {live(move || work.problem.get().map(bad_news))}
            </div>
            {live(move || match scene.get() {
                Scene::Choose => choose(work),
                Scene::Map => plan::map(work),
                Scene::Busy => busy(work),
                Scene::Checked => plan::checked(work),
                Scene::Ended => result::ended(work),
            })}
        </section>
    }
    .into_any()
}

fn choose(work: Work) -> AnyView {
    let picked = move |event: Event| {
        if let Some(file) = event.target().and_then(|input| File::chosen_in(&input)) {
            work.choose(file);
        }
    };
    let template = move |()| {
        let head = Column::ALL.iter().map(|column| column.label().to_owned()).collect();
        if csv::save(&csv::file(head, std::iter::empty()), "opportunities-template.csv").is_none() {
            work.problem.set(Some("The file could not be made by this browser.".to_owned()));
        }
    };
    view! {
        <div class="import-drop">
            <p>"Choose a CSV file, or drop one on the field. Its first line names the columns."</p>
            <label class="field-label" for="import-file">"CSV file"</label>
            // The browser's own field takes dropped files too.
            <input
                id="import-file"
                type="file"
                accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
                on:change=on(picked)
            />
            <p class="quiet">
                "Company, opportunity and amount are needed. Nothing is imported before you have seen what would be."
            </p>
            <Button label="Download a template" on_press=template />
        </div>
    }
    .into_any()
}

fn busy(work: Work) -> AnyView {
    let what = Signal::memo(move || {
        work.step.with(|step| match step {
            Step::Checking => "Checking rows",
            Step::Making => "Importing rows",
            _ => "Removing what was imported",
        })
    });
    let done = live(move || {
        let undoing = work.step.with(|step| *step == Step::Undoing);
        work.tally.with(|tally| {
            if undoing {
                format::plural(tally.keys.len() as u64, "batch is left", "batches are left")
            } else {
                let made = match tally.opportunities {
                    0 => String::new(),
                    made => format!(", {} imported", format::count(made as u64)),
                };
                format!("{}{made}", format::plural(tally.rows as u64, "row read", "rows read"))
            }
        })
    });
    view! {
        <div class="import-busy">
            <p role="status">{live(move || what.get())}</p>
            <progress max="100" aria-label="Progress" value=live(move || work.percent.get().to_string())></progress>
            <p class="quiet">{done}</p>
            {live(move || {
                (what.get() != "Removing what was imported")
                    .then(|| view! { <Button label="Cancel" on_press=move |()| work.cancel() /> }.into_any())
            })}
        </div>
    }
    .into_any()
}

fn bad_news(text: String) -> AnyView {
    view! {
        <p class="record-notice" data-bad="">
            {text}
        </p>
    }
    .into_any()
}

/// What was found about rows: the first of it, and all refused rows as a file.
fn findings(work: Work) -> AnyView {
    let (refused, found) = work.tally.with_untracked(|tally| (tally.refused, tally.findings.clone()));
    let save = move |()| {
        let saved = work.refused_file().and_then(|file| csv::save_blob(&file, "refused-rows.csv"));
        if saved.is_none() {
            work.problem.set(Some("The file could not be made by this browser.".to_owned()));
        }
    };
    let lines = found
        .into_iter()
        .map(|finding| {
            view! {
                <li data-refused=finding.refused.then_some("")>
                    <span class="import-line">{format!("Line {}", format::count(finding.line))}</span>
                    <span>{finding.text}</span>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        // It scrolls by itself, by keyboard too.
        <ul class="import-findings" aria-label="Findings" tabindex="0">{lines}</ul>
        {(refused > 0).then(|| {
            view! {
                <p>
                    <Button label="Download refused rows" on_press=save />
                </p>
            }
            .into_any()
        })}
    }
    .into_any()
}
