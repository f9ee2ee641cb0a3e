//! How does a person choose one of a few values? A radio group that looks like one control.

use crate::signal::{Signal, live, on};
use leptos::prelude::*;

/// One value of the choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The value, as it stands in the URL.
    pub value: &'static str,
    /// What is shown.
    pub label: &'static str,
    /// What is read aloud.
    pub name: &'static str,
}

/// A segmented control: one of a few values, arrow keys move (WAI-ARIA radio group, or tabs that
/// choose what the element `controls` shows).
#[component]
pub fn Segments(
    /// What is chosen, in words.
    label: &'static str,
    /// The values.
    segments: Vec<Segment>,
    /// The chosen value.
    #[prop(into)]
    chosen: Signal<&'static str>,
    /// Called with the new value.
    #[prop(into)]
    on_choose: Callback<&'static str>,
    /// The values are tabs and not radio buttons.
    #[prop(optional)]
    tabs: bool,
) -> impl IntoView {
    let values: Vec<&'static str> = segments.iter().map(|segment| segment.value).collect();
    let step = move |event: &leptos::ev::KeyboardEvent| {
        let Some(at) = values.iter().position(|value| *value == chosen.get_untracked()) else { return };
        let last = values.len().saturating_sub(1);
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => {
                if at == last {
                    0
                } else {
                    at + 1
                }
            }
            "ArrowLeft" | "ArrowUp" => {
                if at == 0 {
                    last
                } else {
                    at - 1
                }
            }
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(value) = values.get(to) {
            on_choose.run(value);
            crate::table::focus_child(event, to);
        }
    };
    view! {
        <div
            class="segments"
            role=if tabs { "tablist" } else { "radiogroup" }
            aria-label=label
            on:keydown=on(move |event| step(&event))
        >
            {segments
                .into_iter()
                .map(|segment| {
                    let value = segment.value;
                    let is_on = move || (chosen.get() == value).to_string();
                    view! {
                        <button
                            type="button"
                            role=if tabs { "tab" } else { "radio" }
                            aria-label=segment.name
                            aria-checked=live(move || (!tabs).then(is_on))
                            aria-selected=live(move || tabs.then(is_on))
                            tabindex=live(move || if chosen.get() == value { "0" } else { "-1" })
                            on:click=on(move |_| on_choose.run(value))
                        >
                            {segment.label}
                        </button>
                    }.into_any()
                })
                .collect_view()}
        </div>
    }
    .into_any()
}
