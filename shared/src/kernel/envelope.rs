//! How does a list travel? With its time, its size, and for whom it was read.

use super::ids::{OrganizationId, UserId};
use jiff::{Timestamp, civil::Date};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// An answer read from the database for one person.
///
/// The ETag covers everything but `as_of`: two reads of the same rows have one ETag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

/// An envelope that is not opened yet. One type for all, so that the page reads envelopes with the code of one.
#[derive(Deserialize)]
struct Sealed {
    data: Box<RawValue>,
    #[serde(with = "super::instants::moment")]
    as_of: Timestamp,
    #[serde(with = "super::instants::day")]
    today: Date,
    total: u64,
    truncated: bool,
    read_for: ReadFor,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Sealed { data, as_of, today, total, truncated, read_for } = Sealed::deserialize(deserializer)?;
        let data = lean_json::from_str(data.get()).map_err(D::Error::custom)?;
        Ok(Self { data, as_of, today, total, truncated, read_for })
    }
}

/// The person and the organization an answer was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReadFor {
    /// The signed-in person.
    pub user_id: UserId,
    /// The organization shown.
    pub organization_id: OrganizationId,
}
