//! Does the breaker open, wait, try and close as it says? On a clock of numbers.

use crate::breaker::{Breaker, Circuit, Closed};
use crate::error::Cause;
use std::time::{Duration, Instant};

const REFUSED: Cause = Cause::Connect;
/// The draw that makes the wait exactly `probe_every`.
const MIDDLE: f64 = 0.5;

struct World {
    breaker: Breaker,
    start: Instant,
}

impl World {
    fn new() -> Self {
        Self { breaker: Breaker::new(Circuit::default()), start: Instant::now() }
    }

    fn at(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    fn fail(&self, millis: u64) {
        self.breaker.admit(self.at(millis)).unwrap().failed(REFUSED, self.at(millis), MIDDLE);
    }

    fn opened() -> Self {
        let world = Self::new();
        (0..5).for_each(|_| world.fail(0));
        world
    }

    fn is_open(&self, millis: u64) -> bool {
        self.breaker.admit(self.at(millis)).is_err()
    }
}

#[test]
fn opens_with_the_fifth_failure_within_ten_seconds() {
    let world = World::new();
    (0..4).for_each(|n| world.fail(n * 1_000));
    assert!(!world.is_open(4_000));
    world.fail(10_000);
    assert!(world.is_open(10_000));
    let slow = World::new();
    (0..20).for_each(|n| slow.fail(n * 2_501));
    assert!(!slow.is_open(50_020), "five in more than ten seconds are weather");
}

#[test]
fn a_success_in_between_proves_that_somebody_is_there() {
    let world = World::new();
    (0..4).for_each(|_| world.fail(0));
    world.breaker.admit(world.at(0)).unwrap().succeeded();
    (0..4).for_each(|_| world.fail(0));
    assert!(!world.is_open(0));
}

#[test]
fn failures_that_are_far_apart_are_told_when_to_try_again_too() {
    let world = World::new();
    for n in 0..20 {
        world.fail(n * 8_000);
        let told = (n >= 2).then_some(Duration::from_secs(5));
        assert_eq!(world.breaker.retry_in(world.at(n * 8_000)), told, "{n}");
    }
    world.breaker.admit(world.at(200_000)).unwrap().succeeded();
    assert_eq!(world.breaker.retry_in(world.at(200_000)), None);
}

#[test]
fn an_open_circuit_says_why_and_when() {
    let world = World::opened();
    let told = world.breaker.admit(world.at(2_000)).unwrap_err();
    assert_eq!(told, Closed { cause: REFUSED, retry_in: Duration::from_secs(3) });
    assert_eq!(world.breaker.retry_in(world.at(2_000)), Some(Duration::from_secs(3)));
}

#[test]
fn probes_come_every_five_seconds_give_or_take_a_fifth() {
    for (share, wait) in [(0.0, 4_000), (0.25, 4_500), (0.5, 5_000), (1.0, 6_000), (7.0, 6_000)] {
        let world = World::new();
        (0..5).for_each(|_| world.breaker.admit(world.at(0)).unwrap().failed(REFUSED, world.at(0), share));
        assert!(world.is_open(wait - 1), "{share}");
        let probe = world.breaker.admit(world.at(wait)).unwrap();
        assert!(probe.is_probe());
        assert!(world.is_open(wait), "one at a time");
        probe.failed(Cause::Timeout, world.at(wait + 3_000), MIDDLE);
        let told = world.breaker.admit(world.at(wait + 3_000)).unwrap_err();
        assert_eq!(told, Closed { cause: Cause::Timeout, retry_in: Duration::from_secs(5) });
    }
}

#[test]
fn a_probe_that_succeeds_closes_the_circuit_and_forgets() {
    let world = World::opened();
    world.breaker.admit(world.at(5_000)).unwrap().succeeded();
    (0..4).for_each(|_| world.fail(5_000));
    assert!(!world.is_open(5_000));
}

#[test]
fn a_probe_whose_caller_goes_away_leaves_its_place_to_the_next() {
    let world = World::opened();
    drop(world.breaker.admit(world.at(5_000)).unwrap());
    assert!(world.breaker.admit(world.at(5_000)).unwrap().is_probe());
}

#[test]
fn who_was_admitted_before_has_no_say_afterwards() {
    let world = World::new();
    let (late_success, late_failure) =
        (world.breaker.admit(world.at(0)).unwrap(), world.breaker.admit(world.at(0)).unwrap());
    (0..5).for_each(|_| world.fail(0));
    late_success.succeeded();
    assert!(world.is_open(0), "an answer of before the outage");
    late_failure.failed(REFUSED, world.at(4_999), MIDDLE);
    assert!(
        world.breaker.admit(world.at(5_000)).unwrap().is_probe(),
        "and no failure of before delays the probe"
    );
}

#[test]
fn a_hundred_thousand_refusals_take_no_time() {
    let world = World::opened();
    let started = Instant::now();
    for _ in 0..100_000 {
        assert!(world.breaker.admit(world.at(1_000)).is_err());
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}
