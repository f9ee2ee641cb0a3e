//! Which rows do the tests of this slice use?

use super::opportunity::Stage;
use super::row::OpportunityRow;
use crate::kernel::ids::{ClientId, OpportunityId};
use crate::kernel::money::Money;
use jiff::Timestamp;
use uuid::Uuid;

/// An opportunity at this stage, worth this many minor units, and nothing else.
pub(super) fn open(stage: Stage, minor: i64) -> OpportunityRow {
    OpportunityRow {
        id: OpportunityId(Uuid::nil()),
        name: "A".to_owned(),
        client_id: ClientId(Uuid::nil()),
        client_name: "C".to_owned(),
        owner_id: None,
        owner_name: None,
        stage,
        amount: Money::from_minor(minor),
        probability: stage.probability(),
        probability_override: None,
        expected_close_date: None,
        next_step: None,
        next_step_date: None,
        days_in_stage: 0,
        touches: 0,
        days_untouched: 0,
        closed_on: None,
        lost_reason: None,
        updated_at: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}
