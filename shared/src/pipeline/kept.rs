//! What is kept of a day's forecast, and which alerts are told of that day? (metrics: executive overview, alerts)

use super::alert::{Alert, AlertKind, AlertSeverity};
use super::forecast::{Cycle, Forecast, ForecastMaterial};
use crate::kernel::figure::kept;
use crate::kernel::fiscal::FiscalYear;
use crate::kernel::ids::OrganizationId;
use crate::kernel::instants::write_day;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The figures of a day by name, and what it was told of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeptForecast {
    /// A snapshot's metrics, of kind `pipeline` and the fiscal quarter so far.
    pub metrics: Map<String, Value>,
    /// Each alert, once.
    pub alerts: Vec<AlertEvent>,
}

/// An alert as it is recorded: once per kind, subject and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertEvent {
    /// `pipeline.alert.<kind>`.
    pub event_key: String,
    /// `opportunity` or `organization`.
    pub entity_type: &'static str,
    /// Which.
    pub entity_id: uuid::Uuid,
    /// Severity and the figure that raised it.
    pub payload: Value,
    /// `alert:<kind>:<id>:<day>`: the same alert again says nothing new.
    pub idempotency_key: String,
}

impl ForecastMaterial {
    /// What is kept of it.
    #[must_use]
    pub fn kept(self, organization: OrganizationId) -> KeptForecast {
        let start = FiscalYear { start_month: self.fiscal_year_start_month }.quarter_start(self.as_of);
        let won = self.closed.iter().filter(|closed| closed.won && closed.closed_on >= start);
        let cycle = Cycle::of(won.map(|closed| closed.cycle_days).collect());
        let day = write_day(self.as_of);
        let forecast = self.forecast();
        let event = |alert: &Alert| {
            let (entity_type, entity_id) = match alert.opportunity_id {
                Some(id) => ("opportunity", id.0),
                None => ("organization", organization.0),
            };
            AlertEvent {
                event_key: format!("pipeline.alert.{}", alert.kind),
                entity_type,
                entity_id,
                payload: payload(alert, &forecast),
                idempotency_key: format!("alert:{}:{entity_id}:{day}", alert.kind),
            }
        };
        KeptForecast {
            metrics: metrics(&forecast, cycle),
            alerts: forecast.alerts.iter().map(event).collect(),
        }
    }
}

fn payload(alert: &Alert, forecast: &Forecast) -> Value {
    match alert.kind {
        AlertKind::Coverage => json!({ "severity": alert.severity, "coverage": kept(&forecast.coverage) }),
        AlertKind::Variance => {
            json!({ "severity": alert.severity, "variance": kept(&forecast.commit.variance) })
        }
        AlertKind::Stalled | AlertKind::Expiring | AlertKind::Overdue => {
            json!({ "severity": alert.severity, "days": alert.days })
        }
    }
}

fn metrics(forecast: &Forecast, cycle: Cycle) -> Map<String, Value> {
    let mut alerts: BTreeMap<AlertKind, BTreeMap<AlertSeverity, u32>> = BTreeMap::new();
    for alert in &forecast.alerts {
        *alerts.entry(alert.kind).or_default().entry(alert.severity).or_default() += 1;
    }
    let days = match cycle.median.value() {
        // A number with one place that no float has been near.
        Some(tenths) => {
            serde_json::from_str(&format!("{}.{}", tenths / 10, tenths % 10)).unwrap_or(Value::Null)
        }
        None => kept::<i64>(&cycle.median),
    };
    let figures = [
        ("open_count", json!(forecast.open.count)),
        ("open_value", json!(forecast.open.amount)),
        ("open_weighted", json!(forecast.open.weighted)),
        ("won", json!(forecast.won)),
        ("commit", json!(forecast.commit.amount)),
        ("upside", json!(forecast.upside.amount)),
        ("best", json!(forecast.best.amount)),
        ("coverage", kept(&forecast.coverage)),
        ("variance", kept(&forecast.commit.variance)),
        ("win_rate", kept(&forecast.win_rate.rate)),
        ("sales_cycle_days", days),
        ("alerts", json!(alerts)),
    ];
    figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::forecast::ClosedOpportunity;
    use super::super::opportunity::Stage;
    use super::super::score::WinRates;
    use super::super::test_rows::open;
    use super::*;
    use crate::kernel::money::Money;
    use jiff::civil::date;
    use uuid::Uuid;

    fn material(target: Option<i64>) -> ForecastMaterial {
        let mut row = open(Stage::Negotiation, 9_600_000);
        row.expected_close_date = Some(date(2026, 5, 19));
        let won = |cycle_days, day| ClosedOpportunity {
            owner_id: None,
            owner_name: None,
            won: true,
            amount: Money::from_minor(21_000_000),
            closed_on: date(2026, 5, day),
            cycle_days,
        };
        ForecastMaterial {
            as_of: date(2026, 5, 20),
            fiscal_year_start_month: 1,
            target: target.map(Money::from_minor),
            version: 1,
            open: vec![row],
            closed: vec![won(33, 4), won(36, 5)],
            rates: WinRates::default(),
            earlier: None,
        }
    }

    #[test]
    fn what_is_kept_bears_the_names_of_the_overview() {
        let of = OrganizationId(Uuid::from_u128(7));
        let kept = material(Some(120_000_000)).kept(of);
        let expected = json!({
            "open_count": 1, "open_value": "96000.00", "open_weighted": "72000.00", "won": "420000.00",
            "commit": "516000.00", "upside": "516000.00", "best": "516000.00", "coverage": 800,
            "variance": "-684000.00", "win_rate": 10_000, "sales_cycle_days": 34.5,
            "alerts": { "coverage": { "critical": 1 }, "variance": { "critical": 1 }, "overdue": { "critical": 1 } },
        });
        assert_eq!(Value::Object(kept.metrics), expected);
        let keys: Vec<_> = kept.alerts.iter().map(|alert| alert.idempotency_key.as_str()).collect();
        let organization = of.0;
        assert_eq!(
            keys[..2],
            [
                format!("alert:coverage:{organization}:2026-05-20"),
                format!("alert:variance:{organization}:2026-05-20")
            ]
        );
        assert_eq!(kept.alerts[2].payload, json!({ "severity": "critical", "days": 1 }));
        assert_eq!(kept.alerts[0].payload, json!({ "severity": "critical", "coverage": 800 }));
    }

    #[test]
    fn a_figure_that_is_missing_says_why() {
        let mut none = material(None);
        none.closed.clear();
        let kept = none.kept(OrganizationId(Uuid::nil()));
        assert_eq!(kept.metrics["coverage"], json!({ "unavailable": "no_target" }));
        assert_eq!(kept.metrics["variance"], json!({ "unavailable": "no_target" }));
        assert_eq!(kept.metrics["win_rate"], json!({ "unavailable": "no_rows" }));
        assert_eq!(kept.metrics["sales_cycle_days"], json!({ "unavailable": "no_rows" }));
        assert_eq!(kept.alerts.len(), 1, "no target, so no alert about it");
    }
}
