//! What do many measurements say? Medians, and their ratio.

use std::time::Duration;

/// Times of one thing measured often.
#[derive(Default)]
pub(super) struct Sample(Vec<Duration>);

impl Sample {
    /// Adds one time.
    pub(super) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that a share of `percent` does not exceed; zero without measurements.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.0.clone();
        times.sort();
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(index).copied().unwrap_or_default()
    }

    /// The median.
    pub(super) fn p50(&self) -> Duration {
        self.percentile(50)
    }

    /// `name: p50 1.23 ms, p95 4.56 ms`.
    pub(super) fn line(&self, name: &str) -> String {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
        format!(
            "{name}: p50 {:.2} ms, p95 {:.2} ms",
            milliseconds(self.p50()),
            milliseconds(self.percentile(95))
        )
    }

    /// How many times the slowest twentieth of `base` takes the slowest twentieth here, with the goal beside it.
    pub(super) fn ratio_of_slowest(&self, base: &Self, name: &str, goal: f64) -> String {
        let (own, other) = (self.percentile(95), base.percentile(95));
        let ratio = own.as_secs_f64() / other.as_secs_f64().max(f64::MIN_POSITIVE);
        let verdict = if ratio <= goal { "met" } else { "missed" };
        format!("{name}, p95: {ratio:.2} (goal {goal:.2}, {verdict})")
    }

    fn times(&self, base: &Self) -> f64 {
        self.p50().as_secs_f64() / base.p50().as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// As [`Sample::ratio`], where more is better.
    pub(super) fn at_least(&self, base: &Self, name: &str, goal: f64) -> String {
        let ratio = self.times(base);
        let verdict = if ratio >= goal { "met" } else { "missed" };
        format!("{name}: {ratio:.0} (goal at least {goal:.0}, {verdict})")
    }

    /// How many times the median of `base` this median is, with the goal beside it.
    pub(super) fn ratio(&self, base: &Self, name: &str, goal: f64) -> String {
        let ratio = self.times(base);
        let verdict = if ratio <= goal { "met" } else { "missed" };
        format!("{name}: {ratio:.2} (goal {goal:.2}, {verdict})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_compare_medians() {
        let (mut fast, mut slow) = (Sample::default(), Sample::default());
        for n in 1..=9 {
            fast.add(Duration::from_millis(n));
            slow.add(Duration::from_millis(2 * n));
        }
        assert_eq!(fast.p50(), Duration::from_millis(5));
        assert!(slow.ratio(&fast, "x", 2.0).contains("2.00 (goal 2.00, met)"));
        assert_eq!(slow.ratio_of_slowest(&fast, "x", 1.5), "x, p95: 2.00 (goal 1.50, missed)");
    }
}
