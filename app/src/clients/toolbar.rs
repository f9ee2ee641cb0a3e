//! What stands above the table of clients? Search, what is filtered, and what can be done with the list.

use super::data::ClientRows;
use super::list::ListAddress;
use super::selection::{Selection, Whose};
use super::tool::{Tool, Toolbox};
use super::words;
use crate::shell::format;
use crate::shell::keyboard::Keyboard;
use gloo_timers::callback::Timeout;
use leptos::{html, prelude::*};
use revos_shared::clients::{ClientRow, ClientsQuery, OwnerChoice};
use revos_shared::kernel::chosen::OrNone;
use revos_ui::{Button, Icon, IconName, Signal, Var, effect, live, on};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A search begins when nothing was typed for this long.
const SEARCH_WAIT_MS: u32 = 300;

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
    selection: Selection,
) -> impl IntoView {
    let open = move |tool: Tool| Callback::new(move |()| toolbox.open(tool));
    view! {
        <div class="toolbar" role="group" aria-label="Clients list">
            <SearchBox address />
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

#[component]
fn SearchBox(address: ListAddress) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    expect_context::<Keyboard>().search_with(Callback::new(move |()| {
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
            input.select();
        }
    }));
    let searched =
        Signal::memo(move || address.state.with(|state| state.query.q.clone().unwrap_or_default()));
    let typed = Var::new(searched.get_untracked());
    let waiting: Rc<RefCell<Option<Timeout>>> = Rc::default();
    // Back, forward and a chip change the address under the box.
    effect(move || {
        let text = searched.get();
        if typed.with_untracked(|typed| typed.trim() != text.trim()) {
            typed.set(text);
        }
    });
    let on_input = move |event| {
        typed.set(event_target_value(&event));
        let search = move || {
            let text = Some(typed.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
            address.pass(|state| state.query.q = text);
        };
        *waiting.borrow_mut() = Some(Timeout::new(SEARCH_WAIT_MS, search));
    };
    view! {
        <label class="search-box">
            <Icon name=IconName::Search size=14 />
            <span class="hidden-visually">"Search clients"</span>
            <input
                type="search"
                placeholder="Search name, industry, region"
                autocomplete="off"
                spellcheck="false"
                maxlength="200"
                node_ref=input
                prop:value=live(move || typed.get())
                on:input=on(on_input)
            />
        </label>
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
            chip(format!("Segment: {}", or_none(segment, words::segment)), without);
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
    view! {
        <ul class="chips" aria-label="Active filters">
            {live(move || {
                chips()
                    .into_iter()
                    .map(|(text, without)| {
                        let remove = move |_| address.choose(|state| state.query = without.clone());
                        view! {
                            <li>
                                <button
                                    type="button"
                                    class="chip"
                                    aria-label=format!("Remove filter {text}")
                                    on:click=on(remove)
                                >
                                    <span>{text.clone()}</span>
                                    <Icon name=IconName::Close size=12 />
                                </button>
                            </li>
                        }
                        .into_any()
                    })
                    .collect_view()
            })}
        </ul>
    }
    .into_any()
}

/// The word of a value, or that there is none.
pub(super) fn or_none<T>(choice: OrNone<T>, word: impl Fn(T) -> &'static str) -> &'static str {
    choice.0.map_or("none", word)
}

/// Whose clients, in words; the names are those of the rows at hand.
pub(super) fn owner_name(owner: OwnerChoice, rows: &[Arc<ClientRow>]) -> String {
    match owner {
        OwnerChoice::Me => "me".to_owned(),
        OwnerChoice::Unassigned => "unassigned".to_owned(),
        OwnerChoice::Person(id) => {
            let named =
                rows.iter().find(|row| row.owner_id == Some(id)).and_then(|row| row.owner_name.clone());
            named.unwrap_or_else(|| "somebody else".to_owned())
        }
    }
}
