//! How much cash is there, how fast does it go, and how long does it last? (metrics: cash)

use super::inputs::{CashInputs, MonthInputs, OutlookInputs};
use crate::kernel::figure::{Figure, Unavailable};
use crate::kernel::fiscal::first_of_month;
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The full months that burn is the mean of.
const BURN_MONTHS: i16 = 3;
/// Runway is told in tenths of a month.
const TENTHS: i128 = 10;

/// The account on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cash {
    /// Σ inflow − Σ outflow.
    pub balance: Figure<Money>,
    /// Mean of outflow − inflow of the last three full months, at least 0; by the month.
    pub net_burn: Figure<Money>,
    /// How long the cash lasts at that rate.
    pub runway: Figure<Runway>,
    /// What came in and went out, by month, oldest first; the last one is not over.
    pub months: Vec<CashMonth>,
    /// What the next months bring as far as it is known, or why nobody can say.
    pub outlook: Figure<Vec<OutlookMonth>>,
    /// The mean of recurring expenses that the outlook goes by, by the month.
    pub recurring_mean: Money,
}

/// Months until the cash is gone, in tenths, cut off; none while no cash is burnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runway {
    /// Tenths of a month.
    pub tenths: Option<u32>,
}

/// What came in and went out in a month, without an opening balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashMonth {
    /// Its first day.
    #[serde(with = "crate::kernel::instants::day")]
    pub month: Date,
    /// Σ inflow.
    pub cash_in: Money,
    /// Σ outflow.
    pub cash_out: Money,
}

/// What a month to come brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookMonth {
    /// The first day that counts.
    #[serde(with = "crate::kernel::instants::day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub to: Date,
    /// Balances of sent invoices due in it.
    pub due: Money,
    /// Renewals in it that no invoice asks for yet.
    pub renewals: Money,
    /// Approved expenses dated in it that are not paid.
    pub unpaid_expenses: Money,
    /// What recurring expenses usually take, less what is entered already.
    pub recurring: Money,
    /// What is left at its end; rounded once, so not always the sum of what is shown.
    pub end: Money,
}

impl CashInputs {
    /// The balance of a day; missing before the first entry.
    pub(crate) fn on(&self, day: Date, balance: Money) -> Figure<Money> {
        match self.first_entry_on {
            Some(first) if first <= day => Figure::known(balance),
            _ => Figure::missing(Unavailable::NoRows),
        }
    }
}

impl Cash {
    /// The account on `as_of`.
    #[must_use]
    pub fn of(as_of: Date, cash: CashInputs, months: &[MonthInputs], outlook: &OutlookInputs) -> Self {
        let balance = cash.on(as_of, cash.balance);
        let burnt = balance.known_or_why().copied().and_then(|_| burnt(as_of, cash, months));
        let figure = |burnt: Result<i128, Unavailable>| burnt.map_or_else(Figure::missing, Figure::known);
        Self {
            balance,
            net_burn: figure(burnt).map(|burnt| Money::of_fraction(burnt, BURN_MONTHS.unsigned_abs().into())),
            runway: figure(burnt).map(|burnt| runway(cash.balance, burnt)),
            months: months
                .iter()
                .map(|month| CashMonth {
                    month: month.month,
                    cash_in: month.cash_in,
                    cash_out: month.cash_out,
                })
                .collect(),
            outlook: figure(burnt).map(|_| outlook_of(cash.balance, outlook)),
            recurring_mean: Money::of_fraction(outlook.recurring_paid_3_months.minor().into(), 3),
        }
    }
}

/// What went out beyond what came in over the three full months before `as_of`, at least 0. Not divided, so that
/// nothing is rounded twice.
fn burnt(as_of: Date, cash: CashInputs, months: &[MonthInputs]) -> Result<i128, Unavailable> {
    let (start, end) = (first_of_month(as_of, -BURN_MONTHS), first_of_month(as_of, 0));
    if cash.first_entry_on.is_none_or(|first| first > start) {
        return Err(Unavailable::InsufficientHistory);
    }
    let full: Vec<_> = months.iter().filter(|month| (start..end).contains(&month.month)).collect();
    if full.len() != usize::from(BURN_MONTHS.unsigned_abs()) {
        return Err(Unavailable::InsufficientHistory);
    }
    let net = |month: &&MonthInputs| i128::from(month.cash_out.minor()) - i128::from(month.cash_in.minor());
    Ok(full.iter().map(net).sum::<i128>().max(0))
}

/// Cut off, never rounded: it never says more than there is.
fn runway(cash: Money, burnt: i128) -> Runway {
    let tenths = match (cash.minor(), burnt) {
        (..=0, _) => Some(0),
        (_, 0) => None,
        (cash, burnt) => {
            let tenths = i128::from(cash) * TENTHS * i128::from(BURN_MONTHS) / burnt;
            Some(u32::try_from(tenths).unwrap_or(u32::MAX))
        }
    };
    Runway { tenths }
}

/// In thirds of a minor unit until a month is told, because the mean of three months is one.
fn outlook_of(cash: Money, inputs: &OutlookInputs) -> Vec<OutlookMonth> {
    let mean = i128::from(inputs.recurring_paid_3_months.minor());
    let mut end = i128::from(cash.minor()) * 3;
    let months = inputs.months.iter().map(|month| {
        let recurring = (mean - i128::from(month.recurring_entered.minor()) * 3).max(0);
        let known = i128::from(month.due.minor()) + i128::from(month.renewals.minor())
            - i128::from(month.unpaid_expenses.minor());
        end += known * 3 - recurring;
        OutlookMonth {
            from: month.from,
            to: month.to,
            due: month.due,
            renewals: month.renewals,
            unpaid_expenses: month.unpaid_expenses,
            recurring: Money::of_fraction(recurring, 3),
            end: Money::of_fraction(end, 3),
        }
    });
    months.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finance::inputs::OutlookMonthInputs;
    use jiff::civil::date;
    use proptest::prelude::*;

    const AS_OF: Date = date(2026, 5, 20);

    fn month(month: i8, net: i64) -> MonthInputs {
        let net = Money::from_minor(net);
        MonthInputs {
            month: date(2026, month, 1),
            cash_in: net.max(Money::ZERO),
            cash_out: Money::from_minor(-net.minor()).max(Money::ZERO),
            revenue_subscriptions: Money::ZERO,
            revenue_services: Money::ZERO,
            expenses: std::collections::BTreeMap::new(),
            cost_of_revenue: Money::ZERO,
            unapproved: Money::ZERO,
        }
    }

    fn account(balance: i64, first: Option<Date>, nets: [i64; 3]) -> Cash {
        let inputs = CashInputs { balance: Money::from_minor(balance), first_entry_on: first };
        // The months around do not count: one is too old, one is not over.
        let months = [
            month(1, -999_999_999),
            month(2, nets[0]),
            month(3, nets[1]),
            month(4, nets[2]),
            month(5, 999_999_999),
        ];
        Cash::of(AS_OF, inputs, &months, &OutlookInputs::default())
    }

    const EARLY: Option<Date> = Some(date(2026, 2, 1));

    #[test]
    fn burns_as_the_golden_vector_says() {
        // Golden vector V10.
        let cash = account(36_757_000, EARLY, [-5_903_600, -4_996_800, 4_527_400]);
        assert_eq!(cash.net_burn, Figure::known(Money::from_minor(2_124_333)));
        assert_eq!(cash.runway, Figure::known(Runway { tenths: Some(173) }));
        let saving = account(36_757_000, EARLY, [100, 100, 100]);
        assert_eq!(saving.net_burn, Figure::known(Money::ZERO));
        assert_eq!(saving.runway, Figure::known(Runway { tenths: None }));
        let gone = account(-1_000, EARLY, [-500, -500, -500]);
        assert_eq!(gone.runway, Figure::known(Runway { tenths: Some(0) }));
        let young = account(36_757_000, Some(date(2026, 3, 2)), [0, -1, -1]);
        assert_eq!(young.balance, Figure::known(Money::from_minor(36_757_000)));
        assert_eq!(young.runway, Figure::missing(Unavailable::InsufficientHistory));
        assert_eq!(young.outlook, Figure::missing(Unavailable::InsufficientHistory));
    }

    #[test]
    fn without_entries_there_is_no_cash() {
        let none = account(0, None, [0, 0, 0]);
        assert_eq!(none.balance, Figure::missing(Unavailable::NoRows));
        assert_eq!(none.net_burn, Figure::missing(Unavailable::NoRows));
        let planned = account(0, Some(date(2026, 6, 1)), [0, 0, 0]);
        assert_eq!(planned.balance, Figure::missing(Unavailable::NoRows));
    }

    fn ahead(due: i64, unpaid: i64, entered: i64) -> OutlookMonthInputs {
        OutlookMonthInputs {
            from: date(2026, 6, 1),
            to: date(2026, 6, 30),
            due: Money::from_minor(due),
            renewals: Money::from_minor(1_000),
            unpaid_expenses: Money::from_minor(unpaid),
            recurring_entered: Money::from_minor(entered),
        }
    }

    #[test]
    fn an_outlook_goes_on_from_month_to_month_and_is_rounded_once() {
        let inputs = OutlookInputs {
            recurring_paid_3_months: Money::from_minor(100),
            months: vec![ahead(500, 200, 0), ahead(0, 0, 40), ahead(0, 0, 0)],
        };
        let months = outlook_of(Money::from_minor(10_000), &inputs);
        let seen: Vec<_> = months.iter().map(|month| (month.recurring.minor(), month.end.minor())).collect();
        // 33⅓ a month: 10,000 + 1,300 − 33⅓; + 1,000; + 1,000 − 33⅓.
        assert_eq!(seen, [(33, 11_267), (0, 12_267), (33, 13_233)]);
    }

    proptest! {
        #[test]
        fn the_runway_never_says_more_than_there_is(
            cash in -1_000_000_000_i64..10_000_000_000, nets in proptest::array::uniform3(-1_000_000_000_i64..1_000_000_000)
        ) {
            let account = account(cash, EARLY, nets);
            let burnt = -i128::from(nets.iter().sum::<i64>());
            match account.runway.value().unwrap().tenths {
                None => prop_assert!(burnt <= 0),
                Some(tenths) => {
                    let spent = i128::from(tenths) * burnt;
                    prop_assert!(spent <= i128::from(cash.max(0)) * 30);
                    prop_assert!(cash <= 0 || i128::from(tenths + 1) * burnt > i128::from(cash) * 30);
                }
            }
        }
    }
}
