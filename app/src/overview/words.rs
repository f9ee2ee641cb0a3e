//! What are tiles and figures called, what are they computed from, and how are their values written?

use crate::shell::{figures, format};
use revos_shared::Money;
use revos_shared::finance::{TimeScope, Window};
use revos_shared::kernel::figure::{BASIS_POINTS, Unavailable, ratio};
use revos_shared::kernel::instants::write_day;
use revos_shared::kernel::limits::WINDOW_DAYS_MAX;
use revos_shared::overview::endpoints::{OverviewQuery, WindowProblem};
use revos_shared::overview::{FigureName, FigureUnit, News, NewsKind, TileFigure, TileKind};

/// The groups of the page with the first tile of each.
pub(super) const GROUPS: [(&str, TileKind); 5] = [
    ("Revenue", TileKind::RecurringRevenue),
    ("Cash", TileKind::Cash),
    ("Pipeline", TileKind::OpenPipeline),
    ("Portfolio", TileKind::PortfolioHealth),
    ("Work", TileKind::Agents),
];

/// The windows, with their words and names.
pub(super) const SCOPES: [(TimeScope, &str, &str); 5] = [
    (TimeScope::Today, "Today", "Today"),
    (TimeScope::Week, "7 days", "The last 7 days"),
    (TimeScope::Month, "Month", "The month to date"),
    (TimeScope::Quarter, "Quarter", "The fiscal quarter to date"),
    (TimeScope::Year, "Year", "The fiscal year to date"),
];

/// The title of a tile.
pub(super) const fn title(kind: TileKind) -> &'static str {
    match kind {
        TileKind::RecurringRevenue => "Recurring revenue",
        TileKind::MrrMovement => "MRR movement",
        TileKind::Retention => "Retention",
        TileKind::Cash => "Cash",
        TileKind::Receivables => "Receivables",
        TileKind::Billed => "Billed and collected",
        TileKind::Margin => "Margin",
        TileKind::OpenPipeline => "Open pipeline",
        TileKind::Forecast => "Forecast against target",
        TileKind::WinRate => "Win rate and cycle",
        TileKind::Alerts => "Pipeline alerts",
        TileKind::PortfolioHealth => "Portfolio health",
        TileKind::ChurnRisk => "Churn risk",
        TileKind::Reviews => "Reviews due",
        TileKind::Delivery => "Delivery",
        TileKind::PriceRealisation => "Price realisation",
        TileKind::Agents => "Agents",
        TileKind::Focus => "My focus",
        TileKind::Connections => "Data freshness",
    }
}

/// What the segment says that stands for days of a person's choice.
pub(super) const CUSTOM: &str = "custom";

/// Why days have no figures.
pub(super) fn window_problem(problem: WindowProblem) -> String {
    match problem {
        WindowProblem::Both | WindowProblem::Half => "Enter the first and the last day.".to_owned(),
        WindowProblem::TooEarly => "The first day is before 1900.".to_owned(),
        WindowProblem::Reversed => "The last day is before the first one.".to_owned(),
        WindowProblem::TooLong => format!("These are more than {WINDOW_DAYS_MAX} days."),
        WindowProblem::InTheFuture => "The last day is still to come.".to_owned(),
    }
}

/// Why there is no figure.
pub(super) fn reason(kind: TileKind, reason: Unavailable) -> String {
    let why = figures::why(reason);
    if reason == Unavailable::NotSplit { format!("{why}: {}", of_the_whole(kind)) } else { why.to_owned() }
}

/// Why a tile has figures of the whole organization only.
const fn of_the_whole(kind: TileKind) -> &'static str {
    match kind {
        TileKind::Cash => "cash entries belong to no client",
        TileKind::Margin => "expenses belong to no client",
        TileKind::Forecast | TileKind::Alerts => "the target is the organization’s",
        TileKind::Focus => "your time belongs to no client",
        TileKind::Connections => "accounts belong to people",
        _ => "runs belong to no client",
    }
}

/// The page with the rows behind a tile, of the same days and clients where that page can tell them apart; none where
/// there is no such page.
pub(super) fn link(kind: TileKind, asked: &OverviewQuery, window: Window) -> Option<String> {
    let page = page_of(kind)?;
    Some(match kind {
        TileKind::Billed => {
            format!("{page}&from={}&to={}", write_day(window.from), write_day(window.to))
        }
        _ => of_clients(page, asked),
    })
}

/// A page of clients, of the clients that are looked at; any other page as it is.
fn of_clients(page: &str, asked: &OverviewQuery) -> String {
    let mut link = page.to_owned();
    if page.starts_with("/clients") {
        let segment = asked.segment.map(|segment| ("segment", segment.to_string()));
        let owner = asked.owner.map(|owner| ("owner", owner.to_string()));
        for (name, value) in segment.into_iter().chain(owner) {
            let mark = if link.contains('?') { '&' } else { '?' };
            link.push_str(&format!("{mark}{name}={value}"));
        }
    }
    link
}

const fn page_of(kind: TileKind) -> Option<&'static str> {
    Some(match kind {
        TileKind::RecurringRevenue
        | TileKind::MrrMovement
        | TileKind::Retention
        | TileKind::Cash
        | TileKind::Margin => "/finance",
        TileKind::Receivables => "/finance?tab=billing&status=sent,overdue",
        TileKind::Billed => "/finance?tab=billing",
        TileKind::OpenPipeline => "/pipeline",
        TileKind::Forecast | TileKind::Alerts => "/pipeline?view=forecast",
        TileKind::WinRate => "/pipeline?view=table&closed=1",
        TileKind::PortfolioHealth | TileKind::Delivery => "/clients?panel=health",
        TileKind::ChurnRisk => "/clients?panel=churn",
        TileKind::Reviews => "/clients?panel=qbr",
        TileKind::PriceRealisation => "/clients",
        TileKind::Agents | TileKind::Focus | TileKind::Connections => return None,
    })
}

/// What a tile is computed from.
pub(super) const fn formula(kind: TileKind) -> &'static str {
    match kind {
        TileKind::RecurringRevenue => {
            "MRR is the monthly value of all subscriptions in force on the day, past-due ones included; ARR takes yearly contracts at their value. Compared with MRR at the end of the window before."
        }
        TileKind::MrrMovement => {
            "Per client, MRR on the last day of the window against the day before it: new and back, more, less, gone. Net new is their sum, and the difference of the two."
        }
        TileKind::Retention => {
            "Of the MRR that clients paid 12 months ago: what the same clients pay today (net), the same without growth (gross). Logo churn: clients that left in the window ÷ clients at its start."
        }
        TileKind::Cash => {
            "All inflows − outflows up to the day. Net burn: mean of outflow − inflow over the last 3 full months, without opening balances. Runway: cash ÷ net burn, cut off to one decimal."
        }
        TileKind::Receivables => {
            "Balances of sent invoices today, by days past their due date. Days sales outstanding: AR × 90 ÷ what was billed in the last 90 days."
        }
        TileKind::Billed => {
            "Totals of sent and paid invoices by issue date; payments not taken back by the day they were received."
        }
        TileKind::Margin => {
            "Revenue: sent and paid invoices, net of tax. Gross margin: revenue − expenses marked as cost of revenue; net margin: revenue − all approved expenses; both ÷ revenue."
        }
        TileKind::OpenPipeline => {
            "All open opportunities. Weighted: amount × probability, rounded once after the sum."
        }
        TileKind::Forecast => {
            "Always the fiscal quarter. Commit, upside and best case: won, and open by the end of the quarter with a probability of at least 70, 50 and 0 %. Coverage: open of the quarter ÷ target. Variance: commit − target."
        }
        TileKind::WinRate => {
            "Won ÷ (won + lost) of what was closed in the window, by count. Cycle: median of days from creation to winning."
        }
        TileKind::Alerts => {
            "Open opportunities past their expected close, closing within 14 days, or 30 days and more in a stage; coverage below 1.80×, commit below the target."
        }
        TileKind::PortfolioHealth => {
            "Active clients. TRS: (health + 100 − churn risk) ÷ 2, mean of those that have both. Clients without health are counted, not averaged."
        }
        TileKind::ChurnRisk => {
            "Active clients by churn risk: watch from 10, at risk from 15 (critical ones included), critical from 25. ARR at risk: of those at risk."
        }
        TileKind::Reviews => {
            "Active clients by the day of their next QBR; the later horizons include the nearer ones."
        }
        TileKind::Delivery => {
            "Projects under way by health. Overdue: due before today, neither completed nor cancelled. Budget use: spent ÷ budget, of active projects with a budget."
        }
        TileKind::PriceRealisation => "Σ price after discount ÷ Σ list price, commercials of active clients.",
        TileKind::Agents => {
            "Runs created in the window. Success: succeeded ÷ (succeeded + failed). Flagged: with a violation of a guardrail."
        }
        TileKind::Focus => "Completed focus sessions and priorities of your own daily plans in the window.",
        TileKind::Connections => "Connected accounts that you may see, by state.",
    }
}

/// What would give a tile without rows something to show, and where.
pub(super) const fn remedy(kind: TileKind, reason: Unavailable) -> Option<(&'static str, &'static str)> {
    Some(match (kind, reason) {
        (_, Unavailable::NotSplit) => return None,
        (TileKind::Forecast, Unavailable::NoTarget) => ("Set a target", "/pipeline?view=forecast"),
        (TileKind::WinRate, _) => ("Open the pipeline", "/pipeline"),
        (TileKind::PortfolioHealth, Unavailable::NoRows) => ("Score a client", "/clients"),
        (TileKind::PriceRealisation, _) => ("Enter prices in a client’s commercials", "/clients"),
        (TileKind::Delivery, Unavailable::NoRows) => {
            ("Win an opportunity: a project begins with it", "/pipeline")
        }
        (TileKind::RecurringRevenue | TileKind::Retention | TileKind::Cash | TileKind::Margin, _) => {
            ("Open Finance", "/finance")
        }
        _ => return None,
    })
}

/// The label of a figure.
pub(super) const fn label(name: FigureName) -> &'static str {
    use FigureName as Name;
    match name {
        Name::Mrr => "MRR",
        Name::Arr => "ARR",
        Name::MrrPastDue => "Past due",
        Name::MrrNetNew => "Net new MRR",
        Name::MrrNew => "New",
        Name::MrrReactivation => "Reactivation",
        Name::MrrExpansion => "Expansion",
        Name::MrrContraction => "Contraction",
        Name::MrrChurn => "Churn",
        Name::Nrr => "Net revenue retention",
        Name::Grr => "Gross revenue retention",
        Name::LogoChurn => "Logo churn",
        Name::Cash => "Cash",
        Name::NetBurn => "Net burn a month",
        Name::Runway => "Runway",
        Name::Ar => "Owed (AR)",
        Name::ArOverdue | Name::AlertsOverdue | Name::ProjectsOverdue | Name::QbrOverdue => "Overdue",
        Name::Dso => "Days sales outstanding",
        Name::AgingCurrent => "Not past due",
        Name::Aging30 => "1–30 days",
        Name::Aging60 => "31–60 days",
        Name::Aging90 => "61–90 days",
        Name::Aging91 => "91 days and more",
        Name::Billed => "Billed",
        Name::Collected => "Collected",
        Name::Revenue => "Revenue",
        Name::GrossMargin => "Gross margin",
        Name::NetMargin => "Net margin",
        Name::OpenValue => "Open value",
        Name::OpenCount => "Open opportunities",
        Name::OpenWeighted => "Weighted",
        Name::Commit => "Commit",
        Name::Won => "Won",
        Name::Upside => "Upside",
        Name::Best => "Best case",
        Name::Coverage => "Coverage",
        Name::Variance => "Variance",
        Name::WinRate => "Win rate",
        Name::SalesCycleDays => "Sales cycle",
        Name::AlertsCritical | Name::Critical | Name::HealthCritical | Name::ProjectsRed => "Critical",
        Name::AlertsWarning => "Warnings",
        Name::AlertsCoverage => "Coverage low",
        Name::AlertsVariance => "Below target",
        Name::AlertsStalled => "Stalled",
        Name::AlertsExpiring => "Closing soon",
        Name::Trs => "Portfolio TRS",
        Name::AverageHealth => "Average health",
        Name::ActiveClients => "Active clients",
        Name::Unscored => "Unscored",
        Name::HealthHealthy => "Healthy",
        Name::HealthWatch | Name::Watch => "Watch",
        Name::AtRisk | Name::ProjectsYellow => "At risk",
        Name::ArrAtRisk => "ARR at risk",
        Name::Qbr30 => "Within 30 days",
        Name::Qbr60 => "Within 60 days",
        Name::Qbr90 => "Within 90 days",
        Name::ProjectsActive => "Active projects",
        Name::ProjectsGreen => "On track",
        Name::BudgetUse => "Budget used",
        Name::PriceRealisation => "Of list price",
        Name::SuccessRate => "Success",
        Name::RunsSucceeded => "Succeeded",
        Name::RunsFailed => "Failed",
        Name::RunsOpen => "Waiting or running",
        Name::RunsCancelled => "Cancelled",
        Name::Flagged => "Flagged",
        Name::FocusMinutes => "Focus time",
        Name::PrioritiesDone => "Priorities done",
        Name::Priorities => "Priorities planned",
        Name::Connected => "Connected",
        Name::Degraded => "Degraded",
        Name::NeedsReauth => "To be connected anew",
        Name::Disconnected => "Disconnected",
    }
}

/// Is it of the window, and not of one day? As it is kept, its window is the fiscal quarter to date.
pub(super) const fn is_of_window(name: FigureName) -> bool {
    use FigureName as Name;
    matches!(
        name,
        Name::MrrNetNew
            | Name::MrrNew
            | Name::MrrReactivation
            | Name::MrrExpansion
            | Name::MrrContraction
            | Name::MrrChurn
            | Name::LogoChurn
            | Name::Billed
            | Name::Collected
            | Name::Revenue
            | Name::GrossMargin
            | Name::NetMargin
            | Name::WinRate
            | Name::SalesCycleDays
    )
}

/// A value as people read it.
pub(super) fn value(unit: FigureUnit, steps: i64, currency: &str) -> String {
    let whole = || format!("{}{}", if steps < 0 { "−" } else { "" }, format::count(steps.unsigned_abs()));
    match unit {
        FigureUnit::Money => format::money(Money::from_minor(steps), currency),
        FigureUnit::Percent => figures::percent(steps),
        // Hundredths here, basis points there.
        FigureUnit::Times => figures::times(steps * 100),
        FigureUnit::Days if steps == 10 => "1 day".to_owned(),
        FigureUnit::Days => format!("{} days", figures::tenths(steps)),
        FigureUnit::Months => format!("{} months", figures::tenths(steps)),
        FigureUnit::Minutes => format!("{} min", whole()),
        FigureUnit::Count | FigureUnit::Score => whole(),
    }
}

/// A value without signs for people, for a download: money and shares as decimals.
pub(super) fn plain(unit: FigureUnit, steps: i64) -> String {
    let decimal = |by: i64, places: usize| {
        let sign = if steps < 0 { "-" } else { "" };
        format!("{sign}{}.{:0places$}", steps.abs() / by, steps.abs() % by)
    };
    match unit {
        FigureUnit::Money | FigureUnit::Percent | FigureUnit::Times => decimal(100, 2),
        FigureUnit::Days | FigureUnit::Months => decimal(10, 1),
        FigureUnit::Count | FigureUnit::Score | FigureUnit::Minutes => steps.to_string(),
    }
}

/// What a download calls a unit.
pub(super) fn unit(unit: FigureUnit, currency: &str) -> &str {
    match unit {
        FigureUnit::Money => currency,
        FigureUnit::Percent => "%",
        FigureUnit::Times => "times",
        FigureUnit::Days => "days",
        FigureUnit::Months => "months",
        FigureUnit::Minutes => "minutes",
        FigureUnit::Score => "score 0–100",
        FigureUnit::Count => "count",
    }
}

/// `up $1,250 (2.0 %)`, `down 3`, `no change`; none without something to compare with.
pub(super) fn change(figure: &TileFigure, currency: &str) -> Option<String> {
    let difference = figure.change()?;
    let unit = figure.name.unit();
    let amount = difference.saturating_abs();
    let size = match unit {
        // A share moves by points.
        FigureUnit::Percent => format!("{} points", figures::percent(amount).trim_end_matches(" %")),
        _ => value(unit, amount, currency),
    };
    let before = figure.before.as_ref().and_then(|before| before.value()).copied().unwrap_or_default();
    let is_amount = matches!(unit, FigureUnit::Money | FigureUnit::Count | FigureUnit::Minutes);
    let share = (is_amount && before > 0)
        .then(|| format!(" ({})", figures::percent(ratio(amount.into(), before.into(), BASIS_POINTS))));
    Some(match difference {
        0 => "no change".to_owned(),
        ..0 => format!("down {size}{}", share.unwrap_or_default()),
        _ => format!("up {size}{}", share.unwrap_or_default()),
    })
}

/// What happened, how often.
pub(super) fn news(news: &News, currency: &str) -> String {
    let count = |one: &str, many: &str| format::plural(news.count.into(), one, many);
    let what = match news.what {
        NewsKind::Won => count("opportunity won", "opportunities won"),
        NewsKind::Lost => count("opportunity lost", "opportunities lost"),
        NewsKind::Moved => count("opportunity moved", "opportunities moved"),
        NewsKind::Added => count("opportunity added", "opportunities added"),
        NewsKind::ClientsAdded => count("client added", "clients added"),
        NewsKind::ClientsChurned => count("client lost", "clients lost"),
        NewsKind::ScoresBetter => count("client with a better score", "clients with a better score"),
        NewsKind::ScoresWorse => count("client with a worse score", "clients with a worse score"),
        NewsKind::InvoicesSent => count("invoice sent", "invoices sent"),
        NewsKind::PaymentsReceived => count("payment received", "payments received"),
        NewsKind::SubscriptionsStarted => count("subscription started", "subscriptions started"),
        NewsKind::SubscriptionsEnded => count("subscription ended", "subscriptions ended"),
    };
    let of = match news.what {
        NewsKind::ClientsChurned => " ARR",
        NewsKind::SubscriptionsStarted | NewsKind::SubscriptionsEnded => " MRR",
        _ => "",
    };
    match news.amount {
        Some(amount) => format!("{what}, {}{of}", format::money(amount, currency)),
        None => what,
    }
}

/// Where news come from.
pub(super) fn news_link(what: NewsKind, asked: &OverviewQuery) -> String {
    let page = match what {
        NewsKind::Won | NewsKind::Lost => "/pipeline?view=table&closed=1",
        NewsKind::Moved | NewsKind::Added => "/pipeline?view=table&sort=-updated",
        NewsKind::ClientsAdded | NewsKind::ClientsChurned => "/clients?status=all&sort=-updated",
        NewsKind::ScoresBetter | NewsKind::ScoresWorse => "/clients?panel=health",
        NewsKind::InvoicesSent => "/finance?tab=billing",
        NewsKind::PaymentsReceived | NewsKind::SubscriptionsStarted | NewsKind::SubscriptionsEnded => {
            "/finance"
        }
    };
    of_clients(page, asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use revos_shared::kernel::figure::Figure;

    #[test]
    fn values_are_written_in_their_unit() {
        for (unit, steps, text, bare) in [
            (FigureUnit::Money, -123_450, "−$1,234.50", "-1234.50"),
            (FigureUnit::Percent, 9_460, "94.6 %", "94.60"),
            (FigureUnit::Times, 162, "1.62×", "1.62"),
            (FigureUnit::Days, 345, "34.5 days", "34.5"),
            (FigureUnit::Months, 173, "17.3 months", "17.3"),
            (FigureUnit::Count, 1_234, "1,234", "1234"),
            (FigureUnit::Score, 79, "79", "79"),
            (FigureUnit::Minutes, 94, "94 min", "94"),
        ] {
            assert_eq!(
                (value(unit, steps, "USD").as_str(), plain(unit, steps).as_str()),
                (text, bare),
                "{unit}"
            );
        }
    }

    #[test]
    fn a_change_has_a_direction_in_words() {
        let figure = |name, now, before: Option<i64>| TileFigure {
            name,
            now: Figure::known(now),
            before: before.map(Figure::known),
        };
        let change = |name, now, before| change(&figure(name, now, before), "USD");
        assert_eq!(change(FigureName::Mrr, 6_375_000, Some(6_250_000)).as_deref(), Some("up $1,250 (2.0 %)"));
        assert_eq!(
            change(FigureName::Variance, -100, Some(-300)).as_deref(),
            Some("up $2"),
            "no share of a shortfall"
        );
        assert_eq!(change(FigureName::WinRate, 3_333, Some(5_000)).as_deref(), Some("down 16.7 points"));
        assert_eq!(change(FigureName::Trs, 79, Some(79)).as_deref(), Some("no change"));
        assert_eq!(change(FigureName::AtRisk, 2, None), None);
    }

    #[test]
    fn every_figure_of_a_tile_has_a_label_of_its_own() {
        use FigureName::{Critical, HealthCritical, HealthWatch, Watch};
        assert_eq!([label(Critical), label(HealthCritical)], ["Critical"; 2]);
        assert_eq!([label(Watch), label(HealthWatch)], ["Watch"; 2]);
        for kind in TileKind::ALL {
            assert!(!formula(*kind).is_empty() && !title(*kind).is_empty());
        }
    }
}
