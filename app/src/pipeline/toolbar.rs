//! What stands above the pipeline? Search, what is filtered, and what can be done.

use super::address::{Lane, STEPS, View};
use super::data::{Quarter, use_forecast};
use super::desk::{Desk, Form, Painted};
use super::{export, words};
use crate::shell::format;
use crate::shell::keyboard::Keyboard;
use crate::shell::list_tools::{self, SearchBox, owner_word};
use leptos::prelude::*;
use revos_shared::kernel::owner::OwnerChoice;
use revos_shared::pipeline::{
    ClosedChoice, OpportunityRow, PipelineQuery, Score, ScoreRisk, WinRates, held_against,
};
use revos_ui::{Button, ButtonKind, Segment, Segments, Signal, Tone, live};
use std::sync::Arc;

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
            <Button label="Views" on_press=move |()| desk.open(Form::Views) />
            {live(move || {
                (view.get() == View::Table).then(|| {
                    view! {
                        <Button label="Columns" on_press=move |()| desk.open(Form::Columns) />
                        <Button label="Export CSV" on_press=move |()| export::table(desk) />
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

/// What the palette can do here.
pub(super) fn offer(desk: Desk) {
    let commands = move |(at, run): (usize, bool)| {
        let view = desk.address.state.with_untracked(|state| state.view);
        let (table, list) = (view == View::Table, matches!(view, View::Board | View::Table));
        let actions = [
            (desk.rights.own || desk.rights.all, "Add prospect", Form::Prospect),
            (list, "Filter opportunities", Form::Filter),
            (list, "Saved views", Form::Views),
            (table, "Columns", Form::Columns),
        ];
        let (_, name, form) = actions.into_iter().filter(|(may, ..)| *may).nth(at)?;
        if run {
            desk.open(form);
        }
        Some(name)
    };
    expect_context::<Keyboard>().offer(Callback::new(commands));
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
    let looked = Signal::fold(move |before: Option<&Looked>| {
        desk.painted
            .with(|painted| Looked::at(painted, before.filter(|before| before.rates == painted.rates)))
    });
    let rows = Signal::memo(move || {
        let told = desk.painted.with(|painted| !painted.truncated && painted.total > 0);
        told.then(|| looked.with(Looked::counts))
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

/// Which rows are at risk. A row that is the same as before is not looked at again: of thousands, one has moved.
#[derive(PartialEq)]
struct Looked {
    rates: WinRates,
    rows: Vec<(Arc<OpportunityRow>, bool)>,
}

impl Looked {
    fn at(painted: &Painted, before: Option<&Self>) -> Self {
        let known = before.map(|before| before.rows.as_slice()).unwrap_or_default();
        let risky = |(at, row): (usize, &Arc<OpportunityRow>)| {
            let same = known.get(at).filter(|(known, _)| Arc::ptr_eq(known, row));
            let risky = same.map_or_else(
                || row.stage.is_open() && Score::of(row, &painted.rates).risk == ScoreRisk::High,
                |(_, risky)| *risky,
            );
            (Arc::clone(row), risky)
        };
        Self { rates: painted.rates.clone(), rows: painted.rows.iter().enumerate().map(risky).collect() }
    }

    /// How many are at high risk, and how many moved of late.
    fn counts(&self) -> (u64, u64) {
        let risky = self.rows.iter().filter(|(_, risky)| *risky).count();
        let moved = self.rows.iter().filter(|(row, _)| row.days_in_stage < WEEK).count();
        (risky as u64, moved as u64)
    }
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
