//! Which promises hold whatever happens, in whatever order?

mod bench;

use bench::{Rows, rows, seconds};
use live_query::{
    Answer, Effect, Event, Failure, Fraction, Health, Machine, Moment, Reason, Report, Restored, RetryAfter,
    ServerTime, State, Surroundings, Timing,
};
use proptest::prelude::*;

/// Something that happens to the host; the simulation turns it into events.
#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Subscribe,
    Unsubscribe,
    Answer(u32),
    Unchanged,
    Fail(Reason, Option<u64>, Option<u64>),
    /// An answer to a request that is not the newest.
    Late(u64),
    Snapshot(bool),
    Trouble,
    Refresh,
    Invalidate,
    Patch,
    Visible(bool),
    Online(bool),
    Focus,
    Enable(bool),
    ViewSample,
    LeaveSample,
    SpuriousTimer,
    Wipe,
}

/// A step from two numbers: cheaper to draw by the million, and to shrink, than a tree of choices.
fn step(kind: u8, amount: u32) -> Step {
    let some = u64::from(amount);
    let yes = amount.is_multiple_of(2);
    match kind {
        0..12 => Step::Pass(some % 90_000),
        12..20 => Step::Pass(some % 1_500),
        20..23 => Step::Subscribe,
        23..26 => Step::Unsubscribe,
        26..34 => Step::Answer(amount % 5),
        34..36 => Step::Unchanged,
        36..44 => {
            let reason = Reason::ALL[amount as usize % Reason::ALL.len()];
            let wait = |share: u32| (amount / share).is_multiple_of(5).then_some(some / 100 % 700);
            Step::Fail(reason, wait(8), wait(40))
        }
        44..46 => Step::Late(some % 20),
        46..48 => Step::Snapshot(yes),
        48 => Step::Trouble,
        49..52 => Step::Refresh,
        52 => Step::Invalidate,
        53 => Step::Patch,
        54..58 => Step::Visible(yes),
        58..62 => Step::Online(yes),
        62..65 => Step::Focus,
        65 => Step::Enable(yes),
        66..68 => Step::ViewSample,
        68..70 => Step::LeaveSample,
        70..72 => Step::SpuriousTimer,
        _ => Step::Wipe,
    }
}

/// A trace: kinds, amounts and random draws.
fn trace(longest: usize) -> impl Strategy<Value = Vec<(u8, u32, u32)>> {
    proptest::collection::vec((0..73_u8, any::<u32>(), any::<u32>()), 1..longest)
}

/// A host that checks every promise after every event.
struct World {
    machine: Machine<Rows>,
    persist: bool,
    now: Moment,
    timer: Option<Moment>,
    in_flight: Option<u64>,
    newest: u64,
    visible: bool,
    online: bool,
    enabled: bool,
    subscribers: u32,
    reports: Vec<u32>,
    failures_in_series: u32,
    recoveries: u32,
    last_saved: Option<Moment>,
    /// No automatic request before this moment: the server said so.
    floor: Moment,
    /// A `refresh()` may still be waiting for its second.
    wished: bool,
}

/// Why a request was started, as far as the promises care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Automatic,
    Asked,
}

impl World {
    fn new(persist: bool, visible: bool) -> Self {
        Self {
            machine: Machine::new(Timing::default(), persist, Surroundings { visible, online: true }),
            persist,
            now: Moment::from_millis(5),
            timer: None,
            in_flight: None,
            newest: 0,
            visible,
            online: true,
            enabled: true,
            subscribers: 0,
            reports: Vec::new(),
            failures_in_series: 0,
            recoveries: 0,
            last_saved: None,
            floor: Moment::ZERO,
            wished: false,
        }
    }

    fn server_now(&self) -> ServerTime {
        ServerTime::from_unix_millis(bench::START).after(self.now.since(Moment::ZERO))
    }

    fn step(&mut self, step: &Step, random: Fraction) {
        match step {
            Step::Pass(wait) => self.pass(*wait, random),
            Step::Subscribe => {
                self.subscribers += 1;
                self.send(Event::Subscribed, random, Cause::Asked);
            }
            Step::Unsubscribe => {
                self.subscribers = self.subscribers.saturating_sub(1);
                self.send(Event::Unsubscribed, random, Cause::Automatic);
            }
            Step::Answer(count) => {
                let answer = Answer::Fresh { data: rows(*count), as_of: self.server_now(), etag: None };
                if self.in_flight.is_some() {
                    self.floor = Moment::ZERO;
                }
                self.settle(answer, random);
            }
            Step::Unchanged => {
                if self.in_flight.is_some() && self.machine.held().is_some() {
                    self.floor = Moment::ZERO;
                }
                self.settle(Answer::Unchanged { as_of: self.server_now() }, random);
            }
            Step::Fail(reason, after, at) => {
                let failure = Failure {
                    retry_after: after.map(|wait| RetryAfter::Wait(seconds(wait))),
                    retry_at: at.map(|wait| self.server_now().after(seconds(wait))),
                    server_time: Some(self.server_now()),
                    ..Failure::new(*reason)
                };
                let obeyed = !matches!(reason, Reason::Unauthenticated | Reason::Forbidden | Reason::Offline);
                if self.in_flight.is_some()
                    && obeyed
                    && (self.online || *reason != Reason::UpstreamUnavailable)
                {
                    let wait = at.or(*after).unwrap_or_default().min(600);
                    self.floor = self.floor.max(self.now.after(seconds(wait)));
                }
                self.settle(Answer::Failed(failure), random);
            }
            Step::Late(back) => self.late(*back, random),
            Step::Snapshot(valid) => {
                let as_of = ServerTime::from_unix_millis(bench::START - 60_000);
                let restored = Restored { data: rows(8), as_of, age: seconds(60), etag: Some("s".into()) };
                self.send(Event::SnapshotLoaded(valid.then_some(restored)), random, Cause::Automatic);
            }
            Step::Trouble => self.send(Event::SnapshotTrouble("quota".into()), random, Cause::Automatic),
            Step::Refresh => {
                self.wished = true;
                self.send(Event::Refresh, random, Cause::Asked);
            }
            Step::Invalidate => {
                self.wished = true;
                self.send(Event::Invalidated, random, Cause::Asked);
            }
            Step::Patch => self.send(Event::Patched(rows(6)), random, Cause::Asked),
            Step::Visible(visible) => {
                self.visible = *visible;
                let event = if *visible { Event::Shown } else { Event::Hidden };
                self.send(event, random, Cause::Automatic);
            }
            Step::Online(online) => {
                self.online = *online;
                let event = if *online { Event::Online } else { Event::Offline };
                self.send(event, random, Cause::Automatic);
            }
            Step::Focus => self.send(Event::Focused, random, Cause::Automatic),
            Step::Enable(enabled) => {
                self.enabled = *enabled;
                self.send(Event::Enabled(*enabled), random, Cause::Asked);
            }
            Step::ViewSample => self.send(Event::ViewSample(rows(7)), random, Cause::Asked),
            Step::LeaveSample => self.send(Event::LeaveSample, random, Cause::Asked),
            Step::SpuriousTimer => {
                self.timer = None;
                self.send(Event::TimerFired, random, Cause::Automatic);
            }
            Step::Wipe => self.send(Event::Wiped, random, Cause::Asked),
        }
    }

    /// Time passes; timers fire as a browser fires them: in time, or late.
    fn pass(&mut self, wait: u64, random: Fraction) {
        let end = self.now.after(bench::millis(wait));
        let mut turns = 0;
        while let Some(at) = self.timer.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.timer = None;
            self.send(Event::TimerFired, random, Cause::Automatic);
            turns += 1;
            assert!(turns < 50, "the timer spins");
        }
        self.now = end;
    }

    fn settle(&mut self, answer: Answer<Rows>, random: Fraction) {
        if let Some(seq) = self.in_flight.take() {
            self.send(Event::Answered { seq, answer, bytes: 0 }, random, Cause::Automatic);
        }
    }

    /// An answer that is not the newest changes nothing at all.
    fn late(&mut self, back: u64, random: Fraction) {
        let Some(seq) = self.newest.checked_sub(back).filter(|seq| Some(*seq) != self.in_flight) else {
            return;
        };
        let before = format!("{:?}", self.machine);
        let answer = Answer::Fresh { data: rows(9), as_of: self.server_now(), etag: None };
        let effects = self.machine.handle(Event::Answered { seq, answer, bytes: 0 }, self.now, random);
        assert_eq!((effects, format!("{:?}", self.machine)), (Vec::new(), before));
    }

    fn send(&mut self, event: Event<Rows>, random: Fraction, cause: Cause) {
        let had = self.machine.view().data.cloned();
        let had_sample = self.machine.state() == State::Seeded;
        let ended = self.machine.has_ended();
        let keeps_rows = match &event {
            Event::Answered { answer: Answer::Failed(failure), .. } => {
                !matches!(failure.reason, Reason::Forbidden | Reason::Unauthenticated)
            }
            Event::Answered { answer: Answer::Fresh { .. }, .. } | Event::Patched(_) => false,
            Event::Wiped | Event::LeaveSample => false,
            _ => true,
        };
        let failed_by = match &event {
            Event::Answered { answer: Answer::Failed(failure), .. } => Some(failure.reason),
            _ => None,
        };
        let answered = matches!(event, Event::Answered { .. });
        let effects = self.machine.handle(event, self.now, random);
        let has = |wanted: fn(&Effect) -> bool| effects.iter().any(wanted);
        let late = cause == Cause::Automatic
            && !has(|effect| *effect == Effect::Release)
            && has(|effect| matches!(effect, Effect::AbortRequest { .. }));
        let told = effects.iter().filter(|effect| matches!(effect, Effect::Report(Report::Cycle(_)))).count();
        assert_eq!(
            told,
            usize::from(answered || late),
            "each request that is over is told once: {effects:?}"
        );
        for effect in effects {
            assert!(!ended, "an ended machine acts: {effect:?}");
            self.obey(effect, cause);
        }
        if keeps_rows && had.is_some() && !self.machine.has_ended() {
            assert_eq!(self.machine.view().data.cloned(), had, "rows were lost or changed without an answer");
        }
        assert!(had_sample || had.is_some() || failed_by.is_none() || self.machine.state() != State::Seeded);
        self.check();
    }

    fn obey(&mut self, effect: Effect, cause: Cause) {
        match effect {
            Effect::StartRequest { seq, .. } => {
                assert_eq!(self.in_flight, None, "two requests in flight");
                assert!(seq > self.newest, "numbers rise");
                assert!(self.online, "a request while offline");
                if cause == Cause::Automatic {
                    assert!(self.visible, "an automatic request while hidden");
                    assert!(self.wished || self.now >= self.floor, "earlier than the server asked for");
                    assert!(self.enabled && self.subscribers > 0, "an automatic request for nobody");
                }
                self.wished = false;
                self.newest = seq;
                self.in_flight = Some(seq);
            }
            Effect::AbortRequest { seq } => assert_eq!(self.in_flight.take(), Some(seq)),
            Effect::SetTimer { at } => self.timer = Some(at),
            Effect::ClearTimer => self.timer = None,
            Effect::LoadSnapshot => {
                assert!(self.persist && self.machine.held().is_none());
            }
            Effect::SaveSnapshot => {
                assert!(self.persist);
                let gap = self.last_saved.map(|at| self.now.since(at));
                assert!(gap.is_none_or(|gap| gap >= seconds(5)) || self.machine.has_ended());
                self.last_saved = Some(self.now);
            }
            Effect::Report(Report::Failing { failure, .. }) => {
                assert!(failure.attempt == 1 || failure.attempt % 10 == 0);
                self.reports.push(failure.attempt);
                self.failures_in_series = failure.attempt;
            }
            Effect::Report(Report::Recovered { attempts, .. }) => {
                assert!(self.failures_in_series > 0, "recovered from nothing");
                assert!(attempts >= self.failures_in_series);
                self.failures_in_series = 0;
                self.recoveries += 1;
            }
            Effect::Line(_) => unreachable!("nothing is shared"),
            Effect::Report(_) | Effect::DropSnapshot | Effect::SignIn | Effect::Release => {}
        }
    }

    fn check(&self) {
        let view = self.machine.view();
        let state = self.machine.state();
        let resting = self.machine.next_attempt_at();
        if !self.visible || !self.online || !self.enabled || self.subscribers == 0 {
            assert_eq!(resting, None, "a timer for a request while nobody looks");
        } else if self.in_flight.is_none() && !self.machine.has_ended() {
            match state {
                // Never stuck: what is shown and may be newer will be asked for.
                State::Live | State::LastGood => assert!(resting.is_some(), "stuck in {state:?}"),
                State::Failed => {
                    assert!(resting.is_some() || matches!(view.health, Health::Denied(_)), "stuck in Failed");
                }
                State::Loading | State::Refreshing | State::Seeded => {}
            }
        }
        if let Some(at) = resting {
            let longest = seconds(600 + 5);
            assert!(at.since(self.now) <= longest, "nothing waits longer than the cap");
            assert!(self.timer.is_some_and(|timer| timer <= at), "a planned request without a timer");
        }
        assert_eq!(state == State::Refreshing || state == State::Loading && self.in_flight.is_some(), {
            self.in_flight.is_some() && !self.machine.has_ended()
        });
        assert_eq!(view.data.is_some(), !matches!(state, State::Loading | State::Failed));
        if self.machine.has_ended() {
            assert_eq!(self.in_flight, None, "ended with a request under way");
        }
        if state == State::LastGood {
            assert!(matches!(view.health, Health::Degraded { .. }), "last good without a reason");
        }
        if matches!(view.health, Health::SignedOut | Health::Denied(_)) {
            assert_eq!(view.data, None, "rows on screen without a right to them");
        }
    }
}

proptest! {
    // Ten thousand, because the interesting orders are rare.
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn promises_hold_on_random_traces(
        persist in any::<bool>(),
        visible in any::<bool>(),
        steps in trace(60),
    ) {
        let mut world = World::new(persist, visible);
        for (kind, amount, random) in &steps {
            world.step(&step(*kind, *amount), Fraction(*random));
        }
    }

}

proptest! {
    #[test]
    fn demo_sends_nothing_on_random_traces(steps in trace(20)) {
        let mut world = World::new(false, true);
        world.machine = Machine::demo(Timing::default(), rows(4));
        for (kind, amount, random) in &steps {
            world.step(&step(*kind, *amount), Fraction(*random));
            prop_assert_eq!(world.newest, 0);
        }
    }

    #[test]
    fn backoff_stays_within_its_bounds(failures in 1..200_u32, random in any::<u32>()) {
        let timing = Timing::default();
        let wait = timing.backoff(failures, Fraction(random));
        let bound = 1_000_u64.saturating_mul(1 << (failures - 1).min(20)).min(30_000);
        prop_assert!(wait <= bench::millis(bound));
        prop_assert_eq!(timing.backoff(failures, Fraction::ONE), bench::millis(bound));
        prop_assert_eq!(timing.backoff(failures, Fraction::ZERO), bench::millis(0));
        prop_assert!(timing.backoff(failures, Fraction(random)) <= timing.backoff(failures + 1, Fraction(random)));
    }

    #[test]
    fn ticks_stay_within_a_tenth_of_the_interval(interval in 5_000..600_000_u64, random in any::<u32>()) {
        let timing = Timing::every(Some(bench::millis(interval)));
        let wait = timing.tick(Fraction(random)).unwrap();
        prop_assert!(wait >= bench::millis(interval * 9 / 10 - 1));
        prop_assert!(wait <= bench::millis(interval * 11 / 10 + 1));
    }

    #[test]
    fn headers_never_panic(text in ".{0,60}") {
        let _ = live_query::parse_retry_after(&text);
        let _ = live_query::parse_http_date(&text);
    }
}
