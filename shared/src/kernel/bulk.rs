//! How is a row changed that somebody else may have changed? By the version that was read; many at once each by its
//! own, and each with its own outcome.

use super::value_set;
use serde::{Deserialize, Serialize};

/// A row and the version of it that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versioned<Id> {
    /// Which row.
    pub id: Id,
    /// The version that was read.
    pub version: u32,
}

/// The version of a row that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtVersion {
    /// Counts the changes of the row.
    pub version: u32,
}

value_set! {
    /// How one row of a change of many went.
    BulkOutcome {
        /// It is as wanted now.
        Changed = "changed",
        /// It already was as wanted.
        Unchanged = "unchanged",
        /// Somebody else changed it in between.
        StaleVersion = "stale_version",
        /// The person has no right to this row.
        Forbidden = "forbidden",
        /// There is no such row for this person.
        NotFound = "not_found",
        /// The new owner is nobody of the organization.
        ReferenceMissing = "reference_missing",
    }
}

/// How one row of a change of many went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkResult<Id> {
    /// Which row.
    pub id: Id,
    /// How it went.
    pub outcome: BulkOutcome,
    /// The version it has now; none when the person may not know.
    pub version: Option<u32>,
}
