//! How are figures written for people, and what stands there when one cannot be computed?

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

use super::format;
use revos_shared::kernel::figure::{Figure, Unavailable};

/// Why there is no figure.
pub(crate) const fn why(reason: Unavailable) -> &'static str {
    match reason {
        Unavailable::NoRows => "there are no rows yet",
        Unavailable::NoTarget => "no target is set",
        Unavailable::SmallSample => "there are too few rows",
        Unavailable::NoCohort => "no client was there to compare with",
        Unavailable::InsufficientHistory => "the records do not go back far enough",
        Unavailable::ZeroDenominator => "there is nothing to divide by",
        Unavailable::NotConnected => "no account is connected",
        Unavailable::NotBurning => "nothing is used up",
        Unavailable::NotSplit => "not split by owner or segment",
    }
}

/// A figure, or the sign for none and why.
pub(crate) fn written<T: Clone>(
    figure: &Figure<T>,
    why: fn(Unavailable) -> &'static str,
    write: impl Fn(T) -> String,
) -> (String, String) {
    match figure.known_or_why() {
        Ok(value) => (write(value.clone()), String::new()),
        Err(reason) => (format::NONE.to_owned(), why(reason).to_owned()),
    }
}

/// Basis points as a percentage with one decimal.
pub(crate) fn percent(basis_points: i64) -> String {
    let tenths = rounded(basis_points, 10);
    let sign = if tenths < 0 { "−" } else { "" };
    format!("{sign}{}.{} %", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// Basis points as a multiple with two decimals.
pub(crate) fn times(basis_points: i64) -> String {
    let hundredths = rounded(basis_points, 100).unsigned_abs();
    format!("{}.{:02}×", hundredths / 100, hundredths % 100)
}

/// Tenths as a number with one decimal, if it has one.
pub(crate) fn tenths(value: i64) -> String {
    match value % 10 {
        0 => (value / 10).to_string(),
        rest => format!("{}.{rest}", value / 10),
    }
}

/// Half away from zero.
const fn rounded(value: i64, by: i64) -> i64 {
    let half = if value < 0 { -by / 2 } else { by / 2 };
    (value + half) / by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_written_as_people_read_them() {
        assert_eq!([5_556, 3_333, 10_000, 5].map(percent), ["55.6 %", "33.3 %", "100.0 %", "0.1 %"]);
        assert_eq!([4_033, 16_233, 3_325, 0].map(times), ["0.40×", "1.62×", "0.33×", "0.00×"]);
        assert_eq!([330, 345].map(tenths), ["33", "34.5"]);
        assert_eq!(percent(-1_711), "−17.1 %");
    }
}
