//! What can be filled in about a playbook, and what is asked before something happens?

use super::desk::{Desk, Form};
use super::page::PATH;
use super::{draft, picker, steps, words};
use crate::shell::Refused;
use crate::shell::address::Address;
use crate::shell::form::new_id;
use crate::shell::part::{Arrival, part};
use crate::shell::record::form_dialog;
use crate::shell::sheet::{Definition, Entries, Kind, Own, Submission, choices, field, sheet};
use leptos::prelude::*;
use revos_shared::automations::changes::{NewRun, PlaybookFields};
use revos_shared::automations::endpoints::{
    CreatePlaybook, PlaybookQuery, StartAutomationRun, UpdatePlaybook,
};
use revos_shared::automations::{AutomationTrigger, EntityType, Playbook, PlaybookStatus};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::PlaybookId;
use revos_ui::{Button, ButtonKind, Var};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The dialog around whatever is open.
pub(super) fn dialog(desk: Desk) -> AnyView {
    form_dialog(desk.form, move |form, dirty, title| -> Arrival {
        Box::pin(playbook_form(desk, form, dirty, title))
    })
}

part!(
    automation_forms,
    fn playbook_form(desk: Desk, form: Form, dirty: Var<bool>, title: Var<String>) {
        inside(desk, form, dirty, title)
    }
);

fn inside(desk: Desk, form: Form, dirty: Var<bool>, title: Var<String>) -> AnyView {
    let close = Callback::new(move |()| desk.form.set(None));
    let known = |id: PlaybookId| desk.playbook(id);
    let definition = match form {
        Form::Add => Some(playbook(desk, None)),
        Form::Edit(id) => known(id).map(|found| playbook(desk, Some(&found))),
        Form::Run(id) => known(id).map(|found| run(desk, &found)),
        Form::Archive(id) => {
            return match known(id) {
                Some(found) => archive(desk, found, title),
                None => gone(),
            };
        }
    };
    match definition {
        Some(definition) => {
            title.set(definition.title.clone());
            sheet(definition, dirty, close)
        }
        None => gone(),
    }
}

fn gone() -> AnyView {
    view! { <p>"It is no longer there. Somebody else removed it."</p> }.into_any()
}

/// A playbook with its steps: saved in one request.
fn playbook(desk: Desk, known: Option<&Playbook>) -> Definition {
    let id = known.map(|playbook| playbook.id);
    let address: Address = expect_context();
    let fields = vec![
        field!("name", "Name", Kind::Line("text")),
        field!("description", "What it is for", Kind::Area),
        field!(
            "trigger_event",
            "Starts when",
            choices(AutomationTrigger::ALL, words::trigger),
            "By a win, it runs for the opportunity that was won."
        ),
        field!(
            "steps",
            "Steps",
            Kind::Own(Own { draw: steps::draw, said: steps::said, place: steps::place })
        ),
    ];
    Definition {
        title: known.map_or_else(|| "Add playbook".to_owned(), |playbook| format!("Edit {}", playbook.name)),
        save: "Save",
        save_also: None,
        draft: id.map_or_else(|| "draft:playbook".to_owned(), |id| format!("draft:{id}:playbook")),
        fields,
        begun: known.map_or_else(
            || vec![String::new(), String::new(), "closed_won".to_owned(), draft::write(&[])],
            values,
        ),
        version: known.map(|playbook| playbook.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let fields = read(entries, version);
            entries.checked(&fields)?;
            spawn_local(async move {
                let outcome = match id {
                    Some(playbook_id) => {
                        desk.api.change::<UpdatePlaybook>(&PlaybookQuery { playbook_id }, &fields).await
                    }
                    None => desk.api.change::<CreatePlaybook>(&NoQuery {}, &fields).await,
                };
                if desk.is_open() {
                    if let Ok(saved) = &outcome {
                        desk.said.set(format!("“{}” is saved.", saved.name));
                        desk.notice.set(None);
                        if id.is_none() {
                            address.go_beside(&format!("{PATH}/{}", saved.id), &["run", "status"]);
                        }
                    }
                    desk.refresh();
                }
                then(outcome.err());
            });
            Ok(())
        }),
        current: |text| {
            let playbook: Playbook = lean_json::from_str(text).ok()?;
            Some((values(&playbook), playbook.version))
        },
    }
}

fn values(playbook: &Playbook) -> Vec<String> {
    vec![
        playbook.name.clone(),
        playbook.description.clone().unwrap_or_default(),
        playbook.trigger_event.to_string(),
        draft::written(&playbook.steps),
    ]
}

fn read(entries: &Entries<'_>, version: Option<u32>) -> PlaybookFields {
    let (steps, unread) = draft::fields(&entries.text("steps"));
    for (row, field) in unread {
        entries.refuse_row(row, field, "out_of_range");
    }
    PlaybookFields {
        version,
        name: entries.text("name"),
        description: entries.given("description"),
        trigger_event: entries.word("trigger_event").unwrap_or(AutomationTrigger::Manual),
        steps,
    }
}

/// Starts a run, once for as often as its form is sent.
fn run(desk: Desk, playbook: &Playbook) -> Definition {
    let playbook_id = playbook.id;
    let needed = !playbook.steps.is_empty();
    let name = playbook.name.clone();
    let request_id = new_id();
    Definition {
        title: format!("Run {name}"),
        save: "Run",
        save_also: None,
        draft: format!("draft:{playbook_id}:run"),
        fields: vec![field!(
            "entity",
            "Opportunity",
            Kind::Own(Own { draw: picker::draw, said: picker::said, place: picker::place })
        )],
        begun: vec![String::new()],
        version: None,
        submit: Arc::new(move |entries, Submission { then, .. }| {
            let chosen = picker::chosen(&entries.text("entity"));
            if needed && chosen.is_none() {
                entries.refuse("entity", "required");
            }
            let body = NewRun {
                request_id,
                entity_type: chosen.as_ref().map(|_| EntityType::Opportunity),
                entity_id: chosen.map(|chosen| chosen.id),
            };
            entries.checked(&body)?;
            let name = name.clone();
            spawn_local(async move {
                let outcome: Result<_, Refused> =
                    desk.api.change::<StartAutomationRun>(&PlaybookQuery { playbook_id }, &body).await;
                if desk.is_open() {
                    if outcome.is_ok() {
                        desk.said.set(format!("A run of “{name}” waits for the worker."));
                        desk.notice.set(None);
                    }
                    desk.refresh();
                }
                then(outcome.err());
            });
            Ok(())
        }),
        current: |_| None,
    }
}

fn archive(desk: Desk, playbook: Playbook, title: Var<String>) -> AnyView {
    title.set(format!("Archive {}", playbook.name));
    let text = "It runs no more and cannot be brought back. Its runs stay.";
    let archive = move |()| {
        desk.form.set(None);
        desk.set_status(&playbook, PlaybookStatus::Archived);
    };
    view! {
        <p>{text}</p>
        <div class="dialog-foot">
            <Button label="Cancel" on_press=move |()| desk.form.set(None) />
            <Button label="Archive" kind=ButtonKind::Primary on_press=archive />
        </div>
    }
    .into_any()
}
