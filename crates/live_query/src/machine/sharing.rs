//! Which of several pages asks, and what do the others make of its answers?

use std::time::Duration;

use super::{Held, Machine, Turn};
use crate::event::{Answer, Cause, Effect, Report};
use crate::failure::Retry;
use crate::time::{AsOf, Fraction, Moment};

/// What another page was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct News<T> {
    /// What came back there.
    pub answer: Answer<T>,
    /// The ETag of the rows over there, for rows that have not changed.
    pub etag: Option<String>,
    /// How long it is until that page asks again.
    pub next_in: Option<Duration>,
}

/// The place among the pages that show the same query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// There is no line: this page asks for itself.
    Alone,
    /// Nothing to ask for: hidden, offline, nobody looks.
    Out,
    /// Another page may have the turn.
    Waits,
    /// This page asks for all.
    Has,
}

/// What several pages do together. Apart from [`Machine::handle`], so that a page may fetch this later.
impl<T> Machine<T> {
    /// Other pages of the same scope may be open, and there is a line to stand in for the poll: from now on only the
    /// page whose turn it is asks by itself.
    #[must_use = "the effects are the whole point"]
    pub fn share(&mut self, now: Moment, random: Fraction) -> Vec<Effect> {
        self.with_turn(now, random, |machine, _| {
            if machine.line == Line::Alone {
                machine.line = Line::Out;
            }
        })
    }

    /// It is this page's turn, after [`Effect::Line`].
    #[must_use = "the effects are the whole point"]
    pub fn grant(&mut self, now: Moment, random: Fraction) -> Vec<Effect> {
        self.with_turn(now, random, |machine, turn| match machine.line {
            Line::Waits => machine.line = Line::Has,
            // It came too late: whoever waits behind must have it.
            Line::Out | Line::Alone => turn.effects.push(Effect::Line(false)),
            Line::Has => {}
        })
    }

    /// Another page was answered, and tells it.
    #[must_use = "the effects are the whole point"]
    pub fn hear(&mut self, news: News<T>, now: Moment, random: Fraction) -> Vec<Effect> {
        self.with_turn(now, random, |machine, turn| machine.elsewhere(news, turn))
    }

    fn with_turn(
        &mut self,
        now: Moment,
        random: Fraction,
        act: impl FnOnce(&mut Self, &mut Turn),
    ) -> Vec<Effect> {
        let mut turn = Turn { now, random, effects: Vec::new() };
        if self.ended.is_none() {
            act(self, &mut turn);
            self.settle(&mut turn);
        }
        turn.effects
    }

    /// Stands in line for as long as it would ask by itself.
    pub(super) fn set_line(&mut self, turn: &mut Turn) {
        let wants = !self.paused();
        match self.line {
            Line::Out if wants => self.line = Line::Waits,
            Line::Waits | Line::Has if !wants => self.line = Line::Out,
            _ => return,
        }
        turn.effects.push(Effect::Line(wants));
    }

    /// Whether this page asks by itself, on behalf of all pages if there are several.
    #[must_use]
    pub fn has_turn(&self) -> bool {
        matches!(self.line, Line::Alone | Line::Has)
    }

    /// When this page asks by itself: in its turn when it is due, else only when whoever has the turn is overdue.
    pub(super) fn own_attempt_at(&self) -> Option<Moment> {
        let at = self.next_attempt_at()?;
        Some(if self.has_turn() { at } else { at.after(self.timing.overdue) })
    }

    fn elsewhere(&mut self, news: News<T>, turn: &mut Turn) {
        let News { answer, etag: same, next_in } = news;
        if self.sample.is_some() {
            return;
        }
        let newer = |held: &Held<T>, server| server >= held.as_of.server;
        let as_of = |server| AsOf { server, received: turn.now, age_then: Duration::ZERO };
        match (answer, &mut self.held) {
            (Answer::Fresh { as_of: server, .. } | Answer::Unchanged { as_of: server }, Some(held))
                if !newer(held, server) =>
            {
                return;
            }
            (Answer::Fresh { data, as_of: server, etag }, _) => {
                self.held = Some(Held { data, as_of: as_of(server), etag, persisted: false });
                self.heard_good(turn);
            }
            (Answer::Unchanged { as_of: server }, Some(held)) if same.is_some() && held.etag == same => {
                held.as_of = as_of(server);
                held.persisted = false;
                self.heard_good(turn);
            }
            // Not the rows that are here: they are asked for, once.
            (Answer::Unchanged { .. }, _) => {
                if !self.paused() && self.asking.is_none() {
                    self.start(Cause::Elsewhere, turn);
                }
                return;
            }
            (Answer::Failed(_), _) if self.asking.is_some() => return,
            (Answer::Failed(failure), _) => {
                let never = failure.reason.retry() == Retry::Never;
                let told = turn.effects.len();
                self.failed(failure, Duration::ZERO, turn);
                // Whoever asked tells telemetry.
                let reported = |effect: &Effect| matches!(effect, Effect::Report(Report::Failing { .. }));
                if let Some(at) = turn.effects.iter().skip(told).position(reported) {
                    turn.effects.remove(told + at);
                }
                if never {
                    return;
                }
            }
        }
        if let (Some(wait), None) = (next_in, &self.asking) {
            self.next_try = Some(turn.now.after(wait));
        }
    }

    /// Good news of another page, which tells telemetry and keeps the snapshot.
    fn heard_good(&mut self, turn: &Turn) {
        self.series = None;
        self.snapshot = super::SnapshotUse::Done;
        self.not_before = None;
        if self.asking.is_none() {
            self.next_try = self.timing.tick(turn.random).map(|wait| turn.now.after(wait));
        }
    }
}
