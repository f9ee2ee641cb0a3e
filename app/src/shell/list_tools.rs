//! What stands above every list? A search box, and the active filters as chips.

use super::keyboard::Keyboard;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::kernel::owner::OwnerChoice;
use revos_ui::{ElementRef, Icon, IconName, Signal, Var, effect, live, on};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlInputElement;

/// A search begins when nothing was typed for this long.
const SEARCH_WAIT_MS: u32 = 300;

/// Where a person says what to look for; `/` leads there.
#[component]
pub(crate) fn SearchBox(
    /// What it is called aloud.
    label: &'static str,
    /// What is looked through.
    placeholder: &'static str,
    /// What is being looked for.
    searched: Signal<String>,
    /// Looks for this; none for nothing in particular.
    #[prop(into)]
    on_search: Callback<Option<String>>,
) -> impl IntoView {
    let input = ElementRef::<HtmlInputElement>::new();
    expect_context::<Keyboard>().search_with(Callback::new(move |()| {
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
            input.select();
        }
    }));
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
            on_search.run(Some(typed.get_untracked().trim().to_owned()).filter(|text| !text.is_empty()));
        };
        *waiting.borrow_mut() = Some(Timeout::new(SEARCH_WAIT_MS, search));
    };
    view! {
        <label class="search-box">
            <Icon name=IconName::Search size=14 />
            <span class="hidden-visually">{label}</span>
            <input
                type="search"
                placeholder=placeholder
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

/// The active filters in words; each can be taken away.
pub(crate) fn chips(active: impl Fn() -> Vec<(String, Callback<()>)> + Send + Sync + 'static) -> AnyView {
    view! {
        <ul class="chips" aria-label="Active filters">
            {live(move || {
                active()
                    .into_iter()
                    .map(|(text, remove)| {
                        view! {
                            <li>
                                <button
                                    type="button"
                                    class="chip"
                                    aria-label=format!("Remove filter {text}")
                                    on:click=on(move |_| remove.run(()))
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

/// Whose rows, in words; a person is called as the rows at hand call their owner.
pub(crate) fn owner_word(owner: OwnerChoice, named: impl FnOnce(UserId) -> Option<String>) -> String {
    match owner {
        OwnerChoice::Me => "me".to_owned(),
        OwnerChoice::Unassigned => "unassigned".to_owned(),
        OwnerChoice::Person(id) => named(id).unwrap_or_else(|| "somebody else".to_owned()),
    }
}
