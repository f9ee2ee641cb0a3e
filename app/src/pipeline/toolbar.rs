//! What stands above the pipeline? Search, what is filtered, and what can be done.

use super::address::{Lane, View};
use super::desk::{Desk, Form};
use super::words;
use crate::shell::format;
use crate::shell::list_tools::{self, SearchBox, owner_word};
use leptos::prelude::*;
use revos_shared::kernel::owner::OwnerChoice;
use revos_shared::pipeline::{ClosedChoice, PipelineQuery};
use revos_ui::{Button, ButtonKind, Segment, Segments, Signal, live};

/// Search and tools.
pub(super) fn toolbar(desk: Desk) -> AnyView {
    let address = desk.address;
    let view = Signal::memo(move || address.state.with(|state| state.view));
    let lane = Signal::memo(move || address.state.with(|state| state.lane));
    let searched =
        Signal::memo(move || address.state.with(|state| state.query.q.clone().unwrap_or_default()));
    let lanes = Lane::ALL.map(|(_, value, label)| Segment { value, label, name: label }).to_vec();
    let choose_lane = Callback::new(move |word: &'static str| {
        let lane = Lane::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(lane, ..)| lane);
        address.choose(|state| state.lane = lane.unwrap_or_default());
    });
    let count = live(move || {
        desk.painted.with(|painted| {
            let (shown, total) = (painted.rows.len() as u64, painted.total);
            if painted.truncated {
                format!("{} of {} opportunities", format::count(shown), format::count(total))
            } else {
                format::plural(total, "opportunity", "opportunities")
            }
        })
    });
    view! {
        <div class="toolbar" role="group" aria-label="Pipeline">
            <SearchBox
                label="Search opportunities"
                placeholder="Search name, client"
                searched
                on_search=move |text| address.pass(|state| state.query.q = text)
            />
            <Button label="Filter" on_press=move |()| desk.open(Form::Filter) />
            {live(move || {
                (view.get() == View::Board).then(|| {
                    view! {
                        <Segments
                            label="Columns of the board"
                            segments=lanes.clone()
                            chosen=Signal::memo(move || lane.get().word())
                            on_choose=choose_lane
                        />
                    }
                    .into_any()
                })
            })}
            {(desk.rights.own || desk.rights.all).then(|| {
                view! {
                    <Button
                        label="Add prospect"
                        kind=ButtonKind::Primary
                        on_press=move |()| desk.open(Form::Prospect)
                    />
                }
                .into_any()
            })}
            <span class="table-count">{count}</span>
        </div>
        {chips(desk)}
    }
    .into_any()
}

/// The active filters; each can be taken away.
fn chips(desk: Desk) -> AnyView {
    let address = desk.address;
    let choose = Callback::new(move |without: PipelineQuery| {
        address.choose(|state| state.query = without.clone());
    });
    list_tools::chips(move || {
        let query = address.state.with(|state| state.query.clone());
        let mut chips = Vec::new();
        let mut chip = |text: String, without: PipelineQuery| {
            chips.push((text, Callback::new(move |()| choose.run(without.clone()))));
        };
        if let Some(text) = query.text() {
            chip(format!("“{text}”"), PipelineQuery { q: None, ..query.clone() });
        }
        for owner in query.owner.iter() {
            let without = PipelineQuery { owner: query.owner.toggled(owner), ..query.clone() };
            chip(format!("Owner: {}", owner_name(desk, owner)), without);
        }
        for stage in query.stage.iter() {
            let without = PipelineQuery { stage: query.stage.toggled(stage), ..query.clone() };
            chip(format!("Stage: {}", words::stage(stage)), without);
        }
        if let Some(least) = query.min {
            chip(format!("At least {}", desk.money(least.0)), PipelineQuery { min: None, ..query.clone() });
        }
        if let Some(most) = query.max {
            chip(format!("At most {}", desk.money(most.0)), PipelineQuery { max: None, ..query.clone() });
        }
        if let Some(percent) = query.prob {
            chip(format!("Probability {percent} % or more"), PipelineQuery { prob: None, ..query.clone() });
        }
        if let Some(window) = query.close {
            chip(format!("Close: {}", words::close(window)), PipelineQuery { close: None, ..query.clone() });
        }
        match query.closed {
            Some(ClosedChoice::All) => {
                chip("With all that were closed".to_owned(), PipelineQuery { closed: None, ..query.clone() });
            }
            Some(ClosedChoice::Quarter) => {
                chip(
                    "With this quarter's closed ones".to_owned(),
                    PipelineQuery { closed: None, ..query.clone() },
                );
            }
            _ => {}
        }
        chips
    })
}

fn owner_name(desk: Desk, owner: OwnerChoice) -> String {
    owner_word(owner, |id| {
        desk.painted.with(|painted| {
            let named = painted.rows.iter().find(|row| row.owner_id == Some(id));
            named.and_then(|row| row.owner_name.clone())
        })
    })
}
