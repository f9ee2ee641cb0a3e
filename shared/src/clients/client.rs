//! What is a client, as a row of the list?

use crate::kernel::ids::{ClientId, UserId};
use crate::kernel::money::Money;
use crate::kernel::value_set;
use crate::pipeline::Stage;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

value_set! {
    /// Where the relation stands.
    ClientStatus {
        /// Not a customer yet.
        Prospect = "prospect",
        /// A customer.
        Active = "active",
        /// A customer who takes a break.
        Paused = "paused",
        /// No longer a customer.
        Churned = "churned",
    }
}

value_set! {
    /// How far the engagement has come.
    Phase {
        /// Getting started.
        Onboarding = "Onboarding",
        /// Finding out.
        Discovery = "Discovery",
        /// Collecting data.
        Data = "Data",
        /// Building the method.
        Algorithm = "Algorithm",
        /// Building the system.
        Architecture = "Architecture",
        /// Growing results.
        Compounding = "Compounding",
        /// Running.
        Active = "Active",
    }
}

value_set! {
    /// How large the client is.
    Segment {
        /// Small business.
        Smb = "smb",
        /// Mid-market.
        Mid = "mid",
        /// Enterprise.
        Enterprise = "enterprise",
    }
}

/// One client as lists and panels show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRow {
    /// Its id; the key of the row.
    pub id: ClientId,
    /// As shown.
    pub name: String,
    /// Where the relation stands.
    pub status: ClientStatus,
    /// How far the engagement has come; none until engaged.
    pub phase: Option<Phase>,
    /// How large the client is.
    pub segment: Option<Segment>,
    /// What it does.
    pub industry: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub region: Option<String>,
    /// The person in charge; none for an unassigned lead.
    pub owner_id: Option<UserId>,
    /// Their name; none when unassigned or hidden from the reader.
    pub owner_name: Option<String>,
    /// Contracted annual recurring revenue as agreed.
    pub arr: Option<Money>,
    /// 0–100, higher is better.
    pub health: Option<u8>,
    /// 0–100, higher is worse.
    pub churn_risk: Option<u8>,
    /// 0–100, computed by the database; see [`trs_score`].
    pub trs_score: Option<u8>,
    /// Health at the newest snapshot before today.
    pub previous_health: Option<u8>,
    /// Churn risk at the newest snapshot before today.
    pub previous_churn_risk: Option<u8>,
    /// The day of that snapshot.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub previous_snapshot_date: Option<Date>,
    /// The next quarterly business review.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub qbr_date: Option<Date>,
    /// The last one; none known.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub last_qbr_date: Option<Date>,
    /// The composite at the newest snapshot of that day or before.
    #[serde(default)]
    pub trs_at_last_qbr: Option<u8>,
    /// Marked by people as an account to expand.
    pub is_expansion: bool,
    /// The day the client was lost.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub churned_on: Option<Date>,
    /// The furthest stage of its open opportunities; none without any.
    #[serde(default)]
    pub furthest_open_stage: Option<Stage>,
    /// Amounts of its open opportunities; none when the reader may not see them.
    #[serde(default)]
    pub open_value: Option<Money>,
    /// Monthly recurring revenue today; none when the reader may not see it.
    #[serde(default)]
    pub mrr: Option<Money>,
    /// What it owes; none when the reader may not see it.
    #[serde(default)]
    pub ar_outstanding: Option<Money>,
    /// The part of it that is past due; none when the reader may not see it.
    #[serde(default)]
    pub ar_overdue: Option<Money>,
    /// The last change of the row.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts the changes of the row; a write names the version it read.
    pub version: u32,
}

impl ClientRow {
    /// Is it a customer now?
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == ClientStatus::Active
    }

    /// How the composite moved since the last review; positive is better.
    #[must_use]
    pub fn trs_change_since_qbr(&self) -> Option<i16> {
        Some(i16::from(self.trs_score?) - i16::from(self.trs_at_last_qbr?))
    }

    /// How churn risk moved since the previous snapshot; positive is worse.
    #[must_use]
    pub fn churn_change(&self) -> Option<i16> {
        Some(i16::from(self.churn_risk?) - i16::from(self.previous_churn_risk?))
    }
}

/// The composite of health and churn risk: (health + 100 − churn risk + 1) ÷ 2, whole numbers,
/// both inputs 0–100. None when either is missing. The database computes the same.
#[must_use]
pub const fn trs_score(health: Option<u8>, churn_risk: Option<u8>) -> Option<u8> {
    match (health, churn_risk) {
        (Some(health), Some(churn)) if churn <= 100 =>
        {
            #[allow(clippy::cast_possible_truncation, reason = "at most 100")]
            Some(((health as u16 + 101 - churn as u16) / 2) as u8)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::trs_score;

    #[test]
    fn scores_as_the_golden_vectors_say() {
        for (health, churn, score) in
            [(82, 8, 87), (75, 10, 83), (58, 23, 68), (71, 14, 79), (0, 100, 0), (100, 0, 100)]
        {
            assert_eq!(trs_score(Some(health), Some(churn)), Some(score), "{health}/{churn}");
        }
        assert_eq!(trs_score(None, Some(10)), None);
        assert_eq!(trs_score(Some(10), None), None);
    }
}
