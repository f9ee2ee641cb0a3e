//! How do the tabs show rows: as tables with their actions at the end of each line?

use super::desk::{Desk, Form};
use crate::shell::format;
use leptos::prelude::*;
use revos_ui::{Signal, Tone, badge, live};

/// A titled part of a tab, with what can be added to it.
pub(super) fn part(
    desk: Desk,
    id: &'static str,
    title: &'static str,
    add: Option<(&'static str, Form)>,
    children: AnyView,
) -> AnyView {
    view! {
        <section class="record-part" aria-labelledby=id>
            <div class="record-part-head">
                <h3 id=id>{title}</h3>
                {add.map(|(label, form)| writers(desk, move || open_button(desk, label, label.to_owned(), form)))}
            </div>
            {children}
        </section>
    }
    .into_any()
}

/// Shown to those who may change the client.
pub(super) fn writers(desk: Desk, children: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    live(move || desk.rights.get().write.then(&children)).into_any()
}

/// A button that opens a form; its full name is read aloud.
pub(super) fn open_button(desk: Desk, label: &'static str, name: String, form: Form) -> AnyView {
    view! {
        <button class="button" type="button" data-kind="quiet" aria-label=name on:click=move |_| desk.open(form)>
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// Edit and Remove at the end of a line.
pub(super) fn line_actions(desk: Desk, name: &str, edit: Form, remove: Form) -> AnyView {
    let (edit_name, remove_name) = (format!("Edit {name}"), format!("Remove {name}"));
    view! {
        <td class="cell-actions">
            {writers(desk, move || {
                view! {
                    {open_button(desk, "Edit", edit_name.clone(), edit)}
                    {open_button(desk, "Remove", remove_name.clone(), remove)}
                }
                .into_any()
            })}
        </td>
    }
    .into_any()
}

/// A table with these heads, and a line for each row; numbers are aligned to the right. A last, nameless column holds
/// the actions.
pub(super) fn table<T>(
    label: &'static str,
    heads: &[(&'static str, bool)],
    rows: Vec<T>,
    line: impl Fn(T) -> AnyView,
) -> AnyView {
    framed(label, heads, rows.into_iter().map(line).collect())
}

fn framed(label: &'static str, heads: &[(&'static str, bool)], lines: Vec<AnyView>) -> AnyView {
    let heads = heads
        .iter()
        .map(|(head, number)| {
            let class = number.then_some("number");
            if head.is_empty() {
                view! {
                    <th scope="col">
                        <span class="hidden-visually">"Actions"</span>
                    </th>
                }
                .into_any()
            } else {
                view! { <th scope="col" class=class>{*head}</th> }.into_any()
            }
        })
        .collect_view();
    view! {
        // Wide tables scroll by themselves, by keyboard too.
        <div class="record-table" tabindex="0" role="group" aria-label=label>
            <table class="data-table" aria-label=label>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A list of rows, or what is said when there are none.
pub(super) fn rows_or<T>(
    rows: Signal<Vec<T>>,
    none: &'static str,
    draw: impl Fn(Vec<T>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    live(move || {
        let rows = rows.get();
        if rows.is_empty() { view! { <p class="quiet">{none}</p> }.into_any() } else { draw(rows) }
    })
    .into_any()
}

/// A text, or the sign for none.
pub(super) fn text_or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| format::NONE.to_owned())
}

/// A word in its colour.
pub(super) fn mark((word, tone): (&'static str, Tone)) -> AnyView {
    badge(word, tone)
}

/// Facts with their names.
pub(super) fn facts(facts: Vec<(&'static str, String)>) -> AnyView {
    view! {
        <dl class="record-facts">
            {facts
                .into_iter()
                .map(|(name, value)| {
                    view! {
                        <div>
                            <dt>{name}</dt>
                            <dd>{value}</dd>
                        </div>
                    }
                    .into_any()
                })
                .collect_view()}
        </dl>
    }
    .into_any()
}
