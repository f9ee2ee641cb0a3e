//! How often is it asked, how long is it waited, and why so?

use std::time::Duration;

use crate::time::Fraction;

/// The durations of one query. Every default says its reason; most queries change only `interval`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// Time between a settled answer and the next request; `None` asks only by hand (a failed
    /// request is still repeated). Default 60 s: a person looks at a list for minutes, and one
    /// request a minute is affordable for every open page. At least [`Timing::MIN_INTERVAL`].
    pub interval: Option<Duration>,
    /// How old rows must be for a return (shown, online, focused) to ask at once. `None` (default)
    /// is half the interval: a glance at another tab costs nothing, a longer absence pays at once.
    pub return_after: Option<Duration>,
    /// Time for one full answer. Default 10 s: longer than the server's own first-byte limit (8 s),
    /// so the server's typed error arrives before ours.
    pub timeout: Duration,
    /// How long everything is kept after the last subscriber has left. Default 30 s: going to a
    /// detail page and back shows rows at once.
    pub linger: Duration,
    /// Least time between two requests caused by a return. Default 5 s: window managers send focus
    /// in bursts.
    pub return_throttle: Duration,
    /// Least time between two requests by hand. Default 1 s: a double click is one wish.
    pub manual_gap: Duration,
    /// Least time between two snapshot writes. Default 5 s: encrypting and writing must never be
    /// what a fast query does most.
    pub save_gap: Duration,
    /// Upper bound of the first wait after a failure; doubles per failure. Default 1 s: most
    /// failures are a restart or a dropped packet.
    pub backoff_base: Duration,
    /// Upper bound of every wait after a failure. Default 30 s: an outage costs two requests a
    /// minute, and its end is noticed in 15 s on average.
    pub backoff_cap: Duration,
    /// Longest time a server may ask us to wait. Default 10 min: a wrong header must not silence a
    /// page for a day.
    pub server_wait_cap: Duration,
    /// Spread added to a moment that the server names to all pages alike. Default 5 s: a recovering
    /// database must not meet every page in one instant.
    pub spread: Duration,
    /// How long a page waits for the one whose turn it is, beyond the moment it was due. Default 12 s: the longest
    /// answer (10 s) and 2 s of a busy machine; a page that was closed or hidden gives its turn back at once.
    pub overdue: Duration,
    /// A request that takes longer is reported as slow. Default 3 s.
    pub slow: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            interval: Some(Duration::from_secs(60)),
            return_after: None,
            timeout: Duration::from_secs(10),
            linger: Duration::from_secs(30),
            return_throttle: Duration::from_secs(5),
            manual_gap: Duration::from_secs(1),
            save_gap: Duration::from_secs(5),
            backoff_base: Duration::from_secs(1),
            backoff_cap: Duration::from_secs(30),
            server_wait_cap: Duration::from_secs(600),
            spread: Duration::from_secs(5),
            overdue: Duration::from_secs(12),
            slow: Duration::from_secs(3),
        }
    }
}

impl Timing {
    /// The shortest interval that is honoured.
    pub const MIN_INTERVAL: Duration = Duration::from_secs(5);

    /// The defaults with another interval.
    #[must_use]
    pub fn every(interval: Option<Duration>) -> Self {
        Self { interval, ..Self::default() }
    }

    /// The interval that counts: never shorter than [`Timing::MIN_INTERVAL`].
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.interval.map(|interval| interval.max(Self::MIN_INTERVAL))
    }

    /// From which age on a return asks at once; `None` for queries asked by hand only.
    #[must_use]
    pub fn return_after(&self) -> Option<Duration> {
        self.return_after.or_else(|| self.interval().map(|interval| interval / 2))
    }

    /// The wait from a settled answer to the next request: the interval ± 10 %, so that pages
    /// opened together drift apart.
    #[must_use]
    pub fn tick(&self, random: Fraction) -> Option<Duration> {
        self.interval().map(|interval| interval * 9 / 10 + random.of(interval / 5))
    }

    /// The wait after the n-th failure in a row (from 1): full jitter, uniform between nothing and
    /// `min(cap, base · 2ⁿ⁻¹)` ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    #[must_use]
    pub fn backoff(&self, failures: u32, random: Fraction) -> Duration {
        random.of(self.backoff_limit(failures))
    }

    /// The longest wait after the n-th failure in a row.
    #[must_use]
    pub fn backoff_limit(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.backoff_base.saturating_mul(1 << doublings).min(self.backoff_cap)
    }
}
