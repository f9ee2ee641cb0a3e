//! How did the portfolio's score move, month by month?

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The mean score of one month: over each client's last snapshot of that month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// The first day of the month.
    #[serde(with = "crate::kernel::instants::day")]
    pub month: Date,
    /// 0–100, half away from zero; none when no client has a score in that month.
    pub trs_mean: Option<u8>,
    /// Clients behind the mean.
    pub clients: u32,
}

/// The line to draw: runs of months that have a score, as (index of the month, score).
/// A month without one ends a run, so that a gap stays a gap and is never drawn as zero.
#[must_use]
pub fn trend_line(points: &[TrendPoint]) -> Vec<Vec<(usize, u8)>> {
    let mut runs: Vec<Vec<(usize, u8)>> = Vec::new();
    let mut open = false;
    for (index, point) in points.iter().enumerate() {
        match (point.trs_mean, open) {
            (Some(score), true) => {
                if let Some(run) = runs.last_mut() {
                    run.push((index, score));
                }
            }
            (Some(score), false) => {
                runs.push(vec![(index, score)]);
                open = true;
            }
            (None, _) => open = false,
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_without_score_is_a_gap() {
        let point = |month, trs_mean| TrendPoint { month: date(2026, month, 1), trs_mean, clients: 1 };
        let line = trend_line(&[
            point(1, None),
            point(2, Some(70)),
            point(3, Some(71)),
            point(4, None),
            point(5, Some(80)),
        ]);
        assert_eq!(line, [vec![(1, 70), (2, 71)], vec![(4, 80)]]);
        assert!(trend_line(&[]).is_empty());
    }
}
