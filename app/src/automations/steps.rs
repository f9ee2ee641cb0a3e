//! How are the steps of a playbook written? One below the other, moved by keyboard or pointer, each with the fields of
//! its action.

use super::draft::{StepDraft, drafts, write};
use super::words;
use crate::shell::drag::Drag;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use revos_shared::automations::{AutomationAction, AutomationWorkspace, STEPS_MAX};
use revos_shared::kernel::check::Problem;
use revos_shared::kernel::work::ActivityType;
use revos_ui::{
    AreaField, Button, IconButton, IconName, Problem as FieldProblem, SelectField, SelectOption, Signal,
    TextField, Var, effect, focus_by_id, live, on,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

thread_local! {
    /// Ids of inputs, made once for each place and field: there are at most as many as steps and fields.
    static IDS: RefCell<BTreeMap<(usize, &'static str), &'static str>> = const { RefCell::new(BTreeMap::new()) };
}

/// The id of an input of the step at this place.
fn id_of(place: usize, field: &'static str) -> &'static str {
    IDS.with_borrow_mut(|ids| {
        *ids.entry((place, field))
            .or_insert_with(|| Box::leak(format!("step-{place}-{field}").into_boxed_str()))
    })
}

/// The steps of a form.
#[derive(Clone, Copy)]
struct Steps {
    /// All of them, as the form's text.
    value: Var<String>,
    /// What was written here last: whatever else stands there came from elsewhere.
    own: StoredValue<String>,
    /// Counts what changes which inputs there are.
    shape: Var<u32>,
    said: Var<String>,
    problems: Signal<Vec<FieldProblem>>,
    drag: Drag<usize, usize>,
}

/// Draws the steps that a text says.
pub(super) fn draw(value: Var<String>, problems: Signal<Vec<FieldProblem>>) -> AnyView {
    let steps = Steps {
        value,
        own: StoredValue::new(value.get_untracked()),
        shape: Var::new(0),
        said: Var::new(String::new()),
        problems,
        drag: Drag::new(),
    };
    effect(move || {
        let now = value.get();
        if steps.own.with_value(|own| *own != now) {
            steps.own.set_value(now);
            steps.shape.update(|shape| *shape += 1);
        }
    });
    steps.drag.listen(move |from, to, _| steps.shift(from, to));
    view! {
        <fieldset class="steps" id="form-steps" tabindex="-1">
            <legend>"Steps"</legend>
            <p class="hidden-visually" role="status">{live(move || steps.said.get())}</p>
            {live(move || {
                let _ = steps.shape.get();
                let drafts = drafts(&value.get_untracked());
                let count = drafts.len();
                let lines = (0..).zip(drafts).map(|(at, draft)| steps.step(at, count, &draft)).collect::<Vec<_>>();
                if lines.is_empty() {
                    view! { <p class="quiet">"No step yet. A playbook without steps does nothing."</p> }.into_any()
                } else {
                    view! { <ol class="step-list" data-board="">{lines}</ol> }.into_any()
                }
            })}
            {live(move || {
                let _ = steps.shape.get();
                let full = drafts(&value.get_untracked()).len() >= STEPS_MAX;
                if full {
                    view! { <p class="quiet">{format!("A playbook has at most {STEPS_MAX} steps.")}</p> }.into_any()
                } else {
                    view! { <Button label="Add step" on_press=move |()| steps.add() /> }.into_any()
                }
            })}
        </fieldset>
    }
    .into_any()
}

/// What a text of steps says to a person.
pub(super) fn said(text: &str) -> String {
    let (fields, _) = super::draft::fields(text);
    let lines: Vec<String> = (1..)
        .zip(fields)
        .map(|(at, step): (u32, _)| {
            format!("{at}. {}: {}", words::action(step.action).1, words::plan(step.action, &step.config))
        })
        .collect();
    lines.join(" ")
}

/// The input that a problem of a step is about.
pub(super) fn place(problem: &Problem) -> Option<(&'static str, String)> {
    let place = usize::try_from(problem.row).ok()?.checked_sub(1)?;
    let name = problem.field.as_deref()?;
    let (field, label) = LABELS.iter().find(|(field, _)| *field == name)?;
    Some((id_of(place, field), format!("Step {}, {}", problem.row, label.to_lowercase())))
}

const LABELS: [(&str, &str); 9] = [
    ("workspace", "Workspace"),
    ("action", "What it does"),
    ("body", "Text"),
    ("type", "Kind"),
    ("title", "Title"),
    ("description", "Description"),
    ("due_in_days", "Due in days"),
    ("count", "Invoices"),
    ("first_in_days", "First in days"),
];

const fn hint(field: &str, action: AutomationAction) -> Option<&'static str> {
    match (field.as_bytes(), action) {
        (b"body" | b"title", _) => Some("Left empty, the name of the playbook."),
        (b"due_in_days", AutomationAction::CreateActivity) => Some("0 to 999; 7 when left empty."),
        (b"due_in_days", _) => Some("0 to 999; no day when left empty."),
        (b"count", _) => Some("1 to 60, one a month; they add up to the amount to the cent."),
        (b"first_in_days", _) => Some("0 to 999; the day of the run when left empty."),
        (b"description", AutomationAction::ScheduleInvoices) => {
            Some("Stands on each invoice; left empty, the name of the opportunity.")
        }
        _ => None,
    }
}

impl Steps {
    /// Changes all steps; `redraw` when other inputs are needed for them.
    fn change(self, redraw: bool, change: impl FnOnce(&mut Vec<StepDraft>)) {
        let mut all = drafts(&self.value.get_untracked());
        change(&mut all);
        let text = write(&all);
        self.own.set_value(text.clone());
        if self.value.with_untracked(|value| *value != text) {
            self.value.set(text);
        }
        if redraw {
            self.shape.update(|shape| *shape += 1);
        }
    }

    fn add(self) {
        let mut at = 0;
        self.change(true, |all| {
            at = all.len();
            all.push(StepDraft::new());
        });
        self.said.set(format!("Step {} was added.", at + 1));
        later_focus(id_of(at, "action"));
    }

    fn remove(self, at: usize) {
        let mut left = 0;
        self.change(true, |all| {
            if at < all.len() {
                all.remove(at);
            }
            left = all.len();
        });
        self.said.set(format!("Step {} was removed.", at + 1));
        later_focus(if left == 0 { "form-steps" } else { id_of(at.min(left - 1), "action") });
    }

    fn shift(self, from: usize, to: usize) {
        if from == to {
            return;
        }
        self.change(true, |all| {
            if from < all.len() && to < all.len() {
                let step = all.remove(from);
                all.insert(to, step);
            }
        });
        self.said.set(format!("Step {} is step {} now.", from + 1, to + 1));
    }

    fn step(self, at: usize, count: usize, draft: &StepDraft) -> AnyView {
        let number = at + 1;
        let action = draft.action();
        let fields =
            action.fields().iter().map(|field| self.field(at, field, action, draft)).collect::<Vec<_>>();
        let mover = move |label: String, icon: IconName, to: Option<usize>, id: &'static str| {
            to.map(|to| {
                let press = move |()| {
                    self.shift(at, to);
                    // The button goes along with its step, unless the step is at the end.
                    request_animation_frame(move || {
                        let own = format!("step-{to}-{id}");
                        if !focus_within(&own) {
                            let _ = focus_by_id(id_of(to, "action"));
                        }
                    });
                };
                view! {
                    <span id=format!("step-{at}-{id}")>
                        <IconButton label icon=Signal::stored(icon) on_press=press />
                    </span>
                }
                .into_any()
            })
        };
        let press = move |event: PointerEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let on_grip = target.is_some_and(|target| target.closest(".step-grip").ok().flatten().is_some());
            if on_grip {
                self.drag.press(&event, at);
            }
        };
        view! {
            <li
                id=format!("step-{at}")
                class="step"
                data-column=at.to_string()
                data-dragging=live(move || self.drag.holds(at).then_some(""))
                data-over=live(move || (self.drag.over.get() == Some(at)).then_some(""))
                on:pointerdown=on(press)
            >
                <div class="step-head">
                    <span class="step-grip card-grip" aria-hidden="true" title="Drag to another place">"⋮⋮"</span>
                    <h3>{format!("Step {number}")}</h3>
                    <span class="step-tools">
                        {mover(format!("Move step {number} up"), IconName::Up, at.checked_sub(1), "up")}
                        {mover(format!("Move step {number} down"), IconName::Down, Some(at + 1).filter(|to| *to < count), "down")}
                        <IconButton
                            label=format!("Remove step {number}")
                            icon=Signal::stored(IconName::Close)
                            on_press=move |()| self.remove(at)
                        />
                    </span>
                </div>
                {self.choice(at, "action", &draft.action, AutomationAction::ALL, words::action, true)}
                {self.choice(at, "workspace", &draft.workspace, AutomationWorkspace::ALL, words::workspace, false)}
                {fields}
            </li>
        }
        .into_any()
    }

    fn field(self, at: usize, field: &&'static str, action: AutomationAction, draft: &StepDraft) -> AnyView {
        let field = *field;
        if field == "type" {
            let text = draft.text(field);
            let chosen = if text.is_empty() { "task" } else { text };
            return self.choice(at, field, chosen, ActivityType::ALL, words::activity, false);
        }
        let value = Var::new(draft.text(field).to_owned());
        effect(move || {
            let text = value.get();
            self.change(false, |all| {
                if let Some(step) = all.get_mut(at) {
                    step.enter(field, text);
                }
            });
        });
        let (id, label, problems) = (id_of(at, field), label_of(field), self.problems);
        let hint = hint(field, action);
        match field {
            "body" | "description" => view! { <AreaField id label hint value problems /> }.into_any(),
            _ => match hint {
                Some(hint) => view! { <TextField id label hint value problems /> }.into_any(),
                None => view! { <TextField id label value problems /> }.into_any(),
            },
        }
    }

    fn choice<T: Copy>(
        self,
        at: usize,
        field: &'static str,
        chosen: &str,
        all: &[T],
        word: fn(T) -> (&'static str, &'static str),
        redraw: bool,
    ) -> AnyView {
        let options: Vec<SelectOption> = all
            .iter()
            .map(|one| {
                let (value, label) = word(*one);
                SelectOption::new(value, label)
            })
            .collect();
        let value = Var::new(chosen.to_owned());
        let before = StoredValue::new(chosen.to_owned());
        effect(move || {
            let text = value.get();
            if before.with_value(|before| *before == text) {
                return;
            }
            before.set_value(text.clone());
            self.change(redraw, |all| {
                let Some(step) = all.get_mut(at) else { return };
                match field {
                    "action" => step.action = text,
                    "workspace" => step.workspace = text,
                    _ => step.enter(field, text),
                }
            });
            if redraw {
                later_focus(id_of(at, field));
            }
        });
        let (id, label, problems) = (id_of(at, field), label_of(field), self.problems);
        view! { <SelectField id label options=Signal::stored(options) value problems /> }.into_any()
    }
}

fn label_of(field: &str) -> &'static str {
    LABELS.iter().find(|(known, _)| *known == field).map_or("", |(_, label)| label)
}

/// Once it is drawn.
fn later_focus(id: &'static str) {
    request_animation_frame(move || {
        let _ = focus_by_id(id);
    });
}

/// Moves the focus to the button in the element of this id.
fn focus_within(id: &str) -> bool {
    let button =
        document().get_element_by_id(id).and_then(|element| element.query_selector("button").ok()?);
    let button = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
    button.is_some_and(|button| button.focus().is_ok())
}
