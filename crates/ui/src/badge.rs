//! How is a state said in one word? With a colour that only repeats the word.

use crate::icon::{Icon, IconName};
use crate::signal::{Signal, live};
use leptos::prelude::*;

/// What a colour means here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing to worry about, nothing to praise.
    #[default]
    Neutral,
    /// As it should be.
    Good,
    /// Look at it.
    Warn,
    /// Act.
    Bad,
    /// Marked by people.
    Accent,
}

impl Tone {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Accent => "accent",
        }
    }
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fill {
    /// As it should be.
    Good,
    /// Look at it.
    Warn,
    /// Act.
    Bad,
    /// Not known.
    None,
}

impl Fill {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::None => "none",
        }
    }
}

/// A word in a tinted box, with a picture if the word needs one.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    word: Signal<String>,
    /// What its colour means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// A picture before the word.
    #[prop(optional)]
    icon: Option<IconName>,
) -> impl IntoView {
    view! {
        <span class="badge" data-tone=live(move || tone.get().word())>
            {icon.map(|name| view! { <Icon name size=12 /> }.into_any())}
            {live(move || word.get())}
        </span>
    }
    .into_any()
}
