//! How does a person tell the page to do something?

use crate::icon::{Icon, IconName};
use crate::signal::{Signal, live, on};
use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// One of several.
    #[default]
    Plain,
    /// The one thing to do here.
    Primary,
    /// In heads and tool rows.
    Quiet,
}

impl ButtonKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Primary => "primary",
            Self::Quiet => "quiet",
        }
    }
}

/// A button with a verb. While `busy` it keeps its place in the tab order and ignores presses.
#[component]
pub fn Button(
    /// The verb.
    #[prop(into)]
    label: Signal<String>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// 40 pixels high, for forms.
    #[prop(optional)]
    large: bool,
    /// Sends the form it stands in.
    #[prop(optional)]
    submit: bool,
    /// Its work is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What it does; a submit button may have none.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <button
            class="button"
            type=if submit { "submit" } else { "button" }
            data-kind=kind.word()
            data-size=large.then_some("large")
            data-busy=live(move || busy.get().then_some(""))
            aria-disabled=live(move || busy.get().then_some("true"))
            on:click=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                } else if let Some(on_press) = on_press {
                    on_press.run(());
                }
            }
        >
            {live(move || busy.get().then(|| view! { <span class="button-busy" aria-hidden="true"></span> }.into_any()))}
            <span>{live(move || label.get())}</span>
        </button>
    }
    .into_any()
}

/// A square button with a picture; its label is read aloud and shown as a tooltip.
#[component]
pub fn IconButton(
    /// The verb.
    #[prop(into)]
    label: Signal<String>,
    /// The picture.
    #[prop(into)]
    icon: Signal<IconName>,
    /// Whether what it opens is open; none when it opens nothing.
    #[prop(optional, into)]
    expanded: Option<Signal<bool>>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            class="button"
            type="button"
            data-kind="quiet"
            data-icon-only=""
            aria-label=live(move || label.get())
            title=live(move || label.get())
            aria-expanded=live(move || expanded.map(|open| open.get().to_string()))
            on:click=on(move |_| on_press.run(()))
        >
            {live(move || view! { <Icon name=icon.get() /> }.into_any())}
        </button>
    }
    .into_any()
}
