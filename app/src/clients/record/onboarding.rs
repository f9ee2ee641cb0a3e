//! How far is the work with a client, and how is it begun?

use super::desk::{Confirmed, Desk};
use super::forms::{paint_change, update_client};
use super::lines::put;
use super::table::{facts, part, writers};
use super::words;
use crate::shell::format;
use leptos::prelude::*;
use revos_shared::clients::changes::ClientChange;
use revos_shared::clients::endpoints::{AtVersion, ClientQuery, EnsureClientOnboarding};
use revos_shared::clients::{ClientStatus, Phase};
use revos_shared::kernel::patch::Patch;
use revos_ui::{Button, ButtonKind, SelectField, SelectOption, Signal, Var, effect, live};
use std::sync::Arc;

pub(super) fn onboarding(desk: Desk) -> AnyView {
    view! {
        {part(desk, "record-phases", "Phase", None, phases(desk))}
        {part(desk, "record-start", "Onboarding", None, start(desk))}
    }
    .into_any()
}

fn phases(desk: Desk) -> AnyView {
    let now = desk.part(|record| record.client.phase);
    let steps = Phase::ALL
        .iter()
        .map(|phase| {
            let phase = *phase;
            let here = Signal::memo(move || now.get() == Some(phase));
            let done = Signal::memo(move || now.get().is_some_and(|now| phase < now));
            view! {
                <li
                    aria-current=live(move || here.get().then_some("step"))
                    data-done=live(move || done.get().then_some(""))
                >
                    {phase.as_str()}
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <ol class="phase-steps" aria-label="Phases of the engagement">{steps}</ol>
        {writers(desk, move || choosers(desk))}
    }
    .into_any()
}

/// Phase and status, each changed at once and taken back when refused.
fn choosers(desk: Desk) -> AnyView {
    let phases: Vec<_> = [SelectOption::new("", "None")]
        .into_iter()
        .chain(Phase::ALL.iter().map(|phase| SelectOption::new(phase.as_str(), phase.as_str())))
        .collect();
    let statuses: Vec<_> = ClientStatus::ALL
        .iter()
        .map(|status| SelectOption::new(status.as_str(), words::status(*status).0))
        .collect();
    let phase = chosen(
        desk.part(|record| record.client.phase.map(|phase| phase.to_string()).unwrap_or_default()),
        Callback::new(move |word: String| {
            let phase = word.parse().map_or(Patch::Clear, Patch::Set);
            change(desk, "The phase", ClientChange { phase, ..ClientChange::default() });
        }),
    );
    let status = chosen(
        desk.part(|record| record.client.status.to_string()),
        Callback::new(move |word: String| {
            if let Ok(status) = word.parse() {
                change(
                    desk,
                    "The status",
                    ClientChange { status: Patch::Set(status), ..ClientChange::default() },
                );
            }
        }),
    );
    let problems = Var::new(Vec::new());
    view! {
        <div class="record-choosers">
            <SelectField id="set-phase" label="Set phase" options=Signal::stored(phases) value=phase problems />
            <SelectField id="set-status" label="Set status" options=Signal::stored(statuses) value=status problems />
        </div>
    }
    .into_any()
}

/// A choice that follows the record, and tells when a person makes another one.
fn chosen(now: Signal<String>, on_choose: Callback<String>) -> Var<String> {
    let value = Var::new(now.get_untracked());
    effect(move || {
        let now = now.get();
        if value.with_untracked(|value| *value != now) {
            value.set(now);
        }
    });
    effect(move || {
        let chosen = value.get();
        if now.with_untracked(|now| *now != chosen) {
            on_choose.run(chosen);
        }
    });
    value
}

fn change(desk: Desk, what: &str, change: ClientChange) {
    let painted = paint_change(&change);
    let sending = Box::pin(async move {
        let version = client_version(desk);
        update_client(desk, ClientChange { version, ..change }).await
    });
    desk.write_now(what.to_owned(), painted, sending, None);
}

/// The client's version when a change is sent: what the change before left.
fn client_version(desk: Desk) -> u32 {
    desk.now().map(|record| record.client.version).unwrap_or_default()
}

fn start(desk: Desk) -> AnyView {
    let state = desk.part(|record| {
        let client = &record.client;
        Some((
            client.status,
            client.phase,
            record.deliverables.len(),
            record.projects.len(),
            record.sources.len(),
        ))
    });
    let begun = Signal::memo(move || {
        state.get().is_some_and(|(status, phase, deliverables, ..)| {
            status == ClientStatus::Active && phase.is_some() && deliverables > 0
        })
    });
    view! {
        <p>
            "Starting the onboarding makes the client active, puts it into the phase Onboarding, and adds the \
            deliverables that every engagement begins with. What is there already stays as it is."
        </p>
        {live(move || {
            state
                .get()
                .map(|(status, phase, deliverables, projects, sources)| {
                    let counted = |count: usize, one, many| format::plural(count as u64, one, many);
                    facts(
                        vec![
                            ("Status", words::status(status).0.to_owned()),
                            ("Phase", phase.map_or(format::NONE, Phase::as_str).to_owned()),
                            ("Deliverables", counted(deliverables, "deliverable", "deliverables")),
                            ("Projects", counted(projects, "project", "projects")),
                            ("Data sources", counted(sources, "source", "sources")),
                        ],
                    )
                })
        })}
        {writers(desk, move || {
            view! {
                <Button
                    label=Signal::derive(move || {
                        if begun.get() { "Complete the onboarding set" } else { "Start onboarding" }.to_owned()
                    })
                    kind=ButtonKind::Primary
                    on_press=move |()| begin(desk)
                />
            }
            .into_any()
        })}
    }
    .into_any()
}

fn begin(desk: Desk) {
    let query = ClientQuery { client_id: desk.id };
    // Said with what was added, which only the answer knows.
    let told = Var::new(String::new());
    let sending = Box::pin(async move {
        let body = AtVersion { version: client_version(desk) };
        let onboarded = desk.api.change::<EnsureClientOnboarding>(&query, &body).await?;
        told.set(match onboarded.deliverables.as_slice() {
            [] => "Everything was there already.".to_owned(),
            added => {
                let titles: Vec<_> = added.iter().map(|one| one.title.as_str()).collect();
                format!("Onboarding has begun. Added: {}.", titles.join(", "))
            }
        });
        let version = onboarded.version;
        let puts: Vec<_> = onboarded.deliverables.into_iter().map(put).collect();
        let (status, phase) = (onboarded.status, onboarded.phase);
        Ok(Confirmed {
            apply: Arc::new(move |record| {
                if record.client.version < version {
                    record.client.status = status;
                    record.client.phase = phase;
                    record.client.version = version;
                }
                puts.iter().for_each(|put| put(record));
            }),
            settled: Arc::new(move |record| record.client.version >= version),
        })
    });
    let then = move |refused: Option<crate::shell::Refused>| match refused {
        Some(refused) => {
            desk.say(refused.sentence().replace("Not saved", "Onboarding was not started"), true)
        }
        None => desk.say(told.get_untracked(), false),
    };
    desk.write(None, sending, Box::new(then));
}
