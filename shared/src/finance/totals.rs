//! What do the lines of an invoice add up to? Exactly what the database will store, also while somebody types.

use crate::kernel::money::{Money, MoneyError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// How many of something, with two decimal places, as `numeric(12,2)` holds it. In JSON a decimal text (`"2.50"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(Money);

impl Quantity {
    /// One of it.
    pub const ONE: Self = Self(Money::from_minor(100));
    /// 9,999,999,999.99.
    pub const MAX: Self = Self(Money::from_minor(999_999_999_999));

    /// So many hundredths.
    #[must_use]
    pub const fn of_hundredths(hundredths: i64) -> Self {
        Self(Money::from_minor(hundredths))
    }

    /// The hundredths.
    #[must_use]
    pub const fn hundredths(self) -> i64 {
        self.0.minor()
    }

    /// Reads a plain decimal such as `2.5`.
    ///
    /// # Errors
    /// [`MoneyError`] when it is not one, or has more than two decimal places.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        Money::parse(text).map(Self)
    }

    /// Is it more than nothing, and not too much to be kept?
    #[must_use]
    pub fn is_in_range(self) -> bool {
        self.0 > Money::ZERO && self <= Self::MAX
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self::ONE
    }
}

impl fmt::Display for Quantity {
    /// Without decimals that say nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Money::deserialize(deserializer).map(Self)
    }
}

/// Quantity × price, rounded once, half away from zero; none when it is too much to be kept.
#[must_use]
pub fn line_total(quantity: Quantity, unit_price: Money) -> Option<Money> {
    let exact = i128::from(quantity.hundredths()) * i128::from(unit_price.minor());
    let most = i128::from(Money::MAX.minor()) * 100;
    (exact.abs() <= most).then(|| Money::of_fraction(exact, 100))
}

/// What an invoice asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InvoiceTotals {
    /// Σ lines.
    pub net: Money,
    /// Σ lines + tax.
    pub total: Money,
}

impl InvoiceTotals {
    /// Of these lines and this tax; none when a sum is less than nothing or too much to be kept.
    #[must_use]
    pub fn of(lines: impl IntoIterator<Item = (Quantity, Money)>, tax: Money) -> Option<Self> {
        let mut net = 0_i128;
        for (quantity, unit_price) in lines {
            net += i128::from(line_total(quantity, unit_price)?.minor());
        }
        let total = net + i128::from(tax.minor());
        let fits = net >= 0 && total <= i128::from(Money::MAX.minor());
        let money = |minor: i128| i64::try_from(minor).ok().map(Money::from_minor);
        fits.then(|| Some(Self { net: money(net)?, total: money(total)? })).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn lines_are_rounded_half_away_from_zero() {
        for (many, price, total) in [
            ("1", "10.00", "10.00"),
            ("0.50", "0.01", "0.01"),
            ("0.5", "-0.01", "-0.01"),
            ("0.33", "0.10", "0.03"),
            ("2.5", "19.99", "49.98"),
        ] {
            let made = line_total(quantity(many), Money::parse(price).unwrap()).unwrap();
            assert_eq!(made.to_string(), total, "{many} × {price}");
        }
        assert_eq!(line_total(Quantity::MAX, Money::MAX), None);
        assert_eq!(line_total(Quantity::ONE, Money::MAX), Some(Money::MAX));
    }

    #[test]
    fn an_invoice_asks_for_no_less_than_nothing() {
        let ten = Money::from_minor(1_000);
        let discount = Money::from_minor(-1_001);
        let of = |lines: &[(Quantity, Money)], tax| InvoiceTotals::of(lines.iter().copied(), tax);
        assert_eq!(of(&[], Money::ZERO), Some(InvoiceTotals::default()));
        let totals = of(&[(quantity("3"), ten)], Money::from_minor(8)).unwrap();
        assert_eq!((totals.net.minor(), totals.total.minor()), (3_000, 3_008));
        assert_eq!(of(&[(Quantity::ONE, ten), (Quantity::ONE, discount)], ten), None);
        assert_eq!(of(&[(Quantity::ONE, Money::MAX)], Money::from_minor(1)), None);
    }

    #[test]
    fn a_quantity_is_written_as_people_write_it() {
        for (text, written) in [("1", "1"), ("2.50", "2.5"), ("0.05", "0.05"), ("100", "100")] {
            assert_eq!(quantity(text).to_string(), written);
        }
        assert!(
            !quantity("0").is_in_range() && !quantity("-1").is_in_range() && quantity("0.01").is_in_range()
        );
        assert!(Quantity::parse("1.005").is_err());
    }

    proptest! {
        #[test]
        fn sums_never_drift(
            lines in proptest::collection::vec((1_i64..100_000, -1_000_000_i64..10_000_000), 0..40), tax in 0_i64..1_000_000
        ) {
            let lines: Vec<_> =
                lines.into_iter().map(|(many, price)| (Quantity::of_hundredths(many), Money::from_minor(price))).collect();
            let sum: Money = lines.iter().filter_map(|(many, price)| line_total(*many, *price)).sum();
            match InvoiceTotals::of(lines, Money::from_minor(tax)) {
                Some(totals) => {
                    prop_assert_eq!(totals.net, sum);
                    prop_assert_eq!(totals.total.minor(), sum.minor() + tax);
                }
                None => prop_assert!(sum < Money::ZERO),
            }
        }
    }
}
