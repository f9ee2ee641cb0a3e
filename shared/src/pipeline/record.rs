//! What is known about one opportunity? Everything its panel shows, and what its changes answer.

use super::activity::ActivityStatus;
use super::opportunity::{LostReason, OpportunitySource, Stage};
use super::row::OpportunityRow;
use super::score::WinRates;
use crate::kernel::ids::{ActivityId, ClientId, ContactId, NoteId, OpportunityId, ProjectId, UserId};
use crate::kernel::money::Money;
use crate::kernel::value_set;
use crate::kernel::work::ActivityType;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An opportunity with all its own fields, as changes answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpportunityDetail {
    /// Which.
    pub id: OpportunityId,
    /// Whose purchase it would be.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// One-time or annual value as entered.
    pub amount: Money,
    /// How far it has come.
    pub stage: Stage,
    /// Whole percent, 0–100: the override, else the stage's.
    pub probability: u8,
    /// Typed by people in place of the stage's.
    pub probability_override: Option<u8>,
    /// The person who leads the sale.
    pub owner_id: Option<UserId>,
    /// Forecast date while open.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub expected_close_date: Option<Date>,
    /// What is to be done next.
    pub next_step: Option<String>,
    /// Until when.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub next_step_date: Option<Date>,
    /// When it came into its stage.
    #[serde(with = "crate::kernel::instants::moment")]
    pub stage_changed_at: Timestamp,
    /// When it was won or lost.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub closed_at: Option<Timestamp>,
    /// Why it was lost.
    pub lost_reason: Option<LostReason>,
    /// What else is to be said about that.
    pub lost_note: Option<String>,
    /// How it came in.
    pub source: OpportunitySource,
    /// When it was added.
    #[serde(with = "crate::kernel::instants::moment")]
    pub created_at: Timestamp,
    /// The last change of the row.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts the changes of the row.
    pub version: u32,
}

/// What the reader may do with an opportunity. The database decides each time; this is for showing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpportunityRights {
    /// Change its fields, move and remove it.
    pub write: bool,
    /// Give it to somebody else.
    pub assign: bool,
    /// Take it back from "won".
    pub reopen_won: bool,
    /// Remove notes of others.
    pub moderate: bool,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Which.
    pub id: NoteId,
    /// Who wrote it.
    pub author_id: UserId,
    /// Their name.
    #[serde(default = "Option::default")]
    pub author_name: Option<String>,
    /// The text.
    pub body: String,
    /// When it was written.
    #[serde(with = "crate::kernel::instants::moment")]
    pub created_at: Timestamp,
    /// Counts the changes of the row.
    pub version: u32,
}

/// Something to do, or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Which.
    pub id: ActivityId,
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: ActivityType,
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// How it stands.
    pub status: ActivityStatus,
    /// Until when.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub due_at: Option<Timestamp>,
    /// When it was done.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub completed_at: Option<Timestamp>,
    /// Who is to do it.
    pub assigned_to: Option<UserId>,
    /// Their name.
    #[serde(default = "Option::default")]
    pub assignee_name: Option<String>,
    /// Who planned it.
    pub created_by: UserId,
    /// Counts the changes of the row.
    pub version: u32,
}

impl Activity {
    /// Is it still to be done, and late?
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status == ActivityStatus::Pending && self.due_at.is_some_and(|due| due < now)
    }
}

/// A stage that an opportunity came into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageChange {
    /// Which entry.
    pub id: Uuid,
    /// Where it came from; none at its creation.
    pub from_stage: Option<Stage>,
    /// Where it went.
    pub to_stage: Stage,
    /// What it was worth then.
    pub amount: Money,
    /// The probability after the change.
    pub probability: u8,
    /// Who moved it; none when a program did.
    pub changed_by_name: Option<String>,
    /// When.
    #[serde(with = "crate::kernel::instants::moment")]
    pub changed_at: Timestamp,
}

/// An entry of the audit trail, for those who may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which entry.
    pub id: Uuid,
    /// When.
    #[serde(with = "crate::kernel::instants::moment")]
    pub occurred_at: Timestamp,
    /// Who; none when a program did.
    pub actor_name: Option<String>,
    /// `insert`, `update` or `delete`.
    pub action: String,
    /// The columns that changed, by name.
    pub columns: Vec<String>,
}

/// One opportunity with everything its panel shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpportunityRecord {
    /// As the list shows it.
    pub row: OpportunityRow,
    /// What its score is computed with.
    pub rates: WinRates,
    /// What else is to be said about its loss.
    pub lost_note: Option<String>,
    /// How it came in.
    pub source: OpportunitySource,
    /// When it was added.
    #[serde(with = "crate::kernel::instants::moment")]
    pub created_at: Timestamp,
    /// What the reader may do.
    pub rights: OpportunityRights,
    /// Newest first.
    pub notes: Vec<Note>,
    /// Pending ones first, by their due time; then the others, newest first.
    pub activities: Vec<Activity>,
    /// Newest first.
    pub history: Vec<StageChange>,
    /// Newest first, at most 50; empty for those who may not read the audit trail.
    pub changes: Vec<FieldChange>,
}

value_set! {
    /// What a conversion makes.
    ConversionPart {
        /// A project.
        Project = "project",
        /// The client's row of payment terms.
        Finance = "finance",
        /// A deliverable.
        Deliverable = "deliverable",
        /// A run of a playbook.
        AutomationRun = "automation_run",
    }
}

/// Something a conversion made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What.
    pub kind: ConversionPart,
    /// Which.
    pub id: Uuid,
}

/// What winning an opportunity made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// The client, a customer now.
    pub client_id: ClientId,
    /// The project.
    pub project_id: Option<ProjectId>,
    /// What was made now; what was there already is not in it.
    pub created: Vec<Made>,
    /// Had it been converted before?
    pub already_converted: bool,
}

/// An opportunity after a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// As it is now.
    pub opportunity: OpportunityDetail,
    /// What winning it made; none for other moves.
    pub conversion: Option<Conversion>,
}

/// The name of a client, and which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedClient {
    /// Which.
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// A new opportunity with what was found or made for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedProspect {
    /// The opportunity.
    pub opportunity: OpportunityDetail,
    /// Its client.
    pub client: NamedClient,
    /// Was the client made for it?
    pub client_created: bool,
    /// The contact, found or made; none when nobody was named.
    pub contact_id: Option<ContactId>,
}

/// A client whose name is like another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimilarClient {
    /// Which.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// Who leads it.
    pub owner_name: Option<String>,
    /// Is it the same name, but for case and blanks around it?
    pub same: bool,
}
