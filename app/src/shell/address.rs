//! Where is the page, and how does it go elsewhere without being loaded again?

use leptos::ev::{MouseEvent, click, popstate};
use leptos::prelude::{document, expect_context, on_cleanup, window, window_event_listener};
use revos_ui::{Signal, Var, effect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlAnchorElement, UrlSearchParams};

/// The address of the page, as signals.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    path: Var<String>,
    search: Var<String>,
}

impl Address {
    /// Reads the address and follows it: back, forward, and links of this site.
    pub(crate) fn start() -> Self {
        let address = Self { path: Var::new(String::new()), search: Var::new(String::new()) };
        address.read();
        let moved = window_event_listener(popstate, move |_| address.read());
        let clicked = window_event_listener(click, move |event| {
            if let Some(to) = own_link(&event) {
                event.prevent_default();
                address.go(&to);
            }
        });
        on_cleanup(move || {
            moved.remove();
            clicked.remove();
        });
        address
    }

    /// The path, without a slash at its end.
    pub(crate) fn path(self) -> String {
        self.path.get()
    }

    /// Path and parameters, for the way back after sign-in.
    pub(crate) fn here(self) -> String {
        self.path.get_untracked() + &self.search.get_untracked()
    }

    /// The path without listening.
    pub(crate) fn path_now(self) -> String {
        self.path.get_untracked()
    }

    /// A parameter.
    pub(crate) fn parameter(self, name: &str) -> Option<String> {
        self.search.with(|search| UrlSearchParams::new_with_str(search).ok()?.get(name))
    }

    /// Sets or removes a parameter as a person's choice: the page does not move, and "back" undoes it.
    pub(crate) fn choose_parameter(self, name: &str, value: Option<&str>) {
        self.choose_parameters(&[(name, value.map(str::to_owned))]);
    }

    /// The same for several parameters that are one choice.
    pub(crate) fn choose_parameters(self, changes: &[(&str, Option<String>)]) {
        if let (Some(to), Ok(history)) = (self.with_parameters(changes), window().history()) {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&to));
        }
        self.read();
    }

    /// Sets or removes parameters in passing, as while a person types: the former address is not kept.
    pub(crate) fn change_parameters(self, changes: &[(&str, Option<String>)]) {
        if let Some(to) = self.with_parameters(changes) {
            self.replace(&to);
        }
    }

    /// Replaces all parameters as a person's choice.
    pub(crate) fn choose_search(self, search: &str) {
        let mark = if search.is_empty() { "" } else { "?" };
        if let Ok(history) = window().history() {
            let to = format!("{}{mark}{search}", self.path_now());
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&to));
        }
        self.read();
    }

    /// Goes to another path with the same parameters but for these, as a person's choice; the page does not move.
    pub(crate) fn go_beside(self, path: &str, without: &[&str]) {
        let parameters = self.search.with_untracked(|search| UrlSearchParams::new_with_str(search));
        let text = parameters.map_or_else(
            |_| String::new(),
            |parameters| {
                without.iter().for_each(|name| parameters.delete(name));
                String::from(parameters.to_string())
            },
        );
        let mark = if text.is_empty() { "" } else { "?" };
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{mark}{text}")));
        }
        self.read();
    }

    /// All parameters, without the question mark.
    pub(crate) fn search_now(self) -> String {
        self.search.with_untracked(|search| search.trim_start_matches('?').to_owned())
    }

    /// This address with the parameters set or removed.
    fn with_parameters(self, changes: &[(&str, Option<String>)]) -> Option<String> {
        let parameters = self.search.with_untracked(|search| UrlSearchParams::new_with_str(search)).ok()?;
        for (name, value) in changes {
            match value {
                Some(value) => parameters.set(name, value),
                None => parameters.delete(name),
            }
        }
        let text = String::from(parameters.to_string());
        let mark = if text.is_empty() { "" } else { "?" };
        Some(format!("{}{mark}{text}", self.path_now()))
    }

    /// Goes to another page of this site, at its top.
    pub(crate) fn go(self, to: &str) {
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(to));
        }
        self.read();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Puts another address in the place of this one.
    pub(crate) fn replace(self, to: &str) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(to));
        }
        self.read();
    }

    fn read(self) {
        let location = window().location();
        let path = location.pathname().unwrap_or_default();
        let path = match path.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        // Told only when it is another one: a parameter that changes does not rebuild the page.
        for (var, new) in [(self.path, path.to_owned()), (self.search, location.search().unwrap_or_default())]
        {
            if var.with_untracked(|old| *old != new) {
                var.set(new);
            }
        }
    }

    /// Is this the page at `path`, or one below it?
    pub(crate) fn is_at(self, path: &'static str) -> Signal<bool> {
        Signal::memo(move || {
            self.path.with(|here| {
                here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
    }
}

/// What a page keeps in the parameters of its address.
pub(crate) trait PageState: Clone + PartialEq + Send + Sync + 'static {
    /// Where: another page's parameters are none of its own.
    const PATH: &'static str;

    /// What these parameters say; one that says nothing sensible counts as absent.
    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self;

    /// The parameters that say so. Defaults are left out.
    fn parameters(&self) -> Vec<(&'static str, Option<String>)>;
}

/// Where a page's state is kept.
pub(crate) struct StateAddress<State: PageState> {
    /// What the address says.
    pub state: Signal<State>,
    address: Address,
}

impl<State: PageState> Clone for StateAddress<State> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<State: PageState> Copy for StateAddress<State> {}

impl<State: PageState> StateAddress<State> {
    /// Reads the address and follows it. Words that mean nothing are taken out of it.
    pub(crate) fn new() -> Self {
        let address: Address = expect_context();
        let state = Signal::memo(move || State::of(|name| address.parameter(name)));
        let is_here = address.is_at(State::PATH);
        effect(move || {
            if !is_here.get() {
                return;
            }
            let meant = state.with(State::parameters);
            if meant.iter().any(|(name, value)| address.parameter(name) != *value) {
                address.change_parameters(&meant);
            }
        });
        Self { state, address }
    }

    /// Changes it, as a person's choice: "back" undoes it.
    pub(crate) fn choose(self, change: impl FnOnce(&mut State)) {
        self.address.choose_parameters(&self.changed(change).parameters());
    }

    /// Changes it in passing, as while a person types.
    pub(crate) fn pass(self, change: impl FnOnce(&mut State)) {
        self.address.change_parameters(&self.changed(change).parameters());
    }

    fn changed(self, change: impl FnOnce(&mut State)) -> State {
        let mut state = self.state.get_untracked();
        change(&mut state);
        state
    }
}

/// The address of a link of this site that was pressed to be followed here.
fn own_link(event: &MouseEvent) -> Option<String> {
    let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || elsewhere {
        return None;
    }
    let pressed: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = pressed.closest("a[href]").ok()??.dyn_into().ok()?;
    let own = link.origin() == document().location()?.origin().ok()?;
    let here = link.target().is_empty() && !link.has_attribute("download") && link.hash().is_empty();
    (own && here).then(|| link.pathname() + &link.search())
}

/// What a page's state is when its address has these parameters, and the parameters of a state, for tests.
#[cfg(test)]
pub(crate) mod written {
    use super::PageState;

    pub(crate) fn state<State: PageState>(address: &str) -> State {
        let pairs: Vec<(&str, &str)> = address.split('&').filter_map(|pair| pair.split_once('=')).collect();
        State::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    pub(crate) fn address(state: &impl PageState) -> String {
        let said =
            state.parameters().into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        said.collect::<Vec<_>>().join("&")
    }
}
