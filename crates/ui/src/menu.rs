//! How are actions that are rarely needed kept out of the way? In a menu (WAI-ARIA menu button).

use crate::element_ref::ElementRef;
use crate::icon::{Icon, IconName};
use crate::signal::{Signal, Var, effect, live, on};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent, Node};

/// Which way the list opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MenuOpens {
    /// Below the button.
    #[default]
    Down,
    /// Above the button.
    Up,
}

/// A button that opens a list of [`MenuItem`] and [`MenuChoice`].
#[component]
pub fn Menu(
    /// What the button is called aloud.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows.
    #[prop(into)]
    face: ViewFn,
    /// The button's class.
    #[prop(default = "button")]
    class: &'static str,
    /// Which way the list opens.
    #[prop(optional)]
    opens: MenuOpens,
    /// The items.
    children: ChildrenFn,
) -> impl IntoView {
    let open = Var::new(false);
    let root = ElementRef::<Element>::new();
    let close = move |refocus: bool| {
        open.set(false);
        if refocus {
            focus(root, "button[aria-haspopup]", Pick::First);
        }
    };
    provide_context(CloseMenu(Callback::new(move |()| close(true))));
    effect(move || {
        if open.get() {
            request_animation_frame(move || focus(root, "[role^=menuitem]", Pick::First));
        }
    });
    let on_key = move |event: KeyboardEvent| {
        if !open.get_untracked() {
            return;
        }
        let pick = match event.key().as_str() {
            "Escape" => {
                event.stop_propagation();
                close(true);
                return;
            }
            "Tab" => {
                close(false);
                return;
            }
            "ArrowDown" => Pick::Next,
            "ArrowUp" => Pick::Previous,
            "Home" => Pick::First,
            "End" => Pick::Last,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        focus(root, "[role^=menuitem]", pick);
    };
    let on_leave = move |event: leptos::ev::FocusEvent| {
        let inside = event
            .related_target()
            .and_then(|to| to.dyn_into::<Node>().ok())
            .is_some_and(|to| root.get_untracked().is_some_and(|root| root.contains(Some(&to))));
        if !inside {
            open.set(false);
        }
    };
    view! {
        <div class="menu" node_ref=root on:keydown=on_key on:focusout=on_leave>
            <button
                class=class
                type="button"
                aria-haspopup="menu"
                aria-label=live(move || label.get())
                aria-expanded=live(move || open.get().to_string())
                on:click=on(move |_| open.update(|open| *open = !*open))
            >
                {face.run()}
            </button>
            {live(move || {
                open.get()
                    .then(|| {
                        view! {
                            <div
                                class="menu-list"
                                role="menu"
                                aria-label=live(move || label.get())
                                data-open-to=if opens == MenuOpens::Up { "up" } else { "down" }
                                on:mousedown=|event| event.prevent_default()
                            >
                                {children()}
                            </div>
                        }.into_any()
                    })
            })}
        </div>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct CloseMenu(Callback<()>);

fn run_and_close(on_press: Callback<()>) {
    if let Some(CloseMenu(close)) = use_context() {
        close.run(());
    }
    on_press.run(());
}

/// An action in a menu.
#[component]
pub fn MenuItem(
    /// The verb.
    #[prop(into)]
    label: String,
    /// The key that does the same.
    #[prop(optional)]
    keys: Option<&'static str>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    let owner = Owner::current();
    let press = move |_| match &owner {
        Some(owner) => owner.with(|| run_and_close(on_press)),
        None => on_press.run(()),
    };
    view! {
        <button type="button" role="menuitem" tabindex="-1" on:click=press>
            <span>{label}</span>
            {keys.map(|keys| view! { <kbd class="menu-keys" aria-hidden="true">{keys}</kbd> }.into_any())}
        </button>
    }
    .into_any()
}

/// One of several values in a menu.
#[component]
pub fn MenuChoice(
    /// The value in words.
    label: &'static str,
    /// Is it the chosen one?
    #[prop(into)]
    chosen: Signal<bool>,
    /// Chooses it; the menu stays open.
    #[prop(into)]
    on_choose: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            role="menuitemradio"
            tabindex="-1"
            aria-checked=live(move || chosen.get().to_string())
            on:click=on(move |_| on_choose.run(()))
        >
            <Icon name=IconName::Check size=14 />
            <span>{label}</span>
        </button>
    }
    .into_any()
}

#[derive(Clone, Copy)]
enum Pick {
    First,
    Last,
    Next,
    Previous,
}

fn focus(root: ElementRef<Element>, selector: &str, pick: Pick) {
    let Some(found) = root.get_untracked().and_then(|root| root.query_selector_all(selector).ok()) else {
        return;
    };
    let count = found.length();
    if count == 0 {
        return;
    }
    let active: Option<Element> = document().active_element();
    let at = (0..count).find(|index| {
        let item = found.item(*index).and_then(|node| node.dyn_into::<Element>().ok());
        item.is_some() && item == active
    });
    let index = match (pick, at) {
        (Pick::First, _) | (Pick::Next, None) => 0,
        (Pick::Last, _) | (Pick::Previous, None) => count - 1,
        (Pick::Next, Some(at)) => (at + 1) % count,
        (Pick::Previous, Some(at)) => (at + count - 1) % count,
    };
    if let Some(item) = found.item(index).and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
