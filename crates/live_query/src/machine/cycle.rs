//! What is told of each request that is over?

use super::{Asking, Machine, Turn};
use crate::event::{Cycle, Effect, Report};

impl<T> Machine<T> {
    /// Which try since the last good answer the one under way is.
    pub(super) fn attempt(&self) -> u32 {
        self.series.as_ref().map_or(0, |series| series.count).saturating_add(1)
    }

    pub(super) fn report_cycle(&self, asking: &Asking, attempt: u32, unchanged: bool, turn: &mut Turn) {
        turn.effects.push(Effect::Report(Report::Cycle(Cycle {
            cause: asking.cause,
            attempt,
            bytes: 0,
            unchanged,
            source: self.source(),
            took: turn.now.since(asking.started),
        })));
    }
}
