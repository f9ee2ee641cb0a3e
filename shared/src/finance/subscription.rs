//! What is recurring revenue made of?

use crate::kernel::money::Money;
use crate::kernel::value_set;

value_set! {
    /// How a subscription stands.
    SubscriptionStatus {
        /// Tried out; not counted.
        Trial = "trial",
        /// In force.
        Active = "active",
        /// In force, with an unpaid invoice.
        PastDue = "past_due",
        /// Interrupted.
        Paused = "paused",
        /// Ended.
        Cancelled = "cancelled",
        /// Ended by new terms.
        Replaced = "replaced",
    }
}

value_set! {
    /// How often an amount is due.
    BillingFrequency {
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every year.
        Annual = "annual",
        /// Once.
        OneTime = "one_time",
    }
}

value_set! {
    /// What a client has agreed to pay with.
    ArrangementType {
        /// A fee.
        Invoiced = "invoiced",
        /// A fee for advice.
        Advisory = "advisory",
        /// A fee and a share of revenue.
        EquityPartnership = "equity_partnership",
        /// A share of revenue, and equity.
        Equity = "equity",
    }
}

impl BillingFrequency {
    /// Monthly recurring revenue of an amount due this often, rounded half away from zero.
    #[must_use]
    pub fn monthly(self, amount: Money) -> Money {
        match self {
            Self::Monthly => amount,
            Self::Quarterly => Money::of_fraction(amount.minor().into(), 3),
            Self::Annual => Money::of_fraction(amount.minor().into(), 12),
            Self::OneTime => Money::ZERO,
        }
    }

    /// Annual recurring revenue: contracts by the year count at their value, so nothing is lost by rounding.
    #[must_use]
    pub fn annually(self, amount: Money) -> Money {
        match self {
            Self::Monthly => Money::of_fraction(i128::from(amount.minor()) * 12, 1),
            Self::Quarterly => Money::of_fraction(i128::from(amount.minor()) * 4, 1),
            Self::Annual => amount,
            Self::OneTime => Money::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_monthly_and_annual() {
        let amount = Money::from_minor(1_000_000);
        let both = |frequency: BillingFrequency| {
            (frequency.monthly(amount).minor(), frequency.annually(amount).minor())
        };
        assert_eq!(both(BillingFrequency::Monthly), (1_000_000, 12_000_000));
        assert_eq!(both(BillingFrequency::Quarterly), (333_333, 4_000_000));
        assert_eq!(both(BillingFrequency::Annual), (83_333, 1_000_000));
        assert_eq!(both(BillingFrequency::OneTime), (0, 0));
    }
}
