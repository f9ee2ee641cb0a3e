//! How good does an open opportunity look? A score of 0–100 from five components (metrics: score).

use super::opportunity::Stage;
use super::row::OpportunityRow;
use crate::kernel::figure::ratio;
use crate::kernel::ids::UserId;
use crate::kernel::value_set;
use serde::{Deserialize, Serialize};

/// From here on the risk is low.
pub(super) const LOW_RISK: u8 = 70;
/// From here on, below [`LOW_RISK`], it is medium.
pub(super) const MEDIUM_RISK: u8 = 45;
/// Fewer closed opportunities of a stage say nothing.
pub(super) const STAGE_SAMPLE: u32 = 5;
/// Fewer closed opportunities of an owner say nothing.
pub(super) const OWNER_SAMPLE: u32 = 3;
/// Fewer closed opportunities of the organization say nothing.
pub(super) const ORGANIZATION_SAMPLE: u32 = 5;
/// So many touches in 30 days are full engagement.
const FULL_TOUCHES: u32 = 4;
/// After so many days without a touch nothing is fresh.
const STALE_DAYS: u32 = 45;

/// How many were closed in the last 365 days, and how many of them won.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WinCount {
    /// Won.
    pub won: u32,
    /// Won or lost.
    pub closed: u32,
}

/// Of a stage: those that ever entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageWins {
    /// The stage.
    pub stage: Stage,
    /// Won.
    pub won: u32,
    /// Won or lost.
    pub closed: u32,
}

/// Of a person: those they lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerWins {
    /// The person.
    pub owner_id: UserId,
    /// Won.
    pub won: u32,
    /// Won or lost.
    pub closed: u32,
}

/// What the last 365 days say about winning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WinRates {
    /// By stage; a stage that nothing entered is missing.
    pub stages: Vec<StageWins>,
    /// By owner; a person without closed ones is missing.
    pub owners: Vec<OwnerWins>,
    /// Of the organization.
    pub all: WinCount,
}

impl WinRates {
    /// How those that entered a stage ended; none when they are too few to say anything.
    #[must_use]
    pub fn of_stage(&self, stage: Stage) -> Option<WinCount> {
        let wins = self.stages.iter().find(|wins| wins.stage == stage)?;
        WinCount { won: wins.won, closed: wins.closed }.of_at_least(STAGE_SAMPLE)
    }

    /// How those of a person ended; none when they are too few to say anything.
    #[must_use]
    pub fn of_owner(&self, owner: Option<UserId>) -> Option<WinCount> {
        let wins = self.owners.iter().find(|wins| Some(wins.owner_id) == owner)?;
        WinCount { won: wins.won, closed: wins.closed }.of_at_least(OWNER_SAMPLE)
    }
}

impl WinCount {
    fn of_at_least(self, sample: u32) -> Option<Self> {
        (self.closed >= sample).then_some(self)
    }
}

value_set! {
    /// How much is to be feared for an opportunity.
    ScoreRisk {
        /// Score 70 and above.
        Low = "low",
        /// Score 45–69.
        Medium = "medium",
        /// Score below 45.
        High = "high",
    }
}

/// A score and what it is made of. Each component is in whole percent of its best, rounded for reading; the score
/// is computed from the exact fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// 0–100.
    pub score: u8,
    /// Its band.
    pub risk: ScoreRisk,
    /// The probability; weighs 35.
    pub probability: u8,
    /// The win rate of the stage, or none without enough history; weighs 25.
    pub stage: Option<u8>,
    /// The win rate of the owner, else of the organization, or none without enough history; weighs 20.
    pub owner: Option<u8>,
    /// Touches of the last 30 days, of the 4 that count; weighs 10.
    pub engagement: u8,
    /// How recent the last touch is; weighs 10.
    pub freshness: u8,
}

/// A part of a whole.
#[derive(Clone, Copy)]
struct Part {
    of: u32,
    whole: u32,
}

impl Part {
    fn percent(self) -> u8 {
        u8::try_from(ratio(i128::from(self.of), i128::from(self.whole.max(1)), 100)).unwrap_or(100)
    }
}

impl Score {
    /// Of an opportunity. It means something only while that is open.
    #[must_use]
    pub fn of(row: &OpportunityRow, rates: &WinRates) -> Self {
        let part = |wins: WinCount| Part { of: wins.won, whole: wins.closed };
        let owner = rates.of_owner(row.owner_id).or_else(|| rates.all.of_at_least(ORGANIZATION_SAMPLE));
        let probability = Part { of: u32::from(row.probability), whole: 100 };
        let stage = rates.of_stage(row.stage).map(part);
        let owner = owner.map(part);
        let engagement = Part { of: row.touches.min(FULL_TOUCHES), whole: FULL_TOUCHES };
        let freshness = Part { of: STALE_DAYS.saturating_sub(row.days_untouched), whole: STALE_DAYS };
        let parts = [
            (35, Some(probability)),
            (25, stage),
            (20, owner),
            (10, Some(engagement)),
            (10, Some(freshness)),
        ];
        // Σ w·x as one fraction.
        let (mut numerator, mut denominator, mut weights) = (0_i128, 1_i128, 0_i128);
        for (weight, part) in parts {
            let Some(Part { of, whole }) = part else { continue };
            numerator = numerator * i128::from(whole) + weight * i128::from(of) * denominator;
            denominator *= i128::from(whole);
            weights += weight;
        }
        let score = u8::try_from(ratio(numerator, denominator * weights, 100)).unwrap_or(100);
        Self {
            score,
            risk: match score {
                LOW_RISK.. => ScoreRisk::Low,
                MEDIUM_RISK.. => ScoreRisk::Medium,
                _ => ScoreRisk::High,
            },
            probability: row.probability,
            stage: stage.map(Part::percent),
            owner: owner.map(Part::percent),
            engagement: engagement.percent(),
            freshness: freshness.percent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_rows::open;
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn score(probability: u8, stage: (u32, u32), owner: (u32, u32), touches: u32, untouched: u32) -> Score {
        let owner_id = UserId(Uuid::from_u128(7));
        let mut row = open(Stage::Proposal, 100);
        row.owner_id = Some(owner_id);
        (row.probability, row.touches, row.days_untouched) = (probability, touches, untouched);
        let rates = WinRates {
            stages: vec![StageWins { stage: Stage::Proposal, won: stage.0, closed: stage.1 }],
            owners: vec![OwnerWins { owner_id, won: owner.0, closed: owner.1 }],
            all: WinCount::default(),
        };
        Score::of(&row, &rates)
    }

    #[test]
    fn scores_as_the_golden_vector_says() {
        // Golden vector V4; the second has samples of 4 and 2.
        for (given, expected) in [
            (score(75, (6, 10), (5, 10), 2, 9), (64, ScoreRisk::Medium)),
            (score(50, (2, 4), (1, 2), 1, 30), (42, ScoreRisk::High)),
            (score(75, (8, 10), (3, 4), 5, 2), (81, ScoreRisk::Low)),
            (score(10, (2, 10), (5, 10), 0, 60), (19, ScoreRisk::High)),
        ] {
            assert_eq!((given.score, given.risk), expected);
        }
        assert_eq!(score(50, (2, 4), (1, 2), 1, 30).stage, None, "too few to say anything");
    }

    #[test]
    fn an_owner_without_history_stands_for_the_organization() {
        let row = open(Stage::Proposal, 100);
        let rates = WinRates { all: WinCount { won: 4, closed: 5 }, ..WinRates::default() };
        assert_eq!(Score::of(&row, &rates).owner, Some(80));
        let few = WinRates { all: WinCount { won: 4, closed: 4 }, ..WinRates::default() };
        assert_eq!(Score::of(&row, &few).owner, None);
    }

    proptest! {
        #[test]
        fn every_component_can_only_help(probability in 0_u8..100, touches in 0_u32..6, untouched in 0_u32..90, won in 0_u32..9) {
            let base = score(probability, (won, 9), (won, 9), touches, untouched);
            prop_assert!(base.score <= 100);
            prop_assert!(score(probability + 1, (won, 9), (won, 9), touches, untouched).score >= base.score);
            prop_assert!(score(probability, (won + 1, 9), (won, 9), touches, untouched).score >= base.score);
            prop_assert!(score(probability, (won, 9), (won, 9), touches + 1, untouched).score >= base.score);
            prop_assert!(score(probability, (won, 9), (won, 9), touches, untouched + 1).score <= base.score);
        }
    }
}
