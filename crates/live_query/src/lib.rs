//! How does a page keep a list fresh, and what does it show when it cannot?
//!
//! A polling query with a last-good snapshot. The core is pure: [`Machine`] decides, on a virtual
//! clock, when to ask, when to wait and what to show; [`diff`] finds the rows that really changed;
//! [`Reporter`] batches what telemetry should know; [`Snapshot`] says what may be kept in the browser.
//! The feature `browser` binds them to Leptos, `fetch`, timers and IndexedDB; it decides nothing.
#![doc = include_str!("../README.md")]

mod context;
mod diff;
mod event;
mod failure;
mod machine;
mod redact;
mod reporter;
mod snapshot;
mod time;
mod timing;
mod view;

pub use context::{Context, Fact};
pub use diff::{Changes, diff, longest_rise, patch};
pub use event::{Answer, Cause, Cycle, Effect, Event, Report, Restored};
pub use failure::{
    Failure, Reason, Retry, RetryAfter, UPSTREAM_UNAVAILABLE, parse_http_date, parse_retry_after,
};
pub use machine::{Machine, News, Surroundings};
pub use redact::redact;
pub use reporter::{Batch, Level, Limits, Record, Reporter, ReporterEffect, ReporterEvent};
pub use snapshot::{Entry, Invalid, Label, Retention, Snapshot, evict, stale};
pub use time::{AsOf, Fraction, Moment, ServerTime};
pub use timing::Timing;
pub use view::{Health, Kept, SampleCause, Source, State, View};

#[cfg(feature = "browser")]
pub mod browser;
