//! How does a choice of several words stand in an address? As one text with commas.

use super::error::UnknownWord;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt::{self, Display};
use std::str::FromStr;

/// Words of a choice a field may name; a list of more is not a choice.
pub const CHOSEN_MAX: usize = 100;

/// Several values of a set, each once, in the set's order. None chosen means that all are allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chosen<T>(Vec<T>);

impl<T> Default for Chosen<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Chosen<T> {
    /// Is nothing chosen?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Copy + Ord> Chosen<T> {
    /// The chosen values.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.0.iter().copied()
    }

    /// Is this value chosen?
    #[must_use]
    pub fn has(&self, value: T) -> bool {
        self.0.contains(&value)
    }

    /// Is this value let through: because it is chosen, or because nothing is?
    #[must_use]
    pub fn allows(&self, value: T) -> bool {
        self.is_empty() || self.has(value)
    }

    /// The choice with this value in or out, whichever it was not.
    #[must_use]
    pub fn toggled(&self, value: T) -> Self {
        if self.has(value) {
            self.iter().filter(|other| *other != value).collect()
        } else {
            self.iter().chain([value]).collect()
        }
    }
}

impl<T: Ord> FromIterator<T> for Chosen<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values: Vec<T> = values.into_iter().collect();
        values.sort();
        values.dedup();
        Self(values)
    }
}

impl<T: Display> Display for Chosen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

impl<T: FromStr + Ord> FromStr for Chosen<T> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let words: Result<Vec<T>, _> =
            text.split(',').take(CHOSEN_MAX + 1).map(|word| word.parse().map_err(|_| UnknownWord)).collect();
        words
            .and_then(|words| if words.len() > CHOSEN_MAX { Err(UnknownWord) } else { Ok(words) })
            .map(|words| words.into_iter().collect())
    }
}

impl<T: Display> Serialize for Chosen<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: FromStr + Ord> Deserialize<'de> for Chosen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A value of a set, or its absence, written `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrNone<T>(pub Option<T>);

impl<T: Display> Display for OrNone<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("none"),
        }
    }
}

impl<T: FromStr> FromStr for OrNone<T> {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        if word == "none" {
            return Ok(Self(None));
        }
        word.parse().map(|value| Self(Some(value))).map_err(|_| UnknownWord)
    }
}

/// Lets a type travel as the text that it is written as.
macro_rules! as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use as_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_in_order_and_without_repeats() {
        let chosen: Chosen<u8> = "3,1,3".parse().unwrap();
        assert_eq!(chosen.to_string(), "1,3");
        assert_eq!(chosen.toggled(1).to_string(), "3");
        assert_eq!(chosen.toggled(2).to_string(), "1,2,3");
        assert!(chosen.has(3) && !chosen.has(2) && !chosen.allows(2));
        let none: Chosen<u8> = "".parse().unwrap();
        assert!(none.is_empty() && none.allows(9));
    }

    #[test]
    fn refuses_what_is_no_list_of_words() {
        for bad in [",", "1,", "x", "1 ,2", "256"] {
            assert!(bad.parse::<Chosen<u8>>().is_err(), "{bad}");
        }
        let long = vec!["1"; CHOSEN_MAX + 1].join(",");
        assert!(long.parse::<Chosen<u8>>().is_err());
        assert_eq!("none".parse::<OrNone<u8>>().unwrap().0, None);
    }
}
