//! What does a change say about a field: nothing, a new value, or that there is none from now on?

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a change. Used with `#[serde(default, skip_serializing_if = "Patch::is_kept")]`: a field that is
/// not named stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// Stays as it is.
    #[default]
    Keep,
    /// Has no value from now on.
    Clear,
    /// Has this value from now on.
    Set(T),
}

impl<T> Patch<T> {
    /// Does the field stay as it is?
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, if there is one.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }

    /// What makes `before` into `after`.
    #[must_use]
    pub fn between(before: &Option<T>, after: Option<T>) -> Self
    where
        T: PartialEq,
    {
        match after {
            after if *before == after => Self::Keep,
            None => Self::Clear,
            Some(value) => Self::Set(value),
        }
    }

    /// The field after the change.
    #[must_use]
    pub fn applied(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// A day in a change, for `#[serde(with)]`.
pub mod day {
    use super::Patch;
    use crate::kernel::instants::optional_day;
    use jiff::civil::Date;
    use serde::{Deserializer, Serializer};

    /// Writes it.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn serialize<S: Serializer>(value: &Patch<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        optional_day::serialize(&value.value().copied(), serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is neither null nor a day.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<Date>, D::Error> {
        Ok(optional_day::deserialize(deserializer)?.map_or(Patch::Clear, Patch::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Patch::is_kept")]
        name: Patch<String>,
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        for (text, name) in [
            ("{}", Patch::Keep),
            (r#"{"name":null}"#, Patch::Clear),
            (r#"{"name":"x"}"#, Patch::Set("x".to_owned())),
        ] {
            let change: Change = serde_json::from_str(text).unwrap();
            assert_eq!(change, Change { name });
            assert_eq!(serde_json::to_string(&change).unwrap(), text);
        }
    }

    proptest! {
        #[test]
        fn a_change_between_two_values_leads_to_the_second(before: Option<u8>, after: Option<u8>) {
            let patch = Patch::between(&before, after);
            prop_assert_eq!(patch.applied(before), after);
            prop_assert_eq!(patch.is_kept(), before == after);
        }
    }
}
