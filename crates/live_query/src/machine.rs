//! What does a polling query do next?

mod cycle;
mod reading;
mod sharing;

use std::time::Duration;

use crate::event::{Answer, Cause, Effect, Event, Report, Restored};
use crate::failure::{Failure, Reason, Retry};
use crate::time::{AsOf, Fraction, Moment};
use crate::timing::Timing;
use crate::view::SampleCause;
use cycle::Came;
use sharing::Line;
pub use sharing::News;

/// One polling query: told what happened, it says what to do. It reads no clock, draws no random
/// number and touches nothing outside itself, so every run can be replayed.
///
/// It keeps facts (held data, the newest failure, the request under way). [`crate::State`] and
/// [`crate::View`] are read off them; a state that contradicts the facts cannot be written down.
#[derive(Debug)]
pub struct Machine<T> {
    timing: Timing,
    persist: bool,
    subscribers: u32,
    enabled: bool,
    visible: bool,
    online: bool,
    held: Option<Held<T>>,
    sample: Option<(SampleCause, T)>,
    asking: Option<Asking>,
    last_seq: u64,
    series: Option<Series>,
    snapshot: SnapshotUse,
    storage_trouble: bool,
    ended: Option<Ended>,
    offline_since: Moment,
    /// When the next automatic request is due. Kept while paused, so that the timer can resume.
    next_try: Option<Moment>,
    /// No automatic request before this moment: the server said so.
    not_before: Option<Moment>,
    /// A `refresh()` that came too soon after another one.
    manual_due: Option<Moment>,
    last_manual: Option<Moment>,
    last_return: Option<Moment>,
    last_start: Option<Moment>,
    last_save: Option<Moment>,
    save_due: Option<Moment>,
    leave_at: Option<Moment>,
    timer: Option<Moment>,
    line: Line,
    pending_writes: u32,
}

#[derive(Debug)]
struct Held<T> {
    data: T,
    as_of: AsOf,
    etag: Option<String>,
    persisted: bool,
}

#[derive(Debug)]
struct Asking {
    seq: u64,
    cause: Cause,
    started: Moment,
    deadline: Moment,
    if_none_match: Option<String>,
}

/// Failures in a row.
#[derive(Debug)]
struct Series {
    newest: Failure,
    since: Moment,
    count: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum SnapshotUse {
    /// No request has been settled yet.
    Untried,
    /// The first request failed; the host is reading.
    Loading,
    /// Read, or no longer wanted.
    Done,
}

#[derive(Debug, PartialEq, Eq)]
enum Ended {
    SignedOut,
    Released,
}

/// What the host knows when it makes a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Surroundings {
    /// The page is visible.
    pub visible: bool,
    /// The browser is online.
    pub online: bool,
}

impl<T> Machine<T> {
    /// A query nobody has subscribed to yet. `persist` lets it ask for snapshots.
    #[must_use]
    pub fn new(timing: Timing, persist: bool, surroundings: Surroundings) -> Self {
        Self {
            timing,
            persist,
            subscribers: 0,
            enabled: true,
            visible: surroundings.visible,
            online: surroundings.online,
            held: None,
            sample: None,
            asking: None,
            last_seq: 0,
            series: None,
            snapshot: if persist { SnapshotUse::Untried } else { SnapshotUse::Done },
            storage_trouble: false,
            ended: None,
            offline_since: Moment::ZERO,
            next_try: None,
            not_before: None,
            manual_due: None,
            last_manual: None,
            last_return: None,
            last_start: None,
            last_save: None,
            save_due: None,
            leave_at: None,
            timer: None,
            line: Line::Alone,
            pending_writes: 0,
        }
    }

    /// A query without a server: sample data for ever, and not one request.
    #[must_use]
    pub fn demo(timing: Timing, sample: T) -> Self {
        let mut machine = Self::new(timing, false, Surroundings { visible: true, online: true });
        machine.sample = Some((SampleCause::Demo, sample));
        machine
    }

    /// Takes in one event and says what to do about it, in order.
    ///
    /// `now` must not run backwards; `random` is one fresh draw.
    #[must_use = "the effects are the whole point"]
    pub fn handle(&mut self, event: Event<T>, now: Moment, random: Fraction) -> Vec<Effect> {
        let mut turn = Turn { now, random, effects: Vec::new() };
        if self.ended.is_none() {
            self.take(event, &mut turn);
            self.settle(&mut turn);
        }
        turn.effects
    }

    fn settle(&mut self, turn: &mut Turn) {
        self.set_line(turn);
        self.set_timer(turn);
    }

    fn take(&mut self, event: Event<T>, turn: &mut Turn) {
        match event {
            Event::Subscribed => self.subscribed(turn),
            Event::Unsubscribed => self.unsubscribed(turn),
            Event::Answered { seq, answer, bytes } => self.answered(seq, answer, bytes, turn),
            Event::SnapshotLoaded(restored) => self.restored(restored, turn),
            Event::SnapshotTrouble(problem) => self.trouble(problem, turn),
            Event::TimerFired => self.timer_fired(turn),
            Event::Refresh => self.refresh(Cause::ByHand, turn),
            Event::Invalidated => self.invalidated(turn),
            Event::Patched(data) => self.patched(data, turn),
            Event::Hidden => self.visible = false,
            Event::Offline => self.went_offline(turn),
            Event::Shown => {
                self.visible = true;
                self.returned(turn);
            }
            Event::Online => {
                self.online = true;
                self.returned(turn);
            }
            Event::Focused => self.returned(turn),
            Event::Enabled(enabled) => {
                if enabled && !self.enabled {
                    self.enabled = true;
                    self.begin(turn);
                }
                self.enabled = enabled;
            }
            Event::ViewSample(data) => self.view_sample(data, turn),
            Event::LeaveSample => self.leave_sample(turn),
            Event::Writing => self.pending_writes += 1,
            Event::Written => self.pending_writes = self.pending_writes.saturating_sub(1),
            Event::Wiped => self.wiped(turn),
        }
    }

    fn subscribed(&mut self, turn: &mut Turn) {
        self.subscribers = self.subscribers.saturating_add(1);
        self.leave_at = None;
        if self.subscribers == 1 && self.enabled {
            self.begin(turn);
        }
    }

    /// The first subscriber is here (or the query was switched on).
    fn begin(&mut self, turn: &mut Turn) {
        if self.subscribers == 0 || self.sample.is_some() || self.asking.is_some() {
            return;
        }
        let wanted = match (&self.held, &self.series) {
            (Some(held), None) => {
                self.timing.interval().is_some_and(|interval| held.as_of.age(turn.now) >= interval)
            }
            _ => true,
        };
        if !wanted {
            return;
        }
        // A list that is mounted and unmounted in a loop must not become a loop of requests.
        let earliest = self.last_start.map_or(turn.now, |start| start.after(self.timing.manual_gap));
        let earliest = earliest.max(self.not_before.unwrap_or_default());
        if earliest <= turn.now {
            self.start(Cause::Begun, turn);
        } else {
            self.next_try = Some(self.next_try.map_or(earliest, |at| at.min(earliest)));
        }
    }

    fn unsubscribed(&mut self, turn: &mut Turn) {
        if self.subscribers == 0 {
            return;
        }
        self.subscribers -= 1;
        if self.subscribers == 0 {
            self.leave_at = Some(turn.now.after(self.timing.linger));
        }
    }

    fn start(&mut self, cause: Cause, turn: &mut Turn) {
        self.next_try = None;
        self.manual_due = None;
        if !self.online {
            return self.failed(Failure::new(Reason::Offline), Duration::ZERO, turn);
        }
        self.last_seq += 1;
        let timeout = self.timing.timeout;
        let if_none_match = self.held.as_ref().and_then(|held| held.etag.clone());
        self.asking = Some(Asking {
            seq: self.last_seq,
            cause,
            started: turn.now,
            deadline: turn.now.after(timeout),
            if_none_match: if_none_match.clone(),
        });
        self.last_start = Some(turn.now);
        turn.effects.push(Effect::StartRequest { seq: self.last_seq, if_none_match, timeout });
    }

    fn abort(&mut self, turn: &mut Turn) {
        if let Some(asking) = self.asking.take() {
            turn.effects.push(Effect::AbortRequest { seq: asking.seq });
        }
    }

    fn answered(&mut self, seq: u64, answer: Answer<T>, bytes: u64, turn: &mut Turn) {
        let Some(asking) = self.asking.take_if(|asking| asking.seq == seq) else {
            return; // Not the newest request: an older answer never wins.
        };
        let took = turn.now.since(asking.started);
        let unchanged = matches!(answer, Answer::Unchanged { .. });
        let attempt = self.attempt();
        self.taken(answer, &asking, took, turn);
        self.report_cycle(&asking, attempt, Came { bytes, unchanged }, turn);
    }

    fn taken(&mut self, answer: Answer<T>, asking: &Asking, took: Duration, turn: &mut Turn) {
        let as_of = |server| AsOf { server, received: turn.now, age_then: Duration::ZERO };
        match (answer, &mut self.held) {
            // Another page heard more meanwhile: an older answer never wins.
            (Answer::Fresh { as_of: server, .. } | Answer::Unchanged { as_of: server }, Some(held))
                if held.as_of.received > asking.started && held.as_of.server > server =>
            {
                self.succeeded(took, turn);
            }
            (Answer::Fresh { data, as_of: server, etag }, _) => {
                self.held = Some(Held { data, as_of: as_of(server), etag, persisted: false });
                self.succeeded(took, turn);
            }
            // Other rows were heard meanwhile: what is unchanged over there is not what is held here.
            (Answer::Unchanged { .. }, Some(held)) if held.etag != asking.if_none_match => {
                if self.paused() {
                    self.next_try = Some(turn.now);
                } else {
                    self.start(Cause::Elsewhere, turn);
                }
            }
            (Answer::Unchanged { as_of: server }, Some(held)) => {
                held.as_of = as_of(server);
                held.persisted = false;
                self.succeeded(took, turn);
            }
            // "Unchanged" without anything to compare with: not an answer to what was asked.
            (Answer::Unchanged { .. }, None) => {
                let failure = Failure { status: Some(304), ..Failure::new(Reason::Decode) };
                self.failed(failure, took, turn);
            }
            (Answer::Failed(failure), _) => self.failed(failure, took, turn),
        }
    }

    fn succeeded(&mut self, took: Duration, turn: &mut Turn) {
        if took > self.timing.slow {
            turn.effects.push(Effect::Report(Report::Slow { took }));
        }
        if let Some(series) = self.series.take() {
            let outage = turn.now.since(series.since);
            turn.effects.push(Effect::Report(Report::Recovered { outage, attempts: series.count }));
        }
        self.snapshot = SnapshotUse::Done;
        self.not_before = None;
        self.next_try = self.timing.tick(turn.random).map(|wait| turn.now.after(wait));
        if self.keeps_snapshots() {
            let due = self.last_save.map_or(turn.now, |at| at.after(self.timing.save_gap));
            self.save_due = Some(due);
            self.save_if_due(turn);
        }
    }

    fn failed(&mut self, mut failure: Failure, took: Duration, turn: &mut Turn) {
        // A request that nobody answered while the browser is offline failed because of that.
        if failure.reason == Reason::UpstreamUnavailable && failure.status.is_none() && !self.online {
            failure.reason = Reason::Offline;
        }
        let (since, count) =
            self.series.as_ref().map_or((turn.now, 0), |series| (series.since, series.count));
        let count = count.saturating_add(1);
        failure.attempt = count;
        failure.at = turn.now;
        if count == 1 || count.is_multiple_of(10) {
            let outage = turn.now.since(since);
            turn.effects.push(Effect::Report(Report::Failing { failure: failure.clone(), outage, took }));
        }
        match failure.reason {
            Reason::Unauthenticated => {
                self.series = Some(Series { newest: failure, since, count });
                turn.effects.push(Effect::SignIn);
                return self.wiped(turn);
            }
            Reason::Forbidden => {
                self.held = None;
                self.next_try = None;
                self.drop_snapshot(turn);
            }
            _ => self.plan_retry(&failure, count, turn),
        }
        self.series = Some(Series { newest: failure, since, count });
        if self.snapshot == SnapshotUse::Untried {
            self.snapshot = if self.held.is_none() && !self.storage_trouble {
                turn.effects.push(Effect::LoadSnapshot);
                SnapshotUse::Loading
            } else {
                SnapshotUse::Done
            };
        }
    }

    fn plan_retry(&mut self, failure: &Failure, count: u32, turn: &mut Turn) {
        let estimate = self.server_now(turn.now);
        let cap = self.timing.server_wait_cap;
        let backoff = self.timing.backoff(count, turn.random);
        let wait = match failure.retry_at.and_then(|at| failure.wait_until(at, estimate)) {
            // Due at once, but being offline is a pause: it happens on coming back.
            _ if failure.reason.retry() == Retry::WhenOnline && !self.online => Duration::ZERO,
            Some(wait) => {
                let wait = wait.min(cap);
                self.hold_back(wait, turn);
                wait + turn.random.of(self.timing.spread)
            }
            None => match failure.retry_after_wait(estimate) {
                Some(wait) => {
                    let wait = wait.min(cap);
                    self.hold_back(wait, turn);
                    (wait + turn.random.of(self.timing.spread)).max(backoff)
                }
                None => backoff,
            },
        };
        self.next_try = Some(turn.now.after(wait));
    }

    /// The server asked to be left alone for a while.
    fn hold_back(&mut self, wait: Duration, turn: &Turn) {
        self.not_before = self.not_before.max(Some(turn.now.after(wait)));
    }

    fn restored(&mut self, restored: Option<Restored<T>>, turn: &Turn) {
        if self.snapshot != SnapshotUse::Loading {
            return; // An answer, a refusal or a wipe came first.
        }
        self.snapshot = SnapshotUse::Done;
        if let (Some(restored), None) = (restored, &self.held) {
            self.held = Some(Held {
                data: restored.data,
                as_of: AsOf { server: restored.as_of, received: turn.now, age_then: restored.age },
                etag: restored.etag,
                persisted: true,
            });
        }
    }

    fn trouble(&mut self, problem: String, turn: &mut Turn) {
        if self.snapshot == SnapshotUse::Loading {
            self.snapshot = SnapshotUse::Done;
        }
        self.save_due = None;
        if !std::mem::replace(&mut self.storage_trouble, true) {
            turn.effects.push(Effect::Report(Report::SnapshotTrouble(problem)));
        }
    }

    fn timer_fired(&mut self, turn: &mut Turn) {
        self.timer = None;
        let is_due = |at: Option<Moment>| at.is_some_and(|at| at <= turn.now);
        if is_due(self.leave_at) {
            return self.release(turn);
        }
        if let Some(asking) = self.asking.take_if(|asking| asking.deadline <= turn.now) {
            turn.effects.push(Effect::AbortRequest { seq: asking.seq });
            let attempt = self.attempt();
            self.failed(Failure::new(Reason::Timeout), turn.now.since(asking.started), turn);
            self.report_cycle(&asking, attempt, Came::default(), turn);
        } else if is_due(self.manual_attempt_at()) {
            self.last_manual = Some(turn.now);
            self.start(Cause::ByHand, turn);
        } else if is_due(self.own_attempt_at()) {
            self.start(if self.series.is_some() { Cause::Retry } else { Cause::Due }, turn);
        }
        self.save_if_due(turn);
    }

    fn release(&mut self, turn: &mut Turn) {
        self.abort(turn);
        if self.save_due.take().is_some() {
            turn.effects.push(Effect::SaveSnapshot);
        }
        turn.effects.push(Effect::Release);
        self.ended = Some(Ended::Released);
    }

    /// Shown, online or focused: ask at once when the rows are old, else the timer resumes.
    fn returned(&mut self, turn: &mut Turn) {
        if self.paused() || self.asking.is_some() || turn.now < self.not_before.unwrap_or_default() {
            return;
        }
        if self.own_attempt_at().is_some_and(|at| at <= turn.now) {
            return self.start(Cause::Return, turn);
        }
        let old = match (&self.held, &self.series) {
            (_, Some(series)) if series.newest.reason.retry() == Retry::Never => false,
            (None, _) => true,
            (Some(held), series) => match self.timing.return_after() {
                Some(limit) => held.as_of.age(turn.now) > limit,
                None => series.is_some(),
            },
        };
        let throttle = self.timing.return_throttle;
        if old && self.last_return.is_none_or(|at| turn.now.since(at) >= throttle) {
            self.last_return = Some(turn.now);
            self.start(Cause::Return, turn);
        }
    }

    fn went_offline(&mut self, turn: &Turn) {
        if self.online {
            self.offline_since = turn.now;
        }
        self.online = false;
    }

    fn refresh(&mut self, cause: Cause, turn: &mut Turn) {
        if self.subscribers == 0 || !self.enabled || self.sample.is_some() || self.asking.is_some() {
            return;
        }
        match self.last_manual.map(|at| at.after(self.timing.manual_gap)) {
            Some(earliest) if turn.now < earliest => self.manual_due = Some(earliest),
            _ => {
                self.last_manual = Some(turn.now);
                self.start(cause, turn);
            }
        }
    }

    fn invalidated(&mut self, turn: &mut Turn) {
        if self.asking.is_some() {
            self.restart(turn);
        } else {
            self.refresh(Cause::Changed, turn);
        }
    }

    fn patched(&mut self, data: T, turn: &mut Turn) {
        let Some(held) = &mut self.held else { return };
        held.data = data;
        held.etag = None; // It described the rows before the save.
        if self.asking.is_some() {
            self.restart(turn);
        }
    }

    /// The answer under way may have been read before a save: ask again instead.
    fn restart(&mut self, turn: &mut Turn) {
        self.abort(turn);
        self.start(Cause::Changed, turn);
    }

    fn view_sample(&mut self, data: T, turn: &mut Turn) {
        if self.held.is_none() && self.series.is_some() && self.sample.is_none() {
            self.abort(turn);
            self.snapshot = SnapshotUse::Done;
            self.next_try = None;
            self.sample = Some((SampleCause::ByHand, data));
        }
    }

    fn leave_sample(&mut self, turn: &mut Turn) {
        if self.sample.take_if(|(cause, _)| *cause == SampleCause::ByHand).is_some() {
            if self.subscribers > 0 && self.enabled {
                self.start(Cause::ByHand, turn);
            } else {
                self.next_try = Some(turn.now);
            }
        }
    }

    fn wiped(&mut self, turn: &mut Turn) {
        self.abort(turn);
        self.held = None;
        self.sample = None;
        self.drop_snapshot(turn);
        self.ended = Some(Ended::SignedOut);
        if self.timer.take().is_some() {
            turn.effects.push(Effect::ClearTimer);
        }
    }

    fn drop_snapshot(&mut self, turn: &mut Turn) {
        self.snapshot = SnapshotUse::Done;
        self.save_due = None;
        if self.persist {
            turn.effects.push(Effect::DropSnapshot);
        }
    }

    fn save_if_due(&mut self, turn: &mut Turn) {
        if self.save_due.take_if(|at| *at <= turn.now).is_some() {
            self.last_save = Some(turn.now);
            turn.effects.push(Effect::SaveSnapshot);
        }
    }

    const fn keeps_snapshots(&self) -> bool {
        self.persist && !self.storage_trouble
    }

    /// Keeps the one timer at the earliest thing to do.
    fn set_timer(&mut self, turn: &mut Turn) {
        if self.ended.is_some() {
            return;
        }
        let deadline = self.asking.as_ref().map(|asking| asking.deadline);
        let wanted =
            [deadline, self.own_attempt_at(), self.manual_attempt_at(), self.leave_at, self.save_due];
        let wanted = wanted.into_iter().flatten().min();
        if wanted != self.timer {
            turn.effects.push(wanted.map_or(Effect::ClearTimer, |at| Effect::SetTimer { at }));
            self.timer = wanted;
        }
    }
}

/// One call of [`Machine::handle`].
struct Turn {
    now: Moment,
    random: Fraction,
    effects: Vec<Effect>,
}
