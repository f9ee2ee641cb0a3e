//! What is told of each request that is over?

use super::{Asking, Machine, Turn};
use crate::event::{Cycle, Effect, Report};

/// What came; nothing when the patience with the request was over.
#[derive(Clone, Copy, Default)]
pub(super) struct Came {
    pub bytes: u64,
    pub unchanged: bool,
}

impl<T> Machine<T> {
    /// Which try since the last good answer the one under way is.
    pub(super) fn attempt(&self) -> u32 {
        self.series.as_ref().map_or(0, |series| series.count).saturating_add(1)
    }

    pub(super) fn report_cycle(&self, asking: &Asking, attempt: u32, came: Came, turn: &mut Turn) {
        turn.effects.push(Effect::Report(Report::Cycle(Cycle {
            cause: asking.cause,
            attempt,
            bytes: came.bytes,
            unchanged: came.unchanged,
            source: self.source(),
            took: turn.now.since(asking.started),
        })));
    }
}
