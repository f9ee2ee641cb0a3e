//! Are the tiles what the golden vectors say?

use super::inputs::*;
use super::*;
use crate::finance::TimeScope;
use crate::kernel::figure::Unavailable;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

fn inputs() -> Value {
    json!({
        "as_of": "2026-05-20",
        "whole": true,
        "window": {
            "scope": "qtd", "from": "2026-04-01", "to": "2026-05-20",
            "previous_from": "2026-01-01", "previous_to": "2026-02-19",
        },
        "finance": null,
        "margin": null,
        // Golden vector V1.
        "pipeline": {
            "target": "1200000.00",
            "won": "210000.00",
            "open": [
                { "due": "period", "probability": 10, "count": 1, "amount": "85000.00" },
                { "due": "period", "probability": 25, "count": 1, "amount": "125000.00" },
                { "due": "period", "probability": 50, "count": 1, "amount": "178000.00" },
                { "due": "period", "probability": 75, "count": 1, "amount": "96000.00" },
            ],
            "in_stage": [{ "days": 29, "count": 1 }, { "days": 30, "count": 2 }, { "days": 46, "count": 4 }],
            "to_close": [{ "days": -1, "count": 1 }, { "days": 8, "count": 2 }, { "days": 15, "count": 9 }],
            "closed": {
                "now": { "won": 1, "lost": 1, "cycle_days": [30] },
                "before": { "won": 0, "lost": 0, "cycle_days": [] },
            },
        },
        // Golden vector V12.
        "portfolio": {
            "as_of": "2026-05-20", "total": 5, "active": 4, "onboarding": 0, "unscored": 1,
            "average_health": 71, "portfolio_trs": 79, "health_healthy": 2, "health_watch": 1,
            "health_critical": 0, "churn_watch": 1, "churn_at_risk": 2, "churn_critical": 0, "expansion": 2,
            "churned_this_quarter": 0, "qbr_overdue": 1, "qbr_30": 2, "qbr_60": 2, "qbr_90": 3,
            "qbr_undated": 0, "arr": "1000.00", "arr_at_risk": "300.50",
        },
        "work": {
            "projects": {
                "total": 8, "green": 4, "yellow": 1, "red": 1, "overdue": 1,
                "spent": "10000.00", "budget": "30000.00",
            },
            // Golden vector V14: 5,350 ÷ 5,700.
            "prices": { "list": "5700.00", "realised": "5350000000" },
            "agent_runs": {
                "now": { "open": 1, "succeeded": 3, "failed": 1, "cancelled": 0, "flagged": 2 },
                "before": { "open": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "flagged": 0 },
            },
            "focus": {
                "now": { "seconds": 5670, "priorities": 7, "done": 3 },
                "before": { "seconds": 59, "priorities": 0, "done": 0 },
            },
            "connections": {
                "connected": 0, "degraded": 0, "needs_reauth": 0, "disconnected": 0, "oldest_sync": null,
            },
        },
        "news": [{ "what": "opportunities_won", "count": 1, "amount": "210000.00" }],
        "kept": {
            "finance_quarter_ago": null, "finance_before": null, "pipeline_before": null,
            "pipeline_week_ago": {
                "snapshot_date": "2026-05-13",
                "metrics": { "commit": "300000.00", "coverage": 4050, "variance": { "unavailable": "no_target" } },
            },
            "portfolio_month_ago": {
                "snapshot_date": "2026-04-19",
                "metrics": { "trs": 81, "health_bands": { "watch": 3 }, "arr_at_risk": "250.50" },
            },
        },
    })
}

fn overview() -> Overview {
    serde_json::from_value::<OverviewInputs>(inputs()).unwrap().overview()
}

fn figure(overview: &Overview, name: FigureName) -> TileFigure {
    *overview.tiles.iter().find_map(|tile| tile.figure(name)).unwrap()
}

fn now(name: FigureName) -> Result<i64, Unavailable> {
    figure(&overview(), name).now.known_or_why().copied()
}

#[test]
fn the_quarter_is_as_the_golden_vector_says() {
    use FigureName::*;
    for (name, value) in [
        (OpenValue, 48_400_000),
        (OpenCount, 4),
        (OpenWeighted, 20_075_000),
        (Commit, 30_600_000),
        (Variance, -89_400_000),
        (Upside, 48_400_000),
        (Best, 69_400_000),
        (Coverage, 40),
        (WinRate, 5_000),
        (SalesCycleDays, 300),
    ] {
        assert_eq!(now(name), Ok(value), "{name}");
    }
    let alerts = [AlertsCritical, AlertsWarning, AlertsStalled, AlertsOverdue, AlertsExpiring].map(now);
    // Coverage, variance, 4 stalled and 1 overdue; 2 stalled and 2 expiring.
    assert_eq!(alerts, [Ok(7), Ok(4), Ok(6), Ok(1), Ok(2)]);
}

#[test]
fn portfolio_and_work_are_counted() {
    use FigureName::*;
    assert_eq!([Trs, AverageHealth, Unscored, AtRisk].map(now), [Ok(79), Ok(71), Ok(1), Ok(2)]);
    assert_eq!([ProjectsActive, BudgetUse, PriceRealisation].map(now), [Ok(6), Ok(3_333), Ok(9_386)]);
    assert_eq!([SuccessRate, Flagged, FocusMinutes].map(now), [Ok(7_500), Ok(2), Ok(94)]);
    assert_eq!(now(Connected), Err(Unavailable::NotConnected));
}

#[test]
fn figures_are_held_against_what_they_were() {
    use FigureName::*;
    let overview = overview();
    let change = |name| figure(&overview, name).change();
    assert_eq!([Commit, Coverage, Variance, Won].map(change), [Some(600_000), Some(-1), None, None]);
    assert_eq!([Trs, HealthWatch, ArrAtRisk].map(change), [Some(-2), Some(-2), Some(5_000)]);
    assert_eq!([SuccessRate, FocusMinutes].map(change), [None, Some(94)]);
    let compared = |kind| overview.tiles.iter().find(|tile| tile.kind == kind).unwrap().compared;
    assert_eq!(compared(TileKind::Forecast), Some(Compared { from: None, to: date(2026, 5, 13) }));
    assert_eq!(compared(TileKind::OpenPipeline), None, "nothing was kept then");
    let window = Compared { from: Some(date(2026, 1, 1)), to: date(2026, 2, 19) };
    assert_eq!(compared(TileKind::WinRate), Some(window));
}

#[test]
fn money_is_absent_for_those_who_may_not_see_it() {
    let overview = overview();
    let kinds: Vec<_> = overview.tiles.iter().map(|tile| tile.kind).collect();
    assert_eq!(kinds, TileKind::ALL[7..]);
    assert_eq!(overview.kept_finance(), None);
    assert_eq!(overview.window.scope, Some(TimeScope::Quarter));
}

#[test]
fn nothing_is_unavailable_not_zero() {
    let mut none = inputs();
    none["pipeline"]["target"] = Value::Null;
    none["work"]["projects"]["total"] = json!(0);
    none["work"]["projects"]["budget"] = json!("0.00");
    none["work"]["prices"] = json!({ "list": "0.00", "realised": "0" });
    let overview = serde_json::from_value::<OverviewInputs>(none).unwrap().overview();
    let why = |name| figure(&overview, name).now.known_or_why().copied().unwrap_err();
    use FigureName::*;
    assert_eq!([Coverage, Variance].map(why), [Unavailable::NoTarget; 2]);
    assert_eq!(why(ProjectsActive), Unavailable::NoRows);
    assert_eq!([BudgetUse, PriceRealisation].map(why), [Unavailable::ZeroDenominator; 2]);
    assert_eq!(figure(&overview, AlertsCoverage).now.value(), Some(&0));
    let kept = overview.kept_portfolio();
    assert_eq!(kept["projects_overdue"], json!({ "unavailable": "no_rows" }));
    assert_eq!(kept["price_realisation"], json!({ "unavailable": "zero_denominator" }));
}

#[test]
fn clients_projects_and_prices_are_kept_under_their_names() {
    let kept = overview().kept_portfolio();
    let names: Vec<_> = kept.keys().map(String::as_str).collect();
    let expected = [
        "active_clients",
        "arr_at_risk",
        "at_risk",
        "average_health",
        "budget_use",
        "critical",
        "health_bands",
        "price_realisation",
        "projects_active",
        "projects_by_health",
        "projects_overdue",
        "qbr_30",
        "qbr_60",
        "qbr_90",
        "qbr_overdue",
        "trs",
        "unscored",
        "watch",
    ];
    assert_eq!(names, expected);
    assert_eq!((&kept["trs"], &kept["budget_use"]), (&json!(79), &json!(3_333)));
    assert_eq!(kept["health_bands"], json!({ "healthy": 2, "watch": 1, "critical": 0 }));
}

#[test]
fn a_part_has_no_figure_of_what_belongs_to_no_client() {
    use FigureName::*;
    let mut part = inputs();
    part["whole"] = json!(false);
    part["pipeline"]["target"] = Value::Null;
    part["kept"] = json!({});
    let sums = json!({ "revenue": "100.00", "spent": null, "cost_of_revenue": null });
    part["margin"] = json!({ "now": sums, "before": sums });
    part["finance"] = json!({
        "recurring": {
            "days": ["2025-05-20", "2025-12-31", "2026-02-19", "2026-03-31", "2026-05-20"],
            "subscriptions": 1, "past_due": "0.00", "trials": 0, "trial_mrr": "0.00",
            "clients": [{
                "client_id": "e0000000-0000-4000-8000-000000000001", "first_counted_on": "2025-01-01",
                "mrr": ["10.00", "10.00", "10.00", "12.00", "15.00"], "arr": ["0.00", "0.00", "0.00", "0.00", "180.00"],
            }],
        },
        "month_ends": ["2026-03-31", "2026-05-20"],
        "receivables": {
            "invoices": 0, "overdue_invoices": 0, "ar": "0.00", "overdue": "0.00",
            "aging": { "current": "0.00", "days_1_30": "0.00", "days_31_60": "0.00", "days_61_90": "0.00", "days_91": "0.00" },
            "due_today": "0.00", "due_7_days": "0.00", "billed_90_days": "0.00",
        },
        "flows": {
            "now": { "billed": "3.00", "collected": "2.00" }, "before": { "billed": "1.00", "collected": "0.00" },
        },
        "account": null,
    });
    let overview = serde_json::from_value::<OverviewInputs>(part).unwrap().overview();
    assert!(!overview.whole);
    let now = |name| figure(&overview, name).now.known_or_why().copied();
    let of_the_whole = [
        Cash,
        NetBurn,
        Runway,
        GrossMargin,
        NetMargin,
        Variance,
        Coverage,
        AlertsCoverage,
        AlertsVariance,
        SuccessRate,
        FocusMinutes,
        Connected,
    ];
    assert_eq!(of_the_whole.map(now), [Err(Unavailable::NotSplit); 12]);
    assert_eq!([Revenue, Commit, AlertsStalled, Trs].map(now), [Ok(10_000), Ok(30_600_000), Ok(6), Ok(79)]);
    // Neither the coverage nor the target raises an alert: 4 stalled and 1 overdue.
    assert_eq!(now(AlertsCritical), Ok(5));
    assert_eq!([Mrr, MrrNetNew, MrrExpansion, Nrr].map(now), [Ok(1_500), Ok(300), Ok(300), Ok(15_000)]);
    let change = |name| figure(&overview, name).change();
    assert_eq!([Mrr, MrrNetNew, Billed, Trs].map(change), [Some(500), Some(300), Some(200), None]);
    let line = &overview.tiles.iter().find(|tile| tile.kind == TileKind::RecurringRevenue).unwrap().line;
    assert_eq!(
        line.iter().map(|point| point.value.value().copied()).collect::<Vec<_>>(),
        [Some(1_200), Some(1_500)]
    );
}

#[test]
fn the_page_reads_what_the_server_writes() {
    let overview = overview();
    let text = serde_json::to_string(&overview).unwrap();
    assert_eq!(lean_json::from_str::<Overview>(&text).unwrap(), overview);
    let kept: KeptInput = serde_json::from_value(json!({
        "days": ["2026-05-20", "2026-05-13"], "kept_today_at": "2026-05-20T10:00:00.5Z",
        "day": { "snapshot_date": "2026-05-13", "metrics": { "trs": 81, "mrr": { "unavailable": "no_rows" } } },
    }))
    .unwrap();
    let kept = kept.figures();
    assert_eq!(kept.day.as_ref().map(|kept| kept.figures.len()), Some(2));
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(lean_json::from_str::<KeptFigures>(&text).unwrap(), kept);
    let keeping = r#"{"asked_at":"2026-05-20T10:00:00Z"}"#;
    assert!(lean_json::from_str::<Keeping>(keeping).is_ok());
}

proptest! {
    #[test]
    fn scenarios_contain_each_other(
        groups in proptest::collection::vec((0_usize..3, 0_u8..=100, 1_u32..5, 0_i64..1_000_000_000), 0..12),
        won in 0_i64..1_000_000_000,
    ) {
        let mut all = inputs();
        all["pipeline"]["won"] = json!(Money::from_minor(won));
        all["pipeline"]["open"] = groups.iter().map(|(due, probability, count, amount)| json!({
            "due": DueIn::ALL[*due], "probability": probability, "count": count,
            "amount": Money::from_minor(*amount),
        })).collect();
        let overview = serde_json::from_value::<OverviewInputs>(all).unwrap().overview();
        let value = |name| *figure(&overview, name).now.value().unwrap();
        use FigureName::*;
        prop_assert!(value(Won) <= value(Commit) && value(Commit) <= value(Upside) && value(Upside) <= value(Best));
        prop_assert!(value(OpenWeighted) <= value(OpenValue));
        prop_assert!(value(Best) - value(Won) <= value(OpenValue));
    }
}
