//! How is a state said in one word? With a colour that only repeats the word.

use crate::element;
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
    /// Its name in styles.
    #[must_use]
    pub const fn word(self) -> &'static str {
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

/// A word in a tinted box. A plain view and no component: long lists hold many of them.
pub fn badge(word: &'static str, tone: Tone) -> AnyView {
    element("span", [("class", "badge".into()), ("data-tone", tone.word().into())], word.into_any())
}
