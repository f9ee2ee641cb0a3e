//! Does the query behave as its users were promised, event by event, on a virtual clock?

mod bench;

use bench::{Bench, FIVE_HUNDRED_THREE, Rows, rows, seconds};
use live_query::{
    Answer, Cause, Cycle, Effect, Event, Failure, Fraction, Health, Kept, Machine, Reason, Report, Restored,
    SampleCause, ServerTime, Source, State, Timing,
};

// L1
#[test]
fn first_answer_makes_it_live_with_the_servers_time() {
    let mut bench = Bench::new(Timing::default());
    assert_eq!(bench.state(), State::Loading);
    bench.subscribe();
    assert_eq!(bench.state(), State::Loading);
    assert!(bench.machine.view().refreshing);
    bench.answer(rows(3));
    assert_eq!(bench.state(), State::Live);
    let view = bench.machine.view();
    assert_eq!(view.data, Some(&rows(3)));
    assert_eq!(view.source, Source::Live);
    assert_eq!(view.health, Health::Ok);
    assert_eq!(view.as_of.unwrap().server, bench.server_now());
}

// L2
#[test]
fn empty_answer_is_live_and_empty() {
    let mut bench = Bench::new(Timing::default());
    bench.subscribe();
    bench.answer(rows(0));
    assert_eq!(bench.state(), State::Live);
    assert_eq!(bench.machine.view().data, Some(&rows(0)));
}

// L2, L28, L32
#[test]
fn missing_session_asks_for_sign_in_and_is_never_an_empty_list() {
    for had_rows in [false, true] {
        let mut bench = Bench::persisting();
        bench.subscribe();
        if had_rows {
            bench.answer(rows(3));
            bench.wait(seconds(61));
            assert_eq!(bench.state(), State::Refreshing);
        }
        bench.fail(Failure::from_http(401, None));
        assert_eq!(bench.state(), State::Failed);
        assert_eq!(bench.machine.view().data, None);
        assert_eq!(bench.machine.view().health, Health::SignedOut);
        assert_eq!(bench.count(|effect| matches!(effect, Effect::SignIn)), 1);
        assert_eq!(bench.count(|effect| matches!(effect, Effect::DropSnapshot)), 1);
        assert!(bench.requests_during(seconds(3_600)) == 0, "nothing is asked without a session");
    }
}

// L4
#[test]
fn older_answer_never_wins() {
    let mut bench = Bench::new(Timing::default());
    bench.subscribe();
    let first = bench.in_flight.unwrap();
    bench.wait(seconds(10)); // times out, and is asked again
    bench.wait(seconds(1));
    let second = bench.in_flight.unwrap();
    assert!(second > first);
    bench.answer_as(first, rows(1));
    assert_eq!(bench.state(), State::Loading, "the first answer comes too late");
    bench.answer_as(second, rows(2));
    bench.answer_as(first, rows(1));
    assert_eq!(bench.machine.view().data, Some(&rows(2)));
}

// L6
#[test]
fn outage_keeps_the_rows_and_says_so() {
    let mut bench = Bench::live();
    bench.wait(seconds(61));
    assert_eq!(bench.state(), State::Refreshing);
    assert_eq!(bench.machine.view().source, Source::Live, "a refresh is not an outage");
    let as_of = bench.machine.view().as_of;
    bench.random = Fraction::ONE;
    bench.fail(FIVE_HUNDRED_THREE());
    assert_eq!(bench.state(), State::LastGood);
    let view = bench.machine.view();
    assert_eq!(view.data, Some(&rows(3)));
    assert_eq!(view.source, Source::LastGood(Kept::Memory));
    assert_eq!(view.as_of, as_of, "rows do not get younger by a failure");
    let Health::Degraded { failure, since, next_try } = view.health else {
        panic!("degraded");
    };
    assert_eq!(
        (failure.reason, failure.status, failure.attempt),
        (Reason::UpstreamUnavailable, Some(503), 1)
    );
    assert_eq!(since, bench.now);
    assert_eq!(next_try, Some(bench.now.after(seconds(1))));
    bench.wait(seconds(1));
    assert_eq!(bench.state(), State::Refreshing);
    assert_eq!(bench.machine.view().source, Source::LastGood(Kept::Memory), "still last good while asking");
}

// L7
#[test]
fn first_failure_shows_a_valid_snapshot_with_its_age() {
    let mut bench = Bench::persisting();
    bench.subscribe();
    assert_eq!(bench.count(|effect| matches!(effect, Effect::LoadSnapshot)), 0, "never before a failure");
    bench.random = Fraction::ONE;
    bench.fail(FIVE_HUNDRED_THREE());
    assert_eq!(bench.count(|effect| matches!(effect, Effect::LoadSnapshot)), 1);
    assert_eq!(bench.state(), State::Loading, "nothing is shown while the snapshot is read");
    let as_of = ServerTime::from_unix_millis(bench.server_now().as_unix_millis() - 3_600_000);
    let restored = Restored { data: rows(2), as_of, age: seconds(3_600), etag: Some("old".into()) };
    bench.send(Event::SnapshotLoaded(Some(restored)));
    assert_eq!(bench.state(), State::LastGood);
    let view = bench.machine.view();
    assert_eq!((view.data, view.source), (Some(&rows(2)), Source::LastGood(Kept::Persisted)));
    assert_eq!(view.as_of.unwrap().age(bench.now.after(seconds(5))), seconds(3_605));
    bench.wait(seconds(1));
    assert_eq!(bench.if_none_match.as_deref(), Some("old"));
    assert_eq!(bench.machine.view().source, Source::LastGood(Kept::Persisted));
    bench.unchanged();
    assert_eq!((bench.state(), bench.machine.view().source), (State::Live, Source::Live));
    assert_eq!(bench.machine.view().data, Some(&rows(2)));
}

// L7
#[test]
fn first_failure_without_a_valid_snapshot_is_failed() {
    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.fail(FIVE_HUNDRED_THREE());
    bench.send(Event::SnapshotLoaded(None));
    assert_eq!(bench.state(), State::Failed);
    assert!(matches!(bench.machine.view().health, Health::Failed { .. }));
    for _ in 0..5 {
        bench.wait_for_request();
        bench.fail(FIVE_HUNDRED_THREE());
    }
    assert_eq!(bench.count(|effect| matches!(effect, Effect::LoadSnapshot)), 1, "read once");
}

// L7
#[test]
fn snapshot_that_comes_after_an_answer_or_a_refusal_is_not_used() {
    let late = || {
        let as_of = ServerTime::from_unix_millis(1);
        Event::SnapshotLoaded(Some(Restored { data: rows(9), as_of, age: seconds(1), etag: None }))
    };
    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.fail(FIVE_HUNDRED_THREE());
    bench.wait(seconds(1));
    bench.answer(rows(1));
    bench.send(late());
    assert_eq!(bench.machine.view().data, Some(&rows(1)));

    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.fail(FIVE_HUNDRED_THREE());
    bench.wait(seconds(1));
    bench.fail(Failure::from_http(403, None));
    bench.send(late());
    assert_eq!(bench.state(), State::Failed);
}

#[test]
fn later_failures_never_bring_back_a_snapshot() {
    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.answer(rows(3));
    bench.wait(seconds(61));
    bench.fail(FIVE_HUNDRED_THREE());
    assert_eq!(bench.count(|effect| matches!(effect, Effect::LoadSnapshot)), 0);
    assert_eq!(bench.state(), State::LastGood);
}

// L8
#[test]
fn sample_rows_come_by_hand_only_and_go_back_to_loading() {
    let mut bench = Bench::new(Timing::default());
    bench.subscribe();
    bench.send(Event::ViewSample(rows(7)));
    assert_eq!(bench.state(), State::Loading, "not before something failed");
    bench.fail(FIVE_HUNDRED_THREE());
    assert_eq!(bench.state(), State::Failed);
    bench.send(Event::ViewSample(rows(7)));
    assert_eq!(bench.state(), State::Seeded);
    let view = bench.machine.view();
    assert_eq!((view.data, view.source), (Some(&rows(7)), Source::Sample(SampleCause::ByHand)));
    for event in [Event::Refresh, Event::Focused, Event::Shown, Event::Online, Event::TimerFired] {
        bench.send(event);
    }
    assert_eq!(bench.requests_during(seconds(600)), 0);
    assert_eq!(bench.state(), State::Seeded);
    bench.send(Event::LeaveSample);
    assert_eq!((bench.state(), bench.in_flight.is_some()), (State::Loading, true));
    bench.answer(rows(3));
    assert_eq!(bench.state(), State::Live);
}

#[test]
fn sample_rows_can_be_opened_while_a_retry_runs() {
    let mut bench = Bench::new(Timing::default());
    bench.subscribe();
    bench.fail(FIVE_HUNDRED_THREE());
    bench.wait(seconds(1));
    assert_eq!(bench.state(), State::Loading);
    assert!(matches!(bench.machine.view().health, Health::Failed { .. }), "the former reason stays");
    bench.send(Event::ViewSample(rows(7)));
    assert_eq!((bench.state(), bench.in_flight), (State::Seeded, None));
}

// L9
#[test]
fn demo_mode_sends_nothing_ever() {
    let mut bench = Bench::of(Machine::demo(Timing::default(), rows(5)));
    bench.subscribe();
    for event in [Event::Refresh, Event::LeaveSample, Event::Offline, Event::Online, Event::Focused] {
        bench.send(event);
        assert_eq!(bench.state(), State::Seeded);
    }
    bench.send(Event::Hidden);
    bench.send(Event::Shown);
    bench.send(Event::Invalidated);
    assert_eq!(bench.machine.view().source, Source::Sample(SampleCause::Demo));
    bench.wait(seconds(3_600));
    assert_eq!(bench.started, 0);
    assert_eq!(bench.state(), State::Seeded);
}

// L15
#[test]
fn unchanged_moves_the_time_and_leaves_the_rows_alone() {
    let mut bench = Bench::live();
    let before: *const Rows = bench.machine.view().data.unwrap();
    bench.wait(seconds(61));
    assert_eq!(bench.if_none_match.as_deref(), Some("v1"));
    bench.unchanged();
    let view = bench.machine.view();
    assert!(std::ptr::eq(before, view.data.unwrap()), "the very same rows");
    assert_eq!(view.as_of.unwrap().server, bench.server_now());
    assert_eq!(bench.state(), State::Live);
    bench.wait(seconds(66));
    assert_eq!(bench.if_none_match.as_deref(), Some("v1"), "the ETag stays");
}

#[test]
fn unchanged_without_rows_is_unreadable() {
    let mut bench = Bench::new(Timing::default());
    bench.subscribe();
    assert_eq!(bench.if_none_match, None);
    bench.unchanged();
    assert_eq!((bench.state(), bench.failure().reason), (State::Failed, Reason::Decode));
}

// L17, L18
#[test]
fn wiping_forgets_everything_in_every_state() {
    let mut benches =
        vec![Bench::persisting(), Bench::persisting(), Bench::persisting(), Bench::persisting()];
    for bench in &mut benches {
        bench.subscribe();
    }
    benches[1].answer(rows(3));
    benches[2].answer(rows(3));
    benches[2].send(Event::Refresh);
    benches[3].fail(FIVE_HUNDRED_THREE());
    benches[3].send(Event::SnapshotLoaded(None));
    benches[3].send(Event::ViewSample(rows(5)));
    for mut bench in benches {
        bench.send(Event::Wiped);
        assert_eq!(bench.machine.view().data, None);
        assert!(bench.machine.held().is_none());
        assert_eq!(bench.machine.view().health, Health::SignedOut);
        assert_eq!((bench.in_flight, bench.timer), (None, None));
        assert_eq!(bench.count(|effect| matches!(effect, Effect::DropSnapshot)), 1);
        let before = bench.started;
        for event in [Event::Refresh, Event::Focused, Event::Subscribed, Event::Online, Event::LeaveSample] {
            bench.send(event);
        }
        assert_eq!((bench.started, bench.machine.has_ended()), (before, true), "it never comes back");
    }
}

// L19
#[test]
fn refusal_takes_the_rows_and_the_snapshot_and_is_not_repeated() {
    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.answer(rows(3));
    bench.send(Event::Refresh);
    bench.fail(Failure::from_http(403, Some("forbidden")));
    assert_eq!(bench.state(), State::Failed);
    let view = bench.machine.view();
    assert_eq!((view.data, view.source), (None, Source::None));
    assert!(matches!(view.health, Health::Denied(_)));
    assert_eq!(bench.count(|effect| matches!(effect, Effect::DropSnapshot)), 1);
    assert_eq!(bench.requests_during(seconds(600)), 0);
    bench.send(Event::Hidden);
    bench.send(Event::Shown);
    bench.send(Event::Focused);
    assert_eq!(bench.in_flight, None);
    bench.send(Event::Refresh);
    assert!(bench.in_flight.is_some(), "by hand it may be asked again");
    bench.answer(rows(1));
    assert_eq!(bench.state(), State::Live);
}

// L20
#[test]
fn unreadable_answer_keeps_the_rows() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    bench.fail(Failure { status: Some(200), ..Failure::new(Reason::Decode) });
    assert_eq!((bench.state(), bench.failure().reason), (State::LastGood, Reason::Decode));
    assert_eq!(bench.machine.view().data, Some(&rows(3)));
    assert!(bench.machine.next_attempt_at().is_some());
}

// L21
#[test]
fn outage_of_twenty_five_failures_is_told_three_times_and_its_end_once() {
    let mut bench = Bench::live();
    bench.random = Fraction::ONE;
    bench.send(Event::Refresh);
    let began = bench.now;
    for _ in 0..25 {
        bench.fail(FIVE_HUNDRED_THREE());
        bench.wait_for_request();
    }
    bench.answer(rows(3));
    let attempts: Vec<u32> = bench
        .all
        .iter()
        .filter_map(|effect| match effect {
            Effect::Report(Report::Failing { failure, .. }) => Some(failure.attempt),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [1, 10, 20]);
    let outage = bench.now.since(began);
    let recovered = Effect::Report(Report::Recovered { outage, attempts: 25 });
    assert_eq!(bench.count(|effect| *effect == recovered), 1);
}

#[test]
fn each_request_is_told_with_its_cause_and_its_outcome() {
    let mut bench = Bench::persisting();
    bench.random = Fraction::ZERO;
    bench.subscribe();
    bench.wait(seconds(1));
    bench.answer(rows(3));
    bench.wait(seconds(54));
    bench.unchanged();
    bench.send(Event::Refresh);
    bench.fail(FIVE_HUNDRED_THREE());
    bench.wait_for_request();
    bench.wait(seconds(10));
    bench.wait_for_request();
    bench.answer(rows(4));
    bench.send(Event::Invalidated);
    bench.answer(rows(5));
    bench.send(Event::Hidden);
    bench.wait(seconds(120));
    bench.send(Event::Shown);
    bench.answer(rows(5));
    let told: Vec<_> = bench
        .all
        .iter()
        .filter_map(|effect| match effect {
            Effect::Report(Report::Cycle(cycle)) => Some(*cycle),
            _ => None,
        })
        .collect();
    let (live, memory) = (Source::Live, Source::LastGood(Kept::Memory));
    let expected = [
        (Cause::Begun, 1, false, live, 1),
        (Cause::Due, 1, true, live, 0),
        (Cause::ByHand, 1, false, memory, 0),
        (Cause::Retry, 2, false, memory, 10),
        (Cause::Retry, 3, false, live, 0),
        (Cause::Changed, 1, false, live, 0),
        (Cause::Return, 1, false, live, 0),
    ];
    let expected = expected.map(|(cause, attempt, unchanged, source, took)| Cycle {
        cause,
        attempt,
        bytes: 0,
        unchanged,
        source,
        took: seconds(took),
    });
    assert_eq!(told, expected);
}

// L24
#[test]
fn blocked_storage_is_reported_once_and_otherwise_ignored() {
    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.answer(rows(3));
    assert_eq!(bench.count(|effect| matches!(effect, Effect::SaveSnapshot)), 1);
    for _ in 0..3 {
        bench.send(Event::SnapshotTrouble("quota".into()));
    }
    let told = |effect: &Effect| matches!(effect, Effect::Report(Report::SnapshotTrouble(_)));
    assert_eq!(bench.count(told), 1);
    bench.wait(seconds(66));
    bench.answer(rows(4));
    assert_eq!(bench.state(), State::Live);
    assert_eq!(bench.count(|effect| matches!(effect, Effect::SaveSnapshot)), 1, "not tried again");

    let mut first = Bench::persisting();
    first.subscribe();
    first.fail(FIVE_HUNDRED_THREE());
    first.send(Event::SnapshotTrouble("blocked".into()));
    assert_eq!(first.state(), State::Failed, "a blocked storage never leaves it loading");
}

// L25
#[test]
fn save_during_an_outage_shows_the_row_and_stays_last_good() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    bench.random = Fraction::ONE;
    bench.fail(FIVE_HUNDRED_THREE());
    bench.send(Event::Patched(rows(4)));
    assert_eq!((bench.state(), bench.machine.view().data), (State::LastGood, Some(&rows(4))));
    bench.wait(seconds(1));
    assert_eq!(bench.if_none_match, None, "the ETag described the rows before the save");
}

#[test]
fn answer_read_before_a_save_does_not_undo_it() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    let before = bench.in_flight.unwrap();
    bench.send(Event::Patched(rows(4)));
    assert_ne!(bench.in_flight, Some(before));
    bench.answer_as(before, rows(3));
    assert_eq!(bench.machine.view().data, Some(&rows(4)));
    bench.answer(rows(4));
    assert_eq!(bench.state(), State::Live);
}

#[test]
fn save_elsewhere_asks_again_even_while_asking() {
    let mut bench = Bench::live();
    bench.send(Event::Invalidated);
    let before = bench.in_flight.unwrap();
    bench.send(Event::Invalidated);
    assert!(bench.in_flight.unwrap() > before);
}

// L26
#[test]
fn ages_come_from_the_server_and_the_monotonic_clock() {
    let mut bench = Bench::live();
    // The wall clock is no input of the machine, so a jump cannot reach it; the server's clock may
    // be hours off and ages do not care.
    bench.server_offset = -3_600_000;
    bench.wait(seconds(61));
    bench.answer(rows(3));
    let as_of = bench.machine.view().as_of.unwrap();
    assert_eq!(as_of.server, bench.server_now());
    assert_eq!(as_of.age(bench.now.after(seconds(12))), seconds(12));
    assert_eq!(bench.requests_during(seconds(50)), 0, "no burst");
}

#[test]
fn every_reason_is_recognised() {
    let table = [
        (401, None, Reason::Unauthenticated),
        (403, None, Reason::Forbidden),
        (429, None, Reason::RateLimited),
        (502, None, Reason::UpstreamUnavailable),
        (503, None, Reason::UpstreamUnavailable),
        (504, None, Reason::UpstreamUnavailable),
        (500, Some("upstream_unavailable"), Reason::UpstreamUnavailable),
        (401, Some("upstream_unavailable"), Reason::Unauthenticated),
        (500, None, Reason::Server),
        (520, None, Reason::Server),
        (544, None, Reason::Server),
        (402, None, Reason::Server),
        (404, None, Reason::Server),
        (204, None, Reason::Decode),
    ];
    for (status, code, reason) in table {
        assert_eq!(Failure::from_http(status, code).reason, reason, "{status} {code:?}");
    }
}

#[test]
fn answer_that_nobody_waits_for_is_ignored_in_every_state() {
    let mut bench = Bench::live();
    let answer = || Answer::Fresh { data: rows(9), as_of: ServerTime::default(), etag: None };
    bench.send(Event::Answered { seq: 99, answer: answer(), bytes: 0 });
    bench.send(Event::Answered { seq: 1, answer: answer(), bytes: 0 });
    assert_eq!((bench.state(), bench.machine.view().data), (State::Live, Some(&rows(3))));
}
