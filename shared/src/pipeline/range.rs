//! Between which amounts will the period end? A range from the open opportunities and what history says of them.
//!
//! Method: every opportunity of the period is won whole or not at all, independently of the others. Its chance is
//! what a person typed in place of the stage's; else the win rate of its stage over the last 365 days, when at
//! least 5 that entered the stage were closed; else the stage's probability. The distribution of the sum is
//! computed opportunity by opportunity, largest amount first, without chance: the same rows give the same range on
//! every machine. Sums are exact to the minor unit while there are at most [`SUMS_MAX`] different ones; beyond
//! that, they are kept to a common step that is doubled as often as it takes. p10 is the smallest amount that the
//! period ends at or below with at least 10 %, likewise p50 and p90; what was won already is part of each.

use super::row::OpportunityRow;
use super::score::WinRates;
use crate::kernel::money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Different sums that are told apart.
pub(super) const SUMS_MAX: usize = 4_096;
/// All of the probability, in parts that are only ever split.
const WHOLE: u128 = 1 << 60;

/// Where the period will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastRange {
    /// At or below this with 10 %.
    pub p10: Money,
    /// At or below this with 50 %.
    pub p50: Money,
    /// At or below this with 90 %.
    pub p90: Money,
    /// How many chances are a stage's win rate.
    pub by_history: u32,
    /// How many were typed by a person.
    pub by_person: u32,
    /// How many are a stage's probability, for want of history.
    pub by_stage: u32,
}

/// A chance as a fraction, at most one.
struct Chance {
    of: u32,
    whole: u32,
}

/// The range of what was won and the opportunities of the period.
#[must_use]
pub fn forecast_range(won: Money, period: &[&OpportunityRow], rates: &WinRates) -> ForecastRange {
    let mut range = ForecastRange { p10: won, p50: won, p90: won, by_history: 0, by_person: 0, by_stage: 0 };
    let mut chances = Vec::new();
    for row in period {
        let chance = match (row.probability_override, rates.of_stage(row.stage)) {
            (Some(typed), _) => {
                range.by_person += 1;
                Chance { of: u32::from(typed), whole: 100 }
            }
            (None, Some(wins)) => {
                range.by_history += 1;
                Chance { of: wins.won, whole: wins.closed }
            }
            (None, None) => {
                range.by_stage += 1;
                Chance { of: u32::from(row.probability), whole: 100 }
            }
        };
        chances.push((row.amount.minor(), row.id, chance));
    }
    chances.sort_by_key(|(minor, id, _)| (std::cmp::Reverse(*minor), *id));
    let mut sums = BTreeMap::from([(won.minor(), WHOLE)]);
    let mut step = 1;
    for (minor, _, chance) in chances {
        sums = coarsened(with(&sums, minor, &chance), step);
        while sums.len() > SUMS_MAX {
            step *= 2;
            sums = coarsened(sums, step);
        }
    }
    range.p10 = percentile(&sums, 10);
    range.p50 = percentile(&sums, 50);
    range.p90 = percentile(&sums, 90);
    range
}

fn with(sums: &BTreeMap<i64, u128>, minor: i64, chance: &Chance) -> BTreeMap<i64, u128> {
    let mut next = BTreeMap::new();
    for (sum, mass) in sums {
        // What is split off is rounded down; the rest keeps the remainder, so that nothing is lost.
        let wins = mass * u128::from(chance.of) / u128::from(chance.whole.max(1));
        for (sum, part) in [(*sum, mass - wins), (sum.saturating_add(minor), wins)] {
            if part > 0 {
                *next.entry(sum).or_default() += part;
            }
        }
    }
    next
}

fn coarsened(sums: BTreeMap<i64, u128>, step: i64) -> BTreeMap<i64, u128> {
    if step == 1 {
        return sums;
    }
    let mut next = BTreeMap::new();
    for (sum, mass) in sums {
        let (below, rest) = (sum.div_euclid(step), sum.rem_euclid(step));
        // A half goes to the even neighbour: always up, many of them would add up.
        let up = 2 * rest > step || (2 * rest == step && below % 2 != 0);
        *next.entry((below + i64::from(up)).saturating_mul(step)).or_default() += mass;
    }
    next
}

fn percentile(sums: &BTreeMap<i64, u128>, percent: u128) -> Money {
    let mut below = 0;
    let reached = sums.iter().find(|(_, mass)| {
        below += **mass;
        below * 100 >= WHOLE * percent
    });
    Money::from_minor(reached.map_or(0, |(sum, _)| *sum))
}

#[cfg(test)]
mod tests {
    use super::super::opportunity::Stage;
    use super::super::score::StageWins;
    use super::super::test_rows::open;
    use super::*;
    use proptest::prelude::*;

    fn range(won: i64, rows: &[OpportunityRow], rates: &WinRates) -> ForecastRange {
        forecast_range(Money::from_minor(won), &rows.iter().collect::<Vec<_>>(), rates)
    }

    fn amounts(range: ForecastRange) -> [i64; 3] {
        [range.p10, range.p50, range.p90].map(Money::minor)
    }

    #[test]
    fn a_few_opportunities_are_counted_out() {
        // Two at 50 %, one at 75 %: 8 outcomes. Sums of 0, 40, 100, 140, 200, 240, 300, 340 with
        // 1/16, 3/16, 1/16, 3/16, 1/16, 3/16, 1/16, 3/16.
        let rows = [open(Stage::Proposal, 100), open(Stage::Proposal, 200), open(Stage::Negotiation, 40)];
        let found = range(7, &rows, &WinRates::default());
        assert_eq!(amounts(found), [47, 147, 347]);
        assert_eq!((found.by_stage, found.by_history, found.by_person), (3, 0, 0));
    }

    #[test]
    fn history_comes_before_the_stage_and_people_before_both() {
        let wins = |closed| StageWins { stage: Stage::Proposal, won: closed, closed };
        let mut rows = [open(Stage::Proposal, 100), open(Stage::Proposal, 1_000)];
        rows[1].probability_override = Some(0);
        let rates = WinRates { stages: vec![wins(5)], ..WinRates::default() };
        let found = range(0, &rows, &rates);
        assert_eq!(amounts(found), [100, 100, 100], "always won, and never");
        assert_eq!((found.by_stage, found.by_history, found.by_person), (0, 1, 1));
        let few = WinRates { stages: vec![wins(4)], ..WinRates::default() };
        assert_eq!(range(0, &rows, &few).by_stage, 1, "four say nothing");
    }

    #[test]
    fn nothing_open_leaves_what_was_won() {
        assert_eq!(amounts(range(210, &[], &WinRates::default())), [210, 210, 210]);
    }

    #[test]
    fn a_large_pipeline_is_kept_to_a_step_and_stays_near() {
        let rows: Vec<_> = (0..200_i64).map(|at| open(Stage::Proposal, 1_000_000 + at * 7_919)).collect();
        let [p10, p50, p90] = amounts(range(0, &rows, &WinRates::default()));
        let total: i64 = rows.iter().map(|row| row.amount.minor()).sum();
        // 200 throws of a coin: the middle is half of all, and the tenths lie 1.28 standard deviations away.
        assert!((p50 - total / 2).abs() < total / 200, "{p50} of {total}");
        assert!(p10 > total * 44 / 100 && p90 < total * 56 / 100 && p10 < p50 && p50 < p90);
    }

    proptest! {
        #[test]
        fn a_range_is_in_order_and_within_what_is_possible(
            won in 0_i64..1_000_000,
            rows in proptest::collection::vec((0_i64..10_000_000, 0_u8..=100), 0..9)
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(minor, percent)| {
                let mut row = open(Stage::Qualify, minor);
                row.probability_override = Some(percent);
                row
            }).collect();
            let [p10, p50, p90] = amounts(range(won, &rows, &WinRates::default()));
            let all: i64 = rows.iter().map(|row| row.amount.minor()).sum();
            // A step of the coarse grid may lie beyond the last sum.
            let slack = (all + won) / 1_000 + 1;
            prop_assert!(p10 <= p50 && p50 <= p90);
            prop_assert!(p10 >= won - slack && p90 <= won + all + slack);
            let backwards: Vec<_> = rows.iter().rev().cloned().collect();
            prop_assert_eq!(amounts(range(won, &backwards, &WinRates::default())), [p10, p50, p90]);
        }
    }
}
