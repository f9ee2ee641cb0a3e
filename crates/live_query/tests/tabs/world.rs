//! What does a browser with several pages look like on a virtual clock, and what should each of them show?

use std::collections::VecDeque;

use crate::bench::{self, Rows, millis, rows, seconds};
use live_query::{
    Answer, Effect, Event, Failure, Fraction, Health, Machine, Moment, Reason, Report, ServerTime,
    Surroundings, Timing,
};

/// What the server had, and when it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Read {
    pub(crate) version: u32,
    at: ServerTime,
}

/// What one page tells the others, as the browser binding words it.
#[derive(Clone, Debug)]
pub(crate) enum News {
    Good { read: Read, rows: bool },
    Bad(Reason),
    SignedOut,
}

/// What a page should hold and say: the whole of sharing in a few lines.
#[derive(Debug, Default)]
pub(crate) struct Model {
    held: Option<(Read, Moment)>,
    bad: Option<Reason>,
    over: bool,
}

impl Model {
    fn own(&mut self, read: Read, asked: Moment, now: Moment) {
        self.bad = None;
        let overtaken = self.held.is_some_and(|(held, heard)| heard > asked && held.at > read.at);
        if !overtaken {
            self.held = Some((read, now));
        }
    }

    fn failed(&mut self, reason: Reason) {
        self.bad = Some(reason);
        match reason {
            Reason::Forbidden => self.held = None,
            Reason::Unauthenticated => (self.held, self.over) = (None, true),
            _ => {}
        }
    }

    fn heard(&mut self, read: Read, with_rows: bool, now: Moment) {
        match self.held {
            Some((held, _)) if held.at > read.at => {}
            Some((held, _)) if !with_rows && held.version != read.version => {}
            None if !with_rows => {}
            _ => (self.held, self.bad) = (Some((read, now)), None),
        }
    }
}

/// A request under way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asking {
    seq: u64,
    since: Moment,
    /// What the server would answer at once.
    read: Read,
    if_none_match: Option<String>,
}

pub(crate) struct Tab {
    pub(crate) machine: Machine<Rows>,
    model: Model,
    person: usize,
    pub(crate) open: bool,
    visible: bool,
    pub(crate) timer: Option<Moment>,
    pub(crate) asking: Option<Asking>,
    /// What the others were told last.
    told: Option<u32>,
    in_line: bool,
    /// Something besides a turn that is due lets a request start now.
    excuse: bool,
    /// A `refresh()` may still be waiting for its second.
    wished: bool,
}

/// One browser: pages of two people, locks that are handed on, and a channel that delivers in order, later.
pub(crate) struct Browser {
    pub(crate) now: Moment,
    online: bool,
    pub(crate) version: [u32; 2],
    pub(crate) tabs: Vec<Tab>,
    /// Who waits for the lock of each person's query; the first has it.
    lines: [VecDeque<usize>; 2],
    mail: VecDeque<(usize, News, Option<u64>)>,
    /// Requests, by person.
    pub(crate) started: [u32; 2],
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            now: Moment::from_millis(5),
            online: true,
            version: [1, 1],
            tabs: Vec::new(),
            lines: [VecDeque::new(), VecDeque::new()],
            mail: VecDeque::new(),
            started: [0, 0],
        }
    }

    fn clock(&self) -> ServerTime {
        ServerTime::from_unix_millis(bench::START).after(self.now.since(Moment::ZERO))
    }

    fn read(&self, person: usize) -> Read {
        Read { version: self.version[person], at: self.clock() }
    }

    pub(crate) fn open(&mut self, person: usize, visible: bool, random: Fraction) -> usize {
        let surroundings = Surroundings { visible, online: self.online };
        self.tabs.push(Tab {
            machine: Machine::new(Timing::default(), false, surroundings),
            model: Model::default(),
            person,
            open: true,
            visible,
            timer: None,
            asking: None,
            told: None,
            in_line: false,
            excuse: false,
            wished: false,
        });
        let tab = self.tabs.len() - 1;
        self.asked(tab, Event::Subscribed, random);
        // The part that shares travels after the page.
        self.act(tab, random, |machine, now| machine.share(now, random));
        tab
    }

    /// The page is closed, or crashes: the browser ends what it held.
    pub(crate) fn close(&mut self, tab: usize, random: Fraction) {
        self.tabs[tab].open = false;
        self.tabs[tab].timer = None;
        self.tabs[tab].asking = None;
        self.leave(tab, random);
    }

    fn leave(&mut self, tab: usize, random: Fraction) {
        let line = &mut self.lines[self.tabs[tab].person];
        let was_first = line.front() == Some(&tab);
        line.retain(|other| *other != tab);
        self.tabs[tab].in_line = false;
        let next = line.front().copied();
        if let Some(next) = next.filter(|_| was_first) {
            self.grant(next, random);
        }
    }

    pub(crate) fn asked(&mut self, tab: usize, event: Event<Rows>, random: Fraction) {
        self.tabs[tab].excuse = true;
        self.tabs[tab].wished |= matches!(event, Event::Refresh | Event::Invalidated);
        self.send(tab, event, random);
        self.tabs[tab].excuse = false;
    }

    fn send(&mut self, tab: usize, event: Event<Rows>, random: Fraction) {
        self.act(tab, random, |machine, now| machine.handle(event, now, random));
    }

    fn grant(&mut self, tab: usize, random: Fraction) {
        self.act(tab, random, |machine, now| machine.grant(now, random));
    }

    fn act(
        &mut self,
        tab: usize,
        random: Fraction,
        act: impl FnOnce(&mut Machine<Rows>, Moment) -> Vec<Effect>,
    ) {
        let due = self.tabs[tab].machine.next_attempt_at();
        let turn = self.tabs[tab].machine.has_turn();
        for effect in act(&mut self.tabs[tab].machine, self.now) {
            self.obey(tab, effect, due, turn, random);
        }
        self.compare(tab);
    }

    fn obey(&mut self, at: usize, effect: Effect, due: Option<Moment>, turn: bool, random: Fraction) {
        let read = self.read(self.tabs[at].person);
        let now = self.now;
        let tab = &mut self.tabs[at];
        match effect {
            Effect::StartRequest { seq, if_none_match, .. } => {
                assert_eq!(tab.asking, None, "two requests in flight");
                let overdue = due.is_some_and(|due| now >= due.after(seconds(12)));
                let wished = std::mem::take(&mut tab.wished);
                assert!(tab.excuse || turn || overdue || wished, "a page asks by itself out of its turn");
                self.started[tab.person] += 1;
                tab.asking = Some(Asking { seq, since: now, read, if_none_match });
            }
            Effect::AbortRequest { seq } => {
                assert_eq!(tab.asking.take().map(|asking| asking.seq), Some(seq));
            }
            Effect::SetTimer { at } => tab.timer = Some(at),
            Effect::ClearTimer => tab.timer = None,
            Effect::Line(true) => {
                assert!(!tab.in_line && tab.visible && self.online, "in line while nobody looks");
                tab.in_line = true;
                let line = &mut self.lines[tab.person];
                line.push_back(at);
                if line.front() == Some(&at) {
                    self.grant(at, random);
                }
            }
            Effect::Line(false) => self.leave(at, random),
            Effect::SignIn => {
                tab.model.over = true;
                self.post(at, &News::SignedOut, None);
            }
            Effect::Report(Report::Failing { failure, .. }) => {
                // The page that was not answered in time, or is offline, knows it first.
                if matches!(failure.reason, Reason::Timeout | Reason::Offline) {
                    tab.model.failed(failure.reason);
                }
            }
            _ => {}
        }
    }

    fn post(&mut self, from: usize, news: &News, next_in: Option<u64>) {
        for (to, tab) in self.tabs.iter().enumerate() {
            if to != from && tab.open && tab.person == self.tabs[from].person {
                self.mail.push_back((to, news.clone(), next_in));
            }
        }
    }

    /// The request of a page is answered: by what was read when it came, or by what is read now.
    pub(crate) fn answer(&mut self, at: usize, early: bool, random: Fraction) {
        let now = self.now;
        let fresh = self.read(self.tabs[at].person);
        let tab = &mut self.tabs[at];
        let Some(Asking { seq, since, read, if_none_match }) = tab.asking.take() else { return };
        let read = if early { read } else { fresh };
        let etag = Some(format!("v{}", read.version));
        if tab.machine.held().is_none() && if_none_match == etag {
            // Refused meanwhile, so nothing is left that could be unchanged.
            tab.model.failed(Reason::Decode);
        } else if if_none_match == etag
            && tab.machine.held().is_some_and(|(_, _, held)| held != etag.as_deref())
        {
            // Other rows were heard meanwhile: an older answer is nothing, a newer one is asked for again.
            tab.excuse = true;
            let overtaken = tab.model.held.is_some_and(|(held, heard)| heard > since && held.at > read.at);
            if overtaken {
                tab.model.bad = None;
            }
        } else {
            tab.model.own(read, since, now);
        }
        let answer = match if_none_match == etag {
            true => Answer::Unchanged { as_of: read.at },
            false => Answer::Fresh { data: rows(read.version), as_of: read.at, etag },
        };
        self.send(at, Event::Answered { seq, answer, bytes: 0 }, random);
        self.tabs[at].excuse = false;
        self.settled(at);
    }

    pub(crate) fn fail(&mut self, at: usize, reason: Reason, random: Fraction) {
        let tab = &mut self.tabs[at];
        let Some(Asking { seq, .. }) = tab.asking.take() else { return };
        let reason = match reason {
            Reason::UpstreamUnavailable if !self.online => Reason::Offline,
            other => other,
        };
        tab.model.failed(reason);
        self.send(
            at,
            Event::Answered { seq, answer: Answer::Failed(Failure::new(reason)), bytes: 0 },
            random,
        );
        self.settled(at);
    }

    /// As the browser binding does after an answer.
    fn settled(&mut self, at: usize) {
        let tab = &mut self.tabs[at];
        if tab.machine.has_ended() {
            return;
        }
        let next_in =
            tab.machine.next_attempt_at().map(|at| u64::try_from(at.since(self.now).as_millis()).unwrap());
        let news = match (tab.machine.newest_failure(), tab.machine.held()) {
            (Some(failure), _) => News::Bad(failure.reason),
            (None, Some((held, as_of, _))) => {
                let version = u32::try_from(held.len()).unwrap();
                let told = tab.told.replace(version) == Some(version);
                News::Good { read: Read { version, at: as_of.server }, rows: !told }
            }
            (None, None) => return,
        };
        self.post(at, &news, next_in);
    }

    pub(crate) fn deliver(&mut self, random: Fraction) {
        let Some((to, news, next_in)) = self.mail.pop_front() else { return };
        if !self.tabs[to].open || self.tabs[to].machine.has_ended() {
            return;
        }
        let next_in = next_in.map(millis);
        let now = self.now;
        let tab = &mut self.tabs[to];
        let (answer, etag) = match news {
            News::SignedOut => {
                (tab.model.held, tab.model.over) = (None, true);
                return self.send(to, Event::Wiped, random);
            }
            News::Bad(reason) => {
                if tab.asking.is_none() {
                    tab.model.failed(reason);
                }
                (Answer::Failed(Failure::new(reason)), None)
            }
            News::Good { read, rows: with_rows } => {
                tab.told = Some(read.version);
                tab.model.heard(read, with_rows, now);
                let etag = Some(format!("v{}", read.version));
                match with_rows {
                    true => {
                        let data = rows(read.version);
                        (Answer::Fresh { data, as_of: read.at, etag: etag.clone() }, etag)
                    }
                    false => (Answer::Unchanged { as_of: read.at }, etag),
                }
            }
        };
        // Rows that are not here are asked for.
        self.tabs[to].excuse = true;
        let news = live_query::News { answer, etag, next_in };
        self.act(to, random, |machine, now| machine.hear(news, now, random));
        self.tabs[to].excuse = false;
    }

    /// Time passes; mail arrives first, and timers fire in their order.
    pub(crate) fn pass(&mut self, wait: u64, random: Fraction) {
        let end = self.now.after(millis(wait));
        let mut turns = 0;
        loop {
            while !self.mail.is_empty() {
                self.deliver(random);
            }
            let due = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].open);
            let due = due.filter_map(|tab| Some((self.tabs[tab].timer?, tab))).min();
            let Some((at, tab)) = due.filter(|(at, _)| *at <= end) else { break };
            self.now = self.now.max(at);
            self.tabs[tab].timer = None;
            let timed_out = self.tabs[tab].asking.is_some();
            self.send(tab, Event::TimerFired, random);
            if timed_out && self.tabs[tab].asking.is_none() {
                self.settled(tab);
            }
            turns += 1;
            assert!(turns < 500, "the timers spin");
        }
        self.now = end;
    }

    /// The machine holds and says what the model does.
    fn compare(&mut self, at: usize) {
        let tab = &mut self.tabs[at];
        let view = tab.machine.view();
        // Later failures of a series are not reported one by one.
        if let Some(failure) = tab.machine.newest_failure()
            && matches!(failure.reason, Reason::Timeout | Reason::Offline)
            && tab.model.bad.is_some()
        {
            tab.model.bad = Some(failure.reason);
        }
        if tab.model.over {
            assert_eq!((view.data, view.health), (None, Health::SignedOut));
            return;
        }
        let versions = (view.data.map(Vec::len), tab.model.held.map(|(read, _)| read.version as usize));
        assert_eq!(versions.0, versions.1, "other rows than the model's");
        match (&view.health, tab.model.bad, tab.model.held) {
            (Health::Ok, None, _) => {}
            (Health::Degraded { failure, .. }, None, Some(_)) => {
                assert!(!self.online && failure.reason == Reason::Offline);
            }
            (Health::Degraded { failure, .. }, Some(reason), Some(_)) => assert_eq!(failure.reason, reason),
            (Health::Denied(_), Some(Reason::Forbidden), None) => {}
            (Health::Failed { failure, .. }, Some(reason), None) => assert_eq!(failure.reason, reason),
            other => panic!("not what the model says: {other:?}"),
        }
    }

    pub(crate) fn show(&mut self, tab: usize, visible: bool, random: Fraction) {
        self.tabs[tab].visible = visible;
        let event = if visible { Event::Shown } else { Event::Hidden };
        self.asked(tab, event, random);
    }

    pub(crate) fn connect(&mut self, online: bool, random: Fraction) {
        self.online = online;
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].open {
                let event = if online { Event::Online } else { Event::Offline };
                self.asked(tab, event, random);
            }
        }
    }

    pub(crate) fn live(&self, person: usize) -> Vec<usize> {
        let looks = |tab: &Tab| tab.open && tab.person == person && !tab.machine.has_ended();
        (0..self.tabs.len()).filter(|tab| looks(&self.tabs[*tab])).collect()
    }

    pub(crate) fn step(&mut self, kind: u8, amount: u32, random: Fraction) {
        let open: Vec<usize> = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].open).collect();
        let person = usize::from(!amount.is_multiple_of(3));
        let tab = open.get(amount as usize / 4 % open.len().max(1)).copied();
        match (kind, tab) {
            (0..10, _) => self.pass(u64::from(amount) % 80_000, random),
            (10..16, _) => self.pass(u64::from(amount) % 1_500, random),
            (16..19, _) if open.len() < 5 => {
                self.open(person, !amount.is_multiple_of(5), random);
            }
            (19..22, _) => self.version[person] += 1,
            (22..32, Some(tab)) => self.answer(tab, amount.is_multiple_of(2), random),
            (32..37, Some(tab)) => {
                // A sign-out ends most of the trace, so it is rare.
                let reason = Reason::ALL[amount as usize % Reason::ALL.len()];
                let rare = reason == Reason::Unauthenticated && !amount.is_multiple_of(7);
                self.fail(tab, if rare { Reason::Server } else { reason }, random);
            }
            (37..41, Some(tab)) => self.show(tab, amount.is_multiple_of(2), random),
            (41..43, _) => self.connect(amount.is_multiple_of(2), random),
            (43, Some(tab)) => self.close(tab, random),
            (44..46, Some(tab)) => self.asked(tab, Event::Refresh, random),
            (46, Some(tab)) => self.asked(tab, Event::Focused, random),
            (47, Some(tab)) => self.asked(tab, Event::Invalidated, random),
            (48..52, _) => self.deliver(random),
            (52, Some(tab)) if amount.is_multiple_of(4) => {
                (self.tabs[tab].model.held, self.tabs[tab].model.over) = (None, true);
                self.post(tab, &News::SignedOut, None);
                self.send(tab, Event::Wiped, random);
            }
            _ => {}
        }
    }

    /// Everything works for so many seconds, and every request is answered in a moment.
    pub(crate) fn work(&mut self, seconds: u64, random: Fraction) {
        for _ in 0..seconds * 4 {
            self.pass(250, random);
            for tab in 0..self.tabs.len() {
                if self.tabs[tab].open {
                    self.answer(tab, false, random);
                }
            }
        }
    }
}
