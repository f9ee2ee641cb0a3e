//! Does the breaker keep its word in every order in which threads can meet? Tried in all of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, unreachable_pub, missing_docs, reason = "the breaker's own file, with other locks")]

#[path = "../src/breaker.rs"]
mod breaker;

mod error {
    pub(crate) use supabase::Cause;
}
mod sync {
    pub(crate) use loom::sync::Mutex;
}

use breaker::{Breaker, Circuit};
use error::Cause;
use loom::sync::Arc;
use loom::thread;
use std::time::{Duration, Instant};

const MIDDLE: f64 = 0.5;
const WAIT: Duration = Duration::from_secs(5);

fn breaker() -> Arc<Breaker> {
    Arc::new(Breaker::new(Circuit { failures: 2, ..Circuit::default() }))
}

fn open(at: Instant) -> Arc<Breaker> {
    let breaker = breaker();
    for _ in 0..2 {
        breaker.admit(at).unwrap().failed(Cause::Connect, at, MIDDLE);
    }
    breaker
}

/// Runs this on a thread of its own.
fn beside<T: 'static>(
    breaker: &Arc<Breaker>,
    act: impl FnOnce(&Breaker) -> T + 'static,
) -> thread::JoinHandle<T> {
    let breaker = Arc::clone(breaker);
    thread::spawn(move || act(&breaker))
}

#[test]
fn no_failure_is_lost() {
    let now = Instant::now();
    loom::model(move || {
        let breaker = breaker();
        let fail = move |breaker: &Breaker| {
            if let Ok(pass) = breaker.admit(now) {
                pass.failed(Cause::Closed, now, MIDDLE);
            }
        };
        let other = beside(&breaker, fail);
        fail(&breaker);
        other.join().unwrap();
        assert_eq!(breaker.retry_in(now), Some(WAIT), "two failures open it, whoever saw them");
    });
}

#[test]
fn one_probe_at_a_time() {
    let start = Instant::now();
    loom::model(move || {
        let breaker = open(start);
        let due = start + WAIT;
        // Both keep what they got until the other one has asked, too.
        let other = beside(&breaker, move |breaker| breaker.admit(due).map(std::mem::forget).is_ok());
        let mine = breaker.admit(due);
        let theirs = other.join().unwrap();
        assert_eq!(u8::from(mine.is_ok()) + u8::from(theirs), 1);
    });
}

#[test]
fn a_probe_that_is_given_up_never_blocks_the_next() {
    let start = Instant::now();
    loom::model(move || {
        let breaker = open(start);
        let due = start + WAIT;
        let other = beside(&breaker, move |breaker| drop(breaker.admit(due)));
        drop(breaker.admit(due));
        other.join().unwrap();
        assert!(breaker.admit(due).unwrap().is_probe());
    });
}

#[test]
fn a_probe_and_a_late_failure_agree_on_the_probe() {
    let start = Instant::now();
    loom::model(move || {
        let breaker = breaker();
        let late = breaker.admit(start).unwrap();
        for _ in 0..2 {
            breaker.admit(start).unwrap().failed(Cause::Connect, start, MIDDLE);
        }
        let due = start + WAIT;
        let other = beside(&breaker, move |breaker| breaker.admit(due).unwrap().succeeded());
        late.failed(Cause::Connect, due, MIDDLE);
        other.join().unwrap();
        assert_eq!(breaker.retry_in(due), None, "the probe has closed it");
        breaker.admit(due).unwrap().failed(Cause::Connect, due, MIDDLE);
        assert_eq!(breaker.retry_in(due), None, "and the count begins anew");
    });
}

#[test]
fn while_a_probe_fails_nobody_slips_through() {
    let start = Instant::now();
    loom::model(move || {
        let breaker = open(start);
        let due = start + WAIT;
        let probe = breaker.admit(due).unwrap();
        let other = beside(&breaker, move |breaker| breaker.admit(due).is_err());
        probe.failed(Cause::Timeout, due, MIDDLE);
        assert!(other.join().unwrap());
        assert_eq!(breaker.retry_in(due), Some(WAIT));
    });
}
