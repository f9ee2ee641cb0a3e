//! Which opportunities are shown, and in which order? The language of the pipeline's address, the same for the page,
//! the API and (as `list_opportunities`) the database.

use super::opportunity::Stage;
use crate::kernel::chosen::Chosen;
use crate::kernel::limits::LIST_LIMIT_DEFAULT;
use crate::kernel::list::{check_list, searched};
use crate::kernel::money::Money;
use crate::kernel::order::{Column, Sort};
use crate::kernel::owner::OwnerChoices;
use crate::kernel::value_set;
use serde::{Deserialize, Serialize};

value_set! {
    /// When an opportunity is expected to be closed.
    CloseWindow {
        /// The day has passed.
        Overdue = "overdue",
        /// Within 7 days.
        Week = "7",
        /// Within 30 days.
        Month = "30",
        /// By the end of the fiscal quarter, also those that are late.
        Quarter = "quarter",
        /// Nobody knows.
        Undated = "undated",
    }
}

value_set! {
    /// Are closed opportunities shown too?
    ClosedChoice {
        /// Only open ones.
        None = "0",
        /// All that were ever closed.
        All = "1",
        /// Those closed in the fiscal quarter.
        Quarter = "quarter",
    }
}

value_set! {
    /// A column of the table; the word of the address.
    OpportunityColumn {
        /// Name.
        Name = "name",
        /// Client.
        Client = "client",
        /// Owner.
        Owner = "owner",
        /// Stage.
        Stage = "stage",
        /// Amount.
        Amount = "amount",
        /// Probability.
        Probability = "probability",
        /// Weighted value.
        Weighted = "weighted",
        /// Expected close.
        Close = "close",
        /// Days in the stage.
        Days = "days",
        /// Date of the next step.
        Next = "next",
        /// Last change.
        Updated = "updated",
    }
}

impl Column for OpportunityColumn {
    const FIRST: Self = Self::Name;

    fn largest_first(self) -> bool {
        matches!(self, Self::Amount | Self::Probability | Self::Weighted | Self::Days | Self::Updated)
    }
}

/// An order of the table.
pub type OpportunitySort = Sort<OpportunityColumn>;

/// Which opportunities, in which order, and how many of them. Words of one field widen the choice, fields narrow it;
/// a field without words says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineQuery {
    /// Name or client contains this text, in upper or lower case; a value, never a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Of one of these owners.
    #[serde(default, skip_serializing_if = "OwnerChoices::is_empty")]
    pub owner: OwnerChoices,
    /// In one of these stages.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub stage: Chosen<Stage>,
    /// Worth at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Amount>,
    /// Worth at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Amount>,
    /// At least so many percent likely, 0–100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prob: Option<u8>,
    /// Expected then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<CloseWindow>,
    /// Are closed ones shown too? Only open ones when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedChoice>,
    /// The order; by name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<OpportunitySort>,
    /// Rows asked for, 1–10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// An amount in an address: a plain decimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub Money);

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        f.write_str(text.strip_suffix(".00").unwrap_or(&text))
    }
}

impl std::str::FromStr for Amount {
    type Err = crate::kernel::money::MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Money::parse(text).map(Self)
    }
}

crate::kernel::chosen::as_text!(Amount);

impl PipelineQuery {
    /// The text to look for, without spaces around it; none when there is nothing to look for.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        searched(self.q.as_deref())
    }

    /// Does it leave out some of the open ones?
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        let all = Self { sort: self.sort, limit: self.limit, closed: self.closed, ..Self::default() };
        Self { q: self.text().map(str::to_owned), ..self.clone() } != all
    }

    /// Which closed ones.
    #[must_use]
    pub fn closed(&self) -> ClosedChoice {
        self.closed.unwrap_or(ClosedChoice::None)
    }

    /// The order to use.
    #[must_use]
    pub fn sort(&self) -> OpportunitySort {
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
        if self.prob.is_some_and(|percent| percent > 100) {
            return Err(("prob", "a whole number from 0 to 100".to_owned()));
        }
        check_list(self.q.as_deref(), self.limit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_survives_its_address() {
        for said in [
            r#"{}"#,
            r#"{"q":"50%","owner":"me,unassigned","stage":"Prospect,Proposal","min":"1000","max":"2000.50","prob":50,"close":"quarter","closed":"1","sort":"-amount","limit":50}"#,
        ] {
            let query: PipelineQuery = serde_json::from_str(said).unwrap();
            assert_eq!(serde_json::to_string(&query).unwrap(), said);
        }
    }

    #[test]
    fn filters_leave_something_out_and_orders_do_not() {
        let narrow = |said: &str| serde_json::from_str::<PipelineQuery>(said).unwrap().is_narrow();
        assert!(!narrow(r#"{"q":"  ","closed":"1","sort":"-amount","limit":50}"#));
        for said in [
            r#"{"q":"a"}"#,
            r#"{"owner":"me"}"#,
            r#"{"stage":"Proposal"}"#,
            r#"{"min":"1"}"#,
            r#"{"close":"7"}"#,
        ] {
            assert!(narrow(said), "{said}");
        }
    }

    #[test]
    fn refuses_what_means_nothing() {
        for bad in [
            r#"{"stage":"Won"}"#,
            r#"{"close":"60"}"#,
            r#"{"min":"a lot"}"#,
            r#"{"sort":"score"}"#,
            r#"{"closed":"2"}"#,
        ] {
            assert!(serde_json::from_str::<PipelineQuery>(bad).is_err(), "{bad}");
        }
        let with = |query: &str| serde_json::from_str::<PipelineQuery>(query).unwrap().check().is_err();
        assert!(with(r#"{"limit":0}"#) && with(r#"{"limit":10001}"#) && with(r#"{"prob":101}"#));
    }
}
