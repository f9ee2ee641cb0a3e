//! How is the work with a client filled in: discovery, data, the board, deliverables?

use super::super::desk::{Desk, answered};
use super::super::lines::{Apply, Line, Settled, holds, put, sync};
use super::{amount, said, send, shown};
use crate::clients::words;
use crate::shell::Refused;
use crate::shell::colleagues::colleague_options;
use crate::shell::form::new_id;
use crate::shell::format;
use crate::shell::sheet::{Current, Definition, Field, Kind, Submission, choices, field};
use jiff::Timestamp;
use revos_shared::UserId;
use revos_shared::clients::changes::{
    DataSourceItem, DeliverableFields, DiscoveryAnswers, KanbanItem, QuestionItem, SetChange,
};
use revos_shared::clients::endpoints::{
    ClientQuery, CreateDeliverable, DeliverableQuery, FormQuery, SaveDiscovery, UpdateDeliverable,
};
use revos_shared::clients::{
    ClientRecord, DataSource, DataSourceStatus, Deliverable, DeliverableStatus, DeliverableType,
    DiscoveryForm, FormType, KanbanCard, KanbanStatus, OpenOpportunity, Question,
};
use revos_shared::kernel::ids::DeliverableId;
use revos_shared::pipeline::changes::NoteFields;
use revos_shared::pipeline::endpoints::{CreateNote, OpportunityQuery};
use revos_ui::{SelectOption, Signal};
use std::sync::Arc;

/// The current row in a refusal: itself, or the only one of a set.
fn current<T: Line>(text: &str, values: fn(&T) -> Vec<String>) -> Option<(Vec<String>, u32)> {
    let row = lean_json::from_str::<T>(text)
        .ok()
        .or_else(|| lean_json::from_str::<Vec<T>>(text).ok().and_then(|mut rows| rows.pop()))?;
    Some((values(&row), row.identity().1))
}

pub(super) fn discovery(desk: Desk, record: &ClientRecord, form: FormType) -> Definition {
    let known = record.forms.iter().find(|known| known.form_type == form);
    let kept = known.map(|known| known.answers.clone()).unwrap_or_default();
    let fields = form.fields().iter().map(|field| Field {
        name: field.name,
        id: field.name,
        label: field.label,
        kind: Kind::Area,
        hint: Some(field.hint),
    });
    let current: Current = |text| {
        let form = lean_json::from_str::<DiscoveryForm>(text).ok()?;
        let said = |name: &str| form.answers.get(name).cloned().unwrap_or_default();
        Some((form.form_type.fields().iter().map(|field| said(field.name)).collect(), form.version))
    };
    Definition {
        title: words::form(form).to_owned(),
        save: "Save and complete",
        save_also: Some("Save draft"),
        draft: format!("draft:{}:{form}", desk.id),
        fields: fields.collect(),
        begun: answered(record, form).into_iter().map(|(_, said)| said).collect(),
        version: known.map(|known| known.version),
        submit: Arc::new(move |entries, Submission { version, also, then, .. }| {
            // What another program wrote under other names stays.
            let mut answers = kept.clone();
            for field in form.fields() {
                match entries.given(field.name) {
                    Some(text) => _ = answers.insert(field.name.to_owned(), text),
                    None => _ = answers.remove(field.name),
                }
            }
            let body = DiscoveryAnswers { version, answers, complete: !also };
            if body.complete && form.fields().iter().all(|field| entries.given(field.name).is_none()) {
                entries.refuse(form.fields().first().map_or("", |field| field.name), "required");
            }
            entries.checked(&body)?;
            let painted = body.answers.clone();
            let apply: super::Apply = Arc::new(move |record| {
                if let Some(known) = record.forms.iter_mut().find(|known| known.form_type == form) {
                    known.answers.clone_from(&painted);
                }
            });
            let query = FormQuery { client_id: desk.id, form_type: form };
            let confirm = |form: DiscoveryForm| (put(form.clone()), holds(&[form]));
            desk.write(Some(apply), send::<SaveDiscovery>(desk, &query, &body, confirm), then);
            Ok(())
        }),
        current,
    }
}

fn question_values(question: &Question) -> Vec<String> {
    vec![
        question.question.clone(),
        said(question.answer.as_ref()),
        said(question.lever.as_ref()),
        amount(question.expected_impact),
    ]
}

pub(super) fn question(desk: Desk, record: &ClientRecord, known: Option<Question>) -> Definition {
    let last = record.questions.last().map_or(0, |question| question.position + 1);
    let (id, position) =
        known.as_ref().map_or((None, last), |question| (Some(question.id), question.position));
    Definition {
        title: if id.is_some() { "Edit question" } else { "Add question" }.to_owned(),
        save: if id.is_some() { "Save" } else { "Add question" },
        save_also: None,
        draft: format!("draft:{}:question:{}", desk.id, shown(id)),
        fields: vec![
            field!("question", "Question", Kind::Area),
            field!("answer", "Answer", Kind::Area),
            field!("lever", "Lever", Kind::Area, "What could be done about it."),
            field!(
                "expected_impact",
                "Expected impact",
                Kind::Line("text"),
                "What that would bring; may be negative."
            ),
        ],
        begun: known.as_ref().map(question_values).unwrap_or_else(|| vec![String::new(); 4]),
        version: known.as_ref().map(|question| question.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let item = QuestionItem {
                id,
                version,
                position,
                question: entries.text("question"),
                answer: entries.given("answer"),
                lever: entries.given("lever"),
                expected_impact: entries.money("expected_impact"),
            };
            entries.checked(&item)?;
            let painted = known.clone().map(|known| {
                put(Question {
                    question: item.question.clone(),
                    answer: item.answer.clone(),
                    lever: item.lever.clone(),
                    expected_impact: item.expected_impact,
                    ..known
                })
            });
            let set = SetChange { items: vec![item], deleted: Vec::new() };
            desk.write(painted, sync::<Question>(desk, set, None), then);
            Ok(())
        }),
        current: |text| current(text, question_values),
    }
}

fn source_values(source: &DataSource) -> Vec<String> {
    vec![
        source.name.clone(),
        source.category.clone(),
        source.status.to_string(),
        source.required.to_string(),
        said(source.notes.as_ref()),
    ]
}

pub(super) fn source(desk: Desk, known: Option<DataSource>) -> Definition {
    let id = known.as_ref().map(|source| source.id);
    let new = || ["", "", DataSourceStatus::Needed.as_str(), "true", ""].map(str::to_owned).to_vec();
    Definition {
        title: known
            .as_ref()
            .map_or_else(|| "Add data source".to_owned(), |source| format!("Edit {}", source.name)),
        save: if id.is_some() { "Save" } else { "Add data source" },
        save_also: None,
        draft: format!("draft:{}:source:{}", desk.id, shown(id)),
        fields: vec![
            field!("name", "Name", Kind::Line("text"), "Once per client."),
            field!("category", "Category", Kind::Line("text"), "For example CRM, billing, product."),
            field!(
                "status",
                "Status",
                choices(DataSourceStatus::ALL, |status| (status.as_str(), words::source_status(status).0))
            ),
            field!("required", "The engagement needs it", Kind::Tick),
            field!("notes", "Notes", Kind::Area),
        ],
        begun: known.as_ref().map_or_else(new, source_values),
        version: known.as_ref().map(|source| source.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let item = DataSourceItem {
                id,
                version,
                name: entries.text("name"),
                category: entries.text("category"),
                status: entries.word("status").unwrap_or(DataSourceStatus::Needed),
                required: entries.ticked("required"),
                notes: entries.given("notes"),
            };
            // A duplicate is refused in place, before anybody is asked.
            let name = item.name.to_lowercase();
            let taken = desk.now().is_some_and(|record| {
                record.sources.iter().any(|other| Some(other.id) != id && other.name.to_lowercase() == name)
            });
            if taken {
                entries.refuse("name", "duplicate");
            }
            entries.checked(&item)?;
            let painted = known.clone().map(|known| {
                put(DataSource {
                    name: item.name.clone(),
                    category: item.category.clone(),
                    status: item.status,
                    required: item.required,
                    notes: item.notes.clone(),
                    ..known
                })
            });
            let set = SetChange { items: vec![item], deleted: Vec::new() };
            desk.write(painted, sync::<DataSource>(desk, set, None), then);
            Ok(())
        }),
        current: |text| current(text, source_values),
    }
}

fn card_values(card: &KanbanCard) -> Vec<String> {
    vec![card.title.clone(), card.status.to_string(), shown(card.assignee_id), shown(card.due_date)]
}

pub(super) fn card(
    desk: Desk,
    record: &ClientRecord,
    known: Option<KanbanCard>,
    column: KanbanStatus,
) -> Definition {
    let id = known.as_ref().map(|card| card.id);
    let new = || vec![String::new(), column.to_string(), String::new(), String::new()];
    let ends: Vec<_> = KanbanStatus::ALL
        .iter()
        .map(|status| {
            let cards = record.cards.iter().filter(|card| card.status == *status);
            (*status, cards.map(|card| card.position + 1).max().unwrap_or(0))
        })
        .collect();
    Definition {
        title: if id.is_some() { "Edit card" } else { "Add card" }.to_owned(),
        save: if id.is_some() { "Save" } else { "Add card" },
        save_also: None,
        draft: format!("draft:{}:card:{}", desk.id, shown(id)),
        fields: vec![
            field!("title", "Title", Kind::Line("text")),
            field!(
                "status",
                "Column",
                choices(KanbanStatus::ALL, |status| (status.as_str(), words::card_status(status)))
            ),
            field!("assignee_id", "Assignee", Kind::Choice(colleague_options())),
            field!("due_date", "Due", Kind::Line("date")),
        ],
        begun: known.as_ref().map_or_else(new, card_values),
        version: known.as_ref().map(|card| card.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let status = entries.word("status").unwrap_or(column);
            let end = ends.iter().find(|(known, _)| *known == status).map_or(0, |(_, end)| *end);
            // A card that stays in its column keeps its place; a new one goes to the end.
            let stays = known.as_ref().filter(|card| card.status == status).map(|card| card.position);
            let item = KanbanItem {
                id,
                version,
                title: entries.text("title"),
                status,
                position: Some(stays.unwrap_or(end)),
                assignee_id: entries.word::<UserId>("assignee_id"),
                due_date: entries.day("due_date"),
            };
            entries.checked(&item)?;
            let painted = known.clone().map(|known| {
                put(KanbanCard {
                    title: item.title.clone(),
                    status: item.status,
                    position: item.position.unwrap_or(known.position),
                    assignee_id: item.assignee_id,
                    assignee_name: known
                        .assignee_name
                        .clone()
                        .filter(|_| known.assignee_id == item.assignee_id),
                    due_date: item.due_date,
                    ..known
                })
            });
            let set = SetChange { items: vec![item], deleted: Vec::new() };
            desk.write(painted, sync::<KanbanCard>(desk, set, None), then);
            Ok(())
        }),
        current: |text| current(text, card_values),
    }
}

fn deliverable_values(deliverable: &Deliverable) -> Vec<String> {
    vec![
        deliverable.title.clone(),
        deliverable.kind.to_string(),
        deliverable.status.to_string(),
        said(deliverable.url.as_ref()),
        // The day in which it ends, whatever the zone: the exact moment is kept until another day is chosen.
        deliverable
            .share_expires_at
            .map(|until| until.to_string().chars().take(10).collect())
            .unwrap_or_default(),
    ]
}

pub(super) fn deliverable(desk: Desk, record: &ClientRecord, known: Option<Deliverable>) -> Definition {
    let id = known.as_ref().map(|deliverable| deliverable.id);
    let taken: Vec<String> = record.deliverables.iter().map(|other| other.reference.clone()).collect();
    let new = || {
        ["", DeliverableType::Doc.as_str(), DeliverableStatus::Planned.as_str(), "", ""]
            .map(str::to_owned)
            .to_vec()
    };
    Definition {
        title: known
            .as_ref()
            .map_or_else(|| "Add deliverable".to_owned(), |known| format!("Edit {}", known.title)),
        save: if id.is_some() { "Save" } else { "Add deliverable" },
        save_also: None,
        draft: format!("draft:{}:deliverable:{}", desk.id, shown(id)),
        fields: vec![
            field!("title", "Title", Kind::Line("text")),
            field!(
                "type",
                "Type",
                choices(DeliverableType::ALL, |kind| (kind.as_str(), words::deliverable_type(kind)))
            ),
            field!(
                "status",
                "Status",
                choices(DeliverableStatus::ALL, |status| (
                    status.as_str(),
                    words::deliverable_status(status).0
                ))
            ),
            field!("url", "Link", Kind::Line("url"), "Begins with https:// or http://."),
            field!(
                "share_expires_at",
                "Shared until",
                Kind::Line("date"),
                "The client sees it until the end of this day; always, when empty."
            ),
        ],
        begun: known.as_ref().map_or_else(new, deliverable_values),
        version: known.as_ref().map(|known| known.version),
        submit: Arc::new(move |entries, Submission { values, begun, version, then, .. }| {
            let title = entries.text("title");
            let reference =
                known.as_ref().map_or_else(|| free(&title, &taken), |known| known.reference.clone());
            let until = if values.get(4) == begun.get(4) {
                known.as_ref().and_then(|known| known.share_expires_at)
            } else {
                entries.day("share_expires_at").and_then(|day| {
                    let zone = desk.writing.time_zone.get_untracked();
                    let end = format::start_of_day(day.tomorrow().ok()?, &zone)?;
                    Timestamp::from_millisecond(end).ok()
                })
            };
            let fields = DeliverableFields {
                version,
                reference,
                title,
                kind: entries.word("type").unwrap_or(DeliverableType::Doc),
                status: entries.word("status").unwrap_or(DeliverableStatus::Planned),
                url: entries.given("url"),
                share_expires_at: until,
            };
            entries.checked(&fields)?;
            let painted = put(Deliverable {
                id: id.unwrap_or_else(|| DeliverableId(new_id())),
                reference: fields.reference.clone(),
                title: fields.title.clone(),
                kind: fields.kind,
                status: fields.status,
                url: fields.url.clone(),
                share_expires_at: fields.share_expires_at,
                version: version.unwrap_or_default(),
            });
            let confirm = |row: Deliverable| (put(row.clone()), holds(&[row]));
            let client_id = desk.id;
            let sending = match id {
                Some(deliverable_id) => {
                    let query = DeliverableQuery { client_id, deliverable_id };
                    send::<UpdateDeliverable>(desk, &query, &fields, confirm)
                }
                None => send::<CreateDeliverable>(desk, &ClientQuery { client_id }, &fields, confirm),
            };
            desk.write(Some(painted), sending, then);
            Ok(())
        }),
        current: |text| current(text, deliverable_values),
    }
}

/// A reference made of the title that no other deliverable has.
fn free(title: &str, taken: &[String]) -> String {
    let reference = DeliverableFields::reference_of(title);
    // A title without a letter of the Latin alphabet has none to make one of.
    let reference = if reference.is_empty() { "deliverable".to_owned() } else { reference };
    let numbered = |number: usize| {
        let short: String = reference.chars().take(55).collect();
        format!("{}-{number}", short.trim_end_matches('-'))
    };
    if !taken.contains(&reference) {
        return reference;
    }
    (2..).map(numbered).find(|candidate| !taken.contains(candidate)).unwrap_or(reference)
}

/// A note on one of the client's open opportunities; none without any.
pub(super) fn note(desk: Desk, record: &ClientRecord) -> Option<Definition> {
    let first = record.opportunities.first()?.id;
    let of = |row: &OpenOpportunity| SelectOption::new(row.id.to_string(), row.name.clone());
    let opportunities = record.opportunities.iter().map(of).collect();
    Some(Definition {
        title: "Add note".to_owned(),
        save: "Add note",
        save_also: None,
        draft: format!("draft:{}:note", desk.id),
        fields: vec![
            field!("opportunity", "Opportunity", Kind::Choice(Signal::stored(opportunities))),
            field!("body", "Note", Kind::Area),
        ],
        begun: vec![first.to_string(), String::new()],
        version: None,
        submit: Arc::new(move |entries, Submission { then, .. }| {
            let opportunity_id = entries.word("opportunity").unwrap_or(first);
            let fields = NoteFields { version: None, body: entries.text("body") };
            entries.checked(&fields)?;
            // It stands among what happened, not in the record.
            let confirm = |_| -> (Apply, Settled) { (Arc::new(|_| ()), Arc::new(|_| true)) };
            let query = OpportunityQuery { opportunity_id };
            let sending = send::<CreateNote>(desk, &query, &fields, confirm);
            let then = move |refused: Option<Refused>| {
                if refused.is_none() {
                    desk.done.update(|done| *done += 1);
                }
                then(refused);
            };
            desk.write(None, sending, Box::new(then));
            Ok(())
        }),
        current: |_| None,
    })
}
