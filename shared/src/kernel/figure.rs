//! What stands in the place of a figure that cannot be computed? The reason; never 0.

use super::value_set;
use serde::{Deserialize, Serialize};

value_set! {
    /// Why a figure cannot be computed.
    Unavailable {
        /// There are no rows to compute it from.
        NoRows = "no_rows",
        /// The organization has no target.
        NoTarget = "no_target",
        /// Too few rows to say anything.
        SmallSample = "small_sample",
        /// Nobody was there at the time to compare with.
        NoCohort = "no_cohort",
        /// The records do not go back far enough.
        InsufficientHistory = "insufficient_history",
        /// No account is connected.
        NotConnected = "not_connected",
        /// Nothing is used up: the figure has no end to tell.
        NotBurning = "not_burning",
        /// It would be divided by nothing.
        ZeroDenominator = "zero_denominator",
        /// It is of the whole organization, and a part of it was asked for.
        NotSplit = "not_split",
    }
}

/// A figure, or why there is none. In JSON an object with one of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure<T> {
    /// The figure.
    #[serde(default = "Option::default")]
    value: Option<T>,
    /// Why there is none.
    #[serde(default)]
    unavailable: Option<Unavailable>,
}

impl<T> Figure<T> {
    /// A figure that is known.
    pub const fn known(value: T) -> Self {
        Self { value: Some(value), unavailable: None }
    }

    /// A figure that cannot be computed.
    #[must_use]
    pub const fn missing(reason: Unavailable) -> Self {
        Self { value: None, unavailable: Some(reason) }
    }

    /// The figure, if it is known.
    pub const fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// A figure made of this one; missing for the same reason.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Figure<U> {
        Figure { value: self.value.map(change), unavailable: self.unavailable }
    }

    /// The figure, or why there is none.
    ///
    /// # Errors
    /// The reason; `no_rows` for an answer that names neither.
    pub fn known_or_why(&self) -> Result<&T, Unavailable> {
        self.value.as_ref().ok_or_else(|| self.unavailable.unwrap_or(Unavailable::NoRows))
    }
}

/// The figure as a snapshot keeps it: the value, or an object that says why there is none.
#[must_use]
pub fn kept<T: Serialize>(figure: &Figure<T>) -> serde_json::Value {
    match figure.known_or_why() {
        Ok(value) => serde_json::json!(value),
        Err(reason) => serde_json::json!({ "unavailable": reason }),
    }
}

/// `numerator ÷ denominator` in whole units of `1 ÷ scale`, half away from zero; the denominator is positive.
/// With a scale of 10,000 these are basis points.
///
/// # Panics
/// When the denominator is not positive.
#[must_use]
pub fn ratio(numerator: i128, denominator: i128, scale: i128) -> i64 {
    assert!(denominator > 0, "a ratio has a positive denominator");
    let scaled = numerator * scale;
    let away = if scaled < 0 { -denominator } else { denominator };
    let rounded = (2 * scaled + away) / (2 * denominator);
    i64::try_from(rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX))).unwrap_or(i64::MAX)
}

/// [`ratio`], missing when there is nothing to divide by.
#[must_use]
pub fn ratio_or(reason: Unavailable, numerator: i128, denominator: i128, scale: i128) -> Figure<i64> {
    if denominator > 0 {
        Figure::known(ratio(numerator, denominator, scale))
    } else {
        Figure::missing(reason)
    }
}

/// Basis points in a whole.
pub const BASIS_POINTS: i128 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_round_half_away_from_zero() {
        assert_eq!(ratio(306_000, 1_200_000, BASIS_POINTS), 2_550);
        assert_eq!((ratio(1, 2, 1), ratio(-1, 2, 1), ratio(1, 3, 1)), (1, -1, 0));
    }

    #[test]
    fn a_figure_is_there_or_says_why_not() {
        let none: Figure<u32> = Figure::missing(Unavailable::NoTarget);
        let text = serde_json::to_string(&none).unwrap();
        let read: Figure<u32> = lean_json::from_str(&text).unwrap();
        assert_eq!((read, read.known_or_why()), (none, Err(Unavailable::NoTarget)));
        assert_eq!(Figure::known(3).value(), Some(&3));
    }
}
