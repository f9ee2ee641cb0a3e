//! Does the query behave as its users were promised, event by event, on a virtual clock?

mod bench;

use bench::{Bench, FIVE_HUNDRED_THREE, Rows, millis, rows, seconds};
use live_query::{
    Answer, Effect, Event, Failure, Fraction, Health, Kept, Machine, Reason, Report, Restored, RetryAfter,
    SampleCause, ServerTime, Source, State, Surroundings, Timing, parse_http_date, parse_retry_after,
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

// L3
#[test]
fn slow_answer_delays_the_next_tick_instead_of_overlapping_it() {
    let mut bench = Bench::new(Timing { timeout: seconds(60), ..Timing::every(Some(seconds(5))) });
    bench.subscribe();
    assert_eq!(bench.requests_during(seconds(20)), 0);
    assert_eq!(bench.started, 1);
    bench.answer(rows(1));
    assert_eq!(bench.requests_during(millis(4_400)), 0);
    assert_eq!(bench.requests_during(millis(1_200)), 1);
    assert_eq!(bench.count(|effect| matches!(effect, Effect::Report(Report::Slow { .. }))), 1);
}

#[test]
fn ticks_come_at_the_interval_give_or_take_a_tenth() {
    for (random, wait) in [(Fraction::ZERO, 54_000), (Fraction::HALF, 59_999), (Fraction::ONE, 66_000)] {
        let mut bench = Bench::new(Timing::default());
        bench.random = random;
        bench.subscribe();
        bench.answer(rows(1));
        assert_eq!(bench.machine.next_attempt_at(), Some(bench.now.after(millis(wait))));
    }
}

#[test]
fn intervals_under_five_seconds_are_raised() {
    assert_eq!(Timing::every(Some(seconds(1))).interval(), Some(seconds(5)));
    assert_eq!(Timing::every(None).interval(), None);
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

// L5
#[test]
fn subscribers_share_one_request_per_tick() {
    let mut bench = Bench::new(Timing::default());
    for _ in 0..4 {
        bench.subscribe();
    }
    bench.answer(rows(3));
    for _ in 0..10 {
        assert_eq!(bench.requests_during(seconds(66)), 1);
        bench.answer(rows(3));
    }
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

// L10
#[test]
fn failures_wait_twice_as_long_each_time_up_to_thirty_seconds() {
    let mut bench = Bench::live();
    bench.random = Fraction::ONE;
    bench.send(Event::Refresh);
    for wait in [1, 2, 4, 8, 16, 30, 30, 30] {
        bench.fail(FIVE_HUNDRED_THREE());
        assert_eq!(bench.machine.next_attempt_at(), Some(bench.now.after(seconds(wait))));
        bench.wait(seconds(wait));
        assert!(bench.in_flight.is_some());
    }
    bench.answer(rows(3));
    bench.wait(seconds(66));
    bench.fail(FIVE_HUNDRED_THREE());
    assert_eq!(bench.machine.next_attempt_at(), Some(bench.now.after(seconds(1))), "success resets");
}

// L10, L29
#[test]
fn retry_at_is_followed_instead_of_the_backoff() {
    for (random, spread) in [(Fraction::ZERO, 0), (Fraction::ONE, 5)] {
        let mut bench = Bench::live();
        bench.send(Event::Refresh);
        bench.random = random;
        let retry_at = Some(bench.server_now().after(seconds(20)));
        bench.fail(Failure { retry_at, ..FIVE_HUNDRED_THREE() });
        assert_eq!(bench.machine.next_attempt_at(), Some(bench.now.after(seconds(20 + spread))));
        bench.wait(seconds(10));
        bench.send(Event::Focused);
        assert_eq!(bench.in_flight, None, "a return does not outrun the server's word");
    }
}

#[test]
fn dates_of_the_server_are_compared_with_its_own_clock() {
    let mut bench = Bench::new(Timing::default());
    bench.subscribe();
    bench.random = Fraction::ZERO;
    let server_time = ServerTime::from_unix_millis(9_000_000_000_000);
    let failure = Failure {
        server_time: Some(server_time),
        retry_at: Some(server_time.after(seconds(7))),
        ..FIVE_HUNDRED_THREE()
    };
    bench.fail(failure);
    assert_eq!(bench.machine.next_attempt_at(), Some(bench.now.after(seconds(7))));
    let without_clock = Failure { retry_at: Some(server_time), ..FIVE_HUNDRED_THREE() };
    bench.wait(seconds(7));
    bench.fail(without_clock);
    assert_eq!(bench.machine.next_attempt_at(), Some(bench.now), "no clock to compare with: backoff");
}

// L11
#[test]
fn retry_after_holds_back_everything_but_the_hand() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    bench.fail(Failure { retry_after: Some(RetryAfter::Wait(seconds(90))), ..Failure::from_http(429, None) });
    let began = bench.now;
    bench.wait(seconds(60));
    bench.send(Event::Focused);
    bench.send(Event::Hidden);
    bench.send(Event::Shown);
    bench.send(Event::Unsubscribed);
    bench.subscribe();
    let rest = began.after(millis(89_999)).since(bench.now);
    assert_eq!((bench.in_flight, bench.requests_during(rest)), (None, 0));
    let mut by_hand = bench.clone_at_rest();
    assert_eq!(bench.requests_during(seconds(1)), 1);
    by_hand.send(Event::Refresh);
    assert!(by_hand.in_flight.is_some());
}

#[test]
fn retry_after_is_capped_at_ten_minutes() {
    for retry_after in [
        RetryAfter::Wait(seconds(86_400)),
        RetryAfter::Until(ServerTime::from_unix_millis(bench::START + 86_400_000)),
    ] {
        let mut bench = Bench::live();
        bench.send(Event::Refresh);
        bench.fail(Failure { retry_after: Some(retry_after), ..Failure::from_http(429, None) });
        assert_eq!(bench.requests_during(millis(599_999)), 0);
        assert_eq!(bench.requests_during(millis(1)), 1);
    }
}

#[test]
fn retry_after_is_read_in_both_forms_and_garbage_is_not() {
    assert_eq!(parse_retry_after(" 90 "), Some(RetryAfter::Wait(seconds(90))));
    assert_eq!(parse_retry_after("99999999999999999999999").map(|_| ()), Some(()));
    let date = ServerTime::from_unix_millis(1_795_356_120_000);
    assert_eq!(parse_retry_after("Sun, 22 Nov 2026 14:02:00 GMT"), Some(RetryAfter::Until(date)));
    assert_eq!(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(ServerTime::from_unix_millis(0)));
    assert_eq!(
        parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"),
        Some(ServerTime::from_unix_millis(1_709_251_199_000))
    );
    for garbage in [
        "",
        "soon",
        "-5",
        "1.5",
        "Sun, 22 Nov 2026",
        "Sun, 99 Nov 2026 14:02:00 GMT",
        "Sun, 22 Nov 2026 25:02:00 GMT",
    ] {
        assert_eq!(parse_retry_after(garbage), None, "{garbage:?}");
    }
}

// L12
#[test]
fn no_answer_in_time_is_aborted_and_told() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    let seq = bench.in_flight.unwrap();
    bench.wait(millis(9_999));
    assert_eq!(bench.in_flight, Some(seq));
    bench.random = Fraction::ONE;
    bench.wait(millis(1));
    assert_eq!(bench.in_flight, None);
    assert_eq!(bench.count(|effect| *effect == Effect::AbortRequest { seq }), 1);
    assert_eq!(bench.failure().reason, Reason::Timeout);
    assert_eq!(bench.state(), State::LastGood);
    bench.answer_as(seq, rows(9));
    assert_eq!(bench.machine.view().data, Some(&rows(3)), "an aborted request does not count");
}

// L13
#[test]
fn hidden_page_asks_nothing_and_a_return_asks_once() {
    let mut bench = Bench::live();
    bench.send(Event::Hidden);
    assert_eq!(bench.requests_during(seconds(300)), 0);
    bench.send(Event::Shown);
    assert!(bench.in_flight.is_some());
    bench.answer(rows(3));
    bench.send(Event::Hidden);
    bench.wait(seconds(20));
    bench.send(Event::Shown);
    assert_eq!(bench.in_flight, None, "twenty seconds are not old");
    assert!(bench.requests_during(seconds(46)) == 1, "the timer resumed where it was");
}

// L13
#[test]
fn burst_of_focus_events_asks_once() {
    let mut bench = Bench::live();
    bench.wait(seconds(40));
    let before = bench.started;
    for _ in 0..3 {
        bench.send(Event::Focused);
        bench.random = Fraction::ONE;
        if bench.in_flight.is_some() {
            bench.fail(FIVE_HUNDRED_THREE());
        }
        bench.now = bench.now.after(millis(300));
    }
    assert_eq!(bench.started, before + 1);
    bench.now = bench.now.after(seconds(5));
    bench.send(Event::Focused);
    assert_eq!(bench.started, before + 2);
}

#[test]
fn query_without_interval_can_still_ask_on_return() {
    let timing = Timing { return_after: Some(seconds(300)), ..Timing::every(None) };
    let mut bench = Bench::new(timing);
    bench.subscribe();
    bench.answer(rows(1));
    assert_eq!(bench.requests_during(seconds(299)), 0);
    bench.send(Event::Focused);
    assert_eq!(bench.in_flight, None);
    bench.wait(seconds(2));
    bench.send(Event::Focused);
    assert!(bench.in_flight.is_some());
}

#[test]
fn query_without_interval_repeats_only_failures() {
    let mut bench = Bench::new(Timing::every(None));
    bench.subscribe();
    bench.fail(FIVE_HUNDRED_THREE());
    assert_eq!(bench.requests_during(seconds(1)), 1);
    bench.answer(rows(1));
    assert_eq!(bench.requests_during(seconds(3_600)), 0);
    bench.send(Event::Hidden);
    bench.send(Event::Shown);
    assert_eq!(bench.in_flight, None);
    bench.send(Event::Refresh);
    assert!(bench.in_flight.is_some());
}

// L14
#[test]
fn offline_asks_nothing_says_so_and_online_asks_once() {
    let mut bench = Bench::live();
    bench.send(Event::Offline);
    assert_eq!(bench.state(), State::Live, "no request has failed");
    assert_eq!(bench.failure().reason, Reason::Offline, "but the page must say that rows age");
    assert_eq!(bench.requests_during(seconds(300)), 0);
    bench.send(Event::Online);
    assert!(bench.in_flight.is_some());
    assert_eq!(bench.requests_during(seconds(1)), 0);
    bench.answer(rows(3));
    assert_eq!(bench.machine.view().health, Health::Ok);
}

// L14
#[test]
fn starting_offline_fails_as_offline_and_online_asks_at_once() {
    let mut bench = Bench::persisting();
    bench.send(Event::Offline);
    bench.subscribe();
    assert_eq!(bench.started, 0);
    assert_eq!(bench.count(|effect| matches!(effect, Effect::LoadSnapshot)), 1);
    bench.send(Event::SnapshotLoaded(None));
    assert_eq!((bench.state(), bench.failure().reason), (State::Failed, Reason::Offline));
    bench.wait(seconds(60));
    assert_eq!(bench.started, 0);
    bench.send(Event::Online);
    assert_eq!(bench.started, 1);
}

#[test]
fn request_lost_because_of_going_offline_is_told_as_offline() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    bench.send(Event::Offline);
    assert!(bench.in_flight.is_some(), "it goes on");
    bench.fail(Failure::new(Reason::UpstreamUnavailable));
    assert_eq!((bench.state(), bench.failure().reason), (State::LastGood, Reason::Offline));
    bench.wait(seconds(2));
    bench.send(Event::Refresh);
    assert_eq!((bench.state(), bench.failure().attempt), (State::LastGood, 2));
    bench.send(Event::Online);
    assert!(bench.in_flight.is_some());
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

// L22
#[test]
fn last_subscriber_lingers_for_thirty_seconds() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    bench.send(Event::Unsubscribed);
    bench.machine.view().data.unwrap();
    bench.wait(millis(9_000));
    assert!(bench.in_flight.is_some(), "not cancelled at once");
    bench.answer(rows(3));
    assert_eq!(bench.requests_during(millis(20_999)), 0, "the timer stopped");
    assert_eq!(bench.count(|effect| matches!(effect, Effect::Release)), 0);
    bench.wait(millis(1));
    assert_eq!(bench.count(|effect| matches!(effect, Effect::Release)), 1);
    assert_eq!((bench.timer, bench.machine.has_ended()), (None, true));
}

// L22
#[test]
fn request_of_a_left_query_is_cancelled_with_it() {
    let timing = Timing { timeout: seconds(60), ..Timing::default() };
    let mut bench = Bench::new(timing);
    bench.subscribe();
    bench.send(Event::Unsubscribed);
    bench.wait(millis(29_999));
    assert!(bench.in_flight.is_some());
    bench.wait(millis(1));
    assert_eq!(bench.in_flight, None);
}

// L22
#[test]
fn coming_back_in_time_keeps_everything() {
    let mut bench = Bench::live();
    let due = bench.machine.next_attempt_at();
    bench.send(Event::Unsubscribed);
    bench.wait(seconds(29));
    bench.subscribe();
    assert_eq!((bench.state(), bench.in_flight), (State::Live, None));
    assert_eq!(bench.machine.next_attempt_at(), due);
    assert_eq!(bench.machine.view().data, Some(&rows(3)));
}

#[test]
fn coming_back_asks_when_rows_are_older_than_the_interval() {
    let mut bench = Bench::new(Timing::every(Some(seconds(10))));
    bench.subscribe();
    bench.answer(rows(1));
    bench.send(Event::Unsubscribed);
    bench.wait(seconds(12));
    bench.subscribe();
    assert_eq!(bench.state(), State::Refreshing);
}

// L22
#[test]
fn mounting_and_unmounting_leaks_no_timer_and_no_requests() {
    let mut bench = Bench::live();
    let before = bench.started;
    for _ in 0..100 {
        bench.send(Event::Unsubscribed);
        bench.now = bench.now.after(millis(10));
        bench.subscribe();
    }
    assert_eq!(bench.started, before);
    bench.send(Event::Unsubscribed);
    bench.send(Event::Unsubscribed);
    assert_eq!(bench.machine.subscribers(), 0);
    bench.wait(seconds(30));
    assert_eq!(bench.timer, None);

    let mut outage = Bench::live();
    outage.random = Fraction::ONE;
    outage.send(Event::Refresh);
    outage.fail(FIVE_HUNDRED_THREE());
    let before = outage.started;
    for _ in 0..100 {
        outage.send(Event::Unsubscribed);
        outage.wait(millis(10));
        outage.subscribe();
        if outage.in_flight.is_some() {
            outage.fail(FIVE_HUNDRED_THREE());
        }
    }
    assert!(outage.started - before <= 2, "one request a second at most, not a hundred");
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

#[test]
fn snapshots_are_written_at_most_every_five_seconds_and_the_last_one_is() {
    let mut bench = Bench::persisting();
    bench.subscribe();
    bench.answer(rows(1));
    for n in 2..6 {
        bench.wait(seconds(1));
        bench.send(Event::Refresh);
        bench.answer(rows(n));
    }
    assert_eq!(bench.count(|effect| matches!(effect, Effect::SaveSnapshot)), 1);
    bench.wait(seconds(1));
    assert_eq!(bench.count(|effect| matches!(effect, Effect::SaveSnapshot)), 2);
    assert_eq!(bench.requests_during(seconds(40)), 0);
    assert_eq!(bench.count(|effect| matches!(effect, Effect::SaveSnapshot)), 2);
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
fn refresh_by_hand_is_immediate_during_backoff_and_at_most_once_a_second() {
    let mut bench = Bench::live();
    bench.random = Fraction::ONE;
    for _ in 0..6 {
        bench.send(Event::Refresh);
        bench.fail(FIVE_HUNDRED_THREE());
        bench.wait(millis(1_000));
        if bench.in_flight.is_some() {
            bench.fail(FIVE_HUNDRED_THREE());
        }
    }
    let before = bench.started;
    bench.send(Event::Refresh);
    assert_eq!(bench.started, before + 1);
    bench.fail(FIVE_HUNDRED_THREE());
    bench.send(Event::Refresh);
    bench.send(Event::Refresh);
    assert_eq!(bench.started, before + 1);
    bench.wait(millis(1_000));
    assert_eq!(bench.started, before + 2, "the second wish is kept, not lost");
}

#[test]
fn refresh_while_asking_joins() {
    let mut bench = Bench::live();
    bench.send(Event::Refresh);
    let before = bench.started;
    bench.wait(seconds(2));
    bench.send(Event::Refresh);
    assert_eq!(bench.started, before);
}

#[test]
fn idle_query_asks_nothing_until_it_is_enabled() {
    let mut bench = Bench::new(Timing::default());
    bench.send(Event::Enabled(false));
    bench.subscribe();
    bench.send(Event::Refresh);
    bench.send(Event::Focused);
    assert_eq!(bench.requests_during(seconds(300)), 0);
    bench.send(Event::Enabled(true));
    assert!(bench.in_flight.is_some());
    bench.answer(rows(1));
    bench.send(Event::Enabled(false));
    assert_eq!(bench.requests_during(seconds(300)), 0);
}

#[test]
fn page_opened_hidden_asks_once_and_rests() {
    let machine = Machine::new(Timing::default(), false, Surroundings { visible: false, online: true });
    let mut bench = Bench::of(machine);
    bench.subscribe();
    assert!(bench.in_flight.is_some());
    bench.answer(rows(1));
    assert_eq!((bench.state(), bench.timer), (State::Live, None));
    assert_eq!(bench.requests_during(seconds(300)), 0);
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
fn early_timer_is_set_again() {
    let mut bench = Bench::live();
    let at = bench.timer.unwrap();
    bench.timer = None;
    bench.send(Event::TimerFired);
    assert_eq!((bench.timer, bench.in_flight), (Some(at), None));
}

#[test]
fn answer_that_nobody_waits_for_is_ignored_in_every_state() {
    let mut bench = Bench::live();
    let answer = || Answer::Fresh { data: rows(9), as_of: ServerTime::default(), etag: None };
    bench.send(Event::Answered { seq: 99, answer: answer() });
    bench.send(Event::Answered { seq: 1, answer: answer() });
    assert_eq!((bench.state(), bench.machine.view().data), (State::Live, Some(&rows(3))));
}
