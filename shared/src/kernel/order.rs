//! How is a list put in order without a sorting machine for every type of row?

use std::cmp::Ordering;

/// The same things in the order that `compare` says; equal ones keep their places.
///
/// The standard library's sort is several kilobytes for every type it sorts. Here it only ever sorts places.
pub fn in_order<T>(things: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = places(things.len(), &|a, b| match (things.get(a), things.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| things.get_mut(place)?.take()).collect()
}

/// A text in lower case, letter by letter as a database does it: a letter stays one letter, and the end of a
/// word is no special place.
#[must_use]
pub fn lower(text: &str) -> String {
    text.chars().map(|letter| letter.to_lowercase().next().unwrap_or(letter)).collect()
}

fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use super::{in_order, lower};
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
    }
}
