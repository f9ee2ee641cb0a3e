//! How will the quarter end? The forecast of the period (metrics: forecast, win rate and cycle).

use super::alert::{Alert, AlertKind, coverage_alert, row_alerts, variance_alert};
use super::opportunity::weighted;
use super::range::{ForecastRange, forecast_range};
use super::row::OpportunityRow;
use super::score::{OWNER_SAMPLE, WinCount, WinRates};
use super::totals::{StageTotal, Total};
use crate::kernel::figure::{BASIS_POINTS, Figure, Unavailable, ratio};
use crate::kernel::fiscal::{FiscalYear, first_of_month};
use crate::kernel::ids::UserId;
use crate::kernel::instants::days_after;
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// From this probability on an opportunity is committed.
pub const COMMIT_PROBABILITY: u8 = 70;
/// From this probability on it is upside.
pub const UPSIDE_PROBABILITY: u8 = 50;
/// The window of win rates and cycle, in days with today.
const YEAR_DAYS: i64 = 365;

/// A won or lost opportunity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedOpportunity {
    /// Who led it.
    pub owner_id: Option<UserId>,
    /// Their name.
    pub owner_name: Option<String>,
    /// Won, and not lost?
    pub won: bool,
    /// What it was worth.
    pub amount: Money,
    /// The day it was won or lost.
    #[serde(with = "crate::kernel::instants::day")]
    pub closed_on: Date,
    /// Whole days from its creation to then.
    pub cycle_days: u32,
}

/// Figures of a forecast that was kept on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierForecast {
    /// The day.
    #[serde(with = "crate::kernel::instants::day")]
    pub snapshot_date: Date,
    /// Σ amount, open.
    pub open_value: Option<Money>,
    /// Σ weighted, open.
    pub open_weighted: Option<Money>,
    /// Won in the quarter.
    pub won: Option<Money>,
    /// Commit.
    pub commit: Option<Money>,
    /// Upside.
    pub upside: Option<Money>,
    /// Best case.
    pub best: Option<Money>,
}

/// What a forecast is computed from, as the database hands it over (`pipeline_forecast`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastMaterial {
    /// The day, in the organization's time zone.
    #[serde(with = "crate::kernel::instants::day")]
    pub as_of: Date,
    /// The month the fiscal year begins with, 1–12.
    pub fiscal_year_start_month: u8,
    /// Sales target of a fiscal quarter; more than zero.
    pub target: Option<Money>,
    /// Of the organization, which bears the target.
    pub version: u32,
    /// All open opportunities.
    pub open: Vec<OpportunityRow>,
    /// Those closed in the last 365 days.
    pub closed: Vec<ClosedOpportunity>,
    /// What they say about winning.
    pub rates: WinRates,
    /// The forecast that was kept last at least 7 days ago.
    pub earlier: Option<EarlierForecast>,
}

/// An amount held against the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// The amount.
    pub amount: Money,
    /// Amount − target.
    pub variance: Figure<Money>,
    /// Amount ÷ target, in basis points.
    pub attainment: Figure<i64>,
}

/// A win rate: won ÷ closed, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Won.
    pub won: u32,
    /// Won or lost.
    pub closed: u32,
    /// Won ÷ closed.
    pub rate: Figure<i64>,
}

/// Days from creation to winning, in tenths of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// The middle one; of an even number the mean of the two in the middle.
    pub median: Figure<i64>,
    /// The mean.
    pub mean: Figure<i64>,
}

/// Open opportunities that are expected in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthTotal {
    /// The first day of the month.
    #[serde(with = "crate::kernel::instants::day")]
    pub month: Date,
    /// What they add up to.
    pub total: Total,
}

/// One person's part of the forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerTotal {
    /// The person; none for what nobody leads.
    pub owner_id: Option<UserId>,
    /// Their name.
    pub owner_name: Option<String>,
    /// All their open opportunities.
    pub open: Total,
    /// Won in the quarter.
    pub won: Money,
    /// Commit of the quarter.
    pub commit: Money,
    /// Their win rate of the last 365 days.
    pub win_rate: Rate,
}

/// The forecast of a quarter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// The first day of the fiscal quarter.
    #[serde(with = "crate::kernel::instants::day")]
    pub quarter_start: Date,
    /// Its last day.
    #[serde(with = "crate::kernel::instants::day")]
    pub quarter_end: Date,
    /// Sales target of the quarter.
    pub target: Option<Money>,
    /// Of the organization, which bears the target.
    pub version: u32,
    /// All open opportunities.
    pub open: Total,
    /// The same by stage; closed stages are empty.
    pub stages: Vec<StageTotal>,
    /// Open ones that are expected by the end of the quarter, also those that are late.
    pub period: Total,
    /// Open ones without a date, which are in no scenario.
    pub undated: Total,
    /// Won in the quarter.
    pub won: Money,
    /// Won, and what is at least 70 % likely.
    pub commit: Scenario,
    /// Won, and what is at least 50 % likely.
    pub upside: Scenario,
    /// Won, and all of the period.
    pub best: Scenario,
    /// Won, and the weighted value of the period.
    pub weighted: Scenario,
    /// Amount of the period ÷ target, in basis points.
    pub coverage: Figure<i64>,
    /// Of the quarter so far.
    pub win_rate: Rate,
    /// Of the last 365 days.
    pub win_rate_year: Rate,
    /// Of the last 365 days.
    pub cycle: Cycle,
    /// Where the quarter will end.
    pub range: ForecastRange,
    /// By the month of the expected close, in order.
    pub months: Vec<MonthTotal>,
    /// By person, the largest open amount first.
    pub owners: Vec<OwnerTotal>,
    /// What to look at, critical ones first.
    pub alerts: Vec<Alert>,
    /// All open opportunities.
    pub rows: Vec<OpportunityRow>,
    /// What their scores are computed with.
    pub rates: WinRates,
    /// The forecast that was kept last at least 7 days ago.
    pub earlier: Option<EarlierForecast>,
}

impl ForecastMaterial {
    /// The forecast.
    #[must_use]
    pub fn forecast(self) -> Forecast {
        let year = FiscalYear { start_month: self.fiscal_year_start_month };
        let (quarter_start, quarter_end) = (year.quarter_start(self.as_of), year.quarter_end(self.as_of));
        let period: Vec<&OpportunityRow> =
            self.open.iter().filter(|row| in_period(row, quarter_end)).collect();
        let quarter = || self.closed.iter().filter(|closed| closed.closed_on >= quarter_start);
        let won: Money = quarter().filter(|closed| closed.won).map(|closed| closed.amount).sum();
        let from = |least: u8| {
            won + period.iter().filter(|row| row.probability >= least).map(|row| row.amount).sum()
        };
        let in_period_total = Total::of(period.iter().copied());
        let commit = from(COMMIT_PROBABILITY);
        let year_start = days_after(self.as_of, 1 - YEAR_DAYS);
        let last_year: Vec<_> = self.closed.iter().filter(|closed| closed.closed_on >= year_start).collect();
        let scenario = |amount| Scenario::of(amount, self.target);
        Forecast {
            quarter_start,
            quarter_end,
            version: self.version,
            open: Total::of(&self.open),
            stages: StageTotal::of(&self.open),
            period: in_period_total,
            undated: Total::of(self.open.iter().filter(|row| row.expected_close_date.is_none())),
            won,
            commit: scenario(commit),
            upside: scenario(from(UPSIDE_PROBABILITY)),
            best: scenario(from(0)),
            weighted: scenario(won + weighted(period.iter().map(|row| (row.amount, row.probability)))),
            coverage: held_against(in_period_total.amount, self.target),
            win_rate: Rate::of(quarter()),
            win_rate_year: Rate::of(last_year.iter().copied()),
            cycle: Cycle::of(
                last_year.iter().filter(|closed| closed.won).map(|closed| closed.cycle_days).collect(),
            ),
            range: forecast_range(won, &period, &self.rates),
            months: months(&self.open),
            owners: self.owners(quarter_start, quarter_end, &last_year),
            alerts: self.alerts(in_period_total.amount, commit),
            target: self.target,
            rows: self.open,
            rates: self.rates,
            earlier: self.earlier,
        }
    }

    fn owners(&self, start: Date, end: Date, last_year: &[&ClosedOpportunity]) -> Vec<OwnerTotal> {
        let quarter = || self.closed.iter().filter(|closed| closed.closed_on >= start);
        let mut people: Vec<(Option<UserId>, Option<&String>)> = Vec::new();
        let named = self.open.iter().map(|row| (row.owner_id, row.owner_name.as_ref()));
        for (id, name) in named.chain(quarter().map(|closed| (closed.owner_id, closed.owner_name.as_ref()))) {
            if people.iter().all(|(known, _)| *known != id) {
                people.push((id, name));
            }
        }
        let mut owners: Vec<OwnerTotal> = people
            .into_iter()
            .map(|(id, name)| {
                let own = || self.open.iter().filter(move |row| row.owner_id == id);
                let won: Money = quarter()
                    .filter(|closed| closed.won && closed.owner_id == id)
                    .map(|closed| closed.amount)
                    .sum();
                let committed =
                    own().filter(|row| in_period(row, end) && row.probability >= COMMIT_PROBABILITY);
                let closed = last_year.iter().copied().filter(|closed| closed.owner_id == id);
                OwnerTotal {
                    owner_id: id,
                    owner_name: name.cloned(),
                    open: Total::of(own()),
                    won,
                    commit: won + committed.map(|row| row.amount).sum(),
                    win_rate: Rate::of_at_least(closed, OWNER_SAMPLE),
                }
            })
            .collect();
        owners.sort_by(|a, b| {
            let equal = || a.owner_name.cmp(&b.owner_name).then_with(|| a.owner_id.cmp(&b.owner_id));
            b.open.amount.cmp(&a.open.amount).then_with(equal)
        });
        owners
    }

    fn alerts(&self, period: Money, commit: Money) -> Vec<Alert> {
        let organization =
            |kind, severity| Alert { kind, severity, opportunity_id: None, name: String::new(), days: None };
        let held = self.target.map(|target| {
            let coverage =
                coverage_alert(period, target).map(|found| organization(AlertKind::Coverage, found));
            let variance =
                variance_alert(commit, target).map(|found| organization(AlertKind::Variance, found));
            coverage.into_iter().chain(variance)
        });
        let rows = self.open.iter().flat_map(|row| row_alerts(row, self.as_of));
        let mut alerts: Vec<Alert> = held.into_iter().flatten().chain(rows).collect();
        alerts.sort_by_key(|alert| (alert.severity, alert.kind));
        alerts
    }
}

/// Open, and expected by the end of the quarter; a day that has passed counts.
fn in_period(row: &OpportunityRow, quarter_end: Date) -> bool {
    row.expected_close_date.is_some_and(|day| day <= quarter_end)
}

fn months(open: &[OpportunityRow]) -> Vec<MonthTotal> {
    let of = |row: &OpportunityRow| row.expected_close_date.map(|day| first_of_month(day, 0));
    let mut months: Vec<Date> = open.iter().filter_map(of).collect();
    months.sort_unstable();
    months.dedup();
    let total =
        |month| MonthTotal { month, total: Total::of(open.iter().filter(|row| of(row) == Some(month))) };
    months.into_iter().map(total).collect()
}

/// Amount ÷ target, in basis points; missing without a target.
#[must_use]
pub fn held_against(amount: Money, target: Option<Money>) -> Figure<i64> {
    target.map_or(Figure::missing(Unavailable::NoTarget), |target| {
        Figure::known(ratio(i128::from(amount.minor()), i128::from(target.minor().max(1)), BASIS_POINTS))
    })
}

impl Scenario {
    /// The amount beside the target.
    #[must_use]
    pub fn of(amount: Money, target: Option<Money>) -> Self {
        let variance = target.map_or(Figure::missing(Unavailable::NoTarget), |target| {
            Figure::known(Money::from_minor(amount.minor() - target.minor()))
        });
        Self { amount, variance, attainment: held_against(amount, target) }
    }
}

impl Rate {
    fn of<'a>(closed: impl Iterator<Item = &'a ClosedOpportunity>) -> Self {
        Self::of_at_least(closed, 1)
    }

    /// Fewer than these say nothing.
    fn of_at_least<'a>(closed: impl Iterator<Item = &'a ClosedOpportunity>, sample: u32) -> Self {
        let count = closed.fold(WinCount::default(), |count, closed| WinCount {
            won: count.won + u32::from(closed.won),
            closed: count.closed + 1,
        });
        Self::of_count(count, sample)
    }

    /// Of so many; fewer than the sample say nothing.
    #[must_use]
    pub fn of_count(WinCount { won, closed }: WinCount, sample: u32) -> Self {
        let rate = match closed {
            0 => Figure::missing(Unavailable::NoRows),
            few if few < sample => Figure::missing(Unavailable::SmallSample),
            _ => Figure::known(ratio(i128::from(won), i128::from(closed), BASIS_POINTS)),
        };
        Self { won, closed, rate }
    }
}

impl Cycle {
    /// Of these numbers of days.
    #[must_use]
    pub fn of(mut days: Vec<u32>) -> Self {
        days.sort_unstable();
        let count = days.len();
        let at = |place: usize| days.get(place).map(|days| i128::from(*days));
        let Some((low, high)) = at((count.max(1) - 1) / 2).zip(at(count / 2)) else {
            let none = Figure::missing(Unavailable::NoRows);
            return Self { median: none, mean: none };
        };
        let sum: i128 = days.iter().map(|days| i128::from(*days)).sum();
        let count = i128::try_from(count).unwrap_or(1);
        Self { median: Figure::known(ratio(low + high, 2, 10)), mean: Figure::known(ratio(sum, count, 10)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::alert::AlertSeverity;
    use super::super::opportunity::Stage;
    use super::super::test_rows::open;
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const AS_OF: Date = date(2026, 5, 20);

    fn money(whole: i64) -> Money {
        Money::from_minor(whole * 100)
    }

    fn closed(won: bool, whole: i64, closed_on: Date, cycle_days: u32) -> ClosedOpportunity {
        ClosedOpportunity {
            owner_id: None,
            owner_name: None,
            won,
            amount: money(whole),
            closed_on,
            cycle_days,
        }
    }

    /// Golden vector V1.
    fn v1() -> ForecastMaterial {
        let rows = [
            (Stage::Prospect, 85_000),
            (Stage::Qualify, 125_000),
            (Stage::Proposal, 178_000),
            (Stage::Negotiation, 96_000),
        ];
        let dated = |(stage, whole): (Stage, i64)| {
            let mut row = open(stage, whole * 100);
            row.expected_close_date = Some(date(2026, 6, 15));
            row
        };
        ForecastMaterial {
            as_of: AS_OF,
            fiscal_year_start_month: 1,
            target: Some(money(1_200_000)),
            version: 1,
            open: rows.into_iter().map(dated).collect(),
            closed: vec![
                closed(true, 210_000, date(2026, 5, 4), 33),
                closed(false, 55_000, date(2026, 5, 6), 20),
            ],
            rates: WinRates::default(),
            earlier: None,
        }
    }

    fn scenario(scenario: Scenario) -> (i64, Option<i64>, Option<i64>) {
        let variance = scenario.variance.value().map(|variance| variance.minor() / 100);
        (scenario.amount.minor() / 100, variance, scenario.attainment.value().copied())
    }

    fn of_organization(forecast: &Forecast) -> Vec<(AlertKind, AlertSeverity)> {
        let own = forecast.alerts.iter().filter(|alert| alert.opportunity_id.is_none());
        own.map(|alert| (alert.kind, alert.severity)).collect()
    }

    #[test]
    fn forecasts_as_the_golden_vector_says() {
        let forecast = v1().forecast();
        assert_eq!((forecast.open.amount, forecast.open.weighted), (money(484_000), money(200_750)));
        assert_eq!(scenario(forecast.commit), (306_000, Some(-894_000), Some(2_550)));
        assert_eq!(scenario(forecast.upside), (484_000, Some(-716_000), Some(4_033)));
        assert_eq!(scenario(forecast.best), (694_000, Some(-506_000), Some(5_783)));
        assert_eq!(forecast.weighted.amount, money(410_750));
        assert_eq!(forecast.coverage.value(), Some(&4_033), "0.40×");
        assert_eq!(forecast.win_rate.rate.value(), Some(&5_000));
        assert_eq!(
            of_organization(&forecast),
            [AlertKind::Coverage, AlertKind::Variance].map(|kind| (kind, AlertSeverity::Critical))
        );
        assert_eq!((forecast.quarter_start, forecast.quarter_end), (date(2026, 4, 1), date(2026, 6, 30)));
    }

    #[test]
    fn an_override_decides() {
        // V1b.
        let mut material = v1();
        (material.open[2].probability, material.open[2].probability_override) = (40, Some(40));
        let forecast = material.forecast();
        assert_eq!((forecast.open.weighted, forecast.weighted.amount), (money(182_950), money(392_950)));
        assert_eq!((forecast.upside.amount, forecast.commit.amount), (money(306_000), money(306_000)));
    }

    #[test]
    fn what_comes_later_is_open_and_in_no_scenario() {
        // V1c, and an undated one.
        let mut material = v1();
        material.open[0].expected_close_date = Some(date(2026, 7, 15));
        let forecast = material.clone().forecast();
        assert_eq!((forecast.open.amount, forecast.best.amount), (money(484_000), money(609_000)));
        assert_eq!(forecast.coverage.value(), Some(&3_325), "0.33×");
        assert_eq!(forecast.months.len(), 2);
        material.open[0].expected_close_date = None;
        let forecast = material.forecast();
        assert_eq!((forecast.undated.count, forecast.undated.amount), (1, money(85_000)));
        assert_eq!(forecast.best.amount, money(609_000));
    }

    #[test]
    fn without_a_target_nothing_is_held_against_it() {
        // V1d.
        let forecast = ForecastMaterial { target: None, ..v1() }.forecast();
        assert_eq!(forecast.coverage.known_or_why(), Err(Unavailable::NoTarget));
        assert_eq!(forecast.commit.variance.known_or_why(), Err(Unavailable::NoTarget));
        assert_eq!(forecast.commit.attainment.known_or_why(), Err(Unavailable::NoTarget));
        assert_eq!(of_organization(&forecast), []);
    }

    #[test]
    fn nothing_at_all_is_zero_and_not_a_rate() {
        // V1e.
        let forecast = ForecastMaterial { open: Vec::new(), closed: Vec::new(), ..v1() }.forecast();
        assert_eq!((forecast.open.amount, forecast.commit.amount), (Money::ZERO, Money::ZERO));
        assert_eq!(forecast.coverage.value(), Some(&0));
        assert_eq!(of_organization(&forecast).len(), 2);
        assert_eq!(forecast.win_rate.rate.known_or_why(), Err(Unavailable::NoRows));
        assert_eq!(forecast.cycle.median.known_or_why(), Err(Unavailable::NoRows));
    }

    #[test]
    fn what_was_lost_adds_to_nothing() {
        // V1f.
        let mut material = v1();
        material.closed[1].amount = money(9_000_000);
        let forecast = material.forecast();
        assert_eq!((forecast.best.amount, forecast.won), (money(694_000), money(210_000)));
    }

    #[test]
    fn the_cycle_is_the_median_of_what_was_won() {
        // V3.
        let cycle = |days: &[u32]| {
            let cycle = Cycle::of(days.to_vec());
            (cycle.median.value().copied(), cycle.mean.value().copied())
        };
        assert_eq!(cycle(&[33, 42, 38, 29, 30]), (Some(330), Some(344)));
        assert_eq!(cycle(&[33, 42, 38, 29, 30, 36]).0, Some(345));
        let seven: Vec<_> = (0..7).map(|at| closed(at < 3, 1, AS_OF, 1)).collect();
        assert_eq!(Rate::of(seven.iter()).rate.value(), Some(&4_286));
        assert_eq!(
            Rate::of_at_least(seven.iter().take(2), 3).rate.known_or_why(),
            Err(Unavailable::SmallSample)
        );
    }

    #[test]
    fn sums_by_month_and_by_person_are_parts_of_the_whole() {
        let mut material = v1();
        material.open[1].owner_id = Some(UserId(uuid::Uuid::from_u128(1)));
        let forecast = material.forecast();
        let owners: Vec<_> = forecast.owners.iter().map(|owner| owner.open.amount).collect();
        assert_eq!(owners, [money(359_000), money(125_000)], "largest first");
        assert_eq!(forecast.owners.iter().map(|owner| owner.commit).sum::<Money>(), forecast.commit.amount);
        assert_eq!(forecast.months[0].total, forecast.period);
    }

    proptest! {
        #[test]
        fn scenarios_are_in_order(
            rows in proptest::collection::vec((0_i64..1_000_000_000, 0_u8..=100, 0_i64..200), 0..30),
            won in 0_i64..1_000_000
        ) {
            let open: Vec<_> = rows.into_iter().map(|(minor, probability, days)| {
                let mut row = open(Stage::Qualify, minor);
                row.probability = probability;
                row.expected_close_date = Some(days_after(AS_OF, days - 50));
                row
            }).collect();
            let closed = vec![closed(true, won, AS_OF, 3)];
            let forecast = ForecastMaterial { open, closed, ..v1() }.forecast();
            prop_assert!(forecast.won <= forecast.commit.amount);
            prop_assert!(forecast.commit.amount <= forecast.upside.amount);
            prop_assert!(forecast.upside.amount <= forecast.best.amount);
            prop_assert!(forecast.weighted.amount <= forecast.best.amount);
            prop_assert!(forecast.open.weighted <= forecast.open.amount);
            prop_assert_eq!(forecast.months.iter().map(|month| month.total.amount).sum::<Money>(), forecast.open.amount);
            prop_assert_eq!(forecast.stages.iter().map(|stage| stage.amount).sum::<Money>(), forecast.open.amount);
        }
    }
}
