//! How is JSON read with less code on its way to the browser?
//!
//! What `serde` derives is there once for every reader that it is used with. The reader of `serde_json` is made for
//! speed, and has a sentence for everything that may be wrong with each field: it brings a few hundred bytes along for
//! each type that is read. This one does what is not about a type in functions that are there once, knows structs as
//! objects only, and says of a text that cannot be read just that.
//!
//! It takes what `serde_json` takes, as the tests hold, but for keys of maps that are no strings, and floats beyond 22
//! places, whose last bit may differ.

mod reader;
mod values;

#[cfg(test)]
mod tests;

use reader::Reader;
use serde::Deserialize;
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// The text is no JSON, or does not say such a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text does not say such a value")
    }
}

impl std::error::Error for Unreadable {}

/// Everything that may be wrong, without the words for it.
impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

type Read<T> = Result<T, Unreadable>;

/// Reads a value; a struct only from an object.
///
/// # Errors
/// The text is no JSON, or does not say such a value.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Read<T> {
    let mut reader = Reader::of(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}
