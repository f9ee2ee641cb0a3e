//! How does a record stand beside its list? A bar with its name, its tabs, and a form over it.

use super::address::Address;
use super::part::{Arrival, show_part};
use super::query::{Standby, Standing};
use super::router::UrlValue;
use leptos::ev::{KeyboardEvent, MouseEvent, beforeunload};
use leptos::prelude::*;
use live_query::browser::Extent;
use live_query::{Source, View};
use revos_ui::{
    Dialog, ElementRef, EmptyState, FreshnessMark, IconButton, IconName, Segment, Segments, Signal,
    SkeletonLines, Var, effect, focus_by_id, focus_is_lost, live, on,
};
use std::str::FromStr;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// What records of a kind are called.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// One of them, as a name: "Client".
    pub name: &'static str,
    /// One of them within a sentence: "client".
    pub noun: &'static str,
    /// One of them, whichever: "a client".
    pub one: &'static str,
    /// The one that is shown: "this client".
    pub this: &'static str,
    /// What its tabs are, aloud: "Parts of the client".
    pub parts: &'static str,
}

/// Something a person has to know about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// What happened.
    pub text: String,
    /// Is it bad news?
    pub bad: bool,
}

/// While a change is on its way, whoever closes the window is asked whether they mean it.
pub(crate) fn asks_before_leaving() -> WindowListenerHandle {
    window_event_listener(beforeunload, |event| event.prevent_default())
}

/// The record that the address names, below that of its list.
#[derive(Clone, Copy)]
pub(crate) struct Beside<Id: 'static> {
    /// None where the address names no record; what it names may be no id.
    pub opened: Signal<Option<Option<Id>>>,
    /// Goes back to the list.
    pub close: Callback<()>,
}

impl<Id: FromStr + Copy + PartialEq + Send + Sync + 'static> Beside<Id> {
    /// Below `path`, with a slash at its end. Closing it leads to `list` without the record's `own` parameters, and the
    /// focus to the first element of the ids that `from` tells.
    pub(crate) fn new<const N: usize>(
        path: &'static str,
        list: &'static str,
        own: &'static [&'static str],
        from: fn(Id) -> [String; N],
    ) -> Self {
        let address: Address = expect_context();
        let opened = Signal::memo(move || Some(address.path().strip_prefix(path)?.parse::<Id>().ok()));
        let close = Callback::new(move |()| {
            let id = opened.get_untracked().flatten();
            address.go_beside(list, own);
            if let Some(id) = id {
                return_focus(from(id));
            }
        });
        Self { opened, close }
    }
}

/// The focus of a record that was closed returns to the first of these that is there: the row or card it was opened
/// from. Whoever has gone on by then, to the search for instance, is left there.
fn return_focus<const N: usize>(ids: [String; N]) {
    request_animation_frame(move || {
        if focus_is_lost() {
            _ = ids.iter().any(|id| focus_by_id(id));
        }
    });
}

/// Links to records below this path, with a slash at its end, open them beside the list, which keeps its filters.
pub(crate) fn opens_beside(path: &'static str) -> impl FnMut(MouseEvent) {
    let address: Address = expect_context();
    move |event| {
        let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = pressed.and_then(|pressed| pressed.closest("a[href]").ok().flatten());
        let to = link.and_then(|link| link.get_attribute("href")).filter(|to| to.starts_with(path));
        if let (false, 0, false, Some(to)) = (elsewhere, event.button(), event.default_prevented(), to) {
            event.prevent_default();
            address.go_beside(to.split('?').next().unwrap_or(&to), &[]);
        }
    }
}

/// Where the record is that the address names, if it names one; Escape leaves it. `inside` draws it.
pub(crate) fn record_place<Id: Copy + PartialEq + Send + Sync + 'static>(
    words: Words,
    Beside { opened, close }: Beside<Id>,
    alone: Signal<bool>,
    inside: impl Fn(Id) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let leave = move |event: KeyboardEvent| {
        let inside = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let elsewhere = inside.is_some_and(|inside| inside.closest("dialog, .menu").ok().flatten().is_some());
        if event.key() == "Escape" && !event.default_prevented() && !elsewhere {
            event.prevent_default();
            close.run(());
        }
    };
    live(move || {
        opened.get().map(|id| {
            view! {
                <section
                    class="record"
                    aria-labelledby="record-title"
                    data-alone=live(move || alone.get().then_some(""))
                    on:keydown=on(leave)
                >
                    {id.map_or_else(|| no_address(words), &inside)}
                </section>
            }
            .into_any()
        })
    })
    .into_any()
}

fn no_address(words: Words) -> AnyView {
    view! {
        <div class="record-body">
            <h2 id="record-title" class="hidden-visually">{words.name}</h2>
            <EmptyState
                title=format!("No such {}", words.noun)
                text=format!("The address is not one of {}.", words.one)
            />
        </div>
    }
    .into_any()
}

/// How a record stands.
#[derive(Clone, Copy)]
pub(crate) struct RecordStanding {
    /// How its data stand, for those who wait for it.
    pub standing: Standing,
    /// Was it looked for and not found?
    pub missing: Signal<bool>,
    /// Is it the last one that arrived, and no longer asked for with success?
    pub old: Signal<bool>,
}

impl RecordStanding {
    /// As this answer stands, which `is_none` when no such record is shown to the person.
    pub(crate) fn of(
        view: Signal<View<Extent>>,
        is_none: impl Fn() -> bool + Send + Sync + 'static,
        refresh: Callback<()>,
    ) -> Self {
        Self {
            standing: Standing::of(view, refresh, None),
            missing: Signal::memo(move || view.with(|view| view.data.is_some()) && is_none()),
            old: Signal::memo(move || view.with(|view| matches!(view.source, Source::LastGood(_)))),
        }
    }
}

/// The bar with the record's name and `tools`, and what is `inside` once it is there.
pub(crate) fn record_frame(
    words: Words,
    name: Signal<String>,
    RecordStanding { standing, missing, old }: RecordStanding,
    tools: AnyView,
    close: Callback<()>,
    inside: impl Fn() -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    // The name is read aloud once it is known, and Tab goes on from there.
    let heading = ElementRef::<HtmlElement>::new();
    let focused = StoredValue::new(false);
    effect(move || {
        if let Some(heading) = heading.get()
            && !focused.get_value()
        {
            focused.set_value(true);
            let _ = heading.focus();
        }
    });
    view! {
        <header class="record-bar">
            <h2 id="record-title" tabindex="-1" node_ref=heading>
                {live(move || {
                    let name = name.get();
                    if name.is_empty() { words.name.to_owned() } else { name }
                })}
            </h2>
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
            <div class="record-tools">
                {tools}
                <IconButton
                    label=format!("Close the {}", words.noun)
                    icon=Signal::stored(IconName::Close)
                    on_press=close
                />
            </div>
        </header>
        <div class="record-body" data-old=live(move || old.get().then_some(""))>
            {live(move || {
                if missing.get() {
                    view! {
                        <EmptyState
                            title=format!("No such {}", words.noun)
                            text="It was removed, or you have no right to see it."
                        />
                    }
                    .into_any()
                } else {
                    let inside = inside.clone();
                    view! {
                        <Standby
                            standing
                            what=words.this
                            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
                        >
                            {inside.clone()}
                        </Standby>
                    }
                    .into_any()
                }
            })}
        </div>
    }
    .into_any()
}

/// The parts of a record, one of them shown: the words in the address and on screen, the first without one.
pub(crate) fn record_tabs(
    words: Words,
    tabs: &'static [(&'static str, &'static str)],
    inside: impl Fn(&'static str) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let first = tabs.first().map_or("", |(word, _)| word);
    let value = UrlValue::new("tab", first);
    let tab = value.one_labelled(tabs);
    let segments = tabs.iter().map(|&(value, label)| Segment { value, label, name: label }).collect();
    view! {
        <div class="record-tabs">
            <Segments
                label=words.parts
                segments
                chosen=tab
                on_choose=move |word| value.set(word)
                tabs=true
            />
        </div>
        {live(move || {
            let tab = tab.get();
            let label = tabs.iter().find(|(word, _)| *word == tab).map_or("", |(_, label)| label);
            view! {
                <section class="record-tab" role="tabpanel" aria-label=label>
                    {inside(tab)}
                </section>
            }
            .into_any()
        })}
    }
    .into_any()
}

/// What was said last about a change; it stays until it is read.
pub(crate) fn notice_of(notice: Var<Option<Notice>>) -> AnyView {
    view! {
        <div role="status">
            {live(move || {
                notice.get().map(|said| {
                    view! {
                        <p class="record-notice" data-bad=said.bad.then_some("")>
                            <span>{said.text}</span>
                            <IconButton
                                label="Dismiss"
                                icon=Signal::stored(IconName::Close)
                                on_press=move |()| notice.set(None)
                            />
                        </p>
                    }
                    .into_any()
                })
            })}
        </div>
    }
    .into_any()
}

/// The dialog around whatever is being filled in; `arrival` brings it, given whether it holds unsaved input and its
/// title.
pub(crate) fn form_dialog<Form: Clone + Send + Sync + 'static>(
    form: Var<Option<Form>>,
    arrival: impl Fn(Form, Var<bool>, Var<String>) -> Arrival + Copy + Send + Sync + 'static,
) -> AnyView {
    let (open, dirty, title) = (Var::new(false), Var::new(false), Var::new(String::new()));
    effect(move || {
        let wanted = form.with(Option::is_some);
        if wanted != open.get_untracked() {
            dirty.set(false);
            open.set(wanted);
        }
    });
    effect(move || {
        if !open.get() && form.with_untracked(Option::is_some) {
            form.set(None);
        }
    });
    view! {
        <Dialog title_id="form-heading" title open unsaved=dirty>
            {live(move || {
                form.get().map(|form| show_part("This form", move || arrival(form.clone(), dirty, title)))
            })}
        </Dialog>
    }
    .into_any()
}
