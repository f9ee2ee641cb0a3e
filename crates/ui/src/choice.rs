//! How does a person choose from a few values?

use crate::field::{FieldFrame, Problem, described_by, problem_of};
use crate::signal::{Signal, Var, live, on};
use leptos::prelude::*;

/// A box to tick, with its label beside it.
#[component]
pub fn CheckBox(
    /// What is ticked.
    #[prop(into)]
    label: Signal<String>,
    /// Is it ticked?
    #[prop(into)]
    checked: Signal<bool>,
    /// Ticks it, or no longer.
    #[prop(into)]
    on_toggle: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="check-box">
            <input
                type="checkbox"
                prop:checked=live(move || checked.get())
                on:change=on(move |_| on_toggle.run(()))
            />
            <span>{live(move || label.get())}</span>
        </label>
    }
    .into_any()
}

/// One value of a [`SelectField`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl SelectOption {
    /// A value and its words.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One of several values, in a list that opens.
#[component]
pub fn SelectField(
    /// The input's id; also its name in the form.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// What the choice means.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// The values.
    #[prop(into)]
    options: Signal<Vec<SelectOption>>,
    /// The chosen one.
    value: Var<String>,
    /// The form's problems.
    #[prop(into)]
    problems: Signal<Vec<Problem>>,
) -> impl IntoView {
    let problem = problem_of(problems, id);
    view! {
        <FieldFrame id label hint problem>
            <select
                id=id
                name=id
                on:change=on(move |event| value.set(event_target_value(&event)))
                aria-invalid=live(move || problem.with(Option::is_some).then_some("true"))
                aria-describedby=described_by(id, hint.is_some(), problem)
            >
                {live(move || {
                    options
                        .get()
                        .into_iter()
                        .map(|option| {
                            let own = option.value.clone();
                            let selected = Signal::memo(move || value.with(|value| *value == own));
                            view! {
                                <option value=option.value prop:selected=live(move || selected.get())>
                                    {option.label}
                                </option>
                            }
                            .into_any()
                        })
                        .collect_view()
                })}
            </select>
        </FieldFrame>
    }
    .into_any()
}
