//! Which invoices are to be shown? Every filter of the address, as a form.

use super::desk::Desk;
use super::words;
use leptos::prelude::*;
use revos_shared::finance::{InvoiceStanding, InvoicesQuery};
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_ui::{Button, ButtonKind, CheckBox, ErrorSummary, Problem, Signal, TextField, Var};

pub(super) fn filter(desk: Desk, close: Callback<()>) -> AnyView {
    let query = desk.address.state.with_untracked(|state| state.invoices.clone());
    let status = Var::new(query.status);
    let from = Var::new(query.from.map(write_day).unwrap_or_default());
    let to = Var::new(query.to.map(write_day).unwrap_or_default());
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut wrong = Vec::new();
        let mut day = |id: &'static str, text: Var<String>| {
            let text = text.get_untracked();
            let read = parse_day(text.trim());
            if read.is_none() && !text.trim().is_empty() {
                wrong.push(Problem { field: id, text: "Enter a day such as 2026-05-20.".to_owned() });
            }
            read
        };
        let (from, to) = (day("filter-from", from), day("filter-to", to));
        if !wrong.is_empty() {
            problems.set(wrong);
            return title.set(Some("Some filters need another look".to_owned()));
        }
        desk.address.choose(|state| {
            state.invoices =
                InvoicesQuery { status: status.get_untracked(), from, to, ..state.invoices.clone() };
        });
        close.run(());
    };
    let tick = move |standing: InvoiceStanding| {
        view! {
            <CheckBox
                label=words::standing(standing).0
                checked=Signal::derive(move || status.with(|status| status.has(standing)))
                on_toggle=move |()| status.update(|status| *status = status.toggled(standing))
            />
        }
        .into_any()
    };
    view! {
        <form class="form" novalidate on:submit=apply>
            <ErrorSummary title problems />
            <fieldset class="choices">
                <legend>"Status"</legend>
                {InvoiceStanding::ALL.iter().map(|standing| tick(*standing)).collect_view()}
            </fieldset>
            <div class="form-row">
                <TextField id="filter-from" label="Issued from" kind="date" value=from problems />
                <TextField id="filter-to" label="Issued until" kind="date" value=to problems />
            </div>
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
