//! What happened with a client?

use crate::kernel::ids::{ClientId, UserId};
use crate::kernel::json::Json;
use crate::kernel::limits::TIMELINE_PAGE;
use crate::kernel::value_set;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

value_set! {
    /// What kind of thing happened.
    TimelineKind {
        /// A note on an opportunity.
        Note = "note",
        /// A task, call, meeting or e-mail of an opportunity.
        Activity = "activity",
        /// An opportunity moved.
        StageChange = "stage_change",
        /// An invoice.
        Invoice = "invoice",
        /// A payment.
        Payment = "payment",
        /// Health was recorded.
        Health = "health",
        /// A deliverable was added.
        Deliverable = "deliverable",
        /// A linked mail.
        Message = "message",
        /// A linked meeting.
        Meeting = "meeting",
        /// A change of the client or of something under it.
        Event = "event",
    }
}

/// A page of a client's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineQuery {
    /// Which client.
    pub client_id: ClientId,
    /// Only what happened before this moment; the newest page when absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::kernel::instants::optional_moment"
    )]
    pub before: Option<Timestamp>,
    /// Entries asked for, 1–200; 50 when absent. A page holds more when they happened at one moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl TimelineQuery {
    /// The limit to use.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit.unwrap_or(TIMELINE_PAGE)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(self) -> Result<(), (&'static str, String)> {
        if (1..=200).contains(&self.limit()) {
            Ok(())
        } else {
            Err(("limit", "a whole number from 1 to 200".to_owned()))
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// What kind of thing.
    pub kind: TimelineKind,
    /// Unique within its kind.
    pub id: uuid::Uuid,
    /// When.
    #[serde(with = "crate::kernel::instants::moment")]
    pub occurred_at: Timestamp,
    /// Who did it; none for the service.
    pub actor_id: Option<UserId>,
    /// Its title: the opportunity, the number of the invoice, the key of the event. Empty for a mail or a
    /// meeting without one.
    pub title: String,
    /// What else is known, by kind. `changes` of an event are there for those who may read the audit log.
    pub detail: BTreeMap<String, Json>,
}

/// What an event changed in one row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RowChange {
    /// By column.
    #[serde(default)]
    pub columns: BTreeMap<String, BeforeAfter>,
}

/// What stood in a column of a row, and what stands there now; nothing before it was made, and after it was removed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BeforeAfter {
    /// What stood there.
    pub before: Option<Json>,
    /// What stands there.
    pub after: Option<Json>,
}

impl TimelineEntry {
    /// A detail in words; none if it is not known.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.detail.get(name)?.text()
    }

    /// Is this detail a yes?
    #[must_use]
    pub fn says(&self, name: &str) -> bool {
        self.detail.get(name).and_then(Json::read) == Some(true)
    }

    /// What the event changed, as far as the reader may know it.
    #[must_use]
    pub fn changes(&self) -> Vec<RowChange> {
        self.detail.get("changes").and_then(Json::read).unwrap_or_default()
    }
}
