//! How does a choice of several words stand in an address? As one text with commas.

use super::error::UnknownWord;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

/// A closed set of values with a word for each; at most 32 of them.
pub trait Choice: Copy + 'static {
    /// The words, in the set's order.
    const WORDS: &'static [&'static str];

    /// The place of the value in the set.
    fn place(self) -> usize;

    /// The value at a place.
    fn at(place: usize) -> Option<Self>;
}

/// Several values of a set. None chosen means that all are allowed.
///
/// One bit for each value, so that all sets share their code.
pub struct Chosen<T> {
    bits: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Chosen<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Chosen<T> {}

impl<T> Default for Chosen<T> {
    fn default() -> Self {
        Self::of(0)
    }
}

impl<T> PartialEq for Chosen<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<T> Eq for Chosen<T> {}

impl<T> std::hash::Hash for Chosen<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}

impl<T> Chosen<T> {
    const fn of(bits: u32) -> Self {
        Self { bits, of: PhantomData }
    }

    /// Is nothing chosen?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }
}

impl<T: Choice> Chosen<T> {
    /// The chosen values, in the set's order.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<T> {
        let bits = self.bits;
        (0..T::WORDS.len()).filter(move |place| bits & (1 << place) != 0).filter_map(T::at)
    }

    /// Is this value chosen?
    #[must_use]
    pub fn has(&self, value: T) -> bool {
        self.bits & bit(value.place()) != 0
    }

    /// Is this value let through: because it is chosen, or because nothing is?
    #[must_use]
    pub fn allows(&self, value: T) -> bool {
        self.is_empty() || self.has(value)
    }

    /// Is every value that the other choice lets through let through here too?
    #[must_use]
    pub const fn covers(&self, other: Self) -> bool {
        self.is_empty() || !other.is_empty() && other.bits & !self.bits == 0
    }

    /// The choice with this value in or out, whichever it was not.
    #[must_use]
    pub fn toggled(&self, value: T) -> Self {
        Self::of(self.bits ^ bit(value.place()))
    }
}

fn bit(place: usize) -> u32 {
    u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or(0)
}

impl<T: Choice> FromIterator<T> for Chosen<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::of(values.into_iter().fold(0, |bits, value| bits | bit(value.place())))
    }
}

impl<T: Choice> fmt::Debug for Chosen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chosen({self})")
    }
}

impl<T: Choice> Display for Chosen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.bits, T::WORDS))
    }
}

impl<T: Choice> FromStr for Chosen<T> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        read(text, T::WORDS).map(Self::of)
    }
}

fn written(bits: u32, words: &[&str]) -> String {
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        if bits & bit(place) != 0 {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(word);
        }
    }
    text
}

fn place_of(word: &str, words: &[&str]) -> Result<usize, UnknownWord> {
    words.iter().position(|known| *known == word).ok_or(UnknownWord)
}

/// The value of this word.
pub(crate) fn named<T: Choice>(word: &str) -> Result<T, UnknownWord> {
    T::at(place_of(word, T::WORDS)?).ok_or(UnknownWord)
}

/// Reads the word of a value. Only the last step is about the set: what serde derives for an enum is there again for
/// each of them.
pub(crate) fn read_word<'de, T: Choice, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let place = deserializer.deserialize_str(Place(T::WORDS))?;
    T::at(place).ok_or_else(|| D::Error::custom(UnknownWord))
}

/// The place of the word that is read among these.
struct Place(&'static [&'static str]);

impl Visitor<'_> for Place {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word of a set")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<usize, E> {
        place_of(word, self.0).map_err(|_| E::unknown_variant(word, self.0))
    }
}

fn read(text: &str, words: &[&str]) -> Result<u32, UnknownWord> {
    let mut bits = 0;
    if !text.is_empty() {
        for word in text.split(',') {
            bits |= bit(place_of(word, words)?);
        }
    }
    Ok(bits)
}

impl<T: Choice> Serialize for Chosen<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&written(self.bits, T::WORDS))
    }
}

impl<'de, T: Choice> Deserialize<'de> for Chosen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A value of a set, or its absence, written `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrNone<T>(pub Option<T>);

/// A set that may also be chosen from by absence.
pub trait MaybeNone: Choice {
    /// The words, and `none` as the last.
    const WORDS_OR_NONE: &'static [&'static str];
}

impl<T: MaybeNone> Choice for OrNone<T> {
    const WORDS: &'static [&'static str] = T::WORDS_OR_NONE;

    fn place(self) -> usize {
        self.0.map_or(T::WORDS.len(), T::place)
    }

    fn at(place: usize) -> Option<Self> {
        if place == T::WORDS.len() { Some(Self(None)) } else { T::at(place).map(|value| Self(Some(value))) }
    }
}

impl<T: MaybeNone> Display for OrNone<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::WORDS.get(self.place()).copied().unwrap_or_default())
    }
}

impl<T: MaybeNone> FromStr for OrNone<T> {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        named(word)
    }
}

impl<T: MaybeNone> Serialize for OrNone<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::WORDS.get(self.place()).copied().unwrap_or_default())
    }
}

impl<'de, T: MaybeNone> Deserialize<'de> for OrNone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_word(deserializer)
    }
}

/// Lets a type travel as the text that it is written as.
macro_rules! as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.to_string())
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
    use crate::clients::{ClientStatus, Phase};

    #[test]
    fn a_choice_is_in_order_and_without_repeats() {
        let chosen: Chosen<ClientStatus> = "churned,active,churned".parse().unwrap();
        assert_eq!(chosen.to_string(), "active,churned");
        assert_eq!(chosen.toggled(ClientStatus::Active).to_string(), "churned");
        assert_eq!(chosen.toggled(ClientStatus::Paused).to_string(), "active,paused,churned");
        assert!(chosen.has(ClientStatus::Churned) && !chosen.allows(ClientStatus::Paused));
        let none: Chosen<ClientStatus> = "".parse().unwrap();
        assert!(none.is_empty() && none.allows(ClientStatus::Paused));
    }

    #[test]
    fn absence_can_be_chosen_too() {
        let chosen: Chosen<OrNone<Phase>> = "none,Data".parse().unwrap();
        assert_eq!(chosen.iter().collect::<Vec<_>>(), [OrNone(Some(Phase::Data)), OrNone(None)]);
        assert_eq!(chosen.to_string(), "Data,none");
        assert!(chosen.has(OrNone(None)) && !chosen.has(OrNone(Some(Phase::Active))));
    }

    #[test]
    fn refuses_what_is_no_list_of_words() {
        for bad in [",", "active,", "x", "active ,paused", "none"] {
            assert!(bad.parse::<Chosen<ClientStatus>>().is_err(), "{bad}");
        }
    }
}
