//! Which rows do the tests of this slice use?

use super::client::{ClientRow, ClientStatus, trs_score};
use crate::kernel::ids::ClientId;
use jiff::Timestamp;

/// An active client with these scores and nothing else.
pub(super) fn row(name: &str, health: Option<u8>, churn_risk: Option<u8>) -> ClientRow {
    ClientRow {
        id: ClientId(uuid::Uuid::nil()),
        name: name.to_owned(),
        status: ClientStatus::Active,
        phase: None,
        segment: None,
        industry: None,
        region: None,
        owner_id: None,
        owner_name: None,
        arr: None,
        health,
        churn_risk,
        trs_score: trs_score(health, churn_risk),
        previous_health: None,
        previous_churn_risk: None,
        previous_snapshot_date: None,
        qbr_date: None,
        last_qbr_date: None,
        trs_at_last_qbr: None,
        is_expansion: false,
        churned_on: None,
        furthest_open_stage: None,
        open_value: None,
        mrr: None,
        ar_outstanding: None,
        ar_overdue: None,
        updated_at: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}
