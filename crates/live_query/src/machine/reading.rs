//! What can be read off the facts a machine keeps?

use super::{Ended, Held, Machine, SnapshotUse};
use crate::failure::{Failure, Reason};
use crate::time::{AsOf, Moment, ServerTime};
use crate::view::{Health, Kept, Source, State, View};

impl<T> Machine<T> {
    /// What components show.
    #[must_use]
    pub fn view(&self) -> View<&T> {
        let refreshing = self.asking.is_some() || self.snapshot == SnapshotUse::Loading;
        let view =
            View { refreshing, health: self.health(), pending_writes: self.pending_writes, ..View::empty() };
        if let Some((_, data)) = &self.sample {
            return View { data: Some(data), source: self.source(), refreshing: false, ..view };
        }
        let Some(held) = &self.held else { return view };
        View { data: Some(&held.data), source: self.source(), as_of: Some(held.as_of), ..view }
    }

    /// Where what is shown comes from.
    pub(super) fn source(&self) -> Source {
        match (&self.sample, &self.held, &self.series) {
            (Some((cause, _)), ..) => Source::Sample(*cause),
            (None, None, _) => Source::None,
            (None, Some(Held { persisted: true, .. }), _) => Source::LastGood(Kept::Persisted),
            (None, Some(_), Some(_)) => Source::LastGood(Kept::Memory),
            (None, Some(_), None) => Source::Live,
        }
    }

    /// The state in the words of the documents.
    #[must_use]
    pub fn state(&self) -> State {
        match (&self.sample, &self.held, &self.series) {
            (Some(_), _, _) => State::Seeded,
            (None, Some(_), _) if self.asking.is_some() => State::Refreshing,
            (None, Some(_), None) => State::Live,
            (None, Some(_), Some(_)) => State::LastGood,
            (None, None, Some(_)) if self.asking.is_none() && self.snapshot != SnapshotUse::Loading => {
                State::Failed
            }
            (None, None, _) => State::Loading,
        }
    }

    /// The data a snapshot is written from: data, its age stamp and its ETag.
    #[must_use]
    pub fn held(&self) -> Option<(&T, AsOf, Option<&str>)> {
        self.held.as_ref().map(|held| (&held.data, held.as_of, held.etag.as_deref()))
    }

    /// When the next automatic request is due; `None` while paused or under way.
    #[must_use]
    pub fn next_attempt_at(&self) -> Option<Moment> {
        if self.paused() || self.asking.is_some() {
            return None;
        }
        Some(self.next_try?.max(self.not_before.unwrap_or_default()))
    }

    /// The newest failure of the current series.
    #[must_use]
    pub fn newest_failure(&self) -> Option<&Failure> {
        self.series.as_ref().map(|series| &series.newest)
    }

    /// How many components use it.
    #[must_use]
    pub const fn subscribers(&self) -> u32 {
        self.subscribers
    }

    /// Whether it has ended (signed out, wiped or released) and will never do anything again.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// The server's clock as far as the held answer tells.
    #[must_use]
    pub fn server_now(&self, now: Moment) -> Option<ServerTime> {
        self.held.as_ref().map(|held| held.as_of.server_now(now))
    }

    fn health(&self) -> Health {
        if self.ended == Some(Ended::SignedOut) {
            return Health::SignedOut;
        }
        if self.sample.is_some() {
            return Health::Ok;
        }
        let next_try = self.next_attempt_at();
        match (&self.series, &self.held) {
            (Some(series), _) if series.newest.reason == Reason::Forbidden => {
                Health::Denied(series.newest.clone())
            }
            (Some(series), Some(_)) => {
                Health::Degraded { failure: series.newest.clone(), since: series.since, next_try }
            }
            // Whether there is something good to show is known in a moment.
            (Some(_), None) if self.snapshot == SnapshotUse::Loading => Health::Ok,
            (Some(series), None) => Health::Failed { failure: series.newest.clone(), next_try },
            // No request has failed yet, but none can be sent: rows that age must say so.
            (None, Some(_)) if !self.online => Health::Degraded {
                failure: Failure { at: self.offline_since, ..Failure::new(Reason::Offline) },
                since: self.offline_since,
                next_try: None,
            },
            (None, _) => Health::Ok,
        }
    }

    /// Nobody would look at an answer now.
    pub(super) const fn paused(&self) -> bool {
        !self.visible
            || !self.online
            || !self.enabled
            || self.subscribers == 0
            || self.sample.is_some()
            || self.ended.is_some()
    }

    pub(super) fn manual_attempt_at(&self) -> Option<Moment> {
        self.manual_due.filter(|_| !self.paused() && self.asking.is_none())
    }
}
