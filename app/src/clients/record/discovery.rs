//! What was found out about a client? Three forms, and questions with their answers.

use super::desk::{Desk, Form, Removal, answered};
use super::lines::{put_all, sync, version_now};
use super::table::{line_actions, mark, open_button, part, table_or, text_or_none, writers};
use super::words;
use crate::shell::format;
use leptos::prelude::*;
use revos_shared::clients::changes::{QuestionItem, SetChange};
use revos_shared::clients::{ClientRecord, DiscoveryForm, FormType, Question};
use revos_ui::{IconButton, IconName, Signal, Tone};

pub(super) fn discovery(desk: Desk) -> AnyView {
    let cards = FormType::ALL.iter().map(|form| card(desk, *form)).collect_view();
    view! {
        <div class="discovery-forms">{cards}</div>
        {part(
            desk,
            "record-questions",
            "Questions",
            Some(("Add question", Form::Question(None))),
            questions(desk),
        )}
    }
    .into_any()
}

fn card(desk: Desk, form: FormType) -> AnyView {
    let title_id = format!("form-{form}");
    let labelled_by = title_id.clone();
    view! {
        <section class="discovery-form" aria-labelledby=labelled_by>
            <div class="record-part-head">
                <h3 id=title_id>{words::form(form)}</h3>
                {desk.view(move |record| mark(state(known(record, form))))}
                {writers(desk, move || {
                    open_button(desk, "Edit", format!("Edit {}", words::form(form)), Form::Discovery(form))
                })}
            </div>
            <dl class="discovery-answers">
                {desk.view(move |record| {
                    answered(record, form)
                        .into_iter()
                        .map(|(field, text)| {
                            let text = if text.is_empty() { format::NONE.to_owned() } else { text };
                            view! {
                                <dt>{field.label}</dt>
                                <dd>{text}</dd>
                            }
                            .into_any()
                        })
                        .collect_view()
                        .into_any()
                })}
            </dl>
            <p class="quiet">
                {desk.view(move |record| known(record, form).map(|known| last(desk, known)).into_any())}
            </p>
        </section>
    }
    .into_any()
}

fn known(record: &ClientRecord, form: FormType) -> Option<&DiscoveryForm> {
    record.forms.iter().find(|known| known.form_type == form)
}

const fn state(known: Option<&DiscoveryForm>) -> (&'static str, Tone) {
    match known {
        None => ("Not begun", Tone::Neutral),
        Some(known) if known.completed_at.is_some() => ("Complete", Tone::Good),
        Some(_) => ("Draft", Tone::Warn),
    }
}

fn last(desk: Desk, known: &DiscoveryForm) -> String {
    match (known.completed_at, &known.completed_by_name) {
        (Some(at), Some(name)) => format!("Completed by {name}, {}", desk.moment(at)),
        (Some(at), None) => format!("Completed {}", desk.moment(at)),
        (None, _) => format!("Last saved {}", desk.moment(known.updated_at)),
    }
}

fn questions(desk: Desk) -> AnyView {
    let heads = [
        ("Order", false),
        ("Question", false),
        ("Answer", false),
        ("Lever", false),
        ("Expected impact", true),
        ("", false),
    ];
    desk.view(move |record| {
        let rows = &record.questions;
        let count = rows.len();
        table_or("No question yet.", "Questions", &heads, rows.iter().enumerate(), |(at, row)| {
            let (edit, remove) = (Form::Question(Some(row.id)), Form::Remove(Removal::Question(row.id)));
            let actions = line_actions(desk, &row.question, edit, remove);
            view! {
                <tr>
                    <td class="cell-order">{writers(desk, move || order_buttons(desk, at, count))}</td>
                    <th scope="row">{row.question.clone()}</th>
                    <td>{text_or_none(row.answer.clone())}</td>
                    <td>{text_or_none(row.lever.clone())}</td>
                    <td class="number">{desk.money(row.expected_impact)}</td>
                    {actions}
                </tr>
            }
            .into_any()
        })
    })
}

fn order_buttons(desk: Desk, at: usize, count: usize) -> AnyView {
    let button = move |label: &'static str, icon: IconName, to: Option<usize>| {
        to.map(|to| {
            view! {
                <IconButton
                    label
                    icon=Signal::stored(icon)
                    on_press=move |()| swap(desk, at, to)
                />
            }
            .into_any()
        })
    };
    view! {
        {button("Move question up", IconName::Up, at.checked_sub(1))}
        {button("Move question down", IconName::Down, Some(at + 1).filter(|to| *to < count))}
    }
    .into_any()
}

/// Two questions change places: both rows in one request.
fn swap(desk: Desk, from: usize, to: usize) {
    let Some(record) = desk.now() else { return };
    let (Some(one), Some(other)) = (record.questions.get(from), record.questions.get(to)) else { return };
    let moved = vec![
        Question { position: u32::try_from(to).unwrap_or_default(), ..one.clone() },
        Question { position: u32::try_from(from).unwrap_or_default(), ..other.clone() },
    ];
    let painted = put_all(moved.clone());
    let sending = Box::pin(async move {
        let items = moved.into_iter().map(|question| QuestionItem {
            id: Some(question.id),
            version: version_now::<Question>(desk, question.id.0.as_u128()),
            position: question.position,
            question: question.question,
            answer: question.answer,
            lever: question.lever,
            expected_impact: question.expected_impact,
        });
        sync::<Question>(desk, SetChange { items: items.collect(), deleted: Vec::new() }, None).await
    });
    desk.write_now("The order of the questions".to_owned(), painted, sending, None);
}
