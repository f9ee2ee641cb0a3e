//! What can be filled in about an opportunity, and what is asked before something happens?

use super::desk::{Desk, Form};
use super::edit::edit;
use super::record::Panel;
use super::steps::Loss;
use super::{bulk, filter, prospect, runs, words};
use crate::shell::Refused;
use crate::shell::colleagues::colleague_options;
use crate::shell::format;
use crate::shell::part::{Arrival, part};
use crate::shell::record::form_dialog;
use crate::shell::saved_views::view_form;
use crate::shell::selection::Selection;
use crate::shell::sheet::{Definition, Kind, Submission, choices, field, sheet};
use crate::shell::shown_columns::column_form;
use crate::shell::terms;
use jiff::Timestamp;
use leptos::prelude::*;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::{ActivityId, NoteId, OpportunityId};
use revos_shared::kernel::instants::days_after;
use revos_shared::kernel::workspace::ViewWorkspace;
use revos_shared::pipeline::changes::{ActivityFields, NoteFields, OpportunityMove, TargetChange};
use revos_shared::pipeline::endpoints::{
    ActivityQuery, ActivityRemoval, CreateActivity, CreateNote, DeleteActivity, DeleteNote,
    DeleteOpportunity, NoteQuery, NoteRemoval, OpportunityQuery, OpportunityRemoval, SetTarget, Target,
    UpdateActivity, UpdateNote,
};
use revos_shared::pipeline::{
    Activity, ActivityStatus, ActivityType, Conversion, ConversionPart, LostReason, Note, OpportunityRow,
    Stage,
};
use revos_shared::{Endpoint, Money};
use revos_ui::{Button, ButtonKind, Var, live};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The dialog around whatever is open.
pub(super) fn dialog(desk: Desk, panel: Panel, selection: Selection<OpportunityRow>) -> AnyView {
    form_dialog(desk.form, move |form, dirty, title| -> Arrival {
        Box::pin(opportunity_form(desk, panel, selection, form, dirty, title))
    })
}

part!(
    pipeline_forms,
    fn opportunity_form(
        desk: Desk,
        panel: Panel,
        selection: Selection<OpportunityRow>,
        form: Form,
        dirty: Var<bool>,
        title: Var<String>,
    ) {
        inside(desk, panel, selection, form, dirty, title)
    }
);

fn inside(
    desk: Desk,
    panel: Panel,
    selection: Selection<OpportunityRow>,
    form: Form,
    dirty: Var<bool>,
    title: Var<String>,
) -> AnyView {
    let close = Callback::new(move |()| desk.form.set(None));
    let name = |text: &str| title.set(text.to_owned());
    let gone = || view! { <p>"It is no longer there. Somebody else removed it."</p> }.into_any();
    // Of the list, or of the panel when the list does not show it.
    let row = |id: OpportunityId| {
        untrack(|| panel.row(id)).or_else(|| desk.row(id).map(|row| OpportunityRow::clone(&row)))
    };
    let shown = |definition: Option<Definition>| match definition {
        Some(definition) => {
            title.set(definition.title.clone());
            sheet(definition, dirty, close)
        }
        None => gone(),
    };
    match form {
        Form::Filter => {
            name("Filter opportunities");
            filter::filter(desk, close)
        }
        Form::Columns => {
            name("Columns");
            let set = Callback::new(move |columns| desk.address.choose(|state| state.columns = columns));
            column_form(desk.columns(), set, close)
        }
        Form::Views => {
            name("Saved views");
            view_form(ViewWorkspace::Pipeline, close)
        }
        Form::Prospect => {
            name("Add prospect");
            prospect::form(desk, dirty, close)
        }
        Form::BulkStage | Form::BulkOwner | Form::BulkClose => {
            bulk::form(desk, selection, form, title, close)
        }
        Form::Edit(id) => shown(row(id).map(|row| edit(desk, &row))),
        Form::Lost(id) => shown(row(id).map(|row| lost(desk, row))),
        Form::Won(id) => match row(id) {
            Some(row) => {
                name("Mark as won");
                let text = format!(
                    "“{}” becomes an engagement: {} turns into an active client, and what is missing of its project, payment terms, default deliverables and automation runs is made.",
                    row.name, row.client_name
                );
                let done = move |()| {
                    desk.form.set(None);
                    desk.go(&row, Stage::ClosedWon, Loss::default(), Box::new(|_| ()));
                };
                ask(text, "Mark as won", close, Callback::new(done_once(done)))
            }
            None => gone(),
        },
        Form::Reopen(id, stage) => match row(id) {
            Some(row) => {
                name("Reopen the opportunity");
                let text = format!(
                    "“{}” goes back to {}. The project, the client and everything else that winning it made stay.",
                    row.name,
                    words::stage(stage)
                );
                let done = move |()| {
                    desk.form.set(None);
                    if stage == Stage::ClosedLost {
                        desk.open(Form::Lost(id));
                    } else {
                        desk.go(&row, stage, Loss::default(), Box::new(|_| ()));
                    }
                };
                ask(text, "Reopen", close, Callback::new(done_once(done)))
            }
            None => gone(),
        },
        Form::Made(opportunity, conversion) => {
            name("Won");
            made(&opportunity, &conversion, close)
        }
        Form::Target => shown(panel.target().map(|(target, version)| set_target(desk, target, version))),
        Form::Note(id, note) => shown(match note {
            None => Some(edit_note(desk, id, None)),
            Some(note) => panel.note(note).map(|note| edit_note(desk, id, Some(note))),
        }),
        Form::Activity(id, activity) => shown(match activity {
            None => Some(edit_activity(desk, id, None)),
            Some(activity) => {
                panel.activity(activity).map(|activity| edit_activity(desk, id, Some(activity)))
            }
        }),
        Form::Run(id) => shown(row(id).map(|row| runs::start(desk, &row))),
        Form::RemoveOpportunity(id) => match row(id) {
            Some(row) => {
                name("Remove the opportunity");
                let query = OpportunityRemoval { opportunity_id: id, version: row.version };
                let text = format!("“{}” goes, with its notes, activities and history.", row.name);
                let then = Callback::new(move |()| panel.beside.close.run(()));
                removal::<DeleteOpportunity>(desk, text, query, Some(then))
            }
            None => gone(),
        },
        Form::RemoveNote(opportunity_id, note_id) => match panel.note(note_id) {
            Some(Note { version, .. }) => {
                name("Remove the note");
                let query = NoteRemoval { opportunity_id, note_id, version };
                removal::<DeleteNote>(desk, "The note goes for everybody.".to_owned(), query, None)
            }
            None => gone(),
        },
        Form::RemoveActivity(opportunity_id, activity_id) => match panel.activity(activity_id) {
            Some(Activity { version, title: what, .. }) => {
                name("Remove the activity");
                let query = ActivityRemoval { opportunity_id, activity_id, version };
                removal::<DeleteActivity>(desk, format!("“{what}” goes for everybody."), query, None)
            }
            None => gone(),
        },
    }
}

/// What was confirmed is done once, however often it is pressed.
fn done_once(done: impl Fn(()) + Send + Sync + 'static) -> impl Fn(()) + Send + Sync + 'static {
    let pressed = Var::new(false);
    move |()| {
        if !pressed.get_untracked() {
            pressed.set(true);
            done(());
        }
    }
}

/// Asks before something happens.
fn ask(text: String, verb: &'static str, close: Callback<()>, on_press: Callback<()>) -> AnyView {
    view! {
        <p>{text}</p>
        <div class="dialog-foot">
            <Button label="Cancel" on_press=close />
            <Button label=verb kind=ButtonKind::Primary on_press />
        </div>
    }
    .into_any()
}

/// Asks before something is removed, and removes it.
fn removal<E>(desk: Desk, text: String, query: E::Query, then: Option<Callback<()>>) -> AnyView
where
    E: Endpoint<Reply = ()>,
    E::Query: Copy + Send + Sync + 'static,
{
    let (busy, problem) = (Var::new(false), Var::new(None::<String>));
    let remove = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = desk.api.remove::<E>(&query).await;
            busy.set(false);
            match outcome {
                Ok(()) => {
                    desk.form.set(None);
                    desk.refresh();
                    if let Some(then) = then {
                        then.run(());
                    }
                }
                Err(refused) => problem.set(Some(refused.sentence().replace("Not saved: ", "Not removed: "))),
            }
        });
    };
    view! {
        <p>{text}</p>
        {live(move || problem.get().map(|text| view! { <p class="field-problem" role="alert">{text}</p> }.into_any()))}
        <div class="dialog-foot">
            <Button label="Cancel" on_press=move |()| desk.form.set(None) />
            <Button label="Remove" kind=ButtonKind::Primary busy on_press=remove />
        </div>
    }
    .into_any()
}

/// What winning made, with a way to it.
fn made(opportunity: &str, conversion: &Conversion, close: Callback<()>) -> AnyView {
    let count =
        |part: ConversionPart| conversion.created.iter().filter(|made| made.kind == part).count() as u64;
    let parts: Vec<String> = [
        (ConversionPart::Project, "a project", "projects"),
        (ConversionPart::Finance, "payment terms to fill in", "payment terms"),
        (ConversionPart::Deliverable, "1 deliverable", "deliverables"),
        (ConversionPart::AutomationRun, "1 automation run, queued", "automation runs, queued"),
    ]
    .into_iter()
    .filter_map(|(part, one, many)| match count(part) {
        0 => None,
        1 => Some(one.to_owned()),
        number => Some(format!("{} {many}", format::count(number))),
    })
    .collect();
    let nothing = parts.is_empty();
    let runs = conversion
        .created
        .iter()
        .filter(|made| made.kind == ConversionPart::AutomationRun)
        .enumerate()
        .map(|(at, made)| {
            let label = if at == 0 { "See its run".to_owned() } else { format!("See run {}", at + 1) };
            view! { <a class="button" href=format!("/agents/playbooks?run={}", made.id)>{label}</a> }
                .into_any()
        })
        .collect_view();
    let link = format!("/clients/{}", conversion.client_id);
    view! {
        <p>{format!("“{opportunity}” is won.")}</p>
        <p>{if nothing { "Everything it needs was there already." } else { "This was made for it:" }}</p>
        <ul>{parts.into_iter().map(|part| view! { <li>{part}</li> }.into_any()).collect_view()}</ul>
        <div class="dialog-foot">
            {runs}
            <a class="button" href=link>"Open the client"</a>
            <Button label="Done" kind=ButtonKind::Primary on_press=close />
        </div>
    }
    .into_any()
}

/// A text that may be missing, as a field shows it.
pub(super) fn said(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// A value that may be missing, as a field shows it.
pub(super) fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn lost(desk: Desk, row: OpportunityRow) -> Definition {
    let id = row.id;
    Definition {
        title: format!("Mark “{}” as lost", row.name),
        save: "Mark as lost",
        save_also: None,
        draft: format!("draft:{id}:lost"),
        fields: vec![
            field!(
                "lost_reason",
                "Why was it lost?",
                crate::shell::sheet::choices_or("Choose a reason", LostReason::ALL, |reason| {
                    (reason.as_str(), terms::lost_reason(reason))
                })
            ),
            field!("lost_note", "Note", Kind::Area),
        ],
        begun: vec![String::new(); 2],
        version: Some(row.version),
        submit: Arc::new(move |entries, Submission { then, .. }| {
            let loss = Loss { reason: entries.word("lost_reason"), note: entries.given("lost_note") };
            let to = OpportunityMove {
                version: row.version,
                stage: Stage::ClosedLost,
                lost_reason: loss.reason,
                lost_note: loss.note.clone(),
            };
            entries.checked(&to)?;
            // The dialog closes at once: the card is painted where it goes, and comes back when that is refused.
            then(None);
            desk.go(&row, Stage::ClosedLost, loss, Box::new(|_| ()));
            Ok(())
        }),
        current: |_| None,
    }
}

/// Sends a change of a row under an opportunity; the panel reads it again.
fn save<E: Endpoint + 'static>(
    desk: Desk,
    query: E::Query,
    body: E::Body,
    then: Box<dyn FnOnce(Option<Refused>)>,
) where
    E::Query: 'static,
    E::Body: 'static,
{
    spawn_local(async move {
        let outcome = desk.api.change::<E>(&query, &body).await;
        if outcome.is_ok() {
            desk.refresh();
        }
        then(outcome.err());
    });
}

fn edit_note(desk: Desk, opportunity_id: OpportunityId, known: Option<Note>) -> Definition {
    let id: Option<NoteId> = known.as_ref().map(|note| note.id);
    Definition {
        title: if id.is_some() { "Edit note" } else { "Add note" }.to_owned(),
        save: if id.is_some() { "Save" } else { "Add note" },
        save_also: None,
        draft: format!("draft:{opportunity_id}:note:{}", shown(id)),
        fields: vec![field!("body", "Note", Kind::Area)],
        begun: vec![known.as_ref().map(|note| note.body.clone()).unwrap_or_default()],
        version: known.map(|note| note.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let fields = NoteFields { version, body: entries.text("body") };
            entries.checked(&fields)?;
            match id {
                Some(note_id) => {
                    save::<UpdateNote>(desk, NoteQuery { opportunity_id, note_id }, fields, then)
                }
                None => save::<CreateNote>(desk, OpportunityQuery { opportunity_id }, fields, then),
            }
            Ok(())
        }),
        current: |text| {
            let note = lean_json::from_str::<Note>(text).ok()?;
            Some((vec![note.body], note.version))
        },
    }
}

fn activity_values(activity: &Activity, due_on: Option<jiff::civil::Date>) -> Vec<String> {
    vec![
        activity.title.clone(),
        activity.kind.to_string(),
        shown(due_on),
        shown(activity.assigned_to),
        said(activity.description.as_ref()),
    ]
}

fn edit_activity(desk: Desk, opportunity_id: OpportunityId, known: Option<Activity>) -> Definition {
    let id: Option<ActivityId> = known.as_ref().map(|activity| activity.id);
    let before = known.clone();
    let zone = desk.time_zone.get_untracked();
    let due_on = {
        let zone = zone.clone();
        move |activity: &Activity| {
            activity.due_at.and_then(|due| format::calendar_day(due.as_millisecond(), &zone))
        }
    };
    let due_before = known.as_ref().and_then(&due_on);
    Definition {
        title: if id.is_some() { "Edit activity" } else { "Add activity" }.to_owned(),
        save: if id.is_some() { "Save" } else { "Add activity" },
        save_also: None,
        draft: format!("draft:{opportunity_id}:activity:{}", shown(id)),
        fields: vec![
            field!("title", "What is to be done", Kind::Line("text")),
            field!("type", "Kind", choices(ActivityType::ALL, |kind| (kind.as_str(), words::activity(kind)))),
            field!("due_at", "Until", Kind::Line("date")),
            field!("assigned_to", "Who does it", Kind::Choice(colleague_options())),
            field!("description", "Details", Kind::Area),
        ],
        begun: known.as_ref().map_or_else(
            || {
                let mut values = vec![String::new(); 5];
                values[1] = ActivityType::Task.to_string();
                values[3] = desk.me.to_string();
                values
            },
            |activity| activity_values(activity, due_on(activity)),
        ),
        version: known.map(|activity| activity.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let day = entries.day("due_at");
            // The moment stays as it is while the day does; a new day is over at its end.
            let due_at = if day == due_before {
                before.as_ref().and_then(|before| before.due_at)
            } else {
                day.and_then(|day| end_of_day(day, &zone))
            };
            let fields = ActivityFields {
                version,
                kind: entries.word("type").unwrap_or(ActivityType::Task),
                title: entries.text("title"),
                description: entries.given("description"),
                status: before.as_ref().map_or(ActivityStatus::Pending, |before| before.status),
                due_at,
                assigned_to: entries.word("assigned_to"),
            };
            entries.checked(&fields)?;
            put_activity(desk, opportunity_id, id, fields, then);
            Ok(())
        }),
        current: |text| {
            let activity = lean_json::from_str::<Activity>(text).ok()?;
            // The day by the sun: near enough to be compared with, without the zone at hand.
            let due_on = activity.due_at.map(|due| due.to_zoned(jiff::tz::TimeZone::UTC).date());
            Some((activity_values(&activity, due_on), activity.version))
        },
    }
}

/// Adds an activity, or replaces its fields.
pub(super) fn put_activity(
    desk: Desk,
    opportunity_id: OpportunityId,
    id: Option<ActivityId>,
    fields: ActivityFields,
    then: Box<dyn FnOnce(Option<Refused>)>,
) {
    match id {
        Some(activity_id) => {
            save::<UpdateActivity>(desk, ActivityQuery { opportunity_id, activity_id }, fields, then);
        }
        None => save::<CreateActivity>(desk, OpportunityQuery { opportunity_id }, fields, then),
    }
}

fn set_target(desk: Desk, target: Option<Money>, version: u32) -> Definition {
    Definition {
        title: "Sales target".to_owned(),
        save: "Save",
        save_also: None,
        draft: "draft:target".to_owned(),
        fields: vec![field!(
            "target",
            "Target of a fiscal quarter",
            Kind::Line("text"),
            "Left empty, there is none: coverage and variance are not shown then."
        )],
        begun: vec![shown(target)],
        version: Some(version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let change =
                TargetChange { version: version.unwrap_or_default(), target: entries.money("target") };
            entries.checked(&change)?;
            save::<SetTarget>(desk, NoQuery {}, change, then);
            Ok(())
        }),
        current: |text| {
            let now = lean_json::from_str::<Target>(text).ok()?;
            Some((vec![shown(now.quarterly_target)], now.version))
        },
    }
}

/// The last second of a day in a time zone.
fn end_of_day(day: jiff::civil::Date, zone: &str) -> Option<Timestamp> {
    let next = format::start_of_day(days_after(day, 1), zone)?;
    Timestamp::from_millisecond(next - 1_000).ok()
}

/// This moment, by the browser's clock: what is due before it is late.
pub(super) fn now() -> Timestamp {
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let millis = js_sys::Date::now() as i64;
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
