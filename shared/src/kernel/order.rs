//! In which order does a list stand, and how is it put in order without a sorting machine for every type of row?

use super::error::UnknownWord;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The columns of a list, of which one gives the order.
pub trait Column: Copy + PartialEq + fmt::Display + FromStr<Err = UnknownWord> {
    /// The column that gives the order when nothing is said.
    const FIRST: Self;

    /// Figures and times are asked for largest first, words from A to Z.
    fn largest_first(self) -> bool;
}

/// An order of a list; in the address a minus means largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort<C> {
    /// The column.
    pub column: C,
    /// Largest first?
    pub descending: bool,
}

impl<C: Column> Default for Sort<C> {
    fn default() -> Self {
        Self { column: C::FIRST, descending: false }
    }
}

impl<C: Column> Sort<C> {
    /// The order after a press on this column's head.
    #[must_use]
    pub fn pressed(self, column: C) -> Self {
        let descending = if self.column == column { !self.descending } else { column.largest_first() };
        Self { column, descending }
    }
}

impl<C: Column> FromStr for Sort<C> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let (descending, word) = match text.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, text),
        };
        Ok(Self { column: word.parse()?, descending })
    }
}

impl<C: Column> fmt::Display for Sort<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.column)
    }
}

impl<C: Column> Serialize for Sort<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de, C: Column> Deserialize<'de> for Sort<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The same things in the order that `compare` says; equal ones keep their places.
///
/// The standard library's sort is several kilobytes for every type it sorts. Here it only ever sorts places.
pub fn in_order<T>(things: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = places(things.len(), &|a, b| match (things.get(a), things.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    taken(things, order)
}

fn taken<T>(things: Vec<T>, order: Vec<usize>) -> Vec<T> {
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| things.get_mut(place)?.take()).collect()
}

/// The same things by a number of each, largest first when `descending`; those without one stand last either way, and
/// equal ones keep their places. The numbers are read once: with many things, reading takes longer than comparing.
pub fn in_order_of<T>(things: Vec<T>, number: impl Fn(&T) -> Option<i64>, descending: bool) -> Vec<T> {
    let ranks: Vec<(bool, i64)> = things
        .iter()
        .map(|thing| match number(thing) {
            // The complement turns an order round, and no number overflows.
            Some(number) => (false, if descending { !number } else { number }),
            None => (true, 0),
        })
        .collect();
    let order = places(ranks.len(), &|a, b| ranks.get(a).cmp(&ranks.get(b)));
    taken(things, order)
}

/// A text in lower case, letter by letter as a database does it: a letter stays one letter, and the end of a
/// word is no special place.
#[must_use]
pub fn lower(text: &str) -> String {
    letters(text).collect()
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|letter| letter.to_lowercase().next().unwrap_or(letter))
}

/// Compares two texts in lower case. No text is made for it: long lists are sorted with this.
#[must_use]
pub fn compare_lower(a: &str, b: &str) -> Ordering {
    letters(a).cmp(letters(b))
}

/// Does a text contain another one, when it is in lower case as that one is? No text is made for it.
#[must_use]
pub fn contains_lower(text: &str, wanted: &str) -> bool {
    let begins = |mut letters: std::str::Chars<'_>| {
        wanted.chars().all(|wanted| {
            letters.next().is_some_and(|letter| letter.to_lowercase().next().unwrap_or(letter) == wanted)
        })
    };
    let mut rest = text.chars();
    loop {
        if begins(rest.clone()) {
            return true;
        }
        if rest.next().is_none() {
            return false;
        }
    }
}

fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use super::{compare_lower, contains_lower, in_order, in_order_of, lower};
    use proptest::prelude::*;

    #[test]
    fn a_letter_becomes_one_letter() {
        assert_eq!(lower("ÄPFEL & ΣΟΦΟΣ ŁÓDŹ İ"), "äpfel & σοφοσ łódź i");
    }

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(things in proptest::collection::vec((0_u8..5, 0_u8..), 0..60)) {
            let mut expected = things.clone();
            expected.sort_by_key(|thing| thing.0);
            prop_assert_eq!(in_order(things, |a, b| a.0.cmp(&b.0)), expected);
        }

        #[test]
        fn sorts_by_numbers_with_unknown_ones_last(
            numbers in proptest::collection::vec(proptest::option::of(prop_oneof![-2_i64..2, Just(i64::MIN), Just(i64::MAX)]), 0..40),
            descending in any::<bool>(),
        ) {
            let things: Vec<_> = numbers.into_iter().enumerate().collect();
            let mut expected = things.clone();
            expected.sort_by(|(_, a), (_, b)| {
                let known = a.is_none().cmp(&b.is_none());
                known.then_with(|| if descending { b.cmp(a) } else { a.cmp(b) })
            });
            prop_assert_eq!(in_order_of(things, |thing| thing.1, descending), expected);
        }

        #[test]
        fn compares_and_finds_as_texts_in_lower_case_do(text in "[aAbBäÄİς ]{0,8}", other in "[aAbBäÄİς ]{0,3}") {
            prop_assert_eq!(compare_lower(&text, &other), lower(&text).cmp(&lower(&other)));
            prop_assert_eq!(contains_lower(&text, &lower(&other)), lower(&text).contains(&lower(&other)));
        }
    }
}
