//! What does one playbook do, how does it stand, and what did its runs do?

use super::desk::{Desk, Form};
use super::page::PATH;
use super::{runs, words};
use crate::shell::lists::mark;
use crate::shell::record::{Beside, RecordStanding, Words, notice_of, record_frame, record_place};
use leptos::prelude::*;
use revos_shared::automations::{Playbook, PlaybookStatus};
use revos_shared::kernel::ids::PlaybookId;
use revos_ui::{Button, ButtonKind, IconButton, IconName, Signal, live};

const WORDS: Words = Words {
    name: "Playbook",
    noun: "playbook",
    one: "a playbook",
    this: "this playbook",
    parts: "Parts of the playbook",
};

/// The playbook of the address, beside the list.
pub(super) fn panel(desk: Desk) -> AnyView {
    let beside =
        Beside::new("/agents/playbooks/", PATH, &["run"], |id: PlaybookId| [format!("playbook-{id}")]);
    record_place(WORDS, beside, Signal::stored(false), move |id| playbook(desk, id, beside.close))
}

fn playbook(desk: Desk, id: PlaybookId, close: Callback<()>) -> AnyView {
    let shown = Signal::memo(move || {
        desk.list.value.with(|all| all.as_ref()?.iter().find(|playbook| playbook.id == id).cloned())
    });
    let refresh = Callback::new(move |()| desk.refresh());
    let standing = RecordStanding::of(desk.list.view, move || shown.with(Option::is_none), refresh);
    let name =
        Signal::memo(move || shown.with(|one| one.as_ref().map(|one| one.name.clone()).unwrap_or_default()));
    let editable = Signal::memo(move || {
        desk.may_manage
            && shown.with(|one| one.as_ref().is_some_and(|one| one.status != PlaybookStatus::Archived))
    });
    let tools = live(move || {
        editable.get().then(|| {
            view! {
                <IconButton
                    label="Edit playbook"
                    icon=Signal::stored(IconName::Edit)
                    on_press=move |()| desk.form.set(Some(Form::Edit(id)))
                />
            }
            .into_any()
        })
    });
    record_frame(WORDS, name, standing, tools.into_any(), close, move || {
        view! {
            {notice_of(desk.notice)}
            {live(move || shown.get().map(|playbook| head(desk, playbook)))}
            {runs::history(desk, id, shown)}
        }
        .into_any()
    })
}

fn head(desk: Desk, playbook: Playbook) -> AnyView {
    let description = playbook.description.clone();
    let steps = playbook
        .steps
        .iter()
        .map(|step| {
            let (_, action) = words::action(step.action);
            let (_, workspace) = words::workspace(step.workspace);
            view! {
                <li>
                    <strong>{action}</strong>
                    <span class="quiet">{format!(" · {workspace}")}</span>
                    <p>{words::plan(step.action, &step.config)}</p>
                </li>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    let none = steps.is_empty();
    view! {
        <p class="record-line">
            {mark(words::status(playbook.status))}
            <span>{words::trigger(playbook.trigger_event).1}</span>
            <span class="quiet">{format!("Changed {}", desk.moment(playbook.updated_at))}</span>
        </p>
        {description.map(|text| view! { <p class="playbook-text">{text}</p> }.into_any())}
        {actions(desk, &playbook)}
        <section class="record-part" aria-labelledby="steps-title">
            <div class="record-part-head"><h3 id="steps-title">"Steps"</h3></div>
            {if none {
                view! { <p class="quiet">"It does nothing yet."</p> }.into_any()
            } else {
                view! { <ol class="playbook-steps">{steps}</ol> }.into_any()
            }}
        </section>
    }
    .into_any()
}

fn actions(desk: Desk, playbook: &Playbook) -> AnyView {
    let id = playbook.id;
    let active = playbook.status == PlaybookStatus::Active;
    let run = (desk.may_run && active).then(|| {
        view! {
            <Button
                label="Run"
                kind=ButtonKind::Primary
                on_press=move |()| desk.form.set(Some(Form::Run(id)))
            />
        }
        .into_any()
    });
    let switch = |label: &'static str, to: PlaybookStatus| {
        let playbook = playbook.clone();
        view! { <Button label busy=desk.busy on_press=move |()| desk.set_status(&playbook, to) /> }.into_any()
    };
    let manage = (desk.may_manage && playbook.status != PlaybookStatus::Archived).then(|| {
        view! {
            {if active {
                switch("Pause", PlaybookStatus::Paused)
            } else {
                switch("Activate", PlaybookStatus::Active)
            }}
            <Button label="Archive" on_press=move |()| desk.form.set(Some(Form::Archive(id))) />
        }
        .into_any()
    });
    view! { <div class="playbook-actions">{run} {manage}</div> }.into_any()
}
