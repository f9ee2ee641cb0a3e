//! Recurring revenue by the golden vectors, and by what must hold for every history.

use super::inputs::{ClientRevenue, Day, RecurringInputs};
use super::subscription::BillingFrequency::{self, Annual, Monthly, OneTime, Quarterly};
use crate::kernel::figure::{Figure, Unavailable};
use crate::kernel::ids::ClientId;
use crate::kernel::instants::days_after;
use crate::kernel::money::Money;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const AS_OF: Date = date(2026, 5, 20);

/// Whose, how much and how often, from and until which day.
#[derive(Clone, Copy, Debug)]
struct Terms(u128, i64, BillingFrequency, Option<i64>, Option<i64>);

impl Terms {
    fn counts(&self, day: Date) -> bool {
        let reached = |offset: i64| days_after(AS_OF, offset) <= day;
        self.3.is_some_and(reached) && !self.4.is_some_and(reached)
    }
}

/// As the database sums them up.
fn inputs(terms: &[Terms], mut days: Vec<Date>) -> RecurringInputs {
    days.sort_unstable();
    days.dedup();
    let mut ids: Vec<_> = terms.iter().map(|terms| terms.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let client = |id: u128| {
        let own = || terms.iter().filter(move |terms| terms.0 == id);
        let on = |of: fn(BillingFrequency, Money) -> Money| {
            let on = |day: &Date| {
                let counting = own().filter(|terms| terms.counts(*day));
                counting.map(|terms| of(terms.2, Money::from_minor(terms.1))).sum()
            };
            days.iter().map(on).collect()
        };
        ClientRevenue {
            client_id: ClientId(uuid::Uuid::from_u128(id)),
            first_counted_on: own()
                .filter(|terms| terms.4.is_none_or(|end| Some(end) > terms.3))
                .filter_map(|terms| terms.3)
                .min()
                .map(|offset| days_after(AS_OF, offset)),
            mrr: on(BillingFrequency::monthly),
            arr: on(BillingFrequency::annually),
        }
    };
    RecurringInputs {
        subscriptions: terms.len() as u64,
        clients: ids.into_iter().map(client).collect(),
        days: days.into_iter().map(Day).collect(),
        ..RecurringInputs::default()
    }
}

fn golden() -> Vec<Terms> {
    let whole = |client, amount: i64, frequency, from, to| Terms(client, amount * 100, frequency, from, to);
    vec![
        whole(1, 6_800, Monthly, Some(-400), None),
        whole(2, 4_000, Monthly, Some(-500), Some(-120)),
        whole(2, 5_200, Monthly, Some(-120), None),
        whole(3, 96_000, Annual, Some(-380), None),
        whole(4, 12_500, Monthly, Some(-200), None),
        whole(5, 21_000, Quarterly, Some(-450), None),
        whole(6, 3_600, Monthly, Some(-420), Some(-60)),
        whole(6, 2_900, Monthly, Some(-60), None),
        whole(7, 3_400, Monthly, Some(-390), None),
        whole(8, 1_600, Monthly, Some(-150), None),
        whole(9, 180_000, Annual, Some(-75), None),
        whole(9, 1_250, Monthly, Some(-30), None),
        whole(10, 2_400, Monthly, Some(-430), Some(-45)),
        whole(11, 4_500, Monthly, None, None),
    ]
}

const STARTS: [Date; 3] = [date(2026, 3, 31), date(2026, 4, 30), date(2025, 12, 31)];
const YEAR_AGO: Date = date(2025, 5, 20);

#[test]
fn moves_and_stays_as_the_golden_vector_says() {
    // Golden vector V7; the amounts of V6 are tested where they are computed.
    let recurring = inputs(&golden(), [&STARTS[..], &[YEAR_AGO, AS_OF]].concat());
    let today = recurring.recurring(AS_OF);
    assert_eq!(today.mrr, Figure::known(Money::from_minor(6_365_000)));
    assert_eq!(today.arr, Figure::known(Money::from_minor(76_380_000)));
    assert_eq!((today.clients, today.arpa), (9, Figure::known(Money::from_minor(707_222))));

    let moved = |start| {
        let m = recurring.movements(start, AS_OF);
        [m.start, m.new, m.reactivation, m.expansion, m.contraction, m.churn, m.net_new, m.end]
            .map(|amount| amount.minor() / 100)
    };
    assert_eq!(moved(STARTS[0]), [64_800, 0, 0, 1_250, 0, 2_400, -1_150, 63_650]);
    assert_eq!(moved(STARTS[1]), [63_650, 0, 0, 0, 0, 0, 0, 63_650]);
    assert_eq!(moved(STARTS[2]), [49_300, 16_250, 0, 1_200, 700, 2_400, 14_350, 63_650]);
    // One of ten clients of the quarter's start left.
    assert_eq!(recurring.movements(STARTS[0], AS_OF).logo_churn, Figure::known(1_000));

    let kept = recurring.retention(YEAR_AGO, AS_OF);
    assert_eq!((kept.nrr, kept.grr), (Figure::known(9_460), Figure::known(9_119)));
}

#[test]
fn who_comes_back_is_not_new() {
    let terms = [
        Terms(1, 100, Monthly, Some(-90), Some(-60)),
        Terms(1, 300, Monthly, Some(-10), None),
        // Never counted a day.
        Terms(2, 100, Monthly, Some(-90), Some(-90)),
        Terms(2, 500, Monthly, Some(-10), None),
    ];
    let start = days_after(AS_OF, -30);
    let moved = inputs(&terms, vec![start, AS_OF]).movements(start, AS_OF);
    assert_eq!((moved.reactivation.minor(), moved.new.minor()), (300, 500));
    assert_eq!(moved.logo_churn, Figure::missing(Unavailable::NoCohort));
}

#[test]
fn nothing_is_not_zero() {
    let never = inputs(&[], vec![YEAR_AGO, AS_OF]);
    assert_eq!(never.recurring(AS_OF).mrr, Figure::missing(Unavailable::NoRows));
    assert_eq!(never.retention(YEAR_AGO, AS_OF).nrr, Figure::missing(Unavailable::NoCohort));
    let ended = inputs(&[Terms(1, 100, Monthly, Some(-90), Some(-60))], vec![AS_OF]);
    assert_eq!(ended.recurring(AS_OF).mrr, Figure::known(Money::ZERO));
    assert_eq!(ended.recurring(AS_OF).arpa, Figure::missing(Unavailable::NoRows));
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let frequency = prop_oneof![Just(Monthly), Just(Quarterly), Just(Annual), Just(OneTime)];
    (0_u128..5, 0_i64..10_000_000, frequency, -500_i64..10, proptest::option::of(0_i64..400)).prop_map(
        |(client, minor, frequency, from, days)| {
            Terms(client, minor, frequency, Some(from), days.map(|days| from + days))
        },
    )
}

proptest! {
    #[test]
    fn movements_explain_the_difference_exactly(
        terms in proptest::collection::vec(any_terms(), 0..30), from in -400_i64..0, days in 0_i64..300
    ) {
        let (d0, d1) = (days_after(AS_OF, from), days_after(AS_OF, (from + days).min(0)));
        let recurring = inputs(&terms, vec![d0, d1]);
        let moved = recurring.movements(d0, d1);
        prop_assert_eq!(moved.net_new.minor(), moved.end.minor() - moved.start.minor());
        for part in [moved.new, moved.reactivation, moved.expansion, moved.contraction, moved.churn] {
            prop_assert!(part >= Money::ZERO);
        }
        let on = |day| recurring.mrr(day).value().copied().unwrap_or(Money::ZERO);
        prop_assert_eq!((moved.start, moved.end), (on(d0), on(d1)));
    }

    #[test]
    fn gross_retention_is_at_most_the_net_one_and_the_whole(
        terms in proptest::collection::vec(any_terms(), 0..30), from in -400_i64..0
    ) {
        let then = days_after(AS_OF, from);
        let kept = inputs(&terms, vec![then, AS_OF]).retention(then, AS_OF);
        prop_assert_eq!(kept.nrr.value().is_some(), kept.grr.value().is_some());
        if let (Some(net), Some(gross)) = (kept.nrr.value(), kept.grr.value()) {
            prop_assert!(gross <= net && *gross <= 10_000);
        }
    }
}
