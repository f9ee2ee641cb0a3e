//! What do opportunities add up to? Counts, amounts and weighted values (metrics: pipeline totals).

use super::opportunity::{Stage, weighted};
use super::row::OpportunityRow;
use crate::kernel::money::Money;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// What some opportunities add up to. The database computes the same (`list_opportunities`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// How many they are.
    pub count: u32,
    /// Σ amount.
    pub amount: Money,
    /// Σ amount × probability ÷ 100, rounded once after the sum.
    pub weighted: Money,
}

impl Total {
    /// Of these.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a OpportunityRow>) -> Self {
        let parts: Vec<_> = rows.into_iter().map(|row| (row.amount, row.probability)).collect();
        Self {
            count: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            amount: parts.iter().map(|(amount, _)| *amount).sum(),
            weighted: weighted(parts),
        }
    }
}

/// What the opportunities of one stage add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTotal {
    /// The stage.
    pub stage: Stage,
    /// How many are in it.
    pub count: u32,
    /// Σ amount.
    pub amount: Money,
    /// Σ amount × probability ÷ 100, rounded once after the sum.
    pub weighted: Money,
}

impl StageTotal {
    /// Of every stage, in their order, zeros included. Never of a cut list.
    #[must_use]
    pub fn of(rows: &[impl Borrow<OpportunityRow>]) -> Vec<Self> {
        let stage = |stage: &Stage| {
            let own = rows.iter().map(Borrow::borrow).filter(|row| row.stage == *stage);
            let Total { count, amount, weighted } = Total::of(own);
            Self { stage: *stage, count, amount, weighted }
        };
        Stage::ALL.iter().map(stage).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_rows::open;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sums_as_the_golden_vector_says() {
        // Golden vectors V1 and V1b.
        let mut rows = vec![
            open(Stage::Prospect, 8_500_000),
            open(Stage::Qualify, 12_500_000),
            open(Stage::Proposal, 17_800_000),
            open(Stage::Negotiation, 9_600_000),
        ];
        let of = |rows: &[_]| {
            let total = Total::of(rows);
            (total.count, total.amount.minor(), total.weighted.minor())
        };
        assert_eq!(of(&rows), (4, 48_400_000, 20_075_000));
        let by_stage: Vec<_> = StageTotal::of(&rows).iter().map(|total| total.weighted.minor()).collect();
        assert_eq!(by_stage, [850_000, 3_125_000, 8_900_000, 7_200_000, 0, 0]);
        rows[2].probability = 40;
        assert_eq!(of(&rows), (4, 48_400_000, 18_295_000));
    }

    proptest! {
        #[test]
        fn what_is_weighted_is_never_more_than_all(
            rows in proptest::collection::vec((0_i64..1_000_000_000_000, 0_u8..=100, 0_usize..6), 0..40)
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(minor, probability, stage)| {
                let mut row = open(Stage::ALL[stage], minor);
                row.probability = probability;
                row
            }).collect();
            let total = Total::of(&rows);
            prop_assert!(total.weighted <= total.amount);
            let stages = StageTotal::of(&rows);
            prop_assert_eq!(stages.iter().map(|stage| stage.amount).sum::<Money>(), total.amount);
            prop_assert_eq!(stages.iter().map(|stage| stage.count).sum::<u32>(), total.count);
        }
    }
}
