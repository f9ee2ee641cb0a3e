//! How do the inputs become tiles? (metrics: executive overview)

use super::inputs::{
    AccountInputs, Both, ClosedCount, DayCount, DueIn, FinanceSums, FlowInputs, FocusInputs, Kept,
    MarginInputs, OpenGroup, PipelineInputs, ProjectInputs, RunInputs,
};
use super::names::{FigureName as Name, TileKind};
use super::{Compared, LinePoint, Overview, OverviewInputs, Tile, TileFigure};
use crate::clients::ClientsSummary;
use crate::finance::{Cash, Day, Movements, OutlookInputs, Receivables, Window};
use crate::kernel::figure::{BASIS_POINTS, Figure, Unavailable, ratio_or};
use crate::kernel::money::Money;
use crate::pipeline::{
    AlertKind, AlertSeverity, COMMIT_PROBABILITY, Cycle, Rate, Scenario, UPSIDE_PROBABILITY, WinCount,
    close_alert, coverage_alert, held_against, stalled_alert, variance_alert, weighted,
};
use jiff::civil::Date;

impl OverviewInputs {
    /// The overview.
    #[must_use]
    pub fn overview(self) -> Overview {
        let Self { as_of, window, whole, .. } = self;
        let part = Part { whole };
        let mut tiles = Vec::with_capacity(TileKind::ALL.len());
        if let Some(finance) = &self.finance {
            let before = self.kept.finance_before.as_ref();
            tiles.extend([
                recurring_revenue(finance, as_of, window),
                movement(finance, window),
                against(retention(finance, as_of, window), self.kept.finance_quarter_ago.as_ref()),
                cash(finance.account.as_ref(), as_of, window),
                against(receivables(finance), before),
                billed(finance.flows, window),
            ]);
            tiles.extend(self.margin.as_ref().map(|sums| margin(sums, window)));
        }
        let kept = &self.kept;
        let portfolio_before = kept.portfolio_month_ago.as_ref();
        tiles.extend([
            against(open_pipeline(&self.pipeline), kept.pipeline_before.as_ref()),
            against(forecast(&self.pipeline, part), kept.pipeline_week_ago.as_ref()),
            win_rate(&self.pipeline.closed, window),
            alerts(&self.pipeline, part),
            against(portfolio_health(&self.portfolio), portfolio_before),
            against(churn_risk(&self.portfolio), portfolio_before),
            reviews(&self.portfolio),
            delivery(self.work.projects),
            price_realisation(self.work.prices.list, &self.work.prices.realised),
            part.tile(agents(&self.work.agent_runs, window)),
            part.tile(focus(&self.work.focus, window)),
            part.tile(connections(&self)),
        ]);
        Overview { as_of, window, whole, tiles, news: self.news }
    }
}

/// How much of the organization is looked at? What belongs to no client is told of the whole only.
#[derive(Clone, Copy)]
struct Part {
    whole: bool,
}

impl Part {
    fn figure<T>(self, figure: Figure<T>) -> Figure<T> {
        if self.whole { figure } else { Figure::missing(Unavailable::NotSplit) }
    }

    fn tile(self, tile: Tile) -> Tile {
        if self.whole { tile } else { not_split(tile.kind, tile.figures.iter().map(|figure| figure.name)) }
    }
}

/// A tile of a part, when its figures are of the whole only.
fn not_split(kind: TileKind, names: impl IntoIterator<Item = Name>) -> Tile {
    tile(kind, names.into_iter().map(|name| (name, Figure::missing(Unavailable::NotSplit))))
}

/// A tile whose figures are held against nothing yet.
fn tile(kind: TileKind, figures: impl IntoIterator<Item = (Name, Figure<i64>)>) -> Tile {
    let figures = figures.into_iter().map(|(name, now)| TileFigure { name, now, before: None }).collect();
    Tile { kind, figures, line: Vec::new(), compared: None, oldest_sync: None }
}

/// A tile whose figures are held against the window before.
fn beside(
    kind: TileKind,
    window: Window,
    figures: impl IntoIterator<Item = (Name, Figure<i64>, Figure<i64>)>,
) -> Tile {
    let figures = figures.into_iter();
    let figures = figures.map(|(name, now, before)| TileFigure { name, now, before: Some(before) });
    Tile {
        figures: figures.collect(),
        compared: Some(Compared { from: Some(window.previous_from), to: window.previous_to }),
        ..tile(kind, [])
    }
}

/// The tile, held against a snapshot where there is one.
fn against(mut tile: Tile, kept: Option<&Kept>) -> Tile {
    if let Some(kept) = kept {
        for figure in &mut tile.figures {
            figure.before = Some(kept.figure(figure.name));
        }
        tile.compared = Some(Compared { from: None, to: kept.snapshot_date });
    }
    tile
}

const fn money(amount: Money) -> Figure<i64> {
    Figure::known(amount.minor())
}

fn minor(amount: Figure<Money>) -> Figure<i64> {
    amount.map(Money::minor)
}

fn count(count: u32) -> Figure<i64> {
    Figure::known(i64::from(count))
}

fn score(mean: Option<u8>) -> Figure<i64> {
    mean.map_or(Figure::missing(Unavailable::NoRows), |mean| Figure::known(i64::from(mean)))
}

fn recurring_revenue(finance: &FinanceSums, as_of: Date, window: Window) -> Tile {
    let inputs = &finance.recurring;
    let recurring = inputs.recurring(as_of);
    let mut tile = tile(
        TileKind::RecurringRevenue,
        [
            (Name::Mrr, minor(recurring.mrr)),
            (Name::Arr, minor(recurring.arr)),
            (Name::MrrPastDue, money(recurring.past_due)),
        ],
    );
    if let Some(mrr) = tile.figures.first_mut() {
        mrr.before = Some(minor(inputs.mrr(window.previous_to)));
        tile.compared = Some(Compared { from: None, to: window.previous_to });
    }
    let point = |Day(day): Day| LinePoint { day, value: minor(inputs.mrr(day)) };
    tile.line = finance.month_ends.iter().copied().map(point).collect();
    tile
}

fn movement(finance: &FinanceSums, window: Window) -> Tile {
    let now = finance.recurring.movements_of(window.from, window.to);
    let before = finance.recurring.movements_of(window.previous_from, window.previous_to);
    let of = |name, amount: fn(&Movements) -> Money| (name, money(amount(&now)), money(amount(&before)));
    beside(
        TileKind::MrrMovement,
        window,
        [
            of(Name::MrrNetNew, |moved| moved.net_new),
            of(Name::MrrNew, |moved| moved.new),
            of(Name::MrrReactivation, |moved| moved.reactivation),
            of(Name::MrrExpansion, |moved| moved.expansion),
            of(Name::MrrContraction, |moved| moved.contraction),
            of(Name::MrrChurn, |moved| moved.churn),
        ],
    )
}

fn retention(finance: &FinanceSums, as_of: Date, window: Window) -> Tile {
    let stayed = finance.recurring.retention_of_year(as_of);
    tile(
        TileKind::Retention,
        [
            (Name::Nrr, stayed.nrr),
            (Name::Grr, stayed.grr),
            (Name::LogoChurn, finance.recurring.movements_of(window.from, window.to).logo_churn),
        ],
    )
}

fn cash(account: Option<&AccountInputs>, as_of: Date, window: Window) -> Tile {
    let Some(account) = account else {
        return not_split(TileKind::Cash, [Name::Cash, Name::NetBurn, Name::Runway]);
    };
    let cash = Cash::of(as_of, account.now, &account.months, &OutlookInputs::default());
    let runway = match cash.runway.known_or_why() {
        Err(reason) => Figure::missing(reason),
        Ok(runway) => runway
            .tenths
            .map_or(Figure::missing(Unavailable::NotBurning), |tenths| Figure::known(i64::from(tenths))),
    };
    let mut tile = tile(
        TileKind::Cash,
        [(Name::Cash, minor(cash.balance)), (Name::NetBurn, minor(cash.net_burn)), (Name::Runway, runway)],
    );
    if let Some(cash) = tile.figures.first_mut() {
        cash.before = Some(minor(account.now.on(window.previous_to, account.before)));
        tile.compared = Some(Compared { from: None, to: window.previous_to });
    }
    tile
}

fn receivables(finance: &FinanceSums) -> Tile {
    let owed = Receivables::from(finance.receivables);
    let names = [Name::AgingCurrent, Name::Aging30, Name::Aging60, Name::Aging90, Name::Aging91];
    let aging = names.into_iter().zip(owed.aging.buckets().map(money));
    let figures = [(Name::Ar, money(owed.ar)), (Name::ArOverdue, money(owed.overdue)), (Name::Dso, owed.dso)];
    tile(TileKind::Receivables, figures.into_iter().chain(aging))
}

fn billed(flows: Both<FlowInputs>, window: Window) -> Tile {
    let Both { now, before } = flows;
    beside(
        TileKind::Billed,
        window,
        [
            (Name::Billed, money(now.billed), money(before.billed)),
            (Name::Collected, money(now.collected), money(before.collected)),
        ],
    )
}

fn margin(sums: &Both<MarginInputs>, window: Window) -> Tile {
    let left = |sums: MarginInputs, costs: Option<Money>| {
        let Some(costs) = costs else { return Figure::missing(Unavailable::NotSplit) };
        let revenue = i128::from(sums.revenue.minor());
        ratio_or(Unavailable::ZeroDenominator, revenue - i128::from(costs.minor()), revenue, BASIS_POINTS)
    };
    let gross = |sums: MarginInputs| left(sums, sums.cost_of_revenue);
    let net = |sums: MarginInputs| left(sums, sums.spent);
    beside(
        TileKind::Margin,
        window,
        [
            (Name::Revenue, money(sums.now.revenue), money(sums.before.revenue)),
            (Name::GrossMargin, gross(sums.now), gross(sums.before)),
            (Name::NetMargin, net(sums.now), net(sums.before)),
        ],
    )
}

fn open_pipeline(pipeline: &PipelineInputs) -> Tile {
    tile(
        TileKind::OpenPipeline,
        [
            (Name::OpenValue, money(pipeline.open.iter().map(|group| group.amount).sum())),
            (Name::OpenCount, count(pipeline.open.iter().map(|group| group.count).sum())),
            (Name::OpenWeighted, money(weighted(pipeline.open.iter().map(parts)))),
        ],
    )
}

const fn parts(group: &OpenGroup) -> (Money, u8) {
    (group.amount, group.probability)
}

/// The scenarios of the quarter: commit, upside, best case, and coverage.
struct Held {
    commit: Scenario,
    upside: Scenario,
    best: Scenario,
    period: Money,
}

impl PipelineInputs {
    fn held(&self) -> Held {
        let from = |least: u8| -> Money {
            let period = self.open.iter().filter(|group| group.due == DueIn::Period);
            period.filter(|group| group.probability >= least).map(|group| group.amount).sum()
        };
        let scenario = |least| Scenario::of(self.won + from(least), self.target);
        Held {
            commit: scenario(COMMIT_PROBABILITY),
            upside: scenario(UPSIDE_PROBABILITY),
            best: scenario(0),
            period: from(0),
        }
    }
}

fn forecast(pipeline: &PipelineInputs, part: Part) -> Tile {
    let held = pipeline.held();
    // Basis points of the target become hundredths of times.
    let coverage = held_against(held.period, pipeline.target)
        .map(|points| crate::kernel::figure::ratio(i128::from(points), 100, 1));
    tile(
        TileKind::Forecast,
        [
            (Name::Commit, money(held.commit.amount)),
            (Name::Variance, part.figure(minor(held.commit.variance))),
            (Name::Coverage, part.figure(coverage)),
            (Name::Won, money(pipeline.won)),
            (Name::Upside, money(held.upside.amount)),
            (Name::Best, money(held.best.amount)),
        ],
    )
}

fn win_rate(closed: &Both<ClosedCount>, window: Window) -> Tile {
    let rate =
        |count: &ClosedCount| Rate::of_count(WinCount { won: count.won, closed: count.won + count.lost }, 1);
    let cycle = |count: &ClosedCount| Cycle::of(count.cycle_days.clone()).median;
    beside(
        TileKind::WinRate,
        window,
        [
            (Name::WinRate, rate(&closed.now).rate, rate(&closed.before).rate),
            (Name::SalesCycleDays, cycle(&closed.now), cycle(&closed.before)),
        ],
    )
}

fn alerts(pipeline: &PipelineInputs, part: Part) -> Tile {
    let held = pipeline.held();
    let of_target = pipeline.target.into_iter().flat_map(|target| {
        let coverage = coverage_alert(held.period, target).map(|severity| (AlertKind::Coverage, severity, 1));
        let variance =
            variance_alert(held.commit.amount, target).map(|severity| (AlertKind::Variance, severity, 1));
        coverage.into_iter().chain(variance)
    });
    let stalled = pipeline.in_stage.iter().filter_map(|DayCount { days, count }| {
        let severity = stalled_alert(u32::try_from(*days).unwrap_or_default())?;
        Some((AlertKind::Stalled, severity, *count))
    });
    let closing = pipeline.to_close.iter().filter_map(|DayCount { days, count }| {
        close_alert(*days).map(|(kind, severity)| (kind, severity, *count))
    });
    let raised: Vec<(AlertKind, AlertSeverity, u32)> = of_target.chain(stalled).chain(closing).collect();
    let sum = |keep: &dyn Fn(AlertKind, AlertSeverity) -> bool| {
        count(
            raised.iter().filter(|(kind, severity, _)| keep(*kind, *severity)).map(|(.., count)| count).sum(),
        )
    };
    let of_kind = |kind| sum(&|other, _| other == kind);
    tile(
        TileKind::Alerts,
        [
            (Name::AlertsCritical, sum(&|_, severity| severity == AlertSeverity::Critical)),
            (Name::AlertsWarning, sum(&|_, severity| severity == AlertSeverity::Warning)),
            (Name::AlertsOverdue, of_kind(AlertKind::Overdue)),
            (Name::AlertsStalled, of_kind(AlertKind::Stalled)),
            (Name::AlertsExpiring, of_kind(AlertKind::Expiring)),
            (Name::AlertsCoverage, part.figure(of_kind(AlertKind::Coverage))),
            (Name::AlertsVariance, part.figure(of_kind(AlertKind::Variance))),
        ],
    )
}

fn portfolio_health(portfolio: &ClientsSummary) -> Tile {
    tile(
        TileKind::PortfolioHealth,
        [
            (Name::Trs, score(portfolio.portfolio_trs)),
            (Name::AverageHealth, score(portfolio.average_health)),
            (Name::ActiveClients, count(portfolio.active)),
            (Name::Unscored, count(portfolio.unscored)),
            (Name::HealthHealthy, count(portfolio.health_healthy)),
            (Name::HealthWatch, count(portfolio.health_watch)),
            (Name::HealthCritical, count(portfolio.health_critical)),
        ],
    )
}

fn churn_risk(portfolio: &ClientsSummary) -> Tile {
    tile(
        TileKind::ChurnRisk,
        [
            (Name::AtRisk, count(portfolio.churn_at_risk)),
            (Name::Critical, count(portfolio.churn_critical)),
            (Name::Watch, count(portfolio.churn_watch)),
            (Name::ArrAtRisk, money(portfolio.arr_at_risk)),
        ],
    )
}

fn reviews(portfolio: &ClientsSummary) -> Tile {
    tile(
        TileKind::Reviews,
        [
            (Name::QbrOverdue, count(portfolio.qbr_overdue)),
            (Name::Qbr30, count(portfolio.qbr_30)),
            (Name::Qbr60, count(portfolio.qbr_60)),
            (Name::Qbr90, count(portfolio.qbr_90)),
        ],
    )
}

fn delivery(projects: ProjectInputs) -> Tile {
    let any = |counted: Figure<i64>| {
        if projects.total > 0 { counted } else { Figure::missing(Unavailable::NoRows) }
    };
    let (spent, budget) = (i128::from(projects.spent.minor()), i128::from(projects.budget.minor()));
    tile(
        TileKind::Delivery,
        [
            (Name::ProjectsActive, any(count(projects.green + projects.yellow + projects.red))),
            (Name::ProjectsGreen, any(count(projects.green))),
            (Name::ProjectsYellow, any(count(projects.yellow))),
            (Name::ProjectsRed, any(count(projects.red))),
            (Name::ProjectsOverdue, any(count(projects.overdue))),
            (Name::BudgetUse, ratio_or(Unavailable::ZeroDenominator, spent, budget, BASIS_POINTS)),
        ],
    )
}

fn price_realisation(list: Money, realised: &str) -> Tile {
    // Hundredths of a percent of cents: a whole has 10,000 of them, as basis points do.
    let whole = i128::from(list.minor()) * BASIS_POINTS;
    let share = match realised.parse::<i128>() {
        Ok(realised) => ratio_or(Unavailable::ZeroDenominator, realised, whole, BASIS_POINTS),
        Err(_) => Figure::missing(Unavailable::NoRows),
    };
    tile(TileKind::PriceRealisation, [(Name::PriceRealisation, share)])
}

fn agents(runs: &Both<RunInputs>, window: Window) -> Tile {
    let success = |runs: &RunInputs| {
        let (succeeded, failed) = (i128::from(runs.succeeded), i128::from(runs.failed));
        ratio_or(Unavailable::NoRows, succeeded, succeeded + failed, BASIS_POINTS)
    };
    let of = |name, part: fn(&RunInputs) -> u32| (name, count(part(&runs.now)), count(part(&runs.before)));
    beside(
        TileKind::Agents,
        window,
        [
            (Name::SuccessRate, success(&runs.now), success(&runs.before)),
            of(Name::RunsSucceeded, |runs| runs.succeeded),
            of(Name::RunsFailed, |runs| runs.failed),
            of(Name::RunsOpen, |runs| runs.open),
            of(Name::RunsCancelled, |runs| runs.cancelled),
            of(Name::Flagged, |runs| runs.flagged),
        ],
    )
}

fn focus(own: &Both<FocusInputs>, window: Window) -> Tile {
    // Whole minutes, cut off.
    let minutes = |own: &FocusInputs| Figure::known(i64::try_from(own.seconds / 60).unwrap_or(i64::MAX));
    let of = |name, part: fn(&FocusInputs) -> u32| (name, count(part(&own.now)), count(part(&own.before)));
    beside(
        TileKind::Focus,
        window,
        [
            (Name::FocusMinutes, minutes(&own.now), minutes(&own.before)),
            of(Name::PrioritiesDone, |own| own.done),
            of(Name::Priorities, |own| own.priorities),
        ],
    )
}

fn connections(inputs: &OverviewInputs) -> Tile {
    let accounts = inputs.work.connections;
    let any = accounts.connected + accounts.degraded + accounts.needs_reauth + accounts.disconnected > 0;
    let of = |number| if any { count(number) } else { Figure::missing(Unavailable::NotConnected) };
    Tile {
        oldest_sync: accounts.oldest_sync,
        ..tile(
            TileKind::Connections,
            [
                (Name::Connected, of(accounts.connected)),
                (Name::Degraded, of(accounts.degraded)),
                (Name::NeedsReauth, of(accounts.needs_reauth)),
                (Name::Disconnected, of(accounts.disconnected)),
            ],
        )
    }
}
