//! Does the query ask, wait and rest when it should, on a virtual clock?

mod bench;

use bench::{Bench, FIVE_HUNDRED_THREE, millis, rows, seconds};
use live_query::{
    Effect, Event, Failure, Fraction, Health, Machine, Reason, Report, RetryAfter, ServerTime, State,
    Surroundings, Timing, parse_http_date, parse_retry_after,
};

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
        assert_eq!(
            bench.requests_during(seconds(5)),
            1,
            "spread over five seconds, like every common moment"
        );
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
fn early_timer_is_set_again() {
    let mut bench = Bench::live();
    let at = bench.timer.unwrap();
    bench.timer = None;
    bench.send(Event::TimerFired);
    assert_eq!((bench.timer, bench.in_flight), (Some(at), None));
}
