//! Which keys do something, and what?

use leptos::prelude::*;
use revos_ui::{ElementRef, effect};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

type Keys = &'static [&'static str];

/// All keys by where they work.
const SHORTCUTS: [(&str, &[(Keys, &str)]); 5] = [
    (
        "On every page",
        &[
            (&["Ctrl", "K"], "Search, go to and do"),
            (&["g", "o"], "Go to Overview"),
            (&["g", "c"], "Go to Clients"),
            (&["g", "p"], "Go to Pipeline"),
            (&["g", "a"], "Go to Playbooks"),
            (&["g", "f"], "Go to Finance"),
            (&["r"], "Refresh this page's data"),
            (&["/"], "Search this page"),
            (&["Esc"], "Close what is on top"),
            (&["?"], "Show this list"),
        ],
    ),
    (
        "In the command palette",
        &[
            (&["↑", "↓", "Home", "End"], "Move between results"),
            (&["Enter"], "Open the result"),
            (&["Ctrl", "Enter"], "Open it in a new tab"),
        ],
    ),
    (
        "In a table",
        &[
            (&["↑", "↓", "Home", "End"], "Move between rows"),
            (&["x"], "Choose the row, for a change of many"),
        ],
    ),
    (
        "On the pipeline's board",
        &[
            (&["↑", "↓", "←", "→"], "Move between cards"),
            (&["Shift", "→"], "Move the card to the next stage, with ← to the one before"),
            (&["m"], "Move the card to a stage"),
            (&["Enter"], "Open the card"),
        ],
    ),
    (
        "In menus and choices",
        &[(&["↑", "↓", "Home", "End"], "Move between entries"), (&["Enter"], "Choose the entry of a menu")],
    ),
];

/// The list.
pub(super) fn shortcut_list() -> AnyView {
    let apple =
        window().navigator().platform().is_ok_and(|name| name.starts_with("Mac") || name.starts_with("iP"));
    // Apple's keyboards have another key for the same.
    let named = move |key: &'static str| if apple && key == "Ctrl" { "⌘" } else { key };
    let root = ElementRef::<Element>::new();
    // What had the focus is gone when the list takes the palette's place.
    effect(move || {
        let close =
            root.get().and_then(|root| root.closest("dialog").ok()??.query_selector("button").ok()?);
        if let Some(close) = close.and_then(|close| close.dyn_into::<HtmlElement>().ok()) {
            let _ = close.focus();
        }
    });
    let groups = SHORTCUTS
        .into_iter()
        .map(|(place, shortcuts)| {
            let lines = shortcuts
                .iter()
                .map(|(keys, what)| {
                    let keys =
                        keys.iter().map(|key| view! { <kbd>{named(key)}</kbd> }.into_any()).collect_view();
                    view! {
                        <div>
                            <dt>{*what}</dt>
                            <dd>{keys}</dd>
                        </div>
                    }
                    .into_any()
                })
                .collect_view();
            view! {
                <h3>{place}</h3>
                <dl class="shortcuts">{lines}</dl>
            }
            .into_any()
        })
        .collect_view();
    view! { <div node_ref=root>{groups}</div> }.into_any()
}
