//! Which clients does a list show, and in which order? The language of the list's address, the same for the
//! page, the API and (as `list_clients`) the database.

use super::client::{ClientRow, ClientStatus, Phase, Segment};
use super::sort::ClientSort;
use super::thresholds::{ChurnBand, HealthBand};
use crate::kernel::chosen::{Chosen, OrNone};
use crate::kernel::ids::UserId;
use crate::kernel::limits::{LIST_LIMIT_DEFAULT, TREND_MONTHS_MAX};
use crate::kernel::list::{check_list, searched};
use crate::kernel::order::{contains_lower, lower};
use crate::kernel::owner::{OwnerChoice, OwnerChoices};
use crate::kernel::value_set;
use serde::{Deserialize, Serialize};

value_set! {
    /// A band of health or of churn risk.
    ClientBand {
        /// Health 70 and above.
        HealthHealthy = "healthy",
        /// Health 55–69.
        HealthWatch = "health-watch",
        /// Health below 55.
        HealthCritical = "health-critical",
        /// Without health.
        Unscored = "unscored",
        /// Churn risk 10–14.
        ChurnWatch = "churn-watch",
        /// Churn risk 15–24.
        ChurnAtRisk = "at-risk",
        /// Churn risk 25 and above.
        ChurnCritical = "churn-critical",
    }
}

impl ClientBand {
    /// Is it about health, and not about churn risk?
    #[must_use]
    pub const fn is_health(self) -> bool {
        matches!(self, Self::HealthHealthy | Self::HealthWatch | Self::HealthCritical | Self::Unscored)
    }

    /// The word of the database's filter for it.
    #[must_use]
    pub const fn database_word(self) -> &'static str {
        match self {
            Self::HealthHealthy => "healthy",
            Self::HealthWatch | Self::ChurnWatch => "watch",
            Self::HealthCritical | Self::ChurnCritical => "critical",
            Self::Unscored => "none",
            Self::ChurnAtRisk => "at_risk",
        }
    }

    fn of_health(row: &ClientRow) -> Self {
        match row.health.map(HealthBand::of) {
            None => Self::Unscored,
            Some(HealthBand::Healthy) => Self::HealthHealthy,
            Some(HealthBand::Watch) => Self::HealthWatch,
            Some(HealthBand::Critical) => Self::HealthCritical,
        }
    }

    fn of_churn(row: &ClientRow) -> Option<Self> {
        row.churn_risk.and_then(ChurnBand::of).map(|band| match band {
            ChurnBand::Watch => Self::ChurnWatch,
            ChurnBand::AtRisk => Self::ChurnAtRisk,
            ChurnBand::Critical => Self::ChurnCritical,
        })
    }
}

/// Which clients, in which order, and how many of them. Words of one field widen the choice, fields narrow it; a
/// field without words says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientsQuery {
    /// Name, industry or region contains this text, in upper or lower case; a value, never a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Of one of these statuses.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub status: Chosen<ClientStatus>,
    /// In one of these phases, or in none.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub phase: Chosen<OrNone<Phase>>,
    /// Of one of these segments, or of none.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub segment: Chosen<OrNone<Segment>>,
    /// Of one of these owners.
    #[serde(default, skip_serializing_if = "OwnerChoices::is_empty")]
    pub owner: OwnerChoices,
    /// In one of these bands of health, and in one of these of churn risk.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub band: Chosen<ClientBand>,
    /// The order; by name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<ClientSort>,
    /// Rows asked for, 1–10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Months of the portfolio's trend to bring along, 1–36; none when absent. It is of all clients, whichever match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<u32>,
}

impl ClientsQuery {
    /// The text to look for, without spaces around it; none when there is nothing to look for.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        searched(self.q.as_deref())
    }

    /// Does it let every client through, whatever the order?
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.text().is_none()
            && Self { q: None, sort: None, limit: None, trend: None, ..self.clone() } == Self::default()
    }

    /// Is every client that `other` means also meant here, whatever the order? No, when in doubt.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let text = self
            .text()
            .is_none_or(|text| other.text().is_some_and(|other| contains_lower(other, &lower(text))));
        let owner = self.owner.is_empty()
            || !other.owner.is_empty() && other.owner.iter().all(|owner| self.owner.has(owner));
        text && owner
            && self.status.covers(other.status)
            && self.phase.covers(other.phase)
            && self.segment.covers(other.segment)
            // The words of two sides narrow each other.
            && (self.band.is_empty() || self.band == other.band)
    }

    /// The order to use.
    #[must_use]
    pub fn sort(&self) -> ClientSort {
        self.sort.unwrap_or_default()
    }

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
        check_list(self.q.as_deref(), self.limit())?;
        match self.trend {
            Some(months) if !(1..=TREND_MONTHS_MAX).contains(&months) => {
                Err(("trend", format!("a whole number from 1 to {TREND_MONTHS_MAX}")))
            }
            _ => Ok(()),
        }
    }

    /// Is this client meant, when `me` reads the list? The same as the database answers.
    #[must_use]
    pub fn matches(&self, row: &ClientRow, me: UserId) -> bool {
        let owner = |choice: OwnerChoice| match choice {
            OwnerChoice::Me => row.owner_id == Some(me),
            OwnerChoice::Unassigned => row.owner_id.is_none(),
            OwnerChoice::Person(id) => row.owner_id == Some(id),
        };
        let (mut health, mut churn) = (None, None);
        for band in self.band.iter() {
            let side = if band.is_health() { &mut health } else { &mut churn };
            let here = if band.is_health() {
                band == ClientBand::of_health(row)
            } else {
                Some(band) == ClientBand::of_churn(row)
            };
            *side = Some(side.unwrap_or(false) || here);
        }
        self.status.allows(row.status)
            && self.phase.allows(OrNone(row.phase))
            && self.segment.allows(OrNone(row.segment))
            && (self.owner.is_empty() || self.owner.iter().any(owner))
            && health.unwrap_or(true)
            && churn.unwrap_or(true)
            && self.text().is_none_or(|text| row.contains(&lower(text)))
    }
}

impl ClientRow {
    fn contains(&self, wanted: &str) -> bool {
        let has = |text: &str| contains_lower(text, wanted);
        has(&self.name) || [&self.industry, &self.region].into_iter().flatten().any(|text| has(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_rows::row;
    use super::*;
    use crate::kernel::limits::LIST_LIMIT_MAX;
    use proptest::prelude::*;
    use uuid::Uuid;

    const ME: UserId = UserId(Uuid::from_u128(1));

    #[test]
    fn words_of_one_field_widen_and_fields_narrow() {
        let mut client = row("Ashgrove Textiles", Some(60), Some(22));
        client.industry = Some("Textiles".to_owned());
        client.owner_id = Some(ME);
        let matches = |filter: &str| {
            let filter: ClientsQuery = serde_json::from_str(filter).unwrap();
            filter.matches(&client, ME)
        };
        assert!(matches("{}") && matches(r#"{"status":"prospect,active"}"#));
        assert!(!matches(r#"{"status":"prospect"}"#));
        assert!(matches(r#"{"phase":"none"}"#) && !matches(r#"{"phase":"Data"}"#));
        assert!(matches(r#"{"owner":"me"}"#) && !matches(r#"{"owner":"unassigned"}"#));
        assert!(matches(r#"{"band":"health-watch,at-risk"}"#));
        assert!(!matches(r#"{"band":"health-watch,churn-critical"}"#), "both sides are asked");
        assert!(matches(r#"{"q":" TEXTILES "}"#) && !matches(r#"{"q":"%"}"#));
        assert!(matches(r#"{"q":"  "}"#));
    }

    #[test]
    fn unknown_words_are_refused() {
        for bad in [r#"{"status":"lost"}"#, r#"{"owner":"x"}"#, r#"{"band":"healthy,"}"#, r#"{"zone":"x"}"#] {
            assert!(serde_json::from_str::<ClientsQuery>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refuses_parameters_out_of_range() {
        let with = |limit| ClientsQuery { limit: Some(limit), ..ClientsQuery::default() };
        assert!(with(0).check().is_err() && with(LIST_LIMIT_MAX + 1).check().is_err());
        assert!(with(1).check().is_ok() && with(LIST_LIMIT_MAX).check().is_ok());
        let trend = |months| ClientsQuery { trend: Some(months), ..ClientsQuery::default() };
        assert!(trend(0).check().is_err() && trend(TREND_MONTHS_MAX + 1).check().is_err());
        assert!(trend(12).check().is_ok() && trend(12).is_all());
        assert!(ClientsQuery::default().check().is_ok() && ClientsQuery::default().is_all());
        let q = |text: &str| ClientsQuery { q: Some(text.to_owned()), ..ClientsQuery::default() };
        assert!(
            q(&"x".repeat(201)).check().is_err() && q("a\0b").check().is_err() && q("%,)(").check().is_ok()
        );
    }

    fn filters() -> impl Strategy<Value = ClientsQuery> {
        let some = |all: &'static [ClientStatus]| proptest::sample::subsequence(all, 0..=all.len());
        let phases: Vec<_> =
            Phase::ALL.iter().map(|phase| OrNone(Some(*phase))).chain([OrNone(None)]).collect();
        let owners = vec![OwnerChoice::Me, OwnerChoice::Unassigned, OwnerChoice::Person(ME)];
        (
            proptest::option::of("[a-z%_, ]{1,8}"),
            some(ClientStatus::ALL),
            proptest::sample::subsequence(phases, 0..=8),
            proptest::sample::subsequence(owners, 0..=3),
            proptest::sample::subsequence(ClientBand::ALL, 0..=7),
        )
            .prop_map(|(q, status, phase, owner, band)| ClientsQuery {
                q,
                status: status.into_iter().collect(),
                phase: phase.into_iter().collect(),
                owner: owner.into_iter().collect(),
                band: band.into_iter().collect(),
                ..ClientsQuery::default()
            })
    }

    proptest! {
        #[test]
        fn a_filter_survives_its_address(filter in filters()) {
            let text = serde_json::to_string(&filter).unwrap();
            prop_assert_eq!(serde_json::from_str::<ClientsQuery>(&text).unwrap(), filter);
        }

        #[test]
        fn one_word_more_never_hides_a_client(filter in filters(), health in proptest::option::of(0_u8..=100)) {
            let client = row("abc", health, Some(12));
            if filter.matches(&client, ME) && !filter.status.is_empty() {
                let all = ClientsQuery { status: ClientStatus::ALL.iter().copied().collect(), ..filter };
                prop_assert!(all.matches(&client, ME));
            }
        }

        #[test]
        fn what_covers_a_filter_hides_nothing_of_it(
            filter in filters(),
            wider in filters(),
            name in "[a-zA-Z ]{1,8}",
            status in proptest::sample::select(ClientStatus::ALL),
            owner in proptest::option::of(Just(ME)),
            health in proptest::option::of(0_u8..=100),
        ) {
            let client = ClientRow { status, owner_id: owner, ..row(&name, health, Some(12)) };
            if wider.covers(&filter) && filter.matches(&client, ME) {
                prop_assert!(wider.matches(&client, ME));
            }
            // Each field alone, so that covering is not rare.
            let none = ClientsQuery::default();
            for wider in [
                ClientsQuery { q: filter.q.as_ref().map(|text| text.to_uppercase()), ..none.clone() },
                ClientsQuery { status: filter.status, ..none.clone() },
                ClientsQuery { phase: filter.phase, ..none.clone() },
                ClientsQuery { owner: filter.owner.clone(), ..none.clone() },
                ClientsQuery { band: filter.band, ..none },
            ] {
                prop_assert!(wider.covers(&filter));
                prop_assert!(!filter.matches(&client, ME) || wider.matches(&client, ME));
            }
        }
    }
}
