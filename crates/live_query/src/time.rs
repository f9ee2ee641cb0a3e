//! What time is it, on which clock, and how old is an answer?

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point on the monotonic clock of the host, in milliseconds since an arbitrary start.
///
/// Durations, timers and ages are taken from this clock only, so that setting the wall clock (or a
/// summer-time change) neither fires a burst of requests nor makes rows look younger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Moment(u64);

impl Moment {
    /// The start of the clock.
    pub const ZERO: Self = Self(0);

    /// The moment `millis` milliseconds after the start of the clock.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the start of the clock.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment and `wait`, never wrapping around.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(millis(wait)))
    }

    /// Time since `earlier`; zero when `earlier` lies in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// A point in time as the server names it, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerTime(i64);

impl ServerTime {
    /// The server time `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix_millis(self) -> i64 {
        self.0
    }

    /// This time and `wait`.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(millis(wait)))
    }

    /// Time since `earlier`, `None` when `earlier` lies in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        u64::try_from(self.0.saturating_sub(earlier.0)).ok().map(Duration::from_millis)
    }
}

/// When shown rows were true: the server's word for it, and what the monotonic clock added since.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// Server time of the answer the rows came with.
    pub server: ServerTime,
    /// When this page received them (or read them from the snapshot).
    pub received: Moment,
    /// How old they were at `received`: zero for an answer, more for a persisted snapshot.
    pub age_then: Duration,
}

impl AsOf {
    /// The age of the rows at `now`, independent of the wall clock.
    #[must_use]
    pub fn age(&self, now: Moment) -> Duration {
        self.age_then + now.since(self.received)
    }

    /// The server's clock at `now`, as far as this answer tells.
    #[must_use]
    pub fn server_now(&self, now: Moment) -> ServerTime {
        self.server.after(self.age(now))
    }
}

/// A random share between nothing (0) and everything (`u32::MAX`), drawn by the caller: the core has
/// no random source, so a trace can be replayed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Fraction(pub u32);

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One half (rounded down).
    pub const HALF: Self = Self(u32::MAX / 2);
    /// Everything.
    pub const ONE: Self = Self(u32::MAX);

    /// This share of `whole`, to the millisecond.
    #[must_use]
    pub fn of(self, whole: Duration) -> Duration {
        let part = u128::from(millis(whole)) * u128::from(self.0) / u128::from(u32::MAX);
        Duration::from_millis(u64::try_from(part).unwrap_or(u64::MAX))
    }
}

/// Whole milliseconds of a duration, saturating.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
