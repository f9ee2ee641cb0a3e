//! What was found out about a client? Three forms, and questions with their answers.

use super::desk::{Desk, Form, Removal, answered};
use super::lines::{put_all, sync, version_now};
use super::table::{line_actions, mark, open_button, part, rows_or, table, text_or_none, writers};
use super::words;
use crate::shell::format;
use leptos::prelude::*;
use revos_shared::clients::changes::{QuestionItem, SetChange};
use revos_shared::clients::{DiscoveryForm, FormType, Question};
use revos_ui::{IconButton, IconName, Signal, Tone, live};

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
    let known = desk.part(move |record| record.forms.iter().find(|known| known.form_type == form).cloned());
    let said = desk.part(move |record| {
        let said = answered(record, form).into_iter();
        said.map(|(field, text)| (field.label, text)).collect::<Vec<_>>()
    });
    let title_id = format!("form-{form}");
    let labelled_by = title_id.clone();
    view! {
        <section class="discovery-form" aria-labelledby=labelled_by>
            <div class="record-part-head">
                <h3 id=title_id>{words::form(form)}</h3>
                {live(move || mark(known.with(|known| state(known.as_ref()))))}
                {writers(desk, move || {
                    open_button(desk, "Edit", format!("Edit {}", words::form(form)), Form::Discovery(form))
                })}
            </div>
            <dl class="discovery-answers">
                {live(move || {
                    said.get()
                        .into_iter()
                        .map(|(label, text)| {
                            let text = if text.is_empty() { format::NONE.to_owned() } else { text };
                            view! {
                                <dt>{label}</dt>
                                <dd>{text}</dd>
                            }
                            .into_any()
                        })
                        .collect_view()
                })}
            </dl>
            <p class="quiet">
                {live(move || known.with(|known| known.as_ref().map(|known| last(desk, known))))}
            </p>
        </section>
    }
    .into_any()
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
    let rows = desk.part(|record| record.questions.clone());
    let heads = [
        ("Order", false),
        ("Question", false),
        ("Answer", false),
        ("Lever", false),
        ("Expected impact", true),
        ("", false),
    ];
    rows_or(rows, "No question yet.", move |rows| {
        let count = rows.len();
        table("Questions", &heads, rows.into_iter().enumerate().collect(), |(at, row): (usize, Question)| {
            let (edit, remove) = (Form::Question(Some(row.id)), Form::Remove(Removal::Question(row.id)));
            let actions = line_actions(desk, &row.question, edit, remove);
            view! {
                <tr>
                    <td class="cell-order">{writers(desk, move || order_buttons(desk, at, count))}</td>
                    <th scope="row">{row.question}</th>
                    <td>{text_or_none(row.answer)}</td>
                    <td>{text_or_none(row.lever)}</td>
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
