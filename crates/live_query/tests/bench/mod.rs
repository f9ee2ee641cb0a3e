//! What does a host around the machine look like when time and chance are only numbers?
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of the bench")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use live_query::{
    Answer, Effect, Event, Failure, Fraction, Machine, Moment, ServerTime, State, Surroundings, Timing,
};

/// The server's clock when the virtual clock starts.
pub const START: i64 = 1_795_356_000_000;

/// Stands for a list: the n-th version of it has n rows.
pub type Rows = Vec<u32>;

pub fn rows(count: u32) -> Rows {
    (0..count).collect()
}

pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[allow(non_snake_case, reason = "a constant in all but allocation")]
pub fn FIVE_HUNDRED_THREE() -> Failure {
    Failure::from_http(503, None)
}

/// A host on a virtual clock: keeps the timer, the request under way and every effect.
pub struct Bench {
    pub machine: Machine<Rows>,
    pub now: Moment,
    pub random: Fraction,
    pub timer: Option<Moment>,
    pub in_flight: Option<u64>,
    pub if_none_match: Option<String>,
    pub started: usize,
    pub all: Vec<Effect>,
    pub server_offset: i64,
    log: Vec<(Event<Rows>, Moment, Fraction)>,
    persist: bool,
    timing: Timing,
}

impl Bench {
    pub fn new(timing: Timing) -> Self {
        Self::made(timing, false)
    }

    pub fn persisting() -> Self {
        Self::made(Timing::default(), true)
    }

    /// Subscribed, visible, online and live with three rows.
    pub fn live() -> Self {
        let mut bench = Self::new(Timing::default());
        bench.subscribe();
        bench.answer(rows(3));
        bench.wait(seconds(2));
        bench
    }

    fn made(timing: Timing, persist: bool) -> Self {
        let surroundings = Surroundings { visible: true, online: true };
        let mut bench = Self::of(Machine::new(timing, persist, surroundings));
        bench.timing = timing;
        bench.persist = persist;
        bench
    }

    pub fn of(machine: Machine<Rows>) -> Self {
        Self {
            machine,
            now: Moment::from_millis(1_000),
            random: Fraction::HALF,
            timer: None,
            in_flight: None,
            if_none_match: None,
            started: 0,
            all: Vec::new(),
            server_offset: 0,
            log: Vec::new(),
            persist: false,
            timing: Timing::default(),
        }
    }

    /// The same story told to a second machine.
    pub fn clone_at_rest(&self) -> Self {
        let mut copy = Self::made(self.timing, self.persist);
        for (event, now, random) in self.log.clone() {
            copy.now = now;
            copy.random = random;
            copy.send(event);
        }
        copy.now = self.now;
        copy
    }

    pub fn state(&self) -> State {
        self.machine.state()
    }

    pub fn failure(&self) -> Failure {
        self.machine.view().health.failure().cloned().expect("a failure")
    }

    pub fn server_now(&self) -> ServerTime {
        let elapsed = i64::try_from(self.now.as_millis()).unwrap();
        ServerTime::from_unix_millis(START + self.server_offset + elapsed)
    }

    pub fn subscribe(&mut self) {
        self.send(Event::Subscribed);
    }

    pub fn answer(&mut self, data: Rows) {
        let seq = self.in_flight.expect("a request to answer");
        self.answer_as(seq, data);
    }

    pub fn answer_as(&mut self, seq: u64, data: Rows) {
        let answer = Answer::Fresh { data, as_of: self.server_now(), etag: Some("v1".into()) };
        self.send(Event::Answered { seq, answer, bytes: 0 });
    }

    pub fn unchanged(&mut self) {
        let seq = self.in_flight.expect("a request to answer");
        self.send(Event::Answered { seq, answer: Answer::Unchanged { as_of: self.server_now() }, bytes: 0 });
    }

    pub fn fail(&mut self, failure: Failure) {
        let seq = self.in_flight.expect("a request to fail");
        self.send(Event::Answered { seq, answer: Answer::Failed(failure), bytes: 0 });
    }

    pub fn send(&mut self, event: Event<Rows>) {
        self.log.push((event.clone(), self.now, self.random));
        if let Event::Answered { seq, .. } = &event {
            self.in_flight.take_if(|current| current == seq);
        }
        for effect in self.machine.handle(event, self.now, self.random) {
            match &effect {
                Effect::StartRequest { seq, if_none_match, .. } => {
                    assert_eq!(self.in_flight, None, "two requests in flight");
                    self.in_flight = Some(*seq);
                    self.if_none_match.clone_from(if_none_match);
                    self.started += 1;
                }
                Effect::AbortRequest { seq } => {
                    assert_eq!(self.in_flight, Some(*seq), "aborts what is not in flight");
                    self.in_flight = None;
                }
                Effect::SetTimer { at } => self.timer = Some(*at),
                Effect::ClearTimer => self.timer = None,
                _ => {}
            }
            self.all.push(effect);
        }
    }

    /// Lets time pass, firing the timer when it is due.
    pub fn wait(&mut self, time: Duration) {
        let end = self.now.after(time);
        let mut turns = 0;
        while let Some(at) = self.timer.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.timer = None;
            self.send(Event::TimerFired);
            turns += 1;
            assert!(turns < 10_000, "the timer spins");
        }
        self.now = end;
    }

    /// Lets time pass until the next request starts.
    pub fn wait_for_request(&mut self) {
        while self.in_flight.is_none() {
            let at = self.timer.expect("a timer that leads to a request");
            self.wait(at.since(self.now));
        }
    }

    /// Lets time pass and counts the requests started meanwhile.
    pub fn requests_during(&mut self, time: Duration) -> usize {
        let before = self.started;
        self.wait(time);
        self.started - before
    }

    pub fn count(&self, which: impl Fn(&Effect) -> bool) -> usize {
        self.all.iter().filter(|effect| which(effect)).count()
    }
}
