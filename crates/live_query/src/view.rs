//! What may a component know about the rows it shows?

use crate::failure::Failure;
use crate::time::{AsOf, Moment};

/// Everything a component needs, in one value: what to show, where it comes from, how old it is and
/// what is wrong. It replaces the usual five booleans, whose combinations nobody can name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View<T> {
    /// What to show, if there is anything.
    pub data: Option<T>,
    /// Where `data` comes from.
    pub source: Source,
    /// When `data` was true; `None` without data and for sample data.
    pub as_of: Option<AsOf>,
    /// A request is under way. With data this is a thin line, without it a skeleton.
    pub refreshing: bool,
    /// What is wrong, if anything.
    pub health: Health,
    /// Changes of these rows that are on their way.
    pub pending_writes: u32,
}

impl<T> View<T> {
    /// The view of a query that has not been asked yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            data: None,
            source: Source::None,
            as_of: None,
            refreshing: false,
            health: Health::Ok,
            pending_writes: 0,
        }
    }

    /// The same view with other data.
    #[must_use]
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> View<U> {
        View {
            data: self.data.map(with),
            source: self.source,
            as_of: self.as_of,
            refreshing: self.refreshing,
            health: self.health,
            pending_writes: self.pending_writes,
        }
    }
}

/// Where shown data comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Source {
    /// Nothing is shown.
    None,
    /// The newest answer.
    Live,
    /// An earlier answer, because a newer request failed.
    LastGood(Kept),
    /// Invented rows; always labelled.
    Sample(SampleCause),
}

impl Source {
    /// The stable name of this source in telemetry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Live => "live",
            Self::LastGood(Kept::Memory) => "memory",
            Self::LastGood(Kept::Persisted) => "persisted",
            Self::Sample(_) => "sample",
        }
    }
}

/// Where last good rows were kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kept {
    /// In this page.
    Memory,
    /// In the browser's storage, by an earlier page.
    Persisted,
}

/// Why sample rows are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum SampleCause {
    /// There is no server to ask. Terminal: nothing is ever requested.
    Demo,
    /// A person asked to see them.
    ByHand,
}

/// What is wrong with a query, if anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Health {
    /// Nothing.
    Ok,
    /// Rows are shown, but newer ones cannot be had.
    Degraded {
        /// The newest failure.
        failure: Failure,
        /// When the series of failures (or being offline) began.
        since: Moment,
        /// When it is tried again; `None` while hidden, offline, or under way.
        next_try: Option<Moment>,
    },
    /// The server refuses these rows to this person.
    Denied(Failure),
    /// The session is over; everything was wiped.
    SignedOut,
    /// There is nothing good to show.
    Failed {
        /// The newest failure.
        failure: Failure,
        /// When it is tried again; `None` while hidden, offline, or under way.
        next_try: Option<Moment>,
    },
}

impl Health {
    /// The failure behind it, if there is one.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Ok | Self::SignedOut => None,
            Self::Degraded { failure, .. } | Self::Denied(failure) | Self::Failed { failure, .. } => {
                Some(failure)
            }
        }
    }

    /// When it is tried again without being asked to.
    #[must_use]
    pub const fn next_try(&self) -> Option<Moment> {
        match self {
            Self::Degraded { next_try, .. } | Self::Failed { next_try, .. } => *next_try,
            Self::Ok | Self::SignedOut | Self::Denied(_) => None,
        }
    }
}

/// The six states of a query. Components read [`View`]; tests and documents speak in states.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum State {
    /// No rows, no answer yet, or a retry after a failure is under way.
    Loading,
    /// The last request succeeded.
    Live,
    /// A request is under way over shown rows.
    Refreshing,
    /// The last request failed; the rows are the last good ones.
    LastGood,
    /// Sample rows.
    Seeded,
    /// Nothing good to show.
    Failed,
}
