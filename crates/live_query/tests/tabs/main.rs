//! Do several pages of one person poll once, and hear the same? A browser on a virtual clock, compared with a model.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;
mod world;

use live_query::{Event, Fraction, Health, Reason};
use proptest::prelude::*;
use world::Browser;

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn several_pages_agree_with_the_model_on_random_traces(
        steps in proptest::collection::vec((0..53_u8, any::<u32>(), any::<u32>()), 1..45),
    ) {
        let mut browser = Browser::new();
        browser.open(0, true, Fraction::HALF);
        for (kind, amount, random) in &steps {
            browser.step(*kind, *amount, Fraction(*random));
        }
        // Whatever happened: when all is well again, all pages come to hold the newest rows.
        browser.connect(true, Fraction::HALF);
        for tab in 0..browser.tabs.len() {
            if browser.tabs[tab].open {
                browser.show(tab, true, Fraction::HALF);
            }
        }
        // The longest wait: a backoff, and whoever should have asked is overdue.
        browser.work(150, Fraction::HALF);
        browser.started = [0, 0];
        browser.work(180, Fraction::HALF);
        for person in [0, 1] {
            let denied = |tab: &usize| matches!(browser.tabs[*tab].machine.view().health, Health::Denied(_));
            let live: Vec<_> = browser.live(person).into_iter().filter(|tab| !denied(tab)).collect();
            for tab in &live {
                let machine = &browser.tabs[*tab].machine;
                prop_assert_eq!(machine.view().data.map(Vec::len), Some(browser.version[person] as usize));
                prop_assert_eq!(machine.view().health, Health::Ok);
            }
            let polls = browser.started[person];
            prop_assert!(polls <= 4, "{} pages polled {} times in three minutes", live.len(), polls);
            prop_assert!(live.is_empty() || polls >= 2, "nobody polls");
            let turns = live.iter().filter(|tab| browser.tabs[**tab].machine.has_turn()).count();
            prop_assert!(turns <= 1, "{} pages have the turn", turns);
        }
    }
}

fn two_pages() -> (Browser, usize, usize) {
    let mut browser = Browser::new();
    let first = browser.open(0, true, Fraction::HALF);
    browser.answer(first, false, Fraction::HALF);
    let second = browser.open(0, true, Fraction::HALF);
    browser.answer(second, false, Fraction::HALF);
    browser.pass(0, Fraction::HALF);
    browser.started = [0, 0];
    (browser, first, second)
}

// L30
#[test]
fn two_pages_in_ten_minutes_ask_ten_times() {
    let (mut browser, first, second) = two_pages();
    browser.work(600, Fraction::HALF);
    assert!((9..=11).contains(&browser.started[0]), "{}", browser.started[0]);
    assert!(browser.tabs[first].machine.has_turn() && !browser.tabs[second].machine.has_turn());
}

// L16
#[test]
fn whoever_is_hidden_or_closed_hands_the_turn_on_at_once() {
    for close in [false, true] {
        let (mut browser, first, second) = two_pages();
        if close {
            browser.close(first, Fraction::HALF);
        } else {
            browser.show(first, false, Fraction::HALF);
        }
        assert!(browser.tabs[second].machine.has_turn());
        browser.work(70, Fraction::HALF);
        assert_eq!(browser.started[0], 1, "and the next poll comes when it was due");
    }
}

#[test]
fn a_hidden_page_hears_the_rows_and_asks_nothing_on_return() {
    let (mut browser, first, second) = two_pages();
    browser.show(second, false, Fraction::HALF);
    browser.version[0] = 4;
    browser.work(65, Fraction::HALF);
    assert_eq!(browser.tabs[second].machine.view().data.map(Vec::len), Some(4));
    browser.show(second, true, Fraction::HALF);
    browser.work(1, Fraction::HALF);
    assert_eq!(browser.started[0], 1, "only the page with the turn has asked");
    assert!(browser.tabs[first].machine.has_turn());
}

#[test]
fn whoever_waits_asks_when_the_turn_is_overdue() {
    let (mut browser, first, second) = two_pages();
    // The page with the turn stands still: its timers do not fire, and it keeps the lock.
    browser.tabs[first].timer = None;
    browser.pass(60_000 + 11_000, Fraction::HALF);
    assert_eq!(browser.started[0], 0);
    browser.pass(2_000, Fraction::HALF);
    assert!(browser.tabs[second].asking.is_some());
}

#[test]
fn both_pages_tell_the_same_next_try_in_an_outage() {
    let (mut browser, first, second) = two_pages();
    browser.asked(first, Event::Refresh, Fraction::HALF);
    browser.fail(first, Reason::UpstreamUnavailable, Fraction::ONE);
    browser.deliver(Fraction::ZERO);
    let next = |tab: usize| browser.tabs[tab].machine.view().health.next_try();
    assert!(next(first).is_some());
    assert_eq!(next(first), next(second));
}

#[test]
fn an_answer_that_was_overtaken_by_another_page_changes_nothing() {
    for version in [1, 3] {
        let (mut browser, first, second) = two_pages();
        browser.pass(1_000, Fraction::HALF);
        browser.version[0] = version;
        browser.asked(first, Event::Refresh, Fraction::HALF);
        browser.pass(1_000, Fraction::HALF);
        browser.version[0] = 5;
        browser.asked(second, Event::Refresh, Fraction::HALF);
        browser.answer(second, false, Fraction::HALF);
        browser.deliver(Fraction::HALF);
        // What the first page asked for was read before that.
        let before = browser.tabs[first].machine.view().as_of;
        browser.answer(first, true, Fraction::HALF);
        let view = browser.tabs[first].machine.view();
        assert_eq!((view.data.map(Vec::len), view.as_of, view.refreshing), (Some(5), before, false));
    }
}

#[test]
fn unchanged_is_said_of_the_rows_that_were_asked_about() {
    let (mut browser, first, second) = two_pages();
    browser.pass(2_000, Fraction::HALF);
    // The first asks about version 1, and hears version 2 before it is answered; then 2 is taken back.
    browser.asked(first, Event::Refresh, Fraction::HALF);
    browser.version[0] = 2;
    browser.pass(100, Fraction::HALF);
    browser.asked(second, Event::Refresh, Fraction::HALF);
    browser.answer(second, false, Fraction::HALF);
    browser.deliver(Fraction::HALF);
    browser.pass(100, Fraction::HALF);
    browser.version[0] = 1;
    browser.answer(first, false, Fraction::HALF);
    assert!(browser.tabs[first].asking.is_some(), "asked again, about what is held now");
    browser.answer(first, false, Fraction::HALF);
    assert_eq!(browser.tabs[first].machine.view().data.map(Vec::len), Some(1));
}

#[test]
fn people_never_share() {
    let (mut browser, first, _) = two_pages();
    let other = browser.open(1, true, Fraction::HALF);
    browser.fail(other, Reason::Forbidden, Fraction::HALF);
    browser.version = [7, 8];
    browser.work(70, Fraction::HALF);
    assert_eq!(browser.tabs[first].machine.view().data.map(Vec::len), Some(7));
    assert_eq!(browser.tabs[other].machine.view().data, None);
    assert!(browser.tabs[first].machine.has_turn() && browser.tabs[other].machine.has_turn());
}
