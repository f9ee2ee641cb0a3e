//! Which operations are about clients? The list, the portfolio's figures, and the trend of its score.

use super::client::{ClientRow, ClientStatus, Phase};
use super::summary::ClientsSummary;
use super::trend::TrendPoint;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint};
use crate::kernel::envelope::Envelope;
use crate::kernel::ids::UserId;
use crate::kernel::limits::{
    LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, SEARCH_MAX_CHARS, TREND_MONTHS_DEFAULT, TREND_MONTHS_MAX,
};
use serde::{Deserialize, Serialize};

/// Which clients, and how many of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientsQuery {
    /// Rows asked for, 1–1,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only clients of this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ClientStatus>,
    /// Only clients of this phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Only clients of this owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Only clients whose name contains this text; a value, never a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

impl ClientsQuery {
    /// The limit to use.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(LIST_LIMIT_DEFAULT)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=LIST_LIMIT_MAX).contains(&self.limit()) {
            return Err(("limit", format!("a whole number from 1 to {LIST_LIMIT_MAX}")));
        }
        match &self.q {
            Some(text) if text.chars().count() > SEARCH_MAX_CHARS || text.contains('\0') => {
                Err(("q", format!("at most {SEARCH_MAX_CHARS} characters, none of them NUL")))
            }
            _ => Ok(()),
        }
    }
}

/// How many months of the trend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendQuery {
    /// Months up to and including the current one, 1–36; 12 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
}

impl TrendQuery {
    /// The months to use.
    #[must_use]
    pub fn months(self) -> u32 {
        self.months.unwrap_or(TREND_MONTHS_DEFAULT)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(self) -> Result<(), (&'static str, String)> {
        if (1..=TREND_MONTHS_MAX).contains(&self.months()) {
            Ok(())
        } else {
            Err(("months", format!("a whole number from 1 to {TREND_MONTHS_MAX}")))
        }
    }
}

endpoint!(
    /// The clients the person may see, the last changed first.
    ListClients = "list_clients" Get "/api/clients" Member,
    query: ClientsQuery, body: (), reply: Envelope<Vec<ClientRow>>,
    summary: "Lists the clients the person may see, the last changed first."
);
endpoint!(
    /// The portfolio's figures, counted by the database over all clients.
    ReadClientsSummary = "read_clients_summary" Get "/api/clients/summary" Member,
    query: NoQuery, body: (), reply: Envelope<ClientsSummary>,
    summary: "Counts and means of the portfolio, computed by the database."
);
endpoint!(
    /// The portfolio's mean score per month.
    ReadHealthTrend = "read_health_trend" Get "/api/clients/health-trend" Member,
    query: TrendQuery, body: (), reply: Envelope<Vec<TrendPoint>>,
    summary: "The portfolio's mean score per month, oldest first."
);

/// The operations of this slice.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![ListClients::info(), ReadClientsSummary::info(), ReadHealthTrend::info()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_parameters_out_of_range() {
        let with = |limit| ClientsQuery { limit: Some(limit), ..ClientsQuery::default() };
        assert!(with(0).check().is_err() && with(1_001).check().is_err());
        assert!(
            with(1).check().is_ok() && with(1_000).check().is_ok() && ClientsQuery::default().check().is_ok()
        );
        let q = |text: &str| ClientsQuery { q: Some(text.to_owned()), ..ClientsQuery::default() };
        assert!(
            q(&"x".repeat(201)).check().is_err() && q("a\0b").check().is_err() && q("%,)(").check().is_ok()
        );
        assert!(
            TrendQuery { months: Some(0) }.check().is_err()
                && TrendQuery { months: Some(37) }.check().is_err()
        );
    }
}
