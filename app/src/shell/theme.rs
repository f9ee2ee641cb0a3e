//! Light or dark? As the system says, or as the person chose; kept in this browser.

use leptos::prelude::*;
use revos_ui::Var;

/// Where the choice is kept; the page shell reads the same key before the first paint.
const KEY: &str = "revos:theme";

/// What the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl ThemeChoice {
    /// All choices with their words, in the order of the menu.
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::System, "Same as system"), (Self::Light, "Light"), (Self::Dark, "Dark")];

    const fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// The choice; setting it changes the page and keeps it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme(Var<ThemeChoice>);

impl Theme {
    /// Reads the kept choice and applies it.
    pub(crate) fn start() -> Self {
        let kept = kept(KEY);
        let choice = ThemeChoice::ALL
            .iter()
            .map(|(choice, _)| *choice)
            .find(|choice| choice.word() == kept.as_deref());
        let theme = Self(Var::new(choice.unwrap_or_default()));
        theme.apply();
        theme
    }

    /// What is chosen.
    pub(crate) fn choice(self) -> ThemeChoice {
        self.0.get()
    }

    /// Chooses.
    pub(crate) fn choose(self, choice: ThemeChoice) {
        self.0.set(choice);
        keep(KEY, choice.word());
        self.apply();
    }

    fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = match self.0.get_untracked().word() {
                Some(word) => root.set_attribute("data-theme", word),
                None => root.remove_attribute("data-theme"),
            };
        }
    }
}

/// A small plain setting kept in this browser. Never a name, a figure or a token.
pub(crate) fn kept(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Keeps a small plain setting; a blocked or full storage is ignored.
pub(crate) fn keep(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}
