//! What stands above the table of clients? Search, what is filtered, and what can be done with the list.

use super::data::ClientRows;
use super::list::ListAddress;
use super::tool::{Tool, Toolbox};
use super::words;
use crate::shell::format;
use crate::shell::list_tools::{self, SearchBox, owner_word};
use crate::shell::selection::{Selection, Whose};
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::clients::{ClientRow, ClientsQuery};
use revos_shared::kernel::chosen::OrNone;
use revos_shared::kernel::owner::OwnerChoice;
use revos_ui::{Button, Signal, live};
use std::sync::Arc;

/// Search, tools, and the active filters as chips.
#[component]
pub(super) fn Toolbar(
    /// Where the filters are kept.
    address: ListAddress,
    /// Rows that may know the names of owners.
    rows: Signal<ClientRows>,
    /// What the buttons open.
    toolbox: Toolbox,
    /// May the person add a client?
    may_add: Signal<bool>,
    /// The chosen rows.
    selection: Selection<ClientRow>,
) -> impl IntoView {
    let searched =
        Signal::memo(move || address.state.with(|state| state.query.q.clone().unwrap_or_default()));
    let open = move |tool: Tool| Callback::new(move |()| toolbox.open(tool));
    view! {
        <div class="toolbar" role="group" aria-label="Clients list">
            <SearchBox
                label="Search clients"
                placeholder="Search name, industry, region"
                searched
                on_search=move |text| address.pass(|state| state.query.q = text)
            />
            <Button label="Filter" on_press=open(Tool::Filter) />
            <Button label="Columns" on_press=open(Tool::Columns) />
            <Button label="Views" on_press=open(Tool::Views) />
            <Button label="Export CSV" on_press=open(Tool::Export) />
            {live(move || {
                may_add
                    .get()
                    .then(|| view! { <Button label="Add client" on_press=open(Tool::Add) /> }.into_any())
            })}
        </div>
        <Chips address rows />
        {live(move || {
            let count = selection.count();
            (count > 0).then(|| {
                view! {
                    <div class="bulk-bar" role="region" aria-label="Chosen clients">
                        <strong>{format!("{} chosen", format::count(count as u64))}</strong>
                        // Giving a client to somebody else is for those who may change all of them.
                        {(selection.whose() == Whose::All)
                            .then(|| view! { <Button label="Change owner" on_press=open(Tool::Owner) /> }.into_any())}
                        <Button label="Change phase" on_press=open(Tool::Phase) />
                        <Button label="Change QBR date" on_press=open(Tool::Review) />
                        <Button label="Choose none" on_press=move |()| selection.set(Default::default()) />
                    </div>
                }
                .into_any()
            })
        })}
    }
    .into_any()
}

/// The active filters; each can be taken away.
#[component]
fn Chips(address: ListAddress, rows: Signal<ClientRows>) -> impl IntoView {
    let chips = move || {
        let query = address.state.with(|state| state.query.clone());
        let mut chips = Vec::new();
        let mut chip = |text: String, without: ClientsQuery| chips.push((text, without));
        if let Some(text) = query.text() {
            chip(format!("“{text}”"), ClientsQuery { q: None, ..query.clone() });
        }
        for status in query.status.iter() {
            let without = ClientsQuery { status: query.status.toggled(status), ..query.clone() };
            chip(format!("Status: {}", words::status(status).0), without);
        }
        for phase in query.phase.iter() {
            let without = ClientsQuery { phase: query.phase.toggled(phase), ..query.clone() };
            chip(format!("Phase: {}", or_none(phase, |phase| phase.as_str())), without);
        }
        for segment in query.segment.iter() {
            let without = ClientsQuery { segment: query.segment.toggled(segment), ..query.clone() };
            chip(format!("Segment: {}", or_none(segment, terms::segment)), without);
        }
        for owner in query.owner.iter() {
            let without = ClientsQuery { owner: query.owner.toggled(owner), ..query.clone() };
            chip(format!("Owner: {}", rows.with(|rows| owner_name(owner, rows))), without);
        }
        for band in query.band.iter() {
            let without = ClientsQuery { band: query.band.toggled(band), ..query.clone() };
            chip(words::band_choice(band).to_owned(), without);
        }
        chips
    };
    let choose =
        Callback::new(move |without: ClientsQuery| address.choose(|state| state.query = without.clone()));
    list_tools::chips(move || {
        chips()
            .into_iter()
            .map(|(text, without)| (text, Callback::new(move |()| choose.run(without.clone()))))
            .collect()
    })
}

/// The word of a value, or that there is none.
pub(super) fn or_none<T>(choice: OrNone<T>, word: impl Fn(T) -> &'static str) -> &'static str {
    choice.0.map_or("none", word)
}

/// Whose clients, in words; the names are those of the rows at hand.
pub(super) fn owner_name(owner: OwnerChoice, rows: &[Arc<ClientRow>]) -> String {
    owner_word(owner, |id| {
        rows.iter().find(|row| row.owner_id == Some(id)).and_then(|row| row.owner_name.clone())
    })
}
