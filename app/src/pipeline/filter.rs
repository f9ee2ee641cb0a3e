//! Which opportunities are to be shown? Every filter of the address, as a form.

use super::desk::Desk;
use super::words;
use crate::shell::colleagues::colleagues;
use crate::shell::typed::plain_amount;
use leptos::prelude::*;
use revos_shared::kernel::chosen::Chosen;
use revos_shared::kernel::owner::{OwnerChoice, OwnerChoices};
use revos_shared::pipeline::{Amount, CloseWindow, ClosedChoice, PipelineQuery, Stage};
use revos_ui::{
    Button, ButtonKind, CheckBox, ErrorSummary, Problem, SelectField, SelectOption, Signal, TextField, Var,
    live,
};
use std::str::FromStr;

pub(super) fn filter(desk: Desk, close: Callback<()>) -> AnyView {
    let query = desk.address.state.with_untracked(|state| state.query.clone());
    let stages = Var::new(query.stage);
    let owners = Var::new(query.owner.clone());
    let said = |value: Option<String>| Var::new(value.unwrap_or_default());
    let least = said(query.min.map(|amount| amount.to_string()));
    let most = said(query.max.map(|amount| amount.to_string()));
    let likely = said(query.prob.map(|percent| percent.to_string()));
    let window = said(query.close.map(|window| window.to_string()));
    let closed = said(query.closed.map(|closed| closed.to_string()));
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let staff = colleagues();

    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut wrong = Vec::new();
        let mut amount = |id: &'static str, text: Var<String>| -> Option<Amount> {
            let text = text.get_untracked();
            let read = Amount::from_str(&plain_amount(text.trim())).ok();
            if read.is_none() && !text.trim().is_empty() {
                wrong.push(Problem { field: id, text: "Enter an amount such as 25,000.".to_owned() });
            }
            read.filter(|_| !text.trim().is_empty())
        };
        let (min, max) = (amount("filter-min", least), amount("filter-max", most));
        let typed = likely.get_untracked();
        let prob =
            typed.trim().trim_end_matches('%').trim().parse::<u8>().ok().filter(|percent| *percent <= 100);
        if prob.is_none() && !typed.trim().is_empty() {
            wrong.push(Problem {
                field: "filter-prob",
                text: "Enter a whole number from 0 to 100.".to_owned(),
            });
        }
        if !wrong.is_empty() {
            problems.set(wrong);
            return title.set(Some("Some filters need another look".to_owned()));
        }
        desk.address.choose(|state| {
            state.query = PipelineQuery {
                owner: owners.get_untracked(),
                stage: stages.get_untracked(),
                min,
                max,
                prob: prob.filter(|percent| *percent > 0),
                close: window.get_untracked().parse().ok(),
                closed: closed.get_untracked().parse().ok(),
                ..state.query.clone()
            };
        });
        close.run(());
    };
    let windows = [SelectOption::new("", "Any day")]
        .into_iter()
        .chain(CloseWindow::ALL.iter().map(|one| SelectOption::new(one.as_str(), words::close(*one))));
    let ended = [
        SelectOption::new("", "As the view does"),
        SelectOption::new(ClosedChoice::Quarter.as_str(), "With those of this quarter"),
        SelectOption::new(ClosedChoice::All.as_str(), "With all that were ever closed"),
    ];
    view! {
        <form class="form" novalidate on:submit=apply>
            <ErrorSummary title problems />
            <fieldset class="choices">
                <legend>"Stage"</legend>
                {Stage::ALL.iter().map(|stage| tick(stages, *stage)).collect_view()}
            </fieldset>
            <fieldset class="choices">
                <legend>"Owner"</legend>
                {owner(owners, OwnerChoice::Me, "Me".to_owned())}
                {owner(owners, OwnerChoice::Unassigned, "Unassigned".to_owned())}
                {live(move || {
                    let me = desk.me;
                    staff.with(|staff| {
                        staff
                            .iter()
                            .filter(|one| one.id != me)
                            .map(|one| owner(owners, OwnerChoice::Person(one.id), one.name.clone()))
                            .collect_view()
                    })
                })}
            </fieldset>
            <div class="form-row">
                <TextField id="filter-min" label="Amount at least" value=least problems />
                <TextField id="filter-max" label="Amount at most" value=most problems />
                <TextField id="filter-prob" label="Probability at least, %" value=likely problems />
            </div>
            <SelectField
                id="filter-close"
                label="Expected close"
                options=Signal::stored(windows.collect::<Vec<_>>())
                value=window
                problems
            />
            <SelectField
                id="filter-closed"
                label="Closed ones"
                options=Signal::stored(ended.to_vec())
                value=closed
                problems
            />
            <div class="dialog-foot">
                <Button
                    label="Clear filters"
                    on_press=move |()| {
                        desk.address.clear();
                        close.run(());
                    }
                />
                <Button label="Show" kind=ButtonKind::Primary submit=true />
            </div>
        </form>
    }
    .into_any()
}

fn tick(stages: Var<Chosen<Stage>>, stage: Stage) -> AnyView {
    view! {
        <CheckBox
            label=words::stage(stage)
            checked=Signal::derive(move || stages.with(|stages| stages.has(stage)))
            on_toggle=move |()| stages.update(|stages| *stages = stages.toggled(stage))
        />
    }
    .into_any()
}

fn owner(owners: Var<OwnerChoices>, owner: OwnerChoice, name: String) -> AnyView {
    view! {
        <CheckBox
            label=name
            checked=Signal::derive(move || owners.with(|owners| owners.has(owner)))
            on_toggle=move |()| owners.update(|owners| *owners = owners.toggled(owner))
        />
    }
    .into_any()
}
