//! What is an opportunity, as a row of the list and a card of the board?

use super::opportunity::{LostReason, Stage};
use super::score::WinRates;
use super::totals::{StageTotal, Total};
use crate::kernel::ids::{ClientId, OpportunityId, UserId};
use crate::kernel::money::Money;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// One opportunity as board, table and forecast show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpportunityRow {
    /// Its id; the key of the row.
    pub id: OpportunityId,
    /// Its name.
    pub name: String,
    /// Whose purchase it would be.
    pub client_id: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The person who leads the sale; none when nobody does.
    pub owner_id: Option<UserId>,
    /// Their name; none when nobody leads it or the reader may not know.
    pub owner_name: Option<String>,
    /// How far it has come.
    pub stage: Stage,
    /// One-time or annual value as entered.
    pub amount: Money,
    /// Whole percent, 0–100: the override, else the stage's.
    pub probability: u8,
    /// Typed by people in place of the stage's.
    pub probability_override: Option<u8>,
    /// Forecast date while open; none = undated.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub expected_close_date: Option<Date>,
    /// What is to be done next.
    pub next_step: Option<String>,
    /// Until when.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub next_step_date: Option<Date>,
    /// Whole days since it came into its stage, by the organization's calendar.
    pub days_in_stage: u32,
    /// Notes, completed activities, mails and meetings with the client, and moves, of the last 30 days.
    pub touches: u32,
    /// Whole days since the last of them; since its creation when there was none.
    pub days_untouched: u32,
    /// The day it was won or lost; none while open.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub closed_on: Option<Date>,
    /// Why it was lost.
    pub lost_reason: Option<LostReason>,
    /// The last change of the row.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts the changes of the row; a write names the version it read.
    pub version: u32,
}

/// Opportunities that match, and what all of them add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpportunityList {
    /// The first of them, in the order asked for.
    pub rows: Vec<OpportunityRow>,
    /// Of all that match, by stage, every stage in its order; also of those that are not in `rows`.
    pub stages: Vec<StageTotal>,
    /// Of all open ones that match; rounded once, so not always the sum of the stages.
    pub open: Total,
    /// What scores are computed with, whatever the filter.
    pub rates: WinRates,
}
