//! Which operations are about the overview? All of it in one answer, and what was kept of a day.

use super::{Keeping, KeptFigures, Overview};
use crate::clients::Segment;
use crate::finance::TimeScope;
use crate::kernel::chosen::OrNone;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint};
use crate::kernel::envelope::Envelope;
use crate::kernel::instants::days_between;
use crate::kernel::limits::WINDOW_DAYS_MAX;
use crate::kernel::owner::OwnerChoice;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// The first day that may be asked for.
const FIRST_DAY: Date = date(1900, 1, 1);

/// Over which days, and of which clients?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverviewQuery {
    /// A window that ends today; the fiscal quarter to date when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<TimeScope>,
    /// In its place: the first day.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Date>,
    /// With it: the last day, today or earlier.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<Date>,
    /// Of the clients of this segment, or of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<OrNone<Segment>>,
    /// Of the clients of this owner, or of nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerChoice>,
}

/// Why there are no figures for the days that were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowProblem {
    /// A window has a word, or two days.
    Both,
    /// A first day without a last one, or the other way round.
    Half,
    /// Before anything was written down.
    TooEarly,
    /// The last day is before the first one.
    Reversed,
    /// More than [`WINDOW_DAYS_MAX`] days.
    TooLong,
    /// The last day is still to come.
    InTheFuture,
}

impl WindowProblem {
    /// The parameter that is wrong, and what it must be.
    #[must_use]
    pub fn of_parameter(self) -> (&'static str, String) {
        match self {
            Self::Both => ("scope", "absent when from and to are given".to_owned()),
            Self::Half => ("to", "given together with from".to_owned()),
            Self::TooEarly => ("from", "1900-01-01 or later".to_owned()),
            Self::Reversed => ("to", "the same day as from, or later".to_owned()),
            Self::TooLong => ("to", format!("at most {WINDOW_DAYS_MAX} days after from, both included")),
            Self::InTheFuture => ("to", "today or earlier".to_owned()),
        }
    }
}

impl OverviewQuery {
    /// The window to use, when no days were chosen.
    #[must_use]
    pub fn scope(&self) -> TimeScope {
        self.scope.unwrap_or(TimeScope::Quarter)
    }

    /// Does it mean all clients?
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.segment.is_none() && self.owner.is_none()
    }

    /// Are there figures for these days, whichever day it is today?
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), WindowProblem> {
        let (from, to) = match (self.from, self.to) {
            (None, None) => return Ok(()),
            (Some(from), Some(to)) if self.scope.is_none() => (from, to),
            (Some(_), Some(_)) => return Err(WindowProblem::Both),
            _ => return Err(WindowProblem::Half),
        };
        match days_between(from, to) {
            _ if from < FIRST_DAY => Err(WindowProblem::TooEarly),
            ..0 => Err(WindowProblem::Reversed),
            days if days >= i64::from(WINDOW_DAYS_MAX) => Err(WindowProblem::TooLong),
            _ => Ok(()),
        }
    }

    /// Are there figures for these days today?
    ///
    /// # Errors
    /// Why not.
    pub fn check_on(&self, today: Date) -> Result<(), WindowProblem> {
        self.check()?;
        if self.to.is_some_and(|to| to > today) { Err(WindowProblem::InTheFuture) } else { Ok(()) }
    }
}

endpoint!(
    ReadOverview = "read_overview" Get "/api/overview" Member,
    query: OverviewQuery, body: (), reply: Envelope<Overview>,
    summary: "Computes the executive overview of a window, beside the window before, of all clients or of those of a segment and an owner."
);

/// Kept on which day?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptQuery {
    /// The day, today or earlier; the last one at least 7 days ago when absent.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub day: Option<Date>,
}

endpoint!(
    ReadKeptFigures = "read_kept_figures" Get "/api/overview/kept" Member,
    query: KeptQuery, body: (), reply: Envelope<KeptFigures>,
    summary: "Reads the days of which the overview's figures were kept, and those of one of them."
);
endpoint!(
    KeepFigures = "keep_figures" Post "/api/overview/kept" Member,
    query: NoQuery, body: (), reply: Keeping,
    summary: "Asks that today's figures of the overview are kept now, in the place of those that were kept today."
);

/// All of them.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![ReadOverview::info(), ReadKeptFigures::info(), KeepFigures::info()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<OverviewQuery, serde_json::Error> {
        serde_json::from_str(query)
    }

    #[test]
    fn a_question_survives_its_address() {
        for said in [
            r#"{}"#,
            r#"{"scope":"ytd","segment":"mid","owner":"me"}"#,
            r#"{"from":"2026-01-01","to":"2026-02-01","segment":"none","owner":"unassigned"}"#,
            r#"{"owner":"e0000000-0000-4000-8000-000000000001"}"#,
        ] {
            assert_eq!(serde_json::to_string(&asked(said).unwrap()).unwrap(), said);
        }
        for bad in [r#"{"from":"2026-02-30"}"#, r#"{"segment":"large"}"#, r#"{"owner":"Somebody"}"#] {
            assert!(asked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_that_cannot_be_are_refused_with_the_parameter_that_is_wrong() {
        let today = date(2026, 5, 20);
        let wrong = |from: &str, to: &str| {
            asked(&format!(r#"{{"from":"{from}","to":"{to}"}}"#)).unwrap().check_on(today).err()
        };
        assert_eq!(wrong("2026-05-20", "2026-05-20"), None);
        assert_eq!(wrong("2026-05-20", "2026-05-19"), Some(WindowProblem::Reversed));
        assert_eq!(wrong("2026-05-20", "2026-05-21"), Some(WindowProblem::InTheFuture));
        assert_eq!(wrong("2024-05-20", "2026-05-20"), None, "731 days, both included");
        assert_eq!(wrong("2024-05-19", "2026-05-20"), Some(WindowProblem::TooLong));
        assert_eq!(wrong("1899-12-31", "1900-01-01"), Some(WindowProblem::TooEarly));
        let other = |query: &str| asked(query).unwrap().check().err();
        assert_eq!(other(r#"{"from":"2026-05-20"}"#), Some(WindowProblem::Half));
        assert_eq!(other(r#"{"scope":"qtd","to":"2026-05-20"}"#), Some(WindowProblem::Half));
        let both = r#"{"scope":"qtd","from":"2026-05-20","to":"2026-05-20"}"#;
        assert_eq!(other(both), Some(WindowProblem::Both));
        assert_eq!(WindowProblem::TooLong.of_parameter().0, "to");
    }
}
