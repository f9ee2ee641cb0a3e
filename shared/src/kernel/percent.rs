//! How many percent? Hundredths of a percent from 0 to 100; never a float.

use super::money::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;

/// A percentage of 0–100 with two decimal places, as `numeric(5,2)` holds it. In JSON a decimal text (`"12.50"`);
/// numbers are accepted as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u16);

/// The text is not a percentage from 0 to 100 with at most two decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a percentage from 0 to 100 with at most two decimal places")]
pub struct PercentError;

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Hundredths of a percent, 0–10,000.
    #[must_use]
    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        // The same decimal text as an amount of money, within other limits.
        let hundredths = Money::parse(text).map_err(|_| PercentError)?.minor();
        u16::try_from(hundredths)
            .ok()
            .filter(|hundredths| *hundredths <= 10_000)
            .map(Self)
            .ok_or(PercentError)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hundredths = Money::deserialize(deserializer)?.minor();
        u16::try_from(hundredths)
            .ok()
            .filter(|hundredths| *hundredths <= 10_000)
            .map(Self)
            .ok_or_else(|| D::Error::custom(PercentError))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_the_column_holds() {
        for (text, hundredths) in [("0", 0), ("12.5", 1_250), ("100.00", 10_000)] {
            assert_eq!(text.parse::<Percent>().unwrap().hundredths(), hundredths);
        }
        for bad in ["-1", "100.01", "12.345", "", "x"] {
            assert_eq!(bad.parse::<Percent>(), Err(PercentError), "{bad}");
        }
        let percent: Percent = serde_json::from_str("12.5").unwrap();
        assert_eq!(serde_json::to_string(&percent).unwrap(), "\"12.50\"");
    }
}
