//! Which days and which clients are looked at? A form for them, and chips that say it.

use super::address::OverviewAddress;
use super::words;
use crate::shell::colleagues::{ask_colleagues, colleague_options};
use crate::shell::format;
use crate::shell::list_tools::{self, owner_word};
use crate::shell::session::Session;
use crate::shell::terms;
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::clients::Segment;
use revos_shared::kernel::chosen::OrNone;
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_shared::kernel::owner::OwnerChoice;
use revos_shared::kernel::workspace::Colleague;
use revos_shared::overview::endpoints::{OverviewQuery, WindowProblem};
use revos_ui::{
    Button, ButtonKind, ErrorSummary, Problem, SelectField, SelectOption, Signal, TextField, Var, effect,
};

/// No choice, in a list of choices.
const ALL: &str = "";
const UNASSIGNED: &str = "unassigned";
const ME: &str = "me";

/// The form for days and clients; `today` is the last day that can be asked for.
pub(super) fn form(address: OverviewAddress, today: Date, close: Callback<()>) -> AnyView {
    let asked = address.state.with_untracked(|state| state.asked);
    let text = |day: Option<Date>| Var::new(day.map(write_day).unwrap_or_default());
    let (from, to) = (text(asked.from), text(asked.to));
    let segment = Var::new(asked.segment.map(|segment| segment.to_string()).unwrap_or_default());
    let owner = Var::new(asked.owner.map(|owner| owner.to_string()).unwrap_or_default());
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut wrong = Vec::new();
        let mut day = |field: &'static str, text: Var<String>| {
            let text = text.get_untracked();
            let read = parse_day(text.trim());
            if read.is_none() && !text.trim().is_empty() {
                wrong.push(Problem { field, text: "Enter a day such as 2026-05-20.".to_owned() });
            }
            read
        };
        let (from, to) = (day("part-from", from), day("part-to", to));
        let chosen = OverviewQuery {
            scope: asked.scope.filter(|_| from.is_none() && to.is_none()),
            from,
            to,
            segment: segment.with_untracked(|word| word.parse().ok()),
            owner: owner.with_untracked(|word| word.parse().ok()),
        };
        if wrong.is_empty()
            && let Err(problem) = chosen.check_on(today)
        {
            let field = if problem.of_parameter().0 == "from" { "part-from" } else { "part-to" };
            wrong.push(Problem { field, text: words::window_problem(problem) });
        }
        if !wrong.is_empty() {
            problems.set(wrong);
            return title.set(Some("There are no figures for these days".to_owned()));
        }
        address.choose(|state| state.asked = chosen);
        close.run(());
    };
    let segments: Vec<SelectOption> = [SelectOption::new(ALL, "All segments")]
        .into_iter()
        .chain(
            Segment::ALL.iter().map(|segment| SelectOption::new(segment.as_str(), terms::segment(*segment))),
        )
        .chain([SelectOption::new(OrNone::<Segment>(None).to_string(), "Without a segment")])
        .collect();
    let staff = colleague_options();
    let owners = Signal::derive(move || {
        let people = staff.get().into_iter().filter(|one| !one.value.is_empty());
        let first = [(ALL, "All owners"), (ME, "Me"), (UNASSIGNED, "Nobody (unassigned)")];
        first
            .map(|(value, label)| SelectOption::new(value, label))
            .into_iter()
            .chain(people)
            .collect::<Vec<_>>()
    });
    view! {
        <form class="form" novalidate on:submit=apply>
            <ErrorSummary title problems />
            <p class="quiet">
                "Without days, the window above counts. Figures of one day are always of today."
            </p>
            <div class="form-row">
                <TextField id="part-from" label="From" kind="date" value=from problems />
                <TextField id="part-to" label="Until" kind="date" value=to problems />
            </div>
            <SelectField id="part-segment" label="Segment of the clients" options=Signal::stored(segments) value=segment problems />
            <SelectField id="part-owner" label="Owner of the clients" options=owners value=owner problems />
            <div class="dialog-foot">
                <Button
                    label="Show the whole organization"
                    on_press=move |()| {
                        address.choose(|state| {
                            state.asked = OverviewQuery { scope: asked.scope, ..OverviewQuery::default() };
                        });
                        close.run(());
                    }
                />
                <Button label="Show" kind=ButtonKind::Primary submit=true />
            </div>
        </form>
    }
    .into_any()
}

/// What is looked at, when it is not the whole organization or not one of the usual windows; each can be taken away.
pub(super) fn chips(address: OverviewAddress, today: Signal<Date>, owner: Signal<Option<String>>) -> AnyView {
    list_tools::chips(move || {
        let asked = address.state.with(|state| state.asked);
        let mut found = Vec::new();
        let mut chip = |text: String, without: OverviewQuery| {
            found.push((text, Callback::new(move |()| address.choose(|state| state.asked = without))));
        };
        if let (Some(from), Some(to)) = (asked.from, asked.to) {
            let day = |day| format::day(day, today.get());
            let days = if from == to { day(from) } else { format!("{} to {}", day(from), day(to)) };
            chip(days, OverviewQuery { from: None, to: None, ..asked });
        }
        if let Some(segment) = asked.segment {
            chip(
                format!("Segment: {}", segment.0.map_or("none", terms::segment)),
                OverviewQuery { segment: None, ..asked },
            );
        }
        if asked.owner.is_some() {
            let name = owner.get().unwrap_or_default();
            chip(format!("Owner: {name}"), OverviewQuery { owner: None, ..asked });
        }
        found
    })
}

/// The owner who is asked about, in words. People are looked up only when one of them is named.
pub(super) fn owner_name(address: OverviewAddress, session: Session) -> Signal<Option<String>> {
    let owner = Signal::memo(move || address.state.with(|state| state.asked.owner));
    let names = Signal::memo(move || matches!(owner.get(), Some(OwnerChoice::Person(_))));
    let staff = Var::new(Vec::<Colleague>::new());
    effect(move || {
        if names.get() && staff.with_untracked(Vec::is_empty) {
            ask_colleagues(session, staff);
        }
    });
    Signal::memo(move || {
        let named =
            |id| staff.with(|staff| staff.iter().find(|one| one.id == id).map(|one| one.name.clone()));
        owner.get().map(|owner| owner_word(owner, named))
    })
}

/// In place of figures: why there are none for these days.
pub(super) fn refused(problem: WindowProblem, address: OverviewAddress) -> AnyView {
    view! {
        <div class="overview-refused" role="alert">
            <h2>"There are no figures for these days"</h2>
            <p>{words::window_problem(problem)}</p>
            <Button
                label="Show the quarter"
                on_press=move |()| {
                    address.choose(|state| {
                        state.asked = OverviewQuery { from: None, to: None, scope: None, ..state.asked };
                    });
                }
            />
        </div>
    }
    .into_any()
}
