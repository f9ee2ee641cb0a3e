//! Which single keys do something? `r`, `g` then a letter, and `?`; never inside a field.

use super::address::Address;
use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use revos_ui::Var;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// The second key of `g` must follow within this time.
const CHORD_MS: f64 = 1_200.0;

/// What the list of shortcuts says.
pub(crate) const SHORTCUTS: [(&[&str], &str); 4] = [
    (&["r"], "Refresh this page's data"),
    (&["g", "c"], "Go to Clients"),
    (&["↑", "↓", "Home", "End"], "Move between rows of a table"),
    (&["?"], "Show this list"),
];

/// Shared by the frame and the pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyboard {
    /// Is the list of shortcuts open?
    pub list_open: Var<bool>,
    refresh: StoredValue<Option<Callback<()>>>,
}

impl Keyboard {
    /// Listens for as long as its owner lives.
    pub(crate) fn start(address: Address) -> Self {
        let keyboard = Self { list_open: Var::new(false), refresh: StoredValue::new(None) };
        let began_at = StoredValue::new(None::<f64>);
        let handle = window_event_listener(keydown, move |event: KeyboardEvent| {
            if event.ctrl_key()
                || event.alt_key()
                || event.meta_key()
                || event.default_prevented()
                || in_field(&event)
            {
                return;
            }
            let now = event.time_stamp();
            let began = began_at.get_value().is_some_and(|at| now - at < CHORD_MS);
            began_at.set_value(None);
            match event.key().as_str() {
                "c" if began => address.go("/clients"),
                "g" => began_at.set_value(Some(now)),
                "r" => {
                    if let Some(refresh) = keyboard.refresh.get_value() {
                        refresh.run(());
                    }
                }
                "?" => keyboard.list_open.set(true),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || handle.remove());
        keyboard
    }

    /// Says what `r` does on this page, until the page is left.
    pub(crate) fn refresh_with(self, refresh: Callback<()>) {
        self.refresh.set_value(Some(refresh));
        on_cleanup(move || {
            self.refresh.try_set_value(None);
        });
    }
}

/// Does the key belong to something that takes text, or to a dialog?
fn in_field(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    let editable = element.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable);
    editable || element.closest("input, textarea, select, dialog, [role=menu]").ok().flatten().is_some()
}
