//! What is an opportunity: its stages, why it was lost, and where it came from?

use crate::kernel::money::Money;
use crate::kernel::value_set;

value_set! {
    /// The steps of a sale.
    Stage {
        /// A first idea.
        Prospect = "Prospect",
        /// Need and budget are being found out.
        Qualify = "Qualify",
        /// An offer is on the table.
        Proposal = "Proposal",
        /// The terms are being settled.
        Negotiation = "Negotiation",
        /// Won.
        ClosedWon = "ClosedWon",
        /// Lost.
        ClosedLost = "ClosedLost",
    }
}

value_set! {
    /// Why a sale or a subscription was lost.
    LostReason {
        /// Too expensive.
        Price = "price",
        /// Not now.
        Timing = "timing",
        /// Somebody else.
        Competitor = "competitor",
        /// Nobody decided.
        NoDecision = "no_decision",
        /// No money for it.
        NoBudget = "no_budget",
        /// Not what was needed.
        Fit = "fit",
        /// Something else.
        Other = "other",
    }
}

value_set! {
    /// How an opportunity came in.
    OpportunitySource {
        /// Typed by a person.
        Manual = "manual",
        /// From a file.
        Import = "import",
        /// Proposed by an agent.
        Agent = "agent",
        /// Made by a playbook.
        Automation = "automation",
    }
}

impl Stage {
    /// Is the sale neither won nor lost?
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::ClosedWon | Self::ClosedLost)
    }

    /// The chance of winning at this stage in whole percent, unless a person overrides it.
    #[must_use]
    pub const fn probability(self) -> u8 {
        match self {
            Self::Prospect => 10,
            Self::Qualify => 25,
            Self::Proposal => 50,
            Self::Negotiation => 75,
            Self::ClosedWon => 100,
            Self::ClosedLost => 0,
        }
    }
}

/// Σ amount × probability ÷ 100 over opportunities, rounded once, half away from zero.
///
/// ```
/// use revos_shared::Money;
/// use revos_shared::pipeline::weighted;
/// assert_eq!(weighted([(Money::from_minor(1), 25), (Money::from_minor(1), 25)]), Money::from_minor(1));
/// ```
#[must_use]
pub fn weighted(opportunities: impl IntoIterator<Item = (Money, u8)>) -> Money {
    let hundredths = opportunities.into_iter().fold(0_i128, |sum, (amount, probability)| {
        sum + i128::from(amount.minor()) * i128::from(probability)
    });
    Money::of_fraction(hundredths, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_rounded_once() {
        // The four open stages of the demo organization: 439,375.00.
        let stages = [(6_900_000, 10), (11_350_000, 25), (35_800_000, 75)];
        let whole = stages.map(|(minor, probability)| (Money::from_minor(minor), probability));
        assert_eq!(weighted(whole), Money::from_minor(690_000 + 2_837_500 + 26_850_000));
        assert_eq!(weighted([(Money::from_minor(2), 25)]), Money::from_minor(1), "half a cent goes up");
        assert_eq!(weighted([(Money::from_minor(1), 25)]), Money::ZERO);
        assert_eq!(weighted([]), Money::ZERO);
    }

    #[test]
    fn only_the_last_two_stages_are_closed() {
        let open: Vec<_> = Stage::ALL.iter().filter(|stage| stage.is_open()).collect();
        assert_eq!(open, [&Stage::Prospect, &Stage::Qualify, &Stage::Proposal, &Stage::Negotiation]);
    }
}
