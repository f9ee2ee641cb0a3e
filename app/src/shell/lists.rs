//! How do records show rows and facts?

use super::format;
use leptos::prelude::*;
use revos_ui::{Tone, badge};

/// A table with these heads, and a line for each row; numbers are aligned to the right. A last, nameless column holds
/// the actions.
pub(crate) fn table<T>(
    label: &'static str,
    heads: &[(&'static str, bool)],
    rows: impl IntoIterator<Item = T>,
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

/// The same, or what is said when there are no rows.
pub(crate) fn table_or<T>(
    none: &'static str,
    label: &'static str,
    heads: &[(&'static str, bool)],
    rows: impl IntoIterator<Item = T>,
    line: impl Fn(T) -> AnyView,
) -> AnyView {
    framed_or(none, label, heads, rows.into_iter().map(line).collect())
}

fn framed_or(
    none: &'static str,
    label: &'static str,
    heads: &[(&'static str, bool)],
    lines: Vec<AnyView>,
) -> AnyView {
    if lines.is_empty() {
        view! { <p class="quiet">{none}</p> }.into_any()
    } else {
        framed(label, heads, lines)
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
