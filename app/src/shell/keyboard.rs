//! Which keys do something on every page? Ctrl or ⌘ with K, also inside a field; `r`, `/`, `g` then a letter, and `?`
//! outside of one.

use super::address::Address;
use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use revos_ui::Var;
use std::cell::Cell;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// The second key of `g` must follow within this time.
const CHORD_MS: f64 = 1_200.0;

/// What stands on top of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// Where everything is found and done.
    Palette,
    /// The list of shortcuts.
    Shortcuts,
}

/// What else the open page can do: names by their place, none behind the last; and does it, if that is asked for.
pub(crate) type Commands = Callback<(usize, bool), Option<&'static str>>;

/// Shared by the frame and the pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyboard {
    /// What stands on top, while `open`.
    pub overlay: Var<Overlay>,
    /// Does it?
    pub open: Var<bool>,
    /// What the open page can do.
    pub commands: StoredValue<Option<Commands>>,
    /// What `r` does on the open page.
    pub refresh: StoredValue<Option<Callback<()>>>,
    search: StoredValue<Option<Callback<()>>>,
}

impl Keyboard {
    /// Listens for as long as its owner lives.
    pub(crate) fn start(address: Address) -> Self {
        let keyboard = Self {
            overlay: Var::new(Overlay::Palette),
            open: Var::new(false),
            commands: StoredValue::new(None),
            refresh: StoredValue::new(None),
            search: StoredValue::new(None),
        };
        let began_at = Cell::new(None::<f64>);
        let handle = window_event_listener(keydown, move |event: KeyboardEvent| {
            if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
                // The browser would search the web.
                event.prevent_default();
                keyboard.show(Overlay::Palette);
                return;
            }
            if event.ctrl_key()
                || event.alt_key()
                || event.meta_key()
                || event.default_prevented()
                || in_field(&event)
            {
                return;
            }
            let now = event.time_stamp();
            let began = began_at.take().is_some_and(|at| now - at < CHORD_MS);
            match event.key().as_str() {
                "c" if began => address.go("/clients"),
                "o" if began => address.go("/"),
                "p" if began => address.go("/pipeline"),
                "a" if began => address.go("/agents/playbooks"),
                "f" if began => address.go("/finance"),
                "g" => began_at.set(Some(now)),
                "r" => {
                    if let Some(refresh) = keyboard.refresh.get_value() {
                        refresh.run(());
                    }
                }
                "/" => {
                    if let Some(search) = keyboard.search.get_value() {
                        search.run(());
                    }
                }
                "?" => keyboard.show(Overlay::Shortcuts),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || handle.remove());
        keyboard
    }

    /// Puts this on top; what is there already stays as it is.
    pub(crate) fn show(self, overlay: Overlay) {
        if !self.open.get_untracked() || self.overlay.get_untracked() != overlay {
            self.overlay.set(overlay);
            self.open.set(true);
        }
    }

    /// Says what else the page can do, until the page is left.
    pub(crate) fn offer(self, commands: Commands) {
        self.commands.set_value(Some(commands));
        on_cleanup(move || {
            self.commands.try_set_value(None);
        });
    }

    /// Says what `/` does on this page, until the page is left.
    pub(crate) fn search_with(self, search: Callback<()>) {
        self.search.set_value(Some(search));
        on_cleanup(move || {
            self.search.try_set_value(None);
        });
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
