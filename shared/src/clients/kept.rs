//! What is kept of a day's portfolio? (metrics: executive overview)

use super::summary::ClientsSummary;
use serde_json::{Map, Value, json};

impl ClientsSummary {
    /// A snapshot's metrics, of kind `portfolio`.
    #[must_use]
    pub fn kept(&self) -> Map<String, Value> {
        let mean =
            |value: Option<u8>| value.map_or(json!({ "unavailable": "no_rows" }), |value| json!(value));
        let figures = [
            ("active_clients", json!(self.active)),
            ("trs", mean(self.portfolio_trs)),
            ("average_health", mean(self.average_health)),
            ("unscored", json!(self.unscored)),
            (
                "health_bands",
                json!({
                    "healthy": self.health_healthy, "watch": self.health_watch,
                    "critical": self.health_critical, "unscored": self.unscored,
                }),
            ),
            ("watch", json!(self.churn_watch)),
            ("at_risk", json!(self.churn_at_risk)),
            ("critical", json!(self.churn_critical)),
            ("arr_at_risk", json!(self.arr_at_risk)),
            ("qbr_overdue", json!(self.qbr_overdue)),
            ("qbr_30", json!(self.qbr_30)),
            ("qbr_60", json!(self.qbr_60)),
            ("qbr_90", json!(self.qbr_90)),
        ];
        figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::ClientRow;
    use super::*;
    use crate::kernel::fiscal::FiscalYear;
    use jiff::civil::date;

    #[test]
    fn a_mean_of_nothing_is_no_zero() {
        let none: [ClientRow; 0] = [];
        let kept = ClientsSummary::of(&none, date(2026, 5, 20), FiscalYear { start_month: 1 }).kept();
        assert_eq!(
            (&kept["trs"], &kept["average_health"]),
            (&json!({ "unavailable": "no_rows" }), &kept["trs"])
        );
        assert_eq!((&kept["active_clients"], &kept["arr_at_risk"]), (&json!(0), &json!("0.00")));
    }
}
