//! What can happen to a query, and what does it want done?

use std::time::Duration;

use crate::failure::Failure;
use crate::time::{Moment, ServerTime};
use crate::view::Source;

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event<T> {
    /// A component began to use the query.
    Subscribed,
    /// A component stopped using it.
    Unsubscribed,
    /// The request with this number was answered.
    Answered {
        /// The number from [`Effect::StartRequest`].
        seq: u64,
        /// What came back.
        answer: Answer<T>,
        /// Bytes of its body, unpacked, for telemetry; 0 when the host does not count them.
        bytes: u64,
    },
    /// The answer to [`Effect::LoadSnapshot`]; `None` when there is no valid snapshot.
    SnapshotLoaded(Option<Restored<T>>),
    /// The storage is blocked or full: reported once, then left alone.
    SnapshotTrouble(String),
    /// The timer set by [`Effect::SetTimer`] fired.
    TimerFired,
    /// A person asked for fresh rows.
    Refresh,
    /// Something elsewhere (a save) changed what the server would answer now.
    Invalidated,
    /// The page became visible.
    Shown,
    /// The page was hidden.
    Hidden,
    /// The browser is online.
    Online,
    /// The browser is offline.
    Offline,
    /// The window got the focus.
    Focused,
    /// Subscribed but idle (`false`), or back to work.
    Enabled(bool),
    /// A save returned rows that the held data must show at once.
    Patched(T),
    /// A change of these rows is on its way.
    Writing,
    /// One of them arrived, or was refused.
    Written,
    /// A person asked for sample rows.
    ViewSample(T),
    /// A person asked for real rows again.
    LeaveSample,
    /// Sign-out, or another scope: forget everything.
    Wiped,
}

/// What came back for one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer<T> {
    /// Rows (200).
    Fresh {
        /// The rows.
        data: T,
        /// Server time of the answer.
        as_of: ServerTime,
        /// What to send as `If-None-Match` next time.
        etag: Option<String>,
    },
    /// The rows we have are still right (304).
    Unchanged {
        /// Server time of the answer.
        as_of: ServerTime,
    },
    /// No rows.
    Failed(Failure),
}

/// Data read back from a valid snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored<T> {
    /// The data.
    pub data: T,
    /// Server time of the answer it came with.
    pub as_of: ServerTime,
    /// Its age now.
    pub age: Duration,
    /// The ETag it came with.
    pub etag: Option<String>,
}

/// Something the host must do. Effects of one event are done in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Send a request and hand its answer back with this number.
    StartRequest {
        /// The number of the request.
        seq: u64,
        /// The ETag to send, if there is one.
        if_none_match: Option<String>,
        /// How long it may take; the machine itself ends it with [`Effect::AbortRequest`].
        timeout: Duration,
    },
    /// Cancel that request; its answer no longer counts.
    AbortRequest {
        /// The number of the request.
        seq: u64,
    },
    /// Set the one timer, replacing an earlier one.
    SetTimer {
        /// When to hand back [`Event::TimerFired`].
        at: Moment,
    },
    /// Stop the timer.
    ClearTimer,
    /// Read the snapshot and hand back [`Event::SnapshotLoaded`], in every case.
    LoadSnapshot,
    /// Write the held data ([`crate::Machine::held`]) as the snapshot.
    SaveSnapshot,
    /// Remove the snapshot.
    DropSnapshot,
    /// Stand in line for the poll (`true`) and answer with [`crate::Machine::grant`], or leave the line, which
    /// gives a turn back. Only after [`crate::Machine::share`].
    Line(bool),
    /// Tell telemetry.
    Report(Report),
    /// The session is over: wipe everything and show the sign-in page.
    SignIn,
    /// Nobody uses this query any more: forget the machine.
    Release,
}

/// Why a request was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Cause {
    /// Somebody began to look.
    Begun,
    /// The interval was over.
    Due,
    /// The last request failed.
    Retry,
    /// The page was shown, focused or online again.
    Return,
    /// A person asked.
    ByHand,
    /// A save changed what the server would answer.
    Changed,
    /// Another page has heard of other rows than those that are here.
    Elsewhere,
}

impl Cause {
    /// The stable name of this cause in telemetry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Due => "due",
            Self::Retry => "retry",
            Self::Return => "return",
            Self::ByHand => "by_hand",
            Self::Changed => "changed",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// One request from its start to its answer, or to the end of the patience with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cycle {
    /// Why it was sent.
    pub cause: Cause,
    /// Which try it was since the last good answer, from 1.
    pub attempt: u32,
    /// Bytes of the answer's body, unpacked.
    pub bytes: u64,
    /// The rows were still right (304).
    pub unchanged: bool,
    /// Where the rows come from that are shown after it.
    pub source: Source,
    /// How long it took.
    pub took: Duration,
}

/// What telemetry hears from a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// A request is over: told once for each.
    Cycle(Cycle),
    /// The 1st, 10th, 20th … failure of a series.
    Failing {
        /// The failure; its `attempt` says which one it is.
        failure: Failure,
        /// Time since the first failure of the series.
        outage: Duration,
        /// How long the request took.
        took: Duration,
    },
    /// The series of failures is over; told once.
    Recovered {
        /// From the first failure to now.
        outage: Duration,
        /// How many requests failed.
        attempts: u32,
    },
    /// A good answer that took longer than [`crate::Timing::slow`].
    Slow {
        /// How long the request took.
        took: Duration,
    },
    /// Snapshots cannot be kept; told once.
    SnapshotTrouble(String),
    /// So many rows of an answer had the key of another one. Told by the host.
    RepeatedRows(usize),
}
