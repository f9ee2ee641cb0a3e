//! How are rows sorted and walked through?

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

/// Moves the focus from the row that has it: arrows, Home and End. For `on:keydown` of the element whose
/// children are the rows; each row needs a `tabindex`.
pub fn move_between_rows(event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some(row) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(rows) = row.parent_element() else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => row.next_element_sibling(),
        "ArrowUp" => row.previous_element_sibling(),
        "Home" => rows.first_element_child(),
        "End" => rows.last_element_child(),
        _ => return,
    };
    if !row.has_attribute("tabindex") {
        return;
    }
    event.prevent_default();
    if let Some(to) = to.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = to.focus();
    }
}

/// Focuses the child at `index` of the element that handles the event.
pub(crate) fn focus_child(event: &KeyboardEvent, index: usize) {
    let list = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let child = u32::try_from(index).ok().and_then(|index| list?.children().item(index));
    if let Some(child) = child.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = child.focus();
    }
}
