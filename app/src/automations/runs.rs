//! What did the runs of a playbook do, step by step, and what failed?

use super::desk::Desk;
use super::words;
use crate::shell::address::Address;
use crate::shell::answer::Answer;
use crate::shell::lists::mark;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::automations::changes::RunRetry;
use revos_shared::automations::endpoints::{ListAutomationRuns, RetryAutomationRun, RunQuery, RunsQuery};
use revos_shared::automations::{
    AutomationRun, AutomationTrigger, EntityType, Playbook, PlaybookStatus, RunStep, StepStatus,
};
use revos_shared::kernel::ids::{AutomationRunId, PlaybookId};
use revos_shared::kernel::work::RunStatus;
use revos_ui::{Button, ButtonKind, Signal, Var, effect, live};
use wasm_bindgen_futures::spawn_local;

/// Nobody works when a run has waited so long.
const WAITS_LONG_MS: i64 = 15 * 60 * 1_000;

#[derive(Clone, Copy)]
struct Asked {
    run: Option<AutomationRunId>,
    answer: Answer<Vec<AutomationRun>>,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.run == other.run
    }
}

/// The runs of a playbook, or the one that the address names.
pub(super) fn history(desk: Desk, id: PlaybookId, playbook: Signal<Option<Playbook>>) -> AnyView {
    let address: Address = expect_context();
    let run = Signal::memo(move || address.parameter("run").and_then(|run| run.parse().ok()));
    let asked = Signal::memo(move || {
        let run = run.get();
        let question = RunsQuery { playbook_id: Some(id), run_id: run, ..RunsQuery::default() };
        Asked { run, answer: desk.runs(question) }
    });
    let active = Signal::memo(move || {
        playbook.with(|one| one.as_ref().is_some_and(|one| one.status == PlaybookStatus::Active))
    });
    // Pages before the first one; read once, since what is old has ended.
    let older = Var::new(Vec::<AutomationRun>::new());
    let (loading, here) = (Var::new(false), StoredValue::new(()));
    let shown = Signal::memo(move || {
        let asked = asked.get();
        let first = asked.answer.value.get()?;
        let mut runs = Vec::clone(&first);
        if asked.run.is_none() {
            older.with(|older| {
                runs.extend(older.iter().filter(|old| first.iter().all(|run| run.id != old.id)).cloned());
            });
        }
        Some(runs)
    });
    // The list beside it says how its newest run stands, and asks less often.
    effect(move || {
        let newest =
            asked.get().answer.value.get().and_then(|runs| runs.first().map(|run| (run.id, run.status)));
        let told = playbook.with_untracked(|one| one.as_ref()?.last_run.map(|run| (run.id, run.status)));
        let of_list = newest.filter(|newest| told.is_none_or(|told| told.0 == newest.0));
        if of_list.is_some() && of_list != told {
            desk.list.refresh();
        }
    });
    let total = Signal::memo(move || {
        let view = asked.get().answer.view;
        view.with(|view| view.data.as_ref().map_or(0, |extent| extent.total))
    });
    let more = move |()| {
        let Some(last) =
            shown.with_untracked(|runs| runs.as_ref()?.last().map(|run| (run.created_at, run.id)))
        else {
            return;
        };
        if loading.get_untracked() {
            return;
        }
        loading.set(true);
        let question = RunsQuery {
            playbook_id: Some(id),
            before_at: Some(last.0),
            before_id: Some(last.1.0),
            ..RunsQuery::default()
        };
        spawn_local(async move {
            let page = desk.api.read_rows::<ListAutomationRuns, _>(&question, None).await;
            if here.try_get_value().is_none() {
                return;
            }
            loading.set(false);
            match page {
                Ok(page) => older.update(|older| older.extend(page.data)),
                Err(_) => desk.say("The older runs could not be read. Try again.", true),
            }
        });
    };
    view! {
        <section class="record-part" aria-labelledby="runs-title">
            <div class="record-part-head">
                <h3 id="runs-title">{live(move || if run.get().is_some() { "Run" } else { "Runs" })}</h3>
                {live(move || {
                    run.get().map(|_| {
                        let all = move |()| address.choose_parameter("run", None);
                        view! { <Button label="Show all runs" on_press=all /> }.into_any()
                    })
                })}
            </div>
            {live(move || match shown.get() {
                None => view! { <p class="quiet" aria-busy="true">"Looking for its runs."</p> }.into_any(),
                Some(runs) if runs.is_empty() => {
                    view! { <p class="quiet">"It has not run yet."</p> }.into_any()
                }
                Some(runs) => {
                    let count = runs.len() as u64;
                    let lines = runs.into_iter().map(|run| line(desk, run, active)).collect::<Vec<_>>();
                    view! {
                        <ol class="run-list">{lines}</ol>
                        <p class="quiet">{live(move || format!("{count} of {}", total.get()))}</p>
                        {live(move || {
                            (count < total.get()).then(|| {
                                view! { <Button label="Load more" busy=loading on_press=more /> }.into_any()
                            })
                        })}
                    }
                    .into_any()
                }
            })}
        </section>
    }
    .into_any()
}

fn line(desk: Desk, run: AutomationRun, active: Signal<bool>) -> AnyView {
    let (id, version, when) = (run.id, run.version, desk.moment(run.created_at));
    let label = format!("Run of {when}");
    let by = match (run.trigger_event, &run.triggered_by_name) {
        (AutomationTrigger::ClosedWon, Some(name)) => format!("An opportunity was won by {name}"),
        (AutomationTrigger::ClosedWon, None) => "An opportunity was won".to_owned(),
        (AutomationTrigger::Manual, Some(name)) => format!("Started by {name}"),
        (AutomationTrigger::Manual, None) => "Started by a program".to_owned(),
    };
    let now = js_sys::Date::now();
    #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    let waits = run.status == RunStatus::Queued
        && now - run.created_at.as_millisecond() as f64 > WAITS_LONG_MS as f64;
    let retry = (desk.may_run && run.status == RunStatus::Failed).then(|| {
        live(move || {
            if active.get() {
                let press = move |()| {
                    desk.change::<RetryAutomationRun>(RunQuery { run_id: id }, RunRetry { version }, |_| {
                        "The run waits for the worker, from the step that failed.".to_owned()
                    });
                };
                view! {
                    <Button label="Retry from the failed step" kind=ButtonKind::Primary busy=desk.busy on_press=press />
                }
                .into_any()
            } else {
                view! { <p class="quiet">"Only an active playbook can be retried."</p> }.into_any()
            }
        })
    });
    let steps = run.steps.iter().map(|step| step_line(desk, &run, step)).collect::<Vec<_>>();
    view! {
        <li class="run" aria-label=label>
            <p class="record-line">
                {mark(terms::run(run.status))}
                <a class="link" href=format!("/agents/playbooks/{}?run={id}", run.playbook_id)>{when}</a>
                <span class="quiet">{by}</span>
                {worked_on(&run)}
            </p>
            {waits.then(|| view! { <p class="run-waits">"It has waited for over 15 minutes: no worker has picked it up."</p> }.into_any())}
            <ol class="run-steps">{steps}</ol>
            {retry}
        </li>
    }
    .into_any()
}

fn worked_on(run: &AutomationRun) -> Option<AnyView> {
    let (kind, id) = (run.entity_type?, run.entity_id?);
    let Some(name) = run.entity_name.clone() else {
        return Some(
            view! { <span class="quiet">"on something that is gone, or hidden from you"</span> }.into_any(),
        );
    };
    let to = match kind {
        EntityType::Opportunity => format!("/pipeline/{id}"),
        EntityType::Client => format!("/clients/{id}"),
    };
    Some(view! { <span>"on " <a class="link" href=to>{name}</a></span> }.into_any())
}

fn step_line(desk: Desk, run: &AutomationRun, step: &RunStep) -> AnyView {
    let (_, action) = words::action(step.action);
    let ended = step.completed_at.filter(|_| step.status != StepStatus::Skipped);
    let error = step.error.map(words::reason);
    view! {
        <li>
            {mark(words::step(step.status))}
            <span>{action}</span>
            {step.config.as_ref().map(|config| {
                view! { <span class="quiet">{words::plan(step.action, config)}</span> }.into_any()
            })}
            {made(run, step)}
            {ended.map(|at| view! { <span class="quiet">{desk.moment(at)}</span> }.into_any())}
            {error.map(|text| view! { <p class="run-error">{text}</p> }.into_any())}
        </li>
    }
    .into_any()
}

/// What a step made, with the way to it.
fn made(run: &AutomationRun, step: &RunStep) -> Option<AnyView> {
    let output = step.output.as_ref()?;
    let there = run.entity_id.filter(|_| run.entity_name.is_some());
    let (text, to) = match (run.entity_type, there) {
        _ if !output.invoice_ids.is_empty() => {
            let count = output.invoice_ids.len() as u64;
            (crate::shell::format::plural(count, "draft invoice", "draft invoices"), None)
        }
        (Some(EntityType::Opportunity), Some(id)) if output.note_id.is_some() => {
            ("the note".to_owned(), Some(format!("/pipeline/{id}?tab=notes")))
        }
        (Some(EntityType::Opportunity), Some(id)) if output.activity_id.is_some() => {
            ("the activity".to_owned(), Some(format!("/pipeline/{id}")))
        }
        (Some(EntityType::Client), Some(id)) if output.kanban_item_id.is_some() => {
            ("the card".to_owned(), Some(format!("/clients/{id}?tab=kanban")))
        }
        _ => return None,
    };
    Some(match to {
        Some(to) => view! { <a class="link" href=to>{text}</a> }.into_any(),
        None => view! { <span>{text}</span> }.into_any(),
    })
}
