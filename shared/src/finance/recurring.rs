//! What comes in again and again, how did it move, and who stayed? (metrics: recurring revenue)

use super::inputs::{ClientRevenue, Day, RecurringInputs};
use crate::kernel::figure::{BASIS_POINTS, Figure, Unavailable, ratio_or};
use crate::kernel::instants::days_after;
use crate::kernel::money::Money;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Recurring revenue on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// Monthly recurring revenue in force, past due included.
    pub mrr: Figure<Money>,
    /// Annual recurring revenue; contracts by the year at their value.
    pub arr: Figure<Money>,
    /// The part of MRR that is past due.
    pub past_due: Money,
    /// Clients with MRR.
    pub clients: u32,
    /// MRR ÷ clients with MRR.
    pub arpa: Figure<Money>,
    /// Subscriptions on trial, outside MRR.
    pub trials: u32,
    /// What they would bring by the month.
    pub trial_mrr: Money,
}

/// Why MRR is another than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movements {
    /// At the end of the day before the window.
    pub start: Money,
    /// Of clients that never counted before.
    pub new: Money,
    /// Of clients that had left.
    pub reactivation: Money,
    /// More from clients that stayed.
    pub expansion: Money,
    /// Less from clients that stayed; a positive amount.
    pub contraction: Money,
    /// Of clients that left; a positive amount.
    pub churn: Money,
    /// New + reactivation + expansion − contraction − churn = end − start.
    pub net_new: Money,
    /// On the last day of the window.
    pub end: Money,
    /// Clients that left ÷ clients at the start, in basis points.
    pub logo_churn: Figure<i64>,
}

/// What the clients of 12 months ago bring today, in basis points of what they brought then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Net: Σ today ÷ Σ then.
    pub nrr: Figure<i64>,
    /// Gross: Σ of the smaller ÷ Σ then; never above 100 %.
    pub grr: Figure<i64>,
}

impl Movements {
    const NONE: Self = Self {
        start: Money::ZERO,
        new: Money::ZERO,
        reactivation: Money::ZERO,
        expansion: Money::ZERO,
        contraction: Money::ZERO,
        churn: Money::ZERO,
        net_new: Money::ZERO,
        end: Money::ZERO,
        logo_churn: Figure::missing(Unavailable::NoCohort),
    };
}

impl RecurringInputs {
    /// Recurring revenue on the last of the days.
    #[must_use]
    pub fn recurring(&self, as_of: Date) -> Recurring {
        let place = self.place(as_of);
        let of = |list: fn(&ClientRevenue) -> &[Money]| {
            let amounts = self.clients.iter().map(|client| at(list(client), place));
            self.ever(amounts.sum())
        };
        let mrr = of(|client| &client.mrr);
        let clients = self.clients.iter().filter(|client| at(&client.mrr, place) > Money::ZERO).count();
        let clients = u32::try_from(clients).unwrap_or(u32::MAX);
        let arpa = match mrr.value() {
            Some(mrr) if clients > 0 => Figure::known(Money::of_fraction(mrr.minor().into(), clients)),
            _ => Figure::missing(Unavailable::NoRows),
        };
        Recurring {
            mrr,
            arr: of(|client| &client.arr),
            past_due: self.past_due,
            clients,
            arpa,
            trials: self.trials,
            trial_mrr: self.trial_mrr,
        }
    }

    /// MRR at the end of one of the days; missing when there never was a subscription.
    #[must_use]
    pub fn mrr(&self, day: Date) -> Figure<Money> {
        let place = self.place(day);
        self.ever(self.clients.iter().map(|client| at(&client.mrr, place)).sum())
    }

    /// How MRR moved from the end of the day before `from` to the end of `to`, both of them among the days.
    #[must_use]
    pub fn movements_of(&self, from: Date, to: Date) -> Movements {
        self.movements(days_after(from, -1), to)
    }

    /// How MRR moved from the end of `d0` to the end of `d1`, both of them among the days.
    #[must_use]
    pub fn movements(&self, d0: Date, d1: Date) -> Movements {
        let (from, to) = (self.place(d0), self.place(d1));
        let mut moved = Movements::NONE;
        let (mut lost, mut were) = (0_i128, 0_i128);
        for client in &self.clients {
            let (a, b) = (at(&client.mrr, from), at(&client.mrr, to));
            let part = Money::from_minor((b.minor() - a.minor()).abs());
            moved.start = moved.start + a;
            moved.end = moved.end + b;
            were += i128::from(a > Money::ZERO);
            let kind = match (a > Money::ZERO, b > Money::ZERO) {
                (false, true) if client.first_counted_on.is_some_and(|day| day <= d0) => {
                    &mut moved.reactivation
                }
                (false, true) => &mut moved.new,
                (true, false) => {
                    lost += 1;
                    &mut moved.churn
                }
                (true, true) if b > a => &mut moved.expansion,
                (true, true) => &mut moved.contraction,
                (false, false) => continue,
            };
            *kind = *kind + part;
        }
        moved.net_new = Money::from_minor(
            moved.new.minor() + moved.reactivation.minor() + moved.expansion.minor()
                - moved.contraction.minor()
                - moved.churn.minor(),
        );
        moved.logo_churn = ratio_or(Unavailable::NoCohort, lost, were, BASIS_POINTS);
        moved
    }

    /// What the clients with revenue on `then` bring on `now`, both of them among the days.
    #[must_use]
    pub fn retention(&self, then: Date, now: Date) -> Retention {
        let (from, to) = (self.place(then), self.place(now));
        let (mut before, mut after, mut kept) = (0_i128, 0_i128, 0_i128);
        for client in &self.clients {
            let (a, b) = (at(&client.mrr, from), at(&client.mrr, to));
            if a > Money::ZERO {
                before += i128::from(a.minor());
                after += i128::from(b.minor());
                kept += i128::from(a.min(b).minor());
            }
        }
        let of = |part| ratio_or(Unavailable::NoCohort, part, before, BASIS_POINTS);
        Retention { nrr: of(after), grr: of(kept) }
    }

    /// What the clients of a year ago bring today, the year ago one of the days.
    #[must_use]
    pub fn retention_of_year(&self, as_of: Date) -> Retention {
        self.retention(as_of.saturating_sub(1.year()), as_of)
    }

    fn ever(&self, amount: Money) -> Figure<Money> {
        if self.subscriptions == 0 { Figure::missing(Unavailable::NoRows) } else { Figure::known(amount) }
    }

    fn place(&self, day: Date) -> Option<usize> {
        self.days.binary_search(&Day(day)).ok()
    }
}

fn at(amounts: &[Money], place: Option<usize>) -> Money {
    place.and_then(|place| amounts.get(place)).copied().unwrap_or(Money::ZERO)
}
