//! Which playbooks ran for an opportunity, and how is one started?

use super::desk::Desk;
use super::forms::shown;
use crate::shell::answer::{Answer, query};
use crate::shell::api::Place;
use crate::shell::form::new_id;
use crate::shell::format;
use crate::shell::lists::mark;
use crate::shell::sheet::{Definition, Kind, Submission, field};
use crate::shell::terms;
use leptos::prelude::*;
use live_query::Timing;
use revos_shared::automations::changes::NewRun;
use revos_shared::automations::endpoints::{
    ListAutomationRuns, ListPlaybooks, PlaybookQuery, RunsQuery, StartAutomationRun,
};
use revos_shared::automations::{AutomationRun, EntityType, Playbook, PlaybookStatus};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::{OpportunityId, PlaybookId};
use revos_shared::pipeline::OpportunityRow;
use revos_ui::{SelectOption, Signal, Var, live};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How often runs are asked for while they are looked at: the worker does a step in seconds.
const EVERY: Duration = Duration::from_secs(10);

/// The newest runs for an opportunity, each with the way to it.
pub(super) fn history(desk: Desk, opportunity_id: OpportunityId) -> AnyView {
    let asked = RunsQuery { opportunity_id: Some(opportunity_id), ..RunsQuery::default() };
    let question = query("automation_runs", format!("automations/runs?opportunity_id={opportunity_id}"))
        .timing(Timing::every(Some(EVERY)));
    let runs = Answer::<Vec<AutomationRun>>::of(desk.api, question, Place::of::<ListAutomationRuns>(&asked))
        .following(desk.changes);
    let line = move |run: &AutomationRun| {
        let when = format::moment(run.created_at.as_millisecond(), &desk.time_zone.get());
        let to = format!("/agents/playbooks/{}?run={}", run.playbook_id, run.id);
        view! {
            <li>
                <div class="deal-list-text">
                    <p><a class="link" href=to>{run.playbook_name.clone()}</a> " " {mark(terms::run(run.status))}</p>
                    <p class="quiet">{when}</p>
                </div>
            </li>
        }
        .into_any()
    };
    live(move || {
        let all = runs.value.get().filter(|all| !all.is_empty())?;
        let total = runs.view.with(|view| view.data.as_ref().map_or(0, |extent| extent.total));
        let cut = (total > all.len() as u64).then(|| {
            view! { <p class="quiet">{format!("The newest {} of {total}.", all.len())}</p> }.into_any()
        });
        Some(
            view! {
                <section class="record-part" aria-labelledby="opportunity-runs">
                    <h3 id="opportunity-runs">"Playbooks"</h3>
                    <ol class="deal-list">{all.iter().map(line).collect_view()}</ol>
                    {cut}
                </section>
            }
            .into_any(),
        )
    })
    .into_any()
}

/// Starts a run of a playbook that is chosen, once for as often as the form is sent.
pub(super) fn start(desk: Desk, row: &OpportunityRow) -> Definition {
    let (entity_id, name) = (row.id, row.name.clone());
    let (options, playbooks) = active(desk);
    let request_id = new_id();
    Definition {
        title: format!("Run a playbook for {name}"),
        save: "Run",
        save_also: None,
        draft: format!("draft:{entity_id}:run"),
        fields: vec![field!("playbook", "Playbook", Kind::Choice(options), "Those that are active.")],
        begun: vec![String::new()],
        version: None,
        submit: Arc::new(move |entries, Submission { then, .. }| {
            let chosen = entries.word::<PlaybookId>("playbook");
            if chosen.is_none() {
                entries.refuse("playbook", "required");
            }
            let body = NewRun {
                request_id,
                entity_type: Some(EntityType::Opportunity),
                entity_id: Some(entity_id.0),
            };
            entries.checked(&body)?;
            let Some(playbook_id) = chosen else { return Ok(()) };
            let playbook = playbooks.with_untracked(|all| {
                all.iter().find(|one| one.id == playbook_id).map(|one| one.name.clone())
            });
            spawn_local(async move {
                let outcome =
                    desk.api.change::<StartAutomationRun>(&PlaybookQuery { playbook_id }, &body).await;
                if outcome.is_ok() {
                    desk.say(format!("A run of “{}” waits for the worker.", shown(playbook)), false);
                    desk.refresh();
                }
                then(outcome.err());
            });
            Ok(())
        }),
        current: |_| None,
    }
}

/// The active playbooks to choose from. The first choice says how far the search for them is.
fn active(desk: Desk) -> (Signal<Vec<SelectOption>>, Var<Vec<Playbook>>) {
    let playbooks = Var::new(Vec::<Playbook>::new());
    let first = Var::new("Looking for playbooks");
    spawn_local(async move {
        match desk.api.read_rows::<ListPlaybooks, _>(&NoQuery {}, None).await {
            Ok(all) => {
                let active = all.data.into_iter().filter(|one| one.status == PlaybookStatus::Active);
                playbooks.set(active.collect());
                first.set(if playbooks.with_untracked(Vec::is_empty) {
                    "No playbook is active"
                } else {
                    "Choose a playbook"
                });
            }
            Err(_) => first.set("The playbooks could not be read; close this and try again"),
        }
    });
    let options = Signal::derive(move || {
        let each = playbooks.get().into_iter().map(|one| SelectOption::new(one.id.to_string(), one.name));
        [SelectOption::new("", first.get())].into_iter().chain(each).collect()
    });
    (options, playbooks)
}
