//! How does a list travel? With its time, its size, and for whom it was read.

use super::ids::{OrganizationId, UserId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// An answer read from the database for one person.
///
/// The ETag covers everything but `as_of`: two reads of the same rows have one ETag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// What was asked for.
    pub data: T,
    /// When the database answered, by the server's clock.
    #[serde(with = "super::instants::moment")]
    pub as_of: Timestamp,
    /// The calendar day of `as_of` in the organization's time zone.
    #[serde(with = "super::instants::day")]
    pub today: Date,
    /// How many rows match, whether or not they are all here.
    pub total: u64,
    /// Are there more rows than `data` holds? A cut list is never summed up.
    pub truncated: bool,
    /// Whose rights decided what is in `data`. An empty list is only empty for this person.
    pub read_for: ReadFor,
}

/// The person and the organization an answer was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReadFor {
    /// The signed-in person.
    pub user_id: UserId,
    /// The organization shown.
    pub organization_id: OrganizationId,
}
