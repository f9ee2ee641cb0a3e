//! How are rows sorted?

use crate::icon::{Icon, IconName};
use crate::signal::{Signal, live, on};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortDirection {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl SortDirection {
    const fn word(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// A column's head with a button that sorts by it.
#[component]
pub fn SortHead(
    /// The column's name.
    label: &'static str,
    /// Numbers stand at the right.
    #[prop(optional)]
    number: bool,
    /// The column's word, for style sheets.
    #[prop(optional)]
    name: &'static str,
    /// How the table is sorted by this column, if it is.
    #[prop(into)]
    sorted: Signal<Option<SortDirection>>,
    /// Sorts by it, or turns the order round.
    #[prop(into)]
    on_sort: Callback<()>,
) -> impl IntoView {
    view! {
        <th
            scope="col"
            role="columnheader"
            class=number.then_some("number")
            data-column=name
            aria-sort=live(move || sorted.get().map(SortDirection::word))
        >
            <button class="sort-head" type="button" on:click=on(move |_| on_sort.run(()))>
                {label}
                <Icon name=IconName::Down size=12 />
            </button>
        </th>
    }
    .into_any()
}

/// Focuses the child at `index` of the element that handles the event.
pub(crate) fn focus_child(event: &KeyboardEvent, index: usize) {
    let list = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let child = u32::try_from(index).ok().and_then(|index| list?.children().item(index));
    if let Some(child) = child.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = child.focus();
    }
}
