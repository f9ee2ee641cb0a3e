//! What else does a record tell? Texts and whole numbers by name.

use crate::redact::{VALUE, is_secret, redact};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// Facts by name, in the order in which they were added. A name is there once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(pub(crate) Vec<(String, Fact)>);

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A text.
    Text(String),
    /// A whole number.
    Number(u64),
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl Context {
    /// Adds a fact, in the place of one of the same name.
    pub fn insert(&mut self, name: impl Into<String>, fact: impl Into<Fact>) {
        let (name, fact) = (name.into(), fact.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = fact,
            None => self.0.push((name, fact)),
        }
    }

    /// The fact of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, fact)| fact)
    }

    /// Without what must not leave the page: texts are redacted, facts with a telling name are blanked.
    #[must_use]
    pub fn redacted(self) -> Self {
        let blanked = |(name, fact): (String, Fact)| {
            let fact = match fact {
                _ if is_secret(&name) => Fact::Text(VALUE.to_owned()),
                Fact::Text(text) => Fact::Text(redact(&text)),
                number @ Fact::Number(_) => number,
            };
            (redact(&name), fact)
        };
        Self(self.0.into_iter().map(blanked).collect())
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
        }
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}
