//! Is an upstream worth asking now? After some failures nobody asks but one probe now and then.

use super::sync::Mutex;
use crate::error::Cause;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When a circuit opens, and how it is tried.
#[derive(Clone, Copy, Debug)]
pub struct Circuit {
    /// Failures with no success among them that open it. By default 5: one restart of the upstream must not.
    pub failures: usize,
    /// The time in which they happen. By default 10 s: as long as a page waits for an answer.
    pub window: Duration,
    /// From a failure of the open circuit to the next probe. By default 5 s: 12 requests a minute are no burden for
    /// what struggles to start.
    pub probe_every: Duration,
    /// From this failure in a row on, callers hear when to try again even while the circuit is closed. By default 3:
    /// what is over in a moment is tried at once, what is not is neither hammered nor forgotten.
    pub told_from: usize,
}

impl Default for Circuit {
    fn default() -> Self {
        Self {
            failures: 5,
            window: Duration::from_secs(10),
            probe_every: Duration::from_secs(5),
            told_from: 3,
        }
    }
}

impl Circuit {
    /// `probe_every` ± 20 %, so that servers which saw the same outage do not come back in step. `share` is a draw
    /// from 0 to 1.
    fn wait(&self, share: f64) -> Duration {
        self.probe_every.mul_f64(0.8 + 0.4 * share.clamp(0.0, 1.0))
    }
}

/// The breaker of one upstream. Clocks and dice are the caller's.
#[derive(Debug)]
pub(crate) struct Breaker {
    circuit: Circuit,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Rises whenever the circuit opens or closes: what was admitted before has no say afterwards.
    era: u64,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Everybody may ask. The failures since the last success: how many, and those within the window.
    Closed { in_a_row: usize, failed: VecDeque<Instant> },
    /// Nobody may, but one probe from `until` on.
    Open { cause: Cause, until: Instant, probing: bool },
}

impl Phase {
    const fn closed() -> Self {
        Self::Closed { in_a_row: 0, failed: VecDeque::new() }
    }
}

/// Nobody may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    /// What went wrong last.
    pub cause: Cause,
    /// How long it takes to the next probe; less than nothing is nothing.
    pub retry_in: Duration,
}

/// The right to ask once. Dropped without a verdict (the caller went away), it says nothing about the upstream.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    era: u64,
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(circuit: Circuit) -> Self {
        Self { circuit, state: Mutex::new(State { era: 0, phase: Phase::closed() }) }
    }

    /// May somebody ask now?
    pub(crate) fn admit(&self, now: Instant) -> Result<Pass<'_>, Closed> {
        self.with(|state| match &mut state.phase {
            Phase::Closed { .. } => Ok(Pass { breaker: self, era: state.era, probe: false }),
            Phase::Open { until, probing, .. } if !*probing && *until <= now => {
                *probing = true;
                Ok(Pass { breaker: self, era: state.era, probe: true })
            }
            // Whoever comes while the probe is under way comes again when the next one would be due.
            Phase::Open { cause, until, probing } => {
                let soonest = if *probing { now + self.circuit.wait(0.0) } else { *until };
                Err(Closed { cause: *cause, retry_in: soonest.saturating_duration_since(now) })
            }
        })
    }

    /// When a further try is welcome: with the next probe, or after some failures in a row.
    pub(crate) fn retry_in(&self, now: Instant) -> Option<Duration> {
        self.with(|state| match &state.phase {
            Phase::Closed { in_a_row, .. } => {
                (*in_a_row >= self.circuit.told_from).then_some(self.circuit.probe_every)
            }
            Phase::Open { until, .. } => Some(until.saturating_duration_since(now)),
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // The state is whole after each statement, so a panic elsewhere has not spoilt it.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut state)
    }
}

impl Pass<'_> {
    /// Is it the one request of an open circuit? It is not repeated.
    pub(crate) const fn is_probe(&self) -> bool {
        self.probe
    }

    /// The upstream answered.
    pub(crate) fn succeeded(self) {
        self.breaker.with(|state| {
            if state.era != self.era {
                return;
            }
            if self.probe {
                state.era += 1;
            }
            // Who is admitted in an era of an open circuit is its probe.
            state.phase = Phase::closed();
        });
    }

    /// The upstream failed. `share` is a draw from 0 to 1.
    pub(crate) fn failed(self, cause: Cause, now: Instant, share: f64) {
        let circuit = self.breaker.circuit;
        self.breaker.with(|state| {
            if state.era != self.era {
                return;
            }
            let opens = match &mut state.phase {
                Phase::Open { .. } => self.probe,
                Phase::Closed { in_a_row, failed } => {
                    *in_a_row = in_a_row.saturating_add(1);
                    failed.push_back(now);
                    while failed.front().is_some_and(|at| now.saturating_duration_since(*at) > circuit.window)
                    {
                        failed.pop_front();
                    }
                    failed.len() >= circuit.failures
                }
            };
            if opens {
                state.era += 1;
                state.phase = Phase::Open { cause, until: now + circuit.wait(share), probing: false };
            }
        });
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.with(|state| {
                // After a verdict the era is another one.
                if let (true, Phase::Open { probing, .. }) = (state.era == self.era, &mut state.phase) {
                    *probing = false;
                }
            });
        }
    }
}
