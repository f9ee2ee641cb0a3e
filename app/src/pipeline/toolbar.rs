//! What stands above the pipeline? Search, what is filtered, and what can be done.

use super::address::{Lane, STEPS, View};
use super::data::{Quarter, use_forecast};
use super::desk::{Desk, Form};
use super::words;
use crate::shell::format;
use crate::shell::list_tools::{self, SearchBox, owner_word};
use leptos::prelude::*;
use revos_shared::kernel::owner::OwnerChoice;
use revos_shared::pipeline::{ClosedChoice, PipelineQuery, Score, ScoreRisk, held_against};
use revos_ui::{Button, ButtonKind, Segment, Segments, Signal, Tone, live};

/// Days of "of late".
const WEEK: u32 = 7;

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

/// How the quarter stands, in three figures. Those of rows are told when all of them are here.
pub(super) fn badges(desk: Desk) -> AnyView {
    let quarter = use_forecast::<Quarter>(desk.api).following(desk.changes).value;
    let target = move || {
        let quarter = quarter.get()?;
        let attained = held_against(quarter.won, quarter.target);
        let text = attained.value().map_or_else(
            || "No target for the quarter".to_owned(),
            |attained| format!("{} of the quarter’s target won", words::percent(*attained)),
        );
        Some((text, Tone::Neutral))
    };
    let rows = Signal::memo(move || {
        desk.painted.with(|painted| {
            let open = painted.rows.iter().filter(|row| row.stage.is_open());
            let risky = open.filter(|row| Score::of(row, &painted.rates).risk == ScoreRisk::High).count();
            let moved = painted.rows.iter().filter(|row| row.days_in_stage < WEEK).count();
            (!painted.truncated && painted.total > 0).then_some((risky as u64, moved as u64))
        })
    });
    let told = move || {
        let rows = rows.get().map(|(risky, moved)| {
            let tone = if risky > 0 { Tone::Bad } else { Tone::Neutral };
            let moved = format!("{} moved in {WEEK} days", format::count(moved));
            [(format!("{} at high risk", format::count(risky)), tone), (moved, Tone::Neutral)]
        });
        let told = target().into_iter().chain(rows.into_iter().flatten());
        told.map(|(text, tone)| view! { <li class="badge" data-tone=tone.word()>{text}</li> }.into_any())
            .collect_view()
    };
    view! { <ul class="pipeline-badges" aria-label="How it stands">{live(told)}</ul> }.into_any()
}

/// More rows, when there are more than are shown.
pub(super) fn load_more(desk: Desk) -> AnyView {
    let more = Signal::memo(move || {
        let limit = desk.address.state.with(|state| state.query.limit).unwrap_or(STEPS[0]);
        let cut = desk.painted.with(|painted| painted.truncated);
        STEPS.into_iter().find(|step| cut && *step > limit)
    });
    live(move || {
        more.get().map(|limit| {
            let load = move |()| desk.address.choose(|state| state.query.limit = Some(limit));
            view! { <p class="table-more"><Button label="Load more" on_press=load /></p> }.into_any()
        })
    })
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
