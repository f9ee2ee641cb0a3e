//! How much money? Whole minor units of the organization's currency; never a float.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Add;

/// An amount in minor units (cents). The currency is the organization's and travels beside it.
///
/// In JSON it is a decimal text with two places (`"81600.00"`); numbers are accepted as well,
/// because PostgREST writes `numeric` as a number. More than two non-zero places are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// The text is not an amount with at most two decimal places in `numeric(14,2)`'s range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money with at most two decimal places")]
pub struct MoneyError;

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount `numeric(14,2)` holds: 999,999,999,999.99.
    pub const MAX: Self = Self(99_999_999_999_999);

    /// An amount of this many minor units.
    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The amount of `numerator ÷ denominator` minor units, rounded once, half away from zero; cut off at
    /// [`Money::MAX`].
    ///
    /// # Panics
    /// When the denominator is not positive.
    #[must_use]
    pub fn of_fraction(numerator: i128, denominator: u32) -> Self {
        assert!(denominator > 0, "a fraction has a positive denominator");
        let denominator = i128::from(denominator);
        let away = if numerator < 0 { -denominator } else { denominator };
        let rounded = (2 * numerator + away) / (2 * denominator);
        let limit = i128::from(Self::MAX.0);
        // Within the limit, so the conversion holds.
        Self(rounded.clamp(-limit, limit) as i64)
    }

    /// Reads a plain decimal such as `-12.5`, `81600` or `81600.0000`.
    ///
    /// # Errors
    /// [`MoneyError`] when it is not one, has more than two non-zero decimal places or is out of range.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || !is_number(whole) || !is_number(fraction) {
            return Err(MoneyError);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 2 {
            return Err(MoneyError);
        }
        let minor = format!("{whole}{fraction:0<2}").parse::<i64>().map_err(|_| MoneyError)?;
        Ok(Self(if negative { -minor } else { minor }))
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As it was written: a number keeps its digits whichever way serde_json is built, and the page needs no
        // tree of JSON for it.
        let written = Box::<RawValue>::deserialize(deserializer)?;
        let text = written.get();
        let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Self::parse(plain).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_numbers_and_texts_alike() {
        for (json, minor) in [
            ("81600", 8_160_000),
            ("\"81600.00\"", 8_160_000),
            ("120000.5000", 12_000_050),
            ("\"-0.01\"", -1),
            ("0", 0),
        ] {
            assert_eq!(serde_json::from_str::<Money>(json).unwrap(), Money::from_minor(minor), "{json}");
        }
    }

    #[test]
    fn refuses_what_is_not_money() {
        for json in
            ["\"1.005\"", "\"\"", "\"1e3\"", "\" 1\"", "\"1,000\"", "true", "null", "\"9999999999999.00\""]
        {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_amount(minor in -99_999_999_999_999_i64..=99_999_999_999_999) {
            let amount = Money::from_minor(minor);
            prop_assert_eq!(Money::parse(&amount.to_string()), Ok(amount));
        }
    }
}
