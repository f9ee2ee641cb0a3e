//! What does the machine do in a trace drawn from a number? The same on every machine, and in every browser.

use live_query::{
    Answer, Effect, Event, Failure, Fraction, Machine, Moment, News, Reason, Report, Restored, RetryAfter,
    ServerTime, State, Surroundings, Timing,
};
use std::time::Duration;

/// Steps of a trace.
const STEPS: u32 = 300;
/// The server's clock when the virtual clock starts.
const START: i64 = 1_795_356_000_000;

/// Draws that depend on nothing but the seed (Marsaglia, "Xorshift RNGs", 2003).
struct Dice(u32);

impl Dice {
    fn roll(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.roll() % limit
    }
}

/// All that was seen, in one number (FNV-1a).
struct Seen(u32);

impl Seen {
    fn note(&mut self, numbers: &[u64]) {
        for byte in numbers.iter().flat_map(|number| number.to_le_bytes()) {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
}

/// Plays the trace of this seed, and says in one number what the machine wanted and showed at each step.
pub fn replay(seed: u32) -> u32 {
    let mut dice = Dice(seed.wrapping_mul(2_654_435_761) | 1);
    let mut seen = Seen(0x811c_9dc5);
    let surroundings = Surroundings { visible: dice.below(4) > 0, online: true };
    let mut machine = Machine::new(Timing::default(), dice.below(2) > 0, surroundings);
    let (mut now, mut timer, mut asking) = (Moment::from_millis(5), None, None);
    for _ in 0..STEPS {
        let (kind, some, draw) = (dice.below(24), dice.roll(), Fraction(dice.roll()));
        let server = ServerTime::from_unix_millis(START).after(now.since(Moment::ZERO));
        let fresh = Answer::Fresh { data: some % 5, as_of: server, etag: Some((some % 5).to_string()) };
        let failed = || {
            let reason = Reason::ALL[some as usize % Reason::ALL.len()];
            let after =
                (some % 3 == 0).then(|| RetryAfter::Wait(Duration::from_millis(u64::from(some % 90_000))));
            let at = (some % 4 == 0).then(|| server.after(Duration::from_millis(u64::from(some % 30_000))));
            let server_time = Some(server);
            Failure { retry_after: after, retry_at: at, server_time, ..Failure::new(reason) }
        };
        let event = match kind {
            0..6 => {
                let end = now.after(Duration::from_millis(u64::from(some % 40_000)));
                let due: Option<Moment> = timer.filter(|at| *at <= end);
                now = due.unwrap_or(end).max(now);
                let Some(_) = due else { continue };
                timer = None;
                Event::TimerFired
            }
            6..9 => match asking.take() {
                Some(seq) => Event::Answered { seq, answer: fresh, bytes: 0 },
                None => Event::Subscribed,
            },
            9 => match asking.take() {
                Some(seq) => Event::Answered { seq, answer: Answer::Unchanged { as_of: server }, bytes: 0 },
                None => Event::Focused,
            },
            10..13 => match asking.take() {
                Some(seq) => Event::Answered { seq, answer: Answer::Failed(failed()), bytes: 0 },
                None => Event::Refresh,
            },
            13 => Event::Unsubscribed,
            14 => {
                let age = Duration::from_secs(60);
                let as_of = ServerTime::from_unix_millis(START - 60_000);
                let kept = Restored { data: 9, as_of, age, etag: None };
                Event::SnapshotLoaded((some % 2 == 0).then_some(kept))
            }
            15 => Event::Shown,
            16 => Event::Hidden,
            17 => Event::Online,
            18 => Event::Offline,
            19 => Event::Invalidated,
            20 => Event::Patched(7),
            21 if some % 40 == 0 => Event::Wiped,
            21 => Event::Writing,
            _ => {
                let answer = match some % 3 {
                    0 => Answer::Failed(failed()),
                    1 => Answer::Unchanged { as_of: server },
                    _ => fresh,
                };
                let effects = match kind {
                    22 if some % 4 == 0 => machine.share(now, draw),
                    22 => machine.grant(now, draw),
                    _ => {
                        let next_in = Some(Duration::from_millis(u64::from(some % 60_000)));
                        machine.hear(News { answer, etag: Some((some % 5).to_string()), next_in }, now, draw)
                    }
                };
                obey(effects, &mut timer, &mut asking, &mut seen);
                show(&machine, &mut seen);
                continue;
            }
        };
        obey(machine.handle(event, now, draw), &mut timer, &mut asking, &mut seen);
        show(&machine, &mut seen);
    }
    seen.0
}

fn obey(effects: Vec<Effect>, timer: &mut Option<Moment>, asking: &mut Option<u64>, seen: &mut Seen) {
    for effect in effects {
        match effect {
            Effect::StartRequest { seq, if_none_match, .. } => {
                *asking = Some(seq);
                seen.note(&[1, seq, u64::from(if_none_match.is_some())]);
            }
            Effect::AbortRequest { seq } => {
                *asking = None;
                seen.note(&[2, seq]);
            }
            Effect::SetTimer { at } => {
                *timer = Some(at);
                seen.note(&[3, at.as_millis()]);
            }
            Effect::ClearTimer => {
                *timer = None;
                seen.note(&[4]);
            }
            Effect::LoadSnapshot => seen.note(&[5]),
            Effect::SaveSnapshot => seen.note(&[6]),
            Effect::DropSnapshot => seen.note(&[7]),
            Effect::Line(wants) => seen.note(&[8, u64::from(wants)]),
            Effect::Report(Report::Cycle(cycle)) => {
                seen.note(&[12, u64::from(cycle.attempt), u64::from(cycle.unchanged)]);
            }
            Effect::Report(_) => seen.note(&[9]),
            Effect::SignIn => seen.note(&[10]),
            Effect::Release => seen.note(&[11]),
        }
    }
}

fn show(machine: &Machine<u32>, seen: &mut Seen) {
    let view = machine.view();
    let state = match machine.state() {
        State::Loading => 0,
        State::Live => 1,
        State::Refreshing => 2,
        State::LastGood => 3,
        State::Seeded => 4,
        State::Failed => 5,
    };
    let next = view.health.next_try().map_or(u64::MAX, Moment::as_millis);
    let data = view.data.map_or(u64::MAX, |data| u64::from(*data));
    seen.note(&[state, data, next, u64::from(view.refreshing), u64::from(view.pending_writes)]);
}
