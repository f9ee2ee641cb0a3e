//! How does a person type something in, and how is a problem with it told?

use crate::element_ref::ElementRef;
use crate::icon::{Icon, IconName};
use crate::signal::{Live, Signal, Var, effect, live, on};
use leptos::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement};

/// Something wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the field's input.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

pub(crate) fn problem_of(problems: Signal<Vec<Problem>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || {
        problems
            .with(|all| all.iter().find(|problem| problem.field == field).map(|problem| problem.text.clone()))
    })
}

#[component]
pub(crate) fn FieldFrame(
    id: &'static str,
    label: &'static str,
    hint: Option<&'static str>,
    problem: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="field-box">{children()}</div>
            {hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{hint}</p> }.into_any())}
            {live(move || {
                problem
                    .get()
                    .map(|text| {
                        view! {
                            <p class="field-problem" id=format!("{id}-problem")>
                                <Icon name=IconName::Problem />
                                <span>{text}</span>
                            </p>
                        }.into_any()
                    })
            })}
        </div>
    }
    .into_any()
}

pub(crate) fn described_by(
    id: &'static str,
    hint: bool,
    problem: Signal<Option<String>>,
) -> Live<Option<String>> {
    live(move || match (hint, problem.with(Option::is_some)) {
        (true, true) => Some(format!("{id}-hint {id}-problem")),
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-problem")),
        (false, false) => None,
    })
}

/// A line of text: label above, hint below, problem in place.
#[component]
pub fn TextField(
    /// The input's id; also its name in the form.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The kind of text, as HTML's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in, as HTML's `autocomplete`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What to type.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// The text.
    value: Var<String>,
    /// The form's problems.
    #[prop(into)]
    problems: Signal<Vec<Problem>>,
    /// The input, for focus.
    #[prop(optional)]
    node: ElementRef<HtmlInputElement>,
) -> impl IntoView {
    let problem = problem_of(problems, id);
    view! {
        <FieldFrame id label hint problem>
            <input
                id=id
                name=id
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                prop:value=live(move || value.get())
                on:input=on(move |event| value.set(event_target_value(&event)))
                aria-invalid=live(move || problem.with(Option::is_some).then_some("true"))
                aria-describedby=described_by(id, hint.is_some(), problem)
                node_ref=node
            />
        </FieldFrame>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn AreaField(
    /// The input's id; also its name in the form.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// What to type.
    hint: Option<&'static str>,
    /// The text.
    value: Var<String>,
    /// The form's problems.
    #[prop(into)]
    problems: Signal<Vec<Problem>>,
) -> impl IntoView {
    let problem = problem_of(problems, id);
    view! {
        <FieldFrame id label hint problem>
            <textarea
                id=id
                name=id
                rows="3"
                prop:value=live(move || value.get())
                on:input=on(move |event| value.set(event_target_value(&event)))
                aria-invalid=live(move || problem.with(Option::is_some).then_some("true"))
                aria-describedby=described_by(id, hint.is_some(), problem)
            ></textarea>
        </FieldFrame>
    }
    .into_any()
}

/// A password with a switch that shows it.
#[component]
pub fn PasswordField(
    /// The input's id; also its name in the form.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// The password.
    value: Var<String>,
    /// The form's problems.
    #[prop(into)]
    problems: Signal<Vec<Problem>>,
    /// The input, for focus.
    #[prop(optional)]
    node: ElementRef<HtmlInputElement>,
) -> impl IntoView {
    let problem = problem_of(problems, id);
    let shown = Var::new(false);
    view! {
        <FieldFrame id label hint=None problem>
            <input
                id=id
                name=id
                type=live(move || if shown.get() { "text" } else { "password" })
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                prop:value=live(move || value.get())
                on:input=on(move |event| value.set(event_target_value(&event)))
                aria-invalid=live(move || problem.with(Option::is_some).then_some("true"))
                aria-describedby=described_by(id, false, problem)
                node_ref=node
            />
            <button
                class="field-switch"
                type="button"
                aria-label=live(move || if shown.get() { "Hide password" } else { "Show password" })
                aria-controls=id
                on:click=on(move |_| shown.update(|shown| *shown = !*shown))
            >
                {live(move || if shown.get() { "Hide" } else { "Show" })}
            </button>
        </FieldFrame>
    }
    .into_any()
}

/// What went wrong with a form, with a link to each field. Takes the focus when it appears.
#[component]
pub fn ErrorSummary(
    /// What happened; none hides the summary.
    #[prop(into)]
    title: Signal<Option<String>>,
    /// The fields to look at.
    #[prop(into)]
    problems: Signal<Vec<Problem>>,
) -> impl IntoView {
    let node = ElementRef::<HtmlElement>::new();
    effect(move || {
        if title.with(Option::is_some)
            && problems.with(|all| !all.is_empty())
            && let Some(node) = node.get()
        {
            let _ = node.focus();
        }
    });
    let shown = Signal::derive(move || title.with(Option::is_some));
    view! {
        <div role="alert">
            <Show when=move || shown.get() fallback=|| ()>
                <div class="error-summary" tabindex="-1" node_ref=node>
                    <h2>
                        <Icon name=IconName::Problem />
                        <span>{live(move || title.get())}</span>
                    </h2>
                    <ul hidden=live(move || problems.with(Vec::is_empty))>
                        {live(move || {
                            problems
                                .get()
                                .into_iter()
                                .map(|problem| {
                                    let field = problem.field;
                                    view! {
                                        <li>
                                            <a
                                                href=format!("#{field}")
                                                rel="external"
                                                on:click=move |event| {
                                                    event.prevent_default();
                                                    event.stop_propagation();
                                                    let _ = focus_by_id(field);
                                                }
                                            >
                                                {problem.text}
                                            </a>
                                        </li>
                                    }.into_any()
                                })
                                .collect_view()
                        })}
                    </ul>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// Is the focus nowhere, as after what had it was taken off the page?
pub fn focus_is_lost() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Moves the focus to the element of this id; false when there is none.
pub fn focus_by_id(id: &str) -> bool {
    use wasm_bindgen::JsCast as _;
    let element = document().get_element_by_id(id);
    let element = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}
