//! How do records show rows and facts?

use super::format;
use leptos::prelude::*;
use revos_ui::{Signal, Tone, badge, live};

/// A table with these heads, and a line for each row; numbers are aligned to the right. A last, nameless column holds
/// the actions.
pub(crate) fn table<T>(
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
pub(crate) fn rows_or<T>(
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

/// A table of these rows, or what is said when there are none.
pub(crate) fn listing<T>(
    rows: Signal<Vec<T>>,
    none: &'static str,
    label: &'static str,
    heads: &'static [(&'static str, bool)],
    line: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    rows_or(rows, none, move |rows| table(label, heads, rows, &line))
}

/// The same of rows that stay as they are.
pub(crate) fn table_or<T>(
    none: &'static str,
    label: &'static str,
    heads: &[(&'static str, bool)],
    rows: Vec<T>,
    line: impl Fn(T) -> AnyView,
) -> AnyView {
    if rows.is_empty() {
        view! { <p class="quiet">{none}</p> }.into_any()
    } else {
        table(label, heads, rows, line)
    }
}

/// A text, or the sign for none.
pub(crate) fn text_or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| format::NONE.to_owned())
}

/// A word in its colour.
pub(crate) fn mark((word, tone): (&'static str, Tone)) -> AnyView {
    badge(word, tone)
}

/// Facts with their names.
pub(crate) fn facts(facts: Vec<(&'static str, String)>) -> AnyView {
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
