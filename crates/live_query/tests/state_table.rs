//! Does every cell of the state table lead where it should?

mod bench;

use bench::{Bench, FIVE_HUNDRED_THREE, rows, seconds};
use live_query::{Effect, Event, Failure, Fraction, Kept, SampleCause, Source, State};

/// The columns: a machine in each state, visible, online, with one subscriber.
fn columns() -> Vec<(&'static str, Bench)> {
    let mut loading = Bench::persisting();
    loading.subscribe();
    let mut live = Bench::persisting();
    live.subscribe();
    live.answer(rows(3));
    let mut refreshing = Bench::persisting();
    refreshing.subscribe();
    refreshing.answer(rows(3));
    refreshing.send(Event::Refresh);
    let mut last_good = Bench::persisting();
    last_good.random = Fraction::ONE;
    last_good.subscribe();
    last_good.answer(rows(3));
    last_good.send(Event::Refresh);
    last_good.fail(FIVE_HUNDRED_THREE());
    let mut failed = Bench::persisting();
    failed.random = Fraction::ONE;
    failed.subscribe();
    failed.fail(FIVE_HUNDRED_THREE());
    failed.send(Event::SnapshotLoaded(None));
    let mut seeded = Bench::persisting();
    seeded.random = Fraction::ONE;
    seeded.subscribe();
    seeded.fail(FIVE_HUNDRED_THREE());
    seeded.send(Event::SnapshotLoaded(None));
    seeded.send(Event::ViewSample(rows(7)));
    let columns = vec![
        ("Loading", loading),
        ("Live", live),
        ("Refreshing", refreshing),
        ("LastGood", last_good),
        ("Failed", failed),
        ("Seeded", seeded),
    ];
    for ((name, bench), state) in columns.iter().zip([
        State::Loading,
        State::Live,
        State::Refreshing,
        State::LastGood,
        State::Failed,
        State::Seeded,
    ]) {
        assert_eq!(bench.state(), state, "{name}");
    }
    columns
}

/// What a cell says: the state after the event, and how many requests it starts.
type Cell = (State, usize);

fn check(row: &str, act: impl Fn(&mut Bench), expected: [Cell; 6]) {
    for ((column, mut bench), (state, requests)) in columns().into_iter().zip(expected) {
        let before = bench.started;
        act(&mut bench);
        assert_eq!((bench.state(), bench.started - before), (state, requests), "{row} in {column}");
    }
}

use State::{Failed, LastGood, Live, Loading, Refreshing, Seeded};

#[test]
fn first_subscriber() {
    let leave_and_return = |wait| {
        move |bench: &mut Bench| {
            bench.send(Event::Unsubscribed);
            bench.now = bench.now.after(seconds(wait));
            bench.subscribe();
        }
    };
    let at_once = [(Loading, 0), (Live, 0), (Refreshing, 0), (Refreshing, 1), (Loading, 1), (Seeded, 0)];
    check("first subscriber, rows young", leave_and_return(2), at_once);
    let old = [(Loading, 0), (Refreshing, 1), (Refreshing, 0), (Refreshing, 1), (Loading, 1), (Seeded, 0)];
    check("first subscriber, rows old", leave_and_return(60), old);
}

#[test]
fn good_answers() {
    let ok = |bench: &mut Bench| {
        let seq = bench.in_flight.unwrap_or(1);
        bench.answer_as(seq, rows(4));
    };
    let expected = [(Live, 0), (Live, 0), (Live, 0), (LastGood, 0), (Failed, 0), (Seeded, 0)];
    check("ok", ok, expected);
    let unchanged = |bench: &mut Bench| {
        if bench.in_flight.is_some() && bench.state() == Refreshing {
            bench.unchanged();
            assert_eq!(bench.machine.view().data, Some(&rows(3)));
        }
    };
    let expected = [(Loading, 0), (Live, 0), (Live, 0), (LastGood, 0), (Failed, 0), (Seeded, 0)];
    check("not modified", unchanged, expected);
}

#[test]
fn failed_answers() {
    let fail = |failure: Failure| {
        move |bench: &mut Bench| {
            if bench.in_flight.is_some() {
                bench.random = Fraction::ONE;
                bench.fail(failure.clone());
                bench.send(Event::SnapshotLoaded(None));
            }
        }
    };
    let expected = [(Failed, 0), (Live, 0), (LastGood, 0), (LastGood, 0), (Failed, 0), (Seeded, 0)];
    check("retryable", fail(FIVE_HUNDRED_THREE()), expected);
    let expected = [(Failed, 0), (Live, 0), (Failed, 0), (LastGood, 0), (Failed, 0), (Seeded, 0)];
    check("unauthenticated", fail(Failure::from_http(401, None)), expected);
    check("forbidden", fail(Failure::from_http(403, None)), expected);
}

#[test]
fn timer_and_return() {
    let expected =
        [(Loading, 0), (Refreshing, 1), (Refreshing, 0), (Refreshing, 1), (Loading, 1), (Seeded, 0)];
    check(
        "refresh",
        |bench| {
            bench.now = bench.now.after(seconds(2));
            bench.send(Event::Refresh);
        },
        expected,
    );
    for event in [Event::Shown, Event::Focused, Event::Online] {
        check(
            &format!("{event:?}, rows old"),
            |bench| {
                bench.now = bench.now.after(seconds(40));
                bench.send(event.clone());
            },
            expected,
        );
    }
    check(
        "focus, rows young",
        |bench| bench.send(Event::Focused),
        [(Loading, 0), (Live, 0), (Refreshing, 0), (LastGood, 0), (Loading, 1), (Seeded, 0)],
    );
    check(
        "timer",
        |bench| {
            if bench.in_flight.is_none() {
                bench.now = bench.now.after(seconds(66));
                bench.send(Event::TimerFired);
            }
        },
        expected,
    );
}

#[test]
fn hidden_and_offline_stop_the_timer() {
    for event in [Event::Hidden, Event::Offline] {
        for (column, mut bench) in columns() {
            let state = bench.state();
            bench.send(event.clone());
            assert_eq!(bench.state(), state, "{event:?} in {column}");
            assert_eq!(bench.machine.next_attempt_at(), None, "{event:?} in {column}");
            assert_eq!(
                bench.timer.is_some(),
                bench.in_flight.is_some(),
                "only the timeout is left: {column}"
            );
        }
    }
}

#[test]
fn samples() {
    let expected = [(Loading, 0), (Live, 0), (Refreshing, 0), (LastGood, 0), (Seeded, 0), (Seeded, 0)];
    check("view_sample()", |bench| bench.send(Event::ViewSample(rows(9))), expected);
    let expected = [(Loading, 0), (Live, 0), (Refreshing, 0), (LastGood, 0), (Failed, 0), (Loading, 1)];
    check("leave_sample()", |bench| bench.send(Event::LeaveSample), expected);
}

#[test]
fn sources_of_every_state() {
    let sources: Vec<Source> = columns().iter().map(|(_, bench)| bench.machine.view().source).collect();
    let last_good = Source::LastGood(Kept::Memory);
    let by_hand = Source::Sample(SampleCause::ByHand);
    assert_eq!(sources, [Source::None, Source::Live, Source::Live, last_good, Source::None, by_hand]);
}

#[test]
fn wiped_everywhere() {
    for (column, mut bench) in columns() {
        bench.send(Event::Wiped);
        assert!(bench.machine.held().is_none() && bench.machine.view().data.is_none(), "{column}");
        assert_eq!(bench.count(|effect| *effect == Effect::DropSnapshot), 1, "{column}");
        assert_eq!(bench.timer, None, "{column}");
    }
}
