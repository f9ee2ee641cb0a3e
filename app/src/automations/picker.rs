//! Which opportunity is meant? Found by what is typed.

use crate::shell::session::Session;
use leptos::prelude::*;
use revos_shared::kernel::check::Problem;
use revos_shared::kernel::list::searchable;
use revos_shared::kernel::workspace::{HitKind, SearchHit, SearchQuery, SearchWorkspace};
use revos_ui::{Button, Problem as FieldProblem, Signal, TextField, Var, effect, focus_by_id, live};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

/// A search begins when nothing was typed for this long.
const WAIT: Duration = Duration::from_millis(300);
/// The input of the search.
const SEARCH: &str = "form-entity";

/// The opportunity that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub title: String,
}

/// The opportunity that a text says.
pub(super) fn chosen(text: &str) -> Option<Chosen> {
    lean_json::from_str(text).ok()
}

/// What the text says to a person.
pub(super) fn said(text: &str) -> String {
    chosen(text).map(|chosen| chosen.title).unwrap_or_default()
}

/// It has no rows.
pub(super) fn place(_: &Problem) -> Option<(&'static str, String)> {
    None
}

/// Draws the search, or what was chosen.
pub(super) fn draw(value: Var<String>, problems: Signal<Vec<FieldProblem>>) -> AnyView {
    let picked = Signal::memo(move || value.with(|text| chosen(text)));
    live(move || match picked.get() {
        Some(chosen) => {
            let again = move |()| {
                value.set(String::new());
                request_animation_frame(|| {
                    let _ = focus_by_id(SEARCH);
                });
            };
            view! {
                <p class="picked">
                    <span>"Opportunity: " <strong>{chosen.title}</strong></span>
                    <Button label="Choose another" on_press=again />
                </p>
            }
            .into_any()
        }
        None => search(value, problems),
    })
    .into_any()
}

fn search(value: Var<String>, problems: Signal<Vec<FieldProblem>>) -> AnyView {
    let typed = Var::new(String::new());
    // None until something was looked for; the text says what for.
    let found = Var::new(None::<(String, Result<Vec<SearchHit>, ()>)>);
    let api = expect_context::<Session>().api();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    effect(move || {
        let text = searchable(Some(typed.get()));
        if let Some(pending) = waiting.get_value() {
            pending.clear();
        }
        let (Some(q), Some(api)) = (text, api) else { return };
        let ask = move || {
            spawn_local(async move {
                let answer = api.read_rows::<SearchWorkspace, _>(&SearchQuery { q: q.clone() }, None).await;
                // Only the newest text counts, as long as somebody waits.
                if waiting.try_get_value().is_some() && typed.with_untracked(|now| now.trim() == q.trim()) {
                    let hits = answer.map_err(|_| ()).map(|found: revos_shared::Envelope<Vec<SearchHit>>| {
                        found.data.into_iter().filter(|hit| hit.kind == HitKind::Opportunity).collect()
                    });
                    found.set(Some((q, hits)));
                }
            });
        };
        waiting.set_value(set_timeout_with_handle(ask, WAIT).ok());
    });
    on_cleanup(move || {
        if let Some(Some(pending)) = waiting.try_get_value() {
            pending.clear();
        }
    });
    view! {
        <TextField
            id=SEARCH
            label="Opportunity"
            hint="Type two letters or more of its name."
            value=typed
            problems
        />
        <div role="status">
            {live(move || match found.get() {
                None => ().into_any(),
                Some((_, Err(()))) => {
                    view! { <p class="field-problem">"The search is unavailable. Type again to retry."</p> }.into_any()
                }
                Some((text, Ok(hits))) if hits.is_empty() => {
                    view! { <p class="quiet">{format!("No opportunity for “{text}”.")}</p> }.into_any()
                }
                Some((_, Ok(hits))) => {
                    let lines = hits
                        .into_iter()
                        .map(|hit| {
                            let SearchHit { id, title, subtitle, .. } = hit;
                            let chosen = Chosen { id, title: title.clone() };
                            let press = move |_| {
                                value.set(serde_json::to_string(&chosen).unwrap_or_default());
                            };
                            view! {
                                <li>
                                    <button type="button" class="button" on:click=press>
                                        <span>{title}</span>
                                        " "
                                        <span class="quiet">{subtitle}</span>
                                    </button>
                                </li>
                            }
                            .into_any()
                        })
                        .collect::<Vec<_>>();
                    view! { <ul class="picker-hits" aria-label="Opportunities found">{lines}</ul> }.into_any()
                }
            })}
        </div>
    }
    .into_any()
}
